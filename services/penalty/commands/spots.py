"""Penalties decided on the spot: decided, numbered, reported, paid in cash or at the bank, closed; and their clocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from chassis.aggregates import Loaded
from chassis.deadlines import Deadline
from chassis.domain import Event, Refused
from chassis.runner import Work
from services.penalty import domain, queries
from services.penalty.commands import payments
from services.penalty.commands.opening import as_case, due_on, numbered, require_no_enterprise, require_own_hazards, ruled
from services.penalty.commands.publishing import open_publication
from services.penalty.commands.remedies import open_remedies
from services.penalty.commands.standing import count
from services.penalty.domain import CASE, PAYMENTS, UNIT, Rules, bank, cash, spot
from services.penalty.domain.bank_events import BankTransferReported
from services.penalty.domain.enforcement import ENFORCEMENTS
from services.penalty.domain.publication import PUBLICATIONS
from services.penalty.domain.spot import SPOTS, DecideOnSpot, SpotState, served
from services.penalty.domain.spot_closing import close_spot
from services.penalty.domain.spot_events import SpotUnit

Numbering = Literal["series", "device", "none"]


@dataclass(frozen=True, slots=True)
class Numbered:
    """Whence a decision has its number: the next of the series, one that the device took along, or from nowhere."""

    by: Numbering
    number: int | None


async def decide(work: Work, command: DecideOnSpot, by: Numbered) -> dict[str, Any]:
    """Officers decide on the spot; the fine, if there is one, is due from the same write set on, and so is the publication."""
    at = await work.load(SPOTS, command.spot_id)
    rules = await ruled(work)
    await _require_no_case(work, command.spot_id, rules)
    if command.person is not None:
        await require_no_enterprise(work, command.person.person_id)
    named = await _named(work, command)
    enterprise = await _enterprise(work, command.enterprise_id)
    await require_own_hazards(work, command.enterprise_id, command.acts)
    if named.party_kind == "unit":
        named = replace(named, unit=SpotUnit(name=enterprise.name, uscc=enterprise.uscc, address=enterprise.address))
    case = spot.matter(named)
    officers = await queries.officers_for(work.read, case, named.officer_ids)
    sanctions = await queries.sanctions_for(work.read, case, rules.day)

    def decided_as(document_no: str | None) -> list[Event]:
        return spot.decide_on_spot(at.state, named, document_no, officers, sanctions, work.at, rules)

    if by.by == "none":
        document_no, decided = "", decided_as(None)
    else:
        document_no, decided = await numbered(work, case, spot.form_of(named.party_kind), decided_as, by.number)
    after = work.append(at, decided, subject=named.enterprise_id, district=enterprise.district)
    await count(work, as_case(after), named.charges, spot.fined_party(named), document_no, rules)
    await _open_payment(work, after)
    await open_publication(work, as_case(after), UNIT)
    await open_remedies(work, as_case(after), UNIT)
    told = after.state.decided
    return {} if told is None else {
        "document_no": told.document_no, "total_fen": told.total_fen, "report_by": told.report_by,
        "payment_due_on": told.payment_due_on, "missing": list(after.state.missing),
    }  # fmt: skip


async def _require_no_case(work: Work, spot_id: str, rules: Rules) -> None:
    """No case goes by this id: its fine and its publication would go by the same keys.

    Both streams are in the write set, so this holds for two at once. Guarded by tests/service/penalty/test_spot.py.
    """
    case = await work.load(CASE, spot_id)
    rules.require(
        not case.exists, "simple-procedure", "id-in-use", "该编号已被一件案件使用", "a case goes by this id", id=spot_id
    )


async def _named(work: Work, command: DecideOnSpot) -> DecideOnSpot:
    """The command with the organ that acts: that of the officer."""
    organ = await queries.organ_of(work.read, work.context.organ or "")
    if organ is None:
        raise Refused("organ-unknown", "未登记的机关", "no such organ", organ_id=work.context.organ)
    return replace(command, organ_id=organ.organ_id, organ=organ.organ)


async def _enterprise(work: Work, enterprise_id: str) -> queries.Enterprise:
    enterprise = await queries.enterprise_of(work.read, enterprise_id)
    if enterprise is None:
        raise Refused("enterprise-unknown", "未登记的企业", "no such enterprise", enterprise_id=enterprise_id)
    return enterprise


async def _open_payment(work: Work, at: Loaded[SpotState]) -> None:
    told = at.state.decided
    if told is None or told.payment_due_on is None:
        return
    payment = await work.load(PAYMENTS, at.key)
    owed = domain.open_payment(
        payment.state, at.key, told.enterprise_id, told.total_fen, told.payment_due_on, document_no=told.document_no or ""
    )
    work.append(payment, owed, subject=at.subject, district=at.district, correlation_id=at.correlation_id)


async def number(work: Work, spot_id: str) -> dict[str, Any]:
    """A decision without a number gets the next one of its series."""
    at, rules = await _opened(work, spot_id)
    told = spot.require_decided(at.state, rules)
    document_no, events = await numbered(
        work, spot.matter(told), spot.form_of(told.party_kind), lambda no: spot.number_spot(at.state, no, work.at, rules)
    )
    work.append(at, events)
    return {"document_no": document_no}


async def report(work: Work, spot_id: str, reported_on: date) -> dict[str, Any]:
    """The organ has the decision on its record."""
    at, rules = await _opened(work, spot_id)
    after = work.append(at, spot.report_spot(at.state, reported_on, work.at, rules)).state
    return {"missing": list(after.missing), "defects": list(after.defects)}


async def collect_cash(work: Work, spot_id: str, command: cash.CollectCash) -> dict[str, Any]:
    """Officers take the fine in cash: the party has paid, the cash is on its way."""
    at, rules = await _opened(work, spot_id)
    payment = await work.load(PAYMENTS, spot_id)
    after = work.append(at, cash.collect_cash(at.state, payment.state, command, work.at, rules))
    taken = after.state.collected
    if taken is None:
        return {}
    receipt = await work.load(cash.RECEIPTS, f"{at.organ}/{taken.receipt_no}")
    used = cash.use_receipt(receipt.state, taken.receipt_no, spot_id)
    work.append(receipt, used, subject=at.subject, district=at.district, correlation_id=at.correlation_id)
    paid = domain.ReceivePayment(amount_fen=taken.amount_fen, bank_reference=cash.reference_of(taken), paid_on=taken.collected_on)
    state = work.append(payment, domain.receive_payment(payment.state, paid, work.at, rules)).state
    return {"hand_over_by": taken.hand_over_by, **payments.told(state)}


async def hand_over_cash(work: Work, spot_id: str, handed_over_on: date) -> dict[str, Any]:
    """The organ has the cash."""
    at, rules = await _opened(work, spot_id)
    handed = work.append(at, cash.hand_over_cash(at.state, handed_over_on, work.at, rules)).state.handed_over
    return {} if handed is None else {"late": handed.late, "deposit_by": handed.deposit_by}


async def deposit_cash(work: Work, spot_id: str, bank_reference: str, deposited_on: date) -> dict[str, Any]:
    """The organ paid the cash in at the bank: that transfer is no payment of anybody, the party has paid already."""
    at, rules = await _opened(work, spot_id)
    after = work.append(at, cash.deposit_cash(at.state, bank_reference, deposited_on, work.at, rules)).state
    transfer = await payments.by_reference(work, bank_reference)
    events = _deposited(transfer.state, after, bank_reference, deposited_on)
    work.append(transfer, events, subject=at.subject, district=at.district, correlation_id=at.correlation_id)
    return {"late": after.deposited is not None and after.deposited.late}


def _deposited(transfer: bank.TransferState, state: SpotState, reference: str, deposited_on: date) -> list[Event]:
    """The bank's transfer of the deposit: told here first, or known from a statement and for no fine yet."""
    amount_fen = 0 if state.collected is None else state.collected.amount_fen
    spot_id = "" if state.decided is None else state.decided.spot_id
    known = transfer.reported
    if transfer.sent is not None:
        raise bank.reference_known(reference)
    if known is None:
        return [
            BankTransferReported(
                bank_reference=reference, amount_fen=amount_fen, paid_on=deposited_on, case_id=spot_id, party_id=UNIT
            )
        ]
    if known.amount_fen != amount_fen:
        raise bank.reference_known(reference)
    return bank.assign_transfer(transfer, spot_id, UNIT, "当场收缴罚款缴付银行")


