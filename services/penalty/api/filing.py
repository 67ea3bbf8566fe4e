"""Cases over HTTP up to their filing: asked for, and granted."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.http import Body, Id
from services.penalty import domain
from services.penalty.api.reading import Approver, Line, Officer, Text
from services.penalty.commands import filing

router = APIRouter(prefix="/v1", tags=["cases"])


class NamedOfficer(Body):
    """An officer by id."""

    officer_id: Id


class FilingRequest(Body):
    """立案审批申请."""

    cause: Line
    officers: Annotated[list[NamedOfficer], Field(max_length=20)]
    opinion: Text


class Nothing(Body):
    """A command that needs no more than its address."""


@router.post("/cases/{case_id}/filing-requests", status_code=201)
async def request_filing(case_id: str, body: FilingRequest, command: Officer) -> Response:
    """Ask for the case to be filed."""
    ids = tuple(officer.officer_id for officer in body.officers)
    wanted = domain.RequestFiling(cause=body.cause, officer_ids=ids, opinion=body.opinion)
    return await command.run(filing.request_filing, case_id, wanted, status=201)


@router.post("/cases/{case_id}/filings", status_code=201)
async def file_case(case_id: str, command: Approver, body: Nothing | None = None) -> Response:  # noqa: ARG001 - empty
    """File the case."""
    return await command.run(filing.file_case, case_id, status=201)
