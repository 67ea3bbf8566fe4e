"""The facts of a penalty case, of its payment and of its document numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from chassis.domain import SUBJECT, Event, Personal, event
from services.penalty.domain.daily_events import Continuing
from services.penalty.domain.parties import UNIT

PartyKind = Literal["unit", "person"]
Phase = Literal["first", "overdue"]
Subject = Literal["unit", "person"]
Manner = Literal["direct", "left", "entrusted", "post", "electronic", "announcement"]
Origin = Literal["inspection", "report", "transfer", "assignment", "accident", "monitoring"]
IdKind = Literal["resident-id", "residence-permit", "permanent-residence", "passport", "travel-permit", "other"]
"""居民身份证, 港澳台居民居住证, 外国人永久居留身份证, 护照, 港澳台居民来往内地（大陆）通行证, 其他."""
Capacity = Literal["principal-head", "manager-in-charge", "directly-responsible", "individual"]
Outcome = Literal["penalise", "minor-corrected", "first-slight", "no-fault", "not-proven", "transfer"]
Ground = Literal["performed", "no-penalty", "transferred", "terminated", "revoked", "not-filed"]
EvidenceKind = Literal[
    "documentary", "physical", "audio-visual", "electronic-data", "witness-testimony", "party-statement", "expert-opinion",
    "inspection-record",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Against whom the case runs; of a natural person only the id is said here, its name stands in `Person`."""

    kind: PartyKind
    name: str
    uscc: str
    party_id: str = UNIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A natural person whom the law punishes beside the unit, or alone 处罚到人; `capacity` says as what.

    `id_kind` is the kind of paper that has the number; None where it was not asked for yet.
    """

    party_id: str
    name: Annotated[str, Personal("party_id")]
    id_number: Annotated[str, Personal("party_id")]
    capacity: Capacity
    sex: Annotated[str, Personal("party_id")] = ""
    age: int | None = None
    employer: str = ""
    post: str = ""
    address: Annotated[str, Personal("party_id")] = ""
    phone: Annotated[str, Personal("party_id")] = ""
    id_kind: IdKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAct:
    """One act the case is about: the hazard it showed as, the catalogue item it breaches, the fact."""

    hazard_id: str
    item_code: str
    fact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """An officer who handles the case 承办人."""

    officer_id: str
    name: Annotated[str, Personal("officer_id")]
    certificate_no: Annotated[str, Personal("officer_id")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What is imposed on one party for one act: the provision, its branch, the fine in fen, and why this much.

    `kinds` are the penalties beside the fine; `confiscate_fen` are illegal gains. `metric` is what the discretion band goes by.
    `mitigation`: why less than the least. `base_fen` is what a fine that is a share is a share of, `base` what that is, and
    `base_evidence` the hash of the evidence for it.
    """

    item_code: str
    law: str
    law_version: str
    article: str
    item: str | None
    phase: Phase
    subject: Subject
    amount_fen: int
    reason: str
    paragraph: int | None = None
    party_id: str = UNIT
    kinds: tuple[str, ...] = ()
    confiscate_fen: int = 0
    metric: int | None = None
    mitigation: str | None = None
    base: str | None = None
    base_fen: int | None = None
    base_evidence: str | None = None


@event("casetrail.penalty.clue-registered.v1", title="线索登记", summary="检查 {inspection_id} 移送线索，当事人 {party.name}")
class ClueRegistered(Event):
    """Acts of a unit are referred; nobody has decided to file yet (P01).

    `act_date` is the day of the act, or the day on which a continuing act ended; `harm`: life or health was harmed.
    `continues`: the case is about a fine that goes on day by day.
    """

    case_id: str
    origin: Origin
    referral_id: str
    inspection_id: str
    enterprise_id: str
    party: Party
    level: str
    organ_id: str
    organ: str
    act_date: date
    acts: tuple[CaseAct, ...]
    catalogue: str
    discovered_on: date | None = None
    source: str = ""
    harm: bool = False
    continues: Continuing | None = None


