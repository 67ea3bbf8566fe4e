"""Transfer of a case 案件移送: reported by a team, decided by the principal, handed over, answered, and perhaps returned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from chassis.domain import Actor, Event, Stream, day_of
from services.penalty.domain.case import CaseState
from services.penalty.domain.guards import (
    APPROVAL,
    Officer,
    require_apart,
    require_not_before,
    require_not_handler,
    require_open,
    require_qualified,
)
from services.penalty.domain.rulebook import Rules, not_in_force
from services.penalty.domain.transfer_events import (
    Answer,
    CaseReturned,
    CaseTransferred,
    Material,
    Receiver,
    TransferAnswered,
    TransferAnswerOverdue,
    TransferApproved,
    TransferDecisionOverdue,
    TransferDenied,
    TransferHandoverOverdue,
    TransferReported,
)

DECISION, HANDOVER, ANSWER = "T24-crime-transfer-decision", "T24-crime-transfer-handover", "T24-police-answer"
CRIME, JURISDICTION, JUDICIAL = "crime-transfer", "jurisdiction-transfer", "judicial-transfer"
Phase = Literal["none", "reported", "denied", "approved", "handed-over", "taken", "not-taken", "returned"]
OPEN = ("reported", "approved", "handed-over", "taken")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTransfer:
    """Officers report that the case belongs to the police, or to another organ, and why."""

    to: Receiver
    receiver: str
    reason: str
    team: tuple[str, ...]
    party_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTransfer:
    """What the receiver answered, under which number, and why."""

    answer: Answer
    reference: str
    reason: str
    answered_on: date


PHASES: Mapping[Phase, str] = {
    "none": "未报请移送", "reported": "已报请，待决定", "denied": "不批准移送", "approved": "已批准，待移交",
    "handed-over": "已移交，待答复", "taken": "已被接受", "not-taken": "未被接受", "returned": "已退回",
}  # fmt: skip
"""How far a transfer is, as a refusal says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferState:
    """The transfer of a case, the last one if there were several; which defects of its procedure are known."""

    phase: Phase = "none"
    case_id: str = ""
    party_id: str = ""
    to: Receiver = "police"
    receiver: str = ""
    reason: str = ""
    team: tuple[str, ...] = ()
    reported_on: date | None = None
    decide_by: date | None = None
    approved_at: datetime | None = None
    hand_over_by: datetime | None = None
    document_no: str = ""
    materials: tuple[Material, ...] = ()
    handed_over_at: datetime | None = None
    answer_by: date | None = None
    answered_on: date | None = None
    returned_on: date | None = None
    days_away: int = 0
    defects: tuple[str, ...] = ()

    @property
    def stops_case(self) -> bool:
        """Whether nothing is decided in the case here: from the approval until it is not taken, or comes back."""
        return self.phase in ("approved", "handed-over", "taken")

    @property
    def under_way(self) -> bool:
        """Whether it is not answered yet: the case is neither ours alone nor another's."""
        return self.phase in ("reported", "approved", "handed-over")

    @property
    def gone(self) -> bool:
        """Whether the case is another's now: what it may be closed for."""
        return self.phase == "taken"

    @property
    def rule(self) -> str:
        """What the transfer rests on."""
        return CRIME if self.to == "police" else JURISDICTION

    @property
    def duty(self) -> str:
        """What the duty to transfer rests on: for a suspected crime, APL 2021, article 27 paragraph 1."""
        return JUDICIAL if self.to == "police" else JURISDICTION


def require_here(state: TransferState, rules: Rules) -> None:
    """Nothing is decided here in a case that another organ, or the police, has or is to get (APL 2021, article 27)."""
    rules.require(
        not state.stops_case, state.duty, "case-transferred", "案件已移送或者已批准移送，不得作出决定",
        "the case is, or is to be, another's",
    )  # fmt: skip


