"""One visit from check-in to referral, over HTTP: what is recorded, together or not at all."""

from __future__ import annotations

import asyncio
import uuid

import orjson

from tests.service.inspection.office import OFFICERS, Office, hazard


async def test_whole_road(office: Office) -> None:
    """From the assigned task to the closed order: every event, in order, in one matter."""
    await office.ordered("hazard-1", "hazard-2")
    await office.post("officer", "referrals", {"referral_id": "ref-1", "inspection_id": "task-1", "hazard_ids": ["hazard-2"]})
    await office.report("hazard-1", "hazard-2")
    await office.re_inspect(hazard_1=True, hazard_2=True)
    recorded = await office.recorded()
    answered = recorded.count("item-answered.v1")
    assert answered == len((await office.get("inspections/task-1"))["items"])
    assert [name for name in recorded if name != "item-answered.v1"] == [
        "inspection-prepared.v1", "inspection-plan-approved.v1", "checked-in.v1", "hazard-found.v1", "hazard-found.v1",
        "inspection-concluded.v1", "number-taken.v1", "order-issued.v1", "hazard-ordered.v1", "hazard-ordered.v1",
        "referred-to-penalty.v1", "hazard-referred.v1", "rectification-reported.v1", "hazard-reported.v1",
        "hazard-reported.v1", "re-inspected.v1", "hazard-rectified.v1", "hazard-rectified.v1",
    ]  # fmt: skip
    stored = await office.under_test.events()
    matter = [row for row in stored if row["type"] != "casetrail.inspection.number-taken.v1"]
    assert {row["correlation_id"] for row in matter} == {office.correlation}
    assert {(row["subject"], row["district"], row["organ"]) for row in matter} == {("e-1", "donghu", "donghu-emb")}
    assert {row["rulebook"] for row in stored} == {"jiangxi-work-safety/2021.1"}


async def test_answers_and_their_hazards_are_one_write_set(office: Office) -> None:
    """A hazard id of another inspection refuses the whole command."""
    await office.concluded("hazard-1")
    await office.on_site("task-2")
    before = await office.recorded()
    answers = [{"item_code": "GEN-01", "answer": "violation", "hazards": [hazard("hazard-2"), hazard("hazard-1")]}]
    await office.refused("hazard-exists", "officer", "inspections/task-2/answers", {"answers": answers})
    assert await office.recorded() == before


async def test_repeat_under_another_key_is_harmless(office: Office) -> None:
    await office.on_site()
    answers = {"answers": await office.answers("task-1", ["hazard-1", "hazard-2"])}
    await office.post("officer", "inspections/task-1/answers", answers)
    before = await office.recorded()
    again = await office.post("officer", "inspections/task-1/answers", answers)
    assert again["event_id"] is None
    assert await office.recorded() == before


async def test_repeat_that_says_something_else_is_refused(office: Office) -> None:
    await office.on_site()
    answer = {"item_code": "DST-K6", "answer": "violation", "hazards": [hazard("hazard-1")]}
    await office.post("officer", "inspections/task-1/answers", {"answers": [answer]})
    otherwise = {**answer, "hazards": [{**hazard("hazard-1"), "fact": "别的事实"}]}
    await office.refused("hazard-exists", "officer", "inspections/task-1/answers", {"answers": [otherwise]})
    compliant = {"item_code": "DST-K6", "answer": "compliant"}
    await office.refused("already-answered", "officer", "inspections/task-1/answers", {"answers": [compliant]})


async def test_major_hazard_by_the_criteria_only(office: Office) -> None:
    await office.on_site()
    for item_code, status in (("GEN-01", 409), ("DST-K6", 201)):
        answer = {"item_code": item_code, "answer": "violation", "hazards": [hazard("hazard-1", "major")]}
        await office.post("officer", "inspections/task-1/answers", {"answers": [answer]}, status=status)


