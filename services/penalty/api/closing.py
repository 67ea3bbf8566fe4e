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
    ground: domain.Ground = "performed"


class ArchiveBody(Body):
    """归档."""

    volumes: Annotated[int, Field(ge=1, le=100, strict=True)]
    pages: Annotated[int, Field(ge=1, le=100_000, strict=True)]
    keep_years: Annotated[int, Field(ge=1, le=200, strict=True)] | None = None


class LoanBody(Body):
    """借阅案卷, under an id that the sender made."""

    loan_id: Id
    borrower: Id
    purpose: Line
    return_by: IsoDate


class ReturnBody(Body):
    """归还案卷."""

    loan_id: Id


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
