"""The clocks of a transfer: by when the principal decides, the case is handed over, and the police answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chassis.deadlines import Arm, Disarm
from chassis.domain import Event
from chassis.envelope import Sequenced
from services.penalty.domain.transfer_events import (
    CaseTransferred,
    TransferAnswered,
    TransferApproved,
    TransferDenied,
    TransferReported,
)
from services.penalty.projections.arming import arm_by_day

TRANSFER_DECISION, TRANSFER_HANDOVER, TRANSFER_ANSWER = "transfer-decision", "transfer-handover", "transfer-answer"


def transfer_deadlines(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    """What an event sets running, and what it ends."""
    match event:
        case TransferReported(decide_by=date() as by) as e:
            yield arm_by_day(sequenced, TRANSFER_DECISION, e.case_id, by)
        case TransferApproved() | TransferDenied() as e:
            yield Disarm(id=f"{TRANSFER_DECISION}:{e.case_id}")
            if isinstance(e, TransferApproved) and e.hand_over_by is not None:
                detail = {"due_at": e.hand_over_by.isoformat(), "rulebook": sequenced.envelope.rulebook}
                yield Arm(
                    id=f"{TRANSFER_HANDOVER}:{e.case_id}", kind=TRANSFER_HANDOVER, key=e.case_id, due_at=e.hand_over_by,
                    district=sequenced.envelope.district, detail=detail,
                )  # fmt: skip
        case CaseTransferred() as e:
            yield Disarm(id=f"{TRANSFER_HANDOVER}:{e.case_id}")
            if e.answer_by is not None:
                yield arm_by_day(sequenced, TRANSFER_ANSWER, e.case_id, e.answer_by)
        case TransferAnswered() as e:
            yield Disarm(id=f"{TRANSFER_ANSWER}:{e.case_id}")
