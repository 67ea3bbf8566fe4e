"""Confiscated gains are owed with the fine, paid after it, never surcharged, and conserved to the fen; credits hold a closing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chassis.domain import Event, Refused
from chassis.testing import given
from services.penalty import domain
from services.penalty.domain import PAYMENTS, Beside, PaymentState, deferral, overdue, payment, surcharge
from services.penalty.domain.arrears import surcharge_law
from tests.domain.penalty.story import (
    CASE_ID,
    HEAD,
    RECTIFIED,
    charge,
    decided,
    facts,
    noon,
    refused,
    rules,
    served,
    until,
)

BOOKS = {"rulebook-2023.json": date(2024, 3, 1), "rulebook-2025.json": date(2025, 6, 3), "rulebook-2026-3.json": date(2026, 4, 7)}
FINE, GAINS = 1_000_000, 300_001


def opened(received: date, book: str, fine: int = FINE, gains: int = GAINS, party: str = "unit") -> PaymentState:
    due = rules(received, book).due("T13-payment", received).day
    events = domain.open_payment(PaymentState(), CASE_ID, "e-1", fine, due, party_id=party, confiscate_fen=gains)
    return given(PAYMENTS, events)


def pay(state: PaymentState, fen: int, day: date, book: str, reference: str = "B1") -> PaymentState:
    command = domain.ReceivePayment(amount_fen=fen, bank_reference=reference, paid_on=day)
    return payment.after(state, *domain.receive_payment(state, command, noon(day), rules(day, book)))


@pytest.mark.parametrize("party", ["unit", "p-1"])
@pytest.mark.parametrize(("book", "received"), BOOKS.items())
def test_money_goes_to_the_fine_then_to_the_gains(book: str, received: date, party: str) -> None:
    state = opened(received, book, party=party)
    assert (state.outstanding_fen, state.fine_due_fen, state.confiscation_due_fen) == (FINE + GAINS, FINE, GAINS)
    half = pay(state, FINE, received, book)
    assert (half.fine_due_fen, half.confiscation_due_fen, half.settled_on) == (0, GAINS, None)
    whole = pay(half, GAINS, received, book, "B2")
    assert (whole.outstanding_fen, whole.credit_fen, whole.settled_on) == (0, 0, received)
    assert pay(state, FINE + GAINS + 7, received, book).credit_fen == 7


@pytest.mark.parametrize(("book", "received"), BOOKS.items())
def test_the_surcharge_runs_on_the_fine_only_and_gains_in_arrears_are_flagged(book: str, received: date) -> None:
    state = opened(received, book)
    law, due = surcharge_law(rules(received, book)), state.due_on
    assert due is not None
    late = due + timedelta(days=10)
    assert surcharge.accrued(state, law, late).fen == FINE * 3 * 10 // 100
    [flag] = facts(overdue.flag_payment_overdue(state, due, noon(late)))
    assert (flag.missing_fen, flag.confiscate_missing_fen) == (FINE, GAINS)
    paid = pay(state, FINE, due, book)
    [flag] = facts(overdue.flag_payment_overdue(paid, due, noon(late)))
    assert (flag.missing_fen, flag.confiscate_missing_fen) == (0, GAINS)
    after = payment.after(paid, flag)
    assert surcharge.accrued(after, law, late).fen == 0
    assert overdue.reckon_cap(after, law, (), late) == []
    assert overdue.flag_payment_overdue(pay(paid, GAINS, due, book, "B2"), due, noon(late)) == []
    with refused("nothing-accrued"):
        command = surcharge.DecideSurcharge(approver=HEAD, until=late)
        surcharge.decide_surcharge(until(domain.DecisionServed), after, command, "号", (), noon(late), rules(late, book))


def test_gains_are_not_put_off_with_the_fine() -> None:
    book, received = "rulebook-2026-3.json", BOOKS["rulebook-2026-3.json"]
    state, later = opened(received, book), received + timedelta(days=60)
    case, whole = until(domain.DecisionServed), (deferral.Part(later, FINE),)
    with refused("instalments-not-exact"):
        asked = deferral.RequestDeferral(reason="困难", parts=(deferral.Part(later, FINE + GAINS),), applied_on=received)
        deferral.request_deferral(state, asked, noon(received), rules(received, book))
    asked = deferral.RequestDeferral(reason="困难", parts=whole, applied_on=received)
    state = payment.after(state, *deferral.request_deferral(state, asked, noon(received), rules(received, book)))
    answer = deferral.AnswerDeferral(approver=HEAD, agreed=True, opinion="同意", parts=None)
    events = deferral.answer_deferral(case, state, answer, ("号", ("号",)), noon(received), rules(received, book))
    put_off = payment.after(state, *events)
    assert state.due_on is not None
    assert overdue.confiscation_missing(put_off, state.due_on) == 0
    assert overdue.confiscation_missing(put_off, state.due_on + timedelta(days=1)) == GAINS


def test_of_a_surcharge_only_what_is_neither_fine_nor_gains_is_remitted() -> None:
    book, received = "rulebook-2026-3.json", BOOKS["rulebook-2026-3.json"]
    state, case = opened(received, book), until(domain.DecisionServed)
    assert state.due_on is not None
    late = state.due_on + timedelta(days=10)
    decide = surcharge.DecideSurcharge(approver=HEAD, until=late)
    state = payment.after(state, *surcharge.decide_surcharge(case, state, decide, "号", (), noon(late), rules(late, book)))
    assert (state.outstanding_fen, state.surcharge_due_fen) == (FINE + GAINS + 300_000, 300_000)
    with refused("remission-too-high"):
        remit = surcharge.RemitSurcharge(approver=HEAD, amount_fen=300_001, reason="协议")
        surcharge.remit_surcharge(case, state, remit, noon(late), rules(late, book))


def test_only_gains_without_a_fine_are_owed_too() -> None:
    book, received = "rulebook-2025.json", BOOKS["rulebook-2025.json"]
    state = opened(received, book, fine=0)
    assert (state.outstanding_fen, state.settled_on) == (GAINS, None)
    assert pay(state, GAINS, received, book).settled_on == received


def test_what_is_lowered_or_revoked_is_given_back_gains_too() -> None:
    book, received = "rulebook-2025.json", BOOKS["rulebook-2025.json"]
    paid = pay(opened(received, book), FINE + GAINS, received, book)
    lower = payment.after(paid, *payment.lower_payment(paid, FINE, received, GAINS - 1))
    assert (lower.credit_fen, lower.revoked_fen, lower.confiscation_fen) == (1, 1, GAINS - 1)
    revoked = payment.after(lower, *payment.revoke_payment(lower, received))
    assert (revoked.credit_fen, revoked.revoked_fen) == (FINE + GAINS, FINE + GAINS)
    for fine, gains in ((FINE + 1, GAINS), (FINE, GAINS + 1)):
        with pytest.raises(Refused, match="fine-not-lower"):
            payment.lower_payment(paid, fine, received, gains)


def confiscating() -> domain.CaseState:
    taking = replace(charge(), confiscate_fen=GAINS)
    event = decided(taking)
    assert isinstance(event, domain.PenaltyDecided)
    before = until(domain.StatementWaived)
    return told_after(before, replace(event, confiscate_fen=GAINS), served())


def told_after(state: domain.CaseState, *events: Event) -> domain.CaseState:
    for event in events:
        state = domain.CASE.evolve(state, event)
    return state


def test_a_changed_decision_may_take_less_and_never_more() -> None:
    day = date(2021, 10, 9)

    def change(fen: int | None, gains: int | None) -> list[Event]:
        command = domain.ChangeDecision(
            cause="reconsideration", reason="复议", amounts={} if fen is None else {"STL-K1": fen},
            confiscations={} if gains is None else {"STL-K1": gains},
        )  # fmt: skip
        return domain.change_decision(confiscating(), command, noon(day), rules(day))

    after = told_after(confiscating(), *change(None, 1)).decision_of("unit")
    assert after is not None
    assert (after.total_fen, after.confiscate_fen) == (900_000, 1)
    for heavier in ((None, None), (None, GAINS + 1), (800_000, GAINS + 1)):
        with refused("not-lighter", article="第45条"):
            change(*heavier)


def test_no_closing_while_gains_are_unpaid_or_money_is_to_be_given_back() -> None:
    day, case = date(2021, 10, 9), confiscating()
    due = PaymentState(case_id=CASE_ID, imposed_fen=900_000, amount_fen=900_000, due_on=date(2021, 10, 8),
                       confiscated_fen=GAINS, confiscation_fen=GAINS)  # fmt: skip

    def close(state: PaymentState) -> list[Event]:
        beside = Beside(payments={"unit": state}, hazards=RECTIFIED)
        return domain.close_case(case, beside, "performed", "已履行", HEAD, noon(day), rules(day))

    with refused("payment-not-settled"):
        close(pay(due, 900_000, date(2021, 9, 28), "rulebook-2021.json"))
    over = pay(due, 900_000 + GAINS + 5, date(2021, 9, 28), "rulebook-2021.json")
    with refused("credit-open"):
        close(over)
    refund = payment.MakeRefund(amount_fen=5, bank_reference="R1", refunded_on=day)
    back = payment.after(over, *payment.make_refund(over, refund, noon(day), rules(day)))
    assert [type(event) for event in close(back)] == [domain.CaseClosed]


def test_a_decision_that_only_confiscates_is_not_closed_unpaid() -> None:
    event = decided(replace(charge(), amount_fen=0, confiscate_fen=GAINS))
    assert isinstance(event, domain.PenaltyDecided)
    case = told_after(until(domain.StatementWaived), replace(event, confiscate_fen=GAINS), served())
    day = date(2021, 10, 9)
    with refused("payment-not-settled"):
        domain.close_case(case, Beside(hazards=RECTIFIED), "performed", "已履行", HEAD, noon(day), rules(day))


def test_a_revoked_decision_is_closed_when_what_was_paid_is_back() -> None:
    day = date(2021, 10, 9)
    revoke = domain.RevokeDecision(cause="litigation", reason="判决撤销", anew=False)
    before = until(domain.DecisionServed)
    case = told_after(before, *domain.revoke_decision(before, revoke, noon(day), rules(day)))
    due = PaymentState(imposed_fen=900_000, amount_fen=900_000, due_on=date(2021, 10, 8))
    paid = pay(due, 900_000, date(2021, 9, 28), "rulebook-2021.json")
    back = payment.after(paid, *payment.revoke_payment(paid, day))
    beside = Beside(payments={"unit": back}, hazards=RECTIFIED)
    with refused("credit-open"):
        domain.close_case(case, beside, "revoked", "撤销", HEAD, noon(day), rules(day))


def test_the_refund_is_a_step_as_long_as_there_is_a_credit() -> None:
    day, case = date(2021, 10, 9), until(domain.DecisionServed)
    over = pay(PaymentState(imposed_fen=9, amount_fen=9, due_on=date(2021, 10, 8)), 10, date(2021, 9, 28), "rulebook-2021.json")
    for state, permitted in ((over, True), (replace(over, refunded_fen=1), False)):
        known = domain.Facts(
            rules=rules(day), officers=(), sanctions=domain.Sanctions(items={}, ranges_at_act=(), ranges_now=()), address="南昌",
            beside=Beside(payments={"unit": state}, hazards=RECTIFIED),
        )  # fmt: skip
        steps = {step.name: step for step in domain.outlook(case, known, noon(day))}
        assert steps["make-refund"].permitted is permitted
