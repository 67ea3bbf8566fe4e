"""Who goes, when the task has gone to others, back, or away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given as drawn
from hypothesis import strategies as st

from chassis.domain import Event
from chassis.testing import given
from services.inspection.domain import inspection, team, visit
from services.inspection.domain.inspection import INSPECTION, CheckIn, InspectionState
from tests.domain.inspection.scenes import AT, CERTIFICATES, DAY, FIRST, RULES, SECOND, TASK, approved, prepared, refused


def fold(state: InspectionState, events: list[Event]) -> InspectionState:
    for event in events:
        state = INSPECTION.evolve(state, event)
    return state


OTHERS = replace(TASK, planned_on=DAY + timedelta(days=3), officers=TASK.officers[1:])
ARRIVAL = CheckIn(officers=(FIRST, SECOND), experts=(), place="南昌", representative="厂长")


def test_other_people_go_and_their_plan_is_approved_again() -> None:
    state = given(INSPECTION, [*approved(), *team.reassign(given(INSPECTION, approved()), OTHERS, RULES)])
    assert (state.stage, state.mode) == ("prepared", None)
    assert inspection.prepared(state).officers == OTHERS.officers
    assert inspection.prepared(state).planned_on == OTHERS.planned_on
    refused("plan-not-approved", lambda: visit.check_in(state, ARRIVAL, CERTIFICATES, RULES, AT))
    again = fold(state, inspection.approve_plan(state, "notified", "局长", RULES))
    refused("officer-not-assigned", lambda: visit.check_in(again, ARRIVAL, CERTIFICATES, RULES, AT))


def test_the_same_people_on_the_same_day_are_no_change() -> None:
    assert team.reassign(given(INSPECTION, approved()), TASK, RULES) == []


def test_nobody_goes_while_a_returned_task_waits() -> None:
    state = given(INSPECTION, [*prepared(), *team.withdraw_team(given(INSPECTION, prepared()))])
    assert inspection.prepared(state).officers == ()
    assert team.withdraw_team(state) == []
    assert team.withdraw_team(INSPECTION.initial) == []


def test_a_cancelled_task_calls_its_inspection_off() -> None:
    state = given(INSPECTION, [*approved(), *team.call_off(given(INSPECTION, approved()), "企业注销")])
    assert state.stage == "called-off"
    refused("called-off", lambda: visit.check_in(state, ARRIVAL, CERTIFICATES, RULES, AT))
    refused("called-off", lambda: inspection.approve_plan(state, "notified", "局长", RULES))
    refused("called-off", lambda: team.reassign(state, OTHERS, RULES))
    assert team.call_off(state, "x") == []
    assert team.call_off(INSPECTION.initial, "x") == []


def test_who_is_on_site_stays() -> None:
    begun = [*approved(), *visit.check_in(given(INSPECTION, approved()), ARRIVAL, CERTIFICATES, RULES, AT)]
    refused("already-checked-in", lambda: team.reassign(given(INSPECTION, begun), OTHERS, RULES))
    assert team.withdraw_team(given(INSPECTION, begun)) == []
    assert team.call_off(given(INSPECTION, begun), "x") == []


@drawn(st.lists(st.sampled_from(["reassign", "withdraw", "off", "prepared"]), max_size=8))
def test_the_fold_takes_these_events_in_any_order(names: list[str]) -> None:
    events: dict[str, list[Event]] = {
        "prepared": prepared(), "reassign": team.reassign(given(INSPECTION, prepared()), OTHERS, RULES),
        "withdraw": team.withdraw_team(given(INSPECTION, prepared())), "off": team.call_off(given(INSPECTION, prepared()), "x"),
    }  # fmt: skip
    state = given(INSPECTION, [event for name in names for event in events[name]])
    assert (state.plan is None) == ("prepared" not in names)
