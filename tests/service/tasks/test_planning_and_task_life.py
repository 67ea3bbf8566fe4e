"""Plans from the register, inspections outside them, claims, and the life of a task, over HTTP."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from services.tasks.queries import lists
from services.tasks.queries.duties import duties_by_place, load_of
from services.tasks.queries.lists import Listing, listed_rows
from tests.service.tasks.city import CAMPAIGN, SEED, VOCABULARY, City, draw, expect

BOOK = orjson.loads((VOCABULARY / "rulebook-2021.json").read_bytes())
BOOK_IN_FORCE = orjson.loads((VOCABULARY / "rulebook-2026-3.json").read_bytes())
CAPACITY = {
    "officers": 22, "rest_days": 104, "holidays": 14, "other_enforcement_days": 2469, "non_enforcement_days": 1994,
    "key_days": 632, "general_days": 339, "days_per_inspection": 2,
}  # fmt: skip


def guarded(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


async def test_a_plan_from_the_register_is_approved_filed_and_amended(city: City) -> None:
    await city.founded()
    first, second = await city.enterprise(1, "donghu"), await city.enterprise(2, "xihu", "dust")
    plan = {
        "plan_id": "plan-2021", "year": 2021, "title": "计划", "sectors": CAMPAIGN["sectors"], "planned_inspections": 346,
        "capacity": CAPACITY, "key_sectors": ["dust"],
    }  # fmt: skip
    expect(await city.manager.post("/v1/plans", json=plan), 201)
    expect(await city.approver.post("/v1/plans/plan-2021/approvals", json={}, headers=guarded(1)), 201)
    filing = {"filed_with": "江西省应急管理厅", "filed_on": "2021-03-01", "reference": "洪应急〔2021〕1号"}
    expect(await city.manager.post("/v1/plans/plan-2021/filings", json=filing, headers=guarded(2)), 201)
    change = {"reason": "新增重点单位", "key_added": [first]}
    expect(await city.manager.post("/v1/plans/plan-2021/amendments", json=change, headers=guarded(3)), 201)
    expect(await city.approver.post("/v1/plans/plan-2021/amendment-approvals", json={}, headers=guarded(4)), 201)
    shown = expect(await city.manager.get("/v1/plans/plan-2021"))
    assert shown["capacity"]["inspection_days"] == 971
    assert sorted(shown["key_enterprises"]) == sorted([first, second])
    assert (shown["revision"], shown["stage"], len(shown["filings"])) == (2, "approved", 1)
    await city.under_test.settle()
    [listed] = expect(await city.manager.get("/v1/plans", params={"state": "approved"}))["items"]
    assert (listed["plan_id"], listed["revision"], listed["amendment_pending"]) == ("plan-2021", 2, False)
    order = {"task_id": "task-1", "kind": "planned", "enterprise_id": first, "due_on": "2021-10-31", "plan_id": "plan-2021"}
    expect(await city.manager.post("/v1/tasks", json=order), 201)
    outside = {**order, "task_id": "task-2", "kind": "report", "plan_id": None}
    expect(await city.manager.post("/v1/tasks", json=outside), 409, "reason-needed")
    told = {**outside, "reason": "群众举报", "reference": "举报〔2021〕3号"}
    expect(await city.manager.post("/v1/tasks", json=told), 201)
    assert expect(await city.manager.get("/v1/tasks/task-2"))["reason"] == "群众举报"


async def test_one_enforcing_body_per_enterprise_in_a_campaign(city: City) -> None:
    task = await city.open_task()
    claims = expect(await city.manager.get("/v1/campaigns/campaign-2021/enterprises", params={"limit": 200}))["items"]
    assert len(claims) == len({claim["enterprise_id"] for claim in claims}) == 12
    other = {
        "task_id": "task-9", "kind": "superior-campaign", "enterprise_id": task["enterprise_id"], "due_on": "2021-10-31",
        "campaign_id": "campaign-2021", "reason": "省级专项", "reference": "赣应急〔2021〕9号",
    }  # fmt: skip
    expect(await city.manager.post("/v1/tasks", json=other), 409, "enforced-by-another-organ")
    cancel = {"reason": "改由市级执法"}
    expect(await city.manager.post(f"/v1/tasks/{task['task_id']}/cancellations", json=cancel, headers=guarded(1)), 201)
    expect(await city.manager.post("/v1/tasks", json=other), 201)
    asked = {"enterprise_id": task["enterprise_id"]}
    await city.under_test.settle()
    [claim] = expect(await city.manager.get("/v1/campaigns/campaign-2021/enterprises", params=asked))["items"]
    assert claim["organ_id"] == "nanchang-emb"
    late = await city.enterprise(77, "donghu")
    added = {"enterprise_id": late, "level": "district", "reason": "新登记"}
    answer = expect(await city.manager.post("/v1/campaigns/campaign-2021/enterprises", json=added), 201)
    assert answer["organ_id"] == "donghu-emb"
    await city.under_test.settle()
    version = expect(await city.manager.get("/v1/campaigns/campaign-2021"))["version"]
    closing = {"conclusion": "如期完成"}
    expect(await city.manager.post("/v1/campaigns/campaign-2021/closings", json=closing, headers=guarded(version)), 201)
    await city.under_test.settle()
    assert expect(await city.manager.get("/v1/campaigns", params={"state": "closed"}))["items"][0]["ends_on"] == "2021-11-30"
    closed = expect(await city.manager.get("/v1/campaigns/campaign-2021"))
    assert closed["closed_at"] == closed["coverage"]
    assert sum(row["cancelled"] for row in closed["closed_at"]) == 1


async def test_a_plan_takes_the_grades_and_sectors_of_sites_from_the_register(city: City) -> None:
    await city.jurisdictions()
    await city.publish({**BOOK, "planning": BOOK_IN_FORCE["planning"]})
    graded, further = await city.enterprise(1, "donghu"), await city.enterprise(2, "donghu", sector="chemicals")
    await city.enterprise(3, "donghu")
    await city.hear("registry", "risk-graded", graded, enterprise_id=graded, grade="major")
    for _ in range(2):
        await city.hear("registry", "sector-added", further, enterprise_id=further, sector="dust", form="dust", form_version="1")
    draft = {"plan_id": "plan-g", "year": 2021, "title": "计划", "sectors": ["steel", "dust"], "planned_inspections": 5}
    expect(await city.manager.post("/v1/plans", json=draft), 201)
    plan = expect(await city.manager.get("/v1/plans/plan-g"))
    assert plan["key_enterprises"] == [graded]
    assert {row["sector"]: row["enterprises"] for row in plan["register"]} == {"steel": 2, "dust": 1}
    await city.hear("registry", "sector-withdrawn", further, enterprise_id=further, sector="chemicals", reason="停用")
    await city.hear("registry", "sector-withdrawn", further, enterprise_id=further, sector="dust", reason="停用")
    left = "SELECT sector || array_to_string(further_sectors, ',') FROM enterprises WHERE enterprise_id = $1"
    assert await city.under_test.connection.fetchval(left, further) == "dust"


async def test_officers_without_the_module_are_drawn_once_they_were_trained(city: City) -> None:
    task = await city.open_task()
    await city.publish({**BOOK, "officers": {**BOOK["officers"], "required_modules": ["inspection"]}})
    expect(await city.manager.post("/v1/draws", json=draw(task["task_id"])), 409, "not-enough-officers")
    course = {
        "training_id": "course-1", "campaign_id": "campaign-2021", "title": "平台培训", "modules": ["inspection"],
        "planned_on": "2021-09-01",
    }  # fmt: skip
    expect(await city.manager.post("/v1/trainings", json=course), 201)
    came = {"held_on": "2021-09-01", "attended": [{"officer_id": one, "passed": one != "o-c"} for one in ("o-a", "o-b", "o-c")]}
    expect(await city.manager.post("/v1/trainings/course-1/attendances", json=came, headers=guarded(1)), 201)
    await city.under_test.settle()
    expect(await city.manager.post("/v1/draws", json=draw(task["task_id"])), 201)
    answer = expect(await city.manager.post("/v1/draws/draw-1/reveals", json={"seed": SEED}), 201)
    assert sorted(answer["results"][0]["drawn"]) == ["o-a", "o-b"]


async def test_of_two_organs_that_take_an_enterprise_at_once_one_is_refused(city: City) -> None:
    await city.founded()
    await city.apportioned()
    late = await city.enterprise(77, "donghu")
    own = city.under_test.client("manager", id="p-donghu", districts=["donghu"], organ="donghu-emb")
    order = {
        "kind": "superior-campaign", "enterprise_id": late, "due_on": "2021-10-31", "campaign_id": "campaign-2021",
        "reason": "省级专项", "reference": "赣应急〔2021〕9号",
    }  # fmt: skip
    organs = [city.manager, own] * 4
    answers = await asyncio.gather(
        *(one.post("/v1/tasks", json={**order, "task_id": f"task-{n}"}) for n, one in enumerate(organs))
    )
    codes = sorted((answer.status_code, answer.json().get("code")) for answer in answers if answer.status_code != 201)
    assert codes == [(409, "enforced-by-another-organ")] * 4
    claims = await city.under_test.events("casetrail.tasks.enterprise-claimed")
    assert len([claim for claim in claims if claim["subject"] == late]) == 1


async def test_officers_accept_return_and_take_over(city: City) -> None:
    task = await city.assigned_task()
    path = f"/v1/tasks/{task['task_id']}"
    drawn = [officer["officer_id"] for officer in expect(await city.manager.get(path))["officers"]]
    others = sorted({"o-a", "o-b", "o-c", "o-d"} - set(drawn))
    mine = city.under_test.client("officer", id=drawn[0], districts=["donghu"], organ="donghu-emb")
    theirs = city.under_test.client("officer", id=others[0], districts=["donghu"], organ="donghu-emb")
    expect(await theirs.post(f"{path}/acceptances", json={}, headers=guarded(2)), 409, "not-your-task")
    expect(await mine.post(f"{path}/acceptances", json={}, headers=guarded(2)), 201)
    expect(await mine.post(f"{path}/returns", json={"reason": "企业停产"}, headers=guarded(3)), 201)
    swap = {"planned_on": "2021-09-20", "officer_ids": others, "reason": "改派"}
    expect(await city.manager.post(f"{path}/reassignments", json=swap, headers=guarded(4)), 201)
    await city.under_test.settle()
    assert expect(await city.manager.get(f"/v1/officers/{drawn[0]}/tasks"))["items"] == []
    [duty] = expect(await city.manager.get(f"/v1/officers/{others[0]}/tasks", params={"state": "assigned"}))["items"]
    assert (duty["task_id"], duty["planned_on"]) == (task["task_id"], "2021-09-20")
    [placed] = expect(await city.manager.get(f"/v1/officers/{others[0]}/tasks-by-place"))["items"]
    assert placed["district"] == "donghu"
    await city.visit(task, "checked-in")
    await city.visit(task, "inspection-concluded", concluded_on="2021-09-20")
    await city.under_test.settle()
    load = expect(await city.manager.get("/v1/officers/load", params={"organ_id": "donghu-emb", "on": "2021-09-20"}))["items"]
    assert {row["officer_id"]: (row["open"], row["completed"]) for row in load} == {one: (0, 1) for one in others}


async def test_a_reminder_before_the_last_day(city: City) -> None:
    task = await city.assigned_task()
    days = await city.under_test.connection.fetchval("SELECT due_warning_days FROM planning_rules")
    assert days == 7
    city.under_test.clock.at = datetime(2021, 11, 22, 15, 59, tzinfo=UTC)
    await city.under_test.settle()
    assert await city.under_test.events("casetrail.tasks.task-due-soon") == []
    city.under_test.clock.at = datetime(2021, 11, 22, 16, 0, tzinfo=UTC)  # the 23rd begins in China
    await city.under_test.settle()
    assert len(await city.under_test.events("casetrail.tasks.task-due-soon")) == 12
    officer = expect(await city.manager.get(f"/v1/tasks/{task['task_id']}"))["officers"][0]["officer_id"]
    [duty] = expect(await city.manager.get(f"/v1/officers/{officer}/tasks"))["items"]
    assert (duty["warned"], duty["overdue"]) == (True, False)


FILLED = {
    "officer_tasks": """INSERT INTO officer_tasks SELECT 't-' || n, 'o-' || n % 200, 'g-' || n % 14, 't-' || n, 'd-' || n % 13,
        'e', 'x', date '2021-01-01' + n % 300, '2021-01-01', 'assigned', false, false, true FROM generate_series(1, 20000) n""",
    "claim_list": """INSERT INTO claim_list SELECT 'c-' || n, 'd-' || n % 13, 'campaign-' || n % 50, 'e-' || n % 5000, 'o',
        'city', date '2021-01-01' + n % 300 FROM generate_series(1, 20000) n""",
    "problem_list": """INSERT INTO problem_list SELECT 'p-' || n, 'campaign-' || n % 50, 'd-' || n % 13, 'o', 'x',
        date '2021-01-01' + n % 300, 'x', (ARRAY['open', 'answered', 'closed'])[n % 3 + 1], NULL, 0, NULL, 1
        FROM generate_series(1, 20000) n""",
    "week_list": """INSERT INTO week_list SELECT 'w-' || n, 'campaign-' || n % 50, 'd-' || n % 13, 'o', 'x',
        date '2021-01-01' + n % 300, 'x', 'x', '[]', '[]', '[]', 1 FROM generate_series(1, 20000) n""",
}  # fmt: skip


@pytest.mark.parametrize(
    ("listing", "wanted", "index"),
    [
        (lists.DUTIES, {"officer_id": "o-7"}, "officer_tasks_by_due"),
        (lists.CLAIMS, {"campaign_id": "campaign-7"}, "claim_list_by_campaign"),
        (lists.CLAIMS, {"campaign_id": "campaign-7", "enterprise_id": "e-7"}, "claim_list_by_enterprise"),
        (lists.PROBLEMS, {"campaign_id": "campaign-7"}, "problem_list_by_campaign"),
        (lists.PROBLEMS, {"state": "open"}, "problem_list_by_state"),
        (lists.WEEKS, {"campaign_id": "campaign-7", "district": "d-3"}, "week_list_by"),
    ],
)
async def test_every_list_by_day_has_an_index_behind_it(city: City, listing: Listing, wanted: dict[str, Any], index: str) -> None:
    connection = city.under_test.connection
    await connection.execute(FILLED[listing.table])
    await connection.execute(f"ANALYZE {listing.table}")
    plans: list[str] = []

    async def explain(sql: str, *values: Any) -> list[Any]:
        plans.extend(row[0] for row in await connection.fetch(f"EXPLAIN {sql}", *values))
        return []

    await listed_rows(explain, listing, None, wanted, (date(2021, 5, 1), "c-1"), 51)
    assert index in "\n".join(plans)
    if listing is lists.DUTIES:
        plans.clear()
        await duties_by_place(explain, "o-7", None, None, 51)
        await load_of(explain, "g-7", None, "", date(2021, 5, 1), 51)
        assert "officer_tasks_by_place" in "\n".join(plans)
        assert "officer_tasks_by_organ" in "\n".join(plans)
