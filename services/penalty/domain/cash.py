"""Cash of a fine that officers took on the spot: why, against which receipt, and its way to the organ and the bank."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from chassis.domain import Event, Refused, Stream, day_of
from services.penalty.domain.account import PaymentState
from services.penalty.domain.cash_reasons import require_cash_reason
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.spot import SpotState, require_day, require_decided
from services.penalty.domain.spot_events import (
    CashCollected,
    CashDeposited,
    CashDepositOverdue,
    CashHandedOver,
    CashHandoverOverdue,
    ReceiptFreed,
    ReceiptUsed,
    SpotPenaltyDecided,
)

RECEIPT, TO_ORGAN, TO_BANK = "cash-receipt", "T15-cash-to-agency", "T15-cash-to-bank"
TRANSFER = "cash.{receipt_no}"
"""How the payment calls money that came in cash, beside the references of the bank."""


def reference_of(cash: CashCollected) -> str:
    """How the payment calls this cash."""
    return TRANSFER.format(receipt_no=cash.receipt_no)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectCash:
    """Officers take the fine, in fen, on the spot: for a reason of the rulebook, against a receipt of the finance department."""

    amount_fen: int
    reason: str
    party_request: bool
    receipt_no: str | None
    collected_on: date


def evolve_receipt(state: str | None, event: Event) -> str | None:
    """For which penalty a receipt was given; for none after it was found that it had been recorded wrongly."""
    match event:
        case ReceiptUsed() as e:
            return e.spot_id
        case ReceiptFreed():
            return None
        case _:
            return state


RECEIPTS: Stream[str | None] = Stream("receipt", None, evolve_receipt)


def use_receipt(used_for: str | None, receipt_no: str, spot_id: str) -> list[Event]:
    """A receipt is given once. Refused `receipt-used`."""
    if used_for is not None:
        raise Refused("receipt-used", "该票据已使用", "the receipt was given before", receipt_no=receipt_no)
    return [ReceiptUsed(receipt_no=receipt_no, spot_id=spot_id)]


def free_receipt(used_for: str | None, receipt_no: str, spot_id: str) -> list[Event]:
    """It was not given for that penalty; nothing if it is another's by now."""
    return [ReceiptFreed(receipt_no=receipt_no, spot_id=spot_id)] if used_for == spot_id else []


def require_at_hand(state: SpotState, rules: Rules) -> SpotPenaltyDecided:
    """The decision, of a penalty that is not closed; or is, while its cash is put right of which an entry was struck."""
    return require_decided(replace(state, closed_on=None) if state.struck else state, rules)


def collect_cash(state: SpotState, payment: PaymentState, command: CollectCash, at: datetime, rules: Rules) -> list[Event]:
    """Take the whole fine on the spot (APL 2021, articles 68 to 70); without a receipt the party may refuse to pay.

    Where the box "at the bank" was ticked, only what may be taken later too: at the request of a party in a remote area.
    """
    told = require_at_hand(state, rules)
    require_cash_reason(command.reason, command.party_request, told.total_fen, rules)
    on_spot = {row["code"] for row in rules.section("payment")["cash_reasons"] if row["needs_on_the_spot_decision"]}
    rules.require(
        command.reason not in on_spot or (told.payment == "on-the-spot" and command.collected_on == told.decided_on),
        "fine-separation", "not-on-the-spot", "不是当场收缴，应当向银行缴纳", "this is not on the spot: the bank takes the money",
    )  # fmt: skip
    required = rules.section("payment")["cash_receipt_required"]
    rules.require(
        bool(command.receipt_no) or not required, RECEIPT, "receipt-missing", "当场收缴罚款须出具财政票据，否则当事人有权拒绝",
        "cash is taken against a receipt of the finance department only",
    )  # fmt: skip
    require_day(command.collected_on, told.decided_on, at, rules, "fine-separation")
    rules.require(state.collected is None, RECEIPT, "cash-collected-already", "罚款已当场收缴", "the cash was taken already")
    rules.require(
        command.amount_fen == payment.outstanding_fen, "fine-separation", "cash-not-whole", "收缴数额与应缴罚款不符",
        "what is taken is what is owed", outstanding_fen=payment.outstanding_fen,
    )  # fmt: skip
    due = rules.due(TO_ORGAN, command.collected_on)
    return [
        CashCollected(
            spot_id=told.spot_id, amount_fen=command.amount_fen, reason=command.reason, receipt_no=command.receipt_no or "",
            party_request=command.party_request, collected_on=command.collected_on, hand_over_by=due.day,
            provisional=due.provisional,
        )
    ]  # fmt: skip


def hand_over_cash(state: SpotState, handed_over_on: date, at: datetime, rules: Rules) -> list[Event]:
    """The organ has the cash; late is possible, and a defect (APL 2021, article 71)."""
    require_at_hand(state, rules)
    cash = _require_collected(state, rules)
    rules.require(state.handed_over is None, TO_ORGAN, "handed-over-already", "罚款已交至机关", "the organ has the cash already")
    require_day(handed_over_on, cash.collected_on, at, rules, TO_ORGAN)
    due = rules.due(TO_BANK, handed_over_on)
    return [
        CashHandedOver(
            spot_id=cash.spot_id, handed_over_on=handed_over_on, late=handed_over_on > cash.hand_over_by, deposit_by=due.day,
            provisional=due.provisional,
        )
    ]  # fmt: skip


def deposit_cash(state: SpotState, bank_reference: str, deposited_on: date, at: datetime, rules: Rules) -> list[Event]:
    """The organ paid the cash in at the bank; late is possible, and a defect (APL 2021, article 71)."""
    require_at_hand(state, rules)
    cash, handed = _require_collected(state, rules), state.handed_over
    if handed is None:
        raise rules.refusal(TO_BANK, "cash-not-handed-over", "罚款尚未交至机关", "the organ does not have the cash yet")
    rules.require(state.deposited is None, TO_BANK, "deposited-already", "罚款已缴付银行", "the cash is at the bank already")
    require_day(deposited_on, handed.handed_over_on, at, rules, TO_BANK)
    return [
        CashDeposited(
            spot_id=cash.spot_id, deposited_on=deposited_on, bank_reference=bank_reference, late=deposited_on > handed.deposit_by
        )
    ]


def flag_handover(state: SpotState, due_on: date, at: datetime) -> list[Event]:
    """The officers' period has passed; nothing if the organ has the cash."""
    cash = state.collected
    if cash is None or state.handed_over is not None or cash.hand_over_by != due_on or day_of(at) <= due_on:
        return []
    return [] if "cash-handover-late" in state.defects else [CashHandoverOverdue(spot_id=cash.spot_id, due_on=due_on)]


def flag_deposit(state: SpotState, due_on: date, at: datetime) -> list[Event]:
    """The organ's period has passed; nothing if the bank has the cash."""
    handed = state.handed_over
    if handed is None or state.deposited is not None or handed.deposit_by != due_on or day_of(at) <= due_on:
        return []
    return [] if "cash-deposit-late" in state.defects else [CashDepositOverdue(spot_id=handed.spot_id, due_on=due_on)]


def _require_collected(state: SpotState, rules: Rules) -> CashCollected:
    if state.collected is None:
        raise rules.refusal(TO_ORGAN, "no-cash-collected", "未当场收缴罚款", "no cash was taken")
    return state.collected
