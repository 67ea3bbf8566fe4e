"""Which panels an event may change: those with a measure over a table of facts that the event is folded into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from services.reporting.projections import FOLDS
from services.reporting.projections.used import PEOPLE, USE
from services.reporting.queries.definitions import PANEL, PANELS

EVERYWHERE = "*"
#: What is told in one district and counts in another too: the rows of a site that moves, of two that become one.
FAR = frozenset(
    f"casetrail.registry.{name}.v1" for name in ("enterprise-moved", "enterprise-merged", "duplicate-absorbed")
)  # fmt: skip
ALWAYS = frozenset((USE, PEOPLE))  # every event is use of the system
Changed = Mapping[str, frozenset[str]]
"""By district (or EVERYWHERE) the panels that may have changed."""


@cache
def panels_of(wire: str) -> frozenset[str]:
    """The panels that an event of this type may change; a panel that it cannot change is not among them."""
    folded = FOLDS.get(wire)
    tables = ALWAYS | (frozenset() if folded is None else {fold.table for fold in folded.folds})
    return frozenset(panel.name for panel in PANELS if any(measure.fact.table in tables for measure in panel.measures))


def changed_by(events: Iterable[tuple[str, str]]) -> Changed:
    """What events (type, district) may change."""
    return joined({EVERYWHERE if wire in FAR else district: panels_of(wire)} for wire, district in dict.fromkeys(events))


def joined(changes: Iterable[Changed]) -> Changed:
    """All of these changes as one."""
    found: dict[str, frozenset[str]] = {}
    for changed in changes:
        for where, panels in changed.items():
            found[where] = found.get(where, frozenset()) | panels
    return found


def seen_of(changed: Changed, districts: frozenset[str] | None, panels: Sequence[str]) -> frozenset[str]:
    """Of these panels those that may have changed for somebody who looks at these districts (None: all)."""
    found = [names for where, names in changed.items() if districts is None or where == EVERYWHERE or where in districts]
    return frozenset().union(*found) & frozenset(panels)


def told(names: Iterable[str]) -> list[dict[str, Any]]:
    """Panels as they are named to a listener, with what each is made of and where it is."""
    return [
        {"name": name, "href": f"/v1/panels/{name}", "measures": [measure.name for measure in PANEL[name].measures]}
        for name in PANEL if name in names
    ]  # fmt: skip
