"""What may be done next with a plan, a campaign, a draw and a task: their own commands, tried with what a form would hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from chassis.domain import day_of
from chassis.offers import NEW, Offer, Question
from chassis.runner import Work
from services.tasks import domain
from services.tasks.commands import campaigns, permits, plans, tasklife
from services.tasks.domain import CAMPAIGN, DRAW, TASK
from services.tasks.domain.approval import APPROVAL, SOURCE, RequestApproval, decide_approval
from services.tasks.domain.campaign import CampaignState, OpenCampaign, add_enterprise
from services.tasks.domain.caps import inspection_rules_on
from services.tasks.domain.draw import DrawState
from services.tasks.domain.knowledge import Enterprise, Rules, cited
from services.tasks.domain.plan import PlanState
from services.tasks.domain.planning import AmendPlan
from services.tasks.domain.task import TaskState
from services.tasks.domain.tasklife import ReassignTask
from services.tasks.queries import inspecting
from services.tasks.queries import known as queries

OFFICER, MANAGER, APPROVER = "officer", "manager", "approver"
TEAM = frozenset({
    "planned-in-the-past", "officer-not-known", "expert-not-known", "too-few-officers", "officer-of-another-organ",
    "officer-recused", "certificate-expired", "officer-not-trained",
})  # fmt: skip
"""What is wrong with a team or a day, which the form is yet to name."""


@dataclass(frozen=True, slots=True)
class Today:
    """The day on which it is asked, and what the rules of that day cite."""

    day: date
    plans: str | None
    officers: str | None
    approval: str | None


async def today(question: Question) -> Today:
    """What is cited today for campaigns under a plan, for the officers of a visit, for its approval where it needs one."""
    day, read = day_of(question.at), question.rows
    visits = inspection_rules_on(await inspecting.inspection_rules(read), day)
    rules = max((one for one in await queries.rulebooks(read) if _holds(one, day)), key=lambda one: one.version, default=None)
    return Today(
        day, None if rules is None else cited(rules.plan_bases, day), None if rules is None else cited(rules.officers_bases, day),
        SOURCE if visits is not None and visits.prior_approval else None,
    )  # fmt: skip


def _holds(rules: Rules, day: date) -> bool:
    return rules.valid_from <= day and (rules.valid_to is None or day <= rules.valid_to)


async def of_plan(plan: PlanState, question: Question) -> list[Offer]:
    """The steps of a plan."""
    now = await today(question)
    step = partial(_step, "/v1/plans/{plan_id}/", {"plan_id": plan.plan_id}, None)
    amended = AmendPlan(reason="", planned_inspections=plan.planned_inspections + 1)
    return [
        step("approve-plan", "批准计划", "Approve the plan", "approvals", APPROVER,
             partial(plans.approve_plan, plan_id=plan.plan_id)),
        step("file-plan", "计划备案", "File the plan", "filings", MANAGER,
             partial(plans.file_plan, plan_id=plan.plan_id, filed_with="", filed_on=now.day, reference="")),
        step("propose-amendment", "拟订计划调整", "Propose an amendment", "amendments", MANAGER,
             partial(plans.propose_amendment, plan_id=plan.plan_id, command=amended),
             asked=("plan-exceeds-capacity", "key-units-not-covered")),
        step("approve-amendment", "批准计划调整", "Approve the amendment", "amendment-approvals", APPROVER,
             partial(plans.approve_amendment, plan_id=plan.plan_id)),
        step("reject-amendment", "不予批准计划调整", "Reject the amendment", "amendment-rejections", APPROVER,
             partial(plans.reject_amendment, plan_id=plan.plan_id, reason="")),
        Offer(
            name="open-campaign", zh="启动专项行动", en="Open a campaign", path="/v1/campaigns", roles=(MANAGER,),
            article=now.plans, known={"plan_id": plan.plan_id, "sectors": plan.sectors},
            makes="campaign_id", asked=("campaign-dates",),
            tried=partial(campaigns.open_campaign, command=_campaign(plan, now.day)),
        ),
    ]  # fmt: skip


def _campaign(plan: PlanState, day: date) -> OpenCampaign:
    begins = day if day.year == plan.year else date(plan.year, 1, 1)
    return OpenCampaign(
        campaign_id=NEW, plan_id=plan.plan_id, title="", sectors=plan.sectors, starts_on=begins,
        ends_on=date(plan.year, 12, 31),
    )  # fmt: skip


async def of_campaign(campaign: CampaignState, _: Question) -> list[Offer]:
    """The steps of a campaign; what the apportionment of a whole city comes to is decided when it is sent."""
    key, step = campaign.campaign_id, partial(_step, "/v1/campaigns/{campaign_id}/", {"campaign_id": campaign.campaign_id}, None)

    async def apportion(work: Work) -> Any:
        held = await work.load(CAMPAIGN, key)
        return domain.apportion(held.state, domain.Apportion(seed="", expected_enterprises=0), ())

    async def add(work: Work) -> Any:
        held = await work.load(CAMPAIGN, key)
        sector = next(iter(held.state.sectors), "")
        site = Enterprise(enterprise_id=NEW, name="", uscc="", district="", sector=sector, own=None)
        return add_enterprise(held.state, site, "city", "")

    return [
        step("apportion", "分级分配任务", "Apportion the enterprises", "apportionments", MANAGER, apportion),
        step("add-enterprise", "增补企业", "Add an enterprise", "enterprises", MANAGER, add, asked=("district-not-known",)),
        step("close-campaign", "结束专项行动", "Close the campaign", "closings", MANAGER,
             partial(campaigns.close_campaign, campaign_id=key, conclusion="")),
    ]  # fmt: skip


async def of_draw(draw: DrawState, question: Question) -> list[Offer]:
    """The one step of a draw that was committed to."""
    now = await today(question)

    async def reveal(work: Work) -> Any:
        return domain.reveal((await work.load(DRAW, draw.commitment.draw_id)).state, "")

    step = partial(_step, "/v1/draws/{draw_id}/", {"draw_id": draw.commitment.draw_id}, now.officers)
    return [step("reveal-draw", "公布种子并抽取", "Reveal the seed", "reveals", MANAGER, reveal, asked=("seed-does-not-match",))]


async def of_task(task: TaskState, question: Question) -> list[Offer]:
    """The steps of a task, and of the approval of its inspection."""
    now = await today(question)
    key = task.facts.task_id
    assigned = "" if task.assigned is None else task.assigned.officers[0].officer_id
    step = partial(_step, "/v1/tasks/{task_id}/", {"task_id": key})

    async def decided(work: Work, rejection: str | None = None) -> Any:
        approval = await work.load(APPROVAL, key)
        return decide_approval(approval.state, work.actor.id, work.context.organ, work.at, rejection)

    return [
        step(now.approval, "request-approval", "申请检查审批", "Ask for approval", "approval-requests", OFFICER,
             partial(_request, key, now.day), also=(MANAGER,), asked=("item-not-published", "approved-already")),
        step(now.approval, "approve-inspection", "批准检查", "Approve the inspection", "approvals", APPROVER, decided),
        step(now.approval, "reject-inspection", "不予批准检查", "Do not approve the inspection", "approval-rejections", APPROVER,
             partial(decided, rejection="")),
        step(None, "accept-task", "签收任务", "Accept the task", "acceptances", OFFICER,
             partial(tasklife.accept_task, task_id=key), by=assigned),
        step(None, "return-task", "退回任务", "Give the task back", "returns", OFFICER,
             partial(tasklife.return_task, task_id=key, reason=""), by=assigned),
        step(now.officers, "reassign-task", "指派（改派）执法人员", "Assign other officers", "reassignments", MANAGER,
             partial(_reassign, key, now.day), asked=TEAM),
        step(None, "cancel-task", "撤销任务", "Cancel the task", "cancellations", MANAGER,
             partial(tasklife.cancel_task, task_id=key, reason="")),
    ]  # fmt: skip


async def _request(key: str, day: date, work: Work) -> None:
    task = (await work.load(TASK, key)).state
    planned = day if task.assigned is None else task.assigned.planned_on
    items = tuple(await inspecting.published_items(work.read, planned))[:1]
    await permits.request(work, key, RequestApproval(planned_on=planned, items=items))


async def _reassign(key: str, day: date, work: Work) -> None:
    """To officers who may go, on the day that was approved: so that only what no other team or day would mend refuses it."""
    task = (await work.load(TASK, key)).state
    request = (await work.load(APPROVAL, key)).state.request
    planned = max(day, request.planned_on if request is not None else day)
    officers = await queries.officers_of(work.read, task.facts.organ_id)
    recusals = await queries.recusals_of(work.read, [one.officer_id for one in officers], [task.facts.enterprise_id])
    recused = {one.officer_id for one in recusals}
    rules = domain.rules_on(await queries.rulebooks(work.read), planned)
    fit = [
        one.officer_id for one in officers
        if one.officer_id not in recused and one.certificate_valid_to >= planned and not rules.untaught(one)
    ]  # fmt: skip
    command = ReassignTask(planned_on=planned, officer_ids=tuple(fit[: rules.officers_minimum]), expert_ids=(), reason="")
    await tasklife.reassign_task(work, key, command)


def _step(
    below: str, values: dict[str, str], article: str | None, name: str, zh: str, en: str, path: str, role: str,
    tried: Callable[[Work], Awaitable[Any]], *, also: tuple[str, ...] = (), asked: Any = (), by: str = "",
) -> Offer:  # fmt: skip
    return Offer(
        name=name, zh=zh, en=en, path=below + path, roles=(role, *also), tried=tried, values=values, asked=asked,
        article=article, by=by,
    )  # fmt: skip
