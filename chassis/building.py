"""Builds a version of a projection beside the live one: folded in memory, written by COPY, resumable after any kill."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from chassis.database import GONE, TRY_LOCK, UNLOCK, WakeUp, session
from chassis.envelope import Sequenced
from chassis.eventstore import Connection
from chassis.projector import Feed, Overtaken, Projection, Sums, advance, begin, newest
from chassis.shelves import BuildBatch, Changes
from chassis.telemetry import log
from chassis.versions import BUILDING, CHANGED, LIVE, Generation, begin_build, generations, in_state, note_derived, note_stopped

PAGE = 2000  # events read at once, while the page before is folded
STRETCH = 100_000  # events of one stretch, at most: how often its progress is told
CHANGED_ROWS = 20_000  # rows that are written at once, while more is folded
LONGEST_REST = 5.0  # seconds; a build that begins wakes the worker anyway

Tell = Callable[[Generation, int], None]
"""Is told how far a build is: the build, and where it goes for now."""


class Stopped(Exception):
    """A build met an event that it cannot apply: it is strict. `event` says which, and why."""

    def __init__(self, build: Generation, event: dict[str, Any]) -> None:
        super().__init__(f"{build.label} cannot apply event {event['idx']} ({event['type']}): {event['error']}")
        self.build = build
        self.event = event


@dataclass(slots=True)
class Builder:
    """Builds one generation, on a connection that writes and another that reads ahead; whoever builds holds the build's lock."""

    connection: Connection
    reader: Connection
    feed: Feed
    projection: Projection
    build: Generation
    simulated: bool
    position: int = 0  # up to where it is folded
    taken: int = 0  # up to where it is written, or being written
    committed: int = 0
    _batch: BuildBatch | None = None
    _writing: asyncio.Task[None] | None = None

    async def stretch(self, upto: int) -> int:
        """Build on, at most to the position `upto`, and commit; answers how many events. Raises Stopped, or Overtaken.

        What was folded is written while more is folded; when this returns or raises, nothing is being written.
        """
        if self._batch is None:
            await self._begin_anew()
        began = self.committed
        try:
            await self._fold_and_write(min(upto, began + STRETCH))
        except (*GONE, Overtaken, asyncio.CancelledError):
            self._batch = None
            await self._give_up_writing()
            raise
        except Exception as error:  # noqa: BLE001 - it is met again, with its event, and told there
            log.info("build_goes_singly", projection=self.build.label, error=repr(error))
            await self._give_up_writing()
            await self._find_fault(upto)
        if self.build.bare and self.committed >= upto:
            await self._derive()
        return self.committed - began

    async def _begin_anew(self) -> None:
        """From what is committed, with nothing in memory."""
        self._batch = None
        build = await in_state(self.connection, BUILDING, self.build.name)
        if build is None or build.generation != self.build.generation:
            raise Overtaken(self.build.checkpoint)
        self.build = build
        self.position = self.taken = self.committed = build.position
        fresh = build.position == 0
        self._batch = BuildBatch(self.connection, (), build.schema, build.bare, settled=self._settled, fresh=fresh)

    async def _fold_and_write(self, upto: int) -> None:
        """Fold pages into memory, and write whenever that is much."""
        async with aclosing(self._pages(upto, PAGE)) as pages:
            async for events in pages:
                if await self._fold_page(events) >= CHANGED_ROWS:
                    await self._write()
        await self._write()
        await self._settled()

    async def _pages(self, upto: int, size: int) -> AsyncGenerator[Sequence[Sequenced], None]:
        """The events up to a position, page by page; the next page is read while this one is folded."""
        position = self.position
        ahead = asyncio.ensure_future(self._read(position, upto, size))
        try:
            while events := await ahead:
                position = events[-1].idx
                ahead = asyncio.ensure_future(self._read(position, upto, size))
                await asyncio.sleep(0)  # so that it is asked for now
                yield events
        finally:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)

    async def _read(self, position: int, upto: int, size: int) -> Sequence[Sequenced]:
        count = min(size, upto - position)
        return await self.feed.after(self.reader, position, count) if count > 0 else ()

    async def _fold_page(self, events: Sequence[Sequenced]) -> int:
        """Answers how many rows wait to be written."""
        batch = self._batch
        if batch is None:
            raise RuntimeError("a build folds before it began")
        batch.events = events
        for shelf in batch.shelves.values():
            shelf.begin_page()
        await self.projection.project(batch)
        for shelf in batch.shelves.values():
            shelf.end_page()
        self.position = events[-1].idx
        return batch.waiting

    async def _write(self) -> None:
        """Begin to write what is in memory, when what was being written is committed."""
        await self._settled()
        if self._batch is None or self.position == self.taken:
            return
        changes = self._batch.taken()
        self.taken = self.position
        self._writing = asyncio.create_task(self._commit(self.committed, self.taken, changes))

    async def _commit(self, begin: int, end: int, changes: Sequence[Changes | Sums]) -> None:
        """Rows and checkpoint together; the checkpoint is gone if the build was cancelled, elsewhere if somebody else builds.

        Guarded by tests/chassis/test_building.py.
        """
        async with self.connection.transaction():
            await advance(self.connection, self.build.checkpoint, begin, end, simulated=self.simulated)
            for each in changes:
                await each.write(self.connection)
        self.committed = end
        self.build = replace(self.build, position=end)

    async def _derive(self) -> None:
        """Compute what is derived from the tables as they are now; from here on it is kept batch by batch.

        In one transaction with the note of it, at the checkpoint that the tables have: killed, it is done again. Guarded by
        tests/chassis/test_derived.py.
        """
        batch, self._batch, derive = self._batch, None, self.projection.derive
        if batch is None or derive is None:
            raise RuntimeError(f"{self.build.label} is bare, and derives nothing")
        async with self.connection.transaction():
            at = self.committed
            await advance(self.connection, self.build.checkpoint, at, at, simulated=self.simulated)
            await derive(self.connection, self.build.schema)
            await note_derived(self.connection, self.build)
        batch.bare, self._batch = False, batch
        self.build = replace(self.build, bare=False)

    async def _settled(self) -> None:
        """Wait until nothing is being written; raises what that failed with."""
        if (writing := self._writing) is not None:
            await writing
            self._writing = None

    async def _give_up_writing(self) -> None:
        """What was being written is committed or not: whoever goes on reads how far the build is."""
        if (writing := self._writing) is not None:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            self._writing = None

    async def _find_fault(self, upto: int) -> None:
        """Page by page, then event by event up to the one at fault; everything before it is committed."""
        for size in (PAGE, 1):
            try:
                await self._begin_anew()
                while self.position < upto:
                    [events] = [page async for page in self._pages(min(upto, self.position + size), size)]
                    await self._fold_page(events)
                    await self._write()
                    await self._settled()
            except (*GONE, Overtaken, asyncio.CancelledError):
                self._batch = None
                await self._give_up_writing()
                raise
            except Exception as error:  # noqa: BLE001 - `_stop` tells of it and raises
                self._batch = None
                await self._give_up_writing()
                if size == 1:
                    await self._stop(error)

    async def _stop(self, error: Exception) -> None:
        [event] = await self.feed.after(self.reader, self.committed, 1)
        e = event.envelope
        stopped = {"idx": event.idx, "type": e.type, "event_id": str(e.event_id), "error": repr(error)}
        await note_stopped(self.connection, self.build, stopped)
        log.error("build_stopped", projection=self.build.label, **stopped)
        raise Stopped(self.build, stopped) from error


