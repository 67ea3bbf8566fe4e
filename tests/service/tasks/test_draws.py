"""Draws over HTTP, on a real store: committed, revealed, and what follows in the same write set."""

from __future__ import annotations

from datetime import date

import orjson

from services.tasks.domain import pool_digest, ranked
from services.tasks.domain.drawfile import check
from tests.service.penalty.rebuilding import differences
from tests.service.tasks.city import SEED, SEED_SHA256, City, draw, expect

ENTERPRISES = {
    "draw_id": "draw-e", "purpose": "enterprises", "organ_id": "donghu-emb", "seed_sha256": SEED_SHA256,
    "picks": [{"count": 3, "due_on": "2021-12-15"}],
}  # fmt: skip


async def test_officers_are_drawn_and_the_task_assigned_in_one_write_set(city: City) -> None:
    task = await city.open_task()
    answer = expect(await city.manager.post("/v1/draws", json=draw(task["task_id"])), 201)
    assert (answer["pool"], answer["pool_sha256"]) == (4, pool_digest(["o-a", "o-b", "o-c", "o-d"]))
    expect(await city.manager.post("/v1/draws/draw-1/reveals", json={"seed": SEED}), 201)
    drawn = ranked(SEED, task["task_id"], ["o-a", "o-b", "o-c", "o-d"])[:2]
    [shown] = await city.tasks(state="assigned")
    assert [one["officer_id"] for one in shown["officers"]] == drawn
    assert (shown["planned_on"], [one["expert_id"] for one in shown["experts"]]) == ("2021-09-10", ["x-1"])
    [revealed] = await city.under_test.events("casetrail.tasks.draw-revealed")
    [assigned] = await city.under_test.events("casetrail.tasks.task-assigned")
    assert revealed["command_id"] == assigned["command_id"]
    generated = await city.under_test.events("casetrail.tasks.task-generated")
    own = next(e for e in generated if e["stream_id"] == assigned["stream_id"])
    assert assigned["correlation_id"] == own["correlation_id"] != revealed["correlation_id"]
    assert assigned["subject"] == task["enterprise_id"]


async def test_the_record_of_a_draw_is_enough_to_repeat_it(city: City) -> None:
    task = await city.open_task()
    await city.recusal("o-a", task["enterprise_id"])
    expect(await city.manager.post("/v1/draws", json=draw(task["task_id"])), 201)
    before = expect(await city.manager.get("/v1/draws/draw-1"))
    assert before["revealed"] is None
    assert SEED not in orjson.dumps(before).decode()
    expect(await city.manager.post("/v1/draws/draw-1/reveals", json={"seed": SEED}), 201)
    record = expect(await city.manager.get("/v1/draws/draw-1"))
    [pick], [result] = record["committed"]["picks"], record["revealed"]["results"]
    out = {e["officer_id"] for e in record["committed"]["exclusions"] if e["enterprise_id"] == pick["enterprise_id"]}
    order = ranked(record["revealed"]["seed"], pick["task_id"], record["committed"]["pool"])
    assert result["drawn"] == [one for one in order if one not in out][: pick["count"]]
    assert out == {"o-a"}


async def test_a_recusal_between_commitment_and_reveal_is_respected(city: City) -> None:
    task = await city.open_task()
    expect(await city.manager.post("/v1/draws", json=draw(task["task_id"])), 201)
    first = ranked(SEED, task["task_id"], ["o-a", "o-b", "o-c", "o-d"])[0]
    await city.recusal(first, task["enterprise_id"])
    expect(await city.manager.post("/v1/draws/draw-1/reveals", json={"seed": SEED}), 201)
    [shown] = await city.tasks(state="assigned")
    assert first not in {one["officer_id"] for one in shown["officers"]}
    late = expect(await city.manager.get("/v1/draws/draw-1"))["revealed"]["late_exclusions"]
    assert late == [{"officer_id": first, "enterprise_id": task["enterprise_id"], "reason": "recusal"}]


