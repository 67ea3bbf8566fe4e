"""Rectification: the enterprise reports what it has put right, in time or late; the organ re-inspects, and some fail at first."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

from pilot.world import INSPECTION, REPORTING_BACK, Assigned, World

MINIMUM = 2  # officers at a re-inspection


async def follow_order(world: World, task: Assigned, due: Mapping[str, date]) -> date:
    """Put what follows an order on the agenda, and do what is done at once; answers the day on which all will have passed."""
    days, today, last = world.scenario.days, task.visit.visited_on, max(due.values())
    if task.visit.hitch == "late-report":
        return _report_on(world, task, days.after(last), tuple(due))
    at_once = tuple(hazard_id for hazard_id, day in due.items() if day == today)
    later = tuple(hazard_id for hazard_id in due if hazard_id not in at_once)
    random = world.scenario.random(f"rectification/{task.visit.number}")
    reported_on = random.choice(days.between(today, last) or (today,))
    if reported_on == today:
        at_once, later = tuple(due), ()
    if at_once:
        await _report(world, task, at_once, 1)
    clean_on = _report_on(world, task, reported_on, later) if later else today
    if at_once:
        clean_on = max(clean_on, _re_inspect_after(world, task, today, at_once, 1))
    return clean_on


def _report_on(world: World, task: Assigned, day: date, hazards: Sequence[str], attempt: int = 1) -> date:
    """Have hazards reported on a day and re-inspected after it; answers when."""

    async def report() -> None:
        await _report(world, task, hazards, attempt)

    world.agenda.add(day, report, stage=REPORTING_BACK)
    return _re_inspect_after(world, task, day, hazards, attempt)


async def _report(world: World, task: Assigned, hazards: Sequence[str], attempt: int) -> None:
    evidence = [hashlib.sha256(f"{hazard}/{attempt}".encode()).hexdigest() for hazard in hazards]
    body = {"hazard_ids": hazards, "report": f"已整改，第{attempt}次申报。", "evidence": evidence}
    await world.client.post(task.party, f"{INSPECTION}/orders/o-{task.short}/rectification-reports", body)


def _re_inspect_after(world: World, task: Assigned, reported_on: date, hazards: Sequence[str], attempt: int) -> date:
    """Have reported hazards re-inspected on the next day that something happens; later, where the organ is to miss its time."""
    day = world.scenario.days.after(reported_on)
    misses = task.visit.hitch == "late-re-inspection" and attempt == 1

    async def re_inspect() -> None:
        if misses and (missed := await _missed(world, task)) > day:
            world.agenda.add(missed, go)
        else:
            await go()

    async def go() -> None:
        await _re_inspect(world, task, hazards, attempt)

    world.agenda.add(day, re_inspect)
    return day


async def _missed(world: World, task: Assigned) -> date:
    """The first day after the organ's time to re-inspect, as the order tells it, is over."""
    order = await world.client.get(task.lead, f"{INSPECTION}/orders/o-{task.short}")
    return world.scenario.days.after(date.fromisoformat(order["re_inspection_due_on"]))


async def _re_inspect(world: World, task: Assigned, hazards: Sequence[str], attempt: int) -> None:
    """Two officers look again; where one hazard is to fail at first, it is reported once more."""
    fails = hazards[0] if task.visit.hitch == "failed-once" and attempt == 1 else None
    results = [
        {"hazard_id": hazard, "passed": hazard != fails, "note": "整改不彻底" if hazard == fails else None}
        for hazard in hazards
    ]  # fmt: skip
    body = {"officers": task.cards(MINIMUM), "results": results}
    await world.client.post(task.lead, f"{INSPECTION}/orders/o-{task.short}/re-inspections", body)
    if fails is not None:
        _report_on(world, task, world.scenario.days.after(world.today), [fails], attempt + 1)
