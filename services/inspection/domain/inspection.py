"""One inspection on site: plan, check-in, answers, advice, conclusion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from chassis.domain import Event, Stream
from services.inspection.domain import answering, onsite_plan
from services.inspection.domain.answering import Given, Live, id_of
from services.inspection.domain.catalogue import Catalogue, Site, applicable
from services.inspection.domain.events import (
    AssignedExpert,
    AssignedOfficer,
    CheckedIn,
    CheckedInOfficer,
    ExpertAdvised,
    InspectionCalledOff,
    InspectionConcluded,
    InspectionPlanApproved,
    InspectionPrepared,
    InspectionReassigned,
    ItemAnswered,
    Mode,
    PlannedItem,
)
from services.inspection.domain.onsite_plan import (
    DraftPlan,
    InspectionNoticed,
    PlanDrafted,
    PlanReviewed,
    require_agreed,
)
from services.inspection.domain.presence import (
    MeetingHeld,
    StatementMade,
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
    site_code: str | None = None
    no_code_reason: str | None = None
    recorder: str | None = None
    latitude_e7: int | None = None
    longitude_e7: int | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """What an expert advises, about an item or about the whole visit; photos by their hash."""

    expert_id: str
    advice: str
    advice_id: str | None = None
    item_code: str | None = None
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How the record was closed: signed by somebody, or refused for a reason before a witness; which answers it holds."""

    signed_by: str | None = None
    refused_reason: str | None = None
    witness: str | None = None
    covers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class InspectionState:
    """An inspection as its events tell it: the same whatever the order in which devices sent what they noted.

    `given` are all answers by id, `meetings`, `statements` and `advice` by their ids; of several arrivals or conclusions the
    earliest counts.
    """

    stage: Stage = "none"
    plan: InspectionPrepared | None = None
    draft: PlanDrafted | None = None
    review: PlanReviewed | None = None
    notice: InspectionNoticed | None = None
    mode: Mode | None = None
    approved_at: datetime | None = None
    check_in: CheckedIn | None = None
    given: Given = field(default_factory=dict)
    meetings: Mapping[str, MeetingHeld] = field(default_factory=dict)
    statements: Mapping[str, StatementMade] = field(default_factory=dict)
    advised: Mapping[str, ExpertAdvised] = field(default_factory=dict)
    conclusion: InspectionConcluded | None = None

    @property
    def applicable(self) -> dict[str, PlannedItem]:
        """The items that apply to the site, by code."""
        return {item.code: item for item in self.plan.items} if self.plan else {}

    @property
    def items(self) -> dict[str, PlannedItem]:
        """The items to be looked at by code: those of the drafted plan, else all that apply."""
        chosen = None if self.draft is None else set(self.draft.items)
        return {code: item for code, item in self.applicable.items() if chosen is None or code in chosen}

    @property
    def live(self) -> Live:
        """The answers that stand, by item code."""
        return answering.standing(self.given.values())

    @property
    def answers(self) -> dict[str, ItemAnswered]:
        """An answer that stands for each answered item; of a disputed item the first by its id."""
        return {code: answers[0] for code, answers in self.live.items()}

    @property
    def disputed(self) -> frozenset[str]:
        """The items whose answers say different things."""
        return answering.disputed(self.live)

    @property
    def unsigned(self) -> frozenset[str]:
        """The items with an answer that the signed record does not hold."""
        return answering.uncovered(self.live, self.conclusion.covers) if self.conclusion else frozenset()

    @property
    def files(self) -> tuple[str, ...]:
        """The hashes of the photos that experts' advice names; those of hazards are told by hazards."""
        return tuple(sha256 for event in self.advice for sha256 in event.photos)

    @property
    def advice(self) -> tuple[ExpertAdvised, ...]:
        """What experts advised, in the order of its ids."""
        return tuple(self.advised[key] for key in sorted(self.advised))

    def takes_along(self, expert_id: str) -> bool:
        """Whether an expert is named for the visit."""
        return self.plan is not None and any(expert.expert_id == expert_id for expert in self.plan.experts)

    @property
    def hazards(self) -> dict[str, str]:
        """Item code by hazard id, of all hazards of answers that stand."""
        return answering.hazards_of(self.live)


