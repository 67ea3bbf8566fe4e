"""Acts of investigation over HTTP: sampling, appraisal, questioning, examination."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.http import Body, Id, Sha256
from services.inspection.api.measuring import Articles, BegunBody, Instant, Officers, ReceiptBody, articles_of
from services.inspection.api.reading import Day, Line, Officer, Text, officers_of
from services.inspection.commands import records
from services.inspection.domain.measures.recording import Commission, Done, Examine, Question, Sample, Summon
from services.inspection.domain.measures.records import QuestionAnswered

router = APIRouter(prefix="/v1", tags=["inspection"])
Signed = Annotated[tuple[Id, ...], Field(max_length=20)]
Pages = Annotated[int, Field(ge=1, le=1000, strict=True)]
SignedPages = Annotated[int, Field(ge=0, le=1000, strict=True)]


class DoneBody(BegunBody):
    """An act of officers: who took part, which of them have signed, who of the other side has."""

    officers: Officers
    signed: Signed
    receipt: ReceiptBody

    def done(self) -> Done:
        """As the domain has it."""
        return Done(officers=officers_of(self.officers), signed=self.signed, receipt=self.receipt.told())


class SamplingBody(DoneBody):
    """Samples as they were taken."""

    place: Line
    purpose: Text
    samples: Articles

    def taken(self) -> Sample:
        """As the domain has it."""
        return Sample(place=self.place, purpose=self.purpose, samples=articles_of(self.samples), done=self.done())


class CommissionBody(BegunBody):
    """What an institute is asked to appraise, in which respect, by when."""

    institute: Line
    articles: Articles
    matter: Text
    due_on: Day
    of_measure: Id | None = None


class AppraisalAnswerBody(Body):
    """The institute's opinion; `evidence` is the hash of its file."""

    opinion: Text
    evidence: Sha256 | None = None


class SummonsBody(BegunBody):
    """Who is to come where and when, about what, with which papers."""

    person: Line
    matter: Text
    come_at: Instant
    come_to: Line
    bring: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    receipt: ReceiptBody


class DialogueBody(Body):
    """A question, and what was answered."""

    question: Text
    answer: Text


class QuestioningBody(DoneBody):
    """A questioning as it was written down; `nth` counts those of this person, `previous` is the one before."""

    nth: Annotated[int, Field(ge=1, le=100, strict=True)]
    previous: Id | None = None
    begun_at: Instant
    ended_at: Instant
    place: Line
    person: Line
    position: Line | None = None
    asked_by: Id
    recorded_by: Id
    told_rights: bool
    dialogue: Annotated[list[DialogueBody], Field(min_length=1, max_length=500)]
    pages: Pages
    pages_signed: SignedPages

    def asked(self) -> Question:
        """As the domain has it."""
        dialogue = tuple(QuestionAnswered(question=one.question, answer=one.answer) for one in self.dialogue)
        return Question(
            nth=self.nth, previous=self.previous, begun_at=self.begun_at, ended_at=self.ended_at, place=self.place,
            person=self.person, position=self.position, asked_by=self.asked_by, recorded_by=self.recorded_by,
            told_rights=self.told_rights, dialogue=dialogue, pages=self.pages, pages_signed=self.pages_signed, done=self.done(),
        )  # fmt: skip


class ExaminationBody(DoneBody):
    """An examination as it was written down; photographs and sketches by the hashes of their files."""

    begun_at: Instant
    ended_at: Instant
    place: Line
    weather: Line | None = None
    party: Line | None = None
    invited: Line | None = None
    recorded_by: Id
    found: Text
    photos: Annotated[tuple[Sha256, ...], Field(max_length=200)] = ()

    def examined(self) -> Examine:
        """As the domain has it."""
        return Examine(
            begun_at=self.begun_at, ended_at=self.ended_at, place=self.place, weather=self.weather, party=self.party,
            invited=self.invited, recorded_by=self.recorded_by, found=self.found, photos=self.photos, done=self.done(),
        )  # fmt: skip


class OfficerSignatureBody(Body):
    """Which officer signs: whoever sends it."""

    officer_id: Id


@router.post("/samplings", status_code=201)
async def sample(body: SamplingBody, command: Officer) -> Response:
    """Record samples; the answer holds the number of the voucher."""
    return await command.run(records.sample, body.measure_id, body.inspection_id, body.taken(), status=201)


@router.post("/appraisal-commissions", status_code=201)
async def commission_appraisal(body: CommissionBody, command: Officer) -> Response:
    """Ask an institute to appraise things; the answer holds the document number."""
    asked = Commission(
        institute=body.institute, articles=articles_of(body.articles), matter=body.matter, due_on=body.due_on,
        of_measure=body.of_measure,
    )  # fmt: skip
    return await command.run(records.commission, body.measure_id, body.inspection_id, asked, status=201)


@router.post("/appraisal-commissions/{measure_id}/answers", status_code=201)
async def receive_appraisal(measure_id: Id, body: AppraisalAnswerBody, command: Officer) -> Response:
    """Note the institute's opinion."""
    return await command.run(records.receive_appraisal, measure_id, body.opinion, body.evidence, status=201)


@router.post("/questioning-notices", status_code=201)
async def summon(body: SummonsBody, command: Officer) -> Response:
    """Tell somebody to come and be questioned; the answer holds the document number."""
    told = Summon(
        person=body.person, matter=body.matter, come_at=body.come_at, come_to=body.come_to, bring=body.bring,
        receipt=body.receipt.told(),
    )  # fmt: skip
    return await command.run(records.summon, body.measure_id, body.inspection_id, told, status=201)


@router.post("/questionings", status_code=201)
async def question(body: QuestioningBody, command: Officer) -> Response:
    """Record a questioning."""
    return await command.run(records.question, body.measure_id, body.inspection_id, body.asked(), status=201)


@router.post("/examinations", status_code=201)
async def examine(body: ExaminationBody, command: Officer) -> Response:
    """Record the examination of a site; the answer holds the document number."""
    return await command.run(records.examine, body.measure_id, body.inspection_id, body.examined(), status=201)


@router.post("/records/{measure_id}/signatures", status_code=201)
async def sign(measure_id: Id, body: OfficerSignatureBody, command: Officer) -> Response:
    """Sign, as an officer who took part: each signs for oneself."""
    return await command.run(records.sign, measure_id, body.officer_id, status=201)
