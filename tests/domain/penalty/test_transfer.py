"""Transfer of a case: a team reports, the principal decides, the case goes over with its materials, is answered, comes back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from chassis.domain import Actor, Event, Refused
from chassis.testing import given
from services.penalty.domain import CaseFiled
from services.penalty.domain.numbers import SERIES, TRANSFER, take_number
from services.penalty.domain.transfer import (
    TRANSFERS,
    AnswerTransfer,
    ReportTransfer,
    TransferState,
    answer_transfer,
    decide_transfer,
    flag_answer,
    flag_decision,
    flag_handover,
    hand_over,
    report_transfer,
    return_case,
)
from services.penalty.domain.transfer_events import Answer, Material
from tests.domain.penalty.story import HEAD, LI, WANG, noon, refused, rules, until

DAY = date(2021, 9, 13)
BOOKS = {2021: "rulebook-2021.json", 2024: "rulebook-2023.json", 2026: "rulebook-2026-2.json"}
TEAM = tuple(replace(officer, certificate_valid_to=date(2030, 1, 1)) for officer in (LI, WANG))
FILE = (Material(name="调查报告", count=1), Material(name="证据材料", count=12))
CASE = until(CaseFiled)
TAKEN = AnswerTransfer(answer="taken", reference="洪公立字〔2021〕1号", reason="涉嫌危险作业罪", answered_on=DAY)


def report(day: date = DAY, **changes: Any) -> list[Event]:
    usual = ReportTransfer(
        to="police", receiver="南昌市公安局", reason="涉嫌危险作业罪", team=tuple(o.officer_id for o in TEAM), party_id="unit"
    )  # fmt: skip
    command = replace(usual, **changes)
    return report_transfer(TransferState(), CASE, command, "移审1号", TEAM, noon(day), rules(day, BOOKS[day.year]))


def after(state: TransferState, events: list[Event]) -> TransferState:
    for event in events:
        state = TRANSFERS.evolve(state, event)
    return state


def reported(day: date = DAY, **changes: Any) -> TransferState:
    return given(TRANSFERS, report(day, **changes))


def approved(day: date = DAY, **changes: Any) -> TransferState:
    state = reported(day, **changes)
    return after(state, decide_transfer(state, CASE, True, "同意移送", HEAD, noon(day), rules(day, BOOKS[day.year])))


def handed(day: date = DAY, **changes: Any) -> TransferState:
    state = approved(day, **changes)
    return after(state, hand_over(state, "民警", FILE, "移1号", noon(day), rules(day, BOOKS[day.year])))


@pytest.mark.parametrize("day", [DAY, date(2024, 3, 6), date(2026, 3, 6)])
def test_t24_three_days_a_day_and_three_days(day: date) -> None:
    state = handed(day)
    assert state.decide_by == day + timedelta(days=3)
    assert state.hand_over_by == noon(day) + timedelta(hours=24)
    assert (state.answer_by, state.defects) == (day + timedelta(days=3), ())


def test_team_of_two_qualified_officers() -> None:
    with refused("too-few-officers", article="第42条"):
        report(team=("o-li",))


def test_principal_is_nobody_of_the_team_and_no_handler() -> None:
    state = reported()
    others = replace(CASE, officers=())
    for who, case in ((who, case) for who in ("o-li", "o-wang") for case in (CASE, others)):
        with refused("handler-approves"):
            decide_transfer(state, case, True, "", Actor(id=who, name="", role="approver"), noon(DAY), rules(DAY))
    with refused("handler-approves"):
        handler = Actor(id="o-li", name="", role="approver")
        decide_transfer(replace(state, team=()), CASE, True, "", handler, noon(DAY), rules(DAY))


def test_nobody_who_keeps_away_or_reviews_takes_part_in_a_transfer() -> None:
    away = replace(CASE, recused=("o-li", "head-2"), offices=(*CASE.offices, ("legal-1", "legal-reviewer")))
    command = ReportTransfer(to="police", receiver="公安", reason="x", team=("o-li", "o-wang"), party_id="unit")
    with refused("officer-recused"):
        report_transfer(TransferState(), away, command, "号", TEAM, noon(DAY), rules(DAY))
    with refused("officer-recused"):
        decide_transfer(reported(), away, True, "", Actor(id="head-2", name="", role="approver"), noon(DAY), rules(DAY))
    with refused("office-held-already"):
        decide_transfer(reported(), away, True, "", Actor(id="legal-1", name="", role="approver"), noon(DAY), rules(DAY))


def test_denied_with_a_reason_the_case_goes_on_and_may_be_reported_again() -> None:
    state = reported()
    denied = after(state, decide_transfer(state, CASE, False, "证据不足", HEAD, noon(DAY), rules(DAY)))
    assert (denied.phase, denied.stops_case) == ("denied", False)
    command = ReportTransfer(to="police", receiver="南昌市公安局", reason="新证据", team=("o-li", "o-wang"), party_id="unit")
    assert report_transfer(denied, CASE, command, "移审2号", TEAM, noon(DAY), rules(DAY))
    with refused("transfer-open"):
        report_transfer(state, CASE, command, "移审2号", TEAM, noon(DAY), rules(DAY))


def test_case_stands_still_from_the_approval_until_it_is_not_taken_or_comes_back() -> None:
    assert [reported().stops_case, approved().stops_case, handed().stops_case] == [False, True, True]
    state = handed()
    refusal = replace(TAKEN, answer="not-taken", reason="没有犯罪事实")
    back = after(state, answer_transfer(state, refusal, noon(DAY), rules(DAY)))
    assert (back.phase, back.stops_case, back.gone) == ("not-taken", False, False)
    taken = after(state, answer_transfer(state, TAKEN, noon(DAY), rules(DAY)))
    assert (taken.stops_case, taken.gone) == (True, True)
    later = DAY + timedelta(days=40)
    returned = after(taken, return_case(taken, "不起诉，移送行政处罚", later, noon(later), rules(later)))
    assert (returned.stops_case, returned.gone, returned.days_away) == (False, False, 40)


def test_each_step_at_its_turn_only() -> None:
    for state in (TransferState(), reported(), handed()):
        with refused("transfer-not-approved"):
            hand_over(state, "民警", FILE, "号", noon(DAY), rules(DAY))
    with refused("not-handed-over"):
        answer_transfer(approved(), TAKEN, noon(DAY), rules(DAY))
    with refused("transfer-not-taken"):
        return_case(handed(), "", DAY, noon(DAY), rules(DAY))
    with refused("transfer-not-reported"):
        decide_transfer(approved(), CASE, True, "", HEAD, noon(DAY), rules(DAY))
    with refused("materials-missing"):
        hand_over(approved(), "民警", (), "号", noon(DAY), rules(DAY))
    with refused("day-in-future"):
        answer_transfer(handed(), replace(TAKEN, answered_on=DAY + timedelta(days=1)), noon(DAY), rules(DAY))
    with refused("before-earlier-step"):
        answer_transfer(handed(), replace(TAKEN, answered_on=DAY - timedelta(days=1)), noon(DAY), rules(DAY))


def test_what_is_missed_is_a_defect_and_told_once() -> None:
    state, by = reported(), DAY + timedelta(days=3)
    assert flag_decision(state, by, noon(by)) == []
    late = noon(by + timedelta(days=1))
    assert after(state, flag_decision(state, by, late)).defects == ("decision-late",)
    assert flag_decision(after(state, flag_decision(state, by, late)), by, late) == []
    state = approved()
    assert state.hand_over_by is not None
    just_before = state.hand_over_by - timedelta(seconds=1)
    assert flag_handover(state, state.hand_over_by, just_before) == []
    assert after(state, flag_handover(state, state.hand_over_by, state.hand_over_by)).defects == ("handover-late",)
    over = after(state, hand_over(state, "民警", FILE, "号", late, rules(DAY)))
    assert over.defects == ("handover-late",)
    state = handed()
    assert after(state, flag_answer(state, by, late)).defects == ("answer-late",)


def test_another_organ_has_no_clock_of_its_own() -> None:
    state = handed(to="organ", receiver="南昌市住房和城乡建设局", reason="无管辖权")
    assert (state.decide_by, state.hand_over_by, state.answer_by) == (None, None, None)
    assert state.stops_case


def test_series_of_another_service_is_numbered_from_our_blocks_only() -> None:
    with pytest.raises(Refused, match="numbers-exhausted") as told:
        take_number(SERIES.initial, organ_id="o", abbreviation="东湖", form=TRANSFER, day=DAY, case_id="c")
    assert f"POST /v1/number-series/o/移/{DAY.year}/leases" in told.value.zh, "who asks where"
    assert told.value.zh.count("holder：") == 2, "the other service, which numbers it, has the first block"


def test_a_step_that_is_not_due_is_told_where_the_transfer_stands() -> None:
    with pytest.raises(Refused, match="transfer-not-approved") as told:
        attempt("hand", TransferState(phase="handed-over"), DAY)
    assert told.value.zh == "移送现为“已移交，待答复”，“已批准，待移交”时才可办理"


def attempt(step: str, state: TransferState, day: date) -> list[Event]:
    """A command, or a clock that fires."""
    at, book = noon(day), rules(day)
    match step:
        case "report":
            command = ReportTransfer(to="police", receiver="公安", reason="", team=("o-li", "o-wang"), party_id="unit")
            return report_transfer(state, CASE, command, "号", TEAM, at, book)
        case "agree" | "deny":
            return decide_transfer(state, CASE, step == "agree", "", HEAD, at, book)
        case "hand":
            return hand_over(state, "", FILE, "号", at, book)
        case "taken" | "not-taken":
            answer: Answer = "taken" if step == "taken" else "not-taken"
            return answer_transfer(state, replace(TAKEN, answer=answer, answered_on=day), at, book)
        case "back":
            return return_case(state, "", day, at, book)
        case _:
            return [*flag_decision(state, state.decide_by or day, at), *flag_answer(state, state.answer_by or day, at)]


FOLLOWS = {
    "none": {"reported"}, "reported": {"approved", "denied"}, "approved": {"handed-over"}, "denied": {"reported"},
    "handed-over": {"taken", "not-taken"}, "taken": {"returned"}, "not-taken": {"reported"}, "returned": {"reported"},
}  # fmt: skip
STEPS = st.sampled_from(["report", "agree", "deny", "hand", "taken", "not-taken", "back", "flag"])


@drawn(st.lists(st.tuples(STEPS, st.integers(0, 3)), max_size=30))
def test_no_sequence_of_commands_hands_over_what_was_not_approved(tried: list[tuple[str, int]]) -> None:
    """Whatever is tried in whatever order: the phases come one after another, and a refusal changes nothing."""
    state, day, history = TransferState(), DAY, list[Event]()
    for step, days in tried:
        before, day = state, day + timedelta(days=days)
        with suppress(Refused):
            events = attempt(step, before, day)
            history += events
            state = after(before, events)
        assert state.phase == before.phase or state.phase in FOLLOWS[before.phase]
        assert state.stops_case == (state.phase in ("approved", "handed-over", "taken"))
    assert given(TRANSFERS, history) == state
