"""What becomes of a hazard beside its order: corrected at once, closed by decision, supervised."""

from __future__ import annotations

from chassis.domain import day_of
from chassis.runner import Work
from services.inspection import queries
from services.inspection.commands.deciding import due_of, rules_of
from services.inspection.domain import hazard as hazards
from services.inspection.domain import order as orders
from services.inspection.domain.hazard import HAZARD, Supervise
from services.inspection.domain.hazard_events import Ground
from services.inspection.domain.order import ORDER
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import CORRECTION_AT_ONCE


async def correct(work: Work, hazard_id: str, how: str, photos: tuple[str, ...]) -> None:
    """Note that a hazard was put right at once."""
    hazard = await work.existing(HAZARD, hazard_id)
    rules = await rules_of(work)
    latest = due_of(rules, rules.periods.get(CORRECTION_AT_ONCE), hazards.found(hazard.state).found_on)
    work.append(hazard, hazards.correct(hazard.state, how, photos, day_of(work.at), rules, latest))


async def close(work: Work, hazard_id: str, ground: Ground, reason: str) -> None:
    """Decide that a hazard is not followed any further; its order then does without it."""
    hazard = await work.existing(HAZARD, hazard_id)
    rules = await rules_of(work)
    events = hazards.close(hazard.state, ground, reason, day_of(work.at), rules)
    work.append(hazard, events)
    if hazard.state.order_id is not None and events:
        order = await work.existing(ORDER, hazard.state.order_id)
        work.append(order, orders.relieve(order.state, hazard_id))


async def supervise(work: Work, hazard_id: str, command: Supervise) -> None:
    """List a major hazard; the organ that supervises must be one that is known."""
    hazard = await work.existing(HAZARD, hazard_id)
    rules = await rules_of(work)
    if await queries.organ(work.read, command.organ_id) is None:
        raise refused("organ-unknown", rules, organ_id=command.organ_id)
    work.append(hazard, hazards.supervise(hazard.state, command, day_of(work.at), rules))


async def lift_supervision(work: Work, hazard_id: str, reason: str) -> None:
    """End the supervision of a hazard."""
    hazard = await work.existing(HAZARD, hazard_id)
    work.append(hazard, hazards.lift_supervision(hazard.state, reason, day_of(work.at), await rules_of(work)))
