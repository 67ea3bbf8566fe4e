"""What a device takes along for a day without a network, and what of it changed since: told against what the device has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, StringConstraints

from chassis.aggregates import read
from chassis.auth import Principal, reader
from chassis.domain import Unknown, day_of
from chassis.http import Body, Id, Sha256, answer_json
from chassis.runner import Runner
from chassis.sight import Sight
from services.inspection import queries
from services.inspection.api.visits import inspection_view
from services.inspection.domain.device import DEVICE, registered
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.inspection import INSPECTION
from services.inspection.domain.numbers import SERIES

router = APIRouter(prefix="/v1", tags=["inspection"])
Owner = Annotated[Principal, Depends(reader("officer"))]
EntryKey = Annotated[str, StringConstraints(pattern=r"^[a-z]+/[^\x00-\x1F]{1,150}$")]


class HaveBody(Body):
    """What the device has: the hash of each entry, by its key. Nothing: it gets everything."""

    have: Annotated[dict[EntryKey, Sha256], Field(default_factory=dict, max_length=5000)]


@router.post("/devices/{device_id}/package")
async def package(request: Request, device_id: Id, body: HaveBody, principal: Owner) -> Response:
    """What a device needs for its officer's open inspections: what is new or changed, and what it is to forget.

    Entries: `inspection/…` as it stands, `site/…` as the register has it, `history/…` of the site, the pinned `catalogue/…` and
    `rulebook/…`, `numbers/…` left of the device's blocks. A device that has applied the delta has exactly `version`.
    """
    runner: Runner = request.app.state.runner
    device = await read(runner.pool, DEVICE, device_id, opener=runner.vault)
    if not device.exists or registered(device.state).officer_id != principal.id or device.state.revoked is not None:
        raise Unknown(DEVICE.name, device_id)
    entries = await _entries(runner, device_id, principal.id)
    hashes = {key: hashlib.sha256(orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()
              for key, value in entries.items()}  # fmt: skip
    changed = [
        {"key": key, "sha256": hashes[key], "value": value} for key, value in entries.items() if body.have.get(key) != hashes[key]
    ]
    gone = sorted(body.have.keys() - hashes.keys())
    return answer_json({"device_id": device_id, "version": version_of(hashes.items()), "changed": changed, "gone": gone})


def version_of(hashes: Iterable[tuple[str, str]]) -> str:
    """The version of a package: the hash over its keys and their hashes, in the order of the keys."""
    return hashlib.sha256("".join(f"{key} {sha256}\n" for key, sha256 in sorted(hashes)).encode()).hexdigest()


async def _entries(runner: Runner, device_id: str, officer_id: str) -> dict[str, Any]:
    """Everything that an officer takes along, by its key."""
    look = Sight(runner.pool, None).fetch
    entries: dict[str, Any] = {}
    for row in await look(queries.OPEN_INSPECTIONS, officer_id):
        await _add_inspection(runner, entries, row["inspection_id"])
        await _add_site(look, entries, row["enterprise_id"])
    today = day_of(runner.clock.now())
    if (rulebook := await queries.rulebook_content(look, today)) is not None:
        entries[f"rulebook/{rulebook[0]}"] = rulebook[1]
    for row in await look(queries.LEASED, device_id):
        entries.setdefault(f"numbers/{row['series']}", {"pattern": row["pattern"], "spans": []})["spans"].append(
            [row["first"], row["last"]]
        )
    for key, entry in entries.items():
        if key.startswith("numbers/"):
            series = await read(runner.pool, SERIES, key.removeprefix("numbers/"), opener=runner.vault)
            entry["used"] = sorted(series.state.devices)
    return entries


async def _add_inspection(runner: Runner, entries: dict[str, Any], inspection_id: str) -> None:
    loaded = await read(runner.pool, INSPECTION, inspection_id, opener=runner.vault)
    found = [(await read(runner.pool, HAZARD, one, opener=runner.vault)).state for one in sorted(loaded.state.hazards)]
    entries[f"inspection/{inspection_id}"] = inspection_view(loaded.state, found)
    plan = loaded.state.plan
    if plan is not None and f"catalogue/{plan.catalogue}" not in entries:
        catalogue = await queries.catalogue(Sight(runner.pool, None).fetch, plan.catalogue)
        if catalogue is not None:
            entries[f"catalogue/{plan.catalogue}"] = {"items": list(catalogue.items.values())}


async def _add_site(look: queries.Read, entries: dict[str, Any], enterprise_id: str) -> None:
    if f"site/{enterprise_id}" in entries:
        return
    for row in await look(queries.KNOWN_SITE, enterprise_id):
        entries[f"site/{enterprise_id}"] = {
            "sectors": row["sectors"], "fields": orjson.loads(row["fields"]), "equipment": orjson.loads(row["equipment"]),
        }  # fmt: skip
    entries[f"history/{enterprise_id}"] = {
        "inspections": [dict(row) for row in await look(queries.EARLIER_INSPECTIONS, enterprise_id)],
        "open_hazards": [dict(row) for row in await look(queries.OPEN_HAZARDS, enterprise_id)],
    }
