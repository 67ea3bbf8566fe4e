"""Lists of penalty with many rows in them: an index behind each, and nothing of another district in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import pytest_asyncio
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from chassis.database import READS, open_pool
from chassis.eventstore import Connection, Pool
from chassis.sight import Sight
from services.penalty import queries
from services.penalty.api.reading import known_to_all
from services.penalty.queries.closures import ClosureFilter, closures, superior_reports
from services.penalty.service import SERVICE
from tests.service.penalty import test_payments
from tests.service.penalty.bureau import Bureau
from tests.service.plans import WITH_DISTRICT, Planned, fill, filled_by

ROWS = 20_000
NAMED = {"district": "'dist-' || n % 13"}
CLOSURE = {**NAMED, "state": "(ARRAY['due', 'proposed', 'closed', 'not-closed'])[1 + n % 4]"}
REPORTS = {**NAMED, "state": "(ARRAY['due', 'overdue', 'reported', 'revoked'])[1 + n % 4]"}
PUBLISHED = {
    **NAMED, "state": "(ARRAY['published', 'withdrawn', 'ended', 'ended'])[1 + n % 4]",
    "updated_at": "'2021-01-01'::timestamptz + n * interval '1 minute'",
}  # fmt: skip
AFTER = (date(2021, 6, 1), "k-5")
SEEN = pytest.mark.parametrize("seen", [None, ["dist-3"]], ids=["all districts", "one district"])


async def fill_all(connection: Connection) -> None:
    """Read tables of years, without the events that would have made them."""
    await fill(connection, "closure_list", "enterprise_id", ROWS, CLOSURE)
    await fill(connection, "publication_list", "entry_id", ROWS, PUBLISHED)
    await fill(connection, "superior_reports", "report_key", ROWS, REPORTS)


@pytest_asyncio.fixture(scope="module")
async def filled(admin_dsn: str) -> AsyncIterator[Pool]:
    async with filled_by(admin_dsn, SERVICE, fill_all) as pool:
        yield pool


@SEEN
@pytest.mark.parametrize("wanted", [{}, {"state": "due"}, {"organ_id": "x7"}, {"districts": ["dist-3"]}], ids=str)
async def test_an_index_is_behind_the_list_of_closures(filled: Pool, seen: list[str] | None, wanted: dict[str, Any]) -> None:
    planned: Any = Planned(Sight(filled, seen))
    for after in (None, AFTER):
        await closures(planned, ClosureFilter(**{"districts": None, "state": None, "organ_id": None, **wanted}), after, 51)
    planned.require_short()


@SEEN
@pytest.mark.parametrize(("districts", "state"), [(None, None), (["dist-3"], None), (None, "due")])
async def test_an_index_is_behind_the_list_of_reports(
    filled: Pool, seen: list[str] | None, districts: list[str] | None, state: str | None
) -> None:
    planned: Any = Planned(Sight(filled, seen))
    for after in (None, AFTER):
        await superior_reports(planned, districts, state, after, 51)
    planned.require_short()


@SEEN
@pytest.mark.parametrize("district", [None, "dist-3"])
async def test_an_index_is_behind_the_public_list(filled: Pool, seen: list[str] | None, district: str | None) -> None:
    planned: Any = Planned(Sight(filled, seen))
    for after in (None, (datetime(2021, 1, 6, tzinfo=UTC), "k-5")):
        await queries.published(planned, district, after, 51)
    planned.require_short()


TABLES = {
    "bank_transfers", "calendar", "calendar_cases", "case_list", "closure_list", "documents", "enterprises",
    "hazards", "officers", "payment_cases", "payment_list", "party_matters", "publication_list", "reads", "spot_list",
    "superior_reports",
}  # fmt: skip


async def test_every_table_with_a_district_is_shown_by_district_by_the_database_too(filled: Pool) -> None:
    secured = {row["name"] for row in await filled.fetch(WITH_DISTRICT) if row["secured"]}
    known = {row["name"] for row in await filled.fetch(WITH_DISTRICT)}
    assert (secured, known - secured) == (TABLES, {"deadlines", "snapshots"})


async def test_asked_as_another_district_the_database_shows_nothing_of_a_case(bureau: Bureau) -> None:
    await test_payments.test_instalments_have_clocks_of_their_own(bureau)
    pool = await open_pool(bureau.service.dsn, "readers", 1, READS)
    try:
        for table in ("case_list", "calendar", "calendar_cases", "payment_list", "officers", "enterprises"):
            count = f"SELECT count(*) FROM {table}"  # noqa: S608 - constants
            assert await Sight(pool, ["donghu"]).fetchval(count) > 0, table
            assert (await Sight(pool, ["xihu"]).fetchval(count), await pool.fetchval(count)) == (0, 0), table
    finally:
        pool.terminate()
    for path in ("/v1/cases", "/v1/deadlines", "/v1/payments", "/v1/party-matters"):
        async with bureau.service.client("manager", districts=("xihu",), organ="xihu-emb") as stranger:
            assert (await stranger.get(path)).json()["items"] == []
        assert (await bureau.get(path))["items"]


def test_only_one_thing_at_a_time_is_told_of_what_decisions_rest_on() -> None:
    """The runner's pool sees every district; who is answered from it was held against the district of that thing before."""
    routes = [route for router in SERVICE.routers for route in router.routes if isinstance(route, APIRoute)]
    asking = {route.path for route in routes if known_to_all in {one.call for one in _all(route.dependant)}}
    assert asking == {
        "/v1/cases/{case_id}", "/v1/cases/{case_id}/outlook", "/v1/spot-penalties/{spot_id}",
        "/v1/spot-penalties/{spot_id}/outlook", "/v1/provisions", "/v1/bank-transfers/{bank_reference}",
    }  # fmt: skip


def _all(dependant: Dependant) -> list[Dependant]:
    return [dependant, *(one for below in dependant.dependencies for one in _all(below))]