async def test_what_happened_offline_keeps_its_day(office: Office) -> None:
    """The phone was offline on the sixth; the service hears of it on the eighth."""
    await office.on_site()
    office.under_test.clock.at = office.under_test.clock.at.replace(day=8)
    answer = {"item_code": "DST-K6", "answer": "violation", "hazards": [hazard("hazard-1")]}
    at = "2021-09-06T23:59:00+08:00"
    await office.post("officer", "inspections/task-1/answers", {"answers": [answer]}, Occurred_At=at)
    assert (await office.get("hazards/hazard-1"))["found_on"] == "2021-09-06"


async def test_refused_signature(office: Office) -> None:
    await office.on_site()
    path = "inspections/task-1/conclusions"
    await office.refused("items-unanswered", "officer", path, {"signed_by": "厂长"})
    await office.post("officer", "inspections/task-1/answers", {"answers": await office.answers("task-1", [])})
    problem = await office.refused("signature-missing", "officer", path, {"refused_reason": "不认可"})
    assert problem["basis"] == "《中华人民共和国安全生产法》（2021）第68条"
    await office.post("officer", path, {"refused_reason": "不认可", "witness": "社区干部"})
    concluded = (await office.get("inspections/task-1"))["conclusion"]
    assert (concluded["signed_by"], concluded["witness"], concluded["officers"]) == (None, "社区干部", 2)


async def test_expert_advises(office: Office) -> None:
    await office.on_site()
    path, his_own = "inspections/task-1/advice", {"expert_id": "expert-1", "advice": "清理积尘"}
    await office.refused("expert-not-assigned", "officer", path, {"expert_id": "expert-2", "advice": "清理"})
    async with office.under_test.client("expert", id="expert-1") as expert:
        answer = await expert.post(f"/v1/{path}", json={**his_own, "expert_id": "expert-2"})
        assert (answer.status_code, answer.json()["code"]) == (409, "advice-of-another")
        answer = await expert.post(f"/v1/{path}", json=his_own)
    assert answer.status_code == 201, answer.text
    [advice] = (await office.get("inspections/task-1"))["advice"]
    assert advice["advice"] == "清理积尘"


async def test_order_cites_the_catalogue(office: Office) -> None:
    await office.ordered("hazard-1")
    order = await office.get("orders/order-1")
    assert order["document_no"] == "（东湖）应急责改〔2021〕1号"
    assert (order["issued_on"], order["due_on"]) == ("2021-09-06", "2021-09-20")
    assert "《工贸企业粉尘防爆安全规定》（2021）" in "".join(order["basis"])
    assert order["basis"][-1] == "《中华人民共和国安全生产法》（2021）第65条第1款第2项"


async def test_concurrent_orders_of_one_organ_have_consecutive_numbers(office: Office) -> None:
    """Two officers issue at the same moment: no hole, no double."""
    await office.concluded("hazard-1", task_id="task-1")
    await office.concluded("hazard-2", task_id="task-2")
    answers = await asyncio.gather(
        office.post("officer", "orders", office.order_body("order-1", "hazard-1")),
        office.post("officer", "orders", office.order_body("order-2", "hazard-2", task_id="task-2")),
    )
    assert {answer["document_no"] for answer in answers} == {f"（东湖）应急责改〔2021〕{n}号" for n in (1, 2)}
    taken = [orjson.loads(row["data"])["number"] for row in await office.under_test.events("casetrail.inspection.number-")]
    assert sorted(taken) == [1, 2]


async def test_concurrent_orders_for_one_hazard(office: Office) -> None:
    """One of them is refused, and takes no number with it."""
    await office.concluded("hazard-1")
    both = (office.order_body("order-1", "hazard-1"), office.order_body("order-2", "hazard-1"))
    responses = await asyncio.gather(*(office.client("officer").post("/v1/orders", json=body) for body in both))
    assert sorted(response.status_code for response in responses) == [201, 409]
    assert {response.json().get("code") for response in responses} == {None, "already-ordered"}
    assert (await office.recorded()).count("number-taken.v1") == 1


