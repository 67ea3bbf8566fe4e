"""The counters say what the rows say: every measure, by every dimension, on any day, in any district, live and rebuilt."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import cycle
from typing import Any

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.city import BEGINS, Happening, happenings
from chassis.building import rebuild
from chassis.database import READS, open_pool
from chassis.projector import begin, project_once
from chassis.readtables import layout_of
from chassis.sight import EVERYWHERE, Sight
from chassis.switching import Switcher
from chassis.testing import service_under_test
from services.reporting.projections import PROJECTIONS, TABLES
from services.reporting.projections.cells import COUNTERS, FACTS
from services.reporting.queries.figures import as_of
from services.reporting.queries.measures import BY_NAME, MEASURES
from services.reporting.queries.panels import NOW, sums_of
from services.reporting.queries.periods import Period
from services.reporting.queries.rows import Asked, rows_behind
from services.reporting.queries.terms import TOTAL, Bands, Dimension, Measure, Parts
from services.reporting.service import SERVICE
from services.reporting.worker import CopyFeed
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, runs_of

BEGAN = BEGINS.date()
PERIODS = (
    Period(date(2019, 1, 1), date(2019, 12, 31)), Period(date(2019, 1, 17), date(2019, 3, 9)),
    Period(date(2019, 2, 1), date(2019, 2, 28)), Period(date(2019, 2, 11), date(2019, 2, 11)),
    Period(date(2018, 11, 30), date(2020, 2, 3)),
)  # fmt: skip
MANY = 10_000


def recorded(ledgers: Ledgers, told: Happening) -> None:
    """What happened, recorded when it did."""
    ledgers.at = told.at
    ledgers.record(told.source, told.name, told.data, stream=told.stream, subject=told.subject, district=told.district)


@pytest_asyncio.fixture
async def city(reporting: Reporting) -> Reporting:
    """Forty visits in two districts, received in many batches."""
    ledgers = Ledgers()
    for told in happenings(districts=2, sites=8, visits=40, days=90):
        recorded(ledgers, told)
    for first in range(0, len(ledgers.recorded), 97):
        await reporting.receive(ledgers.recorded[first : first + 97])
    return reporting


async def summed(reporting: Reporting, measure: Measure, period: Period, dim: str, districts: list[str] | None) -> dict[str, Any]:
    """What the counters say: by value, of a dimension or in all."""
    sums = await sums_of(reporting.pool, [measure], period, dim, districts)
    if not dim:
        return {TOTAL: sums.total(NOW, measure)}
    found = {value: sums.value(NOW, measure, dim, value) for value in sums.values([measure], dim)}
    return {value: pair for value, pair in found.items() if pair != (0, 0)}


async def listed(reporting: Reporting, measure: Measure, asked: Asked) -> tuple[int, int]:
    """What the rows say."""
    rows = await rows_behind(Sight(reporting.pool, None), measure, asked, None, MANY)
    assert len({row["key"] for row in rows}) == len(rows)
    return sum(row["counts"] for row in rows), sum(row.get("out_of", 0) for row in rows)


def values_of(dim: Dimension | Bands | Parts, found: dict[str, Any]) -> set[str]:
    """All values that may have rows."""
    if isinstance(dim, Bands):
        return {band.value for band in dim.bands}
    return {*dim.parts} if isinstance(dim, Parts) else {*found}


async def test_counters_are_what_the_rows_add_up_to(city: Reporting) -> None:
    at = await as_of(city.pool)
    assert at.day is not None
    seen: Counter[str] = Counter()
    for measure in MEASURES:
        for period in PERIODS:
            for districts in (None, ["d-1"]):
                whole = await summed(city, measure, period, TOTAL, districts)
                assert whole[TOTAL] == await listed(city, measure, Asked(districts, at.day, period)), measure.name
                seen[measure.name] += abs(whole[TOTAL][0]) + whole[TOTAL][1]
                for dim in measure.dimensions if districts is None or period is PERIODS[1] else ():
                    by_value = await summed(city, measure, period, dim.name, districts)
                    for value in values_of(dim, by_value):
                        told = await listed(city, measure, Asked(districts, at.day, period, dim, value))
                        assert by_value.get(value, (0, 0)) == told, (measure.name, dim.name, value, period, districts)
    assert not {name for name in BY_NAME if not seen[name]}, "a measure that nothing was counted of tells nothing"


async def test_a_dimension_leaves_no_row_out(city: Reporting) -> None:
    """The values of a dimension add up to the total, but for stocks by a day that some rows do not have."""
    for measure in MEASURES:
        [(_, total)] = (await summed(city, measure, PERIODS[0], TOTAL, None)).items()
        for dim in measure.by:
            found = (await summed(city, measure, PERIODS[0], dim.name, None)).values()
            assert (sum(c for c, _ in found), sum(o for _, o in found)) == total, (measure.name, dim.name)


async def test_a_rebuild_gives_equal_counters(city: Reporting) -> None:
    """Also of batches other than those that were projected live."""
    [facts] = PROJECTIONS
    assert await rebuild(city.under_test.dsn, CopyFeed(), facts, simulated=True) is not None
    compared = await Switcher(city.under_test.dsn, CopyFeed(), PROJECTIONS, simulated=True).compare("facts")
    assert [table.table for table in compared.tables] == list(TABLES)
    assert [table.table for table in compared.tables if not table.equal] == []


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 400), min_size=1, max_size=4), upto=st.integers(0, 800))
async def test_counters_are_the_same_however_events_come(admin_dsn: str, sizes: list[int], upto: int) -> None:
    """Kept live in batches of these sizes; computed at once up to any event, and kept from there on."""
    ledgers = Ledgers()
    for told in happenings(districts=2, sites=4, visits=20, days=60, seed=7):
        recorded(ledgers, told)
    [facts] = PROJECTIONS
    async with service_under_test(SERVICE, admin_dsn) as under_test:
        await Reporting(under_test).copy.apply(runs_of(ledgers.recorded))
        connection, feed = under_test.connection, CopyFeed()
        await begin(connection, PROJECTIONS, simulated=True)
        for size in cycle(sizes):
            if not await project_once(connection, feed, facts, simulated=True, limit=size):
                break
        for end in (upto, None):
            assert await rebuild(under_test.dsn, feed, facts, simulated=True, upto=end) is not None
        compared = await Switcher(under_test.dsn, feed, PROJECTIONS, simulated=True).compare("facts")
        assert [table.table for table in compared.tables if not table.equal] == []


async def test_every_measure_has_its_columns(reporting: Reporting) -> None:
    """In the order in which they are counted."""
    for table, counters in COUNTERS.items():
        layout = await layout_of(reporting.pool, FACTS[table].sums)
        assert layout.numbers == tuple(column for counter in counters for column in counter.measure.columns)
        assert layout.keys == ("dim", "grain", "district", "day", "value")


async def test_all_districts_together_are_no_district_of_anybodys(city: Reporting) -> None:
    """Whoever sees some districts is shown theirs, also if they name what stands for all."""
    async with city.client("manager", districts=["d-1"]) as client:
        assert (await client.get("/v1/panels/tasks", params={"district": "*"})).status_code == 403
    for districts in (["d-1"], ["d-1", EVERYWHERE]):
        sums = await sums_of(city.pool, [MEASURES[0]], PERIODS[0], "sector", districts)
        assert {*sums.in_districts[NOW, MEASURES[0].name]} == {"d-1"}
        assert sums.total(NOW, MEASURES[0]) == await listed(city, MEASURES[0], Asked(["d-1"], date.max, PERIODS[0]))
    readers = await open_pool(city.under_test.dsn, "readers", 1, READS)
    for seen, some in ((["d-1", EVERYWHERE], False), (None, True)):
        assert bool(await Sight(readers, seen).fetch("SELECT FROM sums_tasks WHERE district = '*'")) == some
    readers.terminate()


def test_the_city_lasts_longer_than_the_periods_looked_at() -> None:
    assert BEGAN < PERIODS[1].first < BEGAN + timedelta(days=90)