def evolve_inspection(state: InspectionState, event: Event) -> InspectionState:
    """The inspection after one more event."""
    match event:
        case InspectionPrepared():
            return replace(state, stage="prepared", plan=event)
        case InspectionReassigned():
            return _reassigned(state, event)
        case PlanDrafted():
            return replace(state, draft=event, review=None)
        case PlanReviewed():
            return replace(state, review=event)
        case InspectionNoticed():
            return replace(state, notice=event)
        case InspectionCalledOff():
            return replace(state, stage="called-off")
        case InspectionPlanApproved():
            return replace(state, stage="approved", mode=event.mode, approved_at=event.approved_at)
        case _:
            return _evolve_on_site(state, event)


def _evolve_on_site(state: InspectionState, event: Event) -> InspectionState:
    match event:
        case CheckedIn():
            first = state.check_in if _before(_arrival(state.check_in), _arrival(event)) else event
            return replace(state, stage=state.stage if state.stage == "concluded" else "checked-in", check_in=first)
        case ItemAnswered():
            return replace(state, given={**state.given, id_of(event): event})
        case MeetingHeld():
            return replace(state, meetings={**state.meetings, event.meeting_id: event})
        case StatementMade():
            return replace(state, statements={**state.statements, event.statement_id: event})
        case ExpertAdvised():
            return replace(state, advised={**state.advised, event.advice_id or f"{len(state.advised):06}": event})
        case InspectionConcluded():
            first_of_all = state.conclusion if _before(_end(state.conclusion), _end(event)) else event
            return replace(state, stage="concluded", conclusion=first_of_all)
        case _:
            return state


def _arrival(event: CheckedIn | None) -> tuple[datetime | None, str] | None:
    return None if event is None else (event.arrived_at, event.place)


def _end(event: InspectionConcluded | None) -> tuple[datetime | None, str] | None:
    return None if event is None else (event.concluded_at, repr(event.covers))


def _before(known: tuple[datetime | None, str] | None, other: tuple[datetime | None, str] | None) -> bool:
    """Whether what is known happened before another of its kind; what carries no time was there first."""
    if known is None or other is None:
        return known is not None
    if known[0] is None or other[0] is None:
        return True
    return (known[0], known[1]) <= (other[0], other[1])


def _reassigned(state: InspectionState, event: InspectionReassigned) -> InspectionState:
    if state.plan is None:
        return state
    plan = replace(state.plan, planned_on=event.planned_on, officers=event.officers, experts=event.experts)
    return replace(state, stage="prepared", plan=plan, mode=None, approved_at=None, review=None, notice=None)


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


def draft_plan(state: InspectionState, command: DraftPlan, drafted_by: str, rules: Rules) -> list[Event]:
    """Draft the plan, or draft it anew, before it is approved. Refused as `onsite_plan.drafted` does."""
    plan = _to_be_approved(state, rules)
    event = onsite_plan.drafted(plan.inspection_id, plan.planned_on, state.applicable, command, drafted_by, rules)
    return [event] if event != state.draft else []


def review_plan(state: InspectionState, agreed: bool, opinion: str, reviewer: str, rules: Rules) -> list[Event]:
    """Say whether the drafted plan is right. Refused as `onsite_plan.review` does."""
    _to_be_approved(state, rules)
    return [onsite_plan.review(state.draft, agreed, opinion, reviewer, rules)]


def approve_plan(
    state: InspectionState, mode: Mode, approved_by: str, rules: Rules, approver_id: str = "", at: datetime | None = None
) -> list[Event]:
    """Approve the plan (rule `annual-plan`); `approver_id` is neither who drafted nor who reviewed it.

    `at` is when the approval is recorded, whatever its author says: it covers no check-in before that.
    """
    plan = _to_be_approved(state, rules)
    require_agreed(state.draft, state.review, mode, approver_id, rules)
    return [InspectionPlanApproved(inspection_id=plan.inspection_id, approved_by=approved_by, mode=mode, approved_at=at)]


def _to_be_approved(state: InspectionState, rules: Rules) -> InspectionPrepared:
    if state.stage == "called-off":
        raise refused("called-off", rules)
    if state.stage != "prepared":
        raise refused("plan-already-approved", rules)
    return prepared(state)


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


def concluded(state: InspectionState, rules: Rules) -> InspectionPrepared:
    """The plan of an inspection whose record is closed; refused before that."""
    if state.stage != "concluded":
        raise refused("not-concluded", rules)
    return prepared(state)
