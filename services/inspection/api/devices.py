"""Devices over HTTP: registered, revoked; what they noted offline is uploaded in any order, in pieces, any number of times."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field, StringConstraints

from chassis.aggregates import Loaded, read
from chassis.auth import Principal, reader
from chassis.domain import Refused, Unknown
from chassis.http import Body, Command, Id, Paged, Seen, answer_json, command, listed
from chassis.runner import Work
from services.inspection import queries
from services.inspection.api import answers
from services.inspection.api.reading import LISTED, READERS, Line, Officer, Reader, Text, asked_of
from services.inspection.api.settling import Waits, settle_device, settle_waiting
from services.inspection.api.signing import LONGEST, CommandBody, key_of, opened, payload_of, signed_of, told
from services.inspection.commands import devices as commands
from services.inspection.domain.device import (
    DEVICE,
    CommandReceived,
    CommandSettled,
    DeviceState,
    Registration,
    Signed,
    check_counter,
    check_kept,
    registered,
)
from services.inspection.domain.evidence import EVIDENCE
from services.inspection.domain.inspection import INSPECTION
from services.inspection.domain.refusals import refused

router = APIRouter(prefix="/v1", tags=["inspection"])
Revoker = Annotated[Command, Depends(command("manager", "administrator"))]
Owner = Annotated[Principal, Depends(reader(*READERS))]
Coordinate = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
Jws = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$", max_length=LONGEST)]


class KeyBody(Body):
    """The public half of the device's key, as WebCrypto exports it (JWK)."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Coordinate
    y: Coordinate


class DeviceBody(Body):
    """A device of the officer who registers it; its key was made on it and never leaves it."""

    device_id: Id
    label: Line
    public_key: KeyBody


class RevocationBody(Body):
    """Why a device may send nothing any more."""

    reason: Text


class AbandonmentBody(Body):
    """Why a command is given up."""

    reason: Line


class UploadBody(Body):
    """Commands as the device signed them, in whatever order; those that were sent before may be among them."""

    commands: Annotated[list[Jws], Field(min_length=1, max_length=200)]


@router.post("/devices", status_code=201)
async def register(body: DeviceBody, command: Officer) -> Response:
    """Register one's own device."""
    try:
        key_of(body.public_key.x, body.public_key.y)
    except ValueError as error:
        raise refused("key-invalid") from error
    who = command.principal
    registration = Registration(
        device_id=body.device_id, officer_id=who.id, officer_name=who.name, certificate_no=who.certificate_no,
        organ_id=who.organ, districts=tuple(sorted(who.districts)), label=body.label, key_x=body.public_key.x,
        key_y=body.public_key.y,
    )  # fmt: skip
    return await command.run(_register, registration, status=201)


async def _register(work: Work, registration: Registration) -> None:
    organ = await queries.organ(work.read, registration.organ_id)
    if organ is None:
        raise refused("organ-unknown", organ_id=registration.organ_id)
    await commands.register(work, registration, organ.district)


@router.post("/devices/{device_id}/revocations", status_code=201)
async def revoke(device_id: Id, body: RevocationBody, command: Revoker) -> Response:
    """Revoke a device that was lost or given back: nothing of it that is not carried out yet will be."""
    return await command.run(commands.revoke, device_id, body.reason, status=201)


@router.post("/devices/{device_id}/commands/{counter}/abandonments", status_code=201)
async def abandon(
    device_id: Id, counter: Annotated[int, Path(ge=1, le=2_000_000_000)], body: AbandonmentBody, command: Revoker
) -> Response:  # fmt: skip
    """Give up a command that waits for something that will never be, so that later ones of its inspection go on."""
    return await command.run(commands.abandon, device_id, counter, body.reason, status=201)


@router.get("/devices", dependencies=LISTED, responses=answers.told(answers.Page[answers.DeviceRow]))
async def list_devices(
    request: Request, principal: Reader, db: Seen, asked: Paged, state: Literal["registered", "revoked"] | None = None,
    district: Id | None = None,
) -> Response:  # fmt: skip
    """Devices by the day of their registration, with how many commands wait."""
    rows = await queries.page(db, queries.DEVICES, asked_of(principal, asked, state, district))
    return listed(request, asked, rows, lambda row: [row["registered_on"], row["device_id"]])


