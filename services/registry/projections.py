"""The registry's lists, folded from its own ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, TypeVar

from chassis.calendar import end_of
from chassis.deadlines import Arm, Disarm
from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import Batch, Projection
from services.registry.domain.changes import (
    ConfirmedOnSite,
    DuplicateAbsorbed,
    EnterpriseClassified,
    EnterpriseClosed,
    EnterpriseMerged,
    EnterpriseMoved,
    EnterpriseReopened,
    EquipmentAdded,
    EquipmentAmended,
    EquipmentRetired,
    GradeReviewFellDue,
    PlaceAdded,
    PlaceAmended,
    PlaceRetired,
    ProductionResumed,
    ProductionSuspended,
    ProfileAmended,
    RiskGraded,
    SectorAdded,
    SectorWithdrawn,
    StandardisationGraded,
)
from services.registry.domain.enterprise import EnterpriseRegistered
from services.registry.domain.feed import FeedReceived, FeedReconciled
from services.registry.domain.jurisdictions import JurisdictionEnded, JurisdictionEstablished, JurisdictionRenamed
from services.registry.domain.law import CataloguePublished, RulebookPublished
from services.registry.domain.numbers import NumbersLeased, NumbersNoted, NumbersSettled, Span, Voided
from services.registry.domain.people import (
    CertificateRenewed,
    ExpertAmended,
    ExpertEnrolled,
    OfficerEnrolled,
    OfficerReassigned,
    OfficerRetired,
    RecusalDeclared,
    RecusalWithdrawn,
)
from services.registry.domain.reconciling import ChangeDecided, ChangeProposed, ProposalWithdrawn
from services.registry.domain.submission import ProfileSubmitted, SubmissionDecided

E = TypeVar("E", bound=Event)

AMENDED = frozenset({"name", "address", "industry_code", "legal_representative", "safety_head", "staff", "standardisation_grade"})
"""The fields of a file that its row shows."""

STATUS: dict[type[Event], str] = {
    ProductionSuspended: "suspended", ProductionResumed: "producing", EnterpriseClosed: "closed", EnterpriseReopened: "producing",
}  # fmt: skip
FILE_EVENTS: tuple[type[Event], ...] = (
    ProfileAmended, PlaceAdded, PlaceAmended, PlaceRetired, EquipmentAdded, EquipmentAmended, EquipmentRetired, ConfirmedOnSite,
    SectorAdded, SectorWithdrawn, RiskGraded, GradeReviewFellDue, StandardisationGraded, EnterpriseClassified,
    EnterpriseMerged, EnterpriseMoved, DuplicateAbsorbed, *STATUS,
)  # fmt: skip

LISTED = (
    "enterprise_id", "uscc", "site_no", "name", "sector", "industry_code", "address", "legal_representative", "safety_head",
    "staff", "import_id",
)  # fmt: skip


NAMED = ("name", "short_name", "organ", "document_abbreviation")

OfficerEvent = OfficerEnrolled | CertificateRenewed | OfficerReassigned | OfficerRetired | RecusalDeclared | RecusalWithdrawn
OFFICERS = (OfficerEnrolled, CertificateRenewed, OfficerReassigned, OfficerRetired, RecusalDeclared, RecusalWithdrawn)


async def project_jurisdictions(batch: Batch) -> None:
    """The list of jurisdictions, each as it is now."""
    decoded: list[tuple[Sequenced, JurisdictionEstablished | JurisdictionRenamed | JurisdictionEnded]] = _decoded(
        batch, JurisdictionEstablished, JurisdictionRenamed, JurisdictionEnded
    )
    rows = await batch.rows("jurisdictions", [event.jurisdiction_id for _, event in decoded])
    for sequenced, event in decoded:
        key, version = event.jurisdiction_id, sequenced.envelope.version
        match event:
            case JurisdictionEstablished():
                told = {**asdict(event), "successors": [], "ended_because": None}
                rows.put(key, _row(sequenced, told))
            case JurisdictionRenamed() if rows.get(key) is not None:
                names = {name: getattr(event, name) for name in NAMED}
                rows.patch(key, **names, version=version)
            case JurisdictionEnded() if rows.get(key) is not None:
                successors = list(event.successors)
                rows.patch(key, valid_to=event.valid_to, successors=successors, ended_because=event.reason, version=version)
            case _:
                pass


async def project_officers(batch: Batch) -> None:
    """The officer library, each with the enterprises they keep away from."""
    decoded: list[tuple[Sequenced, OfficerEvent]] = _decoded(batch, *OFFICERS)
    rows = await batch.rows("officers", [event.officer_id for _, event in decoded])
    for sequenced, event in decoded:
        if isinstance(event, OfficerEnrolled):
            rows.put(event.officer_id, _row(sequenced, {**asdict(event), "recusals": [], "last_day": None}))
        elif (row := rows.get(event.officer_id)) is not None:
            rows.patch(event.officer_id, **_officer_changes(row, event), version=sequenced.envelope.version)


def _officer_changes(row: dict[str, Any], event: Event) -> dict[str, Any]:
    match event:
        case RecusalDeclared():
            return {"recusals": [*row["recusals"], event.enterprise_id]}
        case RecusalWithdrawn():
            return {"recusals": [one for one in row["recusals"] if one != event.enterprise_id]}
        case OfficerRetired():
            return {"last_day": event.last_day}
        case CertificateRenewed():
            return {"certificate_no": event.certificate_no, "certificate_valid_to": event.certificate_valid_to}
        case OfficerReassigned():
            unit = {"organ_id": event.organ_id, "organ": event.organ, "district": event.district}
            return {**unit, "specialities": list(event.specialities)}
        case _:
            return {}


async def project_experts(batch: Batch) -> None:
    """The list of experts."""
    decoded: list[tuple[Sequenced, ExpertEnrolled | ExpertAmended]] = _decoded(batch, ExpertEnrolled, ExpertAmended)
    rows = await batch.rows("experts", [event.expert_id for _, event in decoded])
    for sequenced, event in decoded:
        rows.put(event.expert_id, _row(sequenced, {"last_day": None, **asdict(event)}))


async def project_publications(batch: Batch) -> None:
    """What was published when, and from when to when it holds."""
    decoded: list[tuple[Sequenced, CataloguePublished | RulebookPublished]] = _decoded(
        batch, CataloguePublished, RulebookPublished
    )
    rows = await batch.rows("publications", [_publication(event)["publication"] for _, event in decoded])
    for sequenced, event in decoded:
        envelope, told = sequenced.envelope, _publication(event)
        published = {"published_at": envelope.recorded_at.isoformat(), "published_by": envelope.actor.id}
        rows.put(told["publication"], _row(sequenced, {**told, **published}))


def _publication(event: CataloguePublished | RulebookPublished) -> dict[str, Any]:
    if isinstance(event, CataloguePublished):
        kind, name, title, items = "catalogue", event.catalogue, event.title, len(event.items)
    else:
        kind, name, title, items = "rulebook", event.rulebook, str(event.content["title"]), 0
    return {
        "publication": f"{kind}:{name}/{event.version}", "kind": kind, "name": name, "version_name": event.version,
        "title": title, "items": items, "valid_from": event.valid_from, "valid_to": event.valid_to,
    }  # fmt: skip


async def project_number_series(batch: Batch) -> None:
    """How far each series of document numbers is, and what became of its numbers."""
    decoded: list[tuple[Sequenced, NumbersLeased | NumbersNoted | NumbersSettled]] = _decoded(
        batch, NumbersLeased, NumbersNoted, NumbersSettled
    )
    rows = await batch.rows("number_series", [event.series for _, event in decoded])
    for sequenced, event in decoded:
        row = rows.get(event.series)
        match event:
            case NumbersLeased():
                row = row or _empty_series(event.series)
                last = max([row["last"], *(span.last for span in event.spans)])
                free = row["free"] - (event.count - (last - row["last"]))
                rows.put(event.series, _row(sequenced, {**row, "last": last, "free": free, "out": row["out"] + event.count}))
            case NumbersNoted():
                row = row or _empty_series(event.series)
                last = max([row["last"], *(span.last for span in event.spans)])
                rows.put(event.series, _row(sequenced, {**row, "last": last, "used": row["used"] + _size(event.spans)}))
            case NumbersSettled() if row is not None:
                used, voided, returned = (_size(spans) for spans in (event.used, event.voided, event.returned))
                rows.patch(
                    event.series, used=row["used"] + used, voided=row["voided"] + voided, free=row["free"] + returned,
                    out=row["out"] - used - voided - returned, version=sequenced.envelope.version,
                )  # fmt: skip
            case _:
                pass


def _empty_series(series: str) -> dict[str, Any]:
    organ_id, word, year = series.rsplit("/", 2)
    counts = dict.fromkeys(("last", "used", "voided", "free", "out"), 0)
    return {"series": series, "organ_id": organ_id, "word": word, "year": int(year), **counts}


def _size(spans: Iterable[Span | Voided]) -> int:
    return sum(span.last - span.first + 1 for span in spans)


async def project_enterprises(batch: Batch) -> None:
    """The list of enterprises, each as its file is now."""
    decoded: list[tuple[Sequenced, Any]] = _decoded(batch, EnterpriseRegistered, *FILE_EVENTS)
    rows = await batch.rows("enterprises", [event.enterprise_id for _, event in decoded])
    for sequenced, event in decoded:
        if isinstance(event, EnterpriseRegistered):
            told: dict[str, Any] = {name: getattr(event, name) for name in LISTED}
            counts = {"places": len(event.places), "equipment": sum(one.status != "retired" for one in event.equipment)}
            registered = {"registered_at": sequenced.envelope.recorded_at.isoformat()}
            said = {field.name: field.value for field in event.fields}
            now = {
                "status": said.get("production_status", "producing"), "sectors": [event.sector], "risk_grade": None,
                "standardisation_grade": said.get("standardisation_grade"), "merged_into": None,
            }  # fmt: skip
            rows.put(event.enterprise_id, _row(sequenced, {**told, **counts, **registered, **now}))
        elif (row := rows.get(event.enterprise_id)) is not None:
            rows.patch(event.enterprise_id, **_file_changes(row, event), version=sequenced.envelope.version)


def _file_changes(row: dict[str, Any], event: Event) -> dict[str, Any]:
    """What an event of a file changes in its row."""
    match event:
        case ProfileAmended():
            return {field.name: field.value for field in event.fields if field.name in AMENDED}
        case PlaceAdded():
            return {"places": row["places"] + 1}
        case PlaceRetired():
            return {"places": row["places"] - 1}
        case EquipmentAdded():
            return {"equipment": row["equipment"] + 1}
        case EquipmentRetired():
            return {"equipment": row["equipment"] - 1}
        case SectorAdded():
            return {"sectors": [*row["sectors"], event.sector]}
        case SectorWithdrawn():
            return {"sectors": [sector for sector in row["sectors"] if sector != event.sector]}
        case RiskGraded():
            return {"risk_grade": event.grade}
        case StandardisationGraded():
            return {"standardisation_grade": event.grade}
        case EnterpriseClassified():
            return {"industry_code": event.industry_code}
        case EnterpriseMoved():
            return {"district": event.district}
        case EnterpriseMerged():
            return {"status": "merged", "merged_into": event.into}
        case DuplicateAbsorbed():
            places = sum(one.record == "place" for one in event.records)
            taken = {field.name: field.value for field in event.fields if field.name in AMENDED}
            counts = {"places": row["places"] + places, "equipment": row["equipment"] + len(event.records) - places}
            return {**taken, **counts}
        case _:
            return {"status": STATUS[type(event)]} if type(event) in STATUS else {}


async def project_submissions(batch: Batch) -> None:
    """What enterprises submitted, decided or not."""
    decoded: list[tuple[Sequenced, ProfileSubmitted | SubmissionDecided]] = _decoded(batch, ProfileSubmitted, SubmissionDecided)
    rows = await batch.rows("submissions", [event.submission_id for _, event in decoded])
    for sequenced, event in decoded:
        match event:
            case ProfileSubmitted():
                told = {
                    "submission_id": event.submission_id, "enterprise_id": event.enterprise_id, "sector": event.sector,
                    "submitted_on": event.submitted_on.isoformat(), "answers": len(event.answers), "state": "submitted",
                    "accepted": None, "corrected": None, "rejected": None,
                }  # fmt: skip
                rows.put(event.submission_id, _row(sequenced, told))
            case SubmissionDecided() if rows.get(event.submission_id) is not None:
                counts = {"accepted": event.accepted, "corrected": event.corrected, "rejected": event.rejected}
                rows.patch(event.submission_id, state="decided", **counts, version=sequenced.envelope.version)
            case _:
                pass


FEED_COUNTS = ("new", "changed", "closed", "conflicting", "unchanged", "elsewhere")


async def project_feeds(batch: Batch) -> None:
    """The feeds of the market supervision, and what comparing each of them proposed."""
    decoded: list[tuple[Sequenced, FeedReceived | FeedReconciled]] = _decoded(batch, FeedReceived, FeedReconciled)
    rows = await batch.rows("feeds", [event.feed_id for _, event in decoded])
    for sequenced, event in decoded:
        match event:
            case FeedReceived():
                told = {
                    "feed_id": event.feed_id, "as_of": event.as_of.isoformat(), "file_name": event.file_name, "rows": event.rows,
                    "refused": event.refused, "finished": False, **dict.fromkeys(FEED_COUNTS),
                }  # fmt: skip
                rows.put(event.feed_id, _row(sequenced, told))
            case FeedReconciled() if rows.get(event.feed_id) is not None:
                counts = {name: getattr(event, name) for name in FEED_COUNTS}
                rows.patch(event.feed_id, finished=True, **counts, version=sequenced.envelope.version)
            case _:
                pass


async def project_reconciliations(batch: Batch) -> None:
    """What the market supervision's register says otherwise, decided or not."""
    decoded: list[tuple[Sequenced, ChangeProposed | ProposalWithdrawn | ChangeDecided]] = _decoded(
        batch, ChangeProposed, ProposalWithdrawn, ChangeDecided
    )
    rows = await batch.rows("reconciliations", [event.reconciliation_id for _, event in decoded])
    for sequenced, event in decoded:
        key, version = event.reconciliation_id, sequenced.envelope.version
        match event:
            case ChangeProposed():
                told = {
                    "reconciliation_id": key, "enterprise_id": event.enterprise_id, "uscc": event.uscc, "title": event.title,
                    "kind": event.kind, "state": "open", "feed_id": event.feed_id, "proposal": event.proposal,
                    "fields": [one.name for one in event.differences], "proposed_on": event.proposed_on.isoformat(),
                    "accepted": None, "kept": None,
                }  # fmt: skip
                rows.put(key, _row(sequenced, told))
            case ProposalWithdrawn() if rows.get(key) is not None:
                rows.patch(key, state="withdrawn", version=version)
            case ChangeDecided() if rows.get(key) is not None:
                rows.patch(key, state="decided", accepted=event.accepted, kept=event.kept, version=version)
            case _:
                pass


