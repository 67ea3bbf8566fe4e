"""Published law: catalogues of inspection items, rulebooks of periods, thresholds and ranges; a version never changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from chassis.domain import Event, Refused, Stream, event
from services.registry.domain.facts import once
from services.registry.domain.provisions import Row, objects
from services.registry.domain.soundness import Unsound, parts, refusals, require_items, unsound

LARGEST = 10**15  # fen, or anything else that is counted: far from 64 bits
DEEPEST = 32  # levels of nesting


@event("casetrail.registry.catalogue-published.v1", title="检查事项目录发布", summary="发布检查事项目录“{title}”{version}版")
class CataloguePublished(Event):
    """A version of the catalogue of inspection items; `register_terms` are the register's words that its predicates use."""

    catalogue: str
    version: str
    title: str
    valid_from: date
    valid_to: date | None
    items: tuple[dict[str, Any], ...]
    register_terms: dict[str, Any]


@event("casetrail.registry.rulebook-published.v1", title="规则库发布", summary="发布规则库{rulebook} {version}版")
class RulebookPublished(Event):
    """A version of the rulebook: `content` is the whole book."""

    rulebook: str
    version: str
    valid_from: date
    valid_to: date | None
    province: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CatalogueState:
    """One version of a catalogue, or not yet published."""

    published: CataloguePublished | None = None


@dataclass(frozen=True, slots=True)
class RulebookState:
    """One version of a rulebook, or not yet published."""

    published: RulebookPublished | None = None


def evolve_catalogue(state: CatalogueState, event: Event) -> CatalogueState:
    """Fold one event into a catalogue's version."""
    return CatalogueState(event) if isinstance(event, CataloguePublished) else state


def evolve_rulebook(state: RulebookState, event: Event) -> RulebookState:
    """Fold one event into a rulebook's version."""
    return RulebookState(event) if isinstance(event, RulebookPublished) else state


CATALOGUE = Stream("catalogue", CatalogueState(), evolve_catalogue)
RULEBOOK = Stream("rulebook", RulebookState(), evolve_rulebook)


def publish_catalogue(state: CatalogueState, fact: CataloguePublished, rulebook: RulebookPublished | None) -> list[Event]:
    """Publish a version of a catalogue; the same again changes nothing, other content under the same version is refused.

    Item codes are unique, periods run forwards and do not overlap, and with a rulebook every article that an item cites
    exists in the version cited and holds throughout, and every penalty lies inside the range of its article.
    """
    _storable([*fact.items, fact.register_terms])
    _forwards([fact, *_dated(fact.items)])
    _unique("item-repeated", "检查事项编号", "item code", [str(item["code"]) for item in fact.items])
    require_items(fact.items, None if rulebook is None else rulebook.content, fact.valid_to)
    return once(state.published, fact, "version-published", "该版本目录", "version of the catalogue")


def publish_rulebook(state: RulebookState, fact: RulebookPublished) -> list[Event]:
    """Publish a version of a rulebook; the same again changes nothing, other content under the same version is refused.

    Laws and deadlines are unique, periods run forwards, of two answers to one question one holds on a day, every article
    that is cited exists in the version cited, and every discretion band lies inside the range of its article.
    """
    _forwards([fact])
    for found in rulebook_faults(fact.content):
        raise found.why
    return once(state.published, fact, "version-published", "该版本规则库", "version of the rulebook")


def rulebook_faults(content: Mapping[str, Any]) -> Iterator[Unsound]:
    """Everything that keeps a rulebook from being published, each with its place; what cannot be stored comes alone."""
    stored = [
        Unsound(section, place, why)
        for section, place, node in parts(content)
        for why in refusals([partial(_storable, {section: node if place is None else [node]}), partial(_require_forwards, node)])
    ]
    yield from stored
    if stored:
        return
    yield from _repeated(content, "laws", ("id", "version"), "law-repeated", "法律版本", "version of a law")
    yield from _repeated(content, "deadlines", ("code", "valid_from"), "deadline-repeated", "期限", "deadline")
    yield from unsound(content)


def _repeated(
    content: Mapping[str, Any], section: str, names: Sequence[str], code: str, zh: str, en: str
) -> Iterator[Unsound]:  # fmt: skip
    seen: set[str] = set()
    for place, row in enumerate(content[section]):
        key = " ".join(str(row[name]) for name in names)
        if key in seen:
            yield Unsound(section, place, _given_twice(code, zh, en, [key]))
        seen.add(key)


def _require_forwards(node: Any) -> None:
    _forwards(_dated(node))


def _dated(node: Any) -> list[Row]:
    return [row for row in objects(node) if row.get("valid_from") and row.get("valid_to")]


def _storable(node: Any, depth: int = 0) -> None:
    """Law is exact, and what cannot be stored, hashed or sent is refused here, before it is anybody's business.

    The canonical form of what is hashed knows no fractions (money is fen, rates are permille) and no integers beyond 64 bits.
    """
    if depth > DEEPEST:
        raise Refused("too-deep", f"嵌套超过{DEEPEST}层", f"nested deeper than {DEEPEST} levels")
    if isinstance(node, float):
        raise Refused("fraction", f"不允许小数：{node}", f"fractions cannot be published: {node}")
    if isinstance(node, int) and abs(node) > LARGEST:
        raise Refused("number-too-large", "数值过大", f"numbers beyond {LARGEST} cannot be published")
    if isinstance(node, str):
        _storable_text(node)
    parts = [*node, *node.values()] if isinstance(node, dict) else node if isinstance(node, list | tuple) else ()
    for part in parts:
        _storable(part, depth + 1)


def _storable_text(text: str) -> None:
    if "\0" in text:
        raise Refused("control-character", "含有控制字符", "text with a control character cannot be published")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused("malformed-text", "文字编码不正确", "text with half a character (a lone surrogate)") from None


def _forwards(rows: Iterable[Any]) -> None:
    for row in rows:
        start, end = (row.get(name) if isinstance(row, dict) else getattr(row, name) for name in ("valid_from", "valid_to"))
        if start and end and str(start) > str(end):
            raise Refused(
                "dates-reversed", f"有效期起止日期颠倒：{start}—{end}", f"valid_to {end} lies before valid_from {start}"
            )


def _unique(code: str, zh: str, en: str, values: list[str]) -> None:
    if repeated := sorted(value for value, count in Counter(values).items() if count > 1):
        raise _given_twice(code, zh, en, repeated)


def _given_twice(code: str, zh: str, en: str, repeated: list[str]) -> Refused:
    names = "、".join(repeated)
    return Refused(code, f"{zh}重复：{names}", f"{en} given more than once: {', '.join(repeated)}", repeated=repeated)
