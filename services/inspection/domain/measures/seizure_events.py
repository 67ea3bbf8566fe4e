"""The facts of sealing and seizure (查封扣押, forms 7 to 11), and the values they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from chassis.domain import ACTOR, Event, Personal, event
from services.inspection.domain.events import CheckedInOfficer
from services.inspection.domain.measures.parts import Article
from services.inspection.domain.signing import Receipt

Mode = Literal["seal", "seize"]
"""查封, or 扣押."""
Fate = Literal["return", "forfeit", "destroy"]
"""What may become of what was seized: 解除退还, 没收 (by a penalty decision), 销毁."""
Ground = Literal["denied", "not-in-time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeizedArticle:
    """What becomes of one article; `follow_up` is the referral or case that goes on with it."""

    article_id: str
    fate: Fate
    follow_up: str | None = None
    note: str | None = None


@event("casetrail.inspection.seizure-requested.v1", title="申请查封扣押", summary="申请查封扣押：{grounds}")
class SeizureRequested(Event):
    """Form 7: what is to be sealed or seized, and on which grounds."""

    measure_id: str
    inspection_id: str
    enterprise_id: str
    organ_id: str
    approval_no: str
    requested_by: str
    requested_on: date
    mode: Mode
    grounds: str
    articles: tuple[Article, ...]
    basis: tuple[str, ...]
    officers: tuple[CheckedInOfficer, ...]
    records: tuple[str, ...]


@event("casetrail.inspection.seizure-carried-out.v1", title="查封扣押", summary="实施查封扣押 {document_no}，至 {until}")
class SeizureCarriedOut(Event):
    """Forms 8 and 9, handed over on the spot. `regularise_by`: it was taken in an emergency, and is to be approved by then."""

    measure_id: str
    inspection_id: str
    enterprise_id: str
    organ_id: str
    document_no: str
    mode: Mode
    grounds: str
    taken_at: datetime
    carried_out_on: date
    articles: tuple[Article, ...]
    basis: tuple[str, ...]
    officers: tuple[CheckedInOfficer, ...]
    receipt: Receipt
    records: tuple[str, ...]
    until: date
    regularise_by: datetime | None


@event("casetrail.inspection.seizure-reported.v1", title="报告当场查封扣押", summary="报告当场实施的查封扣押：{report}")
class SeizureReported(Event):
    """The officers report a measure taken in an emergency, and ask that it be approved afterwards (form 7)."""

    measure_id: str
    approval_no: str
    requested_by: str
    report: str
    reported_at: datetime


@event("casetrail.inspection.seizure-regularised.v1", title="补办查封扣押批准", summary="{approved_by} 补办批准：{opinion}")
class SeizureRegularised(Event):
    """The head of the organ approved, in time, what was taken in an emergency."""

    measure_id: str
    approver_id: str
    approved_by: Annotated[str, Personal(ACTOR)]
    opinion: str
    approved_at: datetime


@event("casetrail.inspection.seizure-not-regularised.v1", title="查封扣押未获补办批准", summary="未补办批准，应当立即解除")
class SeizureNotRegularised(Event):
    """It was not approved afterwards, or not in time: it must be lifted at once."""

    measure_id: str
    ground: Ground
    opinion: str | None


@event("casetrail.inspection.seizure-extended.v1", title="延长查封扣押期限", summary="延长查封扣押期限至 {until}：{reason}")
class SeizureExtended(Event):
    """Form 10: the measure goes on until another day; once only."""

    measure_id: str
    document_no: str
    approver_id: str
    reason: str
    basis: tuple[str, ...]
    decided_on: date
    until: date


@event("casetrail.inspection.appraisal-begun.v1", title="开始检测鉴定", summary="{begun_on} 送交检测、检验、鉴定，期间不计入期限")
class AppraisalBegun(Event):
    """Testing or appraisal began: its time does not count, and the parties are told how long it takes (`expected_until`)."""

    measure_id: str
    appraisal: str
    begun_on: date
    expected_until: date | None


@event("casetrail.inspection.appraisal-overdue.v1", title="检测鉴定逾期", summary="检测、检验、鉴定至 {expected_until} 未结束")
class AppraisalOverdue(Event):
    """Testing or appraisal takes longer than the parties were told; the measure's clock still stands still."""

    measure_id: str
    expected_until: date


@event("casetrail.inspection.appraisal-ended.v1", title="检测鉴定结束", summary="{ended_on} 检测、检验、鉴定结束，期限至 {until}")
class AppraisalEnded(Event):
    """Testing or appraisal ended: the measure ends as many days later."""

    measure_id: str
    ended_on: date
    result: str
    until: date


@event("casetrail.inspection.seizure-decided.v1", title="查封扣押处理决定", summary="作出查封扣押处理决定 {document_no}")
class SeizureDecided(Event):
    """Form 11: what becomes of articles; those `remaining` are still held."""

    measure_id: str
    document_no: str
    approver_id: str
    decisions: tuple[SeizedArticle, ...]
    decided_on: date
    remaining: tuple[str, ...]


@event("casetrail.inspection.seizure-lifted.v1", title="解除查封扣押", summary="{lifted_on} 解除查封扣押：{reason}")
class SeizureLifted(Event):
    """Everything that was still held is given back."""

    measure_id: str
    lifted_on: date
    reason: str
    articles: tuple[str, ...]
    receipt: Receipt


@event("casetrail.inspection.seizure-expired.v1", title="查封扣押期限届满", summary="至 {until} 未作出处理决定，应当解除")
class SeizureExpired(Event):
    """The time has passed and nothing was decided about these articles: they must be released."""

    measure_id: str
    until: date
    articles: tuple[str, ...]
