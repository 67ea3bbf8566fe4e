"""What stands against an enterprise: each penalty as it is decided or revoked; the proposal to close it; fines day by day."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from chassis.aggregates import Loaded
from chassis.domain import Event
from chassis.runner import Work
from services.penalty import queries
from services.penalty.commands.filing import register_clue
from services.penalty.commands.opening import fined_anywhere, fined_at_hand, opened
from services.penalty.domain import CASE, CaseState, Charge, Rules, daily, standing
from services.penalty.domain.standing import STANDINGS, StandingState

MATTERS = uuid.UUID("4f1c6a52-93c0-5b0e-8d7e-2b8a5f0c9e13")


async def standing_of(work: Work, case: Loaded[CaseState]) -> Loaded[StandingState]:
    """What stands against the enterprise of a case. It is in the write set, so two penalties at once both count."""
    return await work.load(STANDINGS, case.state.enterprise_id)


async def require_not_fined(work: Work, case: Loaded[CaseState], charges: Iterable[Charge], rules: Rules) -> None:
    """No act of the charges was fined in another case, or on the spot."""
    standing.require_unfined(await _with_papers(work, await standing_of(work, case)), case.state, charges, rules)


async def _with_papers(work: Work, at: Loaded[StandingState]) -> StandingState:
    """What stands, each natural person with the mark of its paper; of what was counted before those were, the case tells it."""
    papers = {}
    for case_id, party_id in standing.unmarked(at.state):
        case = await fined_anywhere(work, case_id)
        papers[case_id, party_id] = standing.paper_of(case.state, party_id)
    return standing.marked(at.state, papers) if papers else at.state


async def count(work: Work, case: Loaded[CaseState], charges: Iterable[Charge], party_id: str, no: str, rules: Rules) -> None:
    """A penalty was decided: it stands against the enterprise, in the same write set."""
    major = await queries.major_of(work.read, case.state)
    penalty = standing.penalty_of(case.state, charges, party_id, no, major, rules)
    at = await standing_of(work, case)
    _append(work, case, at, standing.count_penalty(await _with_papers(work, at), penalty, case.state, work.at, rules))


async def strike(work: Work, case: Loaded[CaseState], party_id: str, rules: Rules) -> None:
    """A penalty was revoked: it stands no more, in the same write set."""
    at = await standing_of(work, case)
    if events := standing.strike_penalty(at.state, case.state, party_id, work.at, rules):
        _append(work, case, at, events)


async def propose_closure(work: Work, case_id: str, command: standing.ProposeClosure) -> dict[str, Any]:
    """The approver proposes to the government to close the enterprise."""
    case, rules = await fined_at_hand(work, case_id)
    at = await standing_of(work, case)
    events = standing.propose_closure(at.state, case.state, command, work.actor, work.at, rules)
    return {"closure": _append(work, case, at, events).closure}


async def answer_closure(work: Work, case_id: str, command: standing.AnswerClosure) -> dict[str, Any]:
    """What the government answered is noted."""
    case, rules = await fined_at_hand(work, case_id)
    at = await standing_of(work, case)
    return {"closure": _append(work, case, at, standing.answer_closure(at.state, command, work.at, rules)).closure}


async def begin_daily_fine(work: Work, case_id: str, item_code: str) -> dict[str, Any]:
    """Officers begin a further case that fines the unit day by day, correlated to the first one."""
    case, rules = await opened(work, case_id)
    refusals = await queries.refusals_of(work.read, case.state)
    begun, clue = daily.begin_daily_fine(case.state, item_code, refusals, rules)
    work.append(case, [begun])
    await register_clue(work, clue, str(case.district), case.correlation_id)
    continues = clue.continues
    return {} if continues is None else {
        "daily_case_id": clue.case_id, "from_on": continues.from_on, "until_on": continues.until_on, "days": continues.days,
        "amount_fen": continues.amount_fen,
    }  # fmt: skip


async def require_original(work: Work, case: Loaded[CaseState], rules: Rules) -> None:
    """What a case that fines day by day goes on with stands as it was."""
    if (continues := case.state.continues) is not None:
        daily.require_original((await work.existing(CASE, continues.case_id)).state, continues, rules)


def _append(work: Work, case: Loaded[CaseState], at: Loaded[StandingState], events: list[Event]) -> StandingState:
    """A standing outlives its cases, so it is a matter of its own: in the history of none of them, but of the enterprise."""
    matter = uuid.uuid5(MATTERS, at.stream_id)
    return work.append(at, events, subject=case.state.enterprise_id, district=case.district, correlation_id=matter).state
