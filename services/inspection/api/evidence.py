"""Evidence over HTTP: taken, withdrawn, what has not arrived; its file read, whole or in ranges."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field, StringConstraints

from chassis.blobs import BlobDamaged, BlobMissing
from chassis.http import Body, Id, Paged, Seen, Sha256, answer_json, listed
from chassis.media import ENDINGS
from chassis.moments import Moment, aggregate
from chassis.paperwork import Files
from chassis.problems import BadRequest
from services.inspection import queries
from services.inspection.api import answers
from services.inspection.api.reading import (
    LISTED,
    ItemCode,
    Line,
    Officer,
    PartyReader,
    Reader,
    Taker,
    Text,
    asked_of,
    facts_of,
    outsider,
    outsider_of,
)
from services.inspection.api.reads import Giving
from services.inspection.api.visits import AnswerId
from services.inspection.commands import evidence
from services.inspection.commands.evidence import Capture, require_own
from services.inspection.domain.evidence import EVIDENCE, Kind, captured
from services.inspection.domain.refusals import refused

router = APIRouter(prefix="/v1", tags=["inspection"])
FileName = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1F\x7F/\\:]+$", min_length=1, max_length=200)]
MediaType = Literal[
    "image/jpeg", "image/png", "image/webp", "application/pdf", "video/mp4", "audio/mp4", "video/webm", "audio/webm"
]
RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


class EvidenceBody(Body):
    """What was taken, under an id that the sender made; of its file the hash and size (bytes) at that moment.

    A file's name is a label and no path. `answer_id`: the answer that it shows. `facts` says what a sample or transcript
    without a file holds. Places in 1e-7 degrees.
    """

    evidence_id: Id
    kind: Kind
    inspection_id: Id
    hazard_ids: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    item_code: ItemCode | None = None
    answer_id: AnswerId | None = None
    order_id: Id | None = None
    measure_id: Id | None = None
    sha256: Sha256 | None = None
    size: Annotated[int, Field(ge=1, le=1 << 40)] | None = None
    media_type: MediaType | None = None
    file_name: FileName | None = None
    facts: Text | None = None
    place: Line
    latitude_e7: Annotated[int, Field(ge=-900_000_000, le=900_000_000)] | None = None
    longitude_e7: Annotated[int, Field(ge=-1_800_000_000, le=1_800_000_000)] | None = None


class WithdrawalBody(Body):
    """Why it is not relied upon."""

    reason: Text


@router.post("/evidence", status_code=201)
async def capture(body: EvidenceBody, request: Request, command: Taker) -> Response:
    """Note what was taken; its file may come later. An enterprise adds to its own orders only, an expert to his own visits."""
    largest = request.app.state.settings.upload_mib << 20
    return await command.run(evidence.capture, taken_of(body), outsider_of(command), largest, status=201)


def taken_of(body: EvidenceBody) -> Capture:
    """What was taken, as it is decided on."""
    return Capture(**body.model_dump())


@router.post("/evidence/{evidence_id}/withdrawals", status_code=201)
async def withdraw(evidence_id: Id, body: WithdrawalBody, command: Officer) -> Response:
    """Note that it is not relied upon; the file stays."""
    return await command.run(evidence.withdraw, evidence_id, body.reason, status=201)


@router.get("/evidence", dependencies=LISTED, responses=answers.told(answers.Page[answers.EvidenceRow]))
async def list_evidence(
    request: Request, principal: Reader, db: Seen, asked: Paged,
    state: Literal["missing", "complete", "withdrawn"] | None = None, district: Id | None = None,
    inspection_id: Id | None = None, order_id: Id | None = None,
) -> Response:  # fmt: skip
    """Evidence by the day on which it was taken; `state=missing`: its file has not arrived."""
    wanted = asked_of(principal, asked, state, district)
    rows = await queries.evidence(
        db, queries.AskedEvidence(
            state=state, district=district, seen=wanted.seen, after=wanted.after, limit=wanted.limit,
            inspection_id=inspection_id, order_id=order_id,
        ),
    )  # fmt: skip
    return listed(request, asked, rows, lambda row: [row["captured_on"], row["evidence_id"]])


@router.get("/evidence/{evidence_id}", responses=answers.told(answers.EvidenceAnswer))
async def get_evidence(
    request: Request, evidence_id: Id, principal: PartyReader, as_of: Moment, giving: Giving
) -> Response:  # fmt: skip
    """A piece of evidence from its own events; an enterprise is shown its own. That it is read is recorded."""
    loaded = await aggregate(request, principal, EVIDENCE, evidence_id, as_of)
    require_own(loaded, outsider(principal))
    await giving.give(principal, loaded, captured(loaded.state), "facts")
    state = loaded.state
    view = {
        **facts_of(state.captured), "state": state.status, "complete": state.complete, "arrived": state.arrived,
        "withdrawn": state.withdrawn, "district": loaded.district, "version": loaded.version,
    }  # fmt: skip
    return answer_json(view, version=loaded.version)


BYTES: dict[str, Any] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "the file", "content": BYTES}, 206: {"description": "a range of it", "content": BYTES},
    409: {"description": "it has no file, or it has not arrived"}, 416: {"description": "no such range"},
}  # fmt: skip


@router.get("/evidence/{evidence_id}/file", response_class=Response, responses=FILE)
async def get_file(
    request: Request, evidence_id: Id, principal: PartyReader, blobs: Files, giving: Giving,
    range: Annotated[str | None, Header()] = None,
) -> Response:  # fmt: skip
    """The file as it was taken, byte for byte; an enterprise reads its own. Named by the evidence's id, never by its label.

    That it is read is recorded, once for all its ranges.
    """
    loaded = await aggregate(request, principal, EVIDENCE, evidence_id, None)
    require_own(loaded, outsider(principal))
    fact = captured(loaded.state)
    if fact.sha256 is None or fact.size is None:
        raise refused("evidence-without-file")
    if loaded.state.arrived is None:
        raise refused("evidence-not-arrived")
    if (kept := await blobs.size(fact.sha256)) != fact.size:
        raise BlobMissing(fact.sha256) if kept is None else BlobDamaged(fact.sha256)
    wanted = _range(range, fact.size)
    first, last = wanted or (0, fact.size - 1)
    media_type = fact.media_type or ""
    headers = {
        "Content-Disposition": f'attachment; filename="{evidence_id}.{ENDINGS[media_type]}"', "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store", "ETag": f'"{fact.sha256}"', "Content-Length": str(last - first + 1),
    }  # fmt: skip
    if wanted is not None:
        headers["Content-Range"] = f"bytes {first}-{last}/{fact.size}"
    await giving.give(principal, loaded, fact, "file", fact.sha256)
    body = blobs.pieces(fact.sha256, first, last)
    return StreamingResponse(body, 200 if wanted is None else 206, headers, media_type=media_type)


def _range(given: str | None, size: int) -> tuple[int, int] | None:
    """The first and last byte that are asked for (RFC 9110); None: all, also if it is written in a way that is not served."""
    match = RANGE.fullmatch(given) if given is not None else None
    if match is None or match[0] == "bytes=-":
        return None
    first = int(match[1]) if match[1] else max(0, size - int(match[2]))
    last = min(size - 1, int(match[2])) if match[1] and match[2] else size - 1
    if match[1] and match[2] and int(match[2]) < first:
        return None
    if first >= size:
        raise BadRequest("range-unsatisfiable", "请求的范围超出文件", f"the file has {size} bytes", status=416)
    return first, last
