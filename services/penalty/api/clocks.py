"""The clocks that run in a case, or of a penalty decided on the spot, as a reader is told them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from chassis.domain import Refused, day_of
from chassis.sight import Sight
from services.penalty import domain, queries
from services.penalty.domain.expiries import ENGLISH
from services.penalty.domain.regions import Regions
from services.penalty.domain.rulebook import LITIGATION_AFTER
from services.penalty.domain.spot import SpotState, served
from services.penalty.domain.transfer import TransferState
from services.penalty.projections.clocks import period_of
from services.penalty.projections.closure_clocks import CLOSURE
from services.penalty.projections.enforcement_clocks import COURT_ALLOWED, COURT_RIGHT
from services.penalty.projections.publication_clocks import PUBLICATION, WITHDRAWAL
from services.penalty.projections.remedy_clocks import LITIGATION_RIGHT, RECONSIDERATION_RIGHT
from services.penalty.projections.spot_clocks import CASH_TO_BANK, CASH_TO_ORGAN, SPOT_REPORT
from services.penalty.projections.transfer_clocks import TRANSFER_ANSWER, TRANSFER_DECISION, TRANSFER_HANDOVER


def ruled(clocks: Iterable[dict[str, Any]], rules: domain.Rules | None) -> list[dict[str, Any]]:
    """Clocks with what the rules of the day say of their end."""
    return [
        {**{name: told for name, told in one.items() if name != "period"}, **end_of(one["clock"], one["period"], rules)}
        for one in clocks
    ]


async def rules_if_any(db: Sight, day: date) -> domain.Rules | None:
    """The rules of a day; None where none are in force: clocks are told also then, only nobody says what their end means."""
    try:
        return await queries.rules_on(db.fetch, day)
    except Refused:
        return None


def end_of(kind: str, named: str, rules: domain.Rules | None) -> dict[str, Any]:
    """What the end of a clock means, by which article, and whether it moves on where it is no working day.

    All of it null where no period of the rules is behind the clock. `rolls_unverified`: that its last day moves on or does
    not was not checked against the law yet.
    """
    period = "" if rules is None else period_of(kind, named, rules)
    code, title = (None, None) if rules is None else rules.expiries.get(period, (None, None))
    length = None if rules is None else rules.periods.get(period)
    return {
        "article": None if rules is None or code is None else rules.cite(period), "on_expiry": code, "on_expiry_title": title,
        "on_expiry_title_en": None if code is None else ENGLISH.get(code, code),
        "rolls": None if length is None else length.rolls,
        "rolls_unverified": length is not None and length.rolls_unverified,
    }  # fmt: skip


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
    return [*clocks, *running(served(state), regions, closed=state.closed_on is not None)]


def running(case: domain.CaseState, regions: Regions, *, closed: bool = False) -> list[dict[str, Any]]:
    """The clocks that run: what, of which party, until when, whether it has passed."""
    closed = closed or case.reached("closed")
    clocks = []
    if case.urgent_by is not None:
        clocks.append(_clock("filing-after-the-fact", case.urgent_by, case.filing_missed))
    if case.filed_on is not None and (not case.decided or case.to_decide_anew) and not closed:
        clocks.append(_clock("case-limit", case.decision_due_on, case.overdue, period=next(iter(case.extended[-1:]), "")))
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
    if not closed:
        clocks += [*_rights(regions), *_enforcement(regions), *_transfer(regions.transfer)]
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


def _rights(regions: Regions) -> Iterator[dict[str, Any]]:
    """The rights of the parties that they may still use; neither runs out while a remedy is pending."""
    for party_id, region in regions.remedies.items():
        if region.is_pending:
            continue
        if region.reconsideration_due_on is not None and not region.reconsideration_lapsed:
            yield _clock(RECONSIDERATION_RIGHT, region.reconsideration_due_on, False, party_id)
        if region.litigation_due_on is not None and not region.litigation_lapsed:
            after = LITIGATION_AFTER if region.reconsideration_due_on is None else ""
            yield _clock(LITIGATION_RIGHT, region.litigation_due_on, False, party_id, after)


def _enforcement(regions: Regions) -> Iterator[dict[str, Any]]:
    """From when a court may be asked, and until when; neither while one is at it."""
    for party_id, region in regions.enforcements.items():
        if region.current is not None or region.finished is not None:
            continue
        if (demand := region.court_demand) is not None and not region.allowed:
            yield _clock(COURT_ALLOWED, demand.wait_until, False, party_id)
        if region.due_on is not None and not region.lapsed:
            yield _clock(COURT_RIGHT, region.due_on, False, party_id)


def _transfer(region: TransferState) -> Iterator[dict[str, Any]]:
    """What a transfer waits for."""
    handed = None if region.hand_over_by is None else day_of(region.hand_over_by)
    waits = {
        "reported": (TRANSFER_DECISION, region.decide_by), "approved": (TRANSFER_HANDOVER, handed),
        "handed-over": (TRANSFER_ANSWER, region.answer_by),
    }  # fmt: skip
    name, due_on = waits.get(region.phase, ("", None))
    if due_on is not None:
        yield _clock(name, due_on, f"{name.removeprefix('transfer-')}-late" in region.defects)


def _clock(name: str, due_on: date | None, overdue: bool, party_id: str = domain.UNIT, period: str = "") -> dict[str, Any]:
    """A clock; `period` is the one of the rulebook behind it, where that is not the one of every such clock."""
    return {"clock": name, "due_on": due_on, "overdue": overdue, "party_id": party_id, "period": period}
