"""Own events to rows of the task list, and to the deadline of each task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from chassis.calendar import end_of
from chassis.deadlines import Arm, Disarm
from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch, Projection
from services.tasks.domain import TaskAssigned, TaskCompleted, TaskGenerated, TaskOverdue, TaskStarted

TaskEvent = TaskGenerated | TaskAssigned | TaskStarted | TaskCompleted | TaskOverdue


async def project_tasks(batch: Batch) -> None:
    """Keep one row per task."""
    events = [(sequenced, batch.event(sequenced)) for sequenced in batch.events]
    rows = await batch.rows("task_list", [event.task_id for _, event in events if isinstance(event, TaskEvent)])
    for sequenced, event in events:
        version = sequenced.envelope.version
        match event:
            case TaskGenerated():
                rows.put(event.task_id, {**_generated(event), "version": version})
            case TaskAssigned() | TaskStarted() | TaskCompleted() | TaskOverdue():
                rows.patch(event.task_id, version=version, **_changes(event))


def _generated(event: TaskGenerated) -> dict[str, Any]:
    return {
        **asdict(event), "due_on": event.due_on.isoformat(), "planned_on": None, "state": "generated", "overdue": False,
        "officers": [], "experts": [], "inspection_id": None, "completed_on": None,
    }  # fmt: skip


def _changes(event: TaskAssigned | TaskStarted | TaskCompleted | TaskOverdue) -> dict[str, Any]:
    match event:
        case TaskAssigned():
            return {
                "state": "assigned", "planned_on": event.planned_on.isoformat(),
                "officers": [asdict(officer) for officer in event.officers],
                "experts": [asdict(expert) for expert in event.experts],
            }  # fmt: skip
        case TaskStarted():
            return {"state": "started", "inspection_id": event.inspection_id}
        case TaskCompleted():
            return {"state": "completed", "completed_on": event.completed_on.isoformat()}
        case TaskOverdue():
            return {"overdue": True}


def deadlines(sequenced: Sequenced, event: Event) -> Iterator[Arm | Disarm]:
    """A task is overdue when the last day it may be completed on has passed in China."""
    match event:
        case TaskGenerated():
            yield Arm(
                id=f"task-due:{event.task_id}", kind="task-due", key=event.task_id, due_at=end_of(event.due_on),
                district=sequenced.envelope.district,
            )  # fmt: skip
        case TaskCompleted():
            yield Disarm(id=f"task-due:{event.task_id}")


PROJECTIONS = (Projection("task_list", version=1, project=project_tasks, tables=("task_list",)),)
