"""The events behind a row: those of its stream, or those of a district on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from chassis.domain import CHINA
from chassis.eventstore import ENVELOPE_COLUMNS, Connection, Pool
from services.reporting.queries.copies import Copied, copied_from

OF_STREAM = f"""
SELECT e.seq, e.source, {ENVELOPE_COLUMNS} FROM ledger_copy e
WHERE e.source = $1 AND e.stream_id = $2 AND e.version > $3 AND ($4::text[] IS NULL OR e.district = ANY($4))
ORDER BY e.version LIMIT $5
"""  # noqa: S608 - constant columns
OF_DAY = f"""
SELECT e.seq, e.source, {ENVELOPE_COLUMNS} FROM ledger_copy e
WHERE e.district = $1 AND e.occurred_at >= $2 AND e.occurred_at < $3 AND ($4::text IS NULL OR e.source = $4)
  AND (e.occurred_at, e.seq) > ($5, $6)
ORDER BY e.occurred_at, e.seq LIMIT $7
"""  # noqa: S608 - constant columns


async def events_of_stream(
    connection: Connection | Pool, source: str, stream_id: str, after: int, districts: Sequence[str] | None, limit: int
) -> list[Copied]:
    """The events of a stream after a version, in these districts (None: all)."""
    return [copied_from(row) for row in await connection.fetch(OF_STREAM, source, stream_id, after, districts, limit)]


async def events_of_day(
    connection: Connection | Pool, district: str, day: date, source: str | None, after: tuple[datetime, int] | None, limit: int
) -> list[Copied]:
    """What happened in a district on a day in China, of one service or of all, in order of time."""
    begin = datetime.combine(day, time(), CHINA)
    last = (begin, 0) if after is None else after
    found = await connection.fetch(OF_DAY, district, begin, begin + timedelta(days=1), source, *last, limit)
    return [copied_from(row) for row in found]
