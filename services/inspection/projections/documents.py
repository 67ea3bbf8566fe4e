"""Documents as rows of their list."""

from __future__ import annotations

from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch, Rows
from services.inspection.domain.document import DocumentIssued, DocumentSigned, DocumentSuperseded
from services.inspection.domain.serving import DocumentServed


async def project_documents(batch: Batch) -> None:
    """Fold what was issued, signed, served and superseded into the list of documents."""
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
                "name": event.name, "document_no": event.document_no, "inspection_id": event.inspection_id,
                "enterprise_id": event.enterprise_id, "file_sha256": event.file_sha256,
                "issued_on": event.issued_on.isoformat(), "signed": len(event.pictures), "version": version,
                "served": False,
            })  # fmt: skip
        case DocumentSuperseded():
            rows.patch(key, state="superseded", version=version)
        case DocumentServed():
            rows.patch(key, served=True, version=version)
        case DocumentSigned() if (row := rows.get(key)) is not None:
            rows.put(key, {**row, "signed": row["signed"] + 1, "version": version})
        case _:
            rows.patch(key, version=version)
