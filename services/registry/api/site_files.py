"""HTTP for a site's file: read field by field with its provenance; told, confirmed, graded, suspended, closed, merged."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from chassis import qr
from chassis.aggregates import Loaded
from chassis.auth import Principal, reader
from chassis.domain import Unknown, day_of, site_code
from chassis.http import WRITTEN, Body, Command, Id, answer_json, command, pool_of
from chassis.moments import Moment, aggregate
from services.registry import queries
from services.registry.api.reference import READERS, Name, Text
from services.registry.api.workbooks import FORMS
from services.registry.commands import site_files
from services.registry.domain import completeness, grading, supervision
from services.registry.domain.amending import Told
from services.registry.domain.changes import ConfirmedRecord, EnterpriseClassified, Grade, Sector, StandardisationGraded
from services.registry.domain.grading import Finding
from services.registry.domain.site_file import ENTERPRISE, EnterpriseState, Records
from services.registry.domain.stated import Fields, Stated

NO_OTHERS: dict[str, Any] = {"additionalProperties": False}  # than those whose names fit
Day = Annotated[date, Field(ge=date(1949, 10, 1), le=date(2200, 12, 31)), WRITTEN]
Number = Annotated[str, Field(pattern=r"^[^\s/\x00-\x1f\x7f]{1,30}$")]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Said = Annotated[bool, Field(strict=True)] | Annotated[int, Field(strict=True, ge=-(10**15), le=10**15)] | Text | None
Values = Annotated[dict[FieldName, Said], Field(max_length=200, json_schema_extra=NO_OTHERS)]
Keeper = Annotated[Command, Depends(command("officer", "manager", "administrator"))]
Manager = Annotated[Command, Depends(command("manager", "administrator"))]
FileReader = Annotated[Principal, Depends(reader(*READERS, "enterprise"))]

router = APIRouter(prefix="/v1/enterprises/{enterprise_id}")


class ToldBody(Body):
    """What is told of a site: fields by name; null withdraws one."""

    site: Values = Field(default_factory=dict)
    places: Annotated[dict[Number, Values], Field(max_length=1000, json_schema_extra=NO_OTHERS)] = Field(default_factory=dict)
    equipment: Annotated[dict[Number, Values], Field(max_length=5000, json_schema_extra=NO_OTHERS)] = Field(default_factory=dict)

    def told(self) -> Told:
        """As the domain has it."""
        return Told(self.site, self.places, self.equipment)


class EntryBody(ToldBody):
    """What an officer enters: seen on site, or told at the desk."""

    source: Literal["officer-on-site", "officer-desk"] = "officer-on-site"
    reason: Text | None = None


class MoveBody(Body):
    """Which district sees to the site from now on, and why."""

    district: Id
    reason: Text


class RetirementBody(Body):
    """What is not used any more, and why."""

    record: Literal["place", "equipment"]
    record_id: Number
    source: Literal["officer-on-site", "officer-desk"] = "officer-on-site"
    reason: Text


class RecordBody(Body):
    """A record, or some of its fields."""

    record: Literal["site", "place", "equipment"]
    record_id: Number | None = None
    fields: Annotated[tuple[FieldName, ...], Field(max_length=200)] = ()


class ConfirmationBody(Body):
    """What was seen on site to be as the file says."""

    records: Annotated[tuple[RecordBody, ...], Field(min_length=1, max_length=5000)]
    inspection_id: Id | None = None


class SectorBody(Body):
    """A sector by whose form the site is kept as well, or no more."""

    sector: Sector
    reason: Text


class FindingBody(Body):
    """What a risk factor was found to be, and why."""

    factor: Name
    option: Name
    reason: Text


class GradeBody(Body):
    """The findings of all factors; another grade than they give needs a reason."""

    findings: Annotated[tuple[FindingBody, ...], Field(max_length=100)]
    chosen: Grade | None = None
    override_reason: Text | None = None


class StandardisationBody(Body):
    """The standardisation grade with its certificate."""

    grade: Literal["1", "2", "3", "none"]
    document_no: Name | None = None
    granted_on: Day
    valid_to: Day | None = None
    reason: Text


class ClassificationBody(Body):
    """Industry (GB/T 4754), supervision category and class."""

    industry_code: Annotated[str, Field(pattern=r"^[A-T][0-9]{2,4}$")]
    supervision_category: Name
    supervision_subcategory: Name | None = None
    supervision_class: Annotated[str, Field(pattern="^[A-D]$")] | None = None
    reason: Text


class SuspensionBody(Body):
    """From when production stops, by whose decision, and until when if that is known."""

    suspended_on: Day
    ordered: Annotated[bool, Field(strict=True)]
    until: Day | None = None
    reason: Text


class ChangeBody(Body):
    """From when, and why."""

    on: Day
    reason: Text


class MergeBody(Body):
    """The duplicate that is merged into this file; which of the two is right where they differ."""

    duplicate: Id
    choices: Annotated[dict[FieldName, Literal["survivor", "duplicate"]], Field(max_length=200, json_schema_extra=NO_OTHERS)] = (
        Field(default_factory=dict)
    )
    reason: Text


@router.get("/file")
async def file(request: Request, enterprise_id: Id, principal: FileReader, as_of: Moment) -> Response:
    """A site's file as it is, or was: each field with source, who, when, confidence, last confirmed. Enterprises see theirs."""
    loaded = await own_file(request, principal, enterprise_id, as_of)
    state, opened_on = loaded.state, _opened_on(loaded)
    told = {
        "enterprise_id": enterprise_id, "district": loaded.district, "opened_on": opened_on,
        "status": supervision.status_of(state),
        "status_since": state.production_since, "sectors": state.sectors, "fields": _dated(state.fields, opened_on),
        "places": _records(state.places, opened_on), "equipment": _records(state.equipment, opened_on), "grade": state.grade,
        "grade_review_overdue": state.grade_review_overdue, "standardisation": state.standardisation,
        "classified": state.classified, "merged_into": state.merged_into, "absorbed": state.absorbed,
    }  # fmt: skip
    return answer_json(told, version=loaded.version)


