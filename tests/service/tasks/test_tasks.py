"""The life of a task, driven by inspections and by the calendar, and the list of tasks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from services.tasks.queries.tasklist import TaskFilter, tasks
from tests.service.tasks.city import DISTRICTS, City, expect


async def test_check_in_starts_and_conclusion_completes_a_task(city: City) -> None:
    task = await city.assigned_task()
    checked_in = await city.visit(task, "checked-in", officers=[], place="南昌")
    await city.visit(task, "checked-in", officers=[], place="南昌")
    [started] = await city.under_test.events("casetrail.tasks.task-started")
    assert started["causation_id"] == checked_in.envelope.event_id
    await city.visit(task, "inspection-concluded", concluded_on="2021-09-10", hazards=2)
    shown = expect(await city.manager.get(f"/v1/tasks/{task['task_id']}"))
    assert (shown["state"], shown["completed_on"], shown["overdue"]) == ("completed", "2021-09-10", False)
    assert shown["version"] == 4
    assert [t["task_id"] for t in await city.tasks(state="completed")] == [task["task_id"]]
    events = [e for e in await city.under_test.events() if e["stream_id"] == started["stream_id"]]
    assert len({event["correlation_id"] for event in events}) == 1


async def test_what_cannot_follow_from_an_inspection_is_kept_as_a_refusal(city: City) -> None:
    task = await city.open_task()
    await city.visit(task, "checked-in")
    await city.visit({**task, "task_id": "t-nowhere"}, "inspection-concluded", concluded_on="2021-09-10")
    assert sorted(await city.refusals()) == ["not-found", "task-not-assigned"]
    assert await city.under_test.events("casetrail.tasks.task-started") == []


async def test_a_task_is_overdue_when_its_last_day_in_china_has_passed(city: City) -> None:
    task = await city.assigned_task()
    city.under_test.clock.at = datetime(2021, 11, 30, 15, 59, 59, tzinfo=UTC)
    assert await city.tasks(overdue=True) == []
    city.under_test.clock.at = datetime(2021, 11, 30, 16, 0, tzinfo=UTC)
    assert len(await city.tasks(overdue=True)) == 12
    [row] = [e for e in await city.under_test.events("casetrail.tasks.task-overdue") if e["subject"] == task["enterprise_id"]]
    assert orjson.loads(row["data"])["due_on"] == "2021-11-30"
    assert row["occurred_at"] == datetime(2021, 11, 30, 16, 0, tzinfo=UTC)


async def test_an_overdue_task_can_still_be_completed(city: City) -> None:
    task = await city.assigned_task()
    city.under_test.clock.at = datetime(2021, 12, 5, tzinfo=UTC)
    await city.under_test.settle()
    await city.visit(task, "checked-in")
    await city.visit(task, "inspection-concluded", concluded_on="2021-12-05")
    [shown] = await city.tasks(state="completed")
    assert shown["overdue"]
    assert await city.refusals() == []


async def test_a_completed_task_never_becomes_overdue(city: City) -> None:
    task = await city.assigned_task()
    await city.visit(task, "checked-in")
    await city.visit(task, "inspection-concluded", concluded_on="2021-09-10")
    await city.under_test.settle()
    city.under_test.clock.at = datetime(2021, 12, 5, tzinfo=UTC)
    assert task["task_id"] not in {t["task_id"] for t in await city.tasks(overdue=True)}
    assert len(await city.under_test.events("casetrail.tasks.task-overdue")) == 11
    armed = "SELECT state FROM deadlines WHERE key = $1"
    assert await city.under_test.connection.fetchval(armed, task["task_id"]) == "disarmed"


async def test_the_status_tells_the_next_deadline_and_how_many_are_due(city: City) -> None:
    await city.open_task()
    operator = city.under_test.client("operator")
    status = expect(await operator.get("/ops/status"))
    assert status["deadlines"] == {"due": 0, "next": "2021-11-22T16:00:00+00:00"}
    city.under_test.clock.at = datetime(2021, 12, 5, tzinfo=UTC)
    status = expect(await operator.get("/ops/status"))
    assert status["deadlines"] == {"due": 24, "next": None}


async def test_list_in_pages_by_due_date_and_within_the_districts_one_may_see(city: City) -> None:
    await city.founded()
    await city.apportioned()
    local = city.under_test.client("officer", districts=["anyi", "donghu"])
    seen: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = expect(await local.get("/v1/tasks", params={"limit": 3, **({"cursor": cursor} if cursor else {})}))
        assert len(page["items"]) <= 3
        seen += page["items"]
        cursor = page["next"]
    assert [(t["due_on"], t["task_id"]) for t in seen] == sorted({(t["due_on"], t["task_id"]) for t in seen})
    assert {t["task_id"] for t in seen} == {t["task_id"] for t in await city.tasks() if t["district"] in ("anyi", "donghu")}
    assert expect(await local.get("/v1/tasks", params={"district": "xihu"}))["items"] == []
    hidden = (await city.tasks(district="xihu"))[0]["task_id"]
    expect(await local.get(f"/v1/tasks/{hidden}"), 404, "not-found")
    expect(await local.get("/v1/tasks", params={"cursor": "WzFd"}), 400, "bad-cursor")


async def test_list_can_wait_for_what_was_just_done(city: City) -> None:
    await city.founded()
    await city.campaign()
    await city.register(1)
    asked = {"seed": "2021", "expected_enterprises": len(DISTRICTS)}
    done = expect(await city.manager.post("/v1/campaigns/campaign-2021/apportionments", json=asked), 201)
    await city.under_test.settle()
    page = expect(await city.manager.get("/v1/tasks", params={"at_least": done["event_id"]}))
    assert len(page["items"]) == len(DISTRICTS)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (TaskFilter(seen=None), "task_list_by_due"),
        (TaskFilter(seen=["d-1", "d-2"]), "task_list_by_due"),
        (TaskFilter(seen=None, district="d-3"), "task_list_by_district"),
        (TaskFilter(seen=None, organ_id="o-3"), "task_list_by_organ"),
        (TaskFilter(seen=None, state="generated"), "task_list_by_state"),
        (TaskFilter(seen=None, campaign_id="campaign-7"), "task_list_by_campaign"),
    ],
)
async def test_every_list_has_an_index_behind_it(city: City, wanted: TaskFilter, index: str) -> None:
    """The plan, over a table large enough for the planner to care, walks an index in order and never sorts."""
    connection = city.under_test.connection
    await connection.execute(
        """INSERT INTO task_list SELECT 't-' || n, 'campaign', 'campaign-' || n % 50, NULL, 'e-' || n, 'x', 'u', 'd-' || n % 13,
        'steel', 'city', 'o-' || n % 14, 'x', date '2021-01-01' + n % 300, NULL,
        (ARRAY['generated', 'assigned', 'started', 'completed'])[n % 4 + 1], false, '[]', '[]', NULL, NULL, 1
        FROM generate_series(1, 20000) n"""
    )
    await connection.execute("ANALYZE task_list")
    plans: list[str] = []

    async def explain(sql: str, *values: Any) -> list[Any]:
        plans.extend(row[0] for row in await connection.fetch(f"EXPLAIN {sql}", *values))
        return []

    await tasks(explain, wanted, (date(2021, 5, 1), "t-1"), 51)
    plan = "\n".join(plans)
    assert index in plan
    assert "Sort" not in plan


async def test_rules_that_arrive_again_replace_the_earlier_ones(city: City) -> None:
    await city.rulebook()
    await city.rulebook()
    [row] = await city.under_test.connection.fetch("SELECT * FROM rulebooks")
    assert (row["share_numerator"], row["share_denominator"], row["officers_minimum"]) == (1, 4, 2)
    assert orjson.loads(row["officers_bases"]) == [
        {"text": "行政处罚法（2017）第37条第1款", "valid_from": "2018-01-01", "valid_to": "2021-07-14"},
        {"text": "行政处罚法（2021）第42条第1款", "valid_from": "2021-07-15", "valid_to": None},
    ]
