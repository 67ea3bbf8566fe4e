"""Notice, statement, decision, its service, and the closing of a case, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.http import Body, IsoDate
from chassis.problems import BadRequest
from services.penalty import domain
from services.penalty.api.reading import Approver, ApproverGuarded, Code, Fen, Line, Officer, Text
from services.penalty.commands import deciding

router = APIRouter(prefix="/v1", tags=["cases"])


class NoticeBody(Body):
    """告知书送达."""

    manner: domain.Manner


class StatementBody(Body):
    """陈述申辩."""

    kind: domain.StatementKind
    text: Text | None = None


class DecisionBody(Body):
    """处罚决定: amounts by item code where they are lighter than noticed."""

    amounts: Annotated[dict[Code, Fen], Field(max_length=100)] | None = None
    sealed: bool = True


class ServiceBody(Body):
    """决定书送达."""

    manner: domain.Manner
    recipient: Line
    received_on: IsoDate


class ClosingBody(Body):
    """结案."""

    reason: Line


@router.post("/cases/{case_id}/notices", status_code=201)
async def serve_notice(case_id: str, body: NoticeBody, command: Officer) -> Response:
    """Serve the notice of the intended penalty."""
    return await command.run(deciding.serve_notice, case_id, body.manner, status=201)


@router.post("/cases/{case_id}/statements", status_code=201)
async def record_statement(case_id: str, body: StatementBody, command: Officer) -> Response:
    """Record the party's statement, or its waiver."""
    if body.kind == "made" and body.text is None:
        where = [{"pointer": "#/text", "in": "body", "detail": "a statement has a text"}]
        raise BadRequest("statement-empty", "陈述申辩须有内容", "a statement has a text", status=422, errors=where)
    return await command.run(deciding.record_statement, case_id, body.kind, body.text or "", status=201)


@router.post("/cases/{case_id}/decisions", status_code=201)
async def decide_penalty(case_id: str, body: DecisionBody, command: ApproverGuarded) -> Response:
    """Decide the penalty."""
    decide = deciding.Decide(amounts=body.amounts, sealed=body.sealed)
    return await command.run(deciding.decide_penalty, case_id, decide, status=201)


@router.post("/cases/{case_id}/services", status_code=201)
async def serve_decision(case_id: str, body: ServiceBody, command: Officer) -> Response:
    """Record that the party received the decision."""
    served = domain.ServeDecision(manner=body.manner, recipient=body.recipient, received_on=body.received_on)
    return await command.run(deciding.serve_decision, case_id, served, status=201)


@router.post("/cases/{case_id}/closings", status_code=201)
async def close_case(case_id: str, body: ClosingBody, command: Approver) -> Response:
    """Close the case."""
    return await command.run(deciding.close_case, case_id, body.reason, status=201)
