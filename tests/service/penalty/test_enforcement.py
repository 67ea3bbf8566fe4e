"""Enforcement over HTTP: the demand, its waiting time, the court; clocks that fire by themselves; what is pending per party."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.service.penalty.bureau import CASE, Bureau


async def enforcement(bureau: Bureau, query: str = "") -> Any:
    return await bureau.get(f"/v1/cases/{CASE}/enforcements{query}")


async def matters(bureau: Bureau, query: str = "") -> list[tuple[str, str, str | None]]:
    await bureau.service.settle()
    items = (await bureau.get(f"/v1/party-matters{query}"))["items"]
    return [(row["matter"], row["state"], row["clock_on"]) for row in items]


async def wires(bureau: Bureau) -> list[str]:
    await bureau.service.settle()
    return [event["type"].split(".")[2] for event in await bureau.service.events("casetrail.penalty.")]


async def demanded(bureau: Bureau, day: str = "2022-03-21") -> Any:
    """The decision is beyond remedy after 18 March 2022, and a demand before a court is served."""
    await bureau.served_case()
    bureau.until(day)
    await bureau.service.settle()
    drafted = await bureau.post("officer", "demands", {"purpose": "court"})
    served = {"document_no": drafted["document_no"], "served_on": day, "manner": "direct", "recipient": "张三"}
    return {**drafted, **await bureau.post("officer", "demands/services", served)}


async def test_from_demand_to_the_money(bureau: Bureau) -> None:
    demand = await demanded(bureau)
    assert (demand["document_no"], demand["amount_fen"]) == ("（东湖）应急执行催告〔2022〕1号", 900_000)
    assert (demand["wait_until"], demand["due_on"]) == ("2022-04-02", "2022-06-18")
    statement = {"document_no": demand["document_no"], "text": "经营困难"}
    await bureau.post("officer", "demands/statements", statement)
    bureau.until("2022-04-02", 23)
    refused = await bureau.post("approver", "court-applications", {"court": "东湖区人民法院"}, status=409)
    assert (refused["code"], refused["basis"]) == ("demand-period-running", "《行政强制法》（2011）第54条")
    bureau.until("2022-04-03", 0)
    assert (await wires(bureau)).count("court-application-allowed") == 1
    bureau.until("2022-04-06")
    asked = await bureau.post("approver", "court-applications", {"court": "东湖区人民法院"})
    assert asked["document_no"] == "（东湖）应急强执〔2022〕1号"
    bureau.until("2022-07-04")
    assert "court-right-lapsed" not in await wires(bureau)
    accepted = {"step": "accepted", "granted": True, "reference_no": "行审1", "answered_on": "2022-04-11"}
    await bureau.post("legal-reviewer", "court-applications/answers", accepted)
    ruled = {"step": "ruled", "granted": True, "reference_no": "行审1", "answered_on": "2022-05-10"}
    assert (await bureau.post("officer", "court-applications/answers", ruled))["state"] == "ruled"
    ended = {"ending": "enforced", "reason": "执行到位", "ended_on": "2022-07-04"}
    missing = await bureau.post("officer", "court-applications/endings", ended, status=409)
    assert missing["code"] == "payment-not-settled"
    await bureau.pay(900_000, "B1")
    assert (await bureau.post("officer", "court-applications/endings", ended))["state"] == "ended"
    then = await enforcement(bureau, "?as_of=recorded:2022-04-04T00:00:00%2B08:00")
    assert (then["state"], (await enforcement(bureau))["state"]) == ("allowed", "ended")


async def test_period_begins_when_the_remedies_end_and_the_right_lapses(bureau: Bureau) -> None:
    await bureau.served_case()
    bureau.until("2022-03-18", 23)
    assert "court-period-began" not in await wires(bureau)
    bureau.until("2022-03-19", 0)
    assert (await wires(bureau)).count("court-period-began") == 1
    assert ((await enforcement(bureau))["state"], (await enforcement(bureau))["due_on"]) == ("due", "2022-06-18")
    bureau.until("2022-06-18", 23)
    assert "court-right-lapsed" not in await wires(bureau)
    bureau.until("2022-06-19", 0)
    assert (await wires(bureau)).count("court-right-lapsed") == 1


async def test_what_is_paid_needs_no_court(bureau: Bureau) -> None:
    await bureau.served_case()
    await bureau.pay(900_000, "B1")
    bureau.until("2022-07-01")
    assert not {"court-period-began", "court-right-lapsed"} & {*await wires(bureau)}
    assert (await bureau.post("officer", "demands", {"purpose": "court"}, status=409))["code"] == "nothing-unpaid"


async def test_final_judgment_begins_the_period(bureau: Bureau) -> None:
    await bureau.served_case()
    bureau.until("2022-06-01")
    await bureau.post(
        "officer", "remedies", {"kind": "first-instance", "authority": "西湖区人民法院", "applied_on": "2022-01-04"}
    )
    await bureau.post("officer", "remedies/answers", {"accepted": True, "answered_on": "2022-01-10"})
    judged = {"result": "upheld", "reference_no": "判1", "decided_on": "2022-03-10", "received_on": "2022-03-14"}
    await bureau.post("officer", "remedies/results", judged)
    assert (await bureau.post("officer", "demands", {"purpose": "payment"}))["document_no"] == "（东湖）应急催〔2022〕1号"
    await bureau.post("officer", "remedies/effects", {"effective_on": "2022-03-30"})
    assert (await enforcement(bureau))["due_on"] == "2022-06-30"


async def test_what_is_pending_is_listed_by_its_clock(bureau: Bureau) -> None:
    await bureau.served_case()
    assert await matters(bureau, "?organ_id=donghu-emb") == [(f"remedy:{CASE}", "open", "2021-11-17")]
    bureau.until("2021-10-12")
    await bureau.post("officer", "remedies", {"kind": "reconsideration", "authority": "区政府", "applied_on": "2021-10-11"})
    assert await matters(bureau, "?region=remedy&state=pending") == [(f"remedy:{CASE}", "pending", None)]
    bureau.until("2022-03-21")
    await bureau.post("officer", "remedies/withdrawals", {"withdrawn_on": "2022-03-21", "reason": "和解"})
    assert (await wires(bureau)).count("court-period-began") == 1
    assert await matters(bureau, f"?case_id={CASE}") == [
        (f"enforcement:{CASE}", "due", "2022-06-21"), (f"remedy:{CASE}", "ended", None),
    ]  # fmt: skip
    drafted = await bureau.post("officer", "demands", {"purpose": "court"})
    served = {"document_no": drafted["document_no"], "served_on": "2022-03-21", "manner": "direct", "recipient": "张三"}
    await bureau.post("officer", "demands/services", served)
    assert (await matters(bureau, "?region=enforcement")) == [(f"enforcement:{CASE}", "waiting", "2022-04-02")]
    bureau.until("2022-04-03")
    assert "court-application-allowed" in await wires(bureau)
    assert (await matters(bureau, "?region=enforcement&state=allowed")) == [(f"enforcement:{CASE}", "allowed", "2022-06-21")]
    first = await bureau.get("/v1/party-matters?limit=1")
    second = await bureau.get(f"/v1/party-matters?limit=1&cursor={first['next']}")
    assert [row["region"] for page in (first, second) for row in page["items"]] == ["enforcement", "remedy"]
    assert await matters(bureau, "?organ_id=xihu-emb") == []


@pytest.mark.parametrize(
    ("role", "path", "body"),
    [
        ("finance", "demands", {"purpose": "court"}),
        ("officer", "court-applications", {"court": "东湖区人民法院"}),
        ("approver", "court-applications/endings", {"ending": "withdrawn", "reason": "x", "ended_on": "2022-03-21"}),
    ],
)
async def test_each_step_has_its_role(bureau: Bureau, role: str, path: str, body: Any) -> None:
    await bureau.served_case()
    assert (await bureau.post(role, path, body, status=403))["code"] == "forbidden"


async def test_repeated_command_takes_one_number(bureau: Bureau) -> None:
    await bureau.served_case()
    bureau.until("2021-10-11")
    key = str(uuid.uuid4())
    first = await bureau.post("officer", "demands", {"purpose": "payment"}, Idempotency_Key=key)
    assert await bureau.post("officer", "demands", {"purpose": "payment"}, Idempotency_Key=key) == first
    assert (await bureau.post("officer", "demands", {"purpose": "payment"}))["document_no"] == "（东湖）应急催〔2021〕2号"
    assert (await wires(bureau)).count("demand-drafted") == 2
