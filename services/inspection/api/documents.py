"""Documents over HTTP: issued, read, fetched as files; signatures that came later."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints

from chassis.auth import Principal
from chassis.domain import Unknown
from chassis.http import Body, Id, Paged, Seen, answer_json, listed
from chassis.moments import Moment, aggregate
from chassis.paperwork import (
    PAPER,
    Files,
    PictureBody,
    RefusalBody,
    Signatory,
    SignatureBody,
    SupersedesBody,
    images_of,
    paper,
    scan_of,
)
from services.inspection import queries
from services.inspection.api import answers
from services.inspection.api.reading import (
    LISTED_FOR_PARTIES,
    Line,
    Officer,
    PartyReader,
    Text,
    asked_of_party,
    facts_of,
    own_of,
)
from services.inspection.api.reads import Giving
from services.inspection.commands import documents as commands
from services.inspection.commands.filling import IssueDocument
from services.inspection.documents import FORMS
from services.inspection.domain.document import DOCUMENT, DocumentState, Signing, issued

router = APIRouter(prefix="/v1", tags=["inspection"])
FormNo = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$|^2025-[1-7]$")]


class RemediesBody(Body):
    """Before which organs and court an act can be fought; the periods are the rulebook's."""

    reconsideration: Annotated[tuple[Line, ...], Field(min_length=1, max_length=5)]
    court: Line


class WordingBody(Body):
    """How a hazard is worded in the document."""

    hazard_id: Id
    text: Text


class DocumentBody(Body):
    """A form to be issued: 02, 03, 05, 06 and 40 are made of what was recorded, others are filled in, `basis` by codes of rules.

    With `measure_id` it bears the number that the measure took, and 04 and 07 to 23 are made of the measure.
    """

    document_id: Id
    form: FormNo
    inspection_id: Id
    order_id: Id | None = None
    measure_id: Id | None = None
    facts: dict[str, Any] = Field(default_factory=dict, max_length=60)
    wording: Annotated[tuple[WordingBody, ...], Field(max_length=200)] = ()
    remedies: RemediesBody | None = None
    pictures: Annotated[tuple[PictureBody, ...], Field(max_length=20)] = ()
    supersedes: SupersedesBody | None = None


INTERNAL = frozenset({"02", "07", "19", "21", "43", "47", "48", "2025-1"})
"""Forms that stay in the organ: plans (also of visits that nobody is told of), approvals, files."""
ELSEWHERE = frozenset({"12", "14", "23"})
"""Forms that are addressed to others, a supplier or an institute: the enterprise reads them from when they were served."""


@router.post("/documents", status_code=201)
async def issue(body: DocumentBody, command: Officer, blobs: Files) -> Response:
    """Issue a document: it is numbered, laid out, kept, and stays as it is."""
    remedies = (body.remedies.reconsideration, body.remedies.court) if body.remedies is not None else None
    wish = IssueDocument(
        document_id=body.document_id, form=body.form, inspection_id=body.inspection_id, order_id=body.order_id,
        measure_id=body.measure_id,
        facts=body.facts, wording={one.hazard_id: one.text for one in body.wording}, remedies=remedies,
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


@router.get("/documents", dependencies=LISTED_FOR_PARTIES, responses=answers.told(answers.Page[answers.DocumentRow]))
async def list_documents(
    request: Request, principal: PartyReader, db: Seen, asked: Paged, state: Literal["issued", "superseded"] | None = None,
    district: Id | None = None, inspection_id: Id | None = None, enterprise_id: Id | None = None,
) -> Response:  # fmt: skip
    """Documents by the day on which they were issued; an enterprise is shown those that are meant for it."""
    wanted = asked_of_party(principal, asked, state, district, enterprise_id, inspection_id)
    rows = await queries.documents(db, wanted, sorted(INTERNAL), sorted(ELSEWHERE))
    return listed(request, asked, rows, lambda row: [row["issued_on"], row["document_id"]])


@router.get("/documents/{document_id}", responses=answers.told(answers.DocumentAnswer))
async def get_document(
    request: Request, document_id: Id, principal: PartyReader, as_of: Moment, giving: Giving
) -> Response:  # fmt: skip
    """A document: its facts as they were, its hashes, who signed it, what took its place. That it is read is recorded.

    `missing_signatures`: who must still sign it, or say that they will not; `complete`: it stands, and nobody is missing.
    """
    loaded = await aggregate(request, principal, DOCUMENT, document_id, as_of)
    _own(principal, loaded.state)
    await giving.give(principal, loaded, issued(loaded.state), "facts")
    state, facts = loaded.state, await _facts(request, loaded.state)
    missing = FORMS[issued(state).form].missing(facts if isinstance(facts, dict) else {}, state.signatories)
    view = {
        **facts_of(state.issued), "facts": facts,
        "state": "superseded" if state.superseded else "issued", "superseded_by": state.superseded,
        "signed": [state.signed[key] for key in sorted(state.signed)],
        "services": [state.services[key] for key in sorted(state.services)], "effective_on": state.effective_on,
        "returned": [state.returned[key] for key in sorted(state.returned)],
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
    """An enterprise reads its own documents only, and of those only what is meant for it, or was served on somebody else."""
    own, document = own_of(principal), issued(state)
    hidden = document.form in INTERNAL or (document.form in ELSEWHERE and not state.services)
    if own is not None and (own != document.enterprise_id or hidden):
        raise Unknown(DOCUMENT.name, issued(state).document_id)


@router.get("/documents/{document_id}/file", response_class=Response, responses=PAPER)
async def get_file(
    request: Request, document_id: Id, principal: PartyReader, blobs: Files, giving: Giving, signed: Signatory | None = None
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
    await giving.give(principal, loaded, issued(loaded.state), "file" if signed is None else "signature", sha256)
    return paper(document_id, data)
