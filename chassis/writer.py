"""Group commit: the concurrent write sets of one process go down a connection in one statement and one fsync together."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import asyncpg

from chassis.database import GONE
from chassis.eventstore import Connection, Verdict, WriteSet, append
from chassis.telemetry import log

BATCH = 256  # write sets
LANES = 2  # batches in flight: while the server works on one, the next is made ready
WORTH = 16  # write sets that are worth a batch beside another: a smaller one costs more than it saves
PATIENCE = 40  # tries of one write set while another process's uncommitted row is in its way, each as long as the lock_timeout
IN_THE_WAY = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)


@dataclass(slots=True, eq=False)
class _Waiting:
    write_set: WriteSet
    verdict: asyncio.Future[Verdict]
    names: frozenset[str]
    tries: int = 0

    def answer(self, verdict: Verdict) -> None:
        if not self.verdict.done():  # its caller may have gone away
            self.verdict.set_result(verdict)

    def fail(self, error: Exception) -> None:
        if not self.verdict.done():
            self.verdict.set_exception(error)


@dataclass(slots=True)
class _Lane:
    """One of the writer's connections; opened when there is something to write on it."""

    connection: Connection | None = None

    def disconnect(self) -> None:
        if self.connection is not None:
            self.connection.terminate()
            self.connection = None


class GroupCommit:
    """The one writer of a process. `append` may be called from any task; `run` is the task that writes."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], appended: Callable[[], None], lanes: int = LANES) -> None:
        """`connect` opens a connection of the writer; `appended` is called after each commit that added events.

        `lanes` is how many batches may be in flight, each on a connection of its own.
        """
        self._connect = connect
        self._appended = appended
        self._lanes = lanes
        self._flying = 0
        self._queue: deque[_Waiting] = deque()
        self._blocked: deque[_Waiting] = deque()
        self._in_flight: set[str] = set()
        self._wake = asyncio.Event()

    async def append(self, write_set: WriteSet) -> Verdict:
        """Append one write set; waits until it is durable or refused. Raises OSError if the writer stops meanwhile.

        A write set needs an idempotency record: when the connection dies during a commit, only that record tells whether it
        happened, and the repeat is then answered `REPEATED`.
        """
        if write_set.record is None:
            raise ValueError("a write set of group commit needs an idempotency record")
        waiting = _Waiting(write_set, asyncio.get_running_loop().create_future(), _names(write_set))
        self._queue.append(waiting)
        self._wake.set()
        return await waiting.verdict

    async def run(self) -> None:
        """Write until cancelled; reconnects when the database went away, and loses nothing that waits."""
        try:
            async with asyncio.TaskGroup() as lanes:
                for _ in range(self._lanes):
                    lanes.create_task(self._lane())
        finally:
            for waiting in (*self._queue, *self._blocked):
                waiting.fail(ConnectionError("the writer has stopped; send the command again"))

    async def _lane(self) -> None:
        """One connection: while it waits for the disk, the other one's batch is made ready."""
        lane = _Lane()
        try:
            while True:
                busy = await self._commit_share(lane)
                busy |= await self._commit(lane, self._next_blocked())
                if not busy:
                    self._wake.clear()
                    await self._wake.wait()
        finally:
            lane.disconnect()

    async def _commit_share(self, lane: _Lane) -> bool:
        batch = self._arbitrate(self._share())
        self._flying += 1  # not while a blocked write set is tried: nobody waits for that one
        try:
            return await self._commit(lane, batch)
        finally:
            self._flying -= 1

    async def _commit(self, lane: _Lane, batch: list[_Waiting]) -> bool:
        """Write a batch; what the connection was lost over is the head of the queue again. Answers whether there was any."""
        if not batch:
            return False
        names = frozenset().union(*(waiting.names for waiting in batch))
        self._in_flight |= names
        try:
            if lane.connection is None or lane.connection.is_closed():
                lane.connection = await self._connect()
            await self._write(lane.connection, batch)
        except GONE as error:
            log.warning("writer_lost_database", error=repr(error))
            lane.disconnect()
            await asyncio.sleep(0.1)
        finally:
            self._in_flight -= names
            self._queue.extendleft(w for w in reversed(batch) if not w.verdict.done() and w not in self._blocked)
            self._wake.set()  # what had to wait for these names may go now
        return True

    def _share(self) -> int:
        """How many write sets to take: all, but half of many, so that the other lane has its part."""
        if self._flying:
            return BATCH if len(self._queue) >= WORTH else 0
        return BATCH if self._lanes == 1 else min(BATCH, max(WORTH, (len(self._queue) + 1) // 2))

    def _arbitrate(self, limit: int) -> list[_Waiting]:
        """The next batch: at most one write set per stream and per key, in order of arrival; the others keep their turn.

        Invariant: of two write sets of this process that name the same stream, also one that was only read, or the same key,
        the second is not sent before the first is answered. Two batches in flight have no name in common, so that they are to
        each other what batches of two processes are, and a decision never rests on a stream that this process is changing.
        Guarded by tests/chassis/test_writer.py.
        """
        batch: list[_Waiting] = []
        later: list[_Waiting] = []
        taken = set(self._in_flight)
        while self._queue and len(batch) < limit:
            waiting = self._queue.popleft()
            if waiting.verdict.done():  # its caller was cancelled
                continue
            if not waiting.names.isdisjoint(taken):
                later.append(waiting)
            else:
                batch.append(waiting)
            taken |= waiting.names
        self._queue.extendleft(reversed(later))
        return batch

    def _next_blocked(self) -> list[_Waiting]:
        """One write set that somebody was in the way of: it is tried alone, between two batches of the others."""
        for _ in range(len(self._blocked)):
            waiting = self._blocked.popleft()
            if waiting.verdict.done():
                continue
            if waiting.names.isdisjoint(self._in_flight):
                return [waiting]
            self._blocked.append(waiting)
        return []

    async def _write(self, connection: Connection, batch: Sequence[_Waiting]) -> None:
        try:
            verdicts = await append(connection, [w.write_set for w in batch])
        except GONE:
            raise
        except Exception as error:  # noqa: BLE001 - handed to the caller of the write set at fault
            await self._write_apart(connection, batch, error)
            return
        if Verdict.ACCEPTED in verdicts:
            self._appended()
        for waiting, verdict in zip(batch, verdicts, strict=True):
            waiting.answer(verdict)

    async def _write_apart(self, connection: Connection, batch: Sequence[_Waiting], error: Exception) -> None:
        """Nothing was written. Bisect, so that only the write set at fault waits or fails, and its neighbours do not.

        Guarded by tests/chassis/test_append.py.
        """
        if len(batch) > 1:
            half = len(batch) // 2
            await self._write(connection, batch[:half])
            await self._write(connection, batch[half:])
            return
        [waiting] = batch
        waiting.tries += 1
        if not isinstance(error, IN_THE_WAY):
            log.error("write_set_failed", error=repr(error))
            waiting.fail(error)
        elif waiting.tries < PATIENCE:
            self._blocked.append(waiting)
        else:
            # Somebody else's uncommitted row stands on this stream: to the caller that is a conflict like any other.
            waiting.answer(Verdict.CONFLICT)


def _names(write_set: WriteSet) -> frozenset[str]:
    """What a write set may share with no other at the same time: its streams and its key (which cannot look like a stream)."""
    names = [stream_id for stream_id, _ in write_set.expected]
    if write_set.record is not None:
        names.append(f"key {write_set.record.key}")
    return frozenset(names)
