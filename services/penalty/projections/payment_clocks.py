"""The clocks of payments: by when the fine, or each instalment, is due, and when its surcharge will grow no more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import accumulate

from chassis.deadlines import Arm, Disarm
from chassis.domain import Event
from chassis.envelope import Sequenced
from services.penalty.domain import PaymentOpened, PaymentSettled, region_key
from services.penalty.domain.payment_events import (
    DeferralApproved,
    PaymentReversed,
    PaymentRevoked,
    SurchargeCapReached,
    SurchargeReckoned,
)
from services.penalty.projections.arming import arm_by_day

PAYMENT, INSTALMENT, CAP = "payment-due", "instalment-due", "surcharge-cap"


def payment_deadlines(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    """What an event sets running, and what it ends.

    An instalment's clock runs to its end, unless the decision is revoked: on its day it is looked whether it is missing. What
    was shown as covered counts again when the payment is taken back; a clock that has fired does not fire for the same day again.
    """
    match event:
        case PaymentOpened():
            yield arm_by_day(sequenced, PAYMENT, region_key(event.case_id, event.party_id), event.due_on)
        case DeferralApproved():
            key = region_key(event.case_id, event.party_id)
            yield from _stop(key)
            for part, fallen in zip(event.instalments, accumulate(part.amount_fen for part in event.instalments), strict=True):
                yield arm_by_day(sequenced, INSTALMENT, key, part.due_on, f"/{part.number}", covered_by=fallen)
        case SurchargeReckoned(cap_on=date() as cap_on):
            yield arm_by_day(sequenced, CAP, region_key(event.case_id, event.party_id), cap_on)
        case SurchargeReckoned() | SurchargeCapReached():
            yield Disarm(id=f"{CAP}:{region_key(event.case_id, event.party_id)}")
        case PaymentRevoked():
            key = region_key(event.case_id, event.party_id)
            yield from _stop(key)
            for number in range(1, event.instalments + 1):
                yield Disarm(id=f"{INSTALMENT}:{key}/{number}")
        case PaymentReversed():
            key = region_key(event.case_id, event.party_id)
            if event.due_on is not None:
                yield arm_by_day(sequenced, PAYMENT, key, event.due_on)
            for one in event.instalments:
                yield arm_by_day(sequenced, INSTALMENT, key, one.due_on, f"/{one.number}", covered_by=one.missing_fen)
        case PaymentSettled():
            yield from _stop(region_key(event.case_id, event.party_id))


def _stop(key: str) -> Iterable[Disarm]:
    yield Disarm(id=f"{PAYMENT}:{key}")
    yield Disarm(id=f"{CAP}:{key}")
