"""The item catalogue: which items apply to a site, and which provisions a violation breaches on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.inspection.domain.events import PlannedItem
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Rules, cite, valid_on

RECTIFYING = {"rectify-within", "immediate-correction"}
"""On-site measures that a rectification order itself is; the others have a document of their own."""


@dataclass(frozen=True, slots=True)
class Site:
    """What the register knows of a site, as far as items ask for it."""

    sectors: frozenset[str]
    equipment_kinds: frozenset[str]
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A published version of the item list; `id` is `<catalogue>/<version>`, items by code in their published order."""

    id: str
    items: Mapping[str, Mapping[str, Any]]


def catalogue_of(id: str, items: Iterable[Mapping[str, Any]]) -> Catalogue:
    """The catalogue of published items."""
    return Catalogue(id, {item["code"]: item for item in items})


def applies(item: Mapping[str, Any], site: Site, day: date) -> bool:
    """Whether an item is to be checked at a site on `day`: all its conditions hold, and nothing unknown exempts."""
    asked = item["applies_if"]
    return (
        valid_on(item, day)
        and not site.sectors.isdisjoint(asked["sector"])
        and ("equipment_kind" not in asked or not site.equipment_kinds.isdisjoint(asked["equipment_kind"]))
        and all(_field_holds(test, site.fields.get(field)) for field, test in asked.get("field", {}).items())
    )


def _field_holds(test: Mapping[str, Any], value: Any) -> bool:
    """Whether one condition on a register field holds; what the register does not know does not exempt a site."""
    if value is None:
        return True
    match test:
        case {"eq": wanted}:
            return bool(value == wanted)
        case {"in": wanted}:
            return value in wanted
        case {"min": int(least)}:
            return not isinstance(value, int) or value >= least
        case {"max": int(most)}:
            return not isinstance(value, int) or value <= most
    return True


def applicable(catalogue: Catalogue, site: Site, day: date) -> tuple[PlannedItem, ...]:
    """The items to be checked at a site on `day`, in the order of the catalogue."""
    return tuple(
        PlannedItem(code=code, title=item["title"], key_item_code=item["key_item_code"], is_major_hazard=item["is_major_hazard"])
        for code, item in catalogue.items.items()
        if applies(item, site, day)
    )


def breached(catalogue: Catalogue, item_code: str, day: date, rules: Rules) -> tuple[str, ...]:
    """What an order about this item rests on, by the law in force on `day`: the norms breached, then the power to order.

    Every text is made of the catalogue's references and the rulebook's titles. Refused if nothing can be cited.
    """
    item = catalogue.items.get(item_code)
    if item is None:
        raise refused("item-unknown", item_code=item_code, catalogue=catalogue.id)
    measure = item["onsite_measure"]
    refs = [*item["basis"], *(measure["basis"] if measure["kind"] in RECTIFYING else ())]
    known = [ref for ref in refs if valid_on(ref, day) and (ref["law"], ref["version"]) in rules.laws]
    if not known:
        raise refused("no-basis", item_code=item_code, day=day.isoformat())
    return tuple(cite(ref, rules.laws) for ref in known)
