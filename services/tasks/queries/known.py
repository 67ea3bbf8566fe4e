"""What tasks know of the registry: the tables fed by its events."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import date
from typing import Any

import orjson

from services.tasks.domain import Barred, Basis, Enterprise, Expert, Officer, Organ, Recusal, Rules
from services.tasks.domain.knowledge import Planning

Read = Callable[..., Awaitable[list[Any]]]
"""Runs a SELECT: `Work.read` in a command, a pool's `fetch` in a question."""

ORGAN = """
SELECT organ_id, organ, jurisdiction_id, kind, parent FROM jurisdictions WHERE organ_id = $1 ORDER BY jurisdiction_id LIMIT 1
"""
DISTRICTS = "SELECT jurisdiction_id FROM jurisdictions WHERE jurisdiction_id = $1 OR parent = $1 ORDER BY jurisdiction_id"
ENTERPRISE = """
SELECT e.enterprise_id, e.name, e.uscc, e.district, e.sector, e.further_sectors, e.risk_grade,
       j.jurisdiction_id, j.organ_id, j.organ, j.kind, j.parent
FROM enterprises e LEFT JOIN jurisdictions j ON j.jurisdiction_id = e.district
"""
# An enterprise whose jurisdiction has not arrived yet is in the answer too: nobody may be left out unnoticed.
REGISTER = f"""{ENTERPRISE}
WHERE (e.sector = ANY($1) OR e.further_sectors && $1) AND (j.jurisdiction_id IS NULL OR j.jurisdiction_id = $2 OR j.parent = $2)
"""
ENTERPRISES = f"{ENTERPRISE} WHERE e.enterprise_id = ANY($1)"
# Whom another organ claims in the campaign is not in its pool: the draw's tasks could not be generated.
ENTERPRISE_POOL = """
SELECT e.enterprise_id FROM enterprises e
WHERE e.district = ANY($1) AND NOT EXISTS (
    SELECT FROM claim_list c WHERE c.enterprise_id = e.enterprise_id AND c.campaign_id = $2 AND c.organ_id <> $3)
ORDER BY e.enterprise_id
"""
# By the smaller of the two sets: those that do not produce are few.
NOT_PRODUCING = """
SELECT enterprise_id, production_status FROM enterprises
WHERE production_status <> 'producing' AND enterprise_id = ANY($1) ORDER BY enterprise_id
"""
OFFICER = """
SELECT o.officer_id, o.name, o.organ_id, o.certificate_no, o.certificate_valid_to,
       ARRAY(SELECT m.module FROM module_users m WHERE m.officer_id = o.officer_id AND m.state = 'granted' ORDER BY 1) AS modules
FROM officers o
"""
OFFICERS = f"{OFFICER} WHERE o.organ_id = $1 ORDER BY o.officer_id"
OFFICERS_BY_ID = f"{OFFICER} WHERE o.officer_id = ANY($1) ORDER BY o.officer_id"
RECUSALS = "SELECT officer_id, enterprise_id FROM recusals WHERE officer_id = ANY($1) AND enterprise_id = ANY($2)"
EXPERTS = "SELECT expert_id, name FROM experts WHERE expert_id = ANY($1)"
OFFICER_DISTRICTS = "SELECT officer_id, district FROM officers WHERE officer_id = ANY($1)"
PLANNING = "SELECT * FROM planning_rules ORDER BY rulebook, version"
RULEBOOKS = "SELECT * FROM rulebooks ORDER BY rulebook, version"


async def organ_of(read: Read, organ_id: str) -> Organ | None:
    """The organ with this id, if its jurisdiction is known here."""
    rows = await read(ORGAN, organ_id)
    return _organ(rows[0]) if rows else None


async def districts_of(read: Read, organ: Organ) -> list[str]:
    """The jurisdictions an organ may act in: its own and those below it."""
    return [row["jurisdiction_id"] for row in await read(DISTRICTS, organ.district)]


