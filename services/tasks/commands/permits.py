"""Use cases around a single inspection: approval asked for and decided, counted towards the yearly cap."""

from __future__ import annotations

from datetime import date

from chassis.aggregates import Loaded
from chassis.deadlines import Deadline
from chassis.runner import Work
from services.tasks.commands.tasks import matter_of
from services.tasks.domain import TASK, TaskState
from services.tasks.domain.approval import (
    APPROVAL,
    RequestApproval,
    decide_approval,
    over_cap_of,
    regularisation_due,
    request_approval,
    require_approved,
)
from services.tasks.domain.caps import COUNT, cap_of, count_inspection, count_key, inspection_rules_on, uncount_inspection
from services.tasks.queries import inspecting as queries


async def request(work: Work, task_id: str, command: RequestApproval) -> None:
    """Ask for the approval of a task's inspection, under the rules and the item lists of its day."""
    task = await work.existing(TASK, task_id)
    approval = await work.load(APPROVAL, task_id)
    rules = inspection_rules_on(await queries.inspection_rules(work.read), command.planned_on)
    published = await queries.published_items(work.read, command.planned_on)
    work.append(
        approval, request_approval(approval.state, task.state, command, rules, published, work.actor.id, work.at),
        subject=task.subject, district=task.district, correlation_id=matter_of(task_id),
    )  # fmt: skip


async def decide(work: Work, task_id: str, rejection: str | None = None) -> None:
    """The head of the body approves, or rejects with a reason."""
    approval = await work.existing(APPROVAL, task_id)
    work.append(approval, decide_approval(approval.state, work.actor.id, work.context.organ, work.at, rejection))


async def regularisation_fell_due(work: Work, deadline: Deadline) -> None:
    """An urgent inspection was not regularised in time; harmless if it was decided meanwhile."""
    approval = await work.load(APPROVAL, deadline.key)
    work.append(approval, regularisation_due(approval.state))


async def permit(work: Work, task: Loaded[TaskState], planned_on: date) -> None:
    """Let a task's inspection go ahead on a day: approved where the rules demand it, counted where there are caps.

    Count and assignment are one write set, so of two for the last permitted inspection one is refused. A refusal leaves nothing
    appended.
    """
    await _require_permitted(work, task, planned_on)
    last = task.state.last_planned_on
    if last is not None and last.year != planned_on.year:
        await uncount(work, task)


async def _require_permitted(work: Work, task: Loaded[TaskState], planned_on: date) -> None:
    rules = inspection_rules_on(await queries.inspection_rules(work.read), planned_on)
    if rules is None or not (rules.prior_approval or rules.caps):
        return
    facts = task.state.facts
    approval = (await work.load(APPROVAL, facts.task_id)).state
    require_approved(approval, rules, planned_on)
    if not rules.caps:
        return
    count = await work.load(COUNT, count_key(facts.enterprise_id, planned_on.year))
    cap = cap_of(rules, facts.sector, await queries.grade_of(work.read, facts.enterprise_id), planned_on)
    work.append(
        count, count_inspection(count.state, facts, planned_on.year, cap, over_cap_of(approval)),
        subject=facts.enterprise_id, district=task.district,
    )  # fmt: skip


async def uncount(work: Work, task: Loaded[TaskState]) -> None:
    """A task's inspection counts no more in the year it was last planned for: given back, cancelled, put off to another year."""
    last = task.state.last_planned_on
    if last is None:
        return
    count = await work.load(COUNT, count_key(task.state.facts.enterprise_id, last.year))
    work.append(count, uncount_inspection(count.state, task.state.facts.task_id), district=task.district)
