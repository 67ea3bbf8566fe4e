"""HTTP for the market supervision's register: a feed comes in, what it says otherwise is listed, and officers decide about it."""

from __future__ import annotations

import asyncio
import codecs
import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile

from chassis.auth import Principal, reader
from chassis.domain import Unknown, day_of
from chassis.http import DAY, Body, Command, Id, Paged, Seen, answer_json, at_least, command, etag, listed
from chassis.moments import Moment, aggregate
from chassis.problems import BadRequest
from services.registry import queries
from services.registry.api.archives import encoding_of
from services.registry.api.imports import IMPORT_ID, LARGEST, bounded, context_of, refused_file, too_large
from services.registry.api.parsing import unreadable
from services.registry.api.reference import READERS, Name, Text
from services.registry.api.site_files import FieldName
from services.registry.commands import feeds
from services.registry.commands.feeds import Decision, ReceiveFeed
from services.registry.domain.adopting import Opening
from services.registry.domain.cells import District, Setting
from services.registry.domain.changes import Sector
from services.registry.domain.feed import FEED, Feed, layout_of, read_feed, rows_of
from services.registry.domain.reconciling import RECONCILIATION, Decided
from services.registry.domain.workbook import Row, WorkbookRefused

FORMS = Path(__file__).parents[3] / "contracts" / "forms"
DOCUMENT = json.loads((FORMS / "market-supervision-2026.json").read_text(encoding="utf-8"))
LAYOUT = layout_of(DOCUMENT, json.loads((FORMS / "register-2026.json").read_text(encoding="utf-8"))["choices"])
MULTIPART = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file", "feed_id", "as_of"],
                "properties": {
                    "file": {"type": "string", "format": "binary", "description": "CSV, or JSON: an array of objects"},
                    "feed_id": {"type": "string", "pattern": f"^{IMPORT_ID.pattern}$"},
                    "as_of": {"type": "string", "format": "date", "description": "the day as of which it was handed over"},
                    "accept_valid": {"type": "string", "enum": ["true", "false"], "default": "false"},
                },
            }
        }
    },
}

Receiver = Annotated[Command, Depends(command("administrator", "manager"))]
Officer = Annotated[Command, Depends(command("officer", "manager"))]
ListReader = Annotated[Principal, Depends(reader(*READERS))]
LISTED = [Depends(reader(*READERS)), Depends(at_least)]  # in this order: nobody waits who may not read
Said = Annotated[bool, Field(strict=True)] | Annotated[int, Field(strict=True, ge=-(10**15), le=10**15)] | Text

router = APIRouter(prefix="/v1")


class DecidedBody(Body):
    """What becomes of one field: `value` is the one of the proposal that is meant."""

    name: FieldName
    outcome: Literal["accepted", "kept"]
    value: Said
    reason: Text | None = None


class OpeningBody(Body):
    """What their register does not know of an enterprise that has no file yet."""

    district: Id
    sector: Sector
    address: Name
    safety_head: Name
    industry_code: Annotated[str, Field(pattern=r"^[A-Z][0-9]{2,4}$")] | None = None
    staff: Annotated[int, Field(ge=0, le=100_000)]


class DecisionBody(Body):
    """What becomes of a proposal that was looked at; `others`: of the fields that are not named, for `reason`."""

    proposal: Annotated[int, Field(ge=1, le=1_000_000)]
    decisions: Annotated[tuple[DecidedBody, ...], Field(max_length=50)] = ()
    others: Literal["accepted", "kept"] | None = None
    reason: Text | None = None
    opening: OpeningBody | None = None

    def decision(self, *, as_manager: bool) -> Decision:
        """As the command has it."""
        return Decision(
            proposal=self.proposal, named=[Decided(**one.model_dump()) for one in self.decisions], others=self.others,
            reason=self.reason, opening=None if self.opening is None else Opening(**self.opening.model_dump()),
            as_manager=as_manager,
        )  # fmt: skip