async def receive_payment(work: Work, spot_id: str, command: domain.ReceivePayment) -> dict[str, Any]:
    """The bank reports a transfer for a fine imposed on the spot."""
    at, rules = await _opened(work, spot_id)
    if not (await work.load(PAYMENTS, spot_id)).state.owes_again:
        spot.require_decided(at.state, rules)
    return await payments.receive_payment(work, spot_id, UNIT, command)


async def close(work: Work, spot_id: str, reason: str) -> None:
    """The approver closes it."""
    at, rules = await _opened(work, spot_id)
    payment = await work.load(PAYMENTS, spot_id)
    case = served(at.state)
    publication = (await work.load(PUBLICATIONS, spot_id)).state
    published = not await queries.unpublished(work.read, case, {UNIT: publication})
    hopeless = (await work.load(ENFORCEMENTS, spot_id)).state.hopeless
    closed = close_spot(
        at.state, payment.state, reason, work.actor, work.at, rules, published=published, hopeless=hopeless
    )  # fmt: skip
    work.append(at, closed)


async def _opened(work: Work, spot_id: str) -> tuple[Loaded[SpotState], Rules]:
    return await work.existing(SPOTS, spot_id), await ruled(work)


async def flag_report(work: Work, deadline: Deadline) -> None:
    """The period for the report has passed."""
    await _flag(work, deadline, spot.flag_report)


async def flag_handover(work: Work, deadline: Deadline) -> None:
    """The period for bringing the cash to the organ has passed."""
    await _flag(work, deadline, cash.flag_handover)


async def flag_deposit(work: Work, deadline: Deadline) -> None:
    """The period for paying the cash in has passed."""
    await _flag(work, deadline, cash.flag_deposit)


async def _flag(work: Work, deadline: Deadline, decide: Callable[[SpotState, date, datetime], list[Event]]) -> None:
    work.rulebook = deadline.detail.get("rulebook")
    at = await work.existing(SPOTS, deadline.key)
    work.append(at, decide(at.state, due_on(deadline), work.at))
