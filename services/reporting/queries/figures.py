"""The pilot table: every figure is the sum of the rows behind it, all as of one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.eventstore import Connection, Pool
from services.reporting.queries.definitions import FIGURES, Figure

FACTS = "facts"

# The moment up to which the facts were projected; its day (local date) decides which jurisdictions are valid.
AS_OF = f"""
SELECT c.position AS seq, c.simulated, l.recorded_at, (l.recorded_at AT TIME ZONE 'Asia/Shanghai')::date AS day, p.generation
FROM projections p JOIN checkpoints c ON c.name = p.checkpoint LEFT JOIN ledger_copy l ON l.seq = c.position
WHERE p.name = '{FACTS}' AND p.state = 'live'
"""  # noqa: S608 - a constant name
PROJECTED = f"""
SELECT p.generation, c.position FROM projections p JOIN checkpoints c ON c.name = p.checkpoint
WHERE p.name = '{FACTS}' AND p.state = 'live'
"""  # noqa: S608 - a constant name
DISTRICTS = "SELECT jurisdiction_id, name FROM fact_jurisdictions ORDER BY national_code NULLS LAST, jurisdiction_id"


def _counted(figure: Figure) -> str:
    out_of = "sum(r.out_of)" if figure.share else "NULL"
    return (
        f"SELECT '{figure.name}' AS figure, r.district, sum(r.counts)::bigint AS counts, {out_of}::bigint AS out_of "  # noqa: S608
        f"FROM ({figure.rows}) r WHERE $1::text[] IS NULL OR r.district = ANY($1) GROUP BY r.district"
    )


COUNTED = f"WITH as_of AS MATERIALIZED ({AS_OF}) " + " UNION ALL ".join(_counted(figure) for figure in FIGURES)


@dataclass(frozen=True, slots=True)
class AsOf:
    """Up to where the figures were computed: the copy's sequence, and when that event was recorded (None: no event yet).

    `generation` is the building of the fact tables that they were computed from.
    """

    seq: int
    recorded_at: datetime | None
    simulated: bool
    generation: int = 0

    @property
    def edition(self) -> tuple[int, int]:
        """Changes whenever the figures may have changed."""
        return self.generation, self.seq


@dataclass(frozen=True, slots=True)
class Count:
    """What one district adds to one figure; `out_of` only for a share."""

    figure: str
    district: str
    counts: int
    out_of: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """All figures at one moment, by district, and the districts' names by national code."""

    as_of: AsOf
    counts: Sequence[Count]
    names: Mapping[str, str]


async def edition(connection: Connection | Pool) -> tuple[int, int]:
    """The generation of the fact tables that is live, and the sequence up to which it is projected."""
    row = await connection.fetchrow(PROJECTED)
    return (0, 0) if row is None else (row["generation"], row["position"])


async def counted(pool: Pool, districts: Sequence[str] | None) -> Counted:
    """The figures of these districts (None: all), all as of the same moment."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        at = await connection.fetchrow(AS_OF)
        rows = await connection.fetch(COUNTED, districts)
        names = {row["jurisdiction_id"]: row["name"] for row in await connection.fetch(DISTRICTS)}
    as_of = AsOf(0, None, simulated=False)
    if at is not None:
        as_of = AsOf(at["seq"], at["recorded_at"], at["simulated"], at["generation"])
    return Counted(as_of, [Count(*row.values()) for row in rows], names)


async def rows_behind(
    pool: Pool, figure: Figure, districts: Sequence[str] | None, after: str | None, limit: int
) -> list[dict[str, Any]]:
    """The rows behind a figure in these districts, by key, at most `limit` after the key `after`."""
    sql = (
        f"WITH as_of AS MATERIALIZED ({AS_OF}) SELECT r.* FROM ({figure.rows}) r "  # noqa: S608 - constant SQL
        "WHERE ($1::text[] IS NULL OR r.district = ANY($1)) AND ($2::text IS NULL OR r.key > $2) ORDER BY r.key LIMIT $3"
    )
    return [dict(row) for row in await pool.fetch(sql, districts, after, limit)]


def value_of(figure: Figure, counts: Iterable[Count]) -> dict[str, Any]:
    """A figure's value from its counts; a share is a percentage (two digits) with `counts` and `out_of`, None if of nothing."""
    mine = list(counts)
    total = sum(count.counts for count in mine)
    if not figure.share:
        return {"value": total}
    out_of = sum(count.out_of or 0 for count in mine)
    return {"value": round(100 * total / out_of, 2) if out_of else None, "counts": total, "out_of": out_of}


def table_of(counted: Counted, districts: Sequence[str] | None) -> list[dict[str, Any]]:
    """Every figure's value and its value by district, for somebody who may see these districts (None: all)."""
    order = {district: place for place, district in enumerate(counted.names)}
    table = []
    for figure in FIGURES:
        mine = [c for c in counted.counts if c.figure == figure.name and (districts is None or c.district in districts)]
        mine.sort(key=lambda count: (order.get(count.district, len(order)), count.district))
        by_district = [
            {"district": c.district, "name": counted.names.get(c.district, c.district), **value_of(figure, [c])} for c in mine
        ]
        table.append({"name": figure.name, **value_of(figure, mine), "by_district": by_district})
    return table
