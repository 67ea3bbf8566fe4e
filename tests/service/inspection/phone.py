"""An officer's phone as the tests have it: a key of its own, a counter, commands that it signs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
from joserfc import jws
from joserfc.jwk import ECKey

from tests.service.inspection.office import MORNING, Office

NOON = MORNING + timedelta(hours=2)  # when what was noted in the morning is uploaded


class Pen:
    """What an officer of Donghu notes on a device: signed at once with the device's key, numbered by its counter."""

    def __init__(self, device_id: str, officer_id: str) -> None:
        self.device_id, self.officer_id = device_id, officer_id
        self.key = ECKey.generate_key("P-256")
        self.outbox: list[str] = []

    @property
    def public_key(self) -> dict[str, str]:
        """The public half of the key as WebCrypto exports it."""
        exported = self.key.as_dict(private=False)
        return {name: str(exported[name]) for name in ("kty", "crv", "x", "y")}

    def note(
        self, kind: str, body: Mapping[str, Any], *, minutes: int = 0, inspection_id: str = "task-1", **changes: Any
    ) -> str:  # fmt: skip
        """Note a command so many minutes after noon (before it: negative); answers its id."""
        counter = len(self.outbox) + 1
        at: datetime = NOON + timedelta(minutes=minutes)
        command = {
            "command_id": f"{self.device_id}-{counter}", "device_id": self.device_id, "author": self.officer_id,
            "counter": counter, "inspection_id": inspection_id, "kind": kind, "occurred_at": at.isoformat(), "body": body,
            **changes,
        }  # fmt: skip
        self.outbox.append(self.sign(command))
        return str(command["command_id"])

    def sign(self, command: Mapping[str, Any], key: ECKey | None = None) -> str:
        """A compact JWS over a command."""
        header = {"alg": "ES256", "kid": self.device_id, "typ": "casetrail-command+jws"}
        return jws.serialize_compact(header, orjson.dumps(command), key or self.key, algorithms=["ES256"])


class Phone(Pen):
    """A device that uploads what was noted on it."""

    def __init__(self, office: Office, device_id: str, officer_id: str) -> None:
        super().__init__(device_id, officer_id)
        self.office = office
        self.client = office.under_test.client(
            "officer", id=officer_id, name="执法人员", districts=("donghu",), organ="donghu-emb", certificate_no="赣A001"
        )

    async def register(self) -> httpx.Response:
        """Register the device."""
        body = {"device_id": self.device_id, "label": "检查用手机", "public_key": self.public_key}
        return await self.client.post("/v1/devices", json=body)

    async def send(
        self, commands: Sequence[str] | None = None, client: httpx.AsyncClient | None = None, status: int = 200
    ) -> list[dict[str, Any]]:
        """Upload commands, of the outbox if none are given; answers what became of each."""
        body = {"commands": self.outbox if commands is None else list(commands)}
        answer = await (client or self.client).post(f"/v1/devices/{self.device_id}/uploads", json=body)
        assert answer.status_code == status, answer.text
        told: list[dict[str, Any]] = answer.json().get("commands", [])
        return told


def verdicts(told: Iterable[Mapping[str, Any]]) -> list[str]:
    """What became of each command."""
    return [one["verdict"] for one in told]


async def phones(office: Office, *officers: int) -> list[Phone]:
    """Registered devices of these officers."""
    found = [Phone(office, f"phone-{n}", f"officer-{n}") for n in officers]
    for phone in found:
        assert (await phone.register()).status_code == 201
    office.under_test.clock.at = NOON
    return found
