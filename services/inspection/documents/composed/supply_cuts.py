"""Forms 12 to 14, filled in from a supply cut: notice to the supplier, decision to the unit, supply that is restored."""

from __future__ import annotations

from chassis.domain import day_of
from services.inspection.documents.composed.matter import (
    Matter,
    happened,
    local,
    matter_of,
    remedies,
    required,
    rules_cited,
)
from services.inspection.documents.composed.onsite import decided_on_site
from services.inspection.documents.supply import SupplyResumptionNotice, SupplyStopDecision, SupplyStopNotice
from services.inspection.domain.measures.measure import MeasureState
from services.inspection.domain.measures.supply_cut import SupplyCut, requested
from services.inspection.domain.measures.suspension import SuspensionOrdered

SUPPLIES = {"power": "供电", "explosives": "供应民用爆炸物品"}
RESTORATION = "power-restoration"


def stop_notice(matter: Matter, measure: MeasureState) -> SupplyStopNotice:
    """Form 12, to the supplier: which decision is not carried out, and from when on what is not supplied to the unit."""
    state = matter_of(measure, SupplyCut, "12")
    asked, event, decision = requested(state), happened(state.notified, "12"), _disobeyed(matter, "12")
    return SupplyStopNotice(
        addressee=asked.supplier, unit=matter.plan.enterprise_name, decided_on=decision.decided_on, decision=_decided(decision),
        basis=asked.basis, measure=f"停止{SUPPLIES[asked.supply]}", from_at=local(event.cut_from), organ=matter.plan.organ,
        issued_on=day_of(event.notified_at),
    )  # fmt: skip


def stop_decision(matter: Matter, measure: MeasureState) -> SupplyStopDecision:
    """Form 13, to the unit: the same, and what it may do against it."""
    state = matter_of(measure, SupplyCut, "13")
    asked, event, decision = requested(state), happened(state.notified, "13"), _disobeyed(matter, "13")
    return SupplyStopDecision(
        addressee=matter.plan.enterprise_name, decided_on=decision.decided_on, decision=_decided(decision), basis=asked.basis,
        measure=f"停止{SUPPLIES[asked.supply]}", from_at=local(event.cut_from), remedies=remedies(matter),
        organ=matter.plan.organ, issued_on=day_of(event.notified_at),
    )  # fmt: skip


def resumption_notice(matter: Matter, measure: MeasureState) -> SupplyResumptionNotice:
    """Form 14, to the supplier (rule `power-restoration`). From which moment it supplies again, no event tells: `from_at`.

    The unit complied on the day on which it was restored, unless the officer names another (`complied_on`).
    """
    state = matter_of(measure, SupplyCut, "14")
    asked, notified, event = requested(state), happened(state.notified, "14"), happened(state.restored, "14")
    supply = SUPPLIES[asked.supply]
    return SupplyResumptionNotice(
        addressee=asked.supplier, unit=matter.plan.enterprise_name, supply=supply, measure=f"停止{supply}",
        stopped_on=day_of(state.cut.cut_at if state.cut is not None else notified.notified_at), complied_on=event.restored_on,
        basis=rules_cited(matter, RESTORATION), from_at=required(matter, "from_at"), organ=matter.plan.organ,
        issued_on=event.restored_on,
    )  # fmt: skip


def _disobeyed(matter: Matter, form: str) -> SuspensionOrdered:
    return happened(matter.disobeyed.ordered if matter.disobeyed is not None else None, form)


def _decided(decision: SuspensionOrdered) -> str:
    return "；".join(decided_on_site(decision.targets))
