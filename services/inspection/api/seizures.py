"""Sealing and seizure over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.http import Body, Id
from services.inspection.api.measuring import HandedOverBody, Lifter, ListedBody, MeasureAnswerBody, ReceiptBody, articles_of
from services.inspection.api.reading import Approver, Day, Line, Officer, Text, officers_of
from services.inspection.commands import seizures
from services.inspection.domain.measures.seizure import RequestSeizure, Seize
from services.inspection.domain.measures.seizure_events import Fate, Mode, SeizedArticle

router = APIRouter(prefix="/v1", tags=["inspection"])


class SeizureBody(ListedBody):
    """What officers ask to seal or seize."""

    mode: Mode

    def asked(self) -> RequestSeizure:
        """As the domain has it."""
        return RequestSeizure(
            mode=self.mode, grounds=self.grounds, articles=articles_of(self.articles), officers=officers_of(self.officers),
            records=self.records,
        )  # fmt: skip


class EmergencySeizureBody(SeizureBody):
    """What was sealed or seized at once, and who took the decision and the list."""

    receipt: ReceiptBody


class SeizureReportBody(Body):
    """What was done, and why it could not wait."""

    report: Text


class SeizureExtensionBody(Body):
    """Until when it goes on, and why."""

    until: Day
    reason: Text


class AppraisalBody(Body):
    """What is tested or appraised, and until when that is to take, as the party is told."""

    appraisal: Line
    expected_until: Day


class AppraisalEndBody(Body):
    """What came of it."""

    result: Text


class SeizedArticleBody(Body):
    """What becomes of one article; `follow_up` is the referral or case that goes on with it."""

    article_id: Id
    fate: Fate
    follow_up: Id | None = None
    note: Text | None = None


class SeizureDecisionBody(Body):
    """What becomes of articles."""

    decisions: Annotated[list[SeizedArticleBody], Field(min_length=1, max_length=500)]


class SeizureLiftingBody(Body):
    """Why it is lifted, and who took back what was held."""

    reason: Text
    receipt: ReceiptBody


@router.post("/seizures", status_code=201)
async def request_seizure(body: SeizureBody, command: Officer) -> Response:
    """Ask the head of the organ to seal or seize; the answer holds the number of the request."""
    return await command.run(seizures.request, body.measure_id, body.inspection_id, body.asked(), status=201)


@router.post("/emergency-seizures", status_code=201)
async def take_in_emergency(body: EmergencySeizureBody, command: Officer) -> Response:
    """Seal or seize at once; the answer holds the document number, and by when it is to be approved."""
    taken = (body.measure_id, body.inspection_id, body.asked(), body.receipt.told())
    return await command.run(seizures.take_in_emergency, *taken, status=201)


@router.post("/seizures/{measure_id}/reports", status_code=201)
async def report_seizure(measure_id: Id, body: SeizureReportBody, command: Officer) -> Response:
    """Report what was taken in an emergency, and ask that it be approved; the answer holds the number of the request."""
    return await command.run(seizures.report, measure_id, body.report, status=201)


@router.post("/seizures/{measure_id}/approvals", status_code=201)
async def answer_seizure(measure_id: Id, body: MeasureAnswerBody, command: Approver) -> Response:
    """Approve it, or not: before it is carried out, or in time afterwards what was taken in an emergency."""
    return await command.run(seizures.answer, measure_id, body.agreed, body.opinion, status=201)


@router.post("/seizures/{measure_id}/executions", status_code=201)
async def carry_out_seizure(measure_id: Id, body: HandedOverBody, command: Officer) -> Response:
    """Carry it out as approved; the answer holds the document number."""
    done = Seize(articles=articles_of(body.articles), officers=officers_of(body.officers), receipt=body.receipt.told())
    return await command.run(seizures.carry_out, measure_id, done, status=201)


@router.post("/seizures/{measure_id}/extensions", status_code=201)
async def extend_seizure(measure_id: Id, body: SeizureExtensionBody, command: Approver) -> Response:
    """Extend it, once; the answer holds the document number."""
    return await command.run(seizures.extend, measure_id, body.until, body.reason, status=201)


@router.post("/seizures/{measure_id}/appraisals", status_code=201)
async def begin_appraisal(measure_id: Id, body: AppraisalBody, command: Officer) -> Response:
    """Send something to be tested or appraised: the clock stands still."""
    return await command.run(seizures.begin_appraisal, measure_id, body.appraisal, body.expected_until, status=201)


@router.post("/seizures/{measure_id}/appraisal-ends", status_code=201)
async def end_appraisal(measure_id: Id, body: AppraisalEndBody, command: Officer) -> Response:
    """The appraisal is over: the clock runs again, as many days longer."""
    return await command.run(seizures.end_appraisal, measure_id, body.result, status=201)


@router.post("/seizures/{measure_id}/decisions", status_code=201)
async def decide_seizure(measure_id: Id, body: SeizureDecisionBody, command: Approver) -> Response:
    """Decide what becomes of articles, in time; the answer holds the document number."""
    decisions = tuple(SeizedArticle(**decision.model_dump()) for decision in body.decisions)
    return await command.run(seizures.decide, measure_id, decisions, status=201)


@router.post("/seizures/{measure_id}/liftings", status_code=201)
async def lift_seizure(measure_id: Id, body: SeizureLiftingBody, command: Lifter) -> Response:
    """Give back everything that is still held."""
    return await command.run(seizures.lift, measure_id, body.reason, body.receipt.told(), status=201)
