"""What a device takes along for a day without a network: entries by key and hash, so that only what changed is fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import StringConstraints

from chassis.aggregates import read
from chassis.auth import Principal, reader
from chassis.domain import Refused, Unknown, day_of
from chassis.http import Id, answer_json
from chassis.runner import Runner
from chassis.sight import Sight
from services.inspection import queries
from services.inspection.api.visits import inspection_view
from services.inspection.domain.catalogue import Catalogue, breached
from services.inspection.domain.device import DEVICE, registered
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.inspection import INSPECTION, InspectionState, prepared
from services.inspection.domain.numbers import SERIES, unnumbered
from services.inspection.domain.rules import Rules

router = APIRouter(prefix="/v1", tags=["inspection"])
Owner = Annotated[Principal, Depends(reader("officer"))]
Expert = Annotated[Principal, Depends(reader("expert"))]
EntryKey = Annotated[str, StringConstraints(pattern=r"^[a-z]+/[^\x00-\x1F]{1,150}$")]


Wanted = Annotated[list[EntryKey], Query(alias="key", min_length=1, max_length=50)]


@router.get("/package")
async def package_of_expert(request: Request, principal: Expert) -> Response:
    """What an expert is to have for the open visits that he is named for, on whatever phone: as a device's package is listed.

    Entries: `inspection/…` as it stands, `site/…` as the register has it, the pinned `catalogue/…`.
    """
    runner: Runner = request.app.state.runner
    return answer_json(_listed(await _of_expert(runner, principal), runner))


@router.get("/package/entries")
async def entries_of_expert(request: Request, principal: Expert, keys: Wanted) -> Response:
    """Entries of an expert's package by their keys, as those of a device's."""
    return answer_json(_chosen(await _of_expert(request.app.state.runner, principal), keys))


@router.get("/devices/{device_id}/package")
async def package(request: Request, device_id: Id, principal: Owner) -> Response:
    """What a device is to have for its officer's open inspections: each entry's key and hash, and the version of the whole.

    The device fetches the entries whose hash it has not, forgets those that are not named any more, and asks again: with the same
    version it is done. Entries: `inspection/…` as it stands, `site/…` as the register has it, `history/…` of the site, the pinned
    `catalogue/…` and `rulebook/…`, the organ's `phrases/…`, `numbers/…` left of the device's blocks. `at` is the platform's time,
    by which a device whose clock is wrong knows it.
    """
    entries = await _entries_of(request, device_id, principal)
    return answer_json({"device_id": device_id, **_listed(entries, request.app.state.runner)})


@router.get("/devices/{device_id}/package/entries")
async def entries(request: Request, device_id: Id, principal: Owner, keys: Wanted) -> Response:
    """Entries of the package by their keys, as they are now, each with its hash; one that is not there any more is left out."""
    return answer_json({"device_id": device_id, **_chosen(await _entries_of(request, device_id, principal), keys)})


def _listed(entries: dict[str, Any], runner: Runner) -> dict[str, Any]:
    hashes = {key: digest(value) for key, value in entries.items()}
    told = [{"key": key, "sha256": sha256} for key, sha256 in sorted(hashes.items())]
    return {"version": version_of(hashes.items()), "at": runner.clock.now(), "entries": told}


def _chosen(found: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    told = [{"key": key, "sha256": digest(found[key]), "value": found[key]} for key in dict.fromkeys(keys) if key in found]
    return {"entries": told}


async def _entries_of(request: Request, device_id: str, principal: Principal) -> dict[str, Any]:
    """The package of the caller's own device; Unknown for another's and for one that was revoked."""
    runner: Runner = request.app.state.runner
    device = await read(runner.pool, DEVICE, device_id, opener=runner.vault)
    if not device.exists or registered(device.state).officer_id != principal.id or device.state.revoked is not None:
        raise Unknown(DEVICE.name, device_id)
    return await _entries(runner, device_id, principal.id)


def digest(value: Any) -> str:
    """The hash by which a device knows an entry."""
    return hashlib.sha256(orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()


def version_of(hashes: Iterable[tuple[str, str]]) -> str:
    """The version of a package: the hash over its keys and their hashes, in the order of the keys."""
    return hashlib.sha256("".join(f"{key} {sha256}\n" for key, sha256 in sorted(hashes)).encode()).hexdigest()


async def _entries(runner: Runner, device_id: str, officer_id: str) -> dict[str, Any]:
    """Everything that an officer takes along, by its key."""
    look = Sight(runner.pool, None).fetch
    today = day_of(runner.clock.now())
    rules = await queries.rules(look, today)
    entries: dict[str, Any] = {}
    for row in await look(queries.OPEN_INSPECTIONS, officer_id):
        state = (await read(runner.pool, INSPECTION, row["inspection_id"], opener=runner.vault)).state
        await _add_inspection(runner, entries, state, rules, today)
        await _add_phrases(runner, entries, state)
        await _add_site(look, entries, row["enterprise_id"])
        await _add_history(look, entries, row["enterprise_id"])
    if (rulebook := await queries.rulebook_content(look, today)) is not None:
        entries[f"rulebook/{rulebook[0]}"] = rulebook[1]
    await _add_numbers(runner, entries, device_id)
    return entries


async def _of_expert(runner: Runner, principal: Principal) -> dict[str, Any]:
    """Everything that an expert takes along, by its key: what was found elsewhere, and earlier, is no visit of his."""
    look = Sight(runner.pool, None).fetch
    today = day_of(runner.clock.now())
    rules = await queries.rules(look, today)
    entries: dict[str, Any] = {}
    for row in await look(queries.OPEN_VISITS_OF_EXPERT, principal.id):
        loaded = await read(runner.pool, INSPECTION, row["inspection_id"], opener=runner.vault)
        if loaded.state.takes_along(principal.id) and principal.may_see(str(loaded.district)):  # rows may lag behind
            await _add_inspection(runner, entries, loaded.state, rules, today)
            await _add_site(look, entries, row["enterprise_id"])
    return entries


async def _add_numbers(runner: Runner, entries: dict[str, Any], device_id: str) -> None:
    """What is left of the device's blocks; `pattern` is written as the document bears it, but for `{number}`."""
    look = Sight(runner.pool, None).fetch
    for row in await look(queries.LEASED, device_id):
        organ_id, zi, year = row["series"].split("/")
        if (entry := entries.get(f"numbers/{row['series']}")) is None:
            organ = await queries.organ(look, organ_id)
            series = await read(runner.pool, SERIES, row["series"], opener=runner.vault)
            pattern = unnumbered(row["pattern"], organ.abbreviation if organ is not None else "", zi, int(year))
            entry = entries[f"numbers/{row['series']}"] = {"pattern": pattern, "spans": [], "used": sorted(series.state.devices)}
        entry["spans"].append([row["first"], row["last"]])


