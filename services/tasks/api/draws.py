"""Draws over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, Literal, Self

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, model_validator

from chassis.eventstore import load
from chassis.http import Body, Db, Id, Paged, Seen, Sha256, answer_json
from chassis.invalid import not_as_meant
from chassis.moments import Moment, aggregate
from chassis.offers import NO_STEPS, offered
from services.tasks import domain
from services.tasks.api import answers
from services.tasks.api.offers import of_draw
from services.tasks.api.reading import LISTED, Count, Day, Manager, Reader, a_page
from services.tasks.commands import draws as commands
from services.tasks.domain import DRAW
from services.tasks.domain.draw import Purpose
from services.tasks.domain.drawfile import as_file
from services.tasks.queries.lists import DRAWS

router = APIRouter(prefix="/v1", tags=["tasks"])


class PickBody(Body):
    """`task_id`, `planned_on` (and `expert_ids`) where officers are drawn; `due_on` (and `district`) where enterprises are."""

    count: Count
    task_id: Id | None = None
    planned_on: Day | None = None
    expert_ids: tuple[Id, ...] = Field(default=(), max_length=20)
    district: Id | None = None
    due_on: Day | None = None


class DrawBody(Body):
    """The commitment to a draw: who or what is drawn, and the SHA-256 (hex) of a seed text that stays secret until revealed."""

    draw_id: Id
    purpose: Purpose
    organ_id: Id
    campaign_id: Id | None = None
    seed_sha256: Sha256
    picks: tuple[PickBody, ...] = Field(min_length=1, max_length=1000)

    @model_validator(mode="after")
    def _picks_fit_the_purpose(self) -> Self:
        officers = self.purpose == "officers"
        for pick in self.picks:
            given = {name for name, value in pick if value not in (None, ())} - {"count"}
            wanted, allowed = ({"task_id", "planned_on"}, {"expert_ids"}) if officers else ({"due_on"}, {"district"})
            if not wanted <= given <= wanted | allowed:
                must, may = ", ".join(sorted(wanted)), ", ".join(sorted(allowed))
                zh, en = f"每项须有 {must}，可有 {may}", f"a pick of {self.purpose} has {must}, may have {may}"
                raise not_as_meant(zh, en)
        return self


class RevealBody(Body):
    """The seed text that was committed to."""

    seed: str = Field(min_length=16, max_length=200)


@router.post("/draws", status_code=201)
async def commit_draw(body: DrawBody, command: Manager) -> Response:
    """Commit to a draw: the pool is fixed now, the seed is revealed later."""
    picks = tuple(domain.Pick(**pick.model_dump()) for pick in body.picks)
    asked = domain.CommitDraw(**{**body.model_dump(), "picks": picks})
    return await command.run(commands.commit_draw, asked, status=201)


@router.post("/draws/{draw_id}/reveals", status_code=201)
async def reveal_draw(draw_id: Id, body: RevealBody, command: Manager) -> Response:
    """Reveal the seed: officers are assigned to their tasks, or tasks generated for the enterprises drawn."""
    return await command.run(commands.reveal_draw, draw_id, body.seed, status=201)


@router.get("/draws", dependencies=LISTED, responses=answers.told(answers.Page[answers.DrawRow]))
async def list_draws(
    request: Request, principal: Reader, asked: Paged, db: Seen, district: Id | None = None, organ_id: Id | None = None,
    campaign_id: Id | None = None, plan_id: Id | None = None, purpose: Purpose | None = None,
    state: Literal["committed", "revealed"] | None = None,
    since: Annotated[Day | None, Query(description="committed to on this day or later")] = None,
    until: Annotated[Day | None, Query(description="committed to on this day or before")] = None,
) -> Response:  # fmt: skip
    """Draws by the day on which they were committed to, with the titles of their campaign and plan."""
    wanted = {
        "district": district, "organ_id": organ_id, "campaign_id": campaign_id, "plan_id": plan_id, "purpose": purpose,
        "state": state,
    }  # fmt: skip
    return await a_page(request, principal, db, asked, DRAWS, wanted, (since, until))


@router.get("/draws/{draw_id}", responses=answers.told(answers.DrawAnswer))
async def get_draw(draw_id: Id, request: Request, principal: Reader, as_of: Moment) -> Response:
    """A draw with everything that is needed to repeat it, and whether it may be revealed now."""
    draw = await aggregate(request, principal, DRAW, draw_id, as_of)
    steps = NO_STEPS
    if as_of is None:
        steps = await offered(request, principal, partial(of_draw, draw.state), draw.state.commitment.organ_id)
    return answer_json({**asdict(draw.state), "version": draw.version, **steps}, version=draw.version)


@router.get("/draws/{draw_id}/file")
async def get_draw_file(draw_id: Id, request: Request, principal: Reader, db: Db, as_of: Moment) -> Response:
    """The draw as a file that `casetrail draw verify` repeats without the platform: its events as they are stored."""
    draw = await aggregate(request, principal, DRAW, draw_id, as_of)
    stored = await load(db, draw.stream_id, upto=draw.version)
    events = [
        {
            "type": one.envelope.type, "event_id": str(one.envelope.event_id), "version": one.envelope.version,
            "recorded_at": one.envelope.recorded_at.isoformat(), "data": orjson.loads(one.data),
        }
        for one in stored
    ]  # fmt: skip
    answer = answer_json(as_file(events), version=draw.version)
    answer.headers["Content-Disposition"] = f'attachment; filename="draw-{draw_id}.json"'
    return answer
