"""A task (执法任务): one enterprise to be inspected by one enforcing body by a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal

from chassis.domain import Event, Personal, Refused, Stream, event

Kind = Literal["campaign", "random"]
Level = Literal["city", "district"]
Progress = Literal["none", "generated", "assigned", "started", "completed"]


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
    """An enterprise is to be inspected by an organ, by the end of `due_on` in China."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignTask:
    """Who goes, with whom, on which day, by which draw."""

    planned_on: date
    draw_id: str
    officers: tuple[AssignedOfficer, ...]
    experts: tuple[AssignedExpert, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskState:
    """A task; `overdue` stays true for one that was completed late."""

    state: Progress = "none"
    overdue: bool = False
    generated: TaskGenerated | None = None
    assigned: TaskAssigned | None = None
    inspection_id: str | None = None
    completed_on: date | None = None

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
            return replace(state, state="assigned", assigned=event)
        case TaskStarted():
            return replace(state, state="started", inspection_id=event.inspection_id)
        case TaskCompleted():
            return replace(state, state="completed", inspection_id=event.inspection_id, completed_on=event.completed_on)
        case TaskOverdue():
            return replace(state, overdue=True)
        case _:
            return state


TASK = Stream("task", TaskState(), evolve_task)


def generate_task(state: TaskState, command: GenerateTask) -> list[Event]:
    """Generate a task. Refused `task-exists`: a campaign, or a draw, has at most one task at an enterprise.

    Source: 国办发〔2024〕54号 (no repeated inspection); 一家企业对应一个层级的执法主体.
    """
    if state.generated is not None:
        raise Refused("task-exists", f"任务 {command.task_id} 已存在", "there is a task for this enterprise already",
                      task_id=command.task_id)  # fmt: skip
    return [
        TaskGenerated(
            task_id=command.task_id, kind=command.kind, campaign_id=command.campaign_id, draw_id=command.draw_id,
            enterprise_id=command.enterprise_id, enterprise_name=command.enterprise_name, uscc=command.uscc,
            district=command.district, sector=command.sector, level=command.level, organ_id=command.organ_id,
            organ=command.organ, due_on=command.due_on,
        )
    ]  # fmt: skip


def assign_task(state: TaskState, command: AssignTask) -> list[Event]:
    """Assign a generated task to the officers that a draw gave it, overdue or not. Refused `task-not-open`."""
    facts = state.facts
    if state.state != "generated":
        raise Refused("task-not-open", f"任务 {facts.task_id} 已派发", "the task is not open to be assigned",
                      task_id=facts.task_id, state=state.state)  # fmt: skip
    return [
        TaskAssigned(
            task_id=facts.task_id, enterprise_id=facts.enterprise_id, enterprise_name=facts.enterprise_name,
            uscc=facts.uscc, sector=facts.sector, kind=facts.kind, campaign_id=facts.campaign_id, level=facts.level,
            organ_id=facts.organ_id, organ=facts.organ, due_on=facts.due_on, planned_on=command.planned_on,
            draw_id=command.draw_id, officers=command.officers, experts=command.experts,
        )
    ]  # fmt: skip


def start_task(state: TaskState, inspection_id: str) -> list[Event]:
    """The officers are on site. Nothing if this inspection began before; Refused `task-not-assigned`."""
    if state.state in ("started", "completed") and state.inspection_id == inspection_id:
        return []
    if state.state != "assigned":
        raise Refused("task-not-assigned", "任务未派发", "only an assigned task can start", state=state.state)
    return [TaskStarted(task_id=state.facts.task_id, inspection_id=inspection_id)]


def complete_task(state: TaskState, inspection_id: str, completed_on: date) -> list[Event]:
    """The inspection was concluded; also an overdue task can be completed. Nothing if it is; Refused `task-not-started`."""
    if state.state == "completed" and state.inspection_id == inspection_id:
        return []
    if state.state != "started" or state.inspection_id != inspection_id:
        raise Refused("task-not-started", "任务未开始检查", "only a started task can be completed", state=state.state)
    return [TaskCompleted(task_id=state.facts.task_id, inspection_id=inspection_id, completed_on=completed_on)]


def mark_overdue(state: TaskState) -> list[Event]:
    """The last day has passed: overdue, once, unless the task is completed."""
    if state.generated is None or state.overdue or state.state == "completed":
        return []
    return [TaskOverdue(task_id=state.generated.task_id, due_on=state.generated.due_on)]
