"""Documents: filled in from the case, numbered, laid out, kept and issued at once; signed, refused, superseded afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

from chassis.aggregates import Loaded
from chassis.blobs import Blobs
from chassis.domain import Refused, day_of
from chassis.envelope import canonical_json
from chassis.forms import Form
from chassis.rendering import Rendered, picture_bytes
from chassis.runner import Work
from chassis.sealing import require_signed
from services.penalty.commands.filling import Filled, IssueDocument, filled
from services.penalty.commands.opening import fined_at_hand, leased_number, next_number
from services.penalty.documents import FORMS
from services.penalty.documents.composed import NUMBERS
from services.penalty.documents.composed.matter import incomplete
from services.penalty.domain import UNIT, CaseState, Rules, numbers
from services.penalty.domain import document as documents
from services.penalty.domain.document import (
    BEARER,
    DOCUMENT,
    DocumentIssued,
    DocumentState,
    FormIssued,
    NumberBorne,
    Picture,
    Signing,
)
from services.penalty.domain.guards import require_not_kept_away

Answer = dict[str, Any]
SOLE = frozenset({"01", "40", "47", "48"})
"""The forms that a party of a case has one of: another one supersedes it."""
AFTERWARDS = frozenset({"47", "48"})
"""The forms that are made of the file, also when it was put away."""


async def issue(work: Work, command: IssueDocument, blobs: Blobs) -> Answer:
    """Issue a document; answers its number and the hashes of its facts and its file.

    The file is kept before the event that names it is committed: a file that nobody names does no harm.
    """
    form = FORMS.get(command.form)
    if form is None:
        raise Refused("document-unknown", f"没有文书式样 {command.form}", f"there is no form {command.form}", form=command.form)
    document = await work.load(DOCUMENT, command.document_id)
    about = await filled(work, form, command)
    _require_open(work, about, form)
    number = await _number(work, form, command, about)
    rendered = await _laid_out(work, form, command, about.facts, number)
    event = await _event(work, form, command, about, number, rendered, blobs)
    case = about.case
    work.append(
        document, documents.issue(document.state, event),
        subject=case.subject, district=case.district, correlation_id=case.correlation_id,
    )  # fmt: skip
    if command.supersedes is not None:
        earlier = await work.existing(DOCUMENT, command.supersedes[0])
        work.append(earlier, documents.supersede(earlier.state, event, command.supersedes[1]))
    await _bear(work, form, command, about, number)
    return {
        "document_no": event.document_no, "sha256": event.file_sha256, "facts_sha256": event.facts_sha256,
        "template": event.template, "size": event.file_size,
    }  # fmt: skip


async def _bear(work: Work, form: Form[Any], command: IssueDocument, about: Filled, number: str) -> None:
    """One document that stands bears a number, also if two are issued at the same moment; and the file knows of each.

    Whoever puts the file away rests on these streams, so that no document is issued beside it meanwhile. Guarded by
    tests/service/penalty/test_archive.py.
    """
    bearer, case = await work.load(BEARER, f"{command.case_id}/{form.no}"), about.case
    if number:
        borne = NumberBorne(
            about=command.case_id, form=form.no, party_id=command.party_id, document_no=number, document_id=command.document_id
        )
        decided = documents.bear(bearer.state, borne, command.superseded)
    else:
        once = FormIssued(about=command.case_id, form=form.no, party_id=command.party_id, document_id=command.document_id)
        sole = form.no in SOLE
        decided = documents.issue_once(bearer.state, once, form.name, command.superseded) if sole else [once]
    work.append(bearer, decided, subject=case.subject, district=case.district, correlation_id=case.correlation_id)


def _require_open(work: Work, about: Filled, form: Form[Any]) -> None:
    """Nothing is added to the archive, but for what is made of it (Order 15 of 2015, article 65); nor by who keeps away."""
    rules = about.matter.rules[about.matter.on]
    require_not_kept_away(about.matter.state, work.actor.id, rules)
    _require_not_put_away(about.matter.state, form, rules)


def _require_not_put_away(state: CaseState, form: Form[Any], rules: Rules) -> None:
    rules.require(
        state.archived_on is None or form.no in AFTERWARDS, "archive-integrity", "archived-already", "案卷已归档",
        "the file is archived already",
    )  # fmt: skip


async def _of_open_file(work: Work, document_id: str) -> Loaded[DocumentState]:
    """A document to which something is added, in a file that is not put away, by nobody who keeps away from its case."""
    document = await work.existing(DOCUMENT, document_id)
    issued = documents.issued(document.state)
    case, rules = await fined_at_hand(work, issued.case_id)
    _require_not_put_away(case.state, FORMS[issued.form], rules)
    return document


async def _number(work: Work, form: Form[Any], command: IssueDocument, about: Filled) -> str:
    """The number that the step has taken; that of the document it supersedes; else the next of its series, if it has one."""
    if form.no in NUMBERS:
        return NUMBERS[form.no](about.matter)
    if form.zi is None:
        return ""
    if command.supersedes is not None:
        earlier = await work.existing(DOCUMENT, command.supersedes[0])
        return documents.require_same(earlier.state, form.no, command.case_id, command.party_id).document_no or ""
    series = numbers.Form(int(form.no), form.name, form.zi)
    if form.zi in numbers.BORROWED:
        return await leased_number(work, about.matter.state, series)
    return await next_number(work, about.matter.state, series)


async def _laid_out(work: Work, form: Form[Any], command: IssueDocument, facts: Any, number: str) -> Rendered:
    try:
        return await asyncio.to_thread(form.render, facts, number, work.at, command.pictures)
    except ValueError as error:
        raise incomplete(str(error)) from error


async def _event(
    work: Work, form: Form[Any], command: IssueDocument, about: Filled, number: str, rendered: Rendered, blobs: Blobs
) -> DocumentIssued:  # fmt: skip
    pictures = [
        Picture(signatory=name, sha256=await blobs.keep(picture_bytes(image))) for name, image in sorted(command.pictures.items())
    ]
    enterprise_id = about.matter.state.enterprise_id
    return DocumentIssued(
        document_id=command.document_id, form=form.no, name=form.name, template=rendered.template, document_no=number or None,
        case_id=command.case_id, party_id=command.party_id, enterprise_id=enterprise_id,
        owner=_owner(about), facts=canonical_json(about.facts).decode(),
        facts_sha256=rendered.facts_sha256, file_sha256=await blobs.keep(rendered.pdf), file_size=len(rendered.pdf),
        pictures=tuple(pictures), issued_on=day_of(work.at), laid_out_at=work.at, supersedes=command.superseded,
    )  # fmt: skip


def _owner(about: Filled) -> str:
    """For whom the facts are sealed: the natural person that the document is about, else the enterprise."""
    if "spot" in about.matter.told and (person := about.matter.told["spot"].state.decided.person) is not None:
        return str(person.person_id)
    return about.matter.state.enterprise_id if about.matter.party_id == UNIT else about.matter.party_id


async def sign(work: Work, document_id: str, command: Signing, data: bytes, blobs: Blobs) -> None:
    """Note that a document was signed; an electronic signature must be the one addition to the file as it stands.

    It is held against the state that the write set rests on: of two signatures put on one file at once, one is put on anew.
    """
    document = await _of_open_file(work, document_id)
    _require_place(document.state, command.signatory)
    events = documents.sign(document.state, command)
    if events and command.manner == "certificate":
        await require_signed(data, await blobs.read(documents.standing_file(document.state)))
    await blobs.keep(data)
    work.append(document, events)


async def refuse_signature(work: Work, document_id: str, signatory: str, reason: str, witness: str) -> None:
    """Note that somebody would not sign a document."""
    document = await _of_open_file(work, document_id)
    _require_place(document.state, signatory)
    work.append(document, documents.refuse_signature(document.state, signatory, reason, witness))


def _require_place(state: DocumentState, signatory: str) -> None:
    """Whoever signs, or would not, has a place in the form."""
    form = FORMS[documents.issued(state).form]
    if not form.takes(signatory):
        places = "、".join(form.signatories) or "无"
        zh, en = f"《{form.name}》没有 {signatory} 的签名位置，只有 {places}", f"the form has no place for {signatory}"
        raise Refused("signatory-unknown", zh, en, form=form.name, signatory=signatory, places=places)
