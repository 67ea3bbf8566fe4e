"""The deadlines of cases and payments: what an event sets running, and what it ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chassis.calendar import end_of
from chassis.deadlines import Arm, Disarm
from chassis.domain import Event
from chassis.envelope import Sequenced
from services.penalty.domain import (
    CaseFiled,
    InvestigationClosed,
    NoticeServed,
    PenaltyDecided,
    StatementMade,
    StatementWaived,
)
from services.penalty.projections.enforcement_clocks import enforcement_deadlines
from services.penalty.projections.payment_clocks import payment_deadlines
from services.penalty.projections.remedy_clocks import remedy_deadlines
from services.penalty.projections.spot_clocks import spot_deadlines

STATEMENT, DECISION = "statement", "case-limit"


def deadlines(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    """What an event sets running, and what it ends."""
    match event:
        case CaseFiled() as e:
            return [_arm(sequenced, DECISION, e.case_id, e.decision_due_on)]
        case NoticeServed() as e:
            return [_arm(sequenced, STATEMENT, e.case_id, e.statement_due_on)]
        case StatementMade() | StatementWaived() | InvestigationClosed() as e:
            return [Disarm(id=f"{STATEMENT}:{e.case_id}")]
        case PenaltyDecided() as e:
            return [Disarm(id=f"{DECISION}:{e.case_id}"), Disarm(id=f"{STATEMENT}:{e.case_id}")]
        case _:
            regions = (payment_deadlines, remedy_deadlines, enforcement_deadlines, spot_deadlines)
            return [change for region in regions for change in region(sequenced, event)]


def _arm(sequenced: Sequenced, kind: str, case_id: str, due_on: date) -> Arm:
    envelope = sequenced.envelope
    return Arm(
        id=f"{kind}:{case_id}", kind=kind, key=case_id, due_at=end_of(due_on), district=envelope.district,
        detail={"due_on": due_on.isoformat(), "rulebook": envelope.rulebook},
    )  # fmt: skip
