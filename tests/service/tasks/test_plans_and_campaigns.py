"""Plans, campaigns and the apportionment over HTTP, on a real store."""

from __future__ import annotations

import asyncio
from collections import Counter

import orjson

from tests.service.tasks.city import CAMPAIGN, DISTRICTS, City, expect

PLAN = {"plan_id": "plan-2021", "year": 2021, "title": "计划", "sectors": ["steel"], "planned_inspections": 346}


async def test_who_drafted_a_plan_may_not_approve_it(city: City) -> None:
    await city.jurisdictions()
    expect(await city.manager.post("/v1/plans", json=PLAN), 201)
    both = city.under_test.client("manager", "approver", id="p-li")
    refused = await both.post("/v1/plans/plan-2021/approvals", json={}, headers={"If-Match": '"1"'})
    assert "编制人" in expect(refused, 409, "own-plan")["detail"]
    expect(await city.approver.post("/v1/plans/plan-2021/approvals", json={}, headers={"If-Match": '"1"'}), 201)
    answer = await city.manager.get("/v1/plans/plan-2021")
    assert answer.headers["ETag"] == '"2"'
    assert (answer.json()["drafted_by"], answer.json()["approved_by"]) == ("p-li", "p-wang")


async def test_approval_says_which_version_was_seen(city: City) -> None:
    await city.jurisdictions()
    expect(await city.manager.post("/v1/plans", json=PLAN), 201)
    expect(await city.approver.post("/v1/plans/plan-2021/approvals", json={}), 428, "if-match-missing")
    stale = await city.approver.post("/v1/plans/plan-2021/approvals", json={}, headers={"If-Match": '"7"'})
    assert expect(stale, 412, "version-changed")["current_version"] == 1


async def test_roles_and_bodies(city: City) -> None:
    await city.jurisdictions()
    expect(await city.approver.post("/v1/plans", json=PLAN), 403, "forbidden")
    expect(await city.manager.post("/v1/plans", json={**PLAN, "budget": 1}), 422, "invalid")
    expect(await city.manager.post("/v1/plans", json={**PLAN, "plan_id": "Plan 1"}), 422, "invalid")
    expect(await city.manager.get("/v1/plans/plan-9999"), 404, "not-found")
    expect(await city.manager.get("/v1/plans/%00"), 422, "invalid")
    expect(await city.under_test.client("enterprise").get("/v1/tasks"), 403, "forbidden")


async def test_plan_of_an_organ_that_has_not_arrived_yet(city: City) -> None:
    expect(await city.manager.post("/v1/plans", json=PLAN), 409, "organ-not-known")


async def test_campaign_needs_rules_in_force_and_an_approved_plan(city: City) -> None:
    await city.jurisdictions()
    expect(await city.manager.post("/v1/plans", json={**PLAN, "sectors": CAMPAIGN["sectors"]}), 201)
    expect(await city.manager.post("/v1/campaigns", json=CAMPAIGN), 409, "no-rulebook-in-force")
    await city.rulebook("rulebook-2026.json")
    expect(await city.manager.post("/v1/campaigns", json=CAMPAIGN), 409, "no-rulebook-in-force")
    await city.rulebook()
    refused = expect(await city.manager.post("/v1/campaigns", json=CAMPAIGN), 409, "plan-not-approved")
    assert refused["basis"] == "安全生产法（2021）第62条第2款"
    expect(await city.approver.post("/v1/plans/plan-2021/approvals", json={}, headers={"If-Match": '"1"'}), 201)
    expect(await city.manager.post("/v1/campaigns", json=CAMPAIGN), 201)
    [opened] = await city.under_test.events("casetrail.tasks.campaign-opened")
    assert (opened["rulebook"], opened["district"]) == ("jiangxi-work-safety/2021.1", "nanchang")
    assert orjson.loads(opened["data"])["share_denominator"] == 4


async def test_apportionment_waits_for_the_whole_register(city: City) -> None:
    await city.founded()
    await city.campaign()
    await city.register(4)
    asked = {"seed": "2021", "expected_enterprises": 13}
    refused = expect(
        await city.manager.post("/v1/campaigns/campaign-2021/apportionments", json=asked), 409, "register-not-caught-up"
    )
    assert (refused["expected"], refused["known"]) == (13, 12)
    assert await city.under_test.events("casetrail.tasks.task") == []
    await city.enterprise(99, "xihu")
    assert expect(await city.manager.post("/v1/campaigns/campaign-2021/apportionments", json=asked), 201)["tasks"] == 13


