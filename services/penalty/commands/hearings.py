"""The hearing of a party: asked for, convened, held or given up, reported; and its clocks."""

from __future__ import annotations

from typing import Any

from chassis.deadlines import Deadline
from chassis.runner import Work
from services.penalty import domain
from services.penalty.commands.opening import due, due_on, numbered, opened, party_of


async def request_hearing(work: Work, case_id: str, party_id: str) -> dict[str, Any]:
    """The party asks to be heard."""
    case, rules = await opened(work, case_id)
    side = work.append(case, domain.request_hearing(case.state, party_id, work.at, rules)).state.side(party_id)
    return {"hold_by": None if side is None else side.hearing.hold_by}


async def convene_hearing(work: Work, case_id: str, party_id: str, command: domain.Convene) -> dict[str, Any]:
    """The party is told time, place and host, by form 27."""
    case, rules = await opened(work, case_id)
    document_no, events = await numbered(
        work, case.state, domain.HEARING_INVITATION,
        lambda no: domain.convene_hearing(case.state, party_id, command, no, work.at, rules),
    )  # fmt: skip
    work.append(case, events)
    return {"document_no": document_no}


async def hold_hearing(work: Work, case_id: str, party_id: str, command: domain.Hold) -> None:
    """The hearing took place."""
    case, rules = await opened(work, case_id)
    work.append(case, domain.hold_hearing(case.state, party_id, command, work.at, rules))


async def abandon_hearing(work: Work, case_id: str, party_id: str, how: domain.Absence) -> None:
    """The party stayed away, or left."""
    case, rules = await opened(work, case_id)
    work.append(case, domain.abandon_hearing(case.state, party_id, how, work.at, rules))


async def withdraw_hearing(work: Work, case_id: str, party_id: str) -> None:
    """The party takes its request back."""
    case, rules = await opened(work, case_id)
    work.append(case, domain.withdraw_hearing(case.state, party_id, work.at, rules))


async def report_hearing(work: Work, case_id: str, party_id: str, opinion: str) -> None:
    """The host, who is the one that calls, reports."""
    case, rules = await opened(work, case_id)
    work.append(case, domain.report_hearing(case.state, party_id, opinion, work.actor, work.at, rules))


async def lapse_hearing(work: Work, deadline: Deadline) -> None:
    """The period for the request has passed."""
    case = await due(work, deadline)
    work.append(case, domain.lapse_hearing(case.state, party_of(deadline), due_on(deadline), work.at))


async def miss_hearing(work: Work, deadline: Deadline) -> None:
    """The hearing was not held in time."""
    case = await due(work, deadline)
    work.append(case, domain.miss_hearing(case.state, party_of(deadline), due_on(deadline), work.at))
