"""The clocks of penalties decided on the spot: by when they are reported, by when their cash is at the organ and at the bank."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chassis.calendar import end_of
from chassis.deadlines import Arm, Disarm
from chassis.domain import Event
from chassis.envelope import Sequenced
from services.penalty.domain.spot_events import (
    CashCollected,
    CashDeposited,
    CashHandedOver,
    SpotPenaltyDecided,
    SpotPenaltyReported,
)

SPOT_REPORT, CASH_TO_ORGAN, CASH_TO_BANK = "on-the-spot-report", "cash-to-agency", "cash-to-bank"


def spot_deadlines(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    """What an event sets running, and what it ends."""
    match event:
        case SpotPenaltyDecided() as e:
            yield _arm(sequenced, SPOT_REPORT, e.spot_id, e.report_by)
        case SpotPenaltyReported() as e:
            yield Disarm(id=f"{SPOT_REPORT}:{e.spot_id}")
        case CashCollected() as e:
            yield _arm(sequenced, CASH_TO_ORGAN, e.spot_id, e.hand_over_by)
        case CashHandedOver() as e:
            yield Disarm(id=f"{CASH_TO_ORGAN}:{e.spot_id}")
            yield _arm(sequenced, CASH_TO_BANK, e.spot_id, e.deposit_by)
        case CashDeposited() as e:
            yield Disarm(id=f"{CASH_TO_BANK}:{e.spot_id}")


def _arm(sequenced: Sequenced, kind: str, spot_id: str, due_on: date) -> Arm:
    envelope = sequenced.envelope
    return Arm(
        id=f"{kind}:{spot_id}", kind=kind, key=spot_id, due_at=end_of(due_on), district=envelope.district,
        detail={"due_on": due_on.isoformat(), "rulebook": envelope.rulebook},
    )  # fmt: skip
