"""Each officer's tasks by place, the load per officer, and which districts reported a week."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.tasks.queries.known import Read

BY_PLACE = """
SELECT * FROM officer_tasks
WHERE mine AND officer_id = $1 AND ($2::text[] IS NULL OR district = ANY($2))
  AND (district, due_on, duty_id) > ($3, $4, $5)
ORDER BY district, due_on, duty_id LIMIT $6
"""
# What an officer has now, over all districts that the asker may see; days count from the day asked about.
LOAD = """
SELECT officer_id, count(*) FILTER (WHERE state IN ('assigned', 'accepted', 'started')) AS open,
       count(*) FILTER (WHERE state = 'accepted') AS accepted, count(*) FILTER (WHERE state = 'started') AS started,
       count(*) FILTER (WHERE state IN ('assigned', 'accepted', 'started') AND overdue) AS overdue,
       count(*) FILTER (WHERE state IN ('assigned', 'accepted', 'started') AND due_on BETWEEN $4 AND $4 + 6) AS due_in_a_week,
       count(*) FILTER (WHERE state = 'completed') AS completed
FROM officer_tasks
WHERE mine AND organ_id = $1 AND ($2::text[] IS NULL OR district = ANY($2)) AND officer_id > $3
GROUP BY officer_id ORDER BY officer_id LIMIT $5
"""
REPORTED = """
SELECT j.jurisdiction_id AS district, j.name, j.organ_id, j.organ, w.version IS NOT NULL AS reported,
       coalesce(jsonb_array_length(w.problems), 0) AS problems
FROM jurisdictions j LEFT JOIN week_list w ON w.district = j.jurisdiction_id AND w.campaign_id = $1 AND w.monday = $3
WHERE j.parent = $2 AND ($4::text[] IS NULL OR j.jurisdiction_id = ANY($4))
  AND coalesce(j.valid_from, $3) <= $3 AND coalesce(j.valid_to, $3) >= $3
ORDER BY j.jurisdiction_id
"""


async def duties_by_place(
    read: Read, officer_id: str, seen: list[str] | None, after: tuple[str, date, str] | None, limit: int
) -> list[dict[str, Any]]:
    """An officer's tasks by district, then due date."""
    rows = await read(BY_PLACE, officer_id, seen, *(after or ("", date.min, "")), limit)
    return [dict(row) for row in rows]


async def load_of(read: Read, organ_id: str, seen: list[str] | None, after: str, today: date, limit: int) -> list[dict[str, Any]]:
    """How much each officer of an organ has to do; officers who have never had a task are not in it."""
    return [dict(row) for row in await read(LOAD, organ_id, seen, after, today, limit)]


async def reported_districts(
    read: Read, campaign_id: str, city: str, monday: date, seen: list[str] | None
) -> list[dict[str, Any]]:
    """The districts of a city, and whether each has reported the week; those without a report are named too."""
    return [dict(row) for row in await read(REPORTED, campaign_id, city, monday, seen)]
