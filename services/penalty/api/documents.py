"""Documents of cases over HTTP: issued, read, fetched as files; signatures that came later."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, StringConstraints

from chassis.auth import Principal, reader
from chassis.domain import Unknown
from chassis.http import Body, Id, Paged, Seen, answer_json, listed
from chassis.moments import Moment, aggregate
from chassis.paperwork import (
    PAPER,
    Files,
    Line,
    PictureBody,
    RefusalBody,
    Signatory,
    SignatureBody,
    SupersedesBody,
    Text,
    images_of,
    paper,
    scan_of,
)
from services.penalty import domain, queries
from services.penalty.api.reading import LISTED, READERS, Code, Officer, Party, Reader
from services.penalty.api.reads import Giving
from services.penalty.commands import documents as commands
from services.penalty.commands.filling import IssueDocument
from services.penalty.documents import FORMS
from services.penalty.domain.document import DOCUMENT, DocumentState, Signing, issued

router = APIRouter(prefix="/v1", tags=["documents"])
FormNo = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
DocumentReader = Annotated[Principal, Depends(reader(*READERS, "enterprise"))]
EXTERNAL = frozenset(
    {"24", "25", "26", "27", "28", "32", "33", "34", "35", "36", "37", "39", "40", "41"}
)  # fmt: skip
"""Forms that are made for the party; the others stay in the organ, or go to a court or another authority."""


class RemediesBody(Body):
    """Before which organs and court a decision can be fought; the periods are the rulebook's."""

    reconsideration: Annotated[tuple[Line, ...], Field(min_length=1, max_length=5)]
    """The organs before which reconsideration can be asked for."""
    court: Line
    """The court before which the party can go."""


class WordingBody(Body):
    """How the act of an item is worded in the document."""

    item_code: Code
    """The act of which item."""
    text: Text
    """How it is worded in the document; the fact itself stays as it was recorded."""


class DocumentBody(Body):
    """A form of a case to be issued: made of what was recorded, under the number that its step took."""

    document_id: Id
    """The id of the document, made by the sender."""
    form: FormNo
    """The number of the form, in two digits, as `24`."""
    case_id: Id
    """The case, or the penalty on the spot."""
    party_id: Party = domain.UNIT
    """Towards which party; of no meaning for forms of the whole case."""
    facts: dict[str, Any] = Field(default_factory=dict, max_length=60)
    """What no event tells, by the names of the form; what the record tells is not taken (`fact-not-editable`)."""
    wording: Annotated[tuple[WordingBody, ...], Field(max_length=200)] = ()
    """How acts are worded, each item once."""
    remedies: RemediesBody | None = None
    """Of forms that tell of remedies: before whom; the periods are the rulebook's."""
    pictures: Annotated[tuple[PictureBody, ...], Field(max_length=20)] = ()
    """Signatures and seals in the document."""
    supersedes: SupersedesBody | None = None
    """Which document it takes the place of, and why."""


@router.post("/documents", status_code=201)
async def issue(body: DocumentBody, command: Officer, blobs: Files) -> Response:
    """Issue a document: it is numbered, laid out, kept, and stays as it is."""
    wish = IssueDocument(
        document_id=body.document_id, form=body.form, case_id=body.case_id, party_id=body.party_id, facts=body.facts,
        wording={one.item_code: one.text for one in body.wording},
        remedies=(body.remedies.reconsideration, body.remedies.court) if body.remedies is not None else None,
        pictures=images_of(body.pictures),
        supersedes=(body.supersedes.document_id, body.supersedes.reason) if body.supersedes is not None else None,
    )  # fmt: skip
    return await command.run(commands.issue, wish, blobs, status=201)


