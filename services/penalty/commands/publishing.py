"""Publication of decisions: opened with them, published, called back when they fall, withdrawn, ended; their clocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from chassis.aggregates import Loaded
from chassis.deadlines import Deadline
from chassis.domain import Event
from chassis.runner import Work
from services.penalty import domain, queries
from services.penalty.commands.opening import due_on, fined_at_hand
from services.penalty.domain import CaseState, Decision, Rules, Side, publishing
from services.penalty.domain.following import as_left
from services.penalty.domain.publication import PUBLICATIONS, PublicationState
from services.penalty.domain.publishing import Fallen
from services.penalty.domain.remedy import REMEDIES, Outcome, RemedyState

Publication = Loaded[PublicationState]


@dataclass(frozen=True, slots=True)
class Publishable:
    """The publication of a decision against a party of a case, or on the spot, under the rules of the day."""

    case: Loaded[CaseState]
    side: Side
    publication: Publication
    rules: Rules


async def open_publication(work: Work, case: Loaded[CaseState], party_id: str) -> Publication:
    """The publication of what was decided against a party; it begins in the same write set as the decision."""
    publication = await work.load(PUBLICATIONS, domain.region_key(case.key, party_id))
    side = case.state.side(party_id)
    if side is None or side.decision is None:
        return publication
    rules = await queries.rules_on(work.read, side.decision.decided_on)
    return _append(work, case, publication, publishing.open_publication(publication.state, case.state, side, rules))


async def publish(work: Work, case_id: str, party_id: str) -> dict[str, Any]:
    """Everybody may read the decision from now on."""
    of = await _of(work, case_id, party_id)
    remedies = (await work.load(REMEDIES, of.publication.key)).state
    left = _left(remedies, of.side.decision)
    events = publishing.publish_decision(of.publication.state, of.case.state, of.side, work.at, of.rules, left_fen=left)
    return told(_append(work, of.case, of.publication, events).state)


async def withdraw(work: Work, case_id: str, party_id: str, explanation: str) -> dict[str, Any]:
    """What does not stand any more is withdrawn, and everybody is told why."""
    of = await _of(work, case_id, party_id)
    events = publishing.withdraw_publication(of.publication.state, of.case.state, explanation, work.at, of.rules)
    return told(_append(work, of.case, of.publication, events).state)


async def request_repair(work: Work, case_id: str, party_id: str, reason: str) -> dict[str, Any]:
    """The party asks to be taken down early."""
    of = await _of(work, case_id, party_id)
    events = publishing.request_repair(of.publication.state, reason, work.at, of.rules)
    return told(_append(work, of.case, of.publication, events).state)


async def answer_repair(work: Work, case_id: str, party_id: str, command: publishing.AnswerRepair) -> dict[str, Any]:
    """The approver takes it down, or not."""
    of = await _of(work, case_id, party_id)
    domain.require_approver(of.case.state, work.actor, of.rules)
    events = publishing.answer_repair(of.publication.state, command, work.at, of.rules)
    return told(_append(work, of.case, of.publication, events).state)


async def follow_change(work: Work, case: Loaded[CaseState], party_id: str, changed_on: date) -> None:
    """The organ changed the decision: what is published follows, in the same write set."""
    publication = await work.load(PUBLICATIONS, domain.region_key(case.key, party_id))
    side = case.state.side(party_id)
    if side is not None and publication.exists:
        rules = await queries.rules_on(work.read, changed_on)
        work.append(publication, publishing.change_publication(publication.state, case.state, side, changed_on, rules))


async def follow_revocation(work: Work, case: Loaded[CaseState], party_id: str, revoked_on: date) -> None:
    """The organ revoked the decision: it is withdrawn, or never published."""
    await _call_back(work, domain.region_key(case.key, party_id), Fallen(result="revoked", fell_on=revoked_on))


async def follow_remedy(work: Work, before: Outcome | None, after: RemedyState) -> None:
    """A remedy ended: if it altered the decision, what is published follows, in the same write set."""
    found = after.outcome
    if found is None or found == before or not found.alters:
        return
    fallen = Fallen(result=found.result, fell_on=found.effective_on, total_fen=found.total_fen)
    await _call_back(work, domain.region_key(after.case_id, after.party_id), fallen)


async def miss_publication(work: Work, deadline: Deadline) -> None:
    """The decision was not published in time."""
    await _flag(work, deadline, publishing.miss_publication)


async def miss_withdrawal(work: Work, deadline: Deadline) -> None:
    """What does not stand any more was not withdrawn in time."""
    await _flag(work, deadline, publishing.miss_withdrawal)


async def end_publicity(work: Work, deadline: Deadline) -> None:
    """The time of being public is over."""
    await _flag(work, deadline, publishing.end_publicity)


async def _of(work: Work, case_id: str, party_id: str) -> Publishable:
    case, rules = await fined_at_hand(work, case_id)
    if case.state.reached("closed"):
        remedies = (await work.load(REMEDIES, domain.region_key(case.key, party_id))).state
        case = replace(case, state=as_left(case.state, {party_id: remedies}))
    side = case.state.side(party_id)
    if side is None:
        raise rules.refusal(publishing.RULE, "party-unknown", "不是本案当事人", "no party of this case", party_id=party_id)
    return Publishable(case, side, await open_publication(work, case, party_id), rules)


def _left(remedies: RemedyState, decision: Decision | None) -> int | None:
    """The fine that a final remedy left of this decision; None if none did."""
    of_this = decision is not None and remedies.is_of(decision.document_no, decision.received_on)
    return remedies.outcome.total_fen if of_this and remedies.outcome is not None and remedies.outcome.alters else None


async def _call_back(work: Work, key: str, fallen: Fallen) -> None:
    publication = await work.load(PUBLICATIONS, key)
    if publication.exists:
        rules = await queries.rules_on(work.read, fallen.fell_on)
        work.append(publication, publishing.call_back(publication.state, fallen, rules))


async def _flag(work: Work, deadline: Deadline, decide: Callable[[PublicationState, date, datetime], list[Event]]) -> None:
    work.rulebook = deadline.detail.get("rulebook")
    publication = await work.existing(PUBLICATIONS, deadline.key)
    work.append(publication, decide(publication.state, due_on(deadline), work.at))


def _append(work: Work, case: Loaded[CaseState], publication: Publication, events: list[Event]) -> Publication:
    return work.append(publication, events, subject=case.subject, district=case.district, correlation_id=case.correlation_id)


def told(state: PublicationState) -> dict[str, Any]:
    """What a command about a publication is answered."""
    shown = state.editions[-1] if state.editions else None
    return {
        "state": state.status, "publish_by": state.publish_by, "withdraw_by": state.withdraw_by,
        "public_until": None if shown is None else shown.public_until,
    }  # fmt: skip
