"""What changed between two moments of a history: fields with what was told before and after, as far as the events tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.reporting.queries.captions import said

Stream = tuple[str, str]
NOT_TOLD = object()


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a stream that an event told otherwise than the last one that named it. `known`: whether one did."""

    field: str
    known: bool
    before: Any
    after: Any

    def told(self) -> dict[str, Any]:
        """As an answer has it, with its sentence."""
        words = f"{self.field}：{said(self.field, self.before)} → {said(self.field, self.after)}"
        return {"field": self.field, "known": self.known, "before": self.before, "after": self.after, "words": words}


class Fields:
    """What the streams of a history last told of each field."""

    def __init__(self) -> None:
        self._last: dict[Stream, dict[str, Any]] = {}

    def tell(self, stream: Stream, data: Any) -> list[Change]:
        """An event of a stream is told; answers what it tells otherwise."""
        last = self._last.setdefault(stream, {})
        found = []
        for field, value in fields_of(data):
            before = last.get(field, NOT_TOLD)
            if before is NOT_TOLD or before != value:
                found.append(Change(field, before is not NOT_TOLD, None if before is NOT_TOLD else before, value))
            last[field] = value
        return found

    def between(self, later: Fields) -> Iterator[tuple[Stream, Change]]:
        """What the fields that are told here came to later; what was not told here was not known."""
        for stream, fields in later._last.items():
            earlier = self._last.get(stream, {})
            for field, value in fields.items():
                before = earlier.get(field, NOT_TOLD)
                if before is NOT_TOLD or before != value:
                    yield stream, Change(field, before is not NOT_TOLD, None if before is NOT_TOLD else before, value)


def fields_of(data: Any) -> Iterator[tuple[str, Any]]:
    """The fields that an event tells: its members; of a file's amendment each named field by its own name."""
    for name, value in data.items() if isinstance(data, dict) else ():
        if name == "fields" and isinstance(value, list) and all(isinstance(one, dict) and "name" in one for one in value):
            yield from ((str(one["name"]), one.get("value")) for one in value)
        else:
            yield name, value


@dataclass(frozen=True, slots=True)
class Difference:
    """What came between two moments: events added with their changes, events that are there no more, and the fields' net change.

    Events can be missing at the later moment: the moments may be of two axes, or in reverse.
    """

    added: Sequence[tuple[Any, Sequence[Change]]]
    removed: Sequence[Any]
    fields: Sequence[tuple[Stream, Change]]


def difference(since: Sequence[Any], until: Sequence[Any], told: dict[int, Any]) -> Difference:
    """Between two states of one history, both in causal order; `told` is each event's data in plain, by `seq`."""
    there = {row["seq"] for row in since}
    earlier, later = Fields(), Fields()
    for row in since:
        earlier.tell(_stream(row), told[row["seq"]])
    added = []
    for row in until:
        changes = later.tell(_stream(row), told[row["seq"]])
        if row["seq"] not in there:
            added.append((row, changes))
    left = {row["seq"] for row in until}
    return Difference(added, [row for row in since if row["seq"] not in left], list(earlier.between(later)))


def _stream(row: Any) -> Stream:
    return row["source"], row["stream_id"]
