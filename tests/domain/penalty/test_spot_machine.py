"""No sequence of commands closes a penalty of the spot that is incomplete, unpaid, or whose cash is not at the bank."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from hypothesis import given as drawn
from hypothesis import strategies as st

from chassis.domain import Event, Refused
from chassis.testing import given
from services.penalty import domain
from services.penalty.domain import (
    PAYMENTS,
    PaymentState,
    open_payment,
    receive_payment,
)
from services.penalty.domain.cash import collect_cash, deposit_cash, hand_over_cash, reference_of
from services.penalty.domain.cash_corrections import (
    StrikeEntry,
    answer_cash_correction,
    propose_cash_correction,
    strike_entry,
    withdraw_cash_correction,
)
from services.penalty.domain.payment import ReceivePayment
from services.penalty.domain.reversal import ReversePayment, require_reversible, reverse_payment
from services.penalty.domain.spot import (
    SPOTS,
    SpotState,
    decide_on_spot,
    flag_report,
    number_spot,
    report_spot,
)
from services.penalty.domain.spot_closing import close_spot
from services.penalty.domain.spot_events import CashCollected, CashEntryStruck, SpotPenaltyDecided
from tests.domain.penalty.spot_story import DAY, OFFICERS, after, asked, book, taken
from tests.domain.penalty.story import HEAD, noon, sanctions, until

SERVED = until(domain.DecisionServed)


def attempt(step: str, state: SpotState, payment: PaymentState, day: date) -> list[Event]:
    """A command, or a clock that fires."""
    at, law = noon(day), book(day)
    match step:
        case "decide":
            what = asked(10_000, day=day, payment="on-the-spot", cash_reason="small-fine")
            return decide_on_spot(state, what, None, OFFICERS, sanctions(), at, law)
        case "number":
            return number_spot(state, "号", at, law)
        case "report":
            return report_spot(state, day, at, law)
        case "collect":
            return collect_cash(state, payment, taken(collected_on=day), at, law)
        case "hand-over":
            return hand_over_cash(state, day, at, law)
        case "deposit":
            return deposit_cash(state, "B1", day, at, law)
        case "strike-collection" | "strike-handover" | "strike-deposit":
            return corrected(step.removeprefix("strike-"), state, payment, day)
        case "flag":
            told = state.decided
            return [] if told is None else flag_report(state, told.report_by, at)
        case _:
            return close_spot(state, payment, "", HEAD, at, law)


def corrected(entry: Any, state: SpotState, payment: PaymentState, day: date) -> list[Event]:
    """Proposed, withdrawn, proposed again and agreed to; of a deposit as its transfer's correction does it."""
    at, law = noon(day), book(day)
    if entry == "deposit":
        strike = StrikeEntry(entry="deposit", kind="mistyped", opinion="", proposed_by="p-finance", approved_by=HEAD.id)
        return strike_entry(state, strike, at, law)
    proposed = propose_cash_correction(state, entry, "mistyped", "录错", "p-finance", day, law)
    if entry == "collection" and state.collected is not None:
        require_reversible(payment, reference_of(state.collected), law)
    asked_for = after(state, *proposed)
    withdrawn = withdraw_cash_correction(asked_for, "无误", "p-finance", day)
    assert after(asked_for, *withdrawn) == state, "what was only proposed changes nothing"
    return [*proposed, *withdrawn, *proposed, *answer_cash_correction(asked_for, True, "属实", HEAD.id, at, law)]


def paid(payment: PaymentState, events: list[Event], day: date) -> PaymentState:
    """What decisions and cash mean for the payment, as the commands do it."""
    for event in events:
        more: list[Event] = []
        if isinstance(event, SpotPenaltyDecided) and event.payment_due_on is not None:
            more = open_payment(payment, "spot-1", "e-1", event.total_fen, event.payment_due_on)
        if isinstance(event, CashCollected):
            came = ReceivePayment(amount_fen=event.amount_fen, bank_reference=reference_of(event), paid_on=event.collected_on)
            more = receive_payment(payment, came, noon(day), book(day))
        if isinstance(event, CashEntryStruck) and event.entry == "collection":
            found = ReversePayment(
                bank_reference=payment.references[-1], kind="mistyped", reason="录错", proposed_by="p-finance", approver=HEAD
            )
            more = reverse_payment(SERVED, payment, found, noon(day), book(day))
        for one in more:
            payment = PAYMENTS.evolve(payment, one)
    return payment


STEPS = st.sampled_from(
    [
        "decide", "number", "report", "collect", "hand-over", "deposit", "flag", "close", "strike-collection", "strike-handover",
        "strike-deposit",
    ]
)  # fmt: skip
MONEY = ("collect", "hand-over", "deposit", "strike-collection", "strike-handover", "strike-deposit")


@drawn(st.lists(st.tuples(STEPS, st.integers(0, 2)), max_size=40))
def test_no_sequence_of_commands_closes_what_is_incomplete_or_unpaid(tried: list[tuple[str, int]]) -> None:
    state, payment, day, history = SpotState(), PaymentState(), DAY, list[Event]()
    for step, days in tried:
        day = day + timedelta(days=days)
        with suppress(Refused):
            events = attempt(step, state, payment, day)
            right = step in MONEY and (state.struck or step.startswith("strike"))
            assert right or not (events and state.closed_on), "a closed penalty accepted a command"
            closing = step == "close"
            history += events
            payment = paid(payment, events, day)
            state = after(state, *events)
            if closing:
                assert (state.missing, payment.outstanding_fen, payment.credit_fen) == ((), 0, 0)
                assert state.deposited is not None
        assert payment.received_fen == (0 if state.collected is None else state.collected.amount_fen), "no fen that nobody took"
        assert state.deposited is None or state.handed_over is not None
        assert state.handed_over is None or state.collected is not None
        assert len(set(state.defects)) == len(state.defects)
    assert given(SPOTS, history) == state
