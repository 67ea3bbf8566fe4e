"""Every question of a panel, and every list of rows, with large tables: an index behind it, and nothing of another district."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import orjson
import pytest
import pytest_asyncio

from chassis.eventstore import Connection, Pool
from chassis.sight import Sight
from services.reporting.projections import TABLES
from services.reporting.projections.cells import CELLS
from services.reporting.queries.campaigns import COVERED
from services.reporting.queries.definitions import FIGURES, PANELS, Panel
from services.reporting.queries.figures import counts_of
from services.reporting.queries.measures import MEASURES
from services.reporting.queries.panels import sums_of
from services.reporting.queries.periods import Period
from services.reporting.queries.rows import Asked, rows_behind
from services.reporting.queries.terms import Measure
from services.reporting.service import SERVICE
from tests.service.plans import WITH_DISTRICT, filled_by, nodes

ROWS = 20_000
YEAR = Period(date(2021, 3, 5), date(2021, 9, 20))
COLUMNS = """
SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type FROM pg_attribute a
WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
ENDS = "CASE n % 20 WHEN 0 THEN 'infinity'::date ELSE '2011-01-01'::date + n % 4000 END"
BY_TYPE = {
    "text": "'x' || n % 100", "integer": "n % 100 + 1", "bigint": "n", "boolean": "n % 10 = 0",
    "date": "'2011-01-01'::date + n % 4000",
}  # fmt: skip
BY_NAME = {
    "district": "'dist-' || n % 13", "ended_on": ENDS, "done_on": ENDS, "closed_on": ENDS, "undecided_until": ENDS,
    "valid_until": ENDS, "concluded_on": "CASE WHEN n % 2 = 0 THEN '2011-01-01'::date + n % 4000 END",
    "state": "(ARRAY['completed', 'rectified', 'cancelled', 'generated'])[1 + n % 4]",
    "dim": "(ARRAY['', 'sector', 'item', 'level'])[1 + n % 4]", "grain": "(ARRAY['y', 'm'])[1 + n % 2]",
    "outcome": "(ARRAY['penalty', 'none'])[1 + n % 2]",
    "kind": "(ARRAY['campaign', 'random'])[1 + n % 2]",
}  # fmt: skip


async def fill(connection: Connection, table: str) -> None:
    """Rows that differ in their key, their district and most other columns."""
    columns = await connection.fetch(COLUMNS, table)
    key = None if table in CELLS else columns[0]["name"]
    told = {c["name"]: "'k-' || n" if c["name"] == key else BY_NAME.get(c["name"], BY_TYPE[c["type"]]) for c in columns}
    sql = f"INSERT INTO {table} ({', '.join(told)}) SELECT {', '.join(told.values())} FROM generate_series(1, {ROWS}) n"  # noqa: S608
    await connection.execute(sql, timeout=120)


async def fill_all(connection: Connection) -> None:
    """Facts and counters of a province, without the events that would have made them."""
    for table in TABLES:
        await fill(connection, table)


@pytest_asyncio.fixture(scope="module")
async def filled(admin_dsn: str) -> AsyncIterator[Pool]:
    async with filled_by(admin_dsn, SERVICE, fill_all) as pool:
        yield pool


class Planned:
    """Stands in for a sight or its connection: answers with no rows, and keeps the plans of what was asked."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self.nodes: list[Any] = []

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Planned]:
        yield self

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        [plan] = orjson.loads(await self._sight.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *args))
        self.nodes += nodes(plan["Plan"])
        return []

    def require_an_index(self) -> None:
        """No table of facts or counters is read whole."""
        assert self.nodes
        whole = [node["Relation Name"] for node in self.nodes if node["Node Type"] == "Seq Scan"]
        assert not {*whole} & {*TABLES}, whole


SEEN = pytest.mark.parametrize("seen", [None, ["dist-3"]], ids=["all districts", "one district"])


async def test_every_table_with_a_district_is_shown_by_district(filled: Pool) -> None:
    secured = {row["name"]: row["secured"] for row in await filled.fetch(WITH_DISTRICT)}
    assert {*TABLES} <= secured.keys()
    assert [name for name in TABLES if not secured[name]] == []


@SEEN
@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
async def test_an_index_is_behind_a_panel(filled: Pool, panel: Panel, seen: list[str] | None) -> None:
    for dim in ("", *{one.name for figure in panel.figures for one in figure.dimensions}):
        planned: Any = Planned(Sight(filled, seen))
        await sums_of(planned, panel.measures, YEAR, dim, seen)
        planned.require_an_index()


@SEEN
async def test_an_index_is_behind_the_pilot_table(filled: Pool, seen: list[str] | None) -> None:
    planned: Any = Planned(Sight(filled, seen))
    await counts_of(planned, FIGURES, YEAR.last, seen)
    planned.require_an_index()


@SEEN
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
async def test_an_index_is_behind_the_rows_of_a_measure(filled: Pool, measure: Measure, seen: list[str] | None) -> None:
    """Of a month, of all there are, and of the pages after the first."""
    for period in (Period(date(2021, 9, 1), date(2021, 9, 30)), None):
        for after in (None, (date(2021, 9, 6), "k-5")):
            planned: Any = Planned(Sight(filled, seen))
            await rows_behind(planned, measure, Asked(seen, YEAR.last, period), after, 51)
            planned.require_an_index()


@SEEN
async def test_an_index_is_behind_the_coverage_of_campaigns(filled: Pool, seen: list[str] | None) -> None:
    planned = Planned(Sight(filled, seen))
    await planned.fetch(COVERED, ["x7", "x8"], seen)
    planned.require_an_index()


async def test_nothing_is_shown_to_another_district(filled: Pool) -> None:
    """Even if the question itself forgot to ask for the districts of whoever looks."""
    for measure in MEASURES:
        asked = Asked(None, YEAR.last)
        assert await rows_behind(Sight(filled, ["elsewhere"]), measure, asked, None, 51) == []
        assert {row["district"] for row in await rows_behind(Sight(filled, ["dist-3"]), measure, asked, None, 51)} <= {"dist-3"}
    for table in CELLS:
        assert await Sight(filled, ["elsewhere"]).fetch(f"SELECT FROM {table} LIMIT 1") == []
        assert await filled.fetch(f"SELECT FROM {table} LIMIT 1") == []
