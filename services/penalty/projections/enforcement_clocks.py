"""The clocks of enforcement: from when a court may be asked, and until when."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.deadlines import Arm, Disarm
from chassis.domain import Event
from chassis.envelope import Sequenced
from services.penalty.domain import region_key
from services.penalty.domain.enforcement_events import (
    CourtAsked,
    CourtPeriodBegan,
    DemandServed,
    EnforcementEnded,
    EnforcementVoided,
)
from services.penalty.projections.arming import party_clock

COURT_ALLOWED, COURT_RIGHT = "court-application-allowed", "court-right"


def enforcement_deadlines(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    """What an event of enforcement sets running, and what it ends; neither runs while a court is at it."""
    match event:
        case DemandServed(purpose="court") as e:
            yield party_clock(sequenced, COURT_ALLOWED, region_key(e.case_id, e.party_id), e.wait_until)
        case CourtPeriodBegan() | EnforcementEnded() as e:
            yield party_clock(sequenced, COURT_RIGHT, region_key(e.case_id, e.party_id), e.due_on)
        case CourtAsked() | EnforcementVoided() as e:
            yield party_clock(sequenced, COURT_RIGHT, region_key(e.case_id, e.party_id), None)
            yield party_clock(sequenced, COURT_ALLOWED, region_key(e.case_id, e.party_id), None)