async def test_refusals_of_a_draw(city: City) -> None:
    task = await city.open_task()
    await city.officer("o-e", valid_to=date(2021, 9, 9))
    one = task["task_id"]
    few = expect(await city.manager.post("/v1/draws", json=draw(one, count=1)), 409, "too-few-officers")
    assert (few["minimum"], few["basis"]) == (2, "行政处罚法（2021）第42条第1款")
    many = expect(await city.manager.post("/v1/draws", json=draw(one, count=5)), 409, "not-enough-officers")
    assert (many["available"], many["needed"]) == (4, 5)
    expect(await city.manager.post("/v1/draws", json=draw("t-nowhere")), 404, "not-found")
    expect(await city.manager.post("/v1/draws", json=draw(one, organ_id="xihu-emb")), 409, "task-of-another-organ")
    expect(await city.manager.post("/v1/draws", json=draw(one, organ_id="nobody")), 409, "organ-not-known")
    bad = {**draw(one), "picks": [{"task_id": one, "count": 2, "due_on": "2021-09-10"}]}
    expect(await city.manager.post("/v1/draws", json=bad), 422, "invalid")
    expect(await city.manager.post("/v1/draws", json=draw(one)), 201)
    expect(await city.manager.post("/v1/draws/draw-1/reveals", json={"seed": SEED + "!"}), 409, "seed-does-not-match")
    expect(await city.manager.post("/v1/draws/draw-1/reveals", json={"seed": SEED}), 201)
    expect(await city.manager.post("/v1/draws/draw-1/reveals", json={"seed": SEED}), 409, "draw-already-revealed")
    expect(await city.manager.post("/v1/draws", json=draw(one, draw_id="draw-2")), 409, "task-not-open")


async def test_of_two_draws_for_a_task_the_second_reveal_is_refused_whole(city: City) -> None:
    task = await city.open_task()
    other = next(t for t in await city.tasks(organ_id="donghu-emb") if t["task_id"] != task["task_id"])
    expect(await city.manager.post("/v1/draws", json=draw(task["task_id"])), 201)
    expect(await city.manager.post("/v1/draws", json=draw(other["task_id"], task["task_id"], draw_id="draw-2")), 201)
    expect(await city.manager.post("/v1/draws/draw-1/reveals", json={"seed": SEED}), 201)
    expect(await city.manager.post("/v1/draws/draw-2/reveals", json={"seed": SEED}), 409, "task-not-open")
    assert len(await city.tasks(state="assigned")) == 1


async def test_a_manager_draws_only_within_the_own_district(city: City) -> None:
    task = await city.open_task()
    stranger = city.under_test.client("manager", districts=["xihu"])
    expect(await stranger.post("/v1/draws", json=draw(task["task_id"])), 404, "not-found")
    neighbour = city.under_test.client("manager", districts=["donghu"])
    expect(await neighbour.post("/v1/draws", json=draw(task["task_id"])), 201)
    expect(await stranger.post("/v1/draws/draw-1/reveals", json={"seed": SEED}), 404, "not-found")
    expect(await neighbour.post("/v1/draws/draw-1/reveals", json={"seed": SEED}), 201)


async def test_enterprises_are_drawn_from_the_organs_district_and_become_tasks(city: City) -> None:
    await city.founded()
    await city.register(5)
    answer = expect(await city.manager.post("/v1/draws", json=ENTERPRISES), 201)
    assert answer["pool"] == 5
    expect(await city.manager.post("/v1/draws/draw-e/reveals", json={"seed": SEED}), 201)
    tasks = await city.tasks()
    assert {t["enterprise_id"] for t in tasks} == set(ranked(SEED, "draw-e", [f"e-{n:020x}" for n in range(5, 10)])[:3])
    assert {(t["kind"], t["level"], t["organ_id"], t["draw_id"], t["due_on"], t["district"]) for t in tasks} == {
        ("random", "district", "donghu-emb", "draw-e", "2021-12-15", "donghu")
    }
    events = await city.under_test.events("casetrail.tasks.task-generated")
    assert len({event["correlation_id"] for event in events}) == 3


