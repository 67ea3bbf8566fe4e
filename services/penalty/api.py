"""HTTP in and out: cases from clue to closing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from chassis.auth import Principal, reader
from chassis.domain import Refused
from chassis.http import Body, Command, Db, Id, IsoDate, Paged, Sha256, answer_json, at_least, command, listed
from chassis.moments import Moment, aggregate, related
from chassis.problems import BadRequest
from chassis.runner import Runner
from services.penalty import commands, domain, queries

router = APIRouter(prefix="/v1", tags=["cases"])

Officer = Annotated[Command, Depends(command("officer"))]
Approver = Annotated[Command, Depends(command("approver"))]
ApproverGuarded = Annotated[Command, Depends(command("approver", guarded=True))]
Reviewer = Annotated[Command, Depends(command("legal-reviewer"))]
Finance = Annotated[Command, Depends(command("finance"))]
READERS = ("officer", "manager", "approver", "legal-reviewer", "finance", "administrator", "auditor", "operator")
Reader = Annotated[Principal, Depends(reader(*READERS))]
LISTED = [Depends(reader(*READERS)), Depends(at_least)]  # in this order: nobody waits who may not read

Line = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Code = Annotated[str, Field(min_length=1, max_length=40)]
Fen = Annotated[int, Field(ge=1, le=10**13, strict=True)]

STEPS = {
    "request-filing": ("filing-requests", "officer"), "file": ("filings", "approver"),
    "record-evidence": ("evidence", "officer"), "close-investigation": ("investigation-closings", "officer"),
    "review": ("legal-reviews", "legal-reviewer"), "serve-notice": ("notices", "officer"),
    "make-statement": ("statements", "officer"), "waive-statement": ("statements", "officer"),
    "decide": ("decisions", "approver"), "serve-decision": ("services", "officer"),
    "receive-payment": ("payments", "finance"), "close": ("closings", "approver"),
}  # fmt: skip
"""Where each step of the procedure is posted, and by which role."""


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


class Evidence(Body):
    """证据."""

    kind: domain.EvidenceKind
    title: Line
    officers: Annotated[list[Id], Field(max_length=20)]
    sha256: Sha256


class ChargeBody(Body):
    """One act's provision, branch and fine."""

    item_code: Code
    law: Code
    law_version: Code
    article: Code
    paragraph: Annotated[int, Field(ge=1, le=20)] | None = None
    item: Code | None = None
    phase: domain.Phase
    subject: domain.Subject
    amount_fen: Fen
    reason: Text


class InvestigationClosing(Body):
    """案件处理呈批."""

    charges: Annotated[list[ChargeBody], Field(max_length=100)]
    opinion: Text
    review_grounds: Annotated[tuple[Code, ...], Field(max_length=10)] = ()


class LegalReview(Body):
    """法制审核."""

    passed: bool
    opinion: Text


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


class PaymentBody(Body):
    """罚款入账."""

    amount_fen: Fen
    bank_reference: Annotated[str, Field(min_length=1, max_length=64)]
    paid_on: IsoDate


class ClosingBody(Body):
    """结案."""

    reason: Line


@router.post("/cases/{case_id}/filing-requests", status_code=201)
async def request_filing(case_id: str, body: FilingRequest, command: Officer) -> Response:
    """Ask for the case to be filed."""
    ids = tuple(officer.officer_id for officer in body.officers)
    wanted = domain.RequestFiling(cause=body.cause, officer_ids=ids, opinion=body.opinion)
    return await command.run(commands.request_filing, case_id, wanted, status=201)


@router.post("/cases/{case_id}/filings", status_code=201)
async def file_case(case_id: str, command: Approver, body: Nothing | None = None) -> Response:  # noqa: ARG001 - empty
    """File the case."""
    return await command.run(commands.file_case, case_id, status=201)


@router.post("/cases/{case_id}/evidence", status_code=201)
async def record_evidence(case_id: str, body: Evidence, command: Officer) -> Response:
    """Put evidence into the file."""
    evidence = domain.RecordEvidence(kind=body.kind, title=body.title, officer_ids=tuple(body.officers), sha256=body.sha256)
    return await command.run(commands.record_evidence, case_id, evidence, status=201)


@router.post("/cases/{case_id}/investigation-closings", status_code=201)
async def close_investigation(case_id: str, body: InvestigationClosing, command: Officer) -> Response:
    """Close the investigation with charges."""
    charges = tuple(domain.Charge(**charge.model_dump()) for charge in body.charges)
    closing = domain.CloseInvestigation(charges=charges, opinion=body.opinion, review_grounds=body.review_grounds)
    return await command.run(commands.close_investigation, case_id, closing, status=201)


@router.post("/cases/{case_id}/legal-reviews", status_code=201)
async def review_case(case_id: str, body: LegalReview, command: Reviewer) -> Response:
    """Pass or return the case."""
    review = domain.ReviewCase(passed=body.passed, opinion=body.opinion)
    return await command.run(commands.review_case, case_id, review, status=201)


@router.post("/cases/{case_id}/notices", status_code=201)
async def serve_notice(case_id: str, body: NoticeBody, command: Officer) -> Response:
    """Serve the notice of the intended penalty."""
    return await command.run(commands.serve_notice, case_id, body.manner, status=201)


