"""Closing of a case and its archive over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.http import Body, Id, IsoDate
from services.penalty import domain
from services.penalty.api.dossier import BINDING
from services.penalty.api.reading import Approver, Line, Officer
from services.penalty.commands import closing

router = APIRouter(prefix="/v1", tags=["cases"])


class ClosingBody(Body):
    """结案."""

    reason: Line
    """In words, as the report says (form 46)."""
    ground: domain.Ground = "performed"
    """Why it ends: performed 执行完毕, no-penalty 不予处罚, transferred 移送, terminated 终结执行, revoked 撤销,
    not-filed 不予立案."""


class ArchiveBody(Body):
    """归档."""

    volumes: Annotated[int, Field(ge=1, le=100, strict=True)]
    """How many volumes 卷."""
    pages: Annotated[int, Field(ge=1, le=100_000, strict=True)]
    """How many pages 页, of all volumes together."""
    keep_years: Annotated[int, Field(ge=1, le=200, strict=True)] | None = None
    """For how many years it is kept 保管期限; for ever where nothing is said."""


class LoanBody(Body):
    """借阅案卷, under an id that the sender made."""

    loan_id: Id
    """The id of the loan, made by the sender."""
    borrower: Id
    """Who takes it, by id."""
    purpose: Line
    """What for."""
    return_by: IsoDate
    """The last day to bring it back."""


class ReturnBody(Body):
    """归还案卷."""

    loan_id: Id
    """Which loan ends."""


@router.post("/cases/{case_id}/closings", status_code=201)
async def close_case(case_id: str, body: ClosingBody, command: Approver) -> Response:
    """Close the case."""
    return await command.run(closing.close_case, case_id, body.reason, body.ground, status=201)


@router.post("/cases/{case_id}/archivings", status_code=201)
async def archive_case(case_id: str, body: ArchiveBody, command: Officer) -> Response:
    """Put the file of a closed case away."""
    return await command.run(closing.archive_case, case_id, body.volumes, body.pages, body.keep_years, BINDING, status=201)


@router.post("/cases/{case_id}/loans", status_code=201)
async def borrow_file(case_id: str, body: LoanBody, command: Approver) -> Response:
    """Lend the archived file."""
    return await command.run(closing.borrow_file, case_id, body.loan_id, body.borrower, body.purpose, body.return_by, status=201)


@router.post("/cases/{case_id}/loan-returns", status_code=201)
async def return_file(case_id: str, body: ReturnBody, command: Officer) -> Response:
    """Take the archived file back."""
    return await command.run(closing.return_file, case_id, body.loan_id, status=201)
