"""Evidence registered and kept beforehand, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.http import Body, Id
from services.inspection.api.measuring import HandedOverBody, ListedBody, MeasureAnswerBody, articles_of
from services.inspection.api.reading import Approver, Officer, Text, officers_of
from services.inspection.commands import keepings
from services.inspection.domain.measures.keeping import CarryOut, Fate, KeptArticle, RequestKeeping

router = APIRouter(prefix="/v1/keepings", tags=["inspection"])


class KeptArticleBody(Body):
    """What becomes of one article; `follow_up` is the measure or referral that goes on with it."""

    article_id: Id
    fate: Fate
    follow_up: Id | None = None
    note: Text | None = None


class KeepingDecisionBody(Body):
    """What becomes of articles."""

    decisions: Annotated[list[KeptArticleBody], Field(min_length=1, max_length=500)]


@router.post("", status_code=201)
async def request_keeping(body: ListedBody, command: Officer) -> Response:
    """Ask the head of the organ that evidence be kept; the answer holds the number of the request."""
    asked = RequestKeeping(
        grounds=body.grounds, articles=articles_of(body.articles), officers=officers_of(body.officers), records=body.records
    )
    return await command.run(keepings.request, body.measure_id, body.inspection_id, asked, status=201)


@router.post("/{measure_id}/approvals", status_code=201)
async def answer_keeping(measure_id: Id, body: MeasureAnswerBody, command: Approver) -> Response:
    """Approve it, or not; never by one of its officers."""
    return await command.run(keepings.answer, measure_id, body.agreed, body.opinion, status=201)


@router.post("/{measure_id}/executions", status_code=201)
async def carry_out_keeping(measure_id: Id, body: HandedOverBody, command: Officer) -> Response:
    """Carry it out as approved; the answer holds the number of the notice."""
    done = CarryOut(
        articles=articles_of(body.articles), officers=officers_of(body.officers), receipt=body.receipt.told()
    )  # fmt: skip
    return await command.run(keepings.carry_out, measure_id, done, status=201)


@router.post("/{measure_id}/decisions", status_code=201)
async def decide_keeping(measure_id: Id, body: KeepingDecisionBody, command: Approver) -> Response:
    """Decide what becomes of articles, in time; the answer holds the number of the decision."""
    decisions = tuple(KeptArticle(**decision.model_dump()) for decision in body.decisions)
    return await command.run(keepings.decide, measure_id, decisions, status=201)