def evolve_transfer(state: TransferState, event: Event) -> TransferState:
    """The transfer after one more event; events it does not know leave it as it is."""
    match event:
        case TransferReported() as e:
            return TransferState(
                phase="reported", case_id=e.case_id, party_id=e.party_id, to=e.to, receiver=e.receiver, reason=e.reason,
                team=e.team, reported_on=e.reported_on, decide_by=e.decide_by,
            )  # fmt: skip
        case TransferApproved() as e:
            return replace(state, phase="approved", approved_at=e.approved_at, hand_over_by=e.hand_over_by)
        case TransferDenied():
            return replace(state, phase="denied")
        case CaseTransferred() as e:
            return replace(
                _flagged(state, "handover-late", e.late), phase="handed-over", document_no=e.document_no,
                materials=e.materials, handed_over_at=e.handed_over_at, answer_by=e.answer_by,
            )  # fmt: skip
        case TransferAnswered() as e:
            return replace(_flagged(state, "answer-late", e.late), phase=e.answer, answered_on=e.answered_on)
        case CaseReturned() as e:
            return replace(state, phase="returned", returned_on=e.returned_on, days_away=e.days_away)
        case TransferDecisionOverdue():
            return _flagged(state, "decision-late", True)
        case TransferHandoverOverdue():
            return _flagged(state, "handover-late", True)
        case TransferAnswerOverdue():
            return _flagged(state, "answer-late", True)
        case _:
            return state


def _flagged(state: TransferState, defect: str, holds: bool) -> TransferState:
    return replace(state, defects=(*state.defects, defect)) if holds and defect not in state.defects else state


TRANSFERS = Stream("transfer", TransferState(), evolve_transfer)


def report_transfer(
    state: TransferState, case: CaseState, command: ReportTransfer, document_no: str, officers: Iterable[Officer],
    at: datetime, rules: Rules,
) -> list[Event]:  # fmt: skip
    """At least two qualified officers report it (form 43); a suspected crime is decided on within days.

    APL 2021, articles 27 paragraph 1, 57 paragraph 1 item 4; 应急〔2019〕54号, article 7.
    """
    require_open(case, rules)
    rule = JUDICIAL if command.to == "police" else JURISDICTION
    rules.require(
        state.phase not in OPEN, rule, "transfer-open", "移送正在办理", "a transfer of the case is under way", phase=state.phase
    )
    day = day_of(at)
    require_qualified(command.team, officers, day, rules, case.recused)
    due = rules.due(DECISION, day) if command.to == "police" else None
    return [
        TransferReported(
            case_id=case.case_id, to=command.to, receiver=command.receiver, reason=command.reason, team=command.team,
            document_no=document_no, reported_on=day, decide_by=None if due is None else due.day, party_id=command.party_id,
            provisional=due is not None and due.provisional,
        )
    ]  # fmt: skip


def decide_transfer(
    state: TransferState, case: CaseState, agreed: bool, opinion: str, principal: Actor, at: datetime, rules: Rules
) -> list[Event]:  # fmt: skip
    """The principal agrees, or says why not; nobody of the team, or who handles the case, does (应急〔2019〕54号, article 7)."""
    _require_phase(state, ("reported",), "transfer-not-reported", rules)
    require_not_handler(case, principal, rules, APPROVAL)
    require_apart(case, principal.id, "approver", rules, APPROVAL)
    rules.require(
        principal.id not in state.team, APPROVAL, "handler-approves", "承办人不得审批或者审核本案",
        "a handling officer approves or reviews nothing",
    )  # fmt: skip
    if not agreed:
        return [
            TransferDenied(
                case_id=state.case_id, reason=opinion, refused_by=principal.id, denied_on=day_of(at), party_id=state.party_id
            )
        ]
    by = at + timedelta(hours=_hours(rules)) if state.to == "police" else None
    return [
        TransferApproved(
            case_id=state.case_id, receiver=state.receiver, opinion=opinion, approved_by=principal.id, approved_at=at,
            hand_over_by=by, party_id=state.party_id,
        )
    ]  # fmt: skip


