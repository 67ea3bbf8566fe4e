"""Evidence as rows of its list, and by which hashes files have arrived."""

from __future__ import annotations

from chassis.domain import Event, day_of
from chassis.envelope import Sequenced
from chassis.projector import Batch, Rows
from services.inspection.domain.evidence import EvidenceArrived, EvidenceCaptured, EvidenceWithdrawn


async def project_evidence(batch: Batch) -> None:
    """Fold what was taken, arrived and withdrawn into the list of evidence."""
    told = [one for one in batch.events if one.envelope.stream_id.startswith("evidence:")]
    rows = await batch.rows("evidence", [one.envelope.stream_id.removeprefix("evidence:") for one in told])
    for sequenced in told:
        _evidence(rows, sequenced.envelope.stream_id.removeprefix("evidence:"), sequenced, batch.event(sequenced))


def _evidence(rows: Rows, key: str, sequenced: Sequenced, event: Event) -> None:
    version = sequenced.envelope.version
    match event:
        case EvidenceCaptured():
            rows.put(key, {
                "evidence_id": key, "district": sequenced.envelope.district, "kind": event.kind,
                "state": "complete" if event.sha256 is None else "missing", "arrived": event.sha256 is None,
                "inspection_id": event.inspection_id, "enterprise_id": event.enterprise_id, "order_id": event.order_id,
                "hazard_ids": list(event.hazard_ids), "sha256": event.sha256, "size": event.size, "media_type": event.media_type,
                "captured_on": day_of(event.captured_at).isoformat(), "version": version,
            })  # fmt: skip
        case EvidenceArrived() if (row := rows.get(key)) is not None:
            state = "withdrawn" if row["state"] == "withdrawn" else "complete"
            rows.put(key, {**row, "state": state, "arrived": True, "version": version})
        case EvidenceWithdrawn():
            rows.patch(key, state="withdrawn", version=version)
        case _:
            rows.patch(key, version=version)
