"""Campaigns over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from chassis.http import Body, Id, Paged, Seen, answer_json
from chassis.moments import Moment, aggregate
from chassis.offers import NO_STEPS, offered
from services.tasks import domain
from services.tasks.api import answers
from services.tasks.api.offers import of_campaign
from services.tasks.api.reading import (
    LISTED,
    Day,
    Manager,
    ManagerGuarded,
    Reader,
    Reason,
    Sectors,
    Text,
    Title,
    a_page,
)
from services.tasks.commands import campaigns as commands
from services.tasks.domain import CAMPAIGN
from services.tasks.domain.campaign import OwnShare
from services.tasks.queries import tasklist as queries
from services.tasks.queries.lists import CAMPAIGNS, CLAIMS

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}$")]

router = APIRouter(prefix="/v1", tags=["tasks"])


class OwnShareBody(Body):
    """A district whose part for the city differs from the rulebook's."""

    district: Id
    numerator: int = Field(ge=0, le=1000)
    denominator: int = Field(ge=1, le=1000)


class CampaignBody(Body):
    """A campaign of an approved plan, both days included; `items` are item codes, none for all that apply."""

    campaign_id: Id
    plan_id: Id
    title: Title
    sectors: Sectors
    starts_on: Day
    ends_on: Day
    items: tuple[Code, ...] = Field(default=(), max_length=500)
    own_shares: tuple[OwnShareBody, ...] = Field(default=(), max_length=200)


class AddedBody(Body):
    """An enterprise, who enforces there, and why it comes in now."""

    enterprise_id: Id
    level: Literal["city", "district"]
    reason: Reason


class ClosingBody(Body):
    """What the campaign came to, in words."""

    conclusion: Text


class ApportionmentBody(Body):
    """The seed of the order, and how many enterprises the campaign must cover."""

    seed: str = Field(min_length=1, max_length=200)
    expected_enterprises: int = Field(ge=1, le=1_000_000)


@router.post("/campaigns", status_code=201)
async def open_campaign(body: CampaignBody, command: Manager) -> Response:
    """Open a campaign of an approved plan."""
    given = body.model_dump()
    shares = tuple(OwnShare(**share) for share in given.pop("own_shares"))
    return await command.run(commands.open_campaign, domain.OpenCampaign(**given, own_shares=shares), status=201)


@router.get("/campaigns", dependencies=LISTED, responses=answers.told(answers.Page[answers.CampaignRow]))
async def list_campaigns(
    request: Request, principal: Reader, asked: Paged, db: Seen,
    state: Literal["opened", "apportioned", "closed"] | None = None,
) -> Response:  # fmt: skip
    """Campaigns by their first day."""
    return await a_page(request, principal, db, asked, CAMPAIGNS, {"state": state})


@router.post("/campaigns/{campaign_id}/apportionments", status_code=201)
async def apportion(campaign_id: Id, body: ApportionmentBody, command: Manager) -> Response:
    """Give every enterprise its enforcing body and generate the campaign's tasks."""
    return await command.run(commands.apportion, campaign_id, domain.Apportion(**body.model_dump()), status=201)


@router.post("/campaigns/{campaign_id}/enterprises", status_code=201)
async def add_enterprise(campaign_id: Id, body: AddedBody, command: Manager) -> Response:
    """Give an enterprise that the apportionment did not cover its enforcing body, and a task."""
    return await command.run(commands.add_enterprise, campaign_id, body.enterprise_id, body.level, body.reason, status=201)


@router.get("/campaigns/{campaign_id}/enterprises", dependencies=LISTED, responses=answers.told(answers.Page[answers.ClaimRow]))
async def list_enterprises(
    campaign_id: Id, request: Request, principal: Reader, asked: Paged, db: Seen, organ_id: Id | None = None,
    enterprise_id: Id | None = None, level: Literal["city", "district"] | None = None,
) -> Response:  # fmt: skip
    """Who enforces where in a campaign: one organ per enterprise."""
    wanted = {"campaign_id": campaign_id, "organ_id": organ_id, "enterprise_id": enterprise_id, "level": level}
    return await a_page(request, principal, db, asked, CLAIMS, wanted)


@router.post("/campaigns/{campaign_id}/closings", status_code=201)
async def close_campaign(campaign_id: Id, body: ClosingBody, command: ManagerGuarded) -> Response:
    """Close a campaign; how far it came is kept with its closing, and stays visible as it goes on."""
    return await command.run(commands.close_campaign, campaign_id, body.conclusion, status=201)


@router.get("/campaigns/{campaign_id}", dependencies=LISTED, responses=answers.told(answers.CampaignAnswer))
async def get_campaign(campaign_id: Id, request: Request, principal: Reader, db: Seen, as_of: Moment) -> Response:
    """A campaign, how far each district is with its tasks, and what may be done now."""
    campaign = await aggregate(request, principal, CAMPAIGN, campaign_id, as_of)
    coverage = await queries.coverage_of(db.fetch, campaign_id) if as_of is None else []  # a read model, which has no past
    steps = NO_STEPS
    if as_of is None:
        steps = await offered(request, principal, partial(of_campaign, campaign.state), campaign.state.city_organ_id)
    view = {**asdict(campaign.state), "coverage": coverage, "version": campaign.version, **steps}
    return answer_json(view, version=campaign.version)
