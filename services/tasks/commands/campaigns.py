"""Use cases of campaigns: opened, apportioned, enlarged, closed."""

from __future__ import annotations

from typing import Any

from chassis.domain import day_of
from chassis.runner import Work
from services.tasks import domain
from services.tasks.commands.claims import claim
from services.tasks.commands.organs import enterprise_of, organ_of
from services.tasks.commands.tasks import generate_task
from services.tasks.domain import CAMPAIGN, PLAN, Apportion, Assignment, CampaignState, Enterprise, GenerateTask
from services.tasks.domain.campaign import CampaignEnterpriseAdded, DistrictCoverage, OpenCampaign
from services.tasks.domain.campaign import add_enterprise as add
from services.tasks.domain.campaign import close_campaign as close
from services.tasks.domain.task import Level
from services.tasks.queries import known as queries
from services.tasks.queries.tasklist import coverage_of


async def open_campaign(work: Work, command: OpenCampaign) -> None:
    """Open a campaign of an approved plan, under the rules of its first day."""
    campaign = await work.load(CAMPAIGN, command.campaign_id)
    plan = await work.existing(PLAN, command.plan_id)
    organ = await organ_of(work, plan.state.organ_id)
    rules = domain.rules_on(await queries.rulebooks(work.read), command.starts_on)
    work.rulebook = rules.name
    work.append(
        campaign, domain.open_campaign(campaign.state, plan.state, organ, rules, command, work.at),
        district=plan.district, correlation_id=plan.correlation_id,
    )  # fmt: skip


async def apportion(work: Work, campaign_id: str, command: Apportion) -> dict[str, Any]:
    """Give every enterprise its enforcing body and generate all tasks of the campaign, in one write set."""
    campaign = await work.existing(CAMPAIGN, campaign_id)
    register = await queries.register_of(work.read, campaign.state.sectors, str(campaign.district))
    decided = domain.apportion(campaign.state, command, register)
    done = work.append(campaign, decided)
    by_id = {enterprise.enterprise_id: enterprise for enterprise in register}
    assignments = [a for event in decided if isinstance(event, domain.CampaignApportioned) for a in event.assignments]
    for assignment in assignments:
        await _take_on(work, campaign.state, assignment, by_id[assignment.enterprise_id])
    return {"tasks": len(assignments), "districts": list(done.state.districts)}


async def _take_on(work: Work, campaign: CampaignState, assignment: Assignment, enterprise: Enterprise) -> None:
    command = _campaign_task(campaign, assignment, enterprise)
    await claim(work, campaign.campaign_id, command)
    await generate_task(work, command)


async def add_enterprise(work: Work, campaign_id: str, enterprise_id: str, level: Level, reason: str) -> dict[str, Any]:
    """Give one more enterprise its enforcing body and a task; refused if another body enforces there already."""
    campaign = await work.existing(CAMPAIGN, campaign_id)
    enterprise = await enterprise_of(work, enterprise_id)
    decided = add(campaign.state, enterprise, level, reason)
    work.append(campaign, decided)
    [assignment] = [event.assignment for event in decided if isinstance(event, CampaignEnterpriseAdded)]
    await _take_on(work, campaign.state, assignment, enterprise)
    return {"task_id": assignment.task_id, "organ_id": assignment.organ_id}


async def close_campaign(work: Work, campaign_id: str, conclusion: str) -> None:
    """Close a campaign with how far its tasks have come, as the list of tasks says."""
    campaign = await work.existing(CAMPAIGN, campaign_id)
    coverage = [DistrictCoverage(**row) for row in await coverage_of(work.read, campaign_id)]
    work.append(campaign, close(campaign.state, day_of(work.at), conclusion, coverage))


def _campaign_task(campaign: CampaignState, assignment: Assignment, enterprise: Enterprise) -> GenerateTask:
    own = enterprise.own.organ if enterprise.own else ""
    return GenerateTask(
        task_id=assignment.task_id, kind="campaign", campaign_id=campaign.campaign_id, draw_id=None,
        enterprise_id=enterprise.enterprise_id, enterprise_name=enterprise.name, uscc=enterprise.uscc,
        district=enterprise.district, sector=enterprise.sector_among(campaign.sectors) or enterprise.sector,
        level=assignment.level, organ_id=assignment.organ_id,
        organ=campaign.city_organ if assignment.level == "city" else own, due_on=campaign.ends_on,
    )  # fmt: skip
