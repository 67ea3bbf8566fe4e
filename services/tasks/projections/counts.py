"""How often each enterprise was inspected in a year."""

from __future__ import annotations

from chassis.projector import Batch, Projection
from services.tasks.domain.caps import InspectionCounted, InspectionUncounted, count_key


async def project_counts(batch: Batch) -> None:
    """Keep one row per enterprise and year; each event tells the totals after it."""
    found = [
        (one, event) for one in batch.events if isinstance(event := batch.event(one), InspectionCounted | InspectionUncounted)
    ]
    keys = [count_key(event.enterprise_id, event.year) for _, event in found]
    rows = await batch.rows("inspection_counts", keys)
    for key, (sequenced, event) in zip(keys, found, strict=True):
        rows.put(key, {
            "count_id": key, "enterprise_id": event.enterprise_id, "year": event.year, "counted": event.counted,
            "district": sequenced.envelope.district, "exempt": event.exempt, "overridden": event.overridden,
        })  # fmt: skip


PROJECTIONS = (Projection("inspection_counts", version=1, project=project_counts, tables=("inspection_counts",)),)
