"""What measures add up to over spans of time: years and months from counters, days from the rows of facts themselves.

A day's rows are few and found by an index; counters by day would be as many as rows, and most of what is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from chassis.eventstore import Connection
from chassis.sight import EVERYWHERE
from services.reporting.queries.measures import BY_NAME
from services.reporting.queries.periods import Span
from services.reporting.queries.steps import Near, Step, steps_of, values_of
from services.reporting.queries.terms import TOTAL, Measure

K = TypeVar("K")
Sum = tuple[int, int]
NOTHING: Sum = (0, 0)

# One look into the key for each span, however many events there are. Of a dimension districts are not told apart.
COUNTED = """
SELECT s.n, s.dim, c.value, CASE WHEN s.dim = '' THEN c.district ELSE '' END AS district, {sums}
FROM unnest($1::int[], $2::text[], $3::text[], $4::date[], $5::date[]) AS s(n, dim, grain, first, last)
CROSS JOIN LATERAL (
    SELECT c.value, c.district, {sums} FROM {table} c
    WHERE c.dim = s.dim AND c.grain = s.grain AND c.day BETWEEN s.first AND s.last AND {where} GROUP BY 1, 2
) AS c
GROUP BY 1, 2, 3, 4
"""
MONTHS = """
SELECT c.day, {sums} FROM unnest($1::date[], $2::date[]) AS s(first, last)
JOIN {table} c ON c.dim = '' AND c.grain = 'm' AND c.day BETWEEN s.first AND s.last AND {where}
GROUP BY 1
"""
NAMED, ALL = "c.district = ANY({place})", f"c.district <> '{EVERYWHERE}'"


class Counted(NamedTuple):
    """What the counters of a span add to a measure: in a district, or to a value of a dimension."""

    measure: str
    span: Span
    dim: str
    value: str
    district: str
    sum: Sum


async def counted(
    connection: Connection, looks: Mapping[str, Sequence[Span]], dims: Sequence[str], districts: Sequence[str] | None
) -> list[Counted]:
    """What each span of years or months adds to each measure, in these districts (None: all); the totals by district."""
    told: list[Counted] = []
    for (table, spans), measures in _together(looks).items():
        of = [(n, dim, span.grain, span.first, span.last) for dim in dims for n, span in enumerate(spans)]
        named = _sql(COUNTED, table, measures, NAMED.format(place="$6"))
        if districts is None:  # all districts together have counters of their own
            by_district = [one for one in of if one[1] == TOTAL]
            found = await _fetched(connection, _sql(COUNTED, table, measures, ALL), by_district)
            found += await _fetched(connection, named, [one for one in of if one[1] != TOTAL], [EVERYWHERE])
        else:
            found = await _fetched(connection, named, of, _named(districts))
        for n, dim, value, district, *sums in found:
            told += [Counted(name, spans[n], dim, value, district, pair) for name, pair in _pairs(measures, sums)]
    return told


async def by_month(
    connection: Connection, measures: Sequence[Measure], spans: Sequence[Span], districts: Sequence[str] | None
) -> Mapping[tuple[str, date], Sum]:
    """What each month of these spans adds to each measure in all these districts together."""
    told: dict[tuple[str, date], Sum] = {}
    for (table, of), names in _together({measure.name: spans for measure in measures}).items():
        sql = _sql(MONTHS, table, names, NAMED.format(place="$3"))
        days = [(span.first, span.last) for span in of]
        for day, *sums in await _fetched(connection, sql, days, [EVERYWHERE] if districts is None else _named(districts)):
            told |= {(name, day): pair for name, pair in _pairs(names, sums)}
    return told


def _together(looks: Mapping[str, Sequence[Span]]) -> Mapping[tuple[str, tuple[Span, ...]], list[str]]:
    """Measures whose counters stand in the same rows, and that are asked for the same spans."""
    found: dict[tuple[str, tuple[Span, ...]], list[str]] = defaultdict(list)
    for name, spans in looks.items():
        if spans:
            found[BY_NAME[name].fact.sums, tuple(spans)].append(name)
    return found


def _sql(sql: str, table: str, names: Sequence[str], where: str) -> str:
    sums = ", ".join(f"sum(c.{column})::bigint AS {column}" for name in names for column in BY_NAME[name].columns)
    return sql.format(sums=sums, table=table, where=where)


def _pairs(names: Sequence[str], sums: Sequence[int]) -> list[tuple[str, Sum]]:
    """The sums of each measure, of those that have any."""
    told, place = [], 0
    for name in names:
        share = BY_NAME[name].share
        pair = sums[place], sums[place + 1] if share else 0
        place += 1 + share
        if pair != NOTHING:
            told.append((name, pair))
    return told


async def _fetched(connection: Connection, sql: str, of: list[tuple[Any, ...]], *args: Any) -> list[Any]:
    if not of:
        return []
    found: list[Any] = await connection.fetch(sql, *map(list, zip(*of, strict=True)), *args)
    return found


def _named(districts: Sequence[str]) -> list[str]:
    """What stands for all of them together is no district."""
    return [one for one in districts if one != EVERYWHERE]


def add(to: dict[K, Sum], key: K, pair: Sum) -> None:
    """Several spans, and several kinds of steps, add to the same."""
    before = to.get(key, NOTHING)
    to[key] = before[0] + pair[0], before[1] + pair[1]


@dataclass(slots=True)
class Days:
    """What the rows of facts add on days: by measure and span in each district and to each value, by measure on each day."""

    totals: dict[tuple[str, Span], dict[str, Sum]] = field(default_factory=lambda: defaultdict(dict))
    values: dict[tuple[str, Span], dict[str, Sum]] = field(default_factory=lambda: defaultdict(dict))
    points: dict[tuple[str, date], Sum] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scan:
    """Steps that the same rows of a fact take on the same days, of one measure or of several: read at once."""

    table: str
    day: str
    near: Near
    of: tuple[str, str] | None  # a dimension and a value, where the steps are of one
    value: str | None  # SQL for the value of the dimension that is asked for, if it is a column
    steps: tuple[tuple[str, Step], ...]

    def sql(self, told: str, grouped: str) -> str:
        """What its rows add to each measure, grouped by what is told before it; $1 to $3 are spans, $4 districts."""
        near = " OR ".join(_between(column, days) for column, days in self.near)
        whens = {step.when for _, step in self.steps}
        where = ["($4::text[] IS NULL OR f.district = ANY($4))", *([whens.pop()] if len(whens) == 1 else [])]
        # Behind a fence: days are looked up by their index, never all there ever was of some districts held against each span.
        source = f"(SELECT * FROM {self.table} f WHERE {near} OFFSET 0) AS f"  # noqa: S608 - constant names
        if len(self.near) > 1:
            where.append(f"{self.day} BETWEEN s.first AND s.last")
        adds, sums = [], []
        for n, (_, step) in enumerate(self.steps):
            for name, term in (("c", step.counts), ("o", step.out_of)):
                if term == "0":
                    sums.append("0::bigint")
                    continue
                adds.append(f"CASE WHEN {step.when} THEN {term} END AS {name}{n}" if whens else f"{term} AS {name}{n}")
                sums.append(f"coalesce(sum({name}{n}), 0)::bigint")
        return f"""
        SELECT {told}, {", ".join(sums)}
        FROM unnest($1::int[], $2::date[], $3::date[]) AS s(n, first, last)
        CROSS JOIN LATERAL (
            SELECT {self.day} AS day, f.district, {self.value or "NULL"} AS value, {", ".join(adds)}
            FROM {source} WHERE {" AND ".join(where)}
        ) AS f GROUP BY {grouped}
        """  # noqa: S608 - constant names


def _between(column: str, days: int) -> str:
    return f"f.{column} BETWEEN s.first - ({days}) AND s.last - ({days})" if days else f"f.{column} BETWEEN s.first AND s.last"


@cache
def scans_of(names: tuple[str, ...], dim: str) -> tuple[Scan, ...]:
    """How the days of these measures are read, in all and by the values of a dimension (unless it is empty)."""
    found: dict[tuple[str, str, Near, tuple[str, str] | None, str | None], list[tuple[str, Step]]] = defaultdict(list)
    for name in names:
        measure = BY_NAME[name]
        value = values_of(measure, dim) if dim else None
        for step in steps_of(measure):
            if step.of is None:
                found[measure.fact.table, step.day, step.near, None, value].append((name, step))
            elif step.of[0] == dim:
                found[measure.fact.table, step.day, step.near, step.of, None].append((name, step))
    return tuple(Scan(*kind, tuple(steps)) for kind, steps in found.items())


async def of_days(
    connection: Connection, wanted: Mapping[str, Collection[Span]], dim: str, districts: Sequence[str] | None,
    points: Sequence[Span] = (),
) -> Days:  # fmt: skip
    """What the rows of facts add to measures, each over the spans of days that are wanted of it; and on each day of `points`.

    Spans that overlap are cut into pieces, so that no row is read twice.
    """
    days = Days()
    for scan in scans_of(tuple(sorted(wanted)), dim):
        spans = {span for name, _ in scan.steps for span in wanted[name]}
        traced = points if scan.of is None else ()
        pieces = _pieces([*spans, *traced])
        summed = [piece for piece in pieces if any(_within(piece, span) for span in spans)]
        if traced:
            alone = [piece for piece in pieces if piece not in summed]
            await _read(connection, scan, ("f.day, NULL, NULL, NULL::int", "f.day"), alone, districts, wanted, days)
        await _read(connection, scan, _grouping(scan, daily=bool(traced)), summed, districts, wanted, days)
    return days


async def _read(
    connection: Connection, scan: Scan, grouping: tuple[str, str], pieces: Sequence[Span], districts: Sequence[str] | None,
    wanted: Mapping[str, Collection[Span]], days: Days,
) -> None:  # fmt: skip
    if not pieces:
        return
    of = [[*range(len(pieces))], [piece.first for piece in pieces], [piece.last for piece in pieces]]
    for day, district, value, n, *sums in await connection.fetch(scan.sql(*grouping), *of, districts):
        for place, (name, _) in enumerate(scan.steps):
            pair = (sums[2 * place], sums[2 * place + 1])
            if pair == NOTHING:
                continue
            if day is not None:
                add(days.points, (name, day), pair)
                continue
            for span in wanted[name]:
                if _within(pieces[n], span):
                    told = (-pair[0], -pair[1]) if span.less else pair
                    if district is not None:
                        add(days.totals[name, span], district, told)
                    else:
                        add(days.values[name, span], value if scan.of is None else scan.of[1], told)


def _pieces(spans: Sequence[Span]) -> list[Span]:
    """Spans of which none overlaps another, and of which each of these is made."""
    cuts = sorted({day for span in spans for day in (span.first, span.last + timedelta(days=1))})
    found = [Span("d", first, last - timedelta(days=1)) for first, last in pairwise(cuts)]
    return [piece for piece in found if any(_within(piece, span) for span in spans)]


def _within(piece: Span, span: Span) -> bool:
    return span.first <= piece.first and piece.last <= span.last


def _grouping(scan: Scan, *, daily: bool) -> tuple[str, str]:
    """What is told of each group, and how rows are grouped: by district and by value in each piece, by day."""
    if scan.of is not None:
        return "NULL::date, NULL, NULL, s.n", "s.n"
    sets = ["(s.n, f.district)", *(["(s.n, f.value)"] if scan.value is not None else []), *(["(f.day)"] if daily else [])]
    told = ("f.day" if daily else "NULL::date", "f.district", "NULL" if scan.value is None else "f.value", "s.n")
    return ", ".join(told), f"GROUPING SETS ({', '.join(sets)})"
