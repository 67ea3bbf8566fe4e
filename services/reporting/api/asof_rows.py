"""The rows behind a line as of a moment: paged, or all of them as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from chassis.domain import CHINA, Unknown
from chassis.http import Page, listed
from services.reporting.api.kept import ROWS, kept_by
from services.reporting.api.rows import PAGE, linked_row, words_of
from services.reporting.api.rows_taken import Form, Heading, Pages, taken
from services.reporting.projections.tables import Span, Table, rows_of
from services.reporting.queries.bulletins import Line
from services.reporting.queries.terms import Measure
from services.reporting.queries.words import Words


@dataclass(frozen=True, slots=True)
class LineRows:
    """The rows of one of a line's measures in a span and some districts, with the table that names the districts."""

    measure: Measure
    line: Line
    span: Span
    scope: Sequence[str]
    table: Table

    async def read(self, request: Request) -> tuple[list[dict[str, Any]], Words]:
        """All rows, in order, and the words by which they are told."""
        key = (self.line.name, self.measure.name, self.span.name, self.span.cut.at, self.span.cut.key, self.span.period)
        pool = request.app.state.pool
        found = await kept_by(request.app, ROWS).get(key, lambda: rows_of(pool, self.line, self.measure, self.span, None))
        return [row for row in found if row["district"] in self.scope], await words_of(request.app).newest(pool)

    def told(self, row: Mapping[str, Any], words: Words) -> dict[str, Any]:
        """A row as it is shown, its codes called as they were called by then."""
        return linked_row(self.measure, row, self.table.name(row["district"]), words, self.span.cut.sizes)


def line_rows(line: Line, measure: str | None, span: Span, scope: Sequence[str], table: Table) -> LineRows:
    """Of one of a line's measures (the first, if none is named); Unknown for another's."""
    chosen = next((one for one in line.measures if measure in (None, one.name)), None)
    if chosen is None:
        raise Unknown("measure", str(measure))
    return LineRows(chosen, line, span, scope, table)


async def listed_as_of(request: Request, page: Page, of: LineRows) -> Response:
    """A page of the rows."""
    after = page.after_day
    rows, words = await of.read(request)
    mine = [row for row in rows if after is None or (row["sorted_by"], row["key"]) > (after[0].isoformat(), after[1])]
    told = [of.told(row, words) for row in mine[: page.limit + 1]]
    return listed(request, page, told, lambda row: [row["sorted_by"], row["key"]])


async def taken_as_of(request: Request, form: Form, of: LineRows, district: str | None) -> Response:
    """All of them as a file."""
    rows, words = await of.read(request)

    async def pages() -> Pages:
        for begin in range(0, len(rows), PAGE):
            yield [of.told(row, words) for row in rows[begin : begin + PAGE]]

    at, days = of.span.cut.at.astimezone(CHINA), of.span.period
    notes = [
        ("期间", f"{days.first} 至 {days.last}"), ("辖区", "可见的全部辖区" if district is None else of.table.name(district)),
        ("数据截至", f"{at:%Y-%m-%d %H:%M} 以前记录的事项"),
    ]  # fmt: skip
    return await taken(form, Heading(of.measure, f"{of.line.named[0]}-{days.last}-明细", notes), pages())
