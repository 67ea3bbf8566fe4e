"""The year: what is on the agenda of a day is done at once, then the clock moves on, which nobody may lag behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from pilot.client import Client, Stopped
from pilot.days import morning
from pilot.dispatching import put_dispatch_on_agenda
from pilot.drawing import draw_month
from pilot.implementing import put_plans_on_agenda
from pilot.numbering import give_back, provide_numbers
from pilot.programme import RESAT, TAUGHT, Programme
from pilot.scenario import CAMPAIGN, LAST_DAY, OPENED, PLANNED, SET_UP, YEAR, Scenario
from pilot.setting_up import enrol, establish, load_register, open_campaign, plan, publish, publish_later_rules
from pilot.teaching import plan_month, put_training_on_agenda
from pilot.world import PREPARING, Action, World, staff_of

CLOSING = morning(date(YEAR + 1, 1, 1))  # a service's numbers are accounted for when their year is over
END = CLOSING + timedelta(hours=9)
Watcher = Callable[[date], None]


@dataclass(frozen=True, slots=True)
class Passed:
    """How the year went by: steps of the clock, requests that were answered."""

    steps: int
    requests: int


async def live_through(
    scenario: Scenario, programme: Programme, client: Client, workbooks: Sequence[Path], watch: Watcher = lambda _: None
) -> Passed:  # fmt: skip
    """Drive the platform through the year; `watch` is told each day that begins. Stopped if anything is refused."""
    world = World(scenario, programme, client, staff_of(scenario.city), SET_UP)
    _put_on_agenda(world, workbooks)
    steps = 0
    for day in (SET_UP, PLANNED, OPENED, TAUGHT, RESAT, *scenario.days.all):
        if world.agenda.busy(day):
            steps += await _to(world, morning(day))
            world.today = day
            watch(day)
            await _do(world, day)
    steps += await _to(world, CLOSING, settle=True)
    await give_back(world)
    await publish_later_rules(world)
    steps += await _to(world, END, settle=True)
    return Passed(steps, client.requests)


def _put_on_agenda(world: World, workbooks: Sequence[Path]) -> None:
    async def set_up() -> None:
        await establish(world)
        await publish(world)
        await enrol(world)
        await load_register(world, workbooks)

    world.agenda.add(SET_UP, set_up)
    world.agenda.add(PLANNED, lambda: plan(world))
    world.agenda.add(OPENED, lambda: open_campaign(world))
    put_plans_on_agenda(world)
    put_training_on_agenda(world)
    put_dispatch_on_agenda(world)
    for month in range(CAMPAIGN[0].month, LAST_DAY.month + 1):
        world.agenda.add(world.scenario.days.first_of_month(month), _month(world, month), stage=PREPARING)


def _month(world: World, month: int) -> Action:
    """What a month begins with, before anything else of the day: who draws and leases sees the same, whoever is faster."""

    async def begin() -> None:
        await draw_month(world, month)
        await asyncio.gather(plan_month(world, month), provide_numbers(world, month))

    return begin


async def _to(world: World, moment: datetime, *, settle: bool = False) -> int:
    return await world.client.advance(world.staff.operator, moment, settle=settle)


async def _do(world: World, day: date) -> None:
    """Everything that is on the agenda of a day, all of a stage at once; the first refusal ends the rest."""
    for stage in world.agenda.stages(day):
        stopped: Stopped | None = None
        try:
            async with asyncio.TaskGroup() as group:
                for action in stage:
                    group.create_task(_carried_out(action))
        except ExceptionGroup as several:
            stopped = _first_stop(several)
            if stopped is None:
                raise
        if stopped is not None:
            raise stopped


def _first_stop(several: ExceptionGroup[Exception]) -> Stopped | None:
    """The first refusal among the errors of a stage; None if something else went wrong too, which must be seen."""
    stops, others = several.split(Stopped)
    if stops is None or others is not None:
        return None
    first = stops.exceptions[0]
    return first if isinstance(first, Stopped) else None


async def _carried_out(action: Action) -> None:
    await action()
