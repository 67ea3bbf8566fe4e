"""What the bank reports, a statement at once: each transfer to the fine that it is for, the others kept until somebody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.aggregates import Loaded
from chassis.domain import Refused, day_of
from chassis.runner import Work
from services.penalty import domain, queries
from services.penalty.commands.opening import fined
from services.penalty.commands.payments import (
    Account,
    account,
    by_reference,
    credit,
    in_account,
    is_mine,
    payable,
    told,
)
from services.penalty.domain import PAYMENTS, Rules, bank
from services.penalty.domain.bank import STATEMENTS, TRANSFERS
from services.penalty.domain.bank_events import BankStatementImported, BankTransferReported
from services.penalty.domain.statement import Entry, Fault, Return, StatementRefused
from services.penalty.queries import Owing

LISTED_RETURNS = 200  # in an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportStatement:
    """A statement as it was sent, what its rows say, how many of them tell of money that went out, and which with a minus."""

    statement_id: str
    file_name: str
    sha256: str
    entries: tuple[Entry, ...]
    passed_over: int = 0
    returns: tuple[Return, ...] = ()


@dataclass(slots=True)
class _Import:
    """One import while it goes on: under which rules, for which district, what was found of each entry."""

    work: Work
    statement_id: str
    rules: Rules
    district: str
    owing: Mapping[str, list[Owing]]
    counts: dict[str, int] = field(default_factory=lambda: {"matched": 0, "unmatched": 0, "known": 0})
    faults: list[Fault] = field(default_factory=list)


async def import_statement(work: Work, command: ImportStatement) -> dict[str, Any]:
    """Take a statement in, whole or not at all; the same again changes nothing.

    Raises StatementRefused where a row has the reference of another transfer that was recorded before.
    """
    known = await work.load(STATEMENTS, command.statement_id)
    if known.state is not None:
        await work.existing(STATEMENTS, command.statement_id)
        return {**_counted(known.state, imported=False), **await _passed_over(work, command)}
    rules = await queries.rules_on(work.read, day_of(work.at))
    work.rulebook = rules.name
    run = _Import(work, command.statement_id, rules, await _desk(work), await _owing(work, command.entries))
    for entry in command.entries:
        run.counts[await _enter(run, entry)] += 1
    if run.faults:
        raise StatementRefused(run.faults)
    imported = BankStatementImported(
        statement_id=command.statement_id, file_name=command.file_name, sha256=command.sha256, rows=len(command.entries),
        total_fen=sum(entry.amount_fen for entry in command.entries), **run.counts,
    )  # fmt: skip
    work.append(known, [imported], district=run.district)
    return {**_counted(imported, imported=True), **await _passed_over(work, command)}


async def assign_transfer(work: Work, bank_reference: str, case_id: str, party_id: str, note: str) -> dict[str, Any]:
    """Somebody found out what a transfer was for: it is money for that fine from the day it was paid."""
    transfer = await work.existing(TRANSFERS, bank_reference)
    reported = bank.require_unassigned(transfer.state)
    of = await account(work, case_id, party_id)
    payable(of, party_id)
    after = await credit(work, of, _received(reported))
    work.append(transfer, bank.assign_transfer(transfer.state, case_id, party_id, note))
    return told(after)


async def return_transfer(work: Work, bank_reference: str, command: bank.ReturnTransfer) -> None:
    """A transfer that was for no fine went back."""
    transfer = await work.existing(TRANSFERS, bank_reference)
    returned = work.append(transfer, bank.return_transfer(transfer.state, command, day_of(work.at)))
    out = await by_reference(work, command.return_reference)
    sent = bank.send_transfer(out.state, command.return_reference, transfer.state.amount_fen, command.returned_on)
    work.append(out, sent, subject=returned.subject, district=returned.district, correlation_id=returned.correlation_id)


async def _enter(run: _Import, entry: Entry) -> str:
    """Record one entry; answers whether it was matched, unmatched or known."""
    transfer = await in_account(run.work, entry.bank_reference)
    reported = BankTransferReported(
        bank_reference=entry.bank_reference, amount_fen=entry.amount_fen, paid_on=entry.paid_on, payer=entry.payer,
        remark=entry.remark, statement_id=run.statement_id, line=entry.line,
    )  # fmt: skip
    if transfer.state.known or (transfer.exists and not is_mine(run.work, transfer.district)):
        _check_known(run, transfer, reported)
        return "known"
    try:
        of = await _account(run, _chosen(run, entry))
        await credit(run.work, of, _received(reported))
    except Refused as refused:
        _append(run, transfer, reported, refused.code, None)
        return "unmatched"
    _append(run, transfer, reported, None, of)
    return "matched"


def _check_known(run: _Import, transfer: Loaded[bank.TransferState], reported: BankTransferReported) -> None:
    """A fault, if the reference is another transfer's; or that of one struck in a district that this desk may not write in."""
    try:
        if bank.report_transfer(transfer.state, reported):
            raise bank.reference_known(reported.bank_reference)
    except Refused as refused:
        zh = "该流水号已入账，而金额或者日期不同；原入账系手工录错的，先申请更正"
        en = "the reference is recorded already, with another sum or day; if that was typed in wrongly, it is corrected first"
        run.faults.append(Fault(reported.line, None, refused.code, zh, en))


