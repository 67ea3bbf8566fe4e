"""Payment of a party's fine: a region of its own, from receipt of the decision until nobody owes anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from chassis.domain import Event, Refused, Stream, day_of
from services.penalty.domain.account import GivenBack, PaymentState, Transfer, without
from services.penalty.domain.arrears import Debt, Plan, SurchargeLaw, reckon
from services.penalty.domain.events import PaymentOpened, PaymentOverdue, PaymentReceived, PaymentSettled
from services.penalty.domain.parties import UNIT
from services.penalty.domain.payment_events import (
    Correction,
    DeferralApproved,
    DeferralRefused,
    DeferralRequested,
    Excess,
    PaymentLowered,
    PaymentReversed,
    PaymentRevoked,
    RefundDue,
    RefundMade,
    SurchargeCapReached,
    SurchargeDecided,
    SurchargeLowered,
    SurchargeReckoned,
    SurchargeRemitted,
    SurchargeRestored,
)
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.sums import yuan

RULE = "fine-separation"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePayment:
    """The bank reports a transfer of the party; fines go to the bank, never to officers."""

    amount_fen: int
    bank_reference: str
    paid_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeRefund:
    """Money went back to the party, by this transfer."""

    amount_fen: int
    bank_reference: str
    refunded_on: date


def evolve_payment(state: PaymentState, event: Event) -> PaymentState:
    """The payment after one more event; events it does not know leave it as it is."""
    match event:
        case PaymentOpened() as e:
            return PaymentState(
                case_id=e.case_id, party_id=e.party_id, document_no=e.document_no, imposed_fen=e.amount_fen,
                amount_fen=e.amount_fen, due_on=e.due_on, confiscated_fen=e.confiscate_fen, confiscation_fen=e.confiscate_fen,
                received_fen=state.received_fen, refunded_fen=state.refunded_fen, former_refunded_fen=state.refunded_fen,
                transfers=state.transfers, references=state.references, refunds=state.refunds,
                given_back=state.given_back, taken_back=state.taken_back,
            )  # fmt: skip
        case PaymentReceived() as e:
            came = Transfer(bank_reference=e.bank_reference, amount_fen=e.amount_fen, paid_on=e.paid_on)
            return replace(
                state, received_fen=state.received_fen + e.amount_fen, transfers=(*state.transfers, came),
                references=(*state.references, e.bank_reference),
            )  # fmt: skip
        case PaymentSettled() as e:
            return replace(state, settled_on=e.settled_on)
        case PaymentOverdue() as e:
            return replace(state, overdue=True, flagged=(*state.flagged, e.due_on))
        case PaymentLowered() as e:
            less = e.confiscate_from_fen - e.confiscate_to_fen
            return replace(state, amount_fen=e.to_fen, confiscation_fen=state.confiscation_fen - less)
        case PaymentRevoked() as e:
            return replace(
                state, amount_fen=0, confiscation_fen=0, surcharge_fen=state.remitted_fen, revoked_on=e.revoked_on, cap_on=None,
                asked=None,
            )  # fmt: skip
        case RefundMade() as e:
            back = GivenBack(state.credit_fen - e.amount_fen, state.references)
            return replace(
                state, refunded_fen=state.refunded_fen + e.amount_fen, refunds=(*state.refunds, e.bank_reference),
                given_back=(*state.given_back, back),
            )  # fmt: skip
        case PaymentReversed():
            return without(state, event)
        case _:
            return _evolve_deferral(state, event)


def _evolve_deferral(state: PaymentState, event: Event) -> PaymentState:
    match event:
        case DeferralRequested():
            return replace(state, asked=event)
        case DeferralRefused():
            return replace(state, asked=None)
        case DeferralApproved() as e:
            plan = Plan(applied_on=e.applied_on, covered_fen=e.covered_fen, instalments=e.instalments)
            return replace(state, asked=None, plan=plan, cap_on=None)
        case SurchargeReckoned() as e:
            return replace(state, cap_on=e.cap_on)
        case SurchargeCapReached() as e:
            return replace(state, cap_on=None, capped_on=e.reached_on)
        case SurchargeDecided() as e:
            more = replace(
                state, surcharged_fen=state.surcharged_fen + e.amount_fen, surcharge_fen=e.total_fen,
                surcharges=(*state.surcharges, e),
            )  # fmt: skip
            return replace(more, settled_on=None) if more.outstanding_fen else more
        case SurchargeLowered() | SurchargeRestored() as e:
            return replace(state, surcharge_fen=e.to_fen)
        case SurchargeRemitted() as e:
            return replace(state, remitted_fen=state.remitted_fen + e.amount_fen)
        case _:
            return state


PAYMENTS = Stream("payment", PaymentState(), evolve_payment)


def after(state: PaymentState, *events: Event) -> PaymentState:
    """The payment after these events."""
    for event in events:
        state = evolve_payment(state, event)
    return state


def open_payment(
    state: PaymentState, case_id: str, enterprise_id: str, amount_fen: int, due_on: date, *, party_id: str = UNIT,
    document_no: str = "", confiscate_fen: int = 0, received_on: date = date.min,
) -> list[Event]:  # fmt: skip
    """The fine is due, and what was confiscated; opened once for each decision, with its service on `received_on`.

    A decision that was made anew takes the place of the one that was revoked: nothing of that is owed any more, what was paid
    and not given back counts for the new one from that day on. Refused `account-open` while another decision's stands.
    """
    if state.due_on is not None and (state.document_no == document_no or state.revoked_on is None):
        if state.document_no not in ("", document_no):
            zh, en = f"该当事人尚有罚款账户 {state.document_no}", "another decision's account stands"
            raise Refused("account-open", zh, en, document_no=state.document_no)
        return []
    opened = PaymentOpened(
        case_id=case_id, enterprise_id=enterprise_id, amount_fen=amount_fen, due_on=due_on, party_id=party_id,
        document_no=document_no, confiscate_fen=confiscate_fen,
    )  # fmt: skip
    if after(state, opened).outstanding_fen or not state.transfers:
        return [opened]
    covered_on = max(received_on, *(transfer.paid_on for transfer in state.transfers))
    return [opened, PaymentSettled(case_id=case_id, settled_on=covered_on, party_id=party_id)]


def require_opened(state: PaymentState, rules: Rules, rule: str = RULE) -> Debt:
    """The fine that is due; Refused `payment-not-open` before the decision was served."""
    if state.debt is None:
        raise rules.refusal(rule, "payment-not-open", "罚款尚未到缴纳阶段", "no fine is due yet")
    return state.debt


def require_owing(state: PaymentState, rules: Rules) -> None:
    """Something that is to be paid next. Refused `payment-not-open`, `nothing-due`."""
    require_opened(state, rules)
    rules.require(state.outstanding_fen > 0, RULE, "nothing-due", "罚款已缴清", "nothing is owed")


def receive_payment(state: PaymentState, command: ReceivePayment, at: datetime, rules: Rules) -> list[Event]:
    """Money has come: each transfer once, whole, early or late; what is more than owed is to be given back.

    APL 2021, article 67. A transfer that was made earlier than was known lowers a surcharge that was decided without it.
    """
    require_opened(state, rules)
    rules.require(
        command.bank_reference not in state.references, RULE, "bank-reference-known", "该银行流水号已入账",
        "this transfer was recorded already", bank_reference=command.bank_reference,
    )  # fmt: skip
    rules.require(command.amount_fen > 0, RULE, "amount-not-positive", "金额须大于零", "the amount must be positive")
    rules.require(command.paid_on <= day_of(at), RULE, "paid-in-future", "缴款日期晚于今天", "the payment lies in the future")
    received = PaymentReceived(
        case_id=state.case_id, amount_fen=command.amount_fen, bank_reference=command.bank_reference, paid_on=command.paid_on,
        party_id=state.party_id,
    )  # fmt: skip
    return consequences(state, [received], "overpaid", day_of(at), correction="paid-earlier", reached_on=command.paid_on)


def make_refund(state: PaymentState, command: MakeRefund, at: datetime, rules: Rules) -> list[Event]:
    """Money was given back: never more than is to be, each transfer once, not before it had come."""
    require_opened(state, rules)
    rules.require(
        command.bank_reference not in (*state.refunds, *state.references), RULE, "bank-reference-known", "该银行流水号已入账",
        "this transfer was recorded already", bank_reference=command.bank_reference,
    )  # fmt: skip
    rules.require(command.amount_fen > 0, RULE, "amount-not-positive", "金额须大于零", "the amount must be positive")
    rules.require(
        command.amount_fen <= state.credit_fen, RULE, "refund-too-high", f"超出应退金额 {yuan(state.credit_fen)}",
        "more than is to be given back", credit_fen=state.credit_fen,
    )  # fmt: skip
    had_come = sum(transfer.amount_fen for transfer in state.transfers if transfer.paid_on <= command.refunded_on)
    in_time = command.refunded_on <= day_of(at) and command.amount_fen <= had_come - state.refunded_fen
    rules.require(in_time, RULE, "refund-day", "退款日期不得早于缴款日期或者晚于今天", "not before it came, not in the future")
    return [
        RefundMade(
            case_id=state.case_id, amount_fen=command.amount_fen, bank_reference=command.bank_reference,
            refunded_on=command.refunded_on, party_id=state.party_id,
        )
    ]  # fmt: skip


def lower_payment(state: PaymentState, new_total: int, on: date, confiscate_fen: int | None = None) -> list[Event]:
    """The decision was changed to a smaller fine, in fen: what was paid above it is to be given back, the surcharge falls too.

    `confiscate_fen` is what is confiscated now; None: as before. Nothing before the fine is due, or if it is these sums already.
    Refused `fine-not-lower`.
    """
    taken = state.confiscation_fen if confiscate_fen is None else confiscate_fen
    if state.due_on is None or state.revoked_on is not None or (new_total, taken) == (state.amount_fen, state.confiscation_fen):
        return []
    if not (0 <= new_total <= state.amount_fen and 0 <= taken <= state.confiscation_fen):
        raise Refused(
            "fine-not-lower",
            "变更后的罚款不得高于原罚款",
            "a changed fine is not higher than it was",
            amount_fen=state.amount_fen,
        )
    lowered = PaymentLowered(
        case_id=state.case_id, from_fen=state.amount_fen, to_fen=new_total, lowered_on=on, party_id=state.party_id,
        confiscate_from_fen=state.confiscation_fen, confiscate_to_fen=taken,
    )  # fmt: skip
    return consequences(state, [lowered], "lowered", on, correction="fine-lowered", reached_on=on)


def revoke_payment(state: PaymentState, on: date) -> list[Event]:
    """The decision was revoked: nothing is owed any more, all that was paid is to be given back. Nothing if nothing was due."""
    if state.due_on is None or state.revoked_on is not None:
        return []
    revoked = PaymentRevoked(
        case_id=state.case_id, fine_fen=state.amount_fen, surcharge_fen=state.surcharge_fen - state.remitted_fen, revoked_on=on,
        party_id=state.party_id, confiscate_fen=state.confiscation_fen,
        instalments=0 if state.plan is None else len(state.plan.instalments),
    )  # fmt: skip
    return [revoked, *_refund_due(state, after(state, revoked), "revoked", on)]


def consequences(
    state: PaymentState, events: list[Event], excess: Excess, on: date, *, correction: Correction, reached_on: date
) -> list[Event]:
    """These events with what follows from them: a surcharge proves too high, the sum is reached, money is to be given back."""
    events = [*events, *_corrected(after(state, *events), correction, on)]
    now = after(state, *events)
    if now.outstanding_fen == 0 and now.settled_on is None and now.revoked_on is None:
        reached = max(reached_on, *(transfer.paid_on for transfer in state.transfers), date.min)
        events.append(PaymentSettled(case_id=state.case_id, settled_on=reached, party_id=state.party_id))
    return [*events, *_refund_due(state, now, excess, on)]


def reckoned_anew(state: PaymentState) -> int | None:
    """The surcharge up to the day of its last decision, by that one's parameters and what is known now; None without one."""
    if not state.surcharges or state.debt is None:
        return None
    last = state.surcharges[-1]
    law = SurchargeLaw(rate_permille=last.rate_permille, cap_percent=last.cap_percent)
    return reckon(state.debt, law, last.until, last.suspended).fen


def _corrected(state: PaymentState, reason: Correction, on: date) -> list[Event]:
    """The surcharge that was decided, reckoned anew by its own parameters on what is known now: it is never more than that."""
    found = reckoned_anew(state)
    if found is None or (right := max(found, state.remitted_fen)) >= state.surcharge_fen:
        return []
    return [
        SurchargeLowered(
            case_id=state.case_id, from_fen=state.surcharge_fen, to_fen=right, reason=reason, lowered_on=on,
            party_id=state.party_id,
        )
    ]  # fmt: skip


def _refund_due(before: PaymentState, now: PaymentState, reason: Excess, since: date) -> list[Event]:
    if now.credit_fen <= before.credit_fen:
        return []
    return [
        RefundDue(
            case_id=now.case_id, amount_fen=now.credit_fen, reason=reason, since=since, party_id=now.party_id
        )
    ]  # fmt: skip
