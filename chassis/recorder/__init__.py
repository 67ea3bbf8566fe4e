"""The recorder contract of the `eventsourcing` library, asynchronous, over our own events, ledger and checkpoints.

Whoever knows the library finds its method names here, and its own test suites for recorders pass (through a synchronous facade,
tests/chassis/test_recorder.py). What stands behind them is the path that commands take: group commit, pending rows, the
sequencer. An originator is a stream, a notification id is the event's place in the ledger.

The library has threads, a table lock per append and a NOTIFY inside it, which this has not. This has what the library has not: an
originator's versions have no hole, and whoever appends says who acts, for which organ and district.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from eventsourcing.persistence import (
    DataError,
    IntegrityError,
    Notification,
    OperationalError,
    StoredEvent,
    Tracking,
    WaitInterruptedError,
)

from chassis.clock import Clock
from chassis.database import LEDGER, connect
from chassis.domain import Actor
from chassis.envelope import Envelope, Recorded, Sequenced, uuid7
from chassis.eventstore import (
    LAST,
    Connection,
    IdempotencyRecord,
    Pool,
    Verdict,
    WriteSet,
    append,
    ledger_between,
    ledger_head,
    load,
)
from chassis.recorder.errors import library_errors
from chassis.recorder.subscription import Bell, Subscription
from chassis.runner import LARGEST
from chassis.writer import GroupCommit

Id: TypeAlias = "UUID | str"

END = 2**63 - 1  # the last place that a ledger can have
SEQUENCED_WITHIN = 30.0  # seconds from the commit to the ledger, before an append says that nobody sequences
LOOK = 0.25  # seconds between two looks whether the connection still listens
POLL = (0.01, 0.2)  # seconds between two looks at a tracking position, from the first to the longest

FROM_ZERO = "@0"
BEGUN = "SELECT stream_id FROM events WHERE version = 1 AND stream_id = ANY($1)"
PLACES = """
SELECT l.idx FROM unnest($1::text[], $2::int[]) WITH ORDINALITY AS u(stream_id, version, n)
JOIN ledger l USING (stream_id, version) ORDER BY u.n
"""
# Invariant: a position only moves forward, and in the transaction of what it stands for; of two who process the same
# notification, one gets nothing done. Guarded by the library's own suites, tests/chassis/test_recorder.py.
TRACK = """
INSERT INTO checkpoints AS c (name, position, simulated) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET position = EXCLUDED.position, simulated = EXCLUDED.simulated WHERE c.position < EXCLUDED.position
"""
TRACKED = "SELECT position FROM checkpoints WHERE name = $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a StoredEvent of the library does not say and our envelope must: who acts, for which organ, in which district."""

    actor: Actor
    organ: str
    district: str


class Interrupt(Protocol):
    """What ends a wait early: an asyncio.Event, or a threading.Event of whoever stands outside the loop."""

    def is_set(self) -> bool:
        """Whether to stop waiting."""
        ...


