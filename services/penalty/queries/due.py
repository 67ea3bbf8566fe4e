"""What the calendar of clocks asks of its tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.eventstore import Pool
from chassis.sight import Sight

CALENDAR = """
SELECT c.clock_id, c.kind, c.case_id, c.party_id, c.district, c.organ_id, c.case_no, c.enterprise_name, c.due_on,
  c.period FROM calendar c
WHERE c.running AND ($1::text[] IS NULL OR c.district = ANY($1)) AND ($2::text IS NULL OR c.organ_id = $2)
  AND ($3::text IS NULL OR c.case_id = $3) AND ($4::date IS NULL OR c.due_on <= $4)
  AND ($5::text IS NULL OR c.case_id IN (SELECT o.case_id FROM calendar_officers o WHERE o.officer_id = $5 AND o.handles))
  AND ($6::date IS NULL OR (c.due_on, c.clock_id) > ($6, $7))
ORDER BY c.due_on, c.clock_id LIMIT $8
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFilter:
    """Which clocks are asked for; None means any."""

    districts: list[str] | None
    organ_id: str | None
    case_id: str | None
    until: date | None
    officer_id: str | None


async def calendar(pool: Pool | Sight, wanted: CalendarFilter, after: tuple[date, str] | None, limit: int) -> Sequence[Any]:
    """Clocks that run, or ran out with nothing done, the next first, at most `limit`."""
    due_on, clock_id = after or (None, None)
    return await pool.fetch(
        CALENDAR, wanted.districts, wanted.organ_id, wanted.case_id, wanted.until, wanted.officer_id, due_on, clock_id, limit
    )
