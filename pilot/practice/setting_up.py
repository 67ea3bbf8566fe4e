"""What a practice district needs: organ, people, rules and item list in force; for each trainee an enterprise, a task, a case."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from pilot.client import Client
from pilot.enterprises import make_sites
from pilot.people import Person
from pilot.setting_up import LATER_RULEBOOKS, vocabulary
from pilot.workbooks import write_workbooks
from pilot.world import PENALTY, REGISTRY, TASKS

HERE = Path(__file__).parent
DISTRICT: Mapping[str, Any] = json.loads((HERE / "district.json").read_text(encoding="utf-8"))
PEOPLE: Mapping[str, Mapping[str, Any]] = json.loads((HERE / "people.json").read_text(encoding="utf-8"))["people"]
CATALOGUE = "catalogue-2021.json"
DAYS_TO_VISIT = 30
NUMBERS = 100  # of each word, for the organ
SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What was prepared for a trainee: the enterprise, the task whose inspection is to be walked through, the case."""

    enterprise_id: str
    task: str
    case: str


def person(name: str) -> Person:
    """One of the practice district's people, as the issuer knows them."""
    known = PEOPLE[name]
    texts = {field: str(known[field]) for field in ("organ", "officer_id", "certificate_no") if field in known}
    return Person(
        sub=str(known.get("sub", name)), name=str(known["name"]), roles=tuple(known["roles"]),
        districts=tuple(known["districts"]), **texts,
    )  # fmt: skip


async def set_up(client: Client, today: date, trainees: int, folder: Path) -> list[Ground]:
    """Prepare the district for so many trainees; Stopped if the platform refuses anything."""
    await _establish(client, today)
    await _lease(client, today)
    enterprises = await _register(client, trainees, folder)
    grounds = [
        Ground(enterprise_id=one, task=f"practice-visit-{n}", case=f"practice-case-{n}") for n, one in enumerate(enterprises, 1)
    ]
    for ground in grounds:
        await _assign(client, today, ground)
        await _report(client, today, ground)
    return grounds


async def _establish(client: Client, today: date) -> None:
    """The jurisdictions, the rules in force, the item list from this year on, the officers."""
    who = person("instructor")
    for body in (DISTRICT["city"], DISTRICT["district"]):
        await client.post(who, f"{REGISTRY}/jurisdictions", body)
    for name in ("rulebook-2021", *LATER_RULEBOOKS):
        await client.post(who, f"{REGISTRY}/rulebooks", vocabulary(f"{name}.json"))
    known = vocabulary(CATALOGUE)
    lasting = [{**item, "valid_to": None} for item in known["items"]]
    year = {"version": f"{today.year}.practice", "valid_from": f"{today.year}-01-01", "valid_to": None, "items": lasting}
    await client.post(who, f"{REGISTRY}/catalogues", {**known, **year})
    organ = DISTRICT["district"]
    for name in ("officer", "second-officer"):
        officer = person(name)
        body = {
            "officer_id": officer.officer_id, "name": officer.name, "organ_id": organ["organ_id"], "organ": organ["organ"],
            "district": organ["jurisdiction_id"], "certificate_no": officer.certificate_no,
            "certificate_valid_to": today.replace(year=today.year + 3).isoformat(), "specialities": [],
        }  # fmt: skip
        await client.post(who, f"{REGISTRY}/officers", body)


async def _lease(client: Client, today: date) -> None:
    """Document numbers of this year and the next, so that no paper waits for one."""
    manager, organ_id = person("manager"), DISTRICT["district"]["organ_id"]
    for year in (today.year, today.year + 1):
        for series in DISTRICT["series"]:
            wish = {
                "lease_id": f"practice-{hashlib.sha256(series['word'].encode()).hexdigest()[:8]}-{year}",
                "holder": series["holder"], "holder_kind": "service", "count": NUMBERS,
            }  # fmt: skip
            await client.post(manager, f"{REGISTRY}/number-series/{organ_id}/{series['word']}/{year}/leases", wish)


async def _register(client: Client, trainees: int, folder: Path) -> list[str]:
    """The enterprises, imported from a workbook as any register is; answers their ids."""
    district, sector = DISTRICT["district"], DISTRICT["sector"]
    counts = {district["jurisdiction_id"]: {sector: trainees}}
    sites = make_sites(Random(SEED), counts, {district["jurisdiction_id"]: district["name"]})
    manager, answer = person("manager"), None
    for workbook in write_workbooks(folder, sites):
        content = await asyncio.to_thread(workbook.read_bytes)
        answer = await client.upload(
            manager, f"{REGISTRY}/imports", workbook.name, content, import_id=f"practice-{workbook.stem}", accept_valid="false"
        )
    if answer is None:
        raise ValueError("no workbook was written")
    listed = await client.items(manager, f"{REGISTRY}/enterprises", at_least=answer["event_id"])
    return sorted(row["enterprise_id"] for row in listed)


async def _assign(client: Client, today: date, ground: Ground) -> None:
    """A task after a report, approved for today as whatever lies outside the plan has to be, and both officers drawn for it."""
    manager, organ_id = person("manager"), DISTRICT["district"]["organ_id"]
    due_on = (today + timedelta(days=DAYS_TO_VISIT)).isoformat()
    ordered = {
        "task_id": ground.task, "kind": "report", "enterprise_id": ground.enterprise_id, "due_on": due_on,
        "reason": "演练：群众举报该企业存在事故隐患", "reference": "演练",
    }  # fmt: skip
    await client.post(manager, f"{TASKS}/tasks", ordered)
    wish = {"planned_on": today.isoformat(), "items": [item["code"] for item in vocabulary(CATALOGUE)["items"]]}
    asked = await client.post(manager, f"{TASKS}/tasks/{ground.task}/approval-requests", wish)
    await client.post(person("approver"), f"{TASKS}/tasks/{ground.task}/approvals", {}, if_match=asked.version)
    seed = f"{ground.task}-seed"
    pick = {"task_id": ground.task, "planned_on": today.isoformat(), "count": 2}
    draw = {
        "draw_id": f"{ground.task}-draw", "purpose": "officers", "organ_id": organ_id,
        "seed_sha256": hashlib.sha256(seed.encode()).hexdigest(), "picks": [pick],
    }  # fmt: skip
    await client.post(manager, f"{TASKS}/draws", draw)
    await client.post(manager, f"{TASKS}/draws/{ground.task}-draw/reveals", {"seed": seed})


async def _report(client: Client, today: date, ground: Ground) -> None:
    """The clue of a case, about what the item list fines the unit for."""
    body = {
        "case_id": ground.case, "origin": "report", "enterprise_id": ground.enterprise_id, "act_date": today.isoformat(),
        "discovered_on": today.isoformat(), "source": "演练：群众举报",
        "catalogue": f"nanchang-industry-trade/{today.year}.practice",
        "acts": [{"item_code": "ALU-K1", "fact": "演练：深井铸造区应急排放池内堆放杂物，未保持排空状态。"}],
    }  # fmt: skip
    await client.post(person("officer"), f"{PENALTY}/clues", body)
