"""One hazard: found → ordered → reported → rectified, or failed and reported again; referred to penalty beside that.

It ends rectified (a re-inspection passed it, or it was corrected at once), or closed by a decision that says why not.
"""

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
from services.inspection.domain.hazard_events import (
    Ground,
    HazardClosed,
    HazardCorrected,
    HazardExtended,
    HazardRestored,
    HazardWithdrawn,
    SupervisionLifted,
    SupervisionOpened,
)
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Due, Rules

Status = Literal["none", "found", "withdrawn", "ordered", "reported", "rectified", "failed", "closed"]
ENDED = ("rectified", "closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervise:
    """List a hazard: which organ supervises, what is to be done, by when."""

    supervision_id: str
    organ_id: str
    organ: str
    measures: str
    due_on: date


@dataclass(frozen=True, slots=True)
class HazardState:
    """A hazard as its events tell it."""

    status: Status = "none"
    found: HazardFound | None = None
    order_id: str | None = None
    due_on: date | None = None
    referral_id: str | None = None
    supervision: SupervisionOpened | None = None
    closed: HazardClosed | None = None
    corrected: HazardCorrected | None = None
    reported_on: date | None = None

    @property
    def is_told(self) -> bool:
        """Whether the enterprise was told of it: an order holds it, it was put right at once, or it was closed."""
        return self.order_id is not None or self.status in ENDED

    @property
    def files(self) -> tuple[str, ...]:
        """The hashes of all files that its events name."""
        return tuple(sha256 for event in (self.found, self.corrected) if event is not None for sha256 in event.photos)


def evolve_hazard(state: HazardState, event: Event) -> HazardState:
    """The hazard after one more event."""
    match event:
        case HazardFound():
            return replace(state, status="found", found=event)
        case HazardOrdered():
            return replace(state, status="ordered", order_id=event.order_id, due_on=event.due_on)
        case HazardReported():
            return replace(state, status="reported", reported_on=event.reported_on)
        case HazardRectified():
            return replace(state, status="rectified")
        case ReInspectionFailed():
            return replace(state, status="failed")
        case HazardReferred():
            return replace(state, referral_id=event.referral_id)
        case _:
            return _evolve_further(state, event)


def _evolve_further(state: HazardState, event: Event) -> HazardState:
    match event:
        case HazardWithdrawn():
            return replace(state, status="withdrawn")
        case HazardRestored():
            return replace(state, status="found")
        case HazardCorrected():
            return replace(state, status="rectified", corrected=event)
        case HazardClosed():
            return replace(state, status="closed", closed=event)
        case HazardExtended():
            return replace(state, due_on=event.due_on)
        case SupervisionOpened():
            return replace(state, supervision=event)
        case SupervisionLifted():
            return replace(state, supervision=None)
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


def follow_answers(state: HazardState, stands: bool) -> list[Event]:
    """Withdraw a hazard of which no answer consists any more, restore one of which an answer does again.

    Only as long as nothing was ordered: what an order holds is dealt with by the order.
    """
    finding = found(state)
    if state.status == "found" and not stands:
        return [HazardWithdrawn(hazard_id=finding.hazard_id, inspection_id=finding.inspection_id)]
    if state.status == "withdrawn" and stands:
        return [HazardRestored(hazard_id=finding.hazard_id, inspection_id=finding.inspection_id)]
    return []


def correct(
    state: HazardState, how: str, photos: tuple[str, ...], day: date, rules: Rules, latest: Due | None = None
) -> list[Event]:
    """Note that a general hazard was put right at once, under the officers' eyes (rule `inspection-powers`).

    `latest` is the last day that still is at once (R07-correction-at-once); None where the rulebook has no such period. Refused
    `major-not-corrected-at-once`, `already-ordered`, `hazard-ended`, `no-more-at-once`.
    """
    finding = found(state)
    if state.status == "rectified" and state.order_id is None:
        return []
    _check_open(state, rules)
    if state.order_id is not None:
        raise refused("already-ordered", rules, hazard_id=finding.hazard_id)
    if finding.severity == "major":
        raise refused("major-not-corrected-at-once", rules, hazard_id=finding.hazard_id)
    if latest is not None and day > latest.on:
        raise refused("no-more-at-once", rules, hazard_id=finding.hazard_id, latest=latest.on.isoformat())
    return [
        HazardCorrected(
            hazard_id=finding.hazard_id, inspection_id=finding.inspection_id, corrected_on=day, how=how, photos=photos
        )
    ]  # fmt: skip


def close(state: HazardState, ground: Ground, reason: str, day: date, rules: Rules) -> list[Event]:
    """Decide that the hazard is not followed any further, for a stated reason. Refused `hazard-ended`, `under-supervision`."""
    _check_open(state, rules)
    if state.supervision is not None:
        raise refused("under-supervision", rules, hazard_id=found(state).hazard_id)
    return [HazardClosed(hazard_id=found(state).hazard_id, order_id=state.order_id, ground=ground, reason=reason, closed_on=day)]


def supervise(state: HazardState, command: Supervise, day: date, rules: Rules) -> list[Event]:
    """List a major hazard and supervise its cure (rule `major-hazard-supervision`).

    Refused `not-major`, `hazard-ended`, `already-supervised`, `due-before-issue`.
    """
    finding = found(state)
    if finding.severity != "major":
        raise refused("not-major", rules, hazard_id=finding.hazard_id)
    _check_open(state, rules)
    if state.supervision is not None:
        raise refused("already-supervised", rules, hazard_id=finding.hazard_id)
    if command.due_on < day:
        raise refused("due-before-issue", rules, hazard_id=finding.hazard_id, due_on=command.due_on.isoformat())
    return [
        SupervisionOpened(
            hazard_id=finding.hazard_id, supervision_id=command.supervision_id, organ_id=command.organ_id, organ=command.organ,
            measures=command.measures, opened_on=day, due_on=command.due_on,
        )
    ]  # fmt: skip


def lift_supervision(state: HazardState, reason: str, day: date, rules: Rules) -> list[Event]:
    """End the supervision of a hazard that a re-inspection passed. Refused `not-supervised`, `not-rectified`."""
    if state.supervision is None:
        raise refused("not-supervised", rules, hazard_id=found(state).hazard_id)
    if state.status != "rectified":
        raise refused("not-rectified", rules, hazard_id=found(state).hazard_id)
    return [
        SupervisionLifted(
            hazard_id=found(state).hazard_id, supervision_id=state.supervision.supervision_id, lifted_on=day, reason=reason
        )
    ]


def _check_open(state: HazardState, rules: Rules) -> None:
    if state.status in (*ENDED, "withdrawn"):
        raise refused("hazard-ended", rules, hazard_id=found(state).hazard_id)


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
    _check_open(state, rules)
    return [HazardOrdered(hazard_id=finding.hazard_id, order_id=order_id, due_on=due_on)]


def extend(state: HazardState, order_id: str, due_on: date, rules: Rules) -> list[Event]:
    """Another last day for a hazard of an order; nothing if that is its day, or if it is no more to be put right."""
    hazard_id = _in_order(state, order_id, rules)
    if state.status != "ordered" or state.due_on == due_on:
        return []
    return [HazardExtended(hazard_id=hazard_id, order_id=order_id, due_on=due_on)]


def report(state: HazardState, order_id: str, day: date, rules: Rules) -> list[Event]:
    """Note that the enterprise reports the hazard gone."""
    hazard_id = _in_order(state, order_id, rules)
    if state.status == "closed":
        raise refused("hazard-ended", rules, hazard_id=hazard_id)
    if state.status in ("reported", "rectified"):
        raise refused(f"already-{state.status}", rules, hazard_id=hazard_id)
    return [HazardReported(hazard_id=hazard_id, order_id=order_id, reported_on=day)]


def re_inspect(state: HazardState, order_id: str, result: ReinspectionResult, day: date, rules: Rules) -> list[Event]:
    """Pass or fail the hazard: after it was reported, or after its last day; after a failure only when reported again."""
    hazard_id = _in_order(state, order_id, rules)
    if state.status == "closed":
        raise refused("hazard-ended", rules, hazard_id=hazard_id)
    if state.status == "rectified":
        raise refused("already-rectified", rules, hazard_id=hazard_id)
    if state.status == "failed":
        raise refused("report-first", rules, hazard_id=hazard_id)
    if state.status == "ordered" and (state.due_on is None or day <= state.due_on):
        raise refused("re-inspection-too-early", rules, hazard_id=hazard_id)
    if state.status == "reported" and state.reported_on is not None and day < state.reported_on:
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
