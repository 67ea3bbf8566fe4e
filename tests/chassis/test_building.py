"""Builds: whatever is in memory, killed or cancelled at any point, a build is what the live version is; it stops at an error."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from chassis import building, shelves
from chassis.building import Stopped, rebuild, run_builds
from chassis.database import GONE, connect, forever
from chassis.eventstore import Connection
from chassis.projector import Batch, Overtaken, Projection, begin, live_of, run_projector
from chassis.readtables import Layout, copy_rows, layout_of
from chassis.sequencer import run_sequencer
from chassis.switching import Switcher
from chassis.versions import BUILDING, LIVE, generations, in_state, remove
from chassis.worker import running
from tests.chassis.notes import COUNTS, LIST, OPEN, NoteDone, NoteMade, note_row, project_list
from tests.chassis.projecting import FEED, begun, digests, done, kill, made, project
from tests.chassis.writing import until, waits_for_a_lock

NewDatabase = Callable[[], AbstractAsyncContextManager[str]]
WORDS = Path(__file__).parent / "migrations" / "projections" / "note_list_2.sql"


async def project_words(batch: Batch) -> None:
    """The second version of the list: a column more, a column less, another table."""
    keys = [sequenced.envelope.stream_id.partition(":")[2] for sequenced in batch.events]
    listed, words = await batch.rows("note_list", keys), await batch.rows("note_words", keys)
    for key, sequenced in zip(keys, batch.events, strict=True):
        match batch.event(sequenced):
            case NoteMade() as happened:
                row = note_row(sequenced, happened) | {"urgent": "!" in happened.text}
                del row["size"]
                listed.put(key, row)
            case NoteDone():
                listed.patch(key, done=True)
        words.put(key, {"note_id": key, "events": sequenced.envelope.version})


SECOND = Projection("note_list", 2, project_words, ("note_list", "note_words"), ddl=WORDS)


async def as_live(connection: Connection, projection: Projection) -> bool:
    """Whether the build's tables hold what the live ones hold."""
    build = await in_state(connection, BUILDING, projection.name)
    assert build is not None
    aside = await digests(connection, *(f"{build.schema}.{table}" for table in projection.tables))
    return aside == await digests(connection, *projection.tables)


async def build(dsn: str, projection: Projection, upto: int | None = None) -> None:
    assert await rebuild(dsn, FEED, projection, simulated=False, upto=upto) is not None


async def gone(connection: Connection) -> bool:
    """Whether nothing is left of any build."""
    schemas = await connection.fetchval("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'projection%'")
    return not schemas and not await connection.fetchval("SELECT count(*) FROM checkpoints WHERE name LIKE 'build:%'")


async def test_a_build_is_what_grew_live(dsn: str, connection: Connection) -> None:
    """Its tables have the same columns, keys, checks and indexes, by name."""
    await made(connection, *"abcdefgh")
    await done(connection, 1, 3)
    await connection.execute("CREATE INDEX note_list_by_district ON note_list (district, note_id) WHERE NOT done")
    for projection in (LIST, COUNTS):
        await project(connection, projection)
        await build(dsn, projection)
        assert await as_live(connection, projection)
    described = """SELECT regexp_replace(pg_get_indexdef(indexrelid), ' ON \\S+ ', ' ') AS text FROM pg_index
                   WHERE indrelid = $1::regclass ORDER BY 1"""
    live, aside = [await connection.fetch(described, table) for table in ("note_list", "projection_note_list_2.note_list")]
    assert live == aside
    assert len(live) == 2


SIZES = {"building.PAGE": st.integers(1, 5), "building.STRETCH": st.integers(1, 9), "building.CHANGED_ROWS": st.integers(1, 6),
         "shelves.CACHED_ROWS": st.integers(0, 6), "shelves.KNOWN_KEYS": st.integers(0, 6)}  # fmt: skip
