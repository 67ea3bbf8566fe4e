"""January and February: the rules, the organs and their people, the register from its workbooks, the plan, the campaign."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pilot.people import Organ, Person
from pilot.scenario import CAMPAIGN, SECTORS, YEAR
from pilot.world import REGISTRY, TASKS, Assigned, World, item_from

VOCABULARY = Path(__file__).parents[1] / "contracts" / "vocabulary"
LATER_RULEBOOKS = ("rulebook-2023", "rulebook-2025", "rulebook-2026", "rulebook-2026-2", "rulebook-2026-3")
"""What the years after the pilot's are decided under."""
CITY = "nanchang"
COUNTED_ON = date(YEAR, 6, 1)
PLAN, CAMPAIGN_ID = f"plan-{YEAR}", f"campaign-{YEAR}-trade"
JURISDICTION_FIELDS = (
    "name", "short_name", "kind", "parent", "national_code", "organ", "organ_id", "document_abbreviation", "valid_from",
    "valid_to", "confidence", "source",
)  # fmt: skip


def vocabulary(name: str) -> dict[str, Any]:
    """A published vocabulary."""
    found: dict[str, Any] = json.loads((VOCABULARY / name).read_text(encoding="utf-8"))
    return found


def organs() -> tuple[Organ, tuple[Organ, ...]]:
    """The city's organ, and those of the districts that existed in the pilot's year."""
    rows = vocabulary("jurisdictions.json")["jurisdictions"]
    below = [row for row in rows if row["parent"] == CITY and _exists(row)]
    [city] = [row for row in rows if row["id"] == CITY]
    everywhere = (CITY, *(row["id"] for row in below))
    return _organ(city, everywhere), tuple(_organ(row, (row["id"],)) for row in below)


def _exists(row: Mapping[str, Any]) -> bool:
    return (row["valid_from"] or "") <= COUNTED_ON.isoformat() <= (row["valid_to"] or "9999")


def _organ(row: Mapping[str, Any], works_in: tuple[str, ...]) -> Organ:
    return Organ(organ_id=row["organ_id"], name=row["organ"], district=row["id"], district_name=row["name"], works_in=works_in)


async def establish(world: World) -> None:
    """Establish the jurisdictions, the city first, also one that the pilot's year does not know any more."""
    client, who = world.client, world.staff.administrator
    rows = vocabulary("jurisdictions.json")["jurisdictions"]
    for level in ([row for row in rows if row["parent"] is None], [row for row in rows if row["parent"] is not None]):
        bodies = [{"jurisdiction_id": row["id"], **{name: row[name] for name in JURISDICTION_FIELDS}} for row in level]
        await asyncio.gather(*(client.post(who, f"{REGISTRY}/jurisdictions", body) for body in bodies))


async def publish(world: World) -> None:
    """Publish the rules of the year and the item catalogue, and read the catalogue back as officers will use it."""
    who, catalogue = world.staff.administrator, vocabulary("catalogue-2021.json")
    await world.client.post(who, f"{REGISTRY}/rulebooks", vocabulary("rulebook-2021.json"))
    await world.client.post(who, f"{REGISTRY}/catalogues", catalogue)
    told = await world.client.get(who, f"{REGISTRY}/catalogues/{catalogue['catalogue']}/{catalogue['version']}")
    world.items = {item["code"]: item_from(item) for item in told["items"]}


async def publish_later_rules(world: World) -> None:
    """Publish the rules of the years to come, each from its day: whoever goes on from here is under those of the day."""
    for name in LATER_RULEBOOKS:
        await world.client.post(world.staff.administrator, f"{REGISTRY}/rulebooks", vocabulary(f"{name}.json"))


async def enrol(world: World) -> None:
    """Enrol officers and experts."""
    client, who = world.client, world.staff.administrator
    officers = [
        {
            "officer_id": o.officer_id, "name": o.name, "organ_id": o.organ.organ_id, "organ": o.organ.name,
            "district": o.organ.district, "certificate_no": o.certificate_no,
            "certificate_valid_to": o.certificate_valid_to.isoformat(), "specialities": o.specialities,
        }
        for o in world.scenario.officers
    ]  # fmt: skip
    experts = [
        {"expert_id": e.expert_id, "name": e.name, "district": e.district, "specialities": e.specialities}
        for e in world.scenario.experts
    ]
    await asyncio.gather(
        *(client.post(who, f"{REGISTRY}/officers", body) for body in officers),
        *(client.post(who, f"{REGISTRY}/experts", body) for body in experts),
    )


