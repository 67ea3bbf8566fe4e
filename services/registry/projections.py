"""The registry's lists, folded from its own ledger."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch, Projection
from services.registry.domain.enterprise import EnterpriseRegistered
from services.registry.domain.people import ExpertEnrolled, JurisdictionEstablished, OfficerEnrolled, RecusalDeclared

LISTED = (
    "enterprise_id", "uscc", "site_no", "name", "sector", "industry_code", "address", "legal_representative", "safety_head",
    "staff", "import_id",
)  # fmt: skip


async def project_jurisdictions(batch: Batch) -> None:
    """The list of jurisdictions."""
    decoded = _decoded(batch)
    rows = await batch.rows("jurisdictions", [e.jurisdiction_id for _, e in decoded if isinstance(e, JurisdictionEstablished)])
    for sequenced, event in decoded:
        if isinstance(event, JurisdictionEstablished):
            rows.put(event.jurisdiction_id, _row(sequenced, asdict(event)))


async def project_officers(batch: Batch) -> None:
    """The list of officers, each with the enterprises they keep away from."""
    decoded = _decoded(batch)
    rows = await batch.rows("officers", [e.officer_id for _, e in decoded if isinstance(e, OfficerEnrolled | RecusalDeclared)])
    for sequenced, event in decoded:
        match event:
            case OfficerEnrolled():
                rows.put(event.officer_id, _row(sequenced, {**asdict(event), "recusals": []}))
            case RecusalDeclared() if (row := rows.get(event.officer_id)) is not None:
                recusals = [*row["recusals"], event.enterprise_id]
                rows.patch(event.officer_id, recusals=recusals, version=sequenced.envelope.version)


async def project_experts(batch: Batch) -> None:
    """The list of experts."""
    decoded = _decoded(batch)
    rows = await batch.rows("experts", [e.expert_id for _, e in decoded if isinstance(e, ExpertEnrolled)])
    for sequenced, event in decoded:
        if isinstance(event, ExpertEnrolled):
            rows.put(event.expert_id, _row(sequenced, asdict(event)))


async def project_enterprises(batch: Batch) -> None:
    """The list of enterprises."""
    decoded = _decoded(batch)
    rows = await batch.rows("enterprises", [e.enterprise_id for _, e in decoded if isinstance(e, EnterpriseRegistered)])
    for sequenced, event in decoded:
        if isinstance(event, EnterpriseRegistered):
            told: dict[str, Any] = {name: getattr(event, name) for name in LISTED}
            counts = {"places": len(event.places), "equipment": len(event.equipment)}
            registered = {"registered_at": sequenced.envelope.recorded_at.isoformat()}
            rows.put(event.enterprise_id, _row(sequenced, {**told, **counts, **registered}))


def _decoded(batch: Batch) -> list[tuple[Sequenced, Event]]:
    return [(sequenced, batch.event(sequenced)) for sequenced in batch.events]


def _row(sequenced: Sequenced, told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "district": sequenced.envelope.district, "version": sequenced.envelope.version}


PROJECTIONS = (
    Projection("jurisdictions", version=1, project=project_jurisdictions, tables=("jurisdictions",)),
    Projection("officers", version=1, project=project_officers, tables=("officers",)),
    Projection("experts", version=1, project=project_experts, tables=("experts",)),
    Projection("enterprises", version=1, project=project_enterprises, tables=("enterprises",)),
)
