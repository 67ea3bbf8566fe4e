"""The facts of the simple procedure 简易程序: a penalty decided on the spot, its report to the organ, its fine taken in cash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from chassis.domain import SUBJECT, Event, Personal, event
from services.penalty.domain.events import CaseAct, Charge, Handler, IdKind
from services.penalty.domain.payment_events import Misrecorded

SpotPartyKind = Literal["unit", "person"]
Tick = Literal["on-the-spot", "bank"]
CashStep = Literal["collection", "handover"]
CashEntry = Literal["collection", "handover", "deposit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotUnit:
    """A unit that is fined on the spot, as its file names it that day."""

    name: str
    uscc: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotPerson:
    """A natural person who is fined on the spot; what tells who it is, is sealed for the person."""

    person_id: str
    name: Annotated[str, Personal("person_id")]
    id_number: Annotated[str, Personal("person_id")]
    address: Annotated[str, Personal("person_id")]
    phone: Annotated[str | None, Personal("person_id")] = None
    id_kind: IdKind | None = None


@event("casetrail.penalty.spot-penalty-decided.v1", title="当场处罚决定", summary="{decided_on} 当场处罚，罚款 {total_fen} 分")
class SpotPenaltyDecided(Event):
    """A penalty was decided and handed over on the spot (form 32 for a unit, 33 for a person), its fine in fen.

    Without `document_no` it is incomplete, and so it is until it is reported, by `report_by`. `kinds` are beside a fine.
    `payment` is the box that is ticked; `cash_reason` why the fine may be taken on the spot. `provisional`: days may still move.
    """

    spot_id: str
    enterprise_id: str
    party_kind: SpotPartyKind
    unit: SpotUnit | None
    person: SpotPerson | None
    organ_id: str
    organ: str
    form_no: int
    document_no: str | None
    decided_on: date
    act_date: date
    acts: tuple[CaseAct, ...]
    catalogue: str
    charges: tuple[Charge, ...]
    kinds: tuple[str, ...]
    total_fen: int
    officers: tuple[Handler, ...]
    statement: Annotated[str | None, Personal(SUBJECT, "statement")]
    refused_to_sign: Annotated[str | None, Personal(SUBJECT, "recipient")]
    contents: tuple[str, ...]
    payment: Tick
    cash_reason: str | None
    payment_due_on: date | None
    report_by: date
    inspection_id: str | None = None
    provisional: bool = False


@event("casetrail.penalty.spot-penalty-numbered.v1", title="当场处罚决定补编文号", summary="补编文号 {document_no}")
class SpotPenaltyNumbered(Event):
    """A decision that was handed over without a number has one now; that it had none stays a defect."""

    spot_id: str
    document_no: str
    numbered_on: date


@event("casetrail.penalty.spot-penalty-reported.v1", title="当场处罚报备", summary="{reported_on} 报所属机关备案")
class SpotPenaltyReported(Event):
    """The organ has the decision on its record; `late` is past the period."""

    spot_id: str
    reported_on: date
    late: bool


@event("casetrail.penalty.spot-report-overdue.v1", title="当场处罚逾期未报备", summary="至 {due_on} 未报所属机关备案")
class SpotReportOverdue(Event):
    """The period for the report has passed without one: a defect of the procedure."""

    spot_id: str
    due_on: date


@event("casetrail.penalty.cash-collected.v1", title="当场收缴罚款", summary="当场收缴 {amount_fen} 分，票据 {receipt_no}")
class CashCollected(Event):
    """Officers took the fine in cash, in fen, against a receipt; it must reach the organ by `hand_over_by`."""

    spot_id: str
    amount_fen: int
    reason: str
    receipt_no: str
    party_request: bool
    collected_on: date
    hand_over_by: date
    provisional: bool = False


@event("casetrail.penalty.receipt-used.v1", title="罚没票据使用", summary="票据 {receipt_no} 已开具")
class ReceiptUsed(Event):
    """A receipt was given for cash: once."""

    receipt_no: str
    spot_id: str


@event("casetrail.penalty.cash-handed-over.v1", title="当场收缴罚款交至机关", summary="{handed_over_on} 交至机关")
class CashHandedOver(Event):
    """The cash is with the organ, which must pay it in at the bank by `deposit_by`; `late` is past the officers' period."""

    spot_id: str
    handed_over_on: date
    late: bool
    deposit_by: date
    provisional: bool = False


