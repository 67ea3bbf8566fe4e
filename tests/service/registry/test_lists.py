"""Every list of the registry, at a hundred thousand enterprises: an index behind it, and nothing of another district in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any

import orjson
import pytest
import pytest_asyncio

from chassis.eventstore import Connection, Pool
from chassis.sight import Sight
from services.registry import queries
from services.registry.service import SERVICE
from tests.service.plans import WITH_DISTRICT, filled_by, nodes

PUBLIC = {"jurisdictions", "publications"}
FILL = """
INSERT INTO enterprises (enterprise_id, district, uscc, site_no, name, sector, industry_code, address, legal_representative,
                         safety_head, staff, places, equipment, import_id, registered_at, version)
SELECT 'e-' || md5(n::text), 'd' || n % 13, lpad(n::text, 18, '9'), '1',
       '南昌' || chr(19968 + n * 79 % 6000) || chr(19968 + n * 1047 % 6000) || '有限公司',
       (ARRAY['steel', 'aluminium', 'dust'])[1 + n % 3], 'C3120', '路' || n, '张', '李', n % 500, 3, 20, 'i', now(), 1
FROM generate_series(1, 100000) AS n;
INSERT INTO officers (officer_id, district, name, organ_id, organ, certificate_no, certificate_valid_to, specialities, recusals,
                      version)
SELECT 'o-' || n, 'd' || n % 13, '甲' || n, 'o', '局', 'c' || n, '2030-01-01', '{}', '{}', 1 FROM generate_series(1, 20000) AS n;
INSERT INTO experts (expert_id, district, name, specialities, version)
SELECT 'x-' || n, 'd' || n % 13, '乙' || n, '{}', 1 FROM generate_series(1, 20000) AS n;
UPDATE enterprises SET sectors = ARRAY[sector];
INSERT INTO reconciliations (reconciliation_id, district, enterprise_id, uscc, title, kind, state, feed_id, proposal, fields,
                             proposed_on, version)
SELECT 'e-' || md5(n::text), 'd' || n % 13, 'e-' || md5(n::text), lpad(n::text, 18, '9'), '甲' || n,
       (ARRAY['changed', 'new', 'closed', 'conflicting'])[1 + n % 4], (ARRAY['open', 'decided', 'withdrawn'])[1 + n % 3],
       'feed-' || n % 40, 1, '{name}', date '2026-01-01' + n % 300, 1
FROM generate_series(1, 100000) AS n;
INSERT INTO feeds (feed_id, district, as_of, file_name, rows, refused, finished, version)
SELECT 'feed-' || n, 'd' || n % 13, date '2026-01-01' + n % 300, 'f', 1, 0, true, 1 FROM generate_series(1, 20000) AS n;
"""
LISTS: Mapping[str, tuple[str, tuple[Any, ...]]] = {
    "enterprises": (queries.ENTERPRISES, (None, None, None, None, "", "", 51)),
    "enterprises of a district": (queries.ENTERPRISES, (None, "d3", None, None, "", "", 51)),
    "enterprises of a sector": (queries.ENTERPRISES, (None, None, "dust", None, "", "", 51)),
    "enterprises by part of a name": (queries.ENTERPRISES, (None, None, None, "龘龘", "", "", 51)),
    "a later page": (queries.ENTERPRISES, (None, None, None, None, "南昌中", "e-1", 51)),
    "officers": (queries.OFFICERS, (None, None, "", 51)),
    "officers of a district": (queries.OFFICERS, (None, "d3", "", 51)),
    "officers by expiry": (queries.CERTIFICATES, (None, None, date(1, 1, 1), "", 51)),
    "officers whose certificates expire": (queries.CERTIFICATES, (None, date(2031, 1, 1), date(1, 1, 1), "", 51)),
    "experts": (queries.EXPERTS, (None, None, "", 51)),
    "files to export": (queries.OPEN_FILES, (None, None, "dust", "", "", "", 51)),
    "files to export of a district": (queries.OPEN_FILES, (None, "d3", "dust", "d3", "南昌中", "e-1", 51)),
    "feeds": (queries.FEEDS, (None, None, "", 51)),
    "what differs": (queries.RECONCILIATIONS, (None, None, "open", None, None, None, "", 51)),
    "what differs in a district": (queries.RECONCILIATIONS, (None, "d3", "open", None, None, None, "", 51)),
    "what differs, of a kind": (queries.RECONCILIATIONS, (None, None, "open", "closed", None, None, "", 51)),
    "what a feed says otherwise": (queries.RECONCILIATIONS, (None, None, "open", None, "feed-7", None, "", 51)),
    "experts of a district": (queries.EXPERTS, (None, "d3", "", 51)),
}


async def fill_all(connection: Connection) -> None:
    """Read tables of a province, without the events that would have made them."""
    await connection.execute(FILL)


@pytest_asyncio.fixture(scope="module")
async def filled(admin_dsn: str) -> AsyncIterator[Pool]:
    async with filled_by(admin_dsn, SERVICE, fill_all) as pool:
        yield pool


@pytest.mark.parametrize("seen", [None, ["d3"]], ids=["all districts", "one district"])
@pytest.mark.parametrize("name", LISTS)
async def test_an_index_is_behind_it(filled: Pool, name: str, seen: list[str] | None) -> None:
    """Whoever asks, rows come in order from an index: no table is read whole, and nothing is sorted but the page itself."""
    sql, args = LISTS[name]
    [plan] = orjson.loads(await Sight(filled, seen).fetchval(f"EXPLAIN (FORMAT JSON) {sql}", seen, *args[1:]))
    kinds = [(node["Node Type"], node["Plan Rows"]) for node in nodes(plan["Plan"])]
    assert "Seq Scan" not in {kind for kind, _ in kinds}, kinds
    assert all(rows <= 51 for kind, rows in kinds if kind in ("Sort", "Incremental Sort")), kinds


@pytest.mark.parametrize("name", LISTS)
async def test_nothing_of_it_is_shown_to_another_district(filled: Pool, name: str) -> None:
    """Even if the list itself forgot to ask for the districts of whoever looks."""
    sql, args = LISTS[name]
    assert await Sight(filled, ["elsewhere"]).fetch(sql, *args) == []
    assert {row["district"] for row in await Sight(filled, ["d3"]).fetch(sql, *args)} <= {"d3"}


async def test_every_table_with_a_district_is_shown_by_district(filled: Pool) -> None:
    secured = {row["name"]: row["secured"] for row in await filled.fetch(WITH_DISTRICT)}
    assert {name for name, on in secured.items() if not on} == PUBLIC
    assert len(secured) > len(PUBLIC)


async def test_part_of_a_name_is_found_in_the_index_alone(filled: Pool) -> None:
    sql, args = LISTS["enterprises by part of a name"]
    explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}"
    [plan] = orjson.loads(await Sight(filled, None).fetchval(explain, *args))
    [search] = [node for node in nodes(plan["Plan"]) if node["Node Type"] == "Index Only Scan"]
    assert (search["Index Name"], search["Heap Fetches"]) == ("enterprises_search", 0)
