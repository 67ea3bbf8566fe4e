"""Devices as rows of their list: how many commands arrived, how many wait."""

from __future__ import annotations

from typing import Any

from chassis.domain import Event, day_of
from chassis.envelope import Sequenced
from chassis.projector import Batch, Rows
from services.inspection.domain.device import CommandReceived, CommandSettled, DeviceRegistered, DeviceRevoked


async def project_devices(batch: Batch) -> None:
    """Fold what devices were and sent into their list."""
    told = [one for one in batch.events if one.envelope.stream_id.startswith("device:")]
    rows = await batch.rows("devices", [one.envelope.stream_id.removeprefix("device:") for one in told])
    for sequenced in told:
        _device(rows, sequenced.envelope.stream_id.removeprefix("device:"), sequenced, batch.event(sequenced))


def _device(rows: Rows, key: str, sequenced: Sequenced, event: Event) -> None:
    version = sequenced.envelope.version
    match event:
        case DeviceRegistered():
            rows.put(key, _registered(event, sequenced))
        case DeviceRevoked():
            rows.patch(key, state="revoked", version=version)
        case CommandReceived() if (row := rows.get(key)) is not None:
            rows.put(key, {**row, "received": row["received"] + 1, "waiting": row["waiting"] + 1, "version": version})
        case CommandSettled() if (row := rows.get(key)) is not None:
            rows.put(key, {**row, "waiting": row["waiting"] - 1, "version": version})


def _registered(event: DeviceRegistered, sequenced: Sequenced) -> dict[str, Any]:
    return {
        "device_id": event.device_id, "district": sequenced.envelope.district, "state": "registered",
        "officer_id": event.officer_id, "label": event.label,
        "registered_on": day_of(sequenced.envelope.recorded_at).isoformat(), "received": 0, "waiting": 0,
        "version": sequenced.envelope.version,
    }  # fmt: skip
