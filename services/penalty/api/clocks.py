"""The clocks that run in a case, or of a penalty decided on the spot, as a reader is told them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from chassis.domain import day_of
from services.penalty import domain
from services.penalty.domain.regions import Regions
from services.penalty.domain.spot import SpotState, served
from services.penalty.projections.closure_clocks import CLOSURE
from services.penalty.projections.publication_clocks import PUBLICATION, WITHDRAWAL
from services.penalty.projections.spot_clocks import CASH_TO_BANK, CASH_TO_ORGAN, SPOT_REPORT


def passed_by(clocks: Iterable[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
    """Clocks with whether each has passed by a time."""
    day = day_of(at)
    return [{**clock, "passed": clock["due_on"] is not None and clock["due_on"] < day} for clock in clocks]


def running_on_the_spot(state: SpotState, regions: Regions) -> list[dict[str, Any]]:
    """The clocks of a penalty decided on the spot: its report, its cash, and those that it has in common with a case."""
    told, clocks = state.decided, []
    if told is not None and state.reported_on is None and state.closed_on is None:
        clocks.append(_clock(SPOT_REPORT, told.report_by, "report-late" in state.defects))
    if state.collected is not None and state.handed_over is None:
        clocks.append(_clock(CASH_TO_ORGAN, state.collected.hand_over_by, "cash-handover-late" in state.defects))
    if state.handed_over is not None and state.deposited is None:
        clocks.append(_clock(CASH_TO_BANK, state.handed_over.deposit_by, "cash-deposit-late" in state.defects))
    return [*clocks, *running(served(state), regions)]


def running(case: domain.CaseState, regions: Regions) -> list[dict[str, Any]]:
    """The clocks that run: what, of which party, until when, whether it has passed."""
    clocks = []
    if case.urgent_by is not None:
        clocks.append(_clock("filing-after-the-fact", case.urgent_by, case.filing_missed))
    if case.filed_on is not None and (not case.decided or case.to_decide_anew) and not case.reached("closed"):
        clocks.append(_clock("case-limit", case.decision_due_on, case.overdue))
    for side in case.sides:
        clocks += _clocks_of(side)
    for party_id, payment in regions.payments.items():
        if payment.due_on is not None and payment.settled_on is None and payment.revoked_on is None:
            clocks.append(_clock("payment-due", payment.next_due_on, payment.overdue, party_id))
    for party_id, region in regions.publications.items():
        if region.publish_by is not None:
            clocks.append(_clock(PUBLICATION, region.publish_by, region.overdue, party_id))
        if region.withdraw_by is not None:
            clocks.append(_clock(WITHDRAWAL, region.withdraw_by, region.withdrawal_overdue, party_id))
    if regions.standing.closure == "due" and regions.standing.due is not None and regions.standing.due.case_id == case.case_id:
        clocks.append(_clock(CLOSURE, regions.standing.due.reached_on, False))
    return clocks


def _clocks_of(side: domain.Side) -> list[dict[str, Any]]:
    """The clocks that run towards one party."""
    clocks, notice, hearing, decision = [], side.notice, side.hearing, side.decision
    if notice is not None and decision is None:
        if not notice.answered:
            clocks.append(_clock("statement", notice.statement_due_on, False, side.party_id))
        if notice.hearing_request_due_on is not None and hearing.requested_on is None and not hearing.lapsed:
            clocks.append(_clock("hearing-request", notice.hearing_request_due_on, False, side.party_id))
        if hearing.open and hearing.hold_by is not None:
            clocks.append(_clock("hearing-held", hearing.hold_by, hearing.overdue, side.party_id))
    if decision is not None and decision.serve_by is not None and decision.received_on is None and decision.revoked_on is None:
        clocks.append(_clock("service-due", decision.serve_by, decision.service_overdue, side.party_id))
    if decision is not None and decision.report_up_by and decision.reported_up_on is None and decision.revoked_on is None:
        clocks.append(_clock("reporting-up", decision.report_up_by, decision.reporting_up_overdue, side.party_id))
    return clocks


def _clock(name: str, due_on: date | None, overdue: bool, party_id: str = domain.UNIT) -> dict[str, Any]:
    return {"clock": name, "due_on": due_on, "overdue": overdue, "party_id": party_id}
