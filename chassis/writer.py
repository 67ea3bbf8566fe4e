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
TRIES = 8  # of one write set alone, when other processes are in the way
IN_THE_WAY = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)


@dataclass(slots=True)
class _Waiting:
    write_set: WriteSet
    verdict: asyncio.Future[Verdict]


class GroupCommit:
    """The one writer of a process. `append` may be called from any task; `run` is the task that writes."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], appended: Callable[[], None]) -> None:
        """`connect` opens the writer's connection; `appended` is called after each commit that added events."""
        self._connect = connect
        self._appended = appended
        self._queue: deque[_Waiting] = deque()
        self._wake = asyncio.Event()

    async def append(self, write_set: WriteSet) -> Verdict:
        """Append one write set; waits until it is durable or refused.

        A write set needs an idempotency record: when the connection dies during a commit, only that record tells whether it
        happened, and the repeat is then answered `REPEATED`.
        """
        if write_set.record is None:
            raise ValueError("a write set of group commit needs an idempotency record")
        waiting = _Waiting(write_set, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._wake.set()
        return await waiting.verdict

    async def run(self) -> None:
        """Write until cancelled; reconnects when the database went away, and loses nothing that waits."""
        connection: Connection | None = None
        while True:
            await self._wake.wait()
            self._wake.clear()
            while batch := self._arbitrate():
                try:
                    if connection is None or connection.is_closed():
                        connection = await self._connect()
                    await self._write(connection, batch)
                except GONE as error:
                    log.warning("writer_lost_database", error=repr(error))
                    self._queue.extendleft(reversed([w for w in batch if not w.verdict.done()]))
                    connection = None
                    await asyncio.sleep(0.1)
                except Exception as error:
                    log.exception("writer_failed")
                    for waiting in batch:
                        if not waiting.verdict.done():
                            waiting.verdict.set_exception(error)

    def _arbitrate(self) -> list[_Waiting]:
        """The next batch: at most one write set per stream and per key, in order of arrival; the others keep their turn."""
        batch: list[_Waiting] = []
        later: list[_Waiting] = []
        taken: set[str] = set()
        while self._queue and len(batch) < BATCH:
            waiting = self._queue.popleft()
            if waiting.verdict.done():  # its caller was cancelled
                continue
            names = _names(waiting.write_set)
            if names & taken:
                later.append(waiting)
            else:
                batch.append(waiting)
            taken |= names
        self._queue.extendleft(reversed(later))
        return batch

    async def _write(self, connection: Connection, batch: Sequence[_Waiting], tries: int = TRIES) -> None:
        try:
            verdicts = await append(connection, [w.write_set for w in batch])
        except IN_THE_WAY:
            await self._write_again(connection, batch, tries)
            return
        if Verdict.ACCEPTED in verdicts:
            self._appended()
        for waiting, verdict in zip(batch, verdicts, strict=True):
            if not waiting.verdict.done():
                waiting.verdict.set_result(verdict)

    async def _write_again(self, connection: Connection, batch: Sequence[_Waiting], tries: int) -> None:
        """Nothing was written. Try the whole once more, then bisect, so that only who is in conflict waits or loses."""
        if tries == TRIES and len(batch) > 1:
            await self._write(connection, batch, tries - 1)
        elif len(batch) > 1:
            half = len(batch) // 2
            await self._write(connection, batch[:half], TRIES)
            await self._write(connection, batch[half:], TRIES)
        elif tries > 1:
            await self._write(connection, batch, tries - 1)
        else:
            # Somebody else's uncommitted row stands on this stream: to the caller that is a conflict like any other.
            batch[0].verdict.set_result(Verdict.CONFLICT)


def _names(write_set: WriteSet) -> set[str]:
    names = {f"stream {stream_id}" for stream_id, _ in write_set.expected}
    if write_set.record is not None:
        names.add(f"key {write_set.record.key}")
    return names
