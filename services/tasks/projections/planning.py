"""Own events to the lists of plans and campaigns, and of who enforces where."""

from __future__ import annotations

from typing import Any

from chassis.domain import Event, day_of
from chassis.envelope import Sequenced
from chassis.projector import Batch, Projection
from services.tasks.domain import CampaignApportioned, CampaignOpened, PlanApproved, PlanDrafted
from services.tasks.domain.campaign import CampaignClosed
from services.tasks.domain.claim import ClaimReleased, EnterpriseClaimed, claim_key
from services.tasks.domain.plan import PlanAmended, PlanAmendmentProposed, PlanAmendmentRejected, PlanFiled

PlanEvent = PlanDrafted | PlanApproved | PlanFiled | PlanAmendmentProposed | PlanAmended | PlanAmendmentRejected
CampaignEvent = CampaignOpened | CampaignApportioned | CampaignClosed
ClaimEvent = EnterpriseClaimed | ClaimReleased


async def project_planning(batch: Batch) -> None:
    """Keep a row per plan, campaign and claim."""
    events = [(sequenced, batch.event(sequenced)) for sequenced in batch.events]
    plans = await batch.rows("plan_list", [event.plan_id for _, event in events if isinstance(event, PlanEvent)])
    campaigns = await batch.rows("campaign_list", [e.campaign_id for _, e in events if isinstance(e, CampaignEvent)])
    claims = await batch.rows("claim_list", [_claim_id(e) for _, e in events if isinstance(e, ClaimEvent)])
    for sequenced, event in events:
        version = sequenced.envelope.version
        match event:
            case PlanDrafted():
                plans.put(event.plan_id, {**_plan(sequenced, event), "version": version})
            case CampaignOpened():
                campaigns.put(event.campaign_id, {**_campaign(sequenced, event), "version": version})
            case EnterpriseClaimed():
                claims.put(_claim_id(event), _claim(sequenced, event))
            case ClaimReleased():
                claims.patch(_claim_id(event), organ_id=None)
            case CampaignApportioned() | CampaignClosed():
                campaigns.patch(event.campaign_id, version=version, **_campaign_changes(event))
            case PlanApproved() | PlanFiled() | PlanAmendmentProposed() | PlanAmended() | PlanAmendmentRejected():
                plans.patch(event.plan_id, version=version, **_plan_changes(event))


def _plan(sequenced: Sequenced, event: PlanDrafted) -> dict[str, Any]:
    return {
        "plan_id": event.plan_id, "district": sequenced.envelope.district, "organ_id": event.organ_id, "organ": event.organ,
        "title": event.title, "begins_on": f"{event.year:04}-01-01", "state": "drafted", "revision": 1,
        "planned_inspections": event.planned_inspections, "amendment_pending": False,
    }  # fmt: skip


def _plan_changes(event: Event) -> dict[str, Any]:
    match event:
        case PlanApproved():
            return {"state": "approved"}
        case PlanFiled():
            return {"state": "filed"}
        case PlanAmendmentProposed():
            return {"amendment_pending": True}
        case PlanAmended():
            return {
                "amendment_pending": False, "state": "approved", "revision": event.revision,
                "planned_inspections": event.planned_inspections,
            }  # fmt: skip
        case _:
            return {"amendment_pending": False}


def _campaign(sequenced: Sequenced, event: CampaignOpened) -> dict[str, Any]:
    return {
        "campaign_id": event.campaign_id, "district": sequenced.envelope.district, "plan_id": event.plan_id,
        "title": event.title, "starts_on": event.starts_on.isoformat(), "ends_on": event.ends_on.isoformat(),
        "state": "opened", "closed_on": None,
    }  # fmt: skip


def _campaign_changes(event: CampaignApportioned | CampaignClosed) -> dict[str, Any]:
    if isinstance(event, CampaignClosed):
        return {"state": "closed", "closed_on": event.closed_on.isoformat()}
    return {"state": "apportioned"}


def _claim_id(event: ClaimEvent) -> str:
    return claim_key(event.campaign_id, event.enterprise_id)


def _claim(sequenced: Sequenced, event: EnterpriseClaimed) -> dict[str, Any]:
    return {
        "claim_id": _claim_id(event), "district": sequenced.envelope.district, "campaign_id": event.campaign_id,
        "enterprise_id": event.enterprise_id, "organ_id": event.organ_id, "level": event.level,
        "claimed_on": day_of(sequenced.envelope.occurred_at).isoformat(),
    }  # fmt: skip


PROJECTIONS = (Projection("planning", version=1, project=project_planning, tables=("plan_list", "campaign_list", "claim_list")),)
