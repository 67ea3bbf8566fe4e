"""The facts of payment beside opening, receipt and settlement: lowered, revoked, refunded, taken back, put off, surcharged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from chassis.domain import SUBJECT, Event, Personal, event

Deferral = Literal["deferral", "instalments"]
Excess = Literal["overpaid", "lowered", "revoked"]
Correction = Literal["fine-lowered", "paid-earlier"]
Misrecorded = Literal["misassigned", "mistyped"]
"""What is wrong with a payment: whose fine it was for, or what was typed in of it (the sum, the day, the bank's reference)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One part of a fine that is put off: which, until when, how much in fen, and how much is still to come after it.

    `document_no` is that of its form 39; none as long as it is only asked for.
    """

    number: int
    due_on: date
    amount_fen: int
    remaining_fen: int
    document_no: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Days on end, both included; without a last day it goes on."""

    first: date
    last: date | None = None


@event(
    "casetrail.penalty.payment-lowered.v1", title="罚款数额变更", summary="{lowered_on} 罚款由 {from_fen} 分变更为 {to_fen} 分"
)
class PaymentLowered(Event):
    """The decision was changed to a smaller fine, in fen, or less is confiscated: as if it had never been larger."""

    case_id: str
    from_fen: int
    to_fen: int
    lowered_on: date
    party_id: str = "unit"
    confiscate_from_fen: int = 0
    confiscate_to_fen: int = 0


@event("casetrail.penalty.payment-revoked.v1", title="罚款撤销", summary="{revoked_on} 撤销罚款 {fine_fen} 分")
class PaymentRevoked(Event):
    """The decision was revoked: neither fine nor gains, nor what of the surcharge is not remitted, is owed any more, in fen.

    `instalments`: in how many parts it was to be paid, whose days are over with it.
    """

    case_id: str
    fine_fen: int
    surcharge_fen: int
    revoked_on: date
    party_id: str = "unit"
    confiscate_fen: int = 0
    instalments: int = 0


@event("casetrail.penalty.refund-due.v1", title="应退罚款", summary="{since} 起应退 {amount_fen} 分")
class RefundDue(Event):
    """More was paid than is owed: `amount_fen` is all that is to be given back now, and why it has become more."""

    case_id: str
    amount_fen: int
    reason: Excess
    since: date
    party_id: str = "unit"


@event("casetrail.penalty.refund-made.v1", title="退还罚款", summary="{refunded_on} 退还 {amount_fen} 分")
class RefundMade(Event):
    """Money was given back, in fen, by this transfer."""

    case_id: str
    amount_fen: int
    bank_reference: str
    refunded_on: date
    party_id: str = "unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """An instalment that is not covered (any more): which, until when, and the fen that have to come until nothing is missing."""

    number: int
    due_on: date
    missing_fen: int


@event(
    "casetrail.penalty.payment-reversed.v1",
    title="缴款冲正",
    summary="{reversed_on} 冲正 {amount_fen} 分，流水号 {bank_reference}",
)
class PaymentReversed(Event):
    """A payment had been recorded wrongly, in fen: everything is reckoned as if it had never been there.

    `outstanding_fen` is what is owed then; `overdue` says whether it is late already; `due_on` and `instalments` count again.
    """

    case_id: str
    bank_reference: str
    amount_fen: int
    paid_on: date
    kind: Misrecorded
    reason: Annotated[str, Personal(SUBJECT, "payment-correction")]
    proposed_by: str
    approved_by: str
    reversed_on: date
    outstanding_fen: int
    overdue: bool
    due_on: date | None
    instalments: tuple[Uncovered, ...]
    party_id: str = "unit"


@event(
    "casetrail.penalty.deferral-requested.v1", title="申请延期（分期）缴纳", summary="{applied_on} 当事人申请暂缓或者分期缴纳罚款"
)
class DeferralRequested(Event):
    """The party asks to pay later, or in parts, because of hardship (P13a, form 38)."""

    case_id: str
    kind: Deferral
    reason: Annotated[str, Personal(SUBJECT, "deferral")]
    instalments: tuple[Instalment, ...]
    applied_on: date
    party_id: str = "unit"


@event("casetrail.penalty.deferral-approved.v1", title="批准延期（分期）缴纳", summary="{approved_on} 批准暂缓或者分期缴纳罚款")
class DeferralApproved(Event):
    """What is unpaid falls due by these instalments instead, from the day of the application on (P13a, forms 38 and 39).

    `covered_fen` was paid before and is in none of them.
    """

    case_id: str
    kind: Deferral
    approval_no: str
    instalments: tuple[Instalment, ...]
    covered_fen: int
    applied_on: date
    approved_on: date
    approved_by: str
    opinion: str
    party_id: str = "unit"


@event("casetrail.penalty.deferral-refused.v1", title="不予延期（分期）缴纳", summary="{refused_on} 不批准暂缓或者分期缴纳罚款")
class DeferralRefused(Event):
    """The fine stays due when it was (P13a, form 38)."""

    case_id: str
    approval_no: str
    refused_on: date
    refused_by: str
    opinion: str
    party_id: str = "unit"


@event("casetrail.penalty.surcharge-reckoned.v1", title="加处罚款起算", summary="逾期未缴 {missing_fen} 分，按日加处罚款")
class SurchargeReckoned(Event):
    """What is in arrears, in fen, and the day on which the surcharge on it will have reached its limit, if nothing changes."""

    case_id: str
    missing_fen: int
    cap_on: date | None
    reckoned_on: date
    party_id: str = "unit"


@event(
    "casetrail.penalty.surcharge-cap-reached.v1",
    title="加处罚款达到上限",
    summary="至 {reached_on} 加处罚款达到上限 {cap_fen} 分",
)
class SurchargeCapReached(Event):
    """The surcharge grows no more; what may be decided is `cap_fen`."""

    case_id: str
    cap_fen: int
    reached_on: date
    party_id: str = "unit"


@event(
    "casetrail.penalty.surcharge-decided.v1", title="加处罚款决定", summary="{document_no} 加处罚款 {amount_fen} 分，计至 {until}"
)
class SurchargeDecided(Event):
    """The surcharge up to a day, in fen (P13b, form 37): `amount_fen` is added, `total_fen` is all that is decided by now.

    `days` are those on which something was in arrears and no remedy pending; `suspended` are the spans that were not counted.
    `outstanding_fen` is all that the party owes with it; older events do not tell it.
    """

    case_id: str
    document_no: str
    amount_fen: int
    total_fen: int
    until: date
    days: int
    rate_permille: int
    cap_percent: int
    suspended: tuple[Span, ...]
    decided_on: date
    approved_by: str
    party_id: str = "unit"
    outstanding_fen: int | None = None


@event("casetrail.penalty.surcharge-lowered.v1", title="加处罚款数额变更", summary="加处罚款由 {from_fen} 分变更为 {to_fen} 分")
class SurchargeLowered(Event):
    """What was decided proves too high, in fen: the fine was lowered, or a transfer had come earlier than was known."""

    case_id: str
    from_fen: int
    to_fen: int
    reason: Correction
    lowered_on: date
    party_id: str = "unit"


@event("casetrail.penalty.surcharge-restored.v1", title="加处罚款数额恢复", summary="加处罚款由 {from_fen} 分恢复为 {to_fen} 分")
class SurchargeRestored(Event):
    """What had been lowered because of a payment that was taken back since is owed as it was decided, in fen."""

    case_id: str
    from_fen: int
    to_fen: int
    restored_on: date
    party_id: str = "unit"


@event("casetrail.penalty.surcharge-remitted.v1", title="减免加处罚款", summary="{remitted_on} 减免加处罚款 {amount_fen} 分")
class SurchargeRemitted(Event):
    """An agreement with the party lets it off a part of the surcharge, in fen; never of the fine."""

    case_id: str
    amount_fen: int
    reason: Annotated[str, Personal(SUBJECT, "remission")]
    remitted_on: date
    approved_by: str
    party_id: str = "unit"
