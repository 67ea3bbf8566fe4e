"""What people do with a task: order one, accept it, give it back, give it to others, cancel it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chassis.domain import Refused, day_of
from chassis.runner import Work
from services.tasks.commands.claims import claim, release
from services.tasks.commands.organs import campaign_of, enterprise_of, organ_of
from services.tasks.commands.permits import permit, uncount
from services.tasks.commands.tasks import generate_task
from services.tasks.domain import PLAN, TASK, GenerateTask, planning, rules_on, tasklife
from services.tasks.domain.task import Kind
from services.tasks.domain.tasklife import ReassignTask
from services.tasks.queries import known as queries


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTask:
    """One inspection: by a plan that names the enterprise, or outside every plan for a reason that is stated."""

    task_id: str
    kind: Kind
    enterprise_id: str
    due_on: date
    plan_id: str | None
    campaign_id: str | None
    reason: str | None
    reference: str | None


async def order_task(work: Work, command: OrderTask) -> None:
    """Order an inspection by the actor's organ."""
    organ = await organ_of(work, work.context.organ)
    if command.due_on < day_of(work.at):
        raise Refused("due-in-the-past", "完成期限已过", "the last day has passed")
    enterprise = await enterprise_of(work, command.enterprise_id)
    districts = await queries.districts_of(work.read, organ)
    if enterprise.district not in districts:
        raise Refused("district-of-another-organ", f"企业不在{organ.organ}辖区内", "another organ's district",
                      district=enterprise.district)  # fmt: skip
    plan = (await work.existing(PLAN, command.plan_id)).state if command.plan_id else PLAN.initial
    planning.check_ordered(command.kind, plan, command.enterprise_id, command.due_on, command.reason, command.reference)
    task = GenerateTask(
        task_id=command.task_id, kind=command.kind, campaign_id=command.campaign_id, draw_id=None,
        enterprise_id=enterprise.enterprise_id, enterprise_name=enterprise.name, uscc=enterprise.uscc,
        district=enterprise.district, sector=enterprise.sector, level="city" if organ.kind == "city" else "district",
        organ_id=organ.organ_id, organ=organ.organ, due_on=command.due_on, plan_id=command.plan_id, reason=command.reason,
        reference=command.reference,
    )  # fmt: skip
    if command.campaign_id is not None:
        await campaign_of(work, command.campaign_id, organ)
        await claim(work, command.campaign_id, task)
    await generate_task(work, task)


async def accept_task(work: Work, task_id: str) -> None:
    """The actor, one of the assigned officers, takes the task on."""
    task = await work.existing(TASK, task_id)
    work.append(task, tasklife.accept_task(task.state, work.actor.id))


async def return_task(work: Work, task_id: str, reason: str) -> None:
    """The actor, one of the assigned officers, gives the task back; until somebody else goes, no inspection counts."""
    task = await work.existing(TASK, task_id)
    events = tasklife.return_task(task.state, work.actor.id, reason)
    await uncount(work, task)
    work.append(task, events)


async def reassign_task(work: Work, task_id: str, command: ReassignTask) -> None:
    """Give the task to other officers, under the rules of the planned day."""
    task = await work.existing(TASK, task_id)
    officers = await queries.officers_by_id(work.read, command.officer_ids)
    experts = await queries.experts_by_id(work.read, command.expert_ids)
    recusals = await queries.recusals_of(work.read, command.officer_ids, [task.state.facts.enterprise_id])
    rules = rules_on(await queries.rulebooks(work.read), command.planned_on)
    work.rulebook = rules.name
    events = tasklife.reassign_task(
        task.state, command, list(officers.values()), list(experts.values()), recusals, rules, work.at
    )
    await permit(work, task, command.planned_on)
    work.append(task, events)


async def cancel_task(work: Work, task_id: str, reason: str) -> None:
    """Cancel a task that has not begun; its organ then no longer claims the enterprise in the campaign."""
    task = await work.existing(TASK, task_id)
    events = tasklife.cancel_task(task.state, reason)
    facts = task.state.facts
    await uncount(work, task)
    work.append(task, events)
    if facts.campaign_id is not None:
        await release(work, facts.campaign_id, facts.enterprise_id, facts.organ_id, reason, str(task.district))
