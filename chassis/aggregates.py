"""Aggregates: what the events of a stream tell, now or as of an earlier moment; from a snapshot where the stream has some."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from chassis import domain
from chassis.codec import decode_recorded
from chassis.domain import Stream
from chassis.envelope import Recorded
from chassis.eventstore import ENVELOPE_COLUMNS, LAST, LOAD, Connection, Pool, recorded_from
from chassis.telemetry import log

S = TypeVar("S")
ASIDE = 500  # events; more are folded in a thread, because at some 20 µs each they would hold up everybody else's requests
Axis = Literal["version", "position", "occurred", "recorded"]
SNAPSHOT_FORMAT = "1"  # of the state's bytes

# One statement, one round trip: the snapshot is a row in the shape of an event, its state in the place of the data. The events
# after it are read by the same statement, so a snapshot that is deleted meanwhile costs nothing but rows.
FROM_SNAPSHOT = f"""
WITH latest AS MATERIALIZED (
    SELECT * FROM snapshots WHERE stream_id = $1 AND fold = $2 AND version <= $3 ORDER BY version DESC LIMIT 1
)
SELECT true AS folded, stream_id, version, NULL::uuid AS event_id, NULL::uuid AS command_id, NULL AS type, district, organ,
       subject, began_at AS occurred_at, NULL::timestamptz AS recorded_at, NULL AS actor, NULL AS device, correlation_id,
       NULL::uuid AS causation_id, NULL AS traceparent, NULL AS rulebook, state AS data
FROM latest
UNION ALL
SELECT false, {ENVELOPE_COLUMNS}
FROM events e WHERE e.stream_id = $1 AND e.version > coalesce((SELECT version FROM latest), 0) AND e.version <= $3
ORDER BY version
"""  # noqa: S608 - constant columns

# Several streams at once, stream by stream: each is looked up by its key, however many are asked for. Read as of one moment.
# Guarded by tests/chassis/test_plans.py.
TOGETHER = f"""
SELECT {ENVELOPE_COLUMNS} FROM unnest($1::text[]) AS asked(id)
CROSS JOIN LATERAL (SELECT * FROM events WHERE stream_id = asked.id ORDER BY version OFFSET 0) AS e
"""  # noqa: S608 - constant columns

# What had happened by then, in version order: an event that was sent in late takes its place, so this is no prefix.
OCCURRED_BY = f"""
SELECT {ENVELOPE_COLUMNS} FROM events e WHERE e.stream_id = $1 AND e.occurred_at <= $2 ORDER BY e.version
"""  # noqa: S608 - constant columns

# The store takes a stream's events one after the other, so what it had by then is a prefix, also where the clock of one process
# lags behind another's.
RECORDED_BY = "SELECT max(version) FROM events WHERE stream_id = $1 AND recorded_at <= $2"
PLACED_BY = """
SELECT (SELECT max(version) FROM ledger WHERE stream_id = $1 AND idx <= $2) AS version,
       (SELECT max(idx) FROM ledger) >= $2 AS reached
"""
PLACE_OF = "SELECT idx FROM ledger WHERE stream_id = $1 AND version = $2"


class NotReached(Exception):
    """As of a version that the stream, or a position that the ledger, has not come to: what it will tell is not known yet."""


class Unreadable(Exception):
    """A snapshot whose state cannot be read; it counts as not there."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """A moment in the history of a stream: its version, a position of the ledger, or a time of occurrence or of recording."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(
        r"v([1-9][0-9]{0,8})|i([1-9][0-9]{0,17})|(occurred|recorded):(.{10,40})", re.A
    )

    axis: Axis
    number: int = 0
    time: datetime | None = None

    @classmethod
    def version(cls, version: int) -> AsOf:
        """When the stream had this version."""
        return cls("version", version)

    @classmethod
    def position(cls, idx: int) -> AsOf:
        """When the ledger had come to this `idx`."""
        return cls("position", idx)

    @classmethod
    def occurred(cls, by: datetime) -> AsOf:
        """What had happened by an aware time, also if it was recorded later."""
        return cls("occurred", time=by)

    @classmethod
    def recorded(cls, by: datetime) -> AsOf:
        """What the store knew at an aware time."""
        return cls("recorded", time=by)

    @classmethod
    def parse(cls, text: str) -> AsOf:
        """The moment of `v7`, `i1234`, `occurred:<time>` or `recorded:<time>` (RFC 3339, with offset); else ValueError."""
        match = cls.PATTERN.fullmatch(text)
        if match is None:
            raise ValueError(f"not a moment: {text!r}")
        version, idx, axis, time = match.groups()
        if axis is None:
            return cls.version(int(version)) if version else cls.position(int(idx))
        return cls.occurred(_aware(time)) if axis == "occurred" else cls.recorded(_aware(time))