@event("casetrail.penalty.filing-requested.v1", title="立案审批申请", summary="申请立案，案由：{cause}")
class FilingRequested(Event):
    """Officers ask for the filing and name who handles the case (P02, form 1)."""

    case_id: str
    cause: str
    officers: tuple[Handler, ...]
    opinion: str


@event("casetrail.penalty.case-filed.v1", title="立案", summary="{filed_on} 立案，案号 {case_no}，办案期限至 {decision_due_on}")
class CaseFiled(Event):
    """The approver files the case; `decision_due_on` is the last day for a decision in time (P03)."""

    case_id: str
    case_no: str
    filed_on: date
    approved_by: str
    decision_due_on: date


@event("casetrail.penalty.evidence-recorded.v1", title="证据入卷", summary="取得证据：{title}")
class EvidenceRecorded(Event):
    """Evidence gathered by officers of the case, known by its hash (P04)."""

    case_id: str
    kind: EvidenceKind
    title: Annotated[str, Personal(SUBJECT, "evidence")]
    officers: tuple[str, ...]
    sha256: str


@event("casetrail.penalty.investigation-closed.v1", title="调查终结", summary="调查终结，拟罚款 {proposed_fen} 分")
class InvestigationClosed(Event):
    """What the handlers propose, in fen per act, and why a legal review or a discussion is due, if one is (P05, form 30)."""

    case_id: str
    outcome: Outcome
    charges: tuple[Charge, ...]
    proposed_fen: int
    opinion: str
    closed_on: date
    review_grounds: tuple[str, ...] = ()
    discussion_grounds: tuple[str, ...] = ()


@event("casetrail.penalty.legal-review-passed.v1", title="法制审核通过", summary="{reviewer} 法制审核通过")
class LegalReviewPassed(Event):
    """The legal reviewer has no objection to these charges (P06)."""

    case_id: str
    reviewer: str
    opinion: str


@event("casetrail.penalty.legal-review-returned.v1", title="法制审核退回", summary="{reviewer} 法制审核退回：{opinion}")
class LegalReviewReturned(Event):
    """The legal reviewer objects: the investigation must be closed anew (P06)."""

    case_id: str
    reviewer: str
    opinion: str


@event("casetrail.penalty.notice-served.v1", title="告知书送达", summary="{document_no} 送达，陈述申辩至 {statement_due_on}")
class NoticeServed(Event):
    """The party knows the intended penalty and its rights (P08, form 24 or 26); `provisional` days rest on weekends only."""

    case_id: str
    form_no: int
    document_no: str
    intended_fen: int
    hearing_right: bool
    served_on: date
    statement_due_on: date
    manner: Manner
    hearing_request_due_on: date | None = None
    provisional: bool = False
    party_id: str = UNIT
    intended_kinds: tuple[str, ...] = ()
    announced_on: date | None = None


@event("casetrail.penalty.statement-made.v1", title="当事人陈述申辩", summary="当事人陈述申辩：{text}")
class StatementMade(Event):
    """The party has spoken (P09)."""

    case_id: str
    text: Annotated[str, Personal(SUBJECT, "statement")]
    party_id: str = UNIT


@event("casetrail.penalty.statement-waived.v1", title="当事人放弃陈述申辩", summary="当事人明确放弃陈述申辩")
class StatementWaived(Event):
    """The party has expressly waived (P09)."""

    case_id: str
    party_id: str = UNIT


@event("casetrail.penalty.statement-lapsed.v1", title="陈述申辩期限届满", summary="至 {due_on} 未陈述申辩，视为放弃")
class StatementLapsed(Event):
    """The period for statement and defence has passed in silence (P09)."""

    case_id: str
    due_on: date
    party_id: str = UNIT