@router.get("/devices/{device_id}", responses=answers.told(answers.DeviceAnswer))
async def get_device(request: Request, device_id: Id, principal: Owner) -> Response:
    """A device: what is to be sent next, what waits and for what."""
    loaded = await _device(request, device_id, principal)
    waits = await settle_device(request.app.state.runner, device_id)
    loaded = await _device(request, device_id, principal)
    state = loaded.state
    known = registered(state)
    view = {
        "device_id": known.device_id, "officer_id": known.officer_id, "label": known.label, "organ_id": known.organ_id,
        "state": "revoked" if state.revoked else "registered", "next_counter": state.contiguous + 1,
        "held": [_held(state.waiting[counter], waits.get(counter)) for counter in sorted(state.waiting)],
        "district": loaded.district, "version": loaded.version,
    }  # fmt: skip
    return answer_json(view, version=loaded.version)


@router.post("/devices/{device_id}/uploads")
async def upload(request: Request, device_id: Id, body: UploadBody, command: Officer) -> Response:
    """Take what a device noted offline, and carry out what can be: answers for each command what became of it.

    `accepted`; `duplicate` (it was here before, with what became of it then); `conflict` with both sides; `refused` with code,
    reason and what to do; `held`: it is kept, and waits for something that is named.
    """
    loaded = await _device(request, device_id, command.principal)
    read_ones = [_opened(text, loaded.state) for text in body.commands]
    known = set(loaded.state.hashes.values())
    kept = [one for one in read_ones if isinstance(one, Signed)]
    await command.run(commands.receive, device_id, kept, command.runner.clock.now())
    waits = await settle_device(command.runner, device_id)
    await settle_waiting(command.runner, str(loaded.district))
    after = (await _device(request, device_id, command.principal)).state
    read_ones = [check_kept(after, one) or one if isinstance(one, Signed) else one for one in read_ones]
    answers = [
        await _told(request, command.principal, text, one, after, waits, known)
        for text, one in zip(body.commands, read_ones, strict=True)
    ]
    return answer_json({"device_id": device_id, "next_counter": after.contiguous + 1, "commands": answers})


def _opened(text: str, state: DeviceState) -> Signed | Refused:
    try:
        signed = signed_of(text, opened(text, registered(state)))
    except Refused as error:
        return error
    return check_counter(state, signed) or signed


async def _device(request: Request, device_id: str, principal: Principal) -> Loaded[DeviceState]:
    runner = request.app.state.runner
    loaded = await read(runner.pool, DEVICE, device_id, opener=runner.vault)
    if not loaded.exists or not principal.may_see(str(loaded.district)):
        raise Unknown(DEVICE.name, device_id)
    return loaded


async def _told(
    request: Request,
    principal: Principal,
    text: str,
    one: Signed | Refused,
    state: DeviceState,
    waits: dict[int, Waits],
    known: set[str],
) -> dict[str, Any]:
    if isinstance(one, Refused):
        return {"verdict": "refused", "what_to_do": WHAT_TO_DO.get(one.code, CALL), **_named(text), **told(one)}
    told_of = {"command_id": one.command_id, "counter": one.counter}
    settled = state.settled.get(one.counter)
    if settled is None:
        return {**told_of, "verdict": "held", **_why(waits.get(one.counter))}
    view = {**told_of, **_settled(settled), **await _sides(request, principal, settled, payload_of(text))}
    return {**view, "verdict": "duplicate", "earlier": settled.verdict} if one.sha256 in known else view


