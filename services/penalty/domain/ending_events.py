"""The facts of approvals and endings: discussion, extension, no penalty, change and revocation of a decision, the archive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from chassis.domain import Event, Personal, event
from services.penalty.domain.events import Charge, Outcome
from services.penalty.domain.parties import UNIT

Cause = Literal["self-correction", "reconsideration", "litigation", "supervision"]
Conclusion = Literal["approved", "returned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one of the heads said when the case was discussed."""

    member_id: str
    name: Annotated[str, Personal("member_id")]
    opinion: str


@event("casetrail.penalty.case-discussed.v1", title="集体讨论", summary="{discussed_on} 集体讨论：{conclusion}")
class CaseDiscussed(Event):
    """The heads of the organ discussed the charges together (P07, form 31)."""

    case_id: str
    discussed_on: date
    members: tuple[Opinion, ...]
    conclusion: Conclusion
    note: str


@event("casetrail.penalty.case-extended.v1", title="案件延期", summary="办案期限延长至 {decision_due_on}：{reason}")
class CaseExtended(Event):
    """The limit for the decision was extended by whom the rules say (form 45)."""

    case_id: str
    step: str
    approver_level: str
    approved_by: str
    reason: str
    decision_due_on: date


@event("casetrail.penalty.no-penalty-decided.v1", title="不予处罚决定", summary="{decided_on} 决定不予处罚：{reason}")
class NoPenaltyDecided(Event):
    """No penalty is imposed (P11); `education` is how the party was taught, where the law wants it."""

    case_id: str
    outcome: Outcome
    reason: str
    education: str
    decided_on: date
    approved_by: str


@event("casetrail.penalty.decision-changed.v1", title="变更处罚决定", summary="处罚变更为罚款 {total_fen} 分：{reason}")
class DecisionChanged(Event):
    """The decision says something lighter from now on."""

    case_id: str
    cause: Cause
    charges: tuple[Charge, ...]
    total_fen: int
    former_fen: int
    reason: str
    changed_on: date
    party_id: str = UNIT


@event("casetrail.penalty.decision-revoked.v1", title="撤销处罚决定", summary="{revoked_on} 处罚决定被撤销：{reason}")
class DecisionRevoked(Event):
    """The decision is void from the beginning; `anew`: the organ has to decide again, until `decision_due_on` if there is one.

    `limit_step` is the step of the limits that this day belongs to: the last extension; empty where the case was not extended.
    """

    case_id: str
    cause: Cause
    reason: str
    revoked_on: date
    anew: bool
    former_fen: int
    party_id: str = UNIT
    decision_due_on: date | None = None
    limit_step: str = ""


@event("casetrail.penalty.service-overdue.v1", title="送达超期", summary="决定书至 {due_on} 未送达")
class ServiceOverdue(Event):
    """The decision did not reach the party in time: a defect of the procedure; it must still be served (T11)."""

    case_id: str
    due_on: date
    party_id: str = UNIT


@event("casetrail.penalty.decision-reported-up.v1", title="处罚备案", summary="{reported_on} 报 {authority} 备案")
class DecisionReportedUp(Event):
    """The organ above knows of a serious penalty; `late` is past T28."""

    case_id: str
    party_id: str = UNIT
    authority: str
    reference_no: str
    reported_on: date
    late: bool


@event("casetrail.penalty.reporting-up-overdue.v1", title="备案超期", summary="处罚决定至 {due_on} 未报备案")
class ReportingUpOverdue(Event):
    """A serious penalty was not reported to the organ above in time: a defect; it must still be reported (T28)."""

    case_id: str
    party_id: str = UNIT
    due_on: date


@event("casetrail.penalty.case-archived.v1", title="归档", summary="{archived_on} 归档，{volumes} 卷 {pages} 页")
class CaseArchived(Event):
    """The file is put away: nobody adds, removes or changes anything (P18, forms 47, 48).

    `list_sha256` is the digest of the list of its pieces (`domain/dossier.py`); empty where none was taken.
    """

    case_id: str
    archived_on: date
    volumes: int
    pages: int
    keeper: str
    keep_years: int | None
    list_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideReader:
    """Somebody of another organ or unit (a court, a procuratorate, the party's lawyer), under an id of the sender's own.

    `paper_no` is the number of the certificate or letter that was shown 证件号、介绍信号.
    """

    reader_id: str
    of_unit: str
    name: Annotated[str, Personal("reader_id")]
    paper_no: Annotated[str, Personal("reader_id")]


@event("casetrail.penalty.file-borrowed.v1", title="借阅案卷", summary="{borrower} 借阅案卷：{purpose}")
class FileBorrowed(Event):
    """Somebody reads the archived file, with leave: `borrower` by id, who is of this platform unless `outside` says who it is."""

    case_id: str
    loan_id: str
    borrower: str
    purpose: str
    borrowed_on: date
    return_by: date
    approved_by: str
    outside: OutsideReader | None = None


@event("casetrail.penalty.file-returned.v1", title="归还案卷", summary="归还案卷 {loan_id}")
class FileReturned(Event):
    """The archived file is back."""

    case_id: str
    loan_id: str
    returned_on: date
