"""The panels of dashboards: their definitions, their figures of a period beside the year before, the rows behind each."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from chassis.domain import Unknown
from chassis.http import WRITTEN, Db, Paged, Seen, answer_json
from chassis.problems import BadRequest
from services.reporting.api.answers import FigureRows, Panels, answers
from services.reporting.api.answers import Panel as PanelAnswer
from services.reporting.api.definitions import as_of_json, definition, dimension, rows_of, titles_of
from services.reporting.api.rows import Filters, listed_rows, taken_rows, words_of
from services.reporting.api.rows_taken import ANSWERS, Form
from services.reporting.api.viewers import Viewer, shows_at_least
from services.reporting.queries.copies import head_of
from services.reporting.queries.definitions import PANEL, PANELS, Panel
from services.reporting.queries.figures import listed_first, value_of
from services.reporting.queries.measures import BY_NAME
from services.reporting.queries.panels import BEFORE, NOW, Shown, combined, points_of, shown
from services.reporting.queries.periods import Period, parsed
from services.reporting.queries.terms import Combined, Measure
from services.reporting.queries.words import Words

router = APIRouter()
LONGEST = 3660  # days
FIRST, LAST = date(1949, 10, 1), date(2999, 12, 31)


Day = Annotated[date, Field(ge=FIRST, le=LAST), WRITTEN]


async def period_of(
    period: str | None = None,
    first: Annotated[Day | None, Query(alias="from")] = None,
    until: Annotated[Day | None, Query()] = None,
) -> Period | None:
    """FastAPI dependency: `?period=2021`, `2021-Q3` or `2021-09`, or `?from=` and `?until=`; None if nothing is said."""
    if period is None and first is None and until is None:
        return None
    if period is not None and first is None and until is None:
        found = parsed(period)
    else:
        found = Period(first, until) if period is None and first is not None and until is not None else None
    if found is None or not 0 <= (found.last - found.first).days <= LONGEST or not FIRST <= found.first <= found.last <= LAST:
        zh = "期间应为 2021、2021-Q3、2021-09，或由 from 与 until 给出，不超过十年"
        raise BadRequest("bad-period", zh, "a period is 2021, 2021-Q3, 2021-09, or from and until, of ten years at most")
    return found


period_of.__needs__ = ("period",)  # type: ignore[attr-defined]
Of = Annotated[Period | None, Depends(period_of)]


async def behind(
    name: str, period: Of, by: str | None = None, value: str = "", district: str | None = None
) -> Filters:  # fmt: skip
    """FastAPI dependency: which rows of the measure of the path; Unknown if there is no such measure."""
    if (measure := BY_NAME.get(name)) is None:
        raise Unknown("measure", name)
    return Filters(measure, district, period, by, value)


Behind = Annotated[Filters, Depends(behind)]


@router.get("/panels", responses=answers(Panels))
async def panels(_: Viewer) -> Response:
    """Every panel: its figures with their definitions, and by what each can be broken down."""
    return answer_json({"items": [_described(panel) for panel in PANELS]})


def _described(panel: Panel) -> dict[str, Any]:
    figures = [
        {"name": figure.name, **definition(figure), "by": [dimension(one) for one in figure.dimensions]}
        for figure in panel.figures
    ]
    told = {"name": panel.name, "title": panel.title, "title_en": panel.title_en}
    return {**told, "href": f"/v1/panels/{panel.name}", "figures": figures}


@router.get("/panels/{name}", dependencies=[Depends(shows_at_least)], responses=answers(PanelAnswer))
async def panel(
    request: Request, name: str, viewer: Viewer, db: Db, seen: Seen, period: Of, by: str | None = None,
    district: str | None = None,
) -> Response:  # fmt: skip
    """A panel's figures of a period (this year so far), each with the same period of the year before, by district, as a series.

    `by` breaks down those figures that have such a dimension. A period that goes beyond the last event is taken up to its day,
    and the year before too, so that both are equally long.
    """
    if (found := PANEL.get(name)) is None:
        raise Unknown("panel", name)
    if by is not None and not any(one.name == by for figure in found.figures for one in figure.dimensions):
        raise Unknown("dimension", by)
    if district is not None:
        viewer.require_district(district)
    districts = viewer.seen_districts() if district is None else [district]
    of = await shown(seen, found, period, by or "", districts)
    words = None if by is None else await words_of(request.app).newest(db)
    head = await head_of(db)
    return answer_json({
        "name": found.name, "title": found.title, "title_en": found.title_en, "as_of": as_of_json(of.as_of),
        "head": {"epoch": head.epoch, "seq": head.seq}, "period": _days(of.period), "last_year": _days(of.period.year_before),
        "figures": [_told(figure, of, by, district, words) for figure in found.figures],
    })  # fmt: skip


def _days(period: Period) -> dict[str, date]:
    return {"from": period.first, "until": period.last}


def _told(figure: Measure | Combined, of: Shown, by: str | None, district: str | None, words: Words | None) -> dict[str, Any]:
    chosen = {} if district is None else {"district": district}
    told = {
        "name": figure.name, **definition(figure), "as_of": as_of_json(of.as_of),
        **_pair(figure, of, lambda which: lambda measure: of.sums.total(which, measure), **chosen),
        "by_district": _by_district(figure, of), "series": _series(figure, of),
    }  # fmt: skip
    return told | ({} if by is None or words is None else {"by": by, "values": _by_value(figure, of, by, chosen, words)})


def _pair(figure: Measure | Combined, of: Shown, sum_of: Any, **chosen: str) -> dict[str, Any]:
    """A figure's value with last year's beside it, each with the link to its rows."""
    return {
        **value_of(figure, *combined(figure, sum_of(NOW))), "rows": rows_of(figure, of.period, **chosen),
        "last_year": {
            **value_of(figure, *combined(figure, sum_of(BEFORE))), "rows": rows_of(figure, of.period.year_before, **chosen),
        },
    }  # fmt: skip


def _measures(figure: Measure | Combined) -> tuple[Measure, ...]:
    return (figure,) if isinstance(figure, Measure) else (*figure.counts, *figure.out_of)


def _by_district(figure: Measure | Combined, of: Shown) -> list[dict[str, Any]]:
    order = listed_first(of.names)
    found = sorted(of.sums.districts(_measures(figure)), key=lambda one: (order.get(one, len(order)), one))
    return [
        {
            "district": one, "name": of.names.get(one, one),
            **_pair(figure, of, lambda which, one=one: lambda measure: of.sums.total(which, measure, one), district=one),
        }
        for one in found
    ]  # fmt: skip


def _by_value(
    figure: Measure | Combined, of: Shown, by: str, chosen: dict[str, str], words: Words
) -> list[dict[str, Any]]:  # fmt: skip
    dim = next((one for one in figure.dimensions if one.name == by), None)
    if dim is None:
        return []
    return [
        {
            "key": value, **titles_of(dim, value, words.of_value(dim, value)),
            **_pair(
                figure, of, lambda which, value=value: lambda measure: of.sums.value(which, measure, by, value),
                **chosen, by=by, value=value,
            ),
        }
        for value in of.sums.values(_measures(figure), by)
    ]  # fmt: skip


def _series(figure: Measure | Combined, of: Shown) -> list[dict[str, Any]]:
    """The points of the period, and of the year before beside each."""
    daily = of.period.daily
    days = points_of(of.period, daily=daily)
    before = points_of(of.period.year_before, daily=daily)
    return [
        {
            "from": day, **_point(figure, of, NOW, day),
            "last_year": None if n >= len(before) else {"from": before[n], **_point(figure, of, BEFORE, before[n])},
        }
        for n, day in enumerate(days)
    ]  # fmt: skip


def _point(figure: Measure | Combined, of: Shown, which: str, day: date) -> dict[str, Any]:
    return value_of(figure, *combined(figure, lambda measure: of.sums.points[which, measure.name].get(day, (0, 0))))


@router.get("/measures/{name}/rows", dependencies=[Depends(shows_at_least)], responses=answers(FigureRows))
async def rows(request: Request, viewer: Viewer, seen: Seen, asked: Paged, filters: Behind) -> Response:
    """The rows behind a measure in a period (a stock: at its end), of one value of a dimension if `by` names it.

    What a code is called stands beside it: `item_title` by the list of items in force when it was found, `state_title` …
    """
    return await listed_rows(request, viewer, seen, asked, filters)


@router.get("/measures/{name}/rows/{form}", dependencies=[Depends(shows_at_least)], response_class=Response, responses=ANSWERS)
async def rows_as_file(request: Request, viewer: Viewer, seen: Seen, form: Form, filters: Behind) -> Response:
    """All of those rows under the same filters as a workbook (xlsx) or as CSV, as of one moment; at most 100,000."""
    return await taken_rows(request, viewer, seen, form, filters)
