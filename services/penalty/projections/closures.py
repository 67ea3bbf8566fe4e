"""The list of enterprises whose closure is, or was, to be proposed: a row from the day on which the number is reached."""

from __future__ import annotations

from typing import Any

from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch
from services.penalty.domain.standing_events import ClosureAnswered, ClosureDue, ClosureFell, ClosureProposed

PREFIX = "standing:"


async def project_closures(batch: Batch) -> None:
    """Fold events into the list."""
    ours = [one for one in batch.events if one.envelope.stream_id.startswith(PREFIX)]
    rows = await batch.rows("closure_list", [one.envelope.stream_id.removeprefix(PREFIX) for one in ours])
    for one in ours:
        key, event = one.envelope.stream_id.removeprefix(PREFIX), batch.event(one)
        row = _due(one, event) if isinstance(event, ClosureDue) else rows.get(key)
        if row is not None:
            rows.put(key, {**row, **_changes(row, event), "version": one.envelope.version})


def _due(sequenced: Sequenced, e: ClosureDue) -> dict[str, Any]:
    return {
        "enterprise_id": e.enterprise_id, "enterprise_name": e.enterprise_name, "district": sequenced.envelope.district,
        "organ_id": e.organ_id, "state": "due", "rule": e.window, "count": e.count, "case_id": e.case_id,
        "case_ids": list(e.case_ids), "reached_on": e.reached_on.isoformat(), "proposed_on": None, "authority": None,
        "answered_on": None, "version": 1,
    }  # fmt: skip


def _changes(row: dict[str, Any], event: Event) -> dict[str, Any]:
    match event:
        case ClosureFell():
            return {"state": "none" if row["proposed_on"] is None else "fallen"}
        case ClosureProposed() as e:
            return {"state": "proposed", "proposed_on": e.proposed_on.isoformat(), "authority": e.authority}
        case ClosureAnswered() as e:
            return {"state": e.result, "answered_on": e.answered_on.isoformat()}
        case _:
            return {}