@router.get("/completeness")
async def complete(request: Request, enterprise_id: Id, principal: FileReader, as_of: Moment) -> Response:
    """How complete a file is by the form of each of its sectors; which fields are missing or stale by the rulebook's period."""
    loaded = await own_file(request, principal, enterprise_id, as_of)
    today = day_of(request.app.state.runner.clock.now())
    periods = completeness.staleness_of(await queries.rulebooks(pool_of(request).fetch), today)
    forms = site_files.forms_of(FORMS, loaded.state, today)
    told = [asdict(completeness.completeness(form, loaded.state, _opened_on(loaded), periods, today)) for form in forms]
    return answer_json({"as_of": today, "staleness_months": periods, "forms": told}, version=loaded.version)


@router.get("/risk-factors")
async def risk_factors(request: Request, enterprise_id: Id, principal: FileReader, as_of: Moment) -> Response:
    """The factors that are asked of the site by the rulebook in force, each with the option that its file suggests."""
    loaded = await own_file(request, principal, enterprise_id, as_of)
    today = day_of(request.app.state.runner.clock.now())
    section = completeness.register_section(await queries.rulebooks(pool_of(request).fetch), today)
    rules = grading.grading_rules(section["grading"]) if section.get("grading") else None
    asked = grading.asked(rules, loaded.state.sectors) if rules else []
    told = [{**asdict(rule), "suggested": _code(grading.suggested(rule, loaded.state))} for rule in asked]
    return answer_json({"factors": told, "bands": rules.bands if rules else {}}, version=loaded.version)


PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("image/svg+xml", "image/png")}}
}


@router.get("/site-code", response_class=Response, responses=PICTURE)
async def site_code_picture(
    request: Request, enterprise_id: Id, principal: FileReader, as_of: Moment, format: Literal["svg", "png"] = "svg"
) -> Response:
    """The code at the site's gate, to be printed: what officers scan when they check in (扫码入企). Enterprises get theirs."""
    await own_file(request, principal, enterprise_id, as_of)
    text = site_code(enterprise_id)
    picture = qr.printed(text) if format == "png" else qr.drawn(text, margin=4).encode()
    headers = {
        "Content-Disposition": f'inline; filename="{enterprise_id}.{format}"', "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'",
    }  # fmt: skip
    return Response(picture, 200, headers, media_type="image/png" if format == "png" else "image/svg+xml")


@router.post("/entries", status_code=201)
async def enter(enterprise_id: Id, body: EntryBody, command: Keeper) -> Response:
    """Enter what an officer saw on site, record by record; what is told unchanged counts as confirmed."""
    return await command.run(site_files.tell, enterprise_id, body.told(), body.source, FORMS, body.reason, status=201)


@router.post("/retirements", status_code=201)
async def retire(enterprise_id: Id, body: RetirementBody, command: Keeper) -> Response:
    """Retire a place or a piece of equipment; its record stays."""
    return await command.run(site_files.retire, enterprise_id, body.record, body.record_id, body.source, body.reason, status=201)


@router.post("/confirmations", status_code=201)
async def confirm(enterprise_id: Id, body: ConfirmationBody, command: Keeper) -> Response:
    """Confirm on site that records are as the file says."""
    records = tuple(ConfirmedRecord(one.record, one.record_id, one.fields) for one in body.records)
    return await command.run(site_files.confirm, enterprise_id, records, body.inspection_id, status=201)


@router.post("/sectors", status_code=201)
async def add_sector(enterprise_id: Id, body: SectorBody, command: Keeper) -> Response:
    """Keep the site by a further sector's form as well."""
    return await command.run(site_files.add_sector, enterprise_id, body.sector, FORMS, body.reason, status=201)


@router.post("/sector-withdrawals", status_code=201)
async def withdraw_sector(enterprise_id: Id, body: SectorBody, command: Keeper) -> Response:
    """Ask a sector's form of the site no more."""

    def decide(state: EnterpriseState, _: Any) -> Any:
        return supervision.withdraw_sector(state, body.sector, body.reason)

    return await command.run(site_files.change_file, enterprise_id, "officer-desk", decide, status=201)


