"""What is told to others about serious cases: closures proposed to the government, penalties reported to the organ above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.eventstore import Pool
from chassis.sight import Sight

CLOSURES = """
SELECT * FROM closure_list
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR organ_id = $3)
  AND ($4::date IS NULL OR (reached_on, enterprise_id) > ($4, $5))
ORDER BY reached_on, enterprise_id LIMIT $6
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureFilter:
    """Which closures a list is asked for; None means any."""

    districts: list[str] | None
    state: str | None
    organ_id: str | None


async def closures(db: Pool | Sight, wanted: ClosureFilter, after: tuple[date, str] | None, limit: int) -> Sequence[Any]:
    """Enterprises that reached the number, the earliest first, at most `limit`."""
    return await db.fetch(CLOSURES, wanted.districts, wanted.state, wanted.organ_id, *(after or (None, None)), limit)


SUPERIOR_REPORTS = """
SELECT * FROM superior_reports
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR state = $2)
  AND ($3::date IS NULL OR (report_by, report_key) > ($3, $4))
ORDER BY report_by, report_key LIMIT $5
"""


async def superior_reports(
    db: Pool | Sight, districts: list[str] | None, state: str | None, after: tuple[date, str] | None, limit: int
) -> Sequence[Any]:
    """Serious penalties by the day until which they are to be reported, at most `limit`."""
    return await db.fetch(SUPERIOR_REPORTS, districts, state, *(after or (None, None)), limit)