async def test_every_sector_of_the_register_can_be_planned_and_apportioned(city: City) -> None:
    await city.jurisdictions()
    await city.rulebook()
    plan = {**PLAN, "sectors": ["steel", "aluminium", "dust", "confined-space"]}
    expect(await city.manager.post("/v1/plans", json=plan), 201)
    expect(await city.approver.post("/v1/plans/plan-2021/approvals", json={}, headers={"If-Match": '"1"'}), 201)
    expect(await city.manager.post("/v1/campaigns", json={**CAMPAIGN, "sectors": ["confined-space"]}), 201)
    enterprise_id = await city.enterprise(1, "xihu", "confined-space")
    asked = {"seed": "2021", "expected_enterprises": 1}
    expect(await city.manager.post("/v1/campaigns/campaign-2021/apportionments", json=asked), 201)
    assert [(one["enterprise_id"], one["sector"]) for one in await city.tasks()] == [(enterprise_id, "confined-space")]


async def test_enterprise_whose_district_has_not_arrived_is_not_left_out_silently(city: City) -> None:
    await city.founded()
    await city.campaign()
    await city.register(1)
    await city.enterprise(99, "nowhere")
    asked = {"seed": "2021", "expected_enterprises": 4}
    answer = await city.manager.post("/v1/campaigns/campaign-2021/apportionments", json=asked)
    assert expect(answer, 409, "district-not-known")["districts"] == ["nowhere"]


async def test_pilot_sized_campaign_is_one_write_set(city: City) -> None:
    await city.jurisdictions()
    await city.rulebook()
    await city.campaign()
    rows = [(f"e-{n:020x}", f"企业{n}", f"u{n}", DISTRICTS[n % 3], ["steel", "aluminium", "dust"][n % 3]) for n in range(287)]
    await city.under_test.connection.executemany("INSERT INTO enterprises VALUES ($1, $2, $3, $4, $5)", rows)
    asked = {"seed": "2021", "expected_enterprises": 287}
    once = {"Idempotency-Key": "once-only"}
    answer = await city.manager.post("/v1/campaigns/campaign-2021/apportionments", json=asked, headers=once)
    body = expect(answer, 201)
    assert body["tasks"] == 287
    assert [(d["district"], d["enterprises"], d["city"]) for d in body["districts"]] == [
        ("anyi", 96, 24), ("donghu", 96, 24), ("xihu", 95, 24),
    ]  # fmt: skip
    events = await city.under_test.events()
    events = [e for e in events if e["type"].split(".")[2] in ("campaign-apportioned", "task-generated")]
    assert len(events) == 288
    assert len({event["command_id"] for event in events}) == 1
    again = await city.manager.post("/v1/campaigns/campaign-2021/apportionments", json=asked, headers=once)
    assert again.content == answer.content
    assert len(await city.under_test.events("casetrail.tasks.task-generated")) == 287


async def test_each_task_begins_a_matter_of_its_own_about_one_enterprise(city: City) -> None:
    await city.founded()
    tasks = await city.apportioned()
    events = await city.under_test.events("casetrail.tasks.task-generated")
    assert len({event["correlation_id"] for event in events}) == len(events) == 12
    assert {(event["subject"], event["district"]) for event in events} == {(t["enterprise_id"], t["district"]) for t in tasks}
    assert Counter(t["organ_id"] for t in tasks) == {"nanchang-emb": 3, "anyi-emb": 3, "donghu-emb": 3, "xihu-emb": 3}
    assert {t["organ"] for t in tasks if t["level"] == "city"} == {"南昌市应急管理局"}
    assert {t["due_on"] for t in tasks} == {"2021-11-30"}


async def test_two_apportionments_at_once_are_one(city: City) -> None:
    await city.founded()
    await city.campaign()
    await city.register(4)
    answers = await asyncio.gather(*(
        city.manager.post("/v1/campaigns/campaign-2021/apportionments", json={"seed": seed, "expected_enterprises": 12})
        for seed in ("one", "two", "three")
    ))  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    # Which of the three truths the slower ones are told depends on what they had read when the first one committed.
    assert {answer.json().get("code") for answer in answers} <= {
        None,
        "campaign-already-apportioned",
        "task-exists",
        "enforced-by-another-organ",
    }
    assert len(await city.tasks()) == 12


async def test_campaign_shows_its_coverage(city: City) -> None:
    task = await city.assigned_task()
    await city.visit(task, "checked-in")
    await city.visit(task, "inspection-concluded", concluded_on="2021-09-10")
    await city.under_test.settle()
    body = expect(await city.manager.get("/v1/campaigns/campaign-2021"))
    assert body["apportioned"]
    donghu = next(row for row in body["coverage"] if row["district"] == "donghu")
    assert donghu == {"district": "donghu", "tasks": 4, "city": 1, "assigned": 1, "completed": 1, "overdue": 0, "cancelled": 0}
