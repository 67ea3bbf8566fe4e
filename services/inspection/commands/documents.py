"""Documents: filled in, numbered, laid out, kept and issued at once; signed, refused, superseded afterwards."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from chassis.aggregates import Loaded
from chassis.blobs import Blobs
from chassis.domain import day_of
from chassis.envelope import canonical_json
from chassis.rendering import Rendered, picture_bytes
from chassis.runner import Work
from chassis.sealing import require_signed
from services.inspection.commands.deciding import due_of, rules_of, take_number
from services.inspection.commands.filling import OF_ITS_DOCUMENTS, IssueDocument, facts_of
from services.inspection.documents import FORMS, Form
from services.inspection.domain import document as documents
from services.inspection.domain import order as orders
from services.inspection.domain.document import (
    BEARER,
    DOCUMENT,
    DocumentIssued,
    DocumentState,
    FormIssued,
    NumberBorne,
    Picture,
    Signing,
    issued,
)
from services.inspection.domain.inspection import INSPECTION, InspectionState, prepared
from services.inspection.domain.measures.measure import MEASURE, MeasureState
from services.inspection.domain.order import ORDER, OrderState
from services.inspection.domain.refusals import refused
from services.inspection.domain.serving import ANNOUNCEMENT, RECEIPT, Serve, check_happened, make_receipt

Answer = dict[str, Any]
OF_AN_INSPECTION = frozenset({"02", "03"})
"""The forms of which an inspection has one each: its plan and its record."""


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
    facts = await facts_of(work, form, command, inspection.state, order, measure, rules)
    number = await _number(work, form, command, prepared(inspection.state).organ_id, order, measure)
    rendered = await _laid_out(work, form, command, facts, number)
    event = await _event(work, form, command, inspection, number, rendered, facts, blobs)
    decided = documents.issue(document.state, event)
    work.append(
        document, decided,
        subject=inspection.subject, district=inspection.district, correlation_id=inspection.correlation_id,
    )  # fmt: skip
    await _bear(work, form, command, inspection, number)
    if form.no == OF_ITS_DOCUMENTS:
        await _receipt(work, command, inspection)
    if command.supersedes is not None:
        earlier = await work.existing(DOCUMENT, command.supersedes[0])
        work.append(earlier, documents.supersede(earlier.state, event, command.supersedes[1]))
    return {
        "document_no": event.document_no, "sha256": event.file_sha256, "facts_sha256": event.facts_sha256,
        "template": event.template, "size": event.file_size,
    }  # fmt: skip


async def _bear(
    work: Work, form: Form[Any], command: IssueDocument, inspection: Loaded[InspectionState], number: str
) -> None:  # fmt: skip
    """The number of an order or a measure is borne by one document, also if two are issued at the same moment.

    So is a form of which an inspection, or a measure that does not number it, has one.
    """
    about = _about(form, command)
    if about is None:
        return
    bearer = await work.load(BEARER, f"{about}/{form.no}")
    supersedes = command.supersedes[0] if command.supersedes is not None else None
    if number and form.no not in OF_AN_INSPECTION:
        borne = NumberBorne(about=about, form=form.no, document_no=number, document_id=command.document_id)
        decided = documents.bear(bearer.state, borne, supersedes)
    else:
        once = FormIssued(about=about, form=form.no, document_id=command.document_id)
        decided = documents.issue_once(bearer.state, once, form.name, supersedes)
    work.append(
        bearer, decided, subject=inspection.subject, district=inspection.district, correlation_id=inspection.correlation_id
    )


def _about(form: Form[Any], command: IssueDocument) -> str | None:
    """What has one document of this form that stands: None if it may have several."""
    if form.no in OF_AN_INSPECTION:
        return command.inspection_id
    return command.order_id if form.no == "05" else command.measure_id


async def _receipt(work: Work, command: IssueDocument, inspection: Loaded[InspectionState]) -> None:
    """An inspection has one receipt: whoever makes another at the same moment is told of the first."""
    receipt = await work.load(RECEIPT, command.inspection_id)
    supersedes = command.supersedes[0] if command.supersedes is not None else None
    work.append(
        receipt, make_receipt(receipt.state, command.inspection_id, command.document_id, supersedes),
        subject=inspection.subject, district=inspection.district, correlation_id=inspection.correlation_id,
    )  # fmt: skip


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
        Picture(signatory=name, sha256=await blobs.keep(picture_bytes(image))) for name, image in sorted(command.pictures.items())
    ]
    return DocumentIssued(
        document_id=command.document_id, form=form.no, name=form.name, template=rendered.template,
        document_no=number or None, inspection_id=command.inspection_id, about=command.order_id or command.measure_id,
        enterprise_id=prepared(inspection.state).enterprise_id, facts=canonical_json(facts).decode(),
        facts_sha256=rendered.facts_sha256, file_sha256=await blobs.keep(rendered.pdf), file_size=len(rendered.pdf),
        pictures=tuple(pictures), issued_on=day_of(work.at), laid_out_at=work.at,
        supersedes=command.supersedes[0] if command.supersedes is not None else None,
    )  # fmt: skip


async def sign(work: Work, document_id: str, command: Signing, data: bytes, blobs: Blobs) -> None:
    """Note that a document was signed; an electronic signature must be the one addition to the file as it stands.

    It is held against the state that the write set rests on: of two signatures put on one file at once, one is put on anew.
    """
    document = await work.existing(DOCUMENT, document_id)
    _check_place(document.state, command.signatory)
    events = documents.sign(document.state, command)
    if events and command.manner == "certificate":
        await require_signed(data, await blobs.read(documents.standing_file(document.state)))
    await blobs.keep(data)
    work.append(document, events)


async def serve(work: Work, document_id: str, command: Serve) -> None:
    """Serve a document."""
    document = await work.existing(DOCUMENT, document_id)
    rules = await rules_of(work)
    check_happened(command.served_on, day_of(work.at), rules)
    announced = due_of(rules, rules.periods.get(ANNOUNCEMENT), command.served_on)
    work.append(document, documents.serve(document.state, command, announced, rules))


async def receive(work: Work, document_id: str, service_id: str, received_on: date) -> None:
    """What was mailed arrived."""
    document = await work.existing(DOCUMENT, document_id)
    rules = await rules_of(work)
    check_happened(received_on, day_of(work.at), rules)
    work.append(document, documents.receive(document.state, service_id, received_on, rules))


async def give_back(work: Work, document_id: str, service_id: str, returned_on: date, reason: str) -> None:
    """What was mailed came back."""
    document = await work.existing(DOCUMENT, document_id)
    rules = await rules_of(work)
    check_happened(returned_on, day_of(work.at), rules)
    work.append(document, documents.give_back(document.state, service_id, returned_on, reason, rules))


async def refuse_signature(work: Work, document_id: str, signatory: str, reason: str, witness: str) -> None:
    """Note that somebody would not sign a document."""
    document = await work.existing(DOCUMENT, document_id)
    _check_place(document.state, signatory)
    work.append(document, documents.refuse_signature(document.state, signatory, reason, witness))


def _check_place(state: DocumentState, signatory: str) -> None:
    """Refuse `signatory-unknown` unless the form has a place for who signs or would not."""
    form = FORMS[issued(state).form]
    if not form.takes(signatory):
        raise refused("signatory-unknown", form=form.name, signatory=signatory, places="、".join(form.signatories) or "—")
