"""Histories across services: complete, in causal order, of one matter only, for those who may see it."""

from __future__ import annotations

from typing import Any

import httpx

from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, Site, enterprise, task


async def history(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/v1/histories/{path}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_case_from_task_to_decision(reporting: Reporting, year: Ledgers) -> None:
    """The copy got it service by service; the history tells it as it happened."""
    async with reporting.client("auditor") as client:
        items = await history(client, "cases/k-a")
    told = [item["type"].split(".", 1)[1].removesuffix(".v1") for item in items]
    assert told == [
        "tasks.task-generated", "tasks.task-assigned", "tasks.task-started", "inspection.hazard-found", "inspection.hazard-found",
        "inspection.hazard-found", "inspection.inspection-concluded", "tasks.task-completed", "inspection.hazard-rectified",
        "inspection.hazard-rectified", "penalty.clue-registered", "penalty.penalty-decided",
    ]  # fmt: skip
    assert [item["seq"] for item in items] != sorted(item["seq"] for item in items)


async def test_an_entry_answers_who_when_why_and_under_which_rules(reporting: Reporting, year: Ledgers) -> None:
    async with reporting.client("auditor") as client:
        *_, clue, decided = await history(client, "cases/k-a")
    assert decided["actor"] == {"id": "officer-1", "name": "张三", "role": "officer", "certificate_no": "赣执-001"}
    assert (decided["service"], decided["stream_id"], decided["version"]) == ("penalty", "case:k-a", 2)
    assert decided["rulebook"] == "jiangxi-work-safety/2021.1"
    assert decided["causation_id"] == clue["event_id"]
    assert decided["correlation_id"] == clue["correlation_id"]
    assert decided["occurred_at"] < decided["recorded_at"]
    assert decided["data"]["total_fen"] == 1_200_000
    assert decided["title"]


async def test_everything_about_an_enterprise(reporting: Reporting, year: Ledgers) -> None:
    async with reporting.client("officer") as client:
        items = await history(client, "enterprises/e-a1")
    expected = [str(r.envelope.event_id) for r in year.recorded if r.envelope.subject == "e-a1"]
    assert sorted(item["event_id"] for item in items) == sorted(expected)
    assert items[0]["type"] == "casetrail.registry.enterprise-registered.v1"


async def test_one_command_for_many_enterprises_mixes_no_cases(reporting: Reporting) -> None:
    """An apportionment begins many tasks under one correlation; a case's history holds its own enterprise and the campaign."""
    ledgers = Ledgers()
    for key in ("e-a1", "e-b1"):
        enterprise(ledgers, key, "donghu")
    campaign = ledgers.record("tasks", "campaign-opened", {"campaign_id": "c"}, stream="campaign:c", district="nanchang")
    shared = campaign.envelope.correlation_id
    for key in ("a", "b"):
        site = Site(ledgers, key, f"e-{key}1", "donghu")
        site._last = ledgers.record(
            "tasks", "task-assigned", {"task_id": f"t-{key}"}, stream=f"task:t-{key}", subject=f"e-{key}1", correlation_id=shared
        )
        site.penalised(1)
    await reporting.receive(ledgers.recorded)
    async with reporting.client("auditor") as client:
        items = await history(client, "cases/k-a")
    assert {item["data"].get("enterprise_id", "e-a1") for item in items} == {"e-a1"}
    assert {item["stream_id"] for item in items} == {"campaign:c", "task:t-a", "case:k-a"}


async def test_other_districts_do_not_know_it_exists(reporting: Reporting, year: Ledgers) -> None:
    async with reporting.client("manager", districts=["xihu"]) as client:
        for path in ("cases/k-a", "enterprises/e-a1"):
            answer = await client.get(f"/v1/histories/{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
        assert (await client.get("/v1/histories/enterprises/e-c1")).status_code == 200


async def test_a_matter_of_two_districts_is_shown_as_far_as_one_may_see(reporting: Reporting) -> None:
    ledgers = Ledgers()
    task(ledgers, "t-a", "e-a1", "donghu", level="city", campaign=None)
    enterprise(ledgers, "e-a1", "xihu")
    await reporting.receive(ledgers.recorded)
    async with reporting.client("manager", districts=["xihu"]) as client:
        assert [item["district"] for item in await history(client, "enterprises/e-a1")] == ["xihu"]


async def test_nobody_there(reporting: Reporting, year: Ledgers) -> None:
    async with reporting.client("auditor") as client:
        assert (await client.get("/v1/histories/cases/k-zzz")).status_code == 404
        assert (await client.get("/v1/histories/enterprises/e-zzz")).status_code == 404
        assert (await client.get("/v1/histories/cases/Not%20An%20Id")).status_code == 422
