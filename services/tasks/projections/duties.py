"""Own events to one row per officer and task: each officer's list, and the load per officer."""

from __future__ import annotations

from typing import Any

from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch, Projection, Rows
from services.tasks.domain import TaskAssigned, TaskCompleted, TaskOverdue, TaskStarted
from services.tasks.domain.task import TaskAccepted, TaskCancelled, TaskDueSoon, TaskReassigned, TaskReturned

Teamed = TaskAssigned | TaskReassigned
Moved = TaskAccepted | TaskReturned | TaskStarted | TaskCompleted | TaskCancelled
DutyEvent = Teamed | Moved | TaskOverdue | TaskDueSoon
STATES: dict[type[Event], str] = {
    TaskAccepted: "accepted", TaskReturned: "returned", TaskStarted: "started", TaskCompleted: "completed",
    TaskCancelled: "cancelled",
}  # fmt: skip


async def project_duties(batch: Batch) -> None:
    """Keep a row per officer and task; `mine` is false where the task went to others or back."""
    events = [(sequenced, event) for sequenced in batch.events if isinstance(event := batch.event(sequenced), DutyEvent)]
    teams = await batch.rows("task_teams", [event.task_id for _, event in events])
    duties = await batch.rows("officer_tasks", _keys(teams, [event for _, event in events]))
    for sequenced, event in events:
        team = teams.get(event.task_id) or _no_team(sequenced, event)
        match event:
            case TaskAssigned() | TaskReassigned():
                _give(duties, team, sequenced, event)
                team = {**team, "officers": [officer.officer_id for officer in event.officers]}
            case TaskOverdue():
                team = {**team, "overdue": True}
                _tell(duties, team, event.task_id, overdue=True)
            case TaskDueSoon():
                team = {**team, "due_warned": True}
                _tell(duties, team, event.task_id, warned=True)
            case _:
                _tell(duties, team, event.task_id, state=STATES[type(event)], mine=not isinstance(event, TaskReturned))
        teams.put(event.task_id, team)


def _key(task_id: str, officer_id: str) -> str:
    return f"{task_id}.{officer_id}"


def _keys(teams: Rows, events: list[DutyEvent]) -> list[str]:
    keys = {_key(task, one) for task, team in teams.found.items() for one in team["officers"]}
    for event in events:
        if isinstance(event, Teamed):
            keys |= {_key(event.task_id, officer.officer_id) for officer in event.officers}
    return sorted(keys)


def _no_team(sequenced: Sequenced, event: DutyEvent) -> dict[str, Any]:
    return {
        "task_id": event.task_id, "district": sequenced.envelope.district, "due_warned": False, "overdue": False, "officers": [],
    }  # fmt: skip


def _give(duties: Rows, team: dict[str, Any], sequenced: Sequenced, event: Teamed) -> None:
    _tell(duties, team, event.task_id, mine=False)
    for officer in event.officers:
        key = _key(event.task_id, officer.officer_id)
        duties.put(key, {
            "duty_id": key, "officer_id": officer.officer_id, "organ_id": event.organ_id, "task_id": event.task_id,
            "district": sequenced.envelope.district, "enterprise_id": event.enterprise_id,
            "enterprise_name": event.enterprise_name, "due_on": event.due_on.isoformat(),
            "planned_on": event.planned_on.isoformat(), "state": "assigned", "warned": team["due_warned"],
            "overdue": team["overdue"], "mine": True,
        })  # fmt: skip


def _tell(duties: Rows, team: dict[str, Any], task_id: str, **changes: Any) -> None:
    for officer_id in team["officers"]:
        duties.patch(_key(task_id, officer_id), **changes)


PROJECTIONS = (Projection("duties", version=1, project=project_duties, tables=("officer_tasks", "task_teams")),)
