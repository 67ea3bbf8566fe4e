"""Use cases of tasks: load, ask what is known of the world, decide, append."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from chassis.deadlines import Deadline
from chassis.domain import Refused
from chassis.runner import Work
from services.tasks import domain, queries
from services.tasks.domain import (
    CAMPAIGN,
    DRAW,
    PLAN,
    TASK,
    Apportion,
    AssignedExpert,
    AssignedOfficer,
    Assignment,
    AssignTask,
    CampaignState,
    CommitDraw,
    DraftPlan,
    DrawCommitted,
    Enterprise,
    Exclusion,
    GenerateTask,
    OpenCampaign,
    Organ,
    Pick,
    Result,
    TaskState,
)

NAMESPACE = UUID("7a0f5b2c-6f0d-5a52-9d1c-8c3f4f6b2e90")  # of the correlation ids that tasks begin


async def draft_plan(work: Work, command: DraftPlan) -> None:
    """Draft the annual plan of the actor's organ."""
    plan = await work.load(PLAN, command.plan_id)
    organ = await _organ(work, work.context.organ)
    work.append(plan, domain.draft_plan(plan.state, command, organ, work.actor.id), district=organ.district)


async def approve_plan(work: Work, plan_id: str) -> None:
    """Approve a plan that somebody else drafted."""
    plan = await work.existing(PLAN, plan_id)
    work.append(plan, domain.approve_plan(plan.state, work.actor.id))


async def open_campaign(work: Work, command: OpenCampaign) -> None:
    """Open a campaign of an approved plan, under the rules of its first day."""
    campaign = await work.load(CAMPAIGN, command.campaign_id)
    plan = await work.existing(PLAN, command.plan_id)
    organ = await _organ(work, plan.state.organ_id)
    rules = domain.rules_on(await queries.rulebooks(work.read), command.starts_on)
    work.rulebook = rules.name
    work.append(
        campaign, domain.open_campaign(campaign.state, plan.state, organ, rules, command, work.at),
        district=plan.district, correlation_id=plan.correlation_id,
    )  # fmt: skip


async def apportion(work: Work, campaign_id: str, command: Apportion) -> dict[str, Any]:
    """Give every enterprise its enforcing body and generate all tasks of the campaign, in one write set."""
    campaign = await work.existing(CAMPAIGN, campaign_id)
    register = await queries.register_of(work.read, campaign.state.sectors, str(campaign.district))
    decided = domain.apportion(campaign.state, command, register)
    done = work.append(campaign, decided)
    by_id = {enterprise.enterprise_id: enterprise for enterprise in register}
    assignments = [a for event in decided if isinstance(event, domain.CampaignApportioned) for a in event.assignments]
    for assignment in assignments:
        await _generate(work, _campaign_task(campaign.state, assignment, by_id[assignment.enterprise_id]))
    return {"tasks": len(assignments), "districts": list(done.state.districts)}


def _campaign_task(campaign: CampaignState, assignment: Assignment, enterprise: Enterprise) -> GenerateTask:
    own = enterprise.own.organ if enterprise.own else ""
    return GenerateTask(
        task_id=assignment.task_id, kind="campaign", campaign_id=campaign.campaign_id, draw_id=None,
        enterprise_id=enterprise.enterprise_id, enterprise_name=enterprise.name, uscc=enterprise.uscc,
        district=enterprise.district, sector=enterprise.sector, level=assignment.level, organ_id=assignment.organ_id,
        organ=campaign.city_organ if assignment.level == "city" else own, due_on=campaign.ends_on,
    )  # fmt: skip


async def _generate(work: Work, command: GenerateTask) -> None:
    """A task begins a matter of its own: inspection, orders and case that follow share its correlation id."""
    task = await work.load(TASK, command.task_id)
    work.append(
        task, domain.generate_task(task.state, command), subject=command.enterprise_id, district=command.district,
        correlation_id=uuid5(NAMESPACE, command.task_id),
    )  # fmt: skip


async def commit_draw(work: Work, command: CommitDraw) -> dict[str, Any]:
    """Fix the pool and commit to the seed, before anybody is drawn."""
    draw = await work.load(DRAW, command.draw_id)
    organ = await _organ(work, command.organ_id)
    decide = _commit_officers if command.purpose == "officers" else _commit_enterprises
    after = work.append(draw, await decide(work, draw.state, command, organ), district=organ.district)
    committed = after.state.commitment
    return {"pool": len(committed.pool), "pool_sha256": committed.pool_sha256, "exclusions": len(committed.exclusions)}


