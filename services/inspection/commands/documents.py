"""Documents: filled in, numbered, laid out, kept and issued at once; signed, refused, superseded afterwards."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from pydantic import ValidationError

from chassis.aggregates import Loaded
from chassis.blobs import Blobs
from chassis.domain import day_of
from chassis.envelope import canonical_json
from chassis.rendering import Image, Rendered, Strokes
from chassis.runner import Work
from services.inspection import queries
from services.inspection.commands.deciding import due_of, rules_of, take_number
from services.inspection.documents import FORMS, Form
from services.inspection.documents.composed import COMPOSED, EDITABLE, Matter
from services.inspection.documents.measures import MEASURED, WORDED
from services.inspection.documents.parts import Remedies
from services.inspection.documents.sealing import only_signed
from services.inspection.domain import document as documents
from services.inspection.domain import hazard as hazards
from services.inspection.domain import order as orders
from services.inspection.domain.catalogue import Catalogue, breached
from services.inspection.domain.document import DOCUMENT, DocumentIssued, Picture, Signing
from services.inspection.domain.events import HazardFound
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.inspection import INSPECTION, InspectionState, prepared
from services.inspection.domain.measures.measure import MEASURE, MeasureState
from services.inspection.domain.order import ORDER, OrderState
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Period, Rules
from services.inspection.domain.serving import ANNOUNCEMENT, Serve

Answer = dict[str, Any]
RECONSIDERATION, LITIGATION = "T19-reconsideration", "T20-litigation"  # the rulebook's periods
UNITS = {"calendar-day": "日", "working-day": "个工作日", "month": "个月", "year": "年"}


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDocument:
    """A form to be issued: what it is about, what people fill in, how hazards are worded, whose pictures stand in it.

    `remedies` are the organs for reconsideration and the court. `supersedes`: another document, and why this takes its place.
    """

    document_id: str
    form: str
    inspection_id: str
    order_id: str | None
    measure_id: str | None
    facts: Mapping[str, Any]
    wording: Mapping[str, str]
    remedies: tuple[tuple[str, ...], str] | None
    pictures: Mapping[str, Image]
    supersedes: tuple[str, str] | None


async def issue(work: Work, command: IssueDocument, blobs: Blobs) -> Answer:
    """Issue a document; answers its number and the hashes of its facts and its file.

    The file is kept before the event that names it is committed: a file that nobody names does no harm.
    """
    form = _form(command.form)
    document = await work.load(DOCUMENT, command.document_id)
    inspection = await work.existing(INSPECTION, command.inspection_id)
    rules = await rules_of(work)
    order = await _order(work, command)
    measure = await _measure(work, command)
    facts = await _facts(work, form, command, inspection.state, order, measure, rules)
    number = await _number(work, form, command, prepared(inspection.state).organ_id, order, measure)
    rendered = await _laid_out(work, form, command, facts, number)
    event = await _event(work, form, command, inspection, number, rendered, facts, blobs)
    decided = documents.issue(document.state, event)
    work.append(
        document, decided,
        subject=inspection.subject, district=inspection.district, correlation_id=inspection.correlation_id,
    )  # fmt: skip
    if command.supersedes is not None:
        earlier = await work.existing(DOCUMENT, command.supersedes[0])
        work.append(earlier, documents.supersede(earlier.state, event, command.supersedes[1]))
    return {
        "document_no": event.document_no, "sha256": event.file_sha256, "facts_sha256": event.facts_sha256,
        "template": event.template, "size": event.file_size,
    }  # fmt: skip


def _form(no: str) -> Form[Any]:
    form = FORMS.get(no)
    if form is None:
        raise refused("document-unknown", form=no)
    return form


async def _order(work: Work, command: IssueDocument) -> OrderState | None:
    if command.order_id is None:
        return None
    order = (await work.existing(ORDER, command.order_id)).state
    if orders.issued(order).inspection_id != command.inspection_id:
        raise refused("order-missing")
    return order


async def _measure(work: Work, command: IssueDocument) -> MeasureState | None:
    """The measure that the document is about, which has numbered it."""
    if command.measure_id is None:
        return None
    measure = (await work.existing(MEASURE, command.measure_id)).state
    if measure.inspection_id != command.inspection_id:
        raise refused("measure-of-another-inspection", measure_id=command.measure_id)
    return measure


def _composer(form: Form[Any], measure: MeasureState | None) -> Callable[[Matter], Any] | None:
    """What makes the form of what was recorded; None if people fill it in."""
    if measure is not None and form.no in MEASURED:
        return lambda matter: MEASURED[form.no](matter, measure)
    return COMPOSED.get(form.no)


async def _facts(
    work: Work, form: Form[Any], command: IssueDocument, inspection: InspectionState, order: OrderState | None,
    measure: MeasureState | None, rules: Rules,
) -> Any:  # fmt: skip
    """The facts of the form: made of what was recorded where that can be, else as people fill them in."""
    compose = _composer(form, measure)
    if compose is None:
        return _read(form, _cited({**command.facts}, rules))
    editable = EDITABLE[form.no] if form.no in COMPOSED else WORDED[form.no]
    if foreign := sorted(command.facts.keys() - editable):
        raise refused("fact-not-editable", rules, field="、".join(foreign))
    made = compose(await _matter(work, command, inspection, order, rules))
    told = {field.name: getattr(made, field.name) for field in fields(made)}
    return _read(form, {**told, **command.facts})


def _read(form: Form[Any], members: Mapping[str, Any]) -> Any:
    try:
        return form.read(members)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        detail = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        raise refused("facts-incomplete", detail=detail) from error


def _cited(value: Any, rules: Rules) -> Any:
    """Facts with every `basis` turned from codes of the rulebook's rules into citations: nobody types a citation."""
    if isinstance(value, dict):
        return {key: _citations(one, rules) if key == "basis" else _cited(one, rules) for key, one in value.items()}
    if isinstance(value, list):
        return [_cited(one, rules) for one in value]
    return value


