"""The first working day of a month: enterprises are selected at random, officers are drawn for the visits of the month."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pilot.people import Organ
from pilot.scenario import YEAR, RandomDraw
from pilot.setting_up import give_visits, manager_of
from pilot.visiting import pay_visit, prepare_findings
from pilot.world import PREPARING, TASKS, Action, Assigned, World


async def draw_month(world: World, month: int) -> None:
    """Do all draws of a month, organ by organ, and put its visits on the agenda."""
    today = world.scenario.days.first_of_month(month)
    drawn = [draw for draw in world.scenario.draws if draw.drawn_on == today]
    await asyncio.gather(*(_draw_enterprises(world, draw) for draw in drawn))
    await asyncio.gather(*(_draw_officers(world, organ, month) for organ in world.scenario.organs.values()))
    visits = [task for task in world.tasks.values() if task.visit.planned_on.month == month]
    if not visits:
        return
    first = min(task.visit.visited_on for task in visits)
    numbers = sorted(task.visit.number for task in visits)

    async def prepare() -> None:
        await prepare_findings(world, numbers)

    world.agenda.add(first, prepare, stage=PREPARING)
    for number in numbers:
        world.agenda.add(world.tasks[number].visit.visited_on, _visit(world, number))


def _visit(world: World, number: int) -> Action:
    async def go() -> None:
        await pay_visit(world, world.tasks[number])

    return go


async def _draw_enterprises(world: World, draw: RandomDraw) -> None:
    """Commit, reveal, and give each task that follows its visit."""
    pick = {"count": draw.count, "due_on": draw.due_on.isoformat(), **({"district": draw.district} if draw.district else {})}
    revealed = await _draw(world, draw.draw_id, "enterprises", draw.organ, [pick])
    manager = manager_of(draw.organ)
    query = {"organ_id": draw.organ.organ_id, "state": "generated", "at_least": revealed["event_id"]}
    tasks = await world.client.items(manager, f"{TASKS}/tasks", **query)
    give_visits(world, draw.draw_id, [task for task in tasks if task["draw_id"] == draw.draw_id])


async def _draw_officers(world: World, organ: Organ, month: int) -> None:
    """Draw the team of every visit that the organ plans for the month."""
    mine = [t for t in world.tasks.values() if t.organ == organ and t.visit.planned_on.month == month]
    if not mine:
        return
    picks = [_pick(task) for task in sorted(mine, key=lambda task: task.visit.number)]
    answer = await _draw(world, f"officers-{YEAR}-{month:02d}-{organ.organ_id}", "officers", organ, picks)
    drawn = {result["task_id"]: result["drawn"] for result in answer["results"]}
    officers = world.officers
    for task in mine:
        team = tuple(officers[officer_id] for officer_id in drawn[task.task_id])
        world.tasks[task.visit.number] = replace(task, officers=team)


def _pick(task: Assigned) -> dict[str, Any]:
    visit = task.visit
    return {
        "task_id": task.task_id, "count": visit.team, "planned_on": visit.planned_on.isoformat(),
        "expert_ids": visit.experts,
    }  # fmt: skip


async def _draw(world: World, draw_id: str, purpose: str, organ: Organ, picks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Commit to a seed, then reveal it; answers the results."""
    seed = hashlib.sha256(f"{world.scenario.seed}/{draw_id}".encode()).hexdigest()
    manager = manager_of(organ)
    body = {
        "draw_id": draw_id, "purpose": purpose, "organ_id": organ.organ_id, "picks": picks,
        "seed_sha256": hashlib.sha256(seed.encode()).hexdigest(),
    }  # fmt: skip
    await world.client.post(manager, f"{TASKS}/draws", body)
    revealed = await world.client.post(manager, f"{TASKS}/draws/{draw_id}/reveals", {"seed": seed})
    found: dict[str, Any] = revealed.body
    return found
