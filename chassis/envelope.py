"""The envelope of a stored event: its columns, its canonical bytes, its place in the ledger and the hash chain over them."""

from __future__ import annotations

import hashlib
import os
import time
import zlib
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from asyncpg.pgproto import pgproto

from chassis.domain import Actor

SHARDS = 64
"""Logical shards, for ever: a topic's partition count divides it."""

GENESIS = bytes(32)
"""The chain hash before the first ledger row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Everything that is stored beside an event's data, in columns; times are aware."""

    event_id: UUID
    command_id: UUID
    stream_id: str
    version: int
    type: str
    district: str
    organ: str
    subject: str
    occurred_at: datetime
    recorded_at: datetime
    actor: Actor
    device: str | None
    correlation_id: UUID
    causation_id: UUID
    traceparent: str | None
    rulebook: str | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stored event: its envelope and its data bytes, verbatim as hashed."""

    envelope: Envelope
    data: bytes


@dataclass(frozen=True, slots=True)
class Sequenced:
    """A stored event at its place in a service's ledger: contiguous `idx`, contiguous `shard_idx` within its shard."""

    idx: int
    shard: int
    shard_idx: int
    leaf: bytes
    chain: bytes
    recorded: Recorded

    @property
    def envelope(self) -> Envelope:
        """The event's envelope."""
        return self.recorded.envelope

    @property
    def data(self) -> bytes:
        """The event's data bytes."""
        return self.recorded.data


def shard_of(subject: str) -> int:
    """The logical shard of a subject: crc32 of its UTF-8 bytes, mod 64."""
    return zlib.crc32(subject.encode()) % SHARDS


def instant(at: datetime) -> str:
    """A time in its one canonical form: RFC 3339, UTC, six digits of fraction."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def canonical_json(value: Any) -> bytes:
    """JSON with sorted keys, also of dataclasses, whose fields orjson alone would leave in the order of their class."""
    return orjson.dumps(value, default=_members, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)


_NAMES: dict[type, tuple[str, ...]] = {}
"""The fields of each dataclass met so far."""


def _members(value: Any) -> dict[str, Any]:
    cls = type(value)
    if (names := _NAMES.get(cls)) is None:
        if not is_dataclass(cls):
            raise TypeError(f"not an event's value: {cls.__name__}")
        names = _NAMES[cls] = tuple(field.name for field in fields(cls))
    return {name: getattr(value, name) for name in names}


def actor_bytes(actor: Actor) -> bytes:
    """An actor as canonical JSON."""
    return canonical_json(actor)


@lru_cache(maxsize=4096)
def actor_text(actor: Actor) -> str:
    """An actor as it is stored; the same few people act again and again."""
    return actor_bytes(actor).decode()


def actor_from(data: bytes | str) -> Actor:
    """The actor that `actor_bytes` wrote."""
    return Actor(**orjson.loads(data))


def members_of(envelope: Envelope) -> dict[str, Any]:
    """An envelope as the JSON members that are hashed, but for the hash of the data."""
    return {
        "actor": _members(envelope.actor),
        "causation_id": str(envelope.causation_id),
        "command_id": str(envelope.command_id),
        "correlation_id": str(envelope.correlation_id),
        "device": envelope.device,
        "district": envelope.district,
        "event_id": str(envelope.event_id),
        "occurred_at": instant(envelope.occurred_at),
        "organ": envelope.organ,
        "recorded_at": instant(envelope.recorded_at),
        "rulebook": envelope.rulebook,
        "stream_id": envelope.stream_id,
        "subject": envelope.subject,
        "traceparent": envelope.traceparent,
        "type": envelope.type,
        "version": envelope.version,
    }


def canonical_members(members: dict[str, Any], data: bytes) -> bytes:
    """The canonical envelope (RFC 8785 JSON: sorted ASCII keys, no floats), which holds the hash of the stored data bytes."""
    return canonical_json({**members, "data_sha256": hashlib.sha256(data).hexdigest()})


def canonical(envelope: Envelope, data: bytes) -> bytes:
    """The canonical bytes of a stored event."""
    return canonical_members(members_of(envelope), data)


def leaf_hash(envelope: Envelope, data: bytes) -> bytes:
    """SHA-256(0x00 || canonical envelope): the leaf of the ledger, as in RFC 6962."""
    return leaf_of_members(members_of(envelope), data)


def leaf_of_members(members: dict[str, Any], data: bytes) -> bytes:
    """The leaf of an envelope given as its members, hashed exactly as they are."""
    return hashlib.sha256(b"\x00" + canonical_members(members, data)).digest()


def leaf_of_columns(
    stream_id: str, version: int, event_id: str, command_id: str, type_: str, district: str, organ: str, subject: str,
    occurred_at: datetime, recorded_at: datetime, actor: str, device: str | None, correlation_id: str, causation_id: str,
    traceparent: str | None, rulebook: str | None, data_sha256: str,
) -> bytes:  # fmt: skip
    """As `leaf_hash`, byte for byte, from columns: ids as text, times as the database gives them, the hash of the data as hex.

    The sequencer's: no object is made that is only taken apart again. Guarded by tests/chassis/test_envelope.py.
    """
    members = {
        "actor": _canonical_actor(actor), "causation_id": causation_id, "command_id": command_id,
        "correlation_id": correlation_id, "data_sha256": data_sha256, "device": device, "district": district,
        "event_id": event_id, "occurred_at": _utc(occurred_at), "organ": organ, "recorded_at": _utc(recorded_at),
        "rulebook": rulebook, "stream_id": stream_id, "subject": subject, "traceparent": traceparent, "type": type_,
        "version": version,
    }  # fmt: skip
    return hashlib.sha256(b"\x00" + orjson.dumps(members)).digest()


@lru_cache(maxsize=4096)
def _canonical_actor(text: str) -> orjson.Fragment:
    """An actor's stored text in its canonical form; the same few people act again and again."""
    return orjson.Fragment(actor_bytes(actor_from(text)))


def _utc(at: datetime) -> str:
    """As `instant`, quicker for a time that is in UTC already."""
    return f"{at.isoformat(timespec='microseconds')[:26]}Z" if at.tzinfo is UTC else instant(at)


def chain_hash(previous: bytes, leaf: bytes) -> bytes:
    """SHA-256(0x01 || previous chain hash || leaf): the row's link to everything before it."""
    return hashlib.sha256(b"\x01" + previous + leaf).digest()


def uuid7() -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of Unix milliseconds (wall time), the rest random.

    Of asyncpg's own subclass, as every id that is read: it is made, written and sent in a fraction of the time.
    """
    try:
        chance = _CHANCE.pop()
    except IndexError:
        _CHANCE.extend(_drawn())
        chance = _CHANCE.pop()
    return pgproto.UUID((time.time_ns() // 1_000_000).to_bytes(6, "big") + chance)


_CHANCE: list[bytes] = []
"""The random parts of the next ids. Taken by `pop`, which no two threads get the same from; a forked process draws its own."""
os.register_at_fork(after_in_child=_CHANCE.clear)


def _drawn() -> list[bytes]:
    """The random parts of 256 ids, version and variant set: drawing them together costs a tenth of as many system calls."""
    chance = os.urandom(2560)
    return [(int.from_bytes(chance[at : at + 10]) & _RANDOM | _MARKED).to_bytes(10) for at in range(0, 2560, 10)]


_RANDOM, _MARKED = 0x0FFF_3FFFFFFFFFFFFFFF, 0x7000_8000000000000000
