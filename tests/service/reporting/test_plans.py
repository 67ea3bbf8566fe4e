"""Every look-up in the copy has an index behind it: no table is read whole, however long the copy has become."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
import pytest_asyncio

from chassis.eventstore import Connection, Pool
from services.reporting.queries import asof, following, histories, standing, words
from services.reporting.queries.following import Wanted
from services.reporting.service import SERVICE
from tests.service.plans import filled_by, nodes

FILL = """
INSERT INTO ledger_copy (seq, source, idx, shard, shard_idx, stream_id, version, event_id, command_id, type, district, organ,
    subject, occurred_at, recorded_at, actor, correlation_id, causation_id, data, leaf, chain)
SELECT n, 'penalty', n, 0, n, 'case:k-' || n / 10, n % 10 + 1, md5('e' || n)::uuid, md5('c' || n)::uuid,
    'casetrail.penalty.evidence-recorded.v1', 'd' || n % 13, 'o', 'e-' || n / 40, now(), now(),
    jsonb_build_object('id', 'officer-' || n / 30)::text, md5('m' || n / 10)::uuid, md5('c' || n)::uuid,
    convert_to(jsonb_build_object('case_id', 'k-' || n / 10, 'document_id', 'doc-' || n)::text, 'UTF8'), '', ''
FROM generate_series(1, 6000) AS n;
INSERT INTO cosigned SELECT 'penalty', n, sha256(''), '', now() FROM generate_series(1, 6000) AS n;
INSERT INTO events (stream_id, version, event_id, command_id, type, district, organ, subject, occurred_at, recorded_at, actor,
    correlation_id, causation_id, data)
SELECT 'access:' || n, 1, md5('e' || n)::uuid, md5('c' || n)::uuid, 'casetrail.reporting.file-read.v1', 'd', 'o', 'e-' || n / 40,
    now(), now(), jsonb_build_object('id', 'officer-' || n / 30)::text, md5('m' || n)::uuid, md5('c' || n)::uuid,
    convert_to(jsonb_build_object('thing_id', 'doc-' || n, 'case_id', 'k-' || n)::text, 'UTF8')
FROM generate_series(1, 6000) AS n;
INSERT INTO copy_chain VALUES ('penalty', 6000, '')
"""
NEVER = datetime(2090, 1, 1, tzinfo=UTC)
DISTRICTS, SIZES = [f"d{n}" for n in range(13)], (["penalty"], [6000])
LOOK_UPS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "an enterprise": (histories.OF_SUBJECT, ("e-7",)),
    "a case": (histories.CASE, ("k-7",)),
    "its matter": (histories.OF_MATTER, (UUID(int=7), "e-7")),
    "a document": (histories.OF_NAME, ("doc-77",)),
    "an officer": (histories.OUTLINE, ("officer-7",)),
    "a page of an officer": (histories.OF_SEQS, ([7, 8, 9],)),
    "where a ledger had got": (asof.BEHIND, ("penalty", NEVER)),
    "its events by then": (asof.OF_TYPES, ("penalty", 5000, 5100, ["casetrail.penalty.case-filed.v1"], 1000)),
    "how the system was used": (asof.USE, (DISTRICTS, NEVER, NEVER, *SIZES, timedelta(hours=1))),
    "lists of items": (words.LISTED, (5000, 6000)),
    "campaigns": (words.OPENED, (5000, 6000)),
    "by whom it was used": (asof.PEOPLE, (DISTRICTS, NEVER, NEVER, *SIZES, "service:")),
}


async def fill_all(connection: Connection) -> None:
    """A copy of some size, without the services that would have filled it."""
    await connection.execute(FILL)


@pytest_asyncio.fixture(scope="module")
async def filled(admin_dsn: str) -> AsyncIterator[Pool]:
    async with filled_by(admin_dsn, SERVICE, fill_all) as pool:
        yield pool


FILTERS = {
    "all": Wanted(), "a district": Wanted(districts=frozenset(["d3"])), "a type": Wanted(types=frozenset(["casetrail.x.y.v1"])),
    "a service": Wanted(services=frozenset(["tasks"])), "an enterprise": Wanted(subject="e-7"),
    "a correlation": Wanted(correlation=UUID(int=7)), "a case": Wanted(matter=(UUID(int=7), "e-7")),
}  # fmt: skip


@pytest.mark.parametrize("wanted", FILTERS.values(), ids=[*FILTERS])
async def test_an_index_is_behind_what_a_listener_missed_and_behind_the_last_few(filled: Pool, wanted: Wanted) -> None:
    behind = [("e.seq > {}", 3000), ("e.seq <= {}", 3100), *wanted.sql()]
    for sql, args in (following.asked(following.FOUND, behind, 500), following.asked(following.LAST, behind[1:], 20)):
        [plan] = orjson.loads(await filled.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *args))
        kinds = [node["Node Type"] for node in nodes(plan["Plan"])]
        assert "Seq Scan" not in kinds, kinds


@pytest.mark.parametrize("name", LOOK_UPS)
async def test_an_index_is_behind_it(filled: Pool, name: str) -> None:
    sql, args = LOOK_UPS[name]
    [plan] = orjson.loads(await filled.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *args))
    kinds = [node["Node Type"] for node in nodes(plan["Plan"])]
    assert "Seq Scan" not in kinds, kinds


async def test_the_newest_checkpoint_of_each_log_is_read_from_the_end_of_its_index(filled: Pool) -> None:
    [plan] = orjson.loads(await filled.fetchval(f"EXPLAIN (FORMAT JSON) {standing.LOGS}"))
    assert {node["Relation Name"] for node in nodes(plan["Plan"]) if node["Node Type"] == "Seq Scan"} <= {
        "copy_chain", "witness_alarms"
    }  # fmt: skip
