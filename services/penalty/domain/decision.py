"""The decision: against each party, or that there is no penalty; its service; its change and revocation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from chassis.domain import Actor, Event, Guards, day_of
from services.penalty.domain.case import CaseState
from services.penalty.domain.charges import Sanctions, require_charges
from services.penalty.domain.ending_events import Cause, DecisionChanged, DecisionRevoked, NoPenaltyDecided, ServiceOverdue
from services.penalty.domain.events import CaseOverdue, Charge, DecisionServed, Manner, Party, PenaltyDecided
from services.penalty.domain.guards import (
    APPROVAL,
    require_apart,
    require_contents,
    require_decided,
    require_investigated,
    require_not_before,
    require_not_handler,
)
from services.penalty.domain.hearing import require_hearing_settled
from services.penalty.domain.investigation import require_discussed, require_in_time
from services.penalty.domain.notice import announced, require_manner, require_not_returned, require_noticed
from services.penalty.domain.parties import UNIT
from services.penalty.domain.people import require_handlers_stand
from services.penalty.domain.reporting_up import report_up_by
from services.penalty.domain.rulebook import LITIGATION, PAYMENT, RECONSIDERATION, SERVICE, Rules
from services.penalty.domain.sides import Notice, Side

CORRECTED = ("minor-corrected", "first-slight")
RECTIFIED, CLOSED = "rectified", "closed"
SETTLED = frozenset({RECTIFIED, CLOSED})
"""What of a hazard keeps no case open: it is gone, or inspection decided not to follow it any further, and said why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidePenalty:
    """The head of the organ decides: fines per item (None: as noticed), what the document contains, whether it is sealed."""

    approver: Actor
    amounts: Mapping[str, int] | None
    contents: tuple[str, ...]
    sealed: bool
    party_id: str = UNIT


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideNoPenalty:
    """The head of the organ imposes nothing, says why, and how the party was taught."""

    approver: Actor
    reason: str
    education: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeDecision:
    """A party has received the decision; by announcement, on the day it counts as received (`received_on` is not read then)."""

    manner: Manner
    recipient: str
    received_on: date
    party_id: str = UNIT
    confirmation: str | None = None
    announced_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDecision:
    """The decision becomes lighter: the fines, and what is confiscated, per item that change, by whom and why."""

    cause: Cause
    amounts: Mapping[str, int]
    reason: str
    party_id: str = UNIT
    confiscations: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeDecision:
    """The decision is void; `anew`: the organ has to decide again."""

    cause: Cause
    reason: str
    anew: bool
    party_id: str = UNIT


def decide_penalty(
    state: CaseState, command: DecidePenalty, document_no: str, sanctions: Sanctions, at: datetime, rules: Rules
) -> list[Event]:
    """Decide the penalty against a party; a decision after its limit is possible and flagged.

    APL 2021, articles 44 and 62 (after the notice), 45 (no heavier for a defence), 57 (discussion), 58 (legal review), 59
    (contents and seal), 60 (limit), 63 to 65 (hearing).
    """
    notice, day = require_noticed(state, rules, command.party_id), day_of(at)
    side, guards = state.side(command.party_id) or Side(), Guards()
    with guards:
        _require_approver(state, command.approver, rules)
    with guards:
        require_not_before(day, notice.served_on, rules, "notice-before-decision")
    with guards:
        _require_answered(notice, day, rules)
    with guards:
        require_hearing_settled(side, day, rules)
    with guards:
        _require_reviewed(state, rules)
    charges: tuple[Charge, ...] = ()
    with guards:
        charges = _decided_charges(state, command, sanctions, day, rules)
    with guards:
        require_discussed(state, rules)
    with guards:
        _require_complete(command, rules)
    guards.settle()
    serve_by = rules.due(SERVICE, day) if SERVICE in rules.periods else None
    total, kinds = sum(c.amount_fen for c in charges), tuple(dict.fromkeys(kind for c in charges for kind in c.kinds))
    return [
        PenaltyDecided(
            case_id=state.case_id, enterprise_id=state.enterprise_id, document_no=document_no, decided_on=day,
            party=_named(side), charges=charges, total_fen=total, contents=command.contents,
            sealed=command.sealed, approved_by=command.approver.id, late=_late(state, day), person=side.person,
            kinds=kinds, report_up_by=report_up_by(state.level, total, kinds, day, rules),
            confiscate_fen=sum(charge.confiscate_fen for charge in charges),
            serve_by=None if serve_by is None else serve_by.day, provisional=serve_by is not None and serve_by.provisional,
        )
    ]  # fmt: skip


