"""Policies: runs of another service's events become changes of fed tables and own events, exactly once, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from chassis.aggregates import Loaded, read
from chassis.broker import Received
from chassis.clock import Clock
from chassis.database import GONE
from chassis.domain import Actor, Refused, Stream
from chassis.envelope import leaf_hash, uuid7
from chassis.eventstore import Connection, Pool, Verdict, append
from chassis.runner import Conflict, Context, Work
from chassis.telemetry import log
from chassis.writer import IN_THE_WAY

__all__ = ["NotYet", "PolicyRuns", "Reaction", "Received", "Run", "advance"]

S = TypeVar("S")
TRIES = 5  # of a run, when commands of people are in the way
AT_ONCE = 4  # runs of different shards

# Invariant: the effects of a run and the position it moves commit together, and only from the position that the run began at.
# A doubled message, a second consumer or a kill at any line changes nothing. A shard without a row stands at 0. Rows are taken
# in one order, so that two consumers cannot deadlock. Guarded by tests/chassis/test_policy.py.
ADVANCE = """
INSERT INTO inbox AS i (consumer, source, shard, position)
SELECT $1, u.source, u.shard, u.upto
FROM unnest($2::text[], $3::smallint[], $4::bigint[], $5::bigint[]) AS u(source, shard, expected, upto)
WHERE u.upto >= u.expected
  AND (u.expected = 0 OR EXISTS (SELECT FROM inbox j WHERE j.consumer = $1 AND j.source = u.source AND j.shard = u.shard))
ORDER BY u.source, u.shard
ON CONFLICT (consumer, source, shard) DO UPDATE SET position = EXCLUDED.position
WHERE i.position = (SELECT v.expected FROM unnest($2::text[], $3::smallint[], $4::bigint[]) AS v(source, shard, expected)
                    WHERE v.source = i.source AND v.shard = i.shard)