async def register_of(read: Read, sectors: Sequence[str], city: str) -> list[Enterprise]:
    """The known enterprises of these sectors in a city, its districts, or a jurisdiction that is not known here."""
    return [_enterprise(row) for row in await read(REGISTER, list(sectors), city)]


async def enterprises_by_id(read: Read, ids: Collection[str]) -> dict[str, Enterprise]:
    """These enterprises, as far as they are known here."""
    return {row["enterprise_id"]: _enterprise(row) for row in await read(ENTERPRISES, list(ids))}


async def enterprise_pool(read: Read, districts: Collection[str], campaign_id: str | None, organ_id: str) -> list[str]:
    """The ids of the enterprises of these districts, ascending; of a campaign, those that no other organ claims."""
    return [row["enterprise_id"] for row in await read(ENTERPRISE_POOL, list(districts), campaign_id, organ_id)]


async def not_producing(read: Read, enterprise_ids: Collection[str]) -> list[Barred]:
    """Those of these enterprises that are suspended or closed."""
    rows = await read(NOT_PRODUCING, list(enterprise_ids))
    return [Barred(enterprise_id=row["enterprise_id"], reason=row["production_status"]) for row in rows]


async def officers_of(read: Read, organ_id: str) -> list[Officer]:
    """The enrolled officers of an organ."""
    return [_officer(row) for row in await read(OFFICERS, organ_id)]


async def officers_by_id(read: Read, ids: Collection[str]) -> dict[str, Officer]:
    """These officers, as far as they are known here."""
    return {row["officer_id"]: _officer(row) for row in await read(OFFICERS_BY_ID, list(ids))}


async def recusals_of(read: Read, officer_ids: Collection[str], enterprise_ids: Collection[str]) -> list[Recusal]:
    """Who of these officers is recused at which of these enterprises."""
    rows = await read(RECUSALS, list(officer_ids), list(enterprise_ids))
    return [Recusal(row["officer_id"], row["enterprise_id"]) for row in rows]


async def experts_by_id(read: Read, ids: Collection[str]) -> dict[str, Expert]:
    """These experts, as far as they are known here."""
    rows = await read(EXPERTS, list(ids))
    return {row["expert_id"]: Expert(expert_id=row["expert_id"], name=row["name"]) for row in rows}


async def officer_districts(read: Read, ids: Collection[str]) -> dict[str, str]:
    """The districts of these officers, as far as they are known here."""
    return {row["officer_id"]: row["district"] for row in await read(OFFICER_DISTRICTS, list(ids))}


async def plannings(read: Read) -> list[Planning]:
    """What all published versions of the rules say about planning."""
    return [Planning(**{**row, "key_risk_grades": tuple(row["key_risk_grades"])}) for row in await read(PLANNING)]


async def rulebooks(read: Read) -> list[Rules]:
    """All published versions of the rules."""
    return [_rules(row) for row in await read(RULEBOOKS)]


def _organ(row: Any) -> Organ:
    return Organ(
        organ_id=row["organ_id"], organ=row["organ"], district=row["jurisdiction_id"], kind=row["kind"], parent=row["parent"]
    )


def _enterprise(row: Any) -> Enterprise:
    return Enterprise(
        enterprise_id=row["enterprise_id"], name=row["name"], uscc=row["uscc"], district=row["district"],
        sector=row["sector"], own=_organ(row) if row["jurisdiction_id"] is not None else None,
        further_sectors=tuple(row["further_sectors"]), risk_grade=row["risk_grade"],
    )  # fmt: skip


def _officer(row: Any) -> Officer:
    return Officer(**{**row, "modules": tuple(row["modules"])})


def _rules(row: Any) -> Rules:
    bases = {name: _bases(row[name]) for name in ("officers_bases", "plan_bases")}
    return Rules(**{**row, **bases, "required_modules": tuple(row["required_modules"])})


def _bases(text: str) -> tuple[Basis, ...]:
    return tuple(
        Basis(text=basis["text"], valid_from=_day(basis["valid_from"]), valid_to=_day(basis["valid_to"]))
        for basis in orjson.loads(text)
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None else None
