"""The clocks of penalties decided on the spot: by when they are reported, by when their cash is at the organ and at the bank."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.deadlines import Arm, Disarm
from chassis.domain import Event
from chassis.envelope import Sequenced
from services.penalty.domain.spot_events import (
    CashCollected,
    CashDeposited,
    CashEntryStruck,
    CashHandedOver,
    SpotPenaltyDecided,
    SpotPenaltyReported,
)
from services.penalty.projections.arming import arm_by_day

SPOT_REPORT, CASH_TO_ORGAN, CASH_TO_BANK = "on-the-spot-report", "cash-to-agency", "cash-to-bank"


def spot_deadlines(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    """What an event sets running, and what it ends."""
    match event:
        case SpotPenaltyDecided() as e:
            yield arm_by_day(sequenced, SPOT_REPORT, e.spot_id, e.report_by)
        case SpotPenaltyReported() as e:
            yield Disarm(id=f"{SPOT_REPORT}:{e.spot_id}")
        case CashCollected() as e:
            yield arm_by_day(sequenced, CASH_TO_ORGAN, e.spot_id, e.hand_over_by)
        case CashHandedOver() as e:
            yield Disarm(id=f"{CASH_TO_ORGAN}:{e.spot_id}")
            yield arm_by_day(sequenced, CASH_TO_BANK, e.spot_id, e.deposit_by)
        case CashDeposited() as e:
            yield Disarm(id=f"{CASH_TO_BANK}:{e.spot_id}")
        case CashEntryStruck() as e:
            for kind, due_on in ((CASH_TO_ORGAN, e.hand_over_by), (CASH_TO_BANK, e.deposit_by)):
                yield arm_by_day(sequenced, kind, e.spot_id, due_on) if due_on else Disarm(id=f"{kind}:{e.spot_id}")
