"""HTTP for the officer library as a file: CSV that a spreadsheet opens, or JSON; out, and in again."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field, ValidationError

from chassis.domain import Refused
from chassis.http import Body, Id, Seen
from chassis.problems import BadRequest
from services.registry import queries
from services.registry.api.reference import PUBLIC, Administrator, OfficerBody, Reader
from services.registry.commands import library
from services.registry.domain import roster
from services.registry.domain.people import OfficerEnrolled

CSV = "text/csv; charset=utf-8"
MOST = 10_000  # officers of an export
CSV_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
CSV_BODY = {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}

router = APIRouter(prefix="/v1")


class RosterBody(Body):
    """The officers of a roster."""

    officers: Annotated[list[OfficerBody], Field(min_length=1, max_length=roster.LARGEST)]


@router.get("/rosters/officers.csv", dependencies=PUBLIC, response_class=Response, responses=CSV_ANSWER)
async def export(request: Request, principal: Reader, db: Seen, district: Id | None = None) -> Response:
    """The officer library of the asker's districts as CSV (UTF-8 with a mark, so that spreadsheets read it)."""
    found = [dict(row) for row in await db.fetch(queries.ROSTER, principal.seen_districts(), district, MOST)]
    for row in found:
        row["name"], row["certificate_no"] = await request.app.state.vault.plain(row["name"], row["certificate_no"])
    text = io.StringIO()
    csv.writer(text).writerows([roster.harmless(cell) for cell in row] for row in roster.rows_of(found))
    headers = {"Content-Disposition": 'attachment; filename="officers.csv"'}
    return Response(b"\xef\xbb\xbf" + text.getvalue().encode(), 200, headers, CSV)


@router.post("/rosters/officers", status_code=201)
async def enter(body: RosterBody, command: Administrator) -> Response:
    """Enrol, renew and reassign the officers of a roster: all of them or none."""
    return await command.run(library.enter_roster, _facts(body), status=201)


@router.post("/rosters/officers.csv", status_code=201, openapi_extra={"requestBody": CSV_BODY})
async def enter_csv(request: Request, command: Administrator) -> Response:
    """The same from CSV, in the columns of the export; every fault is named, and then nothing is entered."""
    try:
        rows = list(csv.reader(io.StringIO(_decoded(await request.body())), strict=True))
        told = roster.officers_of([[roster.plain(cell) for cell in row] for row in rows if any(cell.strip() for cell in row)])
        body = RosterBody.model_validate({"officers": told})
    except csv.Error as error:
        raise BadRequest("csv-malformed", "不是有效的CSV", f"this is no CSV: {error}", status=422) from error
    except Refused as refused:
        raise BadRequest(refused.code, refused.zh, refused.en, status=422) from refused
    except ValidationError as error:
        errors = [_fault(one) for one in error.errors(include_url=False, include_input=False)]
        total = len(errors)
        raise BadRequest(
            "roster-refused", f"名册有{total}处错误，未导入", f"the roster has {total} faults; nothing was entered", status=422,
            errors=errors[:1000], errors_total=total,
        ) from error  # fmt: skip
    return await command.run(library.enter_roster, _facts(body), status=201)


def _facts(body: RosterBody) -> list[OfficerEnrolled]:
    return [OfficerEnrolled(**officer.model_dump()) for officer in body.officers]


def _decoded(content: bytes) -> str:
    """UTF-8, with or without its mark, or what older spreadsheets write in China."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadRequest("csv-encoding", "文件编码无法识别，请存为UTF-8", "the file is neither UTF-8 nor GB 18030", status=422)


def _fault(error: Any) -> dict[str, Any]:
    """Which row (as the file counts, after its heads) and column."""
    place = error["loc"]
    heads = {field: head for head, field in roster.COLUMNS.items()}
    row = place[1] + 2 if len(place) > 1 and isinstance(place[1], int) else None
    field = str(place[2]) if len(place) > 2 else None
    return {"row": row, "column": heads.get(field or "", field), "code": error["type"], "reason": error["msg"]}
