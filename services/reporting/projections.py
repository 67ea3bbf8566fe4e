"""Facts: the rows behind the figures, folded from the copy with reporting's own small readers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from chassis.codec import read_as
from chassis.envelope import Sequenced
from chassis.projector import Batch, Projection
from services.reporting.queries.figures import FACTS


@dataclass(frozen=True, slots=True)
class JurisdictionEstablished:
    """An area in which an organ enforces."""

    jurisdiction_id: str
    name: str
    kind: str
    parent: str | None = None
    national_code: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class EnterpriseRegistered:
    """A site got its file."""

    enterprise_id: str
    name: str
    uscc: str
    site_no: str
    sector: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a site's file."""

    name: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class FileChanged:
    """Fields of a site's file are told anew."""

    enterprise_id: str
    fields: tuple[Field, ...]


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
class TaskGenerated:
    """A site is to be inspected."""

    task_id: str
    kind: str
    enterprise_id: str
    enterprise_name: str
    level: str
    organ: str
    due_on: date
    campaign_id: str | None = None


@dataclass(frozen=True, slots=True)
class TaskMoved:
    """A task went to officers, came back, was cancelled, or its inspection began."""

    task_id: str


@dataclass(frozen=True, slots=True)
class TaskCompleted:
    """A task's inspection was concluded."""

    task_id: str
    completed_on: date


@dataclass(frozen=True, slots=True)
class InspectionConcluded:
    """An inspection ended; `officers` and `experts` are how many checked in."""

    inspection_id: str
    task_id: str
    enterprise_id: str
    concluded_on: date
    officers: int
    experts: int


@dataclass(frozen=True, slots=True)
class HazardFound:
    """A hazard was found."""

    hazard_id: str
    inspection_id: str
    enterprise_id: str
    item_code: str
    severity: str
    found_on: date
    key_item_code: str | None = None


@dataclass(frozen=True, slots=True)
class HazardReinspected:
    """A hazard was looked at again."""

    hazard_id: str
    re_inspected_on: date


@dataclass(frozen=True, slots=True)
class HazardCorrected:
    """A hazard was put right at once."""

    hazard_id: str
    corrected_on: date


@dataclass(frozen=True, slots=True)
class HazardMoved:
    """A hazard no longer stands, stands again, or was closed by decision."""

    hazard_id: str


@dataclass(frozen=True, slots=True)
class PenaltyDecided:
    """A fine was decided, in fen."""

    case_id: str
    enterprise_id: str
    document_no: str
    decided_on: date
    total_fen: int


@dataclass(frozen=True, slots=True)
class Fold:
    """What one event type does to one row of a table: begins it (`begins`: columns the event does not tell), or changes it.

    The reader's first field is the row's key. `renamed` names the columns of fields that are called otherwise; `picked` the
    columns that are told in a list of fields by their names.
    """

    table: str
    reader: type
    begins: bool
    sets: dict[str, Any] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    picked: tuple[str, ...] = ()


def _begin(table: str, reader: type, **sets: Any) -> Fold:
    return Fold(table, reader, True, sets)


def _change(table: str, reader: type, renamed: dict[str, str] | None = None, **sets: Any) -> Fold:
    return Fold(table, reader, False, sets, renamed or {})


NAMED = Fold("fact_enterprises", FileChanged, False, picked=("name",))

FOLDS = {
    "casetrail.registry.jurisdiction-established.v1": _begin("fact_jurisdictions", JurisdictionEstablished),
    "casetrail.registry.jurisdiction-renamed.v1": _change("fact_jurisdictions", JurisdictionEstablished),
    "casetrail.registry.jurisdiction-ended.v1": _change("fact_jurisdictions", JurisdictionEstablished),
    "casetrail.registry.profile-amended.v1": NAMED,
    "casetrail.registry.duplicate-absorbed.v1": NAMED,
    "casetrail.registry.enterprise-registered.v1": _begin("fact_enterprises", EnterpriseRegistered, merged_into=None),
    "casetrail.registry.enterprise-merged.v1": _change("fact_enterprises", EnterpriseMerged, {"into": "merged_into"}),
    "casetrail.registry.enterprise-moved.v1": _change("fact_enterprises", EnterpriseMoved),
    "casetrail.tasks.task-generated.v1": _begin("fact_tasks", TaskGenerated, state="generated", completed_on=None),
    "casetrail.tasks.task-assigned.v1": _change("fact_tasks", TaskMoved, state="assigned"),
    "casetrail.tasks.task-accepted.v1": _change("fact_tasks", TaskMoved, state="accepted"),
    "casetrail.tasks.task-returned.v1": _change("fact_tasks", TaskMoved, state="returned"),
    "casetrail.tasks.task-reassigned.v1": _change("fact_tasks", TaskMoved, state="assigned"),
    "casetrail.tasks.task-cancelled.v1": _change("fact_tasks", TaskMoved, state="cancelled"),
    "casetrail.tasks.task-started.v1": _change("fact_tasks", TaskMoved, state="started"),
    "casetrail.tasks.task-completed.v1": _change("fact_tasks", TaskCompleted, state="completed"),
    "casetrail.inspection.inspection-concluded.v1": _begin("fact_inspections", InspectionConcluded),
    "casetrail.inspection.hazard-found.v1": _begin("fact_hazards", HazardFound, state="found", rectified_on=None),
    "casetrail.inspection.hazard-rectified.v1": _change(
        "fact_hazards", HazardReinspected, {"re_inspected_on": "rectified_on"}, state="rectified"
    ),
    "casetrail.inspection.hazard-corrected.v1": _change(
        "fact_hazards", HazardCorrected, {"corrected_on": "rectified_on"}, state="rectified"
    ),
    "casetrail.inspection.hazard-withdrawn.v1": _change("fact_hazards", HazardMoved, state="withdrawn"),
    "casetrail.inspection.hazard-restored.v1": _change("fact_hazards", HazardMoved, state="found"),
    "casetrail.inspection.hazard-closed.v1": _change("fact_hazards", HazardMoved, state="closed"),
    "casetrail.penalty.penalty-decided.v1": _begin("fact_penalties", PenaltyDecided),
}
TABLES = tuple(sorted({fold.table for fold in FOLDS.values()}))


async def project_facts(batch: Batch) -> None:
    """Fold a batch of the copy into the fact tables. All events of one row come from one stream, so they come in order."""
    folded = [(fold, *_read(fold, event)) for event in batch.events if (fold := FOLDS.get(event.envelope.type)) is not None]
    keys: dict[str, set[str]] = defaultdict(set)
    for fold, key, _ in folded:
        keys[fold.table].add(key)
    tables = {table: await batch.rows(table, wanted) for table, wanted in keys.items()}
    for fold, key, row in folded:
        if fold.begins:
            tables[fold.table].put(key, row)
        else:
            tables[fold.table].patch(key, **row)


def _read(fold: Fold, event: Sequenced) -> tuple[str, dict[str, Any]]:
    told = asdict(read_as(fold.reader, event.recorded.data))
    key = str(next(iter(told.values())))
    if fold.picked:
        told = {one["name"]: one["value"] for one in told["fields"] if one["name"] in fold.picked}
    row = {fold.renamed.get(name, name): _json(value) for name, value in told.items()} | fold.sets | {"seq": event.idx}
    return key, row | ({"district": event.envelope.district} if fold.begins else {})


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


PROJECTIONS = (Projection(FACTS, 2, project_facts, TABLES),)
