"""Own events to the lists of training sessions, and of who may use which module."""

from __future__ import annotations

from typing import Any

from chassis.envelope import Sequenced
from chassis.projector import Batch, Projection
from services.tasks.domain.training import ModuleGranted, ModuleRevoked, TrainingCancelled, TrainingHeld, TrainingPlanned

TrainingEvent = TrainingPlanned | TrainingHeld | TrainingCancelled
ModuleEvent = ModuleGranted | ModuleRevoked


async def project_trainings(batch: Batch) -> None:
    """Keep a row per session, and a row per officer and module."""
    events = [(sequenced, batch.event(sequenced)) for sequenced in batch.events]
    sessions = await batch.rows("training_list", [e.training_id for _, e in events if isinstance(e, TrainingEvent)])
    users = await batch.rows("module_users", [_grant_id(e) for _, e in events if isinstance(e, ModuleEvent)])
    for sequenced, event in events:
        version = sequenced.envelope.version
        match event:
            case TrainingPlanned():
                sessions.put(event.training_id, {**_session(sequenced, event), "version": version})
            case TrainingHeld():
                passed = sum(one.passed for one in event.attended)
                sessions.patch(event.training_id, state="held", attended=len(event.attended), passed=passed, version=version)
            case TrainingCancelled():
                sessions.patch(event.training_id, state="cancelled", version=version)
            case ModuleGranted():
                users.put(_grant_id(event), _granted(event))
            case ModuleRevoked():
                users.patch(_grant_id(event), state="revoked")


def _session(sequenced: Sequenced, event: TrainingPlanned) -> dict[str, Any]:
    return {
        "training_id": event.training_id, "campaign_id": event.campaign_id, "district": sequenced.envelope.district,
        "organ_id": event.organ_id, "organ": event.organ, "title": event.title, "modules": list(event.modules),
        "planned_on": event.planned_on.isoformat(), "state": "planned", "attended": 0, "passed": 0,
    }  # fmt: skip


def _grant_id(event: ModuleEvent) -> str:
    return f"{event.officer_id}.{event.module}"


def _granted(event: ModuleGranted) -> dict[str, Any]:
    return {
        "grant_id": _grant_id(event), "officer_id": event.officer_id, "district": event.district, "module": event.module,
        "training_id": event.training_id, "granted_on": event.granted_on.isoformat(), "state": "granted",
    }  # fmt: skip


PROJECTIONS = (Projection("trainings", version=1, project=project_trainings, tables=("training_list", "module_users")),)