async def _add_inspection(
    runner: Runner, entries: dict[str, Any], state: InspectionState, rules: Rules | None, today: date
) -> None:  # fmt: skip
    found = [(await read(runner.pool, HAZARD, one, opener=runner.vault)).state for one in sorted(state.hazards)]
    plan = prepared(state)
    entries[f"inspection/{plan.inspection_id}"] = inspection_view(state, found)
    if f"catalogue/{plan.catalogue}" not in entries:
        catalogue = await queries.catalogue(Sight(runner.pool, None).fetch, plan.catalogue)
        if catalogue is not None:
            items = [{**item, "cited": _cited(catalogue, code, rules, today)} for code, item in catalogue.items.items()]
            entries[f"catalogue/{plan.catalogue}"] = {"items": items}


def _cited(catalogue: Catalogue, code: str, rules: Rules | None, today: date) -> tuple[str, ...]:
    """What an order about this item cites by the law of today; nothing where nothing can be cited."""
    try:
        return breached(catalogue, code, today, rules) if rules is not None else ()
    except Refused:
        return ()


async def _add_phrases(runner: Runner, entries: dict[str, Any], state: InspectionState) -> None:
    organ_id = prepared(state).organ_id
    if f"phrases/{organ_id}" not in entries:
        rows = await Sight(runner.pool, None).fetch(queries.PHRASES_OF_ORGAN, organ_id)
        entries[f"phrases/{organ_id}"] = [dict(row) for row in rows]


async def _add_site(look: queries.Read, entries: dict[str, Any], enterprise_id: str) -> None:
    for row in await look(queries.KNOWN_SITE, enterprise_id):
        entries[f"site/{enterprise_id}"] = {
            "sectors": row["sectors"], "fields": orjson.loads(row["fields"]), "equipment": orjson.loads(row["equipment"]),
        }  # fmt: skip


async def _add_history(look: queries.Read, entries: dict[str, Any], enterprise_id: str) -> None:
    entries[f"history/{enterprise_id}"] = {
        "inspections": [dict(row) for row in await look(queries.EARLIER_INSPECTIONS, enterprise_id)],
        "open_hazards": [dict(row) for row in await look(queries.OPEN_HAZARDS, enterprise_id)],
    }
