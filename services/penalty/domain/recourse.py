"""What is decided about a party's remedies: opened with receipt, sought, answered, withdrawn, decided, final, stayed, lapsed.

Reconsideration organs and courts are not ours: what they did is noted, in the order in which it can have happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from chassis.domain import Event, day_of
from services.penalty.domain.guards import require_not_before
from services.penalty.domain.remedy import Proceeding, RemedyState
from services.penalty.domain.remedy_events import (
    ExecutionStayed,
    JudgmentTookEffect,
    Kind,
    LitigationRightLapsed,
    ReconsiderationRightLapsed,
    RemediesOpened,
    RemedyAccepted,
    RemedyDecided,
    RemedyNotAccepted,
    RemedySought,
    RemedyWithdrawn,
    Result,
    StayLifted,
)
from services.penalty.domain.rulebook import LITIGATION, LITIGATION_AFTER, RECONSIDERATION, Rules
from services.penalty.domain.sides import Decision

STAY = "execution-not-stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRemedies:
    """Whose decision was received."""

    case_id: str
    party_id: str
    enterprise_id: str
    organ_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeekRemedy:
    """The party turned to an organ or a court; its number is empty if it is not known yet."""

    kind: Kind
    authority: str
    reference_no: str
    applied_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRemedy:
    """It was accepted, or not and why."""

    accepted: bool
    reference_no: str
    answered_on: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRemedy:
    """The party took it back."""

    withdrawn_on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideRemedy:
    """What the organ or court decided of the decision; `total_fen` is the fine as changed, for that result only."""

    result: Result
    reference_no: str
    decided_on: date
    received_on: date
    total_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StayExecution:
    """Who ordered that execution stops, and why."""

    authority: str
    reference_no: str
    ordered_on: date
    reason: str


def open_remedies(state: RemedyState, command: OpenRemedies, decision: Decision, rules: Rules) -> list[Event]:
    """The party knows the decision: both periods run from receipt (T19, T20); once for each decision.

    Nothing as long as it is not received. `rules` are those of the day of receipt.
    """
    if decision.received_on is None or state.is_of(decision.document_no, decision.received_on):
        return []
    first, second = rules.due(RECONSIDERATION, decision.received_on), rules.due(LITIGATION, decision.received_on)
    return [
        RemediesOpened(
            case_id=command.case_id, party_id=command.party_id, enterprise_id=command.enterprise_id, organ_id=command.organ_id,
            document_no=decision.document_no, received_on=decision.received_on, reconsideration_due_on=first.day,
            litigation_due_on=second.day, provisional=first.provisional or second.provisional,
        )
    ]  # fmt: skip


def seek_remedy(state: RemedyState, command: SeekRemedy, at: datetime, rules: Rules) -> list[Event]:
    """The party applies for reconsideration, sues or appeals; late is noted, because the organ or court may accept it still.

    One at a time: no suit while a reconsideration is pending, no reconsideration of what was sued over.
    """
    rule = _rule(command.kind)
    require_known(state, rules)
    _require_its_turn(state, command.kind, rules)
    require_day(state, command.applied_on, at, rules, rule)
    due_on = {"reconsideration": state.reconsideration_due_on, "first-instance": state.litigation_due_on}.get(command.kind)
    return [
        RemedySought(
            case_id=state.case_id, party_id=state.party_id, kind=command.kind, authority=command.authority,
            reference_no=command.reference_no, applied_on=command.applied_on,
            late=due_on is not None and command.applied_on > due_on,
        )
    ]  # fmt: skip


def answer_remedy(state: RemedyState, command: AnswerRemedy, at: datetime, rules: Rules) -> list[Event]:
    """The organ or court accepts it, or not, once."""
    one = _pending(state, rules)
    rule = _rule(one.kind)
    rules.require(one.accepted_on is None, rule, "remedy-accepted-already", "已经受理", "it was accepted already")
    require_day(state, command.answered_on, at, rules, rule)
    if command.accepted:
        return [
            RemedyAccepted(
                case_id=state.case_id, party_id=state.party_id, kind=one.kind, reference_no=command.reference_no,
                answered_on=command.answered_on,
            )
        ]  # fmt: skip
    reconsideration, litigation = _left(state, one)
    return [
        RemedyNotAccepted(
            case_id=state.case_id, party_id=state.party_id, kind=one.kind, reference_no=command.reference_no,
            answered_on=command.answered_on, reason=command.reason, reconsideration_due_on=reconsideration,
            litigation_due_on=litigation,
        )
    ]  # fmt: skip


def withdraw_remedy(state: RemedyState, command: WithdrawRemedy, at: datetime, rules: Rules) -> list[Event]:
    """The party withdraws what is not decided yet."""
    one = _undecided(state, rules)
    require_day(state, command.withdrawn_on, at, rules, _rule(one.kind))
    reconsideration, litigation = _left(state, one)
    return [
        RemedyWithdrawn(
            case_id=state.case_id, party_id=state.party_id, kind=one.kind, withdrawn_on=command.withdrawn_on,
            reason=command.reason, reconsideration_due_on=reconsideration, litigation_due_on=litigation,
        )
    ]  # fmt: skip


def decide_remedy(state: RemedyState, command: DecideRemedy, decision: Decision, at: datetime, rules: Rules) -> list[Event]:
    """What was decided of an accepted remedy. A judgment of the first instance waits for an appeal, or to take effect.

    A suit against a decision on reconsideration has its own period from receipt of that decision (ALL 2017, article 45); that of
    T20 where the rulebook has none. `rules` are those of the day of that receipt.
    """
    one = _undecided(state, rules)
    rule = _rule(one.kind)
    rules.require(one.accepted_on is not None, rule, "remedy-not-accepted", "尚未受理", "it is not accepted yet")
    rules.require(
        command.result != "remanded" or one.kind == "second-instance", rule, "nothing-to-remand", "只有二审可以发回重审",
        "only an appeal is remanded",
    )  # fmt: skip
    _require_lighter(command, decision, rules, rule)
    require_day(state, command.decided_on, at, rules, rule)
    require_not_before(command.received_on, command.decided_on, rules, rule)
    _require_past(command.received_on, at, rules, rule)
    final = one.kind != "first-instance"
    period = LITIGATION_AFTER if LITIGATION_AFTER in rules.periods else LITIGATION
    due_on = rules.due(period, command.received_on).day if one.kind == "reconsideration" else None
    return [
        RemedyDecided(
            case_id=state.case_id, party_id=state.party_id, kind=one.kind, authority=one.authority,
            reference_no=command.reference_no, result=command.result, decided_on=command.decided_on,
            received_on=command.received_on, total_fen=command.total_fen,
            effective_on=command.received_on if final else None, litigation_due_on=due_on,
        )
    ]  # fmt: skip


def take_effect(state: RemedyState, effective_on: date, at: datetime, rules: Rules) -> list[Event]:
    """Nobody appealed against the judgment of the first instance: it is final."""
    one = _pending(state, rules)
    if one.result is None:
        raise rules.refusal(LITIGATION, "judgment-missing", "尚无一审裁判", "there is no judgment of the first instance yet")
    require_day(state, effective_on, at, rules, LITIGATION)
    return [
        JudgmentTookEffect(
            case_id=state.case_id, party_id=state.party_id, reference_no=one.reference_no, result=one.result,
            total_fen=one.total_fen, effective_on=effective_on,
        )
    ]  # fmt: skip


def stay_execution(state: RemedyState, command: StayExecution, at: datetime, rules: Rules) -> list[Event]:
    """Execution stops while a remedy is pending (the exception of APL 2021, article 73 paragraph 1)."""
    one = _pending(state, rules, STAY)
    rules.require(not state.stayed, STAY, "execution-stayed", "已决定停止执行", "execution is stopped already")
    require_not_before(command.ordered_on, one.applied_on, rules, STAY)
    _require_past(command.ordered_on, at, rules, STAY)
    return [
        ExecutionStayed(
            case_id=state.case_id, party_id=state.party_id, authority=command.authority, reference_no=command.reference_no,
            ordered_on=command.ordered_on, reason=command.reason,
        )
    ]  # fmt: skip


def lift_stay(state: RemedyState, lifted_on: date, reason: str, at: datetime, rules: Rules) -> list[Event]:
    """Execution goes on before the remedy has ended."""
    rules.require(state.stayed, STAY, "execution-not-stayed", "没有停止执行", "execution is not stopped")
    require_not_before(lifted_on, state.stays[-1].ordered_on, rules, STAY)
    _require_past(lifted_on, at, rules, STAY)
    return [StayLifted(case_id=state.case_id, party_id=state.party_id, lifted_on=lifted_on, reason=reason)]


def lapse_reconsideration(state: RemedyState, due_on: date, at: datetime) -> list[Event]:
    """T19 has passed: the right lapses; nothing while a remedy is pending, if it is noted, or another day was due."""
    due = state.reconsideration_due_on == due_on and day_of(at) > due_on
    if not due or state.is_pending or state.reconsideration_lapsed:
        return []
    return [ReconsiderationRightLapsed(case_id=state.case_id, party_id=state.party_id, due_on=due_on)]


def lapse_litigation(state: RemedyState, due_on: date, at: datetime) -> list[Event]:
    """T20 has passed: the right lapses; nothing while a remedy is pending, if it is noted, or another day was due."""
    due = state.litigation_due_on == due_on and day_of(at) > due_on
    if not due or state.is_pending or state.litigation_lapsed:
        return []
    return [LitigationRightLapsed(case_id=state.case_id, party_id=state.party_id, due_on=due_on)]


def require_known(state: RemedyState, rules: Rules) -> None:
    """Before the party knows the decision, nothing can be sought against it."""
    rules.require(
        state.received_on is not None, RECONSIDERATION, "decision-not-served", "决定书尚未送达", "the decision is not served yet"
    )


def require_day(state: RemedyState, day: date, at: datetime, rules: Rules, rule: str) -> None:
    """A day that has come, and not before what was noted last."""
    require_not_before(day, state.latest_on, rules, rule)
    _require_past(day, at, rules, rule)


def _require_past(day: date, at: datetime, rules: Rules, rule: str) -> None:
    rules.require(day <= day_of(at), rule, "day-in-future", f"{day} 晚于今天", f"{day} lies in the future", day=day)


def _rule(kind: Kind) -> str:
    return RECONSIDERATION if kind == "reconsideration" else LITIGATION


def _pending(state: RemedyState, rules: Rules, rule: str = RECONSIDERATION) -> Proceeding:
    if state.current is None:
        raise rules.refusal(rule, "no-remedy-pending", "没有正在进行的复议或者诉讼", "no remedy is pending")
    return state.current


def _undecided(state: RemedyState, rules: Rules) -> Proceeding:
    one = _pending(state, rules)
    rules.require(one.result is None, _rule(one.kind), "remedy-decided", "已经作出决定或者裁判", "it is decided already")
    return one


def _left(state: RemedyState, one: Proceeding) -> tuple[date | None, date | None]:
    """Until when the rights run if a proceeding comes to nothing: those used up by a judgment that then stands do not."""
    judged = one.kind == "second-instance" and any(earlier.result is not None for earlier in state.proceedings[-2:-1])
    return (None, None) if judged else (state.reconsideration_due_on, state.litigation_due_on)


def _require_its_turn(state: RemedyState, kind: Kind, rules: Rules) -> None:
    """An appeal follows a judgment, or a refusal to accept a suit; anything else, a right that is left and nothing pending."""
    rule, one = _rule(kind), state.current
    if kind == "second-instance":
        last = state.proceedings[-1] if state.proceedings else None
        open_to_it = last is not None and last.kind == "first-instance" and last.effective_on is None
        judged = last is not None and (last.result is not None or (last.accepted_on is None and last.ended_on is not None))
        rules.require(
            open_to_it and judged, rule, "nothing-to-appeal", "没有可以上诉的裁判", "there is nothing to appeal against"
        )
        return
    rules.require(one is None, rule, "remedy-pending", "复议或者诉讼正在进行", "a remedy is pending")
    left = state.reconsideration_due_on if kind == "reconsideration" else state.litigation_due_on
    rules.require(left is not None, rule, "remedy-used", "该救济途径已经用尽", "this remedy was used already")


def _require_lighter(command: DecideRemedy, decision: Decision, rules: Rules, rule: str) -> None:
    """A change names the fine that is left; it is no heavier for the party who complained."""
    if command.result != "changed":
        rules.require(
            command.total_fen is None, rule, "sum-without-change", "只有变更才有新的罚款数额", "only a change names a sum"
        )
        return
    rules.require(
        command.total_fen is not None and command.total_fen <= decision.total_fen, rule, "heavier-than-decided",
        "变更须载明罚款数额且不得加重", "a change names the fine, no heavier than decided", decided_fen=decision.total_fen,
    )  # fmt: skip
