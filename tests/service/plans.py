"""What the tests of lists ask PostgreSQL: the nodes of a plan, and which tables are shown by district."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson

from chassis.database import READS, connect, migrate, open_pool
from chassis.eventstore import Connection, Pool
from chassis.service import Service
from chassis.sight import Sight
from chassis.testing import drop_database, fresh_database

WITH_DISTRICT = """
SELECT c.relname AS name, c.relrowsecurity AS secured
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'district'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'events' ORDER BY 1
"""
COLUMNS = """
SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type FROM pg_attribute a
WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
BY_TYPE = {
    "text": "'x' || n % 50000", "integer": "n % 100 + 1", "smallint": "1", "bigint": "n", "boolean": "n % 10 = 0",
    "jsonb": "'[]'",
    "date": "'2021-01-01'::date + n % 400", "timestamp with time zone": "now()", "text[]": "'{}'::text[]",
}  # fmt: skip


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A plan's nodes."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


async def fill(connection: Connection, table: str, key: str, rows: int, named: Mapping[str, str]) -> None:
    """Rows that differ in their key, their district and most other columns; `named`: what a column of a name holds."""
    columns = await connection.fetch(COLUMNS, table)
    told = {c["name"]: "'k-' || n" if c["name"] == key else named.get(c["name"], BY_TYPE[c["type"]]) for c in columns}
    sql = f"INSERT INTO {table} ({', '.join(told)}) SELECT {', '.join(told.values())} FROM generate_series(1, {rows}) n"  # noqa: S608
    await connection.execute(sql, timeout=120)


@asynccontextmanager
async def filled_by(
    admin_dsn: str, service: Service, fills: Callable[[Connection], Awaitable[object]]
) -> AsyncIterator[Pool]:  # fmt: skip
    """A service's tables as `fills` leaves them, of some size, without the events that would have made them; as readers."""
    dsn = await fresh_database(admin_dsn)
    await migrate(dsn, service.migration_folders)
    connection = await connect(dsn, "tests")
    await fills(connection)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    pool = await open_pool(dsn, "readers", 1, READS)
    yield pool
    pool.terminate()
    await drop_database(admin_dsn, dsn)


class Planned:
    """Stands in for a pool: answers with no rows, and keeps the plan of what was asked."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self.nodes: list[tuple[str, int]] = []

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        [plan] = orjson.loads(await self._sight.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *args))
        self.nodes += [(node["Node Type"], node["Plan Rows"]) for node in nodes(plan["Plan"])]
        return []

    def require_short(self) -> None:
        """No table is read whole, and nothing is sorted but the page itself."""
        assert self.nodes
        assert "Seq Scan" not in {kind for kind, _ in self.nodes}, self.nodes
        assert all(rows <= 51 for kind, rows in self.nodes if kind == "Sort"), self.nodes
