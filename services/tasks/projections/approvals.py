"""Own events to the list of approvals."""

from __future__ import annotations

from typing import Any

from chassis.envelope import Sequenced
from chassis.projector import Batch, Projection
from services.tasks.domain.approval import ApprovalRequested, InspectionApproved, InspectionNotApproved, RegularisationFellDue

ApprovalEvent = ApprovalRequested | InspectionApproved | InspectionNotApproved | RegularisationFellDue


async def project_approvals(batch: Batch) -> None:
    """Keep one row per task whose inspection somebody asked for: the latest request, and what became of it."""
    found = [(one, event) for one in batch.events if isinstance(event := batch.event(one), ApprovalEvent)]
    rows = await batch.rows("approval_list", [event.task_id for _, event in found])
    for sequenced, event in found:
        version = sequenced.envelope.version
        match event:
            case ApprovalRequested():
                rows.put(event.task_id, {**_requested(sequenced, event), "version": version})
            case InspectionApproved():
                rows.patch(event.task_id, state="approved", decided_by=event.approved_by, version=version)
            case InspectionNotApproved():
                rows.patch(event.task_id, state="rejected", decided_by=event.rejected_by, version=version)
            case RegularisationFellDue():
                rows.patch(event.task_id, overdue=True, version=version)


def _requested(sequenced: Sequenced, event: ApprovalRequested) -> dict[str, Any]:
    return {
        "task_id": event.task_id, "enterprise_id": event.enterprise_id, "district": sequenced.envelope.district,
        "organ_id": event.organ_id, "planned_on": event.planned_on.isoformat(), "requested_by": event.requested_by,
        "urgent": event.urgent_reason is not None, "over_cap": event.over_cap_reason is not None, "state": "requested",
        "decided_by": None, "overdue": False,
    }  # fmt: skip


PROJECTIONS = (Projection("approvals", version=1, project=project_approvals, tables=("approval_list",)),)
