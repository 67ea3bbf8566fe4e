"""Weekly dispatch: districts report their week, the city settles what troubles them, and tells everybody in a bulletin."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from pilot.people import Organ, Person
from pilot.programme import FIGURES, WEEK, Problem
from pilot.setting_up import CAMPAIGN_ID, manager_of
from pilot.world import REPORTING, REPORTING_BACK, TASKS, Action, Assigned, World, days_later

CAMPAIGN_PATH = f"{TASKS}/campaigns/{CAMPAIGN_ID}"
BEFORE_FRIDAY = timedelta(days=3)  # after the Monday
SUGGESTIONS = ("建议统一除尘系统检查口径。", "建议增加专家现场带教。", "建议共享典型隐患图片。")


def put_dispatch_on_agenda(world: World) -> None:
    """Each week is reported at its end; what follows is done on the next days on which something happens."""
    days, desk_days = world.scenario.days, set()
    for monday in world.programme.mondays:
        reported_on = days.after(monday + BEFORE_FRIDAY)
        world.agenda.add(reported_on, _reports(world, monday), stage=REPORTING_BACK)
        world.agenda.add(days.after(reported_on), _bulletin(world, monday))
        world.agenda.add(days.after(reported_on), _supplements(world, monday))
    for problem in world.programme.problems:
        desk_days |= set(_settling(world, problem))
    for day in sorted(desk_days):
        world.agenda.add(day, lambda: _sit_at_desk(world))


def _settling(world: World, problem: Problem) -> Iterable[date]:
    """The days on which the city, or the district, does something about a problem."""
    day = world.scenario.days.after(problem.monday + BEFORE_FRIDAY)
    for _ in range(4 if problem.reopened else 2):  # answered, closed; or answered, reopened, answered, closed
        day = world.scenario.days.after(day)
        yield day


def _reports(world: World, monday: date) -> Action:
    async def report() -> None:
        await asyncio.gather(*(_report(world, organ, monday) for organ in world.scenario.districts))

    return report


async def _report(world: World, organ: Organ, monday: date) -> None:
    """What a district did in the week, what it will do in the next, what troubles it, what it suggests."""
    random = world.scenario.random(f"week/{organ.district}/{monday}")
    mine = [task for task in world.tasks.values() if task.organ == organ]
    body = {
        "monday": monday.isoformat(),
        "done": _told("本周检查", [task for task in mine if _within(task.visit.visited_on, monday)]),
        "planned": _told("下周计划检查", [task for task in mine if _within(task.visit.planned_on, monday + WEEK)]),
        "problems": [
            {"problem_id": problem.problem_id, "problem": problem.text}
            for problem in world.programme.problems
            if (problem.district, problem.monday) == (organ.district, monday)
        ],
        "suggestions": [random.choice(SUGGESTIONS)] if random.random() < 0.2 else [],
    }
    await world.client.post(manager_of(organ), f"{CAMPAIGN_PATH}/weeks", body)


def _within(day: date, monday: date) -> bool:
    return monday <= day < monday + WEEK


def _told(what: str, tasks: Iterable[Assigned]) -> str:
    names = [task.enterprise_name for task in sorted(tasks, key=lambda task: task.visit.number)]
    return f"{what}{len(names)}家：{'、'.join(names)}。" if names else f"{what}0家。"


def _supplements(world: World, monday: date) -> Action:
    """Where a district has forgotten something, it adds it."""

    async def supplement() -> None:
        body = {"supplement": "补充：本周另对在办隐患逐项电话督促整改。"}
        for organ in world.scenario.districts:
            if (organ.district, monday) in world.programme.supplements:
                await world.client.post(manager_of(organ), f"{CAMPAIGN_PATH}/weeks/{monday.isoformat()}/supplements", body)

    return supplement


def _bulletin(world: World, monday: date) -> Action:
    """The city says who has reported, and names the figures of reporting that show how far all, and one of the districts, are."""

    async def issue() -> None:
        manager, city = manager_of(world.scenario.city), world.scenario.city
        rows = (await world.client.get(manager, f"{CAMPAIGN_PATH}/weeks/{monday.isoformat()}/districts"))["items"]
        missing = [row["name"] for row in rows if not row["reported"]]
        turn = world.programme.mondays.index(monday) % len(world.scenario.districts)
        shown = world.scenario.districts[turn]
        text = f"本周{len(rows) - len(missing)}个县区上报" + (f"，未上报：{'、'.join(missing)}。" if missing else "，无缺报。")
        body = {
            "monday": monday.isoformat(),
            "title": f"专项执法行动周调度通报（{monday:%m月%d日}至{days_later(monday, 6):%m月%d日}）",
            "text": f"{text}进度见所列指标，并列{shown.district_name}整改情况。{city.name}",
            "figures": [*({"figure": name} for name in FIGURES),
                        {"figure": "hazards_rectified", "district": shown.district}],
        }  # fmt: skip
        await world.client.post(manager, f"{CAMPAIGN_PATH}/bulletins", body | {"issued": await _paper(world, manager, monday)})

    return issue


async def _paper(world: World, manager: Person, monday: date) -> Any:
    """Reporting's weekly bulletin that is sent with the letter, as it is recorded so that anybody can have it made again."""
    year, week, _ = monday.isocalendar()
    return (await world.client.get(manager, f"{REPORTING}/bulletins/{year}-W{week:02}/to-issue")).body


async def _sit_at_desk(world: World) -> None:
    """The city goes through the problems that are not settled: it answers them, or closes them once the answer helped."""
    rows = await world.client.items(manager_of(world.scenario.city), f"{TASKS}/problems", campaign_id=CAMPAIGN_ID)
    await asyncio.gather(*(_go_on(world, row) for row in rows if row["state"] != "closed"))


async def _go_on(world: World, row: Mapping[str, Any]) -> None:
    city, path, seen = manager_of(world.scenario.city), f"{TASKS}/problems/{row['problem_id']}", row["version"]
    if row["state"] == "open":
        answer = "市级专家组本周到现场协助。" if row["reopened"] else "已转市级专班研究，请先按目录口径执行。"
        await world.client.post(city, f"{path}/answers", {"answer": answer}, if_match=seen)
    elif _unhelpful(world, row):
        district = manager_of(world.scenario.organs[row["organ_id"]])
        await world.client.post(district, f"{path}/reopenings", {"reason": "现场仍无法判定，请派员指导。"}, if_match=seen)
    else:
        await world.client.post(city, f"{path}/closings", {"outcome": "已解决，县区确认。"}, if_match=seen)


def _unhelpful(world: World, row: Mapping[str, Any]) -> bool:
    """Whether the district is to say, for the first time, that the answer does not help."""
    wanted = {problem.problem_id for problem in world.programme.problems if problem.reopened}
    return row["problem_id"] in wanted and row["reopened"] == 0
