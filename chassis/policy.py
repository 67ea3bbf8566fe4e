"""Policies: runs of another service's events become changes of fed tables and own events, exactly once, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import asyncpg
import orjson

from chassis.broker import Received, headers_of, received_from
from chassis.clock import Clock
from chassis.domain import Actor, Refused
from chassis.envelope import Sequenced, leaf_hash, uuid7
from chassis.eventstore import Connection, Pool, Verdict, append
from chassis.parking import Busy, Failure, NotYet, Parkable, Tries, has_room, is_trouble, park, park_behind, share
from chassis.runner import Conflict, Context, Work
from chassis.telemetry import log
from chassis.transacted import InTransaction
from chassis.vault import KeysMissing, Vault
from chassis.writer import IN_THE_WAY

__all__ = ["NotYet", "PolicyRuns", "Reaction", "Received", "Run", "advance"]

S = TypeVar("S")
TRIES = 5  # of a run, when commands of people are in the way
AT_ONCE = 4  # transactions
TOGETHER = 200  # events of runs of different shards in one transaction

# Invariant: the effects of runs and the positions they move commit together, and only from the positions that they began at.
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
# Whether there is anything that a missing reference could be: parked, skipped ('!' follows ' '), or refused.
MAY_BE_LOST = """
SELECT EXISTS (SELECT FROM parked_subjects WHERE consumer = $1) OR EXISTS (SELECT FROM refusals WHERE consumer = $1)
    OR EXISTS (SELECT FROM operator_actions WHERE target >= $1 || ' ' AND target < $1 || '!' AND action = 'parked-skip')
