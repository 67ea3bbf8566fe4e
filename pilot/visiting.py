"""Visits: what officers will find is fitted to what applies to the site, then they go there, and order what must be put right."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from pilot.client import Stopped
from pilot.people import Person
from pilot.punishing import ARTICLES, follow_case
from pilot.rectifying import follow_order
from pilot.scenario import Visit
from pilot.setting_up import approver_of
from pilot.world import INSPECTION, Assigned, Hazard, Item, World, days_later

PLACES = ("一车间", "二车间", "熔铸车间", "打磨车间", "原料库", "成品库", "配电房", "除尘区", "检修现场", "煤气区域")
ADVICE = (
    "建议完善作业规程并组织复训。",
    "建议按标准增设监测报警装置。",
    "建议委托有资质的单位检测后再投用。",
    "建议划定区域并限制作业人数。",
)


async def prepare_findings(world: World, numbers: Sequence[int]) -> None:
    """Read which items apply at each of these visits, and decide what will be found there."""
    asked = [world.client.get(world.tasks[n].lead, f"{INSPECTION}/inspections/{world.tasks[n].task_id}") for n in numbers]
    for number, answer in zip(numbers, await asyncio.gather(*asked), strict=True):
        world.planned[number] = tuple(item["code"] for item in answer["items"])
    _exchange_keys(world, numbers)
    for number in numbers:
        world.hazards[number] = _hazards(world, world.tasks[number])


def _exchange_keys(world: World, numbers: Sequence[int]) -> None:
    """Where a site has no key item that applies, its visit exchanges what is found with a visit where nothing hangs on that."""
    without = [n for n in numbers if not any(world.items[code].is_key for code in world.planned[n])]
    able = [n for n in numbers if n not in without and not _visit(world, n).key_hazards and not _visit(world, n).case]
    for number in [n for n in without if _visit(world, n).key_hazards]:
        if not able or _visit(world, number).case:
            raise Stopped(f"no key item applies to {world.tasks[number].enterprise_name}, where one is to be found violated")
        other = able.pop()
        mine, theirs = _visit(world, number), _visit(world, other)
        _find(world, number, theirs.hazards, theirs.key_hazards)
        _find(world, other, mine.hazards, mine.key_hazards)


def _visit(world: World, number: int) -> Visit:
    return world.tasks[number].visit


def _find(world: World, number: int, hazards: int, key_hazards: int) -> None:
    task = world.tasks[number]
    world.tasks[number] = replace(task, visit=replace(task.visit, hazards=hazards, key_hazards=key_hazards))


def _hazards(world: World, task: Assigned) -> tuple[Hazard, ...]:
    """What is found at a visit: so many hazards, so many of them on key items, on items that apply."""
    visit, random = task.visit, world.scenario.random(f"hazards/{task.visit.number}")
    planned = [world.items[code] for code in world.planned[visit.number]]
    keys, others = [item for item in planned if item.is_key], [item for item in planned if not item.is_key]
    if visit.case is not None:  # what becomes a case must be something the unit is fined for at once
        others = [item for item in others if item.provision_on(visit.visited_on, ARTICLES)]
    items = _spread(random, keys, visit.key_hazards) + _spread(random, others, visit.hazards - visit.key_hazards)
    return tuple(
        Hazard(
            hazard_id=f"h-{task.short}-{n}", item=item, place=random.choice(PLACES),
            severity="major" if item.is_major and random.random() < 0.3 else "general",
        )
        for n, item in enumerate(items, start=1)
    )  # fmt: skip


def _spread(random: Random, items: Sequence[Item], count: int) -> list[Item]:
    """`count` of these items, each once before any comes twice."""
    found: list[Item] = []
    while len(found) < count:
        found += random.sample(items, min(len(items), count - len(found)))
    return found


async def pay_visit(world: World, task: Assigned) -> None:
    """One inspection, from the approval of its plan to the order."""
    client, path = world.client, f"{INSPECTION}/inspections/{task.task_id}"
    mode = "unannounced" if task.visit.number % 3 else "notified"
    await client.post(approver_of(task.organ), f"{path}/plan-approvals", {"mode": mode})
    check_in = {
        "officers": task.cards(), "experts": task.visit.experts, "place": f"{task.enterprise_name}厂区",
        "representative": "企业安全负责人",
    }  # fmt: skip
    await client.post(task.lead, f"{path}/check-ins", check_in)
    await client.post(task.lead, f"{path}/meetings", _meeting(task, "opening"))
    await client.post(task.lead, f"{path}/answers", {"answers": _answers(world, task)})
    if task.visit.advised:
        await _advise(world, task, path)
    await client.post(task.lead, f"{path}/meetings", _meeting(task, "closing"))
    signature = {"signed_by": "企业主要负责人"}
    refusal = {"refused_reason": "企业负责人拒绝签字", "witness": "园区安监员"}
    await client.post(task.lead, f"{path}/conclusions", signature if task.visit.signed else refusal)
    if world.hazards[task.visit.number]:
        await _order(world, task)


def _meeting(task: Assigned, meeting: str) -> dict[str, Any]:
    """启动会 or 总结会: head, safety manager and an operator of the site are there throughout, or it is said why not."""
    head = {"name": "企业主要负责人"} if task.visit.number % 11 else {"absent_reason": "外出开会，已书面委托安全负责人"}
    attendees = [
        {"part": "unit-head", **head}, {"part": "safety-manager", "name": "企业安全负责人"},
        {"part": "operator", "name": "当班班组长"},
    ]  # fmt: skip
    told = ["identity", "purpose", "rights", "recusal"] if meeting == "opening" else ["findings", "remedies"]
    return {"meeting_id": f"m-{task.short}-{meeting}", "meeting": meeting, "attendees": attendees, "told": told}


def _answers(world: World, task: Assigned) -> list[dict[str, Any]]:
    """An answer to every planned item; a violation with its hazards."""
    found: dict[str, list[dict[str, Any]]] = {}
    for hazard in world.hazards[task.visit.number]:
        body = {"hazard_id": hazard.hazard_id, "severity": hazard.severity, "fact": hazard.item.finding, "place": hazard.place}
        found.setdefault(hazard.item.code, []).append(body)
    return [
        {"item_code": code, "answer": "violation", "hazards": found[code]}
        if code in found
        else {"item_code": code, "answer": "compliant"}
        for code in world.planned[task.visit.number]
    ]


async def _advise(world: World, task: Assigned, path: str) -> None:
    [expert, *_] = [expert for expert in world.scenario.experts if expert.expert_id in task.visit.experts]
    who = Person(sub=expert.expert_id, name=expert.name, roles=("expert",), districts=("*",))
    body = {"expert_id": expert.expert_id, "advice": ADVICE[task.visit.number % len(ADVICE)]}
    await world.client.post(who, f"{path}/advice", body)


async def _order(world: World, task: Assigned) -> None:
    """Order the hazards to be rectified, each within its item's days; refer those that become a case."""
    today, hazards = task.visit.visited_on, world.hazards[task.visit.number]
    due = {hazard.hazard_id: days_later(today, hazard.item.days) for hazard in hazards}
    body = {
        "order_id": f"o-{task.short}", "inspection_id": task.task_id,
        "hazards": [{"hazard_id": hazard_id, "due_on": day.isoformat()} for hazard_id, day in due.items()],
    }  # fmt: skip
    await world.client.post(task.lead, f"{INSPECTION}/orders", body)
    clean_on = await follow_order(world, task, due)
    if task.visit.case is not None:
        await follow_case(world, task, clean_on)
