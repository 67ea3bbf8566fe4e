"""HTTP for the register as workbooks: the files of a sector in the form that the import reads, as many as a workbook holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

from chassis.aggregates import read
from chassis.auth import Principal, reader
from chassis.domain import day_of
from chassis.http import Id, Seen, pool_of
from chassis.problems import BadRequest
from chassis.sight import Sight
from chassis.telemetry import log
from services.registry import queries
from services.registry.api.imports import SHEETS, XLSX
from services.registry.api.workbooks import FORMS, StagedBook
from services.registry.commands import scratch
from services.registry.commands.scratch import EXPORTS, Scratch
from services.registry.domain import completeness, exporting, stated
from services.registry.domain.changes import Sector
from services.registry.domain.forms import Form
from services.registry.domain.site_file import ENTERPRISE, EnterpriseState

TOGETHER = 50  # files in memory
Exporter = Annotated[Principal, Depends(reader("manager", "administrator"))]

router = APIRouter(prefix="/v1")


@router.get("/exports/{sector}.xlsx", response_class=Response, responses=SHEETS)
async def export(request: Request, sector: Sector, principal: Exporter, db: Seen, district: Id | None = None) -> Response:
    """The open files of a sector in the asker's districts, in the form in force; what is exported can be imported again.

    As many as a workbook may have rows; of more, one district at a time.
    """
    today = day_of(request.app.state.runner.clock.now())
    form = completeness.form_on(FORMS, sector, today)
    if form is None:
        raise BadRequest("form-unknown", "没有现行登记表", f"no form of {sector} is in force", status=404)
    asked = (principal.seen_districts(), district, sector)
    await _require_room(db, form, asked)
    return await passing(f"{sector}.xlsx", XLSX, lambda book: _write(request, form, _pages(db, asked), book))


async def passing(name: str, media_type: str, write: Callable[[Path], Awaitable[None]]) -> Response:
    """A file that `write` writes, in a scratch folder that goes with the answer."""
    folder = Scratch(EXPORTS)
    try:
        await write(folder.path / name)
    except BaseException:
        folder.drop()
        raise
    return _Passing(folder, name, media_type)


class _Passing(FileResponse):
    """A file whose folder goes with the answer, also where a range is refused or the asker hangs up."""

    def __init__(self, folder: Scratch, name: str, media_type: str) -> None:
        super().__init__(folder.path / name, media_type=media_type, filename=name)
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._folder.drop()


async def sweep(_: FastAPI) -> None:
    """Background task of an API process: what processes that were killed left on disk is taken away."""
    await asyncio.to_thread(scratch.sweep)


async def _require_room(db: Sight, form: Form, asked: tuple[Any, ...]) -> None:
    """A workbook that could not be imported again is not begun."""
    counts = (await db.fetch(queries.OPEN_RECORDS, *asked))[0]
    most = form.maximum_rows
    if max(counts["sites"], counts["places"], counts["equipment"]) > most:
        raise BadRequest(
            "export-too-large", f"超过{most}行，请用 district 按辖区导出", f"more than {most} rows; name a district", status=422,
            sites=int(counts["sites"]), places=int(counts["places"]), equipment=int(counts["equipment"]),
        )  # fmt: skip


async def _pages(db: Sight, asked: tuple[Any, ...]) -> AsyncIterator[list[str]]:
    """The ids of the files, some at a time, in the order of districts and names."""
    after = ("", "", "")
    while rows := await db.fetch(queries.OPEN_FILES, *asked, *after, TOGETHER):
        yield [row["enterprise_id"] for row in rows]
        after = (rows[-1]["district"], rows[-1]["name"], rows[-1]["enterprise_id"])


async def _write(request: Request, form: Form, pages: AsyncIterator[list[str]], book: Path) -> None:
    """Put the rows of all files on disk sheet by sheet, then write them; whatever their number, a page of files is in memory."""
    names = {fact.jurisdiction_id: fact.name for fact in await queries.established(pool_of(request).fetch)}
    done = 0
    async with staged_book(book) as staged:
        async for ids in pages:
            files = await _files(request, ids)
            await asyncio.to_thread(_stage, staged, form, files, names)
            done += len(ids)
        lines = [(form.version_label, form.version), *(("", line) for line in form.lines)]
        sheets = {sheet.name: [column.head for column in sheet.columns] for sheet in form.sheets}
        await asyncio.to_thread(staged.write, book, {form.readme: (form.form_label, form.title)}, lines, sheets)
    log.info("register_exported", sector=form.sector, sites=done)


@asynccontextmanager
async def staged_book(book: Path) -> AsyncIterator[StagedBook]:
    """Rows on disk beside the workbook that they will be written to."""
    rows = book.with_name("rows")
    staged = await asyncio.to_thread(StagedBook, rows)
    try:
        yield staged
    finally:
        await asyncio.to_thread(staged.close)
        rows.unlink(missing_ok=True)


def _stage(staged: StagedBook, form: Form, files: Sequence[EnterpriseState], districts: Mapping[str, str]) -> None:
    for file in files:
        staged.add(exporting.rows_of(form, file, districts))


async def _files(request: Request, ids: Sequence[str]) -> list[EnterpriseState]:
    pool, vault = pool_of(request), request.app.state.vault
    loaded = await asyncio.gather(*(read(pool, ENTERPRISE, key, opener=vault) for key in ids))
    vault.let_go([f"{key}/{role}" for key in ids for role in stated.ROLES])
    return [each.state for each in loaded]
