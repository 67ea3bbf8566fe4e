"""What a rulebook or a catalogue must be before it is published: nothing cited that does not exist, no two rules for one day,
no band or penalty outside the range of its article.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any

from chassis.domain import Refused
from services.registry.domain.provisions import NOT_IN_FORCE, Row, day, objects, provision_of, require_exists, valid_on

SECTIONS: Mapping[str, str] = {
    "laws": "法律版本", "deadlines": "期限", "thresholds": "数额标准", "ranges": "处罚幅度", "rules": "规则",
    "mitigation_grounds": "从轻减轻情形", "ordering_guards": "程序先后", "closing_guards": "结案条件",
    "decision_contents": "决定书内容",
    "inspection_caps": "检查频次上限", "number_patterns": "文号式样", "boundary": "以上以下",
    "discretion_bands": "裁量阶次", "calendar_overrides": "节假日调整",
}  # fmt: skip
"""What the sections of a rulebook are called."""

Key = Callable[[Row], Hashable]
CITED = {"law", "version", "article"}
LISTED = 1000  # faults that a refusal names


def _by(*names: str) -> Key:
    def key(row: Row) -> Hashable:
        return tuple(_frozen(row.get(name)) for name in names)

    return key


def _frozen(value: Any) -> Hashable:
    """Something to compare by, whatever a document holds there."""
    if isinstance(value, Mapping):
        return tuple(sorted((str(name), _frozen(part)) for name, part in value.items() if part is not None))
    return tuple(_frozen(part) for part in value) if isinstance(value, list | tuple) else value


ALTERNATIVES: Mapping[str, Key] = {
    "laws": _by("id"),
    "deadlines": _by("code"),
    "thresholds": _by("code", "province", "party", "organ_level", "measure"),
    "ranges": _by("law", "version", "article", "paragraph", "item", "phase", "subject", "grade"),
    "rules": _by("code"),
    "mitigation_grounds": _by("code"),
    "ordering_guards": _by("code"),
    "closing_guards": _by("code"),
    "decision_contents": _by("code"),
    "inspection_caps": _by("province", "visit", "sectors", "standardisation_grade"),
    "number_patterns": _by("code"),
    "boundary": _by("law", "version"),
}
"""What makes two rows of a section answers to the same question; then their days must not overlap."""


@dataclass(frozen=True, slots=True)
class Unsound:
    """What keeps a rulebook from being published: in which section, of its rules which (None: the section itself), and why."""

    section: str
    place: int | None
    why: Refused


def unsound(content: Mapping[str, Any]) -> Iterator[Unsound]:
    """Everything in a rulebook that does not hang together."""
    for section, key in ALTERNATIVES.items():
        for place, why in _overlaps(section, content.get(section) or (), key):
            yield Unsound(section, place, why)
    for place, why in _overlapping_bands(content.get("discretion_bands") or ()):
        yield Unsound("discretion_bands", place, why)
    for place, why in _kinds_of_a_day(content.get("calendar_overrides") or ()):
        yield Unsound("calendar_overrides", place, why)
    ranges, boundaries = content["ranges"], content.get("boundary") or ()
    for section, number, node in parts(content):
        checks: list[Callable[[], None]] = [partial(require_citations, node, content["laws"], content.get("valid_to"))]
        if section == "ranges":
            checks += [partial(_ordered, node, f"{node['law']} {node['article']}"), partial(_boundary_kept, node, boundaries)]
        if section == "discretion_bands":
            outside = partial(_inside, node, ranges, "band-outside-range", "裁量阶次", "discretion band")
            checks += [partial(_ordered, node, str(node["code"])), outside]
        yield from (Unsound(section, number, why) for why in refusals(checks))


def parts(content: Mapping[str, Any]) -> Iterator[tuple[str, int | None, Any]]:
    """The rules of a rulebook by section and place among them; sections that are no lists of rules are one part."""
    for section, node in content.items():
        if isinstance(node, list | tuple):
            yield from ((section, place, row) for place, row in enumerate(node))
        else:
            yield section, None, node


def refusals(checks: Iterable[Callable[[], None]]) -> Iterator[Refused]:
    """What some checks refuse."""
    for check in checks:
        try:
            check()
        except Refused as why:
            yield why


def require_items(items: Iterable[Row], book: Mapping[str, Any] | None, valid_to: date | None) -> None:
    """The items of a catalogue hang together; with a rulebook every citation exists, every penalty lies inside its range.

    Refused by the first fault, which names its item; `faults` are all of them, of the citations of an item the first.
    """
    faults = [(str(item["code"]), why) for item in items for why in _item_faults(item, book, valid_to)]
    if faults:
        code, first = faults[0]
        told = [{"item": item, "code": why.code, "zh": why.zh, "en": why.en} for item, why in faults[:LISTED]]
        raise Refused(
            first.code, f"检查事项{code}：{first.zh}", f"item {code}: {first.en}", **first.facts,
            basis=first.basis, item=code, faults=told, faults_total=len(faults),
        )  # fmt: skip


def _item_faults(item: Row, book: Mapping[str, Any] | None, valid_to: date | None) -> Iterator[Refused]:
    """What keeps an item from being published: by itself, then by the book; of its citations the first."""
    code = str(item["code"])
    yield from (why for _, why in _overlaps(f"{code} penalty", item["penalty"], _by("provision", "phase", "subject")))
    checks: list[Callable[[], None]] = [partial(_ordered, penalty, code) for penalty in item["penalty"]]
    if book is not None:
        checks.append(partial(require_citations, item, book["laws"], valid_to))
        checks += [
            partial(_inside, {**penalty, "code": code}, book["ranges"], "penalty-outside-range", "处罚", "penalty")
            for penalty in item["penalty"]
        ]
    yield from refusals(checks)


def require_citations(node: Any, laws: Sequence[Row], until: str | date | None) -> None:
    """Every place in the law that is cited exists, and a dated row rests on law in force from its first day to its last.

    `until` is the last day of a document whose rows are open. Rows that say they rest on older law (`carried-over`,
    `historical`, `earlier_basis`) are exempt from the second.
    """
    for row in objects(node):
        if row.keys() >= CITED:
            require_exists(laws, provision_of(row))
    for row in objects(node):
        cited = _cited_by(row)
        if cited is None or not row.get("valid_from") or row.get("status") in NOT_IN_FORCE or "earlier_basis" in row:
            continue
        law = require_exists(laws, provision_of(cited))
        first, last = day(row["valid_from"]), day(row.get("valid_to")) or day(until) or date.max
        if first is not None and not (valid_on(law, first) and valid_on(law, last)):
            raise Refused(
                "law-not-in-force", f"{first}—{last}期间所引法律不是一直有效：{provision_of(cited)}",
                f"{provision_of(cited)} is not in force from {first} to {last}", provision=str(provision_of(cited)),
            )  # fmt: skip


def _cited_by(row: Row) -> Row | None:
    cited = row.get("provision") or row.get("basis") or row
    return cited if isinstance(cited, Mapping) and cited.keys() >= CITED else None


def _overlaps(section: str, rows: Iterable[Row], key: Key) -> Iterator[tuple[int, Refused]]:
    """The rows that hold on a day on which another one answers the same question."""
    together: dict[Hashable, list[tuple[int, Row]]] = defaultdict(list)
    for place, row in enumerate(rows):
        together[key(row)].append((place, row))
    for same, alternatives in together.items():
        ordered = sorted(alternatives, key=lambda told: day(told[1].get("valid_from")) or date.min)
        for (_, before), (place, after) in pairwise(ordered):
            if (day(before.get("valid_to")) or date.max) >= (day(after.get("valid_from")) or date.min):
                yield place, _overlap(section, str(after.get("code") or same))


def _overlap(section: str, what: str) -> Refused:
    return Refused(
        "validity-overlap", f"{SECTIONS.get(section, section)}中有效期重叠：{what}",
        f"two rows of {section} hold on the same day: {what}",
        section=section, what=what,
    )  # fmt: skip


def _overlapping_bands(bands: Iterable[Row]) -> Iterator[tuple[int, Refused]]:
    """Of one metric, one number has one band on one day."""
    together: dict[Hashable, list[Row]] = defaultdict(list)
    key = _by("province", "provision", "phase", "subject", "metric")
    for place, band in enumerate(bands):
        others = together[key(band)]
        if any(_at_once(band, other) for other in others):
            yield place, _overlap("discretion_bands", str(band["code"]))
        others.append(band)


def _at_once(band: Row, other: Row) -> bool:
    return _meet(band, other, "from", "to", 0, 10**15) and _meet(
        _ordinals(band), _ordinals(other), "valid_from", "valid_to", date.min.toordinal(), date.max.toordinal()
    )


def _ordinals(row: Row) -> dict[str, int | None]:
    days = {name: day(row.get(name)) for name in ("valid_from", "valid_to")}
    return {name: None if on is None else on.toordinal() for name, on in days.items()}


def _meet(one: Row, other: Row, start: str, end: str, least: int, most: int) -> bool:
    starts = [least if row.get(start) is None else row[start] for row in (one, other)]
    ends = [most if row.get(end) is None else row[end] for row in (one, other)]
    return max(starts) <= min(ends)


def _kinds_of_a_day(overrides: Iterable[Row]) -> Iterator[tuple[int, Refused]]:
    seen: set[str] = set()
    for place, row in enumerate(overrides):
        if (on := str(row["date"])) in seen:
            yield place, _overlap("calendar_overrides", on)
        seen.add(on)


def _ordered(row: Row, what: str) -> None:
    if row["min_fen"] > row["max_fen"]:
        raise Refused("range-reversed", f"{what}：下限高于上限", f"{what}: the least amount is above the greatest", what=what)


def _boundary_kept(row: Row, boundaries: Iterable[Row]) -> None:
    """A range says of its upper end (以下) what its law says of all of them (F-38)."""
    rule = next((b for b in boundaries if (b["law"], b["version"]) == (row["law"], row["version"])), None)
    if rule is not None and rule["at_most_inclusive"] is not row["max_inclusive"]:
        place = str(provision_of(row))
        raise Refused(
            "boundary-contradicted", f"{place}：“以下”是否含本数与该法的规定不一致",
            f"{place}: whether the upper end is included differs from the rule of its law", provision=place,
        )  # fmt: skip


def _inside(row: Row, ranges: Iterable[Row], code: str, zh: str, en: str) -> None:
    """What is to be fined lies inside one range of its article, phase and subject, on all days of its own."""
    place = provision_of(row["provision"])
    if not any(_contains(allowed, row) for allowed in ranges):
        raise Refused(
            code, f"{row['code']}：{zh}超出{place}的法定幅度", f"{row['code']}: the {en} lies outside the range of {place}",
            provision=str(place), phase=row["phase"], subject=row["subject"],
        )  # fmt: skip


def _contains(allowed: Row, row: Row) -> bool:
    return (
        provision_of(row["provision"]).within(provision_of(allowed))
        and (allowed["phase"], allowed["subject"]) == (row["phase"], row["subject"])
        and allowed["min_fen"] <= row["min_fen"] <= row["max_fen"] <= allowed["max_fen"]
        and (allowed["max_inclusive"] or row["max_fen"] < allowed["max_fen"] or not row.get("max_inclusive", True))
        and set(row.get("other_kinds", ())) <= set(allowed.get("other_kinds", ()))
        and _lasts(allowed, row)
    )


def _lasts(allowed: Row, row: Row) -> bool:
    first, last = day(row.get("valid_from")) or date.min, day(row.get("valid_to")) or date.max
    return (day(allowed.get("valid_from")) or date.min) <= first and last <= (day(allowed.get("valid_to")) or date.max)
