"""HTTP for the officer library and the experts as files: CSV or a workbook that a spreadsheet opens; out, and in again."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from chassis import separated
from chassis.auth import Principal
from chassis.http import Body, Command, Id, Seen, etag
from chassis.problems import BadRequest
from chassis.sight import Sight
from services.registry import queries
from services.registry.api import parsing
from services.registry.api.exchange import sent_file
from services.registry.api.exports import passing, staged_book
from services.registry.api.imports import SHEETS, XLSX, bounded, context_of, refused_file
from services.registry.api.reference import PUBLIC, Administrator, OfficerBody, Reader
from services.registry.commands import library, rosters
from services.registry.commands.rosters import Rows
from services.registry.commands.scratch import IMPORTS, scratch
from services.registry.domain import roster
from services.registry.domain.people import OfficerEnrolled
from services.registry.domain.roster import ROSTERS, Roster
from services.registry.domain.workbook import Fault, Row, WorkbookRefused

CSV = "text/csv; charset=utf-8"
TOGETHER = 500  # persons of an export in memory
CSV_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
CSV_BODY = {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}
MULTIPART = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary", "description": "the roster, xlsx or CSV"}},
            }
        }
    },
}
Name = Literal["officers", "experts"]

router = APIRouter(prefix="/v1")


class RosterBody(Body):
    """The officers of a roster."""

    officers: Annotated[list[OfficerBody], Field(min_length=1, max_length=roster.TOGETHER)]


@router.get("/rosters/{name}.csv", dependencies=PUBLIC, response_class=Response, responses=CSV_ANSWER)
async def export_csv(request: Request, name: Name, principal: Reader, db: Seen, district: Id | None = None) -> Response:
    """The officers or experts of the asker's districts as CSV (UTF-8 with a mark, so that spreadsheets read it)."""
    of, pages = await _asked(request, name, principal, db, district)

    async def write(book: Path) -> None:
        with book.open("w", encoding="utf-8-sig", newline="") as text:
            told = csv.writer(text)
            told.writerow(roster.heads_out(of))
            async for rows in pages:
                await asyncio.to_thread(told.writerows, ([separated.harmless(cell) for cell in row] for row in rows))

    return await passing(f"{name}.csv", CSV, write)


@router.get("/rosters/{name}.xlsx", dependencies=PUBLIC, response_class=Response, responses=SHEETS)
async def export_xlsx(request: Request, name: Name, principal: Reader, db: Seen, district: Id | None = None) -> Response:
    """The same as a workbook."""
    of, pages = await _asked(request, name, principal, db, district)

    async def write(book: Path) -> None:
        async with staged_book(book) as staged:
            async for rows in pages:
                await asyncio.to_thread(staged.add, {of.title: rows})
            await asyncio.to_thread(staged.write, book, {}, [], {of.title: roster.heads_out(of)})

    return await passing(f"{name}.xlsx", XLSX, write)


@router.post("/rosters/officers", status_code=201)
async def enter(body: RosterBody, command: Administrator) -> Response:
    """Enrol, renew and reassign the officers of a roster: all of them or none."""
    facts = [OfficerEnrolled(**officer.model_dump()) for officer in body.officers]
    return await command.run(library.enter_roster, facts, status=201)


@router.post("/rosters/{name}.csv", status_code=201, openapi_extra={"requestBody": CSV_BODY})
async def enter_csv(request: Request, name: Name, command: Administrator) -> Response:
    """As a file, but CSV that is the body itself, of at most 4 MiB."""
    return await _entered(command, ROSTERS[name], await request.body())


@router.post(
    "/rosters/{name}/files", status_code=201, dependencies=[Depends(bounded)], openapi_extra={"requestBody": MULTIPART}
)  # fmt: skip
async def enter_file(request: Request, name: Name, command: Administrator) -> Response:
    """A roster as CSV or xlsx, in the columns of the export: all rows are judged first, and with any fault nothing is entered.

    Whoever is unknown is enrolled, whoever differs is changed, the others stay as they are.
    """
    return await _entered(command, ROSTERS[name], await sent_file(request))


async def _entered(command: Command, of: Roster, content: bytes) -> Response:
    try:
        with scratch(IMPORTS) as folder:
            rows = await _rows_of(content, folder)
            answer = await rosters.enter_file(command.runner, context_of(command), of, rows)
    except WorkbookRefused as refused:
        raise refused_file(refused, "roster-refused", of.title, "the roster") from refused
    return Response(answer.body, 201, etag(answer.version), media_type="application/json")


async def _rows_of(content: bytes, folder: Path) -> Rows:
    """The rows of a file of either kind; a workbook is unfolded into the folder."""
    if content.startswith(b"PK"):
        printed = await parsing.parse_apart(content, folder)
        return lambda: parsing.first_sheet(printed)
    return lambda: _csv_rows(content)


def _csv_rows(content: bytes) -> Iterator[Row]:
    """The rows that are not empty, numbered as a spreadsheet would; raises WorkbookRefused."""
    try:
        for number, cells in separated.rows_of(content):
            yield Row(number, [separated.plain(cell) for cell in cells])
    except separated.Malformed as error:
        fault = Fault(None, error.number, None, "csv-malformed", "不是有效的CSV", f"this is no CSV: {error.why}")
        raise WorkbookRefused([fault]) from error
    except separated.NotText as error:
        raise parsing.unreadable("csv-encoding") from error


async def _asked(
    request: Request, name: Name, principal: Principal, db: Sight, district: str | None
) -> tuple[Roster, AsyncIterator[list[list[str]]]]:
    """A roster and its rows, some at a time; raises BadRequest if it is more than could be sent in again."""
    of, asked = ROSTERS[name], (principal.seen_districts(), district)
    count = await db.fetchval(queries.ROSTER_SIZES[name], *asked)
    if count > roster.LARGEST:
        most = roster.LARGEST
        raise BadRequest(
            "export-too-large", f"共{count}人，超过{most}人，请用 district 按辖区导出",
            f"{count} are more than {most}; name a district", status=422, rows=count,
        )  # fmt: skip
    return of, _pages(request, of, db, asked)


async def _pages(request: Request, of: Roster, db: Sight, asked: tuple[Any, ...]) -> AsyncIterator[list[list[str]]]:
    vault, after = request.app.state.vault, ("", "")
    while found := [dict(row) for row in await db.fetch(queries.ROSTERS[of.name], *asked, *after, TOGETHER)]:
        after = (found[-1]["district"], found[-1][of.key])
        for row in found:
            [row["name"]] = await vault.plain(row["name"])
            if "certificate_no" in row:
                [row["certificate_no"]] = await vault.plain(row["certificate_no"])
        vault.let_go([row[of.key] for row in found])
        yield roster.rows_out(of, found)