CALL = "请联系所在执法机构的管理人员。"
WHAT_TO_DO = {
    "signature-invalid": "请确认使用的是本人登记的设备；重新登记设备后再上报。",
    "foreign-author": "记录须由作出记录的人员所登记的设备上报。",
    "command-malformed": "请更新应用后重新上报；记录已保留在设备上。",
    "counter-reused": "设备序号重复，请勿清除应用数据，联系管理人员核对。",
    "counter-too-far": "请先上报较早的记录。",
    "device-revoked": "设备已吊销，记录不再生效；请用新设备重新记录并说明情况。",
    "items-disputed": "两台设备的结论不一致，请由执法人员核定后重新作出结论。",
    "evidence-exists": "证据编号已用于另一份证据，请核对双方内容，以新的编号重新登记；文件仍在设备上。",
    "already-ordered": "该隐患已在另一份指令书中，请核对后作废多余的文书。",
    "number-used": "请换用号段内的下一个文号重新记录，并说明原文号作废。",
    "hazard-ended": "该隐患已经了结，请核对后不再重复处理。",
    "major-not-corrected-at-once": "请对该隐患责令限期整改或者采取现场处理措施。",
    **dict.fromkeys(
        ("too-few-officers", "officer-twice", "officer-not-assigned", "certificate-mismatch", "expert-not-assigned"),
        "请按检查方案核对到场人员和执法证件号码，重新记录到场签到；其后的记录随之生效。",
    ),
    "certificate-expired": "证件到期的人员不得执法，请由有效证件的人员重新签到，并联系管理人员更新证件信息。",
    **dict.fromkeys(
        ("site-code-missing", "site-code-of-another"), "请重新扫描企业门口的检查码，或者写明未扫码的理由，重新记录到场签到。"
    ),
    **dict.fromkeys(
        ("reason-missing", "hazard-missing", "hazard-without-violation", "not-a-major-hazard", "items-unanswered"),
        "请补充或者更正后重新记录。",
    ),
    **dict.fromkeys(("presence-missing", "absence-unexplained"), "请补充企业人员的到场情况或者未到场的理由，重新记录会议。"),
    **dict.fromkeys(("signature-missing", "signed-and-refused"), "请由企业签字，或者写明拒签原因和见证人，重新记录检查结束。"),
    "due-before-issue": "请更正整改期限后重新记录。",
}
"""What the officer can do, by the code of a refusal or conflict."""


def _named(text: str) -> dict[str, Any]:
    """Which command a text claims to be, whose signature or form is not right."""
    try:
        claimed = payload_of(text)
    except (Refused, ValueError):
        return {"command_id": None, "counter": None}
    return {"command_id": claimed.command_id, "counter": claimed.counter}


def _settled(settled: CommandSettled) -> dict[str, Any]:
    view: dict[str, Any] = {"verdict": settled.verdict}
    if settled.code is not None:
        view |= {"code": settled.code, "title": settled.zh, "detail": settled.en}
        view["what_to_do"] = WHAT_TO_DO.get(settled.code, CALL)
    return view


def _why(waits: Waits | None) -> dict[str, Any]:
    """What a command waits for; None: for earlier ones of its device."""
    if waits is None:
        return {"code": "earlier-missing", "title": "等待较早的记录", "detail": "earlier commands of the device have not arrived"}
    return {"code": waits.code, "title": waits.zh, "detail": waits.en}


def _held(received: CommandReceived, waits: Waits | None) -> dict[str, Any]:
    return {
        "command_id": received.command_id, "counter": received.counter, "inspection_id": received.inspection_id,
        "kind": received.kind, **_why(waits),
    }  # fmt: skip


async def _sides(request: Request, principal: Principal, settled: CommandSettled, command: CommandBody) -> dict[str, Any]:
    """Both sides of a conflict: what this command says, and what stands beside it."""
    if settled.verdict != "conflict":
        return {}
    runner = request.app.state.runner
    loaded = await read(runner.pool, INSPECTION, command.inspection_id, opener=runner.vault)
    if loaded.exists and not principal.may_see(str(loaded.district)):
        return {}
    inspection = loaded.state
    beside = {code: inspection.live.get(code, ()) for code in settled.disputed}
    view: dict[str, Any] = {"mine": command.body, "disputed": settled.disputed, "answers": beside}
    if settled.code == "evidence-exists":
        other = await read(runner.pool, EVIDENCE, str(command.body["evidence_id"]), opener=runner.vault)
        view["evidence"] = other.state.captured if principal.may_see(str(other.district)) else None
    return view