"""
NOTE_REFUSED = """
INSERT INTO refusals (consumer, event_id, type, code, detail, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (consumer, event_id) DO NOTHING
"""


class NotYet(Exception):
    """A reference of the event has not arrived yet: the run stops before it, and goes on when it is tried again."""


class Overtaken(Exception):
    """The inbox position is not where this run began: another consumer leads."""


class Reaction(Protocol):
    """What a policy does when something happened elsewhere: changes fed tables by `work.change`, appends own events."""

    def __call__(self, work: Work, received: Received, /) -> Awaitable[Any]:
        """React to one event."""
        ...


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive events of one shard of one source, after position `after`."""

    source: str
    shard: int
    after: int
    events: tuple[Received, ...]


class _InTransaction:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def aggregate(self, stream: Stream[S], key: str) -> Loaded[S]:
        return await read(self._connection, stream, key)

    async def rows(self, sql: str, *args: Any) -> list[Any]:
        return await self._connection.fetch(sql, *args)


async def advance(connection: Connection, consumer: str, runs: Sequence[tuple[Run, int]]) -> None:
    """Move the positions of these runs to the given ones, in the transaction that holds their effects; raises Overtaken."""
    columns: list[list[Any]] = [
        [r.source for r, _ in runs], [r.shard for r, _ in runs], [r.after for r, _ in runs], [upto for _, upto in runs],
    ]  # fmt: skip
    done = await connection.execute(ADVANCE, consumer, *columns)
    if done != f"INSERT 0 {len(runs)}":
        raise Overtaken(consumer)


def _genuine(run: Run) -> Run:
    """The run up to the first event that does not hash to the leaf it came with: nothing may rest on what was altered."""
    for at, received in enumerate(run.events):
        if leaf_hash(received.envelope, received.recorded.data) != received.leaf:
            log.error("event_altered", source=run.source, shard=run.shard, shard_idx=received.shard_idx)
            return Run(run.source, run.shard, run.after, run.events[:at])
    return run


@dataclass(frozen=True, slots=True)
class PolicyRuns:
    """Applies runs with a service's reactions."""

    service: str
    consumer: str
    pool: Pool
    clock: Clock
    reactions: Mapping[str, Reaction]
    appended: Callable[[], None]

    async def apply(self, runs: Sequence[Run]) -> dict[tuple[str, int], int]:
        """Apply as much as can be applied now; answers the new position of each shard.

        Runs without any event that the service reacts to only move their positions, together. Each other run is a transaction
        of its own, one in flight per shard. A shard stands still before an event that was altered on its way.
        """
        positions = {(run.source, run.shard): run.after for run in runs}
        runs = [genuine for run in runs if (genuine := _genuine(run)).events]
        silent = [run for run in runs if not any(e.envelope.type in self.reactions for e in run.events)]
        if silent:
            async with self.pool.acquire() as connection, connection.transaction():
                await advance(connection, self.consumer, [(run, run.events[-1].shard_idx) for run in silent])
        positions |= {(run.source, run.shard): run.events[-1].shard_idx for run in silent}
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(run: Run) -> None:
            async with gate:
                positions[run.source, run.shard] = await self._apply_run(run)

        outcomes = await asyncio.gather(*(one(run) for run in runs if run not in silent), return_exceptions=True)
        for outcome in outcomes:  # all have ended: none goes on in the background of whoever begins anew
            if outcome is not None:
                raise outcome
        return positions

    async def _apply_run(self, run: Run) -> int:
        """Apply a run as far as it goes: up to an event whose reference is missing, or that fails."""
        cause: Exception | None = None
        for _ in range(TRIES):
            try:
                return await self._commit(run)
            except _Stopped as stopped:
                if stopped.at > 0:
                    run_before = Run(run.source, run.shard, run.after, run.events[: stopped.at])
                    return await self._apply_run(run_before)
                return await self._stopped_at_first(run, stopped.cause)
            except (Conflict, *IN_THE_WAY) as error:
                cause = error
        log.warning("policy_run_in_conflict", source=run.source, shard=run.shard, after=run.after, error=repr(cause))
        return run.after

    async def _stopped_at_first(self, run: Run, cause: Exception) -> int:
        first = run.events[0]
        if isinstance(cause, Refused):
            await self._note_refused(run, first, cause)
            return first.shard_idx
        if isinstance(cause, NotYet):
            log.info("policy_waits", type=first.envelope.type, event_id=str(first.envelope.event_id), for_=str(cause))
        else:
            # The shard stands still and is tried again: later events of the same subject may not overtake this one.
            log.error("policy_failed", type=first.envelope.type, event_id=str(first.envelope.event_id), exc_info=cause)
            await asyncio.sleep(0.2)
        return run.after

    async def _note_refused(self, run: Run, received: Received, refused: Refused) -> None:
        """What the rules refuse is kept with its reason, and the event counts as handled."""
        e = received.envelope
        log.warning("policy_refused", type=e.type, event_id=str(e.event_id), code=refused.code)
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute(
                NOTE_REFUSED, self.consumer, e.event_id, e.type, refused.code, str(refused), self.clock.now()
            )
            await advance(connection, self.consumer, [(run, received.shard_idx)])

    async def _commit(self, run: Run) -> int:
        appended = False
        async with self.pool.acquire() as connection, connection.transaction():
            for at, received in enumerate(run.events):
                if (reaction := self.reactions.get(received.envelope.type)) is not None:
                    appended |= await self._react(connection, reaction, received, at)
            await advance(connection, self.consumer, [(run, run.events[-1].shard_idx)])
        if appended:
            self.appended()
        return run.events[-1].shard_idx

    async def _react(self, connection: Connection, reaction: Reaction, received: Received, at: int) -> bool:
        work = Work(self._context(received), _InTransaction(connection), self.clock.now(), tx=connection)
        try:
            await reaction(work, received)
        except (Refused, NotYet) as cause:
            raise _Stopped(at, cause) from cause
        except (*IN_THE_WAY, *GONE):
            raise
        except Exception as cause:
            raise _Stopped(at, cause) from cause
        if not work.changed:
            return False
        [verdict] = await append(connection, [work.write_set(work.answer(None))])
        if verdict is not Verdict.ACCEPTED:
            raise Conflict(received.envelope.stream_id)
        return True

    def _context(self, received: Received) -> Context:
        e = received.envelope
        return Context(
            command_id=uuid7(), actor=Actor(id=f"service:{self.service}", name="系统", role="policy"), organ=e.organ,
            districts=frozenset({"*"}), occurred_at=self.clock.now(), causation_id=e.event_id, correlation_id=e.correlation_id,
            traceparent=received.traceparent,
        )  # fmt: skip


class _Stopped(Exception):
    """A run stopped at its event number `at`, because of `cause`; the transaction is rolled back."""

    def __init__(self, at: int, cause: Exception) -> None:
        super().__init__(str(cause))
        self.at = at
        self.cause = cause
