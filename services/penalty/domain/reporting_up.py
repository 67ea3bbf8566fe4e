"""Serious penalties are reported to the organ above (备案): by when, that it was done, and that it was not done in time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from chassis.domain import Event, day_of
from services.penalty.domain.case import CaseState
from services.penalty.domain.ending_events import DecisionReportedUp, ReportingUpOverdue
from services.penalty.domain.guards import require_not_before, require_open
from services.penalty.domain.parties import UNIT
from services.penalty.domain.rulebook import REPORTING_UP, Rules
from services.penalty.domain.sides import Decision

RULE, THRESHOLD = "reporting-up", "reporting-up"
LEVELS: Mapping[str, str] = {"district": "county"}
"""What the rulebook calls the level of an organ, where it is called otherwise here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportUp:
    """To whom a decision was reported, under which number of theirs, on which day."""

    authority: str
    reference_no: str
    reported_on: date
    party_id: str = UNIT


def report_up_by(level: str, total_fen: int, kinds: Collection[str], day: date, rules: Rules) -> date | None:
    """By when a decision must be reported to the organ above; None if it need not (T28, Order 15 of 2015, articles 62 to 64).

    By the amount for the level of the organ, or by a kind whatever the amount; both are the rulebook's.
    """
    serious = rules.reached(THRESHOLD, "any", total_fen, level=LEVELS.get(level, level)) or not rules.kinds(THRESHOLD).isdisjoint(
        kinds
    )
    return rules.due(REPORTING_UP, day).day if serious and REPORTING_UP in rules.periods else None


def is_to_report(decision: Decision) -> bool:
    """Whether a decision that stands has yet to be reported to the organ above."""
    return decision.report_up_by is not None and decision.reported_up_on is None and decision.revoked_on is None


def report_up(state: CaseState, command: ReportUp, at: datetime, rules: Rules) -> list[Event]:
    """Note that the decision was reported; once, late is possible and a defect. The same again changes nothing."""
    require_open(state, rules)
    decision = state.decision_of(command.party_id)
    if decision is None:
        raise rules.refusal(RULE, "not-decided", "尚未作出处罚决定", "there is no decision yet")
    if decision.report_up_by is None:
        raise rules.refusal(RULE, "nothing-to-report", "该处罚决定不需要报上级备案", "this decision need not be reported")
    if decision.reported_up_on is not None:
        rules.require(
            decision.reported_up_on == command.reported_on, RULE, "reported-already", "已经报备", "it was reported already",
            reported_on=decision.reported_up_on,
        )  # fmt: skip
        return []
    require_not_before(command.reported_on, decision.decided_on, rules, RULE)
    rules.require(command.reported_on <= day_of(at), RULE, "day-in-future", "日期在将来", "the day lies in the future")
    return [
        DecisionReportedUp(
            case_id=state.case_id, party_id=command.party_id, authority=command.authority, reference_no=command.reference_no,
            reported_on=command.reported_on, late=command.reported_on > decision.report_up_by,
        )
    ]  # fmt: skip


def miss_reporting_up(state: CaseState, party_id: str, due_on: date, at: datetime) -> list[Event]:
    """T28 has passed without a report: a defect is flagged, the report stays due; nothing, if it was made or need not be."""
    decision = state.decision_of(party_id)
    if decision is None or decision.report_up_by != due_on or day_of(at) <= due_on or state.reached("closed"):
        return []
    if decision.reported_up_on is not None or decision.reporting_up_overdue or decision.revoked_on is not None:
        return []
    return [ReportingUpOverdue(case_id=state.case_id, party_id=party_id, due_on=due_on)]
