"""Sixty items, twelve hazards, forty files, five documents, two devices: any order, pieces, repeats, deaths come to the same."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chassis.aggregates import Loaded, read
from chassis.domain import Stream
from services.inspection.api.settling import settle_waiting
from tests.service.inspection.bigvisit import HAZARDS, ITEMS, PHOTOS, SERIES_KEYS, Visit, large_catalogue, noted, outcome
from tests.service.inspection.desk import Desk, Killed
from tests.service.inspection.office import Office
from tests.service.inspection.phone import NOON, Pen, Phone
from tests.service.inspection.test_evidence import PART, put
from tests.service.inspection.test_packages import leased

Parcel = tuple[Pen, str]


@cache
def visit() -> Visit:
    """The visit; it is noted once, and uploaded anew by each test."""
    return noted(Pen("phone-1", "officer-1"), Pen("phone-2", "officer-2"))


async def planned() -> Desk:
    desk = Desk(large_catalogue())
    await desk.planned(SERIES_KEYS, *visit().pens)
    return desk


@cache
def expected() -> dict[str, Any]:
    """What the visit comes to when everything arrives as it was noted, one device's after the other's, again and again."""

    async def in_order() -> dict[str, Any]:
        desk = await planned()
        for pen in visit().pens:
            await desk.upload(pen, pen.outbox)
        assert await desk.settle(*visit().pens) == 0
        return await outcome(desk.aggregate, visit())

    return asyncio.run(in_order())


def test_the_visit_is_as_large_as_it_is_said_to_be() -> None:
    told = expected()
    assert len(told["inspection"].live) == ITEMS
    assert len({hazard.found.hazard_id for hazard in told["hazards"].values()}) == HAZARDS
    assert {evidence.captured.evidence_id for evidence in told["evidence"].values()} == {f"ev-{n:02}" for n in range(PHOTOS)}
    assert told["inspection"].given.keys() == visit().answers
    assert told["disputed"] == visit().disputed
    assert (told["hazards"]["h-10"].status, told["hazards"]["h-30"].status) == ("withdrawn", "rectified")
    assert {told["hazards"][f"h-{n:02}"].status for n in (5, 15, 25, 35, 40, 45, 50)} == {"ordered"}
    assert all(one.kind for one in told["measures"].values())
    assert sorted(told["numbers"].values()) == [(11,), (12,), (13,), (14,)]
    assert told["inspection"].conclusion.signed_by == "厂长"


def shuffled(random: Random) -> list[Parcel]:
    """All that was noted, and a third of it again, in any order."""
    parcels = [(pen, text) for pen in visit().pens for text in pen.outbox]
    parcels += random.sample(parcels, len(parcels) // 3)
    random.shuffle(parcels)
    return parcels


async def uploaded(random: Random) -> Desk:
    """In any order, in pieces, repeated; the process dies now and then, before or after a commit, and nobody is answered."""
    desk, parcels = await planned(), shuffled(random)
    while parcels:
        size = random.randint(1, 40)
        piece, parcels = parcels[:size], parcels[size:]
        for pen in visit().pens:
            desk.lives = random.choice([None, None, random.randint(0, 12)])
            desk.dies_committed = random.choice([False, True])
            try:
                await desk.upload(pen, [text for owner, text in piece if owner is pen])
            except Killed:
                continue
    desk.lives = None
    for pen in visit().pens:
        await desk.upload(pen, pen.outbox)
    return desk


@settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # not shrunk: hours
@given(st.randoms(use_true_random=False))
def test_whatever_the_order_the_pieces_the_repeats_and_the_deaths_it_comes_to_the_same(random: Random) -> None:
    wanted = expected()

    async def compared() -> None:
        desk = await uploaded(random)
        assert await desk.settle(*visit().pens) == 0
        assert await outcome(desk.aggregate, visit()) == wanted
        told = [await desk.device(pen) for pen in visit().pens]
        for pen, device in zip(visit().pens, told, strict=True):
            assert device.settled.keys() == set(range(1, len(pen.outbox) + 1))  # nothing is lost
            assert not device.waiting
        settled = [one for device in told for one in device.settled.values()]
        assert "refused" not in {one.verdict for one in settled}, [one for one in settled if one.verdict == "refused"]
        assert {item for one in settled for item in one.disputed} == visit().disputed  # every conflict is shown

    asyncio.run(compared())


async def opened(office: Office, files: str) -> list[Phone]:
    """The visit is planned on a real database, and its two devices are registered and have their numbers."""
    state = office.under_test.app.state
    state.settings = replace(state.settings, files=files, upload_part_kib=1, upload_mib=1)
    catalogue = office.event("registry", "catalogue-published", "catalogue:c", **large_catalogue())
    for received in (
        office.organ(), catalogue, office.rulebook(), office.officer(1), office.officer(2), office.enterprise(),
        office.task("task-1"), *(leased(office, "phone-1", 1, 99, word=word) for word in ("抽", "勘")),
        *(leased(office, "phone-2", 1, 99, word=word) for word in ("现决", "责改")),
    ):  # fmt: skip
        await office.hear(received)
    await office.post("approver", "inspections/task-1/plan-approvals", {"mode": "unannounced"})
    phones = [Phone(office, pen.device_id, pen.officer_id) for pen in visit().pens]
    for phone, pen in zip(phones, visit().pens, strict=True):
        phone.key, phone.outbox = pen.key, pen.outbox
        assert (await phone.register()).status_code == 201
    office.under_test.clock.at = NOON
    return phones


async def cut(random: Random, *sent: Any) -> None:
    """Send these at once; the connection of some is lost on the way."""
    tasks = [asyncio.ensure_future(one) for one in sent]
    for task in tasks:
        if random.random() < 0.3:
            for _ in range(random.randint(1, 60)):
                await asyncio.sleep(0)
            task.cancel()
    for told in await asyncio.gather(*tasks, return_exceptions=True):
        assert not isinstance(told, Exception), told


async def ended(phone: Phone, key: str) -> str | None:
    """Ask that a file be put together; answers why it cannot be."""
    answer = await phone.client.post(f"/v1/evidence/{key}/arrivals", json={})
    return answer.json().get("code") if answer.status_code != 201 else None


@pytest.mark.parametrize("seed", range(2))
async def test_over_http_with_files_and_both_at_once_it_comes_to_the_same(
    empty_office: Office, seed: int, tmp_path: Path
) -> None:  # fmt: skip
    random, office, wanted = Random(seed), empty_office, await asyncio.to_thread(expected)
    phones = await opened(office, str(tmp_path / "files"))
    parts = [
        (key, number, data[number * PART : (number + 1) * PART])
        for key, data in visit().files.items() for number in range(-(-len(data) // PART))
    ]  # fmt: skip
    random.shuffle(parts)
    late, early = parts[: len(parts) // 4], parts[len(parts) // 4 :]
    parcels = shuffled(random)
    while parcels:
        size = random.randint(5, 40)
        piece, parcels, files, early = parcels[:size], parcels[size:], early[:size], early[size:]
        texts = [[text for pen, text in piece if pen.device_id == phone.device_id] for phone in phones]
        sends = [phone.send(told) for phone, told in zip(phones, texts, strict=True) if told]
        await cut(random, *sends, *(put(phones[n % 2].client, number, data, key) for n, (key, number, data) in enumerate(files)))
    again = [one for phone in phones for one in [*await phone.send(), *await phone.send()]]
    await office.under_test.settle()
    assert await settle_waiting(office.under_test.app.state.runner) == 0
    assert not {one["verdict"] for one in again} - {"accepted", "duplicate", "held", "conflict"}
    await _files_arrive(office, phones[1], late, parts)
    runner = office.under_test.app.state.runner

    async def load(stream: Stream[Any], key: str) -> Loaded[Any]:
        return await read(runner.pool, stream, key, opener=runner.vault)

    assert await outcome(load, visit()) == wanted
    shown = [one for phone in phones for one in await phone.send()]
    assert {one["verdict"] for one in shown} == {"duplicate"}
    assert {one["earlier"] for one in shown} == {"accepted", "conflict"}
    conflicts = [one for one in shown if one["earlier"] == "conflict"]
    assert {item for one in conflicts for item in one["disputed"]} == visit().disputed
    assert all(len(one["answers"][item]) == 2 and one["mine"] for one in conflicts for item in one["disputed"])


async def _files_arrive(office: Office, phone: Phone, late: list[Any], parts: list[Any]) -> None:
    """Complete is the visit with the last part of the last file, and not before."""
    first = sorted({key for key, _, _ in late})
    assert {await ended(phone, key) for key in first} == {"parts-missing"}
    for key, number, data in parts:
        if (key, number, data) != late[0]:
            assert (await put(phone.client, number, data, key)).status_code == 204
    for key in visit().files:
        assert (await ended(phone, key) is None) == (key != late[0][0]), key
    await office.under_test.settle()
    told = await office.get("inspections/task-1/evidence-status")
    assert len(told["missing"]) == 1, told["missing"]
    await put(phone.client, late[0][1], late[0][2], late[0][0])
    assert await ended(phone, late[0][0]) is None
    await office.under_test.settle()
    assert (await office.get("inspections/task-1/evidence-status"))["complete"]
    assert len(await office.under_test.events("casetrail.inspection.evidence-arrived")) == PHOTOS