def _citations(codes: Any, rules: Rules) -> tuple[str, ...]:
    if not isinstance(codes, list):
        raise refused("citation-unknown", rules, rule=str(codes)[:50])
    for code in codes:
        if not isinstance(code, str) or code not in rules.articles:
            raise refused("citation-unknown", rules, rule=str(code)[:50])
    return tuple(dict.fromkeys(rules.articles[code] for code in codes))


async def _matter(
    work: Work, command: IssueDocument, inspection: InspectionState, order: OrderState | None, rules: Rules
) -> Matter:
    plan = prepared(inspection)
    catalogue = await queries.catalogue(work.read, plan.catalogue)
    if catalogue is None:
        raise refused("catalogue-unknown", rules, catalogue=plan.catalogue)
    named = set(inspection.hazards) | ({one.hazard_id for one in orders.issued(order).hazards} if order else set())
    found = {one: hazards.found((await work.existing(HAZARD, one)).state) for one in sorted(named)}
    site = await queries.site(work.read, plan.enterprise_id)
    known = site.fields if site is not None else {}
    return Matter(
        inspection=inspection, hazards=found, order=order, address=str(known.get("address") or "／"),
        contact=_text(known.get("contact")), industry=_text(known.get("industry_code")), on=day_of(work.at),
        cited=_cited_by(catalogue, rules), remedies=_remedies(command, rules), wording=command.wording,
        periods={code: _period(period) for code, period in rules.periods.items() if period.unit in UNITS},
    )  # fmt: skip


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _cited_by(catalogue: Catalogue, rules: Rules) -> Any:
    def cited(hazard: HazardFound) -> tuple[str, ...]:
        return breached(catalogue, hazard.item_code, hazard.found_on, rules)

    return cited


def _remedies(command: IssueDocument, rules: Rules) -> Remedies | None:
    reconsideration, litigation = rules.periods.get(RECONSIDERATION), rules.periods.get(LITIGATION)
    if command.remedies is None or reconsideration is None or litigation is None:
        return None
    organs, court = command.remedies
    return Remedies(
        reconsideration=organs, reconsideration_period=_period(reconsideration), court=court,
        litigation_period=_period(litigation),
    )  # fmt: skip


def _period(period: Period) -> str:
    return f"{period.length}{UNITS[period.unit]}"


