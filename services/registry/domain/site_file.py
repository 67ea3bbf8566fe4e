"""A site's file as its events tell it: fields with their provenance, places, equipment, grades, whether it produces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from chassis.domain import Event, Refused, Stream
from services.registry.domain.changes import (
    ConfirmedOnSite,
    DuplicateAbsorbed,
    EnterpriseClassified,
    EnterpriseClosed,
    EnterpriseMerged,
    EnterpriseMoved,
    EnterpriseReopened,
    EquipmentAdded,
    EquipmentAmended,
    EquipmentRetired,
    GradeReviewFellDue,
    PlaceAdded,
    PlaceAmended,
    PlaceRetired,
    ProductionResumed,
    ProductionSuspended,
    ProfileAmended,
    RecordKind,
    RiskGraded,
    Sector,
    SectorAdded,
    SectorWithdrawn,
    StandardisationGraded,
)
from services.registry.domain.enterprise import EnterpriseRegistered, FieldValue
from services.registry.domain.stated import Fields, Stated, Value, merged

Production = Literal["producing", "suspended", "closed"]
NOTHING: Mapping[Any, Any] = MappingProxyType({})
OPENING = ("name", "address", "industry_code", "legal_representative", "safety_head", "staff")
"""What the event that opened a file tells beside its fields; from then on they are fields like others."""


@dataclass(frozen=True, slots=True)
class Record:
    """A place or a piece of equipment; `retired_on` is the day from which it is not used any more."""

    fields: Fields
    retired_on: date | None = None
    retired_because: str | None = None

    def value(self, name: str) -> Value | None:
        """What a field holds."""
        known = self.fields.get(name)
        return None if known is None else known.value


Records = Mapping[str, Record]


@dataclass(frozen=True, slots=True)
class EnterpriseState:
    """A site's file, or not yet opened. `sectors`: by whose forms it is kept, the first one since it was opened."""

    registered: EnterpriseRegistered | None = None
    sectors: tuple[Sector, ...] = ()
    fields: Fields = field(default_factory=lambda: NOTHING)
    places: Records = field(default_factory=lambda: NOTHING)
    equipment: Records = field(default_factory=lambda: NOTHING)
    production: Production = "producing"
    production_since: date | None = None
    suspension: ProductionSuspended | None = None
    grade: RiskGraded | None = None
    grade_review_overdue: bool = False
    standardisation: StandardisationGraded | None = None
    classified: EnterpriseClassified | None = None
    merged_into: str | None = None
    moved: EnterpriseMoved | None = None
    absorbed: tuple[str, ...] = ()

    def value(self, name: str) -> Value | None:
        """What a field of the site holds."""
        known = self.fields.get(name)
        return None if known is None else known.value

    @property
    def district(self) -> str | None:
        """Which district sees to the site; None before its file was opened."""
        if self.moved is not None:
            return self.moved.district
        return None if self.registered is None else self.registered.district

    @property
    def open(self) -> bool:
        """Whether anything more may be told of the site."""
        return self.registered is not None and self.production != "closed" and self.merged_into is None

    def records(self, kind: RecordKind) -> Records:
        """The places, or the equipment; the site itself as the record with an empty number."""
        if kind == "site":
            return {"": Record(self.fields)}
        return self.places if kind == "place" else self.equipment


def evolve_enterprise(state: EnterpriseState, event: Event) -> EnterpriseState:
    """Fold one event into a file."""
    match event:
        case EnterpriseRegistered():
            return _opened(event)
        case ProfileAmended():
            return replace(state, fields=merged(state.fields, event.fields, event.withdrawn))
        case PlaceAdded() | PlaceAmended() | PlaceRetired():
            return replace(state, places={**state.places, event.place_id: _record(state.places.get(event.place_id), event)})
        case EquipmentAdded() | EquipmentAmended() | EquipmentRetired():
            known = state.equipment.get(event.equipment_id)
            return replace(state, equipment={**state.equipment, event.equipment_id: _record(known, event)})
        case ConfirmedOnSite():
            return _confirmed(state, event)
        case SectorAdded() if event.sector not in state.sectors:
            return replace(state, sectors=(*state.sectors, event.sector))
        case SectorWithdrawn():
            return replace(state, sectors=tuple(sector for sector in state.sectors if sector != event.sector))
        case DuplicateAbsorbed():
            return _absorbed(state, event)
        case EnterpriseMerged():
            return replace(state, merged_into=event.into)
        case EnterpriseMoved():
            return replace(state, moved=event)
        case _:
            return _supervised(state, event)


def _supervised(state: EnterpriseState, event: Event) -> EnterpriseState:
    """What supervision says of the site: its grades, its classification, whether it produces."""
    match event:
        case RiskGraded():
            return replace(state, grade=event, grade_review_overdue=False)
        case GradeReviewFellDue():
            return replace(state, grade_review_overdue=True)
        case StandardisationGraded():
            told = Stated("standardisation_grade", event.grade, "officer-desk", "registered", None, event.granted_on)
            return replace(state, standardisation=event, fields=merged(state.fields, (told,)))
        case EnterpriseClassified():
            return replace(state, classified=event, fields=merged(state.fields, _classification(event)))
        case ProductionSuspended():
            return replace(_producing(state, "suspended", event.suspended_on, event.source, event.stated_by), suspension=event)
        case ProductionResumed():
            return _producing(state, "producing", event.resumed_on, event.source, event.stated_by)
        case EnterpriseClosed():
            return _producing(state, "closed", event.closed_on, event.source, event.stated_by)
        case EnterpriseReopened():
            return _producing(state, "producing", event.reopened_on, "officer-desk", None)
        case _:
            return state