@event("casetrail.penalty.penalty-decided.v1", title="行政处罚决定", summary="{document_no} 决定罚款 {total_fen} 分")
class PenaltyDecided(Event):
    """The penalty, in fen per act (P11, form 34); `contents` are the content groups of the document, `late` is past the limit."""

    case_id: str
    enterprise_id: str
    document_no: str
    decided_on: date
    party: Party
    charges: tuple[Charge, ...]
    total_fen: int
    contents: tuple[str, ...]
    sealed: bool
    approved_by: str
    late: bool = False
    person: Person | None = None
    kinds: tuple[str, ...] = ()
    confiscate_fen: int = 0
    serve_by: date | None = None
    provisional: bool = False
    report_up_by: date | None = None


@event("casetrail.penalty.decision-served.v1", title="决定书送达", summary="{recipient} 于 {received_on} 收到")
class DecisionServed(Event):
    """The party has received the decision; the payment period runs from here (P12, form 40).

    `confirmation` is the file of the signed confirmation of electronic service; `announced_on` the day of an announcement.
    """

    case_id: str
    received_on: date
    manner: Manner
    recipient: Annotated[str, Personal(SUBJECT, "recipient")]
    payment_due_on: date
    provisional: bool = False
    party_id: str = UNIT
    confirmation: str | None = None
    announced_on: date | None = None


@event("casetrail.penalty.case-overdue.v1", title="办案超期", summary="至 {due_on} 未作出决定")
class CaseOverdue(Event):
    """The limit has passed without a decision."""

    case_id: str
    due_on: date


@event("casetrail.penalty.case-closed.v1", title="结案", summary="{closed_on} 结案：{reason}")
class CaseClosed(Event):
    """Everything is done; the case does not change any more (P17, form 46)."""

    case_id: str
    reason: str
    closed_on: date
    ground: Ground | None = None


@event("casetrail.penalty.payment-opened.v1", title="罚款待缴", summary="应缴 {amount_fen} 分，期限 {due_on}")
class PaymentOpened(Event):
    """A fine is due, in fen, and illegal gains that are confiscated beside it (P13)."""

    case_id: str
    enterprise_id: str
    amount_fen: int
    due_on: date
    party_id: str = UNIT
    document_no: str = ""
    confiscate_fen: int = 0


@event("casetrail.penalty.payment-received.v1", title="收到罚款", summary="{paid_on} 缴纳 {amount_fen} 分")
class PaymentReceived(Event):
    """A transfer of the party, in fen."""

    case_id: str
    amount_fen: int
    bank_reference: str
    paid_on: date
    party_id: str = UNIT


@event("casetrail.penalty.payment-settled.v1", title="罚款缴清", summary="{settled_on} 罚款缴清")
class PaymentSettled(Event):
    """Nothing is owed any more; a surcharge that is decided later is owed again."""

    case_id: str
    settled_on: date
    party_id: str = UNIT


@event("casetrail.penalty.payment-overdue.v1", title="逾期未缴", summary="至 {due_on} 未缴清罚款")
class PaymentOverdue(Event):
    """What was due that day is missing, in fen: the fine, or the instalment of this number (P13b begins here).

    `confiscate_missing_fen` is missing of what was confiscated: no surcharge runs on it.
    """

    case_id: str
    due_on: date
    party_id: str = UNIT
    missing_fen: int = 0
    instalment: int | None = None
    confiscate_missing_fen: int = 0


@dataclass(frozen=True, slots=True)
class NumberSpan:
    """Consecutive numbers of a series, both ends included."""

    first: int
    last: int


@event("casetrail.penalty.numbers-received.v1", title="收到文号段", summary="{series}收到文号段{lease_id}")
class NumbersReceived(Event):
    """The registry leased a block of a series: these numbers are ours; without any, it is somebody else's block.

    From now on the series is numbered from blocks only. `pattern` is how its numbers are written, where the rulebook says so.
    """

    series: str
    lease_id: str
    pattern: str | None
    spans: tuple[NumberSpan, ...]


@event("casetrail.penalty.number-taken.v1", title="文书编号", summary="{document_no} 用于 {case_id}")
class NumberTaken(Event):
    """The next number of a series went to a document of a case."""

    series: str
    number: int
    document_no: str
    case_id: str
