"""What is decided on site: notice, check-in, answers, meetings, statements, advice, conclusion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from chassis.domain import CHINA, Event, day_of, site_code
from services.inspection.domain import answering
from services.inspection.domain.answering import SOMEBODY, Answered, Answering, Live
from services.inspection.domain.events import (
    CheckedIn,
    ExpertAdvised,
    HazardFound,
    InspectionConcluded,
    InspectionPrepared,
)
from services.inspection.domain.inspection import (
    Advice,
    Certificates,
    CheckIn,
    Conclusion,
    InspectionState,
    prepared,
    present,
)
from services.inspection.domain.onsite_plan import (
    InspectionNoticed,
    Notice,
)
from services.inspection.domain.presence import (
    HoldMeeting,
    MakeStatement,
    StatementMade,
    meeting_of,
    require_meetings,
)
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Rules
from services.inspection.domain.signing import check_signed


def notify(state: InspectionState, command: Notice, rules: Rules, at: datetime) -> list[Event]:
    """Tell the enterprise of an approved inspection that is not unannounced (行政检查通知书; 国办发〔2024〕54号).

    Refused `called-off`, `plan-not-approved`, `unannounced`, `already-noticed`, `already-checked-in`.
    """
    plan = prepared(state)
    _check_expected(state, rules)
    if state.stage == "prepared":
        raise refused("plan-not-approved", rules)
    if state.mode == "unannounced":
        raise refused("unannounced", rules)
    if state.notice is not None:
        raise refused("already-noticed", rules)
    return [
        InspectionNoticed(
            inspection_id=plan.inspection_id, notice_id=command.notice_id, planned_on=plan.planned_on,
            inspections_so_far=command.inspections_so_far, handed_to=command.handed_to, noticed_at=at,
        )
    ]  # fmt: skip


def _check_expected(state: InspectionState, rules: Rules) -> None:
    if state.stage == "called-off":
        raise refused("called-off", rules)
    if state.stage in ("checked-in", "concluded"):
        raise refused("already-checked-in", rules)


def check_in(
    state: InspectionState, command: CheckIn, certificates: Certificates, rules: Rules, at: datetime, *,
    unseen: bool = False, stated: bool = False,
) -> list[Event]:  # fmt: skip
    """Check in on site: enough of the assigned officers with valid certificates (rules `two-officers`, `certificate-inspection`).

    Experts must be assigned too; they never count as officers. `unseen`: noted on a device that did not see another's check-in.
    `stated`: the sender says that it was `at` that time; without that it is now, whatever clocks of two machines say. Where the
    rulebook demands a reviewed plan, an approval that was recorded later covers no such check-in (`plan-approved-later`).
    """
    plan = prepared(state)
    if not unseen or state.stage == "called-off":
        _check_expected(state, rules)
    if state.stage == "prepared" and rules.approved_plan_required:
        raise refused("plan-not-approved", rules)
    if stated and state.approved_at is not None and at < state.approved_at and rules.plan_review_required:
        raise refused("plan-approved-later", rules, at=state.approved_at.astimezone(CHINA).isoformat(timespec="seconds"))
    if state.mode == "notified" and state.notice is None and rules.notice_required:
        raise refused("notice-missing", rules)
    assigned = {officer.officer_id for officer in plan.officers}
    for officer in command.officers:
        if officer.officer_id not in assigned:
            raise refused("officer-not-assigned", rules, officer_id=officer.officer_id)
    present(command.officers, certificates, rules, day_of(at))
    for expert_id in command.experts:
        if expert_id not in {expert.expert_id for expert in plan.experts}:
            raise refused("expert-not-assigned", rules, expert_id=expert_id)
    _check_code(plan, command, rules)
    arrived = CheckedIn(
        inspection_id=plan.inspection_id, task_id=plan.task_id, officers=command.officers,
        experts=tuple(dict.fromkeys(command.experts)), place=command.place, representative=command.representative,
        arrived_at=at, site_code=command.site_code, no_code_reason=command.no_code_reason, recorder=command.recorder,
        latitude_e7=command.latitude_e7, longitude_e7=command.longitude_e7,
    )  # fmt: skip
    return [arrived] if arrived != state.check_in else []


def _check_code(plan: InspectionPrepared, command: CheckIn, rules: Rules) -> None:
    """The code at the gate is the site's (扫码入企), or it is said why it was not scanned; the recorder runs where it must."""
    if command.site_code is not None and command.site_code != site_code(plan.enterprise_id):
        raise refused("site-code-of-another", rules)
    if rules.site_code_required and command.site_code is None and not command.no_code_reason:
        raise refused("site-code-missing", rules)


def answer_items(state: InspectionState, answers: Iterable[Answered], rules: Rules, by: Answering = SOMEBODY) -> list[Event]:
    """Answer planned items. Refused as `answering.decide` does; `not-checked-in`, `already-concluded`.

    After the conclusion only what is disputed or not signed is answered anew, and what was noted `unseen` before it.
    """
    told = list(answers)
    plan = prepared(state) if state.stage == "concluded" and _may_follow(state, told, by) else _on_site(state, rules)
    return list(answering.decide(plan.inspection_id, state.items, state.given, told, by, rules))


def _may_follow(state: InspectionState, answers: Iterable[Answered], by: Answering) -> bool:
    return by.unseen or all(answered.item_code in state.disputed | state.unsigned for answered in answers)


