"""Notice, statement, decision and its service, each towards one party; change and revocation; their clocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from chassis.deadlines import Deadline
from chassis.domain import day_of
from chassis.runner import Work
from services.penalty import domain, queries
from services.penalty.commands.opening import (
    as_case,
    due,
    due_on,
    fined_at_hand,
    is_spot,
    numbered,
    opened,
    party_of,
)
from services.penalty.commands.publishing import follow_change, follow_revocation, open_publication
from services.penalty.commands.remedies import follow, open_remedies, to_follow
from services.penalty.commands.standing import count, require_original, strike
from services.penalty.domain import PAYMENTS, UNIT, Rules, following, region_key, reporting_up
from services.penalty.domain.enforcement import ENFORCEMENTS
from services.penalty.domain.enforcing import void_enforcement
from services.penalty.domain.payment import lower_payment, revoke_payment
from services.penalty.domain.reporting_up import ReportUp
from services.penalty.domain.spot import SPOTS
from services.penalty.domain.spot_altering import change_spot, revoke_spot
from services.penalty.domain.transfer import TRANSFERS, require_here


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """What the approver says of the decision: fines per item, if lighter than noticed, and that it is sealed."""

    amounts: dict[str, int] | None
    sealed: bool
    party_id: str = UNIT


async def serve_notice(work: Work, case_id: str, command: domain.ServeNotice) -> dict[str, Any]:
    """The party is told the intended penalty, by form 24 or 26."""
    case, rules = await opened(work, case_id)
    form = domain.form_of_notice(case.state, rules, command.party_id)
    _, events = await numbered(
        work, case.state, form, lambda no: domain.serve_notice(case.state, command, no, work.at, rules)
    )  # fmt: skip
    side = work.append(case, events).state.side(command.party_id)
    if side is None or (notice := side.notice) is None:
        return {}
    return {
        "form_no": notice.form_no, "document_no": notice.document_no, "intended_fen": notice.intended_fen,
        "hearing_right": notice.hearing_right, "statement_due_on": notice.statement_due_on,
        "hearing_request_due_on": notice.hearing_request_due_on,
    }  # fmt: skip


async def record_statement(work: Work, case_id: str, kind: domain.StatementKind, text: str, party_id: str) -> None:
    """The party speaks, or waives."""
    case, rules = await opened(work, case_id)
    work.append(case, domain.record_statement(case.state, kind, text, work.at, rules, party_id))


async def decide_penalty(work: Work, case_id: str, command: Decide) -> dict[str, Any]:
    """The approver decides; the document's content groups are those that the file can fill. Its publication opens with it."""
    case, rules = await opened(work, case_id)
    await _require_here(work, case_id, rules)
    await require_original(work, case, rules)
    sanctions = await queries.sanctions_for(work.read, case.state, rules.day)
    address = await queries.address_of(work.read, case.state.enterprise_id)
    contents = domain.drafted_contents(case.state, address, rules, command.party_id)
    decide = domain.DecidePenalty(
        approver=work.actor, amounts=command.amounts, contents=contents, sealed=command.sealed, party_id=command.party_id
    )
    form = domain.DECISION if command.party_id == UNIT else domain.DECISION_PERSON
    document_no, events = await numbered(
        work, case.state, form, lambda no: domain.decide_penalty(case.state, decide, no, sanctions, work.at, rules)
    )
    decided = work.append(case, events)
    decision = decided.state.decision_of(command.party_id)
    if decision is not None:
        await count(work, case, decision.charges, command.party_id, document_no, rules)
    publication = (await open_publication(work, decided, command.party_id)).state
    return {} if decision is None else {
        "document_no": decision.document_no, "total_fen": decision.total_fen, "late": decision.late,
        "publish_by": publication.publish_by,
    }  # fmt: skip


async def decide_no_penalty(work: Work, case_id: str, reason: str, education: str) -> None:
    """The approver imposes nothing."""
    case, rules = await opened(work, case_id)
    await _require_here(work, case_id, rules)
    hazards = await queries.hazards_of(work.read, case.state)
    command = domain.DecideNoPenalty(approver=work.actor, reason=reason, education=education)
    work.append(case, domain.decide_no_penalty(case.state, command, hazards, work.at, rules))


async def serve_decision(work: Work, case_id: str, command: domain.ServeDecision) -> dict[str, Any]:
    """The party has received the decision: its payment and its remedies open in the same write set."""
    case, rules = await opened(work, case_id, command.received_on)
    served = work.append(case, domain.serve_decision(case.state, command, work.at, rules))
    decision = served.state.decision_of(command.party_id)
    if decision is None or decision.payment_due_on is None:
        return {}
    if decision.total_fen or decision.confiscate_fen:
        payment = await work.load(PAYMENTS, region_key(case_id, command.party_id))
        owed = domain.open_payment(
            payment.state, case_id, case.state.enterprise_id, decision.total_fen, decision.payment_due_on,
            party_id=command.party_id, document_no=decision.document_no, confiscate_fen=decision.confiscate_fen,
            received_on=decision.received_on or command.received_on,
        )  # fmt: skip
        work.append(payment, owed, subject=case.subject, district=case.district, correlation_id=case.correlation_id)
    await open_remedies(work, served, command.party_id)
    return {
        "payment_due_on": decision.payment_due_on,
        "amount_fen": decision.total_fen,
        "confiscate_fen": decision.confiscate_fen,
    }