class AsyncpgAggregateRecorder:
    """Inserts and selects the events of originators; does not wait until they are in the ledger."""

    def __init__(
        self, pool: Pool, writer: GroupCommit, clock: Clock, provenance: Provenance, *, read_id: Callable[[str], Id] = str
    ) -> None:
        """`read_id` makes an originator's id of a stream's: str, or UUID in a store of which all streams are named by one."""
        self._pool = pool
        self._writer = writer
        self._clock = clock
        self._provenance = provenance
        self._read_id = read_id

    async def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Append events, all or none; IntegrityError if a version is taken, or would leave a hole before it."""
        with library_errors():
            if stored_events:
                await self._append(await self._write_set(stored_events))
        return None

    async def select_events(
        self, originator_id: Id, *, gt: int | None = None, lte: int | None = None, desc: bool = False, limit: int | None = None
    ) -> Sequence[StoredEvent]:
        """An originator's events, by version: after `gt`, up to `lte`; backwards with `desc`; `limit` at most."""
        with library_errors():
            [(stream_id, shift)] = (await self._streams([originator_id])).values()
            after, upto = (bound if bound is None else bound + shift for bound in (gt, lte))
            events = await load(
                self._pool, stream_id, max(after or 0, 0), LAST if upto is None else upto, limit=limit, last=desc
            )  # fmt: skip
        return [self._stored(recorded) for recorded in events]

    async def _append(self, write_set: WriteSet) -> None:
        if await self._writer.append(write_set) is not Verdict.ACCEPTED:
            raise IntegrityError("the version is taken, or is not the next one")

    async def _streams(self, originators: Iterable[Id], beginning_at_zero: Iterable[Id] = ()) -> dict[Id, tuple[str, int]]:
        """Of each originator its stream, and by how much its versions there are higher.

        The library lets an originator count from 0 or from 1, our streams count from 1. One that counts from 0 has a stream of
        which the name says so.
        """
        distinct = list(dict.fromkeys(originators))
        zero = {originator: f"{originator}{FROM_ZERO}" for originator in distinct}
        begun = {row["stream_id"] for row in await self._pool.fetch(BEGUN, list(zero.values()))}
        begun |= {zero[originator] for originator in beginning_at_zero}
        return {o: (zero[o], 1) if zero[o] in begun else (str(o), 0) for o in distinct}

    async def _write_set(self, stored_events: Sequence[StoredEvent]) -> WriteSet:
        """What is to be appended; IntegrityError if it has a hole or a double in itself, DataError if an event is too large."""
        zeros = [e.originator_id for e in stored_events if e.originator_version == 0]
        streams = await self._streams((e.originator_id for e in stored_events), zeros)
        command_id = uuid7()
        heads: dict[str, int] = {}
        expected: dict[str, int] = {}
        events = []
        for stored in stored_events:
            stream_id, shift = streams[stored.originator_id]
            version = stored.originator_version + shift
            expected.setdefault(stream_id, version - 1)
            if version != heads.get(stream_id, version - 1) + 1 or version < 1:
                raise IntegrityError(f"version {stored.originator_version} of {stored.originator_id} is not the next one")
            heads[stream_id] = version
            events.append(self._recorded(stored, stream_id, version, command_id))
        record = IdempotencyRecord(f"recorder:{command_id}", b"", command_id, b"{}", self._clock.now())
        return WriteSet(tuple(expected.items()), tuple(events), record)

    def _recorded(self, stored: StoredEvent, stream_id: str, version: int, command_id: UUID) -> Recorded:
        if len(stored.state) > LARGEST:
            raise DataError(f"{len(stored.state)} bytes are more than a message may have")
        now, by = self._clock.now(), self._provenance
        envelope = Envelope(
            event_id=uuid7(), command_id=command_id, stream_id=stream_id, version=version, type=stored.topic,
            district=by.district, organ=by.organ, subject=stream_id, occurred_at=now, recorded_at=now, actor=by.actor,
            device=None, correlation_id=command_id, causation_id=command_id, traceparent=None, rulebook=None,
        )  # fmt: skip
        return Recorded(envelope, stored.state)

    def _originator(self, envelope: Envelope) -> tuple[Id, int]:
        stream_id = envelope.stream_id.removesuffix(FROM_ZERO)
        return self._read_id(stream_id), envelope.version - (stream_id != envelope.stream_id)

    def _stored(self, recorded: Recorded) -> StoredEvent:
        originator_id, version = self._originator(recorded.envelope)
        return StoredEvent(
            originator_id=originator_id, originator_version=version, topic=recorded.envelope.type, state=recorded.data
        )  # fmt: skip


