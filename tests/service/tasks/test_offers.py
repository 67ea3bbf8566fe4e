"""What a plan, a campaign, a draw and a task offer to whom, and what they refuse, as whoever sent it would be refused."""

from __future__ import annotations

from typing import Any

import httpx

from tests.service.tasks.city import CAMPAIGN, SEED, City, draw, expect

PLAN = {"plan_id": "plan-2021", "year": 2021, "title": "计划", "sectors": CAMPAIGN["sectors"], "planned_inspections": 12}


async def steps(client: httpx.AsyncClient, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The permitted steps and the forbidden ones, by name."""
    told = expect(await client.get(f"/v1/{path}"))
    return tuple({one["name"]: one for one in told[which]} for which in ("next_steps", "forbidden_steps"))  # type: ignore[return-value]


async def test_a_plan_is_offered_for_approval_to_everybody_but_its_author(city: City) -> None:
    await city.founded()
    both = city.under_test.client("manager", "approver", id="p-li")
    expect(await both.post("/v1/plans", json=PLAN), 201)
    _, forbidden = await steps(both, "plans/plan-2021")
    refused = forbidden["approve-plan"]
    assert (refused["code"], refused["reason"]) == ("own-plan", "编制人不得批准自己编制的计划")
    assert forbidden["file-plan"]["code"] == "plan-not-approved"
    permitted, _ = await steps(city.approver, "plans/plan-2021")
    step = permitted["approve-plan"]
    assert (step["path"], step["role"], step["values"]) == ("/v1/plans/{plan_id}/approvals", "approver", {"plan_id": "plan-2021"})
    guarded = {"If-Match": f'"{step["version"]}"'}
    expect(await city.approver.post("/v1/plans/plan-2021/approvals", json={}, headers=guarded), 201)
    permitted, forbidden = await steps(city.manager, "plans/plan-2021")
    assert {"file-plan", "propose-amendment", "open-campaign"} <= permitted.keys()
    assert forbidden["approve-plan"]["code"] == "plan-already-approved"
    before = expect(await city.manager.get("/v1/plans/plan-2021", params={"as_of": "v1"}))
    assert (before["next_steps"], before["forbidden_steps"]) == ([], [])  # nothing is done in the past
    assert await city.under_test.connection.fetchval("SELECT count(*) FROM events WHERE stream_id = 'plan:plan-2021'") == 2


async def test_a_campaign_is_apportioned_once_then_enlarged_and_closed(city: City) -> None:
    await city.founded()
    await city.campaign()
    permitted, forbidden = await steps(city.manager, "campaigns/campaign-2021")
    assert "apportion" in permitted
    assert forbidden["close-campaign"]["code"] == "campaign-not-apportioned"
    asked = {"seed": "2021", "expected_enterprises": await city.register(1)}
    expect(await city.manager.post("/v1/campaigns/campaign-2021/apportionments", json=asked), 201)
    permitted, forbidden = await steps(city.manager, "campaigns/campaign-2021")
    assert forbidden["apportion"]["code"] == "campaign-already-apportioned"
    assert "add-enterprise" in permitted


async def test_a_task_is_offered_to_its_officers_its_manager_and_the_head_of_its_organ(city: City) -> None:
    task = await city.open_task()
    path = f"tasks/{task['task_id']}"
    expect(await city.manager.post("/v1/draws", json=draw(task["task_id"])), 201)
    assert "reveal-draw" in (await steps(city.manager, "draws/draw-1"))[0]
    expect(await city.manager.post("/v1/draws/draw-1/reveals", json={"seed": SEED}), 201)
    assert (await steps(city.manager, "draws/draw-1"))[1]["reveal-draw"]["code"] == "draw-already-revealed"
    drawn = expect(await city.manager.get(f"/v1/{path}"))["officers"][0]["officer_id"]
    other = next(one for one in ("o-a", "o-b", "o-c", "o-d") if one not in {drawn})
    officer, stranger = (city.under_test.client("officer", id=one, districts=("donghu",)) for one in (drawn, f"{other}-x"))
    assert {"accept-task", "return-task", "request-approval"} <= (await steps(officer, path))[0].keys()
    assert (await steps(stranger, path))[1]["accept-task"]["code"] == "not-your-task"
    permitted, forbidden = await steps(city.manager, path)
    assert permitted["accept-task"]["role"] == "officer"  # of another's steps it is told who takes them
    assert {"reassign-task", "cancel-task"} <= permitted.keys()
    assert forbidden["approve-inspection"]["code"] == "no-request-pending"

    asked = {"planned_on": "2021-09-10", "items": []}
    expect(await officer.post(f"/v1/{path}/approval-requests", json=asked), 201)
    head = city.under_test.client("officer", "approver", id=drawn, organ="donghu-emb")
    assert (await steps(head, path))[1]["approve-inspection"]["code"] == "own-request"
    away = city.under_test.client("approver", id="p-wang", organ="xihu-emb")
    assert (await steps(away, path))[1]["approve-inspection"]["code"] == "approver-of-another-organ"
    here = city.under_test.client("approver", id="p-wang", organ="donghu-emb")
    step = (await steps(here, path))[0]["approve-inspection"]
    assert step["version"] == 1  # of the approval, not of the task
    guarded = {"If-Match": f'"{step["version"]}"'}
    expect(await here.post(f"/v1/{path}/approvals", json={}, headers=guarded), 201)

    expect(await officer.post(f"/v1/{path}/acceptances", json={}, headers={"If-Match": '"2"'}), 201)
    assert (await steps(officer, path))[1]["accept-task"]["code"] == "nothing-to-do"
