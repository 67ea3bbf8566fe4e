"""When the register tells something new of a site, then inspections prepared from now on ask for the items that apply by it.

An inspection that is prepared keeps its items: they are in its event.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from chassis.policy import Reaction, Received
from chassis.runner import Work

KEEP_ENTERPRISE = """
INSERT INTO enterprises (enterprise_id, sectors, fields, equipment) VALUES ($1, ARRAY[$2::text], $3, $4)
ON CONFLICT (enterprise_id) DO UPDATE
SET sectors = EXCLUDED.sectors, fields = EXCLUDED.fields, equipment = EXCLUDED.equipment
"""
AMEND_FIELDS = """
UPDATE enterprises SET fields = (fields || $2::jsonb) - $3::text[] WHERE enterprise_id = $1
"""
AMEND_EQUIPMENT = """
UPDATE enterprises
SET equipment = jsonb_set(equipment, ARRAY[$2::text], (coalesce(equipment -> $2::text, '{}') || $3::jsonb) - $4::text[])
WHERE enterprise_id = $1
"""
ADD_SECTOR = """
UPDATE enterprises SET sectors = array_append(sectors, $2::text) WHERE enterprise_id = $1 AND NOT sectors @> ARRAY[$2::text]
"""
WITHDRAW_SECTOR = "UPDATE enterprises SET sectors = array_remove(sectors, $2::text) WHERE enterprise_id = $1"
OPENING = ("address", "industry_code", "legal_representative")
"""What a file says when it is opened, beside its fields; later it is a field like others."""
RETIRED = {"retired": True}
"""Beside the status and not in it: a piece that was retired stays so, whatever is still told of it."""


@dataclass(frozen=True, slots=True)
class Field:
    """A register field."""

    name: str
    value: str | int | bool | None


@dataclass(frozen=True, slots=True)
class Equipment:
    """A piece of equipment on site; what is retired asks for no check."""

    equipment_id: str
    kind: str
    status: str


@dataclass(frozen=True, slots=True)
class EnterpriseRegistered:
    """A site of the register, as far as items ask for it and forms print it; persons are sealed, as they came."""

    enterprise_id: str
    sector: str
    fields: tuple[Field, ...]
    equipment: tuple[Equipment, ...]
    address: str | None = None
    industry_code: str | None = None
    legal_representative: str | None = None


@dataclass(frozen=True, slots=True)
class ProfileAmended:
    """Fields of the site that are told anew, and those that count no more."""

    enterprise_id: str
    fields: tuple[Field, ...]
    withdrawn: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EquipmentTold:
    """A piece of equipment that was added or amended; its kind and status are fields."""

    enterprise_id: str
    equipment_id: str
    fields: tuple[Field, ...] = ()
    withdrawn: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SectorTold:
    """A sector by whose form the site is kept as well, or no more."""

    enterprise_id: str
    sector: str


@dataclass(frozen=True, slots=True)
class TakenRecord:
    """A place or a piece of equipment of a duplicate, under its number in the file that goes on."""

    record: str
    record_id: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class DuplicateAbsorbed:
    """What a file takes over from its duplicate."""

    enterprise_id: str
    fields: tuple[Field, ...]
    records: tuple[TakenRecord, ...]


async def on_enterprise_registered(work: Work, received: Received) -> None:
    """Keep what decides which items apply to the site."""
    seen = received.read(EnterpriseRegistered)
    equipment = {one.equipment_id: {"kind": one.kind, "status": one.status} for one in seen.equipment}
    told = [Field(name, value) for name in OPENING if (value := getattr(seen, name)) is not None]
    fields = _values([*told, *seen.fields])
    await work.change(KEEP_ENTERPRISE, seen.enterprise_id, seen.sector, fields, orjson.dumps(equipment).decode())


async def on_profile_amended(work: Work, received: Received) -> None:
    """What the register now says of the site decides from now on."""
    seen = received.read(ProfileAmended)
    await work.change(AMEND_FIELDS, seen.enterprise_id, _values(seen.fields), list(seen.withdrawn))


async def on_equipment_told(work: Work, received: Received) -> None:
    """Items that ask for equipment follow what stands at the site."""
    seen = received.read(EquipmentTold)
    await work.change(AMEND_EQUIPMENT, seen.enterprise_id, seen.equipment_id, _piece(seen.fields), list(seen.withdrawn))


async def on_equipment_retired(work: Work, received: Received) -> None:
    """What is gone for good asks for no check."""
    seen = received.read(EquipmentTold)
    retired = orjson.dumps(RETIRED).decode()
    await work.change(AMEND_EQUIPMENT, seen.enterprise_id, seen.equipment_id, retired, [])


async def on_sector_added(work: Work, received: Received) -> None:
    """The items of a further sector apply as well."""
    seen = received.read(SectorTold)
    await work.change(ADD_SECTOR, seen.enterprise_id, seen.sector)


async def on_sector_withdrawn(work: Work, received: Received) -> None:
    """The items of a sector apply no more."""
    seen = received.read(SectorTold)
    await work.change(WITHDRAW_SECTOR, seen.enterprise_id, seen.sector)


async def on_duplicate_absorbed(work: Work, received: Received) -> None:
    """The file that goes on knows what its duplicate knew better, and has its equipment."""
    seen = received.read(DuplicateAbsorbed)
    await work.change(AMEND_FIELDS, seen.enterprise_id, _values(seen.fields), [])
    for one in seen.records:
        if one.record == "equipment":
            await work.change(AMEND_EQUIPMENT, seen.enterprise_id, one.record_id, _piece(one.fields), [])


def _values(fields: Iterable[Field]) -> str:
    return orjson.dumps({one.name: one.value for one in fields}).decode()


def _piece(fields: Iterable[Field]) -> str:
    return _values(one for one in fields if one.name in ("kind", "status"))


REACTIONS: dict[str, Reaction] = {
    "casetrail.registry.enterprise-registered.v1": on_enterprise_registered,
    "casetrail.registry.profile-amended.v1": on_profile_amended,
    "casetrail.registry.equipment-added.v1": on_equipment_told,
    "casetrail.registry.equipment-amended.v1": on_equipment_told,
    "casetrail.registry.equipment-retired.v1": on_equipment_retired,
    "casetrail.registry.sector-added.v1": on_sector_added,
    "casetrail.registry.sector-withdrawn.v1": on_sector_withdrawn,
    "casetrail.registry.duplicate-absorbed.v1": on_duplicate_absorbed,
}