class ProposalBody(Body):
    """A proposal as it was looked at."""

    reconciliation_id: Id
    proposal: Annotated[int, Field(ge=1, le=1_000_000)]


class DecisionsBody(Body):
    """Proposals that are decided alike; those that open a file are decided one by one."""

    proposals: Annotated[tuple[ProposalBody, ...], Field(min_length=1, max_length=200)]
    outcome: Literal["accepted", "kept"]
    reason: Text | None = None


class RefusedProposal(BaseModel):
    """A proposal that was not decided, and why."""

    reconciliation_id: str
    code: str
    zh: str
    en: str


class DecidedTogether(BaseModel):
    """How many proposals were decided, and which were not."""

    decided: int
    refused: tuple[RefusedProposal, ...]


@router.post("/feeds", status_code=201, dependencies=[Depends(bounded)], openapi_extra={"requestBody": MULTIPART})
async def receive(request: Request, command: Receiver) -> Response:
    """Compare a feed of the market supervision with the register: what differs is proposed, nothing is overwritten.

    Sent again, it goes on or answers the same.
    """
    order, content = await _order(request)
    today = day_of(command.occurred_at)
    if order.as_of > today:
        raise BadRequest("date-in-future", f"日期{order.as_of}晚于今日", f"{order.as_of} lies in the future", status=422)

    async def read(districts: Mapping[str, District]) -> Feed:
        return await asyncio.to_thread(lambda: read_feed(LAYOUT, _rows(content), Setting(today, districts), order.as_of))

    try:
        answer = await feeds.receive_feed(command.runner, context_of(command), order, read)
    except WorkbookRefused as refused:
        raise refused_file(refused, "feed-refused", "数据", "the feed") from refused
    return Response(answer.body, 201, etag(answer.version), media_type="application/json")


@router.get("/feeds", dependencies=LISTED)
async def list_feeds(request: Request, principal: ListReader, db: Seen, asked: Paged) -> Response:
    """Feeds, the latest first, with what each of them proposed."""
    day, key = asked.after_day or (None, "")
    rows = await db.fetch(queries.FEEDS, principal.seen_districts(), day, key, asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["as_of"], row["feed_id"]])


@router.get("/feeds/{feed_id}")
async def view_feed(request: Request, feed_id: Id, principal: ListReader, as_of: Moment) -> Response:
    """A feed: what came, and what comparing it proposed; `finished` is false while it is being compared."""
    loaded = await aggregate(request, principal, FEED, feed_id, as_of)
    told = [asdict(fact) for fact in (loaded.state.received, loaded.state.reconciled) if fact is not None]
    return answer_json({**told[0], **told[-1], "finished": len(told) == 2}, version=loaded.version)


@router.get("/reconciliations", dependencies=LISTED)
async def list_reconciliations(
    request: Request, principal: ListReader, db: Seen, asked: Paged, state: Literal["open", "decided", "withdrawn"] = "open",
    kind: Literal["new", "changed", "closed", "conflicting"] | None = None, district: Id | None = None, feed: Id | None = None,
) -> Response:  # fmt: skip
    """What the other register says otherwise, the longest waiting first; undecided unless asked otherwise."""
    day, key = asked.after_day or (None, "")
    seen = principal.seen_districts()
    rows = await db.fetch(queries.RECONCILIATIONS, seen, district, state, kind, feed, day, key, asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["proposed_on"], row["reconciliation_id"]])


@router.get("/reconciliations/{reconciliation_id}")
async def view(request: Request, reconciliation_id: Id, principal: ListReader, as_of: Moment) -> Response:
    """Field by field what their register says and what the file says, and what was decided."""
    loaded = await aggregate(request, principal, RECONCILIATION, reconciliation_id, as_of)
    state = loaded.state
    if state.last is None:
        raise Unknown(RECONCILIATION.name, reconciliation_id)
    decided = None if state.decided is None else asdict(state.decided)
    told = {**asdict(state.last), "state": state.stage, "decided": decided, "district": loaded.district}
    return answer_json(told, version=loaded.version)


