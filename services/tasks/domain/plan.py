"""The annual plan (年度监督检查计划): drafted from the register, approved, filed, changed only by a recorded amendment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from chassis.domain import Event, Stream, event
from services.tasks.domain.capacity import Capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCount:
    """How many enterprises of a district and sector the register held when the plan was drafted, and how many are key ones."""

    district: str
    sector: str
    enterprises: int
    key: int


@event(
    "casetrail.tasks.plan-drafted.v1",
    title="计划编制",
    summary="{organ}编制{year}年度监督检查计划《{title}》，计划检查{planned_inspections}次",
)
class PlanDrafted(Event):
    """An organ has drafted its plan for a year; `capacity`, `register` and `key_enterprises` if it came from the register."""

    plan_id: str
    year: int
    title: str
    organ_id: str
    organ: str
    sectors: tuple[str, ...]
    planned_inspections: int
    drafted_by: str
    capacity: Capacity | None = None
    register: tuple[RegisterCount, ...] = ()
    key_enterprises: tuple[str, ...] = ()


@event("casetrail.tasks.plan-approved.v1", title="计划批准", summary="{approved_by} 批准年度监督检查计划")
class PlanApproved(Event):
    """The plan may be carried out."""

    plan_id: str
    approved_by: str


@event(
    "casetrail.tasks.plan-filed.v1", title="计划备案", summary="年度监督检查计划（第{revision}版）于{filed_on}报{filed_with}备案"
)
class PlanFiled(Event):
    """A revision of the plan was filed with the superior authority; `reference` is the number of the letter."""

    plan_id: str
    revision: int
    filed_with: str
    filed_on: date
    reference: str


@event("casetrail.tasks.plan-amendment-proposed.v1", title="计划调整拟订", summary="拟调整年度监督检查计划：{reason}")
class PlanAmendmentProposed(Event):
    """What an approved plan is to become, and why; nothing changes before it is approved."""

    plan_id: str
    revision: int
    reason: str
    sectors: tuple[str, ...]
    planned_inspections: int
    key_added: tuple[str, ...]
    key_removed: tuple[str, ...]
    proposed_by: str


@event(
    "casetrail.tasks.plan-amended.v1",
    title="计划调整",
    summary="年度监督检查计划调整为第{revision}版，计划检查{planned_inspections}次",
)
class PlanAmended(Event):
    """The proposed amendment was approved: the plan's next revision holds."""

    plan_id: str
    revision: int
    reason: str
    sectors: tuple[str, ...]
    planned_inspections: int
    key_added: tuple[str, ...]
    key_removed: tuple[str, ...]
    approved_by: str


@event(
    "casetrail.tasks.plan-amendment-rejected.v1",
    title="计划调整未获批准",
    summary="年度监督检查计划第{revision}版未获批准：{reason}",
)
class PlanAmendmentRejected(Event):
    """The proposed amendment was turned down; the plan stays what it is."""

    plan_id: str
    revision: int
    reason: str
    rejected_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """That a revision lies with the superior authority."""

    revision: int
    filed_with: str
    filed_on: date
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanState:
    """A plan; `approved_by` is None until it is approved, `pending` the amendment that waits for approval."""

    plan_id: str = ""
    year: int = 0
    title: str = ""
    organ_id: str = ""
    organ: str = ""
    sectors: tuple[str, ...] = ()
    planned_inspections: int = 0
    drafted_by: str = ""
    approved_by: str | None = None
    capacity: Capacity | None = None
    register: tuple[RegisterCount, ...] = ()
    key_enterprises: tuple[str, ...] = ()
    revision: int = 1
    filings: tuple[Filing, ...] = ()
    pending: PlanAmendmentProposed | None = None

    @property
    def stage(self) -> Literal["none", "drafted", "approved", "filed"]:
        """How far the revision in force is."""
        if not self.plan_id:
            return "none"
        if self.approved_by is None:
            return "drafted"
        return "filed" if any(filing.revision == self.revision for filing in self.filings) else "approved"


def evolve_plan(state: PlanState, event: Event) -> PlanState:
    """The plan after an event."""
    match event:
        case PlanDrafted():
            return PlanState(
                plan_id=event.plan_id, year=event.year, title=event.title, organ_id=event.organ_id, organ=event.organ,
                sectors=event.sectors, planned_inspections=event.planned_inspections, drafted_by=event.drafted_by,
                capacity=event.capacity, register=event.register, key_enterprises=event.key_enterprises,
            )  # fmt: skip
        case PlanApproved():
            return replace(state, approved_by=event.approved_by)
        case PlanFiled():
            filing = Filing(
                revision=event.revision, filed_with=event.filed_with, filed_on=event.filed_on, reference=event.reference
            )
            return replace(state, filings=(*state.filings, filing))
        case PlanAmendmentProposed():
            return replace(state, pending=event)
        case PlanAmended():
            return _amended(state, event)
        case PlanAmendmentRejected():
            return replace(state, pending=None)
        case _:
            return state


def _amended(state: PlanState, event: PlanAmended) -> PlanState:
    kept = {*state.key_enterprises, *event.key_added} - set(event.key_removed)
    return replace(
        state, revision=event.revision, sectors=event.sectors, planned_inspections=event.planned_inspections,
        key_enterprises=tuple(sorted(kept)), pending=None,
    )  # fmt: skip


PLAN = Stream("plan", PlanState(), evolve_plan)
