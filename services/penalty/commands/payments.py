"""Payment of a fine: money received, given back, and missed; what is put off; the surcharge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.aggregates import Loaded
from chassis.auth import ALL
from chassis.deadlines import Deadline
from chassis.domain import Refused, day_of
from chassis.runner import Work
from services.penalty import domain, queries
from services.penalty.commands.opening import due_on, fined_at_hand, numbered, numbered_together
from services.penalty.domain import (
    PAYMENTS,
    CaseState,
    PaymentState,
    Rules,
    bank,
    deferral,
    enforcing,
    overdue,
    payment,
    reversal,
    surcharge,
)
from services.penalty.domain.arrears import SurchargeLaw, surcharge_law
from services.penalty.domain.bank_events import BankTransferReported
from services.penalty.domain.numbers import DEFERRAL_APPROVAL, DEFERRAL_NOTICE, SURCHARGE_DECISION
from services.penalty.domain.payment_events import Span
from services.penalty.domain.remedy import REMEDIES


@dataclass(frozen=True, slots=True)
class Account:
    """A party's payment with its case and the rules of the day."""

    case: Loaded[CaseState]
    payment: Loaded[PaymentState]
    rules: Rules


async def account(work: Work, case_id: str, party_id: str) -> Account:
    """The payment of a party of a case, or of a penalty decided on the spot, under the rules of the day of the command."""
    case, rules = await fined_at_hand(work, case_id)
    return Account(case, await work.load(PAYMENTS, domain.region_key(case_id, party_id)), rules)


def is_mine(work: Work, district: str | None) -> bool:
    """Whether something of this district may be told to whoever acts."""
    return ALL in work.context.districts or district in work.context.districts


async def in_account(work: Work, bank_reference: str) -> Loaded[bank.TransferState]:
    """The transfer that goes by a reference in the account of the organ that acts, or none yet.

    Each organ has its own account, at whichever bank: what another organ's has by this reference is another transfer.
    Guarded by tests/service/penalty/test_references.py.
    """
    found = await work.load(bank.TRANSFERS, bank_reference)
    if not found.exists or found.organ == work.context.organ:
        return found
    return await work.load(bank.TRANSFERS, bank.account_key(bank_reference, work.context.organ))


async def by_reference(work: Work, bank_reference: str) -> Loaded[bank.TransferState]:
    """As `in_account`. Refused `bank-reference-known`: it is, or was, of a district that is not the actor's."""
    found = await in_account(work, bank_reference)
    if found.exists and not is_mine(work, found.district):
        raise bank.reference_known(bank_reference)
    return found


def payable(of: Account, party_id: str) -> domain.Decision:
    """The decision that a party pays by, which it has received; the case is not closed, unless the party owes again."""
    return reversal.require_payable(of.case.state, of.payment.state, of.rules, party_id)


async def receive_payment(work: Work, case_id: str, party_id: str, command: domain.ReceivePayment) -> dict[str, Any]:
    """The bank reports a transfer for a fine."""
    of = await account(work, case_id, party_id)
    payable(of, party_id)
    transfer = await by_reference(work, command.bank_reference)
    if transfer.state.known:
        raise of.rules.refusal(
            payment.RULE, "bank-reference-known", "该银行流水号已入账", "this transfer was recorded already",
            bank_reference=command.bank_reference,
        )  # fmt: skip
    reported = BankTransferReported(
        bank_reference=command.bank_reference, amount_fen=command.amount_fen, paid_on=command.paid_on, case_id=case_id,
        party_id=party_id,
    )  # fmt: skip
    after = await credit(work, of, command)
    events = bank.report_transfer(transfer.state, reported)
    work.append(transfer, events, subject=of.case.subject, district=of.case.district, correlation_id=of.case.correlation_id)
    return told(after)


async def credit(work: Work, of: Account, command: domain.ReceivePayment) -> PaymentState:
    """Money for the fine of a party: not older than the decision; recorded with what follows from it."""
    decision = of.case.state.decision_of(of.payment.state.party_id)
    if decision is not None:
        domain.require_not_before(command.paid_on, decision.decided_on, of.rules, payment.RULE)
    events = domain.receive_payment(of.payment.state, command, work.at, of.rules)
    return await reckoned(work, work.append(of.payment, events), law_by(of.rules))


async def make_refund(work: Work, case_id: str, party_id: str, command: payment.MakeRefund) -> dict[str, Any]:
    """Money was given back to a party, also when the case is closed."""
    of = await account(work, case_id, party_id)
    after = work.append(of.payment, payment.make_refund(of.payment.state, command, work.at, of.rules)).state
    out = await by_reference(work, command.bank_reference)
    sent = bank.send_transfer(out.state, command.bank_reference, command.amount_fen, command.refunded_on, case_id, party_id)
    work.append(out, sent, subject=of.case.subject, district=of.case.district, correlation_id=of.case.correlation_id)
    return told(after)


