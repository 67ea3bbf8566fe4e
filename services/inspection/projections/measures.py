"""Measures' events as rows of their list."""

from __future__ import annotations

from datetime import date
from typing import Any

from chassis.domain import Event, day_of
from chassis.envelope import Sequenced
from chassis.projector import Batch
from services.inspection.domain.measures.keeping import KeepingCarriedOut, KeepingDecided, KeepingLapsed
from services.inspection.domain.measures.measure import BEGINNINGS, status_after
from services.inspection.domain.measures.seizure_events import (
    AppraisalBegun,
    AppraisalEnded,
    SeizureCarriedOut,
    SeizureDecided,
    SeizureExtended,
    SeizureLifted,
)
from services.inspection.domain.measures.supply_cut import SupplyCutNotified
from services.inspection.domain.measures.suspension import ResumptionReviewed, SuspensionOrdered

PREFIX = "measure:"


async def project(batch: Batch) -> None:
    """Fold events into the list of measures."""
    ours = [one for one in batch.events if one.envelope.stream_id.startswith(PREFIX)]
    rows = await batch.rows("measures", (one.envelope.stream_id.removeprefix(PREFIX) for one in ours))
    for sequenced in ours:
        key, event = sequenced.envelope.stream_id.removeprefix(PREFIX), batch.event(sequenced)
        if rows.get(key) is None and type(event) in BEGINNINGS:
            rows.put(key, _begun(event, sequenced))
        rows.patch(key, **_changes(event), version=sequenced.envelope.version)


def _begun(event: Any, sequenced: Sequenced) -> dict[str, Any]:
    return {
        "measure_id": event.measure_id, "district": sequenced.envelope.district, "kind": BEGINNINGS[type(event)],
        "state": "requested", "inspection_id": event.inspection_id, "enterprise_id": event.enterprise_id,
        "document_no": None, "begun_on": day_of(sequenced.envelope.occurred_at).isoformat(), "due_on": None,
        "version": sequenced.envelope.version,
    }  # fmt: skip


def _changes(event: Event) -> dict[str, Any]:
    """What an event changes in the row: how far the measure is, its number, until when its clock runs."""
    changes: dict[str, Any] = {}
    if (state := status_after(event)) is not None:
        changes["state"] = state
    if isinstance(event, SupplyCutNotified):
        changes["document_no"] = event.decision_no
    elif type(event) in BEGINNINGS or isinstance(event, KeepingCarriedOut):
        changes["document_no"] = getattr(event, "document_no", None)
    match event:
        case SuspensionOrdered():
            changes["due_on"] = _iso(event.until)
        case KeepingCarriedOut():
            changes["due_on"] = event.decide_by.isoformat()
        case SeizureCarriedOut():
            changes |= {"due_on": event.until.isoformat(), "document_no": event.document_no}
        case SeizureExtended() | AppraisalEnded():
            changes["due_on"] = event.until.isoformat()
        case AppraisalBegun():
            changes["due_on"] = _iso(event.expected_until)
        case KeepingLapsed() | SeizureLifted():
            changes["due_on"] = None
        case ResumptionReviewed() | KeepingDecided() | SeizureDecided() if not event.remaining:
            changes["due_on"] = None
    return changes


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
