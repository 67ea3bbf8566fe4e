"""What changed between two moments of a history: fields with what was told before and after, as far as the events tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.reporting.queries.captions import names_of, register_names, said

Stream = tuple[str, str]
NOT_TOLD = object()


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a stream that an event told otherwise than the last one that named it. `known`: whether one did.

    `name` is what the field is called in Chinese, the field itself where the contracts do not say.
    """

    field: str
    name: str
    known: bool
    before: Any
    after: Any

    def told(self) -> dict[str, Any]:
        """As an answer has it, with its sentence."""
        words = f"{self.name}：{said(self.field, self.before)} → {said(self.field, self.after)}"
        return {
            "field": self.field,
            "name": self.name,
            "known": self.known,
            "before": self.before,
            "after": self.after,
            "words": words,
        }


class Fields:
    """What the streams of a history last told of each field."""

    def __init__(self) -> None:
        self._last: dict[Stream, dict[str, Any]] = {}
        self._names: dict[tuple[Stream, str], str] = {}

    def tell(self, stream: Stream, wire: str, data: Any) -> list[Change]:
        """An event of a stream is told; answers what it tells otherwise."""
        last = self._last.setdefault(stream, {})
        found = []
        for field, name, value in fields_of(wire, data):
            self._names[stream, field] = name
            before = last.get(field, NOT_TOLD)
            if before is NOT_TOLD or before != value:
                found.append(_change(field, name, before, value))
            last[field] = value
        return found

    def between(self, later: Fields) -> Iterator[tuple[Stream, Change]]:
        """What the fields that are told here came to later; what was not told here was not known."""
        for stream, fields in later._last.items():
            earlier = self._last.get(stream, {})
            for field, value in fields.items():
                before = earlier.get(field, NOT_TOLD)
                if before is NOT_TOLD or before != value:
                    yield stream, _change(field, later._names[stream, field], before, value)


def _change(field: str, name: str, before: Any, after: Any) -> Change:
    return Change(field, name, before is not NOT_TOLD, None if before is NOT_TOLD else before, after)


def fields_of(wire: str, data: Any) -> Iterator[tuple[str, str, Any]]:
    """The fields that an event tells, each with its Chinese name: its members; of a file's amendment each named field itself."""
    names = names_of(wire)
    for field, value in data.items() if isinstance(data, dict) else ():
        if field == "fields" and isinstance(value, list) and all(isinstance(one, dict) and "name" in one for one in value):
            for one in value:
                yield str(one["name"]), register_names().get(str(one["name"]), str(one["name"])), one.get("value")
        else:
            yield field, names.get(field, field), value


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
        earlier.tell(_stream(row), row["type"], told[row["seq"]])
    added = []
    for row in until:
        changes = later.tell(_stream(row), row["type"], told[row["seq"]])
        if row["seq"] not in there:
            added.append((row, changes))
    left = {row["seq"] for row in until}
    return Difference(added, [row for row in since if row["seq"] not in left], list(earlier.between(later)))


def _stream(row: Any) -> Stream:
    return row["source"], row["stream_id"]
