"""The districts' implementation plans of the campaign: approved before it begins; one is written anew with a new law."""

from __future__ import annotations

from pilot.people import Organ
from pilot.programme import NEW_LAW, TAUGHT
from pilot.scenario import CAMPAIGN, OPENED
from pilot.setting_up import CAMPAIGN_ID, approver_of, manager_of
from pilot.world import REPORTING_BACK, TASKS, Action, World, days_later

PATH = f"{TASKS}/campaigns/{CAMPAIGN_ID}"


def put_plans_on_agenda(world: World) -> None:
    """Every district writes its plan when the campaign is open; the head of its organ approves it before inspections begin."""
    [reviser] = [organ for organ in world.scenario.districts if organ.district == world.programme.reviser]
    renewed_on = world.scenario.days.after(days_later(NEW_LAW, -1))
    for organ in world.scenario.districts:
        world.agenda.add(OPENED, _draft(world, organ, "一、目标；二、范围；三、步骤；四、要求。"), stage=REPORTING_BACK)
        world.agenda.add(TAUGHT, _approve(world, organ))
    renewed = "一、目标；二、范围；三、步骤（自7月15日起按新修订的行政处罚法办案）；四、要求。"
    world.agenda.add(renewed_on, _draft(world, reviser, renewed))
    world.agenda.add(world.scenario.days.after(renewed_on), _approve(world, reviser))


def _draft(world: World, organ: Organ, text: str) -> Action:
    async def draft() -> None:
        period = f"{CAMPAIGN[0]:%m月%d日}至{CAMPAIGN[1]:%m月%d日}"
        body = {"title": f"{organ.district_name}工贸专项执法行动实施方案", "text": f"行动时间{period}。{text}"}
        await world.client.post(manager_of(organ), f"{PATH}/implementations", body)

    return draft


def _approve(world: World, organ: Organ) -> Action:
    async def approve() -> None:
        head, path = approver_of(organ), f"{PATH}/districts/{organ.district}/implementation"
        read = await world.client.get(head, path)
        await world.client.post(head, f"{path}/approvals", {}, if_match=read.version)

    return approve
