"""Enforcement: demands, the application to a court, what the court did; its clocks."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from chassis.deadlines import Deadline
from chassis.runner import Work
from services.penalty.commands.enforceable import Enforceable, enforceable, note
from services.penalty.commands.opening import due_on, fined, numbered, ruled
from services.penalty.commands.remedies import against
from services.penalty.domain import enforcing
from services.penalty.domain.enforcement import ENFORCEMENTS, EnforcementState
from services.penalty.domain.enforcement_events import Purpose
from services.penalty.domain.guards import require_approver
from services.penalty.domain.numbers import COURT_APPLICATION, COURT_DEMAND, PAYMENT_DEMAND


async def draft_demand(work: Work, case_id: str, party_id: str, purpose: Purpose) -> dict[str, Any]:
    """The organ demands what is in arrears, by form 36 or 41; the answer names the instalments of a plan that it is of."""
    of = await _of(work, case_id, party_id)
    form = COURT_DEMAND if purpose == "court" else PAYMENT_DEMAND
    document_no, events = await numbered(
        work, of.case.state, form,
        lambda no: enforcing.draft_demand(of.enforcement.state, purpose, no, of.owed, work.at, of.rules),
    )  # fmt: skip
    state = note(work, of, events)
    drafted = state.demands[-1]
    instalments = [asdict(part) for part in drafted.instalments]
    return {"document_no": document_no, "amount_fen": drafted.amount_fen, "instalments": instalments, **told(state)}


async def serve_demand(work: Work, case_id: str, party_id: str, command: enforcing.ServeDemand) -> dict[str, Any]:
    """The demand reached the party; by the rules of that day."""
    of = await _of(work, case_id, party_id, command.served_on)
    state = note(work, of, enforcing.serve_demand(of.enforcement.state, command, work.at, of.rules))
    found = next(one for one in state.demands if one.document_no == command.document_no)
    return {"wait_until": found.wait_until, **told(state)}


async def answer_demand(work: Work, case_id: str, party_id: str, document_no: str, text: str) -> dict[str, Any]:
    """The party states its case."""
    of = await _of(work, case_id, party_id)
    return told(note(work, of, enforcing.answer_demand(of.enforcement.state, document_no, text, work.at, of.rules)))


async def ask_court(work: Work, case_id: str, party_id: str, court: str) -> dict[str, Any]:
    """The approver asks a court to enforce, by form 42."""
    of = await _of(work, case_id, party_id)
    require_approver(of.case.state, work.actor, of.rules)
    command = enforcing.AskCourt(approver=work.actor, court=court)
    document_no, events = await numbered(
        work, of.case.state, COURT_APPLICATION,
        lambda no: enforcing.ask_court(of.enforcement.state, command, no, of.owed, work.at, of.rules),
    )  # fmt: skip
    return {"document_no": document_no, "amount_fen": of.owed.unpaid_fen, **told(note(work, of, events))}


async def answer_of_court(work: Work, case_id: str, party_id: str, command: enforcing.AnswerOfCourt) -> dict[str, Any]:
    """The court accepted it, ruled on it, or said no."""
    of = await _of(work, case_id, party_id)
    return told(note(work, of, enforcing.answer_of_court(of.enforcement.state, command, work.at, of.rules)))


async def end_enforcement(work: Work, case_id: str, party_id: str, command: enforcing.EndEnforcement) -> dict[str, Any]:
    """It is withdrawn, carried out or terminated."""
    of = await _of(work, case_id, party_id)
    events = enforcing.end_enforcement(of.enforcement.state, command, of.owed.unpaid_fen, work.at, of.rules)
    return told(note(work, of, events))


async def allow_court(work: Work, deadline: Deadline) -> None:
    """The waiting time after a demand has passed."""
    work.rulebook = deadline.detail.get("rulebook")
    enforcement = await work.existing(ENFORCEMENTS, deadline.key)
    work.append(enforcement, enforcing.allow_court(enforcement.state, due_on(deadline), work.at))


async def lapse_court(work: Work, deadline: Deadline) -> None:
    """The period for asking a court has passed, or counts anew because payment was put off."""
    state = (await work.existing(ENFORCEMENTS, deadline.key)).state
    case, rules = await fined(work, state.case_id), await ruled(work)
    of = await enforceable(work, case, state.party_id, rules)
    note(work, of, enforcing.lapse_court(state, of.owed, due_on(deadline), work.at, rules))


async def _of(work: Work, case_id: str, party_id: str, day: date | None = None) -> Enforceable:
    """A party's enforcement; Refused if it has received no decision."""
    found = await against(work, case_id, party_id, day)
    return await enforceable(work, found.case, party_id, found.rules)


def told(state: EnforcementState) -> dict[str, Any]:
    """What a command about enforcement is answered."""
    return {"state": state.status, "due_on": state.due_on}
