"""The pilot table: every figure is the sum of the rows behind it, all as of one moment, answered from counters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chassis.eventstore import Connection, Pool
from chassis.sight import Sight
from services.reporting.queries import counters
from services.reporting.queries.counters import NOTHING, Sum, add, of_days
from services.reporting.queries.definitions import FIGURES
from services.reporting.queries.periods import Span, spans_up_to
from services.reporting.queries.terms import TOTAL, Combined, Measure

FACTS = "facts"
VERSION = 5
COUNTED = 4
"""The first version that keeps counters."""

# The moment up to which the facts were projected; its day (local date) decides which jurisdictions are valid. A version before
# the one that keeps counters cannot be asked: until the switch to it nothing is known.
AS_OF = f"""
SELECT c.position AS seq, c.simulated, l.recorded_at, (l.recorded_at AT TIME ZONE 'Asia/Shanghai')::date AS day, p.generation
FROM projections p JOIN checkpoints c ON c.name = p.checkpoint LEFT JOIN ledger_copy l ON l.seq = c.position
WHERE p.name = '{FACTS}' AND p.state = 'live' AND p.version >= {COUNTED}
"""  # noqa: S608 - constant names
PROJECTED = f"""
SELECT p.generation, c.position FROM projections p JOIN checkpoints c ON c.name = p.checkpoint
WHERE p.name = '{FACTS}' AND p.state = 'live' AND p.version >= {COUNTED}
"""  # noqa: S608 - constant names
DISTRICTS = "SELECT jurisdiction_id, name FROM fact_jurisdictions ORDER BY national_code NULLS LAST, jurisdiction_id"

# Of anything but a stock all there ever was counts.
EVER = Span("y", date.min, date.max)


@dataclass(frozen=True, slots=True)
class AsOf:
    """Up to where the figures were computed: the copy's sequence, and when that event was recorded (None: no event yet).

    `generation` is the building of the fact tables that they were computed from.
    """

    seq: int
    recorded_at: datetime | None
    simulated: bool
    generation: int = 0
    day: date | None = None

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
    out_of: int


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


async def as_of(connection: Connection) -> AsOf:
    """Up to where figures are computed now."""
    at = await connection.fetchrow(AS_OF)
    if at is None:
        return AsOf(0, None, simulated=False)
    return AsOf(at["seq"], at["recorded_at"], at["simulated"], at["generation"], at["day"])


async def names_of(connection: Connection) -> Mapping[str, str]:
    """The names of the districts, in the order in which they are listed."""
    return {row["jurisdiction_id"]: row["name"] for row in await connection.fetch(DISTRICTS)}


async def counted(sight: Sight, districts: Sequence[str] | None, figures: Iterable[Measure] = FIGURES) -> Counted:
    """These figures of these districts (None: all), all as of the same moment."""
    async with sight.acquire(steady=True) as connection:
        at = await as_of(connection)
        counts = [] if at.day is None else await counts_of(connection, [*figures], at.day, districts)
        names = await names_of(connection)
    return Counted(at, counts, names)


async def counts_of(
    connection: Connection, measures: Sequence[Measure], day: date, districts: Sequence[str] | None
) -> list[Count]:  # fmt: skip
    """What each of these districts (None: all) adds to each measure: all there ever was, of a stock what there is on the day."""
    spans = {measure.name: [EVER] if measure.until is None else [*spans_up_to(day)] for measure in measures}
    sums: dict[str, dict[str, Sum]] = {measure.name: {} for measure in measures}
    looks = {name: [span for span in those if span.grain != "d"] for name, those in spans.items()}
    for one in await counters.counted(connection, looks, (TOTAL,), districts):
        add(sums[one.measure], one.district, one.sum)
    wanted = {name: [span for span in those if span.grain == "d"] for name, those in spans.items()}
    days = await of_days(connection, {name: those for name, those in wanted.items() if those}, TOTAL, districts)
    for (name, _), found in days.totals.items():
        for district, pair in found.items():
            add(sums[name], district, pair)
    return [Count(name, where, *pair) for name, found in sums.items() for where, pair in found.items() if pair != NOTHING]


def value_of(figure: Measure | Combined, counts: int, out_of: int) -> dict[str, Any]:
    """A figure's value from its sums; of a share with `counts` and `out_of`, and None if of nothing.

    A share is a percentage, or else an average; both with two digits.
    """
    if not (isinstance(figure, Combined) or figure.share):
        return {"value": counts}
    scale = 100 if figure.unit == "%" else 1
    return {"value": round(scale * counts / out_of, 2) if out_of else None, "counts": counts, "out_of": out_of}


def listed_first(names: Mapping[str, str]) -> Mapping[str, int]:
    """At which place each district is listed."""
    return {district: place for place, district in enumerate(names)}


def table_of(counted: Counted, districts: Collection[str] | None, figures: Iterable[Measure] = FIGURES) -> list[dict[str, Any]]:
    """Each figure's value and its value by district, for somebody who may see these districts (None: all)."""
    order = listed_first(counted.names)
    found: dict[str, list[Count]] = defaultdict(list)
    for count in counted.counts:
        if districts is None or count.district in districts:
            found[count.figure].append(count)
    table = []
    for figure in figures:
        mine = found[figure.name]
        mine.sort(key=lambda count: (order.get(count.district, len(order)), count.district))
        by_district = [
            {"district": c.district, "name": counted.names.get(c.district, c.district), **value_of(figure, c.counts, c.out_of)}
            for c in mine
        ]
        table.append({"name": figure.name, **value_of(figure, *_sums(mine)), "by_district": by_district})
    return table


def _sums(counts: Iterable[Count]) -> tuple[int, int]:
    mine = list(counts)
    return sum(count.counts for count in mine), sum(count.out_of for count in mine)
