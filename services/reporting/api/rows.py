"""The rows behind a measure, each with links to the events that told of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from chassis.auth import Principal
from chassis.domain import Unknown
from chassis.http import Page, listed
from chassis.sight import Sight
from services.reporting.queries.figures import as_of
from services.reporting.queries.periods import EARLIEST, Period
from services.reporting.queries.rows import Asked, rows_behind
from services.reporting.queries.terms import Bands, Dimension, Measure, Parts


async def listed_rows(
    request: Request, viewer: Principal, seen: Sight, measure: Measure, asked: Page, district: str | None,
    period: Period | None = None, by: str | None = None, value: str = "",
) -> Response:  # fmt: skip
    """A page of the rows behind a measure; Forbidden for a district that is not the viewer's."""
    if district is not None:
        viewer.require_district(district)
    districts = viewer.seen_districts() if district is None else [district]
    async with seen.acquire() as connection:
        at = await as_of(connection)
    wanted = Asked(districts, at.day or EARLIEST, period, _dimension(measure, by), value)
    found = await rows_behind(seen, measure, wanted, asked.after_day, asked.limit + 1)
    linked = [linked_row(measure, row) for row in found]
    return listed(request, asked, linked, lambda row: [row["sorted_by"], row["key"]])


def _dimension(measure: Measure, by: str | None) -> Dimension | Bands | Parts | None:
    if by is None:
        return None
    found = next((one for one in measure.dimensions if one.name == by), None)
    if found is None:
        raise Unknown("dimension", by)
    return found


def linked_row(measure: Measure, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as it is shown, with where its events are."""
    shown = {name: value for name, value in row.items() if name != "told_in"}
    return {**shown, "links": links_of(measure, row)}


def links_of(measure: Measure, row: Mapping[str, Any]) -> dict[str, str]:
    """Where the events of a row are, and the history that it is part of."""
    fact = measure.fact
    source = fact.source or row.get("service")
    if fact.stream or source == "penalty":
        events = {"service": source, "stream_id": f"{fact.stream}{row['told_in']}"}
    else:
        events = {"district": row["district"], "day": row["told_in"]} | ({"service": source} if source else {})
    links = {"events": f"/v1/events?{urlencode(events)}"}
    if row.get("enterprise_id"):
        links["enterprise"] = f"/v1/histories/enterprises/{row['enterprise_id']}"
    if fact.table == "fact_cases" and row["kind"] != "spot":
        links["case"] = f"/v1/histories/cases/{row['key']}"
    return links