async def load_register(world: World, workbooks: Sequence[Path]) -> None:
    """Import the workbooks, one per sector, and declare who keeps away from which site."""
    client, manager = world.client, manager_of(world.scenario.city)
    for workbook in workbooks:
        name = f"register-{YEAR}-{workbook.stem}"
        content = await asyncio.to_thread(workbook.read_bytes)
        answer = await client.upload(manager, f"{REGISTRY}/imports", workbook.name, content, import_id=name, accept_valid="false")
    listed = await client.items(manager, f"{REGISTRY}/enterprises", at_least=answer["event_id"])
    await asyncio.gather(*(_recuse(world, listed, officer_id, place) for officer_id, place in world.scenario.recusals))


async def _recuse(world: World, listed: Sequence[Mapping[str, Any]], officer_id: str, place: int) -> None:
    district, _ = world.scenario.places[place]
    within = sorted(row["enterprise_id"] for row in listed if row["district"] == district)
    body = {"enterprise_id": within[place % len(within)], "reason": "近亲属在该企业任职"}
    await world.client.post(world.staff.administrator, f"{REGISTRY}/officers/{officer_id}/recusals", body)


def manager_of(organ: Organ) -> Person:
    """Who plans and draws for an organ."""
    return organ.person("manager", f"{organ.name}业务负责人")


def approver_of(organ: Organ) -> Person:
    """Who approves for an organ."""
    return organ.person("approver", f"{organ.name}主要负责人")


async def plan(world: World) -> None:
    """Draft the annual plan, and have somebody else approve it."""
    city = world.scenario.city
    body = {
        "plan_id": PLAN, "year": YEAR, "title": f"{YEAR}年度工贸行业安全生产监督检查计划", "sectors": SECTORS,
        "planned_inspections": world.scenario.size.inspections,
    }  # fmt: skip
    drafted = await world.client.post(manager_of(city), f"{TASKS}/plans", body)
    await world.client.post(approver_of(city), f"{TASKS}/plans/{PLAN}/approvals", {}, if_match=drafted.version)


async def open_campaign(world: World) -> None:
    """Open the campaign, share its enterprises out, and give every task of it a visit."""
    client, manager = world.client, manager_of(world.scenario.city)
    body = {
        "campaign_id": CAMPAIGN_ID, "plan_id": PLAN, "title": "“互联网+执法”工贸专项执法行动", "sectors": SECTORS,
        "starts_on": CAMPAIGN[0].isoformat(), "ends_on": CAMPAIGN[1].isoformat(),
    }  # fmt: skip
    await client.post(manager, f"{TASKS}/campaigns", body)
    wish = {"seed": f"{CAMPAIGN_ID}-{world.scenario.seed}", "expected_enterprises": world.scenario.size.enterprises}
    answer = await client.post(manager, f"{TASKS}/campaigns/{CAMPAIGN_ID}/apportionments", wish)
    tasks = await client.items(manager, f"{TASKS}/tasks", campaign_id=CAMPAIGN_ID, at_least=answer["event_id"])
    give_visits(world, None, tasks)


def give_visits(world: World, draw_id: str | None, tasks: Sequence[Mapping[str, Any]]) -> None:
    """Give the tasks of a draw (None: of the campaign) the visits that the scenario has for them, as the seed shuffles them."""
    scenario = world.scenario
    shuffled = sorted(tasks, key=lambda task: str(task["task_id"]))
    scenario.random(f"visits/{draw_id}").shuffle(shuffled)
    visits = [visit for visit in scenario.visits if visit.draw_id == draw_id]
    for visit, task in zip(visits, shuffled, strict=True):
        world.tasks[visit.number] = Assigned(
            visit=visit, task_id=task["task_id"], enterprise_id=task["enterprise_id"],
            enterprise_name=task["enterprise_name"], district=task["district"], organ=scenario.organs[task["organ_id"]],
        )  # fmt: skip
