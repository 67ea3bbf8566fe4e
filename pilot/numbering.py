"""Document numbers: organs lease blocks before they need them, a device takes some along, what is left goes back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pilot.people import Organ
from pilot.programme import NUMBERS_SPOILT, NUMBERS_TAKEN_ALONG
from pilot.scenario import YEAR
from pilot.setting_up import manager_of
from pilot.world import REGISTRY, World

SERIES = f"{REGISTRY}/number-series"
WITHOUT_NETWORK = 6  # the month in which a device takes numbers along
CASE_MONTHS = 2  # that a case may take from the visit to the decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word 字 of documents: which service numbers them, what a lease of its numbers is called, how large a block is."""

    word: str
    service: str
    name: str
    block: int


ORDER = Word(word="责改", service="inspection", name="order", block=20)
OF_CASES = (
    Word(word="立", service="penalty", name="filing", block=3),
    Word(word="罚告", service="penalty", name="notice", block=3),
    Word(word="罚", service="penalty", name="decision", block=3),
)


def series_path(organ_id: str, word: str) -> str:
    """Where the registry tells of an organ's series of the year."""
    return f"{SERIES}/{organ_id}/{word}/{YEAR}"


async def provide_numbers(world: World, month: int) -> None:
    """Have every organ lease what a month may take, where not so much is left of what it leased before."""
    listed = await world.client.items(world.staff.administrator, SERIES)
    left = {(row["organ_id"], row["word"]): int(row["out"]) for row in listed}
    needed = _needed(world, month)
    missing = {key: count - left.get(key, 0) for key, count in needed.items() if count > left.get(key, 0)}
    words = {word.word: word for word in (ORDER, *OF_CASES)}
    organs = world.scenario.organs
    await asyncio.gather(*(_lease(world, organs[o], words[w], month, count) for (o, w), count in missing.items()))
    if month == WITHOUT_NETWORK:
        await _take_along(world, world.scenario.city)


def _needed(world: World, month: int) -> Mapping[tuple[str, str], int]:
    """How many numbers each organ may take at most: an order at every visit, a filing, a notice, a decision for every case."""
    needed: dict[tuple[str, str], int] = {}
    if month == WITHOUT_NETWORK:  # the first block of a series goes to the service that numbers it
        needed[world.scenario.city.organ_id, ORDER.word] = 1
    for task in world.tasks.values():
        ago = month - task.visit.visited_on.month
        words = [ORDER] if ago == 0 else []
        words += OF_CASES if task.visit.case is not None and 0 <= ago < CASE_MONTHS else ()
        for word in words:
            key = (task.organ.organ_id, word.word)
            needed[key] = needed.get(key, 0) + 1
    return needed


async def _lease(world: World, organ: Organ, word: Word, month: int, count: int) -> None:
    wish = {
        "lease_id": f"{organ.organ_id}-{word.name}-{YEAR}-{month:02d}", "holder": word.service, "holder_kind": "service",
        "count": max(word.block, count),
    }  # fmt: skip
    await world.client.post(manager_of(organ), f"{series_path(organ.organ_id, word.word)}/leases", wish)


async def _take_along(world: World, organ: Organ) -> None:
    """An officer takes numbers along to where there is no network; one form is spoilt, the others come back unused."""
    officer = next(officer for officer in world.scenario.officers if officer.organ == organ)
    phone, path = f"phone-{officer.officer_id}", series_path(organ.organ_id, ORDER.word)
    wish = {"lease_id": f"{phone}-{YEAR}", "holder": phone, "holder_kind": "device", "count": NUMBERS_TAKEN_ALONG}
    taken = await world.client.post(officer.person, f"{path}/leases", wish)
    spoilt = taken["spans"][0]["first"]

    async def come_back() -> None:
        void = {"first": spoilt, "last": spoilt + NUMBERS_SPOILT - 1, "reason": "现场填写错误，作废"}
        await world.client.post(officer.person, f"{path}/leases/{phone}-{YEAR}/accounts", {"voided": [void], "close": True})

    world.agenda.add(world.scenario.days.after(world.today), come_back)


async def give_back(world: World) -> None:
    """When the year is over, every block is closed: what no document bears goes back."""
    listed = await world.client.items(world.staff.administrator, SERIES)
    await asyncio.gather(*(_close(world, row) for row in listed))


async def _close(world: World, row: Mapping[str, Any]) -> None:
    manager, path = manager_of(world.scenario.organs[row["organ_id"]]), series_path(row["organ_id"], row["word"])
    told = await world.client.get(manager, path)
    for lease in told["out"]:
        await world.client.post(manager, f"{path}/leases/{lease['lease_id']}/accounts", {"close": True})
