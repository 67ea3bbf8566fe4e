"""Paying later, or in parts, because of hardship: asked for by the party, approved once, by no handler."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from chassis.domain import Actor, Event, day_of
from services.penalty.domain.account import PaymentState
from services.penalty.domain.case import CaseState
from services.penalty.domain.guards import require_approver
from services.penalty.domain.payment import require_opened
from services.penalty.domain.payment_events import Deferral, DeferralApproved, DeferralRefused, DeferralRequested, Instalment
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.sums import yuan

RULE = "deferral"


@dataclass(frozen=True, slots=True)
class Part:
    """What is to be paid until when, in fen."""

    due_on: date
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDeferral:
    """The party asks to pay all of it later, or in parts, and says why it cannot now."""

    reason: str
    parts: tuple[Part, ...]
    applied_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDeferral:
    """The organ agrees, to what was asked or to other parts, or does not."""

    approver: Actor
    agreed: bool
    opinion: str
    parts: tuple[Part, ...] | None = None


def request_deferral(state: PaymentState, command: RequestDeferral, at: datetime, rules: Rules) -> list[Event]:
    """The party applies (APL 2021, article 66 paragraph 2): for what is unpaid of the fine, to the fen, once it is due."""
    require_opened(state, rules, RULE)
    _require_first(state, rules)
    rules.require(
        state.asked is None,
        RULE,
        "deferral-asked-already",
        "已有未答复的延期（分期）申请",
        "there is an application to be answered",
    )
    rules.require(
        command.applied_on <= day_of(at), RULE, "applied-in-future", "申请日期晚于今天", "the application lies in the future"
    )
    instalments = _instalments(state, command.parts, command.applied_on, rules)
    return [
        DeferralRequested(
            case_id=state.case_id, kind=_kind(instalments), reason=command.reason, instalments=instalments,
            applied_on=command.applied_on, party_id=state.party_id,
        )
    ]  # fmt: skip


def answer_deferral(
    case: CaseState, state: PaymentState, command: AnswerDeferral, numbers: tuple[str, tuple[str, ...]], at: datetime,
    rules: Rules,
) -> list[Event]:  # fmt: skip
    """Agree or not, by form 38; what is agreed has a form 39 for each instalment. `numbers` are theirs.

    Who handles the case, reviewed it or keeps away does not answer. What was paid since the application is in no instalment: the
    parts must be exact then.
    """
    require_opened(state, rules, RULE)
    if state.asked is None:
        raise rules.refusal(RULE, "deferral-not-asked", "没有待答复的延期（分期）申请", "there is no application to be answered")
    require_approver(case, command.approver, rules)
    approval_no, documents = numbers
    day = day_of(at)
    if not command.agreed:
        return [
            DeferralRefused(
                case_id=state.case_id, approval_no=approval_no, refused_on=day, refused_by=command.approver.id,
                opinion=command.opinion, party_id=state.party_id,
            )
        ]  # fmt: skip
    instalments = _instalments(state, parts_of(state, command), day, rules)
    return [
        DeferralApproved(
            case_id=state.case_id, kind=_kind(instalments), approval_no=approval_no,
            instalments=tuple(replace(one, document_no=no) for one, no in zip(instalments, documents, strict=True)),
            covered_fen=state.received_fen - state.refunded_fen, applied_on=state.asked.applied_on, approved_on=day,
            approved_by=command.approver.id, opinion=command.opinion, party_id=state.party_id,
        )
    ]  # fmt: skip


def parts_of(state: PaymentState, command: AnswerDeferral) -> tuple[Part, ...]:
    """The parts that are agreed to: those of the answer, else those that were asked for."""
    if command.parts is not None or state.asked is None:
        return command.parts or ()
    return tuple(Part(one.due_on, one.amount_fen) for one in state.asked.instalments)


def _kind(instalments: tuple[Instalment, ...]) -> Deferral:
    return "deferral" if len(instalments) == 1 else "instalments"


def _require_first(state: PaymentState, rules: Rules) -> None:
    rules.require(
        state.plan is None, RULE, "deferred-already", "已批准延期（分期）缴纳，不得再次批准", "it was put off once already"
    )
    rules.require(state.fine_due_fen > 0, RULE, "nothing-due", "罚款已缴清", "nothing of the fine is unpaid")


def _instalments(state: PaymentState, parts: tuple[Part, ...], day: date, rules: Rules) -> tuple[Instalment, ...]:
    """The parts as instalments: one after the other, none due before `day`, together what is unpaid of the fine."""
    _require_first(state, rules)
    in_order = bool(parts) and all(first.due_on < then.due_on for first, then in pairwise(parts))
    rules.require(
        in_order and parts[0].due_on >= day, RULE, "instalment-days", f"各期期限应当依次递增且不早于 {day}",
        "instalments fall due one after the other, none in the past", day=day,
    )  # fmt: skip
    exact = all(part.amount_fen > 0 for part in parts) and sum(part.amount_fen for part in parts) == state.fine_due_fen
    rules.require(
        exact, RULE, "instalments-not-exact", f"各期金额之和应当等于未缴罚款 {yuan(state.fine_due_fen)}",
        "the instalments add up to what is unpaid of the fine", fine_due_fen=state.fine_due_fen,
    )  # fmt: skip
    left, instalments = state.fine_due_fen, []
    for number, part in enumerate(parts, start=1):
        left -= part.amount_fen
        instalments.append(Instalment(number=number, due_on=part.due_on, amount_fen=part.amount_fen, remaining_fen=left))
    return tuple(instalments)
