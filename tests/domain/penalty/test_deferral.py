"""Paying later, or in parts: asked for, approved once by no handler, exact to the fen; late instalments carry the surcharge."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chassis.domain import Actor
from services.penalty import domain
from services.penalty.domain import PaymentState
from services.penalty.domain.arrears import SurchargeLaw
from services.penalty.domain.deferral import AnswerDeferral, Part, RequestDeferral, answer_deferral, request_deferral
from services.penalty.domain.overdue import flag_payment_overdue, unpaid_instalments
from services.penalty.domain.payment import after, lower_payment, revoke_payment
from services.penalty.domain.surcharge import accrued, limit_day
from tests.domain.penalty.story import HEAD, facts, noon, refused, rules, until

OPENED = date(2026, 9, 21)
DUE = date(2026, 10, 8)
APPLIED = date(2026, 9, 30)
FINE = 1_000_001
BOOK = "rulebook-2026-2.json"
LAW = SurchargeLaw(rate_permille=30, cap_percent=100)
SERVED = until(domain.DecisionServed)
LI = Actor(id="o-li", name="李明", role="approver")
THREE = (Part(date(2026, 11, 1), 333_334), Part(date(2026, 12, 1), 333_334), Part(date(2027, 1, 1), 333_333))


def owing(*transfers: tuple[int, date]) -> PaymentState:
    """A fine that is due, with what came when."""
    opened = domain.PaymentOpened(case_id="c", enterprise_id="e", amount_fen=FINE, due_on=DUE)
    return after(PaymentState(), opened, *(received(fen, day) for fen, day in transfers))


def received(fen: int, day: date) -> domain.PaymentReceived:
    return domain.PaymentReceived(case_id="c", amount_fen=fen, bank_reference=f"B{day}{fen}", paid_on=day)


def ask(state: PaymentState, parts: tuple[Part, ...] = THREE, applied: date = APPLIED, at: date | None = None) -> list[Any]:
    command = RequestDeferral(reason="流动资金困难", parts=parts, applied_on=applied)
    return request_deferral(state, command, noon(at or applied), rules(at or applied, BOOK))


def answer(state: PaymentState, day: date = APPLIED, *, agreed: bool = True, **changes: Any) -> list[Any]:
    command = AnswerDeferral(
        approver=changes.get("approver", HEAD), agreed=agreed, opinion="情况属实", parts=changes.get("parts")
    )
    parts = command.parts or (state.asked.instalments if state.asked else ())
    numbers = ("缴审1号", tuple(f"缴批{n}号" for n, _ in enumerate(parts, start=1)))
    return answer_deferral(SERVED, state, command, numbers, noon(day), rules(day, BOOK))


def granted(state: PaymentState | None = None, parts: tuple[Part, ...] = THREE, day: date = APPLIED) -> PaymentState:
    """A payment that is put off."""
    asked = after(state or owing(), *ask(state or owing(), parts, day))
    return after(asked, *answer(asked, day))


def test_instalments_are_numbered_and_say_what_remains() -> None:
    [asked] = ask(owing())
    assert asked.kind == "instalments"
    [approved] = answer(after(owing(), asked))
    told = [(one.number, one.amount_fen, one.remaining_fen, one.document_no) for one in approved.instalments]
    assert told == [
        (1, 333_334, 666_667, "缴批1号"), (2, 333_334, 333_333, "缴批2号"), (3, 333_333, 0, "缴批3号"),
    ]  # fmt: skip
    assert sum(one.amount_fen for one in approved.instalments) == FINE
    assert (approved.approval_no, approved.approved_by, approved.applied_on) == ("缴审1号", "head-1", APPLIED)


def test_one_part_is_a_deferral() -> None:
    [asked] = ask(owing(), (Part(date(2027, 1, 8), FINE),))
    assert asked.kind == "deferral"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((), "instalment-days"),
        ((Part(date(2026, 9, 29), FINE),), "instalment-days"),
        ((THREE[1], THREE[0], THREE[2]), "instalment-days"),
        ((THREE[0], THREE[0], THREE[2]), "instalment-days"),
        (THREE[:2], "instalments-not-exact"),
        ((*THREE, Part(date(2027, 2, 1), 1)), "instalments-not-exact"),
        ((*THREE, Part(date(2027, 2, 1), 0)), "instalments-not-exact"),
        ((Part(date(2026, 11, 1), -1), Part(date(2026, 12, 1), FINE + 1)), "instalments-not-exact"),
    ],
)
def test_instalments_are_in_order_and_exact(parts: tuple[Part, ...], code: str) -> None:
    with refused(code, article="第66条"):
        ask(owing(), parts)


def test_application_is_made_once_for_a_fine_that_is_due() -> None:
    with refused("payment-not-open"):
        ask(PaymentState())
    with refused("deferral-asked-already"):
        ask(after(owing(), *ask(owing())))
    with refused("applied-in-future"):
        ask(owing(), applied=APPLIED, at=APPLIED - timedelta(days=1))
    with refused("nothing-due"):
        ask(owing((FINE, APPLIED)))
    with refused("nothing-due"):
        ask(after(owing(), *revoke_payment(owing(), APPLIED)))


def test_answer_is_given_once_by_no_handler() -> None:
    with refused("deferral-not-asked"):
        answer(owing())
    asked = after(owing(), *ask(owing()))
    with refused("handler-approves"):
        answer(asked, approver=LI)
    with refused("deferral-not-asked"):
        answer(granted())
    with refused("deferred-already"):
        ask(granted())


def test_refused_application_leaves_the_day_and_may_be_made_anew() -> None:
    asked = after(owing(), *ask(owing()))
    [no] = answer(asked, agreed=False)
    left = after(asked, no)
    assert (left.plan, left.asked, left.next_due_on, no.refused_by) == (None, None, DUE, "head-1")
    assert len(ask(left)) == 1


def test_what_was_paid_meanwhile_is_in_no_instalment() -> None:
    asked = after(owing(), *ask(owing()), received(100_001, APPLIED))
    with refused("instalments-not-exact"):
        answer(asked)
    [approved] = answer(asked, parts=(Part(date(2026, 11, 1), 400_000), Part(date(2026, 12, 1), 500_000)))
    assert (approved.covered_fen, [one.remaining_fen for one in approved.instalments]) == (100_001, [500_000, 0])


def test_what_of_each_instalment_is_unpaid() -> None:
    """Money goes to the first parts first; of a fine that was lowered since, the last parts are less."""
    state = granted()
    assert [one.amount_fen for one in unpaid_instalments(state)] == [333_334, 333_334, 333_333]
    paid = after(state, received(400_000, date(2026, 10, 20)))
    assert [(one.number, one.amount_fen) for one in unpaid_instalments(paid)] == [(2, 266_668), (3, 333_333)]
    lowered = after(paid, *lower_payment(paid, 500_000, date(2026, 10, 21)))
    assert [(one.number, one.amount_fen) for one in unpaid_instalments(lowered)] == [(2, 100_000)]
    assert unpaid_instalments(owing()) == ()


def test_next_and_final_day_follow_the_instalments() -> None:
    state = granted()
    assert (state.next_due_on, state.final_due_on) == (date(2026, 11, 1), date(2027, 1, 1))
    first = after(state, received(333_334, date(2026, 10, 20)))
    assert first.next_due_on == date(2026, 12, 1)
    assert after(first, received(1, date(2026, 10, 21))).next_due_on == date(2026, 12, 1)


def test_f29_court_enforcement_counts_from_the_end_of_the_last_instalment() -> None:
    assert owing().final_due_on == DUE
    assert granted().final_due_on == date(2027, 1, 1)
    assert granted(parts=(Part(date(2027, 6, 30), FINE),)).final_due_on == date(2027, 6, 30)


def test_instalments_replace_the_day_of_the_whole_fine() -> None:
    state = granted()
    assert flag_payment_overdue(state, DUE, noon(date(2026, 10, 9))) == []
    assert accrued(state, LAW, date(2026, 11, 1)).fen == 0
    [overdue] = facts(flag_payment_overdue(state, date(2026, 11, 1), noon(date(2026, 11, 2))))
    assert (overdue.instalment, overdue.missing_fen) == (1, 333_334)
    assert flag_payment_overdue(after(state, overdue), date(2026, 11, 1), noon(date(2026, 11, 2))) == []
    assert flag_payment_overdue(state, date(2026, 11, 1), noon(date(2026, 11, 1))) == []


def test_instalment_paid_on_its_day_is_not_late() -> None:
    state = after(granted(), received(333_334, date(2026, 11, 1)))
    assert flag_payment_overdue(state, date(2026, 11, 1), noon(date(2026, 11, 2))) == []
    [second] = facts(flag_payment_overdue(state, date(2026, 12, 1), noon(date(2026, 12, 2))))
    assert (second.instalment, second.missing_fen) == (2, 333_334)


def test_late_instalment_carries_the_surcharge_alone() -> None:
    state = granted()
    assert accrued(state, LAW, date(2026, 11, 11)).fen == (333_334 * 30 * 10 + 500) // 1000
    both = 333_334 * 30 * 30 + 666_668 * 30 * 5
    assert accrued(state, LAW, date(2026, 12, 6)).fen == (both + 500) // 1000
    paid = after(state, received(333_334, date(2026, 11, 6)))
    assert accrued(paid, LAW, date(2026, 12, 1)).fen == (333_334 * 30 * 5 + 500) // 1000
    limit = limit_day(state, LAW, date(2026, 11, 2))
    assert limit is not None
    assert accrued(state, LAW, limit).fen == FINE


def test_application_after_the_day_leaves_what_had_accrued_until_then() -> None:
    applied = DUE + timedelta(days=5)
    state = granted(day=applied)
    assert accrued(state, LAW, date(2026, 11, 1)).fen == (FINE * 30 * 5 + 500) // 1000
    assert state.debt is not None
    assert [state.debt.missing(applied + timedelta(days=day)) for day in (0, 1)] == [FINE, 0]


def test_application_in_time_answered_late_accrues_nothing() -> None:
    asked = after(owing(), *ask(owing()))
    state = after(asked, *answer(asked, DUE + timedelta(days=10)))
    assert accrued(state, LAW, date(2026, 11, 1)).fen == 0


def test_lowered_fine_is_taken_off_the_last_instalments() -> None:
    state = after(granted(), *lower_payment(granted(), 400_000, date(2026, 10, 10)))
    assert state.debt is not None
    assert [state.debt.missing(day) for day in (date(2026, 11, 2), date(2026, 12, 2), date(2027, 1, 2))] == [
        333_334, 400_000, 400_000,
    ]  # fmt: skip
    assert after(state, received(333_334, date(2026, 10, 20))).next_due_on == date(2026, 12, 1)
