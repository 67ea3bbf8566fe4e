"""HTTP for imports of the register: a workbook comes in, its faults or its counts go out, and its refused rows as a workbook."""

from __future__ import annotations

import asyncio
import hashlib
import re
import uuid
from dataclasses import asdict
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import UploadFile

from chassis.auth import Principal, reader
from chassis.domain import Unknown, day_of
from chassis.http import NAMESPACE, Command, Id, answer_json, command, etag, pool_of
from chassis.moments import Moment, aggregate
from chassis.problems import BadRequest
from chassis.runner import Answer, Context
from chassis.sight import Sight
from chassis.telemetry import current_traceparent
from services.registry import queries
from services.registry.api import archives, parsing, workbooks
from services.registry.api.reference import READERS
from services.registry.commands import bulk, register
from services.registry.commands.register import ImportRegister
from services.registry.commands.scratch import IMPORTS, scratch
from services.registry.domain.cells import Setting
from services.registry.domain.imports import IMPORT
from services.registry.domain.workbook import COMPANION, Fault, WorkbookRefused

LARGEST = 64 << 20  # bytes of a request
LISTED = 1000  # faults in an answer; the refused rows' workbook has all of them
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEETS: dict[int | str, dict[str, Any]] = {200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}}
"""What an operation that answers a workbook says of its answer."""

IMPORT_ID = re.compile(r"[a-z0-9][a-z0-9-]{2,63}")
MULTIPART = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file", "import_id"],
                "properties": {
                    "file": {"type": "string", "format": "binary", "description": "the workbook, xlsx; or CSV files, zip"},
                    "import_id": {"type": "string", "pattern": f"^{IMPORT_ID.pattern}$"},
                    "accept_valid": {"type": "string", "enum": ["true", "false"], "default": "false"},
                    "existing": {
                        "type": "string",
                        "enum": ["refuse", "submit"],
                        "default": "refuse",
                        "description": "a site that has its file is refused, or submitted with what differs",
                    },
                },
            }
        }
    },
}


async def bounded(request: Request) -> None:
    """FastAPI dependency, before the body is read: a request that says it is larger than is bearable goes no further."""
    said = request.headers.get("content-length", "0")
    if said.isdigit() and int(said) > LARGEST:
        raise too_large()


def too_large() -> BadRequest:
    """The refusal of a request that is larger than is bearable."""
    most = LARGEST >> 20
    return BadRequest("file-too-large", f"文件超过{most}MB", f"the file is larger than {most} MiB", status=413)


Importer = Annotated[Command, Depends(command("administrator", "manager"))]
Reader = Annotated[Principal, Depends(reader(*READERS))]

router = APIRouter(prefix="/v1")


@router.post("/imports", status_code=201, dependencies=[Depends(bounded)], openapi_extra={"requestBody": MULTIPART})
async def load(request: Request, command: Importer) -> Response:
    """Load a register workbook, or a zip of CSV files of any number of rows: all of it, or with accept_valid its good sites.

    With `existing=submit` a site that has its file already is submitted with what differs from it, for an officer to decide field
    by field: nothing is overwritten. Sent again, it goes on or answers the same.
    """
    order, content = await _order(request)
    day = day_of(command.occurred_at)

    runner, context = command.runner, context_of(command)

    async def loading() -> Answer:
        if archives.is_archive(content):
            return await bulk.load_rows(
                runner, context, order, lambda staged, known: archives.stage(staged, content, Setting(day, known))
            )
        with scratch(IMPORTS) as folder:
            printed = await parsing.parse_apart(content, folder)
            if printed.stat().st_size > parsing.IN_MEMORY:
                return await bulk.load_rows(
                    runner, context, order, lambda staged, known: parsing.stage(staged, printed, Setting(day, known))
                )
            return await register.load_draft(
                runner, context, order, lambda known: parsing.read_file(printed, Setting(day, known))
            )

    try:
        answer = await register.import_once(runner, context, order, loading)
    except WorkbookRefused as refused:
        raise refused_file(refused, "workbook-refused", "登记表", "the workbook") from refused
    body = {**orjson.loads(answer.body), **await _faults(request, order.import_id)}
    return Response(orjson.dumps(body), 201, etag(answer.version), media_type="application/json")


