"""Panels over HTTP: each figure of a period beside last year's, explained, followed to its rows and to the events behind them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from bench.city import happenings
from services.reporting.projections import FOLDS
from services.reporting.queries.definitions import PANELS
from services.reporting.queries.measures import BY_NAME, MEASURES
from services.reporting.queries.panels import points_of
from services.reporting.queries.periods import Period, Span, parsed, spans_of
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers

YEAR = {"period": "2019"}


@pytest_asyncio.fixture
async def city(reporting: Reporting) -> Reporting:
    """Thirty visits in two districts within three months, received at once."""
    ledgers = Ledgers()
    for told in happenings(districts=2, sites=8, visits=30, days=90):
        ledgers.at = told.at
        ledgers.record(told.source, told.name, told.data, stream=told.stream, subject=told.subject, district=told.district)
    await reporting.receive(ledgers.recorded)
    return reporting


async def asked(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await client.get(path, params=query or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def followed(client: httpx.AsyncClient, href: str) -> list[dict[str, Any]]:
    """Every item of a list that a link names, page by page."""
    found: list[dict[str, Any]] = []
    page = await asked(client, href)
    while True:
        found += page["items"]
        if page["next"] is None:
            return found
        page = await asked(client, f"{href}&cursor={page['next']}")


async def added_up(client: httpx.AsyncClient, rows: list[dict[str, str]], *, counts: bool) -> tuple[int, int]:
    """What the lists behind a figure add up to."""
    items = {row["measure"]: await followed(client, row["href"]) for row in rows}
    if not counts:
        [only] = items.values()
        return sum(one["counts"] for one in only), 0
    first = next(iter(items))
    above = first if len(items) == 2 and not BY_NAME[first].share else None  # one thing out of another
    counted = sum(one["counts"] for name, of in items.items() for one in of if above in (None, name))
    out_of = sum(one.get("out_of", one["counts"]) for name, of in items.items() for one in of if name != above)
    return counted, out_of


@pytest.mark.parametrize("name", [panel.name for panel in PANELS])
async def test_every_figure_is_followed_to_its_rows_and_to_their_events_by_links_only(city: Reporting, name: str) -> None:
    async with city.client("manager") as client:
        panels = (await asked(client, "/v1/panels"))["items"]
        [href] = [panel["href"] for panel in panels if panel["name"] == name]
        panel = await asked(client, href, **YEAR)
        assert panel["figures"]
        for figure in panel["figures"]:
            told = (figure.get("counts", figure["value"]), figure.get("out_of", 0))
            assert told == await added_up(client, figure["rows"], counts="counts" in figure), figure["name"]
            for row in figure["rows"]:
                for item in (await followed(client, row["href"]))[:2]:
                    events = await followed(client, item["links"]["events"])
                    assert events, item
                    assert {event["type"] for event in events} & {*figure["source_events"]} or figure["source_events"] == [
                        "casetrail.*"
                    ]
                    for way in ("enterprise", "case"):
                        if way in item["links"]:
                            assert (await asked(client, item["links"][way]))["items"]


async def test_districts_and_values_add_up_and_have_rows_of_their_own(city: Reporting) -> None:
    async with city.client("manager") as client:
        panel = await asked(client, "/v1/panels/hazards", **YEAR, by="severity")
        [found] = [figure for figure in panel["figures"] if figure["name"] == "hazards"]
        assert found["value"] == sum(one["value"] for one in found["by_district"]) == sum(one["value"] for one in found["values"])
        assert {(one["key"], one["title"]) for one in found["values"]} <= {("general", "一般隐患"), ("major", "重大隐患")}
        for one in (*found["by_district"], *found["values"]):
            assert (one["value"], 0) == await added_up(client, one["rows"], counts=False)
        [district] = [one for one in found["by_district"] if one["district"] == "d-1"]
        mine = await asked(client, "/v1/panels/hazards", **YEAR, district="d-1")
        assert [figure["value"] for figure in mine["figures"] if figure["name"] == "hazards"] == [district["value"]]


async def test_a_series_is_the_figure_point_by_point(city: Reporting) -> None:
    """What comes adds up; a stock is at its last point what it is."""
    async with city.client("manager") as client:
        for period in (
            {"period": "2019"}, {"period": "2019-02"}, {"from": "2019-01-09", "until": "2019-02-11"},
            {"from": "2018-12-20", "until": "2019-03-03"}, {"from": "2019-01-03", "until": "2019-03-28"},
        ):  # fmt: skip
            for figure in (await asked(client, "/v1/panels/tasks", **period))["figures"]:
                points = [point["value"] for point in figure["series"]]
                told = points[-1] if BY_NAME[figure["name"]].until else sum(points)
                assert figure["value"] == told, (figure["name"], period)


async def test_last_year_is_the_same_days_a_year_earlier(city: Reporting) -> None:
    """Asked a year later, what is this year is last year; a year that has not ended is as long as this one."""
    async with city.client("manager") as client:
        now = await asked(client, "/v1/panels/inspections", **{"from": "2019-01-01", "until": "2019-02-28"})
        later = await asked(client, "/v1/panels/inspections", **{"from": "2020-01-01", "until": "2020-02-29"})
        for figure, after in zip(now["figures"], later["figures"], strict=True):
            assert figure["value"] == after["last_year"]["value"]
            assert figure["last_year"]["value"] in (0, None)
        whole = await asked(client, "/v1/panels/inspections", period="2019")
        assert whole["period"]["until"] == whole["as_of"]["recorded_at"][:10]
        assert whole["last_year"]["until"] == whole["period"]["until"].replace("2019", "2018")
        assert (await asked(client, "/v1/panels/inspections"))["period"] == whole["period"]


async def test_nobody_sees_another_district(city: Reporting) -> None:
    async with city.client("manager", districts=["d-0"]) as client:
        for panel in PANELS:
            for figure in (await asked(client, f"/v1/panels/{panel.name}", **YEAR))["figures"]:
                assert {one["district"] for one in figure["by_district"]} <= {"d-0"}
                for row in figure["rows"]:
                    assert {one["district"] for one in await followed(client, row["href"])} <= {"d-0"}
        for path in ("/v1/panels/tasks", "/v1/measures/tasks_open/rows", "/v1/events?day=2019-02-01"):
            answer = await client.get(path, params={"district": "d-1"} | dict(httpx.URL(path).params))
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        hidden = await asked(client, "/v1/events", service="registry", stream_id="enterprise:e-1")
        assert hidden == {"items": [], "next": None}
        assert (await asked(client, "/v1/events", service="registry", stream_id="enterprise:e-0"))["items"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/panels/nonsense", 404, "not-found"), ("/v1/panels/tasks?by=nonsense", 404, "not-found"),
        ("/v1/measures/nonsense/rows", 404, "not-found"), ("/v1/measures/tasks_open/rows?by=state", 404, "not-found"),
        ("/v1/panels/tasks?period=2019-13", 400, "bad-period"), ("/v1/panels/tasks?from=2019-01-01", 400, "bad-period"),
        ("/v1/panels/tasks?from=2019-02-01&until=2019-01-01", 400, "bad-period"),
        ("/v1/panels/tasks?from=1990-01-01&until=2019-01-01", 400, "bad-period"),
        ("/v1/events?service=tasks", 400, "bad-question"), ("/v1/events?service=none&stream_id=task:t", 400, "bad-service"),
        ("/v1/events?service=tasks&stream_id=task:t&cursor=WyJhIl0=", 400, "bad-cursor"),
        ("/v1/events?district=d-0&day=2019-02-01&cursor=WyJhIiwxXQ==", 400, "bad-cursor"),
    ],
)  # fmt: skip
async def test_what_cannot_be_answered(reporting: Reporting, path: str, status: int, code: str) -> None:
    async with reporting.client("manager") as client:
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("role", ["enterprise", "expert"])
async def test_others_may_not_look(reporting: Reporting, role: str) -> None:
    async with reporting.client(role) as client:
        for path in ("/v1/panels", "/v1/panels/tasks", "/v1/measures/tasks_open/rows", "/v1/events"):
            assert (await client.get(path)).status_code == 403


def test_every_figure_says_what_it_means_in_both_languages() -> None:
    figures = [figure for panel in PANELS for figure in panel.figures]
    for figure in figures:
        words = (figure.title, figure.formula, figure.exclusions)
        assert all(any("一" <= sign <= "鿿" for sign in text) for text in words), figure.name
        assert all(text.isascii() for text in (figure.title_en, figure.formula_en, figure.exclusions_en)), figure.name
    shown = {measure.name for panel in PANELS for measure in panel.measures}
    assert shown == {*BY_NAME}, "a measure that no panel shows is counted for nobody"


def test_no_amount_is_told_by_person() -> None:
    """行政处罚法 2021，第七十四条."""
    for measure in BY_NAME.values():
        if measure.unit == "fen":
            told = {one.name for one in measure.dimensions} | {*measure.fact.shown}
            assert not [name for name in told if "officer" in name or "actor" in name or "person" in name]


def test_every_measure_names_events_that_are_projected() -> None:
    for measure in BY_NAME.values():
        assert {*measure.source_events} - {"casetrail.*"} <= FOLDS.keys(), measure.name


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2020", Period(date(2020, 1, 1), date(2020, 12, 31))), ("2020-Q1", Period(date(2020, 1, 1), date(2020, 3, 31))),
        ("2020-Q4", Period(date(2020, 10, 1), date(2020, 12, 31))), ("2020-02", Period(date(2020, 2, 1), date(2020, 2, 29))),
        ("2020-Q5", None), ("2020-2", None), ("20", None), ("2020-02-01", None),
    ],
)  # fmt: skip
def test_periods_have_names(text: str, period: Period | None) -> None:
    assert parsed(text) == period


def test_a_leap_day_is_the_end_of_february() -> None:
    assert Period(date(2020, 2, 29), date(2020, 2, 29)).year_before == Period(date(2019, 2, 28), date(2019, 2, 28))
    assert Period(date(2021, 2, 1), date(2021, 2, 28)).year_before == Period(date(2020, 2, 1), date(2020, 2, 29))


@pytest.mark.parametrize(
    ("first", "last", "grains"),
    [
        (date(2020, 1, 1), date(2020, 12, 31), "y"), (date(2020, 1, 2), date(2020, 12, 30), "-y-"),
        (date(2020, 1, 17), date(2020, 12, 15), "dmd"), (date(2020, 1, 16), date(2020, 12, 15), "-md"),
        (date(2020, 1, 17), date(2020, 12, 16), "dm-"),
        (date(2019, 12, 31), date(2021, 1, 1), "dyd"), (date(2019, 11, 30), date(2021, 2, 1), "dmymd"),
        (date(2019, 12, 1), date(2020, 11, 30), "m"), (date(2019, 1, 1), date(2020, 12, 31), "y"),
        (date(2020, 1, 2), date(2020, 1, 31), "-m"), (date(2020, 1, 8), date(2020, 1, 23), "-m-"),
        (date(2020, 1, 9), date(2020, 1, 23), "d"), (date(2020, 1, 17), date(2020, 2, 14), "dd"),
        (date(2020, 1, 15), date(2020, 2, 16), "-m-"), (date(2020, 2, 1), date(2020, 2, 29), "m"),
        (date(2020, 1, 31), date(2020, 2, 29), "dm"),
    ],
)  # fmt: skip
def test_a_period_is_its_years_its_months_and_the_days_around_them(first: date, last: date, grains: str) -> None:
    """Days that it has not are taken away (-) of a month that it has the most of."""
    spans = [*spans_of(Period(first, last))]
    assert "".join("-" if span.less else span.grain for span in spans) == grains
    counted: Counter[date] = Counter()
    for span in spans:
        for n in range((span.last - span.first).days + 1):
            counted[span.first + timedelta(days=n)] += -1 if span.less else 1
    assert {day for day, times in counted.items() if times} == {*points_of(Period(first, last), daily=True)}
    assert {*counted.values()} <= {0, 1}
    assert [*spans_of(Period(date.min, date.max))] == [Span("y", date.min, date.max)]


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)), st.integers(0, 1500))
def test_at_either_end_no_more_than_half_a_month_is_read_day_by_day(first: date, more: int) -> None:
    last = first + timedelta(days=more)
    days = [span for span in spans_of(Period(first, last)) if span.grain == "d"]
    assert sum((span.last - span.first).days + 1 for span in days) <= 31
    assert all((span.last - span.first).days < 16 for span in days)


async def test_a_share_of_nothing_is_no_data(city: Reporting) -> None:
    """线上执法办案率 of days on which nothing was inspected or decided is not 0 %."""
    async with city.client("manager") as client:
        panel = await asked(client, "/v1/panels/online", **{"from": "2015-01-01", "until": "2015-01-31"})
    assert [(figure["value"], figure["out_of"]) for figure in panel["figures"]] == [(None, 0)] * 3


def test_no_two_measures_have_one_name() -> None:
    assert len(BY_NAME) == len(MEASURES)
