"""Own events to the list of draws."""

from __future__ import annotations

from typing import Any

from chassis.domain import day_of
from chassis.envelope import Sequenced
from chassis.projector import Batch, Projection, Rows
from services.tasks.domain import CampaignOpened, DrawCommitted, DrawRevealed, PlanDrafted

Matter = PlanDrafted | CampaignOpened
NOTHING: dict[str, Any] = {"title": None, "plan_id": None, "plan_title": None}


async def project_draws(batch: Batch) -> None:
    """Keep a row per draw, with the titles of its campaign and plan; who was drawn, the draw itself tells."""
    found = [(one, event) for one in batch.events if isinstance(event := batch.event(one), Matter | DrawCommitted | DrawRevealed)]
    draws = await batch.rows("draw_list", [e.draw_id for _, e in found if isinstance(e, DrawCommitted | DrawRevealed)])
    matters = await batch.rows("draw_matters", [key for _, event in found for key in _matters_of(event)])
    for sequenced, event in found:
        match event:
            case PlanDrafted():
                _keep(matters, sequenced, _plan(event.plan_id), event.plan_id, event.title, event.title)
            case CampaignOpened():
                plan = matters.get(_plan(event.plan_id)) or NOTHING
                _keep(matters, sequenced, _campaign(event.campaign_id), event.plan_id, event.title, plan["title"])
            case DrawCommitted():
                campaign = None if event.campaign_id is None else matters.get(_campaign(event.campaign_id))
                draws.put(event.draw_id, _committed(sequenced, event, campaign or NOTHING))
            case DrawRevealed():
                draws.patch(
                    event.draw_id, state="revealed", revealed_on=day_of(sequenced.envelope.occurred_at).isoformat(),
                    drawn=sum(len(one.drawn) for one in event.results), unassigned=len(event.unassigned),
                    version=sequenced.envelope.version,
                )  # fmt: skip


def _plan(plan_id: str) -> str:
    return f"plan:{plan_id}"


def _campaign(campaign_id: str) -> str:
    return f"campaign:{campaign_id}"


def _matters_of(event: Matter | DrawCommitted | DrawRevealed) -> list[str]:
    match event:
        case PlanDrafted():
            return [_plan(event.plan_id)]
        case CampaignOpened():
            return [_campaign(event.campaign_id), _plan(event.plan_id)]
        case DrawCommitted():
            return [_campaign(event.campaign_id)] if event.campaign_id is not None else []
        case _:
            return []


def _keep(matters: Rows, sequenced: Sequenced, key: str, plan_id: str, title: str, plan_title: str | None) -> None:
    district = sequenced.envelope.district
    matters.put(key, {"matter_id": key, "district": district, "title": title, "plan_id": plan_id, "plan_title": plan_title})


def _committed(sequenced: Sequenced, event: DrawCommitted, campaign: dict[str, Any]) -> dict[str, Any]:
    envelope = sequenced.envelope
    return {
        "draw_id": event.draw_id, "district": envelope.district, "organ_id": event.organ_id, "campaign_id": event.campaign_id,
        "campaign_title": campaign["title"], "plan_id": campaign["plan_id"], "plan_title": campaign["plan_title"],
        "purpose": event.purpose, "committed_on": day_of(envelope.occurred_at).isoformat(), "revealed_on": None,
        "state": "committed", "pool": len(event.pool), "picks": len(event.picks), "drawn": 0, "unassigned": 0,
        "version": envelope.version,
    }  # fmt: skip


PROJECTIONS = (Projection("draws", version=1, project=project_draws, tables=("draw_list", "draw_matters")),)