def _opened(event: EnterpriseRegistered) -> EnterpriseState:
    said = [Stated(name, getattr(event, name), "self-report", "reported") for name in OPENING]
    fields = {one.name: one for one in (*said, *map(_stated, event.fields))}
    production = fields["production_status"].value if "production_status" in fields else "producing"
    return EnterpriseState(
        registered=event,
        sectors=(event.sector,),
        fields=fields,
        places={one.place_id: Record(_named(one.fields, kind=one.kind, name=one.name)) for one in event.places},
        equipment={
            one.equipment_id: Record(_named(one.fields, kind=one.kind, name=one.name, status=one.status, place_id=one.place_id))
            for one in event.equipment
        },
        production=production if production in ("suspended", "closed") else "producing",  # type: ignore[arg-type]
    )


def _stated(told: FieldValue) -> Stated:
    return Stated(told.name, told.value, told.source, told.confidence)


def _named(told: Iterable[FieldValue], **columns: str | None) -> Fields:
    """The fields of a record as it was when the file was opened, with what stood in columns of their own."""
    source = Stated("", "", "self-report", "reported")
    named = {name: replace(source, name=name, value=value) for name, value in columns.items() if value is not None}
    return {**named, **{one.name: _stated(one) for one in told}}


def _record(
    known: Record | None,
    event: PlaceAdded | PlaceAmended | PlaceRetired | EquipmentAdded | EquipmentAmended | EquipmentRetired,
) -> Record:
    """A record after an event; one that was retired stays so, whatever is still told of it."""
    match event:
        case PlaceAdded() | EquipmentAdded():
            return Record(merged({} if known is None else known.fields, event.fields))
        case PlaceAmended() | EquipmentAmended():
            return replace(known or Record({}), fields=merged(known.fields if known else {}, event.fields, event.withdrawn))
        case PlaceRetired():
            return replace(known or Record({}), retired_on=event.retired_on, retired_because=event.reason)
        case EquipmentRetired():
            status = Stated("status", "retired", event.source, "reported", event.stated_by, event.retired_on)
            fields = merged(known.fields if known else {}, (status,))
            return Record(fields, event.retired_on, event.reason)


def _confirmed(state: EnterpriseState, event: ConfirmedOnSite) -> EnterpriseState:
    for one in event.records:
        if one.record == "site":
            state = replace(state, fields=_sure(state.fields, one.fields, event))
        elif one.record == "place" and (place := state.places.get(one.record_id or "")):
            sure = replace(place, fields=_sure(place.fields, one.fields, event))
            state = replace(state, places={**state.places, one.record_id or "": sure})
        elif one.record == "equipment" and (piece := state.equipment.get(one.record_id or "")):
            sure = replace(piece, fields=_sure(piece.fields, one.fields, event))
            state = replace(state, equipment={**state.equipment, one.record_id or "": sure})
    return state


def _sure(fields: Fields, names: tuple[str, ...], event: ConfirmedOnSite) -> Fields:
    """Fields that an officer saw: all, or only the named ones."""
    return {
        name: replace(one, confidence="confirmed", confirmed_by=event.confirmed_by, confirmed_on=event.confirmed_on)
        if not names or name in names
        else one
        for name, one in fields.items()
    }


def _classification(event: EnterpriseClassified) -> tuple[Stated, ...]:
    said: dict[str, str | None] = {
        "industry_code": event.industry_code, "supervision_category": event.supervision_category,
        "supervision_subcategory": event.supervision_subcategory, "supervision_class": event.supervision_class,
    }  # fmt: skip
    who, day = event.classified_by, event.classified_on
    return tuple(Stated(name, value, "officer-desk", "reviewed", who, day) for name, value in said.items() if value is not None)


def _producing(state: EnterpriseState, production: Production, since: date, source: str, by: str | None) -> EnterpriseState:
    told = Stated("production_status", production, source, "reported", by, since)
    fields = merged(state.fields, (told,))
    return replace(state, production=production, production_since=since, suspension=None, fields=fields)


def _absorbed(state: EnterpriseState, event: DuplicateAbsorbed) -> EnterpriseState:
    places = {one.record_id: Record({f.name: f for f in one.fields}) for one in event.records if one.record == "place"}
    pieces = {one.record_id: Record({f.name: f for f in one.fields}) for one in event.records if one.record == "equipment"}
    return replace(
        state, absorbed=(*state.absorbed, event.duplicate), fields=merged(state.fields, event.fields),
        places={**state.places, **places}, equipment={**state.equipment, **pieces},
    )  # fmt: skip


def _district(state: EnterpriseState) -> str | None:
    return state.district


ENTERPRISE = Stream("enterprise", EnterpriseState(), evolve_enterprise, held_in=_district)


def register_enterprise(state: EnterpriseState, fact: EnterpriseRegistered) -> list[Event]:
    """Open a site's file."""
    if state.registered is not None:
        raise Refused("enterprise-exists", f"企业档案{fact.enterprise_id}已存在", f"file {fact.enterprise_id} exists already")
    return [fact]


def require_open(state: EnterpriseState) -> EnterpriseRegistered:
    """What opened the file, if anything more may be told of the site; Refused if it is closed or was merged into another."""
    if state.registered is None:
        raise Refused("enterprise-unknown", "企业尚未建档", "the site has no file")
    if state.merged_into is not None:
        raise Refused(
            "enterprise-merged", f"本档案已并入{state.merged_into}", f"this file was merged into {state.merged_into}",
            into=state.merged_into,
        )  # fmt: skip
    if state.production == "closed":
        raise Refused("enterprise-closed", "企业已关闭", "the site is closed")
    return state.registered
