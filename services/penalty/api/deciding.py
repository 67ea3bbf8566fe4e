"""Notice, statement, decision and its service, its change and revocation, each towards a party, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.http import Body, IsoDate, Sha256
from chassis.problems import BadRequest
from services.penalty import domain
from services.penalty.api.reading import Approver, ApproverGuarded, Code, Due, Fen, Line, Officer, Party, Text
from services.penalty.commands import deciding
from services.penalty.domain.reporting_up import ReportUp

router = APIRouter(prefix="/v1", tags=["cases"])


class NoticeBody(Body):
    """告知书送达."""

    manner: domain.Manner
    """How it is served 送达方式: direct, left 留置, entrusted 委托, post, electronic, announcement 公告."""
    party_id: Party = domain.UNIT
    confirmation: Sha256 | None = None
    """SHA-256 of the confirmation 送达地址确认书 by which the party agreed to electronic service (行政处罚法 61)."""
    announced_on: IsoDate | None = None
    """Of an announcement: the day it began; it is received when its time is over (民事诉讼法 95)."""


class StatementBody(Body):
    """陈述申辩."""

    kind: domain.StatementKind
    """`made`: the party spoke; `waived`: it gave that up (行政处罚法 45)."""
    text: Text | None = None
    """What it said; needed where it spoke."""
    party_id: Party = domain.UNIT


class DecisionBody(Body):
    """处罚决定: amounts by item code where they are lighter than noticed."""

    amounts: Annotated[dict[Code, Fen], Field(max_length=100)] | None = None
    """Fines by item code, in fen, where they become lighter than noticed; never heavier (行政处罚法 45)."""
    sealed: bool = True
    """Whether the organ's seal is on it, which it needs (行政处罚法 59)."""
    party_id: Party = domain.UNIT


class LighterBody(Body):
    """A fine that becomes lighter, and what is confiscated beside it, if that does too."""

    item_code: Code
    """Which item."""
    amount_fen: Due
    """The fine from now on, in fen; not above what it was."""
    confiscate_fen: Due | None = None
    """What is confiscated from now on, in fen; as it was where nothing is said."""


class SuperiorReport(Body):
    """重大处罚报上级备案."""

    authority: Line
    """To which organ it was reported."""
    reference_no: Line
    """The number of the report."""
    reported_on: IsoDate
    """The day of the report; not before the decision."""
    party_id: Party = domain.UNIT


class ServiceBody(Body):
    """决定书送达."""

    manner: domain.Manner
    """How it was served: direct, left 留置, entrusted 委托, post, electronic, announcement 公告."""
    recipient: Line
    """Who took it, as the receipt of service says 签收人."""
    received_on: IsoDate
    """The day of receipt: payment and remedies count from it (行政处罚法 61, 67). Not before the decision."""
    party_id: Party = domain.UNIT
    confirmation: Sha256 | None = None
    """SHA-256 of the confirmation by which the party agreed to electronic service (行政处罚法 61)."""
    announced_on: IsoDate | None = None
    """Of an announcement: the day it began (民事诉讼法 95)."""


class ChangeBody(Body):
    """变更处罚决定: fines by item, in fen, that become lighter."""

    cause: domain.Cause
    """By whose word: self-correction, reconsideration, litigation, supervision."""
    amounts: Annotated[list[LighterBody], Field(min_length=1, max_length=100)]
    """The items that become lighter, at least one."""
    reason: Text
    """Why."""
    party_id: Party = domain.UNIT


class RevocationBody(Body):
    """撤销处罚决定."""

    cause: domain.Cause
    """By whose word: self-correction, reconsideration, litigation, supervision."""
    reason: Text
    """Why."""
    anew: bool
    """Whether the organ decides again; never in a closed case."""
    party_id: Party = domain.UNIT


class NoPenaltyBody(Body):
    """不予处罚决定."""

    reason: Text
    """Why nothing is imposed (行政处罚法 33)."""
    education: Text
    """How the party was taught 教育 (行政处罚法 33)."""


@router.post("/cases/{case_id}/notices", status_code=201)
async def serve_notice(case_id: str, body: NoticeBody, command: Officer) -> Response:
    """Serve the notice of the intended penalty."""
    notice = domain.ServeNotice(**body.model_dump())
    return await command.run(deciding.serve_notice, case_id, notice, status=201)


@router.post("/cases/{case_id}/statements", status_code=201)
async def record_statement(case_id: str, body: StatementBody, command: Officer) -> Response:
    """Record the party's statement, or its waiver."""
    if body.kind == "made" and body.text is None:
        zh, en = "陈述申辩须有内容", "a statement has a text"
        where = [{"pointer": "#/text", "in": "body", "code": "missing", "detail": zh, "title": en}]
        raise BadRequest("statement-empty", zh, en, status=422, errors=where)
    return await command.run(deciding.record_statement, case_id, body.kind, body.text or "", body.party_id, status=201)


@router.post("/cases/{case_id}/decisions", status_code=201)
async def decide_penalty(case_id: str, body: DecisionBody, command: ApproverGuarded) -> Response:
    """Decide the penalty."""
    decide = deciding.Decide(amounts=body.amounts, sealed=body.sealed, party_id=body.party_id)
    return await command.run(deciding.decide_penalty, case_id, decide, status=201)


@router.post("/cases/{case_id}/services", status_code=201)
async def serve_decision(case_id: str, body: ServiceBody, command: Officer) -> Response:
    """Record that the party received the decision."""
    served = domain.ServeDecision(**body.model_dump())
    return await command.run(deciding.serve_decision, case_id, served, status=201)


@router.post("/cases/{case_id}/superior-reports", status_code=201)
async def report_up(case_id: str, body: SuperiorReport, command: Officer) -> Response:
    """Note that a serious penalty was reported to the organ above."""
    return await command.run(deciding.report_up, case_id, ReportUp(**body.model_dump()), status=201)


@router.post("/cases/{case_id}/no-penalty-decisions", status_code=201)
async def decide_no_penalty(case_id: str, body: NoPenaltyBody, command: Approver) -> Response:
    """Impose nothing, and say why."""
    return await command.run(deciding.decide_no_penalty, case_id, body.reason, body.education, status=201)


@router.post("/cases/{case_id}/decision-changes", status_code=201)
async def change_decision(case_id: str, body: ChangeBody, command: Approver) -> Response:
    """Make the decision lighter."""
    amounts = {lighter.item_code: lighter.amount_fen for lighter in body.amounts}
    taken = {one.item_code: one.confiscate_fen for one in body.amounts if one.confiscate_fen is not None}
    change = domain.ChangeDecision(
        cause=body.cause, amounts=amounts, reason=body.reason, party_id=body.party_id, confiscations=taken
    )
    return await command.run(deciding.change_decision, case_id, change, status=201)


@router.post("/cases/{case_id}/revocations", status_code=201)
async def revoke_decision(case_id: str, body: RevocationBody, command: Approver) -> Response:
    """Void the decision."""
    revoke = domain.RevokeDecision(cause=body.cause, reason=body.reason, anew=body.anew, party_id=body.party_id)
    return await command.run(deciding.revoke_decision, case_id, revoke, status=201)