def hand_over(
    state: TransferState, received_by: str, materials: tuple[Material, ...], document_no: str, at: datetime, rules: Rules
) -> list[Event]:
    """The case and the list of its materials go to the receiver (form 44); late is possible, and a defect."""
    _require_phase(state, ("approved",), "transfer-not-approved", rules)
    rules.require(
        bool(materials), state.rule, "materials-missing", "移送须附材料清单", "a case is handed over with a list of materials"
    )
    if state.approved_at is not None:
        require_not_before(day_of(at), day_of(state.approved_at), rules, state.rule)
    due = rules.due(ANSWER, day_of(at)) if state.to == "police" else None
    return [
        CaseTransferred(
            case_id=state.case_id, receiver=state.receiver, document_no=document_no, received_by=received_by,
            materials=materials, handed_over_at=at, late=state.hand_over_by is not None and at > state.hand_over_by,
            answer_by=None if due is None else due.day, party_id=state.party_id,
            provisional=due is not None and due.provisional,
        )
    ]  # fmt: skip


def answer_transfer(state: TransferState, command: AnswerTransfer, at: datetime, rules: Rules) -> list[Event]:
    """The receiver takes the case (the police files it), or does not: then it goes on here (APL 2021, article 27)."""
    _require_phase(state, ("handed-over",), "not-handed-over", rules)
    _require_day(command.answered_on, state.handed_over_at and day_of(state.handed_over_at), at, state.rule, rules)
    return [
        TransferAnswered(
            case_id=state.case_id, receiver=state.receiver, answer=command.answer, reference=command.reference,
            reason=command.reason, answered_on=command.answered_on,
            late=state.answer_by is not None and command.answered_on > state.answer_by, party_id=state.party_id,
        )
    ]  # fmt: skip


def return_case(state: TransferState, reason: str, returned_on: date, at: datetime, rules: Rules) -> list[Event]:
    """No criminal penalty is needed, but an administrative one: the case comes back and goes on (APL 2021, article 27 ¶1)."""
    _require_phase(state, ("taken",), "transfer-not-taken", rules)
    _require_day(returned_on, state.answered_on, at, state.rule, rules)
    away = returned_on - day_of(state.handed_over_at) if state.handed_over_at else timedelta()
    return [
        CaseReturned(
            case_id=state.case_id, receiver=state.receiver, reason=reason, returned_on=returned_on, days_away=away.days,
            party_id=state.party_id,
        )
    ]  # fmt: skip


def flag_decision(state: TransferState, due_on: date, at: datetime) -> list[Event]:
    """The principal's period has passed; nothing, if it is decided, or flagged."""
    missed = state.phase == "reported" and state.decide_by == due_on and day_of(at) > due_on
    if not missed or "decision-late" in state.defects:
        return []
    return [TransferDecisionOverdue(case_id=state.case_id, due_on=due_on, party_id=state.party_id)]


def flag_handover(state: TransferState, due_at: datetime, at: datetime) -> list[Event]:
    """The hours after the approval have passed; nothing, if the case is handed over, or it is flagged."""
    missed = state.phase == "approved" and state.hand_over_by == due_at and at >= due_at
    if not missed or "handover-late" in state.defects:
        return []
    return [TransferHandoverOverdue(case_id=state.case_id, due_at=due_at, party_id=state.party_id)]


def flag_answer(state: TransferState, due_on: date, at: datetime) -> list[Event]:
    """The receiver's period has passed; nothing, if it answered, or it is flagged."""
    missed = state.phase == "handed-over" and state.answer_by == due_on and day_of(at) > due_on
    if not missed or "answer-late" in state.defects:
        return []
    return [TransferAnswerOverdue(case_id=state.case_id, receiver=state.receiver, due_on=due_on, party_id=state.party_id)]


def _hours(rules: Rules) -> int:
    if (period := rules.periods.get(HANDOVER)) is None:
        raise not_in_force(rules.day, HANDOVER)
    return period.length


def _require_phase(state: TransferState, phases: tuple[Phase, ...], code: str, rules: Rules) -> None:
    now, wanted = PHASES[state.phase], "、".join(PHASES[one] for one in phases)
    rules.require(
        state.phase in phases, state.rule, code, f"移送现为“{now}”，“{wanted}”时才可办理", "the transfer is not at this step",
        phase=state.phase, wanted=list(phases),
    )  # fmt: skip


def _require_day(day: date, earlier: date | None, at: datetime, rule: str, rules: Rules) -> None:
    require_not_before(day, earlier, rules, rule)
    rules.require(day <= day_of(at), rule, "day-in-future", "日期晚于今天", "the day lies in the future", day=day)
