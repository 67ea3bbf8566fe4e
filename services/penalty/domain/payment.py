"""Payment of the fine: a region of its own, open from receipt of the decision until the sum is reached."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from chassis.domain import Event, Stream, day_of
from services.penalty.domain.events import PaymentOpened, PaymentOverdue, PaymentReceived, PaymentSettled
from services.penalty.domain.rulebook import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentState:
    """What is owed, what came, by which bank transfers."""

    case_id: str = ""
    amount_fen: int = 0
    due_on: date | None = None
    received_fen: int = 0
    references: tuple[str, ...] = ()
    overdue: bool = False
    settled_on: date | None = None

    @property
    def outstanding_fen(self) -> int:
        """What is still owed."""
        return self.amount_fen - self.received_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePayment:
    """The bank reports a transfer of the party; fines go to the bank, never to officers."""

    amount_fen: int
    bank_reference: str
    paid_on: date


def evolve_payment(state: PaymentState, event: Event) -> PaymentState:
    """The payment after one more event; events it does not know leave it as it is."""
    match event:
        case PaymentOpened() as e:
            return replace(state, case_id=e.case_id, amount_fen=e.amount_fen, due_on=e.due_on)
        case PaymentReceived() as e:
            references = (*state.references, e.bank_reference)
            return replace(state, received_fen=state.received_fen + e.amount_fen, references=references)
        case PaymentSettled() as e:
            return replace(state, settled_on=e.settled_on)
        case PaymentOverdue():
            return replace(state, overdue=True)
        case _:
            return state


PAYMENTS = Stream("payment", PaymentState(), evolve_payment)


def open_payment(state: PaymentState, case_id: str, enterprise_id: str, amount_fen: int, due_on: date) -> list[Event]:
    """The fine is due; opened once, with the service of the decision."""
    if state.due_on is not None:
        return []
    return [PaymentOpened(case_id=case_id, enterprise_id=enterprise_id, amount_fen=amount_fen, due_on=due_on)]


def receive_payment(state: PaymentState, command: ReceivePayment, at: datetime, rules: Rules) -> list[Event]:
    """Money has come: each transfer once, never more than is owed; the last one settles the fine (APL 2021, article 67)."""
    rule = "fine-separation"
    rules.require(state.due_on is not None, rule, "payment-not-open", "罚款尚未到缴纳阶段", "no fine is due yet")
    rules.require(
        command.bank_reference not in state.references, rule, "bank-reference-known", "该银行流水号已入账",
        "this transfer was recorded already", bank_reference=command.bank_reference,
    )  # fmt: skip
    rules.require(command.amount_fen > 0, rule, "amount-not-positive", "金额须大于零", "the amount must be positive")
    rules.require(
        command.amount_fen <= state.outstanding_fen, rule, "overpayment", f"超出应缴余额 {state.outstanding_fen} 分",
        "more than is owed", outstanding_fen=state.outstanding_fen,
    )  # fmt: skip
    rules.require(command.paid_on <= day_of(at), rule, "paid-in-future", "缴款日期晚于今天", "the payment lies in the future")
    received = PaymentReceived(
        case_id=state.case_id, amount_fen=command.amount_fen, bank_reference=command.bank_reference, paid_on=command.paid_on
    )
    settled = command.amount_fen == state.outstanding_fen
    return [received, PaymentSettled(case_id=state.case_id, settled_on=command.paid_on)] if settled else [received]


def flag_payment_overdue(state: PaymentState, due_on: date, at: datetime) -> list[Event]:
    """The payment period has passed and money is missing; nothing, if it is settled, or another day was due."""
    due = state.due_on == due_on and day_of(at) > due_on
    missing = state.settled_on is None and not state.overdue
    return [PaymentOverdue(case_id=state.case_id, due_on=due_on)] if due and missing else []
