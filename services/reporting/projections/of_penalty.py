"""What penalty's events do to cases, and what becomes of documents of either service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.reporting.projections import readers as r
from services.reporting.projections import readers_penalty as p
from services.reporting.projections.fold import Changes, Fold, Folded, Told, by, sets, takes
from services.reporting.projections.of_work import INSPECTIONS, days_between, online
from services.reporting.queries.terms import ENDLESS

CASES, DOCUMENTS = "fact_cases", "fact_documents"
CASE, SPOT, DOCUMENT = by("case_id"), by("spot_id"), by("document_id")
BLANK = {
    "document_no": None, "decided_on": None, "total_fen": None, "initial_fen": None, "paid_fen": 0, "outcome": None,
    "filed_on": None, "decision_due_on": None, "undecided_until": ENDLESS, "closed_on": ENDLESS, "days": None, "documents": 0,
    "origin": None, "organ": None, "level": None,
}  # fmt: skip


def _registered(told: Told) -> Changes:
    e = told.e
    return {
        **BLANK, "case_id": e.case_id, "stream_id": told.event.envelope.stream_id, "kind": "general", "origin": e.origin,
        "enterprise_id": e.enterprise_id, "organ": e.organ, "level": e.level, "state": "clue", "registered_on": told.day,
    }  # fmt: skip


def _spot(told: Told) -> Changes:
    e = told.e
    return {
        **BLANK, "case_id": e.spot_id, "stream_id": told.event.envelope.stream_id, "kind": "spot",
        "origin": "inspection" if e.inspection_id else None, "enterprise_id": e.enterprise_id, "organ": e.organ,
        "state": "decided", "outcome": "penalty", "registered_on": e.decided_on, "decided_on": e.decided_on,
        "undecided_until": e.decided_on, "document_no": e.document_no, "initial_fen": e.total_fen, "total_fen": e.total_fen,
    }  # fmt: skip


def _filed(told: Told) -> Changes:
    return {"state": "investigating", "filed_on": told.e.filed_on, "decision_due_on": told.e.decision_due_on}


def _over(row: Mapping[str, Any], day: str) -> Changes:
    """No decision is waited for any more."""
    return {"undecided_until": min(row["undecided_until"], day)}


def _refused(told: Told) -> Changes:
    return {"state": "closed", "closed_on": told.e.refused_on, **_over(told.row, told.e.refused_on)}


def _closed(told: Told) -> Changes:
    return {"state": "closed", "closed_on": told.e.closed_on, **_over(told.row, told.e.closed_on)}


def _taken(row: Mapping[str, Any], day: str) -> Changes:
    days = None if row["filed_on"] is None else days_between(row["filed_on"], day)
    return {"state": "decided", "decided_on": row["decided_on"] or day, "days": row["days"] or days, **_over(row, day)}


def _penalty(told: Told) -> Changes:
    """Each party of a case has a decision of its own: the case's sums are those of its parties."""
    e = told.e
    return {
        **_taken(told.row, e.decided_on), "outcome": "penalty", "document_no": told.row["document_no"] or e.document_no,
        "initial_fen": (told.row["initial_fen"] or 0) + e.total_fen, "total_fen": (told.row["total_fen"] or 0) + e.total_fen,
    }  # fmt: skip


def _no_penalty(told: Told) -> Changes:
    return {**_taken(told.row, told.e.decided_on), "outcome": told.row["outcome"] or "none"}


def _changed(told: Told) -> Changes:
    return {"total_fen": (told.row["total_fen"] or 0) - told.e.former_fen + told.e.total_fen}


def _revoked(told: Told) -> Changes:
    return {"total_fen": (told.row["total_fen"] or 0) - told.e.former_fen}


def _received(told: Told) -> Changes:
    return {"paid_fen": told.row["paid_fen"] + told.e.amount_fen}


def _less(told: Told) -> Changes:
    return {"paid_fen": told.row["paid_fen"] - told.e.amount_fen}


def _one_more(told: Told) -> Changes:
    return {"documents": told.row["documents"] + 1}


