"""The visit over HTTP: approved, on site, answered, advised, concluded; read from its own events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints, model_validator

from chassis.domain import Unknown
from chassis.http import Body, Id, Paged, Seen, Sha256, answer_json, listed
from chassis.invalid import not_as_meant
from chassis.moments import Moment, aggregate, related_together
from chassis.offers import NO_STEPS
from services.inspection import queries
from services.inspection.api import answers
from services.inspection.api.hazards import hazard_view
from services.inspection.api.measure_offers import of_visit
from services.inspection.api.offers import offered
from services.inspection.api.reading import (
    LISTED_FOR_TEAMS,
    Adviser,
    ItemCode,
    Line,
    Officer,
    OfficerBody,
    TeamReader,
    Text,
    asked_of,
    expert_of,
    facts_of,
    officers_of,
)
from services.inspection.commands import visits
from services.inspection.domain import events, presence
from services.inspection.domain.answering import Answered, Finding, id_of
from services.inspection.domain.hazard import HAZARD, HazardState
from services.inspection.domain.inspection import INSPECTION, Advice, CheckIn, Conclusion, InspectionState

router = APIRouter(prefix="/v1", tags=["inspection"])
AnswerId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{1,63}$")]
Told = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{1,39}$")]


class CheckInBody(Body):
    """Who is on site, where, who received them; the scanned code of the site, the recorder, the place in 1e-7 degrees."""

    officers: Annotated[list[OfficerBody], Field(min_length=1, max_length=20)]
    experts: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    place: Line
    representative: Line
    site_code: Line | None = None
    no_code_reason: Line | None = None
    recorder: Line | None = None
    latitude_e7: Annotated[int, Field(ge=-900_000_000, le=900_000_000)] | None = None
    longitude_e7: Annotated[int, Field(ge=-1_800_000_000, le=1_800_000_000)] | None = None


class HazardBody(Body):
    """A hazard, under an id that the sender made."""

    hazard_id: Id
    severity: events.Severity
    fact: Text
    place: Line
    equipment_id: Id | None = None
    photos: Annotated[tuple[Sha256, ...], Field(max_length=50)] = ()
    immediate_measure: Text | None = None


class AnswerBody(Body):
    """The answer to one item; `replaces` are the answers that it takes the place of, all of which its author has seen.

    `note` says why an item is not applicable or was not checked; `reason` why the answers that it replaces do not stand.
    """

    item_code: ItemCode
    answer: events.Answer
    note: Text | None = None
    hazards: Annotated[tuple[HazardBody, ...], Field(max_length=50)] = ()
    answer_id: Id | None = None
    replaces: Annotated[tuple[AnswerId, ...], Field(max_length=50)] = ()
    reason: Text | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        """What takes the place of others is called by an id of its own."""
        if self.replaces and self.answer_id is None:
            zh, en = "取代其他回答的回答须有 answer_id", "an answer that replaces others needs an answer_id"
            raise not_as_meant(zh, en)
        return self


class AnswersBody(Body):
    """Answers to some items."""

    answers: Annotated[list[AnswerBody], Field(min_length=1, max_length=200)]


class AdviceBody(Body):
    """What an expert advises, about an item or the whole visit; photos are evidence that was taken for it, by their hash."""

    expert_id: Id
    advice: Text
    advice_id: Id | None = None
    item_code: ItemCode | None = None
    photos: Annotated[tuple[Sha256, ...], Field(max_length=50)] = ()


class ConclusionBody(Body):
    """Who signed the record; or why the signature was refused, and who saw it. `covers`: its answers (none said: all)."""

    signed_by: Line | None = None
    refused_reason: Line | None = None
    witness: Line | None = None
    covers: Annotated[tuple[AnswerId, ...], Field(max_length=2000)] | None = None


class AttendeeBody(Body):
    """Somebody of the enterprise who was there, or why nobody was."""

    part: presence.Part
    name: Line | None = None
    absent_reason: Line | None = None


class MeetingBody(Body):
    """The opening or the closing meeting."""

    meeting_id: Id
    meeting: presence.Meeting
    attendees: Annotated[list[AttendeeBody], Field(min_length=1, max_length=30)]
    told: Annotated[tuple[Told, ...], Field(max_length=20)] = ()
    recusal_requested: bool = False
    note: Text | None = None


class StatementBody(Body):
    """What somebody of the enterprise states."""

    statement_id: Id
    part: presence.Part
    name: Line
    statement: Text


@router.post("/inspections/{inspection_id}/check-ins", status_code=201)
async def check_in(inspection_id: Id, body: CheckInBody, command: Officer) -> Response:
    """Check in on site."""
    return await command.run(visits.check_in, inspection_id, arrival_of(body), status=201)


@router.post("/inspections/{inspection_id}/answers", status_code=201)
async def answer(inspection_id: Id, body: AnswersBody, command: Officer) -> Response:
    """Answer items."""
    return await command.run(visits.answer, inspection_id, [answered_of(each) for each in body.answers], status=201)


@router.post("/inspections/{inspection_id}/advice", status_code=201)
async def advise(inspection_id: Id, body: AdviceBody, command: Adviser) -> Response:
    """Record an expert's advice; an expert tells his own, of a visit that he is named for."""
    return await command.run(visits.advise, inspection_id, advice_of(body), status=201)


