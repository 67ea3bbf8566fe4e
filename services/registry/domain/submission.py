"""What an enterprise fills in about itself and submits; an officer accepts, corrects or rejects it, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal

from chassis.domain import SUBJECT, Event, Personal, Refused, Stream, beside_its_matter, event
from services.registry.domain.amending import SUPERVISED, Told, Values, amend
from services.registry.domain.changes import (
    EquipmentAdded,
    EquipmentAmended,
    PlaceAdded,
    PlaceAmended,
    ProfileAmended,
    RecordKind,
    Sector,
)
from services.registry.domain.site_file import EnterpriseState, Records
from services.registry.domain.stated import PERSONS, Stated, Telling, Value, state

Outcome = Literal["accepted", "corrected", "rejected"]
Place = tuple[RecordKind, str | None, str]
"""Which field of which record: kind, number (None: the site itself), name."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One field as the enterprise filled it in; no value withdraws it."""

    record: RecordKind
    record_id: str | None
    field: str
    value: Annotated[Value | None, Personal(SUBJECT, role_in="person")]

    @property
    def person(self) -> str | None:
        """The role of the person whom the field is about; None if it is about the site."""
        return PERSONS.get(self.field)

    @property
    def place(self) -> Place:
        """Where it stands."""
        return (self.record, self.record_id, self.field)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an officer made of one field; a corrected one has another value, a rejected one a reason."""

    record: RecordKind
    record_id: str | None
    field: str
    outcome: Outcome
    value: Annotated[Value | None, Personal(SUBJECT, role_in="person")] = None
    reason: str | None = None

    @property
    def person(self) -> str | None:
        """The role of the person whom the field is about; None if it is about the site."""
        return PERSONS.get(self.field)

    @property
    def place(self) -> Place:
        """Where it stands."""
        return (self.record, self.record_id, self.field)


@event("casetrail.registry.profile-submitted.v1", title="企业自报", summary="企业按{form}自报信息")
class ProfileSubmitted(Event):
    """An enterprise filled in a form about its own site; nothing of it is in the file before an officer decided."""

    submission_id: str
    enterprise_id: str
    sector: Sector
    form: str
    form_version: str
    answers: tuple[Answer, ...]
    submitted_by: str
    submitted_on: date


@event("casetrail.registry.submission-decided.v1", title="企业自报审核", summary="审核企业自报信息")
class SubmissionDecided(Event):
    """An officer accepted, corrected or rejected each field of a submission."""

    submission_id: str
    enterprise_id: str
    decisions: tuple[Decision, ...]
    accepted: int
    corrected: int
    rejected: int
    decided_by: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class SubmissionState:
    """A submission as it came, and what was made of it."""

    submitted: ProfileSubmitted | None = None
    decided: SubmissionDecided | None = None


def evolve_submission(state: SubmissionState, event: Event) -> SubmissionState:
    """Fold one event into a submission."""
    match event:
        case ProfileSubmitted():
            return replace(state, submitted=event)
        case SubmissionDecided():
            return replace(state, decided=event)
        case _:
            return state


SUBMISSION = Stream("submission", SubmissionState(), evolve_submission, held_in=beside_its_matter)


def answers_of(told: Told) -> tuple[Answer, ...]:
    """What is told, field by field."""
    site = [Answer("site", None, name, value) for name, value in told.site.items()]
    places = [Answer("place", key, name, value) for key, values in told.places.items() for name, value in values.items()]
    pieces = [Answer("equipment", key, name, value) for key, values in told.equipment.items() for name, value in values.items()]
    return (*site, *places, *pieces)


def told_of(answers: Iterable[Answer]) -> Told:
    """The fields of answers by record."""
    site: dict[str, Value | None] = {}
    places: dict[str, dict[str, Value | None]] = {}
    pieces: dict[str, dict[str, Value | None]] = {}
    for answer in answers:
        if answer.record == "site":
            site[answer.field] = answer.value
        else:
            records = places if answer.record == "place" else pieces
            records.setdefault(answer.record_id or "", {})[answer.field] = answer.value
    return Told(site, places, pieces)


def differing(told: Told, file: EnterpriseState) -> Told:
    """What is told and not what the file says: of a whole form that is sent again, most is known. Nothing is withdrawn by it."""

    def told_anew(values: Values, known: Mapping[str, Stated]) -> Values:
        return {
            name: value
            for name, value in values.items()
            if name not in SUPERVISED and (name not in known or known[name].value != value)
        }

    places = {key: told_anew(values, _fields(file.places, key)) for key, values in told.places.items()}
    pieces = {key: told_anew(values, _fields(file.equipment, key)) for key, values in told.equipment.items()}
    return Told(
        told_anew(told.site, file.fields), {key: values for key, values in places.items() if values},
        {key: values for key, values in pieces.items() if values},
    )  # fmt: skip


def _fields(records: Records, key: str) -> Mapping[str, Stated]:
    known = records.get(key)
    return {} if known is None else known.fields


def submit(known: SubmissionState, file: EnterpriseState, fact: ProfileSubmitted) -> list[Event]:
    """Take a submission, if the file could take all of it. Refused for an id that was used, and for one that says nothing."""
    if known.submitted is not None:
        raise Refused("submission-exists", f"自报{fact.submission_id}已提交", f"submission {fact.submission_id} exists already")
    if not fact.answers:
        raise Refused("submission-empty", "没有填写任何内容", "nothing is filled in")
    telling = Telling.of("self-report", fact.submitted_by, fact.submitted_on)
    amend(file, told_of(fact.answers), telling, confirm=True)
    return [fact]


def decide(
    known: SubmissionState, decisions: Sequence[Decision], others: Outcome | None, by: str, on: date
) -> list[SubmissionDecided]:
    """Decide about every field of a submission, once; `others` is what becomes of those that are not named.

    Refused if a field is named twice, was not submitted, or stays undecided; if a correction has no value, a rejection no reason.
    """
    submitted = known.submitted
    if submitted is None:
        raise Refused("submission-unknown", "没有此自报", "there is no such submission")
    if known.decided is not None:
        raise Refused("submission-decided", "该自报已审核", "the submission was decided already")
    named = {decision.place: decision for decision in decisions}
    _require_sound(submitted, decisions, named, others)
    made = tuple(named.get(answer.place) or Decision(*answer.place, outcome=others or "rejected") for answer in submitted.answers)
    counts = [sum(decision.outcome == outcome for decision in made) for outcome in ("accepted", "corrected", "rejected")]
    return [
        SubmissionDecided(
            submission_id=submitted.submission_id, enterprise_id=submitted.enterprise_id, decisions=made, accepted=counts[0],
            corrected=counts[1], rejected=counts[2], decided_by=by, decided_on=on,
        )
    ]  # fmt: skip


def apply(submitted: ProfileSubmitted, decided: SubmissionDecided, file: EnterpriseState) -> list[Event]:
    """The events of the file: what was accepted is the enterprise's word, reviewed; what was corrected is the officer's."""
    kept = [
        replace(answer, value=decision.value) if decision.outcome == "corrected" else answer
        for answer, decision in zip(submitted.answers, decided.decisions, strict=True)
        if decision.outcome != "rejected"
    ]
    reviewed = Telling("self-report", submitted.submitted_by, submitted.submitted_on, "reviewed")
    desk = Telling.of("officer-desk", decided.decided_by, decided.decided_on)
    corrected = {decision.place for decision in decided.decisions if decision.outcome == "corrected"}
    events = amend(file, told_of(kept), reviewed, confirm=True, submission_id=submitted.submission_id)
    return [_corrected(one, corrected, desk) for one in events]


def _corrected(event: Event, corrected: set[Place], desk: Telling) -> Event:
    match event:
        case ProfileAmended():
            return replace(event, fields=_theirs(event.fields, corrected, ("site", None), desk))
        case PlaceAdded() | PlaceAmended():
            return replace(event, fields=_theirs(event.fields, corrected, ("place", event.place_id), desk))
        case EquipmentAdded() | EquipmentAmended():
            return replace(event, fields=_theirs(event.fields, corrected, ("equipment", event.equipment_id), desk))
        case _:
            return event


def _theirs(
    fields: tuple[Stated, ...], corrected: set[Place], record: tuple[RecordKind, str | None], desk: Telling
) -> tuple[Stated, ...]:
    return tuple(state(one.name, one.value, desk) if (*record, one.name) in corrected else one for one in fields)


def _require_sound(
    submitted: ProfileSubmitted, decisions: Sequence[Decision], named: Mapping[Place, Decision], others: Outcome | None
) -> None:
    answered = {answer.place for answer in submitted.answers}
    if len(named) != len(decisions):
        raise Refused("decision-repeated", "同一项审核了两次", "a field is decided twice")
    if strange := [place for place in named if place not in answered]:
        raise Refused(
            "decision-strange", f"未提交的内容：{strange[0][2]}", f"{strange[0][2]} was not submitted", place=strange[0]
        )
    if others == "corrected" or (others is None and len(named) < len(answered)):
        raise Refused("decision-missing", "须逐项审核", "every field needs a decision")
    for decision in decisions:
        if decision.outcome == "corrected" and decision.value is None:
            raise Refused("correction-empty", "更正须填写内容", "a correction needs a value", field=decision.field)
        if decision.outcome == "rejected" and not decision.reason:
            raise Refused("rejection-unreasoned", "退回须说明理由", "a rejection needs a reason", field=decision.field)
