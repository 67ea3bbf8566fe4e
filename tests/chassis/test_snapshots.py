"""Snapshots never change what a stream tells; they are taken behind its back, may be lost, and are never trusted blindly."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from chassis.aggregates import AsOf, fold_version, read, read_together
from chassis.clock import FixedClock
from chassis.database import WORKS, connect, writer_connection
from chassis.domain import EVENT_TYPES, Event, Refused, Stream
from chassis.envelope import uuid7
from chassis.eventstore import LAST, Connection
from chassis.runner import Context, PoolSource, Runner, Work
from chassis.snapshots import ALONE, CHECKPOINT, discard, follow_once, renew, run_snapshots, take
from chassis.worker import running
from chassis.writer import GroupCommit
from tests.chassis import tallies
from tests.chassis.tallies import TALLY, Marked, Named, TallyState, evolve, history, marks, old_mark, scratch, store
from tests.chassis.writing import AT, OFFICER, until, waits_for_a_lock

PLACES = "SELECT stream_id, version FROM snapshots ORDER BY stream_id, version"


@pytest.fixture(autouse=True)
def _tallies_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for wire, known in tallies.EVENTS.items():
        monkeypatch.setitem(EVENT_TYPES, wire, known)


async def kept(connection: Connection) -> list[tuple[str, int]]:
    """Of which streams at which versions there are snapshots."""
    return [(row["stream_id"], row["version"]) for row in await connection.fetch(PLACES)]


async def follow(connection: Connection, stream: Stream[Any] = TALLY) -> None:
    """Let the follower come to the end of the ledger."""
    while await follow_once(connection, [stream], simulated=False):
        pass


class Counting:
    """A connection that counts statements and the rows they were answered."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.statements = self.rows = 0

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        found: list[Any] = await self._connection.fetch(sql, *args)
        self.statements += 1
        self.rows += len(found)
        return found


EVENTS = st.one_of(
    st.builds(Marked, count=st.integers(0, 9), on_day=st.dates(date(2021, 1, 1), date(2021, 1, 5))),
    st.builds(Named, name=st.text(alphabet='甲乙"\\é', max_size=3)),
    st.integers(0, 9).map(old_mark),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(EVENTS, min_size=1, max_size=14), every=st.integers(1, 6), lost=st.sets(st.integers(1, 14)))
async def test_state_through_snapshots_is_the_fold_at_every_version(
    connection: Connection, events: list[Event | tuple[str, bytes]], every: int, lost: set[int]
) -> None:
    """Whatever happened, however often snapshots were taken, whichever of them were lost, and with events of an old version."""
    stream = replace(TALLY, snapshot_every=every)
    key = uuid7().hex
    stored = await store(connection, history(key, events))
    await follow(connection, stream)
    assert [v for stream_id, v in await kept(connection) if stream_id == stream.id(key)] == [
        *range(every, len(events) + 1, every)
    ]
    await connection.execute("DELETE FROM snapshots WHERE version = ANY($1)", sorted(lost))
    for version in range(1, len(events) + 1):
        assert await read(connection, stream, key, AsOf.version(version)) == scratch(key, stored[:version], stream)
    assert await read(connection, stream, key) == scratch(key, stored, stream)


async def test_a_snapshot_is_really_what_is_read(connection: Connection) -> None:
    """A state that only the snapshot has comes back: without this, the other tests would hold with no snapshot at all."""
    stored = await store(connection, history("n", marks(4)))
    await follow(connection)
    await connection.execute("UPDATE snapshots SET state = replace(convert_from(state, 'UTF8'), '\"2\"', '\"X\"')::bytea")
    assert (await read(connection, TALLY, "n")).state.order == ("1", "X", "3", "4")
    assert (await read(connection, TALLY, "n", AsOf.version(2))).state == scratch("n", stored[:2]).state


async def test_a_series_of_a_thousand_is_read_in_few_rows(connection: Connection) -> None:
    """The effect, in rows that the database answers: at most the snapshot and the events after it."""
    twenty, never = replace(TALLY, snapshot_every=20), replace(TALLY, snapshot_every=None)
    await store(connection, history("n", marks(995)))
    await follow(connection, twenty)
    counts = []
    for stream in (never, twenty):
        counting = Counting(connection)
        assert (await read(counting, stream, "n")).version == 995  # type: ignore[arg-type]
        counts.append(counting.rows)
    assert counts == [995, 1 + 15]


async def test_a_read_takes_one_round_trip_with_and_without_snapshots(connection: Connection) -> None:
    await store(connection, history("n", marks(7)))
    await follow(connection)
    for stream in (TALLY, replace(TALLY, snapshot_every=None)):
        counting = Counting(connection)
        await read(counting, stream, "n")  # type: ignore[arg-type]
        assert counting.statements == 1


