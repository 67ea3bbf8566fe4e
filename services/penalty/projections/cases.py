"""The case list with the clock of each case that runs out first."""

from __future__ import annotations

from typing import Any

from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch
from services.penalty.domain import (
    CaseClosed,
    CaseFiled,
    CaseOverdue,
    ClueRegistered,
    DecisionServed,
    FilingRequested,
    InvestigationClosed,
    LegalReviewPassed,
    LegalReviewReturned,
    NoticeServed,
    PaymentOverdue,
    PaymentReceived,
    PaymentSettled,
    PenaltyDecided,
    StatementLapsed,
    StatementMade,
    StatementWaived,
)
from services.penalty.domain.payment_events import DeferralApproved, PaymentRevoked, RefundMade
from services.penalty.projections.clocks import DECISION, STATEMENT
from services.penalty.projections.payment_clocks import PAYMENT

NO_CLOCK = "infinity"  # of PostgreSQL; sorts after every ISO date too


async def project_cases(batch: Batch) -> None:
    """Fold events into the case list."""
    decoded = [(sequenced, batch.event(sequenced)) for sequenced in batch.events]
    about = [(sequenced, event) for sequenced, event in decoded if _is_about_a_case(sequenced)]
    rows = await batch.rows("case_list", [_case_id(event) for _, event in about])
    for sequenced, event in about:
        case_id = _case_id(event)
        row = _opened(sequenced, event) if isinstance(event, ClueRegistered) else rows.get(case_id)
        if row is not None:
            changed = {**row, **_changes(row, event)}
            version = {"version": sequenced.envelope.version} if _of_case(sequenced) else {}
            rows.put(case_id, {**changed, **_clock(changed), **version})


def _case_id(event: Any) -> str:
    return str(event.case_id)


def _is_about_a_case(sequenced: Sequenced) -> bool:
    """Events of series and of bank transfers name the case that they serve and change nothing of it."""
    return sequenced.envelope.stream_id.partition(":")[0] in ("case", "payment")


def _of_case(sequenced: Sequenced) -> bool:
    return sequenced.envelope.stream_id.startswith("case:")


def _opened(sequenced: Sequenced, e: ClueRegistered) -> dict[str, Any]:
    return {
        "case_id": e.case_id, "district": sequenced.envelope.district, "state": "clue", "case_no": None, "cause": None,
        "enterprise_id": e.enterprise_id, "enterprise_name": e.party.name, "organ_id": e.organ_id, "organ": e.organ,
        "level": e.level, "act_date": e.act_date.isoformat(), "filed_on": None, "decision_due_on": None,
        "statement_due_on": None, "payment_due_on": None, "decided_on": None, "closed_on": None, "intended_fen": None,
        "total_fen": None, "paid_fen": 0, "overdue": False, "payment_overdue": False, "review": None, "clock": None,
        "clock_on": NO_CLOCK, "version": 1,
    }  # fmt: skip


def _changes(row: dict[str, Any], event: Event) -> dict[str, Any]:
    match event:
        case FilingRequested() as e:
            return {"state": "filing-requested", "cause": e.cause}
        case CaseFiled() as e:
            return {
                "state": "investigating", "case_no": e.case_no, "filed_on": e.filed_on.isoformat(),
                "decision_due_on": e.decision_due_on.isoformat(),
            }  # fmt: skip
        case InvestigationClosed() as e:
            review = "required" if e.review_grounds else None
            return {"state": "investigated", "intended_fen": e.proposed_fen, "statement_due_on": None, "review": review}
        case LegalReviewPassed():
            return {"review": "passed"}
        case LegalReviewReturned():
            return {"review": "returned"}
        case CaseOverdue():
            return {"overdue": True}
        case CaseClosed() as e:
            return {"state": "closed", "closed_on": e.closed_on.isoformat()}
        case _:
            return _changes_after_notice(row, event)


def _changes_after_notice(row: dict[str, Any], event: Event) -> dict[str, Any]:
    match event:
        case NoticeServed() as e:
            return {"state": "noticed", "statement_due_on": e.statement_due_on.isoformat()}
        case StatementMade() | StatementWaived() | StatementLapsed():
            return {"statement_due_on": None}
        case PenaltyDecided() as e:
            return {"state": "decided", "decided_on": e.decided_on.isoformat(), "total_fen": e.total_fen}
        case DecisionServed() as e:
            return {"state": "served", "payment_due_on": e.payment_due_on.isoformat()}
        case PaymentReceived() as e:
            return {"paid_fen": row["paid_fen"] + e.amount_fen}
        case RefundMade() as e:
            return {"paid_fen": row["paid_fen"] - e.amount_fen}
        case DeferralApproved() as e:
            return {"payment_due_on": e.instalments[-1].due_on.isoformat()}
        case PaymentSettled() | PaymentRevoked():
            return {"payment_due_on": None, "payment_overdue": False}
        case PaymentOverdue():
            return {"payment_overdue": True}
        case _:
            return {}


def _clock(row: dict[str, Any]) -> dict[str, Any]:
    """The clock of the case that runs out first."""
    running = []
    if row["state"] in ("investigating", "investigated", "noticed"):
        running = [(row["decision_due_on"], DECISION), (row["statement_due_on"], STATEMENT)]
    if row["state"] == "served":
        running = [(row["payment_due_on"], PAYMENT)]
    due_on, clock = min(((due, kind) for due, kind in running if due is not None), default=(NO_CLOCK, None))
    return {"clock": clock, "clock_on": due_on}