@event("casetrail.penalty.cash-handover-overdue.v1", title="当场收缴罚款逾期未交", summary="至 {due_on} 未将罚款交至机关")
class CashHandoverOverdue(Event):
    """The officers' period has passed and the organ does not have the cash: a defect of the procedure."""

    spot_id: str
    due_on: date


@event("casetrail.penalty.cash-deposited.v1", title="当场收缴罚款缴付银行", summary="{deposited_on} 缴付银行")
class CashDeposited(Event):
    """The organ paid the cash in at the bank; `late` is past its period."""

    spot_id: str
    deposited_on: date
    bank_reference: str
    late: bool


@event("casetrail.penalty.cash-deposit-overdue.v1", title="当场收缴罚款逾期未缴付", summary="至 {due_on} 未将罚款缴付银行")
class CashDepositOverdue(Event):
    """The organ's period has passed and the bank does not have the cash: a defect of the procedure."""

    spot_id: str
    due_on: date


@event("casetrail.penalty.cash-correction-proposed.v1", title="收缴更正申请", summary="申请更正当场收缴的罚款")
class CashCorrectionProposed(Event):
    """That cash was taken, or handed over, is recorded wrongly, somebody found: of another penalty, or typed in wrongly."""

    spot_id: str
    entry: CashStep
    kind: Misrecorded
    reason: Annotated[str, Personal(SUBJECT, "payment-correction")]
    proposed_by: str
    proposed_on: date


@event("casetrail.penalty.cash-correction-withdrawn.v1", title="收缴更正申请撤回", summary="{withdrawn_on} 撤回收缴更正申请")
class CashCorrectionWithdrawn(Event):
    """Who had proposed the correction does not any more; it stays as it is recorded."""

    spot_id: str
    reason: Annotated[str, Personal(SUBJECT, "payment-correction")]
    withdrawn_by: str
    withdrawn_on: date


@event("casetrail.penalty.cash-correction-refused.v1", title="收缴更正不予批准", summary="不批准更正当场收缴的罚款")
class CashCorrectionRefused(Event):
    """It stays as it is recorded."""

    spot_id: str
    opinion: Annotated[str, Personal(SUBJECT, "payment-correction")]
    refused_by: str
    refused_on: date


@event("casetrail.penalty.cash-entry-struck.v1", title="收缴更正", summary="{struck_on} 更正当场收缴的罚款")
class CashEntryStruck(Event):
    """An entry of the cash was recorded wrongly, with what came after it: everything is as if it had never been there.

    `hand_over_by`, `deposit_by`: the period that counts again. A deposit is corrected as the bank transfer that it is.
    """

    spot_id: str
    entry: CashEntry
    kind: Misrecorded
    opinion: Annotated[str, Personal(SUBJECT, "payment-correction")]
    proposed_by: str
    approved_by: str
    struck_on: date
    hand_over_by: date | None = None
    deposit_by: date | None = None


@event("casetrail.penalty.receipt-freed.v1", title="罚没票据更正", summary="票据 {receipt_no} 未用于该处罚")
class ReceiptFreed(Event):
    """A receipt was not given for that penalty: whoever recorded it so had erred."""

    receipt_no: str
    spot_id: str


@event("casetrail.penalty.spot-penalty-closed.v1", title="当场处罚结案", summary="{closed_on} 当场处罚结案：{reason}")
class SpotPenaltyClosed(Event):
    """Numbered, reported, paid: the penalty does not change any more."""

    spot_id: str
    reason: str
    closed_on: date