async def request_deferral(work: Work, case_id: str, party_id: str, command: deferral.RequestDeferral) -> dict[str, Any]:
    """A party asks to pay later, or in parts."""
    of = await account(work, case_id, party_id)
    decision = payable(of, party_id)
    domain.require_not_before(command.applied_on, decision.received_on, of.rules, deferral.RULE)
    state = work.append(of.payment, deferral.request_deferral(of.payment.state, command, work.at, of.rules)).state
    return {"instalments": [] if state.asked is None else list(state.asked.instalments)}


async def answer_deferral(work: Work, case_id: str, party_id: str, command: deferral.AnswerDeferral) -> dict[str, Any]:
    """The approver agrees or not; each instalment has its own form."""
    of = await account(work, case_id, party_id)
    payable(of, party_id)
    parts = deferral.parts_of(of.payment.state, command) if command.agreed else ()
    numbers, events = await numbered_together(
        work, of.case.state, (DEFERRAL_APPROVAL, *(DEFERRAL_NOTICE for _ in parts)),
        lambda numbers: deferral.answer_deferral(
            of.case.state, of.payment.state, command, (numbers[0], numbers[1:]), work.at, of.rules
        ),
    )  # fmt: skip
    state = await reckoned(work, work.append(of.payment, events), law_by(of.rules))
    return {"approval_no": numbers[0], "instalments": [] if state.plan is None else list(state.plan.instalments)}


async def decide_surcharge(work: Work, case_id: str, party_id: str, until: date | None) -> dict[str, Any]:
    """The approver decides the surcharge up to a day (today, if none is named)."""
    of = await account(work, case_id, party_id)
    payable(of, party_id)
    command = surcharge.DecideSurcharge(approver=work.actor, until=until or day_of(work.at))
    remedies = (await work.load(REMEDIES, of.payment.key)).state
    enforcing.require_enforceable(remedies, of.rules)
    pending = surcharge.pending_days(remedies)
    document_no, events = await numbered(
        work, of.case.state, SURCHARGE_DECISION,
        lambda no: surcharge.decide_surcharge(of.case.state, of.payment.state, command, no, pending, work.at, of.rules),
    )  # fmt: skip
    state = work.append(of.payment, events).state
    decided = state.surcharges[-1]
    return {**told(state), "document_no": document_no, "amount_fen": decided.amount_fen, "until": decided.until}


async def remit_surcharge(work: Work, case_id: str, party_id: str, amount_fen: int, reason: str) -> dict[str, Any]:
    """The approver agrees with the party to let it off a part of the surcharge."""
    of = await account(work, case_id, party_id)
    payable(of, party_id)
    command = surcharge.RemitSurcharge(approver=work.actor, amount_fen=amount_fen, reason=reason)
    events = surcharge.remit_surcharge(of.case.state, of.payment.state, command, work.at, of.rules)
    return told(work.append(of.payment, events).state)


async def flag_payment_overdue(work: Work, deadline: Deadline) -> None:
    """What was due that day, the fine or an instalment, is missing: the surcharge begins to run."""
    work.rulebook = deadline.detail.get("rulebook")
    owed = await work.existing(PAYMENTS, deadline.key)
    flagged = work.append(owed, domain.flag_payment_overdue(owed.state, due_on(deadline), work.at))
    await reckoned(work, flagged, await queries.surcharge_law_on(work.read, day_of(work.at)))


async def reach_cap(work: Work, deadline: Deadline) -> None:
    """The day has come on which the surcharge was to reach its limit."""
    work.rulebook = deadline.detail.get("rulebook")
    owed = await work.existing(PAYMENTS, deadline.key)
    if (law := await queries.surcharge_law_on(work.read, day_of(work.at))) is not None:
        pending = await pending_remedies(work, owed.key)
        work.append(owed, surcharge.reach_cap(owed.state, due_on(deadline), law, pending, work.at))


async def pending_remedies(work: Work, key: str) -> tuple[Span, ...]:
    """The days on which a remedy of a party is, or was, pending."""
    return surcharge.pending_days((await work.load(REMEDIES, key)).state)


def told(state: PaymentState) -> dict[str, Any]:
    """What a command about money is answered: what is owed now, what is to be given back, whether nothing is owed any more."""
    return {
        "outstanding_fen": state.outstanding_fen, "credit_fen": state.credit_fen, "settled": state.settled_on is not None
    }  # fmt: skip


async def reckoned(work: Work, owed: Loaded[PaymentState], law: SurchargeLaw | None) -> PaymentState:
    """After what changes the arrears: from when on the surcharge grows no more."""
    if not owed.state.overdue or law is None:
        return owed.state
    pending = await pending_remedies(work, owed.key)
    return work.append(owed, overdue.reckon_cap(owed.state, law, pending, day_of(work.at))).state


def law_by(rules: Rules) -> SurchargeLaw | None:
    """The surcharge by these rules; None where they know none."""
    try:
        return surcharge_law(rules)
    except Refused:
        return None
