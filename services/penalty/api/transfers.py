"""Transfer of a case 案件移送 over HTTP: its steps, and where it stands."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from chassis.http import Body, Id, IsoDate, answer_json
from chassis.moments import Moment, aggregate, related
from services.penalty import domain
from services.penalty.api.payments import PartyBody
from services.penalty.api.reading import Approver, Line, Officer, Reader, Text
from services.penalty.commands import transfers
from services.penalty.domain import transfer
from services.penalty.domain.transfer_events import Answer, Material, Receiver

router = APIRouter(prefix="/v1", tags=["transfers"])


class TransferBody(PartyBody):
    """案件移送审批: to whom, and why."""

    to: Receiver
    """`police`: for a suspected crime (行刑衔接办法); `organ`: to another organ with jurisdiction."""
    receiver: Line
    """The name of the receiver."""
    reason: Text
    """Why."""
    team: Annotated[tuple[Id, ...], Field(max_length=20)]
    """Who reports it: at least two officers (行刑衔接办法 7)."""


class TransferDecisionBody(Body):
    """主要负责人决定."""

    agreed: bool
    """Whether it goes over."""
    opinion: Text
    """What the principal head says."""


class MaterialBody(Body):
    """移送材料."""

    name: Line
    """What is handed over."""
    count: Annotated[int, Field(ge=1, le=10_000, strict=True)]
    """How many pieces 份数."""


class TransferHandoverBody(Body):
    """案件移送书."""

    received_by: Line
    """Who took it at the receiver."""
    materials: Annotated[list[MaterialBody], Field(max_length=200)]
    """The list of the materials, at least one (form 44)."""


class TransferAnswerBody(Body):
    """受移送机关答复."""

    answer: Answer
    """`taken` 受理、立案; `not-taken` 不予受理、不予立案."""
    reference: Line
    """The number of the answer."""
    reason: Text
    """Why, as the receiver says."""
    answered_on: IsoDate
    """The day of the answer; not before the handing over."""


class TransferReturnBody(Body):
    """案件退回."""

    reason: Text
    """Why the case comes back."""
    returned_on: IsoDate
    """The day on which it came back."""


@router.post("/cases/{case_id}/transfers", status_code=201)
async def report_transfer(case_id: str, body: TransferBody, command: Officer) -> Response:
    """Report that the case belongs to the police, or to another organ."""
    return await command.run(transfers.report, case_id, transfer.ReportTransfer(**body.model_dump()), status=201)


@router.post("/cases/{case_id}/transfer-decisions", status_code=201)
async def decide_transfer(case_id: str, body: TransferDecisionBody, command: Approver) -> Response:
    """Agree to the transfer, or say why not."""
    return await command.run(transfers.decide, case_id, body.agreed, body.opinion, status=201)


@router.post("/cases/{case_id}/transfer-handovers", status_code=201)
async def hand_over(case_id: str, body: TransferHandoverBody, command: Officer) -> Response:
    """Hand the case over, with the list of its materials."""
    materials = tuple(Material(name=one.name, count=one.count) for one in body.materials)
    return await command.run(transfers.hand_over, case_id, body.received_by, materials, status=201)


@router.post("/cases/{case_id}/transfer-answers", status_code=201)
async def answer_transfer(case_id: str, body: TransferAnswerBody, command: Officer) -> Response:
    """Record what the receiver answered."""
    return await command.run(transfers.answer, case_id, transfer.AnswerTransfer(**body.model_dump()), status=201)


@router.post("/cases/{case_id}/transfer-returns", status_code=201)
async def return_case(case_id: str, body: TransferReturnBody, command: Officer) -> Response:
    """Record that the case came back."""
    return await command.run(transfers.return_case, case_id, body.reason, body.returned_on, status=201)


@router.get("/cases/{case_id}/transfers")
async def read_transfer(case_id: str, request: Request, principal: Reader, as_of: Moment) -> Response:
    """Where the transfer of a case stands, and whether the case stands still meanwhile."""
    case = await aggregate(request, principal, domain.CASE, case_id, as_of)
    at = await related(request, transfer.TRANSFERS, case_id, as_of, case)
    told = {**asdict(at.state), "case_id": case_id, "stops_case": at.state.stops_case, "gone": at.state.gone}
    return answer_json(told, version=at.version)
