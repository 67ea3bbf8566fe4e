"""Phrases as rows of their list."""

from __future__ import annotations

from chassis.projector import Batch
from services.inspection.domain.phrase import PhraseAdded, PhraseRetired


async def project_phrases(batch: Batch) -> None:
    """Fold phrases into the list that is offered."""
    told = [one for one in batch.events if one.envelope.stream_id.startswith("phrase:")]
    rows = await batch.rows("phrases", [one.envelope.stream_id.removeprefix("phrase:") for one in told])
    for sequenced in told:
        key, event = sequenced.envelope.stream_id.removeprefix("phrase:"), batch.event(sequenced)
        match event:
            case PhraseAdded():
                rows.put(key, {
                    "phrase_id": key, "district": sequenced.envelope.district, "organ_id": event.organ_id,
                    "item_code": event.item_code, "text": event.text, "retired": False,
                })  # fmt: skip
            case PhraseRetired():
                rows.patch(key, retired=True)
