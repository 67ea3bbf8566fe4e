"""What waits without a period of the law: the proposal to close an enterprise, from the day on which it is due."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.calendar import end_of
from chassis.deadlines import Arm, Disarm
from chassis.domain import Event
from chassis.envelope import Sequenced
from services.penalty.domain.parties import UNIT
from services.penalty.domain.standing_events import ClosureDue, ClosureFell, ClosureProposed

CLOSURE = "closure-proposal"


def awaited(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    """What an event puts into the calendar, and takes out of it; nothing fires, for no period runs out."""
    match event:
        case ClosureDue() as e:
            yield Arm(
                id=f"{CLOSURE}:{e.case_id}", kind=CLOSURE, key=e.case_id, due_at=end_of(e.reached_on),
                district=sequenced.envelope.district, detail={"due_on": e.reached_on.isoformat(), "party_id": UNIT},
            )  # fmt: skip
        case ClosureProposed() | ClosureFell() as e:
            yield Disarm(id=f"{CLOSURE}:{e.case_id}")
