"""What questions about inspections and what comes of them are answered; tests hold each answer to it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict

from chassis.answers import Matter, Page, Told, answer_of, told
from services.inspection.domain.document import DocumentIssued, DocumentSignatureRefused, DocumentSigned
from services.inspection.domain.events import CheckedIn, HazardFound, InspectionConcluded, InspectionPrepared, Mode, OrderIssued
from services.inspection.domain.evidence import EvidenceArrived, EvidenceCaptured, EvidenceWithdrawn
from services.inspection.domain.extension import ExtensionAsked
from services.inspection.domain.hazard_events import HazardClosed, SupervisionOpened
from services.inspection.domain.inspection import Stage
from services.inspection.domain.onsite_plan import InspectionNoticed, PlanDrafted, PlanReviewed
from services.inspection.domain.order import Progress
from services.inspection.domain.presence import MeetingHeld, StatementMade
from services.inspection.domain.serving import DocumentReturned, DocumentServed

__all__ = ("Page", "told")


class _Hazard(Told):
    state: str
    """How far it is."""
    order_id: str | None
    """The order that holds it."""
    due_on: date | None
    referral_id: str | None
    """Under which it was handed to penalty; the party is told by penalty's own notice."""
    supervision: SupervisionOpened | None
    closed: HazardClosed | None


FoundHazard: Any = answer_of("FoundHazard", "A hazard as it was found, and how far it is.", _Hazard, HazardFound)


class _HazardMatter(Matter, _Hazard):
    district: str


HazardAnswer = answer_of("HazardAnswer", "A hazard.", _HazardMatter, HazardFound)


class HazardRow(Told):
    """A hazard in a list."""

    hazard_id: str
    district: str
    state: str
    inspection_id: str
    enterprise_id: str
    item_code: str
    key_item_code: str | None
    severity: str
    fact: str
    place: str
    found_on: date
    order_id: str | None
    due_on: date | None
    referral_id: str | None
    version: int


class GivenAnswer(Told):
    """An answer to an item that stands."""

    answer_id: str
    answer: str
    note: str | None
    hazards: list[str]
    replaces: list[str]
    reason: str | None
    answered_by: str
    answered_at: datetime


class ItemToLookAt(Told):
    """An item of an inspection, with its answers."""

    code: str
    title: str
    key_item_code: str | None
    is_major_hazard: bool
    answer: str | None
    """Of a disputed item the first; null while there is none."""
    note: str | None
    hazards: list[str]
    disputed: bool
    """Its answers say different things."""
    signed: bool
    """The signed record holds them."""
    answers: list[GivenAnswer]


class _Inspection(Matter):
    items: list[ItemToLookAt]
    state: Stage
    mode: Mode | None
    draft: PlanDrafted | None
    """The plan of the visit; null before it was drafted."""
    review: PlanReviewed | None
    notice: InspectionNoticed | None
    check_in: CheckedIn | None
    meetings: list[MeetingHeld]
    statements: list[StatementMade]
    advice: list[Any]
    conclusion: InspectionConcluded | None
    disputed: list[str]
    unsigned: list[str]
    hazards: list[FoundHazard]
    district: str


InspectionAnswer = answer_of("InspectionAnswer", "An inspection.", _Inspection, InspectionPrepared)


class InspectionRow(Told):
    """An inspection in a list."""

    inspection_id: str
    district: str
    state: str
    kind: str
    campaign_id: str | None
    enterprise_id: str
    enterprise_name: str
    sector: str
    level: str
    organ_id: str
    planned_on: date
    concluded_on: date | None
    items: int
    answered: int
    hazards: int
    version: int


class _Order(Matter):
    state: str
    """`open`, `closed`."""
    progress: dict[str, Progress]
    """By hazard."""
    overdue: bool
    due: dict[str, date]
    """The last day of each hazard, extended or not."""
    extension_asked: ExtensionAsked | None
    re_inspection_due_on: date | None
    """By when the organ looks again."""
    re_inspection_missed_on: date | None
    district: str


OrderAnswer = answer_of("OrderAnswer", "A rectification order.", _Order, OrderIssued)


class OrderRow(Told):
    """A rectification order in a list."""

    order_id: str
    district: str
    state: str
    inspection_id: str
    enterprise_id: str
    document_no: str
    issued_on: date
    due_on: date
    hazards: int
    overdue: bool
    re_inspection_due_on: date | None
    re_inspection_overdue: bool
    version: int


class _Document(Told):
    facts: dict[str, Any] | str
    """As they were; as text where they were erased."""
    state: str
    """`issued`, `superseded`."""
    superseded_by: Any
    """What took its place; null if nothing did."""
    signed: list[DocumentSigned]
    services: list[DocumentServed]
    effective_on: date | None
    """The first day from which it counts as served."""
    returned: list[DocumentReturned]
    signatures_refused: list[DocumentSignatureRefused]
    missing_signatures: list[str]
    complete: bool
    district: str
    version: int


DocumentAnswer = answer_of("DocumentAnswer", "A document.", _Document, DocumentIssued)


class DocumentRow(Told):
    """A document in a list."""

    document_id: str
    district: str
    state: str
    form: str
    name: str
    document_no: str | None
    inspection_id: str
    enterprise_id: str
    file_sha256: str
    issued_on: date
    signed: int
    served: int
    version: int


class _Evidence(Told):
    state: str
    """`missing`, `complete`, `withdrawn`."""
    complete: bool
    arrived: EvidenceArrived | None
    withdrawn: EvidenceWithdrawn | None
    district: str
    version: int


EvidenceAnswer = answer_of("EvidenceAnswer", "A piece of evidence.", _Evidence, EvidenceCaptured)


class EvidenceRow(Told):
    """A piece of evidence in a list."""

    evidence_id: str
    district: str
    kind: str
    state: str
    inspection_id: str
    enterprise_id: str
    order_id: str | None
    hazard_ids: list[str]
    sha256: str | None
    size: int | None
    media_type: str | None
    captured_on: date
    version: int


class EvidenceStatus(Told):
    """Which files have arrived."""

    complete: bool
    missing: list[str]
    named: list[str]
    """All that are named, by their SHA-256."""


class MeasureAnswer(Matter):
    """A measure; what else it has depends on its kind."""

    model_config = ConfigDict(extra="allow")

    measure_id: str
    kind: str
    state: str
    numbers: Any
    """The numbers of its documents."""
    district: str


class MeasureRow(Told):
    """A measure in a list."""

    measure_id: str
    district: str
    kind: str
    state: str
    inspection_id: str
    enterprise_id: str
    document_no: str | None
    begun_on: date
    due_on: date | None
    version: int


class HeldCommand(Told):
    """A command that waits."""

    model_config = ConfigDict(extra="allow")  # for what it waits

    command_id: str
    counter: int
    inspection_id: str
    kind: str


class DeviceAnswer(Told):
    """A device: what is to be sent next, and what waits."""

    device_id: str
    officer_id: str
    label: str
    organ_id: str
    state: str
    next_counter: int
    held: list[HeldCommand]
    district: str
    version: int


class DeviceRow(Told):
    """A device in a list."""

    device_id: str
    district: str
    state: str
    officer_id: str
    label: str
    registered_on: date
    received: int
    waiting: int
    version: int


class ReadRow(Told):
    """Who read what."""

    read_id: str
    district: str
    thing: str
    thing_id: str
    part: str
    sha256: str | None
    inspection_id: str
    enterprise_id: str
    reader_id: str
    reader_role: str
    reason: str | None
    read_on: date
    read_at: datetime
