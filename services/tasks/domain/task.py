"""A task (执法任务): one enterprise to be inspected by one enforcing body by a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final, Literal

from chassis.domain import Event, Personal, Refused, Stream, event

Kind = Literal["campaign", "random", "planned", "report", "superior-campaign", "re-inspection"]
Level = Literal["city", "district"]
Progress = Literal["none", "generated", "assigned", "accepted", "returned", "started", "completed", "cancelled"]
OPEN: Final[tuple[Progress, ...]] = ("generated", "returned")
"""Waiting for officers."""
HELD: Final[tuple[Progress, ...]] = ("assigned", "accepted")
"""With officers who have not begun."""
ENDED: Final[tuple[Progress, ...]] = ("completed", "cancelled")
"""Nothing follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedOfficer:
    """An officer drawn for a task."""

    officer_id: str
    name: Annotated[str, Personal("officer_id")]
    certificate_no: Annotated[str, Personal("officer_id")]
    organ_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedExpert:
    """An expert who goes along and advises."""

    expert_id: str
    name: Annotated[str, Personal("expert_id")]


@event("casetrail.tasks.task-generated.v1", title="任务生成", summary="{enterprise_name} 由{organ}检查，{due_on}前完成")
class TaskGenerated(Event):
    """An enterprise is to be inspected by an organ, by the end of `due_on` in China.

    `plan_id` is the plan a planned task carries out; outside every plan `reason` and `reference` say why (a report, a superior's
    campaign, a re-inspection). A reminder is due when `warn_on` begins, None for none.
    """

    task_id: str
    kind: Kind
    campaign_id: str | None
    draw_id: str | None
    enterprise_id: str
    enterprise_name: str
    uscc: str
    district: str
    sector: str
    level: Level
    organ_id: str
    organ: str
    due_on: date
    plan_id: str | None = None
    reason: str | None = None
    reference: str | None = None
    warn_on: date | None = None


@event(
    "casetrail.tasks.task-assigned.v1", title="任务派发", summary="{enterprise_name} 的检查任务派发{organ}，计划{planned_on}检查"
)
class TaskAssigned(Event):
    """Officers were drawn for a task and a day is planned; holds what the visit needs to know of the task."""

    task_id: str
    enterprise_id: str
    enterprise_name: str
    uscc: str
    sector: str
    kind: Kind
    campaign_id: str | None
    level: Level
    organ_id: str
    organ: str
    due_on: date
    planned_on: date
    draw_id: str
    officers: tuple[AssignedOfficer, ...]
    experts: tuple[AssignedExpert, ...]


@event("casetrail.tasks.task-accepted.v1", title="任务签收", summary="任务 {task_id} 由 {officer_id} 签收")
class TaskAccepted(Event):
    """One of the assigned officers took the task on for the team."""

    task_id: str
    officer_id: str


@event("casetrail.tasks.task-returned.v1", title="任务退回", summary="任务 {task_id} 由 {officer_id} 退回：{reason}")
class TaskReturned(Event):
    """One of the assigned officers gave the task back; it waits for officers again."""

    task_id: str
    officer_id: str
    reason: str


@event(
    "casetrail.tasks.task-reassigned.v1",
    title="任务改派",
    summary="{enterprise_name} 的检查任务改派，计划{planned_on}检查：{reason}",
)
class TaskReassigned(Event):
    """A manager named other officers than those drawn, with a reason; holds what the visit needs to know."""

    task_id: str
    enterprise_id: str
    enterprise_name: str
    uscc: str
    sector: str
    kind: Kind
    campaign_id: str | None
    level: Level
    organ_id: str
    organ: str
    due_on: date
    planned_on: date
    officers: tuple[AssignedOfficer, ...]
    experts: tuple[AssignedExpert, ...]
    reason: str


@event("casetrail.tasks.task-cancelled.v1", title="任务撤销", summary="任务 {task_id} 撤销：{reason}")
class TaskCancelled(Event):
    """There is nothing to inspect any more; the reason is kept."""

    task_id: str
    reason: str


@event("casetrail.tasks.task-due-soon.v1", title="任务临期提醒", summary="任务 {task_id} 应于{due_on}前完成，尚未完成")
class TaskDueSoon(Event):
    """The reminder before the last day."""

    task_id: str
    due_on: date


@event("casetrail.tasks.task-started.v1", title="任务开始", summary="任务 {task_id} 已到场检查")
class TaskStarted(Event):
    """The officers have checked in on site."""

    task_id: str
    inspection_id: str


@event("casetrail.tasks.task-completed.v1", title="任务完成", summary="任务 {task_id} 于{completed_on}完成")
class TaskCompleted(Event):
    """The inspection was concluded."""

    task_id: str
    inspection_id: str
    completed_on: date


@event("casetrail.tasks.task-overdue.v1", title="任务逾期", summary="任务 {task_id} 应于{due_on}前完成，已逾期")
class TaskOverdue(Event):
    """The last day passed and the task was not completed."""

    task_id: str
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateTask:
    """What a new task is: the fields of `TaskGenerated`."""

    task_id: str
    kind: Kind
    campaign_id: str | None
    draw_id: str | None
    enterprise_id: str
    enterprise_name: str
    uscc: str
    district: str
    sector: str
    level: Level
    organ_id: str
    organ: str
    due_on: date
    plan_id: str | None = None
    reason: str | None = None
    reference: str | None = None
    warn_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignTask:
    """Who goes, with whom, on which day, by which draw."""

    planned_on: date
    draw_id: str
    officers: tuple[AssignedOfficer, ...]
    experts: tuple[AssignedExpert, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskState:
    """A task; `overdue` stays true for one that was completed late. `assigned` is who goes now, None while it is open.

    `last_planned_on` is the day last planned, kept when the task is given back: in its year the inspection may still be counted.
    """

    state: Progress = "none"
    overdue: bool = False
    warned: bool = False
    generated: TaskGenerated | None = None
    assigned: TaskAssigned | TaskReassigned | None = None
    last_planned_on: date | None = None
    accepted_by: str | None = None
    inspection_id: str | None = None
    completed_on: date | None = None
    reason: str | None = None  # of the last return, reassignment or cancellation

    @property
    def facts(self) -> TaskGenerated:
        """What was generated; raises Refused `task-not-open` for a task that does not exist."""
        if self.generated is None:
            raise Refused("task-not-open", "任务不存在", "there is no such task")
        return self.generated


def evolve_task(state: TaskState, event: Event) -> TaskState:
    """The task after an event."""
    match event:
        case TaskGenerated():
            return replace(state, state="generated", generated=event)
        case TaskAssigned():
            return replace(state, state="assigned", assigned=event, last_planned_on=event.planned_on, accepted_by=None)
        case TaskAccepted():
            return replace(state, state="accepted", accepted_by=event.officer_id)
        case TaskReturned():
            return replace(state, state="returned", assigned=None, accepted_by=None, reason=event.reason)
        case TaskReassigned():
            return replace(
                state, state="assigned", assigned=event, last_planned_on=event.planned_on, accepted_by=None, reason=event.reason
            )
        case TaskCancelled():
            return replace(state, state="cancelled", reason=event.reason)
        case TaskDueSoon():
            return replace(state, warned=True)
        case TaskStarted():
            return replace(state, state="started", inspection_id=event.inspection_id)
        case TaskCompleted():
            return replace(state, state="completed", inspection_id=event.inspection_id, completed_on=event.completed_on)
        case TaskOverdue():
            return replace(state, overdue=True)
        case _:
            return state


TASK = Stream("task", TaskState(), evolve_task)