async def _number(
    work: Work, form: Form[Any], command: IssueDocument, organ_id: str, order: OrderState | None, measure: MeasureState | None
) -> str:
    """The number that the order or the measure has given the form; else the next of its series; empty where a form has none."""
    if form.no == "05" and order is not None:
        return orders.issued(order).document_no
    if form.zi is None:
        return ""
    if measure is not None:
        if form.no not in measure.numbers:
            raise refused("measure-without-document", form=form.name)
        return measure.numbers[form.no]
    return await take_number(work, organ_id, form.zi, command.document_id)


async def _laid_out(work: Work, form: Form[Any], command: IssueDocument, facts: Any, number: str) -> Rendered:
    try:
        return await asyncio.to_thread(form.render, facts, number, work.at, command.pictures)
    except ValueError as error:
        raise refused("facts-incomplete", detail=str(error)) from error


async def _event(
    work: Work, form: Form[Any], command: IssueDocument, inspection: Loaded[InspectionState], number: str, rendered: Rendered,
    facts: Any, blobs: Blobs,
) -> DocumentIssued:  # fmt: skip
    pictures = [
        Picture(signatory=name, sha256=await blobs.keep(_bytes(image))) for name, image in sorted(command.pictures.items())
    ]
    return DocumentIssued(
        document_id=command.document_id, form=form.no, name=form.name, template=rendered.template,
        document_no=number or None, inspection_id=command.inspection_id, about=command.order_id or command.measure_id,
        enterprise_id=prepared(inspection.state).enterprise_id, facts=canonical_json(facts).decode(),
        facts_sha256=rendered.facts_sha256, file_sha256=await blobs.keep(rendered.pdf), file_size=len(rendered.pdf),
        pictures=tuple(pictures), issued_on=day_of(work.at), laid_out_at=work.at,
        supersedes=command.supersedes[0] if command.supersedes is not None else None,
    )  # fmt: skip


def _bytes(image: Image) -> bytes:
    return json.dumps(image.lines).encode() if isinstance(image, Strokes) else image


async def sign(work: Work, document_id: str, command: Signing, data: bytes, blobs: Blobs) -> None:
    """Note that a document was signed; an electronic signature must be the one addition to the file as it stands.

    It is held against the state that the write set rests on: of two signatures put on one file at once, one is put on anew.
    """
    document = await work.existing(DOCUMENT, document_id)
    events = documents.sign(document.state, command)
    if events and command.manner == "certificate":
        standing = await blobs.read(documents.standing_file(document.state))
        try:
            good = await asyncio.to_thread(only_signed, data, standing)
        except (ValueError, KeyError, AttributeError, TypeError) as error:  # whatever a broken file makes of its reader
            raise refused("file-unusable", detail=type(error).__name__) from error
        if not good:
            raise refused("file-unusable", detail="须是在现有文书上追加的一个有效签名，且页面未改动")
    await blobs.keep(data)
    work.append(document, events)


async def serve(work: Work, document_id: str, command: Serve) -> None:
    """Serve a document."""
    document = await work.existing(DOCUMENT, document_id)
    rules = await rules_of(work)
    announced = due_of(rules, rules.periods.get(ANNOUNCEMENT), command.served_on)
    work.append(document, documents.serve(document.state, command, announced, rules))


async def receive(work: Work, document_id: str, service_id: str, received_on: date) -> None:
    """What was mailed arrived."""
    document = await work.existing(DOCUMENT, document_id)
    work.append(document, documents.receive(document.state, service_id, received_on, await rules_of(work)))


async def give_back(work: Work, document_id: str, service_id: str, returned_on: date, reason: str) -> None:
    """What was mailed came back."""
    document = await work.existing(DOCUMENT, document_id)
    work.append(document, documents.give_back(document.state, service_id, returned_on, reason, await rules_of(work)))


async def refuse_signature(work: Work, document_id: str, signatory: str, reason: str, witness: str) -> None:
    """Note that somebody would not sign a document."""
    document = await work.existing(DOCUMENT, document_id)
    work.append(document, documents.refuse_signature(document.state, signatory, reason, witness))
