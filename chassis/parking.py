"""The sequenced dead-letter queue: an event that cannot be applied is parked with the later ones of its subject; others flow.

Whoever applies events live holds its consumer's lock shared; whoever retries or skips holds it alone, for one event at a time.
So a retry meets no event on its way: what was live before it has committed, and what comes after it sees the queue as it left
it. Nothing reorders the events of a subject that come from one source. Between sources there is no order, but a subject that is
parked is parked for all of them, because what one source tells of it may rest on what another told. Guarded by
tests/chassis/test_parking.py.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

import asyncpg
from eventsourcing.persistence import MapperDeserialisationError
from pydantic import ValidationError

from chassis.database import AS_WORKER, GONE
from chassis.eventstore import Connection, Pool
from chassis.telemetry import log

MOST_SUBJECTS = 1000  # parked in one consumer; with more, it is not the events that are at fault, and the consumer stands still
PAUSES = (0.1, 0.2, 0.4, 0.8)  # seconds between the tries of an event before it is parked
PATIENCE = 10.0  # seconds that an event holds its shard for a reference, where the reference may be parked, skipped or refused
STANDING = 1.0  # seconds between the tries of an event that may not be parked
TRIES = 5  # of a retry, when others are in the way
AT_ONCE = 500  # parked rows written by one statement's arrays; a bound on memory, nothing else

TROUBLE = (
    asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError, asyncpg.SerializationError, asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError, asyncpg.PostgresSystemError,
)  # fmt: skip
"""The server's trouble, not the event's: never a reason to park."""
UNREADABLE = (MapperDeserialisationError, ValidationError)
"""What will be the same at every try: parked at once."""

# One round trip per batch or run, whether or not anything is parked. What it answers may be too much, never too little: while the
# shared lock is waited for, a retry can only have taken events away, and `AMONG` looks again under the lock.
SHARE = """
SELECT pg_advisory_xact_lock_shared(hashtext('consumer'), hashtext($1)),
       EXISTS (SELECT FROM parked_subjects WHERE consumer = $1) AS parked
"""
ALONE = "SELECT pg_advisory_xact_lock(hashtext('consumer'), hashtext($1))"
AMONG = "SELECT subject FROM parked_subjects WHERE consumer = $1 AND subject = ANY($2)"
SUBJECTS = "SELECT count(*) FROM parked_subjects WHERE consumer = $1"
OPEN = """
INSERT INTO parked_subjects AS q (consumer, subject, since, resumes, tried_at) VALUES ($1, $2, now(), $3, now())
ON CONFLICT (consumer, subject) DO UPDATE SET resumes = q.resumes AND EXCLUDED.resumes, tried_at = now()
"""
# Invariant: a consumer that was overtaken parks nothing twice; its transaction fails when it advances its position.
PARK = """
INSERT INTO parked (consumer, subject, source, place, shard, shard_idx, idx, event_id, type, headers, value,
                    error_class, error, waits, tries, first_at, last_at)
SELECT $1, p.subject, p.source, p.place, p.shard, p.shard_idx, p.idx, p.event_id, p.type, p.headers, p.value,
       $12, $13, $14, $15, now(), now()
FROM unnest($2::text[], $3::text[], $4::bigint[], $5::smallint[], $6::bigint[], $7::bigint[], $8::uuid[], $9::text[],
            $10::text[], $11::bytea[]) WITH ORDINALITY
     AS p(subject, source, place, shard, shard_idx, idx, event_id, type, headers, value, ord)
ORDER BY p.ord
ON CONFLICT (consumer, subject, source, place) DO NOTHING
"""
HEADS = "SELECT * FROM parked_heads($1, $2)"
NOTE = """
UPDATE parked SET error_class = $5, error = $6, waits = $7, tries = tries + 1, last_at = now()
WHERE consumer = $1 AND subject = $2 AND source = $3 AND place = $4
"""
TAKE = "DELETE FROM parked WHERE consumer = $1 AND subject = $2 AND source = $3 AND place = $4"
CLOSE = """
DELETE FROM parked_subjects q WHERE consumer = $1 AND subject = $2
AND NOT EXISTS (SELECT FROM parked p WHERE p.consumer = $1 AND p.subject = $2)
"""
RESUMES = "UPDATE parked_subjects SET resumes = $3, tried_at = clock_timestamp() WHERE consumer = $1 AND subject = $2"
RESUMING = """
SELECT consumer, subject FROM parked_subjects WHERE resumes AND consumer = ANY($1) ORDER BY tried_at LIMIT $2
"""
COUNT = "SELECT count(*) FROM parked WHERE consumer = $1"
FORGET = ("DELETE FROM parked WHERE consumer = $1", "DELETE FROM parked_subjects WHERE consumer = $1")


class NotYet(Exception):
    """A reference of the event has not arrived yet: it is tried again, and nothing of its subject overtakes it."""


class Busy(Exception):
    """Others were in the way of a retry again and again; it may be asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parkable:
    """An event as it is parked: its place among those of its subject and source, and, where no ledger of ours has it, itself."""

    subject: str
    source: str
    place: int
    shard: int
    shard_idx: int
    idx: int
    event_id: UUID
    type: str
    headers: str | None = None
    value: bytes | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """What an event failed with, and after how many tries."""

    error: Exception
    tries: int

    @property
    def waits(self) -> bool:
        """Whether only a reference is missing."""
        return isinstance(self.error, NotYet)


