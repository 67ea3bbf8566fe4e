"""The surcharge on what is not paid in time: 3 % a day, at most the fine, not while a remedy is pending; exact to the fen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chassis.calendar import WorkingDays
from chassis.domain import Actor, Event, Refused
from chassis.testing import given
from services.penalty import domain
from services.penalty.domain import PAYMENTS, PaymentState
from services.penalty.domain.arrears import Debt, SurchargeLaw, cap_day, reckon, surcharge_law
from services.penalty.domain.overdue import flag_payment_overdue, reckon_cap
from services.penalty.domain.payment import after, lower_payment, revoke_payment
from services.penalty.domain.payment_events import Span
from services.penalty.domain.surcharge import (
    DecideSurcharge,
    RemitSurcharge,
    accrued,
    decide_surcharge,
    limit_day,
    reach_cap,
    remit_surcharge,
)
from tests.domain.penalty.story import HEAD, document, facts, noon, refused, rules, until

DUE = date(2026, 10, 8)
FINE = 4_500_000
BOOK = "rulebook-2026-2.json"
LAW = SurchargeLaw(rate_permille=30, cap_percent=100)
SERVED = until(domain.DecisionServed)
LI = Actor(id="o-li", name="李明", role="approver")


def on(day: int, due: date = DUE) -> date:
    """So many days after the day it was due."""
    return due + timedelta(days=day)


def owing(fine: int = FINE, due: date = DUE, *transfers: tuple[int, date]) -> PaymentState:
    """A fine that is due, with what came when."""
    events: list[Event] = [domain.PaymentOpened(case_id="c", enterprise_id="e", amount_fen=fine, due_on=due)]
    events += [
        domain.PaymentReceived(case_id="c", amount_fen=fen, bank_reference=f"B{n}", paid_on=day)
        for n, (fen, day) in enumerate(transfers)
    ]
    return given(PAYMENTS, events)


def decide(state: PaymentState, upto: date, *, at: date | None = None, pending: tuple[Span, ...] = (), **who: Any) -> list[Any]:
    day = at or upto
    command = DecideSurcharge(approver=who.get("approver", HEAD), until=upto)
    return decide_surcharge(SERVED, state, command, "加罚1号", pending, noon(day), rules(day, BOOK))


def test_the_law_is_the_rulebooks() -> None:
    assert surcharge_law(rules(DUE, BOOK)) == LAW
    content = document(BOOK)
    other = {**content, "surcharge": {**content["surcharge"], "rate_permille_per_day": 10, "cap_percent": 50}}
    assert surcharge_law(domain.rules_on(other, DUE, WorkingDays())) == SurchargeLaw(rate_permille=10, cap_percent=50)
    strange = {**content, "surcharge": {**content["surcharge"], "counts_from": "full-moon"}}
    with pytest.raises(Refused, match="no-rule-in-force"):
        surcharge_law(domain.rules_on(strange, DUE, WorkingDays()))


def test_f26_due_day_rolls_over_the_holiday() -> None:
    assert rules(date(2026, 9, 20), BOOK).due("T13-payment", date(2026, 9, 20)).day == DUE
    assert rules(date(2025, 9, 20), "rulebook-2025.json").due("T13-payment", date(2025, 9, 20)).day == date(2025, 10, 9)
    assert rules(date(2024, 9, 19), "rulebook-2023.json").due("T13-payment", date(2024, 9, 19)).day == date(2024, 10, 8)
    assert rules(date(2024, 3, 1), "rulebook-2023.json").due("T13-payment", date(2024, 3, 1)).day == date(2024, 3, 18)


@pytest.mark.parametrize("due", [DUE, date(2025, 2, 27), date(2024, 2, 27), date(2024, 12, 31)], ids=str)
@pytest.mark.parametrize(
    ("day", "fen"),
    [(-3, 0), (0, 0), (1, 135_000), (10, 1_350_000), (33, 4_455_000), (34, 4_500_000), (35, 4_500_000), (5000, 4_500_000)],
)
def test_f27_surcharge_of_45_000_yuan(day: int, fen: int, due: date) -> None:
    """After 10 days 13 500 yuan, after 34 or more 45 000, never more; across month ends and leap days."""
    assert accrued(owing(FINE, due), LAW, on(day, due)).fen == fen


@pytest.mark.parametrize("due", [DUE, date(2024, 1, 31), date(2025, 1, 31)], ids=str)
def test_f27_limit_is_reached_on_day_34(due: date) -> None:
    assert limit_day(owing(FINE, due), LAW, due) == on(34, due)


def test_f28_days_of_a_pending_remedy_are_not_counted() -> None:
    state = owing()
    pending = (Span(on(4), on(23)),)
    assert accrued(state, LAW, on(3), pending).fen == 3 * 135_000
    assert accrued(state, LAW, on(23), pending).fen == 3 * 135_000
    assert accrued(state, LAW, on(30), pending) == reckon(replace(debt(state), due_on=on(20)), LAW, on(30))
    assert accrued(state, LAW, on(30), pending).days == 10
    assert state.outstanding_fen == FINE  # the fine itself stays due
    assert accrued(state, LAW, on(90), (Span(on(4)),)).fen == 3 * 135_000
    assert limit_day(state, LAW, on(23), pending) == on(54)
    unstopped = replace(LAW, suspendable=False)
    assert accrued(state, unstopped, on(30), pending).fen == 30 * 135_000


def test_f28_overlapping_remedies_stop_a_day_once() -> None:
    pending = (Span(on(1), on(10)), Span(on(5), on(20)), Span(on(15), on(15)))
    assert accrued(owing(), LAW, on(25), pending) == accrued(owing(), LAW, on(5))


def debt(state: PaymentState) -> Debt:
    assert state.debt is not None
    return state.debt


def test_payment_in_part_lowers_what_it_runs_on_from_the_next_day() -> None:
    state = owing(FINE, DUE, (1_500_000, on(10)))
    assert accrued(state, LAW, on(10)).fen == 10 * 135_000
    assert accrued(state, LAW, on(11)).fen == 10 * 135_000 + 90_000
    assert accrued(owing(FINE, DUE, (FINE, on(2))), LAW, on(50)).fen == 2 * 135_000
    assert accrued(owing(FINE, DUE, (FINE, on(0))), LAW, on(50)).fen == 0
    assert accrued(owing(FINE, DUE, (1_500_000, on(-9))), LAW, on(1)).fen == 90_000


def test_fractions_of_a_fen_are_rounded_once_at_the_end() -> None:
    assert [accrued(owing(1), LAW, on(day)).fen for day in (16, 17, 33, 34)] == [0, 1, 1, 1]
    assert accrued(owing(333), LAW, on(1)).fen == 10  # 9.99
    assert accrued(owing(333), LAW, on(3)).fen == 30  # 29.97, not three times ten
    assert accrued(owing(50), LAW, on(1)).fen == 2  # 1.5


def test_every_day_added_up_is_the_same_as_stretches() -> None:
    state = owing(777_777, DUE, (111_111, on(3)), (5, on(3)), (222_222, on(9)), (100_000, on(-2)))
    pending = (Span(on(5), on(7)), Span(on(12)))
    for upto in range(-3, 40):
        days = [day for day in range(1, upto + 1) if not 5 <= day <= 7 and day < 12]
        exact = sum(30 * debt(state).missing(on(day)) for day in days)
        assert accrued(state, LAW, on(upto), pending).fen == (exact + 500) // 1000, upto


def test_limit_day_is_where_the_sum_reaches_the_limit() -> None:
    state = owing(FINE, DUE, (1_500_000, on(10)))
    limit = limit_day(state, LAW, DUE)
    assert limit is not None
    assert accrued(state, LAW, limit).fen == FINE
    assert accrued(state, LAW, limit - timedelta(days=1)).fen < FINE
    assert limit_day(owing(FINE, DUE, (FINE, on(2))), LAW, on(3)) is None
    assert cap_day(Debt(fine_fen=10**13, due_on=DUE, paid=((DUE, 10**13 - 1),)), LAW, DUE) is None  # beyond the calendar


def test_decision_freezes_the_sum_and_is_owed() -> None:
    state = after(owing(FINE, DUE, (FINE, on(10))), domain.PaymentSettled(case_id="c", settled_on=on(10)))
    [decided] = decide(state, on(10), at=on(12))
    assert (decided.amount_fen, decided.total_fen, decided.days, decided.decided_on) == (1_350_000, 1_350_000, 10, on(12))
    owed = after(state, decided)
    assert (owed.outstanding_fen, owed.surcharge_due_fen, owed.fine_due_fen, owed.settled_on) == (1_350_000, 1_350_000, 0, None)
    with refused("nothing-accrued", article="第72条"):
        decide(owed, on(20))
    command = domain.ReceivePayment(amount_fen=1_350_000, bank_reference="S1", paid_on=on(20))
    paid = after(owed, *domain.receive_payment(owed, command, noon(on(20)), rules(on(20), BOOK)))
    assert (paid.settled_on, paid.outstanding_fen, paid.credit_fen) == (on(20), 0, 0)


def test_later_decision_adds_what_has_accrued_since() -> None:
    first = after(owing(), *decide(owing(), on(10)))
    [more] = decide(first, on(34))
    assert (more.amount_fen, more.total_fen) == (FINE - 1_350_000, FINE)
    whole = after(first, more)
    assert (whole.surcharge_fen, whole.surcharged_fen, whole.outstanding_fen) == (FINE, FINE, 2 * FINE)
    with refused("nothing-accrued"):
        decide(whole, on(400))


def test_decision_names_the_days_that_were_not_counted() -> None:
    [decided] = decide(owing(), on(10), pending=(Span(on(3), on(5)),))
    assert (decided.amount_fen, decided.days, decided.suspended) == (7 * 135_000, 7, (Span(on(3), on(5)),))


def test_what_may_not_be_decided() -> None:
    with refused("payment-not-open"):
        decide(PaymentState(), on(1))
    with refused("surcharge-in-future"):
        decide(owing(), on(11), at=on(10))
    with refused("nothing-accrued"):
        decide(owing(), on(0))
    with refused("handler-approves"):
        decide(owing(), on(10), approver=LI)
    gone = after(owing(), *revoke_payment(owing(), on(5)))
    with refused("nothing-accrued"):
        decide(gone, on(10))


def remit(state: PaymentState, fen: int, approver: Actor = HEAD) -> list[Any]:
    command = RemitSurcharge(approver=approver, amount_fen=fen, reason="已采取补救措施，经营困难")
    return remit_surcharge(SERVED, state, command, noon(on(40)), rules(on(40), BOOK))


def test_remission_lets_off_what_is_unpaid_of_the_surcharge_only() -> None:
    state = after(owing(FINE, DUE, (FINE, on(10))), *decide(owing(FINE, DUE, (FINE, on(10))), on(10)))
    with refused("remission-too-high"):
        remit(state, 1_350_001)
    with refused("handler-approves"):
        remit(state, 1, LI)
    [part] = remit(state, 350_000)
    left = after(state, part)
    assert (left.outstanding_fen, left.remitted_fen) == (1_000_000, 350_000)
    remitted, settled = remit(left, 1_000_000)
    assert (remitted.approved_by, settled.settled_on) == ("head-1", on(40))
    with refused("remission-too-high"):
        remit(owing(), 1)  # the fine is never remitted


def test_transfer_that_had_come_earlier_lowers_what_was_decided() -> None:
    """Reported on day 20, but paid in time: then there was nothing in arrears."""
    state = after(owing(), *decide(owing(), on(10)))
    command = domain.ReceivePayment(amount_fen=FINE, bank_reference="L1", paid_on=on(0))
    received, lowered, settled = facts(domain.receive_payment(state, command, noon(on(20)), rules(on(20), BOOK)))
    assert (lowered.from_fen, lowered.to_fen, lowered.reason) == (1_350_000, 0, "paid-earlier")
    assert after(state, received, lowered, settled).outstanding_fen == 0


def test_lowered_fine_lowers_its_surcharge_as_if_it_had_never_been_larger() -> None:
    state = after(owing(), *decide(owing(), on(10)))
    lowered, surcharge = facts(lower_payment(state, FINE // 3, on(50)))
    assert (lowered.to_fen, surcharge.from_fen, surcharge.to_fen) == (1_500_000, 1_350_000, 450_000)
    assert after(state, lowered, surcharge).revoked_fen == 3_000_000 + 900_000


def test_remitted_surcharge_is_not_lowered_below_what_was_remitted() -> None:
    state = after(owing(), *decide(owing(), on(10)))
    state = after(state, *remit(state, 1_000_000))
    lowered = after(state, *lower_payment(state, FINE // 3, on(50)))
    assert (lowered.surcharge_fen, lowered.remitted_fen, lowered.outstanding_fen) == (1_000_000, 1_000_000, 1_500_000)


def test_revoked_fine_takes_what_is_not_remitted_of_its_surcharge_along() -> None:
    state = after(owing(FINE, DUE, (100, on(9))), *decide(owing(FINE, DUE, (100, on(9))), on(10)))
    state = after(state, *remit(state, 350_000))
    revoked, due = facts(revoke_payment(state, on(50)))
    assert (revoked.fine_fen, revoked.surcharge_fen, due.amount_fen) == (FINE, state.surcharge_fen - 350_000, 100)
    gone = after(state, revoked, due)
    assert (gone.outstanding_fen, gone.credit_fen, gone.surcharge_fen) == (0, 100, 350_000)


def test_overdue_sets_the_clock_of_the_limit_running_and_payment_moves_it() -> None:
    [overdue] = facts(flag_payment_overdue(owing(), DUE, noon(on(1))))
    assert (overdue.missing_fen, overdue.instalment) == (FINE, None)
    late = after(owing(), overdue)
    [running] = facts(reckon_cap(late, LAW, (), on(1)))
    assert (running.cap_on, running.missing_fen) == (on(34), FINE)
    state = after(late, running)
    assert reckon_cap(state, LAW, (), on(2)) == []
    part = after(state, domain.PaymentReceived(case_id="c", amount_fen=1_500_000, bank_reference="P", paid_on=on(10)))
    [moved] = facts(reckon_cap(part, LAW, (), on(11)))
    assert moved.cap_on == limit_day(part, LAW, on(11))
    whole = after(state, domain.PaymentReceived(case_id="c", amount_fen=FINE, bank_reference="P", paid_on=on(10)))
    [ended] = facts(reckon_cap(whole, LAW, (), on(11)))
    assert ended.cap_on is None
    assert reckon_cap(owing(), LAW, (), on(11)) == []  # not overdue yet


def test_on_the_day_of_the_limit_it_is_reached_or_reckoned_anew() -> None:
    state = after(owing(), *flag_payment_overdue(owing(), DUE, noon(on(1))))
    state = after(state, *reckon_cap(state, LAW, (), on(1)))
    assert reach_cap(state, on(34), LAW, (), noon(on(34))) == []
    [reached] = facts(reach_cap(state, on(34), LAW, (), noon(on(35))))
    assert (reached.cap_fen, reached.reached_on) == (FINE, on(34))
    assert reach_cap(after(state, reached), on(34), LAW, (), noon(on(35))) == []
    [again] = facts(reach_cap(state, on(34), LAW, (Span(on(11)),), noon(on(35))))
    assert again.cap_on == on(59)  # ten days had counted, twenty-four more do from the day after
    [later] = facts(reach_cap(state, on(34), LAW, (Span(on(11), on(20)),), noon(on(35))))
    assert later.cap_on == on(44)
