"""The yearly cap and the prior approval of inspections, over HTTP, on a real store."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import orjson

from chassis.testing import settings_for
from chassis.worker import api_app
from services.tasks.domain import task_id_for
from services.tasks.domain.drawfile import check
from services.tasks.queries.inspecting import inspection_rules
from tests.service.tasks.city import SEED, SEED_SHA256, VOCABULARY, City, expect

FIELDS = [{"name": "production_status", "value": "producing"}, {"name": "standardisation_grade", "value": "1"}]


async def shanxi(city: City) -> str:
    """Rules of 2026 as if for Shanxi, officers, a list of items, a smelter of grade 1; answers its id."""
    city.under_test.clock.at = datetime(2026, 3, 2, 2, tzinfo=UTC)
    await city.jurisdictions()
    book = orjson.loads((VOCABULARY / "rulebook-2026-3.json").read_bytes())
    head = {key: book[key] for key in ("rulebook", "version", "valid_from", "valid_to")}
    await city.hear("registry", "rulebook-published", "rulebook:x", **head, province="140000", content=book)
    items = [{"code": "I-1", "text": "x"}]
    await city.hear("registry", "catalogue-published", "catalogue:x", catalogue="x", version="1", title="清单",
                    valid_from="2026-01-01", valid_to=None, items=items, register_terms={})  # fmt: skip
    for one in ("o-a", "o-b", "o-c"):
        await city.officer(one, valid_to=date(2030, 1, 1))
    return await city.enterprise(1, "donghu", fields=FIELDS)


COMMON = {"organ_id": "donghu-emb", "seed_sha256": SEED_SHA256}


async def drawn(city: City, enterprise_id: str, number: int) -> str:
    """A random task there; answers its id."""
    source = f"draw-e-{number}"
    picks: list[dict[str, Any]] = [{"count": 1, "due_on": "2026-12-31"}]
    body = {"draw_id": source, "purpose": "enterprises", "picks": picks, **COMMON}
    expect(await city.manager.post("/v1/draws", json=body), 201)
    expect(await city.manager.post(f"/v1/draws/{source}/reveals", json={"seed": SEED}), 201)
    return task_id_for(source, enterprise_id)


async def approve(city: City, task_id: str, over_cap: str | None = None) -> None:
    """The task's inspection is asked for and approved."""
    manager = city.under_test.client("manager", id="p-li", organ="donghu-emb")
    head = city.under_test.client("approver", id="p-head", organ="donghu-emb")
    asked = {"planned_on": "2026-03-09", "items": ["I-1"], "over_cap_reason": over_cap}
    expect(await manager.post(f"/v1/tasks/{task_id}/approval-requests", json=asked), 201)
    expect(await head.post(f"/v1/tasks/{task_id}/approvals", json={}, headers={"If-Match": '"1"'}), 201)


async def commit(city: City, draw_id: str, *task_ids: str) -> str:
    """A draw of two officers for each of these tasks is committed to; answers its id."""
    picks = [{"task_id": one, "count": 2, "planned_on": "2026-03-09"} for one in task_ids]
    body = {"draw_id": draw_id, "purpose": "officers", "picks": picks, **COMMON}
    expect(await city.manager.post("/v1/draws", json=body), 201)
    return draw_id


async def ready(city: City, enterprise_id: str, number: int, over_cap: str | None = None) -> str:
    """A random task there, approved, with a draw of officers committed to; answers the draw's id."""
    task_id = await drawn(city, enterprise_id, number)
    await approve(city, task_id, over_cap)
    return await commit(city, f"draw-o-{number}", task_id)


async def test_caps_hold_between_two_api_processes(city: City) -> None:
    """32 requests at once, over two processes, for the last permitted inspection of a smelter of grade 1: one wins."""
    enterprise_id = await shanxi(city)
    draws = [await ready(city, enterprise_id, number) for number in range(33)]
    expect(await city.manager.post(f"/v1/draws/{draws[0]}/reveals", json={"seed": SEED}), 201)
    under_test = city.under_test
    other = api_app(under_test.service, settings_for("tasks", under_test.dsn))
    async with other.router.lifespan_context(other):
        other.state.runner.clock, other.state.verifier = under_test.clock, under_test.tokens
        managers = [city.manager, replace(under_test, app=other).client("manager", id="p-zhao")]
        answers = await asyncio.gather(*(
            managers[place % 2].post(f"/v1/draws/{draw_id}/reveals", json={"seed": SEED})
            for place, draw_id in enumerate(draws[1:])
        ))  # fmt: skip
        # Who lost the race more often than a command is tried again asks once more, as a client does; the cap still holds.
        again = [place for place, answer in enumerate(answers) if answer.json().get("code") not in (None, "cap-reached")]
        for place in again:
            answers[place] = await managers[1].post(f"/v1/draws/{draws[1 + place]}/reveals", json={"seed": SEED})
    assert [answer.status_code for answer in answers].count(201) == 1
    assert {answer.json().get("code") for answer in answers if answer.status_code != 201} == {"cap-reached"}
    assert len(await under_test.events("casetrail.tasks.task-assigned")) == 2
    shown = expect(await city.manager.get(f"/v1/enterprises/{enterprise_id}/inspections/2026"))
    assert (shown["counted"], shown["maximum"], shown["overridden"]) == (2, 2, 0)


