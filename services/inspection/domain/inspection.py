"""One inspection on site: plan, check-in, answers, advice, conclusion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from chassis.domain import Event, Stream, day_of
from services.inspection.domain.catalogue import Catalogue, Site, applicable
from services.inspection.domain.events import (
    Answer,
    AssignedExpert,
    AssignedOfficer,
    CheckedIn,
    CheckedInOfficer,
    ExpertAdvised,
    HazardFound,
    InspectionCalledOff,
    InspectionConcluded,
    InspectionPlanApproved,
    InspectionPrepared,
    InspectionReassigned,
    ItemAnswered,
    Mode,
    PlannedItem,
    Severity,
)
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Rules

Stage = Literal["none", "prepared", "approved", "checked-in", "concluded", "called-off"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """An officer's enforcement certificate, as the registry enrolled it."""

    certificate_no: str
    valid_to: date


Certificates = Mapping[str, Certificate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What was assigned: the site, the organ, the day, the people."""

    task_id: str
    kind: str
    campaign_id: str | None
    enterprise_id: str
    enterprise_name: str
    uscc: str
    sector: str
    level: str
    organ_id: str
    organ: str
    planned_on: date
    officers: tuple[AssignedOfficer, ...]
    experts: tuple[AssignedExpert, ...]


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Who is on site, where, and who received them."""

    officers: tuple[CheckedInOfficer, ...]
    experts: tuple[str, ...]
    place: str
    representative: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A hazard as the officer writes it down."""

    hazard_id: str
    severity: Severity
    fact: str
    place: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An officer's answer to one item; a violation names its hazards."""

    item_code: str
    answer: Answer
    note: str | None = None
    hazards: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How the record was closed: signed by somebody, or refused for a reason before a witness."""

    signed_by: str | None = None
    refused_reason: str | None = None
    witness: str | None = None


@dataclass(frozen=True, slots=True)
class InspectionState:
    """An inspection as its events tell it."""

    stage: Stage = "none"
    plan: InspectionPrepared | None = None
    mode: Mode | None = None
    check_in: CheckedIn | None = None
    answers: Mapping[str, ItemAnswered] = field(default_factory=dict)
    advice: tuple[ExpertAdvised, ...] = ()
    conclusion: InspectionConcluded | None = None

    @property
    def items(self) -> dict[str, PlannedItem]:
        """The planned items by code."""
        return {item.code: item for item in self.plan.items} if self.plan else {}

    @property
    def hazards(self) -> dict[str, str]:
        """Item code by hazard id, of all hazards found."""
        return {hazard: code for code, answered in self.answers.items() for hazard in answered.hazards}


def evolve_inspection(state: InspectionState, event: Event) -> InspectionState:
    """The inspection after one more event."""
    match event:
        case InspectionPrepared():
            return replace(state, stage="prepared", plan=event)
        case InspectionReassigned():
            return _reassigned(state, event)
        case InspectionCalledOff():
            return replace(state, stage="called-off")
        case InspectionPlanApproved():
            return replace(state, stage="approved", mode=event.mode)
        case CheckedIn():
            return replace(state, stage="checked-in", check_in=event)
        case ItemAnswered():
            return replace(state, answers={**state.answers, event.item_code: event})
        case ExpertAdvised():
            return replace(state, advice=(*state.advice, event))
        case InspectionConcluded():
            return replace(state, stage="concluded", conclusion=event)
        case _:
            return state


def _reassigned(state: InspectionState, event: InspectionReassigned) -> InspectionState:
    if state.plan is None:
        return state
    plan = replace(state.plan, planned_on=event.planned_on, officers=event.officers, experts=event.experts)
    return replace(state, stage="prepared", plan=plan, mode=None)


INSPECTION = Stream("inspection", InspectionState(), evolve_inspection)


def prepare(state: InspectionState, task: Task, catalogue: Catalogue, site: Site, rules: Rules) -> list[Event]:
    """Prepare the inspection of an assigned task: the items that apply to the site on the planned day, pinned for good."""
    if state.stage != "none":
        raise refused("already-prepared", rules)
    items = applicable(catalogue, site, task.planned_on)
    if not items:
        raise refused("no-applicable-items", rules, catalogue=catalogue.id)
    return [
        InspectionPrepared(
            inspection_id=task.task_id, task_id=task.task_id, kind=task.kind, campaign_id=task.campaign_id,
            enterprise_id=task.enterprise_id, enterprise_name=task.enterprise_name, uscc=task.uscc, sector=task.sector,
            level=task.level, organ_id=task.organ_id, organ=task.organ, planned_on=task.planned_on,
            officers=task.officers, experts=task.experts, catalogue=catalogue.id, items=items,
        )
    ]  # fmt: skip


def prepared(state: InspectionState) -> InspectionPrepared:
    """The plan of an inspection that exists; whoever asks has loaded an existing stream."""
    if state.plan is None:
        raise ValueError("the inspection has no plan")
    return state.plan


def approve_plan(state: InspectionState, mode: Mode, approved_by: str, rules: Rules) -> list[Event]:
    """Approve the plan (rule `annual-plan`)."""
    if state.stage == "called-off":
        raise refused("called-off", rules)
    if state.stage != "prepared":
        raise refused("plan-already-approved", rules)
    return [InspectionPlanApproved(inspection_id=prepared(state).inspection_id, approved_by=approved_by, mode=mode)]


def check_in(state: InspectionState, command: CheckIn, certificates: Certificates, rules: Rules, at: datetime) -> list[Event]:
    """Check in on site: enough of the assigned officers with valid certificates (rules `two-officers`, `certificate-inspection`).

    Experts must be assigned too; they never count as officers.
    """
    plan = prepared(state)
    if state.stage == "called-off":
        raise refused("called-off", rules)
    if state.stage in ("checked-in", "concluded"):
        raise refused("already-checked-in", rules)
    if state.stage == "prepared" and rules.approved_plan_required:
        raise refused("plan-not-approved", rules)
    assigned = {officer.officer_id for officer in plan.officers}
    for officer in command.officers:
        if officer.officer_id not in assigned:
            raise refused("officer-not-assigned", rules, officer_id=officer.officer_id)
    present(command.officers, certificates, rules, day_of(at))
    for expert_id in command.experts:
        if expert_id not in {expert.expert_id for expert in plan.experts}:
            raise refused("expert-not-assigned", rules, expert_id=expert_id)
    return [
        CheckedIn(
            inspection_id=plan.inspection_id, task_id=plan.task_id, officers=command.officers,
            experts=tuple(dict.fromkeys(command.experts)), place=command.place, representative=command.representative,
        )
    ]  # fmt: skip


def present(officers: tuple[CheckedInOfficer, ...], certificates: Certificates, rules: Rules, day: date) -> None:
    """Refuse unless these are enough different officers, each with their own certificate, valid on `day`."""
    seen: set[str] = set()
    for officer in officers:
        if officer.officer_id in seen:
            raise refused("officer-twice", rules, officer_id=officer.officer_id)
        seen.add(officer.officer_id)
        _certified(officer, certificates.get(officer.officer_id), rules, day)
    if len(seen) < rules.minimum_officers:
        raise refused("too-few-officers", rules, needed=rules.minimum_officers, given=len(seen))


def _certified(officer: CheckedInOfficer, certificate: Certificate | None, rules: Rules, day: date) -> None:
    if certificate is None or certificate.certificate_no != officer.certificate_no:
        raise refused("certificate-mismatch", rules, officer_id=officer.officer_id)
    if certificate.valid_to < day:
        raise refused("certificate-expired", rules, officer_id=officer.officer_id, valid_to=certificate.valid_to.isoformat())


def answer_items(state: InspectionState, answers: Iterable[Answered], rules: Rules) -> list[Event]:
    """Answer planned items, each once (rule `inspection-record`); a repeat with the same answer changes nothing."""
    plan = _on_site(state, rules)
    events: list[Event] = []
    for answered in answers:
        item = state.items.get(answered.item_code)
        if item is None:
            raise refused("item-not-planned", rules, item_code=answered.item_code)
        _check_findings(answered, item, rules)
        event = ItemAnswered(
            inspection_id=plan.inspection_id, item_code=item.code, key_item_code=item.key_item_code,
            answer=answered.answer, note=answered.note, hazards=tuple(hazard.hazard_id for hazard in answered.hazards),
        )  # fmt: skip
        if (known := state.answers.get(item.code)) is None:
            _check_new(event, state, rules)
            events.append(event)
            state = evolve_inspection(state, event)
        elif known != event:
            raise refused("already-answered", rules, item_code=item.code)
    return events


def _check_findings(answered: Answered, item: PlannedItem, rules: Rules) -> None:
    """A violation has hazards, nothing else has; a major one needs an item that the criteria call a major hazard."""
    if answered.answer == "violation" and not answered.hazards:
        raise refused("hazard-missing", rules, item_code=item.code)
    if answered.answer != "violation" and answered.hazards:
        raise refused("hazard-without-violation", rules, item_code=item.code)
    if not item.is_major_hazard and any(hazard.severity == "major" for hazard in answered.hazards):
        raise refused("not-a-major-hazard", rules, item_code=item.code)


def _check_new(event: ItemAnswered, state: InspectionState, rules: Rules) -> None:
    for place, hazard_id in enumerate(event.hazards):
        if hazard_id in state.hazards or hazard_id in event.hazards[:place]:
            raise refused("hazard-twice", rules, hazard_id=hazard_id)


def findings(state: InspectionState, answers: Iterable[Answered], at: datetime) -> list[HazardFound]:
    """The hazards that answers to planned items consist of."""
    plan = prepared(state)
    return [
        HazardFound(
            hazard_id=finding.hazard_id, inspection_id=plan.inspection_id, enterprise_id=plan.enterprise_id,
            item_code=answered.item_code, key_item_code=state.items[answered.item_code].key_item_code,
            severity=finding.severity, fact=finding.fact, place=finding.place, found_on=day_of(at),
        )
        for answered in answers
        for finding in answered.hazards
    ]  # fmt: skip


def advise(state: InspectionState, expert_id: str, advice: str, rules: Rules) -> list[Event]:
    """Record the advice of an assigned expert."""
    plan = _on_site(state, rules)
    if expert_id not in {expert.expert_id for expert in plan.experts}:
        raise refused("expert-not-assigned", rules, expert_id=expert_id)
    return [ExpertAdvised(inspection_id=plan.inspection_id, expert_id=expert_id, advice=advice)]


def conclude(state: InspectionState, command: Conclusion, rules: Rules, at: datetime) -> list[Event]:
    """Close the record: every item answered; signed on site, or its refusal recorded (rule `inspection-record`)."""
    plan = _on_site(state, rules)
    if missing := [code for code in state.items if code not in state.answers]:
        raise refused("items-unanswered", rules, items="、".join(missing))
    if command.signed_by and (command.refused_reason or command.witness):
        raise refused("signed-and-refused", rules)
    if not command.signed_by and not (command.refused_reason and command.witness):
        raise refused("signature-missing", rules)
    present_then = state.check_in
    return [
        InspectionConcluded(
            inspection_id=plan.inspection_id, task_id=plan.task_id, enterprise_id=plan.enterprise_id,
            concluded_on=day_of(at), officers=len(present_then.officers) if present_then else 0,
            experts=len(present_then.experts) if present_then else 0, items_answered=len(state.answers),
            hazards=len(state.hazards), signed_by=command.signed_by, refused_reason=command.refused_reason,
            witness=command.witness,
        )
    ]  # fmt: skip


def _on_site(state: InspectionState, rules: Rules) -> InspectionPrepared:
    if state.stage == "concluded":
        raise refused("already-concluded", rules)
    if state.stage != "checked-in":
        raise refused("not-checked-in", rules)
    return prepared(state)


def concluded(state: InspectionState, rules: Rules) -> InspectionPrepared:
    """The plan of an inspection whose record is closed; refused before that."""
    if state.stage != "concluded":
        raise refused("not-concluded", rules)
    return prepared(state)
