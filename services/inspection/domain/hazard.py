"""One hazard: found → ordered → reported → rectified, or failed and reported again; referred to penalty beside that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from chassis.domain import Event, Stream
from services.inspection.domain.events import (
    HazardFound,
    HazardOrdered,
    HazardRectified,
    HazardReferred,
    HazardReported,
    ReInspectionFailed,
    ReinspectionResult,
)
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Rules

Status = Literal["none", "found", "ordered", "reported", "rectified", "failed"]


@dataclass(frozen=True, slots=True)
class HazardState:
    """A hazard as its events tell it."""

    status: Status = "none"
    found: HazardFound | None = None
    order_id: str | None = None
    due_on: date | None = None
    referral_id: str | None = None


def evolve_hazard(state: HazardState, event: Event) -> HazardState:
    """The hazard after one more event."""
    match event:
        case HazardFound():
            return replace(state, status="found", found=event)
        case HazardOrdered():
            return replace(state, status="ordered", order_id=event.order_id, due_on=event.due_on)
        case HazardReported():
            return replace(state, status="reported")
        case HazardRectified():
            return replace(state, status="rectified")
        case ReInspectionFailed():
            return replace(state, status="failed")
        case HazardReferred():
            return replace(state, referral_id=event.referral_id)
        case _:
            return state


HAZARD = Stream("hazard", HazardState(), evolve_hazard)


def find(state: HazardState, finding: HazardFound) -> list[Event]:
    """Record a hazard under an id that no hazard has; a repeat that says the same changes nothing."""
    if state.found is None:
        return [finding]
    if replace(finding, found_on=state.found.found_on) != state.found:
        raise refused("hazard-exists", hazard_id=finding.hazard_id)
    return []


def found(state: HazardState) -> HazardFound:
    """How a hazard that exists was found; whoever asks has loaded an existing stream."""
    if state.found is None:
        raise ValueError("the hazard was not found")
    return state.found


def of_inspection(state: HazardState, inspection_id: str, rules: Rules) -> HazardFound:
    """How the hazard was found at this inspection; refused if it was found at another one."""
    finding = found(state)
    if finding.inspection_id != inspection_id:
        raise refused("hazard-of-another-inspection", rules, hazard_id=finding.hazard_id)
    return finding


def order(state: HazardState, inspection_id: str, order_id: str, due_on: date, rules: Rules) -> list[Event]:
    """Put the hazard into an order of its inspection: the only one it is ever in."""
    finding = of_inspection(state, inspection_id, rules)
    if state.order_id is not None:
        raise refused("already-ordered", rules, hazard_id=finding.hazard_id)
    return [HazardOrdered(hazard_id=finding.hazard_id, order_id=order_id, due_on=due_on)]


def report(state: HazardState, order_id: str, day: date, rules: Rules) -> list[Event]:
    """Note that the enterprise reports the hazard gone."""
    hazard_id = _in_order(state, order_id, rules)
    if state.status in ("reported", "rectified"):
        raise refused(f"already-{state.status}", rules, hazard_id=hazard_id)
    return [HazardReported(hazard_id=hazard_id, order_id=order_id, reported_on=day)]


def re_inspect(state: HazardState, order_id: str, result: ReinspectionResult, day: date, rules: Rules) -> list[Event]:
    """Pass or fail the hazard: after it was reported, or after its last day; after a failure only when reported again."""
    hazard_id = _in_order(state, order_id, rules)
    if state.status == "rectified":
        raise refused("already-rectified", rules, hazard_id=hazard_id)
    if state.status == "failed":
        raise refused("report-first", rules, hazard_id=hazard_id)
    if state.status == "ordered" and (state.due_on is None or day <= state.due_on):
        raise refused("re-inspection-too-early", rules, hazard_id=hazard_id)
    if result.passed:
        return [HazardRectified(hazard_id=hazard_id, order_id=order_id, re_inspected_on=day)]
    return [ReInspectionFailed(hazard_id=hazard_id, order_id=order_id, re_inspected_on=day, note=result.note)]


def refer(state: HazardState, inspection_id: str, referral_id: str, rules: Rules) -> list[Event]:
    """Refer the hazard to penalty as an act, once; rectification goes on whatever its state (rule `one-act-one-fine`)."""
    finding = of_inspection(state, inspection_id, rules)
    if state.referral_id is not None:
        raise refused("already-referred", rules, hazard_id=finding.hazard_id)
    return [HazardReferred(hazard_id=finding.hazard_id, referral_id=referral_id)]


def _in_order(state: HazardState, order_id: str, rules: Rules) -> str:
    hazard_id = found(state).hazard_id
    if state.order_id != order_id:
        raise refused("not-in-order", rules, hazard_id=hazard_id)
    return hazard_id
