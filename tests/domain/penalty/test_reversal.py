"""A payment that was recorded wrongly is taken back: what is owed, late and surcharged is as if it had never been there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chassis.domain import Actor, Event, Refused
from services.penalty import domain
from services.penalty.domain import PaymentState, bank, corrections
from services.penalty.domain.bank import TRANSFERS, TransferState, report_transfer, send_transfer
from services.penalty.domain.bank_events import BankTransferReported
from services.penalty.domain.deferral import AnswerDeferral, Part, RequestDeferral, answer_deferral, request_deferral
from services.penalty.domain.overdue import flag_payment_overdue, reckon_cap
from services.penalty.domain.payment import MakeRefund, after, lower_payment, make_refund, receive_payment, revoke_payment
from services.penalty.domain.reversal import ReversePayment, require_payable, reverse_payment
from services.penalty.domain.surcharge import RemitSurcharge, accrued, remit_surcharge
from tests.domain.penalty.story import HEAD, WHOLE, facts, noon, refused, rules, told
from tests.domain.penalty.test_surcharge import BOOK, DUE, FINE, LAW, LI, SERVED, decide, on, owing


def take_back(state: PaymentState, reference: str, day: date, approver: Actor = HEAD) -> list[Any]:
    command = ReversePayment(
        bank_reference=reference, kind="misassigned", reason="认错案件", proposed_by="p-finance", approver=approver
    )
    return reverse_payment(SERVED, state, command, noon(day), rules(day, BOOK))


def came(state: PaymentState, fen: int, reference: str, paid_on: date, day: date | None = None) -> PaymentState:
    command = domain.ReceivePayment(amount_fen=fen, bank_reference=reference, paid_on=paid_on)
    return after(state, *receive_payment(state, command, noon(day or paid_on), rules(day or paid_on, BOOK)))


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_what_a_wrong_payment_had_settled_is_owed_again_and_late() -> None:
    state = came(owing(), FINE, "B1", on(-5))
    assert state.settled_on == on(-5)
    events = take_back(state, "B1", on(10))
    assert names(events) == ["PaymentReversed", "PaymentOverdue"]
    assert (events[0].outstanding_fen, events[0].due_on, events[0].overdue) == (FINE, DUE, False)
    assert (events[1].missing_fen, events[1].due_on) == (FINE, DUE)
    now = after(state, *events)
    assert (now.outstanding_fen, now.settled_on, now.transfers, now.references) == (FINE, None, (), ())
    assert accrued(now, LAW, on(10)) == accrued(owing(), LAW, on(10))
    [reckoned] = facts(reckon_cap(now, LAW, (), on(10)))
    assert reckoned.cap_on == on(34)
    assert now.taken_back == (events[0],)


def test_before_the_fine_is_due_nothing_is_late_and_its_clock_runs_again() -> None:
    state = came(owing(), FINE, "B1", on(-5))
    [taken] = take_back(state, "B1", on(-1))
    assert (taken.due_on, taken.outstanding_fen) == (DUE, FINE)


def test_a_reference_that_was_taken_back_may_come_again_with_another_sum() -> None:
    state = came(owing(), 400, "B1", on(-5))
    state = after(state, *take_back(state, "B1", on(-4)))
    assert came(state, 450, "B1", on(-5)).received_fen == 450


def test_surcharge_that_had_been_lowered_is_owed_as_it_was_decided() -> None:
    """Ten days late, decided; then a transfer is recorded that came in time, it seems: but it was another's."""
    late = after(owing(), *flag_payment_overdue(owing(), DUE, noon(on(1))))
    decided = after(late, *decide(late, on(10)))
    assert decided.surcharge_fen == 1_350_000
    wrong = came(decided, FINE, "B1", DUE, on(12))
    assert (wrong.surcharge_fen, wrong.outstanding_fen) == (0, 0)
    events = take_back(wrong, "B1", on(20))
    assert names(events) == ["PaymentReversed", "SurchargeRestored"]
    now = after(wrong, *events)
    assert (now.surcharge_fen, now.outstanding_fen, now.revoked_fen) == (1_350_000, FINE + 1_350_000, 0)
    [more] = decide(now, on(20))
    assert (more.amount_fen, more.total_fen, more.days) == (1_350_000, 2_700_000, 20)
    assert more.outstanding_fen == FINE + 2_700_000


