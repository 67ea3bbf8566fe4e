"""Evidence, the closing of the investigation with its charges, and the legal review, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.http import Body, Id, Sha256
from services.penalty import domain
from services.penalty.api.reading import Code, Fen, Line, Officer, Reviewer, Text
from services.penalty.commands import charging

router = APIRouter(prefix="/v1", tags=["cases"])


class Evidence(Body):
    """证据."""

    kind: domain.EvidenceKind
    title: Line
    officers: Annotated[list[Id], Field(max_length=20)]
    sha256: Sha256


class ChargeBody(Body):
    """One act's provision, branch and fine."""

    item_code: Code
    law: Code
    law_version: Code
    article: Code
    paragraph: Annotated[int, Field(ge=1, le=20)] | None = None
    item: Code | None = None
    phase: domain.Phase
    subject: domain.Subject
    amount_fen: Fen
    reason: Text


class InvestigationClosing(Body):
    """案件处理呈批."""

    charges: Annotated[list[ChargeBody], Field(max_length=100)]
    opinion: Text
    review_grounds: Annotated[tuple[Code, ...], Field(max_length=10)] = ()


class LegalReview(Body):
    """法制审核."""

    passed: bool
    opinion: Text


@router.post("/cases/{case_id}/evidence", status_code=201)
async def record_evidence(case_id: str, body: Evidence, command: Officer) -> Response:
    """Put evidence into the file."""
    evidence = domain.RecordEvidence(kind=body.kind, title=body.title, officer_ids=tuple(body.officers), sha256=body.sha256)
    return await command.run(charging.record_evidence, case_id, evidence, status=201)


@router.post("/cases/{case_id}/investigation-closings", status_code=201)
async def close_investigation(case_id: str, body: InvestigationClosing, command: Officer) -> Response:
    """Close the investigation with charges."""
    charges = tuple(domain.Charge(**charge.model_dump()) for charge in body.charges)
    closing = domain.CloseInvestigation(charges=charges, opinion=body.opinion, review_grounds=body.review_grounds)
    return await command.run(charging.close_investigation, case_id, closing, status=201)


@router.post("/cases/{case_id}/legal-reviews", status_code=201)
async def review_case(case_id: str, body: LegalReview, command: Reviewer) -> Response:
    """Pass or return the case."""
    review = domain.ReviewCase(passed=body.passed, opinion=body.opinion)
    return await command.run(charging.review_case, case_id, review, status=201)
