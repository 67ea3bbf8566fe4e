"""What the bank reports: each transfer once in the whole service, matched to a party's fine or kept until somebody assigns it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from chassis.domain import SUBJECT, Event, Personal, Refused, Stream, event

IDS = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"
"""How a bank reference is written."""
BRACKETS = str.maketrans("〔【[〈", "((((") | str.maketrans("〕】]〉", "))))")


def number_key(text: str) -> str:
    """A document or case number as it is compared: however wide its digits, whichever its brackets, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).translate(BRACKETS).split())


@event(
    "casetrail.penalty.bank-transfer-reported.v1",
    title="银行入账",
    summary="{paid_on} 入账 {amount_fen} 分，流水号 {bank_reference}",
)
class BankTransferReported(Event):
    """Money came to the organ's account, in fen: for the fine of a party of a case, or `unmatched` says why for none yet.

    `line` is its row in the statement that it was in; a transfer that was entered by hand is in none.
    """

    bank_reference: str
    amount_fen: int
    paid_on: date
    payer: Annotated[str | None, Personal(SUBJECT, "payer")] = None
    remark: Annotated[str | None, Personal(SUBJECT, "payer")] = None
    statement_id: str | None = None
    line: int | None = None
    case_id: str | None = None
    party_id: str | None = None
    unmatched: str | None = None


@event("casetrail.penalty.bank-transfer-assigned.v1", title="入账认领", summary="流水号 {bank_reference} 认领至案件 {case_id}")
class BankTransferAssigned(Event):
    """Somebody found out what a transfer was for."""

    bank_reference: str
    case_id: str
    party_id: str
    note: Annotated[str, Personal(SUBJECT, "payer")]


@event("casetrail.penalty.bank-transfer-returned.v1", title="入账退回", summary="{returned_on} 退回流水号 {bank_reference}")
class BankTransferReturned(Event):
    """A transfer that was for no fine went back to whoever made it, in fen."""

    bank_reference: str
    amount_fen: int
    return_reference: str
    returned_on: date
    note: Annotated[str, Personal(SUBJECT, "payer")]


@event(
    "casetrail.penalty.bank-transfer-sent.v1", title="银行转出", summary="{sent_on} 转出 {amount_fen} 分，流水号 {bank_reference}"
)
class BankTransferSent(Event):
    """Money left the organ's account, in fen: given back to a party of a case, or to whoever paid for no fine (no case)."""

    bank_reference: str
    amount_fen: int
    sent_on: date
    case_id: str | None = None
    party_id: str | None = None


@event(
    "casetrail.penalty.bank-statement-imported.v1",
    title="银行对账单导入",
    summary="导入对账单：{rows} 笔，其中 {unmatched} 笔待认领",
)
class BankStatementImported(Event):
    """A statement was taken in whole: how many transfers it has; how many were new and for a fine, or for none yet; or known.

    `total_fen` is what all of them come to; `statement_id` is made of its content.
    """

    statement_id: str
    file_name: str
    sha256: str
    rows: int
    matched: int
    unmatched: int
    known: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class TransferState:
    """A transfer as it was reported, and what became of it; or one by which money was given back (`sent`)."""

    reported: BankTransferReported | None = None
    sent: BankTransferSent | None = None
    case_id: str | None = None
    party_id: str | None = None
    returned_on: date | None = None

    @property
    def amount_fen(self) -> int:
        """What came by it, in fen."""
        return 0 if self.reported is None else self.reported.amount_fen


def evolve_transfer(state: TransferState, event: Event) -> TransferState:
    """The transfer after one more event."""
    match event:
        case BankTransferReported() as e:
            return replace(state, reported=e, case_id=e.case_id, party_id=e.party_id)
        case BankTransferAssigned() as e:
            return replace(state, case_id=e.case_id, party_id=e.party_id)
        case BankTransferReturned() as e:
            return replace(state, returned_on=e.returned_on)
        case BankTransferSent() as e:
            return replace(state, sent=e)
        case _:
            return state


