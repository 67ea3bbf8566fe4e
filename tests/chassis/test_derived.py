"""Tables whose numbers are only added to, and tables that a build computes from its others: the same as what grew live."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.building import building, rebuild
from chassis.database import connect, session
from chassis.eventstore import Connection
from chassis.projector import Batch, Projection, begin
from chassis.switching import NotSwitched, Switcher
from chassis.versions import BUILDING, LIVE, in_state, remove
from tests.chassis.notes import LIST, project_list
from tests.chassis.projecting import FEED, digests, done, made, project
from tests.chassis.test_building import SIZES, STEPS, as_live, build

NewDatabase = Callable[[], AbstractAsyncContextManager[str]]
SUMS = Path(__file__).parent / "migrations" / "projections" / "note_list_3.sql"
DERIVED = """
INSERT INTO {0}.note_sums
SELECT length(text) % 2 + 5, left(text, 1), count(*) FILTER (WHERE NOT done), count(*) FILTER (WHERE done)
FROM {0}.note_list GROUP BY 1, 2
"""


async def project_summed(batch: Batch) -> None:
    """The list; and what its rows add up to, kept as rows change."""
    keys = [event.envelope.stream_id.partition(":")[2] for event in batch.events]
    listed = await batch.rows("note_list", keys)
    before = {key: listed.get(key) for key in keys}
    await project_list(batch)
    if batch.bare:
        return
    sums = await batch.sums("note_sums")
    for key, was in before.items():
        for sign, row in ((-1, was), (1, listed.get(key))):
            if row is not None:
                sums.add((len(row["text"]) % 2 + 5, row["text"][:1]), (sign * (not row["done"]), sign * row["done"]))


async def derive(connection: Connection, schema: str) -> None:
    await connection.execute(DERIVED.format(schema))


SUMMED = Projection("note_list", 3, project_summed, ("note_list", "note_sums"), ddl=SUMS, derive=derive)


async def begun_live(dsn: str) -> None:
    """As a worker begins it: the tables are its own."""
    async with session(dsn, "worker") as connection:
        await begin(connection, [SUMMED], simulated=False)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.fixed_dictionaries(SIZES), steps=STEPS, resumes=st.integers(0, 20), then=st.integers(0, 6))
async def test_whatever_was_counted_and_whatever_was_computed_at_once(
    new_database: NewDatabase, sizes: dict[str, int], steps: list[Any], resumes: int, then: int
) -> None:
    """Up to any event it is computed, from there on it is kept batch by batch; live it was kept from the first."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in sizes.items():
            patched.setattr(f"chassis.{name}", value)
        async with new_database() as dsn:
            connection = await connect(dsn, "test")
            notes = 0
            versions: set[int] = set()
            for step in steps:
                if step == "make":
                    await made(connection, "ab"[notes % 2] * (1 + notes % 3), first=notes)
                    notes += 1
                elif step < notes and step not in versions:
                    versions.add(step)
                    await done(connection, step)
            await project(connection, SUMMED)
            for upto in (resumes, resumes + then, None):
                await build(dsn, SUMMED, upto=upto)
            assert await as_live(connection, SUMMED)
            await connection.close()


async def test_a_row_that_comes_to_nothing_is_none(dsn: str, connection: Connection) -> None:
    await made(connection, "a", "b")
    await project(connection, SUMMED)
    assert await connection.fetchval("SELECT count(*) FROM note_sums") == 2
    await made(connection, "c", first=2)
    await project(connection, replace(SUMMED, project=_taken_back))
    rows = await connection.fetch("SELECT first, open FROM note_sums")
    assert [tuple(row) for row in rows] == [("b", 1)]


async def _taken_back(batch: Batch) -> None:
    (await batch.sums("note_sums")).add((6, "a"), (-1, 0))