@router.post("/reconciliations/{reconciliation_id}/decisions", status_code=201)
async def decide(reconciliation_id: Id, body: DecisionBody, command: Officer) -> Response:
    """Accept or keep, field by field; what is accepted is in the file from now on, or a file is opened with it.

    Files are opened, closed and reopened by managers only.
    """
    decision = body.decision(as_manager="manager" in command.principal.roles)
    return await command.run(feeds.decide, reconciliation_id, decision, status=201)


@router.post("/reconciliations/{reconciliation_id}/renewals", status_code=201)
async def renew(reconciliation_id: Id, command: Officer) -> Response:
    """Compare what is proposed with the file as it is now."""
    return await command.run(feeds.renew, reconciliation_id, status=201)


@router.post("/reconciliation-decisions", status_code=200, responses={200: {"model": DecidedTogether}})
async def decide_some(body: DecisionsBody, command: Officer) -> Response:
    """Decide proposals alike that were looked at together; each is decided, or refused with its reason, by itself."""
    proposals = list({one.reconciliation_id: (one.reconciliation_id, one.proposal) for one in body.proposals}.values())
    context = replace(context_of(command), stated=command.stated)
    as_manager = "manager" in command.principal.roles
    alike = Decision(proposal=0, others=body.outcome, reason=body.reason, as_manager=as_manager)
    answer = await feeds.decide_some(command.runner, context, proposals, alike)
    return answer_json(answer)


async def _order(request: Request) -> tuple[ReceiveFeed, bytes]:
    async with request.form() as form:
        file, feed_id, as_of = form.get("file"), form.get("feed_id"), form.get("as_of")
        accept = form.get("accept_valid", "false")
        if not isinstance(file, UploadFile):
            raise BadRequest("file-missing", "缺少文件", "the form field `file` with the feed is required")
        content = await file.read(LARGEST + 1)
    if not isinstance(feed_id, str) or not IMPORT_ID.fullmatch(feed_id):
        raise BadRequest("feed-id-malformed", "feed_id 格式不正确", f"the form field `feed_id` must match {IMPORT_ID.pattern}")
    try:
        day = date.fromisoformat(str(as_of) if DAY.fullmatch(str(as_of)) else "")
    except ValueError as error:
        raise BadRequest("as-of-malformed", "as_of 须为日期，如 2026-03-01", "`as_of` must be a date") from error
    if accept not in ("true", "false"):
        raise BadRequest("accept-valid-malformed", "accept_valid 须为 true 或 false", "accept_valid must be true or false")
    if len(content) > LARGEST:
        raise too_large()
    name = "".join(character for character in file.filename or "" if character.isprintable())[:200]
    order = ReceiveFeed(
        feed_id=feed_id, as_of=day, layout=LAYOUT.title, layout_version=LAYOUT.version,
        sha256=hashlib.sha256(content).hexdigest(), file_name=name, accept_valid=accept == "true",
    )  # fmt: skip
    return order, content


def _rows(content: bytes) -> list[Row]:
    """The rows of a file: of JSON if it begins as an array does, else of CSV; raises WorkbookRefused."""
    if not content.strip():
        raise unreadable("file-empty")
    plain = content.removeprefix(codecs.BOM_UTF8)
    if plain.lstrip().startswith(b"["):
        try:
            return rows_of(orjson.loads(plain), LAYOUT)
        except orjson.JSONDecodeError as error:
            raise unreadable("file-damaged") from error
    try:
        lines = enumerate(csv.reader(io.StringIO(content.decode(encoding_of(content))), strict=True), start=1)
        told = (Row(number, [cell or None for cell in row]) for number, row in lines if any(row))
        return list(islice(told, LAYOUT.maximum_rows + 2))  # the head, and one more than may be
    except (csv.Error, UnicodeDecodeError) as error:
        raise unreadable("file-damaged") from error
