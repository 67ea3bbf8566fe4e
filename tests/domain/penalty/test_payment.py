"""Payment of the fine: each transfer once, never more than owed, settled when the sum is reached."""

from __future__ import annotations

from datetime import date
from typing import Any

from chassis.testing import given
from services.penalty import domain
from services.penalty.domain import PAYMENTS, PaymentState
from tests.domain.penalty.story import noon, paid, refused, rules

DAY = date(2021, 9, 28)
DUE = date(2021, 10, 8)


def receive(state: PaymentState, fen: int, reference: str = "B9", paid_on: date = DAY) -> list[Any]:
    command = domain.ReceivePayment(amount_fen=fen, bank_reference=reference, paid_on=paid_on)
    return domain.receive_payment(state, command, noon(DAY), rules(DAY))


def test_payment_opens_once() -> None:
    [event] = domain.open_payment(PaymentState(), "case", "e-1", 900_000, DUE)
    opened = given(PAYMENTS, [event])
    assert (opened.outstanding_fen, opened.due_on) == (900_000, DUE)
    assert domain.open_payment(opened, "case", "e-1", 1, DUE) == []


def test_whole_sum_settles() -> None:
    received, settled = receive(paid(), 900_000)
    assert received.amount_fen == 900_000
    assert settled.settled_on == DAY


def test_parts_settle_when_the_sum_is_reached() -> None:
    assert len(receive(paid(900_000, 400_000), 499_999)) == 1
    assert len(receive(paid(900_000, 400_000), 500_000)) == 2


def test_overpayment_is_refused() -> None:
    with refused("overpayment", article="第67条"):
        receive(paid(900_000, 400_000), 500_001)
    with refused("overpayment"):
        receive(paid(900_000, 900_000), 1)


def test_bank_reference_is_unique_in_the_case() -> None:
    with refused("bank-reference-known"):
        receive(paid(900_000, 400_000), 100, "B0")


def test_payment_must_be_open() -> None:
    with refused("payment-not-open"):
        receive(PaymentState(), 100)


def test_payment_is_positive_and_in_the_past() -> None:
    with refused("amount-not-positive"):
        receive(paid(), 0)
    with refused("paid-in-future"):
        receive(paid(), 1, paid_on=date(2021, 9, 29))


def test_overdue_is_flagged_the_day_after_once() -> None:
    assert domain.flag_payment_overdue(paid(), DUE, noon(DUE)) == []
    [event] = domain.flag_payment_overdue(paid(), DUE, noon(date(2021, 10, 9)))
    flagged = PAYMENTS.evolve(paid(), event)
    assert flagged.overdue
    assert domain.flag_payment_overdue(flagged, DUE, noon(date(2021, 10, 9))) == []
    assert domain.flag_payment_overdue(paid(900_000, 900_000), DUE, noon(date(2021, 10, 9))) == []


def test_what_is_overdue_may_still_be_paid() -> None:
    [event] = domain.flag_payment_overdue(paid(), DUE, noon(date(2021, 10, 9)))
    assert len(receive(PAYMENTS.evolve(paid(), event), 900_000)) == 2