@contextmanager
def few_collections() -> Iterator[None]:
    """Bulk decoding makes few cycles and many objects: the cyclic collector is asked to look much more rarely."""
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    if not frozen:
        gc.freeze()
    gc.set_threshold(200_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if not frozen:
            gc.unfreeze()


@asynccontextmanager
async def building(dsn: str, feed: Feed, projection: Projection, *, simulated: bool) -> AsyncIterator[Builder | None]:
    """A builder of this projection, whose build is begun if none is under way; None if another process is building it."""
    async with session(dsn, "builder") as connection, session(dsn, "build-reader") as reader:
        if not await connection.fetchval(TRY_LOCK, _lock(projection.name)):
            yield None
            return
        build = await begin_build(connection, projection, simulated=simulated)
        await note_stopped(connection, build, None)
        yield Builder(connection, reader, feed, projection, build, simulated)


async def rebuild(
    dsn: str, feed: Feed, projection: Projection, *, simulated: bool, upto: int | None = None, tell: Tell | None = None
) -> Generation | None:
    """Build a version to where the live one is (or to `upto`) and answer the build; None if another process is building it.

    Raises Stopped at an event that the version cannot apply. Killed at any point, it goes on from its last commit when called
    again; the worker goes on too.
    """
    async with building(dsn, feed, projection, simulated=simulated) as builder:
        if builder is None:
            return None
        with few_collections():
            while True:
                goal = await _live_position(builder) if upto is None else upto
                if tell is not None:
                    tell(builder.build, goal)
                if not await builder.stretch(goal):
                    return await in_state(builder.connection, BUILDING, projection.name)


async def _live_position(builder: Builder) -> int:
    live = await in_state(builder.connection, LIVE, builder.build.name)
    return 0 if live is None else live.position


def _lock(name: str) -> str:
    return f"build {name}"


async def begin_newer(connection: Connection, projections: Sequence[Projection], *, simulated: bool) -> None:
    """Begin to build each newest version that is newer than the live one and was never built here; one cancelled stays so."""
    for projection in newest(projections).values():
        known = await generations(connection, [projection.name])
        live = next((found for found in known if found.state == LIVE), None)
        if live is not None and projection.version > max(found.version for found in known):
            await begin_build(connection, projection, simulated=simulated)


async def run_builds(dsn: str, feed: Feed, projections: Sequence[Projection], pause: float, *, simulated: bool) -> None:
    """Build what is to be built, each by one process, and keep it at the live version's side until it is switched or cancelled.

    A build that stopped is tried again when a worker starts: its code may have been mended.
    """
    async with session(dsn, "builder") as connection, session(dsn, "build-reader") as reader:
        wake = WakeUp(LONGEST_REST)
        await connection.add_listener(CHANGED, wake)
        await begin(connection, projections, simulated=simulated)
        await begin_newer(connection, projections, simulated=simulated)
        for build, _ in await _under_way(connection, projections, stopped=True):
            await note_stopped(connection, build, None)
        builders: dict[Generation, Builder] = {}
        while True:
            under_way = {_same(build): version for build, version in await _under_way(connection, projections)}
            await _release(connection, [build for build in builders if build not in under_way], builders)
            for build, version in under_way.items():
                if build not in builders and await connection.fetchval(TRY_LOCK, _lock(build.name)):
                    builders[build] = Builder(connection, reader, feed, version, build, simulated)
            if not sum([await _follow(builder) for builder in builders.values()]):
                await wake.wait(pause if under_way else None)


async def _under_way(
    connection: Connection, projections: Sequence[Projection], *, stopped: bool = False
) -> list[tuple[Generation, Projection]]:
    """The builds of versions that this code knows: those that go on, or those that stopped."""
    known = {(projection.name, projection.version): projection for projection in projections}
    return [
        (build, known[build.name, build.version])
        for build in await generations(connection, [name for name, _ in known])
        if build.state == BUILDING and (build.name, build.version) in known and (build.stopped is not None) == stopped
    ]


async def _release(connection: Connection, gone: Sequence[Generation], builders: dict[Generation, Builder]) -> None:
    for build in gone:
        del builders[build]
        await connection.fetchval(UNLOCK, _lock(build.name))


def _same(build: Generation) -> Generation:
    """The build, however far it is."""
    return replace(build, position=0, tables=(), stopped=None, bare=False)


async def _follow(builder: Builder) -> int:
    """Build on to where the live version is; a build that stopped or went is seen to by the caller's next look."""
    try:
        return await builder.stretch(await _live_position(builder))
    except (Stopped, Overtaken):
        return 0
