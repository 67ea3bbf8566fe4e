"""Documents as rows of their list, and who read them."""

from __future__ import annotations

from chassis.domain import Event, day_of
from chassis.envelope import Sequenced
from chassis.projector import Batch, Rows
from services.penalty.domain.access import FileRead
from services.penalty.domain.document import DocumentIssued, DocumentSigned, DocumentSuperseded


async def project_documents(batch: Batch) -> None:
    """Fold what was issued, signed and superseded into the list of documents."""
    told = [one for one in batch.events if one.envelope.stream_id.startswith("document:")]
    rows = await batch.rows("documents", [one.envelope.stream_id.removeprefix("document:") for one in told])
    for sequenced in told:
        _document(rows, sequenced.envelope.stream_id.removeprefix("document:"), sequenced, batch.event(sequenced))


def _document(rows: Rows, key: str, sequenced: Sequenced, event: Event) -> None:
    version = sequenced.envelope.version
    match event:
        case DocumentIssued():
            rows.put(key, {
                "document_id": key, "district": sequenced.envelope.district, "state": "issued", "form": event.form,
                "name": event.name, "document_no": event.document_no, "case_id": event.case_id, "party_id": event.party_id,
                "enterprise_id": event.enterprise_id, "file_sha256": event.file_sha256,
                "issued_on": event.issued_on.isoformat(), "signed": len(event.pictures), "version": version,
            })  # fmt: skip
        case DocumentSuperseded():
            rows.patch(key, state="superseded", version=version)
        case DocumentSigned() if (row := rows.get(key)) is not None:
            rows.put(key, {**row, "signed": row["signed"] + 1, "version": version})
        case _:
            rows.patch(key, version=version)


async def project_reads(batch: Batch) -> None:
    """A row for each look."""
    told = [one for one in batch.events if one.envelope.stream_id.startswith("access:")]
    rows = await batch.rows("reads", [one.envelope.stream_id.removeprefix("access:") for one in told])
    for sequenced in told:
        event, envelope = batch.event(sequenced), sequenced.envelope
        if isinstance(event, FileRead):
            key = envelope.stream_id.removeprefix("access:")
            rows.put(key, {
                "read_id": key, "district": envelope.district, "thing": event.thing, "thing_id": event.thing_id,
                "part": event.part, "sha256": event.sha256, "case_id": event.case_id, "enterprise_id": event.enterprise_id,
                "reader_id": envelope.actor.id, "reader_role": envelope.actor.role, "reason": event.reason,
                "read_on": day_of(envelope.recorded_at).isoformat(), "read_at": envelope.recorded_at.isoformat(),
                "version": envelope.version,
            })  # fmt: skip
