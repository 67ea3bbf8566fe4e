"""The facts of an inspection, its hazards, orders and referrals, and the values they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from chassis.domain import ACTOR, SUBJECT, Event, Personal, event

Answer = Literal["compliant", "violation", "not-applicable", "not-checked"]
Mode = Literal["unannounced", "notified"]
Severity = Literal["general", "major"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedOfficer:
    """An officer whom the task names, with the certificate under which they were drawn."""

    officer_id: str
    name: Annotated[str, Personal("officer_id")]
    certificate_no: Annotated[str, Personal("officer_id")]
    organ_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedExpert:
    """An expert whom the task names: advises, never enforces."""

    expert_id: str
    name: Annotated[str, Personal("expert_id")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItem:
    """A catalogue item that applies to the site, as it was when the inspection was prepared."""

    code: str
    title: str
    key_item_code: str | None
    is_major_hazard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedInOfficer:
    """An officer on site, and the certificate they showed."""

    officer_id: str
    certificate_no: Annotated[str, Personal("officer_id")]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedHazard:
    """A hazard in a rectification order, and the day by which it must be gone."""

    hazard_id: str
    item_code: str
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinspectionResult:
    """What the re-inspection found about one hazard."""

    hazard_id: str
    passed: bool
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferredAct:
    """A hazard as the act that penalty is to look at."""

    hazard_id: str
    item_code: str
    fact: str


@event(
    "casetrail.inspection.inspection-prepared.v1",
    title="编制检查方案",
    summary="为 {enterprise_name} 编制 {planned_on} 的现场检查方案",
)
class InspectionPrepared(Event):
    """The plan of the inspection (form 2): who goes where, when, and which items of which catalogue apply."""

    inspection_id: str
    task_id: str
    kind: str
    campaign_id: str | None
    enterprise_id: str
    enterprise_name: str
    uscc: str
    sector: str
    level: str
    organ_id: str
    organ: str
    planned_on: date
    officers: tuple[AssignedOfficer, ...]
    experts: tuple[AssignedExpert, ...]
    catalogue: str
    items: tuple[PlannedItem, ...]


@event(
    "casetrail.inspection.inspection-reassigned.v1",
    title="变更检查人员",
    summary="检查人员变更，计划 {planned_on} 检查，检查方案须重新批准",
)
class InspectionReassigned(Event):
    """Other people go, or nobody for now (no officers: the task was returned); the plan is to be approved again."""

    inspection_id: str
    planned_on: date
    officers: tuple[AssignedOfficer, ...]
    experts: tuple[AssignedExpert, ...]


@event("casetrail.inspection.inspection-called-off.v1", title="取消检查", summary="检查取消：{reason}")
class InspectionCalledOff(Event):
    """The task was cancelled before anybody checked in."""

    inspection_id: str
    reason: str


@event("casetrail.inspection.inspection-plan-approved.v1", title="批准检查方案", summary="{approved_by} 批准现场检查方案")
class InspectionPlanApproved(Event):
    """The head of the organ approved the plan; `approved_at` is when that was recorded."""

    inspection_id: str
    approved_by: Annotated[str, Personal(ACTOR)]
    mode: Mode
    approved_at: datetime | None = None


@event(
    "casetrail.inspection.checked-in.v1", title="到场检查", summary="执法人员到达 {place}，出示执法证件，{representative} 在场"
)
class CheckedIn(Event):
    """Officers (and experts) are on site and have shown their certificates.

    `site_code` is the enterprise's code as it was scanned, or `no_code_reason` says why it was not; `recorder` is the body
    camera that runs; the place in ten-millionths of a degree. Of several arrivals of one inspection, each noted on another
    device, the earliest `arrived_at` counts.
    """

    inspection_id: str
    task_id: str
    officers: tuple[CheckedInOfficer, ...]
    experts: tuple[str, ...]
    place: str
    representative: Annotated[str, Personal(SUBJECT, "representative")]
    arrived_at: datetime | None = None
    site_code: str | None = None
    no_code_reason: str | None = None
    recorder: str | None = None
    latitude_e7: int | None = None
    longitude_e7: int | None = None


@event("casetrail.inspection.item-answered.v1", title="检查事项", summary="检查事项 {item_code}：{answer}")
class ItemAnswered(Event):
    """One planned item was looked at; `hazards` are the ids of what a violation consists of.

    It takes the place of those that it names (`replaces`): its author has seen no others. Several answers left that differ are
    disputed. Without an `answer_id` it is called by its item's code. `again`: the item had one before; `reason`: why they fall.
    """

    inspection_id: str
    item_code: str
    key_item_code: str | None
    answer: Answer
    note: str | None
    hazards: tuple[str, ...] = ()
    answer_id: str | None = None
    replaces: tuple[str, ...] = ()
    again: bool = False
    reason: str | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None


@event("casetrail.inspection.expert-advised.v1", title="专家意见", summary="专家提出意见：{advice}")
class ExpertAdvised(Event):
    """An expert's advice, about an item or about the whole visit, with photos by their hash: recorded, never a decision."""

    inspection_id: str
    expert_id: str
    advice: str
    advice_id: str | None = None
    advised_at: datetime | None = None
    item_code: str | None = None
    photos: tuple[str, ...] = ()


