"""Two files that turn out to be one site's: one goes on and takes over what the other knew better, the other stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from chassis.domain import Event, Refused
from services.registry.domain.changes import DuplicateAbsorbed, EnterpriseMerged, RecordKind, TakenRecord
from services.registry.domain.enterprise import EnterpriseRegistered
from services.registry.domain.site_file import EnterpriseState, Record, require_open
from services.registry.domain.stated import Fields, Stated, rank

Choice = Literal["survivor", "duplicate"]


def absorb(survivor: EnterpriseState, duplicate: EnterpriseState, choices: Mapping[str, Choice], reason: str) -> list[Event]:
    """The event of the file that goes on: fields that it lacks, fields that were chosen of the duplicate, and all its records.

    Where both say something else and nothing was chosen, the merge is refused and names the fields: nothing is overwritten
    silently. Records of the duplicate get numbers that are free here, and say which they had.
    """
    into, other = require_open(survivor), _mergeable(duplicate)
    if into.enterprise_id == other.enterprise_id:
        raise Refused("same-enterprise", "不能与自身合并", "a file cannot be merged with itself")
    if survivor.district != duplicate.district:
        raise Refused("other-district", "两档案所属辖区不同，不能合并", "the two files belong to different districts")
    open_questions = [name for name in conflicts(survivor, duplicate) if name not in choices]
    if open_questions:
        raise Refused(
            "merge-conflicts", f"两档案{len(open_questions)}项内容不一致，须逐项选择",
            f"{len(open_questions)} fields differ and need a choice", fields=open_questions,
        )  # fmt: skip
    taken = _taken("place", duplicate.places, survivor.places, {})
    moved = {one.former_id: one.record_id for one in taken}
    taken += _taken("equipment", duplicate.equipment, survivor.equipment, moved)
    return [
        DuplicateAbsorbed(
            enterprise_id=into.enterprise_id, duplicate=other.enterprise_id,
            fields=_fields(survivor.fields, duplicate.fields, choices), records=tuple(taken), reason=reason,
        )
    ]  # fmt: skip


def merge(duplicate: EnterpriseState, into: str, reason: str) -> list[Event]:
    """The event of the duplicate: from here on it takes nothing more."""
    return [EnterpriseMerged(enterprise_id=_mergeable(duplicate).enterprise_id, into=into, reason=reason)]


def conflicts(survivor: EnterpriseState, duplicate: EnterpriseState) -> list[str]:
    """The fields of which both files say something, and not the same, with equal right."""
    return [
        name
        for name, told in duplicate.fields.items()
        if (known := survivor.fields.get(name)) is not None
        and known.value != told.value
        and rank(known.confidence) == rank(told.confidence)
    ]


def _mergeable(state: EnterpriseState) -> EnterpriseRegistered:
    if state.registered is None:
        raise Refused("enterprise-unknown", "企业尚未建档", "the site has no file")
    if state.merged_into is not None:
        raise Refused(
            "enterprise-merged", f"本档案已并入{state.merged_into}", f"this file was merged into {state.merged_into}",
            into=state.merged_into,
        )  # fmt: skip
    return state.registered


def _fields(known: Fields, told: Fields, choices: Mapping[str, Choice]) -> tuple[Stated, ...]:
    """What is taken over: what was lacking, what was chosen, and, without a choice, what is worth more."""
    taken = []
    for name, field in told.items():
        own = known.get(name)
        if own is not None and own.value == field.value:
            continue
        better = own is None or rank(field.confidence) > rank(own.confidence)
        if choices.get(name, "duplicate" if better else "survivor") == "duplicate":
            taken.append(field)
    return tuple(taken)


def _taken(
    kind: RecordKind, records: Mapping[str, Record], known: Mapping[str, Record], places: Mapping[str, str]
) -> list[TakenRecord]:
    """The records of a duplicate that are in use, each with a number that is free; equipment stands at the renumbered place."""
    used = set(known)
    taken = []
    for former, record in records.items():
        if record.retired_on is not None:
            continue
        number = _free(former, used)
        used.add(number)
        fields = tuple(_moved(field, places) for field in record.fields.values())
        taken.append(TakenRecord(kind, former, number, fields))
    return taken


def _free(wanted: str, used: set[str]) -> str:
    if wanted not in used:
        return wanted
    number = 2
    while f"{wanted[:26]}-{number}" in used:
        number += 1
    return f"{wanted[:26]}-{number}"


def _moved(field: Stated, places: Mapping[str, str]) -> Stated:
    if field.name != "place_id" or field.value not in places:
        return field
    return Stated(
        field.name, places[str(field.value)], field.source, field.confidence, field.stated_by, field.stated_on,
        field.confirmed_by, field.confirmed_on,
    )  # fmt: skip
