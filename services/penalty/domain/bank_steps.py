"""What may be done next with a bank transfer, and what may not and why: each decision is asked with a probe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.domain import Event, Refused, day_of
from services.penalty.domain import corrections
from services.penalty.domain.account import PaymentState
from services.penalty.domain.bank import ReturnTransfer, TransferState, assign_transfer, return_transfer
from services.penalty.domain.payment import RULE
from services.penalty.domain.reversal import require_reversible
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.spot import SpotState
from services.penalty.domain.step import SOMEBODY, Outlook, forbidden


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of which transfer it is asked, with the account and the penalty on the spot that it is recorded for, and when."""

    transfer: TransferState
    payment: PaymentState
    spot: SpotState
    at: datetime
    rules: Rules

    def require_there(self) -> None:
        """Its money can be taken back; of a deposit of cash always: that is no payment of anybody."""
        if (reported := self.transfer.reported) is not None and not is_deposit(self.transfer, self.payment, self.spot):
            require_reversible(self.payment, reported.bank_reference, self.rules)


def is_deposit(transfer: TransferState, payment: PaymentState, spot: SpotState) -> bool:
    """Whether cash was paid in at the bank by this transfer; else it is a payment of the party."""
    reported, deposited = transfer.reported, spot.deposited
    if reported is None or deposited is None or deposited.bank_reference != reported.bank_reference:
        return False
    return reported.bank_reference not in payment.references


def transfer_outlook(
    transfer: TransferState, payment: PaymentState, spot: SpotState, at: datetime, rules: Rules
) -> tuple[Outlook, ...]:  # fmt: skip
    """Every step of a transfer with what its decision answers to a probe at a time."""
    asked = _Asked(transfer, payment, spot, at, rules)
    return tuple(_answered(asked, *step) for step in STEPS)


def _assign(asked: _Asked) -> list[Event]:
    return assign_transfer(asked.transfer, "", "", "")


def _return(asked: _Asked) -> list[Event]:
    today = day_of(asked.at)
    return return_transfer(asked.transfer, ReturnTransfer(return_reference="", returned_on=today, note=""), today)


def _propose(asked: _Asked) -> list[Event]:
    proposed = corrections.propose_correction(asked.transfer, "misassigned", "", "", day_of(asked.at))
    asked.require_there()
    return proposed


def _answer(asked: _Asked) -> list[Event]:
    answered = corrections.answer_correction(asked.transfer, True, "", SOMEBODY.id, day_of(asked.at))
    asked.require_there()
    return answered


def _withdraw(asked: _Asked) -> list[Event]:
    waits = corrections.require_proposed(asked.transfer)
    return corrections.withdraw_correction(asked.transfer, "", waits.proposed_by, day_of(asked.at))


STEPS: tuple[tuple[str, str, Callable[[_Asked], list[Event]]], ...] = (
    ("assign", "入账认领", _assign), ("return", "入账退回", _return), ("propose-correction", "申请更正入账", _propose),
    ("answer-correction", "答复入账更正申请", _answer), ("withdraw-correction", "撤回入账更正申请", _withdraw),
)  # fmt: skip
"""Each step: its name, its title, and the probe of its decision."""


def _answered(asked: _Asked, name: str, title: str, probe: Callable[[_Asked], list[Event]]) -> Outlook:
    basis = asked.rules.cite(RULE)
    try:
        probe(asked)
    except Refused as refused:
        return forbidden(name, title, refused, basis)
    return Outlook(name=name, title=title, permitted=True, basis=basis)