@router.post("/grades", status_code=201)
async def grade(enterprise_id: Id, body: GradeBody, command: Manager) -> Response:
    """Grade the risk of the site from its factors, by the rulebook in force on the day."""
    findings = tuple(Finding(one.factor, one.option, one.reason) for one in body.findings)
    order = site_files.Grading(findings=findings, chosen=body.chosen, override_reason=body.override_reason)
    return await command.run(site_files.grade, enterprise_id, order, status=201)


@router.post("/standardisation", status_code=201)
async def standardise(enterprise_id: Id, body: StandardisationBody, command: Manager) -> Response:
    """Note the standardisation grade by its certificate."""
    fact = StandardisationGraded(enterprise_id=enterprise_id, **body.model_dump())

    def decide(state: EnterpriseState, _: Any) -> Any:
        return supervision.standardise(state, fact)

    return await command.run(site_files.change_file, enterprise_id, "officer-desk", decide, status=201)


@router.post("/classification", status_code=201)
async def classify(enterprise_id: Id, body: ClassificationBody, command: Manager) -> Response:
    """Give the site its industry, supervision category and class."""

    def decide(state: EnterpriseState, telling: Any) -> Any:
        fact = EnterpriseClassified(
            enterprise_id=enterprise_id, **body.model_dump(), classified_by=telling.by, classified_on=telling.on
        )
        return supervision.classify(state, fact)

    return await command.run(site_files.change_file, enterprise_id, "officer-desk", decide, status=201)


@router.post("/suspensions", status_code=201)
async def suspend(enterprise_id: Id, body: SuspensionBody, command: Keeper) -> Response:
    """Note that the site does not produce for now."""

    def decide(state: EnterpriseState, telling: Any) -> Any:
        on, until = body.suspended_on, body.until
        return supervision.suspend(state, telling, on, ordered=body.ordered, until=until, reason=body.reason)

    return await command.run(site_files.change_file, enterprise_id, "officer-on-site", decide, status=201)


@router.post("/resumptions", status_code=201)
async def resume(enterprise_id: Id, body: ChangeBody, command: Keeper) -> Response:
    """Note that the site produces again."""

    def decide(state: EnterpriseState, telling: Any) -> Any:
        return supervision.resume(state, telling, body.on, body.reason)

    return await command.run(site_files.change_file, enterprise_id, "officer-on-site", decide, status=201)


@router.post("/closures", status_code=201)
async def close(enterprise_id: Id, body: ChangeBody, command: Manager) -> Response:
    """Note that the site is given up; its file stays."""

    def decide(state: EnterpriseState, telling: Any) -> Any:
        return supervision.close(state, telling, body.on, body.reason)

    return await command.run(site_files.change_file, enterprise_id, "officer-desk", decide, status=201)


@router.post("/moves", status_code=201)
async def move(enterprise_id: Id, body: MoveBody, command: Manager) -> Response:
    """Give the site to another district, for those who see to both: after a reorganisation, or because it was wrong."""
    return await command.run(site_files.move, enterprise_id, body.district, body.reason, status=201)


@router.post("/reopenings", status_code=201)
async def reopen(enterprise_id: Id, body: ChangeBody, command: Manager) -> Response:
    """Note that a closed site is there after all, or again."""

    def decide(state: EnterpriseState, telling: Any) -> Any:
        return supervision.reopen(state, body.on, telling.on, body.reason)

    return await command.run(site_files.change_file, enterprise_id, "officer-desk", decide, status=201)


@router.post("/mergers", status_code=201)
async def merge(enterprise_id: Id, body: MergeBody, command: Manager) -> Response:
    """Merge a duplicate into this file; both histories stay."""
    return await command.run(site_files.merge, enterprise_id, body.duplicate, body.choices, body.reason, status=201)


async def own_file(request: Request, principal: Principal, enterprise_id: str, as_of: Any) -> Loaded[EnterpriseState]:
    """A file that the principal may see: of their districts, and for an enterprise only its own."""
    if not principal.roles & set(READERS) and principal.enterprise_id != enterprise_id:
        raise Unknown(ENTERPRISE.name, enterprise_id)
    return await aggregate(request, principal, ENTERPRISE, enterprise_id, as_of)


def _code(option: grading.Option | None) -> str | None:
    return None if option is None else option.code


def _opened_on(loaded: Loaded[EnterpriseState]) -> date:
    return day_of(loaded.began_at) if loaded.began_at is not None else date.min


def _dated(fields: Fields, opened_on: date) -> list[Stated]:
    """Fields with the day on which each was told: what the file was opened with, on that day."""
    return [replace(one, stated_on=one.stated_on or opened_on) for one in fields.values()]


def _records(records: Records, opened_on: date) -> list[dict[str, Any]]:
    return [
        {
            "record_id": key, "retired_on": record.retired_on, "retired_because": record.retired_because,
            "fields": _dated(record.fields, opened_on),
        }
        for key, record in records.items()
    ]  # fmt: skip