def decide_no_penalty(
    state: CaseState, command: DecideNoPenalty, hazards: Mapping[str, str], at: datetime, rules: Rules
) -> list[Event]:
    """Impose nothing: minor and corrected, first and slight, no fault, or not proven (APL 2021, articles 33, 57).

    What was minor, or slight, must have been corrected; the party is taught.
    """
    require_investigated(state, rules)
    rules.require(
        not state.decided, "service-after-decision", "decided-already", "对其他当事人已作出处罚决定",
        "a penalty is decided against others",
    )  # fmt: skip
    _require_approver(state, command.approver, rules)
    rules.require(
        state.outcome not in (None, "penalise", "transfer"), "no-penalty", "penalty-proposed", "调查终结意见不是不予处罚",
        "the investigation was not closed without a penalty", outcome=state.outcome,
    )  # fmt: skip
    _require_reviewed(state, rules)
    if state.outcome in CORRECTED:
        left = sorted(act.hazard_id for act in state.acts if hazards.get(act.hazard_id) != RECTIFIED)
        rules.require(
            not left, "no-penalty", "not-corrected", "违法行为尚未改正", "the act is not corrected yet", hazard_ids=left
        )
    return [
        NoPenaltyDecided(
            case_id=state.case_id, outcome=state.outcome or "not-proven", reason=command.reason,
            education=command.education, decided_on=day_of(at), approved_by=command.approver.id,
        )
    ]  # fmt: skip


def drafted_contents(state: CaseState, address: str, rules: Rules, party_id: str = UNIT) -> tuple[str, ...]:
    """The content groups of a decision (APL 2021, article 59) that the file and the rulebook can fill."""
    side = state.side(party_id)
    where = address if side is None or side.person is None else side.person.address
    filled = {
        "party": side is not None and bool(side.name and where),
        "facts-and-evidence": bool(state.acts and state.evidence),
        "kind-and-basis": bool(state.charges_of(party_id)),
        "performance": PAYMENT in rules.periods,
        "remedies": {RECONSIDERATION, LITIGATION} <= rules.periods.keys(),
        "organ-and-date": bool(state.organ),
    }
    return tuple(code for code in rules.decision_contents if filled.get(code, False))


def serve_decision(state: CaseState, command: ServeDecision, at: datetime, rules: Rules) -> list[Event]:
    """The decision is served; the payment period runs from receipt (APL 2021, articles 61, 67 paragraph 3).

    `rules` are those of the day of receipt. By announcement it counts as received when the period of the announcement has passed
    (CPL 2023, article 95).
    """
    decision = require_decided(state, command.party_id, rules)
    rules.require(decision.received_on is None, "service", "served-already", "决定书已送达", "the decision was served already")
    guards, received_on = Guards(), command.received_on
    with guards:
        require_manner(command.manner, rules, command.confirmation)
    with guards:
        received_on = _received_on(command, decision.decided_on, rules)
        rules.require(
            received_on <= day_of(at), "service", "received-in-future", "送达日期晚于今天", "the receipt lies in the future",
            received_on=received_on,
        )  # fmt: skip
    guards.settle()
    due = rules.due(PAYMENT, received_on)
    return [
        DecisionServed(
            case_id=state.case_id, received_on=received_on, manner=command.manner, recipient=command.recipient,
            payment_due_on=due.day, provisional=due.provisional, party_id=command.party_id,
            confirmation=command.confirmation, announced_on=command.announced_on,
        )
    ]  # fmt: skip


def change_decision(state: CaseState, command: ChangeDecision, at: datetime, rules: Rules) -> list[Event]:
    """Make a decision lighter, by the organ itself or as a remedy said; never heavier (APL 2021, articles 45, 48, 75)."""
    decision = require_decided(state, command.party_id, rules)
    unknown = sorted({*command.amounts, *command.confiscations} - {charge.item_code for charge in decision.charges})
    rules.require(
        not unknown, "notice", "not-decided-upon", "决定中没有该事项", "no such act in the decision", item_codes=unknown
    )
    charges = tuple(_changed(charge, command) for charge in decision.charges)
    total, taken = sum(charge.amount_fen for charge in charges), sum(charge.confiscate_fen for charge in charges)
    heavier = [
        new.item_code for old, new in zip(decision.charges, charges, strict=True)
        if new.amount_fen > old.amount_fen or new.confiscate_fen > old.confiscate_fen
    ]  # fmt: skip
    rules.require(
        not heavier and total + taken < decision.total_fen + decision.confiscate_fen, "defence-no-heavier", "not-lighter",
        "变更后的处罚应当轻于原决定", "a changed decision is lighter than the one before", item_codes=heavier,
        former_fen=decision.total_fen,
    )  # fmt: skip
    return [
        DecisionChanged(
            case_id=state.case_id, cause=command.cause, charges=charges, total_fen=total, former_fen=decision.total_fen,
            reason=command.reason, changed_on=day_of(at), party_id=command.party_id,
        )
    ]  # fmt: skip


def _changed(charge: Charge, command: ChangeDecision) -> Charge:
    return replace(
        charge, amount_fen=command.amounts.get(charge.item_code, charge.amount_fen),
        confiscate_fen=command.confiscations.get(charge.item_code, charge.confiscate_fen),
    )  # fmt: skip