async def test_the_city_draws_from_all_its_districts_or_one(city: City) -> None:
    await city.founded()
    await city.register(2)
    everywhere = {**ENTERPRISES, "organ_id": "nanchang-emb", "picks": [{"count": 6, "due_on": "2021-12-15"}]}
    assert expect(await city.manager.post("/v1/draws", json=everywhere), 201)["pool"] == 6
    one = {**everywhere, "draw_id": "draw-f", "picks": [{"count": 1, "due_on": "2021-12-15", "district": "xihu"}]}
    assert expect(await city.manager.post("/v1/draws", json=one), 201)["pool"] == 2
    expect(await city.manager.post("/v1/draws/draw-f/reveals", json={"seed": SEED}), 201)
    [task] = await city.tasks()
    assert (task["level"], task["district"], task["organ_id"]) == ("city", "xihu", "nanchang-emb")


async def test_a_draw_of_enterprises_skips_the_closed_and_its_file_is_verified_without_the_platform(city: City) -> None:
    await city.founded()
    ids = [await city.enterprise(number, "donghu") for number in range(1, 6)]
    fields = [{"name": "production_status", "value": "closed"}, {"name": "standardisation_grade", "value": "2"}]
    await city.enterprise(1, "donghu", fields=fields)
    expect(await city.manager.post("/v1/draws", json=ENTERPRISES), 201)
    assert not check(expect(await city.manager.get("/v1/draws/draw-e/file"))).revealed
    for name in ("production-suspended", "production-resumed", "production-suspended"):
        await city.hear("registry", name, ids[1], enterprise_id=ids[1])
    await city.hear("registry", "standardisation-graded", ids[2], enterprise_id=ids[2], grade="1")
    expect(await city.manager.post("/v1/draws/draw-e/reveals", json={"seed": SEED}), 201)
    answer = await city.manager.get("/v1/draws/draw-e/file")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="draw-draw-e.json"'
    checked = check(expect(answer))
    assert (checked.findings, checked.revealed, checked.pool, checked.left_out, checked.drawn) == ((), True, 5, 2, 3)
    assert {task["enterprise_id"] for task in await city.tasks()} == set(ids[2:])
    stranger = city.under_test.client("officer", districts=["xihu"])
    expect(await stranger.get("/v1/draws/draw-e/file"), 404, "not-found")


async def test_draws_are_listed_with_what_they_belong_to(city: City) -> None:
    """By district, campaign, plan, purpose, state and day; the row tells titles; built anew the list is the same."""
    task = await city.open_task()
    expect(await city.manager.post("/v1/draws", json=draw(task["task_id"], campaign_id="campaign-2021")), 201)
    expect(await city.manager.post("/v1/draws", json=ENTERPRISES), 201)
    expect(await city.manager.post("/v1/draws/draw-1/reveals", json={"seed": SEED}), 201)
    await city.under_test.settle()

    async def listed(**wanted: str) -> list[str]:
        return [row["draw_id"] for row in expect(await city.manager.get("/v1/draws", params=wanted))["items"]]

    [first, second] = expect(await city.manager.get("/v1/draws"))["items"]
    campaign = expect(await city.manager.get("/v1/campaigns/campaign-2021"))
    assert (first["draw_id"], first["state"], first["pool"], first["drawn"]) == ("draw-1", "revealed", 4, 2)
    assert (first["campaign_title"], first["plan_id"]) == (campaign["title"], campaign["plan_id"])
    [plan] = expect(await city.manager.get("/v1/plans"))["items"]
    assert first["plan_title"] == plan["title"]
    assert (second["campaign_title"], second["state"], second["drawn"]) == (None, "committed", 0)
    day = first["committed_on"]
    for name in ("campaign_id", "plan_id", "purpose", "state"):
        assert await listed(**{name: first[name]}) == ["draw-1"], name
    assert await listed(district="donghu", since=day, until=day) == ["draw-1", "draw-e"]
    assert await listed(until="2020-01-01") == await listed(since="2100-01-01") == await listed(district="xihu") == []
    expect(await city.manager.get("/v1/draws", params={"since": "sometime"}), 422)
    page = expect(await city.manager.get("/v1/draws", params={"limit": "1"}))
    assert await listed(limit="1", cursor=page["next"]) == ["draw-e"]
    assert await differences(city.under_test, 1, 1000) == []