"""


class Altered(Exception):
    """A parked event no longer hashes to the leaf it came with: nothing may rest on it."""


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
    vault: Vault | None = None
    _tries: Tries = field(default_factory=Tries)

    async def apply(self, runs: Sequence[Run]) -> dict[tuple[str, int], int]:
        """Apply as much as can be applied now; answers the new position of each shard.

        Runs of several shards share a transaction, one in flight per shard; where one of them cannot be applied as it is, each
        is a transaction of its own. A shard stands still before an event that was altered on its way.
        """
        positions = {_place(run): run.after for run in runs}
        runs = [genuine for run in runs if (genuine := _genuine(run)).events]
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(bundle: Sequence[Run]) -> None:
            async with gate:
                positions.update(await self._apply_bundle(bundle))

        outcomes = await asyncio.gather(*(one(bundle) for bundle in self._bundles(runs)), return_exceptions=True)
        for outcome in outcomes:  # all have ended: none goes on in the background of whoever begins anew
            if outcome is not None:
                raise outcome
        return positions

    def _bundles(self, runs: Sequence[Run]) -> list[list[Run]]:
        """Runs that share a transaction; what failed before is tried alone, so that it holds up no other."""
        alone = [[run] for run in runs if self._tries.stands(_place(run))]
        bundles: list[list[Run]] = []
        room = 0
        for run in runs:
            if self._tries.stands(_place(run)):
                continue
            work = sum(e.envelope.type in self.reactions for e in run.events)
            if not bundles or work > room:
                bundles.append([])
                room = TOGETHER
            bundles[-1].append(run)
            room -= work
        return alone + bundles

    async def _apply_bundle(self, runs: Sequence[Run]) -> dict[tuple[str, int], int]:
        """Apply runs in one transaction; if any of them must stop, apply each by itself, as far as it goes."""
        if len(runs) > 1:
            try:
                return await self._commit(runs)
            except (_Stopped, Conflict, *IN_THE_WAY):
                pass  # each finds out for itself
        return {_place(run): await self._apply_run(run) for run in runs}

    async def _apply_run(self, run: Run) -> int:
        """Apply a run as far as it goes: up to an event whose reference is missing, or that fails."""
        if self._tries.rests(_place(run)):
            return run.after
        cause: Exception | None = None
        for _ in range(TRIES):
            try:
                return (await self._commit([run]))[_place(run)]
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
        """What the rules refuse is noted; what fails is tried again, then parked; what waits holds its shard while it may."""
        first, place = run.events[0], _place(run)
        if isinstance(cause, Refused):
            await self._note_refused(run, first, cause)
            return first.shard_idx
        failure = self._tries.failed(place, first.envelope.event_id, cause)
        if failure is None:
            said = {"type": first.envelope.type, "event_id": str(first.envelope.event_id), "error": repr(cause)}
            log.info("policy_waits" if isinstance(cause, NotYet) else "policy_tried", **said)
        elif await self._set_aside(run, first, failure):
            return first.shard_idx
        else:
            self._tries.stand(place)
        return run.after

    async def _set_aside(self, run: Run, first: Received, failure: Failure) -> bool:
        """Park the event that stands in the way, unless too much is parked, or its reference is only late."""
        e = first.envelope
        async with self.pool.acquire() as connection, connection.transaction():
            await share(connection, self.consumer, tuple)
            if failure.waits and not await connection.fetchval(MAY_BE_LOST, self.consumer):
                return False
            if not await has_room(connection, self.consumer, e.subject):
                log.error("policy_failed", type=e.type, event_id=str(e.event_id), exc_info=failure.error)
                return False
            await park(connection, self.consumer, _parkable(first), failure)
            await advance(connection, self.consumer, [(run, first.shard_idx)])
        said: dict[str, Any] = {"consumer": self.consumer, "subject": e.subject, "type": e.type, "event_id": str(e.event_id)}
        if failure.waits:
            log.warning("event_waits_aside", **said, for_=str(failure.error))
        else:
            log.error("event_parked", **said, tries=failure.tries, exc_info=failure.error)
        return True

    async def _note_refused(self, run: Run, received: Received, refused: Refused) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            await self._keep_refused(connection, received, refused)
            await advance(connection, self.consumer, [(run, received.shard_idx)])

    async def _keep_refused(self, connection: Connection, received: Received, refused: Refused) -> None:
        """What the rules refuse is kept with its reason, and the event counts as handled."""
        e = received.envelope
        log.warning("policy_refused", type=e.type, event_id=str(e.event_id), code=refused.code)
        await connection.execute(NOTE_REFUSED, self.consumer, e.event_id, e.type, refused.code, str(refused), self.clock.now())

    async def _commit(self, runs: Sequence[Run]) -> dict[tuple[str, int], int]:
        """Apply runs whole; events of a subject that is parked are parked behind what is there, in the same transaction.

        The order is that of the sources' ledgers, so that what one shard's event rests on in another's comes before it.
        """
        appended, behind, parked = False, [], frozenset[str]()
        reacting = [
            (at, e, self.reactions[e.envelope.type])
            for run in runs for at, e in enumerate(run.events) if e.envelope.type in self.reactions
        ]  # fmt: skip
        reacting.sort(key=lambda each: (each[1].source, each[1].idx))
        async with self.pool.acquire() as connection, connection.transaction():
            if reacting:
                parked = await share(connection, self.consumer, lambda: (e.envelope.subject for _, e, _ in reacting))
            for at, received, reaction in reacting:
                if received.envelope.subject in parked:
                    behind.append(_parkable(received))
                else:
                    appended |= await self._react(connection, reaction, received, at)
            await park_behind(connection, self.consumer, behind)
            await advance(connection, self.consumer, [(run, run.events[-1].shard_idx) for run in runs])
        if appended:
            self.appended()
        self._tries.passed(map(_place, runs))
        return {_place(run): run.events[-1].shard_idx for run in runs}

    async def _react(self, connection: Connection, reaction: Reaction, received: Received, at: int) -> bool:
        source = InTransaction(connection, self.vault)
        work = Work(self._context(received), source, self.clock.now(), connection, vault=self.vault)
        with _stopping(at):
            try:
                await reaction(work, received)
                await work.seal()
            except KeysMissing as missing:  # the key topic is behind: wait for it as for an event
                raise NotYet(str(missing)) from missing
        if not work.changed:
            return False
        with _stopping(at, Conflict, *IN_THE_WAY):
            [verdict] = await append(connection, [work.write_set(work.answer(None))])
            if verdict is not Verdict.ACCEPTED:
                raise Conflict(received.envelope.stream_id)
        return True

    async def reapply(self, connection: Connection, parked: asyncpg.Record) -> None:
        """Apply a parked event, in the transaction that takes it from its queue; raises what it fails with, or Busy."""
        received = received_from([(name, value.encode()) for name, value in orjson.loads(parked["headers"])], parked["value"])
        if leaf_hash(received.envelope, received.recorded.data) != received.leaf:
            raise Altered(f"{received.source}/{received.idx}")
        if (reaction := self.reactions.get(received.envelope.type)) is None:
            return  # this code no longer reacts to it
        try:
            async with connection.transaction():
                await self._react(connection, reaction, received, 0)
        except _Stopped as stopped:
            if not isinstance(stopped.cause, Refused):
                raise stopped.cause from stopped
            await self._keep_refused(connection, received, stopped.cause)
        except (Conflict, *IN_THE_WAY) as error:
            raise Busy(received.envelope.stream_id) from error

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


@contextmanager
def _stopping(at: int, *passing: type[Exception]) -> Iterator[None]:
    """What fails in this block stops the run at its event number `at`, but for a server's trouble and what is `passing`."""
    try:
        yield
    except passing:
        raise
    except Exception as cause:
        if is_trouble(cause):
            raise
        raise _Stopped(at, cause) from cause


def _place(run: Run) -> tuple[str, int]:
    return run.source, run.shard


def _parkable(received: Received) -> Parkable:
    """The event whole, as it came over the wire: it can be applied without the broker."""
    e, data = received.envelope, received.recorded
    place = Sequenced(received.idx, received.shard, received.shard_idx, received.leaf, received.chain, data)
    headers = {name: value.decode() for name, value in headers_of(received.source, place)}
    if received.traceparent is not None:
        headers["traceparent"] = received.traceparent
    return Parkable(
        subject=e.subject, source=received.source, place=received.shard_idx, shard=received.shard, shard_idx=received.shard_idx,
        idx=received.idx, event_id=e.event_id, type=e.type, headers=orjson.dumps(list(headers.items())).decode(), value=data.data,
    )  # fmt: skip
