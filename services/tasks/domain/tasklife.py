"""The life of a task: generated, assigned, accepted or returned, reassigned, started, completed, overdue, cancelled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chassis.domain import Event, Refused, day_of
from services.tasks.domain.knowledge import Expert, Officer, Recusal, Rules, cited
from services.tasks.domain.task import (
    ENDED,
    HELD,
    OPEN,
    AssignedExpert,
    AssignedOfficer,
    AssignTask,
    GenerateTask,
    TaskAccepted,
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    TaskDueSoon,
    TaskGenerated,
    TaskOverdue,
    TaskReassigned,
    TaskReturned,
    TaskStarted,
    TaskState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassignTask:
    """Give a task to other officers, for a reason."""

    planned_on: date
    officer_ids: tuple[str, ...]
    expert_ids: tuple[str, ...]
    reason: str


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
            organ=command.organ, due_on=command.due_on, plan_id=command.plan_id, reason=command.reason,
            reference=command.reference, warn_on=command.warn_on,
        )
    ]  # fmt: skip


def assign_task(state: TaskState, command: AssignTask) -> list[Event]:
    """Assign a task that waits for officers to those that a draw gave it, overdue or not. Refused `task-not-open`."""
    facts = state.facts
    if state.state not in OPEN:
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
    if state.state not in HELD:
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
    """The last day has passed: overdue, once, unless the task is completed or cancelled."""
    if state.generated is None or state.overdue or state.state in ENDED:
        return []
    return [TaskOverdue(task_id=state.generated.task_id, due_on=state.generated.due_on)]


def warn_due(state: TaskState) -> list[Event]:
    """Remind of the last day: once, unless it is over or the task has ended."""
    if state.generated is None or state.warned or state.overdue or state.state in ENDED:
        return []
    return [TaskDueSoon(task_id=state.generated.task_id, due_on=state.generated.due_on)]


def warning_day(due_on: date, days: int | None, today: date) -> date | None:
    """The day on which a reminder is due, `days` before the last one; None if there is no such rule, or the day has passed."""
    day = due_on - timedelta(days=days) if days else None
    return day if day is not None and day > today else None


def accept_task(state: TaskState, officer_id: str) -> list[Event]:
    """Take an assigned task on. Nothing if this officer did; Refused `task-not-assigned`, `not-your-task`."""
    if state.state == "accepted" and state.accepted_by == officer_id:
        return []
    if state.state != "assigned":
        raise Refused("task-not-assigned", "任务未处于待签收状态", "only an assigned task can be accepted", state=state.state)
    _check_assigned(state, officer_id)
    return [TaskAccepted(task_id=state.facts.task_id, officer_id=officer_id)]


def return_task(state: TaskState, officer_id: str, reason: str) -> list[Event]:
    """Give a task back before its inspection begins. Refused `task-not-assigned`, `not-your-task`."""
    if state.state not in HELD:
        raise Refused(
            "task-not-assigned", "任务未派发或已开始", "only a task that has not begun can be returned", state=state.state
        )
    _check_assigned(state, officer_id)
    return [TaskReturned(task_id=state.facts.task_id, officer_id=officer_id, reason=reason)]


def _check_assigned(state: TaskState, officer_id: str) -> None:
    assigned = () if state.assigned is None else state.assigned.officers
    if officer_id not in {officer.officer_id for officer in assigned}:
        raise Refused("not-your-task", "该任务未派发给本人", "the task is assigned to other officers", officer_id=officer_id)


def reassign_task(
    state: TaskState, command: ReassignTask, officers: Sequence[Officer], experts: Sequence[Expert],
    recusals: Iterable[Recusal], rules: Rules, at: datetime,
) -> list[Event]:  # fmt: skip
    """Give a task that has not begun to named officers of its organ; `rules` are those of the planned day.

    Refused `task-not-assigned`; `planned-in-the-past`; `officer-not-known`, `expert-not-known`; `officer-of-another-organ`;
    `too-few-officers` (行政处罚法（2021）第42条第1款); `officer-recused` (行政处罚法（2021）第43条); `certificate-expired`
    (安全生产法（2021）第67条); `officer-not-trained` (rulebook `officers.required_modules`). A draw has the same rules.
    """
    if state.state not in (*HELD, *OPEN):
        raise Refused("task-not-assigned", "任务已开始或已结束，不能改派", "only a task that has not begun can be reassigned",
                      state=state.state)  # fmt: skip
    if command.planned_on < day_of(at):
        raise Refused("planned-in-the-past", "计划检查日期已过", "the planned day has passed")
    _check_team(state.facts, command, officers, experts, recusals, rules)
    facts = state.facts
    return [
        TaskReassigned(
            task_id=facts.task_id, enterprise_id=facts.enterprise_id, enterprise_name=facts.enterprise_name, uscc=facts.uscc,
            sector=facts.sector, kind=facts.kind, campaign_id=facts.campaign_id, level=facts.level, organ_id=facts.organ_id,
            organ=facts.organ, due_on=facts.due_on, planned_on=command.planned_on, reason=command.reason,
            officers=tuple(
                AssignedOfficer(officer_id=o.officer_id, name=o.name, certificate_no=o.certificate_no, organ_id=o.organ_id)
                for o in officers
            ),
            experts=tuple(AssignedExpert(expert_id=expert.expert_id, name=expert.name) for expert in experts),
        )
    ]  # fmt: skip


def _check_team(
    facts: TaskGenerated, command: ReassignTask, officers: Sequence[Officer], experts: Sequence[Expert],
    recusals: Iterable[Recusal], rules: Rules,
) -> None:  # fmt: skip
    _check_known(command, officers, experts)
    if len(officers) < rules.officers_minimum:
        raise Refused("too-few-officers", f"执法人员不得少于{rules.officers_minimum}人", "a visit needs more officers",
                      basis=cited(rules.officers_bases, command.planned_on), minimum=rules.officers_minimum)  # fmt: skip
    recused = {recusal.officer_id for recusal in recusals if recusal.enterprise_id == facts.enterprise_id}
    for officer in officers:
        if officer.organ_id != facts.organ_id:
            raise Refused("officer-of-another-organ", f"{officer.officer_id} 不属于{facts.organ}", "an officer of another organ",
                          officer_id=officer.officer_id)  # fmt: skip
        if officer.officer_id in recused:
            raise Refused("officer-recused", f"{officer.officer_id} 应当回避", "the officer is recused at this enterprise",
                          officer_id=officer.officer_id)  # fmt: skip
        if officer.certificate_valid_to < command.planned_on:
            raise Refused("certificate-expired", f"{officer.officer_id} 的执法证件届时失效", "the certificate ends before then",
                          officer_id=officer.officer_id)  # fmt: skip
        if untaught := rules.untaught(officer):
            raise Refused("officer-not-trained", f"{officer.officer_id} 尚未经培训取得模块授权", "the officer was not trained",
                          officer_id=officer.officer_id, modules=untaught)  # fmt: skip


def _check_known(command: ReassignTask, officers: Sequence[Officer], experts: Sequence[Expert]) -> None:
    if missing := sorted(set(command.officer_ids) - {officer.officer_id for officer in officers}):
        raise Refused(
            "officer-not-known", "执法人员尚未登记", "officers that have not arrived from the registry", officers=missing
        )
    if missing := sorted(set(command.expert_ids) - {expert.expert_id for expert in experts}):
        raise Refused("expert-not-known", "专家尚未登记", "experts that have not arrived from the registry", experts=missing)


def cancel_task(state: TaskState, reason: str) -> list[Event]:
    """Cancel a task that has not begun. Refused `task-begun`, `task-ended`."""
    if state.state in ENDED:
        raise Refused("task-ended", "任务已结束", "the task has ended", state=state.state)
    if state.state == "started":
        raise Refused("task-begun", "检查已开始，不能撤销任务", "its inspection has begun", state=state.state)
    return [TaskCancelled(task_id=state.facts.task_id, reason=reason)]
