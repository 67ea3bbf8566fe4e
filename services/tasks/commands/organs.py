"""The organ that a command is about, as far as it is known here."""

from __future__ import annotations

from chassis.aggregates import Loaded
from chassis.domain import Refused, Unknown
from chassis.runner import Work
from services.tasks.domain import CAMPAIGN, CampaignState, Enterprise, Organ
from services.tasks.queries import known as queries


async def organ_of(work: Work, organ_id: str) -> Organ:
    """The organ with this id; Refused `organ-not-known` while its jurisdiction has not arrived."""
    organ = await queries.organ_of(work.read, organ_id)
    if organ is None:
        raise Refused("organ-not-known", f"执法主体 {organ_id} 尚未登记", "the organ has not arrived from the registry",
                      organ_id=organ_id)  # fmt: skip
    return organ


async def campaign_of(work: Work, campaign_id: str, organ: Organ) -> Loaded[CampaignState]:
    """A campaign that an organ takes part in: its city's, or that of the city above it; else Unknown.

    The campaign is the city's stream, so a district's people may not see it whole; what they do for it rests on it all the same.
    """
    campaign = await work.load(CAMPAIGN, campaign_id)
    if not campaign.exists or campaign.district not in (organ.district, organ.parent):
        raise Unknown(CAMPAIGN.name, campaign_id)
    return campaign


async def enterprise_of(work: Work, enterprise_id: str) -> Enterprise:
    """A registered enterprise; Refused `enterprise-not-known` while it has not arrived."""
    found = (await queries.enterprises_by_id(work.read, [enterprise_id])).get(enterprise_id)
    if found is None:
        raise Refused("enterprise-not-known", f"企业 {enterprise_id} 尚未登记", "not arrived from the registry yet",
                      enterprise_id=enterprise_id)  # fmt: skip
    return found
