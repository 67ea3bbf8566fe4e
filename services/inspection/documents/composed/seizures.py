"""Forms 7 to 11, filled in from a seizure: approval, decision and list, extension, what becomes of the things.

What an earlier event gave a number to is on paper as that event tells it; of several extensions or decisions the latest counts,
whose number the measure has.
"""

from __future__ import annotations

from collections.abc import Iterable

from chassis.domain import day_of
from services.inspection.documents.composed.matter import (
    Matter,
    amounts,
    answer_of,
    case_facts,
    happened,
    local,
    matter_of,
    names,
    officers_of,
    period,
    refusal_of,
    remedies,
    resting_on,
    rules_cited,
    sentence,
    whereabouts,
)
from services.inspection.documents.parts import Earlier, Opinion, Organisation, Problem
from services.inspection.documents.seizure import (
    CoercionApproval,
    SeizureDecision,
    SeizureDisposal,
    SeizureExtension,
    SeizureList,
    Thing,
)
from services.inspection.domain.measures.measure import MeasureState
from services.inspection.domain.measures.parts import Article
from services.inspection.domain.measures.seizure import Seizure
from services.inspection.domain.measures.seizure_events import SeizedArticle, SeizureCarriedOut, SeizureReported, SeizureRequested

MODES = {"seal": "查封", "seize": "扣押"}
FATES = {"return": "解除{mode}，予以退还", "forfeit": "依法予以没收", "destroy": "依法予以销毁"}
SEIZURE = "T05-seizure"
DISPOSAL = "seizure-disposal"


def coercion_approval(matter: Matter, measure: MeasureState) -> CoercionApproval:
    """Form 7: what is asked for or was done in an emergency, on which grounds and basis, for how long; and the answer."""
    state, plan, site = matter_of(measure, Seizure, "07"), matter.plan, matter.site
    if state.request is not None:
        asked, on, officers = _asked(matter, state.request), state.request.requested_on, state.request.officers
        answer = answer_of(state.answer)
    else:
        taken, report = happened(state.taken, "07"), happened(state.report, "07")
        asked, on, officers = _reported(matter, taken, report), day_of(report.reported_at), taken.officers
        answer = _regularised(state)
    return CoercionApproval(
        case_name=matter.case_name,
        organisation=Organisation(
            name=plan.enterprise_name, representative=site.representative, address=site.address, phone=site.phone
        ),
        case_facts=case_facts(matter), request=asked, officers=officers_of(matter, officers), requested_on=on, approval=answer,
    )  # fmt: skip


def _asked(matter: Matter, event: SeizureRequested) -> str:
    wish = f"拟对{amounts(event.articles)}予以{MODES[event.mode]}，期限{period(matter, SEIZURE)}。"
    return "\n".join([wish, f"理由：{sentence(event.grounds)}", resting_on(event.basis)])


def _reported(matter: Matter, taken: SeizureCarriedOut, report: SeizureReported) -> str:
    at = local(taken.taken_at)
    moment = f"{at.year}年{at.month}月{at.day}日{at.hour}时{at.minute:02}分"
    done = f"已于{moment}当场对{amounts(taken.articles)}予以{MODES[taken.mode]}，期限{period(matter, SEIZURE)}，报请补办批准。"
    told = [done, f"理由：{sentence(taken.grounds)}", f"情况报告：{sentence(report.report)}", resting_on(taken.basis)]
    return "\n".join(told)


def _regularised(state: Seizure) -> Opinion | None:
    event = state.regularised
    if event is None:
        return None
    return Opinion(text=event.opinion, signers=(event.approved_by,), on=day_of(event.approved_at))


def seizure_decision(matter: Matter, measure: MeasureState) -> SeizureDecision:
    """Form 8: on which grounds what was sealed or seized, from when until when."""
    event, plan = happened(matter_of(measure, Seizure, "08").taken, "08"), matter.plan
    listed = "、".join(article.article for article in event.articles)
    return SeizureDecision(
        addressee=plan.enterprise_name, problems=(Problem(text=event.grounds),), basis=event.basis,
        measures=(f"{MODES[event.mode]}{listed}",), from_on=event.carried_out_on, until_on=event.until,
        list_no=_list_no(event), remedies=remedies(matter), organ=plan.organ, issued_on=event.carried_out_on,
    )  # fmt: skip


def seizure_list(matter: Matter, measure: MeasureState) -> SeizureList:
    """Form 9: the list that was made on the spot."""
    event = happened(matter_of(measure, Seizure, "09").taken, "09")
    things = tuple(
        Thing(name=one.article, specification=one.specification, amount=one.amount, remark=whereabouts(one))
        for one in event.articles
    )
    return SeizureList(
        things=things, officers=officers_of(matter, event.officers), refusal=refusal_of(event.receipt),
        signed_on=event.carried_out_on,
    )  # fmt: skip


def seizure_extension(matter: Matter, measure: MeasureState) -> SeizureExtension:
    """Form 10: why and until when what was still held then goes on being held."""
    state = matter_of(measure, Seizure, "10")
    taken, event = happened(state.taken, "10"), happened(state.extension, "10")
    return SeizureExtension(
        addressee=matter.plan.enterprise_name, earlier=_decision(taken), objects=names(_among(taken, state.extended_articles)),
        measure=MODES[taken.mode], reason=event.reason, basis=event.basis, until_on=event.until, list_no=_list_no(taken),
        remedies=remedies(matter), organ=matter.plan.organ, issued_on=event.decided_on,
    )  # fmt: skip


def seizure_disposal(matter: Matter, measure: MeasureState) -> SeizureDisposal:
    """Form 11: what becomes of each thing that the latest decision is about (rule `seizure-disposal`)."""
    state = matter_of(measure, Seizure, "11")
    taken, event = happened(state.taken, "11"), happened(state.decided, "11")
    things = _among(taken, [one.article_id for one in event.decisions])
    return SeizureDisposal(
        addressee=matter.plan.enterprise_name, earlier=_decision(taken), objects=names(things), measure=MODES[taken.mode],
        basis=rules_cited(matter, DISPOSAL), decision=_fates(taken, event.decisions), remedies=remedies(matter),
        organ=matter.plan.organ, issued_on=event.decided_on,
    )  # fmt: skip


def _decision(taken: SeizureCarriedOut) -> Earlier:
    return Earlier(name="查封扣押决定书", number=taken.document_no, on=taken.carried_out_on)


def _list_no(taken: SeizureCarriedOut) -> str:
    """The list has the number of its decision; the form itself says 号 behind it."""
    return taken.document_no.removesuffix("号")


def _among(taken: SeizureCarriedOut, article_ids: Iterable[str]) -> list[Article]:
    wanted = set(article_ids)
    return [one for one in taken.articles if one.article_id in wanted]


def _fates(taken: SeizureCarriedOut, decisions: Iterable[SeizedArticle]) -> str:
    listed = {one.article_id: one for one in taken.articles}
    lines = []
    for place, decision in enumerate(decisions, start=1):
        fate = FATES[decision.fate].format(mode=MODES[taken.mode])
        note = f"（{decision.note}）" if decision.note else ""
        lines.append(f"{place}．{amounts([listed[decision.article_id]])}：{fate}{note}。")
    return "\n".join(lines)
