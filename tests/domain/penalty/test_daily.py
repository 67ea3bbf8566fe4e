"""A fine that goes on day by day: only after a fine and an order that is refused, only under WSL, exactly the fine per day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from services.penalty.domain import (
    CASE,
    CaseState,
    CloseInvestigation,
    DecidePenalty,
    DecisionRevoked,
    InvestigationClosed,
    PenaltyDecided,
    close_investigation,
    decide_penalty,
    register_clue,
)
from services.penalty.domain.daily import Refusal, begin_daily_fine, daily_charge, require_original
from services.penalty.domain.daily_events import Continuing, DailyFineBegun
from services.penalty.domain.filing import RegisterClue
from services.penalty.domain.standing import penalty_of
from tests.domain.penalty.story import (
    CASE_ID,
    HEAD,
    RECEIVED,
    SIX,
    charge,
    clue,
    decided,
    evidence,
    filed,
    investigated,
    noon,
    noticed,
    refused,
    requested,
    rules,
    sanctions,
    served,
    told,
    waived,
)

ORDERED = date(2021, 9, 6)
FAILED = date(2021, 9, 26)
BOOK = rules(FAILED)
REFUSED = {"h-1": Refusal(ordered_on=ORDERED, failed_on=FAILED)}
WSL_112 = "《安全生产法》（2021）第112条"


def fined(*charges: object) -> CaseState:
    """The first case, served: 9,000 yuan under WSL 99(2)."""
    given = charges or (charge(),)
    return told(clue(), requested(), filed(), evidence(), investigated(*given), noticed(), waived(), decided(*given), served())  # type: ignore[arg-type]


def begin(state: CaseState, refusals: dict[str, Refusal] | None = None) -> tuple[DailyFineBegun, RegisterClue]:
    return begin_daily_fine(state, "STL-K1", REFUSED if refusals is None else refusals, BOOK)


def continues(state: CaseState | None = None) -> Continuing:
    found = begin(state or fined())[1].continues
    assert found is not None
    return found


def further(first: CaseState | None = None) -> CaseState:
    """The further case, investigated up to its evidence."""
    [event] = register_clue(CaseState(), begin(first or fined())[1])
    return told(event, requested(), filed(FAILED, date(2021, 12, 25)), evidence())


def test_it_runs_from_the_day_after_the_order_to_the_re_inspection_with_the_fine_for_each_day() -> None:
    begun, command = begin(fined())
    found = command.continues
    assert found is not None
    assert (found.from_on, found.until_on, found.days) == (date(2021, 9, 7), FAILED, 20)
    assert (found.original_fen, found.amount_fen) == (900_000, 18_000_000)
    assert (found.case_id, found.document_no, found.hazard_id) == (CASE_ID, "（东湖）应急罚〔2021〕1号", "h-1")
    assert (begun.daily_case_id, command.case_id, begun.case_id) == (f"{CASE_ID}-d1", f"{CASE_ID}-d1", CASE_ID)
    assert "拒不改正" in command.acts[0].fact


@for_all(some.integers(1, 10**9), some.integers(1, 400))
def test_the_sum_is_the_fine_times_the_days_exactly(fen: int, days: int) -> None:
    state = fined(charge(fen))
    failed = RECEIVED + timedelta(days=days)
    found = begin(state, {"h-1": Refusal(ordered_on=RECEIVED, failed_on=failed)})[1].continues
    assert found is not None
    assert (found.days, found.amount_fen) == (days, fen * days)


def test_days_that_were_counted_are_not_counted_again() -> None:
    first, _ = begin(fined())
    state = CASE.evolve(fined(), first)
    with refused("days-counted-already", article=WSL_112):
        begin(state)
    later = {"h-1": Refusal(ordered_on=ORDERED, failed_on=FAILED + timedelta(days=5))}
    again, command = begin(state, later)
    assert command.continues is not None
    assert (command.continues.from_on, command.continues.days) == (FAILED + timedelta(days=1), 5)
    assert again.daily_case_id == f"{CASE_ID}-d2"


def test_it_needs_a_fine_an_order_and_a_refusal_after_the_fine() -> None:
    with refused("decision-not-served"):
        begin(told(clue(), requested(), filed(), evidence(), investigated(), noticed(), waived(), decided()))
    with refused("not-fined", article=WSL_112):
        begin(fined(charge(0, kinds=("warning",))))
    with refused("not-refused", article=WSL_112):
        begin(fined(), {})
    before = {"h-1": Refusal(ordered_on=ORDERED, failed_on=RECEIVED - timedelta(days=1))}
    with refused("not-refused", article=WSL_112):
        begin(fined(), before)
    assert begin(fined(), {"h-1": Refusal(ordered_on=ORDERED, failed_on=RECEIVED)})
    revoked = DecisionRevoked(
        case_id=CASE_ID, cause="reconsideration", reason="x", revoked_on=FAILED, anew=False, former_fen=900_000
    )
    with refused("decision-revoked"):
        begin(CASE.evolve(fined(), revoked))


def test_only_a_first_fine_under_the_law_of_the_article_goes_on() -> None:
    with refused("daily-fine-not-provided", article=WSL_112):
        begin(fined(charge(law="ORDER-13", law_version="2024", article="21", item=None)))
    with refused("daily-fine-not-provided", article=WSL_112):
        begin(replace(fined(), continues=continues()))


def test_its_case_imposes_that_sum_and_nothing_else() -> None:
    state, wanted = further(), daily_charge(continues(), BOOK)

    def close(*charges: object) -> list[object]:
        command = CloseInvestigation(charges=charges, opinion="按日连续处罚")  # type: ignore[arg-type]
        return list(close_investigation(state, command, sanctions(), noon(FAILED), BOOK))

    [closed] = close(replace(wanted, reason="拒不改正"))
    assert isinstance(closed, InvestigationClosed)
    assert (closed.proposed_fen, closed.charges[0].article) == (18_000_000, "112")
    for amount in (17_999_999, 18_000_001):
        with refused("not-the-original-per-day", article=WSL_112):
            close(replace(wanted, amount_fen=amount))
    for other in (charge(18_000_000), replace(wanted, subject="person"), replace(wanted, kinds=("warning",))):
        with refused("not-the-daily-fine", article=WSL_112):
            close(other)
    with refused("not-the-daily-fine", article=WSL_112):
        close(wanted, wanted)


def test_an_ordinary_case_knows_no_daily_fine() -> None:
    state = told(clue(), requested(), filed(), evidence())
    command = CloseInvestigation(charges=(daily_charge(continues(), BOOK),), opinion="x")
    with refused("overdue-not-established"):
        close_investigation(state, command, sanctions(), noon(FAILED), BOOK)
    proven = replace(sanctions(), unrectified=frozenset({"h-1"}))
    with refused("provision-not-listed"):
        close_investigation(state, command, proven, noon(FAILED), BOOK)


def test_it_is_decided_by_notice_and_fines_no_act_a_second_time() -> None:
    small = fined(charge(10_000))
    wanted = daily_charge(continues(small), BOOK)
    state = CASE.evolve(further(small), investigated(wanted))
    decide = DecidePenalty(approver=HEAD, amounts=None, contents=SIX, sealed=True)
    with refused("notice-missing"):
        decide_penalty(state, decide, "", sanctions(), noon(FAILED), BOOK)
    for event in (noticed(wanted.amount_fen), waived()):
        state = CASE.evolve(state, event)
    [event] = decide_penalty(state, decide, "罚2号", sanctions(), noon(FAILED), BOOK)
    assert isinstance(event, PenaltyDecided)
    assert event.total_fen == 200_000
    counted = penalty_of(state, event.charges, "unit", "罚2号", ("h-1",), BOOK)
    assert (counted.fined, counted.major_hazards) == ((), ("h-1",))


@pytest.mark.parametrize("change", [{"document_no": "罚9号"}, {"original_fen": 1}])
def test_the_first_fine_must_stand_as_it_was(change: dict[str, object]) -> None:
    require_original(fined(), continues(), BOOK)
    with refused("original-changed", article=WSL_112):
        require_original(fined(), replace(continues(), **change), BOOK)  # type: ignore[arg-type]
