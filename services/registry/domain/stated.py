"""What a file says, field by field: the value, who said so, when, what that is worth, and when it was last confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal

from chassis.domain import SUBJECT, Personal

Value = str | int | bool
"""What a field holds: dates as ISO text, decimals as text."""

Source = Literal["self-report", "officer-on-site", "officer-desk", "market-supervision"]
Confidence = Literal["reported", "reviewed", "registered", "confirmed"]
"""Ascending: said by the enterprise; reviewed at a desk; taken from the market supervision's register; seen on site."""

CONFIDENCE: Mapping[Source, Confidence] = {
    "self-report": "reported", "officer-desk": "reviewed", "market-supervision": "registered", "officer-on-site": "confirmed",
}  # fmt: skip
_RANK: Mapping[str, int] = {"reported": 0, "reviewed": 1, "registered": 2, "confirmed": 3}

PERSONS = {
    "legal_representative": "legal-representative",
    "legal_representative_phone": "legal-representative",
    "principal_head": "principal-head",
    "principal_head_phone": "principal-head",
    "safety_head": "safety-head",
    "safety_head_phone": "safety-head",
}
"""The fields that are about a person, with the person's role at the enterprise."""

ROLES = ("legal-representative", "principal-head", "safety-head")
"""The persons whom every file tells of."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Who tells something of a site, in which way, on which day."""

    source: Source
    by: str
    on: date
    confidence: Confidence

    @classmethod
    def of(cls, source: Source, by: str, on: date) -> Telling:
        """A telling that is worth what its source is worth."""
        return cls(source, by, on, CONFIDENCE[source])


@dataclass(frozen=True, slots=True)
class Stated:
    """One field of a record with its provenance; `stated_by` and `stated_on` are None for what was told when the file was opened.

    `confirmed_by` and `confirmed_on`: who last said that it is still so, and when.
    """

    name: str
    value: Annotated[Value, Personal(SUBJECT, role_in="person")]
    source: str
    confidence: str
    stated_by: str | None = None
    stated_on: date | None = None
    confirmed_by: str | None = None
    confirmed_on: date | None = None

    @property
    def person(self) -> str | None:
        """The role of the person whom the field is about; None if it is about the site."""
        return PERSONS.get(self.name)


Fields = Mapping[str, Stated]
"""The fields of a record by name."""


def state(name: str, value: Value, telling: Telling) -> Stated:
    """A field as somebody tells it."""
    confirmed = (telling.by, telling.on) if telling.confidence == "confirmed" else (None, None)
    return Stated(name, value, telling.source, telling.confidence, telling.by, telling.on, *confirmed)


def restate(known: Stated | None, name: str, value: Value, telling: Telling) -> Stated:
    """A field after a telling: another value, or one that is worth more, is stated anew; the same value is confirmed.

    Whoever repeats what is known takes nothing from what it was worth.
    """
    if known is None or known.value != value or rank(telling.confidence) > rank(known.confidence):
        return state(name, value, telling)
    return replace(known, confirmed_by=telling.by, confirmed_on=telling.on)


def rank(confidence: str) -> int:
    """How far a statement may be trusted, ascending; an unknown confidence is worth least."""
    return _RANK.get(confidence, 0)


def merged(known: Fields, told: tuple[Stated, ...], withdrawn: tuple[str, ...] = ()) -> Fields:
    """The fields of a record after some were told and others withdrawn."""
    kept = {name: field for name, field in known.items() if name not in withdrawn}
    return {**kept, **{field.name: field for field in told}}
