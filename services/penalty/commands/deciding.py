"""Notice, statement, decision, service, closing; and the clocks of a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chassis.deadlines import Deadline
from chassis.runner import Work
from services.penalty import domain, queries
from services.penalty.commands.opening import due, due_on, next_number, opened
from services.penalty.commands.remedies import open_remedies
from services.penalty.domain import PAYMENTS, UNIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """What the approver says of the decision: fines per item, if lighter than noticed, and that it is sealed."""

    amounts: dict[str, int] | None
    sealed: bool


async def serve_notice(work: Work, case_id: str, manner: domain.Manner) -> dict[str, Any]:
    """The party is told the intended penalty, by form 24 or 26."""
    case, rules = await opened(work, case_id)
    document_no = await next_number(work, case.state, domain.form_of_notice(case.state, rules))
    notice = work.append(case, domain.serve_notice(case.state, manner, document_no, work.at, rules)).state.notice
    if notice is None:
        return {}
    return {
        "form_no": notice.form_no, "document_no": notice.document_no, "intended_fen": notice.intended_fen,
        "hearing_right": notice.hearing_right, "statement_due_on": notice.statement_due_on,
        "hearing_request_due_on": notice.hearing_request_due_on,
    }  # fmt: skip


async def record_statement(work: Work, case_id: str, kind: domain.StatementKind, text: str) -> None:
    """The party speaks, or waives."""
    case, rules = await opened(work, case_id)
    work.append(case, domain.record_statement(case.state, kind, text, work.at, rules))


async def decide_penalty(work: Work, case_id: str, command: Decide) -> dict[str, Any]:
    """The approver decides; the document's content groups are those that the file can fill."""
    case, rules = await opened(work, case_id)
    sanctions = await queries.sanctions_for(work.read, case.state, rules.day)
    address = await queries.address_of(work.read, case.state.enterprise_id)
    contents = domain.drafted_contents(case.state, address, rules)
    decide = domain.DecidePenalty(approver=work.actor, amounts=command.amounts, contents=contents, sealed=command.sealed)
    document_no = await next_number(work, case.state, domain.DECISION)
    events = domain.decide_penalty(case.state, decide, document_no, sanctions, work.at, rules)
    decision = work.append(case, events).state.decision
    return {} if decision is None else {
        "document_no": decision.document_no, "total_fen": decision.total_fen, "late": decision.late
    }  # fmt: skip


async def serve_decision(work: Work, case_id: str, command: domain.ServeDecision) -> dict[str, Any]:
    """The party has received the decision: payment and remedies open in the same write set."""
    case, rules = await opened(work, case_id, command.received_on)
    served = work.append(case, domain.serve_decision(case.state, command, work.at, rules))
    decision = served.state.decision
    if decision is None or decision.payment_due_on is None:
        return {}
    payment = await work.load(PAYMENTS, case_id)
    owed = domain.open_payment(
        payment.state, case_id, case.state.enterprise_id, decision.total_fen, decision.payment_due_on,
        document_no=decision.document_no,
    )  # fmt: skip
    work.append(payment, owed, subject=case.subject, district=case.district, correlation_id=case.correlation_id)
    await open_remedies(work, served, UNIT)
    return {"payment_due_on": decision.payment_due_on, "amount_fen": decision.total_fen}


async def close_case(work: Work, case_id: str, reason: str) -> None:
    """The approver closes the case."""
    case, rules = await opened(work, case_id)
    payment = await work.load(PAYMENTS, case_id)
    hazards = await queries.hazards_of(work.read, case.state)
    events = domain.close_case(case.state, payment.state, hazards, reason, work.actor, work.at, rules)
    work.append(case, events)


async def lapse_statement(work: Work, deadline: Deadline) -> None:
    """The period for statement and defence has passed."""
    case = await due(work, deadline)
    work.append(case, domain.lapse_statement(case.state, due_on(deadline), work.at))


async def flag_overdue(work: Work, deadline: Deadline) -> None:
    """The limit for the decision has passed."""
    case = await due(work, deadline)
    work.append(case, domain.flag_overdue(case.state, due_on(deadline), work.at))
