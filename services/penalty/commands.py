"""Use cases of a penalty case: load, decide, append."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.aggregates import Loaded
from chassis.deadlines import Deadline
from chassis.domain import Refused, day_of
from chassis.runner import Work
from services.penalty import domain, queries
from services.penalty.domain import CASE, PAYMENTS, SERIES, CaseState, Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """What the approver says of the decision: fines per item, if lighter than noticed, and that it is sealed."""

    amounts: dict[str, int] | None
    sealed: bool


async def register_clue(work: Work, command: domain.RegisterClue, district: str) -> None:
    """A referral becomes a clue; the case keeps the referral's correlation."""
    case = await work.load(CASE, command.case_id)
    events = domain.register_clue(case.state, command)
    work.append(case, events, subject=command.enterprise_id, district=district)


async def request_filing(work: Work, case_id: str, command: domain.RequestFiling) -> None:
    """Officers ask for the filing."""
    case, rules = await _opened(work, case_id)
    officers = await queries.officers_for(work.read, case.state, command.officer_ids)
    work.append(case, domain.request_filing(case.state, command, officers, work.at, rules))


async def file_case(work: Work, case_id: str) -> dict[str, Any]:
    """The approver files the case, under the next number of its organ."""
    case, rules = await _opened(work, case_id)
    officers = await queries.officers_for(work.read, case.state)
    case_no = await _number(work, case.state, domain.FILING)
    filed = work.append(case, domain.file_case(case.state, work.actor, case_no, officers, work.at, rules)).state
    return {"case_no": filed.case_no, "filed_on": filed.filed_on, "decision_due_on": filed.decision_due_on}


async def record_evidence(work: Work, case_id: str, command: domain.RecordEvidence) -> None:
    """Officers of the case put evidence into the file."""
    case, rules = await _opened(work, case_id)
    officers = await queries.officers_for(work.read, case.state)
    work.append(case, domain.record_evidence(case.state, command, officers, work.at, rules))


async def close_investigation(work: Work, case_id: str, command: domain.CloseInvestigation) -> dict[str, Any]:
    """The handling officers propose what to impose."""
    case, rules = await _opened(work, case_id)
    sanctions = await queries.sanctions_for(work.read, case.state, rules.day)
    closed = work.append(case, domain.close_investigation(case.state, command, sanctions, work.at, rules)).state
    return {"proposed_fen": closed.proposed_fen, "legal_review_required": closed.review_required}


async def review_case(work: Work, case_id: str, command: domain.ReviewCase) -> None:
    """The legal reviewer passes or returns the case."""
    case, rules = await _opened(work, case_id)
    work.append(case, domain.review_case(case.state, command, work.actor, rules))


async def serve_notice(work: Work, case_id: str, manner: domain.Manner) -> dict[str, Any]:
    """The party is told the intended penalty, by form 24 or 26."""
    case, rules = await _opened(work, case_id)
    document_no = await _number(work, case.state, domain.form_of_notice(case.state, rules))
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
    case, rules = await _opened(work, case_id)
    work.append(case, domain.record_statement(case.state, kind, text, work.at, rules))


async def decide_penalty(work: Work, case_id: str, command: Decide) -> dict[str, Any]:
    """The approver decides; the document's content groups are those that the file can fill."""
    case, rules = await _opened(work, case_id)
    sanctions = await queries.sanctions_for(work.read, case.state, rules.day)
    address = await queries.address_of(work.read, case.state.enterprise_id)
    contents = domain.drafted_contents(case.state, address, rules)
    decide = domain.DecidePenalty(approver=work.actor, amounts=command.amounts, contents=contents, sealed=command.sealed)
    document_no = await _number(work, case.state, domain.DECISION)
    events = domain.decide_penalty(case.state, decide, document_no, sanctions, work.at, rules)
    decision = work.append(case, events).state.decision
    return {} if decision is None else {
        "document_no": decision.document_no, "total_fen": decision.total_fen, "late": decision.late
    }  # fmt: skip


