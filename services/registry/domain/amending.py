"""What somebody tells of a site, compared with its file: one event per record, and none for what is known already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chassis.domain import Event, Refused
from services.registry.domain.changes import (
    ConfirmedOnSite,
    ConfirmedRecord,
    EquipmentAdded,
    EquipmentAmended,
    EquipmentRetired,
    PlaceAdded,
    PlaceAmended,
    PlaceRetired,
    ProfileAmended,
    RecordKind,
)
from services.registry.domain.site_file import NOTHING, EnterpriseState, Record, require_open
from services.registry.domain.stated import Fields, Stated, Telling, Value, restate

Values = Mapping[str, Value | None]
"""The fields that are told of a record; None withdraws one."""

IDENTITY = ("uscc", "site_no", "district", "enterprise_id", "place_id", "equipment_id")
"""What says which record is meant, and is never a field of it (equipment has `place_id` as a field: where it stands)."""

SUPERVISED = ("production_status", "supervision_category", "supervision_subcategory", "supervision_class", "risk_grade")
"""What the organ decides by commands of its own; a form may repeat it, and then changes nothing."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a site: fields of its own, its places and its equipment by their numbers, as far as they are told of."""

    site: Values = field(default_factory=lambda: NOTHING)
    places: Mapping[str, Values] = field(default_factory=lambda: NOTHING)
    equipment: Mapping[str, Values] = field(default_factory=lambda: NOTHING)


def amend(
    state: EnterpriseState, told: Told, telling: Telling, *, confirm: bool, submission_id: str | None = None,
    reason: str | None = None,
) -> list[Event]:  # fmt: skip
    """The events of what is told: records that are new, records that changed.

    With `confirm` fields that are told unchanged count as confirmed by this telling; without, only what differs is an event.
    Refused for a file that is closed, for a record without kind or name, for equipment at a place that is not there.
    """
    identity = require_open(state).enterprise_id
    events: list[Event] = []
    if change := _change(state.fields, told.site, telling, confirm=confirm):
        events.append(
            ProfileAmended(
                enterprise_id=identity, fields=change[0], withdrawn=change[1], submission_id=submission_id, reason=reason
            )
        )
    for place_id, values in told.places.items():
        known = state.places.get(place_id)
        if known is None:
            fields = _new("place", place_id, values, telling)
            events.append(PlaceAdded(enterprise_id=identity, place_id=place_id, fields=fields, submission_id=submission_id))
        elif change := _record_change(known, values, telling, confirm=confirm):
            events.append(
                PlaceAmended(
                    enterprise_id=identity, place_id=place_id, fields=change[0], withdrawn=change[1], submission_id=submission_id
                )
            )
    places = {*state.places, *told.places}
    for equipment_id, values in told.equipment.items():
        _require_place(equipment_id, values, places)
        known = state.equipment.get(equipment_id)
        if known is None:
            fields = _new("equipment", equipment_id, values, telling)
            events.append(
                EquipmentAdded(enterprise_id=identity, equipment_id=equipment_id, fields=fields, submission_id=submission_id)
            )
        elif change := _record_change(known, values, telling, confirm=confirm):
            events.append(
                EquipmentAmended(
                    enterprise_id=identity, equipment_id=equipment_id, fields=change[0], withdrawn=change[1],
                    submission_id=submission_id,
                )
            )  # fmt: skip
    return events


def retire(
    state: EnterpriseState, kind: RecordKind, record_id: str, telling: Telling, reason: str, submission_id: str | None = None
) -> list[Event]:
    """Note that a place or a piece of equipment is not used any more; its record stays. Again changes nothing.

    Refused for a place at which equipment stands that is not retired.
    """
    identity = require_open(state).enterprise_id
    known = state.records(kind).get(record_id)
    if known is None or kind == "site":
        raise Refused("record-unknown", f"档案中没有{record_id}", f"the file has no {kind} {record_id!r}", record_id=record_id)
    if known.retired_on is not None:
        return []
    if kind == "equipment":
        return [
            EquipmentRetired(
                enterprise_id=identity, equipment_id=record_id, retired_on=telling.on, reason=reason, source=telling.source,
                stated_by=telling.by, submission_id=submission_id,
            )
        ]  # fmt: skip
    standing = sorted(
        key for key, piece in state.equipment.items() if piece.value("place_id") == record_id and piece.retired_on is None
    )
    if standing:
        raise Refused(
            "place-in-use", f"场所{record_id}仍有设备{'、'.join(standing[:10])}",
            f"there is still equipment at {record_id}: {', '.join(standing[:10])}", equipment=standing[:10],
        )  # fmt: skip
    return [
        PlaceRetired(
            enterprise_id=identity, place_id=record_id, retired_on=telling.on, reason=reason, source=telling.source,
            stated_by=telling.by, submission_id=submission_id,
        )
    ]  # fmt: skip


def confirm_on_site(
    state: EnterpriseState, records: tuple[ConfirmedRecord, ...], telling: Telling, inspection_id: str | None = None
) -> list[Event]:
    """Note that an officer saw on site that these records are as the file says. Refused for what the file does not have."""
    identity = require_open(state).enterprise_id
    for one in records:
        known = state.records(one.record).get(one.record_id or "")
        lacking = one.record_id if known is None else next((name for name in one.fields if name not in known.fields), None)
        if known is None or lacking is not None:
            raise Refused(
                "record-unknown", f"档案中没有{lacking or one.record}", f"the file has no {one.record} {lacking!r}",
                record_id=one.record_id, field=lacking,
            )  # fmt: skip
    return [
        ConfirmedOnSite(
            enterprise_id=identity, records=records, confirmed_by=telling.by, confirmed_on=telling.on, inspection_id=inspection_id
        )
    ]


def _change(
    known: Fields, values: Values, telling: Telling, *, confirm: bool, identity: tuple[str, ...] = IDENTITY
) -> tuple[tuple[Stated, ...], tuple[str, ...]] | None:
    told = {name: value for name, value in values.items() if name not in identity and name not in SUPERVISED}
    stated = [restate(known.get(name), name, value, telling) for name, value in told.items() if value is not None]
    fields = tuple(one for one in stated if one != known.get(one.name) and (confirm or _differs(known.get(one.name), one)))
    withdrawn = tuple(name for name, value in told.items() if value is None and name in known)
    return (fields, withdrawn) if fields or withdrawn else None


def _differs(known: Stated | None, told: Stated) -> bool:
    return known is None or known.value != told.value


def _record_change(
    known: Record, values: Values, telling: Telling, *, confirm: bool
) -> tuple[tuple[Stated, ...], tuple[str, ...]] | None:
    identity = tuple(name for name in IDENTITY if name != "place_id")
    return _change(known.fields, values, telling, confirm=confirm, identity=identity)


def _new(kind: RecordKind, record_id: str, values: Values, telling: Telling) -> tuple[Stated, ...]:
    change = _record_change(Record({}), values, telling, confirm=True)
    names = {one.name for one in change[0]} if change else set()
    if not {"kind", "name"} <= names:
        raise Refused(
            "record-incomplete",
            f"{record_id}缺少类别或者名称",
            f"{kind} {record_id!r} needs a kind and a name",
            record_id=record_id,
        )
    return change[0] if change else ()


def _require_place(equipment_id: str, values: Values, places: set[str]) -> None:
    place = values.get("place_id")
    if place is not None and place not in places:
        raise Refused(
            "place-unknown", f"设备{equipment_id}所在场所{place}未登记", f"there is no place {place!r} at this site",
            record_id=equipment_id, place_id=place,
        )  # fmt: skip
