"""Use cases of a campaign's other work: implementation plans, demonstration visits, expert guidance."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from chassis.domain import Refused
from chassis.runner import Work
from services.tasks.commands.organs import campaign_of, enterprise_of, organ_of
from services.tasks.domain import demonstration, guidance, implementation
from services.tasks.domain.demonstration import DEMONSTRATION, Observer, PlanDemonstration
from services.tasks.domain.guidance import GUIDANCE, ArrangeGuidance, ReportGuidance
from services.tasks.domain.implementation import IMPLEMENTATION, DraftImplementation, implementation_key
from services.tasks.queries import known as queries


async def draft_implementation(work: Work, campaign_id: str, command: DraftImplementation) -> None:
    """Draft the next version of the plan of the actor's district."""
    organ = await organ_of(work, work.context.organ)
    plan = await work.load(IMPLEMENTATION, implementation_key(campaign_id, organ.district))
    campaign = await campaign_of(work, campaign_id, organ)
    events = implementation.draft_implementation(plan.state, campaign.state, organ, command, work.actor.id)
    work.append(plan, events, district=organ.district)


async def approve_implementation(work: Work, campaign_id: str, district: str) -> None:
    """Approve the version that waits."""
    plan = await work.existing(IMPLEMENTATION, implementation_key(campaign_id, district))
    work.append(plan, implementation.approve_implementation(plan.state, work.actor.id))


async def return_implementation(work: Work, campaign_id: str, district: str, reason: str) -> None:
    """Return the version that waits."""
    plan = await work.existing(IMPLEMENTATION, implementation_key(campaign_id, district))
    work.append(plan, implementation.return_implementation(plan.state, reason))


async def plan_demonstration(work: Work, command: PlanDemonstration) -> None:
    """Plan a demonstration visit of the actor's organ."""
    visit = await work.load(DEMONSTRATION, command.demonstration_id)
    organ = await organ_of(work, work.context.organ)
    await campaign_of(work, command.campaign_id, organ)
    enterprise = await enterprise_of(work, command.enterprise_id)
    events = demonstration.plan_demonstration(visit.state, enterprise, organ, command, work.at)
    work.append(visit, events, subject=enterprise.enterprise_id, district=enterprise.district)


async def name_observers(work: Work, demonstration_id: str, officer_ids: Collection[str]) -> None:
    """Name officers who come to watch; their districts are the registry's."""
    visit = await work.existing(DEMONSTRATION, demonstration_id)
    districts = await officer_districts(work, officer_ids)
    observers = [Observer(officer_id=one, district=district) for one, district in sorted(districts.items())]
    work.append(visit, demonstration.name_observers(visit.state, observers))


async def hold_demonstration(work: Work, demonstration_id: str, held_on: date, present: Collection[str], lessons: str) -> None:
    """Record that the visit took place."""
    visit = await work.existing(DEMONSTRATION, demonstration_id)
    work.append(visit, demonstration.hold_demonstration(visit.state, held_on, present, lessons))


async def cancel_demonstration(work: Work, demonstration_id: str, reason: str) -> None:
    """Call the visit off."""
    visit = await work.existing(DEMONSTRATION, demonstration_id)
    work.append(visit, demonstration.cancel_demonstration(visit.state, reason))


async def arrange_guidance(work: Work, command: ArrangeGuidance) -> None:
    """Send experts to an enterprise."""
    visit = await work.load(GUIDANCE, command.guidance_id)
    organ = await organ_of(work, work.context.organ)
    await campaign_of(work, command.campaign_id, organ)
    enterprise = await enterprise_of(work, command.enterprise_id)
    known = frozenset(await queries.experts_by_id(work.read, command.expert_ids))
    events = guidance.arrange_guidance(visit.state, enterprise, organ, known, command)
    work.append(visit, events, subject=enterprise.enterprise_id, district=enterprise.district)


async def report_guidance(work: Work, guidance_id: str, command: ReportGuidance) -> None:
    """Report what the experts found."""
    visit = await work.existing(GUIDANCE, guidance_id)
    work.append(visit, guidance.report_guidance(visit.state, command, work.actor.role, work.actor.id, work.at))


async def cancel_guidance(work: Work, guidance_id: str, reason: str) -> None:
    """Call the visit off."""
    visit = await work.existing(GUIDANCE, guidance_id)
    work.append(visit, guidance.cancel_guidance(visit.state, reason))


async def officer_districts(work: Work, officer_ids: Collection[str]) -> dict[str, str]:
    """The districts of these officers; Refused `officer-not-known` if one has not arrived."""
    districts = await queries.officer_districts(work.read, officer_ids)
    if missing := sorted(set(officer_ids) - districts.keys()):
        raise Refused(
            "officer-not-known", "执法人员尚未登记", "officers that have not arrived from the registry", officers=missing
        )
    return districts