async def test_a_build_is_bare_until_it_has_caught_up_and_takes_nobodys_place_meanwhile(
    dsn: str, connection: Connection
) -> None:  # fmt: skip
    await made(connection, *"abcdef")
    await begun_live(dsn)
    await project(connection, SUMMED)
    switcher = Switcher(dsn, FEED, [SUMMED], simulated=False)
    async with building(dsn, FEED, SUMMED, simulated=False) as builder:
        assert builder is not None
        failing = replace(SUMMED, derive=_broken)
        builder.projection = failing
        with pytest.raises(asyncpg.UndefinedTableError):
            await builder.stretch(6)
        found = await in_state(connection, BUILDING, "note_list")
        assert found is not None
        assert (found.position, found.bare) == (6, True)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("chassis.switching.PATIENCE", 0.0)
            with pytest.raises(NotSwitched, match="derives"):
                await switcher.switch("note_list")
    await build(dsn, SUMMED)
    assert await as_live(connection, SUMMED)
    assert (await switcher.switch("note_list")).equal


async def _broken(connection: Connection, schema: str) -> None:
    await connection.execute(f"TRUNCATE {schema}.note_list")
    await connection.execute("SELECT FROM nowhere")


async def test_what_migrations_made_for_beginners_gives_way_to_the_build(dsn: str, connection: Connection) -> None:
    """A table of the new version that stands where it goes, empty: its rights are taken over; one with rows stops the switch."""
    await made(connection, *"ab")
    await project(connection, LIST)
    await connection.execute("CREATE TABLE note_sums (LIKE note_list)")
    await connection.execute("ALTER TABLE note_sums OWNER TO casetrail_works")
    await connection.execute("ALTER TABLE note_sums ENABLE ROW LEVEL SECURITY")
    assert await rebuild(dsn, FEED, SUMMED, simulated=False) is not None
    switcher = Switcher(dsn, FEED, [LIST, SUMMED], simulated=False)
    await connection.execute("INSERT INTO note_sums SELECT * FROM note_list")
    with pytest.raises(RuntimeError, match="note_sums has rows"):
        await switcher.switch("note_list")
    await connection.execute("TRUNCATE note_sums")
    assert (await switcher.switch("note_list")).equal
    live = await in_state(connection, LIVE, "note_list")
    assert live is not None
    assert live.version == 3
    secured = "SELECT relrowsecurity FROM pg_class WHERE oid = 'note_sums'::regclass"
    assert await connection.fetchval(secured) is True
    assert (await digests(connection, "note_sums"))[0][0] == 2


async def test_keys_that_differ_are_told_whole(dsn: str, connection: Connection) -> None:
    """Also of a table with a key of several columns."""
    await made(connection, "a", "b", "aa")
    await begun_live(dsn)
    await project(connection, SUMMED)
    await build(dsn, SUMMED)
    await connection.execute("UPDATE note_sums SET open = 7 WHERE first = 'a' AND size = 5")
    compared = await Switcher(dsn, FEED, [SUMMED], simulated=False).compare("note_list")
    assert [(table.table, table.equal, table.keys) for table in compared.tables] == [
        ("note_list", True, ()), ("note_sums", False, ("5|a",)),
    ]  # fmt: skip


async def test_a_table_may_be_met_while_others_are_written(dsn: str, connection: Connection, monkeypatch: Any) -> None:
    """What it looks like is asked on the connection that writes."""
    monkeypatch.setattr("chassis.building.PAGE", 1)
    monkeypatch.setattr("chassis.building.CHANGED_ROWS", 1)
    await made(connection, *"abcd")
    await begun_live(dsn)
    for table in ("note_sums", "note_list"):
        late = replace(SUMMED, project=partial(_met_late, table), derive=None)
        assert await rebuild(dsn, FEED, late, simulated=False, upto=4) is not None
        await remove(connection, "note_list", BUILDING)


async def _met_late(late: str, batch: Batch) -> None:
    """One table from the first event on, the other from the third."""
    for event in batch.events:
        if late == "note_list" or event.idx > 2:
            (await batch.sums("note_sums")).add((event.idx, "a"), (1, 1))
        if late == "note_sums" or event.idx > 2:
            await project_list(batch)