@router.post("/inspections/{inspection_id}/conclusions", status_code=201)
async def conclude(inspection_id: Id, body: ConclusionBody, command: Officer) -> Response:
    """Close the record."""
    return await command.run(visits.conclude, inspection_id, conclusion_of(body), status=201)


@router.post("/inspections/{inspection_id}/meetings", status_code=201)
async def hold_meeting(inspection_id: Id, body: MeetingBody, command: Officer) -> Response:
    """Record the opening or the closing meeting."""
    return await command.run(visits.hold_meeting, inspection_id, meeting_of(body, command.occurred_at), status=201)


@router.post("/inspections/{inspection_id}/statements", status_code=201)
async def state_something(inspection_id: Id, body: StatementBody, command: Officer) -> Response:
    """Record what the enterprise states."""
    return await command.run(visits.state_something, inspection_id, statement_of(body, command.occurred_at), status=201)


def arrival_of(body: CheckInBody) -> CheckIn:
    """A check-in as it is decided on."""
    return CheckIn(
        officers_of(body.officers), body.experts, body.place, body.representative, body.site_code, body.no_code_reason,
        body.recorder, body.latitude_e7, body.longitude_e7,
    )  # fmt: skip


def answered_of(body: AnswerBody) -> Answered:
    """An answer as it is decided on."""
    hazards = tuple(
        Finding(
            each.hazard_id, each.severity, each.fact, each.place, each.equipment_id, each.photos, each.immediate_measure
        )
        for each in body.hazards
    )  # fmt: skip
    return Answered(body.item_code, body.answer, body.note, hazards, body.answer_id, body.replaces, body.reason)


def advice_of(body: AdviceBody, advice_id: str | None = None) -> Advice:
    """Advice as it is decided on, under an id of the body's or else this one."""
    return Advice(body.expert_id, body.advice, body.advice_id or advice_id, body.item_code, body.photos)


def conclusion_of(body: ConclusionBody) -> Conclusion:
    """A conclusion as it is decided on."""
    return Conclusion(body.signed_by, body.refused_reason, body.witness, body.covers)


def meeting_of(body: MeetingBody, at: datetime) -> presence.HoldMeeting:
    """A meeting as it is decided on."""
    return presence.HoldMeeting(
        meeting_id=body.meeting_id, meeting=body.meeting, held_at=at, told=body.told, note=body.note,
        recusal_requested=body.recusal_requested,
        attendees=tuple(
            presence.Attendee(part=each.part, name=each.name, absent_reason=each.absent_reason) for each in body.attendees
        ),
    )  # fmt: skip


def statement_of(body: StatementBody, at: datetime) -> presence.MakeStatement:
    """A statement as it is decided on."""
    return presence.MakeStatement(
        statement_id=body.statement_id, part=body.part, name=body.name, statement=body.statement, made_at=at
    )