STEPS = st.lists(st.one_of(st.just("make"), st.integers(0, 9)), min_size=1, max_size=24)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.fixed_dictionaries(SIZES), steps=STEPS, resumes=st.integers(0, 20))
async def test_whatever_is_kept_in_memory_and_wherever_it_resumes(
    new_database: NewDatabase, sizes: dict[str, int], steps: list[Any], resumes: int
) -> None:
    """Rows come from memory, are known to be new, are read, or go and come again; the result is the same."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in sizes.items():
            patched.setattr(f"chassis.{name}", value)
        async with new_database() as dsn:
            connection = await connect(dsn, "test")
            notes = 0
            versions: set[int] = set()
            for step in steps:
                if step == "make":
                    await made(connection, f"t{notes}", first=notes)
                    notes += 1
                elif step < notes and step not in versions:
                    versions.add(step)
                    await done(connection, step)
            for projection in (LIST, COUNTS, OPEN):
                await project(connection, projection)
                await build(dsn, projection, upto=resumes)
                await build(dsn, projection)
                assert await as_live(connection, projection)
            await connection.close()


async def test_a_row_that_went_comes_again(dsn: str, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it was taken out of the table as well, whether its key is known to be stored or not."""
    monkeypatch.setattr(building, "PAGE", 1)
    monkeypatch.setattr(building, "CHANGED_ROWS", 2)
    await made(connection, "a", "b")  # a class each, written together
    await done(connection, 0)
    await made(connection, "c", first=2)  # of the class that has none any more
    await project(connection, OPEN)
    for known in (10, 0):
        monkeypatch.setattr(shelves, "KNOWN_KEYS", known)
        await build(dsn, OPEN)
        assert await as_live(connection, OPEN)
        await remove(connection, OPEN.name, BUILDING)
    assert await connection.fetchval("SELECT count(*) FROM note_open") == 2


