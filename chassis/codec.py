"""Events to bytes and back: the eventsourcing mapper contract, with upcasting, over explicit wire names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

import orjson
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent, Transcoder
from pydantic import TypeAdapter, ValidationError

from chassis.domain import EVENT_TYPES, Event, EventType
from chassis.envelope import Recorded, canonical_json

T = TypeVar("T")


class OrjsonTranscoder(Transcoder):
    """Canonical JSON: sorted keys, ISO dates, integers for money; the bytes that are stored are the bytes that are hashed."""

    def encode(self, obj: Any) -> bytes:
        """Encode a dataclass or plain value."""
        return canonical_json(obj)

    def decode(self, data: bytes) -> Any:
        """Decode to plain values."""
        return orjson.loads(data)


@dataclass(frozen=True, slots=True)
class Placed:
    """An event at its place in a stream: what the mapper of the eventsourcing library maps."""

    originator_id: str
    originator_version: int
    event: Event


class EventMapper(Mapper[str]):
    """Maps placed events to stored events; an event of an older version is upcast step by step to the newest class.

    A class at version N carries static methods `upcast_v1_v2(state: dict) -> dict` … up to its own version.
    """

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The stored event of a `Placed` event."""
        placed: Placed = domain_event
        return StoredEvent(
            originator_id=placed.originator_id,
            originator_version=placed.originator_version,
            topic=placed.event.__wire__,
            state=self.transcoder.encode(placed.event),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The `Placed` event of a stored one; MapperDeserialisationError if no class or no upcaster can read it."""
        decoded = decode(stored_event.topic, stored_event.state)
        return Placed(str(stored_event.originator_id), stored_event.originator_version, decoded)


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}
MAPPER = EventMapper(OrjsonTranscoder())


def encode(event: Event) -> bytes:
    """An event's data bytes."""
    return MAPPER.transcoder.encode(event)


def decode(wire: str, data: bytes) -> Event:
    """The event of these bytes, upcast to the newest version of its type; MapperDeserialisationError if it cannot be read."""
    try:
        return _reader_of(wire)(data)
    except (ValidationError, AttributeError, KeyError, TypeError, orjson.JSONDecodeError) as error:
        raise MapperDeserialisationError(f"{wire} cannot be read: {error}") from error


def decode_recorded(recorded: Recorded) -> Event:
    """The event of a stored row."""
    return decode(recorded.envelope.type, recorded.data)


def read_as(reader: type[T], data: bytes) -> T:
    """Read an event's bytes with a consumer's own small dataclass: it lists only what it needs, unknown fields are ignored."""
    return cast(T, _adapter(reader).validate_json(data))


@cache
def _reader_of(wire: str) -> Callable[[bytes], Event]:
    """What reads the bytes of a wire name; MapperDeserialisationError if no class does."""
    newest, version = _type_of(wire)
    adapter: TypeAdapter[Event] = _adapter(newest.cls)
    if newest.version == version:  # nearly always, in every fold: past the adapter, straight to its validator
        return cast(Callable[[bytes], Event], adapter.validator.validate_json)
    return lambda data: adapter.validate_python(_upcast(newest, version, orjson.loads(data)))


def _upcast(newest: EventType, version: int, state: dict[str, Any]) -> dict[str, Any]:
    for old in range(version, newest.version):
        step: Callable[[dict[str, Any]], dict[str, Any]] = getattr(newest.cls, f"upcast_v{old}_v{old + 1}")
        state = step(state)
    return state


def _type_of(wire: str) -> tuple[EventType, int]:
    """The newest class of a wire name's type, and the version that it tells; MapperDeserialisationError if there is none."""
    base, _, version = wire.rpartition(".v")
    newest = _newest(base)
    if newest.version < int(version):
        raise MapperDeserialisationError(f"no event class for {wire}")
    return newest, int(version)


@cache
def _newest(base: str) -> EventType:
    """Only what is found is remembered: a class that is not known yet may be registered later."""
    same = [known for known in EVENT_TYPES.values() if known.wire.rpartition(".v")[0] == base]
    if not same:
        raise MapperDeserialisationError(f"no event class for {base}")
    return max(same, key=lambda known: known.version)


def _adapter(cls: type) -> TypeAdapter[Any]:
    if (known := _ADAPTERS.get(cls)) is None:
        known = _ADAPTERS[cls] = TypeAdapter(cls)
    return known
