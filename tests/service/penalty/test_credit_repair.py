"""Over HTTP: the party is taken down early once the least time is over; natural persons are masked wherever everybody reads."""

from __future__ import annotations

from typing import Any

from tests.service.penalty.bureau import CASE, Bureau
from tests.service.penalty.test_spot import decide, personal, post
from tests.service.penalty.test_spot_regions import SPOT, WARNED

REASON = {"reason": "已履行全部义务"}


async def steps(bureau: Bureau) -> dict[str, Any]:
    seen = await bureau.get()
    return {one["name"]: one.get("code") for one in (*seen["next_steps"], *seen["forbidden_steps"])}


async def published(bureau: Bureau) -> list[Any]:
    await bureau.service.settle()
    found: list[Any] = (await bureau.get("/v1/publications", "public-reader"))["items"]
    return found


async def test_credit_is_repaired_after_the_least_time_once_it_was_asked_for(bureau: Bureau) -> None:
    await bureau.served_case()
    assert (await bureau.post("officer", "credit-repairs", REASON, status=409))["code"] == "not-public"
    await bureau.publish()
    assert (await steps(bureau))["request-repair"] == "repair-too-early"
    assert (await bureau.post("officer", "credit-repairs", REASON, status=409))["code"] == "repair-too-early"
    bureau.until("2022-12-01")
    granted = {**REASON, "granted": True}
    assert (await bureau.post("approver", "credit-repair-answers", granted, status=409))["code"] == "repair-not-requested"
    assert (await steps(bureau))["request-repair"] is None
    await bureau.post("officer", "credit-repairs", REASON)
    assert (await bureau.post("officer", "credit-repairs", REASON, status=409))["code"] == "repair-requested-already"
    assert (await steps(bureau))["answer-repair"] is None
    await bureau.post("officer", "credit-repair-answers", granted, status=403)
    await bureau.post("approver", "credit-repair-answers", {**REASON, "granted": False})
    assert len(await published(bureau)) == 1
    await bureau.post("officer", "credit-repairs", REASON)
    assert (await bureau.post("approver", "credit-repair-answers", granted))["state"] == "ended"
    assert await published(bureau) == []
    assert (await bureau.get(f"/v1/cases/{CASE}/publication"))["state"] == "ended"


async def test_natural_person_is_masked_in_list_table_and_feed(bureau: Bureau) -> None:
    person = {"person_id": "p-3", "name": "张三丰", "id_number": "360102199001010018", "address": "东湖区二号"}
    branch = {**WARNED, **personal(), "fact": "张三丰未签订安全生产管理协议"}
    await decide(bureau, party_kind="person", person=person, charges=[branch], kinds=["warning"])
    await post(bureau, "officer", f"/{SPOT}/publications")
    [row] = await published(bureau)
    assert row["name"] == "***"
    client = bureau.client("public-reader")
    for path in ("/v1/publications", "/v1/publications.csv", "/v1/publications.atom"):
        text = (await client.get(path)).text
        assert row["name"] in text
        assert "张三丰" not in text
        assert "360102199001010018" not in text