def revoke_decision(state: CaseState, command: RevokeDecision, at: datetime, rules: Rules) -> list[Event]:
    """Void a decision, by the organ itself or as a remedy said (APL 2021, articles 48, 75).

    The limit of the case goes on for a decision that is to be made anew; no source gives another one where it has passed.
    """
    decision, day = require_decided(state, command.party_id, rules), day_of(at)
    left = state.decision_due_on if command.anew and state.decision_due_on is not None and day <= state.decision_due_on else None
    return [
        DecisionRevoked(
            case_id=state.case_id, cause=command.cause, reason=command.reason, revoked_on=day, anew=command.anew,
            former_fen=decision.total_fen, party_id=command.party_id, decision_due_on=left,
            limit_step=state.extended[-1] if left is not None and state.extended else "",
        )
    ]  # fmt: skip


def flag_overdue(state: CaseState, due_on: date, at: datetime) -> list[Event]:
    """The limit has passed without a decision; nothing, if the case is decided, or the limit is another one."""
    due = state.decision_due_on == due_on and day_of(at) > due_on
    charged = state.charged or state.sides
    undecided = state.no_penalty_on is None and any(side.decision is None for side in charged)
    running = not state.reached("closed") and undecided and not state.overdue
    return [CaseOverdue(case_id=state.case_id, due_on=due_on)] if due and running else []


def miss_service(state: CaseState, party_id: str, due_on: date, at: datetime) -> list[Event]:
    """The decision did not reach the party in time: a defect is flagged; nothing, if it did (APL 2021, article 61)."""
    decision = state.decision_of(party_id)
    if decision is None or decision.received_on is not None or decision.revoked_on is not None or decision.service_overdue:
        return []
    late = day_of(at) > due_on and not state.reached("closed")
    return [ServiceOverdue(case_id=state.case_id, due_on=due_on, party_id=party_id)] if late else []


def _received_on(command: ServeDecision, decided_on: date, rules: Rules) -> date:
    if command.manner != "announcement":
        require_not_before(command.received_on, decided_on, rules, "service-after-decision")
        return command.received_on
    received_on = announced(command.announced_on, rules)
    require_not_before(command.announced_on or received_on, decided_on, rules, "service-after-decision")
    return received_on


def _require_approver(state: CaseState, approver: Actor, rules: Rules) -> None:
    require_not_handler(state, approver, rules, APPROVAL)
    require_apart(state, approver.id, "approver", rules, APPROVAL)
    require_handlers_stand(state, rules)


def _named(side: Side) -> Party:
    """The party as the decision says it; a natural person's name stands in `person`, sealed."""
    return Party(kind=side.kind, name="" if side.person else side.name, uscc=side.uscc, party_id=side.party_id)


def _late(state: CaseState, day: date) -> bool:
    return state.decision_due_on is not None and day > state.decision_due_on


def _require_answered(notice: Notice, day: date, rules: Rules) -> None:
    rules.require(
        notice.answered or day > notice.statement_due_on, "defence-before-decision", "statement-period-running",
        f"陈述申辩期限至 {notice.statement_due_on}，当事人尚未陈述或者放弃", "the party may still make its statement",
        due_on=notice.statement_due_on,
    )  # fmt: skip


def _require_reviewed(state: CaseState, rules: Rules) -> None:
    require_not_returned(state, rules)
    grounds = (*state.review_grounds, *(("hearing-held",) if state.hearing_held_on else ()))
    rules.require(
        state.review == "passed" or not state.review_required, "legal-review-before-decision", "legal-review-missing",
        "应当法制审核而未审核", "the legal review that this case needs is missing", grounds=grounds,
    )  # fmt: skip


def _decided_charges(
    state: CaseState, command: DecidePenalty, sanctions: Sanctions, day: date, rules: Rules
) -> tuple[Charge, ...]:
    """The noticed charges with the amounts decided, none heavier than noticed, all within the law of today too."""
    require_in_time(state, rules)
    noticed, amounts = state.charges_of(command.party_id), command.amounts or {}
    unknown = sorted(amounts.keys() - {charge.item_code for charge in noticed})
    rules.require(
        not unknown, "notice", "not-noticed", "未告知的事项不得处罚", "only what was noticed may be decided", item_codes=unknown
    )
    decided = tuple(replace(c, amount_fen=amounts.get(c.item_code, c.amount_fen)) for c in noticed)
    heavier = [after.item_code for before, after in zip(noticed, decided, strict=True) if after.amount_fen > before.amount_fen]
    rules.require(
        not heavier, "defence-no-heavier", "heavier-than-noticed", "处罚不得重于告知的内容",
        "the decision may not be heavier than the notice", item_codes=heavier, noticed_fen=sum(c.amount_fen for c in noticed),
    )  # fmt: skip
    return require_charges(state, decided, sanctions, day, rules)


def _require_complete(command: DecidePenalty, rules: Rules) -> None:
    guards = Guards()
    with guards:
        require_contents(command.contents, "decision-form", rules)
    with guards:
        rules.require(
            command.sealed or not rules.seal_required, "decision-form", "decision-unsealed", "处罚决定书未盖章",
            "the decision is not sealed",
        )  # fmt: skip
    guards.settle()