async def serve_decision(work: Work, case_id: str, command: domain.ServeDecision) -> dict[str, Any]:
    """The party has received the decision: the payment region opens in the same write set."""
    case, rules = await _opened(work, case_id, command.received_on)
    served = work.append(case, domain.serve_decision(case.state, command, work.at, rules))
    decision = served.state.decision
    if decision is None or decision.payment_due_on is None:
        return {}
    payment = await work.load(PAYMENTS, case_id)
    opened = domain.open_payment(payment.state, case_id, case.state.enterprise_id, decision.total_fen, decision.payment_due_on)
    work.append(payment, opened, subject=case.subject, district=case.district, correlation_id=case.correlation_id)
    return {"payment_due_on": decision.payment_due_on, "amount_fen": decision.total_fen}


async def receive_payment(work: Work, case_id: str, command: domain.ReceivePayment) -> dict[str, Any]:
    """The bank reports a transfer."""
    case, rules = await _opened(work, case_id)
    decision = domain.require_served(case.state, rules)
    domain.require_not_before(command.paid_on, decision.decided_on, rules, "fine-separation")
    payment = await work.load(PAYMENTS, case_id)
    after = work.append(payment, domain.receive_payment(payment.state, command, work.at, rules)).state
    return {"outstanding_fen": after.outstanding_fen, "settled": after.settled_on is not None}


async def close_case(work: Work, case_id: str, reason: str) -> None:
    """The approver closes the case."""
    case, rules = await _opened(work, case_id)
    payment = await work.load(PAYMENTS, case_id)
    hazards = await queries.hazards_of(work.read, case.state)
    events = domain.close_case(case.state, payment.state, hazards, reason, work.actor, work.at, rules)
    work.append(case, events)


async def lapse_statement(work: Work, deadline: Deadline) -> None:
    """The period for statement and defence has passed."""
    case = await _due(work, deadline)
    work.append(case, domain.lapse_statement(case.state, _due_on(deadline), work.at))


async def flag_overdue(work: Work, deadline: Deadline) -> None:
    """The limit for the decision has passed."""
    case = await _due(work, deadline)
    work.append(case, domain.flag_overdue(case.state, _due_on(deadline), work.at))


async def flag_payment_overdue(work: Work, deadline: Deadline) -> None:
    """The payment period has passed."""
    work.rulebook = deadline.detail.get("rulebook")
    payment = await work.existing(PAYMENTS, deadline.key)
    work.append(payment, domain.flag_payment_overdue(payment.state, _due_on(deadline), work.at))


async def _opened(work: Work, case_id: str, day: date | None = None) -> tuple[Loaded[CaseState], Rules]:
    """The case, and the rules of the day of the command (or of `day`), which its events will name."""
    case = await work.existing(CASE, case_id)
    rules = await queries.rules_on(work.read, day or day_of(work.at))
    work.rulebook = rules.name
    return case, rules


async def _due(work: Work, deadline: Deadline) -> Loaded[CaseState]:
    work.rulebook = deadline.detail.get("rulebook")
    return await work.existing(CASE, deadline.key)


def _due_on(deadline: Deadline) -> date:
    return date.fromisoformat(deadline.detail["due_on"])


async def _number(work: Work, case: CaseState, form: domain.Form) -> str:
    """The next number of the organ's series for a form, taken in this write set: no hole, no double.

    Guarded by tests/service/penalty/test_numbers.py.
    """
    organ = await queries.organ_of(work.read, case.organ_id)
    if organ is None:
        raise Refused("organ-unknown", f"未登记的机关：{case.organ}", f"no such organ: {case.organ_id}", organ_id=case.organ_id)
    day = day_of(work.at)
    series = await work.load(SERIES, domain.series_key(case.organ_id, form, day))
    taken = domain.take_number(
        series.state, organ_id=case.organ_id, abbreviation=organ.abbreviation, form=form, day=day, case_id=case.case_id
    )
    work.append(series, taken, district=organ.jurisdiction_id)
    return taken[-1].document_no
