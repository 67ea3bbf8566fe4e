"""A visit with plan, meetings and disputed answers over HTTP, and hazards up to their end."""

from __future__ import annotations

from typing import Any

from tests.service.inspection.office import CHECK_IN, Office, hazard

ATTENDEES = [
    {"part": "unit-head", "name": "王厂长"},
    {"part": "safety-manager", "name": "李安全"},
    {"part": "operator", "absent_reason": "当班作业中"},
]


def answer(item: str, answer_id: str, answer: str = "compliant", *replaces: str, hazards: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "item_code": item, "answer": answer, "answer_id": answer_id, "replaces": list(replaces),
        "hazards": [hazard(one) for one in hazards],
    }  # fmt: skip


async def item_of(office: Office, code: str) -> Any:
    items = (await office.get("inspections/task-1"))["items"]
    return next(item for item in items if item["code"] == code)


async def test_a_plan_is_drafted_reviewed_and_approved_and_the_enterprise_told(office: Office) -> None:
    await office.hear(office.task("task-1"))
    items = [item["code"] for item in (await office.get("inspections/task-1"))["items"]]
    general = next(item["code"] for item in (await office.get("inspections/task-1"))["items"] if item["key_item_code"] is None)
    draft = {
        "mode": "notified", "items": [code for code in items if code != general],
        "omitted": [{"item_code": general, "reason": "上月已检查"}], "places": ["打磨车间"],
    }  # fmt: skip
    await office.post("officer", "inspections/task-1/plan-drafts", draft)
    await office.refused("item-twice", "officer", "inspections/task-1/plan-drafts", {**draft, "items": items})
    await office.post("manager", "inspections/task-1/plan-reviews", {"agreed": True, "opinion": "同意"})
    await office.refused("mode-differs", "approver", "inspections/task-1/plan-approvals", {"mode": "unannounced"})
    await office.post("approver", "inspections/task-1/plan-approvals", {"mode": "notified"})
    notice = {"notice_id": "notice-1", "inspections_so_far": 0, "handed_to": "办公室"}
    await office.post("officer", "inspections/task-1/notices", notice)
    told = await office.get("inspections/task-1")
    assert general not in [item["code"] for item in told["items"]]
    assert (told["review"]["agreed"], told["notice"]["handed_to"]) == (True, "办公室")


async def test_meetings_statement_and_a_settled_answer(office: Office) -> None:
    await office.on_site()
    path = "inspections/task-1"
    opening = {"meeting_id": "meeting-1", "meeting": "opening", "attendees": ATTENDEES, "told": ["rights", "recusal"]}
    await office.post("officer", f"{path}/meetings", opening)
    await office.post("officer", f"{path}/answers", {"answers": [answer("DST-K6", "a-1", "violation", hazards=("h-one",))]})
    problem = await office.refused("already-answered", "officer", f"{path}/answers", {"answers": [answer("DST-K6", "a-2")]})
    assert problem["answers"] == ["a-1"]
    changed = await office.post("officer", f"{path}/answers", {"answers": [answer("DST-K6", "a-2", "compliant", "a-1")]})
    assert changed["disputed"] == []
    assert (await office.get("hazards/h-one"))["state"] == "withdrawn"
    again = answer("DST-K6", "a-3", "violation", "a-2", hazards=("h-one",))
    await office.post("officer", f"{path}/answers", {"answers": [again]})
    assert (await office.get("hazards/h-one"))["state"] == "found"
    assert [one["answer_id"] for one in (await item_of(office, "DST-K6"))["answers"]] == ["a-3"]
    statement = {"statement_id": "statement-1", "part": "unit-head", "name": "王厂长", "statement": "已制定整改计划"}
    await office.post("officer", f"{path}/statements", statement)
    told = await office.get(path)
    assert [meeting["meeting"] for meeting in told["meetings"]] == ["opening"]
    assert told["statements"][0]["statement"] == "已制定整改计划"
    await office.under_test.settle()
    [row] = (await office.get("inspections"))["items"]
    assert (row["answered"], row["hazards"]) == (1, 1)


async def test_an_answer_that_replaces_needs_an_id_and_a_reason_where_nothing_was_checked(office: Office) -> None:
    await office.on_site()
    nameless = {"item_code": "DST-K6", "answer": "compliant", "replaces": ["a-1"]}
    await office.post("officer", "inspections/task-1/answers", {"answers": [nameless]}, status=422)
    unexplained = {"item_code": "DST-K6", "answer": "not-checked"}
    await office.refused("reason-missing", "officer", "inspections/task-1/answers", {"answers": [unexplained]})


