"""The facts of a transfer 案件移送: to the police for a suspected crime, or to another organ that has jurisdiction; and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from chassis.domain import SUBJECT, Event, Personal, event
from services.penalty.domain.parties import UNIT

Receiver = Literal["police", "organ"]
Answer = Literal["taken", "not-taken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A thing that is handed over with the case, and how many of it."""

    name: str
    count: int


@event("casetrail.penalty.transfer-reported.v1", title="案件移送审批申请", summary="申请向 {receiver} 移送：{reason}")
class TransferReported(Event):
    """A team of officers reports that the case belongs to somebody else (form 43); the principal decides by `decide_by`."""

    case_id: str
    to: Receiver
    receiver: str
    reason: str
    team: tuple[str, ...]
    document_no: str
    reported_on: date
    decide_by: date | None
    party_id: str = UNIT
    provisional: bool = False


@event("casetrail.penalty.transfer-approved.v1", title="批准移送", summary="批准向 {receiver} 移送")
class TransferApproved(Event):
    """The principal of the organ agrees; the case is handed over by `hand_over_by`."""

    case_id: str
    receiver: str
    opinion: str
    approved_by: str
    approved_at: datetime
    hand_over_by: datetime | None
    party_id: str = UNIT


@event("casetrail.penalty.transfer-denied.v1", title="不批准移送", summary="不批准移送：{reason}")
class TransferDenied(Event):
    """The principal does not agree, and says why in the file; the case goes on."""

    case_id: str
    reason: str
    refused_by: str
    denied_on: date
    party_id: str = UNIT


@event("casetrail.penalty.transfer-decision-overdue.v1", title="移送逾期未决定", summary="至 {due_on} 未作出是否移送的决定")
class TransferDecisionOverdue(Event):
    """The principal's period has passed: a defect of the procedure; the decision stays due."""

    case_id: str
    due_on: date
    party_id: str = UNIT


@event("casetrail.penalty.case-transferred.v1", title="案件移送", summary="{document_no} 移送 {receiver}")
class CaseTransferred(Event):
    """The case with its materials is with the receiver (form 44), who says by `answer_by` whether it takes it."""

    case_id: str
    receiver: str
    document_no: str
    received_by: Annotated[str, Personal(SUBJECT, "recipient")]
    materials: tuple[Material, ...]
    handed_over_at: datetime
    late: bool
    answer_by: date | None
    party_id: str = UNIT
    provisional: bool = False


@event("casetrail.penalty.transfer-handover-overdue.v1", title="逾期未移送", summary="批准后至 {due_at} 未移送")
class TransferHandoverOverdue(Event):
    """The hours after the approval have passed without the handing over: a defect of the procedure."""

    case_id: str
    due_at: datetime
    party_id: str = UNIT


@event("casetrail.penalty.transfer-answered.v1", title="移送答复", summary="{answered_on} {receiver}答复")
class TransferAnswered(Event):
    """The receiver says whether it takes the case (the police: whether it files); not taken, the case goes on here."""

    case_id: str
    receiver: str
    answer: Answer
    reference: str
    reason: str
    answered_on: date
    late: bool
    party_id: str = UNIT


@event("casetrail.penalty.transfer-answer-overdue.v1", title="移送逾期未答复", summary="{receiver}至 {due_on} 未答复")
class TransferAnswerOverdue(Event):
    """The receiver's period has passed: the organ asks, and may turn to the procuratorate."""

    case_id: str
    receiver: str
    due_on: date
    party_id: str = UNIT


@event("casetrail.penalty.case-returned.v1", title="案件退回", summary="{returned_on} {receiver}退回案件")
class CaseReturned(Event):
    """A case that was taken comes back for an administrative penalty, after so many days away: the case goes on here.

    Whether the limit of the case stands still meanwhile no source says; the days are told, the limit is not moved.
    """

    case_id: str
    receiver: str
    reason: str
    returned_on: date
    days_away: int
    party_id: str = UNIT
