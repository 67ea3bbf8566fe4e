"""Switching: only to what is equal, at once for every reader; killed at any point, nothing or all of it happened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from chassis import switching
from chassis.building import rebuild, run_builds
from chassis.database import GONE, READS, connect, forever, open_pool
from chassis.deadlines import Arm, Deadline, deadline_projection, fire_due
from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.eventstore import Connection, Pool
from chassis.parking import forget
from chassis.projector import Projection, live_of, run_projector
from chassis.switching import Differs, NotSwitched, Switcher
from chassis.testing import ServiceUnderTest
from chassis.versions import BUILDING, LIVE, RETIRED, generations, in_state, remove, revive
from chassis.worker import running
from tests.chassis.notes import COUNTS, LIST, NoteDone, deadlines, on_due
from tests.chassis.projecting import FEED, begun, digests, done, kill, made, project
from tests.chassis.test_building import SECOND, gone
from tests.chassis.writing import until, waits_for_a_lock


@pytest.fixture
def switcher(dsn: str) -> Switcher:
    return Switcher(dsn, FEED, (LIST, SECOND, COUNTS), simulated=False)


@pytest_asyncio.fixture
async def pool(dsn: str) -> AsyncIterator[Pool]:
    opened = await open_pool(dsn, "readers", 4, READS)
    yield opened
    opened.terminate()


async def built(dsn: str, connection: Connection, *projections: Projection, notes: str = "abcdef") -> None:
    """Notes, projected live, and beside."""
    await made(connection, *notes)
    await done(connection, 1)
    for projection in projections:
        await project(connection, projection)
        assert await rebuild(dsn, FEED, projection, simulated=False) is not None


async def states(connection: Connection) -> list[tuple[int, str]]:
    return [(one.generation, one.state) for one in await generations(connection)]


async def test_an_equal_build_takes_the_place_of_what_was_live(dsn: str, connection: Connection, switcher: Switcher) -> None:
    await built(dsn, connection, LIST)
    before = await digests(connection, "note_list")
    was = await connection.fetchval("SELECT 'note_list'::regclass::oid")
    compared = await switcher.compare("note_list")
    assert compared.equal
    assert [(one.table, one.live, one.build) for one in compared.tables] == [("note_list", 6, 6)]
    assert await states(connection) == [(1, LIVE), (2, BUILDING)]
    await switcher.switch("note_list")
    assert await states(connection) == [(1, RETIRED), (2, LIVE)]
    assert await digests(connection, "note_list", "projection_note_list_1.note_list") == before * 2
    assert await connection.fetchval("SELECT 'projection_note_list_1.note_list'::regclass::oid") == was
    await made(connection, "g", first=6)
    await project(connection, LIST)
    assert (await digests(connection, "note_list"))[0][0] == 7


async def test_back_to_the_retired_one_and_forward_again(dsn: str, connection: Connection, switcher: Switcher) -> None:
    """It is brought up to date first; only one retired generation is kept."""
    await built(dsn, connection, COUNTS)
    await switcher.switch("note_counts")
    await made(connection, "g", first=6)
    await project(connection, COUNTS)
    revived = await revive(connection, "note_counts")
    assert revived is not None
    assert (revived.generation, revived.position) == (1, 7)
    await switcher.switch("note_counts")
    assert await states(connection) == [(1, LIVE), (2, RETIRED)]
    assert await connection.fetchval("SELECT notes FROM note_counts") == 7
    assert await rebuild(dsn, FEED, COUNTS, simulated=False) is not None
    await switcher.switch("note_counts")
    assert await states(connection) == [(1, RETIRED), (2, "cancelled"), (3, LIVE)]
    assert await remove(connection, "note_counts", RETIRED) is not None
    assert await gone(connection)


@pytest.mark.parametrize(
    ("plant", "rows", "keys"),
    [
        ("UPDATE note_list SET text = '改' WHERE note_id IN ('n2', 'n4')", (6, 6), ("n2", "n4")),
        ("DELETE FROM note_list WHERE note_id = 'n3'", (5, 6), ("n3",)),
        (
            "INSERT INTO note_list SELECT 'x', text, district, done, due_on, made_at, labels FROM note_list LIMIT 1",
            (7, 6),
            ("x",),
        ),
        ("UPDATE note_list SET detail = NULL", (6, 6), ("n0", "n1", "n2", "n3", "n4")),
    ],
)
async def test_a_difference_is_refused_and_named(
    dsn: str, connection: Connection, switcher: Switcher, plant: str, rows: tuple[int, int], keys: tuple[str, ...]
) -> None:
    await built(dsn, connection, LIST)
    await connection.execute(plant)
    with pytest.raises(Differs, match="note_list/1 differs from note_list/1 at 7 in note_list") as refused:
        await switcher.switch("note_list")
    [table] = refused.value.compared.tables
    assert (table.table, (table.live, table.build), table.keys) == ("note_list", rows, keys)
    assert await states(connection) == [(1, LIVE), (2, BUILDING)]
    assert not (await switcher.compare("note_list")).equal


async def test_a_version_of_another_shape_is_compared_in_what_both_have(
    dsn: str, connection: Connection, switcher: Switcher
) -> None:
    """What only one has is told; accepted differences are kept with their reason."""
    await built(dsn, connection, LIST)
    assert await remove(connection, "note_list", BUILDING) is not None
    assert await rebuild(dsn, FEED, SECOND, simulated=False) is not None
    compared = await switcher.compare("note_list")
    assert compared.equal
    [listed, words] = compared.tables
    assert (listed.table, listed.only_live, listed.only_build) == ("note_list", ("size",), ("urgent",))
    assert (words.table, words.live, words.build) == ("note_words", None, 6)
    await connection.execute("UPDATE note_list SET text = '旧'")
    with pytest.raises(Differs):
        await switcher.switch("note_list")
    await switcher.switch("note_list", accepting="the first version was wrong")
    live = await in_state(connection, LIVE, "note_list")
    assert live is not None
    assert (live.version, live.accepted) == (2, "the first version was wrong")
    assert await live_of(connection, [LIST, SECOND]) == [SECOND]
    await project(connection, SECOND)
    assert await connection.fetchval("SELECT count(*) FROM note_words") == 6


async def test_not_while_events_are_parked(dsn: str, connection: Connection, switcher: Switcher) -> None:
    await built(dsn, connection, LIST)
    await connection.execute("""
        INSERT INTO parked_subjects (consumer, subject, since, resumes, tried_at)
        VALUES ('projection:note_list/1', 'note:n1', now(), false, now());
        INSERT INTO parked (consumer, subject, source, place, shard, shard_idx, idx, event_id, type, tries, first_at, last_at)
        VALUES ('projection:note_list/1', 'note:n1', '', 2, 0, 1, 2, gen_random_uuid(), 't', 1, now(), now())""")
    with pytest.raises(NotSwitched, match="1 events of note_list are parked"):
        await switcher.switch("note_list")
    await forget(connection, "projection:note_list/1")
    await switcher.switch("note_list")


async def test_not_of_a_build_that_stopped_or_is_far_behind(
    dsn: str, connection: Connection, switcher: Switcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotSwitched, match="no version of note_list is live"):
        await switcher.switch("note_list")
    await built(dsn, connection, LIST)
    await connection.execute("""UPDATE projections SET stopped = '{"idx": 3, "error": "Poison()"}' WHERE state = 'building'""")
    with pytest.raises(NotSwitched, match="cannot apply event 3"):
        await switcher.switch("note_list")
    await connection.execute("UPDATE projections SET stopped = NULL")
    monkeypatch.setattr(switching, "CATCH_UP", 1)
    await made(connection, "g", "h", first=6)
    await project(connection, LIST)
    with pytest.raises(NotSwitched, match="still being built: at 7 of 9"):
        await switcher.switch("note_list")
    assert await remove(connection, "note_list", BUILDING) is not None
    with pytest.raises(NotSwitched, match="nothing is being built beside note_list"):
        await switcher.compare("note_list")


async def test_the_switch_catches_a_build_up(dsn: str, connection: Connection, switcher: Switcher) -> None:
    await built(dsn, connection, COUNTS)
    await made(connection, *"ghij", first=6)
    await project(connection, COUNTS)
    assert (await switcher.switch("note_counts")).position == 11
    assert await connection.fetchval("SELECT notes FROM note_counts") == 10


LIVE_POSITION = """
SELECT c.position FROM projections p JOIN checkpoints c ON c.name = p.checkpoint WHERE p.name = 'note_list' AND p.state = 'live'
"""
READ = f"SELECT ({LIVE_POSITION}) AS position, (SELECT count(*) FROM note_list) AS count"  # noqa: S608 - constant SQL


async def read_once(pool: Pool) -> int:
    """What one statement sees: as many notes as the position says; answers how many."""
    row = await pool.fetchrow(READ)
    assert row is not None
    assert row["position"] == row["count"]
    return int(row["count"])


async def read_twice(pool: Pool) -> int:
    """What a transaction sees that took its view of the database before it looked at the table."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        at = await connection.fetchval(LIVE_POSITION)
        await asyncio.sleep(0)
        count: int = await connection.fetchval("SELECT count(*) FROM note_list")
        assert at == count
    return count


