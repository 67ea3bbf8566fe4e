"""What may be decided about an annual plan: draft, approve, file, amend; and which inspections lie outside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from chassis.domain import Event, Refused
from services.tasks.domain.capacity import CapacityTerms, capacity_of, check_fits
from services.tasks.domain.knowledge import Enterprise, Organ, Planning
from services.tasks.domain.plan import (
    PlanAmended,
    PlanAmendmentProposed,
    PlanAmendmentRejected,
    PlanApproved,
    PlanDrafted,
    PlanFiled,
    PlanState,
    RegisterCount,
)
from services.tasks.domain.task import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPlan:
    """Draft a plan for a year; `planned_inspections` is a number of visits.

    Key enterprises (重点检查单位) are those of `key_sectors`, those named, and those whose risk grade the rulebook calls key;
    the others are inspected by random draw.
    """

    plan_id: str
    year: int
    title: str
    sectors: tuple[str, ...]
    planned_inspections: int
    capacity: CapacityTerms | None = None
    key_sectors: tuple[str, ...] = ()
    key_enterprises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendPlan:
    """What of an approved plan is to change, and why; None leaves as it is."""

    reason: str
    sectors: tuple[str, ...] | None = None
    planned_inspections: int | None = None
    key_added: tuple[str, ...] = ()
    key_removed: tuple[str, ...] = ()


def draft_plan(
    state: PlanState, command: DraftPlan, organ: Organ, drafted_by: str, *,
    register: Collection[Enterprise] = (), planning: Planning | None = None,
) -> list[Event]:  # fmt: skip
    """Draft the plan of an organ from the enterprises of its jurisdictions that are known here.

    Refused `plan-exists`; `sector-outside-plan`; `enterprise-not-in-register`; `key-units-not-covered` (fewer inspections than
    key enterprises); `plan-exceeds-capacity`, and as `capacity_of` refuses.
    Source: 安全生产法（2021）第62条第1款, 安全生产年度监督检查计划编制办法（安监总政法〔2017〕150号）.
    """
    if state.plan_id:
        raise Refused("plan-exists", f"计划 {state.plan_id} 已存在", f"plan {state.plan_id} exists already")
    if outside := sorted(set(command.key_sectors) - set(command.sectors)):
        raise Refused("sector-outside-plan", "行业不在计划范围内", "sectors outside the plan", sectors=outside)
    capacity = capacity_of(command.year, command.capacity, planning) if command.capacity is not None else None
    key = _key_enterprises(command, register, planning.key_risk_grades if planning is not None else ())
    _check_covered(command.planned_inspections, key)
    check_fits(command.planned_inspections, capacity)
    return [
        PlanDrafted(
            plan_id=command.plan_id, year=command.year, title=command.title, organ_id=organ.organ_id, organ=organ.organ,
            sectors=_each_once(command.sectors), planned_inspections=command.planned_inspections, drafted_by=drafted_by,
            capacity=capacity, register=_counts(command.sectors, register, set(key)), key_enterprises=key,
        )
    ]  # fmt: skip


def _key_enterprises(command: DraftPlan, register: Iterable[Enterprise], grades: Collection[str]) -> tuple[str, ...]:
    within = {one.enterprise_id: one for one in register if one.sector_among(command.sectors)}
    _check_registered(command.key_enterprises, within)
    chosen = {key for key, one in within.items() if one.sector_among(command.key_sectors) or one.risk_grade in grades}
    return tuple(sorted(chosen | set(command.key_enterprises)))


def _check_registered(ids: Iterable[str], register: Collection[str]) -> None:
    if unknown := sorted(set(ids) - set(register)):
        raise Refused("enterprise-not-in-register", "企业不在计划行业名录中", "not registered in these sectors",
                      enterprises=unknown)  # fmt: skip


def _check_covered(planned: int, key: Collection[str]) -> None:
    if planned < len(key):
        raise Refused("key-units-not-covered", f"重点检查单位 {len(key)} 家，计划检查仅 {planned} 次",
                      "fewer inspections than key enterprises", key=len(key), planned=planned)  # fmt: skip


def _counts(sectors: Collection[str], register: Iterable[Enterprise], key: Collection[str]) -> tuple[RegisterCount, ...]:
    within = [(one.district, sector, one.enterprise_id in key) for one in register if (sector := one.sector_among(sectors))]
    all_of = Counter((district, sector) for district, sector, _ in within)
    key_of = Counter((district, sector) for district, sector, is_key in within if is_key)
    return tuple(
        RegisterCount(district=district, sector=sector, enterprises=count, key=key_of[district, sector])
        for (district, sector), count in sorted(all_of.items())
    )


def approve_plan(state: PlanState, approved_by: str) -> list[Event]:
    """Approve a drafted plan. Refused `own-plan` (who drafts may not approve), `plan-already-approved`,
    `plan-not-drafted`.

    Source: 安监总政法〔2017〕150号 (a plan is carried out only after approval); that two persons are needed is the
    platform's separation of duties.
    """
    if not state.plan_id:
        raise Refused("plan-not-drafted", "计划尚未编制", "there is no such plan")
    if state.approved_by is not None:
        raise Refused("plan-already-approved", "计划已经批准", "the plan is approved already")
    if state.drafted_by == approved_by:
        raise Refused("own-plan", "编制人不得批准自己编制的计划", "who drafted a plan may not approve it")
    return [PlanApproved(plan_id=state.plan_id, approved_by=approved_by)]


def file_plan(state: PlanState, filed_with: str, filed_on: date, reference: str) -> list[Event]:
    """File the revision in force with the superior authority. Refused `plan-not-approved`, `plan-already-filed`.

    Source: 安监总政法〔2017〕150号 (recalled: approved by the government of the same level, filed with the superior department).
    """
    _check_approved(state)
    if state.stage == "filed":
        raise Refused("plan-already-filed", "该版计划已备案", "this revision is filed already", revision=state.revision)
    return [
        PlanFiled(plan_id=state.plan_id, revision=state.revision, filed_with=filed_with, filed_on=filed_on, reference=reference)
    ]


def propose_amendment(
    state: PlanState, command: AmendPlan, register: Iterable[Enterprise], proposed_by: str
) -> list[Event]:  # fmt: skip
    """Propose what an approved plan is to become. Refused `plan-not-approved`, `amendment-pending`, `nothing-to-amend`,

    `enterprise-not-in-register`, `enterprise-not-in-plan`, `key-units-not-covered`, `plan-exceeds-capacity`.
    """
    _check_approved(state)
    if state.pending is not None:
        raise Refused(
            "amendment-pending", "已有待批准的调整", "another amendment waits for approval", revision=state.pending.revision
        )
    sectors = state.sectors if command.sectors is None else _each_once(command.sectors)
    planned = state.planned_inspections if command.planned_inspections is None else command.planned_inspections
    _check_registered(command.key_added, {one.enterprise_id for one in register if one.sector_among(sectors)})
    added = set(command.key_added) - set(state.key_enterprises)
    removed = set(command.key_removed)
    if strange := sorted(removed - set(state.key_enterprises)):
        raise Refused("enterprise-not-in-plan", "企业不在计划内", "not among the plan's key enterprises", enterprises=strange)
    if (sectors, planned) == (state.sectors, state.planned_inspections) and not added | removed:
        raise Refused("nothing-to-amend", "没有任何调整", "the amendment changes nothing")
    _check_covered(planned, (set(state.key_enterprises) | added) - removed)
    check_fits(planned, state.capacity)
    return [
        PlanAmendmentProposed(
            plan_id=state.plan_id, revision=state.revision + 1, reason=command.reason, sectors=sectors,
            planned_inspections=planned, key_added=tuple(sorted(added)), key_removed=tuple(sorted(removed)),
            proposed_by=proposed_by,
        )
    ]  # fmt: skip


def approve_amendment(state: PlanState, approved_by: str) -> list[Event]:
    """Approve the proposed amendment. Refused `no-amendment`, `own-plan`."""
    pending = _pending(state)
    if pending.proposed_by == approved_by:
        raise Refused("own-plan", "拟订人不得批准自己拟订的调整", "who proposed an amendment may not approve it")
    return [
        PlanAmended(
            plan_id=state.plan_id, revision=pending.revision, reason=pending.reason, sectors=pending.sectors,
            planned_inspections=pending.planned_inspections, key_added=pending.key_added, key_removed=pending.key_removed,
            approved_by=approved_by,
        )
    ]  # fmt: skip


def reject_amendment(state: PlanState, rejected_by: str, reason: str) -> list[Event]:
    """Turn the proposed amendment down. Refused `no-amendment`."""
    pending = _pending(state)
    return [PlanAmendmentRejected(plan_id=state.plan_id, revision=pending.revision, reason=reason, rejected_by=rejected_by)]


def _pending(state: PlanState) -> PlanAmendmentProposed:
    if state.pending is None:
        raise Refused("no-amendment", "没有待批准的调整", "no amendment waits for approval")
    return state.pending


def _check_approved(state: PlanState) -> None:
    if state.approved_by is None:
        raise Refused("plan-not-approved", "年度监督检查计划尚未批准", "the annual plan is not approved")


def check_ordered(
    kind: Kind, plan: PlanState, enterprise_id: str, due_on: date, reason: str | None, reference: str | None
) -> None:
    """Whether an inspection may be ordered: by an approved plan that names the enterprise, or outside it for a stated reason.

    Refused `plan-not-approved`, `enterprise-not-in-plan`, `outside-the-plans-year`; `reason-needed` for a report, a superior's
    campaign or a re-inspection that does not say why, and by what paper.
    Source: 安监总政法〔2017〕150号 (inspect only by the plan).
    """
    if kind != "planned":
        if not reason or not reference:
            raise Refused("reason-needed", "计划外检查须说明事由和依据", "outside the plan: a reason and a reference")
        return
    _check_approved(plan)
    if enterprise_id not in plan.key_enterprises:
        raise Refused(
            "enterprise-not-in-plan", "企业不在计划内", "not among the plan's key enterprises", enterprises=[enterprise_id]
        )
    if due_on.year != plan.year:
        raise Refused("outside-the-plans-year", f"完成期限须在 {plan.year} 年内", "the last day lies outside the plan's year")


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
