"""Who goes to which inspection, as long as there is something to do there: what a device takes along."""

from __future__ import annotations

from chassis.domain import Event
from chassis.projector import Batch, Rows
from services.inspection.domain.events import (
    InspectionCalledOff,
    InspectionConcluded,
    InspectionPrepared,
    InspectionReassigned,
)


async def project_teams(batch: Batch) -> None:
    """Fold inspections into the teams that go there."""
    told = [one for one in batch.events if one.envelope.stream_id.startswith("inspection:")]
    rows = await batch.rows("inspection_teams", [one.envelope.stream_id.removeprefix("inspection:") for one in told])
    for sequenced in told:
        _team(rows, sequenced.envelope.stream_id.removeprefix("inspection:"), batch.event(sequenced))


def _team(rows: Rows, key: str, event: Event) -> None:
    match event:
        case InspectionPrepared():
            rows.put(key, {
                "inspection_id": key, "enterprise_id": event.enterprise_id, "planned_on": event.planned_on.isoformat(),
                "officers": [officer.officer_id for officer in event.officers], "open": True,
            })  # fmt: skip
        case InspectionReassigned():
            officers = [officer.officer_id for officer in event.officers]
            rows.patch(key, officers=officers, planned_on=event.planned_on.isoformat())
        case InspectionCalledOff() | InspectionConcluded():
            rows.patch(key, open=False)
