"""Values to bytes and back by the transcoder contract of the `eventsourcing` library: each comes back as the type it had.

Two transcoders, for two purposes. `codec.OrjsonTranscoder` writes our published events: plain JSON, canonical, whose types
stand in the event's class and its schema, so that anybody can read the bytes and hash them. `TaggedTranscoder` is for what has no
schema: the events of an application that is written with the library's own aggregates and keeps them here through
`chassis.recorder`. It writes types into the bytes, as the library does, and avoids two of the library's traps: a dict that looks
like a tag comes back as that dict, and a float that JSON has not is refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from typing import Any

import orjson
from eventsourcing.persistence import (
    DatetimeAsISO,
    DecimalAsStr,
    Transcoder,
    Transcoding,
    TranscodingNotRegisteredError,
    UUIDAsHex,
)

TYPE, DATA = "_type_", "_data_"
PAIRS = "dict_as_pairs"
PLAIN = (str, int, bool, type(None))


class TupleAsList(Transcoding):
    """A tuple, which plain JSON would give back as a list."""

    type = tuple
    name = "tuple_as_list"

    def encode(self, obj: tuple[Any, ...]) -> list[Any]:
        """Its members."""
        return list(obj)

    def decode(self, data: list[Any]) -> tuple[Any, ...]:
        """The tuple of these members."""
        return tuple(data)


class FrozensetAsList(Transcoding):
    """A frozenset, its members in the order of their representations, so that equal sets have equal bytes."""

    type = frozenset
    name = "frozenset_as_list"

    def encode(self, obj: frozenset[Any]) -> list[Any]:
        """Its members."""
        return sorted(obj, key=repr)

    def decode(self, data: list[Any]) -> frozenset[Any]:
        """The set of these members."""
        return frozenset(data)


class DateAsISO(Transcoding):
    """A day, as ISO 8601 writes it."""

    type = date
    name = "date_iso"

    def encode(self, obj: date) -> str:
        """YYYY-MM-DD."""
        return obj.isoformat()

    def decode(self, data: str) -> date:
        """The day of this text."""
        return date.fromisoformat(data)


class TaggedTranscoder(Transcoder):
    """JSON with a tag at each value whose type JSON does not have; further types are registered with their transcodings."""

    def __init__(self, transcodings: Iterable[Transcoding] = ()) -> None:
        """Knows UUID, Decimal, datetime, date, tuple and frozenset; `transcodings` are further ones."""
        self._types: dict[type, Transcoding] = {}
        self._names: dict[str, Transcoding] = {}
        known = (UUIDAsHex(), DecimalAsStr(), DatetimeAsISO(), DateAsISO(), TupleAsList(), FrozensetAsList())
        for transcoding in (*known, *transcodings):
            self.register(transcoding)

    def register(self, transcoding: Transcoding) -> None:
        """Use this transcoding for values of exactly its type."""
        self._types[transcoding.type] = transcoding
        self._names[transcoding.name] = transcoding

    def encode(self, obj: Any) -> bytes:
        """Encode a value; TypeError for a type without transcoding or an integer beyond 64 bits, ValueError for NaN."""
        return orjson.dumps(self._tagged(obj))

    def decode(self, data: bytes) -> Any:
        """The value of these bytes; TypeError if they name a type without transcoding."""
        return self._untagged(orjson.loads(data))

    def _tagged(self, obj: Any) -> Any:
        kind = type(obj)
        if kind in PLAIN:
            return obj
        if kind is float:
            return _finite(obj)
        if kind is list:
            return [self._tagged(member) for member in obj]
        if kind is dict:
            return self._tagged_dict(obj)
        if (transcoding := self._types.get(kind)) is None:
            raise _unknown(f"Object of type {kind} is not serializable. Please define and register a custom")
        return {TYPE: transcoding.name, DATA: self._tagged(transcoding.encode(obj))}

    def _tagged_dict(self, obj: dict[Any, Any]) -> dict[str, Any]:
        if obj.keys() != {TYPE, DATA} and all(type(key) is str for key in obj):
            return {key: self._tagged(value) for key, value in obj.items()}
        return {TYPE: PAIRS, DATA: [[self._tagged(key), self._tagged(value)] for key, value in obj.items()]}

    def _untagged(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self._untagged(member) for member in node]
        if not isinstance(node, dict):
            return node
        if node.keys() != {TYPE, DATA}:
            return {key: self._untagged(value) for key, value in node.items()}
        data = self._untagged(node[DATA])
        if node[TYPE] == PAIRS:
            return dict(data)
        if (transcoding := self._names.get(node[TYPE])) is None:
            raise _unknown(f"Data serialized with name '{node[TYPE]}' is not deserializable. Please register a custom")
        return transcoding.decode(data)


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError(f"JSON has no {number}")
    return number


def _unknown(what: str) -> TranscodingNotRegisteredError:
    return TranscodingNotRegisteredError(f"{what} transcoding for this type.")