def test_a_surcharge_decided_while_the_wrong_payment_stood_is_completed_by_the_next_decision() -> None:
    state = came(owing(), FINE // 2, "B1", on(5))
    state = after(state, *decide(state, on(10)))
    now = after(state, *take_back(state, "B1", on(10)))
    assert now.surcharge_fen == state.surcharge_fen
    [more] = decide(now, on(10))
    assert more.total_fen == accrued(owing(), LAW, on(10)).fen == 1_350_000


def test_the_limit_is_reckoned_anew() -> None:
    state = came(after(owing(), *flag_payment_overdue(owing(), DUE, noon(on(1)))), FINE // 2, "B1", on(1))
    state = replace(state, capped_on=on(70))
    now = after(state, *take_back(state, "B1", on(80)))
    assert now.capped_on is None
    assert facts(reckon_cap(now, LAW, (), on(80)))[0].cap_on == on(34)


def test_another_payment_that_covers_it_leaves_it_settled_since_that_day() -> None:
    state = came(came(owing(), FINE, "B1", on(-5)), FINE, "B2", on(3))
    assert (state.settled_on, state.credit_fen) == (on(-5), FINE)
    events = take_back(state, "B1", on(10))
    assert names(events) == ["PaymentReversed", "PaymentOverdue", "PaymentSettled"]
    assert events[-1].settled_on == on(3)
    now = after(state, *events)
    assert (now.credit_fen, now.outstanding_fen) == (0, 0)
    assert accrued(now, LAW, on(10)).days == 3
    other = after(state, *take_back(state, "B2", on(10)))
    assert (other.settled_on, other.overdue) == (on(-5), False)


def test_what_was_settled_by_a_remission_stays_settled_since_then() -> None:
    late = after(owing(), *flag_payment_overdue(owing(), DUE, noon(on(1))))
    state = came(came(late, FINE, "B1", on(10)), 50, "B2", on(11))
    state = after(state, *decide(state, on(12)))
    remission = RemitSurcharge(approver=HEAD, amount_fen=state.surcharge_due_fen, reason="协议")
    state = after(state, *remit_surcharge(SERVED, state, remission, noon(on(14)), rules(on(14), BOOK)))
    assert state.settled_on == on(14)
    assert after(state, *take_back(state, "B2", on(20))).outstanding_fen == 50


def give_back(state: PaymentState, fen: int, day: date) -> list[Any]:
    command = MakeRefund(amount_fen=fen, bank_reference=f"R{len(state.refunds)}", refunded_on=day)
    return make_refund(state, command, noon(day), rules(day, BOOK))


def instalments(state: PaymentState, day: date, *parts: tuple[date, int]) -> PaymentState:
    asked = RequestDeferral(reason="困难", parts=tuple(Part(*part) for part in parts), applied_on=day)
    state = after(state, *request_deferral(state, asked, noon(day), rules(day, BOOK)))
    answer = AnswerDeferral(approver=HEAD, agreed=True, opinion="同意")
    numbers = ("号", tuple("号" for _ in parts))
    return after(state, *answer_deferral(SERVED, state, answer, numbers, noon(day), rules(day, BOOK)))


def test_instalments_that_were_covered_count_again() -> None:
    state = instalments(owing(), on(-9), (on(10), 1_500_000), (on(30), 3_000_000))
    state = came(state, FINE, "B1", on(5))
    events = take_back(state, "B1", on(20))
    assert [(one.number, one.missing_fen) for one in events[0].instalments] == [(1, 1_500_000), (2, FINE)]
    assert (events[0].due_on, events[1].due_on, events[1].instalment, events[1].missing_fen) == (None, on(10), 1, 1_500_000)
    now = after(state, *events)
    assert (now.next_due_on, accrued(now, LAW, on(20)).fen) == (on(10), 1_500_000 * 3 // 100 * 10)
    assert facts(flag_payment_overdue(now, on(30), noon(on(31))))[0].instalment == 2


def test_what_was_paid_before_the_instalments_is_due_when_the_fine_was() -> None:
    state = instalments(came(owing(), 1_500_000, "B1", on(-10)), on(-9), (on(30), 3_000_000))
    events = take_back(state, "B1", on(20))
    assert (events[0].due_on, events[1].due_on, events[1].missing_fen) == (DUE, DUE, 1_500_000)
    now = after(state, *events)
    assert (now.next_due_on, now.short_of_plan) == (DUE, True)
    assert accrued(now, LAW, on(20)).fen == 1_500_000 * 3 // 100 * 20
    [early] = take_back(state, "B1", on(-1))
    assert early.due_on == DUE
    assert came(now, 1_500_000, "B2", on(21)).next_due_on == on(30)


def test_what_was_given_back_is_not_taken_back() -> None:
    state = came(came(owing(), FINE, "B1", on(-5)), 900, "B2", on(-5))
    state = after(state, *give_back(state, 900, on(-4)))
    for reference in ("B1", "B2"):
        with refused("payment-refunded"):
            take_back(state, reference, on(1))
    more = came(state, 500, "B3", on(1))
    assert after(more, *take_back(more, "B3", on(2))).credit_fen == 0
    partly = came(state, 600, "B4", on(1))
    partly = after(partly, *give_back(partly, 1, on(2)))
    with refused("payment-refunded"):
        take_back(partly, "B4", on(2))


def test_a_refund_of_what_was_too_much_without_it_does_not_hold_it() -> None:
    """Two of three were too much: one went back. Of those left one may be taken back, then no other."""
    state = owing(400)
    for reference in ("B1", "B2", "B3"):
        state = came(state, 400, reference, on(-5))
    state = after(state, *give_back(state, 400, on(-4)))
    state = after(state, *take_back(state, "B3", on(-3)))
    assert (state.outstanding_fen, state.credit_fen, state.kept_fen) == (0, 0, 400)
    for reference in ("B1", "B2"):
        with refused("payment-refunded"):
            take_back(state, reference, on(-2))


def test_nothing_is_owed_again_of_a_fine_that_is_void_or_lower() -> None:
    state = came(owing(), FINE, "B1", on(-5))
    void = after(state, *revoke_payment(state, on(2)))
    [taken] = take_back(void, "B1", on(3))
    assert (taken.outstanding_fen, taken.due_on) == (0, None)
    assert (after(void, taken).credit_fen, after(void, taken).revoked_fen) == (0, FINE)
    lower = after(state, *lower_payment(state, 1_000, on(2)))
    assert take_back(lower, "B1", on(3))[0].outstanding_fen == 1_000


def test_no_handler_decides_and_only_what_came_is_taken_back() -> None:
    state = came(owing(), FINE, "B1", on(-5))
    with refused("handler-approves"):
        take_back(state, "B1", on(1), LI)
    with refused("payment-not-recorded", article="67"):
        take_back(state, "B2", on(1))
    with refused("payment-not-open"):
        take_back(PaymentState(), "B1", on(1))


def test_a_closed_case_takes_money_only_if_its_party_owes_again() -> None:
    closed, day = told(*WHOLE), date(2021, 10, 1)
    with refused("case-closed"):
        require_payable(closed, owing(), rules(day), domain.UNIT)
    again = came(owing(), FINE, "B1", on(-5))
    again = after(again, *take_back(again, "B1", on(-4)))
    assert require_payable(closed, again, rules(day), domain.UNIT).received_on is not None
    with refused("case-closed"):
        require_payable(closed, came(again, FINE, "B2", on(-3)), rules(day), domain.UNIT)


def reported(**changes: Any) -> TransferState:
    usual = {"bank_reference": "B1", "amount_fen": 100, "paid_on": DUE, "case_id": "c", "party_id": "unit"}
    return TRANSFERS.evolve(TransferState(), BankTransferReported(**{**usual, **changes}))


def corrected(state: TransferState, kind: Any) -> TransferState:
    [proposed] = corrections.propose_correction(state, kind, "错", "p-finance", DUE)
    state = TRANSFERS.evolve(state, proposed)
    [agreed] = corrections.answer_correction(state, True, "属实", "head-1", DUE)
    return TRANSFERS.evolve(state, agreed)


def test_a_transfer_of_another_fine_is_unassigned_again_and_what_was_told_stays_known() -> None:
    state = corrected(reported(statement_id="s", line=3), "misassigned")
    assert (state.case_id, state.asked, bank.require_unassigned(state).amount_fen) == (None, None, 100)
    assert (state.former[0].reported.case_id, state.former[0].proposed.reason) == ("c", "错")
    [assigned] = bank.assign_transfer(state, "d", "unit", "更正")
    again = corrected(TRANSFERS.evolve(state, assigned), "misassigned")
    assert [one.corrected.case_id for one in again.former] == ["c", "d"]


def test_the_reference_of_a_transfer_that_was_mistyped_is_free() -> None:
    state = corrected(reported(), "mistyped")
    assert (state.known, state.former[0].reported.amount_fen) == (False, 100)
    with pytest.raises(Refused, match="transfer-struck"):
        bank.require_unassigned(state)
    with pytest.raises(Refused, match="transfer-struck"):
        corrections.propose_correction(state, "misassigned", "错", "p", DUE)
    other = BankTransferReported(bank_reference="B1", amount_fen=250, paid_on=on(1), unmatched="number-missing")
    assert report_transfer(state, other) == [other]
    assert len(send_transfer(state, "B1", 5, DUE)) == 1


@pytest.mark.parametrize(("state", "kind", "code"), [
    (reported(case_id=None, party_id=None), "misassigned", "transfer-not-assigned"),
    (reported(statement_id="s"), "mistyped", "transfer-of-statement"),
    (TransferState(sent=send_transfer(TransferState(), "B1", 5, DUE)[0]), "misassigned", "bank-reference-known"),  # type: ignore[arg-type]
])  # fmt: skip
def test_what_may_not_be_corrected(state: TransferState, kind: Any, code: str) -> None:
    with pytest.raises(Refused, match=code):
        corrections.propose_correction(state, kind, "错", "p", DUE)


def test_one_proposes_another_decides_once() -> None:
    state = reported()
    with pytest.raises(Refused, match="correction-not-proposed"):
        corrections.answer_correction(state, True, "", "head-1", DUE)
    state = TRANSFERS.evolve(state, corrections.propose_correction(state, "mistyped", "错", "p-1", DUE)[0])
    with pytest.raises(Refused, match="correction-proposed-already"):
        corrections.propose_correction(state, "mistyped", "错", "p-2", DUE)
    with pytest.raises(Refused, match="own-correction"):
        corrections.answer_correction(state, True, "", "p-1", DUE)
    [no] = corrections.answer_correction(state, False, "不属实", "head-1", DUE)
    kept = TRANSFERS.evolve(state, no)
    assert (kept.asked, kept.case_id, kept.former) == (None, "c", ())