async def test_no_reader_sees_anything_but_a_whole_table(
    dsn: str, connection: Connection, switcher: Switcher, pool: Pool
) -> None:
    """Readers with prepared statements all the while, in transactions and outside; events arrive; six switches."""
    await made(connection, *(f"t{n}" for n in range(30)))
    await project(connection, LIST)
    reads: list[int] = []
    ended = False

    async def reader(read: object) -> None:
        least = 30
        while not ended:
            count = await (read_once(pool) if read == "once" else read_twice(pool))
            assert count >= least
            least = count
            reads.append(count)

    async def writer() -> None:
        n = 30
        while not ended:
            await made(own := await connect(dsn, "writer"), f"t{n}", first=n)
            await own.close()
            n += 1

    loops = [
        forever("projector", lambda: run_projector(dsn, FEED, [LIST], 0.01, simulated=False)),
        forever("builder", lambda: run_builds(dsn, FEED, [LIST], 0.01, simulated=False)),
    ]
    async with running(*loops):
        tasks = [asyncio.create_task(reader("once" if n % 2 else "twice")) for n in range(4)] + [asyncio.create_task(writer())]
        for number in range(2, 8):
            await begun(dsn, LIST)
            moves = "SELECT position > 0 FROM checkpoints WHERE name = 'build:note_list/' || $1"
            await until(partial(connection.fetchval, moves, str(number)))
            await switcher.switch("note_list")
            await until(partial(more_than, reads, len(reads)))
        ended = True
        await asyncio.gather(*tasks)
    assert (await states(connection))[-2:] == [(6, RETIRED), (7, LIVE)]