def evolve_statement(state: BankStatementImported | None, event: Event) -> BankStatementImported | None:
    """The statement after one more event."""
    return event if isinstance(event, BankStatementImported) else state


TRANSFERS = Stream("bank-transfer", TransferState(), evolve_transfer)
STATEMENTS: Stream[BankStatementImported | None] = Stream("bank-statement", None, evolve_statement)


def about(
    transfer: BankTransferReported, *, case_id: str | None = None, party_id: str | None = None, unmatched: str | None = None
) -> BankTransferReported:  # fmt: skip
    """The transfer with what it is for, or why that is not known."""
    return replace(transfer, case_id=case_id, party_id=party_id, unmatched=unmatched)


def report_transfer(state: TransferState, transfer: BankTransferReported) -> list[Event]:
    """The bank reports a transfer: once; the same again changes nothing. Refused `bank-reference-known` if it is another one."""
    known = state.reported
    if state.sent is not None:
        raise reference_known(transfer.bank_reference)
    if known is None:
        return [transfer]
    if (known.amount_fen, known.paid_on) != (transfer.amount_fen, transfer.paid_on):
        raise reference_known(transfer.bank_reference)
    return []


def send_transfer(
    state: TransferState, bank_reference: str, amount_fen: int, sent_on: date, case_id: str | None = None,
    party_id: str | None = None,
) -> list[Event]:  # fmt: skip
    """Money went back by this transfer; a reference is one transfer's, in or out. Refused `bank-reference-known`."""
    if state != TransferState():
        raise reference_known(bank_reference)
    return [
        BankTransferSent(
            bank_reference=bank_reference, amount_fen=amount_fen, sent_on=sent_on, case_id=case_id, party_id=party_id
        )
    ]


def reference_known(bank_reference: str) -> Refused:
    """The refusal of a reference that another transfer has."""
    return Refused(
        "bank-reference-known", "该银行流水号已入账", "this transfer was recorded already", bank_reference=bank_reference
    )


def assign_transfer(state: TransferState, case_id: str, party_id: str, note: str) -> list[Event]:
    """A transfer that was for no fine is for this party's of this case."""
    reported = require_unassigned(state)
    return [BankTransferAssigned(bank_reference=reported.bank_reference, case_id=case_id, party_id=party_id, note=note)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnTransfer:
    """A transfer that is for no fine goes back, by this other transfer."""

    return_reference: str
    returned_on: date
    note: str


def return_transfer(state: TransferState, command: ReturnTransfer, today: date) -> list[Event]:
    """Send it back: not before it came, not in the future. Refused `return-day` and as `require_unassigned` does."""
    reported = require_unassigned(state)
    if not reported.paid_on <= command.returned_on <= today:
        zh, en = "退回日期不得早于入账日期或者晚于今天", "not before it came, not in the future"
        raise Refused("return-day", zh, en, paid_on=reported.paid_on)
    return [
        BankTransferReturned(
            bank_reference=reported.bank_reference, amount_fen=reported.amount_fen, return_reference=command.return_reference,
            returned_on=command.returned_on, note=command.note,
        )
    ]  # fmt: skip


def require_unassigned(state: TransferState) -> BankTransferReported:
    """The transfer, which is for no fine yet.

    Refused `transfer-assigned-already`, `transfer-returned-already`, and `bank-reference-known` for one that went out.
    """
    if state.sent is not None:
        raise reference_known(state.sent.bank_reference)
    if state.reported is None:
        raise ValueError("whoever asks has loaded an existing transfer")
    if state.case_id is not None:
        raise Refused("transfer-assigned-already", "该笔入账已认领", "the transfer is assigned already", case_id=state.case_id)
    if state.returned_on is not None:
        raise Refused("transfer-returned-already", "该笔入账已退回", "the transfer was sent back already")
    return state.reported
