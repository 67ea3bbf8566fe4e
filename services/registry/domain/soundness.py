"""What a rulebook or a catalogue must be before it is published: nothing cited that does not exist, no two rules for one day,
no band or penalty outside the range of its article.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from chassis.domain import Refused
from services.registry.domain.provisions import NOT_IN_FORCE, Row, day, objects, provision_of, require_exists, valid_on

Key = Callable[[Row], Hashable]
CITED = {"law", "version", "article"}


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
    "ordering_guards": _by("code"),
    "closing_guards": _by("code"),
    "decision_contents": _by("code"),
    "inspection_caps": _by("province", "visit", "sectors", "standardisation_grade"),
    "number_patterns": _by("code"),
    "boundary": _by("law", "version"),
}
"""What makes two rows of a section answers to the same question; then their days must not overlap."""


def require_rulebook(content: Mapping[str, Any]) -> None:
    """A rulebook hangs together; Refused with the first thing that does not."""
    for section, key in ALTERNATIVES.items():
        _no_overlap(section, content.get(section) or (), key)
    _no_overlapping_bands(content.get("discretion_bands") or ())
    _one_kind_a_day(content.get("calendar_overrides") or ())
    require_citations(content, content["laws"], content.get("valid_to"))
    for row in content["ranges"]:
        _ordered(row, f"{row['law']} {row['article']}")
        _boundary_kept(row, content.get("boundary") or ())
    for band in content.get("discretion_bands") or ():
        _ordered(band, str(band["code"]))
        _inside(band, content["ranges"], "band-outside-range", "裁量阶次", "discretion band")


def require_items(items: Iterable[Row], book: Mapping[str, Any] | None, valid_to: date | None) -> None:
    """The items of a catalogue hang together; with a rulebook every citation exists, every penalty lies inside its range."""
    for item in items:
        _no_overlap(f"{item['code']} penalty", item["penalty"], _by("provision", "phase", "subject"))
        for penalty in item["penalty"]:
            _ordered(penalty, str(item["code"]))
    if book is None:
        return
    for item in items:
        require_citations(item, book["laws"], valid_to)
        for penalty in item["penalty"]:
            _inside({**penalty, "code": item["code"]}, book["ranges"], "penalty-outside-range", "处罚", "penalty")


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


def _no_overlap(section: str, rows: Iterable[Row], key: Key) -> None:
    together: dict[Hashable, list[Row]] = defaultdict(list)
    for row in rows:
        together[key(row)].append(row)
    for same, alternatives in together.items():
        ordered = sorted(alternatives, key=lambda row: day(row.get("valid_from")) or date.min)
        for before, after in pairwise(ordered):
            if (day(before.get("valid_to")) or date.max) >= (day(after.get("valid_from")) or date.min):
                raise _overlap(section, str(after.get("code") or same))


def _overlap(section: str, what: str) -> Refused:
    return Refused(
        "validity-overlap", f"{section}中有效期重叠：{what}", f"two rows of {section} hold on the same day: {what}",
        section=section, what=what,
    )  # fmt: skip


def _no_overlapping_bands(bands: Iterable[Row]) -> None:
    """Of one metric, one number has one band on one day."""
    together: dict[Hashable, list[Row]] = defaultdict(list)
    key = _by("province", "provision", "phase", "subject", "metric")
    for band in bands:
        for other in together[key(band)]:
            if _meet(band, other, "from", "to", 0, 10**15) and _meet(
                _ordinals(band), _ordinals(other), "valid_from", "valid_to", date.min.toordinal(), date.max.toordinal()
            ):
                raise _overlap("discretion_bands", str(band["code"]))
        together[key(band)].append(band)


def _ordinals(row: Row) -> dict[str, int | None]:
    days = {name: day(row.get(name)) for name in ("valid_from", "valid_to")}
    return {name: None if on is None else on.toordinal() for name, on in days.items()}


def _meet(one: Row, other: Row, start: str, end: str, least: int, most: int) -> bool:
    starts = [least if row.get(start) is None else row[start] for row in (one, other)]
    ends = [most if row.get(end) is None else row[end] for row in (one, other)]
    return max(starts) <= min(ends)


def _one_kind_a_day(overrides: Iterable[Row]) -> None:
    days = Counter(str(row["date"]) for row in overrides)
    if repeated := sorted(on for on, count in days.items() if count > 1):
        raise _overlap("calendar_overrides", "、".join(repeated))


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