GRADE_REVIEW = "grade-review"


def deadlines(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    """The clock of a risk grade: until when it is to be reviewed; it stops when nothing more is asked of the site."""
    match event:
        case RiskGraded():
            yield Arm(
                id=f"{GRADE_REVIEW}:{event.enterprise_id}", kind=GRADE_REVIEW, key=event.enterprise_id,
                due_at=end_of(event.review_due_on), district=sequenced.envelope.district,
                detail={"due_on": event.review_due_on.isoformat()},
            )  # fmt: skip
        case EnterpriseClosed() | EnterpriseMerged():
            yield Disarm(id=f"{GRADE_REVIEW}:{event.enterprise_id}")


def _decoded(batch: Batch, *types: type[E]) -> list[tuple[Sequenced, E]]:
    """The batch's events of these types; the others, among them whole rulebooks, are not even read."""
    wanted = {_base(cls.__wire__) for cls in types}
    found = ((sequenced, batch.event(sequenced)) for sequenced in batch.events if _base(sequenced.envelope.type) in wanted)
    return [(sequenced, event) for sequenced, event in found if isinstance(event, types)]


def _base(wire: str) -> str:
    return wire.rpartition(".v")[0]


def _row(sequenced: Sequenced, told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "district": sequenced.envelope.district, "version": sequenced.envelope.version}


PROJECTIONS = (
    Projection("jurisdictions", version=1, project=project_jurisdictions, tables=("jurisdictions",)),
    Projection("officers", version=1, project=project_officers, tables=("officers",)),
    Projection("experts", version=1, project=project_experts, tables=("experts",)),
    Projection("publications", version=1, project=project_publications, tables=("publications",)),
    Projection("number_series", version=1, project=project_number_series, tables=("number_series",)),
    Projection("enterprises", version=3, project=project_enterprises, tables=("enterprises",)),
    Projection("submissions", version=1, project=project_submissions, tables=("submissions",)),
    Projection("feeds", version=1, project=project_feeds, tables=("feeds",)),
    Projection("reconciliations", version=1, project=project_reconciliations, tables=("reconciliations",)),
)
