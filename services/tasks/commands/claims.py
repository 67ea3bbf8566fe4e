"""The claim behind a task of a campaign: taken with the task, given up when it is cancelled."""

from __future__ import annotations

from chassis.runner import Work
from services.tasks.commands.tasks import matter_of
from services.tasks.domain import GenerateTask
from services.tasks.domain.claim import CLAIM, ClaimEnterprise, claim_enterprise, claim_key, release_claim


async def claim(work: Work, campaign_id: str, task: GenerateTask) -> None:
    """The task's organ enforces at its enterprise in this campaign, and no other."""
    held = await work.load(CLAIM, claim_key(campaign_id, task.enterprise_id))
    command = ClaimEnterprise(
        campaign_id=campaign_id, enterprise_id=task.enterprise_id, organ_id=task.organ_id, organ=task.organ, level=task.level
    )
    work.append(
        held, claim_enterprise(held.state, command), subject=task.enterprise_id, district=task.district,
        correlation_id=matter_of(task.task_id),
    )  # fmt: skip


async def release(work: Work, campaign_id: str, enterprise_id: str, organ_id: str, reason: str, district: str) -> None:
    """The organ no longer enforces there; nothing if it did not."""
    held = await work.load(CLAIM, claim_key(campaign_id, enterprise_id))
    work.append(held, release_claim(held.state, organ_id, reason), district=district)
