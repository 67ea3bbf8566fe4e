"""The rows behind a measure, each with links to the events that told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response

from chassis.auth import Principal
from chassis.domain import Unknown
from chassis.eventstore import Connection
from chassis.http import Page, listed
from chassis.sight import Sight
from services.reporting.api.rows_taken import Form, Heading, Pages, taken
from services.reporting.queries.figures import as_of, names_of
from services.reporting.queries.periods import EARLIEST, Period
from services.reporting.queries.rows import Asked, rows_behind
from services.reporting.queries.terms import Bands, Dimension, Measure, Parts
from services.reporting.queries.words import Sizes, Words, titles_of_row

PAGE = 1000  # rows of a file that are read at once


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rows of a measure are asked for."""

    measure: Measure
    district: str | None = None
    period: Period | None = None
    by: str | None = None
    value: str = ""

    def within(self, viewer: Principal) -> Sequence[str] | None:
        """The districts, None for all; Forbidden for one that is not the viewer's."""
        if self.district is None:
            return viewer.seen_districts()
        viewer.require_district(self.district)
        return [self.district]


async def listed_rows(request: Request, viewer: Principal, seen: Sight, asked: Page, filters: Filters) -> Response:
    """A page of the rows behind a measure; Forbidden for a district that is not the viewer's."""
    districts = filters.within(viewer)
    async with seen.acquire() as connection:
        wanted, told = await _wanted(connection, request, filters, districts)
        found = await rows_behind(connection, filters.measure, wanted, asked.after_day, asked.limit + 1)
    return listed(request, asked, [told(row) for row in found], lambda row: [row["sorted_by"], row["key"]])


async def taken_rows(request: Request, viewer: Principal, seen: Sight, form: Form, filters: Filters) -> Response:
    """All of them as a file, as of one moment."""
    districts, measure = filters.within(viewer), filters.measure

    async def pages() -> Pages:
        async with seen.acquire(steady=True) as connection:
            wanted, told = await _wanted(connection, request, filters, districts)
            after: tuple[date, str] | None = None
            while found := await rows_behind(connection, measure, wanted, after, PAGE):
                yield [told(row) for row in found]
                after = found[-1]["sorted_by"], found[-1]["key"]

    period = "全部" if filters.period is None else f"{filters.period.first} 至 {filters.period.last}"
    by = [] if filters.by is None else [("分类", f"{filters.by} = {filters.value or '（空）'}")]
    notes = [("期间", period), ("辖区", filters.district or "可见的全部辖区"), *by]
    return await taken(form, Heading(measure, f"{measure.title}-明细", notes), pages())


async def _wanted(
    connection: Connection, request: Request, filters: Filters, districts: Sequence[str] | None
) -> tuple[Asked, Callable[[Mapping[str, Any]], dict[str, Any]]]:  # fmt: skip
    """What to ask for, and how a row is told: with its titles, the name of its district, and links."""
    at, names = await as_of(connection), await names_of(connection)
    words = await words_of(request.app).newest(connection)  # whoever holds one connection may not wait for another
    wanted = Asked(districts, at.day or EARLIEST, filters.period, _dimension(filters.measure, filters.by), filters.value)
    return wanted, lambda row: linked_row(filters.measure, row, names.get(row["district"]), words)


def words_of(app: FastAPI) -> Words:
    """The words that this process keeps."""
    found: Words | None = getattr(app.state, "words", None)
    if found is None:
        found = app.state.words = Words()
    return found


def _dimension(measure: Measure, by: str | None) -> Dimension | Bands | Parts | None:
    if by is None:
        return None
    found = next((one for one in measure.dimensions if one.name == by), None)
    if found is None:
        raise Unknown("dimension", by)
    return found


def linked_row(
    measure: Measure, row: Mapping[str, Any], district: str | None, words: Words, sizes: Sizes = Words.NONE
) -> dict[str, Any]:  # fmt: skip
    """A row as it is shown: with the name of its district, what its codes are called, and where its events are."""
    shown = {name: value for name, value in row.items() if name != "told_in"}
    titles = titles_of_row(measure.fact, row, words, sizes)
    return {**shown, "district_name": district or row["district"], **titles, "links": links_of(measure, row)}


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
