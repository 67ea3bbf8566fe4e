"""What may be done next with an inspection, an order and a hazard: their own commands, tried with what a form would hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, get_args

from fastapi import Request

from chassis.auth import Principal
from chassis.domain import day_of, site_code
from chassis.offers import NEW, Making, Offer, Question, Steps
from chassis.offers import offered as tried_now
from chassis.runner import Work
from services.inspection import queries
from services.inspection.api.reading import own_of
from services.inspection.commands import hazards, orders, referrals, visits
from services.inspection.domain.answering import Answered
from services.inspection.domain.events import CheckedInOfficer, ReinspectionResult
from services.inspection.domain.extension import AskExtension
from services.inspection.domain.hazard import ENDED, HAZARD, HazardState, Supervise, found
from services.inspection.domain.inspection import INSPECTION, Advice, CheckIn, Conclusion, InspectionState, prepared
from services.inspection.domain.onsite_plan import DraftPlan, Notice
from services.inspection.domain.order import ORDER, Dated, OrderState, ReInspection, Report, issued
from services.inspection.domain.presence import Attendee, HoldMeeting, MakeStatement, Part
from services.inspection.domain.rules import Rules

OFFICER, MANAGER, APPROVER, EXPERT, ENTERPRISE = "officer", "manager", "approver", "expert", "enterprise"
TEAM = frozenset({"certificate-mismatch", "certificate-expired", "too-few-officers", "officer-not-assigned", "officer-twice"})
"""What is wrong with the officers, whom the form is yet to name."""


@dataclass(frozen=True, slots=True)
class Today:
    """The day on which it is asked, and the rules of that day; None where none are in force."""

    day: date
    rules: Rules | None

    def cite(self, rule: str) -> str | None:
        """The article that a rule rests on."""
        return None if self.rules is None else self.rules.articles.get(rule)


async def today(question: Question) -> Today:
    """The day of the service's clock, with its rules."""
    day = day_of(question.at)
    return Today(day, await queries.rules(question.rows, day))


async def offered(request: Request, principal: Principal, make: Making, organ: str = "") -> Steps:
    """The steps for whoever asks; an enterprise or an expert is told of its own only: what an organ weighs is not said to it."""
    if own_of(principal) is None:
        return await tried_now(request, principal, make, organ)

    async def mine(question: Question) -> Sequence[Offer]:
        return [offer for offer in await make(question) if principal.roles & set(offer.roles)]

    return await tried_now(request, principal, mine, organ)


def step(
    path: str, values: Mapping[str, str], article: str | None, name: str, zh: str, en: str, roles: tuple[str, ...],
    tried: Callable[[Work], Awaitable[Any]], *, asked: Collection[str] = (), known: Mapping[str, Any] | None = None,
    makes: str | None = None,
) -> Offer:  # fmt: skip
    """A step of a matter: `path` as in the OpenAPI document, filled in by `values`."""
    return Offer(
        name=name, zh=zh, en=en, path=path, roles=roles, tried=tried, values=values, asked=asked, article=article,
        known=known or {}, makes=makes,
    )  # fmt: skip


def team_of(state: InspectionState) -> tuple[CheckedInOfficer, ...]:
    """The officers who were to go, each with the certificate that they hold."""
    officers = () if state.plan is None else state.plan.officers
    return tuple(CheckedInOfficer(officer_id=one.officer_id, certificate_no=one.certificate_no) for one in officers)