async def change_decision(work: Work, case_id: str, command: domain.ChangeDecision) -> dict[str, Any]:
    """The decision becomes lighter; what is owed and what is published follow in the same write set.

    What is said to follow a remedy is what one decided. After the closing nothing else is done, and the case stays as it is.
    """
    case, rules = await fined_at_hand(work, case_id)
    domain.require_approver(case.state, work.actor, rules)
    one = await to_follow(work, case, command.party_id)
    if is_spot(case):
        spot = await work.existing(SPOTS, case_id)
        lighter = change_spot(spot.state, command, work.at, rules, one)
        following.require_as_decided(one, command, lighter, rules)
        changed = as_case(work.append(spot, lighter))
    elif case.state.reached("closed"):
        changed = await follow(
            work, case, command.party_id, lambda left, one: following.change_as_decided(left, one, command, work.at, rules)
        )
    else:
        lighter = domain.change_decision(case.state, command, work.at, rules)
        following.require_as_decided(one, command, lighter, rules)
        changed = work.append(case, lighter)
    decision = changed.state.decision_of(command.party_id)
    if decision is None:
        return {}
    payment = await work.load(PAYMENTS, region_key(case_id, command.party_id))
    lowered = lower_payment(payment.state, decision.total_fen, day_of(work.at), decision.confiscate_fen)
    if payment.exists:
        work.append(payment, lowered)
    await follow_change(work, changed, command.party_id, day_of(work.at))
    return {"total_fen": decision.total_fen, "confiscate_fen": decision.confiscate_fen}


async def revoke_decision(work: Work, case_id: str, command: domain.RevokeDecision) -> None:
    """The decision is void; nothing is owed, enforced or published any more, in the same write set.

    After the closing it is the remedy's step, as `change_decision`.
    """
    case, rules = await fined_at_hand(work, case_id)
    domain.require_approver(case.state, work.actor, rules)
    one = await to_follow(work, case, command.party_id)
    if is_spot(case):
        spot = await work.existing(SPOTS, case_id)
        void = revoke_spot(spot.state, command, work.at, rules, one)
        if command.cause in following.BY_REMEDY:
            following.require_as_decided(one, replace(command, anew=True), void, rules)
        revoked = as_case(work.append(spot, void))
    elif case.state.reached("closed"):
        revoked = await follow(
            work, case, command.party_id, lambda left, one: following.revoke_as_decided(left, one, command, work.at, rules)
        )
    else:
        void = domain.revoke_decision(case.state, command, work.at, rules)
        following.require_as_decided(one, command, void, rules)
        revoked = work.append(case, void)
    await strike(work, revoked, command.party_id, rules)
    payment = await work.load(PAYMENTS, region_key(case_id, command.party_id))
    if payment.exists:
        work.append(payment, revoke_payment(payment.state, day_of(work.at)))
    enforcement = await work.load(ENFORCEMENTS, region_key(case_id, command.party_id))
    if enforcement.exists:
        work.append(enforcement, void_enforcement(enforcement.state, day_of(work.at)))
    await follow_revocation(work, revoked, command.party_id, day_of(work.at))


async def lapse_statement(work: Work, deadline: Deadline) -> None:
    """The period for statement and defence has passed."""
    case = await due(work, deadline)
    work.append(case, domain.lapse_statement(case.state, due_on(deadline), work.at, party_of(deadline)))


async def miss_service(work: Work, deadline: Deadline) -> None:
    """The decision did not reach the party in time."""
    case = await due(work, deadline)
    work.append(case, domain.miss_service(case.state, party_of(deadline), due_on(deadline), work.at))


async def report_up(work: Work, case_id: str, command: ReportUp) -> None:
    """A serious penalty was reported to the organ above."""
    case, rules = await opened(work, case_id)
    work.append(case, reporting_up.report_up(case.state, command, work.at, rules))


async def miss_reporting_up(work: Work, deadline: Deadline) -> None:
    """A serious penalty was not reported to the organ above in time."""
    case = await due(work, deadline)
    work.append(case, reporting_up.miss_reporting_up(case.state, party_of(deadline), due_on(deadline), work.at))


async def _require_here(work: Work, case_id: str, rules: Rules) -> None:
    require_here((await work.load(TRANSFERS, case_id)).state, rules)
