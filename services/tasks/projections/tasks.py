"""Own events to rows of the task list, and to the deadline of each task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from chassis.calendar import end_of
from chassis.deadlines import Arm, Disarm
from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch, Projection
from services.tasks.domain import TaskAssigned, TaskCompleted, TaskGenerated, TaskOverdue, TaskStarted
from services.tasks.domain.approval import ApprovalRequested, InspectionApproved, InspectionNotApproved
from services.tasks.domain.task import TaskAccepted, TaskCancelled, TaskDueSoon, TaskReassigned, TaskReturned

TaskEvent = (
    TaskGenerated | TaskAssigned | TaskAccepted | TaskReturned | TaskReassigned | TaskStarted | TaskCompleted | TaskOverdue
    | TaskCancelled | TaskDueSoon
)  # fmt: skip
NOT_LISTED = ("plan_id", "reason", "reference", "warn_on")  # shown with the task itself, from its events


async def project_tasks(batch: Batch) -> None:
    """Keep one row per task."""
    events = [(sequenced, batch.event(sequenced)) for sequenced in batch.events]
    rows = await batch.rows("task_list", [event.task_id for _, event in events if isinstance(event, TaskEvent)])
    for sequenced, event in events:
        version = sequenced.envelope.version
        match event:
            case TaskGenerated():
                rows.put(event.task_id, {**_generated(event), "version": version})
            case (
                TaskAssigned() | TaskReassigned() | TaskAccepted() | TaskReturned() | TaskStarted() | TaskCompleted()
                | TaskOverdue() | TaskCancelled() | TaskDueSoon()
            ):  # fmt: skip
                rows.patch(event.task_id, version=version, **_changes(event))


def _generated(event: TaskGenerated) -> dict[str, Any]:
    facts = {name: value for name, value in asdict(event).items() if name not in NOT_LISTED}
    return {
        **facts, "due_on": event.due_on.isoformat(), "planned_on": None, "state": "generated", "overdue": False,
        "officers": [], "experts": [], "inspection_id": None, "completed_on": None,
    }  # fmt: skip


def _changes(event: TaskEvent) -> dict[str, Any]:
    match event:
        case TaskAssigned() | TaskReassigned():
            return {
                "state": "assigned", "planned_on": event.planned_on.isoformat(),
                "officers": [asdict(officer) for officer in event.officers],
                "experts": [asdict(expert) for expert in event.experts],
            }  # fmt: skip
        case TaskAccepted():
            return {"state": "accepted"}
        case TaskReturned():
            return {"state": "returned", "planned_on": None, "officers": [], "experts": []}
        case TaskStarted():
            return {"state": "started", "inspection_id": event.inspection_id}
        case TaskCompleted():
            return {"state": "completed", "completed_on": event.completed_on.isoformat()}
        case TaskOverdue():
            return {"overdue": True}
        case TaskCancelled():
            return {"state": "cancelled"}
        case _:
            return {}


def deadlines(sequenced: Sequenced, event: Event) -> Iterator[Arm | Disarm]:
    """A task is overdue when its last day has passed in China; the reminder when the day before `warn_on` has."""
    match event:
        case TaskGenerated():
            if event.warn_on is not None:
                yield Arm(
                    id=f"task-warning:{event.task_id}", kind="task-warning", key=event.task_id,
                    due_at=end_of(event.warn_on - timedelta(days=1)), district=sequenced.envelope.district,
                )  # fmt: skip
            yield Arm(
                id=f"task-due:{event.task_id}", kind="task-due", key=event.task_id, due_at=end_of(event.due_on),
                district=sequenced.envelope.district,
            )  # fmt: skip
        case ApprovalRequested() if event.regularise_by is not None:
            yield Arm(
                id=f"inspection-regularisation:{event.task_id}", kind="inspection-regularisation", key=event.task_id,
                due_at=event.regularise_by, district=sequenced.envelope.district,
            )  # fmt: skip
        case InspectionApproved() | InspectionNotApproved():
            yield Disarm(id=f"inspection-regularisation:{event.task_id}")
        case TaskCompleted() | TaskCancelled():
            yield Disarm(id=f"task-due:{event.task_id}")
            yield Disarm(id=f"task-warning:{event.task_id}")


PROJECTIONS = (Projection("task_list", version=1, project=project_tasks, tables=("task_list",)),)
