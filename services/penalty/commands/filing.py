"""From clue to case: registered, asked for, filed, or not; who handles it, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from chassis.deadlines import Deadline
from chassis.domain import Refused
from chassis.runner import Work
from services.penalty import domain, queries
from services.penalty.commands.opening import due, due_on, numbered, opened, require_no_enterprise, require_own_hazards
from services.penalty.domain import CASE
from services.penalty.domain.spot import SPOTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What somebody reported, transferred or assigned: an enterprise's acts, with when they ended and were found."""

    case_id: str
    origin: domain.Origin
    enterprise_id: str
    act_date: date
    discovered_on: date
    source: str
    harm: bool
    acts: tuple[domain.CaseAct, ...]
    catalogue: str


async def register_clue(work: Work, command: domain.RegisterClue, district: str, correlation_id: UUID | None = None) -> None:
    """A referral becomes a clue; the case keeps the referral's correlation, or that of the case which it goes on with.

    No case goes by the id of a spot penalty: its account would be that one's. Both streams are in the write set, so this holds
    for two at once. Guarded by tests/service/penalty/test_ids.py.
    """
    case = await work.load(CASE, command.case_id)
    if (await work.load(SPOTS, command.case_id)).exists:
        raise Refused("id-in-use", "该编号已被一项当场处罚使用", "a spot penalty goes by this id", id=command.case_id)
    events = domain.register_clue(case.state, command)
    work.append(case, events, subject=command.enterprise_id, district=district, correlation_id=correlation_id)


async def register_report(work: Work, told: Reported) -> None:
    """What was reported, transferred or assigned becomes a clue of the officer's organ."""
    enterprise, organ = await queries.enterprise_and_organ(work.read, told.enterprise_id, work.context.organ)
    if enterprise is None or organ is None:
        what = "enterprise" if enterprise is None else "organ"
        raise Refused(f"{what}-unknown", "没有登记的企业或者机关", f"no such {what}", enterprise_id=told.enterprise_id)
    await require_own_hazards(work, told.enterprise_id, told.acts)
    level = "district" if organ.jurisdiction_id == enterprise.district else "city"
    command = domain.RegisterClue(
        case_id=told.case_id, inspection_id="", enterprise_id=told.enterprise_id, enterprise_name=enterprise.name,
        uscc=enterprise.uscc, level=level, organ_id=organ.organ_id, organ=organ.organ, act_date=told.act_date,
        acts=told.acts, catalogue=told.catalogue, origin=told.origin, discovered_on=told.discovered_on, source=told.source,
        harm=told.harm,
    )  # fmt: skip
    await register_clue(work, command, enterprise.district)


async def request_filing(work: Work, case_id: str, command: domain.RequestFiling) -> None:
    """Officers ask for the filing."""
    case, rules = await opened(work, case_id)
    officers = await queries.officers_for(work.read, case.state, command.officer_ids)
    work.append(case, domain.request_filing(case.state, command, officers, work.at, rules))


async def begin_urgently(work: Work, case_id: str, officer_ids: tuple[str, ...], reason: str) -> dict[str, Any]:
    """Officers investigate before the filing."""
    case, rules = await opened(work, case_id)
    officers = await queries.officers_for(work.read, case.state, officer_ids)
    after = work.append(case, domain.begin_urgently(case.state, officer_ids, reason, officers, work.at, rules)).state
    return {"file_by": after.urgent_by}


async def file_case(work: Work, case_id: str) -> dict[str, Any]:
    """The approver files the case, under the next number of its organ."""
    case, rules = await opened(work, case_id)
    officers = await queries.officers_for(work.read, case.state)
    _, events = await numbered(
        work, case.state, domain.FILING, lambda no: domain.file_case(case.state, work.actor, no, officers, work.at, rules)
    )
    filed = work.append(case, events).state
    return {"case_no": filed.case_no, "filed_on": filed.filed_on, "decision_due_on": filed.decision_due_on}


async def refuse_filing(work: Work, case_id: str, reason: str) -> None:
    """The approver does not file."""
    case, rules = await opened(work, case_id)
    work.append(case, domain.refuse_filing(case.state, work.actor, reason, work.at, rules))


async def join_party(work: Work, case_id: str, person: domain.Person, reason: str) -> None:
    """A natural person becomes a party."""
    case, rules = await opened(work, case_id)
    await require_no_enterprise(work, person.party_id)
    work.append(case, domain.join_party(case.state, person, reason, rules))


async def amend_party(work: Work, case_id: str, person: domain.Person, reason: str) -> None:
    """What is known of a natural person who is a party is put right."""
    case, rules = await opened(work, case_id)
    work.append(case, domain.amend_party(case.state, person, reason, rules))


async def request_recusal(work: Work, case_id: str, command: domain.RequestRecusal) -> None:
    """Somebody asks that a person keep away from the case."""
    case, rules = await opened(work, case_id)
    work.append(case, domain.request_recusal(case.state, command, rules))


async def decide_recusal(work: Work, case_id: str, officer_id: str, granted: bool, reason: str) -> None:
    """The head decides on a recusal."""
    case, rules = await opened(work, case_id)
    work.append(case, domain.decide_recusal(case.state, officer_id, granted, reason, work.actor, rules))


async def change_handlers(work: Work, case_id: str, officer_ids: tuple[str, ...], reason: str) -> None:
    """Other officers handle the case from now on."""
    case, rules = await opened(work, case_id)
    officers = await queries.officers_for(work.read, case.state, officer_ids)
    events = domain.change_handlers(case.state, officer_ids, reason, work.actor, officers, work.at, rules)
    work.append(case, events)


async def extend_case(work: Work, case_id: str, reason: str) -> dict[str, Any]:
    """The head, or the superior organ where the rules say so, extends the limit for the decision."""
    case, rules = await opened(work, case_id)
    superior = work.context.organ != case.state.organ_id
    after = work.append(case, domain.extend_case(case.state, work.actor, superior, reason, work.at, rules)).state
    return {"decision_due_on": after.decision_due_on}


async def miss_filing(work: Work, deadline: Deadline) -> None:
    """The filing of an urgent case was not made up for in time."""
    case = await due(work, deadline)
    work.append(case, domain.miss_filing(case.state, due_on(deadline), work.at))


async def flag_overdue(work: Work, deadline: Deadline) -> None:
    """The limit for the decision has passed."""
    case = await due(work, deadline)
    work.append(case, domain.flag_overdue(case.state, due_on(deadline), work.at))
