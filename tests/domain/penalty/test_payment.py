"""Payment of the fine: each transfer once, settled when the sum is reached; what is too much is given back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chassis.domain import Refused
from chassis.testing import given
from services.penalty import domain
from services.penalty.domain import PAYMENTS, PaymentState
from services.penalty.domain.payment import MakeRefund, after, lower_payment, make_refund, revoke_payment
from tests.domain.penalty.story import facts, noon, paid, refused, rules

DAY = date(2021, 9, 28)
DUE = date(2021, 10, 8)


def receive(state: PaymentState, fen: int, reference: str = "B9", paid_on: date = DAY) -> list[Any]:
    command = domain.ReceivePayment(amount_fen=fen, bank_reference=reference, paid_on=paid_on)
    return domain.receive_payment(state, command, noon(DAY), rules(DAY))


def give_back(state: PaymentState, fen: int, reference: str = "R1", on: date = DAY) -> list[Any]:
    command = MakeRefund(amount_fen=fen, bank_reference=reference, refunded_on=on)
    return make_refund(state, command, noon(DAY), rules(DAY))


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


def test_overpayment_is_recorded_and_to_be_given_back() -> None:
    received, settled, due = receive(paid(900_000, 400_000), 500_001)
    assert (received.amount_fen, settled.settled_on) == (500_001, DAY)
    assert (due.amount_fen, due.reason) == (1, "overpaid")
    _, due = receive(paid(900_000, 900_000), 70)
    assert due.amount_fen == 70


def test_refund_is_never_more_than_is_to_be_given_back() -> None:
    state = after(paid(900_000, 400_000), *receive(paid(900_000, 400_000), 500_100))
    assert (state.credit_fen, state.outstanding_fen) == (100, 0)
    refunded = after(state, *give_back(state, 60))
    assert (refunded.credit_fen, refunded.refunded_fen) == (40, 60)
    with refused("refund-too-high"):
        give_back(refunded, 41, "R2")
    with refused("bank-reference-known"):
        give_back(refunded, 40, "R1")
    with refused("refund-day"):
        give_back(state, 1, on=date(2021, 9, 27))
    with refused("refund-too-high"):
        give_back(paid(900_000, 400_000), 1)


def test_refund_is_not_earlier_than_the_money_that_it_gives_back() -> None:
    early, late = date(2021, 9, 20), date(2021, 9, 27)
    state = after(paid(100), *receive(paid(100), 150, "B1", early))
    state = after(state, *receive(state, 1_000, "B2", late))
    with refused("refund-day"):
        give_back(state, 1_050, on=early)
    with refused("refund-day"):
        give_back(state, 151, on=date(2021, 9, 26))
    assert len(give_back(state, 50, on=early)) == 1
    assert len(give_back(state, 1_050, on=late)) == 1


def test_lowered_fine_gives_back_what_was_paid_above_it() -> None:
    state = paid(900_000, 900_000)
    lowered, due = facts(lower_payment(state, 250_000, DAY))
    assert (lowered.from_fen, lowered.to_fen, due.amount_fen, due.reason) == (900_000, 250_000, 650_000, "lowered")
    after_it = after(state, lowered, due)
    assert (after_it.credit_fen, after_it.revoked_fen, after_it.outstanding_fen) == (650_000, 650_000, 0)


def test_lowered_fine_may_be_settled_by_what_came() -> None:
    lowered, settled, due = facts(lower_payment(paid(900_000, 400_000), 300_000, DAY))
    assert (lowered.to_fen, settled.settled_on, due.amount_fen) == (300_000, DAY, 100_000)
    assert facts(lower_payment(paid(900_000, 400_000), 400_000, DAY))[-1].settled_on == DAY
    assert len(lower_payment(paid(900_000, 400_000), 400_001, DAY)) == 1


def test_fine_is_lowered_only() -> None:
    assert lower_payment(paid(), 900_000, DAY) == []
    assert lower_payment(PaymentState(), 1, DAY) == []
    with pytest.raises(Refused, match="fine-not-lower"):
        lower_payment(paid(), 900_001, DAY)


def test_revoked_fine_is_given_back_whole_once() -> None:
    state = paid(900_000, 400_000)
    revoked, due = facts(revoke_payment(state, DAY))
    assert (revoked.fine_fen, due.amount_fen, due.reason) == (900_000, 400_000, "revoked")
    gone = after(state, revoked, due)
    assert (gone.outstanding_fen, gone.credit_fen, gone.revoked_fen) == (0, 400_000, 900_000)
    assert revoke_payment(gone, DAY) == []
    assert lower_payment(gone, 0, DAY) == []
    assert revoke_payment(PaymentState(), DAY) == []
    assert [type(event) for event in revoke_payment(paid(), DAY)] == [type(revoked)]


def test_money_that_comes_after_the_revocation_is_given_back() -> None:
    gone = after(paid(), *revoke_payment(paid(), DAY))
    received, due = receive(gone, 100)
    assert (received.amount_fen, due.amount_fen) == (100, 100)


def test_person_has_a_payment_of_its_own() -> None:
    [event] = domain.open_payment(PaymentState(), "case", "e-1", 20_000, DUE, party_id="p-1", document_no="罚2号")
    opened = given(PAYMENTS, [event])
    assert (opened.party_id, opened.document_no) == ("p-1", "罚2号")
    assert {event.party_id for event in receive(opened, 20_001)} == {"p-1"}


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