class AsyncpgRecorder(AsyncpgAggregateRecorder):
    """The library's process recorder: events and tracking in one transaction, notifications from the ledger.

    `run` listens to the ledger; without it subscriptions and appends look for themselves every quarter of a second.
    """

    def __init__(
        self, dsn: str, pool: Pool, writer: GroupCommit, clock: Clock, provenance: Provenance, appended: Callable[[], None],
        *, read_id: Callable[[str], Id] = str,
    ) -> None:  # fmt: skip
        """As the aggregate recorder; `appended` is called after a commit that group commit did not make."""
        super().__init__(pool, writer, clock, provenance, read_id=read_id)
        self._dsn = dsn
        self._appended = appended
        self._bell = Bell()

    async def run(self) -> None:
        """Listen to the ledger until cancelled, or until the connection is lost (GONE)."""
        connection = await connect(self._dsn, "recorder")
        try:
            await connection.add_listener(LEDGER, self._bell.ring)
            while not connection.is_closed():
                await asyncio.sleep(LOOK)
            raise ConnectionError("the connection that listens was lost")
        finally:
            connection.terminate()

    async def insert_events(
        self, stored_events: Sequence[StoredEvent], *, tracking: Tracking | None = None, **_: Any
    ) -> Sequence[int]:
        """Append events, and move a tracking position with them, all or nothing; answers their places in the ledger.

        IntegrityError as for the aggregate recorder, and if the position is not beyond the recorded one. OperationalError if the
        sequencer does not come by: the events are stored then, and will be in the ledger when it does.
        """
        with library_errors():
            write_set = await self._write_set(stored_events) if stored_events else None
            if tracking is not None:
                await self._append_with(write_set, tracking)
            elif write_set is not None:
                await self._append(write_set)
            return await self._places(write_set.events) if write_set is not None else []

    async def select_notifications(
        self, start: int | None, limit: int, stop: int | None = None, topics: Sequence[str] = (), *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:  # fmt: skip
        """Events in the order of the ledger: from `start` (or after it) up to `stop`, `limit` at most, of these topics if any."""
        after = 0 if start is None else start - inclusive_of_start
        with library_errors():
            found = await ledger_between(self._pool, after, END if stop is None else stop, limit, topics)
        return [self._notification(sequenced) for sequenced in found]

    async def max_notification_id(self) -> int | None:
        """The last place in the ledger; None while it is empty."""
        with library_errors():
            return await ledger_head(self._pool) or None

    async def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription:
        """The notifications after `gt`, those that come later too."""
        return Subscription(self, self._bell, gt or 0, topics)

    async def insert_tracking(self, tracking: Tracking) -> None:
        """Move the position that was reached in another application; IntegrityError unless it is beyond the recorded one."""
        with library_errors():
            async with self._pool.acquire() as connection:
                await self._track(connection, tracking)

    async def max_tracking_id(self, application_name: str) -> int | None:
        """The position reached in another application; None if there is none."""
        with library_errors():
            position: int | None = await self._pool.fetchval(TRACKED, f"tracking:{application_name}")
        return position

    async def has_tracking_id(self, application_name: str, notification_id: int | None) -> bool:
        """Whether the position reached is this one or beyond it; None is always reached."""
        if notification_id is None:
            return True
        reached = await self.max_tracking_id(application_name)
        return reached is not None and reached >= notification_id

    async def wait(
        self, application_name: str, notification_id: int | None, timeout: float = 1.0,  # noqa: ASYNC109 - the library's name
        interrupt: Interrupt | None = None,
    ) -> None:  # fmt: skip
        """Return when the position is reached; TimeoutError after `timeout` seconds, WaitInterruptedError if interrupted."""
        until = time.monotonic() + timeout
        pause, longest = POLL
        while not await self.has_tracking_id(application_name, notification_id):
            if interrupt is not None and interrupt.is_set():
                raise WaitInterruptedError
            if time.monotonic() > until:
                raise TimeoutError(f"notification {notification_id} of {application_name} was not processed within {timeout} s")
            await asyncio.sleep(pause)
            pause = min(2 * pause, longest)

    async def _append_with(self, write_set: WriteSet | None, tracking: Tracking) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            await self._track(connection, tracking)
            if write_set is not None and await append(connection, [write_set]) != [Verdict.ACCEPTED]:
                raise IntegrityError("the version is taken, or is not the next one")
        if write_set is not None:
            self._appended()

    async def _track(self, connection: Connection, tracking: Tracking) -> None:
        name, position = f"tracking:{tracking.application_name}", tracking.notification_id
        if await connection.execute(TRACK, name, position, self._clock.simulated) != "INSERT 0 1":
            raise IntegrityError(f"{tracking.application_name} has been processed up to {position} or beyond it")

    async def _places(self, events: Sequence[Recorded]) -> list[int]:
        """The places of appended events in the ledger, as soon as they have them."""
        streams, versions = [e.envelope.stream_id for e in events], [e.envelope.version for e in events]
        until = time.monotonic() + SEQUENCED_WITHIN
        while time.monotonic() < until:
            rung = self._bell.rung
            places = [row["idx"] for row in await self._pool.fetch(PLACES, streams, versions)]
            if len(places) == len(events):
                return places
            await self._bell.heard(rung)
        raise OperationalError(f"stored, but not sequenced within {SEQUENCED_WITHIN} s: does a worker run?")

    def _notification(self, sequenced: Sequenced) -> Notification:
        originator_id, version = self._originator(sequenced.envelope)
        return Notification(
            originator_id=originator_id, originator_version=version, topic=sequenced.envelope.type,
            state=sequenced.recorded.data, id=sequenced.idx,
        )  # fmt: skip