async def _commit_officers(work: Work, state: domain.DrawState, command: CommitDraw, organ: Organ) -> list[Any]:
    tasks = {pick.task: (await work.existing(TASK, pick.task)).state for pick in command.picks}
    officers = await queries.officers_of(work.read, organ.organ_id)
    recusals = await queries.recusals_of(work.read, [o.officer_id for o in officers], _enterprises_of(tasks.values()))
    experts = await queries.experts_by_id(work.read, {one for pick in command.picks for one in pick.expert_ids})
    rulebooks = await queries.rulebooks(work.read)
    decided = domain.commit_officer_draw(state, command, tasks, officers, recusals, experts, rulebooks, work.at)
    work.rulebook = _rulebook_of(command.picks, rulebooks)
    return decided


def _enterprises_of(tasks: Iterable[TaskState]) -> list[str]:
    return sorted({task.generated.enterprise_id for task in tasks if task.generated is not None})


def _rulebook_of(picks: Sequence[Pick], rulebooks: Sequence[domain.Rules]) -> str:
    return domain.rules_on(rulebooks, max(pick.planned for pick in picks)).name


async def _commit_enterprises(work: Work, state: domain.DrawState, command: CommitDraw, organ: Organ) -> list[Any]:
    districts = await queries.districts_of(work.read, organ)
    wanted = [pick.district for pick in command.picks if pick.district is not None] or districts
    pool = await queries.enterprise_pool(work.read, wanted)
    return domain.commit_enterprise_draw(state, command, organ, districts, pool, work.at)


async def reveal_draw(work: Work, draw_id: str, seed: str) -> dict[str, Any]:
    """Reveal the seed; the results, and the tasks that follow from them, are one write set."""
    draw = await work.existing(DRAW, draw_id)
    committed = draw.state.commitment
    late = await _excluded_since(work, committed) if committed.purpose == "officers" else ()
    results = work.append(draw, domain.reveal(draw.state, seed, late)).state.results
    if committed.purpose == "officers":
        await _assign_all(work, committed, results)
    else:
        await _generate_random(work, committed, results)
    return {"results": list(results)}


async def _excluded_since(work: Work, committed: DrawCommitted) -> Sequence[Exclusion]:
    """Who is excluded as things stand now: a recusal that was declared after the commitment counts, too."""
    officers = await queries.officers_by_id(work.read, committed.pool)
    enterprises = sorted({str(pick.enterprise_id) for pick in committed.picks})
    recusals = await queries.recusals_of(work.read, committed.pool, enterprises)
    return domain.exclusions_for(committed.picks, officers.values(), recusals)


async def _assign_all(work: Work, committed: DrawCommitted, results: Sequence[Result]) -> None:
    officers = await queries.officers_by_id(work.read, {one for result in results for one in result.drawn})
    experts = await queries.experts_by_id(work.read, {one for pick in committed.picks for one in pick.expert_ids})
    for pick, result in zip(committed.picks, results, strict=True):
        task = await work.existing(TASK, pick.task)
        names = [experts[one] for one in pick.expert_ids]
        command = AssignTask(
            planned_on=pick.planned, draw_id=committed.draw_id,
            officers=tuple(_assigned(officers[one]) for one in result.drawn),
            experts=tuple(AssignedExpert(expert_id=expert.expert_id, name=expert.name) for expert in names),
        )  # fmt: skip
        work.append(task, domain.assign_task(task.state, command))


def _assigned(officer: domain.Officer) -> AssignedOfficer:
    return AssignedOfficer(
        officer_id=officer.officer_id, name=officer.name, certificate_no=officer.certificate_no, organ_id=officer.organ_id
    )


async def _generate_random(work: Work, committed: DrawCommitted, results: Sequence[Result]) -> None:
    organ = await _organ(work, committed.organ_id)
    drawn = [one for result in results for one in result.drawn]
    enterprises = await queries.enterprises_by_id(work.read, drawn)
    [pick] = committed.picks
    for one in drawn:
        await _generate(work, _random_task(committed, enterprises[one], organ, pick.due))


def _random_task(committed: DrawCommitted, enterprise: Enterprise, organ: Organ, due_on: date) -> GenerateTask:
    return GenerateTask(
        task_id=domain.task_id_for(committed.draw_id, enterprise.enterprise_id), kind="random",
        campaign_id=committed.campaign_id, draw_id=committed.draw_id, enterprise_id=enterprise.enterprise_id,
        enterprise_name=enterprise.name, uscc=enterprise.uscc, district=enterprise.district, sector=enterprise.sector,
        level="city" if organ.kind == "city" else "district", organ_id=organ.organ_id, organ=organ.organ, due_on=due_on,
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


async def _organ(work: Work, organ_id: str) -> Organ:
    organ = await queries.organ_of(work.read, organ_id)
    if organ is None:
        raise Refused("organ-not-known", f"执法主体 {organ_id} 尚未登记", "the organ has not arrived from the registry",
                      organ_id=organ_id)  # fmt: skip
    return organ