def _issued(told: Told) -> Changes:
    e = told.e
    return {
        "document_id": e.document_id, "enterprise_id": e.enterprise_id, "service": told.event.envelope.type.split(".")[1],
        "form": e.form, "name": e.name, "document_no": e.document_no, "about": e.about or e.case_id or e.inspection_id,
        "issued_on": e.issued_on, "state": "issued",
    }  # fmt: skip


def _document(state: str, *unless: str) -> Folded:
    def change(told: Told) -> Changes:
        return {} if told.row["state"] in unless else {"state": state}

    return Folded(r.OfDocument, (Fold(DOCUMENTS, DOCUMENT, change),))


def _of_case(reader: type, change: Any) -> Folded:
    return Folded(reader, (Fold(CASES, CASE, change),))


PENALTY, INSPECTION = "casetrail.penalty", "casetrail.inspection"
FOLDS = {
    f"{PENALTY}.clue-registered.v1": Folded(p.ClueRegistered, (Fold(CASES, CASE, _registered, begins=True),)),
    f"{PENALTY}.filing-requested.v1": _of_case(p.OfCase, sets(state="filing-requested")),
    f"{PENALTY}.filing-refused.v1": _of_case(p.FilingRefused, _refused),
    f"{PENALTY}.case-filed.v1": _of_case(p.CaseFiled, _filed),
    f"{PENALTY}.case-extended.v1": _of_case(p.CaseExtended, takes("decision_due_on")),
    f"{PENALTY}.investigation-closed.v1": _of_case(p.OfCase, sets(state="investigated")),
    f"{PENALTY}.penalty-decided.v1": _of_case(p.PenaltyDecided, _penalty),
    f"{PENALTY}.no-penalty-decided.v1": _of_case(p.NoPenaltyDecided, _no_penalty),
    f"{PENALTY}.decision-changed.v1": _of_case(p.DecisionChanged, _changed),
    f"{PENALTY}.decision-revoked.v1": _of_case(p.DecisionRevoked, _revoked),
    f"{PENALTY}.payment-received.v1": _of_case(p.Paid, _received),
    f"{PENALTY}.refund-made.v1": _of_case(p.Paid, _less),
    f"{PENALTY}.payment-reversed.v1": _of_case(p.Paid, _less),
    f"{PENALTY}.case-closed.v1": _of_case(p.CaseClosed, _closed),
    f"{PENALTY}.case-archived.v1": _of_case(p.OfCase, sets(state="archived")),
    f"{PENALTY}.spot-penalty-decided.v1": Folded(p.SpotPenaltyDecided, (Fold(CASES, SPOT, _spot, begins=True),)),
    f"{PENALTY}.spot-penalty-numbered.v1": Folded(p.SpotNumbered, (Fold(CASES, SPOT, takes("document_no")),)),
    f"{PENALTY}.spot-penalty-closed.v1": Folded(p.SpotClosed, (Fold(CASES, SPOT, _closed),)),
    f"{PENALTY}.document-issued.v1": Folded(r.DocumentIssued, (
        Fold(DOCUMENTS, DOCUMENT, _issued, begins=True), Fold(CASES, CASE, _one_more),
    )),
    f"{INSPECTION}.document-issued.v1": Folded(r.DocumentIssued, (
        Fold(DOCUMENTS, DOCUMENT, _issued, begins=True),
        Fold(INSPECTIONS, by("inspection_id"), lambda told: online(told.row, documents=told.row["documents"] + 1)),
    )),
    **{f"{service}.document-signed.v1": _document("signed", "superseded", "served") for service in (PENALTY, INSPECTION)},
    **{
        f"{service}.document-signature-refused.v1": _document("refused", "superseded", "served")
        for service in (PENALTY, INSPECTION)
    },
    **{f"{service}.document-superseded.v1": _document("superseded") for service in (PENALTY, INSPECTION)},
    f"{INSPECTION}.document-served.v1": _document("served", "superseded"),
}  # fmt: skip
