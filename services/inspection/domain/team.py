"""Who goes, after the task has gone to others, back, or away: until somebody has checked in."""

from __future__ import annotations

from chassis.domain import Event
from services.inspection.domain.events import InspectionCalledOff, InspectionReassigned
from services.inspection.domain.inspection import InspectionState, Task, prepared
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Rules


def reassign(state: InspectionState, task: Task, rules: Rules) -> list[Event]:
    """Other people go, or on another day; what applies to the site stays pinned. Nothing if they are who goes already.

    Refused `already-checked-in`, `called-off`.
    """
    plan = prepared(state)
    _check_not_begun(state, rules)
    if (plan.planned_on, plan.officers, plan.experts) == (task.planned_on, task.officers, task.experts):
        return []
    return [
        InspectionReassigned(
            inspection_id=plan.inspection_id, planned_on=task.planned_on, officers=task.officers, experts=task.experts
        )
    ]


def withdraw_team(state: InspectionState) -> list[Event]:
    """The task was returned: nobody goes until it is assigned again. Nothing before it is prepared, or once it has begun."""
    if state.plan is None or state.stage not in ("prepared", "approved") or not state.plan.officers:
        return []
    plan = state.plan
    return [InspectionReassigned(inspection_id=plan.inspection_id, planned_on=plan.planned_on, officers=(), experts=())]


def call_off(state: InspectionState, reason: str) -> list[Event]:
    """The task was cancelled. Nothing before the inspection is prepared, or once it has begun or was called off."""
    if state.plan is None or state.stage not in ("prepared", "approved"):
        return []
    return [InspectionCalledOff(inspection_id=state.plan.inspection_id, reason=reason)]


def _check_not_begun(state: InspectionState, rules: Rules) -> None:
    if state.stage == "called-off":
        raise refused("called-off", rules)
    if state.stage not in ("prepared", "approved"):
        raise refused("already-checked-in", rules)
