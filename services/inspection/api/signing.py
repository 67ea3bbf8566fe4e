"""What a device signs: a compact JWS (RFC 7515, ES256) over a command, with the device's id as `kid`."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from pydantic import AwareDatetime, Field, StringConstraints, ValidationError

from chassis.domain import Refused
from chassis.http import EARLIEST, Body, Id
from services.inspection.domain.device import DeviceRegistered, Signed
from services.inspection.domain.refusals import refused

ALGORITHM = "ES256"
LONGEST = 262_144  # characters of one signed command: a visit's answers with room
KIND = r"^[a-z][a-z-]{1,39}$"


class CommandBody(Body):
    """What stands in a signed command; `body` is what the endpoint of its kind would take."""

    command_id: Id
    device_id: Id
    author: Id
    counter: Annotated[int, Field(ge=1, le=2_000_000_000)]
    inspection_id: Id
    kind: Annotated[str, StringConstraints(pattern=KIND)]
    occurred_at: Annotated[AwareDatetime, Field(ge=EARLIEST, lt=datetime(2200, 1, 1, tzinfo=UTC))]
    body: dict[str, Any]


def key_of(x: str, y: str) -> ECKey:
    """The public key of these coordinates (base64url, P-256); raises ValueError if they are no point of the curve."""
    try:
        return ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
    except (JoseError, ValueError, TypeError) as error:
        raise ValueError("not a public key on P-256") from error


def opened(text: str, device: DeviceRegistered) -> CommandBody:
    """The command of a compact JWS by this device and its officer.

    Refused `signature-invalid`, `command-malformed`, `foreign-author`: then it cannot be told whose it is, and is not kept.
    """
    try:
        token = jws.deserialize_compact(text, key_of(device.key_x, device.key_y), algorithms=[ALGORITHM])
    except (JoseError, ValueError, TypeError, KeyError, UnicodeError) as error:
        raise refused("signature-invalid") from error
    if token.protected.get("kid") != device.device_id:
        raise refused("signature-invalid")
    command = _read(token.payload)
    if command.device_id != device.device_id or command.author != device.officer_id:
        raise refused("foreign-author")
    return command


def _read(payload: bytes) -> CommandBody:
    try:
        return CommandBody.model_validate(orjson.loads(payload))
    except (ValidationError, orjson.JSONDecodeError, OverflowError) as error:
        raise refused("command-malformed", detail=type(error).__name__) from error


def signed_of(text: str, command: CommandBody) -> Signed:
    """The command as it is kept; known by the hash of what was signed: a signature can be written in more than one way."""
    signed = text.rpartition(".")[0].encode()
    return Signed(
        command_id=command.command_id, counter=command.counter, inspection_id=command.inspection_id, kind=command.kind,
        noted_at=command.occurred_at.astimezone(UTC), sha256=hashlib.sha256(signed).hexdigest(), text=text,
    )  # fmt: skip


def told(error: Refused) -> dict[str, Any]:
    """A refusal as an upload tells it."""
    return {"code": error.code, "title": error.zh, "detail": error.en, **error.facts}


def payload_of(text: str) -> CommandBody:
    """The command of a compact JWS that was verified when it arrived."""
    return _read(jws.extract_compact(text.encode()).payload)
