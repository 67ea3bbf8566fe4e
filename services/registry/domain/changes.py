"""What happens to a site's file after it was opened: one event per record that was told, each field with its provenance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from chassis.domain import Event, event
from services.registry.domain.stated import Stated

Sector = Literal["steel", "aluminium", "dust", "confined-space"]
RecordKind = Literal["site", "place", "equipment"]
Grade = Literal["major", "considerable", "general", "low"]
"""Risk grades, descending: 重大, 较大, 一般, 低."""


@dataclass(frozen=True, slots=True)
class ConfirmedRecord:
    """What was found to be as the file says: a record, or only these of its fields."""

    record: RecordKind
    record_id: str | None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Factor:
    """What one factor of a risk grade was found to be, how many points that gives, and why."""

    code: str
    title: str
    option: str
    option_title: str
    points: int
    reason: str


@dataclass(frozen=True, slots=True)
class TakenRecord:
    """A place or a piece of equipment that a file takes over from its duplicate; the number there and the number here."""

    record: RecordKind
    former_id: str
    record_id: str
    fields: tuple[Stated, ...]


@event("casetrail.registry.profile-amended.v1", title="基本情况变更", summary="变更企业基本情况")
class ProfileAmended(Event):
    """Fields of the site itself were told, confirmed or withdrawn."""

    enterprise_id: str
    fields: tuple[Stated, ...]
    withdrawn: tuple[str, ...] = ()
    submission_id: str | None = None
    reason: str | None = None


@event("casetrail.registry.place-added.v1", title="场所登记", summary="登记场所{place_id}")
class PlaceAdded(Event):
    """A place (场所) of the site; `kind` and `name` are fields."""

    enterprise_id: str
    place_id: str
    fields: tuple[Stated, ...]
    submission_id: str | None = None


@event("casetrail.registry.place-amended.v1", title="场所变更", summary="变更场所{place_id}")
class PlaceAmended(Event):
    """Fields of a place were told, confirmed or withdrawn."""

    enterprise_id: str
    place_id: str
    fields: tuple[Stated, ...]
    withdrawn: tuple[str, ...] = ()
    submission_id: str | None = None


@event("casetrail.registry.place-retired.v1", title="场所停用", summary="场所{place_id}不再使用：{reason}")
class PlaceRetired(Event):
    """A place is not used any more; its record stays."""

    enterprise_id: str
    place_id: str
    retired_on: date
    reason: str
    source: str
    stated_by: str
    submission_id: str | None = None


@event("casetrail.registry.equipment-added.v1", title="设备登记", summary="登记设备{equipment_id}")
class EquipmentAdded(Event):
    """A piece of equipment (设备); `kind`, `name`, `status` and `place_id` are fields."""

    enterprise_id: str
    equipment_id: str
    fields: tuple[Stated, ...]
    submission_id: str | None = None


@event("casetrail.registry.equipment-amended.v1", title="设备变更", summary="变更设备{equipment_id}")
class EquipmentAmended(Event):
    """Fields of a piece of equipment were told, confirmed or withdrawn."""

    enterprise_id: str
    equipment_id: str
    fields: tuple[Stated, ...]
    withdrawn: tuple[str, ...] = ()
    submission_id: str | None = None


@event("casetrail.registry.equipment-retired.v1", title="设备报废", summary="设备{equipment_id}报废：{reason}")
class EquipmentRetired(Event):
    """A piece of equipment is gone for good; its record stays."""

    enterprise_id: str
    equipment_id: str
    retired_on: date
    reason: str
    source: str
    stated_by: str
    submission_id: str | None = None


@event("casetrail.registry.confirmed-on-site.v1", title="现场核实", summary="现场核实企业档案")
class ConfirmedOnSite(Event):
    """An officer found on site that records are as the file says."""

    enterprise_id: str
    records: tuple[ConfirmedRecord, ...]
    confirmed_by: str
    confirmed_on: date
    inspection_id: str | None = None


@event("casetrail.registry.sector-added.v1", title="增加行业登记表", summary="增加登记表：{form}")
class SectorAdded(Event):
    """The site is to be kept by a further sector's form as well."""

    enterprise_id: str
    sector: Sector
    form: str
    form_version: str
    reason: str


