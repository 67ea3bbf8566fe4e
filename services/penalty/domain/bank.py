"""What the bank reports: each transfer once in an organ's account, matched to a party's fine or kept for somebody to assign."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from chassis.domain import Event, Refused, Stream
from services.penalty.domain.bank_events import (
    BankStatementImported,
    BankTransferAssigned,
    BankTransferCorrected,
    BankTransferCorrectionProposed,
    BankTransferCorrectionRefused,
    BankTransferCorrectionWithdrawn,
    BankTransferReported,
    BankTransferReturned,
    BankTransferSent,
)

IDS = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"
"""How a bank reference is written."""
KEYS = IDS.removesuffix("$") + r"(@[a-z0-9][a-z0-9-]{2,63})?$"
"""How a transfer is called: by its reference; of one that another organ's account had first, with the organ behind it."""
BRACKETS = str.maketrans("〔【[〈", "((((") | str.maketrans("〕】]〉", "))))")


def account_key(bank_reference: str, organ_id: str) -> str:
    """How an organ's transfer is called whose reference another organ's account had first: two banks may give one number."""
    return bank_reference if "@" in bank_reference else f"{bank_reference}@{organ_id}"


def number_key(text: str) -> str:
    """A document or case number as it is compared: however wide its digits, whichever its brackets, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).translate(BRACKETS).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """A transfer as it had been recorded, and its correction: why, by whom."""

    reported: BankTransferReported
    proposed: BankTransferCorrectionProposed
    corrected: BankTransferCorrected


@dataclass(frozen=True, slots=True)
class TransferState:
    """A transfer as it was reported, and what became of it; or one by which money was given back (`sent`).

    `asked`: a correction that waits to be decided; `former`: how it had been recorded, before each of its corrections.
    """

    reported: BankTransferReported | None = None
    sent: BankTransferSent | None = None
    case_id: str | None = None
    party_id: str | None = None
    returned_on: date | None = None
    asked: BankTransferCorrectionProposed | None = None
    former: tuple[Former, ...] = ()

    @property
    def known(self) -> bool:
        """Whether a transfer goes by this reference, in or out; none does after one that was typed in wrongly was struck."""
        return self.reported is not None or self.sent is not None

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
        case BankTransferCorrectionProposed():
            return replace(state, asked=event)
        case BankTransferCorrectionRefused() | BankTransferCorrectionWithdrawn():
            return replace(state, asked=None)
        case BankTransferCorrected():
            return _corrected(state, event)
        case BankTransferSent() as e:
            return replace(state, sent=e)
        case _:
            return state


def _corrected(state: TransferState, e: BankTransferCorrected) -> TransferState:
    """For no fine again; of one that was typed in wrongly nothing is left but how it had been recorded."""
    if state.reported is None or state.asked is None:
        return state
    former = (*state.former, Former(reported=state.reported, proposed=state.asked, corrected=e))
    kept = None if e.kind == "mistyped" else state.reported
    return replace(state, reported=kept, case_id=None, party_id=None, asked=None, former=former)


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
    if state.known:
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


def struck(state: TransferState) -> Refused:
    """The refusal of a transfer that was typed in wrongly, and is none any more."""
    corrected_on = state.former[-1].corrected.corrected_on if state.former else None
    zh, en = "该笔入账系误录，已更正注销", "the transfer was typed in wrongly, and struck"
    return Refused("transfer-struck", zh, en, corrected_on=corrected_on)


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

    Refused `transfer-assigned-already`, `transfer-returned-already`, `transfer-struck`, and `bank-reference-known` for one that
    went out.
    """
    if state.sent is not None:
        raise reference_known(state.sent.bank_reference)
    if state.reported is None:
        raise struck(state)
    if state.case_id is not None:
        zh, en = "该笔入账已认领；认领有误的，先申请更正", "the transfer is assigned already; if wrongly, that is corrected first"
        raise Refused("transfer-assigned-already", zh, en, case_id=state.case_id)
    if state.returned_on is not None:
        raise Refused("transfer-returned-already", "该笔入账已退回", "the transfer was sent back already")
    return state.reported
