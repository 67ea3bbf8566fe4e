"""Officers learn: in training that opens the platform's modules to them, at inspections they watch; enterprises, from experts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pilot.people import Person
from pilot.programme import Demonstration, Guidance, Training
from pilot.setting_up import CAMPAIGN_ID, manager_of
from pilot.world import REPORTING_BACK, TASKS, Action, Assigned, World

LESSONS = ("先查台账再看现场，逐项对照目录。", "先断电、再通风、再检测。", "取证照片须含位置与时间，当场核对。")


def put_training_on_agenda(world: World) -> None:
    """Each session is announced, and held on its day."""
    for training in world.programme.trainings:
        world.agenda.add(training.announced_on, _announce(world, training), stage=REPORTING_BACK)
        world.agenda.add(training.held_on, _hold(world, training))


def _announce(world: World, training: Training) -> Action:
    async def announce() -> None:
        body = {
            "training_id": training.training_id, "campaign_id": CAMPAIGN_ID, "title": training.title,
            "modules": training.modules, "planned_on": training.held_on.isoformat(),
        }  # fmt: skip
        await world.client.post(manager_of(world.scenario.city), f"{TASKS}/trainings", body)

    return announce


def _hold(world: World, training: Training) -> Action:
    async def hold() -> None:
        manager, path = manager_of(world.scenario.city), f"{TASKS}/trainings/{training.training_id}"
        announced = await world.client.get(manager, path)
        came = [{"officer_id": officer_id, "passed": passed} for officer_id, passed in training.attended]
        body = {"held_on": training.held_on.isoformat(), "attended": came}
        await world.client.post(manager, f"{path}/attendances", body, if_match=announced.version)

    return hold


async def plan_month(world: World, month: int) -> None:
    """Plan the visits of a month that are there to be learnt from, on its first day on which something happens."""
    guided = zip(world.programme.guidance, _guided(world), strict=True)
    shown = zip(world.programme.demonstrations, _shown(world), strict=True)
    await asyncio.gather(
        *(_arrange(world, guidance, task) for guidance, task in guided if guidance.visited_on.month == month),
        *(_plan(world, visit, task) for visit, task in shown if task.visit.visited_on.month == month),
    )


def _guided(world: World) -> Sequence[Assigned]:
    """The enterprises that experts advise, another one each week: any of the campaign's."""
    return world.scenario.random("guided").sample(_campaign(world), len(world.programme.guidance))


def _shown(world: World) -> Sequence[Assigned]:
    """The inspection that is shown in each of the districts: one of the city's, of the campaign's."""
    random, city = world.scenario.random("shown"), world.scenario.city
    return [
        random.choice([task for task in _campaign(world) if task.organ == city and task.district == visit.district])
        for visit in world.programme.demonstrations
    ]


def _campaign(world: World) -> list[Assigned]:
    return [world.tasks[number] for number in sorted(world.tasks) if world.tasks[number].visit.draw_id is None]


async def _arrange(world: World, guidance: Guidance, task: Assigned) -> None:
    """Send experts to an enterprise, who report on the day."""
    body = {
        "guidance_id": guidance.guidance_id, "campaign_id": CAMPAIGN_ID, "enterprise_id": task.enterprise_id,
        "planned_on": guidance.visited_on.isoformat(), "expert_ids": guidance.experts,
    }  # fmt: skip
    arranged = await world.client.post(manager_of(world.scenario.city), f"{TASKS}/guidance-visits", body)

    async def report() -> None:
        found = [
            {"fact": fact, "advice": advice, "serious": guidance.serious and place == 0}
            for place, (fact, advice) in enumerate(guidance.findings)
        ]
        [name] = [expert.name for expert in world.scenario.experts if expert.expert_id == guidance.experts[0]]
        who = Person(sub=guidance.experts[0], name=name, roles=("expert",), districts=("*",))
        told = {"visited_on": guidance.visited_on.isoformat(), "findings": found}
        path = f"{TASKS}/guidance-visits/{guidance.guidance_id}/findings"
        await world.client.post(who, path, told, if_match=arranged.version)

    world.agenda.add(guidance.visited_on, report, stage=REPORTING_BACK)


async def _plan(world: World, visit: Demonstration, task: Assigned) -> None:
    """Announce an inspection that others watch, and who; they come on the day."""
    client, manager, path = world.client, manager_of(world.scenario.city), f"{TASKS}/demonstrations"
    body = {
        "demonstration_id": visit.demonstration_id, "campaign_id": CAMPAIGN_ID, "enterprise_id": task.enterprise_id,
        "task_id": task.task_id, "planned_on": task.visit.planned_on.isoformat(), "topic": visit.topic,
    }  # fmt: skip
    await client.post(manager, path, body)
    named = await client.post(manager, f"{path}/{visit.demonstration_id}/observers", {"officer_ids": visit.observers})

    async def hold() -> None:
        held = {
            "held_on": task.visit.visited_on.isoformat(), "present": visit.present,
            "lessons": LESSONS[task.visit.number % len(LESSONS)],
        }  # fmt: skip
        await client.post(manager, f"{path}/{visit.demonstration_id}/holdings", held, if_match=named.version)

    world.agenda.add(task.visit.visited_on, hold, stage=REPORTING_BACK)
