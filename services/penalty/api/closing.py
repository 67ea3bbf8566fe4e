"""Closing of a case and its archive over HTTP."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Response
from pydantic import Field, model_validator

from chassis.http import Body, Id, IsoDate
from chassis.invalid import not_as_meant
from services.penalty import domain
from services.penalty.api.dossier import BINDING
from services.penalty.api.reading import Approver, Line, Officer
from services.penalty.commands import closing
from services.penalty.domain.ending_events import OutsideReader

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


class OutsideBody(Body):
    """平台以外的借阅人: somebody of a court, a procuratorate, another organ, a law firm; under an id that the sender made."""

    reader_id: Id
    """The id of the person, made by the sender; never that of an enterprise."""
    of_unit: Line
    """The organ or unit 单位名称."""
    name: Line
    """Name 姓名; sealed for the person."""
    paper_no: Line
    """Number of the certificate or letter that was shown 证件号、介绍信号; sealed for the person."""


class LoanBody(Body):
    """借阅案卷, under an id that the sender made: by one of ours (`borrower`), or by somebody else (`outside`)."""

    loan_id: Id
    """The id of the loan, made by the sender."""
    borrower: Id | None = None
    """Who of ours takes it, by id."""
    outside: OutsideBody | None = None
    """Who from outside the platform takes it."""
    purpose: Line
    """What for."""
    return_by: IsoDate
    """The last day to bring it back."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.borrower is None) == (self.outside is None):
            raise not_as_meant(
                "须且仅须填写 borrower（本平台人员）与 outside（平台以外人员）之一", "one borrower is named: of ours, or outside"
            )
        return self

    def lent_to(self) -> str | OutsideReader:
        """Who takes it: the id of one of ours, or who it is."""
        return self.borrower or OutsideReader(**self.model_dump()["outside"])


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
    """Lend the archived file, to one of ours or to somebody from outside the platform."""
    return await command.run(closing.borrow_file, case_id, body.loan_id, body.lent_to(), body.purpose, body.return_by, status=201)


@router.post("/cases/{case_id}/loan-returns", status_code=201)
async def return_file(case_id: str, body: ReturnBody, command: Officer) -> Response:
    """Take the archived file back."""
    return await command.run(closing.return_file, case_id, body.loan_id, status=201)