async def more_than(reads: list[int], count: int) -> bool:
    return len(reads) > count


async def test_a_reader_with_an_older_view_is_waited_for(dsn: str, connection: Connection, switcher: Switcher) -> None:
    """It took its view before the build began: by its name it would find an empty table."""
    await made(connection, *"abc")
    await project(connection, LIST)
    older = await connect(dsn, "older")
    transaction = older.transaction(isolation="repeatable_read")
    await transaction.start()
    await older.fetchval("SELECT 1 FROM checkpoints")
    assert await rebuild(dsn, FEED, LIST, simulated=False) is not None
    switch = asyncio.create_task(switcher.switch("note_list"))
    polls = """SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'switch-helper'
               AND query LIKE '%virtualxid%'"""
    await until(lambda: connection.fetchval(polls))
    assert not switch.done()
    assert await older.fetchval("SELECT count(*) FROM note_list") == 3
    await transaction.rollback()
    await switch
    await older.close()
    assert await states(connection) == [(1, RETIRED), (2, LIVE)]


async def test_a_reader_that_stays_is_named_and_the_switch_given_up(
    dsn: str, connection: Connection, switcher: Switcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switching, "PATIENCE", 0.2)
    monkeypatch.setattr(switching, "READERS", 0.05)
    await built(dsn, connection, LIST)
    older = await connect(dsn, "older")
    async with older.transaction(isolation="repeatable_read"):
        await older.fetchval("SELECT 1 FROM checkpoints")
        pid = await older.fetchval("SELECT pg_backend_pid()")
        with pytest.raises(NotSwitched, match=f"backend {pid}"):
            await switcher.switch("note_list")
    await older.close()
    await switcher.switch("note_list")


