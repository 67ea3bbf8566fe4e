"""Service of documents over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.http import Body, Id, Sha256
from services.inspection.api.reading import Day, Line, Officer, Text
from services.inspection.commands import documents as commands
from services.inspection.domain.serving import Serve, Way

router = APIRouter(prefix="/v1", tags=["inspection"])


class ServiceBody(Body):
    """How a document went to whom; who took it for the addressee says what they are to them (`relation`)."""

    service_id: Id
    way: Way
    recipient: Line
    place: Line
    served_on: Day
    servers: Annotated[tuple[Id, ...], Field(max_length=10)] = ()
    relation: Line | None = None
    witness: Line | None = None
    confirmation: Sha256 | None = None
    recording: Sha256 | None = None
    reference: Line | None = None


class ReceiptBody(Body):
    """The day on which what was mailed arrived."""

    received_on: Day


class ReturnBody(Body):
    """The day on which what was mailed came back, and why."""

    returned_on: Day
    reason: Text


@router.post("/documents/{document_id}/services", status_code=201)
async def serve(document_id: Id, body: ServiceBody, command: Officer) -> Response:
    """Serve a document."""
    return await command.run(commands.serve, document_id, Serve(**body.model_dump()), status=201)


@router.post("/documents/{document_id}/services/{service_id}/receipts", status_code=201)
async def receive(document_id: Id, service_id: Id, body: ReceiptBody, command: Officer) -> Response:
    """Note that what was mailed arrived: from that day it counts as served."""
    return await command.run(commands.receive, document_id, service_id, body.received_on, status=201)


@router.post("/documents/{document_id}/services/{service_id}/returns", status_code=201)
async def give_back(document_id: Id, service_id: Id, body: ReturnBody, command: Officer) -> Response:
    """Note that what was mailed came back."""
    return await command.run(commands.give_back, document_id, service_id, body.returned_on, body.reason, status=201)
