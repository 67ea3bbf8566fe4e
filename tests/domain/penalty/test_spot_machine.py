"""No sequence of commands closes a penalty of the spot that is incomplete, unpaid, or whose cash is not at the bank."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

from hypothesis import given as drawn
from hypothesis import strategies as st

from chassis.domain import Event, Refused
from chassis.testing import given
from services.penalty.domain import (
    PAYMENTS,
    PaymentState,
    open_payment,
    receive_payment,
)
from services.penalty.domain.cash import collect_cash, deposit_cash, hand_over_cash
from services.penalty.domain.payment import ReceivePayment
from services.penalty.domain.spot import (
    SPOTS,
    SpotState,
    close_spot,
    decide_on_spot,
    flag_report,
    number_spot,
    report_spot,
)
from services.penalty.domain.spot_events import CashCollected, SpotPenaltyDecided
from tests.domain.penalty.spot_story import DAY, OFFICERS, after, asked, book, taken
from tests.domain.penalty.story import HEAD, noon, sanctions


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
        case "flag":
            told = state.decided
            return [] if told is None else flag_report(state, told.report_by, at)
        case _:
            return close_spot(state, payment, "", HEAD, at, law)


def paid(payment: PaymentState, events: list[Event], day: date) -> PaymentState:
    """What decisions and cash mean for the payment, as the commands do it."""
    for event in events:
        more: list[Event] = []
        if isinstance(event, SpotPenaltyDecided) and event.payment_due_on is not None:
            more = open_payment(payment, "spot-1", "e-1", event.total_fen, event.payment_due_on)
        if isinstance(event, CashCollected):
            came = ReceivePayment(amount_fen=event.amount_fen, bank_reference="cash.1", paid_on=event.collected_on)
            more = receive_payment(payment, came, noon(day), book(day))
        for one in more:
            payment = PAYMENTS.evolve(payment, one)
    return payment


STEPS = st.sampled_from(["decide", "number", "report", "collect", "hand-over", "deposit", "flag", "close"])


@drawn(st.lists(st.tuples(STEPS, st.integers(0, 2)), max_size=40))
def test_no_sequence_of_commands_closes_what_is_incomplete_or_unpaid(tried: list[tuple[str, int]]) -> None:
    state, payment, day, history = SpotState(), PaymentState(), DAY, list[Event]()
    for step, days in tried:
        day = day + timedelta(days=days)
        with suppress(Refused):
            events = attempt(step, state, payment, day)
            assert not (events and state.closed_on), "a closed penalty accepted a command"
            history += events
            payment = paid(payment, events, day)
            state = after(state, *events)
        if state.closed_on:
            assert (state.missing, payment.outstanding_fen, payment.credit_fen) == ((), 0, 0)
            assert state.deposited is not None
        assert state.handed_over is None or state.collected is not None
        assert len(set(state.defects)) == len(state.defects)
    assert given(SPOTS, history) == state
