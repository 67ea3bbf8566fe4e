"""What is missing when its day is over: flagged, and from when on the surcharge on it grows no more."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from chassis.domain import Event, day_of
from services.penalty.domain.account import PaymentState
from services.penalty.domain.arrears import SurchargeLaw, cap_day
from services.penalty.domain.enforcement_events import UnpaidInstalment
from services.penalty.domain.events import PaymentOverdue
from services.penalty.domain.payment_events import Span, SurchargeReckoned


def flag_payment_overdue(state: PaymentState, due_on: date, at: datetime) -> list[Event]:
    """What was due that day is missing; nothing, if it came, if another day was due, or if it is flagged already."""
    debt, number = state.debt, instalment_due(state, due_on)
    if debt is None or number is None or day_of(at) <= due_on or due_on in state.flagged or state.settled_on is not None:
        return []
    day = due_on + timedelta(days=1)
    missing, gains = debt.missing(day), confiscation_missing(state, day)
    if not missing and not gains:
        return []
    return [
        PaymentOverdue(
            case_id=state.case_id, due_on=due_on, party_id=state.party_id, missing_fen=missing, instalment=number or None,
            confiscate_missing_fen=gains,
        )
    ]  # fmt: skip


def confiscation_missing(state: PaymentState, day: date) -> int:
    """What of the confiscated gains is in arrears on a day; they are not put off with the fine (APL 2021, article 66 ¶2)."""
    if state.due_on is None or day <= state.due_on:
        return 0
    paid = sum(transfer.amount_fen for transfer in state.transfers if transfer.paid_on < day) - state.refunded_fen
    return min(state.confiscation_fen, max(0, state.amount_fen + state.confiscation_fen - paid))


def unpaid_instalments(state: PaymentState) -> tuple[UnpaidInstalment, ...]:
    """What of each instalment is unpaid, in fen, due or not: what came after the plan goes to the first ones first.

    Together never more than what is unpaid of the fine, which may have been lowered since; nothing where there is no plan.
    """
    if state.plan is None:
        return ()
    paid = max(0, state.received_fen - state.refunded_fen - state.plan.covered_fen)
    left, unpaid = state.fine_due_fen, []
    for part in state.plan.instalments:
        covered = min(part.amount_fen, paid)
        paid -= covered
        missing = min(part.amount_fen - covered, left)
        left -= missing
        if missing:
            unpaid.append(UnpaidInstalment(number=part.number, due_on=part.due_on, amount_fen=missing))
    return tuple(unpaid)


def instalment_due(state: PaymentState, due_on: date) -> int | None:
    """The number of the instalment that is due that day, 0 for the whole fine, or what of it is in none; None if nothing is."""
    parts = () if state.plan is None else state.plan.instalments
    whole = 0 if due_on == state.due_on and (state.plan is None or state.short_of_plan) else None
    return next((part.number for part in parts if part.due_on == due_on), whole)


def reckon_cap(state: PaymentState, law: SurchargeLaw, pending: tuple[Span, ...], today: date) -> list[Event]:
    """From when on the surcharge will grow no more; nothing if that is as it was, or nothing is in arrears."""
    debt = state.debt
    if debt is None or not state.overdue or state.capped_on is not None or state.revoked_on is not None:
        return []
    cap_on = cap_day(debt, law, today, pending) if debt.missing(today) else None
    if cap_on == state.cap_on:
        return []
    return [
        SurchargeReckoned(
            case_id=state.case_id, missing_fen=debt.missing(today), cap_on=cap_on, reckoned_on=today, party_id=state.party_id
        )
    ]
