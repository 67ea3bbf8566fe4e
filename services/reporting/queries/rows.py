"""The rows behind a figure: those of a period, or of a stock on a day; of one value of one dimension, if one is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.eventstore import Connection
from chassis.sight import Sight
from services.reporting.queries.periods import Period
from services.reporting.queries.terms import Bands, Dimension, Measure, Parts


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows are asked for: in which districts (None: all), of which period (None: all there are, of a stock on `day`)."""

    districts: Sequence[str] | None
    day: date
    period: Period | None = None
    dim: Dimension | Bands | Parts | None = None
    value: str = ""


async def rows_behind(
    source: Connection | Sight, measure: Measure, asked: Asked, after: tuple[date, str] | None, limit: int
) -> list[dict[str, Any]]:
    """The rows behind a measure, by the day on which they count (of a stock: on which they no longer do) and key."""
    sql, args = _statement(measure, asked, after, limit)
    return [_shown(row) for row in await source.fetch(sql, *args)]


def _statement(
    measure: Measure, asked: Asked, after: tuple[date, str] | None, limit: int
) -> tuple[str, list[Any]]:  # fmt: skip
    last = asked.day if asked.period is None else asked.period.last
    first = date.min if asked.period is None else asked.period.first
    # What is counted without a period was counted by whatever day it tells, also one that is still to come.
    upto = date.max if asked.period is None and measure.until is None else last
    args: list[Any] = [asked.districts, first, upto, limit]
    order = measure.until or measure.day
    where = [condition.sql for condition in measure.where]
    where.append("($1::text[] IS NULL OR f.district = ANY($1))")
    if measure.until is None:
        where.append(f"f.{measure.day} BETWEEN $2 AND $3")
    else:
        where.append(f"f.{measure.day} <= $3 AND f.{measure.until} > $3 AND $2::date IS NOT NULL")
    where += _of_value(asked, args)
    if after is not None:
        where.append(f"(f.{order}, f.{measure.fact.key}) > (${len(args) + 1}, ${len(args) + 2})")
        args += after
    fact = measure.fact
    site = f"f.{fact.about} AS enterprise_id, e.name AS enterprise_name, " if fact.about else ""
    named = f"LEFT JOIN fact_enterprises e ON e.enterprise_id = f.{fact.about}" if fact.about else ""
    stream = f"f.{fact.of or fact.key} AS told_in, "
    shown = ", ".join(f"f.{column}" for column in fact.shown)
    sql = (
        f"SELECT f.{fact.key} AS key, f.district, f.{order} AS sorted_by, {_counts(measure, asked)}, {site}{stream}{shown} "  # noqa: S608 - constant names
        f"FROM {fact.table} f {named} WHERE {' AND '.join(where)} ORDER BY f.{order}, f.{fact.key} LIMIT $4"
    )
    return sql, args


def _of_value(asked: Asked, args: list[Any]) -> list[str]:
    match asked.dim:
        case Dimension() as dim if asked.value:
            args.append(asked.value)
            return [f"f.{dim.column} = ${len(args)}"]
        case Dimension() as dim:
            return [f"(f.{dim.column} IS NULL OR f.{dim.column} = '')"]
        case Bands() as bands:
            return [bands.sql(asked.value, "$3::date")]
        case Parts() as parts if asked.value not in parts.parts:
            return ["false"]
        case _:
            return []


def _counts(measure: Measure, asked: Asked) -> str:
    if measure.parts is not None:
        chosen = [
            column
            for name, (column, _, _) in measure.parts.parts.items()
            if asked.dim is not measure.parts or name == asked.value
        ]
        known = " + ".join(f"coalesce(f.{column} <= $3, false)::int" for column in chosen) or "0"
        return f"{known} AS counts, {len(chosen)} AS out_of"
    out_of = "" if measure.out_of is None else f", {measure.out_of.sql} AS out_of"
    return f"{measure.counts.sql} AS counts{out_of}"


def _shown(row: Any) -> dict[str, Any]:
    """Days that have not come are not shown; `sorted_by` is for the cursor."""
    return {name: None if value == date.max and name != "sorted_by" else value for name, value in row.items()}
