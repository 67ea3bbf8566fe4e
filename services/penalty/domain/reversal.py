"""A payment that was recorded wrongly is taken back, by a new event: the account is as if it had never been there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from chassis.domain import Actor, Event, day_of
from services.penalty.domain.account import PaymentState, Transfer
from services.penalty.domain.case import CaseState
from services.penalty.domain.events import PaymentSettled
from services.penalty.domain.guards import require_approver, require_served
from services.penalty.domain.overdue import flag_payment_overdue
from services.penalty.domain.payment import RULE, after, reckoned_anew, require_opened
from services.penalty.domain.payment_events import Misrecorded, PaymentReversed, SurchargeRestored, Uncovered
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.sides import Decision
from services.penalty.domain.sums import yuan


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversePayment:
    """Which payment was recorded wrongly, in what and why; who found it and who decides."""

    bank_reference: str
    kind: Misrecorded
    reason: str
    proposed_by: str
    approver: Actor


def require_payable(case: CaseState, payment: PaymentState, rules: Rules, party_id: str) -> Decision:
    """As `require_served`; also of a closed case whose party owes again because a payment was taken back."""
    return require_served(replace(case, stage="served") if payment.owes_again else case, rules, party_id)


def require_reversible(state: PaymentState, bank_reference: str, rules: Rules) -> Transfer:
    """The payment, whose money is still there: nothing was given back that could not have been given back without it.

    Refused `payment-not-recorded`, `payment-refunded`.
    """
    require_opened(state, rules)
    found = next((one for one in state.transfers if one.bank_reference == bank_reference), None)
    if found is None:
        raise rules.refusal(
            RULE, "payment-not-recorded", "该账户没有以此流水号入账的缴款", "no payment of this account came by it",
            bank_reference=bank_reference,
        )  # fmt: skip
    least = min((one.left_fen for one in state.given_back if bank_reference in one.of), default=found.amount_fen)
    rules.require(
        found.amount_fen <= min(least, state.kept_fen), RULE, "payment-refunded",
        f"该笔缴款已经退还或者正在退还（已退 {yuan(state.refunded_fen)}），不得冲正；余下的应退款项退还付款人后，由其另行缴款",
        "this payment was given back, in whole or in part: what is left of it is given back too, and paid anew",
        amount_fen=found.amount_fen, refunded_fen=state.refunded_fen, credit_fen=state.credit_fen,
    )  # fmt: skip
    return found


def reverse_payment(
    case: CaseState, state: PaymentState, command: ReversePayment, at: datetime, rules: Rules
) -> list[Event]:  # fmt: skip
    """Take a payment back, with what follows: what is owed, what of the surcharge, what is late, from when nothing is owed.

    Decided by no handler (the forms' chain of approval). The surcharge runs as if the money had never come (APL 2021, 72);
    what of a decided one had been lowered because of it is owed as it was decided, the rest is left to be decided.
    """
    require_approver(case, command.approver, rules)
    found, day = require_reversible(state, command.bank_reference, rules), day_of(at)
    taken = _told(state, command, found, day)
    events: list[Event] = [taken]
    events += _restored(after(state, taken), day)
    if state.revoked_on is None:
        for due_on in _due_days(state):
            events += flag_payment_overdue(after(state, *events), due_on, at)
    now = after(state, *events)
    if now.outstanding_fen == 0 and now.settled_on is None:
        events.append(PaymentSettled(case_id=now.case_id, settled_on=_settled_on(state, now), party_id=now.party_id))
    return events


def _told(state: PaymentState, command: ReversePayment, found: Transfer, day: date) -> PaymentReversed:
    """The event, with what is owed and which days count again when it is over."""
    bare = PaymentReversed(
        case_id=state.case_id, bank_reference=found.bank_reference, amount_fen=found.amount_fen, paid_on=found.paid_on,
        kind=command.kind, reason=command.reason, proposed_by=command.proposed_by, approved_by=command.approver.id,
        reversed_on=day, outstanding_fen=0, overdue=False, due_on=None, instalments=(), party_id=state.party_id,
    )  # fmt: skip
    now = after(state, bare)
    now = after(now, *_restored(now, day))
    if now.outstanding_fen == 0 or now.revoked_on is not None:
        return bare
    return replace(
        bare, outstanding_fen=now.outstanding_fen, overdue=now.overdue,
        due_on=now.due_on if now.plan is None or now.short_of_plan else None, instalments=_uncovered(now),
    )  # fmt: skip


def _uncovered(state: PaymentState) -> tuple[Uncovered, ...]:
    if state.plan is None:
        return ()
    left, found = state.kept_fen - state.plan.covered_fen, []
    for part in state.plan.instalments:
        left -= part.amount_fen
        if left < 0:
            found.append(Uncovered(number=part.number, due_on=part.due_on, missing_fen=-left))
    return tuple(found)


def _restored(state: PaymentState, day: date) -> list[Event]:
    """What of the decided surcharge is right again: never more than was decided."""
    found = reckoned_anew(state)
    if found is None or state.revoked_on is not None:
        return []
    right = min(found, max(one.total_fen for one in state.surcharges))
    if right <= state.surcharge_fen:
        return []
    return [
        SurchargeRestored(
            case_id=state.case_id, from_fen=state.surcharge_fen, to_fen=right, restored_on=day, party_id=state.party_id
        )
    ]


def _due_days(state: PaymentState) -> list[date]:
    parts = () if state.plan is None else state.plan.instalments
    return sorted({*(part.due_on for part in parts), *(() if state.due_on is None else (state.due_on,))})


def _settled_on(before: PaymentState, now: PaymentState) -> date:
    """Since when nothing is owed without the payment: since the transfer that covers it, or since what else had settled it."""
    left, covered_on = now.balance_fen + now.kept_fen + now.refunded_fen, date.min
    for one in sorted(now.transfers, key=lambda transfer: transfer.paid_on):
        if left <= 0:
            break
        left, covered_on = left - one.amount_fen, one.paid_on
    settled = before.settled_on or now.taken_back[-1].reversed_on
    by_money = settled in {one.paid_on for one in before.transfers}
    return covered_on if by_money and covered_on > date.min else max(covered_on, settled)
