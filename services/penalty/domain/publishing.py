"""What is decided about publishing a decision: opened with it, published, called back, withdrawn, repaired, ended (P16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from chassis.domain import Event, day_of
from services.penalty.domain.case import CaseState
from services.penalty.domain.guards import require_not_before
from services.penalty.domain.publication import Edition, PublicationState
from services.penalty.domain.publication_events import (
    CreditRepairRefused,
    CreditRepairRequested,
    DecisionPublished,
    Fall,
    PublicationCalledOff,
    PublicationOpened,
    PublicationOverdue,
    PublicationWithdrawn,
    PublicityEnded,
    WithdrawalOverdue,
    WithdrawalRequired,
)
from services.penalty.domain.published import names_somebody, published_content
from services.penalty.domain.remedy import SETTING_ASIDE
from services.penalty.domain.rulebook import PUBLICATION, PUBLICITY_MAXIMUM, PUBLICITY_MINIMUM, WITHDRAWAL, Rules
from services.penalty.domain.sides import Decision, Side

RULE, WITHDRAWING = "publication", "publication-withdrawal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallen:
    """What became of a decision, on which day it did, and the fine that is left if it was changed."""

    result: Fall
    fell_on: date
    total_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRepair:
    """Whether a published penalty is taken down early, and why (not)."""

    granted: bool
    reason: str


def open_publication(state: PublicationState, case: CaseState, side: Side, rules: Rules) -> list[Event]:
    """A decision is to be published within T16 from its day (WSL 2021, article 78 paragraph 2); once for each decision.

    Nothing where the rules of that day know no such duty yet.
    """
    decision = side.decision
    known = decision is not None and state.decided_on is not None and state.document_no in ("", decision.document_no)
    if decision is None or known or PUBLICATION not in rules.periods:
        return []
    return [_opening(case, side.party_id, decision, decision.decided_on, rules, anew=False)]


def publish_decision(
    state: PublicationState, case: CaseState, side: Side, at: datetime, rules: Rules, *, left_fen: int | None = None
) -> list[Event]:
    """Publish the decision as it is now; late is possible, and a defect. `left_fen` is what a final remedy left of the fine.

    WSL 2021, article 78 paragraph 2. What was changed is withdrawn and explained first, and shown with the fine as it was
    first decided (APL 2021, article 48).
    """
    day, decision = day_of(at), _decision(side, rules)
    rules.require(
        state.fallen is None or state.publish_by is not None, WITHDRAWING, "decision-set-aside", "处罚决定已不再有效，不得公示",
        "the decision does not stand any more", result=state.fallen,
    )  # fmt: skip
    rules.require(
        state.withdraw_by is None, WITHDRAWING, "publication-not-withdrawn", "原公示信息尚未撤回",
        "what was published before is not withdrawn yet", withdraw_by=state.withdraw_by,
    )  # fmt: skip
    left = [fen for fen in (state.awaited_fen, left_fen) if fen is not None]
    rules.require(
        all(decision.total_fen <= fen for fen in left), WITHDRAWING, "decision-not-changed", "处罚决定尚未按复议、裁判结果变更",
        "the decision is not changed yet as the remedy says", left_fen=min(left, default=None),
    )  # fmt: skip
    if state.publish_by is None:
        raise rules.refusal(RULE, "published-already", "没有应当公示的处罚决定", "there is nothing to publish")
    rules.require(bool(decision.document_no), RULE, "number-missing", "决定书尚未编号", "the decision has no number yet")
    require_not_before(day, decision.decided_on, rules, RULE)
    until = rules.due(PUBLICITY_MAXIMUM, decision.decided_on).day
    rules.require(
        day <= until, PUBLICITY_MAXIMUM, "publicity-over", "公示期已满", "its time of being public is over", until=until
    )
    return [
        DecisionPublished(
            case_id=case.case_id, party_id=side.party_id, enterprise_id=case.enterprise_id, organ_id=case.organ_id,
            document_no=decision.document_no, edition=len(state.editions) + 1, decided_on=decision.decided_on, published_on=day,
            late=day > state.publish_by, current_fen=decision.total_fen,
            initial_fen=decision.total_fen if decision.initial_fen is None else decision.initial_fen,
            content=published_content(case, side, decision, rules), public_until=until,
            repairable_after=rules.due(PUBLICITY_MINIMUM, decision.decided_on).day,
        )
    ]  # fmt: skip


def change_publication(state: PublicationState, case: CaseState, side: Side, changed_on: date, rules: Rules) -> list[Event]:
    """The organ made the decision lighter: what is shown is withdrawn (T17), then published anew (T16 from that day)."""
    decision = side.decision
    if decision is None or not state.editions or state.fallen is not None:
        return []
    last = state.editions[-1]
    if last.ended_on is not None or last.document_no != decision.document_no:
        return []
    fallen = Fallen(result="changed", fell_on=changed_on, total_fen=None)
    again = [] if state.publish_by is not None else [_opening(case, side.party_id, decision, changed_on, rules, anew=True)]
    return [*([] if state.withdraw_by is not None else _required(state, last, fallen, rules)), *again]


def call_back(state: PublicationState, fallen: Fallen, rules: Rules) -> list[Event]:
    """The decision was revoked, or a remedy came out against it: what is shown is to be withdrawn within T17 (APL 2021, 48).

    What is not published yet need not be any more, unless it was only changed. The same once more changes nothing.
    """
    if state.fallen is not None and state.publish_by is None:
        return []
    shown, set_aside = state.shown, fallen.result in SETTING_ASIDE
    if shown is not None and (set_aside or _heavier(shown.current_fen, fallen)):
        return _required(state, shown, fallen, rules)
    if set_aside and (state.publish_by is not None or state.awaited_fen is not None):
        off = PublicationCalledOff(case_id=state.case_id, party_id=state.party_id, result=fallen.result, fell_on=fallen.fell_on)
        return [off]
    return []


def withdraw_publication(state: PublicationState, case: CaseState, explanation: str, at: datetime, rules: Rules) -> list[Event]:
    """Withdraw what does not stand any more, and tell everybody why (APL 2021, article 48 paragraph 2)."""
    shown, day = state.shown, day_of(at)
    if shown is None or shown.withdraw_by is None:
        raise rules.refusal(WITHDRAWING, "nothing-to-withdraw", "没有应当撤回的公示信息", "nothing has to be withdrawn")
    rules.require(
        not names_somebody(explanation, case), WITHDRAWING, "person-named", "公开说明不得出现自然人的姓名等个人信息",
        "a public text names a natural person",
    )  # fmt: skip
    require_not_before(day, shown.published_on, rules, WITHDRAWING)
    return [
        PublicationWithdrawn(
            case_id=state.case_id, party_id=state.party_id, edition=shown.number, withdrawn_on=day, explanation=explanation,
            late=day > shown.withdraw_by,
        )
    ]  # fmt: skip


def request_repair(state: PublicationState, reason: str, at: datetime, rules: Rules) -> list[Event]:
    """The party asks to be taken down early, after the least time (T18, recalled)."""
    shown, day = _standing(state, rules), day_of(at)
    rules.require(
        day > shown.repairable_after, PUBLICITY_MINIMUM, "repair-too-early",
        f"最短公示期至 {shown.repairable_after}，尚不能申请修复", "the least time of being public is not over",
        repairable_after=shown.repairable_after,
    )  # fmt: skip
    rules.require(
        state.repair_requested_on is None, PUBLICITY_MINIMUM, "repair-requested-already", "已申请信用修复",
        "it was asked for already",
    )  # fmt: skip
    return [CreditRepairRequested(case_id=state.case_id, party_id=state.party_id, requested_on=day, reason=reason)]


def answer_repair(state: PublicationState, command: AnswerRepair, at: datetime, rules: Rules) -> list[Event]:
    """Take the penalty out of the public list early, or not and why (T18, recalled)."""
    shown, day = _standing(state, rules), day_of(at)
    rules.require(
        state.repair_requested_on is not None, PUBLICITY_MINIMUM, "repair-not-requested", "未申请信用修复", "it was not asked for"
    )
    if not command.granted:
        return [CreditRepairRefused(case_id=state.case_id, party_id=state.party_id, answered_on=day, reason=command.reason)]
    return [
        PublicityEnded(
            case_id=state.case_id, party_id=state.party_id, edition=shown.number, ended_on=day, ending="repaired"
        )
    ]  # fmt: skip


def miss_publication(state: PublicationState, due_on: date, at: datetime) -> list[Event]:
    """T16 has passed without a publication: a defect is flagged; nothing, if there is one, or another day is due."""
    if state.publish_by != due_on or day_of(at) <= due_on or state.overdue:
        return []
    return [PublicationOverdue(case_id=state.case_id, party_id=state.party_id, due_on=due_on)]


def miss_withdrawal(state: PublicationState, due_on: date, at: datetime) -> list[Event]:
    """T17 has passed without a withdrawal: a defect is flagged; nothing, if there is one, or another day is due."""
    if state.withdraw_by != due_on or day_of(at) <= due_on or state.withdrawal_overdue:
        return []
    return [WithdrawalOverdue(case_id=state.case_id, party_id=state.party_id, due_on=due_on)]


def end_publicity(state: PublicationState, due_on: date, at: datetime) -> list[Event]:
    """The longest time of being public is over (T18): it leaves the list, unless it has yet to be withdrawn and explained."""
    shown = state.shown
    if shown is None or shown.withdraw_by is not None or shown.public_until != due_on or day_of(at) <= due_on:
        return []
    return [
        PublicityEnded(
            case_id=state.case_id, party_id=state.party_id, edition=shown.number, ended_on=day_of(at), ending="expired"
        )
    ]  # fmt: skip


def is_settled(state: PublicationState, decision: Decision, rules: Rules) -> bool:
    """Whether nothing has to be published or withdrawn any more, so that the case may be closed.

    A decision of before its publication was kept here has no region: it is unpublished where the rules demand it.
    """
    if state.decided_on is None:
        return decision.revoked_on is not None or PUBLICATION not in rules.periods
    return state.settled


def _opening(case: CaseState, party_id: str, decision: Decision, day: date, rules: Rules, *, anew: bool) -> PublicationOpened:
    due = rules.due(PUBLICATION, day)
    return PublicationOpened(
        case_id=case.case_id, party_id=party_id, enterprise_id=case.enterprise_id, organ_id=case.organ_id,
        document_no=decision.document_no, decided_on=decision.decided_on, publish_by=due.day, anew=anew,
        provisional=due.provisional,
    )  # fmt: skip


def _required(state: PublicationState, shown: Edition, fallen: Fallen, rules: Rules) -> list[Event]:
    """What is shown has to be withdrawn; a day that is due already stays due."""
    due = rules.due(WITHDRAWAL, fallen.fell_on)
    earlier = shown.withdraw_by is not None and shown.withdraw_by <= due.day
    return [
        WithdrawalRequired(
            case_id=state.case_id, party_id=state.party_id, edition=shown.number, result=fallen.result, fell_on=fallen.fell_on,
            withdraw_by=shown.withdraw_by if shown.withdraw_by is not None and earlier else due.day,
            awaited_fen=fallen.total_fen, provisional=due.provisional and not earlier,
        )
    ]  # fmt: skip


def _heavier(fen: int, fallen: Fallen) -> bool:
    """Whether what is shown is heavier than what was left of it."""
    return fallen.total_fen is not None and fen > fallen.total_fen


def _decision(side: Side, rules: Rules) -> Decision:
    if side.decision is None:
        raise rules.refusal(RULE, "not-decided", "尚未作出处罚决定", "there is no decision yet")
    rules.require(
        side.decision.revoked_on is None, WITHDRAWING, "decision-revoked", "处罚决定已被撤销", "the decision was revoked"
    )
    return side.decision


def _standing(state: PublicationState, rules: Rules) -> Edition:
    """What everybody can read, and may stay."""
    shown = state.shown
    if shown is None or shown.withdraw_by is not None:
        raise rules.refusal(RULE, "not-public", "没有正在公示的处罚决定", "nothing is public that may stay")
    return shown
