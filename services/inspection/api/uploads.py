"""Files of evidence over HTTP, in parts: in any order, from any process, as often as need be; checked when they are whole."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from functools import cache
from typing import IO, Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from chassis import media
from chassis.aggregates import Loaded, read
from chassis.http import Body, Id, answer_json
from chassis.moments import aggregate
from chassis.paperwork import Files
from chassis.settings import Settings
from chassis.uploads import OtherContent, PartsMissing, Uploads
from services.inspection.api.evidence import BYTES
from services.inspection.api.reading import Taker, TakerReader, outsider, outsider_of
from services.inspection.commands import evidence
from services.inspection.commands.evidence import Outsider, require_own
from services.inspection.domain.evidence import EVIDENCE, EvidenceState, captured
from services.inspection.domain.refusals import refused

router = APIRouter(prefix="/v1/evidence", tags=["inspection"])
Digest = Annotated[str, Header(pattern=r"^sha-256=:[A-Za-z0-9+/]{43}=:$", description="RFC 9530: sha-256 of this part")]
Number = Annotated[int, Path(ge=0, le=999_999)]


class ArrivalBody(Body):
    """No content is needed."""


@cache
def uploads_at(place: str, part_bytes: int) -> Uploads:
    """The unfinished files of this deployment."""
    return Uploads(place, part_bytes)


async def uploads_of(request: Request) -> Uploads:
    """FastAPI dependency: the unfinished files of this deployment."""
    settings: Settings = request.app.state.settings
    return uploads_at(settings.files, settings.upload_part_kib << 10)


Unfinished = Annotated[Uploads, Depends(uploads_of)]


def _file_of(state: EvidenceState) -> tuple[str, int, str]:
    """Hash, size and type of the file that was announced."""
    fact = captured(state)
    if fact.sha256 is None or fact.size is None or fact.media_type is None:
        raise refused("evidence-without-file")
    return fact.sha256, fact.size, fact.media_type


async def _ahead(request: Request, evidence_id: str) -> bool:
    """Whether an officer sends or asks for a file of which nothing was noted yet: the device's commands may come after it."""
    runner = request.app.state.runner
    return not (await read(runner.pool, EVIDENCE, evidence_id)).exists


async def _met(request: Request, principal: Any, evidence_id: str, own: Outsider | None) -> Loaded[EvidenceState]:
    loaded = await aggregate(request, principal, EVIDENCE, evidence_id, None)
    require_own(loaded, own)
    return loaded


@router.get("/{evidence_id}/parts", responses={409: {"description": "it has no file"}})
async def get_parts(request: Request, evidence_id: Id, principal: TakerReader, uploads: Unfinished) -> Response:
    """Which parts of the file are here, which are not, and how many bytes each has (the last one: what is left).

    Officers may ask before anything was noted of the evidence: then `size` is null, and nobody knows what is missing.
    """
    if outsider(principal) is None and await _ahead(request, evidence_id):
        early = await uploads.arrived(evidence_id)
        told = {"size": None, "part_bytes": uploads.part_bytes, "arrived": early, "missing": [], "complete": False}
        return answer_json(told)
    loaded = await _met(request, principal, evidence_id, outsider(principal))
    _, size, _ = _file_of(loaded.state)
    numbers = range(uploads.parts_of(size))
    here = set(numbers if loaded.state.arrived else await uploads.arrived(evidence_id, size))
    view = {
        "size": size, "part_bytes": uploads.part_bytes, "arrived": [one for one in numbers if one in here],
        "missing": [one for one in numbers if one not in here], "complete": loaded.state.complete,
    }  # fmt: skip
    return answer_json(view)


@router.put("/{evidence_id}/parts/{number}", status_code=204, openapi_extra={"requestBody": {"required": True, "content": BYTES}})
async def put_part(
    request: Request, evidence_id: Id, number: Number, command: Taker, uploads: Unfinished, content_digest: Digest
) -> Response:
    """Send part `number`, counted from 0; again changes nothing, and after the file has arrived nothing at all.

    An officer may send parts before what the device noted has come, or is carried out: they are checked when the file is whole.
    """
    own = outsider_of(command)
    ahead = own is None and await _ahead(request, evidence_id)
    state = None if ahead else (await _met(request, command.principal, evidence_id, own)).state
    data = await request.body()
    _check_length(request, uploads, number, len(data), None if state is None else _file_of(state)[1])
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    if content_digest != f"sha-256=:{digest}:":
        raise refused("part-hash-mismatch", number=number)
    if state is None or state.arrived is None:
        await uploads.put(evidence_id, number, data)
    return Response(status_code=204)


def _check_length(request: Request, uploads: Uploads, number: int, length: int, size: int | None) -> None:
    """Refuse a part that is none of a file of this size (None: not known yet), or of a file that is larger than may be."""
    largest = request.app.state.settings.upload_mib << 20
    if (number * uploads.part_bytes + length if size is None else size) > largest:
        raise refused("file-too-large", largest=largest)
    if size is None:
        if not 0 < length <= uploads.part_bytes:
            raise refused("part-length-mismatch", number=number, expected=uploads.part_bytes)
        return
    expected = uploads.length(size, number)
    if expected is None:
        raise refused("part-unknown", number=number)
    if length != expected:
        raise refused("part-length-mismatch", number=number, expected=expected)


@router.post("/{evidence_id}/arrivals", status_code=201)
async def arrive(
    request: Request, evidence_id: Id, _: ArrivalBody, command: Taker, uploads: Unfinished, blobs: Files
) -> Response:
    """Put the file together, check hash, size and content of what is stored, and keep it for good.

    It is kept first, then said to be here, then its parts are forgotten: whoever is killed in between, the next one goes on.
    """
    own = outsider_of(command)
    loaded = await _met(request, command.principal, evidence_id, own)
    sha256, size, media_type = _file_of(loaded.state)
    if loaded.state.arrived is None:
        try:
            async with uploads.whole(evidence_id, size, sha256) as file:
                await _check(file, size, media_type)
                await blobs.keep_file(file, sha256, size)
        except PartsMissing as error:
            if (await _met(request, command.principal, evidence_id, own)).state.arrived is None:
                raise refused("parts-missing", missing="、".join(map(str, error.numbers[:20]))) from error
        except OtherContent as error:
            raise refused("hash-mismatch", expected=sha256) from error
    answer = await command.run(evidence.arrive, evidence_id, sha256, size, status=201)
    await uploads.forget(evidence_id)
    return answer


async def _check(file: IO[bytes], size: int, media_type: str) -> None:
    try:
        await asyncio.to_thread(media.check, file, size, media_type)
    except media.Unfit as error:
        raise refused("content-unfit", why_zh=error.zh, why=error.en) from error
    file.seek(0)
