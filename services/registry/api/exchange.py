"""HTTP for catalogues and rulebooks as workbooks that people edit: out, and in again as a new release."""

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
from services.registry.api import parsing, workbooks
from services.registry.api.catalogues import CatalogueBody
from services.registry.api.citations import Version
from services.registry.api.imports import LARGEST, LISTED, SHEETS, XLSX, bounded, too_large
from services.registry.api.publications import book_of, fact_of, release_of
from services.registry.api.reference import PUBLISHED, Administrator
from services.registry.api.rulebooks import RulebookBody
from services.registry.commands import reference
from services.registry.domain import booksheets, itemsheets
from services.registry.domain.itemsheets import catalogue_of
from services.registry.domain.law import CATALOGUE, RULEBOOK, rulebook_faults
from services.registry.domain.soundness import Unsound
from services.registry.domain.workbook import Fault, WorkbookRefused

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

SHAPES = {
    "missing": "必填项为空", "string_type": "必填项为空", "int_type": "应填整数", "bool_type": "应填“是”或“否”",
    "string_pattern_mismatch": "不是规定的写法", "extra_forbidden": "没有这一项", "greater_than_equal": "数值过小",
    "less_than_equal": "数值过大", "too_short": "不得为空",
}  # fmt: skip
"""What is wrong with a value, by the type of the error that pydantic gives."""

router = APIRouter(prefix="/v1")


@router.get("/catalogues/{catalogue}/{version}/workbook", dependencies=PUBLISHED, response_class=Response, responses=SHEETS)
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
    content = await sent_file(request)
    try:
        told = await asyncio.to_thread(catalogue_of, await parsing.tables_of(content))
        body = CatalogueBody.model_validate(told)
    except WorkbookRefused as refused:
        raise _refused(_told(refused), "目录") from refused
    except ValidationError as error:
        errors = [_malformed(told, one) for one in error.errors(include_url=False, include_input=False)]
        raise _refused(errors, "目录") from error
    return await command.run(reference.publish_catalogue, fact_of(body, told["items"]), body.rulebook, status=201)


@router.get("/rulebooks/{rulebook}/{version}/workbook", dependencies=PUBLISHED, response_class=Response, responses=SHEETS)
async def export_rulebook(request: Request, rulebook: Id, version: Version) -> Response:
    """A release of a rulebook as a workbook: a sheet for each kind of rule; what it says comes in again as it is."""
    known = await queries.rulebook_versions(pool_of(request).fetch, rulebook)
    release = release_of(known, RULEBOOK.name, rulebook, version)
    content = await asyncio.to_thread(lambda: workbooks.plain_workbook(booksheets.tables_of(release.content)))
    return Response(content, 200, {"Content-Disposition": f'attachment; filename="{rulebook}-{version}.xlsx"'}, XLSX)


@router.post(
    "/rulebooks/workbooks", status_code=201, dependencies=[Depends(bounded)], openapi_extra={"requestBody": MULTIPART}
)  # fmt: skip
async def publish_rulebook_workbook(request: Request, command: Administrator) -> Response:
    """Publish the release that a workbook tells of: all of it, or nothing, with every fault named by sheet and row."""
    content = await sent_file(request)
    try:
        told = await asyncio.to_thread(booksheets.rulebook_of, await parsing.tables_of(content))
        body = RulebookBody.model_validate(told.content)
        if faults := await asyncio.to_thread(lambda: list(rulebook_faults(told.content))):
            raise WorkbookRefused([_unsound(told, found) for found in faults])
    except WorkbookRefused as refused:
        raise _refused(_told(refused), "规则库") from refused
    except ValidationError as error:
        errors = [_misshapen(told, one) for one in error.errors(include_url=False, include_input=False)]
        raise _refused(errors, "规则库") from error
    return await command.run(reference.publish_rulebook, book_of(body, told.content), status=201)


def _unsound(told: booksheets.Told, found: Unsound) -> Fault:
    """What a rule breaks, with sheet and row of the rule."""
    sheet, row = told.place(found.section, found.place)
    return Fault(sheet, row, None, found.why.code, found.why.zh, found.why.en)


def _misshapen(told: booksheets.Told, error: Any) -> dict[str, Any]:
    """What is wrong with a value that could be read: of which rule, in which column."""
    section, *rest = list[Any](error["loc"])
    place = rest.pop(0) if rest and isinstance(rest[0], int) else None
    names = [str(part) for part in rest]
    sheet, row = told.place(str(section), place)
    column = booksheets.head_of(str(section), names[0]) if names else None
    zh = SHAPES.get(error["type"], "内容不符合要求")
    return {"sheet": sheet, "row": row, "column": column, "code": error["type"], "reason": f"{zh} / {section}: {error['msg']}"}


def _told(refused: WorkbookRefused) -> list[dict[str, Any]]:
    faults = [asdict(fault) for fault in refused.faults]
    return [{**fault, "reason": f"{fault.pop('zh')} / {fault.pop('en')}"} for fault in faults]


async def sent_file(request: Request) -> bytes:
    """The file of a form; raises BadRequest."""
    async with request.form() as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise BadRequest("file-missing", "缺少文件", "the form field `file` is required")
        content = await file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise too_large()
    return content


def _malformed(told: dict[str, Any], error: Any) -> dict[str, Any]:
    """What is wrong with a value that could be read: of which item, which field."""
    place = [str(part) for part in error["loc"]]
    code = told["items"][int(place[1])].get("code") if place[:1] == ["items"] and len(place) > 1 and place[1].isdigit() else None
    field = ".".join(place[2:] if code else place)
    return {"sheet": None, "row": None, "column": field, "code": error["type"], "reason": f"{code or ''} {error['msg']}".strip()}


def _refused(errors: list[dict[str, Any]], zh: str) -> BadRequest:
    total = len(errors)
    return BadRequest(
        "workbook-refused", f"{zh}有{total}处错误，未发布", f"the workbook has {total} faults; nothing was published", status=422,
        errors=errors[:LISTED], errors_total=total,
    )  # fmt: skip
