"""Lists with many thousand rows in them: an index behind each, and nothing of another district in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from chassis.eventstore import Connection, Pool
from chassis.sight import Sight
from services.inspection.api.documents import ELSEWHERE, INTERNAL
from services.inspection.queries import AskedMeasures, AskedOfParty, documents, hazards, measures, orders
from services.inspection.service import SERVICE
from tests.service.plans import WITH_DISTRICT, Planned, filled_by

FILL = """
INSERT INTO measures SELECT 'm-' || n, 'dist-' || n % 13, (ARRAY['seizure', 'keeping', 'record'])[1 + n % 3],
    (ARRAY['requested', 'approved', 'in-force', 'ended'])[1 + n % 4], 't-' || n / 3, 'e-' || n / 20, NULL,
    '2021-01-01'::date + n % 400, NULL, 1
FROM generate_series(1, 100000) n
"""
ORDERS = """
INSERT INTO orders SELECT 'o-' || n, 'dist-' || n % 13, (ARRAY['open', 'closed'])[1 + n % 2], 't-' || n, 'e-' || n / 20, '1号',
    '2021-01-01'::date + n % 400, '2021-01-01'::date + n % 400, 1, false, NULL, false, 1
FROM generate_series(1, 20000) n
"""
HAZARDS = """
INSERT INTO hazards SELECT 'h-' || n, 'dist-' || n % 13, (ARRAY['found', 'ordered', 'reported', 'rectified'])[1 + n % 4],
    't-' || n / 3, 'e-' || n / 20, 'GEN-01', NULL, 'general', '积尘', '车间', '2021-01-01'::date + n % 400,
    CASE WHEN n % 4 IN (1, 2) THEN 'o-' || n END, NULL, NULL, 1
FROM generate_series(1, 20000) n
"""
DOCUMENTS = """
INSERT INTO documents SELECT 'd-' || n, 'dist-' || n % 13, (ARRAY['issued', 'superseded'])[1 + n % 2],
    (ARRAY['02', '05', '12'])[1 + n % 3], '文书', '1号', 't-' || n / 3, 'e-' || n / 20, '', '2021-01-01'::date + n % 400, 0, 1,
    n % 2 = 0
FROM generate_series(1, 20000) n
"""
NOTHING: Mapping[str, Any] = dict.fromkeys(("state", "district", "kind", "inspection_id", "enterprise_id"))


async def fill_all(connection: Connection) -> None:
    """A read table of a province, without the events that would have made it."""
    for fill in (FILL, ORDERS, HAZARDS, DOCUMENTS):
        await connection.execute(fill, timeout=120)


@pytest_asyncio.fixture(scope="module")
async def filled(admin_dsn: str) -> AsyncIterator[Pool]:
    async with filled_by(admin_dsn, SERVICE, fill_all) as pool:
        yield pool


def asked(seen: list[str] | None, after: tuple[date, str] | None = None, **wanted: Any) -> AskedMeasures:
    return AskedMeasures(seen=seen, after=after, limit=50, **{**NOTHING, **wanted})


async def test_the_list_is_shown_by_district(filled: Pool) -> None:
    secured = {row["name"]: row["secured"] for row in await filled.fetch(WITH_DISTRICT)}
    assert all(secured[name] for name in ("measures", "inspections", "orders", "hazards", "documents", "devices"))


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
    planned.require_short()


def of_party(seen: list[str] | None, after: tuple[date, str] | None = None, **wanted: Any) -> AskedOfParty:
    return AskedOfParty(seen=seen, after=after, limit=50, **{"state": None, "district": None, **wanted})


OF_PARTIES: Mapping[str, Any] = {
    "orders": orders, "hazards": hazards,
    "documents": lambda pool, wanted: documents(pool, wanted, sorted(INTERNAL), sorted(ELSEWHERE)),
}  # fmt: skip


@pytest.mark.parametrize("seen", [None, ["dist-3"]], ids=["all districts", "one district"])
@pytest.mark.parametrize("wanted", [{}, {"state": "open"}, {"district": "dist-3"}, {"enterprise_id": "e-7"}], ids=str)
@pytest.mark.parametrize("name", OF_PARTIES)
async def test_an_index_is_behind_what_enterprises_list(
    filled: Pool, name: str, seen: list[str] | None, wanted: dict[str, Any]
) -> None:
    planned: Any = Planned(Sight(filled, seen))
    for after in (None, (date(2021, 6, 1), "m-5")):
        await OF_PARTIES[name](planned, of_party(seen, after, by_party="enterprise_id" in wanted, **wanted))
    planned.require_short()


async def test_an_enterprise_is_shown_its_own_and_of_that_what_it_was_told(filled: Pool) -> None:
    own = of_party(None, enterprise_id="e-7", by_party=True)
    assert {row["enterprise_id"] for row in await orders(Sight(filled, None), own)} == {"e-7"}
    told = await hazards(Sight(filled, None), own)
    assert {(row["enterprise_id"], row["state"] == "found") for row in told} == {("e-7", False)}
    papers = await OF_PARTIES["documents"](Sight(filled, None), own)
    assert {(row["enterprise_id"], row["form"], row["served"]) for row in papers} == {
        ("e-7", "05", False), ("e-7", "05", True), ("e-7", "12", True)
    }  # fmt: skip
    for name, asked_for in OF_PARTIES.items():
        assert await asked_for(Sight(filled, ["elsewhere"]), own) == [], name


async def test_nothing_is_shown_to_another_district(filled: Pool) -> None:
    """Even if the list itself forgot to ask for the districts of whoever looks."""
    assert await measures(Sight(filled, ["elsewhere"]), asked(None)) == []
    assert {row["district"] for row in await measures(Sight(filled, ["dist-3"]), asked(None))} == {"dist-3"}