async def test_order_sent_twice_takes_one_number(office: Office) -> None:
    await office.concluded("hazard-1")
    key, body = uuid.uuid4().hex, office.order_body("order-1", "hazard-1")
    first, second = [await office.post("officer", "orders", body, Idempotency_Key=key) for _ in range(2)]
    assert first == second
    assert (await office.recorded()).count("number-taken.v1") == 1


async def test_order_is_refused_whole(office: Office) -> None:
    await office.concluded("hazard-1")
    await office.concluded("hazard-2", task_id="task-2")
    before = await office.recorded()
    await office.refused(
        "hazard-of-another-inspection", "officer", "orders", office.order_body("order-1", "hazard-1", "hazard-2")
    )
    early = office.order_body("order-1", "hazard-1", due_on="2021-09-05")
    await office.refused("due-before-issue", "officer", "orders", early)
    assert await office.recorded() == before


async def test_number_needs_the_organs_abbreviation(empty_office: Office) -> None:
    office = empty_office
    for received in (office.catalogue(), office.rulebook(), office.officer(1), office.officer(2), office.enterprise()):
        await office.hear(received)
    await office.concluded("hazard-1")
    await office.refused("organ-unknown", "officer", "orders", office.order_body("order-1", "hazard-1"))


async def test_failed_hazard_is_reported_and_re_inspected_again(office: Office) -> None:
    await office.ordered("hazard-1")
    results = {"officers": OFFICERS, "results": [{"hazard_id": "hazard-1", "passed": True}]}
    await office.refused("re-inspection-too-early", "officer", "orders/order-1/re-inspections", results)
    await office.report("hazard-1")
    await office.re_inspect(hazard_1=False)
    await office.refused("report-first", "officer", "orders/order-1/re-inspections", results)
    assert (await office.get("orders/order-1"))["progress"] == {"hazard-1": "failed"}
    await office.report("hazard-1")
    await office.re_inspect(hazard_1=True)
    order = await office.get("orders/order-1")
    assert (order["state"], order["progress"]) == ("closed", {"hazard-1": "rectified"})


async def test_referral_carries_what_penalty_needs(office: Office) -> None:
    await office.concluded("hazard-1", "hazard-2")
    body = {"referral_id": "ref-1", "inspection_id": "task-1", "hazard_ids": ["hazard-1"]}
    await office.refused("hazard-twice", "officer", "referrals", {**body, "hazard_ids": ["hazard-1", "hazard-1"]})
    await office.post("officer", "referrals", body)
    await office.refused("already-referred", "officer", "referrals", {**body, "referral_id": "ref-2"})
    [row] = await office.under_test.events("casetrail.inspection.referred-to-penalty")
    data = orjson.loads(row["data"])
    assert data["acts"] == [{"hazard_id": "hazard-1", "item_code": "DST-K6", "fact": "设备表面积尘"}]
    assert (data["act_date"], data["organ_id"], data["level"]) == ("2021-09-06", "donghu-emb", "district")
    assert [officer["officer_id"] for officer in data["officers"]] == ["officer-1", "officer-2"]
    assert (await office.get("hazards/hazard-1"))["referral_id"] == "ref-1"


async def test_enterprise_reports_on_its_own_orders_only(office: Office) -> None:
    await office.ordered("hazard-1")
    body = {"hazard_ids": ["hazard-1"], "report": "已清理"}
    path = "/v1/orders/order-1/rectification-reports"
    stranger = await office.client("enterprise", enterprise_id="e-2").post(path, json=body)
    nobody = await office.client("enterprise").post(path, json=body)
    assert (stranger.status_code, nobody.status_code) == (404, 404)
    own = await office.client("enterprise", "donghu", enterprise_id="e-1").post(path, json=body)
    assert own.status_code == 201
