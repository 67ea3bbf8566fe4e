"""The clocks of remedies: until when each right may be used; neither runs out while a remedy is pending."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chassis.deadlines import Arm, Disarm
from chassis.domain import Event
from chassis.envelope import Sequenced
from services.penalty.domain import region_key
from services.penalty.domain.remedy_events import (
    JudgmentTookEffect,
    RemediesOpened,
    RemedyAccepted,
    RemedyDecided,
    RemedyNotAccepted,
    RemedySought,
    RemedyWithdrawn,
)
from services.penalty.domain.rulebook import LITIGATION_AFTER
from services.penalty.projections.arming import party_clock

RECONSIDERATION_RIGHT, LITIGATION_RIGHT = "reconsideration-right", "litigation-right"


def remedy_deadlines(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    """What an event of a remedy sets running, and what it ends; a late application ends nothing before it is accepted."""
    match event:
        case RemediesOpened() | RemedyNotAccepted() | RemedyWithdrawn() as e:
            key = region_key(e.case_id, e.party_id)
            return _clocks(sequenced, key, e.reconsideration_due_on, e.litigation_due_on)
        case RemedyDecided() as e:
            return _clocks(sequenced, region_key(e.case_id, e.party_id), None, e.litigation_due_on, LITIGATION_AFTER)
        case RemedySought() as e if not e.late:
            return _clocks(sequenced, region_key(e.case_id, e.party_id), None, None)
        case RemedyAccepted() | JudgmentTookEffect() as e:
            return _clocks(sequenced, region_key(e.case_id, e.party_id), None, None)
        case _:
            return []


def _clocks(
    sequenced: Sequenced, key: str, reconsideration: date | None, litigation: date | None, period: str = ""
) -> list[Arm | Disarm]:
    first = party_clock(sequenced, RECONSIDERATION_RIGHT, key, reconsideration)
    return [first, party_clock(sequenced, LITIGATION_RIGHT, key, litigation, period)]
