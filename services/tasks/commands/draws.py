"""Use cases of draws: committed to, revealed, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from chassis.domain import Refused
from chassis.runner import Work
from services.tasks import domain
from services.tasks.commands.claims import claim
from services.tasks.commands.organs import organ_of
from services.tasks.commands.permits import permit
from services.tasks.commands.tasks import generate_task
from services.tasks.domain import (
    DRAW,
    TASK,
    AssignedExpert,
    AssignedOfficer,
    AssignTask,
    Barred,
    CommitDraw,
    DrawCommitted,
    DrawRevealed,
    Enterprise,
    Exclusion,
    GenerateTask,
    Organ,
    Pick,
    Result,
    TaskState,
)
from services.tasks.domain.draw import held_back
from services.tasks.queries import known as queries
from services.tasks.queries.inspecting import at_their_cap


async def commit_draw(work: Work, command: CommitDraw) -> dict[str, Any]:
    """Fix the pool and commit to the seed, before anybody is drawn."""
    draw = await work.load(DRAW, command.draw_id)
    organ = await organ_of(work, command.organ_id)
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
    pool = await queries.enterprise_pool(work.read, wanted, command.campaign_id, organ.organ_id)
    barred = await _barred(work, pool, command.picks)
    return domain.commit_enterprise_draw(state, command, organ, districts, pool, barred, work.at)


async def _barred(work: Work, pool: Sequence[str], picks: Sequence[Pick]) -> list[Barred]:
    """Enterprises of a pool at which there is nothing to inspect now, or that had as many inspections as the year allows."""
    capped = {one.enterprise_id: one for pick in picks for one in await at_their_cap(work.read, pool, pick.due)}
    idle = {one.enterprise_id: one for one in await queries.not_producing(work.read, pool)}
    return list({**capped, **idle}.values())


async def reveal_draw(work: Work, draw_id: str, seed: str) -> dict[str, Any]:
    """Reveal the seed; the results, and the tasks that follow from them, are one write set.

    A task whose visit may not go ahead is named with its reason, and changes nothing about whom the seed draws for any task.
    """
    draw = await work.existing(DRAW, draw_id)
    committed = draw.state.commitment
    officers = committed.purpose == "officers"
    late = await _excluded_since(work, committed) if officers else ()
    barred = () if officers else await _barred(work, committed.pool, committed.picks)
    [revealed] = domain.reveal(draw.state, seed, late, barred)
    if officers:
        revealed = replace(revealed, unassigned=held_back(await _refusals(work, committed), committed.picks))
    work.append(draw, [revealed])
    if officers:
        await _assign_all(work, committed, revealed)
    else:
        await _generate_random(work, committed, revealed.results)
    return {"results": list(revealed.results), "unassigned": list(revealed.unassigned)}


async def _refusals(work: Work, committed: DrawCommitted) -> dict[str, Refused]:
    """Let the visits of a draw go ahead, in the order of its picks; answers why some may not, by task."""
    refusals = {}
    for pick in committed.picks:
        try:
            await permit(work, await work.existing(TASK, pick.task), pick.planned)
        except Refused as refused:
            refusals[pick.task] = refused
    return refusals


async def _excluded_since(work: Work, committed: DrawCommitted) -> Sequence[Exclusion]:
    """Who is excluded as things stand now: a recusal that was declared after the commitment counts, too."""
    officers = await queries.officers_by_id(work.read, committed.pool)
    enterprises = sorted({str(pick.enterprise_id) for pick in committed.picks})
    recusals = await queries.recusals_of(work.read, committed.pool, enterprises)
    rulebooks = await queries.rulebooks(work.read)
    return domain.exclusions_for(committed.picks, officers.values(), recusals, rulebooks)


async def _assign_all(work: Work, committed: DrawCommitted, revealed: DrawRevealed) -> None:
    waiting = {one.task_id for one in revealed.unassigned}
    officers = await queries.officers_by_id(work.read, {one for result in revealed.results for one in result.drawn})
    experts = await queries.experts_by_id(work.read, {one for pick in committed.picks for one in pick.expert_ids})
    for pick, result in zip(committed.picks, revealed.results, strict=True):
        if pick.task in waiting:
            continue
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
    organ = await organ_of(work, committed.organ_id)
    drawn = [one for result in results for one in result.drawn]
    enterprises = await queries.enterprises_by_id(work.read, drawn)
    [pick] = committed.picks
    for one in drawn:
        task = _random_task(committed, enterprises[one], organ, pick.due)
        if committed.campaign_id is not None:
            await claim(work, committed.campaign_id, task)
        await generate_task(work, task)


def _random_task(committed: DrawCommitted, enterprise: Enterprise, organ: Organ, due_on: date) -> GenerateTask:
    return GenerateTask(
        task_id=domain.task_id_for(committed.draw_id, enterprise.enterprise_id), kind="random",
        campaign_id=committed.campaign_id, draw_id=committed.draw_id, enterprise_id=enterprise.enterprise_id,
        enterprise_name=enterprise.name, uscc=enterprise.uscc, district=enterprise.district, sector=enterprise.sector,
        level="city" if organ.kind == "city" else "district", organ_id=organ.organ_id, organ=organ.organ, due_on=due_on,
    )  # fmt: skip
