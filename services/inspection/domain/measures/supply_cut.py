"""Power or explosives are no longer supplied to a unit that does not carry out a decision (停止供电, forms 12 to 14; WSL 70)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from chassis.domain import Event, day_of, event
from services.inspection.domain.events import CheckedInOfficer
from services.inspection.domain.inspection import Certificates, InspectionState, present
from services.inspection.domain.measures.parts import (
    POWER_CUT,
    Approver,
    MeasureApproved,
    MeasureDenied,
    answered,
    approved_by,
    basis_of,
    begun,
    visited,
)
from services.inspection.domain.measures.suspension import Suspension, ordered
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Rules

Supply = Literal["power", "explosives"]


@event("casetrail.inspection.supply-cut-requested.v1", title="申请停止供应", summary="申请停止供应（{supply}）：{grounds}")
class SupplyCutRequested(Event):
    """A decision on site about a major hazard is not carried out, and an accident may really happen."""

    measure_id: str
    inspection_id: str
    enterprise_id: str
    organ_id: str
    suspension_id: str
    decision_no: str
    requested_by: str
    requested_on: date
    supply: Supply
    supplier: str
    grounds: str
    basis: tuple[str, ...]
    officers: tuple[CheckedInOfficer, ...]


@event("casetrail.inspection.supply-cut-notified.v1", title="通知停止供应", summary="通知停止供应 {notice_no}、{decision_no}")
class SupplyCutNotified(Event):
    """Forms 12 (to the supplier) and 13 (to the unit): from `cut_from` on nothing is supplied."""

    measure_id: str
    notice_no: str
    decision_no: str
    notified_at: datetime
    cut_from: datetime
    emergency_reason: str | None


@event("casetrail.inspection.supply-cut-carried-out.v1", title="停止供应", summary="已停止供应")
class SupplyCutCarriedOut(Event):
    """The supplier has stopped."""

    measure_id: str
    cut_at: datetime


@event("casetrail.inspection.supply-restored.v1", title="恢复供应", summary="通知恢复供应 {document_no}：{reason}")
class SupplyRestored(Event):
    """Form 14: the unit carried out the decision; it is supplied again."""

    measure_id: str
    document_no: str
    restored_on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCut:
    """What is no longer to be supplied by whom, and why; `suspension_id` is the decision that is not carried out."""

    suspension_id: str
    supply: Supply
    supplier: str
    grounds: str
    officers: tuple[CheckedInOfficer, ...]


@dataclass(frozen=True, slots=True)
class SupplyCut:
    """How far it is."""

    request: SupplyCutRequested | None = None
    answer: MeasureApproved | MeasureDenied | None = None
    notified: SupplyCutNotified | None = None
    cut: SupplyCutCarriedOut | None = None
    restored: SupplyRestored | None = None


def evolve_supply_cut(state: SupplyCut, event: Event) -> SupplyCut:
    """The measure after one more event."""
    match event:
        case SupplyCutRequested():
            return replace(state, request=event)
        case MeasureApproved() | MeasureDenied():
            return replace(state, answer=event)
        case SupplyCutNotified():
            return replace(state, notified=event)
        case SupplyCutCarriedOut():
            return replace(state, cut=event)
        case SupplyRestored():
            return replace(state, restored=event)
        case _:
            return state


def request(
    measure_id: str, inspection: InspectionState, suspension: Suspension, major: bool, command: RequestCut,
    certificates: Certificates, requested_by: str, rules: Rules, at: datetime,
) -> list[Event]:  # fmt: skip
    """Ask for approval (rule `power-cut`); `major`: whether the decision that is not carried out is about a major hazard.

    Refused as `present`, `basis_of` do; `not-checked-in`, `nothing-disobeyed`, `no-major-hazard`.
    """
    home, day = begun(measure_id, visited(inspection, rules)), day_of(at)
    present(command.officers, certificates, rules, day)
    if not suspension.remaining or ordered(suspension).inspection_id != home.inspection_id:
        raise refused("nothing-disobeyed", rules)
    if not major:
        raise refused("no-major-hazard", rules)
    return [
        SupplyCutRequested(
            measure_id=home.measure_id, inspection_id=home.inspection_id, enterprise_id=home.enterprise_id,
            organ_id=home.organ_id, suspension_id=command.suspension_id, decision_no=ordered(suspension).document_no,
            requested_by=requested_by, requested_on=day, supply=command.supply, supplier=command.supplier,
            grounds=command.grounds, basis=basis_of(rules, POWER_CUT, day=day), officers=command.officers,
        )
    ]  # fmt: skip


def requested(state: SupplyCut) -> SupplyCutRequested:
    """The request of a measure that exists; whoever asks has loaded an existing stream."""
    if state.request is None:
        raise ValueError("the measure was not asked for")
    return state.request


def answer(state: SupplyCut, agreed: bool, opinion: str, approver: Approver, day: date, rules: Rules) -> list[Event]:
    """Approve it, or not, as the principal head. Refused `already-answered-request`, `own-measure`."""
    return answered(requested(state), state.answer, agreed, opinion, approver, day, rules)


def _check_disobeyed(suspension: Suspension, rules: Rules) -> None:
    """Refuse `nothing-disobeyed` if the decision that was not carried out is lifted: then supply has no ground to be cut off."""
    if not suspension.remaining:
        raise refused("nothing-disobeyed", rules)


def notify(
    state: SupplyCut, suspension: Suspension, cut_from: datetime, emergency_reason: str | None, notice: timedelta,
    numbers: tuple[str, str], rules: Rules, at: datetime,
) -> list[Event]:  # fmt: skip
    """Tell supplier and unit, `notice` before nothing is supplied any more, except in an emergency that is stated (T27).

    Refused `power-cut-not-approved`, `already-notified`, `nothing-disobeyed`, `power-cut-notice-too-short`.
    """
    if not approved_by(state.answer, day_of(at)):
        raise refused("power-cut-not-approved", rules)
    if state.notified is not None:
        raise refused("already-notified", rules)
    _check_disobeyed(suspension, rules)
    earliest = at if emergency_reason else at + notice
    if cut_from < earliest:
        raise refused("power-cut-notice-too-short", rules, earliest=earliest.isoformat())
    return [
        SupplyCutNotified(
            measure_id=requested(state).measure_id, notice_no=numbers[0], decision_no=numbers[1], notified_at=at,
            cut_from=cut_from, emergency_reason=emergency_reason,
        )
    ]  # fmt: skip


def carry_out(state: SupplyCut, suspension: Suspension, rules: Rules, at: datetime) -> list[Event]:
    """Note that nothing is supplied any more.

    Refused `not-notified`, `already-carried-out`, `measure-ended`, `nothing-disobeyed`, `power-cut-too-early`.
    """
    if state.notified is None:
        raise refused("not-notified", rules)
    if state.restored is not None:
        raise refused("measure-ended", rules)
    if state.cut is not None:
        raise refused("already-carried-out", rules)
    _check_disobeyed(suspension, rules)
    if at < state.notified.cut_from:
        raise refused("power-cut-too-early", rules, earliest=state.notified.cut_from.isoformat())
    return [SupplyCutCarriedOut(measure_id=requested(state).measure_id, cut_at=at)]


def restore(state: SupplyCut, reason: str, document_no: str, rules: Rules, day: date) -> list[Event]:
    """Let it be supplied again, also before it was cut. Refused `not-notified`, `measure-ended`."""
    if state.notified is None:
        raise refused("not-notified", rules)
    if state.restored is not None:
        raise refused("measure-ended", rules)
    return [SupplyRestored(measure_id=requested(state).measure_id, document_no=document_no, restored_on=day, reason=reason)]