@event("casetrail.inspection.inspection-concluded.v1", title="检查结束", summary="现场检查结束，发现隐患 {hazards} 项")
class InspectionConcluded(Event):
    """The record (form 3) is closed: signed on site, or its refusal recorded with reason and witness.

    `covers` are the answers that the record holds (None: all that there were); another answer, made on another device before, is
    no part of what was signed. Of several conclusions the earliest `concluded_at` counts.
    """

    inspection_id: str
    task_id: str
    enterprise_id: str
    concluded_on: date
    officers: int
    experts: int
    items_answered: int
    hazards: int
    signed_by: Annotated[str | None, Personal("enterprise_id", "signatory")]
    refused_reason: Annotated[str | None, Personal("enterprise_id", "signatory")]
    witness: Annotated[str | None, Personal("enterprise_id", "witness")]
    concluded_at: datetime | None = None
    covers: tuple[str, ...] | None = None


@event("casetrail.inspection.hazard-found.v1", title="发现隐患", summary="在 {place} 发现隐患：{fact}")
class HazardFound(Event):
    """A violation of an item, as it was seen."""

    hazard_id: str
    inspection_id: str
    enterprise_id: str
    item_code: str
    key_item_code: str | None
    severity: Severity
    fact: str
    place: str
    found_on: date
    equipment_id: str | None = None
    photos: tuple[str, ...] = ()
    immediate_measure: str | None = None


@event("casetrail.inspection.hazard-ordered.v1", title="责令整改隐患", summary="责令于 {due_on} 前整改")
class HazardOrdered(Event):
    """The hazard stands in a rectification order."""

    hazard_id: str
    order_id: str
    due_on: date


@event("casetrail.inspection.hazard-reported.v1", title="申报隐患整改", summary="企业申报隐患已整改")
class HazardReported(Event):
    """The enterprise says that the hazard is gone."""

    hazard_id: str
    order_id: str
    reported_on: date


@event("casetrail.inspection.hazard-rectified.v1", title="隐患整改合格", summary="{re_inspected_on} 复查合格")
class HazardRectified(Event):
    """The re-inspection found the hazard gone."""

    hazard_id: str
    order_id: str
    re_inspected_on: date


@event("casetrail.inspection.re-inspection-failed.v1", title="隐患复查不合格", summary="{re_inspected_on} 复查不合格")
class ReInspectionFailed(Event):
    """The re-inspection found the hazard still there."""

    hazard_id: str
    order_id: str
    re_inspected_on: date
    note: str | None


