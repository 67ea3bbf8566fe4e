"""Which districts an answer is about: all that the viewer sees, or one with those below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chassis.auth import Principal
from services.reporting.projections.tables import District


def scope_of(viewer: Principal, district: str | None, known: Mapping[str, District]) -> list[str]:
    """The districts that the viewer sees, of `district` and all below it (None: of all), in the order in which they are listed.

    Forbidden for a district that is not the viewer's.
    """
    if district is not None:
        viewer.require_district(district)
    within = [one for one in known if district is None or district in lineage(one, known)]
    if district is not None and district not in known:
        within = [district]
    return [one for one in within if viewer.may_see(one)]


def lineage(district: str, known: Mapping[str, District]) -> Sequence[str]:
    """A district and those above it; one that is above itself is told once."""
    found: list[str] = []
    at: str | None = district
    while at is not None and at not in found:
        found.append(at)
        at = known[at].parent if at in known else None
    return found