@router.post("/cases/{case_id}/statements", status_code=201)
async def record_statement(case_id: str, body: StatementBody, command: Officer) -> Response:
    """Record the party's statement, or its waiver."""
    if body.kind == "made" and body.text is None:
        where = [{"pointer": "#/text", "in": "body", "detail": "a statement has a text"}]
        raise BadRequest("statement-empty", "陈述申辩须有内容", "a statement has a text", status=422, errors=where)
    return await command.run(commands.record_statement, case_id, body.kind, body.text or "", status=201)


@router.post("/cases/{case_id}/decisions", status_code=201)
async def decide_penalty(case_id: str, body: DecisionBody, command: ApproverGuarded) -> Response:
    """Decide the penalty."""
    decide = commands.Decide(amounts=body.amounts, sealed=body.sealed)
    return await command.run(commands.decide_penalty, case_id, decide, status=201)


@router.post("/cases/{case_id}/services", status_code=201)
async def serve_decision(case_id: str, body: ServiceBody, command: Officer) -> Response:
    """Record that the party received the decision."""
    served = domain.ServeDecision(manner=body.manner, recipient=body.recipient, received_on=body.received_on)
    return await command.run(commands.serve_decision, case_id, served, status=201)


@router.post("/cases/{case_id}/payments", status_code=201)
async def receive_payment(case_id: str, body: PaymentBody, command: Finance) -> Response:
    """Record a transfer of the party."""
    payment = domain.ReceivePayment(**body.model_dump())
    return await command.run(commands.receive_payment, case_id, payment, status=201)


@router.post("/cases/{case_id}/closings", status_code=201)
async def close_case(case_id: str, body: ClosingBody, command: Approver) -> Response:
    """Close the case."""
    return await command.run(commands.close_case, case_id, body.reason, status=201)


@router.get("/cases", dependencies=LISTED)
async def list_cases(
    request: Request, principal: Reader, db: Db, asked: Paged, state: Annotated[str | None, Query(max_length=40)] = None,
    district: Annotated[str | None, Query(max_length=64)] = None, organ_id: Annotated[str | None, Query(max_length=64)] = None,
    enterprise_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:  # fmt: skip
    """Cases, those first whose next clock runs out first."""
    if district is not None:
        principal.require_district(district)
    districts = [district] if district is not None else principal.seen_districts()
    wanted = queries.CaseFilter(districts=districts, state=state, organ_id=organ_id, enterprise_id=enterprise_id)
    rows = await queries.cases(db, wanted, asked.after_day, asked.limit + 1)
    return listed(request, asked, [_listed(row) for row in rows], lambda row: [row["clock_on"] or date.max, row["case_id"]])


@router.get("/cases/{case_id}")
async def read_case(case_id: str, request: Request, principal: Reader, db: Db, as_of: Moment) -> Response:
    """One case: its state, its clocks, what may be done next and by which article, what may not and why."""
    case = await aggregate(request, principal, domain.CASE, case_id, as_of)
    payment = await related(request, domain.PAYMENTS, case_id, as_of, case)
    told = asdict(case.state)
    view = {
        "state": told.pop("stage"), **told, "district": case.district, "version": case.version,
        "payment": asdict(payment.state) if payment.exists else None, "clocks": _clocks(case.state, payment.state),
        **(await _next_steps(request, db, case.state, payment.state) if as_of is None else NO_STEPS),
    }  # fmt: skip
    return answer_json(view, version=case.version)


NO_STEPS: dict[str, list[dict[str, Any]]] = {"next_steps": [], "forbidden_steps": []}
"""Nothing is done in the past."""


async def _next_steps(
    request: Request, db: Db, case: domain.CaseState, payment: domain.PaymentState
) -> dict[str, list[dict[str, Any]]]:
    runner: Runner = request.app.state.runner
    try:
        steps = await queries.outlook_of(db.fetch, case, payment, runner.clock.now())
    except Refused as refused:  # no rules are in force: nothing may be done, and that is the reason
        nothing = {"name": "*", "code": refused.code, "reason": refused.zh, "article": refused.basis}
        return {"next_steps": [], "forbidden_steps": [nothing]}
    return {
        "next_steps": [_step(step) for step in steps if step.permitted],
        "forbidden_steps": [{**_step(step), "code": step.code, "reason": step.reason} for step in steps if not step.permitted],
    }


def _step(step: domain.Outlook) -> dict[str, Any]:
    path, role = STEPS[step.name]
    return {"name": step.name, "title": step.title, "path": path, "role": role, "article": step.basis}


def _clocks(case: domain.CaseState, payment: domain.PaymentState) -> list[dict[str, Any]]:
    """The clocks that run: what, until when, whether it has passed."""
    clocks = []
    if case.filed_on is not None and case.decision is None:
        clocks.append({"clock": "case-limit", "due_on": case.decision_due_on, "overdue": case.overdue})
    if case.decision is None and case.notice is not None and not case.notice.answered:
        clocks.append({"clock": "statement", "due_on": case.notice.statement_due_on, "overdue": False})
    if payment.due_on is not None and payment.settled_on is None:
        clocks.append({"clock": "payment-due", "due_on": payment.due_on, "overdue": payment.overdue})
    return clocks


def _listed(row: Any) -> dict[str, Any]:
    """A case of the list; PostgreSQL's infinity, which is read as the last date, is no clock."""
    return {**row, "clock_on": None if row["clock_on"] == date.max else row["clock_on"]}
