"""What may be done next with a measure, by its kind; and which measures may be taken at an inspection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from chassis.domain import CHINA
from chassis.offers import NEW, Offer, Question
from chassis.runner import Work
from services.inspection.api.offers import APPROVER, ENTERPRISE, OFFICER, TEAM, Today, of_inspection, step, team_of, today
from services.inspection.commands import keepings, measures, records, seizures, supply_cuts
from services.inspection.domain.events import CheckedInOfficer, ReinspectionResult
from services.inspection.domain.hazard import ENDED, HAZARD, HazardState, found
from services.inspection.domain.inspection import INSPECTION, InspectionState, prepared
from services.inspection.domain.measures import keeping, supply_cut
from services.inspection.domain.measures.keeping import CarryOut, Keeping, KeptArticle, RequestKeeping
from services.inspection.domain.measures.measure import MEASURE, Matter
from services.inspection.domain.measures.parts import ARTICLE_APPROVAL, POWER_CUT, SEIZURE_APPROVAL, Article
from services.inspection.domain.measures.records import Record
from services.inspection.domain.measures.seizure import RequestSeizure, Seize, Seizure
from services.inspection.domain.measures.seizure_events import SeizedArticle
from services.inspection.domain.measures.supply_cut import SupplyCut
from services.inspection.domain.measures.suspension import Suspend, Suspension, Target, hazards_named
from services.inspection.domain.signing import Receipt

TAKEN = Receipt(signed_by=NEW)
THING = (Article(article_id=NEW, article=NEW, amount=NEW, kept_at=NEW),)
OTHERS = (*TEAM, "not-justified", "hazard-ended", "appraisal-end-past")
"""What is wrong with officers, hazards or days that the form is yet to name."""


async def of_visit(
    inspection_id: str, hazards: Sequence[HazardState], expert: str | None, question: Question
) -> list[Offer]:  # fmt: skip
    """The steps of an inspection and the measures that begin there; what a form would hold is made of what is in plain.

    `expert`: who asks, if it is one, and advises in no other name.
    """
    now = await today(question)
    await question.meet(
        (INSPECTION, inspection_id), *((HAZARD, found(one).hazard_id) for one in hazards if one.found is not None)
    )
    state = (await question.aggregate(INSPECTION, inspection_id)).state
    return [*of_inspection(state, hazards, now, expert), *_begun_there(state, hazards, now)]


def _begun_there(state: InspectionState, hazards: Sequence[HazardState], now: Today) -> list[Offer]:
    """Measures that begin at an inspection; a suspension rests on hazards, of which one stands."""
    key, team = prepared(state).inspection_id, team_of(state)
    known = {"inspection_id": key, "officers": [_shown(one) for one in team]}
    kept = RequestKeeping(grounds="", articles=THING, officers=team)
    seized = RequestSeizure(mode="seal", grounds="", articles=THING, officers=team)
    return [
        *_suspension(state, hazards, now, known),
        step("/v1/keepings", {}, now.cite(ARTICLE_APPROVAL), "request-keeping", "申请先行登记保存", "Ask to keep evidence",
             (OFFICER,),
             partial(keepings.request, measure_id=NEW, inspection_id=key, command=kept), asked=OTHERS, known=known,
             makes="measure_id"),
        step("/v1/seizures", {}, now.cite(SEIZURE_APPROVAL), "request-seizure", "申请查封扣押", "Ask to seal or seize",
             (OFFICER,),
             partial(seizures.request, measure_id=NEW, inspection_id=key, command=seized), asked=OTHERS, known=known,
             makes="measure_id"),
    ]  # fmt: skip


def _suspension(state: InspectionState, hazards: Sequence[HazardState], now: Today, known: dict[str, Any]) -> list[Offer]:
    standing = [one for one in hazards if one.found is not None and one.status not in (*ENDED, "withdrawn")]
    if not standing:
        return []
    worst = next((one for one in standing if found(one).severity == "major"), standing[0])
    target = Target(target_id=NEW, measure="withdraw-people", target=NEW, hazard_ids=(found(worst).hazard_id,))
    command = Suspend(targets=(target,), officers=team_of(state), receipt=TAKEN)
    tried = partial(measures.suspend, measure_id=NEW, inspection_id=prepared(state).inspection_id, command=command)
    return [
        step("/v1/suspensions", {}, now.cite("hazard-removal"), "suspend", "作出现场处理决定", "Suspend on site",
             (OFFICER,), tried, asked=TEAM, makes="measure_id",
             known={**known, "targets": [{"hazard_ids": [found(worst).hazard_id]}]}),
    ]  # fmt: skip


async def of_measure(measure_id: str, own: str | None, question: Question) -> list[Offer]:
    """The steps of a measure; `own` is the enterprise that asks, None for people of an organ."""
    return _of_matter((await question.aggregate(MEASURE, measure_id)).state.matter, await today(question), own)


def _of_matter(matter: Matter | None, now: Today, own: str | None) -> list[Offer]:
    match matter:
        case Suspension():
            return _of_suspension(matter, now, own)
        case Keeping():
            return _of_keeping(matter, now)
        case Seizure():
            return _of_seizure(matter, now)
        case SupplyCut():
            return _of_supply_cut(matter, now)
        case Record():
            return _of_record(matter, now)
        case _:
            return []


def _of_suspension(state: Suspension, now: Today, own: str | None) -> list[Offer]:
    if (begun := state.ordered) is None:
        return []
    key, here, values = begun.measure_id, "/v1/suspensions/{measure_id}/", {"measure_id": begun.measure_id}
    named = hazards_named(begun.targets)
    open_ones = tuple(one for one in named if one not in state.agreed and one not in state.asked) or named
    waiting = tuple(one for one in named if one in state.asked) or named
    agreed = tuple(ReinspectionResult(hazard_id=one, passed=True, note=None) for one in waiting)
    cut = supply_cut.RequestCut(suspension_id=key, supply="power", supplier=NEW, grounds="", officers=begun.officers)
    team = [_shown(one) for one in begun.officers]
    removal = now.cite("hazard-removal")
    return [
        step(here + "resumption-requests", values, removal, "ask-resumption", "申请恢复", "Ask to resume", (ENTERPRISE, OFFICER),
             partial(
                 measures.ask_resumption, measure_id=key, hazard_ids=open_ones, report="", evidence=(), enterprise_id=own,
             ), known={"hazard_ids": list(open_ones)}),
        step(here + "resumption-reviews", values, removal, "review-resumption", "审查恢复申请", "Review the request", (OFFICER,),
             partial(measures.review_resumption, measure_id=key, officers=begun.officers, results=agreed), asked=TEAM,
             known={"officers": team, "results": [{"hazard_id": one} for one in waiting]}),
        step("/v1/supply-cuts", {}, now.cite(POWER_CUT), "request-supply-cut", "申请停止供电（供应民用爆炸物品）",
             "Ask to cut off supply", (OFFICER,),
             partial(supply_cuts.request, measure_id=NEW, inspection_id=begun.inspection_id, command=cut), asked=TEAM,
             known={"inspection_id": begun.inspection_id, "suspension_id": key, "officers": team}, makes="measure_id"),
    ]  # fmt: skip


def _of_keeping(state: Keeping, now: Today) -> list[Offer]:
    begun = keeping.requested(state)
    key, here, values = begun.measure_id, "/v1/keepings/{measure_id}/", {"measure_id": begun.measure_id}
    left = tuple(KeptArticle(article_id=one, fate="return") for one in state.remaining)
    done = CarryOut(articles=begun.articles, officers=begun.officers, receipt=TAKEN)
    article = now.cite(ARTICLE_APPROVAL)
    return [
        step(here + "approvals", values, article, "approve-measure", "审批先行登记保存", "Approve, or not", (APPROVER,),
             partial(keepings.answer, measure_id=key, agreed=True, opinion="")),
        step(here + "executions", values, article, "carry-out", "实施先行登记保存", "Carry it out", (OFFICER,),
             partial(keepings.carry_out, measure_id=key, command=done), asked=TEAM,
             known={"officers": [_shown(one) for one in begun.officers], "articles": _listed(begun.articles)}),
        step(here + "decisions", values, article, "decide-measure", "作出处理决定", "Decide", (APPROVER,),
             partial(keepings.decide, measure_id=key, decisions=left),
             known={"decisions": [{"article_id": one} for one in state.remaining]}),
    ]  # fmt: skip


def _of_seizure(state: Seizure, now: Today) -> list[Offer]:
    begun = state.request or state.taken
    if begun is None:
        return []
    key, here, values = begun.measure_id, "/v1/seizures/{measure_id}/", {"measure_id": begun.measure_id}
    left = tuple(SeizedArticle(article_id=one, fate="return") for one in state.remaining)
    done = Seize(articles=begun.articles, officers=begun.officers, receipt=TAKEN)
    until = (state.until or now.day) + timedelta(days=1)
    article = now.cite(SEIZURE_APPROVAL)
    return [
        step(here + "approvals", values, article, "approve-measure", "审批查封扣押", "Approve, or not", (APPROVER,),
             partial(seizures.answer, measure_id=key, agreed=True, opinion="")),
        step(here + "executions", values, article, "carry-out", "实施查封扣押", "Carry it out", (OFFICER,),
             partial(seizures.carry_out, measure_id=key, command=done), asked=TEAM,
             known={"officers": [_shown(one) for one in begun.officers], "articles": _listed(begun.articles)}),
        step(here + "reports", values, now.cite(seizures.EMERGENCY), "report-seizure", "报告紧急查封扣押", "Report the emergency",
             (OFFICER,), partial(seizures.report, measure_id=key, text="")),
        step(here + "extensions", values, now.cite(seizures.EXTENSION), "extend-seizure", "延长期限", "Extend it", (APPROVER,),
             partial(seizures.extend, measure_id=key, until=until, reason=""), asked=("extension-too-long",)),
        step(here + "appraisals", values, now.cite(seizures.PERIOD), "begin-appraisal", "送检鉴定", "Begin an appraisal",
             (OFFICER,),
             partial(seizures.begin_appraisal, measure_id=key, appraisal="", expected_until=now.day)),
        step(here + "appraisal-ends", values, now.cite(seizures.PERIOD), "end-appraisal", "鉴定结束", "End the appraisal",
             (OFFICER,),
             partial(seizures.end_appraisal, measure_id=key, result="")),
        step(here + "decisions", values, article, "decide-measure", "作出处理决定", "Decide", (APPROVER,),
             partial(seizures.decide, measure_id=key, decisions=left),
             known={"decisions": [{"article_id": one} for one in state.remaining]}),
        step(here + "liftings", values, article, "lift-seizure", "解除查封扣押", "Lift it", (APPROVER, OFFICER),
             partial(seizures.lift, measure_id=key, reason="", receipt=TAKEN)),
    ]  # fmt: skip


def _of_supply_cut(state: SupplyCut, now: Today) -> list[Offer]:
    key = supply_cut.requested(state).measure_id
    here, values, article = "/v1/supply-cuts/{measure_id}/", {"measure_id": key}, now.cite(POWER_CUT)
    far = datetime.combine(now.day + timedelta(days=365), time(), CHINA)  # whatever notice is to be given, it is given
    return [
        step(here + "approvals", values, article, "approve-measure", "审批停止供应", "Approve, or not", (APPROVER,),
             partial(supply_cuts.answer, measure_id=key, agreed=True, opinion="")),
        step(here + "notices", values, article, "notify-supply-cut", "通知停止供应", "Tell supplier and unit", (OFFICER,),
             partial(supply_cuts.notify, measure_id=key, cut_from=far, emergency_reason=None)),
        step(here + "executions", values, article, "carry-out", "登记停止供应", "Note that supply is cut", (OFFICER,),
             partial(supply_cuts.carry_out, measure_id=key)),
        step(here + "restorations", values, article, "restore-supply", "恢复供应", "Restore supply", (OFFICER,),
             partial(supply_cuts.restore, measure_id=key, reason="")),
    ]  # fmt: skip


def _of_record(state: Record, now: Today) -> list[Offer]:
    if (begun := state.recorded) is None:
        return []
    key, values = begun.measure_id, {"measure_id": begun.measure_id}

    async def sign(work: Work) -> None:
        await records.sign(work, key, work.actor.id)

    return [
        step("/v1/records/{measure_id}/signatures", values, now.cite("two-officers"), "sign-record", "签署笔录",
             "Sign the record", (OFFICER,), sign),
        step("/v1/appraisal-commissions/{measure_id}/answers", values, None, "receive-appraisal", "登记鉴定意见",
             "Note the institute's opinion", (OFFICER,),
             partial(records.receive_appraisal, measure_id=key, opinion="", evidence=None)),
    ]  # fmt: skip


def _shown(officer: CheckedInOfficer) -> dict[str, str]:
    return {"officer_id": officer.officer_id, "certificate_no": officer.certificate_no}


def _listed(articles: Sequence[Article]) -> list[dict[str, Any]]:
    return [{name: getattr(one, name) for name in one.__slots__} for one in articles]
