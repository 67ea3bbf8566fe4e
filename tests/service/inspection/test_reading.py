"""Lists, single aggregates, who may ask and command, and requests that make no sense."""

from __future__ import annotations

from typing import Any

from tests.service.inspection.office import CHECK_IN, OFFICERS, Office, hazard

DATED = {"hazard_id": "hazard-1", "due_on": "2021-09-20"}
RESULT = {"hazard_id": "hazard-1", "passed": True}


async def ids(office: Office, path: str, **asked: Any) -> list[str]:
    items = (await office.get(path, **asked))["items"]
    return [item[f"{path[:-1]}_id"] for item in items]


async def test_lists_are_filtered(office: Office) -> None:
    await office.ordered("hazard-1", "hazard-2")
    await office.report("hazard-1")
    await office.hear(office.task("task-2"))
    await office.under_test.settle()
    assert await ids(office, "inspections") == ["task-1", "task-2"]
    assert await ids(office, "inspections", state="concluded") == ["task-1"]
    assert await ids(office, "inspections", district="xihu") == []
    assert await ids(office, "inspections", district="donghu", state="prepared") == ["task-2"]
    assert await ids(office, "hazards", state="reported") == ["hazard-1"]
    assert await ids(office, "hazards", state="ordered") == ["hazard-2"]
    assert await ids(office, "orders", state="open") == ["order-1"]
    assert await ids(office, "orders", state="closed") == []


async def test_row_of_an_inspection(office: Office) -> None:
    await office.concluded("hazard-1", "hazard-2")
    await office.under_test.settle()
    [row] = (await office.get("inspections"))["items"]
    view = await office.get("inspections/task-1")
    assert (row["hazards"], row["items"], row["answered"]) == (2, len(view["items"]), len(view["items"]))
    assert (row["concluded_on"], row["version"]) == ("2021-09-06", view["version"])


async def test_row_of_a_hazard_tells_its_story(office: Office) -> None:
    await office.ordered("hazard-1")
    await office.post("officer", "referrals", {"referral_id": "ref-1", "inspection_id": "task-1", "hazard_ids": ["hazard-1"]})
    await office.report("hazard-1")
    await office.re_inspect(hazard_1=False)
    await office.under_test.settle()
    [row] = (await office.get("hazards"))["items"]
    view = await office.get("hazards/hazard-1")
    assert row == {name: view[name] for name in row}
    assert (row["state"], row["order_id"], row["due_on"], row["referral_id"]) == ("failed", "order-1", "2021-09-20", "ref-1")


async def test_pages_go_on_where_they_ended(office: Office) -> None:
    for number in range(5):
        await office.hear(office.task(f"task-{number}"))
    await office.under_test.settle()
    first = await office.get("inspections", limit=3)
    second = await office.get("inspections", limit=3, cursor=first["next"])
    assert [item["inspection_id"] for page in (first, second) for item in page["items"]] == [f"task-{n}" for n in range(5)]
    assert second["next"] is None


async def test_strange_cursors_are_refused(office: Office) -> None:
    """No base64; two numbers; no day; an empty list."""
    for cursor in ("nonsense", "WzEsMl0=", "WyJ4IiwieSJd", "W10="):
        problem = await office.get("inspections", cursor=cursor, status=400)
        assert problem["code"] == "bad-cursor"


async def test_other_districts_see_nothing(office: Office) -> None:
    await office.ordered("hazard-1")
    await office.under_test.settle()
    for path in ("inspections", "hazards", "orders"):
        assert (await office.get(path, district="xihu"))["items"] == []
    for path in ("inspections/task-1", "hazards/hazard-1", "orders/order-1"):
        await office.get(path, district="xihu", status=404)
        await office.get(path, district="donghu")


async def test_other_districts_change_nothing(office: Office) -> None:
    await office.ordered("hazard-1")
    officer = office.client("officer", "xihu")
    for path, body in {
        "inspections/task-1/advice": {"expert_id": "expert-1", "advice": "清理"},
        "orders/order-1/rectification-reports": {"hazard_ids": ["hazard-1"], "report": "已清理"},
        "referrals": {"referral_id": "ref-1", "inspection_id": "task-1", "hazard_ids": ["hazard-1"]},
    }.items():
        response = await officer.post(f"/v1/{path}", json=body)
        assert response.status_code == 404, response.text


