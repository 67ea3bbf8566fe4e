"""Projections: a poison event parks with the later events of its subject, batches go on without them, a retry loses no update."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from chassis.building import Stopped, rebuild
from chassis.codec import encode
from chassis.database import GONE, WORKS, connect, forever, open_pool
from chassis.deadlines import deadline_projection
from chassis.envelope import Sequenced
from chassis.eventstore import Connection, Pool, append
from chassis.parking import Outcome, Queue, forget
from chassis.projector import Batch, OwnLedger, Projection, _Follower, begin, reapply, run_projector
from chassis.sequencer import read_head, sequence_once
from chassis.worker import running
from tests.chassis.notes import COUNTS, LIST, NoteDone, NoteMade, deadlines
from tests.chassis.poison import Killer
from tests.chassis.writing import alone, recorded, until, waits_for_a_lock

FEED = OwnLedger()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("chassis.parking.PAUSES", (0.0, 0.0, 0.0, 0.0))
    monkeypatch.setattr("chassis.parking.STANDING", 0.0)
    with capture_logs():
        yield


@pytest_asyncio.fixture
async def pool(dsn: str) -> Any:
    opened = await open_pool(dsn, "operator", 3, WORKS)
    yield opened
    opened.terminate()


@dataclass
class Poisoned:
    """A projection that fails on some notes, followed by hand."""

    dsn: str
    inner: Projection = COUNTS
    poison: set[str] = field(default_factory=set)
    batches: list[int] = field(default_factory=list)
    follower: _Follower = field(init=False)
    connection: asyncpg.Connection[asyncpg.Record] = field(init=False)

    @property
    def projection(self) -> Projection:
        return Projection(self.inner.name, self.inner.version, self.project, self.inner.tables)

    async def project(self, batch: Batch) -> None:
        self.batches.append(len(batch.events))
        await self.inner.project(batch)
        if any(event.envelope.stream_id in self.poison for event in batch.events):
            raise ArithmeticError("poison")

    async def open(self) -> Poisoned:
        self.connection = await connect(self.dsn, "tests", role=WORKS)
        await begin(self.connection, [self.projection], simulated=False)
        self.follower = _Follower(self.connection, FEED, self.projection, False)
        return self

    async def follow(self) -> None:
        """To the end of the ledger, or as far as it goes in many rounds."""
        for _ in range(40):
            await self.follower.advance()

    def queue(self, pool: Pool, subject: str) -> Queue:
        async def applies(connection: Connection, parked: asyncpg.Record) -> None:
            await reapply(connection, FEED, self.projection, parked)

        return Queue(pool, self.projection.checkpoint, subject, applies)

    async def position(self) -> int:
        position: int = await self.connection.fetchval("SELECT position FROM checkpoints WHERE name = $1", COUNTS.checkpoint)
        return position


@pytest_asyncio.fixture
async def poisoned(dsn: str) -> Any:
    opened = await Poisoned(dsn).open()
    yield opened
    if not opened.connection.is_closed():
        await opened.connection.close()


async def notes(connection: Connection, *events: tuple[str, str]) -> None:
    """Events of notes in the ledger: (note, what happened); each note is its own subject."""
    versions: dict[str, int] = {}
    for note_id, what in events:
        known = "SELECT coalesce(max(version), 0) FROM events WHERE stream_id = $1"
        version = versions[note_id] = 1 + await connection.fetchval(known, f"note:{note_id}")
        event = NoteDone(note_id=note_id) if what == "done" else NoteMade(note_id=note_id, text=what)
        stored = recorded(f"note:{note_id}", version, data=encode(event), wire=event.__wire__)
        await append(connection, [alone([stored])])
    while await sequence_once(connection, await read_head(connection)):
        pass


async def counted(connection: Connection) -> tuple[int, int] | None:
    row = await connection.fetchrow("SELECT notes, done FROM note_counts")
    return None if row is None else tuple(row)


async def parked(connection: Connection) -> list[tuple[str, int, str | None, int]]:
    sql = "SELECT subject, idx, error_class, tries FROM parked ORDER BY id"
    return [tuple(row) for row in await connection.fetch(sql)]


async def test_a_poison_event_parks_with_what_follows_of_its_subject(
    dsn: str, poisoned: Poisoned, connection: Connection, pool: Pool
) -> None:
    """Batches go on without them; a retry gives what a fold from scratch gives."""
    poisoned.poison = {"note:bad"}
    await notes(connection, ("a", "made"), ("bad", "made"), ("b", "made"), ("bad", "done"), ("a", "done"))
    with capture_logs() as logs:
        await poisoned.follow()
    assert await counted(connection) == (2, 1)
    assert await parked(connection) == [("note:bad", 2, "ArithmeticError", 5), ("note:bad", 4, None, 0)]
    assert await poisoned.position() == 5
    said = [(line["idx"], line["consumer"]) for line in logs if line["event"] == "event_parked"]
    assert said == [(2, "projection:note_counts/1")]
    poisoned.batches.clear()
    await notes(connection, ("c", "made"), ("bad", "made again"), ("c", "done"))
    await poisoned.follow()
    assert poisoned.batches == [2]
    poisoned.poison.clear()
    applied, step = await poisoned.queue(pool, "note:bad").drain()
    assert (applied, step.outcome) == (3, Outcome.EMPTY)
    await notes(connection, ("bad", "made again"))
    await poisoned.follow()
    build = await rebuild(dsn, FEED, COUNTS, simulated=False)
    assert build is not None
    scratch = await connection.fetchrow(f"SELECT notes, done FROM {build.schema}.note_counts")  # noqa: S608 - a name of ours
    assert scratch is not None
    assert await counted(connection) == (6, 3) == tuple(scratch)


async def test_the_same_by_the_loop_of_a_worker(dsn: str, connection: Connection) -> None:
    """The others are projected meanwhile; a version that is rebuilt meets the poison strictly."""
    await notes(connection, ("a", "字"), ("bad", "毒"), ("b", "字"), ("bad", "done"))
    async with running(forever("projector", lambda: run_projector(dsn, FEED, (LIST, COUNTS), 0.01, simulated=False))):
        await until(lambda: connection.fetchval("SELECT count(*) = 2 FROM note_list"))
        await until(lambda: connection.fetchval("SELECT notes = 3 FROM note_counts"))
        await notes(connection, ("c", "字"), ("bad", "done"))
        await until(lambda: connection.fetchval("SELECT count(*) = 3 FROM note_list"))
    assert [row[1] for row in await parked(connection)] == [2, 4, 6]
    with capture_logs(), pytest.raises(Stopped, match="event 2 "):
        await rebuild(dsn, FEED, LIST, simulated=False)
    assert [row[1] for row in await parked(connection)] == [2, 4, 6]
    await forget(connection, LIST.checkpoint)
    assert await parked(connection) == []


async def test_a_retry_beside_the_projector_loses_no_update(poisoned: Poisoned, connection: Connection, pool: Pool) -> None:
    """Both change the row of one district; the projector has read it when the retry begins."""
    poisoned.poison = {"note:bad"}
    await notes(connection, ("bad", "made"))
    await poisoned.follow()
    poisoned.poison.clear()
    await notes(connection, ("a", "made"))
    has_read, go_on = asyncio.Event(), asyncio.Event()
    inner = poisoned.inner

    async def slow(batch: Batch) -> None:
        await inner.project(batch)
        if batch.events[-1].envelope.stream_id == "note:a":
            has_read.set()
            await go_on.wait()

    poisoned.inner = Projection("note_counts", 1, slow, ("note_counts",))
    live = asyncio.create_task(poisoned.follower.advance())
    await has_read.wait()
    retry = asyncio.create_task(poisoned.queue(pool, "note:bad").drain())
    await until(lambda: waits_for_a_lock(connection, "operator"))
    go_on.set()
    assert await live == 1
    assert (await retry)[0] == 1
    assert await counted(connection) == (2, 0)


async def test_the_projector_beside_a_retry_loses_no_update(poisoned: Poisoned, connection: Connection, pool: Pool) -> None:
    """The other way round: the retry has read the row when a batch begins."""
    poisoned.poison = {"note:bad"}
    await notes(connection, ("bad", "made"))
    await poisoned.follow()
    poisoned.poison.clear()
    await notes(connection, ("a", "made"))
    has_read, go_on = asyncio.Event(), asyncio.Event()
    inner = poisoned.inner

    async def slow(batch: Batch) -> None:
        await inner.project(batch)
        if batch.events[-1].envelope.stream_id == "note:bad":
            has_read.set()
            await go_on.wait()

    poisoned.inner = Projection("note_counts", 1, slow, ("note_counts",))
    retry = asyncio.create_task(poisoned.queue(pool, "note:bad").drain())
    await has_read.wait()
    live = asyncio.create_task(poisoned.follower.advance())
    await until(lambda: waits_for_a_lock(connection, "tests"))
    go_on.set()
    assert (await retry)[0] == 1
    assert await live == 1
    assert await counted(connection) == (2, 0)


async def test_a_projection_that_parks_too_much_stands_still(
    poisoned: Poisoned, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.parking.MOST_SUBJECTS", 1)
    poisoned.poison = {"note:bad", "note:worse"}
    await notes(connection, ("bad", "made"), ("bad", "done"), ("worse", "made"), ("a", "made"))
    with capture_logs() as logs:
        await poisoned.follow()
    assert await poisoned.position() == 2
    assert {line["event"] for line in logs if line["log_level"] == "error"} == {"event_parked", "projection_stopped"}
    poisoned.poison.clear()
    await poisoned.follow()
    assert await counted(connection) == (2, 0)


async def test_an_event_that_cannot_be_decoded_parks_at_once(poisoned: Poisoned, connection: Connection) -> None:
    await append(connection, [alone([recorded("note:x", 1, data=b'{"note_id":7}')])])
    await sequence_once(connection, await read_head(connection))
    await poisoned.follow()
    assert await parked(connection) == [("note:x", 1, "MapperDeserialisationError", 1)]


async def test_deadlines_of_other_subjects_run_on(dsn: str, connection: Connection, pool: Pool) -> None:
    broken = {"note:bad"}

    def rules(sequenced: Sequenced, happened: Any) -> Any:
        if sequenced.envelope.stream_id in broken:
            raise ArithmeticError("poison")
        return deadlines(sequenced, happened)

    poisoned = await Poisoned(dsn, deadline_projection(rules)).open()
    await notes(connection, ("bad", "made"), ("a", "made"), ("bad", "done"))
    await poisoned.follow()
    states = "SELECT key, state FROM deadlines ORDER BY key"
    assert [tuple(row) for row in await connection.fetch(states)] == [("a", "armed")]
    broken.clear()
    await poisoned.queue(pool, "note:bad").drain()
    assert [tuple(row) for row in await connection.fetch(states)] == [("a", "armed"), ("bad", "disarmed")]
    await poisoned.connection.close()


async def test_killed_at_any_line_while_parking(dsn: str, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """And begun anew: each event took effect once or is parked once, in order."""
    monkeypatch.setattr("chassis.parking.PAUSES", ())
    await notes(connection, ("a", "made"), ("bad", "made"), ("b", "made"), ("bad", "done"))
    killer = Killer(monkeypatch, connection)
    for n in count():
        poisoned = await Poisoned(dsn, poison={"note:bad"}).open()
        killer.at(n)
        while await connection.fetchval("SELECT position FROM checkpoints") < 4:
            try:
                with capture_logs():
                    await poisoned.follower.advance()
            except GONE:
                poisoned = await Poisoned(dsn, poison={"note:bad"}).open()
        struck = killer.struck
        killer.at(None)
        assert await counted(connection) == (2, 0)
        assert await parked(connection) == [("note:bad", 2, "ArithmeticError", 1), ("note:bad", 4, None, 0)]
        await poisoned.connection.close()
        await connection.execute("TRUNCATE note_counts; DELETE FROM parked; DELETE FROM parked_subjects")
        await connection.execute("DELETE FROM checkpoints; DELETE FROM projections")
        if not struck:
            assert n > 10
            return
