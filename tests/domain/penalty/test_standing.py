"""What stands against an enterprise: one act is fined once; many penalties with a major hazard are a case for its closure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from chassis.domain import Event
from chassis.testing import given
from services.penalty.domain import CaseAct, CaseState, Charge, standing_events
from services.penalty.domain.events import Party
from services.penalty.domain.rulebook import CLOSURE_HALF_YEAR, CLOSURE_YEAR
from services.penalty.domain.sides import Side
from services.penalty.domain.standing import (
    STANDINGS,
    AnswerClosure,
    ProposeClosure,
    StandingState,
    answer_closure,
    count_penalty,
    penalty_of,
    propose_closure,
    require_unfined,
    strike_penalty,
)
from services.penalty.domain.standing_events import ClosureDue, ClosureFell, PenaltyCounted
from tests.domain.penalty.story import HEAD, LI, charge, noon, refused, requested, rules, told

FIRST = date(2022, 3, 1)
BOOK = rules(FIRST)
PROPOSAL = ProposeClosure(authority="南昌市人民政府", reference_no="洪应急〔2022〕9号", reason="一百八十日内三次受到处罚")
ANSWER = AnswerClosure(result="closed", reference_no="洪府〔2022〕3号", reason="决定予以关闭", answered_on=FIRST)


def case(number: int = 1, *, hazard: str | None = None, day: date = FIRST, kind: str = "unit") -> CaseState:
    """A case about one act."""
    party = Party(kind="unit", name="南昌某钢铁有限公司", uscc="91360100MA35XXXX1X")
    side = Side(kind="person" if kind == "person" else "unit", name=party.name)
    act = CaseAct(hazard_id=f"h-{number}" if hazard is None else hazard, item_code="STL-K1", fact="未使用固定式龙门钩")
    return CaseState(
        stage="noticed", case_id=f"case-{number}", enterprise_id="e-1", party=party, organ_id="donghu-emb", act_date=day,
        acts=(act,), sides=(side,),
    )  # fmt: skip


def counted(
    state: StandingState, of: CaseState, day: date, *charges: Charge, major: Iterable[str] | None = None, party: str = "unit"
) -> list[Event]:
    hazards = {act.hazard_id for act in of.acts} if major is None else set(major)
    penalty = penalty_of(of, charges or (charge(),), party, f"罚{of.case_id}", hazards, BOOK)
    return count_penalty(state, penalty, of, noon(day), BOOK)


def after(state: StandingState, events: Iterable[Event]) -> StandingState:
    for event in events:
        state = STANDINGS.evolve(state, event)
    return state


def penalties(*days: date) -> tuple[StandingState, list[Event]]:
    """A penalty with a major hazard on each day: the standing, and what the last one led to."""
    state, events = StandingState(), list[Event]()
    for number, day in enumerate(days, start=1):
        events = counted(state, case(number, day=day), day)
        state = after(state, events)
    return state, events


def due(events: list[Event]) -> list[ClosureDue]:
    return [event for event in events if isinstance(event, ClosureDue)]


@pytest.mark.parametrize(("third", "reached"), [(179, True), (180, True), (181, False)])
def test_three_penalties_count_until_the_180th_day_after_the_first(third: int, reached: bool) -> None:
    _, events = penalties(FIRST, FIRST + timedelta(days=90), FIRST + timedelta(days=third))
    assert bool(due(events)) is reached
    for one in due(events):
        assert (one.window, one.count, one.case_ids) == (CLOSURE_HALF_YEAR, 3, ("case-1", "case-2", "case-3"))
        assert (one.case_id, one.reached_on) == ("case-3", FIRST + timedelta(days=third))


@pytest.mark.parametrize(
    ("first", "fourth", "reached"),
    [
        (date(2022, 3, 1), date(2023, 3, 1), True),
        (date(2022, 3, 1), date(2023, 3, 2), False),
        (date(2023, 3, 1), date(2024, 3, 1), True),  # over the 29th of February: a year is a year
        (date(2024, 2, 29), date(2025, 2, 28), True),
        (date(2024, 2, 29), date(2025, 3, 1), False),
    ],
)
def test_four_penalties_count_until_the_same_day_of_the_next_year(first: date, fourth: date, reached: bool) -> None:
    spread = [first + timedelta(days=days) for days in (0, 100, 240)]
    state, events = penalties(*spread)
    assert not due(events)
    events = counted(state, case(4, day=fourth), fourth)
    assert [one.window for one in due(events)] == ([CLOSURE_YEAR] if reached else [])


def test_only_penalties_of_the_unit_under_this_law_with_a_major_hazard_count() -> None:
    state, _ = penalties(FIRST, FIRST)
    assert not due(counted(state, case(3), FIRST, major=()))
    assert not due(counted(state, case(3), FIRST, charge(law="APL")))
    assert not due(counted(state, case(3, kind="person"), FIRST))
    warned = counted(state, case(3), FIRST, charge(0, kinds=("warning",)))
    assert len(due(warned)) == 1  # a warning is a penalty too


def test_it_is_due_once_until_it_is_answered_and_never_of_what_is_closed() -> None:
    state, events = penalties(FIRST, FIRST, FIRST)
    assert (len(due(events)), state.closure) == (1, "due")
    again = counted(state, case(4), FIRST)
    assert not due(again)
    state = after(state, propose_closure(state, case(3), PROPOSAL, HEAD, noon(FIRST), BOOK))
    assert state.closure == "proposed"
    kept = after(state, answer_closure(state, replace(ANSWER, result="not-closed"), noon(FIRST), BOOK))
    assert kept.closure == "not-closed"
    assert due(counted(kept, case(5), FIRST))
    closed = after(state, answer_closure(state, ANSWER, noon(FIRST), BOOK))
    assert closed.closure == "closed"
    assert not due(counted(closed, case(5), FIRST))


def test_revoked_penalty_counts_no_more() -> None:
    state, _ = penalties(FIRST, FIRST)
    struck = after(state, strike_penalty(state, case(1), "unit", noon(FIRST), BOOK))
    assert not due(counted(struck, case(3), FIRST))
    assert strike_penalty(struck, case(1), "unit", noon(FIRST), BOOK) == []


def test_what_is_due_falls_with_a_penalty_that_it_rests_on_unless_enough_are_left() -> None:
    state, _ = penalties(FIRST, FIRST, FIRST)
    events = strike_penalty(state, case(2), "unit", noon(FIRST), BOOK)
    assert [type(event) for event in events] == [standing_events.PenaltyStruck, ClosureFell]
    assert after(state, events).closure == "none"
    with refused("closure-not-due", article="第113条"):
        propose_closure(after(state, events), case(3), PROPOSAL, HEAD, noon(FIRST), BOOK)
    four = after(state, counted(state, case(4), FIRST))
    assert after(four, strike_penalty(four, case(2), "unit", noon(FIRST), BOOK)).closure == "due"


def test_proposal_that_lost_its_ground_is_still_answered_and_may_be_made_anew() -> None:
    state, _ = penalties(FIRST, FIRST, FIRST)
    state = after(state, propose_closure(state, case(3), PROPOSAL, HEAD, noon(FIRST), BOOK))
    fallen = after(state, strike_penalty(state, case(1), "unit", noon(FIRST), BOOK))
    assert fallen.closure == "fallen"
    answered = answer_closure(fallen, replace(ANSWER, result="not-closed"), noon(FIRST), BOOK)
    assert after(fallen, answered).closure == "not-closed"
    assert after(fallen, counted(fallen, case(4), FIRST)).closure == "due"


def test_proposal_is_made_once_by_nobody_who_handles_the_case_and_answered_after_it() -> None:
    state, _ = penalties(FIRST, FIRST, FIRST)
    handled = told(requested())
    with refused("handler-approves"):
        propose_closure(state, handled, PROPOSAL, replace(HEAD, id=LI.officer_id), noon(FIRST), BOOK)
    with refused("closure-not-proposed", article="第113条"):
        answer_closure(state, ANSWER, noon(FIRST), BOOK)
    state = after(state, propose_closure(state, case(3), PROPOSAL, HEAD, noon(FIRST), BOOK))
    with refused("closure-proposed-already", article="第113条"):
        propose_closure(state, case(3), PROPOSAL, HEAD, noon(FIRST), BOOK)
    with refused("before-earlier-step"):
        answer_closure(state, replace(ANSWER, answered_on=FIRST - timedelta(days=1)), noon(FIRST), BOOK)
    with refused("day-in-future"):
        answer_closure(state, replace(ANSWER, answered_on=FIRST + timedelta(days=1)), noon(FIRST), BOOK)


def test_act_that_was_fined_is_not_fined_again_in_another_case() -> None:
    state = given(STANDINGS, counted(StandingState(), case(1), FIRST))
    with refused("act-fined-already", article="《行政处罚法》（2021）第29条"):
        counted(state, case(2, hazard="h-1"), FIRST)
    with refused("act-fined-already"):
        require_unfined(state, case(2, hazard="h-1"), [charge()], BOOK)
    assert counted(state, case(2, hazard="h-2"), FIRST)
    require_unfined(state, case(1), [charge()], BOOK)  # its own fine is no other


def test_without_a_hazard_the_same_item_on_the_same_day_is_the_same_act() -> None:
    state = given(STANDINGS, counted(StandingState(), case(1, hazard=""), FIRST))
    with refused("act-fined-already"):
        counted(state, case(2, hazard="h-2"), FIRST)
    assert counted(state, case(2, hazard="h-2", day=FIRST + timedelta(days=1)), FIRST)


def test_warning_is_no_fine_and_two_parties_are_fined_each() -> None:
    warned = given(STANDINGS, counted(StandingState(), case(1), FIRST, charge(0, kinds=("warning",))))
    assert counted(warned, case(2, hazard="h-1"), FIRST)
    fined = given(STANDINGS, counted(StandingState(), case(1), FIRST))
    assert counted(fined, case(2, hazard="h-1"), FIRST, charge(0, kinds=("warning",)))
    assert counted(fined, case(2, hazard="h-1"), FIRST, party="p-zhang")


def test_what_was_revoked_may_be_fined_again() -> None:
    state = given(STANDINGS, counted(StandingState(), case(1), FIRST))
    state = after(state, strike_penalty(state, case(1), "unit", noon(FIRST), BOOK))
    assert counted(state, case(2, hazard="h-1"), FIRST)


@for_all(some.lists(some.tuples(some.booleans(), some.integers(0, 60)), max_size=12))
def test_closure_is_due_just_when_enough_that_stand_came_together(steps: list[tuple[bool, int]]) -> None:
    """Penalties and revocations at random, none answered: due at the end only with a window full, and so at the first."""
    state, day, standing = StandingState(), FIRST, list[PenaltyCounted]()
    for number, (revoke, days) in enumerate(steps):
        day += timedelta(days=days)
        if revoke and standing:
            gone = standing.pop()
            of = replace(case(number), case_id=gone.case_id)
            state = after(state, strike_penalty(state, of, "unit", noon(day), BOOK))
        else:
            state = after(state, counted(state, case(number, day=day), day))
            standing.append(state.counted[-1])
        on = sorted(one.decided_on for one in standing)
        full = any((last - first).days <= 180 for first, last in zip(on, on[2:], strict=False))
        full |= any(last <= first.replace(year=first.year + 1) for first, last in zip(on, on[3:], strict=False))
        assert list(state.counted) == standing
        assert state.closure in ("none", "due")
        assert full or state.closure == "none"
        assert revoke or state.closure == "due" or not _full_with(on)


def _full_with(on: list[date]) -> bool:
    """Whether the last of these days fills a window."""
    half_year = len(on) >= 3 and (on[-1] - on[-3]).days <= 180
    return half_year or (len(on) >= 4 and on[-1] <= on[-4].replace(year=on[-4].year + 1))
