"""Who goes to which inspection, and whether there is still something to do there: what a device takes along, what experts see."""

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
        key = sequenced.envelope.stream_id.removeprefix("inspection:")
        _team(rows, key, sequenced.envelope.district, batch.event(sequenced))


def _team(rows: Rows, key: str, district: str | None, event: Event) -> None:
    match event:
        case InspectionPrepared():
            rows.put(key, {
                "inspection_id": key, "enterprise_id": event.enterprise_id, "planned_on": event.planned_on.isoformat(),
                "officers": [officer.officer_id for officer in event.officers],
                "experts": [expert.expert_id for expert in event.experts], "open": True, "district": district,
            })  # fmt: skip
        case InspectionReassigned():
            officers = [officer.officer_id for officer in event.officers]
            experts = [expert.expert_id for expert in event.experts]
            rows.patch(key, officers=officers, experts=experts, planned_on=event.planned_on.isoformat())
        case InspectionCalledOff() | InspectionConcluded():
            rows.patch(key, open=False)
