"""Group commit: the concurrent write sets of one process go down one connection, one statement and one fsync together."""

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
WHOLE = 16  # write sets that are never divided: a commit costs as much as writing a dozen of them
PATIENCE = 40  # tries of one write set while another process's uncommitted row is in its way, each as long as the lock_timeout
IN_THE_WAY = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)


@dataclass(slots=True, eq=False)
class _Waiting:
    write_set: WriteSet
    verdict: asyncio.Future[Verdict]
    tries: int = 0

    def answer(self, verdict: Verdict) -> None:
        if not self.verdict.done():  # its caller may have gone away
            self.verdict.set_result(verdict)

    def fail(self, error: Exception) -> None:
        if not self.verdict.done():
            self.verdict.set_exception(error)


class GroupCommit:
    """The one writer of a process. `append` may be called from any task; `run` is the task that writes."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], appended: Callable[[], None]) -> None:
        """`connect` opens the writer's connection; `appended` is called after each commit that added events."""
        self._connect = connect
        self._appended = appended
        self._connection: Connection | None = None
        self._queue: deque[_Waiting] = deque()
        self._blocked: deque[_Waiting] = deque()
        self._away = 0  # callers that were answered last and have not come back
        self._wake = asyncio.Event()

    async def append(self, write_set: WriteSet) -> Verdict:
        """Append one write set; waits until it is durable or refused. Raises OSError if the writer stops meanwhile.

        A write set needs an idempotency record: when the connection dies during a commit, only that record tells whether it
        happened, and the repeat is then answered `REPEATED`.
        """
        if write_set.record is None:
            raise ValueError("a write set of group commit needs an idempotency record")
        waiting = _Waiting(write_set, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._away = max(self._away - 1, 0)
        self._wake.set()
        return await waiting.verdict

    async def run(self) -> None:
        """Write until cancelled; reconnects when the database went away, and loses nothing that waits."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._queue or self._blocked:
                    await self._commit(self._arbitrate(self._share()))
                    await self._commit(self._next_blocked())
        finally:
            self._disconnect()
            for waiting in (*self._queue, *self._blocked):
                waiting.fail(ConnectionError("the writer has stopped; send the command again"))

    async def _commit(self, batch: list[_Waiting]) -> None:
        """Write a batch; what the connection was lost over is the head of the queue again."""
        if not batch:
            return
        try:
            if self._connection is None or self._connection.is_closed():
                self._connection = await self._connect()
            await self._write(self._connection, batch)
        except GONE as error:
            log.warning("writer_lost_database", error=repr(error))
            self._disconnect()
            await asyncio.sleep(0.1)
        finally:
            self._queue.extendleft(w for w in reversed(batch) if not w.verdict.done() and w not in self._blocked)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    def _share(self) -> int:
        """How many write sets to send now: half of those that are here or were just answered, if that is worth a commit.

        While the database writes one half, this process makes the other half's next write sets. All at once, each of the two
        would only wait for the other.
        """
        return min(max((len(self._queue) + self._away + 1) // 2, WHOLE), BATCH)

    def _arbitrate(self, most: int) -> list[_Waiting]:
        """The next batch: at most one write set per stream and per key, in order of arrival; the others keep their turn."""
        batch: list[_Waiting] = []
        later: list[_Waiting] = []
        taken: set[str] = set()
        while self._queue and len(batch) < most:
            waiting = self._queue.popleft()
            if waiting.verdict.done():  # its caller was cancelled
                continue
            names = _names(waiting.write_set)
            if names.isdisjoint(taken):
                batch.append(waiting)
            else:
                later.append(waiting)
            taken |= names
        self._queue.extendleft(reversed(later))
        return batch

    def _next_blocked(self) -> list[_Waiting]:
        """One write set that somebody was in the way of: it is tried alone, between two batches of the others."""
        while self._blocked:
            waiting = self._blocked.popleft()
            if not waiting.verdict.done():
                return [waiting]
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
        self._away = len(batch)
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


def _names(write_set: WriteSet) -> set[str]:
    """What a write set may share with no other of its batch: its streams and its key."""
    names = {stream_id for stream_id, _ in write_set.expected}
    if write_set.record is not None:
        names.add(f"key {write_set.record.key}")
    return names