InspectionStage = Literal["prepared", "approved", "checked-in", "concluded", "called-off"]


@router.get("/inspections", dependencies=LISTED_FOR_TEAMS, responses=answers.told(answers.Page[answers.InspectionRow]))
async def list_inspections(
    request: Request, principal: TeamReader, db: Seen, asked: Paged, state: InspectionStage | None = None,
    district: Id | None = None,
) -> Response:  # fmt: skip
    """Inspections by planned day; an expert is shown those that he is named for."""
    wanted, expert = asked_of(principal, asked, state, district), expert_of(principal)
    if expert is None:
        rows = await queries.page(db, queries.INSPECTIONS, wanted)
    else:
        rows = await queries.page(db, queries.INSPECTIONS_OF_EXPERT, wanted, expert)
    return listed(request, asked, rows, lambda row: [row["planned_on"], row["inspection_id"]])


@router.get("/inspections/{inspection_id}", responses=answers.told(answers.InspectionAnswer))
async def get_inspection(request: Request, inspection_id: Id, principal: TeamReader, as_of: Moment) -> Response:
    """An inspection from its own events: plan, items with answers, hazards, conclusion; and what may be done now.

    An expert is shown what he is named for, as of any moment.
    """
    loaded = await aggregate(request, principal, INSPECTION, inspection_id, as_of)
    if (expert := expert_of(principal)) is not None:
        now = loaded if as_of is None else await aggregate(request, principal, INSPECTION, inspection_id, None)
        if not now.state.takes_along(expert):
            raise Unknown(INSPECTION.name, inspection_id)
    named = [(HAZARD, hazard_id) for hazard_id in loaded.state.hazards]
    states = [hazard.state for hazard in await related_together(request, named, as_of, loaded)]
    steps = NO_STEPS
    if as_of is None and loaded.state.plan is not None:
        making = partial(of_visit, inspection_id, states, expert)
        steps = await offered(request, principal, making, loaded.state.plan.organ_id)
    view = {**inspection_view(loaded.state, states), "district": loaded.district, "version": loaded.version, **steps}
    return answer_json(view, version=loaded.version)


def inspection_view(state: InspectionState, found: Iterable[HazardState]) -> dict[str, Any]:
    """An inspection as an answer, with its hazards."""
    return {**_inspection(state), "hazards": [hazard_view(one) for one in found]}


def _inspection(state: InspectionState) -> dict[str, Any]:
    live, disputed, unsigned = state.live, state.disputed, state.unsigned
    items = [
        {
            "code": item.code, "title": item.title, "key_item_code": item.key_item_code, "is_major_hazard": item.is_major_hazard,
            "answer": answers[0].answer if answers else None, "note": answers[0].note if answers else None,
            "hazards": answers[0].hazards if answers else (), "disputed": item.code in disputed,
            "signed": state.conclusion is not None and item.code not in unsigned,
            "answers": [_answer(each) for each in answers],
        }
        for item in state.items.values()
        for answers in [live.get(item.code, ())]
    ]  # fmt: skip
    return {
        **facts_of(state.plan), "items": items, "state": state.stage, "mode": state.mode, "draft": state.draft,
        "review": state.review, "notice": state.notice, "check_in": state.check_in, "meetings": _in_order(state.meetings),
        "statements": _in_order(state.statements), "advice": state.advice, "conclusion": state.conclusion,
        "disputed": sorted(disputed), "unsigned": sorted(unsigned),
    }  # fmt: skip


def _answer(event: events.ItemAnswered) -> dict[str, Any]:
    return {
        "answer_id": id_of(event), "answer": event.answer, "note": event.note, "hazards": event.hazards,
        "replaces": event.replaces, "reason": event.reason, "answered_by": event.answered_by, "answered_at": event.answered_at,
    }  # fmt: skip


def _in_order(told: Mapping[str, Any]) -> list[Any]:
    return [told[key] for key in sorted(told)]
