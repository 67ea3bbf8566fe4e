"""Transfer of a case to the police or another organ, and back; and its clocks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from chassis.aggregates import Loaded
from chassis.deadlines import Deadline
from chassis.domain import Event
from chassis.runner import Work
from services.penalty import queries
from services.penalty.commands.opening import due_on, numbered, opened
from services.penalty.domain import CaseState, transfer
from services.penalty.domain.numbers import TRANSFER, TRANSFER_APPROVAL
from services.penalty.domain.transfer import TRANSFERS, TransferState
from services.penalty.domain.transfer_events import Material


async def report(work: Work, case_id: str, command: transfer.ReportTransfer) -> dict[str, Any]:
    """A team reports that the case belongs to somebody else, by the next form 43 of its organ."""
    case, rules = await opened(work, case_id)
    at = await work.load(TRANSFERS, case_id)
    officers = await queries.officers_for(work.read, case.state, command.team)
    document_no, events = await numbered(
        work, case.state, TRANSFER_APPROVAL,
        lambda no: transfer.report_transfer(at.state, case.state, command, no, officers, work.at, rules),
    )  # fmt: skip
    after = _append(work, at, case, events)
    return {"document_no": document_no, "decide_by": after.decide_by}


async def decide(work: Work, case_id: str, agreed: bool, opinion: str) -> dict[str, Any]:
    """The principal agrees, or not."""
    case, rules = await opened(work, case_id)
    at = await work.load(TRANSFERS, case_id)
    events = transfer.decide_transfer(at.state, case.state, agreed, opinion, work.actor, work.at, rules)
    after = _append(work, at, case, events)
    return {"phase": after.phase, "hand_over_by": after.hand_over_by}


async def hand_over(work: Work, case_id: str, received_by: str, materials: tuple[Material, ...]) -> dict[str, Any]:
    """The case goes to the receiver, by the next form 44 of its organ."""
    case, rules = await opened(work, case_id)
    at = await work.load(TRANSFERS, case_id)
    document_no, events = await numbered(
        work, case.state, TRANSFER, lambda no: transfer.hand_over(at.state, received_by, materials, no, work.at, rules)
    )
    after = _append(work, at, case, events)
    return {"document_no": document_no, "answer_by": after.answer_by, "defects": list(after.defects)}


async def answer(work: Work, case_id: str, command: transfer.AnswerTransfer) -> dict[str, Any]:
    """The receiver takes the case, or not."""
    case, rules = await opened(work, case_id)
    at = await work.load(TRANSFERS, case_id)
    after = _append(work, at, case, transfer.answer_transfer(at.state, command, work.at, rules))
    return {"phase": after.phase, "stops_case": after.stops_case}


async def return_case(work: Work, case_id: str, reason: str, returned_on: date) -> dict[str, Any]:
    """The case comes back and goes on."""
    case, rules = await opened(work, case_id)
    at = await work.load(TRANSFERS, case_id)
    after = _append(work, at, case, transfer.return_case(at.state, reason, returned_on, work.at, rules))
    return {"days_away": after.days_away, "stops_case": after.stops_case}


def _append(work: Work, at: Loaded[TransferState], case: Loaded[CaseState], events: list[Event]) -> TransferState:
    about = {"subject": case.subject, "district": case.district}
    return work.append(at, events, **about, correlation_id=case.correlation_id).state


async def flag_decision(work: Work, deadline: Deadline) -> None:
    """The principal's period has passed."""
    at = await _due(work, deadline)
    work.append(at, transfer.flag_decision(at.state, due_on(deadline), work.at))


async def flag_handover(work: Work, deadline: Deadline) -> None:
    """The hours after the approval have passed."""
    at = await _due(work, deadline)
    work.append(at, transfer.flag_handover(at.state, datetime.fromisoformat(deadline.detail["due_at"]), work.at))


async def flag_answer(work: Work, deadline: Deadline) -> None:
    """The receiver's period has passed."""
    at = await _due(work, deadline)
    work.append(at, transfer.flag_answer(at.state, due_on(deadline), work.at))


async def _due(work: Work, deadline: Deadline) -> Loaded[TransferState]:
    work.rulebook = deadline.detail.get("rulebook")
    return await work.existing(TRANSFERS, deadline.key)
