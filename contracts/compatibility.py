"""Whether a changed schema still fits: what was stored under the old one must load, and who reads the old one must go on reading.

Events are never rewritten and consumers are upgraded when they like, so a published version may only change in ways that
break neither. Anything else is a new version, with an upcaster for what was stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Schema = dict[str, Any]
LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems")
UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


class Verdict(StrEnum):
    """What a change means."""

    EDITORIAL = "editorial"
    COMPATIBLE = "compatible"
    BREAKING = "breaking"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where (a JSON path), what, and what it means."""

    path: str
    what: str
    verdict: Verdict

    def __str__(self) -> str:
        return f"{self.verdict}: {self.path or '/'} {self.what}"


def changes(old: Schema, new: Schema) -> list[Change]:
    """Every difference between two versions of one event's schema, outermost first."""
    return [*_editorial(old, new), *_compare("", _Node(old, old), _Node(new, new))]


def breaking(old: Schema, new: Schema) -> list[Change]:
    """The differences that need a new version."""
    return [change for change in changes(old, new) if change.verdict is Verdict.BREAKING]


@dataclass(frozen=True, slots=True)
class _Node:
    """A place in a schema, with the schema whose `$defs` its references mean."""

    schema: Schema
    root: Schema

    def resolved(self) -> _Node:
        node = self.schema
        while "$ref" in node:
            node = self.root["$defs"][node["$ref"].rpartition("/")[2]]
        return _Node(node, self.root)

    def at(self, schema: Schema) -> _Node:
        return _Node(schema, self.root).resolved()

    @property
    def alternatives(self) -> list[_Node]:
        """A schema without `anyOf` has one alternative: itself."""
        node = self.resolved()
        return [self.at(one) for one in node.schema["anyOf"]] if "anyOf" in node.schema else [node]

    @property
    def kinds(self) -> dict[str, _Node]:
        """The alternatives by the type of value they take; those of one type are told apart by their place."""
        kinds: dict[str, _Node] = {}
        for node in self.alternatives:
            kind = _kind(node.schema)
            kinds[kind if kind not in kinds else f"{kind} {len(kinds)}"] = node
        return kinds


def _kind(schema: Schema) -> str:
    if "type" in schema:
        return str(schema["type"])
    allowed = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return "string" if allowed and all(isinstance(one, str) for one in allowed) else "anything"


def _editorial(old: Schema, new: Schema) -> Iterator[Change]:
    for name in ("title", "x-summary", "description"):
        if old.get(name) != new.get(name):
            yield Change("", f"{name} {old.get(name)!r} → {new.get(name)!r}", Verdict.EDITORIAL)


def _compare(path: str, old: _Node, new: _Node) -> Iterator[Change]:
    before, after = old.kinds, new.kinds
    for kind in before.keys() - after.keys():
        yield Change(path, f"no longer takes {kind}: what was stored does not load", Verdict.BREAKING)
    for kind in after.keys() - before.keys():
        yield Change(path, f"may now be {kind}: readers do not expect it", Verdict.BREAKING)
    for kind in sorted(before.keys() & after.keys()):
        yield from _compare_kind(path, before[kind], after[kind])


def _compare_kind(path: str, old: _Node, new: _Node) -> Iterator[Change]:
    yield from _bounds(path, old.schema, new.schema)
    yield from _allowed(path, old.schema, new.schema)
    if old.schema.get("format") != new.schema.get("format"):
        yield Change(path, f"format {old.schema.get('format')} → {new.schema.get('format')}", Verdict.BREAKING)
    if old.schema.get("pattern") != new.schema.get("pattern"):
        yield Change(path, f"pattern {old.schema.get('pattern')} → {new.schema.get('pattern')}", Verdict.BREAKING)
    yield from _members(path, old, new)
    yield from _elements(path, old, new)


def _bounds(path: str, old: Schema, new: Schema) -> Iterator[Change]:
    """A bound that moved inwards refuses what was stored; one that moved outwards does not."""
    for names, inwards in ((LOWER_BOUNDS, 1), (UPPER_BOUNDS, -1)):
        for name in names:
            before, after = old.get(name), new.get(name)
            if before == after:
                continue
            tighter = after is not None and (before is None or (after - before) * inwards > 0)
            yield Change(path, f"{name} {before} → {after}", Verdict.BREAKING if tighter else Verdict.COMPATIBLE)


def _allowed(path: str, old: Schema, new: Schema) -> Iterator[Change]:
    before, after = _values(old), _values(new)
    if before == after:
        return
    if before is None or after is None:
        yield Change(path, "a list of values came or went", Verdict.BREAKING if before is None else Verdict.COMPATIBLE)
        return
    for value in sorted(before - after):
        yield Change(path, f"no longer takes {value}", Verdict.BREAKING)
    for value in sorted(after - before):
        yield Change(path, f"may now be {value}: readers that switch on it need a default", Verdict.COMPATIBLE)


def _values(schema: Schema) -> set[str] | None:
    if "const" in schema:
        return {repr(schema["const"])}
    return {repr(value) for value in schema["enum"]} if "enum" in schema else None


def _members(path: str, old: _Node, new: _Node) -> Iterator[Change]:
    before, after = old.schema.get("properties", {}), new.schema.get("properties", {})
    needed_before, needed = set(old.schema.get("required", [])), set(new.schema.get("required", []))
    for name in before.keys() - after.keys():
        yield Change(f"{path}/{name}", "is gone: readers miss it", Verdict.BREAKING)
    for name in after.keys() - before.keys():
        told = "is new and required: what was stored lacks it" if name in needed else "is new, with a default"
        yield Change(f"{path}/{name}", told, Verdict.BREAKING if name in needed else Verdict.COMPATIBLE)
    for name in sorted(before.keys() & after.keys()):
        if name in needed - needed_before:
            yield Change(f"{path}/{name}", "is required now: what was stored may lack it", Verdict.BREAKING)
        if name in needed_before - needed:
            yield Change(f"{path}/{name}", "is optional now: it is still written", Verdict.COMPATIBLE)
        yield from _compare(f"{path}/{name}", old.at(before[name]), new.at(after[name]))


def _elements(path: str, old: _Node, new: _Node) -> Iterator[Change]:
    for name in ("items", "additionalProperties"):
        before, after = old.schema.get(name), new.schema.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _compare(f"{path}/*", old.at(before), new.at(after))
        elif before != after:
            yield Change(f"{path}/*", f"{name} {before} → {after}", Verdict.BREAKING)
    before_items, after_items = old.schema.get("prefixItems", []), new.schema.get("prefixItems", [])
    if len(before_items) != len(after_items):
        yield Change(path, f"{len(before_items)} → {len(after_items)} elements", Verdict.BREAKING)
    for place, (one, other) in enumerate(zip(before_items, after_items, strict=False)):
        yield from _compare(f"{path}/{place}", old.at(one), new.at(other))