async def test_killed_in_the_middle_nothing_or_all_has_happened(
    dsn: str, connection: Connection, switcher: Switcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it waits for the projector, for a reader of the table, and just before it commits."""
    monkeypatch.setattr(switching, "TABLE_LOCK_TIMEOUT", "SET LOCAL lock_timeout = 0")
    monkeypatch.setattr(switching, "OLDER", "SELECT $1::int[], $2::int WHERE false")  # the holder is older, and met at its lock
    await built(dsn, connection, LIST)
    before = await digests(connection, "note_list")
    holds = ["SELECT FROM checkpoints FOR UPDATE", "SELECT FROM note_list", "SELECT FROM projections FOR UPDATE"]
    for hold in holds:
        holder = await connect(dsn, "holder")
        async with holder.transaction():
            await holder.execute(hold)
            switch = asyncio.create_task(switcher.switch("note_list"))
            await until(lambda: waits_for_a_lock(connection, "switch"))
            await kill(connection, "switch")
            with pytest.raises(GONE):
                await switch
        await holder.close()
        assert await states(connection) == [(1, LIVE), (2, BUILDING)]
        assert await digests(connection, "note_list") == before
    await switcher.switch("note_list")
    assert await states(connection) == [(1, RETIRED), (2, LIVE)]
    assert await digests(connection, "note_list") == before


async def test_who_may_read_the_live_table_may_read_the_new_one(dsn: str, connection: Connection, switcher: Switcher) -> None:
    """Grants and row-level security go with the name."""
    role = f"reader_{(await connection.fetchval('SELECT current_database()'))[-12:]}"
    await connection.execute(f"CREATE ROLE {role}; GRANT SELECT ON note_list TO {role}")
    await connection.execute(f"""ALTER TABLE note_list ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON note_list FOR SELECT TO {role} USING (note_id <> 'n0')""")
    try:
        await built(dsn, connection, LIST)
        await switcher.switch("note_list")
        async with connection.transaction():
            await connection.execute(f"SET LOCAL ROLE {role}")
            assert await connection.fetchval("SELECT count(*) FROM note_list") == 5
    finally:
        await connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


async def test_a_list_waits_for_the_live_version_only(sut: ServiceUnderTest) -> None:
    """Not for the build; and the status tells of the live one."""
    async with sut.client("officer", "operator") as client:
        made_note = await client.post("/v1/notes", json={"note_id": "n1", "text": "字"})
        await sut.settle()
        await begun(sut.dsn, LIST)
        assert (await client.get("/v1/notes", params={"at_least": made_note.json()["event_id"]})).status_code == 200
        assert (await client.get("/ops/status")).json()["projections"] == {"note_list/1": 1, "note_counts/1": 1, "deadlines/1": 1}
        told = (await client.get("/ops/projections")).json()
    assert told["head"] == 1
    assert [(one["name"], one["state"], one["position"]) for one in told["items"]] == [
        ("deadlines", "live", 1), ("note_counts", "live", 1), ("note_list", "live", 1), ("note_list", "building", 0),
    ]  # fmt: skip


async def fired(sut: ServiceUnderTest) -> int:
    count: int = await sut.connection.fetchval("SELECT count(*) FROM events WHERE type = $1", NoteDone.__wire__)
    return count


async def test_deadlines_built_anew_are_the_same_and_fire_nothing_again(sut: ServiceUnderTest) -> None:
    """Nothing fires of the build, and after the switch only what is still to come; also where the rules refused."""
    async with sut.client("officer") as officer:
        for note_id in ("a", "b"):
            await officer.post("/v1/notes", json={"note_id": note_id, "text": "字"})
        sut.clock.at += timedelta(days=1)
        await sut.settle()
        await officer.post("/v1/notes", json={"note_id": "c", "text": "字"})
        await sut.settle()
    assert await fired(sut) == 2
    projection = deadline_projection(deadlines)
    assert await rebuild(sut.dsn, FEED, projection, simulated=True) is not None
    assert await fire_due(sut.connection, sut.runner, {"note-due": on_due}) == 0
    switcher = Switcher(sut.dsn, FEED, [projection], simulated=True)
    compared = await switcher.switch("deadlines")
    assert [(one.table, one.live, one.build, one.equal) for one in compared.tables] == [("deadlines", 3, 3, True)]
    assert await fire_due(sut.connection, sut.runner, {"note-due": on_due}) == 0
    sut.clock.at += timedelta(days=1)
    await sut.settle()
    assert await fired(sut) == 3


async def test_rules_of_a_new_version_fire_nothing_of_the_past(sut: ServiceUnderTest) -> None:
    """What they set to a time that is settled already, by events that are, is what catching up would fire."""

    def earlier(sequenced: Sequenced, happened: Event) -> list[Arm]:
        found = deadlines(sequenced, happened)
        return [replace(one, due_at=one.due_at - timedelta(hours=1)) for one in found if isinstance(one, Arm)]

    async with sut.client("officer") as officer:
        await officer.post("/v1/notes", json={"note_id": "a", "text": "字"})
        sut.clock.at += timedelta(days=1)
        await sut.settle()
        await officer.post("/v1/notes", json={"note_id": "b", "text": "字"})
        await sut.settle()
    projection = replace(deadline_projection(earlier), version=2)
    assert await rebuild(sut.dsn, FEED, replace(projection, ddl=None), simulated=True) is not None
    await Switcher(sut.dsn, FEED, [projection], simulated=True).switch("deadlines", accepting="an hour earlier")
    calls: list[str] = []

    async def note(work: Any, deadline: Deadline) -> None:
        calls.append(deadline.key)

    assert await fire_due(sut.connection, sut.runner, {"note-due": note}) == 0
    sut.clock.at += timedelta(hours=23)
    assert await fire_due(sut.connection, sut.runner, {"note-due": note}) == 1
    assert calls == ["b"]