FORBIDDEN: list[tuple[str, str, dict[str, Any]]] = [
    ("officer", "inspections/task-1/plan-approvals", {"mode": "unannounced"}),
    ("approver", "inspections/task-1/check-ins", CHECK_IN),
    ("expert", "inspections/task-1/answers", {"answers": [{"item_code": "GEN-01", "answer": "compliant"}]}),
    ("expert", "inspections/task-1/conclusions", {"signed_by": "厂长"}),
    ("enterprise", "inspections/task-1/advice", {"expert_id": "expert-1", "advice": "清理积尘"}),
    ("enterprise", "orders", {"order_id": "order-1", "inspection_id": "task-1", "hazards": [DATED]}),
    ("approver", "orders/order-1/rectification-reports", {"hazard_ids": ["hazard-1"], "report": "已清理"}),
    ("enterprise", "orders/order-1/re-inspections", {"officers": OFFICERS, "results": [RESULT]}),
    ("manager", "referrals", {"referral_id": "ref-1", "inspection_id": "task-1", "hazard_ids": ["hazard-1"]}),
]


async def test_roles(office: Office) -> None:
    """An expert advises and never enforces; nobody approves or decides in another's role; an enterprise sees what is its own."""
    for role, path, body in FORBIDDEN:
        problem = await office.post(role, path, body, status=403)
        assert problem["code"] == "forbidden"
    for path in ("inspections", "inspections/task-1"):
        await office.get(path, role="enterprise", status=403)
    for path in ("hazards", "orders"):
        assert (await office.get(path, role="enterprise"))["items"] == []
        await office.get(f"{path}/of-another", role="enterprise", status=404)


VIOLATION = {"item_code": "GEN-01", "answer": "violation"}
MALFORMED: list[dict[str, Any]] = [
    {"item_code": "GEN-01", "answer": "perhaps"},
    {"item_code": "gen 01", "answer": "compliant"},
    {"item_code": "GEN-01", "answer": "compliant", "colour": "red"},
    {"item_code": "GEN-01", "answer": "compliant", "note": "a\x00b"},
    {**VIOLATION, "hazards": [{**hazard("hazard-1"), "severity": "huge"}]},
    {**VIOLATION, "hazards": [{**hazard("hazard-1"), "fact": "   "}]},
    {**VIOLATION, "hazards": [{**hazard("hazard-1"), "place": "一\n二"}]},
    {**VIOLATION, "hazards": [hazard("H1")]},
]


async def test_malformed_requests_are_refused(office: Office) -> None:
    await office.concluded("hazard-1")
    for answer in MALFORMED:
        problem = await office.post("officer", "inspections/task-1/answers", {"answers": [answer]}, status=422)
        assert problem["code"] == "invalid"
        assert problem["errors"][0]["pointer"].startswith("#/answers/0")
    for due_on in ("2021-02-30", "9999-12-31", "soon"):
        await office.post("officer", "orders", office.order_body("order-1", "hazard-1", due_on=due_on), status=422)
    await office.post("officer", "orders", office.order_body("order-1"), status=422)


async def test_unknown_things_are_not_found(office: Office) -> None:
    for path in ("inspections/task-9", "hazards/hazard-9", "orders/order-9"):
        await office.get(path, status=404)
    await office.post("approver", "inspections/task-9/plan-approvals", {"mode": "unannounced"}, status=404)
    await office.post("officer", "orders", office.order_body("order-1", "hazard-1", task_id="task-9"), status=404)


async def test_answer_of_a_command_can_be_waited_for(office: Office) -> None:
    """The event id that a command answers leads to a list that holds it."""
    await office.hear(office.task("task-1"))
    answered = await office.post("approver", "inspections/task-1/plan-approvals", {"mode": "unannounced"})
    await office.under_test.settle()
    [row] = (await office.get("inspections", at_least=answered["event_id"]))["items"]
    assert (row["state"], row["version"]) == ("approved", answered["version"])