def _aware(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign that nobody escaped arrives as a blank
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"not a moment: {text!r}") from error
    raise ValueError(f"not a moment: {text!r} has no offset")


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """An aggregate as its events tell it: state, version, and what its first event fixed for the stream.

    `district` is where it is now: that of its first event, unless the stream moves (`Stream.held_in`). `organ` is who opened
    it; it also stands on events that nobody's organ caused, such as a deadline that passed. `began_at` is when the first event
    happened.
    """

    stream: Stream[S]
    key: str
    stream_id: str
    version: int
    state: S
    subject: str | None = None
    district: str | None = None
    correlation_id: UUID | None = None
    organ: str = ""
    began_at: datetime | None = None

    @property
    def exists(self) -> bool:
        """Whether the stream has any event."""
        return self.version > 0


def nothing(stream: Stream[S], key: str) -> Loaded[S]:
    """The aggregate before its first event."""
    return Loaded(stream, key, stream.id(key), 0, stream.initial)


def fold(base: Loaded[S], events: Sequence[Recorded]) -> Loaded[S]:
    """The aggregate after further events, by version; `version` is the last one's."""
    if not events:
        return base
    state, evolve = base.state, base.stream.evolve
    for recorded in events:
        state = evolve(state, decode_recorded(recorded))
    version = events[-1].envelope.version
    if base.exists:
        return replace(base, version=version, state=state, district=base.stream.district(state, str(base.district)))
    first = events[0].envelope
    return Loaded(
        base.stream, base.key, base.stream_id, version, state, first.subject, base.stream.district(state, first.district),
        first.correlation_id, first.organ, first.occurred_at,
    )  # fmt: skip


class Opener(Protocol):
    """What opens what is sealed for a person (chassis/vault.py)."""

    async def opened(self, history: Sequence[Recorded], /) -> list[Recorded]:
        """Events in plain."""
        ...

    async def opened_data(self, data: bytes, /) -> bytes:
        """A snapshot's state in plain."""
        ...


async def read(
    source: Connection | Pool, stream: Stream[S], key: str, as_of: AsOf | None = None, *, opener: Opener | None = None
) -> Loaded[S]:
    """The aggregate `key`, now or as of a moment; as of a moment before it began it does not exist.

    Raises NotReached for a version or position that is still to come.
    """
    if as_of is None:
        return await _up_to(source, stream, key, LAST, opener)
    if as_of.axis == "occurred":
        events = await source.fetch(OCCURRED_BY, stream.id(key), as_of.time)
        begun = bool(events) and events[0]["version"] == 1
        return await _folded(nothing(stream, key), events if begun else [])
    loaded = await _up_to(source, stream, key, await _version_at(source, stream.id(key), as_of))
    if as_of.axis == "version" and 0 < loaded.version < as_of.number:
        raise NotReached(str(as_of.number))
    return loaded


async def read_together(
    source: Connection | Pool, wanted: Sequence[tuple[Stream[Any], str]], as_of: AsOf | None = None, *,
    opener: Opener | None = None,
) -> list[Loaded[Any]]:  # fmt: skip
    """Several aggregates in the order asked for; as they are now, in one round trip and as of one moment.

    Their streams are short: snapshots are not looked for. As of an earlier moment each is read by itself, with `read`.
    """
    if as_of is not None:
        return [await read(source, stream, key, as_of, opener=opener) for stream, key in wanted]
    histories: dict[str, list[Any]] = {stream.id(key): [] for stream, key in wanted}
    for row in await source.fetch(TOGETHER, list(histories)):
        histories[row["stream_id"]].append(row)
    return [await _folded(nothing(stream, key), histories[stream.id(key)], opener) for stream, key in wanted]


