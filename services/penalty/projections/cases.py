"""The case list, each case with the clocks that run in it, and in front the case whose next clock runs out first."""

from __future__ import annotations

from typing import Any

from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch
from services.penalty.domain import (
    CaseArchived,
    CaseClosed,
    CaseExtended,
    CaseFiled,
    CaseOverdue,
    ClueRegistered,
    DecisionChanged,
    DecisionRevoked,
    DecisionServed,
    FilingRefused,
    FilingRequested,
    HandlersChanged,
    HearingHeld,
    InvestigationClosed,
    LegalReviewPassed,
    LegalReviewReturned,
    NoPenaltyDecided,
    NoticeServed,
    PaymentOverdue,
    PaymentReceived,
    PaymentSettled,
    PenaltyDecided,
    StatementLapsed,
    StatementMade,
    StatementWaived,
    UrgentInvestigationBegun,
)
from services.penalty.domain.payment_events import PaymentReversed, PaymentRevoked, RefundMade, SurchargeDecided
from services.penalty.projections.payment_clocks import INSTALMENT, PAYMENT
from services.penalty.projections.running_clocks import case_id_of, clocks_after, is_about_a_case

NO_CLOCK = "infinity"  # of PostgreSQL; sorts after every ISO date too


async def project_cases(batch: Batch) -> None:
    """Fold events into the case list."""
    decoded = [(sequenced, batch.event(sequenced)) for sequenced in batch.events]
    about = [(sequenced, event) for sequenced, event in decoded if is_about_a_case(sequenced, event)]
    rows = await batch.rows("case_list", [case_id_of(event) for _, event in about])
    for sequenced, event in about:
        case_id = case_id_of(event)
        row = _opened(sequenced, event) if isinstance(event, ClueRegistered) else rows.get(case_id)
        if row is not None:
            changed = {**row, **_changes(row, event), "clocks": clocks_after(row["clocks"], sequenced, event)}
            version = {"version": sequenced.envelope.version} if _of_case(sequenced) else {}
            rows.put(case_id, {**changed, **_first(changed["clocks"]), **_payment(changed), **version})


def _of_case(sequenced: Sequenced) -> bool:
    return sequenced.envelope.stream_id.startswith("case:")


def _opened(sequenced: Sequenced, e: ClueRegistered) -> dict[str, Any]:
    return {
        "case_id": e.case_id, "district": sequenced.envelope.district, "state": "clue", "case_no": None, "cause": None,
        "enterprise_id": e.enterprise_id, "enterprise_name": e.party.name, "organ_id": e.organ_id, "organ": e.organ,
        "level": e.level, "act_date": e.act_date.isoformat(), "filed_on": None, "decision_due_on": None,
        "statement_due_on": None, "payment_due_on": None, "decided_on": None, "closed_on": None, "intended_fen": None,
        "total_fen": None, "paid_fen": 0, "overdue": False, "payment_overdue": False, "review": None, "clock": None,
        "clock_on": NO_CLOCK, "clocks": {}, "handlers": [], "late": [], "version": 1,
    }  # fmt: skip


def _changes(row: dict[str, Any], event: Event) -> dict[str, Any]:
    match event:
        case FilingRequested() as e:
            return {"state": "filing-requested", "cause": e.cause, "handlers": [o.officer_id for o in e.officers]}
        case UrgentInvestigationBegun() | HandlersChanged() as e:
            return {"handlers": [o.officer_id for o in e.officers]}
        case CaseFiled() as e:
            return {
                "state": "investigating", "case_no": e.case_no, "filed_on": e.filed_on.isoformat(),
                "decision_due_on": e.decision_due_on.isoformat(),
            }  # fmt: skip
        case FilingRefused() as e:
            return {"state": "closed", "closed_on": e.refused_on.isoformat()}
        case CaseExtended() as e:
            return {"decision_due_on": e.decision_due_on.isoformat(), "overdue": False}
        case InvestigationClosed() as e:
            review = "required" if e.review_grounds else None
            return {"state": "investigated", "intended_fen": e.proposed_fen, "statement_due_on": None, "review": review}
        case LegalReviewPassed():
            return {"review": "passed"}
        case LegalReviewReturned():
            return {"review": "returned"}
        case HearingHeld():
            return {"review": "required"}
        case CaseOverdue():
            return {"overdue": True}
        case CaseClosed() as e:
            return {"state": "closed", "closed_on": e.closed_on.isoformat()}
        case CaseArchived():
            return {"state": "archived"}
        case _:
            return _changes_after_notice(row, event)


def _changes_after_notice(row: dict[str, Any], event: Event) -> dict[str, Any]:
    match event:
        case NoticeServed() as e:
            return {"state": "noticed", "statement_due_on": e.statement_due_on.isoformat()}
        case StatementMade() | StatementWaived() | StatementLapsed():
            return {"statement_due_on": None}
        case PenaltyDecided() as e:
            total = (row["total_fen"] or 0) + e.total_fen
            return {"state": "decided", "decided_on": e.decided_on.isoformat(), "total_fen": total}
        case NoPenaltyDecided() as e:
            return {"state": "decided", "decided_on": e.decided_on.isoformat(), "total_fen": 0}
        case DecisionChanged() as e:
            return {"total_fen": (row["total_fen"] or 0) - e.former_fen + e.total_fen}
        case DecisionRevoked() as e:
            again = {"state": "investigating", "review": "returned"} if e.anew else {}
            return {"total_fen": (row["total_fen"] or 0) - e.former_fen, **again}
        case DecisionServed() as e:
            return {"state": "served"}
        case PaymentReceived() as e:
            return {"paid_fen": row["paid_fen"] + e.amount_fen}
        case RefundMade() as e:
            return {"paid_fen": row["paid_fen"] - e.amount_fen}
        case PaymentSettled() | PaymentRevoked() as e:
            return {"late": [party for party in row["late"] if party != e.party_id]}
        case PaymentReversed() as e:
            return {"paid_fen": row["paid_fen"] - e.amount_fen, **(_late(row, e.party_id) if e.overdue else {})}
        case SurchargeDecided() as e if e.outstanding_fen:
            return _late(row, e.party_id)
        case PaymentOverdue() as e:
            return _late(row, e.party_id)
        case _:
            return {}


def _late(row: dict[str, Any], party_id: str) -> dict[str, Any]:
    """The party is late with its payment."""
    return {"late": sorted({*row["late"], party_id})}


def _payment(row: dict[str, Any]) -> dict[str, Any]:
    """By when the next payment of any party is due, and whether one of them is late."""
    due = [due_on for kind, due_on, *_ in row["clocks"].values() if kind in (PAYMENT, INSTALMENT)]
    return {"payment_due_on": min(due, default=None), "payment_overdue": bool(row["late"])}


def _first(clocks: dict[str, list[str]]) -> dict[str, Any]:
    """The clock of the case that runs out first."""
    first = min(clocks.values(), key=lambda found: found[1], default=None)
    return {"clock": None, "clock_on": NO_CLOCK} if first is None else {"clock": first[0], "clock_on": first[1]}
