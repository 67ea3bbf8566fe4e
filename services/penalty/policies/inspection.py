"""What penalty does when inspection says something: the clue of a referral, and where each hazard's rectification stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chassis.policy import Reaction, Received
from chassis.runner import Work
from services.penalty import domain
from services.penalty.commands import filing

MAJOR = "major"
NOTE_REFERRED = """
INSERT INTO hazards (hazard_id, enterprise_id, district, state)
SELECT hazard_id, $2, $3, 'referred' FROM unnest($1::text[]) AS hazard_id
ON CONFLICT (hazard_id) DO NOTHING
"""
NOTE_HAZARD = """
INSERT INTO hazards (hazard_id, enterprise_id, district, state, due_on, overdue, ordered_on, failed_on)
VALUES ($1, $2, $3, $4, $5, $4 = 'failed', $6, $7)
ON CONFLICT (hazard_id) DO UPDATE
SET state = $4, due_on = coalesce($5, hazards.due_on), overdue = hazards.overdue OR EXCLUDED.overdue,
    ordered_on = coalesce($6, hazards.ordered_on), failed_on = coalesce($7, hazards.failed_on)
"""
NOTE_MAJOR = "INSERT INTO major_hazards (hazard_id, found_on) VALUES ($1, $2) ON CONFLICT (hazard_id) DO NOTHING"


@dataclass(frozen=True, slots=True)
class ReferredAct:
    """inspection: one act that is referred."""

    hazard_id: str
    item_code: str
    fact: str


@dataclass(frozen=True, slots=True)
class ReferredToPenalty:
    """inspection: acts found on site that may be penalised."""

    referral_id: str
    inspection_id: str
    enterprise_id: str
    enterprise_name: str
    uscc: str
    level: str
    organ_id: str
    organ: str
    act_date: date
    acts: tuple[ReferredAct, ...]
    catalogue: str


@dataclass(frozen=True, slots=True)
class OrderedHazard:
    """inspection: a hazard of a rectification order, with its day."""

    hazard_id: str
    due_on: date


@dataclass(frozen=True, slots=True)
class OrderIssued:
    """inspection: hazards must be rectified by a day."""

    enterprise_id: str
    issued_on: date
    hazards: tuple[OrderedHazard, ...]


@dataclass(frozen=True, slots=True)
class HazardFound:
    """inspection: a hazard was seen, general or major."""

    hazard_id: str
    severity: str
    found_on: date


@dataclass(frozen=True, slots=True)
class HazardFailed:
    """inspection: re-inspection found a hazard still there."""

    hazard_id: str
    re_inspected_on: date


@dataclass(frozen=True, slots=True)
class HazardTold:
    """inspection: a hazard passed at re-inspection, was corrected at once, or is not followed any further."""

    hazard_id: str


async def on_referred_to_penalty(work: Work, received: Received) -> None:
    """A referral becomes a clue; what inspection already said about its hazards stands."""
    seen, district = received.read(ReferredToPenalty), received.envelope.district
    await work.change(NOTE_REFERRED, [act.hazard_id for act in seen.acts], seen.enterprise_id, district)
    acts = tuple(domain.CaseAct(hazard_id=a.hazard_id, item_code=a.item_code, fact=a.fact) for a in seen.acts)
    command = domain.RegisterClue(
        case_id=seen.referral_id, inspection_id=seen.inspection_id, enterprise_id=seen.enterprise_id,
        enterprise_name=seen.enterprise_name, uscc=seen.uscc, level=seen.level, organ_id=seen.organ_id, organ=seen.organ,
        act_date=seen.act_date, acts=acts, catalogue=seen.catalogue,
    )  # fmt: skip
    await filing.register_clue(work, command, district)


async def on_order_issued(work: Work, received: Received) -> None:
    """Hazards are to be rectified by their days."""
    seen = received.read(OrderIssued)
    for hazard in seen.hazards:
        district = received.envelope.district
        await work.change(
            NOTE_HAZARD, hazard.hazard_id, seen.enterprise_id, district, "ordered", hazard.due_on, seen.issued_on, None
        )


async def on_hazard_rectified(work: Work, received: Received) -> None:
    """A hazard passed at re-inspection."""
    await _note(work, received, domain.RECTIFIED)


async def on_hazard_corrected(work: Work, received: Received) -> None:
    """A hazard was put right before the officers' eyes, without an order: no re-inspection will follow."""
    await _note(work, received, domain.RECTIFIED)


async def on_hazard_closed(work: Work, received: Received) -> None:
    """It was decided that a hazard is not followed any further, and why."""
    await _note(work, received, domain.CLOSED)


async def on_re_inspection_failed(work: Work, received: Received) -> None:
    """A hazard failed at re-inspection: who was fined for it before refuses to correct it."""
    seen, envelope = received.read(HazardFailed), received.envelope
    await work.change(
        NOTE_HAZARD, seen.hazard_id, envelope.subject, envelope.district, "failed", None, None, seen.re_inspected_on
    )


async def on_hazard_found(work: Work, received: Received) -> None:
    """A major hazard is kept in mind: penalties in whose case it is count towards the closure of the enterprise."""
    seen = received.read(HazardFound)
    if seen.severity == MAJOR:
        await work.change(NOTE_MAJOR, seen.hazard_id, seen.found_on)


async def _note(work: Work, received: Received, state: str) -> None:
    envelope, hazard_id = received.envelope, received.read(HazardTold).hazard_id
    await work.change(NOTE_HAZARD, hazard_id, envelope.subject, envelope.district, state, None, None, None)


REACTIONS: dict[str, Reaction] = {
    "casetrail.inspection.hazard-found.v1": on_hazard_found,
    "casetrail.inspection.referred-to-penalty.v1": on_referred_to_penalty,
    "casetrail.inspection.order-issued.v1": on_order_issued,
    "casetrail.inspection.hazard-rectified.v1": on_hazard_rectified,
    "casetrail.inspection.hazard-corrected.v1": on_hazard_corrected,
    "casetrail.inspection.hazard-closed.v1": on_hazard_closed,
    "casetrail.inspection.re-inspection-failed.v1": on_re_inspection_failed,
}
