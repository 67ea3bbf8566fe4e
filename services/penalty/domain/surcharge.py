"""The surcharge on a fine that is not paid in time: decided up to a day, remitted by agreement, and the day it grows no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from chassis.domain import Actor, Event, day_of
from services.penalty.domain.account import PaymentState
from services.penalty.domain.arrears import Reckoning, SurchargeLaw, cap_day, reckon, surcharge_law
from services.penalty.domain.case import CaseState
from services.penalty.domain.events import PaymentSettled
from services.penalty.domain.guards import require_approver
from services.penalty.domain.overdue import reckon_cap
from services.penalty.domain.payment import after, require_opened
from services.penalty.domain.payment_events import Span, SurchargeCapReached, SurchargeDecided, SurchargeRemitted
from services.penalty.domain.remedy import RemedyState
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.sums import yuan

RULE = "surcharge"
REMISSION = "surcharge-remission"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideSurcharge:
    """The organ decides on the surcharge of the days up to this one."""

    approver: Actor
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RemitSurcharge:
    """The organ agrees with the party to let it off this much of the surcharge, in fen."""

    approver: Actor
    amount_fen: int
    reason: str


def accrued(state: PaymentState, law: SurchargeLaw, until: date, pending: tuple[Span, ...] = ()) -> Reckoning:
    """The surcharge up to a day by what is known of payments now, decided or not; none before a fine is due."""
    return Reckoning(0, 0) if state.debt is None else reckon(state.debt, law, until, pending)


def decide_surcharge(
    case: CaseState, state: PaymentState, command: DecideSurcharge, document_no: str, pending: tuple[Span, ...], at: datetime,
    rules: Rules,
) -> list[Event]:  # fmt: skip
    """Decide the surcharge up to a day (form 37): what has accrued since the last decision is owed from now on.

    APL 2021, article 72 paragraph 1 item 1 (rate and limit), article 73 paragraph 3 (days of a pending remedy).
    """
    require_opened(state, rules, RULE)
    require_approver(case, command.approver, rules)
    rules.require(
        command.until <= day_of(at), RULE, "surcharge-in-future", "加处罚款只能计算至今天",
        "a surcharge is decided up to today at most",
    )  # fmt: skip
    law = surcharge_law(rules)
    found = accrued(state, law, command.until, pending)
    more = found.fen - state.surcharge_fen
    rules.require(
        more > 0, RULE, "nothing-accrued", f"至 {command.until} 没有新的加处罚款", "no surcharge has accrued since",
        until=command.until, decided_fen=state.surcharge_fen,
    )  # fmt: skip
    return [
        SurchargeDecided(
            case_id=state.case_id, document_no=document_no, amount_fen=more, total_fen=found.fen, until=command.until,
            days=found.days, rate_permille=law.rate_permille, cap_percent=law.cap_percent,
            suspended=pending if law.suspendable else (), decided_on=day_of(at), approved_by=command.approver.id,
            party_id=state.party_id, outstanding_fen=max(0, state.balance_fen + more),
        )
    ]  # fmt: skip


def remit_surcharge(case: CaseState, state: PaymentState, command: RemitSurcharge, at: datetime, rules: Rules) -> list[Event]:
    """Let the party off a part of the decided surcharge that it has not paid (ACL 2011, article 42); never of the fine."""
    require_opened(state, rules, REMISSION)
    require_approver(case, command.approver, rules)
    rules.require(command.amount_fen > 0, REMISSION, "amount-not-positive", "金额须大于零", "the amount must be positive")
    rules.require(
        command.amount_fen <= state.surcharge_due_fen, REMISSION, "remission-too-high",
        f"超出未缴的加处罚款 {yuan(state.surcharge_due_fen)}", "more than is unpaid of the surcharge",
        surcharge_due_fen=state.surcharge_due_fen,
    )  # fmt: skip
    day = day_of(at)
    remitted = SurchargeRemitted(
        case_id=state.case_id, amount_fen=command.amount_fen, reason=command.reason, remitted_on=day,
        approved_by=command.approver.id, party_id=state.party_id,
    )  # fmt: skip
    if after(state, remitted).outstanding_fen:
        return [remitted]
    return [remitted, PaymentSettled(case_id=state.case_id, settled_on=day, party_id=state.party_id)]


def reach_cap(
    state: PaymentState, cap_on: date, law: SurchargeLaw, pending: tuple[Span, ...], at: datetime
) -> list[Event]:  # fmt: skip
    """The day has come on which the surcharge was to reach its limit: it has, or it is reckoned anew."""
    if state.cap_on != cap_on or state.debt is None or day_of(at) <= cap_on:
        return []
    cap = law.cap(state.amount_fen) // 1000
    if accrued(state, law, cap_on, pending).fen >= cap:
        return [SurchargeCapReached(case_id=state.case_id, cap_fen=cap, reached_on=cap_on, party_id=state.party_id)]
    return reckon_cap(state, law, pending, day_of(at))


def pending_days(remedies: RemedyState) -> tuple[Span, ...]:
    """The days on which a remedy is, or was, pending, as the surcharge leaves them out."""
    return tuple(Span(first, last) for first, last in remedies.pending)


def limit_day(state: PaymentState, law: SurchargeLaw, today: date, pending: tuple[Span, ...] = ()) -> date | None:
    """The day on which the surcharge reaches, or reached, its limit if nothing more is paid."""
    return None if state.debt is None else cap_day(state.debt, law, today, pending)