class Tries:
    """How often what stands in the way of a place was tried, and when it may be tried again; only in memory."""

    def __init__(self) -> None:
        self._stands: dict[Any, _Standing] = {}

    def rests(self, place: Any) -> bool:
        """Whether it is too early to try again."""
        standing = self._stands.get(place)
        return standing is not None and time.monotonic() < standing.rests_until

    def stands(self, place: Any) -> bool:
        """Whether something in the way of a place has failed, and it has not passed since."""
        return place in self._stands

    def passed(self, places: Iterable[Any]) -> None:
        """What stood in the way of these places is behind them."""
        for place in places:
            self._stands.pop(place, None)

    def failed(self, place: Any, event_id: UUID, error: Exception) -> Failure | None:
        """Note a failed try; answers the failure if it was tried often enough to be set aside.

        What cannot be read was tried often enough; any other error may pass, so it is tried five times in 1.5 seconds; a
        reference may take its time.
        """
        now = time.monotonic()
        standing = self._stands.get(place)
        if standing is None or standing.event_id != event_id:
            standing = self._stands[place] = _Standing(event_id, now)
        standing.tries += 1
        standing.waits = isinstance(error, NotYet)
        if standing.waits:
            return Failure(error, standing.tries) if now - standing.since >= PATIENCE else None
        if standing.tries > len(PAUSES) or isinstance(error, UNREADABLE):
            return Failure(error, standing.tries)
        standing.rests_until = now + PAUSES[standing.tries - 1]
        return None

    def stand(self, place: Any) -> None:
        """It may not be set aside: it is tried again, more slowly."""
        standing = self._stands[place]
        standing.since = time.monotonic()
        if not standing.waits:
            standing.rests_until = standing.since + STANDING


@dataclass(slots=True)
class _Standing:
    event_id: UUID
    since: float
    tries: int = 0
    rests_until: float = 0.0
    waits: bool = False


class Applies(Protocol):
    """Applies one parked event in the transaction that takes it from the queue."""

    async def __call__(self, connection: Connection, parked: asyncpg.Record, /) -> None:
        """Apply it; raises Busy if others are in the way, NotYet if it must wait."""
        ...


def is_trouble(error: Exception) -> bool:
    """Whether this is a server's trouble, and no event's fault."""
    return isinstance(error, (*GONE, *TROUBLE))


async def share(connection: Connection, consumer: str, subjects: Callable[[], Iterable[str]]) -> frozenset[str]:
    """Apply events live, until the transaction ends: answers which of their subjects are parked."""
    row = await connection.fetchrow(SHARE, consumer)
    if row is None or not row["parked"]:
        return frozenset()
    return frozenset(found["subject"] for found in await connection.fetch(AMONG, consumer, sorted({*subjects()})))


async def has_room(connection: Connection, consumer: str, subject: str) -> bool:
    """Whether this subject may be parked: when very many are, the consumer itself is broken, and had better stand still."""
    if await connection.fetch(AMONG, consumer, [subject]):
        return True
    parked: int = await connection.fetchval(SUBJECTS, consumer)
    return parked < MOST_SUBJECTS


async def park(connection: Connection, consumer: str, event: Parkable, failure: Failure) -> None:
    """Park an event that failed, in the transaction that advances past it."""
    await connection.execute(OPEN, consumer, event.subject, failure.waits)
    error = failure.error
    described = (type(error).__name__, _text(error), failure.waits, failure.tries)
    await connection.execute(PARK, consumer, *_columns([event]), *described)


async def park_behind(connection: Connection, consumer: str, events: Sequence[Parkable]) -> None:
    """Park later events of parked subjects, untried, in the transaction that advances past them."""
    for first in range(0, len(events), AT_ONCE):
        columns = _columns(events[first : first + AT_ONCE])
        await connection.execute(PARK, consumer, *columns, None, None, False, 0)


def _columns(events: Sequence[Parkable]) -> list[list[Any]]:
    return [list(column) for column in zip(*(_row(event) for event in events), strict=True)]


def _row(e: Parkable) -> tuple[Any, ...]:
    return (e.subject, e.source, e.place, e.shard, e.shard_idx, e.idx, e.event_id, e.type, e.headers, e.value)


