"""The registry's lists, folded from its own ledger."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, TypeVar

from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch, Projection
from services.registry.domain.enterprise import EnterpriseRegistered
from services.registry.domain.people import ExpertEnrolled, JurisdictionEstablished, OfficerEnrolled, RecusalDeclared

E = TypeVar("E", bound=Event)

LISTED = (
    "enterprise_id", "uscc", "site_no", "name", "sector", "industry_code", "address", "legal_representative", "safety_head",
    "staff", "import_id",
)  # fmt: skip


async def project_jurisdictions(batch: Batch) -> None:
    """The list of jurisdictions."""
    decoded = _decoded(batch, JurisdictionEstablished)
    rows = await batch.rows("jurisdictions", [event.jurisdiction_id for _, event in decoded])
    for sequenced, event in decoded:
        rows.put(event.jurisdiction_id, _row(sequenced, asdict(event)))


async def project_officers(batch: Batch) -> None:
    """The list of officers, each with the enterprises they keep away from."""
    decoded: list[tuple[Sequenced, OfficerEnrolled | RecusalDeclared]] = _decoded(batch, OfficerEnrolled, RecusalDeclared)
    rows = await batch.rows("officers", [event.officer_id for _, event in decoded])
    for sequenced, event in decoded:
        match event:
            case OfficerEnrolled():
                rows.put(event.officer_id, _row(sequenced, {**asdict(event), "recusals": []}))
            case RecusalDeclared() if (row := rows.get(event.officer_id)) is not None:
                recusals = [*row["recusals"], event.enterprise_id]
                rows.patch(event.officer_id, recusals=recusals, version=sequenced.envelope.version)


async def project_experts(batch: Batch) -> None:
    """The list of experts."""
    decoded = _decoded(batch, ExpertEnrolled)
    rows = await batch.rows("experts", [event.expert_id for _, event in decoded])
    for sequenced, event in decoded:
        rows.put(event.expert_id, _row(sequenced, asdict(event)))


async def project_enterprises(batch: Batch) -> None:
    """The list of enterprises."""
    decoded = _decoded(batch, EnterpriseRegistered)
    rows = await batch.rows("enterprises", [event.enterprise_id for _, event in decoded])
    for sequenced, event in decoded:
        told: dict[str, Any] = {name: getattr(event, name) for name in LISTED}
        counts = {"places": len(event.places), "equipment": len(event.equipment)}
        registered = {"registered_at": sequenced.envelope.recorded_at.isoformat()}
        rows.put(event.enterprise_id, _row(sequenced, {**told, **counts, **registered}))


def _decoded(batch: Batch, *types: type[E]) -> list[tuple[Sequenced, E]]:
    """The batch's events of these types; the others, among them whole rulebooks, are not even read."""
    wanted = {_base(cls.__wire__) for cls in types}
    found = ((sequenced, batch.event(sequenced)) for sequenced in batch.events if _base(sequenced.envelope.type) in wanted)
    return [(sequenced, event) for sequenced, event in found if isinstance(event, types)]


def _base(wire: str) -> str:
    return wire.rpartition(".v")[0]


def _row(sequenced: Sequenced, told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "district": sequenced.envelope.district, "version": sequenced.envelope.version}


PROJECTIONS = (
    Projection("jurisdictions", version=1, project=project_jurisdictions, tables=("jurisdictions",)),
    Projection("officers", version=1, project=project_officers, tables=("officers",)),
    Projection("experts", version=1, project=project_experts, tables=("experts",)),
    Projection("enterprises", version=1, project=project_enterprises, tables=("enterprises",)),
)