def _append(
    run: _Import, transfer: Loaded[bank.TransferState], reported: BankTransferReported, reason: str | None, of: Account | None
) -> None:
    about = {"unmatched": reason} if of is None else {"case_id": of.case.key, "party_id": of.payment.state.party_id}
    events = bank.report_transfer(transfer.state, bank.about(reported, **about))
    if of is None:
        run.work.append(transfer, events, district=run.district)
        return
    run.work.append(transfer, events, subject=of.case.subject, district=of.case.district, correlation_id=of.case.correlation_id)


def _chosen(run: _Import, entry: Entry) -> Owing:
    """The one fine that an entry names: by its code, by a code or a decision's number in its remark, or by its case's number.

    Refused `number-missing`, `decision-unknown`, `decision-ambiguous`; of fines of other districts nothing is told.
    """
    wanted = _wanted(run, entry)
    if len({owing.payment_key for owing in wanted}) > 1:
        raise Refused("decision-ambiguous", "对应多个处罚决定", "more than one fine is named", count=len(wanted))
    mine = [owing for owing in wanted if is_mine(run.work, owing.district)]
    if not mine and not entry.code and not entry.numbers:
        raise Refused("number-missing", "没有文书字号或者缴款码", "neither a document number nor a payment code is given")
    if not mine:
        raise Refused("decision-unknown", "没有对应的处罚决定", "no such decision is served in these districts")
    return mine[0]


def _wanted(run: _Import, entry: Entry) -> list[Owing]:
    """The fines that an entry names. A code in the remark and a number beside it that name different cases name both."""
    if by_code := run.owing.get(entry.code, []) if entry.code else []:
        return by_code
    by_number = [(name, owing) for name in _read(run, entry) for owing in run.owing[name]]
    by_decision = [owing for name, owing in by_number if owing.document_key == name]
    by_word = [owing for word in entry.words for owing in run.owing.get(word, []) if owing.payment_key == word]
    elsewhere = [owing for _, owing in by_number if by_word and owing.case_id not in {one.case_id for one in by_word}]
    return [*by_word, *by_decision, *elsewhere] or [owing for _, owing in by_number]


def _read(run: _Import, entry: Entry) -> list[str]:
    """Each number of an entry in the longest reading by which some fine goes."""
    found = (next((name for name in readings if name in run.owing), None) for readings in entry.numbers)
    return [name for name in found if name is not None]


async def _account(run: _Import, owing: Owing) -> Account:
    """As `account`, under rules that are read once for all entries."""
    case = await fined(run.work, owing.case_id)
    of = Account(case, await run.work.load(PAYMENTS, domain.region_key(owing.case_id, owing.party_id)), run.rules)
    payable(of, owing.party_id)
    return of


async def _owing(work: Work, entries: tuple[Entry, ...]) -> dict[str, list[Owing]]:
    """The fines of every district that the entries may be for, by what they are called."""
    names = {name for entry in entries for readings in entry.numbers for name in readings}
    names |= {entry.code for entry in entries if entry.code} | {word for entry in entries for word in entry.words}
    found: dict[str, list[Owing]] = {}
    for owing in await queries.owing_named(work.read, sorted(names)):
        for name in {owing.payment_key, owing.document_key, owing.case_key or owing.document_key}:
            found.setdefault(name, []).append(owing)
    return found


async def _desk(work: Work) -> str:
    """The district of the organ that reads the statement: what is for no fine yet is its."""
    organ = await queries.organ_of(work.read, work.context.organ)
    if organ is None:
        raise Refused("organ-unknown", "未登记的机关", "no such organ", organ_id=work.context.organ)
    return organ.jurisdiction_id


async def _passed_over(work: Work, command: ImportStatement) -> dict[str, Any]:
    """How many rows tell of money that went out; those with a minus by line, with which of our transfers each names."""
    told = command.returns[:LISTED_RETURNS]
    names, organ = sorted({name for one in told for name in one.names}), work.context.organ
    keys = [key for name in names for key in (name, bank.account_key(name, organ))]
    ours = {
        row["bank_reference"].partition("@")[0]: {name: row[name] for name in ("bank_reference", "case_id", "state")}
        for row in await queries.transfers_named(work.read, keys)
        if row["organ_id"] == organ and is_mine(work, row["district"])
    }
    entered = {entry.bank_reference for entry in command.entries}  # the list does not know them yet
    for name in sorted(entered.intersection(names)):
        found = await in_account(work, name)
        if is_mine(work, found.district):
            state = "unmatched" if found.state.case_id is None else "matched"
            ours.setdefault(name, {"bank_reference": found.key, "case_id": found.state.case_id, "state": state})
    rows = [
        {
            "line": one.line, "amount_fen": one.amount_fen, "bank_reference": one.bank_reference,
            "transfers": [ours[name] for name in one.names if name in ours],
        }
        for one in told
    ]  # fmt: skip
    return {"passed_over": command.passed_over, "returns": rows, "returns_total": len(command.returns)}


def _received(reported: BankTransferReported) -> domain.ReceivePayment:
    return domain.ReceivePayment(amount_fen=reported.amount_fen, bank_reference=reported.bank_reference, paid_on=reported.paid_on)


def _counted(state: BankStatementImported, *, imported: bool) -> dict[str, Any]:
    return {
        "statement_id": state.statement_id, "imported": imported, "rows": state.rows, "matched": state.matched,
        "unmatched": state.unmatched, "known": state.known, "total_fen": state.total_fen,
    }  # fmt: skip
