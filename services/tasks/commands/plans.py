"""Use cases of annual plans: drafted from the register, approved, filed, amended."""

from __future__ import annotations

from datetime import date

from chassis.runner import Work
from services.tasks.commands.organs import organ_of
from services.tasks.domain import PLAN, Enterprise, planning
from services.tasks.domain.knowledge import planning_on
from services.tasks.domain.planning import AmendPlan, DraftPlan
from services.tasks.queries import known as queries


async def draft_plan(work: Work, command: DraftPlan) -> None:
    """Draft the annual plan of the actor's organ, from the register where it names key enterprises or its capacity."""
    plan = await work.load(PLAN, command.plan_id)
    organ = await organ_of(work, work.context.organ)
    rules = planning_on(await queries.plannings(work.read), date(command.year, 1, 1))
    by_grade = rules is not None and rules.key_risk_grades
    from_register = command.capacity is not None or command.key_sectors or command.key_enterprises or by_grade
    register = await queries.register_of(work.read, command.sectors, organ.district) if from_register else []
    events = planning.draft_plan(plan.state, command, organ, work.actor.id, register=register, planning=rules)
    work.append(plan, events, district=organ.district)


async def approve_plan(work: Work, plan_id: str) -> None:
    """Approve a plan that somebody else drafted."""
    plan = await work.existing(PLAN, plan_id)
    work.append(plan, planning.approve_plan(plan.state, work.actor.id))


async def file_plan(work: Work, plan_id: str, filed_with: str, filed_on: date, reference: str) -> None:
    """File the revision in force with the superior authority."""
    plan = await work.existing(PLAN, plan_id)
    work.append(plan, planning.file_plan(plan.state, filed_with, filed_on, reference))


async def propose_amendment(work: Work, plan_id: str, command: AmendPlan) -> None:
    """Propose what an approved plan is to become."""
    plan = await work.existing(PLAN, plan_id)
    register: list[Enterprise] = []
    if command.key_added:
        sectors = plan.state.sectors if command.sectors is None else command.sectors
        register = await queries.register_of(work.read, sectors, str(plan.district))
    work.append(plan, planning.propose_amendment(plan.state, command, register, work.actor.id))


async def approve_amendment(work: Work, plan_id: str) -> None:
    """Approve the amendment that somebody else proposed."""
    plan = await work.existing(PLAN, plan_id)
    work.append(plan, planning.approve_amendment(plan.state, work.actor.id))


async def reject_amendment(work: Work, plan_id: str, reason: str) -> None:
    """Turn the proposed amendment down."""
    plan = await work.existing(PLAN, plan_id)
    work.append(plan, planning.reject_amendment(plan.state, work.actor.id, reason))