def of_inspection(
    state: InspectionState, found_there: Collection[HazardState], now: Today, expert: str | None
) -> list[Offer]:  # fmt: skip
    """The steps of an inspection: its plan, the visit, and what follows from its record; `expert`: who asks, if it is one."""
    plan = prepared(state)
    key, values = plan.inspection_id, {"inspection_id": plan.inspection_id}
    here = "/v1/inspections/{inspection_id}/"
    first = next((code for code in state.items if code not in state.live), next(iter(state.items), ""))
    adviser = expert or (plan.experts[0].expert_id if plan.experts else "")
    mode = "unannounced" if state.draft is None else state.draft.mode
    drafted = DraftPlan(mode=mode, items=tuple(state.applicable), remark="")

    async def hold_meeting(work: Work) -> None:
        there = tuple(Attendee(part=part, name=NEW) for part in get_args(Part))
        await visits.hold_meeting(work, key, HoldMeeting(meeting_id=NEW, meeting="opening", held_at=work.at, attendees=there))

    async def state_something(work: Work) -> None:
        said = MakeStatement(statement_id=NEW, part="unit-head", name=NEW, statement=NEW, made_at=work.at)
        await visits.state_something(work, key, said)

    plan_rule, record_rule = now.cite("annual-plan"), now.cite("inspection-record") or now.cite("full-record")
    arrival = CheckIn(team_of(state), (), NEW, NEW, site_code(plan.enterprise_id))
    return [
        step(here + "plan-drafts", values, plan_rule, "draft-plan", "拟定检查方案", "Draft the plan", (OFFICER,),
             partial(visits.draft_plan, inspection_id=key, command=drafted), known={"items": list(state.items), "mode": mode}),
        step(here + "plan-reviews", values, plan_rule, "review-plan", "审核检查方案", "Review the plan", (MANAGER, APPROVER),
             partial(visits.review_plan, inspection_id=key, agreed=True, opinion=""), known={"agreed": True}),
        step(here + "plan-approvals", values, plan_rule, "approve-plan", "批准检查方案", "Approve the plan", (APPROVER,),
             partial(visits.approve_plan, inspection_id=key, mode=mode), known={"mode": mode}),
        step(here + "notices", values, plan_rule, "notify", "通知企业", "Tell the enterprise", (OFFICER,),
             partial(visits.notify, inspection_id=key, command=Notice(notice_id=NEW, inspections_so_far=0, handed_to=NEW)),
             makes="notice_id"),
        step(here + "check-ins", values, now.cite("two-officers"), "check-in", "到场", "Check in", (OFFICER,),
             partial(visits.check_in, inspection_id=key, command=arrival)),
        step(here + "answers", values, record_rule, "answer-items", "登记检查结论", "Answer items", (OFFICER,),
             partial(visits.answer, inspection_id=key, answers=[Answered(first, "compliant", answer_id=NEW)]),
             asked=("already-answered", "answer-exists")),
        step(here + "advice", values, None, "advise", "登记专家意见", "Record an expert's advice", (OFFICER, EXPERT),
             partial(visits.advise, inspection_id=key, told=Advice(adviser, NEW)),
             known={"expert_id": adviser} if adviser else {}),
        step(here + "meetings", values, record_rule, "hold-meeting", "登记启动会、总结会", "Record a meeting", (OFFICER,),
             hold_meeting, asked=("presence-missing", "absence-unexplained"), makes="meeting_id"),
        step(here + "statements", values, record_rule, "state-something", "登记企业陈述", "Record a statement", (OFFICER,),
             state_something, makes="statement_id"),
        step(here + "conclusions", values, record_rule, "conclude", "结束检查", "Close the record", (OFFICER,),
             partial(visits.conclude, inspection_id=key, command=Conclusion(signed_by=NEW))),
        *_following(key, found_there, now),
    ]  # fmt: skip


def _following(key: str, found_there: Collection[HazardState], now: Today) -> list[Offer]:
    """What follows from hazards: an order for those that no order holds, a referral of those that were not referred."""
    stand = [one for one in found_there if one.found is not None and one.status != "withdrawn"]
    if not stand:
        return []
    orderable = [one for one in stand if one.order_id is None and one.status not in ENDED] or stand
    to_refer = [one for one in stand if one.referral_id is None] or stand
    of_a_day = [one for one in to_refer if found(one).found_on == found(to_refer[0]).found_on]
    dated = [Dated(found(one).hazard_id, now.day) for one in orderable]
    named = [found(one).hazard_id for one in of_a_day]
    listed = [{"hazard_id": one.hazard_id} for one in dated]
    return [
        step("/v1/orders", {}, now.cite("inspection-powers"), "issue-order", "责令限期整改", "Order rectification", (OFFICER,),
             partial(orders.issue_order, order_id=NEW, inspection_id=key, dated=dated),
             known={"inspection_id": key, "hazards": listed}, makes="order_id"),
        step("/v1/referrals", {}, now.cite("applicable-law"), "refer", "移送行政处罚", "Refer to penalty", (OFFICER,),
             partial(referrals.refer, referral_id=NEW, inspection_id=key, hazard_ids=named),
             known={"inspection_id": key, "hazard_ids": named}, makes="referral_id"),
    ]  # fmt: skip


