"""Reporting's own small readers: of each event only what the facts need. Days are ISO text, as they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """An area in which an organ enforces, as told now."""

    jurisdiction_id: str
    name: str
    kind: str
    parent: str | None = None
    national_code: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None


@dataclass(frozen=True, slots=True)
class EnterpriseRegistered:
    """A site got its file."""

    enterprise_id: str
    name: str
    uscc: str
    site_no: str
    sector: str
    legal_representative: str | None = None
    safety_head: str | None = None
    staff: int | None = None
    places: tuple[Any, ...] = ()
    equipment: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a site's file."""

    name: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class FileChanged:
    """Fields of a site's file are told anew, or no longer."""

    enterprise_id: str
    fields: tuple[Field, ...]
    withdrawn: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EnterpriseMerged:
    """A site's file was a duplicate of another."""

    enterprise_id: str
    into: str


@dataclass(frozen=True, slots=True)
class EnterpriseMoved:
    """Another district sees to a site."""

    enterprise_id: str
    district: str


@dataclass(frozen=True, slots=True)
class EnterpriseClosed:
    """A site closed."""

    enterprise_id: str
    closed_on: str


@dataclass(frozen=True, slots=True)
class OfEnterprise:
    """Something of a site's file was told."""

    enterprise_id: str


@dataclass(frozen=True, slots=True)
class RiskGraded:
    """A site's risk was graded."""

    enterprise_id: str
    grade: str
    graded_on: str


@dataclass(frozen=True, slots=True)
class StandardGraded:
    """A site's standardisation grade was told."""

    enterprise_id: str
    grade: str


@dataclass(frozen=True, slots=True)
class TaskGenerated:
    """A site is to be inspected."""

    task_id: str
    kind: str
    enterprise_id: str
    enterprise_name: str
    level: str
    organ: str
    due_on: str
    campaign_id: str | None = None
    sector: str | None = None


@dataclass(frozen=True, slots=True)
class OfTask:
    """A task went to officers, came back, was cancelled, or its inspection began."""

    task_id: str


@dataclass(frozen=True, slots=True)
class TaskCompleted:
    """A task's inspection was concluded."""

    task_id: str
    completed_on: str


@dataclass(frozen=True, slots=True)
class InspectionPrepared:
    """An inspection is to be made."""

    inspection_id: str
    task_id: str
    enterprise_id: str
    kind: str | None = None
    campaign_id: str | None = None
    level: str | None = None
    sector: str | None = None


@dataclass(frozen=True, slots=True)
class OfInspection:
    """Officers are on site."""

    inspection_id: str


@dataclass(frozen=True, slots=True)
class InspectionConcluded:
    """An inspection ended; `officers` and `experts` are how many checked in."""

    inspection_id: str
    task_id: str
    enterprise_id: str
    concluded_on: str
    officers: int
    experts: int
    hazards: int = 0


@dataclass(frozen=True, slots=True)
class HazardFound:
    """A hazard was found."""

    hazard_id: str
    inspection_id: str
    enterprise_id: str
    item_code: str
    severity: str
    found_on: str
    key_item_code: str | None = None


@dataclass(frozen=True, slots=True)
class HazardDue:
    """A hazard is to be rectified by a day."""

    hazard_id: str
    due_on: str


@dataclass(frozen=True, slots=True)
class HazardRectified:
    """A hazard passed re-inspection."""

    hazard_id: str
    re_inspected_on: str


@dataclass(frozen=True, slots=True)
class HazardCorrected:
    """A hazard was put right at once."""

    hazard_id: str
    corrected_on: str


@dataclass(frozen=True, slots=True)
class HazardClosed:
    """A hazard is not followed any further, by decision."""

    hazard_id: str
    closed_on: str | None = None


@dataclass(frozen=True, slots=True)
class OfHazard:
    """A hazard no longer stands, or stands again."""

    hazard_id: str


@dataclass(frozen=True, slots=True)
class OrderIssued:
    """Hazards are to be rectified."""

    order_id: str
    inspection_id: str
    enterprise_id: str
    document_no: str | None
    issued_on: str
    due_on: str
    hazards: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What one hazard was found to be at a re-inspection."""

    hazard_id: str
    passed: bool


@dataclass(frozen=True, slots=True)
class ReInspected:
    """An order's hazards were looked at again."""

    order_id: str
    enterprise_id: str
    re_inspected_on: str
    all_passed: bool
    results: tuple[Looked, ...]
    rectification_due_on: str | None = None


@dataclass(frozen=True, slots=True)
class OrderRelieved:
    """A hazard of an order was closed; `all_done` says whether it was the last one."""

    order_id: str
    all_done: bool
    rectification_due_on: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentIssued:
    """A document was issued, of an inspection or of a case."""

    document_id: str
    form: str
    issued_on: str
    name: str | None = None
    document_no: str | None = None
    about: str | None = None
    enterprise_id: str | None = None
    inspection_id: str | None = None
    case_id: str | None = None


@dataclass(frozen=True, slots=True)
class OfDocument:
    """A document was signed, refused, served or superseded."""

    document_id: str
