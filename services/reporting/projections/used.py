"""How the system is used, of every event: how many by day, district and service; who was active in a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

import orjson

from chassis.envelope import Sequenced
from chassis.projector import Batch
from services.reporting.projections.fold import day_text

USE, PEOPLE = "fact_use", "fact_people"
DEFERRED = timedelta(hours=1)  # how much later is later: how a screen sorts, no rule rests on it
SYSTEM = "service:"
"""How the ids of those begin who are nobody: policies, deadlines."""


@lru_cache(maxsize=4096)
def _person(actor: str) -> tuple[str, str] | None:
    """Id and role of the person who acted; None if it was the system."""
    told = orjson.loads(actor)
    return None if told["id"].startswith(SYSTEM) else (told["id"], told["role"])


async def note_use(batch: Batch) -> list[tuple[str, str, dict[str, Any] | None]]:
    """Count the events of a batch, and note who was active; answers each row touched: table, key, what it was before."""
    return [*await _uses(batch, batch.events), *await _people(batch, batch.events)]


async def _uses(batch: Batch, events: Sequence[Sequenced]) -> list[tuple[str, str, dict[str, Any] | None]]:
    used: dict[tuple[str, str, str], list[int]] = {}
    for event in events:
        e = event.envelope
        place = (day_text(e.occurred_at), e.district, e.type.split(".", 2)[1])
        counts = used.get(place)
        if counts is None:
            counts = used[place] = [0, 0, 0, 0]
        counts[0] += 1
        counts[1] += e.device is not None
        counts[2] += e.recorded_at - e.occurred_at > DEFERRED
        counts[3] = event.idx
    keys = {"|".join(place): place for place in used}
    rows = await batch.rows(USE, keys)
    touched = []
    for key, place in keys.items():
        before, (events_, devices, deferred, seq) = rows.get(key), used[place]
        was = before or {"events": 0, "from_devices": 0, "deferred": 0}
        rows.put(key, {
            "use_id": key, "day": place[0], "service": place[2], "events": was["events"] + events_,
            "from_devices": was["from_devices"] + devices, "deferred": was["deferred"] + deferred, "district": place[1],
            "seq": seq,
        })  # fmt: skip
        touched.append((USE, key, before))
    return touched


async def _people(batch: Batch, events: Sequence[Sequenced]) -> list[tuple[str, str, dict[str, Any] | None]]:
    active: dict[str, dict[str, Any]] = {}
    for event in events:
        e = event.envelope
        person = _person(_actor(event))
        if person is None:
            continue
        day = day_text(e.occurred_at)
        key = f"{day[:7]}|{e.district}|{person[0]}"
        known = active.get(key)
        if known is None or day < known["first_on"]:
            active[key] = {
                "people_id": key, "month": day[:7], "role": person[1], "first_on": day, "district": e.district, "seq": event.idx,
            }  # fmt: skip
    rows = await batch.rows(PEOPLE, active)
    touched = []
    for key, row in active.items():
        before = rows.get(key)
        if before is None or row["first_on"] < before["first_on"]:
            rows.put(key, row)
            touched.append((PEOPLE, key, before))
    return touched


def _actor(event: Sequenced) -> str:
    """The actor as it is stored, without making an object of it for each event."""
    return event["actor"] if hasattr(event, "keys") else orjson.dumps(event.envelope.actor).decode()  # type: ignore[index]
