"""The rows behind a line as of a moment, paged."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request, Response

from chassis.domain import Unknown
from chassis.http import Page, listed
from services.reporting.api.kept import ROWS, kept_by
from services.reporting.api.rows import linked_row
from services.reporting.projections.tables import Span, rows_of
from services.reporting.queries.bulletins import Line


async def listed_as_of(
    request: Request, page: Page, line: Line, measure: str | None, span: Span, scope: Sequence[str]
) -> Response:  # fmt: skip
    """A page of the rows of one of a line's measures (the first, if none is named) in some districts; Unknown for another's."""
    chosen = next((one for one in line.measures if measure in (None, one.name)), None)
    if chosen is None:
        raise Unknown("measure", str(measure))
    key = (line.name, chosen.name, span.name, span.cut.at, span.cut.key, span.period)
    pool = request.app.state.pool
    all_rows = await kept_by(request.app, ROWS).get(key, lambda: rows_of(pool, line, chosen, span, None))
    after = page.after_day
    mine = [
        row for row in all_rows
        if row["district"] in scope and (after is None or (row["sorted_by"], row["key"]) > (after[0].isoformat(), after[1]))
    ]  # fmt: skip
    linked = [linked_row(chosen, row) for row in mine[: page.limit + 1]]
    return listed(request, page, linked, lambda row: [row["sorted_by"], row["key"]])