async def test_the_scanned_code_is_the_sites(office: Office) -> None:
    await office.hear(office.task("task-1"))
    await office.post("approver", "inspections/task-1/plan-approvals", {"mode": "unannounced"})
    foreign = {**CHECK_IN, "site_code": "casetrail:site:e-2"}
    await office.refused("site-code-of-another", "officer", "inspections/task-1/check-ins", foreign)
    await office.post(
        "officer", "inspections/task-1/check-ins", {**CHECK_IN, "site_code": "casetrail:site:e-1", "recorder": "B7"}
    )
    assert (await office.get("inspections/task-1"))["check_in"]["recorder"] == "B7"


async def test_an_extension_is_asked_for_by_the_enterprise_and_granted(office: Office) -> None:
    await office.ordered("h-one", "h-two")
    asked = {"hazard_ids": ["h-one"], "until": "2021-10-20", "ground": "force-majeure", "reason": "洪水淹没厂房"}
    stranger = office.client("enterprise", enterprise_id="e-2")
    assert (await stranger.post("/v1/orders/order-1/extension-requests", json=asked)).status_code == 404
    owner = office.client("enterprise", enterprise_id="e-1")
    assert (await owner.post("/v1/orders/order-1/extension-requests", json=asked)).status_code == 201
    assert (await office.get("orders/order-1"))["extension_asked"]["answer_due_on"] == "2021-09-11"
    await office.pass_days(6)
    assert "extension-answer-overdue.v1" in await office.recorded()
    await office.post("approver", "orders/order-1/extensions", {"granted": True, "reason": "情况属实"})
    assert (await office.get("orders/order-1"))["due"] == {"h-one": "2021-10-20", "h-two": "2021-09-20"}
    assert (await office.get("hazards/h-one"))["due_on"] == "2021-10-20"
    await office.pass_days(12)
    assert "rectification-overdue.v1" not in await office.recorded()
    await office.pass_days(30)
    assert (await office.recorded()).count("rectification-overdue.v1") == 1


async def test_an_enterprise_does_not_say_itself_that_it_was_in_time(office: Office) -> None:
    """Officers may note later what happened earlier; whoever has until a day may not."""
    await office.ordered("h-one")
    owner = office.client("enterprise", enterprise_id="e-1")
    asked = {"hazard_ids": ["h-one"], "until": "2021-10-20", "ground": "force-majeure", "reason": "洪水淹没厂房"}
    done = {"hazard_ids": ["h-one"], "report": "已清理"}
    await office.pass_days(20)
    for path, body in (("extension-requests", asked), ("rectification-reports", done)):
        answer = await owner.post(f"/v1/orders/order-1/{path}", json=body, headers={"Occurred-At": "2021-09-07T10:00:00+08:00"})
        assert (answer.status_code, answer.json()["code"]) == (409, "occurred-at-not-taken")
    assert (await owner.post("/v1/orders/order-1/rectification-reports", json=done)).status_code == 201


async def test_a_hazard_closed_by_decision_leaves_its_order(office: Office) -> None:
    await office.ordered("h-one", "h-two")
    closing = {"ground": "equipment-removed", "reason": "设备已拆除"}
    await office.post("officer", "hazards/h-two/closings", closing, status=403)
    await office.post("approver", "hazards/h-two/closings", closing)
    await office.report("h-one")
    await office.re_inspect(h_one=True)
    told = await office.get("orders/order-1")
    assert (told["state"], told["progress"]) == ("closed", {"h-one": "rectified", "h-two": "closed"})
    await office.under_test.settle()
    states = {row["hazard_id"]: row["state"] for row in (await office.get("hazards"))["items"]}
    assert states == {"h-one": "rectified", "h-two": "closed"}


async def test_a_hazard_is_corrected_at_once_and_a_major_one_supervised(office: Office) -> None:
    await office.on_site()
    answers = [
        {"item_code": "DST-K6", "answer": "violation", "hazards": [hazard("h-one"), hazard("h-two", "major")]},
    ]
    await office.post("officer", "inspections/task-1/answers", {"answers": answers})
    await office.post("officer", "hazards/h-one/corrections", {"how": "当场清扫"})
    listed = {
        "supervision_id": "supervision-1", "organ_id": "donghu-emb", "organ": "东湖区应急管理局", "measures": "停产整改",
        "due_on": "2021-09-30",
    }  # fmt: skip
    await office.refused("not-major", "approver", "hazards/h-one/supervisions", listed)
    await office.refused("organ-unknown", "approver", "hazards/h-two/supervisions", {**listed, "organ_id": "nowhere-emb"})
    await office.post("approver", "hazards/h-two/supervisions", listed)
    assert (await office.get("hazards/h-two"))["supervision"]["measures"] == "停产整改"
    await office.refused("not-rectified", "approver", "hazards/h-two/supervision-liftings", {"reason": "完成"})
    await office.under_test.settle()
    assert [row["hazard_id"] for row in (await office.get("hazards", state="rectified"))["items"]] == ["h-one"]
