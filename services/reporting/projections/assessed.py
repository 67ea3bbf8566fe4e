"""The table of an assessment: the lines that may be assessed, over a period and over its year so far, as of one cut."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.eventstore import Connection, Pool
from services.reporting.projections.tables import Span, Table, summed
from services.reporting.queries.asof import Cut
from services.reporting.queries.bulletins import LINES
from services.reporting.queries.measures.register import SITES
from services.reporting.queries.periods import Period
from services.reporting.queries.scoring import ASSESSABLE, PERIOD, YEAR


@dataclass(frozen=True, slots=True)
class Assessed:
    """A period, its cut, and its table."""

    period: Period
    cut: Cut
    spans: dict[str, Span]
    table: Table

    def sites(self, district: str) -> int:
        """How many sites a district has on file at the end of the period."""
        return self.table.total(PERIOD, SITES.name, [district])[0]


async def assessed(source: Connection | Pool, period: Period, cut: Cut) -> Assessed:
    """The table of a period as of a cut."""
    so_far = Period(period.last.replace(month=1, day=1), period.last)
    spans = {PERIOD: Span(PERIOD, cut, period), YEAR: Span(YEAR, cut, so_far)}
    lines = [*ASSESSABLE.values(), LINES[SITES.name]]
    return Assessed(period, cut, spans, await summed(source, lines, [*spans.values()]))