async def test_several_streams_are_read_in_one_round_trip_each_as_by_itself(connection: Connection) -> None:
    """In the order asked for; one that has no events, one asked for twice, snapshots beside them."""
    for key, count in (("n", 7), ("m", 2)):
        await store(connection, history(key, marks(count)))
    await follow(connection)
    asked = [(TALLY, key) for key in ("m", "none", "n", "m")]
    counting = Counting(connection)
    found = await read_together(counting, asked)  # type: ignore[arg-type]
    assert counting.statements == 1
    assert [loaded.version for loaded in found] == [2, 0, 7, 2]
    assert found == [await read(connection, stream, key) for stream, key in asked]
    then = AsOf.position(8)
    assert await read_together(connection, asked, then) == [await read(connection, *one, then) for one in asked]


async def test_snapshots_are_taken_behind_the_ledger_of_the_named_streams_only(connection: Connection) -> None:
    await store(connection, history("n", marks(7)))
    other = replace(TALLY, name="other")
    await follow_once(connection, [other], simulated=True)
    assert await kept(connection) == []
    assert await connection.fetchval("SELECT position FROM checkpoints WHERE name = $1", CHECKPOINT) == 7
    await connection.execute("DELETE FROM checkpoints")
    for _ in range(2):  # again from the start: the same rows
        await follow(connection)
        assert await kept(connection) == [("tally:n", 3), ("tally:n", 6)]
        await connection.execute("DELETE FROM checkpoints")


async def test_a_snapshot_of_another_fold_is_not_read_and_goes(connection: Connection) -> None:
    stored = await store(connection, history("n", marks(4)))
    await follow(connection)
    await connection.execute("UPDATE snapshots SET fold = 'old', state = '{}'")
    assert await read(connection, TALLY, "n") == scratch("n", stored)
    assert await renew(connection, [TALLY]) == 1
    assert await kept(connection) == [("tally:n", 4)]
    assert await connection.fetchval("SELECT fold FROM snapshots") == fold_version(TALLY)
    assert await renew(connection, [TALLY]) == 0


@pytest.mark.parametrize("state", [b"", b"{", b'{"order":7}', b"[]"])
async def test_a_snapshot_that_cannot_be_read_is_passed_over_and_replaced(connection: Connection, state: bytes) -> None:
    stored = await store(connection, history("n", marks(7)))
    await follow(connection)
    await connection.execute("UPDATE snapshots SET state = $1 WHERE version = 6", state)
    with capture_logs() as logs:
        assert await read(connection, TALLY, "n") == scratch("n", stored)
    assert [line["event"] for line in logs] == ["snapshot_unreadable"]
    assert await take(connection, TALLY, "n")
    assert await kept(connection) == [("tally:n", 3), ("tally:n", 7)]
    with capture_logs() as logs:
        assert await read(connection, TALLY, "n") == scratch("n", stored)
    assert logs == []


@dataclass(frozen=True, slots=True)
class Loose:
    """A state that JSON does not give back: a tuple where the type says nothing."""

    said: Any = None


async def test_a_state_that_would_come_back_as_another_is_not_kept(connection: Connection) -> None:
    await store(connection, history("n", marks(3)))
    loose: Stream[Loose] = Stream("tally", Loose(), lambda _, event: Loose((event.count,)), snapshot_every=1)
    with capture_logs() as logs:
        await follow(connection, loose)
    assert [line["event"] for line in logs] == ["snapshot_unfaithful"] * 3
    assert await kept(connection) == []


async def test_what_cannot_be_folded_is_left_out_and_the_next_goes_on(connection: Connection) -> None:
    def broken(state: TallyState, happened: Event) -> TallyState:
        if isinstance(happened, Named):
            raise ArithmeticError("broken")
        return evolve(state, happened)

    await store(connection, history("a", [Named(name="a")]))
    await store(connection, history("b", marks(1)))
    with capture_logs() as logs:
        await follow(connection, Stream("tally", TallyState(), broken, snapshot_every=1))
    assert [line["event"] for line in logs] == ["snapshot_failed"]
    assert await kept(connection) == [("tally:b", 1)]


