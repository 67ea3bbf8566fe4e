"""HTTP for catalogues as workbooks that people edit: out, and in again as a new release."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from chassis.http import Id, pool_of
from chassis.problems import BadRequest
from services.registry import queries
from services.registry.api import workbooks
from services.registry.api.catalogues import CatalogueBody
from services.registry.api.citations import Version
from services.registry.api.imports import LARGEST, LISTED, SHEETS, XLSX, bounded
from services.registry.api.publications import fact_of, release_of
from services.registry.api.reference import PUBLIC, Administrator
from services.registry.commands import reference
from services.registry.domain import itemsheets
from services.registry.domain.itemsheets import catalogue_of
from services.registry.domain.law import CATALOGUE
from services.registry.domain.workbook import WorkbookRefused

MULTIPART = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary", "description": "the workbook, xlsx"}},
            }
        }
    },
}

router = APIRouter(prefix="/v1")


@router.get("/catalogues/{catalogue}/{version}/workbook", dependencies=PUBLIC, response_class=Response, responses=SHEETS)
async def export(request: Request, catalogue: Id, version: Version) -> Response:
    """A release of a catalogue as a workbook: items, articles breached, measures, penalties, a sheet each."""
    known = await queries.catalogues(pool_of(request).fetch, catalogue)
    release = release_of(known, CATALOGUE.name, catalogue, version)
    tables = itemsheets.tables_of(asdict(release), release.items)
    content = await asyncio.to_thread(workbooks.plain_workbook, tables)
    return Response(content, 200, {"Content-Disposition": f'attachment; filename="{catalogue}-{version}.xlsx"'}, XLSX)


@router.post(
    "/catalogues/workbooks", status_code=201, dependencies=[Depends(bounded)], openapi_extra={"requestBody": MULTIPART}
)  # fmt: skip
async def publish_workbook(request: Request, command: Administrator) -> Response:
    """Publish the release that a workbook tells of: all of it, or nothing, with every fault named."""
    content = await _content(request)
    try:
        sheets = workbooks.sheets_from(await workbooks.parse_apart(content))
        told = await asyncio.to_thread(catalogue_of, sheets)
        body = CatalogueBody.model_validate(told)
    except WorkbookRefused as refused:
        faults = [asdict(fault) for fault in refused.faults]
        raise _refused([{**fault, "reason": f"{fault.pop('zh')} / {fault.pop('en')}"} for fault in faults]) from refused
    except ValidationError as error:
        raise _refused([_malformed(told, one) for one in error.errors(include_url=False, include_input=False)]) from error
    return await command.run(reference.publish_catalogue, fact_of(body, told["items"]), body.rulebook, status=201)


async def _content(request: Request) -> bytes:
    async with request.form() as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise BadRequest("file-missing", "缺少文件", "the form field `file` with the workbook is required")
        content = await file.read(LARGEST + 1)
    if len(content) > LARGEST:
        most = LARGEST >> 20
        raise BadRequest("file-too-large", f"文件超过{most}MB", f"the file is larger than {most} MiB", status=413)
    return content


def _malformed(told: dict[str, Any], error: Any) -> dict[str, Any]:
    """What is wrong with a value that could be read: of which item, which field."""
    place = [str(part) for part in error["loc"]]
    code = told["items"][int(place[1])].get("code") if place[:1] == ["items"] and len(place) > 1 and place[1].isdigit() else None
    field = ".".join(place[2:] if code else place)
    return {"sheet": None, "row": None, "column": field, "code": error["type"], "reason": f"{code or ''} {error['msg']}".strip()}


def _refused(errors: list[dict[str, Any]]) -> BadRequest:
    total = len(errors)
    return BadRequest(
        "workbook-refused", f"目录有{total}处错误，未发布", f"the workbook has {total} faults; nothing was published", status=422,
        errors=errors[:LISTED], errors_total=total,
    )  # fmt: skip
