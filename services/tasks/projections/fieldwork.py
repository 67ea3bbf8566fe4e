"""Own events to the lists of a campaign's other work: implementation plans, demonstrations, guidance."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chassis.domain import day_of
from chassis.envelope import Sequenced
from chassis.projector import Batch, Projection
from services.tasks.domain.demonstration import DemonstrationCancelled, DemonstrationHeld, DemonstrationPlanned, ObserversNamed
from services.tasks.domain.guidance import GuidanceArranged, GuidanceCancelled, GuidanceReported
from services.tasks.domain.implementation import (
    ImplementationApproved,
    ImplementationDrafted,
    ImplementationReturned,
    implementation_key,
)

ImplementationEvent = ImplementationDrafted | ImplementationApproved | ImplementationReturned
DemonstrationEvent = DemonstrationPlanned | ObserversNamed | DemonstrationHeld | DemonstrationCancelled
GuidanceEvent = GuidanceArranged | GuidanceReported | GuidanceCancelled


async def project_implementations(batch: Batch) -> None:
    """Keep a row per district's implementation plan."""
    events = [(s, event) for s in batch.events if isinstance(event := batch.event(s), ImplementationEvent)]
    rows = await batch.rows("implementation_list", [implementation_key(e.campaign_id, e.district) for _, e in events])
    for sequenced, event in events:
        key, version = implementation_key(event.campaign_id, event.district), sequenced.envelope.version
        match event:
            case ImplementationDrafted():
                before = rows.get(key)
                in_force = before["in_force"] if before else 0
                rows.put(key, {**_implementation(sequenced, event), "in_force": in_force, "version": version})
            case ImplementationApproved():
                rows.patch(key, state="approved", in_force=event.version_no, version=version)
            case ImplementationReturned():
                rows.patch(key, state="returned", version=version)


def _implementation(sequenced: Sequenced, event: ImplementationDrafted) -> dict[str, Any]:
    return {
        "implementation_id": implementation_key(event.campaign_id, event.district), "campaign_id": event.campaign_id,
        "district": event.district, "organ_id": event.organ_id, "organ": event.organ, "title": event.title,
        "drafted_on": day_of(sequenced.envelope.occurred_at).isoformat(), "state": "drafted", "version_no": event.version_no,
    }  # fmt: skip


async def project_demonstrations(batch: Batch) -> None:
    """Keep a row per demonstration visit."""
    events = [(s, event) for s in batch.events if isinstance(event := batch.event(s), DemonstrationEvent)]
    rows = await batch.rows("demonstration_list", [event.demonstration_id for _, event in events])
    for sequenced, event in events:
        key, version = event.demonstration_id, sequenced.envelope.version
        match event:
            case DemonstrationPlanned():
                rows.put(key, {**_demonstration(event), "version": version})
            case ObserversNamed():
                before = rows.get(key)
                named = [*(before["observers"] if before else []), *(asdict(one) for one in event.observers)]
                rows.patch(key, observers=named, version=version)
            case DemonstrationHeld():
                present = [asdict(one) for one in event.present]
                rows.patch(key, state="held", present=present, lessons=event.lessons, version=version)
            case DemonstrationCancelled():
                rows.patch(key, state="cancelled", version=version)


def _demonstration(event: DemonstrationPlanned) -> dict[str, Any]:
    return {
        "demonstration_id": event.demonstration_id, "campaign_id": event.campaign_id, "district": event.district,
        "enterprise_id": event.enterprise_id, "organ_id": event.organ_id, "organ": event.organ,
        "planned_on": event.planned_on.isoformat(), "topic": event.topic, "state": "planned", "observers": [], "present": [],
        "lessons": None,
    }  # fmt: skip


async def project_guidance(batch: Batch) -> None:
    """Keep a row per guidance visit."""
    events = [(s, event) for s in batch.events if isinstance(event := batch.event(s), GuidanceEvent)]
    rows = await batch.rows("guidance_list", [event.guidance_id for _, event in events])
    for sequenced, event in events:
        key, version = event.guidance_id, sequenced.envelope.version
        match event:
            case GuidanceArranged():
                rows.put(key, {**_guidance(event), "version": version})
            case GuidanceReported():
                findings = [asdict(finding) for finding in event.findings]
                serious = sum(finding.serious for finding in event.findings)
                rows.patch(key, state="reported", findings=findings, serious=serious, version=version)
            case GuidanceCancelled():
                rows.patch(key, state="cancelled", version=version)


def _guidance(event: GuidanceArranged) -> dict[str, Any]:
    return {
        "guidance_id": event.guidance_id, "campaign_id": event.campaign_id, "district": event.district,
        "enterprise_id": event.enterprise_id, "organ_id": event.organ_id, "organ": event.organ,
        "monday": event.monday.isoformat(), "planned_on": event.planned_on.isoformat(), "experts": list(event.expert_ids),
        "state": "arranged", "findings": [], "serious": 0,
    }  # fmt: skip


PROJECTIONS = (
    Projection("implementations", version=1, project=project_implementations, tables=("implementation_list",)),
    Projection("demonstrations", version=1, project=project_demonstrations, tables=("demonstration_list",)),
    Projection("guidance", version=1, project=project_guidance, tables=("guidance_list",)),
)
