"""The facts of bank transfers: reported, assigned, corrected, sent back or out; and of the statements that they were in."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from chassis.domain import SUBJECT, Event, Personal, event
from services.penalty.domain.payment_events import Misrecorded


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


@event(
    "casetrail.penalty.bank-transfer-correction-proposed.v1",
    title="入账更正申请",
    summary="申请更正流水号 {bank_reference} 的入账",
)
class BankTransferCorrectionProposed(Event):
    """A transfer is recorded wrongly, somebody found: for another's fine (`misassigned`), or typed in wrongly (`mistyped`)."""

    bank_reference: str
    kind: Misrecorded
    case_id: str
    party_id: str
    reason: Annotated[str, Personal(SUBJECT, "payer")]
    proposed_by: str
    proposed_on: date


@event(
    "casetrail.penalty.bank-transfer-correction-refused.v1",
    title="入账更正不予批准",
    summary="不批准更正流水号 {bank_reference} 的入账",
)
class BankTransferCorrectionRefused(Event):
    """It stays as it is recorded."""

    bank_reference: str
    opinion: Annotated[str, Personal(SUBJECT, "payer")]
    refused_by: str
    refused_on: date


@event(
    "casetrail.penalty.bank-transfer-correction-withdrawn.v1",
    title="入账更正申请撤回",
    summary="{withdrawn_on} 撤回对流水号 {bank_reference} 的更正申请",
)
class BankTransferCorrectionWithdrawn(Event):
    """Who had proposed the correction does not any more; it stays as it is recorded."""

    bank_reference: str
    reason: Annotated[str, Personal(SUBJECT, "payer")]
    withdrawn_by: str
    withdrawn_on: date


@event(
    "casetrail.penalty.bank-transfer-corrected.v1", title="入账更正", summary="{corrected_on} 更正流水号 {bank_reference} 的入账"
)
class BankTransferCorrected(Event):
    """A transfer is for no fine again (`misassigned`), or never was as it had been typed in (`mistyped`): its reference is free.

    `case_id` and `party_id` say whose fine it had been recorded for.
    """

    bank_reference: str
    kind: Misrecorded
    case_id: str
    party_id: str
    opinion: Annotated[str, Personal(SUBJECT, "payer")]
    proposed_by: str
    approved_by: str
    corrected_on: date


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