@router.get("/imports/{import_id}")
async def view(request: Request, import_id: Id, principal: Reader, as_of: Moment) -> Response:
    """An import: what is loaded so far (`loaded` sites are in the lists), what was refused, why, and whether it is finished."""
    loaded = await aggregate(request, principal, IMPORT, import_id, as_of)
    told = [asdict(fact) for fact in (loaded.state.started, loaded.state.finished) if fact is not None]
    done = await queries.loaded_by(_rows_of_imports(request).fetch, import_id) if as_of is None else None  # of a read model
    body = {**told[0], **told[-1], "finished": len(told) == 2, "loaded": done, **await _faults(request, import_id)}
    return answer_json(body, version=loaded.version)


@router.get("/imports/{import_id}/refused.xlsx", response_class=Response, responses=SHEETS)
async def refused(request: Request, import_id: Id, principal: Reader, as_of: Moment) -> Response:
    """The refused rows of an import, each with its reason, in the form they came in."""
    loaded = await aggregate(request, principal, IMPORT, import_id, as_of)
    started = loaded.state.started
    rows = await queries.refused_rows(_rows_of_imports(request), request.app.state.vault, import_id)
    if started is None or not rows:
        raise Unknown("refused rows", import_id)
    form = workbooks.form_of(started.form, started.form_version)
    content = await asyncio.to_thread(workbooks.refused_workbook, form, rows)
    return Response(content, 200, {"Content-Disposition": f'attachment; filename="{import_id}-refused.xlsx"'}, XLSX)


async def _order(request: Request) -> tuple[ImportRegister, bytes]:
    async with request.form() as form:
        file, import_id, accept = form.get("file"), form.get("import_id"), form.get("accept_valid", "false")
        existing = form.get("existing", "refuse")
        if not isinstance(file, UploadFile):
            raise BadRequest("file-missing", "缺少文件", "the form field `file` with the workbook is required")
        content = await file.read(LARGEST + 1)
    if not isinstance(import_id, str) or not IMPORT_ID.fullmatch(import_id):
        wanted = f"the form field `import_id` must match {IMPORT_ID.pattern}"
        raise BadRequest("import-id-malformed", "import_id 格式不正确", wanted)
    if accept not in ("true", "false"):
        raise BadRequest("accept-valid-malformed", "accept_valid 须为 true 或 false", "accept_valid must be true or false")
    if existing not in ("refuse", "submit"):
        raise BadRequest("existing-malformed", "existing 须为 refuse 或 submit", "existing must be refuse or submit")
    if len(content) > LARGEST:
        raise too_large()
    name = "".join(character for character in file.filename or "" if character.isprintable())[:200]
    digest = hashlib.sha256(content).hexdigest()
    order = ImportRegister(
        import_id=import_id, file_name=name, sha256=digest, accept_valid=accept == "true",
        existing="submit" if existing == "submit" else None,
    )  # fmt: skip
    return order, content


def context_of(command: Command) -> Context:
    """The import as a command, from which those it causes are made."""
    command_id = uuid.uuid5(NAMESPACE, command.key)
    return Context(
        command_id=command_id, actor=command.principal.actor(command.role), organ=command.principal.organ,
        districts=command.principal.districts, occurred_at=command.occurred_at, causation_id=command_id, device=command.device,
        traceparent=current_traceparent(), key=command.key, fingerprint=command.fingerprint,
    )  # fmt: skip


def refused_file(refused: WorkbookRefused, code: str, zh: str, en: str) -> BadRequest:
    """The refusal of a file with the first of its faults; `zh` and `en` name what it is."""
    total = refused.total
    return BadRequest(
        code, f"{zh}有{total}处错误，未导入任何数据", f"{en} has {total} faults; nothing was loaded",
        status=422, errors=[_error(fault) for fault in refused.faults[:LISTED]], errors_total=total,
    )  # fmt: skip


def _error(fault: Fault) -> dict[str, Any]:
    told = asdict(fault)
    return {**told, "reason": f"{told.pop('zh')} / {told.pop('en')}"}


def _rows_of_imports(request: Request) -> Sight:
    """Whoever may see an import may see all that it refused, of whichever district."""
    return Sight(pool_of(request), None)


async def _faults(request: Request, import_id: str) -> dict[str, Any]:
    rows = await queries.refused_rows(_rows_of_imports(request), request.app.state.vault, import_id, LISTED)
    faults = [
        Fault(row["sheet"], row["row"], **fault) for row in rows for fault in row["faults"] if fault["code"] != COMPANION.code
    ]
    return {"errors": [_error(fault) for fault in faults[:LISTED]]}
