"""Money that was recorded wrongly: its correction proposed by finance, decided by an approver, carried out in one write set."""

from __future__ import annotations

from typing import Any

from chassis.aggregates import Loaded
from chassis.domain import day_of
from chassis.runner import Work
from services.penalty.commands.enforceable import begin_court_period
from services.penalty.commands.payments import Account, account, law_by, reckoned, told
from services.penalty.domain import UNIT, PaymentState, cash, cash_corrections, corrections, reversal
from services.penalty.domain.bank import TRANSFERS, TransferState
from services.penalty.domain.bank_steps import is_deposit
from services.penalty.domain.guards import require_approver, require_not_before
from services.penalty.domain.payment import RULE
from services.penalty.domain.payment_events import Misrecorded
from services.penalty.domain.spot import SPOTS, SpotState
from services.penalty.domain.spot_events import CashCollected, CashStep


async def propose_correction(work: Work, bank_reference: str, kind: Misrecorded, reason: str) -> dict[str, Any]:
    """Finance found that a transfer is recorded wrongly; nothing changes before somebody else has decided."""
    transfer = await work.existing(TRANSFERS, bank_reference)
    events = corrections.propose_correction(transfer.state, kind, reason, work.actor.id, day_of(work.at))
    case_id, party_id = _whose(transfer.state)
    of = await account(work, case_id, party_id)
    if await _deposit(work, of, transfer.state) is None:
        reversal.require_reversible(of.payment.state, _reference(transfer.state), of.rules)
    work.append(transfer, events)
    return {"case_id": case_id, "party_id": party_id, **told(of.payment.state)}


async def withdraw_correction(work: Work, bank_reference: str, reason: str) -> dict[str, Any]:
    """Who proposed it finds that nothing is wrong; not on a day before it was proposed."""
    transfer = await work.existing(TRANSFERS, bank_reference)
    asked = corrections.require_proposed(transfer.state)
    of = await account(work, asked.case_id, asked.party_id)
    require_not_before(day_of(work.at), asked.proposed_on, of.rules, RULE)
    work.append(transfer, corrections.withdraw_correction(transfer.state, reason, work.actor.id, day_of(work.at)))
    return {"case_id": asked.case_id, "party_id": asked.party_id, **told(of.payment.state)}


async def answer_correction(work: Work, bank_reference: str, agreed: bool, opinion: str) -> dict[str, Any]:
    """The approver agrees or not: the payment is taken back, the transfer is for no fine again, or none at all.

    Not on a day before it was proposed. What could not be enforced while it seemed paid may be again. Of cash that was paid in
    at the bank only that is taken back: its party has paid all the same.
    """
    transfer = await work.existing(TRANSFERS, bank_reference)
    asked = corrections.require_proposed(transfer.state)
    of = await account(work, asked.case_id, asked.party_id)
    require_approver(of.case.state, work.actor, of.rules)
    require_not_before(day_of(work.at), asked.proposed_on, of.rules, RULE)
    events = corrections.answer_correction(transfer.state, agreed, opinion, work.actor.id, day_of(work.at))
    state = of.payment.state
    if agreed and (deposit := await _deposit(work, of, transfer.state)) is not None:
        strike = cash_corrections.StrikeEntry(
            entry="deposit", kind=asked.kind, opinion=opinion, proposed_by=asked.proposed_by, approved_by=work.actor.id
        )
        work.append(deposit, cash_corrections.strike_entry(deposit.state, strike, work.at, of.rules))
    elif agreed:
        state = await _reverse(work, of, _reference(transfer.state), asked.kind, asked.reason, asked.proposed_by)
    work.append(transfer, events)
    return {"case_id": asked.case_id, "party_id": asked.party_id, "corrected": agreed, **told(state)}


async def propose_cash_correction(
    work: Work, spot_id: str, entry: CashStep, kind: Misrecorded, reason: str
) -> dict[str, Any]:  # fmt: skip
    """Finance found that cash is recorded wrongly as taken, or as handed over."""
    at, of = await _on_the_spot(work, spot_id)
    events = cash_corrections.propose_cash_correction(
        at.state, entry, kind, reason, work.actor.id, day_of(work.at), of.rules
    )  # fmt: skip
    if entry == "collection" and at.state.collected is not None:
        reversal.require_reversible(of.payment.state, cash.reference_of(at.state.collected), of.rules)
    work.append(at, events)
    return told(of.payment.state)


async def withdraw_cash_correction(work: Work, spot_id: str, reason: str) -> dict[str, Any]:
    """Who proposed it finds that nothing is wrong; not on a day before it was proposed."""
    at, of = await _on_the_spot(work, spot_id)
    asked = cash_corrections.require_proposed(at.state)
    require_not_before(day_of(work.at), asked.proposed_on, of.rules, RULE)
    work.append(at, cash_corrections.withdraw_cash_correction(at.state, reason, work.actor.id, day_of(work.at)))
    return told(of.payment.state)


async def answer_cash_correction(work: Work, spot_id: str, agreed: bool, opinion: str) -> dict[str, Any]:
    """The approver agrees or not: the entry is struck; with that of the cash itself its receipt is free, and its party owes."""
    at, of = await _on_the_spot(work, spot_id)
    asked, taken = cash_corrections.require_proposed(at.state), at.state.collected
    require_approver(of.case.state, work.actor, of.rules)
    require_not_before(day_of(work.at), asked.proposed_on, of.rules, RULE)
    work.append(at, cash_corrections.answer_cash_correction(at.state, agreed, opinion, work.actor.id, work.at, of.rules))
    state = of.payment.state
    if agreed and asked.entry == "collection" and taken is not None:
        state = await _reverse(work, of, cash.reference_of(taken), asked.kind, asked.reason, asked.proposed_by)
        await _free_receipt(work, at, taken)
    return {"corrected": agreed, **told(state)}


async def _reverse(
    work: Work, of: Account, reference: str, kind: Misrecorded, reason: str, proposed_by: str
) -> PaymentState:  # fmt: skip
    """The payment is taken back, with all that follows."""
    command = reversal.ReversePayment(
        bank_reference=reference, kind=kind, reason=reason, proposed_by=proposed_by, approver=work.actor
    )
    taken = work.append(of.payment, reversal.reverse_payment(of.case.state, of.payment.state, command, work.at, of.rules))
    state = await reckoned(work, taken, law_by(of.rules))
    await begin_court_period(work, of.case, of.payment.state.party_id)
    return state


async def _free_receipt(work: Work, at: Loaded[SpotState], taken: CashCollected) -> None:
    receipt = await work.load(cash.RECEIPTS, f"{at.organ}/{taken.receipt_no}")
    work.append(receipt, cash.free_receipt(receipt.state, taken.receipt_no, at.key))


async def _on_the_spot(work: Work, spot_id: str) -> tuple[Loaded[SpotState], Account]:
    at = await work.existing(SPOTS, spot_id)
    return at, await account(work, spot_id, UNIT)


async def _deposit(work: Work, of: Account, transfer: TransferState) -> Loaded[SpotState] | None:
    """The penalty on the spot whose cash was paid in at the bank by this transfer; None if it is a payment of the party."""
    spot = await work.load(SPOTS, of.case.key)
    return spot if is_deposit(transfer, of.payment.state, spot.state) else None


def _whose(state: TransferState) -> tuple[str, str]:
    return state.case_id or "", state.party_id or ""


def _reference(state: TransferState) -> str:
    return "" if state.reported is None else state.reported.bank_reference