async def moment_beside(source: Connection | Pool, loaded: Loaded[Any], as_of: AsOf | None) -> AsOf | None:
    """The moment at which other streams are to be read, so that they fit to `loaded`, which was read as of `as_of`.

    A version says nothing about another stream: what counts is the place that it has in the ledger.
    """
    if as_of is None or as_of.axis != "version":
        return as_of
    idx = await source.fetchval(PLACE_OF, loaded.stream_id, loaded.version)
    return None if idx is None else AsOf.position(idx)


async def _version_at(source: Connection | Pool, stream_id: str, as_of: AsOf) -> int:
    """The version that the stream had at a version, a position or a time of recording."""
    if as_of.axis == "version":
        return as_of.number
    if as_of.axis == "recorded":
        return await source.fetchval(RECORDED_BY, stream_id, as_of.time) or 0
    [row] = await source.fetch(PLACED_BY, stream_id, as_of.number)
    if not row["reached"]:
        raise NotReached(str(as_of.number))
    return row["version"] or 0


async def _up_to(source: Connection | Pool, stream: Stream[S], key: str, version: int, opener: Opener | None = None) -> Loaded[S]:
    if stream.snapshot_every is not None:
        stream_id = stream.id(key)
        rows = await source.fetch(FROM_SNAPSHOT, stream_id, fold_version(stream), version)
        try:
            base = nothing(stream, key)
            if rows and rows[0]["folded"]:
                row = dict(rows.pop(0))
                if opener is not None:
                    row["data"] = await opener.opened_data(bytes(row["data"]))
                base = opened(stream, key, row)
            return await _folded(base, rows, opener)
        except Unreadable as error:
            log.warning("snapshot_unreadable", stream_id=stream_id, error=str(error))
    return await _folded(nothing(stream, key), await source.fetch(LOAD, stream.id(key), 0, version, None), opener)


async def _folded(base: Loaded[S], rows: Sequence[Any], opener: Opener | None = None) -> Loaded[S]:
    """Without an opener what is sealed stays sealed: in a state, in a snapshot of it, in what is made of it for readers."""
    if opener is not None:
        events = await opener.opened([recorded_from(row) for row in rows])
        return await asyncio.to_thread(fold, base, events) if len(rows) > ASIDE else fold(base, events)
    if len(rows) > ASIDE:
        return await asyncio.to_thread(_fold_rows, base, rows)
    return _fold_rows(base, rows)


def _fold_rows(base: Loaded[S], rows: Sequence[Any]) -> Loaded[S]:
    return fold(base, [recorded_from(row) for row in rows])


@cache
def _source_hash(evolve: Callable[..., Any]) -> str:
    file = Path(inspect.getfile(inspect.unwrap(evolve)))
    room = next((parent for parent in file.parents if parent.name == "domain"), None)
    sources = sorted(room.rglob("*.py")) if room is not None else [file]
    digest = hashlib.sha256(SNAPSHOT_FORMAT.encode())
    for source in (*sources, Path(domain.__file__)):
        digest.update(b"\0" + source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:32]


def fold_version(stream: Stream[Any]) -> str:
    """What the fold of a stream is: a hash of all source that `evolve`, its events, their upcasters and its state can rest on.

    A domain imports nothing but itself, `chassis.domain` and the standard library, so the source of its room is all of it. A
    change that does not matter (a comment) costs a few snapshots; one that does can never be forgotten.
    """
    return _source_hash(stream.evolve)


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(stream: Stream[Any]) -> TypeAdapter[Any]:
    state = type(stream.initial)
    if (known := _ADAPTERS.get(state)) is None:
        known = _ADAPTERS[state] = TypeAdapter(state)
    return known


def state_bytes(loaded: Loaded[Any]) -> bytes | None:
    """The state as JSON by its own types; None if it would not come back as the same, which then is no state to keep."""
    adapter = _adapter(loaded.stream)
    try:
        data = adapter.dump_json(loaded.state, warnings="error")
        return data if adapter.validate_json(data) == loaded.state else None
    except ValueError:  # pydantic's own errors are
        return None


def opened(stream: Stream[S], key: str, row: Any) -> Loaded[S]:
    """The aggregate of a snapshot's row, at the snapshot's version; raises Unreadable."""
    try:
        state: S = _adapter(stream).validate_json(bytes(row["data"]))
    except ValidationError as error:
        raise Unreadable(str(error)) from error
    return Loaded(
        stream, key, row["stream_id"], row["version"], state, row["subject"], row["district"], row["correlation_id"],
        row["organ"], row["occurred_at"],
    )  # fmt: skip
