"""Every list of tasks, with a hundred thousand rows in it: an index behind it, and nothing of another district in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from chassis.eventstore import Connection, Pool
from chassis.sight import Sight
from services.tasks.queries import lists
from services.tasks.queries.inspecting import counts_of
from services.tasks.queries.lists import Listing, listed_rows
from services.tasks.queries.tasklist import TaskFilter, tasks
from services.tasks.service import SERVICE
from tests.service.plans import WITH_DISTRICT, Planned, fill, filled_by

ROWS = 100_000  # of the list of tasks
FEWER = 20_000  # of a list that grows with weeks and campaigns, not with enterprises
BY_NAME = {"district": "'dist-' || n % 13", "mine": "true", "state": "(ARRAY['one', 'two', 'three', 'four'])[1 + n % 4]"}
LISTS: Mapping[str, Listing] = {name: found for name, found in vars(lists).items() if isinstance(found, Listing)}


async def fill_all(connection: Connection) -> None:
    """Read tables of a province, without the events that would have made them."""
    for listing in LISTS.values():
        await fill(connection, listing.table, listing.key, FEWER, BY_NAME)
    await fill(connection, "task_list", "task_id", ROWS, BY_NAME)
    await fill(connection, "inspection_counts", "count_id", FEWER, BY_NAME)


@pytest_asyncio.fixture(scope="module")
async def filled(admin_dsn: str) -> AsyncIterator[Pool]:
    async with filled_by(admin_dsn, SERVICE, fill_all) as pool:
        yield pool


async def test_every_table_with_a_district_is_shown_by_district(filled: Pool) -> None:
    secured = {row["name"]: row["secured"] for row in await filled.fetch(WITH_DISTRICT)}
    assert {"task_list", "officers", "enterprises"} <= set(secured)
    assert all(secured.values()), secured


@pytest.mark.parametrize("seen", [None, ["dist-3"]], ids=["all districts", "one district"])
@pytest.mark.parametrize("name", LISTS)
async def test_an_index_is_behind_a_list(filled: Pool, name: str, seen: list[str] | None) -> None:
    """Unfiltered, but for an officer's duties, which are always one officer's."""
    planned = Planned(Sight(filled, seen))
    wanted = {"officer_id": "x7"} if name == "DUTIES" else {}
    for after in (None, (date(2021, 6, 1), "k-5")):
        await listed_rows(planned.fetch, LISTS[name], seen, wanted, after, 51)
    planned.require_short()


@pytest.mark.parametrize("seen", [None, ["dist-3"]], ids=["all districts", "one district"])
@pytest.mark.parametrize("name", [None, *sorted(lists.DRAWS.filters - {"purpose"})])
async def test_an_index_is_behind_what_is_filtered_of_draws(filled: Pool, name: str | None, seen: list[str] | None) -> None:
    """Of any time, and of a half-year; by purpose, of which there are two, the order's own index serves."""
    planned = Planned(Sight(filled, seen))
    for days in (lists.EVER, (date(2021, 6, 1), date(2021, 12, 31))):
        await listed_rows(planned.fetch, lists.DRAWS, seen, {} if name is None else {name: "x7"}, None, 51, days)
    planned.require_short()


@pytest.mark.parametrize("seen", [None, ["dist-3"]], ids=["all districts", "one district"])
@pytest.mark.parametrize(
    "wanted", [{}, {"state": "two"}, {"district": "dist-3"}, {"organ_id": "x7"}, {"campaign_id": "x7"}], ids=str
)
async def test_an_index_is_behind_the_list_of_tasks(filled: Pool, seen: list[str] | None, wanted: dict[str, Any]) -> None:
    planned = Planned(Sight(filled, seen))
    for after in (None, (date(2021, 6, 1), "k-5")):
        await tasks(planned.fetch, TaskFilter(seen=seen, **wanted), after, 51)
    planned.require_short()


@pytest.mark.parametrize("seen", [None, ["dist-3"]], ids=["all districts", "one district"])
async def test_an_index_is_behind_the_counts_of_a_year(filled: Pool, seen: list[str] | None) -> None:
    planned = Planned(Sight(filled, seen))
    for after in ("", "x5"):
        await counts_of(planned.fetch, 7, seen, after, 51)
    planned.require_short()


async def test_no_count_is_shown_to_another_district(filled: Pool) -> None:
    assert await counts_of(Sight(filled, ["elsewhere"]).fetch, 7, None, "", 51) == []
    own = await counts_of(Sight(filled, ["dist-3"]).fetch, 7, None, "", 51)
    assert {row["district"] for row in own} == {"dist-3"}


@pytest.mark.parametrize("name", LISTS)
async def test_nothing_of_a_list_is_shown_to_another_district(filled: Pool, name: str) -> None:
    """Even if the list itself forgot to ask for the districts of whoever looks."""
    wanted = {"officer_id": "x7"} if name == "DUTIES" else {}
    assert await listed_rows(Sight(filled, ["elsewhere"]).fetch, LISTS[name], None, wanted, None, 51) == []
    own = await listed_rows(Sight(filled, ["dist-3"]).fetch, LISTS[name], None, wanted, None, 51)
    assert {row["district"] for row in own} <= {"dist-3"}
    assert await listed_rows(Sight(filled, None).fetch, LISTS[name], None, wanted, None, 51)


async def test_no_task_is_shown_to_another_district(filled: Pool) -> None:
    assert await tasks(Sight(filled, ["elsewhere"]).fetch, TaskFilter(seen=None), None, 51) == []
    assert await filled.fetch("SELECT FROM task_list LIMIT 1") == []
    own = await tasks(Sight(filled, ["dist-3"]).fetch, TaskFilter(seen=None), None, 51)
    assert {row["district"] for row in own} == {"dist-3"}