@router.post("/documents/{document_id}/signatures", status_code=201)
async def sign(document_id: Id, body: SignatureBody, command: Officer, blobs: Files) -> Response:
    """Note that a document was signed; an electronic signature must be an addition to the very file that was issued."""
    data = await scan_of(body)
    signing = Signing(
        signatory=body.signatory, name=body.name, manner=body.manner, file_sha256=hashlib.sha256(data).hexdigest(),
        file_size=len(data),
    )  # fmt: skip
    return await command.run(commands.sign, document_id, signing, data, blobs, status=201)


@router.post("/documents/{document_id}/signature-refusals", status_code=201)
async def refuse_signature(document_id: Id, body: RefusalBody, command: Officer) -> Response:
    """Note that somebody would not sign."""
    return await command.run(commands.refuse_signature, document_id, body.signatory, body.reason, body.witness, status=201)


@router.get("/documents", dependencies=LISTED)
async def list_documents(
    request: Request, principal: Reader, db: Seen, asked: Paged, state: Literal["issued", "superseded"] | None = None,
    district: Id | None = None, case_id: Id | None = None, form: FormNo | None = None,
) -> Response:  # fmt: skip
    """Documents by the day on which they were issued, such as those of a case."""
    if district is not None:
        principal.require_district(district)
    wanted = queries.DocumentFilter(state=state, district=district, case_id=case_id, form=form)
    rows = await queries.documents(db, wanted, asked.after_day, asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["issued_on"], row["document_id"]])


@router.get("/documents/{document_id}")
async def get_document(
    request: Request, document_id: Id, principal: DocumentReader, as_of: Moment, giving: Giving
) -> Response:  # fmt: skip
    """A document: its facts as they were, its hashes, who signed it, what took its place. That it is read is recorded.

    `missing_signatures`: who must still sign it, or say that they will not; `complete`: it stands, and nobody is missing.
    """
    loaded = await aggregate(request, principal, DOCUMENT, document_id, as_of)
    _own(principal, loaded.state)
    await giving.give(principal, loaded, "facts")
    state, facts = loaded.state, await _facts(request, loaded.state)
    missing = FORMS[issued(state).form].missing(facts if isinstance(facts, dict) else {}, state.signatories)
    view = {
        **asdict(issued(state)), "facts": facts,
        "state": "superseded" if state.superseded else "issued", "superseded_by": state.superseded,
        "signed": [state.signed[key] for key in sorted(state.signed)],
        "signatures_refused": [state.refused[key] for key in sorted(state.refused)],
        "missing_signatures": missing, "complete": not missing and state.superseded is None, "district": loaded.district,
        "version": loaded.version,
    }  # fmt: skip
    return answer_json(view, version=loaded.version)


async def _facts(request: Request, state: DocumentState) -> Any:
    """The facts in plain; as text where they were erased."""
    [facts] = await request.app.state.vault.plain(issued(state).facts)
    return orjson.loads(facts) if facts.startswith("{") else facts


def _own(principal: Principal, state: DocumentState) -> None:
    """An enterprise reads its own documents only, of those what is meant for it, and nothing about a natural person."""
    is_staff = not principal.roles.isdisjoint(READERS)
    document = issued(state)
    if not is_staff and not (principal.enterprise_id == document.owner and document.form in EXTERNAL):
        raise Unknown(DOCUMENT.name, document.document_id)


@router.get("/documents/{document_id}/file", response_class=Response, responses=PAPER)
async def get_file(
    request: Request, document_id: Id, principal: DocumentReader, blobs: Files, giving: Giving, signed: Signatory | None = None
) -> Response:
    """The file as it was issued, byte for byte; `signed`: what shows this signatory's signature. That it is read is recorded."""
    loaded = await aggregate(request, principal, DOCUMENT, document_id, None)
    _own(principal, loaded.state)
    sha256 = issued(loaded.state).file_sha256
    if signed is not None:
        if signed not in loaded.state.signed:
            raise Unknown("signature", signed)
        sha256 = loaded.state.signed[signed].file_sha256
    data = await blobs.read(sha256)
    await giving.give(principal, loaded, "file" if signed is None else "signature", sha256)
    return paper(document_id, data)
