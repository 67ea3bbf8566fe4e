"""HTTP for the register as workbooks: the files of a sector in the form that the import reads."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from chassis.aggregates import read
from chassis.auth import Principal, reader
from chassis.domain import day_of
from chassis.http import Id, Seen, pool_of
from chassis.problems import BadRequest
from services.registry import queries
from services.registry.api.imports import SHEETS, XLSX
from services.registry.api.workbooks import FORMS, plain_workbook
from services.registry.domain import completeness, exporting
from services.registry.domain.changes import Sector
from services.registry.domain.forms import Form
from services.registry.domain.site_file import ENTERPRISE, EnterpriseState

MOST_SITES = 2000  # of one workbook: each is folded from its events
TOGETHER = 50  # files read at a time
Exporter = Annotated[Principal, Depends(reader("manager", "administrator"))]

router = APIRouter(prefix="/v1")


@router.get("/exports/{sector}.xlsx", response_class=Response, responses=SHEETS)
async def export(request: Request, sector: Sector, principal: Exporter, db: Seen, district: Id | None = None) -> Response:
    """The open files of a sector in the asker's districts, in the form in force; what is exported can be imported again."""
    today = day_of(request.app.state.runner.clock.now())
    form = completeness.form_on(FORMS, sector, today)
    if form is None:
        raise BadRequest("form-unknown", "没有现行登记表", f"no form of {sector} is in force", status=404)
    found = await db.fetch(queries.OPEN_FILES, principal.seen_districts(), district, sector, MOST_SITES + 1)
    if len(found) > MOST_SITES:
        raise BadRequest(
            "export-too-large",
            f"超过{MOST_SITES}个场所，请按辖区导出",
            f"more than {MOST_SITES} sites; name a district",
            status=422,
        )
    files = await _files(request, [row["enterprise_id"] for row in found])
    names = {fact.jurisdiction_id: fact.name for fact in await queries.established(pool_of(request).fetch)}
    content = await asyncio.to_thread(form_workbook, form, files, names)
    return Response(content, 200, {"Content-Disposition": f'attachment; filename="{sector}.xlsx"'}, XLSX)


async def _files(request: Request, ids: Sequence[str]) -> list[EnterpriseState]:
    pool, vault = pool_of(request), request.app.state.vault
    files: list[EnterpriseState] = []
    for start in range(0, len(ids), TOGETHER):
        some = await asyncio.gather(*(read(pool, ENTERPRISE, key, opener=vault) for key in ids[start : start + TOGETHER]))
        files += [loaded.state for loaded in some]
    return files


def form_workbook(form: Form, files: Sequence[EnterpriseState], districts: Mapping[str, str]) -> bytes:
    """Files as a filled-in form."""
    rows: dict[str, list[list[str]]] = {sheet.name: [] for sheet in form.sheets}
    for file in files:
        for name, told in exporting.rows_of(form, file, districts).items():
            rows[name] += told
    lines = [[form.version_label, form.version], *(["", line] for line in form.lines)]
    tables = {form.readme: ([form.form_label, form.title], lines)}
    return plain_workbook(
        tables | {sheet.name: ([column.head for column in sheet.columns], rows[sheet.name]) for sheet in form.sheets}
    )
