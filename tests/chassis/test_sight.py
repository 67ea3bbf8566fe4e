"""Row-level security: a connection shows what it was told to look at, and that is gone when it is given back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from chassis.database import READS, open_pool
from chassis.eventstore import Connection, Pool
from chassis.sight import Sight

MAKE = """
CREATE TABLE seen (key text PRIMARY KEY, district text COLLATE "C" NOT NULL);
INSERT INTO seen VALUES ('a', 'donghu'), ('b', 'xihu'), ('c', 'anyi');
GRANT SELECT ON seen TO casetrail_reads;
SELECT show_by_district('seen');
"""
KEYS = "SELECT string_agg(key, '' ORDER BY key) FROM seen"


@pytest_asyncio.fixture
async def pool(dsn: str, connection: Connection) -> AsyncIterator[Pool]:
    """One connection, so that what one question left on it would be seen by the next."""
    await connection.execute(MAKE)
    opened = await open_pool(dsn, "readers", 1, READS)
    yield opened
    opened.terminate()


@pytest.mark.parametrize(
    ("districts", "keys"),
    [
        (None, "abc"),
        (["donghu"], "a"),
        (["donghu", "anyi"], "ac"),
        ([], None),
        (["nowhere"], None),
        (["donghu,xihu"], None),
        (["*"], None),
        (["*", "anyi"], "c"),
        ([""], None),
    ],
)
async def test_it_shows_these_districts_only(pool: Pool, districts: list[str] | None, keys: str | None) -> None:
    assert await Sight(pool, districts).fetchval(KEYS) == keys


async def test_without_being_told_it_shows_nothing_and_forgets_what_it_was_told(pool: Pool) -> None:
    assert await pool.fetchval(KEYS) is None
    assert [row["key"] for row in await Sight(pool, None).fetch("SELECT key FROM seen ORDER BY key")] == ["a", "b", "c"]
    assert await pool.fetchval(KEYS) is None
    assert (await Sight(pool, ["xihu"]).fetchrow("SELECT key FROM seen"))["key"] == "b"
    assert await pool.fetchval(KEYS) is None


async def test_the_settings_are_read_once_per_query(pool: Pool) -> None:
    plan = "\n".join(row[0] for row in await Sight(pool, ["xihu"]).fetch("EXPLAIN SELECT * FROM seen"))
    assert "InitPlan 2" in plan
    assert "current_setting" not in plan  # in a filter it would be called for every row