def _text(error: Exception) -> str:
    """As much of an error as helps, as PostgreSQL can store it, and without the values that a field could not be read from."""
    invalid = next((e for e in (error, error.__cause__) if isinstance(e, ValidationError)), None)
    said = str(error) if invalid is None else str(invalid.errors(include_input=False, include_url=False, include_context=False))
    return said.replace("\0", "\\0").encode("utf-8", "replace").decode()[:4000]


class Outcome(StrEnum):
    """What became of the event at the head of a queue."""

    APPLIED = "applied"
    SKIPPED = "skipped"
    FAILED = "failed"
    WAITS = "waits"
    EMPTY = "empty"  # there is none: the subject flows


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a queue, tried or taken away."""

    outcome: Outcome
    event: asyncpg.Record | None = None
    error: Exception | None = None


Choose = Callable[[Sequence[asyncpg.Record]], asyncpg.Record | None]
Noted = Callable[[Connection, Step], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Queue:
    """The parked events of one subject in one consumer, and what applies them."""

    pool: Pool
    consumer: str
    subject: str
    applies: Applies

    async def step(self, choose: Choose, noted: Noted | None = None, *, skip: bool = False) -> Step:
        """Try, or with `skip` take away, one of the events at the head; `noted` is called in the same transaction.

        The event's effects, its removal and the note commit together. Raises Busy, or what `choose` raises.
        """
        for _ in range(TRIES):
            try:
                async with self.pool.acquire() as connection, connection.transaction():
                    await connection.execute(AS_WORKER)
                    return await self._alone(connection, choose, noted, skip)
            except (Busy, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError) as error:
                log.info("retry_in_conflict", consumer=self.consumer, subject=self.subject, error=repr(error))
                await asyncio.sleep(PAUSES[0])
        raise Busy(f"{self.consumer} {self.subject}")

    async def _alone(self, connection: Connection, choose: Choose, noted: Noted | None, skip: bool) -> Step:
        await connection.execute(ALONE, self.consumer)
        head = choose(await connection.fetch(HEADS, self.consumer, self.subject))
        if head is None:
            return Step(Outcome.EMPTY)
        step = Step(Outcome.SKIPPED, head) if skip else await self._try(connection, head)
        if step.error is None:
            await connection.execute(TAKE, self.consumer, self.subject, head["source"], head["place"])
            await connection.execute(CLOSE, self.consumer, self.subject)
        else:
            await self._note(connection, head, step.error)
        await connection.execute(RESUMES, self.consumer, self.subject, step.outcome is not Outcome.FAILED)
        if noted is not None:
            await noted(connection, step)
        return step

    async def _try(self, connection: Connection, head: asyncpg.Record) -> Step:
        try:
            async with connection.transaction():
                await self.applies(connection, head)
        except Busy:
            raise
        except NotYet as error:
            return Step(Outcome.WAITS, head, error)
        except Exception as error:
            if is_trouble(error):
                raise
            return Step(Outcome.FAILED, head, error)
        return Step(Outcome.APPLIED, head)

    async def _note(self, connection: Connection, head: asyncpg.Record, error: Exception) -> None:
        waits = isinstance(error, NotYet)
        args = (head["source"], head["place"], type(error).__name__, _text(error), waits)
        await connection.execute(NOTE, self.consumer, self.subject, *args)

    async def drain(self) -> tuple[int, Step]:
        """Try the events in order, up to the first that fails; answers how many were applied, and the last step.

        The head of a source that waits for a reference lets those of other sources go first: they may be what it waits for.
        """
        applied, waiting, last = 0, set[UUID](), Step(Outcome.EMPTY)

        def next_head(heads: Sequence[asyncpg.Record]) -> asyncpg.Record | None:
            return next((head for head in heads if head["event_id"] not in waiting), None)

        while True:
            step = await self.step(next_head)
            match step.outcome:
                case Outcome.APPLIED:
                    applied += 1
                    waiting.clear()
                case Outcome.WAITS if step.event is not None:
                    waiting.add(step.event["event_id"])
                    last = step
                case Outcome.EMPTY:
                    return applied, last if waiting else step
                case _:
                    return applied, step


async def resuming(pool: Pool, consumers: Sequence[str], most: int) -> list[tuple[str, str]]:
    """Of these consumers, the subjects whose queues go on by themselves, those first that were not tried for longest."""
    return [(row["consumer"], row["subject"]) for row in await pool.fetch(RESUMING, consumers, most)]


async def parked_count(connection: Connection | Pool, consumer: str) -> int:
    """How many events are parked in a consumer (`projection:<name>/<version>`, or the name of a service's policies)."""
    count: int = await connection.fetchval(COUNT, consumer)
    return count


async def forget(connection: Connection, consumer: str) -> None:
    """Drop the queues of a consumer that is dropped itself, such as a version of a projection that was replaced."""
    for statement in FORGET:
        await connection.execute(statement, consumer)