async def test_killed_while_it_writes_it_goes_on(dsn: str, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each of its commits, with its rows written and its checkpoint not yet: nothing is lost and nothing counted twice."""
    monkeypatch.setattr(building, "PAGE", 2)
    monkeypatch.setattr(building, "STRETCH", 4)
    await made(connection, *"abcdefghij")
    await project(connection, COUNTS)
    build_of = await begun(dsn, COUNTS)
    for _ in range(3):
        holder = await connect(dsn, "holder")
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute(f"LOCK TABLE {build_of.schema}.note_counts IN SHARE MODE")
        under_way = asyncio.create_task(rebuild(dsn, FEED, COUNTS, simulated=False))
        await until(lambda: waits_for_a_lock(connection, "builder"))
        await kill(connection, "builder")
        with pytest.raises(GONE):
            await under_way
        await transaction.rollback()
        await holder.close()
        await build(dsn, COUNTS, upto=(await position(connection, COUNTS)) + 3)
    await build(dsn, COUNTS)
    assert await as_live(connection, COUNTS)


async def position(connection: Connection, projection: Projection) -> int:
    found = await in_state(connection, BUILDING, projection.name)
    assert found is not None
    return found.position


async def test_it_stops_at_an_event_that_it_cannot_apply_and_says_which(dsn: str, connection: Connection) -> None:
    """It is strict: what came before is built, nothing is skipped; mended, it goes on from there."""
    mended = replace(LIST, project=lambda batch: project_list(batch))
    await made(connection, "a", "b", "毒", "d")
    await begin(connection, [LIST], simulated=False)
    with capture_logs() as logs, pytest.raises(Stopped, match=r"event 3 \(casetrail.notes.note-made.v1\).*poison"):
        await build(dsn, LIST, upto=4)
    assert [(line["idx"], line["projection"]) for line in logs if line["event"] == "build_stopped"] == [(3, "note_list/1")]
    stopped = await in_state(connection, BUILDING, "note_list")
    assert stopped is not None
    assert stopped.stopped is not None
    assert (stopped.position, stopped.stopped["idx"]) == (2, 3)
    assert await connection.fetchval("SELECT count(*) FROM projection_note_list_2.note_list") == 2
    harmless = replace(mended, project=_harmless)
    await build(dsn, harmless, upto=4)
    texts = "SELECT array_agg(text ORDER BY text) FROM projection_note_list_2.note_list"
    assert await connection.fetchval(texts) == ["a", "b", "d"]
    finished = await in_state(connection, BUILDING, "note_list")
    assert finished is not None
    assert finished.stopped is None


async def _harmless(batch: Batch) -> None:
    batch.events = [event for event in batch.events if "毒" not in event.recorded.data.decode()]
    await project_list(batch)


async def test_cancelled_while_it_writes_nothing_is_left(dsn: str, connection: Connection) -> None:
    await made(connection, *"abc")
    await project(connection, LIST)
    live = await digests(connection, "note_list")
    build_of = await begun(dsn, LIST)
    holder = await connect(dsn, "holder")
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute(f"LOCK TABLE {build_of.schema}.note_list IN SHARE MODE")
    async with running(forever("builder", lambda: run_builds(dsn, FEED, [LIST], 0.01, simulated=False))):
        await until(lambda: waits_for_a_lock(connection, "builder"))
        cancelling = asyncio.create_task(remove(holder_of := await connect(dsn, "canceller"), "note_list", BUILDING))
        await until(lambda: waits_for_a_lock(connection, "canceller"))
        await transaction.rollback()
        cancelled = await cancelling
        assert cancelled is not None
        assert await gone(connection)
        await made(connection, "d", first=3)
        await project(connection, LIST)
    await holder_of.close()
    await holder.close()
    assert await gone(connection)
    assert [one.state for one in await generations(connection)] == [LIVE, "cancelled"]
    assert (await digests(connection, "note_list"))[0][0] == live[0][0] + 1


async def test_overtaken_by_a_switch_that_caught_it_up_it_counts_nothing_twice(dsn: str, connection: Connection) -> None:
    await made(connection, *"abc")
    await project(connection, COUNTS)
    async with building.building(dsn, FEED, COUNTS, simulated=False) as builder:
        assert builder is not None
        assert await builder.stretch(3) == 3
        await made(connection, *"def", first=3)
        await project(connection, COUNTS)
        assert (await Switcher(dsn, FEED, [COUNTS], simulated=False).compare("note_counts")).equal
        await made(connection, *"ghi", first=6)
        await project(connection, COUNTS)
        with pytest.raises(Overtaken):
            await builder.stretch(9)
        assert await builder.stretch(9) == 3
    assert await as_live(connection, COUNTS)


async def test_only_the_generation_that_is_meant_is_given_up(dsn: str, connection: Connection) -> None:
    """Whoever gives up its own build leaves one alone that an operator has begun meanwhile."""
    first = await begun(dsn, LIST)
    assert await remove(connection, "note_list", BUILDING) == first
    second = await begun(dsn, LIST)
    assert await remove(connection, "note_list", BUILDING, generation=first.generation) is None
    assert await in_state(connection, BUILDING, "note_list") == second
    assert await remove(connection, "note_list", BUILDING, generation=second.generation) == second


async def test_only_one_process_builds(dsn: str, connection: Connection) -> None:
    await made(connection, "a")
    await project(connection, LIST)
    async with building.building(dsn, FEED, LIST, simulated=False) as builder:
        assert builder is not None
        assert await rebuild(dsn, FEED, LIST, simulated=False) is None
    await build(dsn, LIST)


async def test_the_worker_follows_beside_while_events_arrive(dsn: str, connection: Connection) -> None:
    """A build is begun, events go on arriving, and the build stays at the live version's side."""
    await made(connection, *"abcdef")
    loops = [
        forever("sequencer", lambda: run_sequencer(dsn, 0.01)),
        forever("projector", lambda: run_projector(dsn, FEED, [LIST, COUNTS], 0.01, simulated=False)),
        forever("builder", lambda: run_builds(dsn, FEED, [LIST, COUNTS], 0.01, simulated=False)),
    ]
    async with running(*loops):
        await until(lambda: connection.fetchval("SELECT count(*) = 2 FROM projections"))
        for projection in (LIST, COUNTS):
            await begun(dsn, projection)
        for n in range(6, 26):
            await made(connection, f"t{n}", first=n)
        at = "SELECT count(*) = 4 AND bool_and(position = (SELECT max(idx) FROM ledger)) FROM checkpoints"
        await until(lambda: connection.fetchval(at))
    assert await as_live(connection, LIST)
    assert await as_live(connection, COUNTS)


async def test_a_new_version_is_built_by_the_worker_that_knows_it(dsn: str, connection: Connection) -> None:
    """The release before goes on with the version that is live; one that was cancelled is not begun again."""
    await made(connection, *"ab")
    old = forever("old", lambda: run_projector(dsn, FEED, [LIST], 0.01, simulated=False))

    def new() -> AbstractAsyncContextManager[None]:
        return running(
            forever("new", lambda: run_projector(dsn, FEED, [SECOND], 0.01, simulated=False)),
            forever("builder", lambda: run_builds(dsn, FEED, [SECOND], 0.01, simulated=False)),
        )

    async with running(old):
        await until(lambda: connection.fetchval("SELECT count(*) = 2 FROM note_list"))
        async with new():
            await made(connection, "c", first=2)
            await until(lambda: connection.fetchval("SELECT count(*) = 3 FROM note_list"))
            built = "SELECT position = 3 FROM checkpoints WHERE name = 'build:note_list/2'"
            await until(lambda: connection.fetchval(built))
            assert [(one.version, one.state) for one in await generations(connection)] == [(1, LIVE), (2, BUILDING)]
            assert await live_of(connection, [SECOND]) == []
            assert await remove(connection, "note_list", BUILDING) is not None
        async with new():
            idle = """SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'builder'
                      AND state = 'idle' AND query LIKE '%FROM projections%'"""
            await until(lambda: connection.fetchval(idle))
        assert await gone(connection)


async def test_a_fresh_database_begins_with_the_newest_version(connection: Connection) -> None:
    await made(connection, *"ab")
    await project(connection, SECOND)
    assert await live_of(connection, [LIST, SECOND]) == [SECOND]
    columns = await connection.fetchval(
        "SELECT array_agg(attname::text) FROM pg_attribute WHERE attrelid = 'note_list'::regclass AND attnum > 0"
    )
    assert "urgent" in columns
    assert await connection.fetchval("SELECT count(*) FROM note_words") == 2


async def test_a_database_from_before_versions_goes_on_with_what_it_has(connection: Connection) -> None:
    await made(connection, *"ab")
    await connection.execute(
        "INSERT INTO checkpoints VALUES ('projection:note_list/1', 1, false), ('projection:other/1', 1, false)"
    )
    await begin(connection, [LIST, SECOND], simulated=False)
    [found] = await generations(connection)
    assert (found.version, found.position, found.state) == (1, 1, LIVE)


async def test_a_row_made_now_and_a_row_read_back_are_written_alike(connection: Connection) -> None:
    """A projection may put what its event holds into a row: a time or a day, not only its text."""
    await connection.execute("CREATE TABLE dated (id text PRIMARY KEY, at timestamptz, day date)")
    layout = await layout_of(connection, "dated")
    at, day = datetime(2021, 9, 1, 8, tzinfo=UTC), date(2021, 9, 1)
    made: list[dict[str, Any]] = [{"id": "1", "at": at, "day": day}, {"id": "2", "at": at.isoformat(), "day": day.isoformat()}]
    await copy_rows(connection, layout, made)
    rows = await connection.fetch("SELECT at, day FROM dated")
    assert [tuple(row) for row in rows] == [(at, day)] * 2


DAY, AT = date(2021, 9, 1), datetime(2021, 9, 1, 4, tzinfo=UTC)
PLAIN = {"k": "a", "day": DAY, "at": AT, "doc": None}
AS_JSON = {"k": "b", "day": "2021-09-01", "at": "2021-09-01T12:00:00+08:00", "doc": {"n": 1}}


@pytest.mark.parametrize(
    ("rows", "records"),
    [
        pytest.param([PLAIN], [("a", DAY, AT, None)], id="as they are"),
        pytest.param([AS_JSON, PLAIN], [("b", DAY, AT, '{"n":1}'), ("a", DAY, AT, None)], id="some as JSON has them"),
        pytest.param([{"k": "a", "day": "infinity"}, PLAIN], [("a", date.max, None, None), ("a", DAY, AT, None)], id="lacking"),
        pytest.param([], [], id="none"),
    ],
)
def test_copy_is_given_what_an_upsert_would_have_stored(rows: list[dict[str, Any]], records: list[tuple[Any, ...]]) -> None:
    types = ("text", "date", "timestamp with time zone", "jsonb")
    assert Layout("public.t", ("k",), ("k", "day", "at", "doc"), types).records(rows) == records


def test_a_table_may_have_nothing_but_its_key() -> None:
    assert Layout("public.t", ("k",), ("k",), ("text",)).records([{"k": "a"}, {"k": "b"}]) == [("a",), ("b",)]
