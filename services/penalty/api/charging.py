"""Evidence, the closing of the investigation with its charges, legal review and discussion, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.http import Body, Id, Sha256
from services.penalty import domain
from services.penalty.api.reading import Approver, Code, Due, Line, Officer, Party, Reviewer, Text
from services.penalty.commands import charging

router = APIRouter(prefix="/v1", tags=["cases"])


class Evidence(Body):
    """证据."""

    kind: domain.EvidenceKind
    title: Line
    officers: Annotated[list[Id], Field(max_length=20)]
    sha256: Sha256


class ChargeBody(Body):
    """One act's provision, branch and fine; what it is a share of (`base`) the provision says, so that is not read."""

    item_code: Code
    law: Code
    law_version: Code
    article: Code
    paragraph: Annotated[int, Field(ge=1, le=20)] | None = None
    item: Code | None = None
    phase: domain.Phase
    subject: domain.Subject
    amount_fen: Due
    reason: Text
    party_id: Party = domain.UNIT
    kinds: Annotated[tuple[Code, ...], Field(max_length=10)] = ()
    confiscate_fen: Due = 0
    metric: Annotated[int, Field(ge=0, le=100_000, strict=True)] | None = None
    mitigation: Code | None = None
    base: Code | None = None
    base_fen: Due | None = None
    base_evidence: Sha256 | None = None


class InvestigationClosing(Body):
    """案件处理呈批."""

    charges: Annotated[tuple[ChargeBody, ...], Field(max_length=100)] = ()
    opinion: Text
    outcome: domain.Outcome = "penalise"
    review_grounds: Annotated[tuple[Code, ...], Field(max_length=10)] = ()
    discussion_grounds: Annotated[tuple[Code, ...], Field(max_length=10)] = ()
    concurrences: Annotated[tuple[tuple[Code, ...], ...], Field(max_length=50)] = ()


class LegalReview(Body):
    """法制审核."""

    passed: bool
    opinion: Text


class OpinionBody(Body):
    """What one of the heads said."""

    member_id: Id
    name: Line
    opinion: Text


class DiscussionBody(Body):
    """集体讨论."""

    members: Annotated[list[OpinionBody], Field(max_length=50)]
    conclusion: domain.Conclusion
    note: Text


@router.post("/cases/{case_id}/evidence", status_code=201)
async def record_evidence(case_id: str, body: Evidence, command: Officer) -> Response:
    """Put evidence into the file."""
    evidence = domain.RecordEvidence(kind=body.kind, title=body.title, officer_ids=tuple(body.officers), sha256=body.sha256)
    return await command.run(charging.record_evidence, case_id, evidence, status=201)


@router.post("/cases/{case_id}/investigation-closings", status_code=201)
async def close_investigation(case_id: str, body: InvestigationClosing, command: Officer) -> Response:
    """Close the investigation with charges."""
    charges = tuple(domain.Charge(**charge.model_dump()) for charge in body.charges)
    closing = domain.CloseInvestigation(
        charges=charges, opinion=body.opinion, review_grounds=body.review_grounds, outcome=body.outcome,
        discussion_grounds=body.discussion_grounds, concurrences=body.concurrences,
    )  # fmt: skip
    return await command.run(charging.close_investigation, case_id, closing, status=201)


@router.post("/cases/{case_id}/legal-reviews", status_code=201)
async def review_case(case_id: str, body: LegalReview, command: Reviewer) -> Response:
    """Pass or return the case."""
    review = domain.ReviewCase(passed=body.passed, opinion=body.opinion)
    return await command.run(charging.review_case, case_id, review, status=201)


@router.post("/cases/{case_id}/discussions", status_code=201)
async def discuss_case(case_id: str, body: DiscussionBody, command: Approver) -> Response:
    """Record what the heads said of the case."""
    members = tuple(domain.Opinion(**member.model_dump()) for member in body.members)
    discussion = domain.DiscussCase(members=members, conclusion=body.conclusion, note=body.note)
    return await command.run(charging.discuss_case, case_id, discussion, status=201)
