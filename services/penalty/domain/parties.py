"""Whom a case is against: the unit first, natural persons beside it; each with its own regions (payment, remedies, …)."""

from __future__ import annotations

UNIT = "unit"
"""The party id of the unit that a case was referred with."""


def region_key(case_id: str, party_id: str = UNIT) -> str:
    """The key of a party's stream beside the case: the case's own id for the unit, `<case>~<party>` for a person."""
    return case_id if party_id == UNIT else f"{case_id}~{party_id}"