def findings(state: InspectionState, answers: Iterable[Answered], at: datetime) -> list[HazardFound]:
    """The hazards that answers to planned items consist of."""
    plan = prepared(state)
    return [
        HazardFound(
            hazard_id=finding.hazard_id, inspection_id=plan.inspection_id, enterprise_id=plan.enterprise_id,
            item_code=answered.item_code, key_item_code=state.items[answered.item_code].key_item_code,
            severity=finding.severity, fact=finding.fact, place=finding.place, found_on=day_of(at),
            equipment_id=finding.equipment_id, photos=finding.photos, immediate_measure=finding.immediate,
        )
        for answered in answers
        for finding in answered.hazards
    ]  # fmt: skip


def advise(
    state: InspectionState, told: Advice, rules: Rules, *,
    at: datetime | None = None, unseen: bool = False, adviser: str | None = None,
) -> list[Event]:  # fmt: skip
    """Record the advice of an assigned expert. `adviser`: the expert who tells it, who tells only his own; None: an officer.

    Refused `advice-of-another`, `expert-not-assigned`, `item-not-planned`, `advice-exists`.
    """
    plan = _visited(state, rules, unseen=unseen)
    if adviser is not None and adviser != told.expert_id:
        raise refused("advice-of-another", rules, expert_id=told.expert_id)
    if not state.takes_along(told.expert_id):
        raise refused("expert-not-assigned", rules, expert_id=told.expert_id)
    if told.item_code is not None and told.item_code not in state.items:
        raise refused("item-not-planned", rules, item_code=told.item_code)
    event = ExpertAdvised(
        inspection_id=plan.inspection_id, expert_id=told.expert_id, advice=told.advice, advice_id=told.advice_id, advised_at=at,
        item_code=told.item_code, photos=told.photos,
    )  # fmt: skip
    known = state.advised.get(told.advice_id) if told.advice_id is not None else None
    if known is not None and replace(known, advised_at=at) != event:
        raise refused("advice-exists", rules, advice_id=told.advice_id)
    return [event] if known is None else []


def hold_meeting(state: InspectionState, command: HoldMeeting, rules: Rules, *, unseen: bool = False) -> list[Event]:
    """Record the opening or the closing meeting. Refused as `presence.meeting_of` does; `meeting-exists`."""
    plan = _visited(state, rules, unseen=unseen)
    event = meeting_of(plan.inspection_id, command, rules)
    return _once(state.meetings.get(command.meeting_id), event, "meeting-exists", rules)


def state_something(state: InspectionState, command: MakeStatement, rules: Rules, *, unseen: bool = False) -> list[Event]:
    """Record what the enterprise states. Refused `statement-exists`."""
    plan = _visited(state, rules, unseen=unseen)
    event = StatementMade(
        inspection_id=plan.inspection_id, statement_id=command.statement_id, part=command.part, name=command.name,
        statement=command.statement, made_at=command.made_at,
    )  # fmt: skip
    return _once(state.statements.get(command.statement_id), event, "statement-exists", rules)


def _once(known: Event | None, event: Event, code: str, rules: Rules) -> list[Event]:
    if known is not None and known != event:
        raise refused(code, rules)
    return [] if known is not None else [event]


def conclude(state: InspectionState, command: Conclusion, rules: Rules, at: datetime, *, unseen: bool = False) -> list[Event]:
    """Close the record: every item answered; signed on site, or its refusal recorded (rule `inspection-record`).

    A record made on a device holds the answers that it saw (`covers`), whatever else has arrived meanwhile. Refused
    `answer-unknown`, `items-unanswered`, `items-disputed`, `meeting-missing`, `signed-and-refused`, `signature-missing`.
    """
    plan = _visited(state, rules, unseen=unseen)
    live = _recorded(state, command.covers, rules)
    if missing := [code for code in state.items if code not in live]:
        raise refused("items-unanswered", rules, items="、".join(missing))
    if disputed := sorted(answering.disputed(live)):
        raise refused("items-disputed", rules, items="、".join(disputed))
    require_meetings(state.meetings.values(), rules)
    check_signed(command, rules)
    present_then = state.check_in
    event = InspectionConcluded(
        inspection_id=plan.inspection_id, task_id=plan.task_id, enterprise_id=plan.enterprise_id,
        concluded_on=day_of(at), officers=len(present_then.officers) if present_then else 0,
        experts=len(present_then.experts) if present_then else 0, items_answered=len(live),
        hazards=len(answering.hazards_of(live)), signed_by=command.signed_by, refused_reason=command.refused_reason,
        witness=command.witness, concluded_at=at,
        covers=None if command.covers is None else tuple(sorted(set(command.covers))),
    )  # fmt: skip
    return [event] if event != state.conclusion else []


def _recorded(state: InspectionState, covers: tuple[str, ...] | None, rules: Rules) -> Live:
    if covers is None:
        return state.live
    if unknown := sorted(set(covers) - state.given.keys()):
        raise refused("answer-unknown", rules, item_code="", answers="、".join(unknown))
    return answering.standing(state.given[answer_id] for answer_id in covers)


def _visited(state: InspectionState, rules: Rules, *, unseen: bool) -> InspectionPrepared:
    """The plan of a visit that is under way, or, for what was noted without seeing its end, is over."""
    return prepared(state) if unseen and state.stage == "concluded" else _on_site(state, rules)


def _on_site(state: InspectionState, rules: Rules) -> InspectionPrepared:
    if state.stage == "concluded":
        raise refused("already-concluded", rules)
    if state.stage == "called-off":
        raise refused("called-off", rules)
    if state.stage != "checked-in":
        raise refused("not-checked-in", rules)
    return prepared(state)
