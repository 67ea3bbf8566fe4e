"""The annual inspection plan (年度监督检查计划): drafted by one person, approved by another."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.domain import Event, Refused, Stream, event
from services.tasks.domain.knowledge import Organ


@event(
    "casetrail.tasks.plan-drafted.v1",
    title="计划编制",
    summary="{organ}编制{year}年度监督检查计划《{title}》，计划检查{planned_inspections}次",
)
class PlanDrafted(Event):
    """An organ has drafted its plan for a year."""

    plan_id: str
    year: int
    title: str
    organ_id: str
    organ: str
    sectors: tuple[str, ...]
    planned_inspections: int
    drafted_by: str


@event("casetrail.tasks.plan-approved.v1", title="计划批准", summary="{approved_by} 批准年度监督检查计划")
class PlanApproved(Event):
    """The plan may be carried out."""

    plan_id: str
    approved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanState:
    """A plan; `approved_by` is None until it is approved."""

    plan_id: str = ""
    year: int = 0
    title: str = ""
    organ_id: str = ""
    organ: str = ""
    sectors: tuple[str, ...] = ()
    planned_inspections: int = 0
    drafted_by: str = ""
    approved_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPlan:
    """Draft a plan for a year; `planned_inspections` is a number of visits."""

    plan_id: str
    year: int
    title: str
    sectors: tuple[str, ...]
    planned_inspections: int


def evolve_plan(state: PlanState, event: Event) -> PlanState:
    """The plan after an event."""
    match event:
        case PlanDrafted():
            return PlanState(
                plan_id=event.plan_id, year=event.year, title=event.title, organ_id=event.organ_id, organ=event.organ,
                sectors=event.sectors, planned_inspections=event.planned_inspections, drafted_by=event.drafted_by,
            )  # fmt: skip
        case PlanApproved():
            return replace(state, approved_by=event.approved_by)
        case _:
            return state


PLAN = Stream("plan", PlanState(), evolve_plan)


def draft_plan(state: PlanState, command: DraftPlan, organ: Organ, drafted_by: str) -> list[Event]:
    """Draft the plan of an organ. Refused `plan-exists`.

    Source: 安全生产法（2021）第62条第1款, 安全生产年度监督检查计划编制办法（安监总政法〔2017〕150号）.
    """
    if state.plan_id:
        raise Refused("plan-exists", f"计划 {state.plan_id} 已存在", f"plan {state.plan_id} exists already")
    return [
        PlanDrafted(
            plan_id=command.plan_id, year=command.year, title=command.title, organ_id=organ.organ_id, organ=organ.organ,
            sectors=_each_once(command.sectors), planned_inspections=command.planned_inspections, drafted_by=drafted_by,
        )
    ]  # fmt: skip


def approve_plan(state: PlanState, approved_by: str) -> list[Event]:
    """Approve a drafted plan. Refused `own-plan` (who drafts may not approve), `plan-already-approved`.

    Source: 安监总政法〔2017〕150号 (a plan is carried out only after approval); that two persons are needed is the
    platform's separation of duties.
    """
    if state.approved_by is not None:
        raise Refused("plan-already-approved", "计划已经批准", "the plan is approved already")
    if state.drafted_by == approved_by:
        raise Refused("own-plan", "编制人不得批准自己编制的计划", "who drafted a plan may not approve it")
    return [PlanApproved(plan_id=state.plan_id, approved_by=approved_by)]


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
