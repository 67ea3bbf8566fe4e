"""The shape of a catalogue as it is sent: each item with its four layers of text, its predicate and its dates."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from chassis.http import Body, Id, IsoDate
from services.registry.api.citations import DatedReference, Fen, Part, Reference, Version
from services.registry.api.reference import Name


class Penalty(Part):
    """What a provision threatens."""

    provision: Reference
    phase: str = Field(pattern="^(first|overdue)$")
    subject: str = Field(pattern="^(unit|person)$")
    min_fen: Fen
    max_fen: Fen
    other_kinds: list[str]
    valid_from: IsoDate
    valid_to: IsoDate | None


class Measure(Part):
    """What an officer orders on the spot."""

    kind: str = Field(pattern="^(immediate-correction|rectify-within|stop-use|withdraw-and-suspend)$")
    default_days: int = Field(ge=0, le=3650)
    basis: list[DatedReference]


class Condition(Part):
    """To which sites an item applies."""

    sector: list[str] = Field(min_length=1)
    equipment_kind: list[str] = Field(default_factory=list)
    field: dict[str, dict[str, Any]] = Field(default_factory=dict)


class Item(Part):
    """One inspection item."""

    code: str = Field(pattern=r"^[A-Z]{2,4}-[A-Z]?[0-9]{1,3}$")
    sector: Name
    title: Name
    check_points: list[str]
    finding_text: str = Field(min_length=1)
    applies_if: Condition
    is_major_hazard: bool
    key_item_code: str | None
    basis: list[DatedReference]
    onsite_measure: Measure
    penalty: list[Penalty]
    valid_from: IsoDate
    valid_to: IsoDate | None


class CatalogueBody(Body):
    """A version of the catalogue; `rulebook` (`<rulebook>/<version>`) is the published book that its citations are checked by."""

    catalogue: Id
    version: Version
    title: Name
    valid_from: IsoDate
    valid_to: IsoDate | None
    register_terms: dict[str, Any] = Field(default_factory=dict)
    items: list[Item] = Field(min_length=1, max_length=5000)
    rulebook: str | None = Field(None, pattern=r"^[a-z0-9][a-z0-9-]{2,63}/[0-9A-Za-z][0-9A-Za-z.-]{0,19}$")
