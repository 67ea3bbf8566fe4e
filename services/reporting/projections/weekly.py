"""The table of a week: it, the week before and the same week a year earlier, each as of its own end, and the year so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.eventstore import Connection, Pool
from services.reporting.projections.tables import Span, Table, summed
from services.reporting.queries.asof import Cut, cut_at
from services.reporting.queries.bulletins import LINES
from services.reporting.queries.periods import Period
from services.reporting.queries.sums import Sum
from services.reporting.queries.weeks import Week

WEEK, BEFORE, LAST_YEAR, YEAR, YEAR_BEFORE = "week", "week_before", "last_year", "year", "year_before"
EARLIER, EARLIER_TOLD = "earlier", "earlier_told"
"""The days of the year before the week, as of the week's end, and as they were told a week before: the difference came late."""
ASKED = (WEEK, BEFORE, LAST_YEAR, YEAR, YEAR_BEFORE)


@dataclass(frozen=True, slots=True)
class Weekly:
    """The table of a week, its cut and those of the weeks that it is compared with."""

    week: Week
    cut: Cut
    spans: dict[str, Span]
    table: Table

    def late(self, line: str, districts: list[str]) -> Sum:
        """What was recorded since the last bulletin of days that it had told already (补录); less than nothing if withdrawn."""
        now, then = (self.table.total(span, line, districts) for span in (EARLIER, EARLIER_TOLD))
        return now[0] - then[0], now[1] - then[1]


async def cuts_of(source: Connection | Pool, week: Week, at: datetime) -> dict[datetime, Cut]:
    """The cuts that the table of a week rests on, by moment."""
    moments = [at, week.before.end, *([week.year_before.end] if week.year_before is not None else [])]
    return {moment: await cut_at(source, moment) for moment in moments}


def spans_of(week: Week, at: datetime, cuts: dict[datetime, Cut]) -> dict[str, Span]:
    """The spans of a week's table, as of a moment after it began."""
    cut, before = cuts[at], cuts[week.before.end]
    earlier = Period(week.so_far.first, week.first - timedelta(days=1))
    spans = [
        Span(WEEK, cut, week.days), Span(BEFORE, before, week.before.days), Span(YEAR, cut, week.so_far, cumulative=True),
    ]  # fmt: skip
    if (last := week.year_before) is not None:
        spans += [Span(LAST_YEAR, cuts[last.end], last.days), Span(YEAR_BEFORE, cuts[last.end], last.so_far, cumulative=True)]
    if earlier.first <= earlier.last:
        spans += [Span(EARLIER, cut, earlier, cumulative=True), Span(EARLIER_TOLD, before, earlier, cumulative=True)]
    return {span.name: span for span in spans}


async def weekly(source: Connection | Pool, week: Week, at: datetime, cuts: dict[datetime, Cut]) -> Weekly:
    """The table of a week as of a moment."""
    spans = spans_of(week, at, cuts)
    return Weekly(week, cuts[at], spans, await summed(source, [*LINES.values()], [*spans.values()]))