async def test_f39_without_approval_nothing_is_assigned_and_beyond_the_cap_only_by_an_approved_override(city: City) -> None:
    enterprise_id = await shanxi(city)
    late = await ready(city, enterprise_id, 3, "事故隐患线索")
    for number in (1, 2):
        expect(await city.manager.post(f"/v1/draws/{await ready(city, enterprise_id, number)}/reveals", json={"seed": SEED}), 201)
    await city.under_test.settle()
    body = {
        "draw_id": "draw-e-9", "purpose": "enterprises", "organ_id": "donghu-emb", "seed_sha256": SEED_SHA256,
        "picks": [{"count": 1, "due_on": "2026-12-31"}],
    }  # fmt: skip
    expect(await city.manager.post("/v1/draws", json=body), 409, "not-enough-enterprises")
    expect(await city.manager.post(f"/v1/draws/{late}/reveals", json={"seed": SEED}), 201)
    shown = expect(await city.manager.get(f"/v1/enterprises/{enterprise_id}/inspections/2026"))
    assert (shown["counted"], shown["overridden"]) == (3, 1)
    task_id = task_id_for("draw-e-3", enterprise_id)
    approval = expect(await city.manager.get(f"/v1/tasks/{task_id}/approval"))
    assert (approval["state"], approval["decided_by"]) == ("approved", "p-head")
    await city.under_test.settle()
    rows = expect(await city.manager.get("/v1/approvals", params={"state": "approved"}))["items"]
    assert [(one["task_id"], one["over_cap"]) for one in rows if one["over_cap"]] == [(task_id, True)]
    assert expect(await city.manager.get("/v1/approvals", params={"state": "rejected"}))["items"] == []
    [count] = expect(await city.manager.get("/v1/inspection-counts", params={"year": 2026}))["items"]
    assert (count["enterprise_id"], count["counted"], count["overridden"]) == (enterprise_id, 3, 1)
    body = {"reason": "企业停产"}
    version = expect(await city.manager.get(f"/v1/tasks/{task_id}"))["version"]
    gone = await city.manager.post(f"/v1/tasks/{task_id}/cancellations", json=body, headers={"If-Match": f'"{version}"'})
    expect(gone, 201)
    assert expect(await city.manager.get(f"/v1/enterprises/{enterprise_id}/inspections/2026"))["counted"] == 2


async def test_f39_a_capped_and_an_unapproved_task_leave_a_draw_and_its_other_tasks_as_they_are(city: City) -> None:
    enterprise_id = await shanxi(city)
    tasks = [await drawn(city, enterprise_id, number) for number in range(4)]
    for one in tasks[1:]:
        await approve(city, one)
    await commit(city, "draw-o", *tasks)
    told = expect(await city.manager.post("/v1/draws/draw-o/reveals", json={"seed": SEED}), 201)
    held = [(tasks[0], "inspection-not-approved"), (tasks[3], "cap-reached")]  # a smelter of grade 1 may have two
    assert [(one["task_id"], one["code"]) for one in told["unassigned"]] == held
    assert [(one["task_id"], len(one["drawn"])) for one in told["results"]] == [(one, 2) for one in tasks]
    await city.under_test.settle()
    assert {one["task_id"] for one in await city.tasks(state="assigned")} == {tasks[1], tasks[2]}
    shown = expect(await city.manager.get("/v1/draws/draw-o"))
    assert shown["revealed"]["unassigned"] == told["unassigned"]
    assert check(expect(await city.manager.get("/v1/draws/draw-o/file"))).findings == ()
    await commit(city, "draw-again", tasks[0])
    expect(await city.manager.post("/v1/draws/draw-again/reveals", json={"seed": SEED}), 409, "inspection-not-approved")


async def test_an_urgent_inspection_that_is_not_regularised_falls_due(city: City) -> None:
    enterprise_id = await shanxi(city)
    draw = {
        "draw_id": "draw-e", "purpose": "enterprises", "organ_id": "donghu-emb", "seed_sha256": SEED_SHA256,
        "picks": [{"count": 1, "due_on": "2026-12-31"}],
    }  # fmt: skip
    expect(await city.manager.post("/v1/draws", json=draw), 201)
    expect(await city.manager.post("/v1/draws/draw-e/reveals", json={"seed": SEED}), 201)
    task_id = task_id_for("draw-e", enterprise_id)
    change = {"planned_on": "2026-03-02", "officer_ids": ["o-a", "o-b"], "reason": "举报"}
    match = {"If-Match": '"1"'}
    path = f"/v1/tasks/{task_id}"
    expect(await city.manager.post(f"{path}/reassignments", json=change, headers=match), 409, "inspection-not-approved")
    asked = {"planned_on": "2026-03-02", "items": ["I-1"], "urgent_reason": "正在违规作业"}
    expect(await city.manager.post(f"{path}/approval-requests", json=asked), 201)
    expect(await city.manager.post(f"{path}/reassignments", json=change, headers=match), 201)
    await city.under_test.settle()
    city.under_test.clock.at = datetime(2026, 3, 3, 2, 0, 1, tzinfo=UTC)
    await city.under_test.settle()
    assert expect(await city.manager.get(f"{path}/approval"))["overdue"]


async def test_f39_the_caps_of_a_rulebook_keep_their_own_days(city: City) -> None:
    await shanxi(city)
    books = await inspection_rules(city.under_test.connection.fetch)
    assert {(cap.valid_from, cap.valid_to) for book in books for cap in book.caps} == {(date(2025, 4, 1), None)}
