"""From clue to case: registered, asked for, filed."""

from __future__ import annotations

from typing import Any

from chassis.runner import Work
from services.penalty import domain, queries
from services.penalty.commands.opening import next_number, opened
from services.penalty.domain import CASE


async def register_clue(work: Work, command: domain.RegisterClue, district: str) -> None:
    """A referral becomes a clue; the case keeps the referral's correlation."""
    case = await work.load(CASE, command.case_id)
    events = domain.register_clue(case.state, command)
    work.append(case, events, subject=command.enterprise_id, district=district)


async def request_filing(work: Work, case_id: str, command: domain.RequestFiling) -> None:
    """Officers ask for the filing."""
    case, rules = await opened(work, case_id)
    officers = await queries.officers_for(work.read, case.state, command.officer_ids)
    work.append(case, domain.request_filing(case.state, command, officers, work.at, rules))


async def file_case(work: Work, case_id: str) -> dict[str, Any]:
    """The approver files the case, under the next number of its organ."""
    case, rules = await opened(work, case_id)
    officers = await queries.officers_for(work.read, case.state)
    case_no = await next_number(work, case.state, domain.FILING)
    filed = work.append(case, domain.file_case(case.state, work.actor, case_no, officers, work.at, rules)).state
    return {"case_no": filed.case_no, "filed_on": filed.filed_on, "decision_due_on": filed.decision_due_on}
