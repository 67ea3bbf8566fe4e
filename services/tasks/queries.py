"""Questions to the tasks database: the tables fed by the registry, and the list of tasks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from services.tasks.domain import Basis, Enterprise, Expert, Officer, Organ, Recusal, Rules

Read = Callable[..., Awaitable[list[Any]]]
"""Runs a SELECT: `Work.read` in a command, a pool's `fetch` in a question."""

ORGAN = """
SELECT organ_id, organ, jurisdiction_id, kind, parent FROM jurisdictions WHERE organ_id = $1 ORDER BY jurisdiction_id LIMIT 1
"""
DISTRICTS = "SELECT jurisdiction_id FROM jurisdictions WHERE jurisdiction_id = $1 OR parent = $1 ORDER BY jurisdiction_id"
ENTERPRISE = """
SELECT e.enterprise_id, e.name, e.uscc, e.district, e.sector, j.jurisdiction_id, j.organ_id, j.organ, j.kind, j.parent
FROM enterprises e LEFT JOIN jurisdictions j ON j.jurisdiction_id = e.district
"""
# An enterprise whose jurisdiction has not arrived yet is in the answer too: nobody may be left out unnoticed.
REGISTER = f"""{ENTERPRISE}
WHERE e.sector = ANY($1) AND (j.jurisdiction_id IS NULL OR j.jurisdiction_id = $2 OR j.parent = $2)
"""
ENTERPRISES = f"{ENTERPRISE} WHERE e.enterprise_id = ANY($1)"
ENTERPRISE_POOL = "SELECT enterprise_id FROM enterprises WHERE district = ANY($1) ORDER BY enterprise_id"
OFFICERS = """
SELECT officer_id, name, organ_id, certificate_no, certificate_valid_to FROM officers WHERE organ_id = $1 ORDER BY officer_id
"""
OFFICERS_BY_ID = """
SELECT officer_id, name, organ_id, certificate_no, certificate_valid_to FROM officers
WHERE officer_id = ANY($1) ORDER BY officer_id
"""
RECUSALS = "SELECT officer_id, enterprise_id FROM recusals WHERE officer_id = ANY($1) AND enterprise_id = ANY($2)"
EXPERTS = "SELECT expert_id, name FROM experts WHERE expert_id = ANY($1)"
RULEBOOKS = "SELECT * FROM rulebooks ORDER BY rulebook, version"
COVERAGE = """
SELECT district, count(*) AS tasks, count(*) FILTER (WHERE level = 'city') AS city,
       count(*) FILTER (WHERE state <> 'generated') AS assigned, count(*) FILTER (WHERE state = 'completed') AS completed,
       count(*) FILTER (WHERE overdue) AS overdue
FROM task_list WHERE campaign_id = $1 GROUP BY district ORDER BY district
"""
TASKS = """
SELECT task_id, kind, campaign_id, draw_id, enterprise_id, enterprise_name, uscc, district, sector, level, organ_id, organ,
       due_on, planned_on, state, overdue, officers, experts, inspection_id, completed_on, version
FROM task_list
"""
TASK_ORDER = " ORDER BY due_on, task_id LIMIT "


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


async def enterprise_pool(read: Read, districts: Collection[str]) -> list[str]:
    """The ids of the enterprises of these districts, ascending."""
    return [row["enterprise_id"] for row in await read(ENTERPRISE_POOL, list(districts))]


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


async def rulebooks(read: Read) -> list[Rules]:
    """All published versions of the rules."""
    return [_rules(row) for row in await read(RULEBOOKS)]


async def coverage_of(read: Read, campaign_id: str) -> list[dict[str, Any]]:
    """A campaign's tasks by district: how many, of them city level, assigned, completed, overdue."""
    return [dict(row) for row in await read(COVERAGE, campaign_id)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks a list shows; None does not filter. `seen` are the districts the asker may see (None: all)."""

    seen: list[str] | None
    state: str | None = None
    district: str | None = None
    organ_id: str | None = None
    campaign_id: str | None = None
    overdue: bool | None = None


async def tasks(read: Read, wanted: TaskFilter, after: tuple[date, str] | None, limit: int) -> list[dict[str, Any]]:
    """Tasks by due date, then id, after a place in that order; at most `limit`."""
    given = [(clause, value) for clause, value in _clauses(wanted) if value is not None]
    conditions = [clause.format(place) for place, (clause, _) in enumerate(given, start=1)]
    values: list[Any] = [value for _, value in given]
    if after is not None:
        conditions.append(f"(due_on, task_id) > (${len(values) + 1}, ${len(values) + 2})")
        values += after
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    rows = await read(f"{TASKS}{where}{TASK_ORDER}${len(values) + 1}", *values, limit)
    return [{**row, "officers": orjson.loads(row["officers"]), "experts": orjson.loads(row["experts"])} for row in rows]


def _clauses(wanted: TaskFilter) -> list[tuple[str, Any]]:
    return [
        ("district = ANY(${})", wanted.seen),
        ("state = ${}", wanted.state),
        ("district = ${}", wanted.district),
        ("organ_id = ${}", wanted.organ_id),
        ("campaign_id = ${}", wanted.campaign_id),
        ("overdue = ${}", wanted.overdue),
    ]


def _organ(row: Any) -> Organ:
    return Organ(
        organ_id=row["organ_id"], organ=row["organ"], district=row["jurisdiction_id"], kind=row["kind"], parent=row["parent"]
    )


def _enterprise(row: Any) -> Enterprise:
    return Enterprise(
        enterprise_id=row["enterprise_id"], name=row["name"], uscc=row["uscc"], district=row["district"],
        sector=row["sector"], own=_organ(row) if row["jurisdiction_id"] is not None else None,
    )  # fmt: skip


def _officer(row: Any) -> Officer:
    return Officer(**row)


def _rules(row: Any) -> Rules:
    return Rules(**{**row, "officers_bases": _bases(row["officers_bases"]), "plan_bases": _bases(row["plan_bases"])})


def _bases(text: str) -> tuple[Basis, ...]:
    return tuple(
        Basis(text=basis["text"], valid_from=_day(basis["valid_from"]), valid_to=_day(basis["valid_to"]))
        for basis in orjson.loads(text)
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None else None
