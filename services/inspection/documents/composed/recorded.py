"""Forms 15 to 18 and 23, filled in from records: summons, questioning, examination, samples, what an institute is asked."""

from __future__ import annotations

from typing import TypeVar

from chassis.domain import day_of
from services.inspection.documents.composed.matter import (
    Matter,
    keep_names,
    local,
    matter_of,
    officers_of,
    ours,
    refusal_of,
    required,
    whereabouts,
)
from services.inspection.documents.evidence import AppraisalRequest, Appraised
from services.inspection.documents.parts import Named, Person
from services.inspection.documents.records import (
    ExaminationRecord,
    QuestioningNotice,
    QuestioningRecord,
    Sample,
    SamplingVoucher,
    Turn,
)
from services.inspection.domain.measures.measure import MeasureState
from services.inspection.domain.measures.records import (
    AppraisalCommissioned,
    QuestioningNotified,
    QuestioningRecorded,
    Record,
    SamplingRecorded,
    SiteExamined,
)
from services.inspection.domain.refusals import refused

R = TypeVar("R", AppraisalCommissioned, QuestioningNotified, QuestioningRecorded, SamplingRecorded, SiteExamined)
IDENTITY, LICENCE, AUTHORITY = "身份证", "营业执照", "法定代表人身份证明或者委托书"
"""The papers that the form has a box for."""
ATTESTED = "被检查单位现场负责人"


def _record(measure: MeasureState, kind: type[R], form: str) -> R:
    """What was recorded, as a record of this kind. Refused `measure-without-document`."""
    event = matter_of(measure, Record, form).recorded
    if not isinstance(event, kind):
        raise refused("measure-without-document", form=form)
    return event


def questioning_notice(matter: Matter, measure: MeasureState) -> QuestioningNotice:
    """Form 15: who is to come when and where, with what. Where and how the organ is reached, the officer fills in."""
    event = _record(measure, QuestioningNotified, "15")
    boxes = (IDENTITY, LICENCE, AUTHORITY)
    return QuestioningNotice(
        addressee=event.person, matter=event.matter, at=local(event.come_at), place=event.come_to,
        identity_card=IDENTITY in event.bring, business_licence=LICENCE in event.bring, authority=AUTHORITY in event.bring,
        others=tuple(one for one in event.bring if one not in boxes), organ_address=required(matter, "organ_address"),
        contact=required(matter, "contact"), phone=required(matter, "phone"), organ=matter.plan.organ,
        issued_on=event.notified_on,
    )  # fmt: skip


def questioning_record(matter: Matter, measure: MeasureState) -> QuestioningRecord:
    """Form 16: who asked, who wrote, what was said. What it was about, and more of the person, the officer fills in."""
    event = _record(measure, QuestioningRecorded, "16")
    keep_names(matter, "person", [event.person])
    return QuestioningRecord(
        begun_at=local(event.begun_at), ended_at=local(event.ended_at), nth=event.nth, place=event.place,
        person=Person(name=event.person, post=event.position, employer=matter.plan.enterprise_name),
        asker=ours(matter, event.asked_by), recorder=ours(matter, event.recorded_by), organ=matter.plan.organ,
        officers=officers_of(matter, event.officers), subject=required(matter, "subject"),
        turns=tuple(Turn(question=one.question, answer=one.answer) for one in event.dialogue),
        refusal=refusal_of(event.receipt, "被询问人"), signed_on=day_of(event.ended_at),
    )  # fmt: skip


def examination_record(matter: Matter, measure: MeasureState) -> ExaminationRecord:
    """Form 17: what was found where, in whose presence. Posts and numbers of who was there, the officer adds."""
    event = _record(measure, SiteExamined, "17")
    parties = () if event.party is None else (Named(name=event.party),)
    keep_names(matter, "parties", [one.name for one in parties])
    keep_names(matter, "invitee", [event.invited] if event.invited is not None else [])
    return ExaminationRecord(
        begun_at=local(event.begun_at), ended_at=local(event.ended_at), place=event.place, weather=event.weather,
        examiners=tuple(ours(matter, one.officer_id) for one in event.officers), parties=parties,
        invitee=None if event.invited is None else Named(name=event.invited), recorder=ours(matter, event.recorded_by),
        organ=matter.plan.organ, officers=officers_of(matter, event.officers), findings=event.found,
        refusal=refusal_of(event.receipt, "当事人"),
    )  # fmt: skip


def sampling_voucher(matter: Matter, measure: MeasureState) -> SamplingVoucher:
    """Form 18: the samples as they were taken. When they were begun to be taken, the officer may add (`begun_at`)."""
    event, arrival = _record(measure, SamplingRecorded, "18"), matter.inspection.check_in
    at = local(event.sampled_at)
    return SamplingVoucher(
        unit=matter.plan.enterprise_name, site_head=None if arrival is None else arrival.representative, address=matter.address,
        phone=matter.site.phone, postcode=matter.site.postcode, begun_at=at, ended_at=at, place=event.place, basis=event.basis,
        samples=tuple(Sample(name=one.article, specification=one.specification, amount=one.amount) for one in event.samples),
        officers=officers_of(matter, event.officers), refusal=refusal_of(event.receipt, ATTESTED), organ=matter.plan.organ,
        issued_on=at.date(),
    )  # fmt: skip


def appraisal_request(matter: Matter, measure: MeasureState) -> AppraisalRequest:
    """Form 23: what the institute is to appraise, by when. How the organ is reached, the officer fills in."""
    event = _record(measure, AppraisalCommissioned, "23")
    things = tuple(
        Appraised(name=one.article, model=one.specification, amount=one.amount, remark=whereabouts(one)) for one in event.articles
    )
    return AppraisalRequest(
        addressee=event.institute, things=things, request=event.matter, due_on=event.due_on,
        contact=required(matter, "contact"), phone=required(matter, "phone"), organ=matter.plan.organ,
        issued_on=event.commissioned_on,
    )  # fmt: skip
