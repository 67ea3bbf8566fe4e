"""Who read which document or evidence, as rows of the list that auditors ask."""

from __future__ import annotations

from chassis.domain import day_of
from chassis.projector import Batch
from services.inspection.domain.access import FileRead


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
                "part": event.part, "sha256": event.sha256, "inspection_id": event.inspection_id,
                "enterprise_id": event.enterprise_id, "reader_id": envelope.actor.id, "reader_role": envelope.actor.role,
                "reason": event.reason, "read_on": day_of(envelope.recorded_at).isoformat(),
                "read_at": envelope.recorded_at.isoformat(), "version": envelope.version,
            })  # fmt: skip
