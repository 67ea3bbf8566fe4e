"""Remedies of a party: opened with the receipt of the decision, and what organs and courts did; their clocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from chassis.aggregates import Loaded
from chassis.deadlines import Deadline
from chassis.domain import Event
from chassis.runner import Work
from services.penalty import domain, queries
from services.penalty.commands.enforceable import begin_court_period
from services.penalty.commands.opening import due_on, fined, fined_at_hand
from services.penalty.commands.publishing import follow_remedy
from services.penalty.domain import CaseState, Decision, Rules, following, recourse
from services.penalty.domain.remedy import REMEDIES, RemedyState


@dataclass(frozen=True, slots=True)
class Against:
    """A decision that the party has received, its remedies, and the rules of the day."""

    case: Loaded[CaseState]
    decision: Decision
    remedies: Loaded[RemedyState]
    rules: Rules


async def open_remedies(work: Work, case: Loaded[CaseState], party_id: str) -> Loaded[RemedyState]:
    """The party's remedies; they begin with the receipt of the decision, in the same write set as whatever comes first."""
    remedies = await work.load(REMEDIES, domain.region_key(case.key, party_id))
    decision = case.state.decision_of(party_id)
    if decision is None or decision.received_on is None:
        return remedies
    command = recourse.OpenRemedies(
        case_id=case.key, party_id=party_id, enterprise_id=case.state.enterprise_id, organ_id=case.state.organ_id
    )
    rules = await queries.rules_on(work.read, decision.received_on)
    events = recourse.open_remedies(remedies.state, command, decision, rules)
    return _append(work, case, remedies, events)


async def seek(work: Work, case_id: str, party_id: str, command: recourse.SeekRemedy) -> dict[str, Any]:
    """The party turned to an organ or a court."""
    return await _note(work, case_id, party_id, lambda of: recourse.seek_remedy(of.remedies.state, command, work.at, of.rules))


async def answer(work: Work, case_id: str, party_id: str, command: recourse.AnswerRemedy) -> dict[str, Any]:
    """The organ or court accepted it, or not."""
    return await _note(work, case_id, party_id, lambda of: recourse.answer_remedy(of.remedies.state, command, work.at, of.rules))


async def withdraw(work: Work, case_id: str, party_id: str, command: recourse.WithdrawRemedy) -> dict[str, Any]:
    """The party took it back."""
    return await _note(
        work, case_id, party_id, lambda of: recourse.withdraw_remedy(of.remedies.state, command, work.at, of.rules)
    )


async def decide(work: Work, case_id: str, party_id: str, command: recourse.DecideRemedy) -> dict[str, Any]:
    """The organ or court decided; by the rules of the day on which that reached the party."""
    return await _note(
        work, case_id, party_id,
        lambda of: recourse.decide_remedy(of.remedies.state, command, of.decision, work.at, of.rules), command.received_on,
    )  # fmt: skip


async def take_effect(work: Work, case_id: str, party_id: str, effective_on: date) -> dict[str, Any]:
    """The judgment of the first instance stands."""
    return await _note(
        work, case_id, party_id, lambda of: recourse.take_effect(of.remedies.state, effective_on, work.at, of.rules)
    )


async def stay(work: Work, case_id: str, party_id: str, command: recourse.StayExecution) -> dict[str, Any]:
    """Execution stops."""
    return await _note(work, case_id, party_id, lambda of: recourse.stay_execution(of.remedies.state, command, work.at, of.rules))


async def lift_stay(work: Work, case_id: str, party_id: str, lifted_on: date, reason: str) -> dict[str, Any]:
    """Execution goes on."""
    return await _note(
        work, case_id, party_id, lambda of: recourse.lift_stay(of.remedies.state, lifted_on, reason, work.at, of.rules)
    )


async def follow(
    work: Work, case: Loaded[CaseState], party_id: str,
    decide: Callable[[CaseState, following.Unfollowed | None], list[Event]],
) -> Loaded[CaseState]:  # fmt: skip
    """What is done by a remedy after the case was closed: it is the remedy's, the case stays as it is; answers what is left."""
    remedies = await work.load(REMEDIES, domain.region_key(case.key, party_id))
    left = following.as_left(case.state, {party_id: remedies.state})
    one = next(iter(following.unfollowed(left, {party_id: remedies.state})), None)
    after = _append(work, case, remedies, decide(left, one)).state
    return replace(case, state=following.as_left(case.state, {party_id: after}))


async def to_follow(work: Work, case: Loaded[CaseState], party_id: str) -> following.Unfollowed | None:
    """What a remedy made of the decision against a party and is not done yet."""
    remedies = await work.load(REMEDIES, domain.region_key(case.key, party_id))
    return next(iter(following.unfollowed(case.state, {party_id: remedies.state})), None)


async def lapse_reconsideration(work: Work, deadline: Deadline) -> None:
    """The period for reconsideration has passed."""
    work.rulebook = deadline.detail.get("rulebook")
    remedies = await work.existing(REMEDIES, deadline.key)
    work.append(remedies, recourse.lapse_reconsideration(remedies.state, due_on(deadline), work.at))


async def lapse_litigation(work: Work, deadline: Deadline) -> None:
    """The period for litigation has passed; what is unpaid may be brought before a court from now on."""
    work.rulebook = deadline.detail.get("rulebook")
    remedies = await work.existing(REMEDIES, deadline.key)
    if events := recourse.lapse_litigation(remedies.state, due_on(deadline), work.at):
        after = work.append(remedies, events).state
        await begin_court_period(work, await fined(work, after.case_id), after.party_id)


async def against(work: Work, case_id: str, party_id: str, day: date | None = None) -> Against:
    """A party's remedies against the decision it received, also when that was revoked; Refused if it has received none."""
    case, rules = await fined_at_hand(work, case_id, day)
    remedies = await work.load(REMEDIES, domain.region_key(case_id, party_id))
    left = following.as_left(case.state, {party_id: remedies.state})
    decision = following.require_appealed(left, party_id, remedies.state, rules)
    return Against(case, decision, await open_remedies(work, case, party_id), rules)


async def _note(
    work: Work, case_id: str, party_id: str, decide: Callable[[Against], list[Event]], day: date | None = None
) -> dict[str, Any]:  # fmt: skip
    of = await against(work, case_id, party_id, day)
    after = _append(work, of.case, of.remedies, decide(of)).state
    await follow_remedy(work, of.remedies.state.outcome, after)
    if after.reconsideration_due_on is None and after.litigation_due_on is None:  # no right is left that has yet to lapse
        await begin_court_period(work, of.case, party_id)
    return told(after)


def _append(
    work: Work, case: Loaded[CaseState], remedies: Loaded[RemedyState], events: list[Event]
) -> Loaded[RemedyState]:  # fmt: skip
    return work.append(remedies, events, subject=case.subject, district=case.district, correlation_id=case.correlation_id)


def told(state: RemedyState) -> dict[str, Any]:
    """What a command about remedies is answered."""
    return {
        "pending": state.is_pending, "stayed": state.stayed, "reconsideration_due_on": state.reconsideration_due_on,
        "litigation_due_on": state.litigation_due_on, "ended_on": state.ended_on,
    }  # fmt: skip
