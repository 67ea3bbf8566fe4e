"""The list of measures with a hundred thousand rows in it: an index behind it, and nothing of another district in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any

import orjson
import pytest
import pytest_asyncio

from chassis.database import READS, connect, migrate, open_pool
from chassis.eventstore import Pool
from chassis.sight import Sight
from chassis.testing import drop_database, fresh_database
from services.inspection.queries import AskedMeasures, measures
from services.inspection.service import SERVICE
from tests.service.plans import WITH_DISTRICT, nodes

FILL = """
INSERT INTO measures SELECT 'm-' || n, 'dist-' || n % 13, (ARRAY['seizure', 'keeping', 'record'])[1 + n % 3],
    (ARRAY['requested', 'approved', 'in-force', 'ended'])[1 + n % 4], 't-' || n / 3, 'e-' || n / 20, NULL,
    '2021-01-01'::date + n % 400, NULL, 1
FROM generate_series(1, 100000) n
"""
NOTHING: Mapping[str, Any] = dict.fromkeys(("state", "district", "kind", "inspection_id", "enterprise_id"))


@pytest_asyncio.fixture(scope="module")
async def filled(admin_dsn: str) -> AsyncIterator[Pool]:
    """A read table of a province, without the events that would have made it."""
    dsn = await fresh_database(admin_dsn)
    await migrate(dsn, SERVICE.migration_folders)
    connection = await connect(dsn, "tests")
    await connection.execute(FILL, timeout=120)
    await connection.execute("VACUUM ANALYZE measures")
    await connection.close()
    pool = await open_pool(dsn, "readers", 1, READS)
    yield pool
    pool.terminate()
    await drop_database(admin_dsn, dsn)


def asked(seen: list[str] | None, after: tuple[date, str] | None = None, **wanted: Any) -> AskedMeasures:
    return AskedMeasures(seen=seen, after=after, limit=50, **{**NOTHING, **wanted})


class Planned:
    """Stands in for a pool: keeps the nodes of the plan of what was asked."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self.nodes: list[tuple[str, int]] = []

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        [plan] = orjson.loads(await self._sight.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *args))
        self.nodes += [(node["Node Type"], node["Plan Rows"]) for node in nodes(plan["Plan"])]
        return []


async def test_the_list_is_shown_by_district(filled: Pool) -> None:
    secured = {row["name"]: row["secured"] for row in await filled.fetch(WITH_DISTRICT)}
    assert secured["measures"]


@pytest.mark.parametrize("seen", [None, ["dist-3"]], ids=["all districts", "one district"])
@pytest.mark.parametrize(
    "wanted",
    [{}, {"state": "denied"}, {"district": "dist-3"}, {"kind": "seizure"}, {"inspection_id": "t-7"}, {"enterprise_id": "e-7"}],
    ids=str,
)
async def test_an_index_is_behind_the_list(filled: Pool, seen: list[str] | None, wanted: dict[str, Any]) -> None:
    """No table is read whole, and nothing is sorted but the page itself."""
    planned: Any = Planned(Sight(filled, seen))
    for after in (None, (date(2021, 6, 1), "m-5")):
        await measures(planned, asked(seen, after, **wanted))
    assert planned.nodes
    assert "Seq Scan" not in {kind for kind, _ in planned.nodes}, planned.nodes
    assert all(rows <= 51 for kind, rows in planned.nodes if kind == "Sort"), planned.nodes


async def test_nothing_is_shown_to_another_district(filled: Pool) -> None:
    """Even if the list itself forgot to ask for the districts of whoever looks."""
    assert await measures(Sight(filled, ["elsewhere"]), asked(None)) == []
    assert {row["district"] for row in await measures(Sight(filled, ["dist-3"]), asked(None))} == {"dist-3"}
