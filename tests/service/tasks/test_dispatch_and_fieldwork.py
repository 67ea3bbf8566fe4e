"""Weekly dispatch and a campaign's other work, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest_asyncio

from chassis.signednote import Signer
from chassis.statements import stated
from services.tasks.api.dispatch import IssuedBody
from tests.service.tasks.city import City, expect

WEEK = {
    "monday": "2021-08-30", "done": "检查12家", "planned": "检查10家", "suggestions": ["统一培训"],
    "problems": [{"problem_id": "problem-1", "problem": "缺少粉尘专家"}],
}  # fmt: skip
GUARD = {"If-Match": '"1"'}


@pytest_asyncio.fixture
async def running(city: City) -> City:
    """A campaign that is apportioned."""
    await city.founded()
    await city.officer("o-x", "xihu")
    await city.apportioned()
    return city


def of_donghu(city: City, *roles: str, id: str = "p-donghu") -> httpx.AsyncClient:
    return city.under_test.client(*roles, id=id, districts=["donghu"], organ="donghu-emb")


async def test_a_districts_problem_is_answered_to_its_closing(running: City) -> None:
    district = of_donghu(running, "manager")
    expect(await district.post("/v1/campaigns/campaign-2021/weeks", json=WEEK), 201)
    expect(await district.post("/v1/campaigns/campaign-2021/weeks", json=WEEK), 409, "week-already-reported")
    more = {"supplement": "另检查1家"}
    expect(await district.post("/v1/campaigns/campaign-2021/weeks/2021-08-30/supplements", json=more), 201)
    await running.under_test.settle()
    [week] = expect(await running.manager.get("/v1/campaigns/campaign-2021/weeks"))["items"]
    assert (week["district"], week["supplements"]) == ("donghu", ["另检查1家"])
    shown = expect(await district.get("/v1/campaigns/campaign-2021/districts/donghu/weeks/2021-08-30"))
    assert shown["report"]["problems"] == WEEK["problems"]
    reported = expect(await running.manager.get("/v1/campaigns/campaign-2021/weeks/2021-08-30/districts"))["items"]
    assert [row["district"] for row in reported if row["reported"]] == ["donghu"]
    assert len(reported) == 13
    problem, city = "/v1/problems/problem-1", running.manager
    expect(await district.post(f"{problem}/answers", json={"answer": "x"}, headers=GUARD), 409, "not-the-city-organ")
    expect(await city.post(f"{problem}/answers", json={"answer": "派专家"}, headers=GUARD), 201)
    expect(await district.post(f"{problem}/reopenings", json={"reason": "未到"}, headers={"If-Match": '"2"'}), 201)
    expect(await city.post(f"{problem}/answers", json={"answer": "已派"}, headers={"If-Match": '"3"'}), 201)
    expect(await city.post(f"{problem}/closings", json={"outcome": "解决"}, headers={"If-Match": '"4"'}), 201)
    await running.under_test.settle()
    [closed] = expect(await district.get("/v1/problems", params={"state": "closed"}))["items"]
    assert (closed["answer"], closed["reopened"], closed["outcome"]) == ("已派", 1, "解决")
    assert expect(await district.get("/v1/problems/problem-1"))["answers"] == ["派专家", "已派"]
    figures = [{"figure": "inspections", "district": "donghu"}]
    bulletin: dict[str, Any] = {"monday": "2021-08-30", "title": "通报", "text": "正文", "figures": figures}
    paper = paper_of(2021, 34, "2021-08-30", "2021-08-23", "2020-08-24")
    bulletin["issued"] = paper
    expect(await city.post("/v1/campaigns/campaign-2021/bulletins", json=bulletin), 409, "bulletin-of-another-week")
    paper = bulletin["issued"] = paper_of(2021, 35, "2021-09-01", "2021-08-30", "2020-08-31")
    invented = {**bulletin, "figures": [{"figure": "fines_per_officer"}]}
    expect(await city.post("/v1/campaigns/campaign-2021/bulletins", json=invented), 422)
    assert expect(await city.post("/v1/campaigns/campaign-2021/bulletins", json=bulletin), 201)["number"] == 1
    await running.under_test.settle()
    [issued] = expect(await running.manager.get("/v1/campaigns/campaign-2021/bulletins"))["items"]
    assert issued["issued"] == "/v1/bulletins/2021-W35/issued"
    assert issued["figures"] == [{**figures[0], "rows": "/v1/figures/inspections/rows?district=donghu"}]


def paper_of(year: int, week: int, *days: str) -> dict[str, Any]:
    """What reporting tells of a bulletin, as of the first of these days; the others are those that it compares."""
    ledgers = [{"ledger": one, "size": 9, "root": "c" * 64} for one in ("registry", "tasks", "inspection", "penalty")]
    cuts = [{"recorded_before": f"{day}T00:00:00+08:00", "ledgers": ledgers} for day in (*days[1:], days[0])]
    return {
        "bulletin_id": f"bulletin-{year}-w{week}", "week": f"{year}-W{week}", "districts": ["donghu"], "json_sha256": "a" * 64,
        "pdf_sha256": "b" * 64, "template": "reporting/paper@1", "cuts": cuts,
    }  # fmt: skip


async def test_a_bulletin_that_reporting_did_not_tell_is_refused_where_its_key_is_known(running: City) -> None:
    """A hash that was changed on the way, a statement of somebody else, none."""
    reporting, path = Signer("casetrail.example/reporting", b"r" * 32), "/v1/campaigns/campaign-2021/bulletins"
    state = running.under_test.app.state
    state.settings = replace(state.settings, verifiers={"reporting": (reporting.verifier,)})
    paper = paper_of(2021, 35, "2021-09-01", "2021-08-30", "2020-08-31")
    told = IssuedBody.model_validate(paper).model_dump(exclude={"signed_note"})
    note = stated(reporting, told)
    bulletin: dict[str, Any] = {"monday": "2021-08-30", "title": "通报", "text": "正文"}
    others = stated(Signer("casetrail.example/reporting", b"x" * 32), told)
    for wrong in (paper, {**paper, "signed_note": others}, {**paper, "signed_note": note, "pdf_sha256": "d" * 64}):
        expect(await running.manager.post(path, json={**bulletin, "issued": wrong}), 409, "bulletin-not-as-told")
    expect(await running.manager.post(path, json={**bulletin, "issued": {**paper, "signed_note": note}}), 201)
    await running.under_test.settle()
    [recorded] = await running.under_test.events("casetrail.tasks.bulletin-issued")
    assert orjson.loads(recorded["data"])["issued"]["signed_note"] == note


async def test_a_district_of_another_city_takes_no_part(running: City) -> None:
    stranger = running.under_test.client("manager", districts=["donghu"], organ="nowhere-emb")
    expect(await stranger.post("/v1/campaigns/campaign-2021/weeks", json=WEEK), 409, "organ-not-known")
    expect(await of_donghu(running, "manager").post("/v1/campaigns/campaign-none/weeks", json=WEEK), 404, "not-found")


async def test_implementation_plans_come_in_versions(running: City) -> None:
    district, approver = of_donghu(running, "manager"), of_donghu(running, "approver", id="p-head")
    path, own = "/v1/campaigns/campaign-2021", "/v1/campaigns/campaign-2021/districts/donghu/implementation"
    draft = {"title": "实施方案", "text": "一、目标"}
    expect(await district.post(f"{path}/implementations", json=draft), 201)
    expect(await approver.post(f"{own}/returns", json={"reason": "缺时间表"}, headers=GUARD), 201)
    expect(await district.post(f"{path}/implementations", json={**draft, "text": "二稿"}), 201)
    expect(await approver.post(f"{own}/approvals", json={}, headers={"If-Match": '"3"'}), 201)
    await running.under_test.settle()
    [row] = expect(await running.manager.get(f"{path}/implementations", params={"state": "approved"}))["items"]
    assert (row["version_no"], row["in_force"]) == (2, 2)
    assert expect(await district.get(own, params={"as_of": "v1"}))["newest"]["text"] == "一、目标"


async def test_demonstrations_guidance_and_training(running: City) -> None:
    task = (await running.tasks(district="donghu"))[0]
    enterprise = {"campaign_id": "campaign-2021", "enterprise_id": task["enterprise_id"], "planned_on": "2021-09-10"}
    manager = running.manager
    expect(await manager.post("/v1/demonstrations", json={**enterprise, "demonstration_id": "demo-1", "topic": "除尘"}), 201)
    expect(await manager.post("/v1/demonstrations/demo-1/observers", json={"officer_ids": ["o-x", "o-a"]}), 201)
    held = {"held_on": "2021-09-10", "present": ["o-x"], "lessons": "先断电"}
    expect(await manager.post("/v1/demonstrations/demo-1/holdings", json=held, headers={"If-Match": '"2"'}), 201)
    expect(await manager.post("/v1/guidance-visits", json={**enterprise, "guidance_id": "guide-1", "expert_ids": ["x-1"]}), 201)
    expert = running.under_test.client("expert", id="x-1", districts=["donghu"])
    findings = {"visited_on": "2021-08-30", "findings": [{"fact": "积尘", "advice": "清扫", "serious": True}]}
    expect(await expert.post("/v1/guidance-visits/guide-1/findings", json=findings, headers=GUARD), 201)
    course = {
        "training_id": "course-1", "campaign_id": "campaign-2021", "title": "平台培训", "modules": ["inspection"],
        "planned_on": "2021-09-01",
    }  # fmt: skip
    expect(await manager.post("/v1/trainings", json=course), 201)
    came = {"held_on": "2021-09-01", "attended": [{"officer_id": "o-a", "passed": True}, {"officer_id": "o-x", "passed": False}]}
    done = expect(await manager.post("/v1/trainings/course-1/attendances", json=came, headers=GUARD), 201)
    assert done["granted"] == 1
    await running.under_test.settle()
    [visit] = expect(await manager.get("/v1/demonstrations", params={"state": "held"}))["items"]
    assert [one["district"] for one in visit["present"]] == ["xihu"]
    [guided] = expect(await manager.get("/v1/guidance-visits", params={"monday": "2021-09-06"}))["items"]
    assert (guided["state"], guided["serious"]) == ("reported", 1)
    [session] = expect(await manager.get("/v1/trainings"))["items"]
    assert (session["attended"], session["passed"]) == (2, 1)
    [user] = expect(await manager.get("/v1/module-users", params={"module": "inspection"}))["items"]
    assert (user["officer_id"], user["district"], user["state"]) == ("o-a", "donghu", "granted")
    expect(await manager.post("/v1/module-users/o-a/revocations", json={"module": "inspection", "reason": "调离"}), 201)
    await running.under_test.settle()
    assert expect(await manager.get("/v1/module-users", params={"state": "granted"}))["items"] == []
