"""Forms filled in from a measure: the decision on site, seizure and its list, the notice of evidence that is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from services.inspection.documents.composed import Matter
from services.inspection.documents.evidence import KeepingNotice, KeptThing
from services.inspection.documents.orders import MeasuresDecision
from services.inspection.documents.parts import Officer, Problem, Refusal, Remedies
from services.inspection.documents.seizure import SeizureDecision, SeizureList, Thing
from services.inspection.domain.events import CheckedInOfficer
from services.inspection.domain.inspection import prepared
from services.inspection.domain.measures.keeping import Keeping, requested
from services.inspection.domain.measures.measure import MeasureState
from services.inspection.domain.measures.parts import Article
from services.inspection.domain.measures.seizure import Seizure
from services.inspection.domain.measures.suspension import Suspension, hazards_named, ordered
from services.inspection.domain.refusals import refused
from services.inspection.domain.signing import Receipt

ON_SITE = {
    "withdraw-people": "从危险区域内撤出作业人员：{}",
    "suspend-production": "暂时停产停业：{}",
    "suspend-use": "停止使用：{}",
}
MODES = {"seal": "查封", "seize": "扣押"}


def decision_on_site(matter: Matter, measure: MeasureState) -> MeasuresDecision:
    """Form 4: the hazards with what they offend, what was decided because of them, and on what that rests."""
    if not isinstance(measure.matter, Suspension):
        raise refused("measure-without-document", form="04")
    event, plan, arrival = ordered(measure.matter), prepared(matter.inspection), matter.inspection.check_in
    found = [matter.hazards[one] for one in hazards_named(event.targets) if one in matter.hazards]
    problems = tuple(
        Problem(
            text=f"{hazard.place}：{matter.wording.get(hazard.hazard_id, hazard.fact)}", major=hazard.severity == "major",
            basis=tuple(matter.cited(hazard)),
        )
        for hazard in found
    )  # fmt: skip
    inspected = arrival.arrived_at.date() if arrival is not None and arrival.arrived_at is not None else event.decided_on
    return MeasuresDecision(
        addressee=plan.enterprise_name, inspected_on=inspected, problems=problems, basis=event.basis,
        measures=tuple(ON_SITE[target.measure].format(target.target) for target in event.targets),
        remedies=_remedies(matter), officers=_officers(matter, event.officers), refusal=_refusal(event.receipt),
        organ=plan.organ, issued_on=event.decided_on,
    )  # fmt: skip


def seizure_decision(matter: Matter, measure: MeasureState) -> SeizureDecision:
    """Form 8: on which grounds what was sealed or seized, from when until when."""
    if not isinstance(measure.matter, Seizure) or measure.matter.taken is None:
        raise refused("measure-without-document", form="08")
    event, plan = measure.matter.taken, prepared(matter.inspection)
    names = "、".join(article.article for article in event.articles)
    return SeizureDecision(
        addressee=plan.enterprise_name, problems=(Problem(text=event.grounds),), basis=event.basis,
        measures=(f"{MODES[event.mode]}{names}",), from_on=event.carried_out_on, until_on=event.until,
        list_no=event.document_no, remedies=_remedies(matter), organ=plan.organ, issued_on=event.carried_out_on,
    )  # fmt: skip


def seizure_list(matter: Matter, measure: MeasureState) -> SeizureList:
    """Form 9: the list that was made on the spot."""
    if not isinstance(measure.matter, Seizure) or measure.matter.taken is None:
        raise refused("measure-without-document", form="09")
    event = measure.matter.taken
    things = tuple(
        Thing(name=one.article, specification=one.specification, amount=one.amount, remark=_remark(one)) for one in event.articles
    )
    return SeizureList(
        things=things, officers=_officers(matter, event.officers), refusal=_refusal(event.receipt), signed_on=event.carried_out_on
    )


def keeping_notice(matter: Matter, measure: MeasureState) -> KeepingNotice:
    """Form 20: what is kept, and by when it is decided what becomes of it."""
    if not isinstance(measure.matter, Keeping) or measure.matter.carried_out is None:
        raise refused("measure-without-document", form="20")
    event, asked, plan = measure.matter.carried_out, requested(measure.matter), prepared(matter.inspection)
    things = tuple(
        KeptThing(name=one.article, model=one.specification, quality=one.condition, amount=one.amount, remark=_remark(one))
        for one in event.articles
    )
    return KeepingNotice(
        addressee=plan.enterprise_name, suspicion=asked.grounds, basis=asked.basis, period=matter.periods[KEEPING],
        answered_on=event.decide_by, answered_at=plan.organ, things=things, organ=plan.organ, issued_on=event.carried_out_on,
    )  # fmt: skip


KEEPING = "T04-evidence-pre-registration"


def _remark(article: Article) -> str:
    return "；".join(part for part in (article.kept_at, article.keeper) if part)


def _remedies(matter: Matter) -> Remedies:
    if matter.remedies is None:
        raise refused("facts-incomplete", detail="remedies")
    return matter.remedies


def _officers(matter: Matter, officers: Iterable[CheckedInOfficer]) -> tuple[Officer, ...]:
    names = {one.officer_id: one.name for one in prepared(matter.inspection).officers}
    return tuple(Officer(name=names.get(one.officer_id, one.officer_id), card=one.certificate_no) for one in officers)


def _refusal(receipt: Receipt) -> Refusal | None:
    if receipt.refused_reason is None:
        return None
    return Refusal(who="被检查单位负责人", reason=receipt.refused_reason, witness=receipt.witness or "")


MEASURED: Mapping[str, Callable[[Matter, MeasureState], Any]] = {
    "04": decision_on_site, "08": seizure_decision, "09": seizure_list, "20": keeping_notice,
}  # fmt: skip
"""The forms that are filled in from the measure that they are about, by their numbers."""
WORDED: Mapping[str, frozenset[str]] = {
    "04": frozenset({"refusal"}), "08": frozenset(), "09": frozenset({"refusal"}), "20": frozenset({"answered_at", "suspicion"}),
}  # fmt: skip
"""What an officer may word otherwise in them."""
