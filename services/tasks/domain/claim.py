"""The claim (执法主体占用): exactly one body enforces at an enterprise in a campaign, whatever tasks the campaign has there."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.domain import Event, Refused, Stream, beside_its_matter, event
from services.tasks.domain.task import Level


@event("casetrail.tasks.enterprise-claimed.v1", title="确定执法主体", summary="专项行动 {campaign_id} 中该企业由{organ}执法")
class EnterpriseClaimed(Event):
    """In this campaign this organ, and no other, enforces at the enterprise."""

    campaign_id: str
    enterprise_id: str
    organ_id: str
    organ: str
    level: Level


@event(
    "casetrail.tasks.claim-released.v1",
    title="释放执法主体",
    summary="专项行动 {campaign_id} 中该企业不再由 {organ_id} 执法：{reason}",
)
class ClaimReleased(Event):
    """The organ gave the enterprise up in this campaign; another may take it."""

    campaign_id: str
    enterprise_id: str
    organ_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimState:
    """Who enforces; `organ_id` is None while nobody does."""

    campaign_id: str = ""
    enterprise_id: str = ""
    organ_id: str | None = None
    organ: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEnterprise:
    """An organ takes an enterprise in a campaign."""

    campaign_id: str
    enterprise_id: str
    organ_id: str
    organ: str
    level: Level


def evolve_claim(state: ClaimState, event: Event) -> ClaimState:
    """The claim after an event."""
    match event:
        case EnterpriseClaimed():
            return ClaimState(
                campaign_id=event.campaign_id, enterprise_id=event.enterprise_id, organ_id=event.organ_id, organ=event.organ
            )
        case ClaimReleased():
            return ClaimState(campaign_id=event.campaign_id, enterprise_id=event.enterprise_id)
        case _:
            return state


CLAIM = Stream("claim", ClaimState(), evolve_claim, held_in=beside_its_matter)


def claim_key(campaign_id: str, enterprise_id: str) -> str:
    """The key of the claim's stream: campaign ids and enterprise ids hold no dot."""
    return f"{campaign_id}.{enterprise_id}"


def claim_enterprise(state: ClaimState, command: ClaimEnterprise) -> list[Event]:
    """Take an enterprise. Nothing if the organ holds it; Refused `enforced-by-another-organ`.

    Source: 安监总政法〔2017〕150号 (levels neither overlap nor leave gaps); 一家企业对应一个层级的执法主体.
    """
    if state.organ_id == command.organ_id:
        return []
    if state.organ_id is not None:
        raise Refused("enforced-by-another-organ", f"该企业在本次行动中由{state.organ}执法", "another organ enforces there",
                      organ_id=state.organ_id)  # fmt: skip
    return [
        EnterpriseClaimed(
            campaign_id=command.campaign_id, enterprise_id=command.enterprise_id, organ_id=command.organ_id,
            organ=command.organ, level=command.level,
        )
    ]  # fmt: skip


def release_claim(state: ClaimState, organ_id: str, reason: str) -> list[Event]:
    """Give an enterprise up. Nothing if the organ does not hold it."""
    if state.organ_id is None or state.organ_id != organ_id:
        return []
    return [ClaimReleased(campaign_id=state.campaign_id, enterprise_id=state.enterprise_id, organ_id=organ_id, reason=reason)]
