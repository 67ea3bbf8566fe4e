"""The list of serious penalties that are, or were, to be reported to the organ above."""

from __future__ import annotations

from typing import Any

from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch
from services.penalty.domain import DecisionRevoked, PenaltyDecided, region_key
from services.penalty.domain.ending_events import DecisionReportedUp, ReportingUpOverdue

ABOUT = (PenaltyDecided, DecisionReportedUp, ReportingUpOverdue, DecisionRevoked)


async def project_superior_reports(batch: Batch) -> None:
    """Fold events into the list; a decision made anew takes the row of the one that was revoked."""
    decoded = [(one, batch.event(one)) for one in batch.events if one.envelope.stream_id.startswith("case:")]
    ours = [(one, event) for one, event in decoded if isinstance(event, ABOUT)]
    rows = await batch.rows("superior_reports", [_key(event) for _, event in ours])
    for one, event in ours:
        key = _key(event)
        row = _decided(one, event) if isinstance(event, PenaltyDecided) else rows.get(key)
        if row is not None:
            rows.put(key, {**row, **_changes(event), "version": one.envelope.version})


def _key(event: Any) -> str:
    party_id = event.party.party_id if isinstance(event, PenaltyDecided) else event.party_id
    return region_key(event.case_id, party_id)


def _decided(sequenced: Sequenced, e: PenaltyDecided) -> dict[str, Any] | None:
    if e.report_up_by is None:
        return None
    return {
        "report_key": _key(e), "case_id": e.case_id, "party_id": e.party.party_id, "district": sequenced.envelope.district,
        "enterprise_id": e.enterprise_id, "document_no": e.document_no, "decided_on": e.decided_on.isoformat(),
        "total_fen": e.total_fen, "kinds": list(e.kinds), "report_by": e.report_up_by.isoformat(), "state": "due",
        "reported_on": None, "authority": None, "reference_no": None, "late": False, "version": 1,
    }  # fmt: skip


def _changes(event: Event) -> dict[str, Any]:
    match event:
        case DecisionReportedUp() as e:
            told = {"reported_on": e.reported_on.isoformat(), "authority": e.authority, "reference_no": e.reference_no}
            return {"state": "reported", **told, "late": e.late}
        case ReportingUpOverdue():
            return {"state": "overdue", "late": True}
        case DecisionRevoked():
            return {"state": "revoked"}
        case _:
            return {}
