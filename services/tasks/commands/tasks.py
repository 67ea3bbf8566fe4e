"""Use cases of tasks: generated, started, completed, overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid5

from chassis.deadlines import Deadline
from chassis.domain import day_of
from chassis.runner import Work
from services.tasks import domain
from services.tasks.domain import TASK, GenerateTask
from services.tasks.domain.knowledge import planning_on
from services.tasks.domain.tasklife import warn_due, warning_day
from services.tasks.queries import known as queries

NAMESPACE = UUID("7a0f5b2c-6f0d-5a52-9d1c-8c3f4f6b2e90")  # of the correlation ids that tasks begin


def matter_of(task_id: str) -> UUID:
    """The correlation id of the matter that a task begins."""
    return uuid5(NAMESPACE, task_id)


async def generate_task(work: Work, command: GenerateTask) -> None:
    """A task begins a matter of its own: inspection, orders and case that follow share its correlation id."""
    task = await work.load(TASK, command.task_id)
    rules = planning_on(await queries.plannings(work.read), day_of(work.at))
    days = rules.due_warning_days if rules is not None else None
    command = replace(command, warn_on=warning_day(command.due_on, days, day_of(work.at)))
    work.append(
        task, domain.generate_task(task.state, command), subject=command.enterprise_id, district=command.district,
        correlation_id=matter_of(command.task_id),
    )  # fmt: skip


async def start_task(work: Work, task_id: str, inspection_id: str) -> None:
    """The officers checked in."""
    task = await work.existing(TASK, task_id)
    work.append(task, domain.start_task(task.state, inspection_id))


async def complete_task(work: Work, task_id: str, inspection_id: str, completed_on: date) -> None:
    """The inspection was concluded."""
    task = await work.existing(TASK, task_id)
    work.append(task, domain.complete_task(task.state, inspection_id, completed_on))


async def mark_overdue(work: Work, deadline: Deadline) -> None:
    """The last day of a task has passed; harmless if it was completed meanwhile."""
    task = await work.load(TASK, deadline.key)
    work.append(task, domain.mark_overdue(task.state))


async def remind(work: Work, deadline: Deadline) -> None:
    """The last day of a task comes near; harmless if it ended meanwhile."""
    task = await work.load(TASK, deadline.key)
    work.append(task, warn_due(task.state))
