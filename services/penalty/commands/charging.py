"""Investigation: evidence, what is proposed, legal review, discussion by the heads."""

from __future__ import annotations

from typing import Any

from chassis.runner import Work
from services.penalty import domain, queries
from services.penalty.commands.opening import opened
from services.penalty.commands.standing import require_not_fined


async def record_evidence(work: Work, case_id: str, command: domain.RecordEvidence) -> None:
    """Officers of the case put evidence into the file."""
    case, rules = await opened(work, case_id)
    officers = await queries.officers_for(work.read, case.state)
    work.append(case, domain.record_evidence(case.state, command, officers, work.at, rules))


async def close_investigation(work: Work, case_id: str, command: domain.CloseInvestigation) -> dict[str, Any]:
    """The handling officers propose what to impose, or nothing."""
    case, rules = await opened(work, case_id)
    sanctions = await queries.sanctions_for(work.read, case.state, rules.day)
    events = domain.close_investigation(case.state, command, sanctions, work.at, rules)
    await require_not_fined(work, case, command.charges, rules)
    closed = work.append(case, events).state
    return {
        "proposed_fen": closed.proposed_fen, "legal_review_required": closed.review_required,
        "discussion_grounds": domain.why_discussed(closed, rules),
    }  # fmt: skip


async def review_case(work: Work, case_id: str, command: domain.ReviewCase) -> None:
    """The legal reviewer passes or returns the case."""
    case, rules = await opened(work, case_id)
    work.append(case, domain.review_case(case.state, command, work.actor, rules))


async def discuss_case(work: Work, case_id: str, command: domain.DiscussCase) -> None:
    """The heads discussed the case; who handles or reviews it does not say what they concluded."""
    case, rules = await opened(work, case_id)
    domain.require_approver(case.state, work.actor, rules)
    work.append(case, domain.discuss_case(case.state, command, work.at, rules))