async def test_a_command_rests_on_the_right_version_and_first_event(dsn: str, connection: Connection) -> None:
    """What the write set expects, and what its events inherit, is the same through a snapshot as from the first event on."""
    stored = await store(connection, history("n", marks(4)))
    await follow(connection)
    context = Context(
        command_id=uuid7(), actor=OFFICER, organ="", districts=frozenset({"donghu"}), occurred_at=AT - timedelta(days=1),
        causation_id=uuid7(), stated=True,
    )  # fmt: skip
    work = Work(replace(context, occurred_at=AT), PoolSource(connection), AT)  # type: ignore[arg-type]
    after = work.append(await work.existing(TALLY, "n"), [Named(name="甲")])
    assert (await work.load(TALLY, "n")).state == after.state == evolve(scratch("n", stored).state, Named(name="甲"))
    written = work.write_set(work.answer(None))
    first = stored[0].envelope
    assert written.expected == (("tally:n", 4),)
    [added] = [recorded.envelope for recorded in written.events]
    assert (added.version, added.subject, added.district) == (5, first.subject, first.district)
    assert (added.correlation_id, added.organ) == (first.correlation_id, first.organ)
    early = Work(context, PoolSource(connection), AT)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="before-its-beginning"):
        early.append(await early.existing(TALLY, "n"), [Named(name="乙")])


async def test_concurrent_commands_on_a_snapshotted_series_leave_no_hole(dsn: str, connection: Connection) -> None:
    """Commands and the follower at once: every command is done once, each version rests on the one before."""
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4) as pool:
        writer = GroupCommit(lambda: writer_connection(dsn), lambda: None)
        runner = Runner(pool, writer, FixedClock(AT))

        async def number(work: Work) -> None:
            tally = await work.load(TALLY, "n")
            work.append(tally, [Named(name=str(tally.version + 1))], district="donghu")

        async def one() -> None:
            command_id = uuid7()
            context = Context(
                command_id=command_id, actor=OFFICER, organ="o", districts=frozenset({"*"}), occurred_at=AT,
                causation_id=command_id,
            )  # fmt: skip
            await runner.run(context, number)

        async with running(writer.run()):
            for _ in range(10):
                await asyncio.gather(*(one() for _ in range(4)))
                await store(connection, [])
                await follow(connection)
    assert (await read(connection, TALLY, "n")).state.order == tuple(str(n) for n in range(1, 41))
    assert (await kept(connection))[-1] == ("tally:n", 39)


async def test_the_follower_runs_as_a_worker_does(dsn: str, connection: Connection) -> None:
    async with running(run_snapshots(dsn, [TALLY], 0.05, simulated=False)):
        await store(connection, history("n", marks(3)))
        await until(lambda: kept(connection))


async def test_nothing_comes_back_of_what_was_discarded(dsn: str, connection: Connection) -> None:
    """A snapshot that is just being taken is waited for, and goes with the others."""
    await store(connection, history("n", marks(4)))
    await store(connection, history("m", marks(3)))
    await follow(connection)
    taking, discarding = await connect(dsn, "taking", role=WORKS), await connect(dsn, "discarding", role=WORKS)
    try:
        async with taking.transaction():
            await taking.execute(ALONE, "tally:n")
            asked = asyncio.ensure_future(discard(discarding, ["tally:n"]))
            await until(lambda: waits_for_a_lock(connection, "discarding"))
            assert await take(taking, TALLY, "n", 4)
        assert await asked == 2
    finally:
        await taking.close()
        await discarding.close()
    assert await kept(connection) == [("tally:m", 3)]


@pytest.fixture
def module(tmp_path: Path) -> Callable[[str, str], Stream[Any]]:
    """Writes a module and answers the stream of which it has the fold."""

    def made(name: str, source: str) -> Stream[Any]:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(f"folded_{uuid7().hex}", file)
        assert spec is not None
        assert spec.loader is not None
        loaded = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded)
        return Stream("x", 0, loaded.evolve)

    return made


EVOLVE = "def evolve(state, event):\n    return state + 1\n"


def test_a_fold_is_another_when_any_source_it_can_rest_on_changes(
    module: Callable[[str, str], Stream[Any]], tmp_path: Path
) -> None:
    first = fold_version(module("a/domain/case.py", EVOLVE))
    assert fold_version(module("b/domain/case.py", EVOLVE)) == first
    assert fold_version(module("c/domain/case.py", EVOLVE.replace("1", "2"))) != first
    (tmp_path / "d/domain").mkdir(parents=True)
    (tmp_path / "d/domain/events.py").write_text("# what the fold's events are\n")
    assert fold_version(module("d/domain/case.py", EVOLVE)) != first
    (tmp_path / "e").mkdir()
    (tmp_path / "e/api.py").write_text("# no part of the domain\n")
    assert fold_version(module("e/domain/case.py", EVOLVE)) == first


async def test_the_last_version_is_the_largest_that_a_column_holds(connection: Connection) -> None:
    assert await connection.fetchval("SELECT $1::int", LAST) == LAST
