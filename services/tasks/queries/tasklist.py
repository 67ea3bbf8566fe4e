"""The list of tasks, and how far a campaign is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from services.tasks.queries.known import Read

COVERAGE = """
SELECT district, count(*) AS tasks, count(*) FILTER (WHERE level = 'city') AS city,
       count(*) FILTER (WHERE state NOT IN ('generated', 'returned', 'cancelled')) AS assigned,
       count(*) FILTER (WHERE state = 'completed') AS completed, count(*) FILTER (WHERE overdue) AS overdue,
       count(*) FILTER (WHERE state = 'cancelled') AS cancelled
FROM task_list WHERE campaign_id = $1 GROUP BY district ORDER BY district
"""
TASKS = """
SELECT task_id, kind, campaign_id, draw_id, enterprise_id, enterprise_name, uscc, district, sector, level, organ_id, organ,
       due_on, planned_on, state, overdue, officers, experts, inspection_id, completed_on, version
FROM task_list
"""
TASK_ORDER = " ORDER BY due_on, task_id LIMIT "


async def coverage_of(read: Read, campaign_id: str) -> list[dict[str, Any]]:
    """A campaign's tasks by district: how many, of them city level, with officers, completed, overdue, cancelled."""
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
