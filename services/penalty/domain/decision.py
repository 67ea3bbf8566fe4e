"""Decision, its service, and the closing of the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from chassis.domain import Actor, Event, day_of
from services.penalty.domain.case import (
    APPROVAL,
    CaseState,
    Decision,
    Notice,
    require_filed,
    require_not_before,
    require_not_handler,
)
from services.penalty.domain.events import CaseClosed, CaseOverdue, Charge, DecisionServed, Manner, PenaltyDecided
from services.penalty.domain.investigation import Sanctions, require_charges
from services.penalty.domain.notice import require_manner, require_not_returned, require_noticed
from services.penalty.domain.payment import PaymentState
from services.penalty.domain.rulebook import LITIGATION, PAYMENT, RECONSIDERATION, Rules

RECTIFIED = "rectified"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidePenalty:
    """The head of the organ decides: fines per item (None: as noticed), what the document contains, whether it is sealed."""

    approver: Actor
    amounts: Mapping[str, int] | None
    contents: tuple[str, ...]
    sealed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeDecision:
    """The party has received the decision."""

    manner: Manner
    recipient: str
    received_on: date


def decide_penalty(
    state: CaseState, command: DecidePenalty, document_no: str, sanctions: Sanctions, at: datetime, rules: Rules
) -> list[Event]:
    """Decide the penalty; a decision after its limit is possible and flagged.

    APL 2021, articles 44 and 62 (after the notice), 45 (no heavier for a defence), 57, 58 (legal review), 59 (contents and
    seal), 60 (limit), 63 and 64 (hearing right).
    """
    notice, day = require_noticed(state, rules), day_of(at)
    require_not_handler(state, command.approver, rules, APPROVAL)
    require_not_before(day, notice.served_on, rules, "notice-before-decision")
    _require_answered(notice, day, rules)
    _require_hearing_settled(notice, day, rules)
    _require_reviewed(state, rules)
    charges = _decided_charges(state, command, sanctions, day, rules)
    total = sum(charge.amount_fen for charge in charges)
    _require_no_discussion(total, rules)
    _require_complete(command, rules)
    return [
        PenaltyDecided(
            case_id=state.case_id, enterprise_id=state.enterprise_id, document_no=document_no, decided_on=day,
            party=state.party, charges=charges, total_fen=total, contents=command.contents, sealed=command.sealed,
            approved_by=command.approver.id, late=state.decision_due_on is not None and day > state.decision_due_on,
        )
    ]  # fmt: skip


def drafted_contents(state: CaseState, address: str, rules: Rules) -> tuple[str, ...]:
    """The content groups of a decision (APL 2021, article 59) that the file and the rulebook can fill."""
    filled = {
        "party": bool(state.party.name and address),
        "facts-and-evidence": bool(state.acts and state.evidence),
        "kind-and-basis": bool(state.charges),
        "performance": PAYMENT in rules.periods,
        "remedies": {RECONSIDERATION, LITIGATION} <= rules.periods.keys(),
        "organ-and-date": bool(state.organ),
    }
    return tuple(code for code in rules.decision_contents if filled.get(code, False))


def serve_decision(state: CaseState, command: ServeDecision, at: datetime, rules: Rules) -> list[Event]:
    """The decision is served; the payment period runs from receipt (APL 2021, articles 61, 67 paragraph 3).

    `rules` are those of the day of receipt.
    """
    decision = _require_decided(state, rules)
    rules.require(decision.received_on is None, "service", "served-already", "决定书已送达", "the decision was served already")
    require_manner(command.manner, rules)
    require_not_before(command.received_on, decision.decided_on, rules, "service-after-decision")
    rules.require(
        command.received_on <= day_of(at), "service", "received-in-future", "送达日期晚于今天", "the receipt lies in the future",
        received_on=command.received_on,
    )  # fmt: skip
    due = rules.due(PAYMENT, command.received_on)
    return [
        DecisionServed(
            case_id=state.case_id, received_on=command.received_on, manner=command.manner, recipient=command.recipient,
            payment_due_on=due.day, provisional=due.provisional,
        )
    ]  # fmt: skip


def close_case(
    state: CaseState, payment: PaymentState, hazards: Mapping[str, str], reason: str, approver: Actor, at: datetime,
    rules: Rules,
) -> list[Event]:  # fmt: skip
    """Close the case (form 46): served, paid in full, every referred hazard passed at re-inspection (closing guards).

    `hazards` tells the state of rectification by hazard.
    """
    decision, day = require_served(state, rules), day_of(at)
    require_not_handler(state, approver, rules, APPROVAL)
    require_not_before(day, decision.received_on, rules, "penalty-performed")
    for guard in rules.closing_guards:
        _require_guard(guard, state, payment, hazards, rules)
    require_not_before(day, payment.settled_on, rules, "penalty-performed")
    return [CaseClosed(case_id=state.case_id, reason=reason, closed_on=day)]


def flag_overdue(state: CaseState, due_on: date, at: datetime) -> list[Event]:
    """The limit has passed without a decision; nothing, if the case is decided, or the limit is another one."""
    due = state.decision_due_on == due_on and day_of(at) > due_on
    running = state.stage != "closed" and state.decision is None and not state.overdue
    return [CaseOverdue(case_id=state.case_id, due_on=due_on)] if due and running else []


def _require_guard(
    guard: str, state: CaseState, payment: PaymentState, hazards: Mapping[str, str], rules: Rules
) -> None:  # fmt: skip
    """One closing guard of the rulebook; those about regions that this case does not have yet hold."""
    if guard == "penalty-performed":
        rules.require(
            payment.settled_on is not None, guard, "payment-not-settled", "罚款尚未缴清", "the fine is not paid in full",
            outstanding_fen=payment.outstanding_fen,
        )  # fmt: skip
    if guard == "rectification-passed":
        wanted = {act.hazard_id for act in state.acts}
        missing = sorted(hazard for hazard in wanted if hazards.get(hazard) != RECTIFIED)
        rules.require(
            not missing, guard, "rectification-open", "移送的隐患尚未全部复查通过",
            "not every referred hazard has passed re-inspection", hazard_ids=missing,
        )  # fmt: skip


def _require_decided(state: CaseState, rules: Rules) -> Decision:
    require_filed(state, rules)
    if state.decision is None:
        raise rules.refusal("service-after-decision", "not-decided", "尚未作出处罚决定", "there is no decision yet")
    return state.decision


def _require_answered(notice: Notice, day: date, rules: Rules) -> None:
    rules.require(
        notice.answered or day > notice.statement_due_on, "defence-before-decision", "statement-period-running",
        f"陈述申辩期限至 {notice.statement_due_on}，当事人尚未陈述或者放弃", "the party may still make its statement",
        due_on=notice.statement_due_on,
    )  # fmt: skip


def _require_hearing_settled(notice: Notice, day: date, rules: Rules) -> None:
    """Until hearings can be recorded, a party with a hearing right must have waived, and its period must be over."""
    due_on = notice.hearing_request_due_on
    if not notice.hearing_right or due_on is None:
        return
    rules.require(
        notice.waived, "hearing-right", "hearing-not-waived", "当事人享有听证权利且未放弃",
        "the party has the right to a hearing and has not waived it",
    )  # fmt: skip
    rules.require(
        day > due_on, "T08-hearing-request", "hearing-period-running", f"申请听证期限至 {due_on}",
        "the period for requesting a hearing is running", due_on=due_on,
    )  # fmt: skip


def _require_reviewed(state: CaseState, rules: Rules) -> None:
    require_not_returned(state, rules)
    rules.require(
        state.review == "passed" or not state.review_required, "legal-review-before-decision", "legal-review-missing",
        "应当法制审核而未审核", "the legal review that this case needs is missing", grounds=state.review_grounds,
    )  # fmt: skip


def _decided_charges(
    state: CaseState, command: DecidePenalty, sanctions: Sanctions, day: date, rules: Rules
) -> tuple[Charge, ...]:
    """The noticed charges with the amounts decided, none heavier than noticed, all within the law of today too."""
    amounts = command.amounts or {}
    unknown = sorted(amounts.keys() - {charge.item_code for charge in state.charges})
    rules.require(
        not unknown, "notice", "not-noticed", "未告知的事项不得处罚", "only what was noticed may be decided", item_codes=unknown
    )
    decided = tuple(replace(c, amount_fen=amounts.get(c.item_code, c.amount_fen)) for c in state.charges)
    heavier = [
        after.item_code for before, after in zip(state.charges, decided, strict=True) if after.amount_fen > before.amount_fen
    ]
    rules.require(
        not heavier, "defence-no-heavier", "heavier-than-noticed", "处罚不得重于告知的内容",
        "the decision may not be heavier than the notice", item_codes=heavier, noticed_fen=state.proposed_fen,
    )  # fmt: skip
    return require_charges(state, decided, sanctions, day, rules)


def _require_no_discussion(total_fen: int, rules: Rules) -> None:
    """Serious penalties are discussed by the heads together first, which cannot be recorded yet (APL 2021, article 57 ¶2)."""
    rules.require(
        not rules.reached("collective-discussion", "unit", total_fen), "collective-discussion", "collective-discussion-missing",
        "较重处罚应当由负责人集体讨论决定", "the heads of the organ must discuss this penalty first", total_fen=total_fen,
    )  # fmt: skip


def _require_complete(command: DecidePenalty, rules: Rules) -> None:
    missing = [code for code in rules.decision_contents if code not in command.contents]
    rules.require(
        not missing, missing[0] if missing else "decision-form", "decision-incomplete", "处罚决定书缺少法定内容",
        "the decision lacks mandatory contents", missing=missing,
    )  # fmt: skip
    rules.require(
        command.sealed or not rules.seal_required, "decision-form", "decision-unsealed", "处罚决定书未盖章",
        "the decision is not sealed",
    )  # fmt: skip


def require_served(state: CaseState, rules: Rules) -> Decision:
    """The decision, which must have been served, on a case that is not closed."""
    decision = _require_decided(state, rules)
    rules.require(
        decision.received_on is not None, "payment-from-receipt", "decision-not-served", "决定书尚未送达",
        "the decision is not served yet",
    )  # fmt: skip
    return decision