@event("casetrail.inspection.hazard-referred.v1", title="隐患移送处罚", summary="违法行为移送行政处罚")
class HazardReferred(Event):
    """The hazard was referred to penalty as an act."""

    hazard_id: str
    referral_id: str


@event(
    "casetrail.inspection.order-issued.v1",
    title="责令限期整改",
    summary="下达责令限期整改指令书 {document_no}，{due_on} 前整改完毕",
)
class OrderIssued(Event):
    """The rectification order (form 5); `due_on` is the latest of its hazards' days, `re_inspection_due_on` runs from there."""

    order_id: str
    document_no: str
    inspection_id: str
    enterprise_id: str
    issued_on: date
    hazards: tuple[OrderedHazard, ...]
    due_on: date
    basis: tuple[str, ...]
    re_inspection_due_on: date | None
    due_provisional: bool


@event("casetrail.inspection.rectification-reported.v1", title="申报整改", summary="企业申报整改完毕：{report}")
class RectificationReported(Event):
    """What the enterprise reports about hazards of the order; the two days are the clocks that run from now (None: none)."""

    order_id: str
    hazard_ids: tuple[str, ...]
    report: str
    evidence: tuple[str, ...]
    reported_on: date
    rectification_due_on: date | None
    re_inspection_due_on: date | None
    due_provisional: bool


@event("casetrail.inspection.rectification-overdue.v1", title="逾期未整改", summary="至 {due_on} 未整改完毕")
class RectificationOverdue(Event):
    """The order's last day has passed, and not every hazard was reported as rectified."""

    order_id: str
    due_on: date
    re_inspection_due_on: date | None


@event("casetrail.inspection.re-inspection-overdue.v1", title="逾期未复查", summary="至 {due_on} 未复查")
class ReInspectionOverdue(Event):
    """The organ did not re-inspect in time."""

    order_id: str
    due_on: date


@event("casetrail.inspection.re-inspected.v1", title="整改复查", summary="{re_inspected_on} 复查整改情况")
class ReInspected(Event):
    """The re-inspection opinion (form 6), per hazard; `all_passed`: every hazard of the order is now rectified.

    The two days are the clocks that still run (None: none).
    """

    order_id: str
    inspection_id: str
    enterprise_id: str
    officers: tuple[CheckedInOfficer, ...]
    results: tuple[ReinspectionResult, ...]
    re_inspected_on: date
    all_passed: bool
    rectification_due_on: date | None
    re_inspection_due_on: date | None


@event("casetrail.inspection.referred-to-penalty.v1", title="移送行政处罚", summary="将 {enterprise_name} 的违法行为移送行政处罚")
class ReferredToPenalty(Event):
    """Acts found at an inspection go to penalty; rectification goes on beside it."""

    referral_id: str
    inspection_id: str
    enterprise_id: str
    enterprise_name: str
    uscc: str
    level: str
    organ_id: str
    organ: str
    act_date: date
    acts: tuple[ReferredAct, ...]
    officers: tuple[AssignedOfficer, ...]
    catalogue: str


@dataclass(frozen=True, slots=True)
class NumberSpan:
    """Consecutive numbers of a series, both ends included."""

    first: int
    last: int


@event("casetrail.inspection.numbers-received.v1", title="收到文号段", summary="{series}收到文号段{lease_id}")
class NumbersReceived(Event):
    """The registry leased a block of a series: these numbers are ours; without any, it is somebody else's block.

    From now on the series is numbered from blocks only. `pattern` is how its numbers are written, where the rulebook says so.
    """

    series: str
    lease_id: str
    pattern: str | None
    spans: tuple[NumberSpan, ...]


@event("casetrail.inspection.number-taken.v1", title="取用文号", summary="取用文号 {document_no}")
class NumberTaken(Event):
    """A document number of an organ's yearly series, and what took it."""

    organ_id: str
    zi: str
    year: int
    number: int
    document_no: str
    taken_by: str