async def of_order(state: OrderState, own: str | None, question: Question) -> list[Offer]:
    """The steps of a rectification order; `own` is the enterprise that asks, None for people of an organ."""
    now, order = await today(question), issued(state)
    key, values, here = order.order_id, {"order_id": order.order_id}, "/v1/orders/{order_id}/"
    every = tuple(state.progress)
    to_do = tuple(one for one in every if state.progress[one] in ("ordered", "failed")) or every
    untouched = tuple(one for one in every if state.progress[one] == "ordered") or every
    waiting = tuple(
        one for one in every
        if state.progress[one] == "reported" or (state.progress[one] == "ordered" and state.due[one] < now.day)
    ) or tuple(one for one in every if state.progress[one] in ("ordered", "failed")) or every  # fmt: skip
    notice = 0 if now.rules is None or now.rules.extension_request is None else now.rules.extension_request.length
    in_time = tuple(one for one in untouched if now.day <= state.due[one] - timedelta(days=notice)) or untouched
    more = AskExtension(
        hazard_ids=in_time, until=max(state.due[one] for one in in_time) + timedelta(days=1), ground="force-majeure", reason="",
    )  # fmt: skip
    results = tuple(ReinspectionResult(hazard_id=one, passed=True, note=None) for one in waiting)

    async def re_inspect(work: Work) -> None:
        await work.load(ORDER, key)
        visit = await work.load(INSPECTION, order.inspection_id)
        await orders.re_inspect(work, key, ReInspection(team_of(visit.state), results))

    async def answer_extension(work: Work) -> None:
        await orders.grant_extension(work, key, "")

    removal, longer = now.cite("hazard-removal"), now.cite("rectification-extension")
    return [
        step(here + "rectification-reports", values, removal, "report-rectification", "报告整改情况", "Report rectification",
             (ENTERPRISE, OFFICER),
             partial(orders.report_rectification, order_id=key, command=Report(to_do, "", ()), enterprise_id=own),
             known={"hazard_ids": list(to_do)}),
        step(here + "extension-requests", values, longer, "ask-extension", "申请延期整改", "Ask for more time",
             (ENTERPRISE, OFFICER),
             partial(orders.ask_extension, order_id=key, command=more, enterprise_id=own), known={"hazard_ids": list(in_time)}),
        step(here + "extensions", values, longer, "answer-extension", "答复延期申请", "Answer the request for more time",
             (APPROVER,), answer_extension),
        step(here + "re-inspections", values, removal, "re-inspect", "登记复查结果", "Record the re-inspection", (OFFICER,),
             re_inspect, asked=TEAM, known={"results": [{"hazard_id": one} for one in waiting]}),
    ]  # fmt: skip


async def of_hazard(state: HazardState, question: Question) -> list[Offer]:
    """The steps of a hazard beside those of its order."""
    now, finding = await today(question), found(state)
    key, values, here = finding.hazard_id, {"hazard_id": finding.hazard_id}, "/v1/hazards/{hazard_id}/"
    major = now.cite("major-hazard-supervision")

    async def supervise(work: Work) -> None:
        await work.load(HAZARD, key)
        visit = await work.load(INSPECTION, finding.inspection_id)
        organ = prepared(visit.state).organ_id
        listed = Supervise(supervision_id=NEW, organ_id=organ, organ="", measures="", due_on=now.day)
        await hazards.supervise(work, key, listed)

    return [
        step(here + "corrections", values, now.cite("inspection-powers"), "correct", "登记当场整改", "Note a correction at once",
             (OFFICER,),
             partial(hazards.correct, hazard_id=key, how="", photos=())),
        step(here + "closings", values, None, "close", "终止整改", "Close by decision", (APPROVER,),
             partial(hazards.close, hazard_id=key, ground="site-closed", reason="")),
        step(here + "supervisions", values, major, "supervise", "挂牌督办", "Supervise", (APPROVER,), supervise,
             asked=("organ-unknown",), makes="supervision_id"),
        step(here + "supervision-liftings", values, major, "lift-supervision", "解除挂牌督办", "End the supervision", (APPROVER,),
             partial(hazards.lift_supervision, hazard_id=key, reason="")),
    ]  # fmt: skip