@event("casetrail.registry.sector-withdrawn.v1", title="停用行业登记表", summary="不再适用登记表：{reason}")
class SectorWithdrawn(Event):
    """A sector's form is not asked of the site any more."""

    enterprise_id: str
    sector: Sector
    reason: str


@event("casetrail.registry.risk-graded.v1", title="风险分级", summary="风险等级评定，{points}分")
class RiskGraded(Event):
    """The risk grade (风险等级) from stated factors; `override_reason` says why it is not the one they give."""

    enterprise_id: str
    grade: Grade
    computed_grade: Grade
    points: int
    factors: tuple[Factor, ...]
    override_reason: str | None
    graded_by: str
    graded_on: date
    review_due_on: date


@event("casetrail.registry.grade-review-fell-due.v1", title="风险等级到期复评", summary="风险等级应于{due_on}前复评")
class GradeReviewFellDue(Event):
    """The grade was not reviewed within the period of the rulebook."""

    enterprise_id: str
    due_on: date


@event("casetrail.registry.standardisation-graded.v1", title="标准化等级登记", summary="安全生产标准化等级：{grade}")
class StandardisationGraded(Event):
    """The standardisation grade (安全生产标准化等级) by its certificate; `none` if it has none or lost it."""

    enterprise_id: str
    grade: Literal["1", "2", "3", "none"]
    document_no: str | None
    granted_on: date
    valid_to: date | None
    reason: str


@event("casetrail.registry.enterprise-classified.v1", title="行业与监管分类", summary="行业代码{industry_code}")
class EnterpriseClassified(Event):
    """The industry (GB/T 4754), supervision category (监管大类、小类) and class (监管分类) that the organ gives the site."""

    enterprise_id: str
    industry_code: str
    supervision_category: str
    supervision_subcategory: str | None
    supervision_class: str | None
    reason: str
    classified_by: str
    classified_on: date


@event("casetrail.registry.production-suspended.v1", title="停产", summary="自{suspended_on}停产：{reason}")
class ProductionSuspended(Event):
    """The site does not produce for now: by itself, or because it was ordered."""

    enterprise_id: str
    suspended_on: date
    ordered: bool
    until: date | None
    reason: str
    source: str
    stated_by: str


@event("casetrail.registry.production-resumed.v1", title="恢复生产", summary="自{resumed_on}恢复生产")
class ProductionResumed(Event):
    """The site produces again."""

    enterprise_id: str
    resumed_on: date
    reason: str
    source: str
    stated_by: str


@event("casetrail.registry.enterprise-closed.v1", title="企业关闭", summary="自{closed_on}关闭：{reason}")
class EnterpriseClosed(Event):
    """The site is given up; its file stays, and nothing more is asked of it."""

    enterprise_id: str
    closed_on: date
    reason: str
    source: str
    stated_by: str


@event("casetrail.registry.enterprise-reopened.v1", title="恢复建档", summary="自{reopened_on}恢复：{reason}")
class EnterpriseReopened(Event):
    """The site is there after all, or again."""

    enterprise_id: str
    reopened_on: date
    reason: str


@event("casetrail.registry.enterprise-moved.v1", title="辖区调整", summary="企业划归{district}：{reason}")
class EnterpriseMoved(Event):
    """Another district sees to the site from now on: it was assigned to a successor of its own, or stood under a wrong one."""

    enterprise_id: str
    district: str
    former_district: str
    reason: str
    moved_on: date


@event("casetrail.registry.enterprise-merged.v1", title="并入其他档案", summary="本档案并入{into}：{reason}")
class EnterpriseMerged(Event):
    """This file was a duplicate of another, which goes on; this one stays as it was and takes nothing more."""

    enterprise_id: str
    into: str
    reason: str


@event("casetrail.registry.duplicate-absorbed.v1", title="合并重复档案", summary="并入重复档案{duplicate}：{reason}")
class DuplicateAbsorbed(Event):
    """This file goes on for its duplicate as well: the fields and records that it takes over, with their provenance."""

    enterprise_id: str
    duplicate: str
    fields: tuple[Stated, ...]
    records: tuple[TakenRecord, ...]
    reason: str
