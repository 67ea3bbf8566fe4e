"""Remedies over HTTP: opened with receipt, noted step by step, their rights lapsing by themselves."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.service.penalty.bureau import CASE, ENTERPRISE, Bureau

SOUGHT = {"kind": "reconsideration", "authority": "东湖区人民政府", "applied_on": "2021-10-11"}


async def remedies(bureau: Bureau, query: str = "") -> Any:
    return await bureau.get(f"/v1/cases/{CASE}/remedies{query}")


async def wires(bureau: Bureau) -> list[str]:
    await bureau.service.settle()
    return [event["type"].split(".")[2] for event in await bureau.service.events("casetrail.penalty.")]


async def test_remedies_open_with_the_receipt_of_the_decision(bureau: Bureau) -> None:
    await bureau.served_case()
    told = await remedies(bureau)
    assert (told["state"], told["reconsideration_due_on"], told["litigation_due_on"]) == ("open", "2021-11-17", "2022-03-18")
    events = {event["type"]: event for event in await bureau.service.events("casetrail.penalty.")}
    served, opened = (events[f"casetrail.penalty.{name}.v1"] for name in ("decision-served", "remedies-opened"))
    assert (served["command_id"], opened["subject"], opened["district"]) == (opened["command_id"], ENTERPRISE, "donghu")
    assert served["correlation_id"] == opened["correlation_id"]


async def test_before_receipt_nothing_is_sought(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    bureau.until("2021-09-13")
    assert (await bureau.post("officer", "remedies", SOUGHT, status=409))["code"] == "decision-not-served"
    assert (await remedies(bureau))["state"] == "none"


async def test_rights_lapse_at_the_end_of_their_days(bureau: Bureau) -> None:
    await bureau.served_case()
    bureau.until("2021-11-17", 23)
    assert "reconsideration-right-lapsed" not in await wires(bureau)
    bureau.until("2021-11-18", 0)
    assert (await wires(bureau)).count("reconsideration-right-lapsed") == 1
    bureau.until("2022-03-18", 23)
    assert "litigation-right-lapsed" not in await wires(bureau)
    bureau.until("2022-03-19", 0)
    assert (await wires(bureau)).count("litigation-right-lapsed") == 1
    assert ((await remedies(bureau))["state"], (await remedies(bureau))["ended_on"]) == ("ended", "2022-03-18")


async def test_reconsideration_is_noted_to_its_end(bureau: Bureau) -> None:
    await bureau.served_case()
    bureau.until("2021-10-12")
    assert (await bureau.post("officer", "remedies", SOUGHT))["pending"]
    bureau.until("2021-11-18")
    assert "reconsideration-right-lapsed" not in await wires(bureau)
    answer = {"accepted": True, "reference_no": "东府复〔2021〕3号", "answered_on": "2021-10-15"}
    await bureau.post("legal-reviewer", "remedies/answers", answer)
    stay = {"authority": "东湖区人民政府", "ordered_on": "2021-10-20", "reason": "执行将造成难以弥补的损失"}
    assert (await bureau.post("officer", "stays", stay))["stayed"]
    assert not (await bureau.post("officer", "stays/liftings", {"lifted_on": "2021-11-01", "reason": "情况变化"}))["stayed"]
    result = {
        "result": "changed", "reference_no": "东府复决〔2021〕3号", "decided_on": "2021-11-15", "received_on": "2021-11-17",
        "total_fen": 500_000,
    }  # fmt: skip
    decided = await bureau.post("officer", "remedies/results", result)
    assert (decided["pending"], decided["litigation_due_on"]) == (False, "2021-12-02")
    told = await remedies(bureau)
    assert told["pending_days"] == [["2021-10-11", "2021-11-17"]]
    assert (told["outcome"]["result"], told["outcome"]["total_fen"]) == ("changed", 500_000)
    case = await bureau.get()
    assert [(one["step"], one["total_fen"]) for one in case["unfollowed"]] == [("change", 500_000)]
    step = next(one for one in case["next_steps"] if one["name"] == "change-as-decided")
    assert (step["path"], step["role"], step["article"]) == ("decision-changes", "approver", "《行政复议法》（2017）第32条")
    bureau.until("2021-12-01")
    await bureau.pay(900_000, "B1")
    await bureau.hears_rectified()
    refused = await bureau.post("approver", "closings", {"reason": "已履行"}, status=409)
    assert (refused["code"], refused["basis"]) == ("remedy-not-followed", "《行政复议法》（2017）第32条")
    change = {"cause": "reconsideration", "amounts": [{"item_code": "STL-K1", "amount_fen": 500_000}], "reason": "复议变更"}
    other = {**change, "amounts": [{"item_code": "STL-K1", "amount_fen": 400_000}]}
    assert (await bureau.post("approver", "decision-changes", other, status=409))["code"] == "not-as-decided"
    await bureau.post("approver", "decision-changes", change)
    assert (await bureau.get())["unfollowed"] == []
    bureau.until("2021-12-03")
    assert (await wires(bureau)).count("litigation-right-lapsed") == 1


async def test_suit_is_noted_through_its_instances(bureau: Bureau) -> None:
    await bureau.served_case()
    bureau.until("2022-06-01")
    suit = {"kind": "first-instance", "authority": "西湖区人民法院", "applied_on": "2022-01-04"}
    assert "litigation-right-lapsed" in await wires(bureau)
    await bureau.post("officer", "remedies", suit)
    await bureau.post("officer", "remedies/answers", {"accepted": True, "answered_on": "2022-01-10"})
    judged = {"result": "upheld", "reference_no": "判1", "decided_on": "2022-03-10", "received_on": "2022-03-14"}
    assert (await bureau.post("officer", "remedies/results", judged))["pending"]
    assert (await bureau.post("officer", "remedies/withdrawals", {"withdrawn_on": "2022-03-15", "reason": "x"}, status=409))[
        "code"
    ] == "remedy-decided"
    effect = await bureau.post("officer", "remedies/effects", {"effective_on": "2022-03-30"})
    assert (effect["pending"], effect["ended_on"]) == (False, "2022-03-30")


async def test_withdrawn_suit_lets_its_right_lapse(bureau: Bureau) -> None:
    await bureau.served_case()
    bureau.until("2021-12-02")
    await bureau.post(
        "officer", "remedies", {"kind": "first-instance", "authority": "西湖区人民法院", "applied_on": "2021-12-01"}
    )
    bureau.until("2022-04-01")
    assert "litigation-right-lapsed" not in await wires(bureau)
    await bureau.post("officer", "remedies/withdrawals", {"withdrawn_on": "2022-04-01", "reason": "和解"})
    assert (await wires(bureau)).count("litigation-right-lapsed") == 1
    assert (await remedies(bureau))["ended_on"] == "2022-04-01"


@pytest.mark.parametrize("role", ["approver", "finance", "manager", "enterprise"])
async def test_only_who_answers_for_the_organ_notes_remedies(bureau: Bureau, role: str) -> None:
    await bureau.served_case()
    assert (await bureau.post(role, "remedies", SOUGHT, status=403))["code"] == "forbidden"


async def test_repeated_command_is_noted_once(bureau: Bureau) -> None:
    await bureau.served_case()
    bureau.until("2021-10-12")
    key = str(uuid.uuid4())
    first = await bureau.post("officer", "remedies", SOUGHT, Idempotency_Key=key)
    assert await bureau.post("officer", "remedies", SOUGHT, Idempotency_Key=key) == first
    assert (await bureau.post("officer", "remedies", SOUGHT, status=409))["code"] == "remedy-pending"
    assert (await wires(bureau)).count("remedy-sought") == 1


async def test_remedies_as_they_were(bureau: Bureau) -> None:
    await bureau.served_case()
    bureau.until("2021-10-12")
    await bureau.post("officer", "remedies", SOUGHT)
    then = await remedies(bureau, "?as_of=recorded:2021-10-01T00:00:00%2B08:00")
    assert (then["state"], (await remedies(bureau))["state"]) == ("open", "pending")


async def test_person_who_is_no_party_has_no_remedies(bureau: Bureau) -> None:
    await bureau.served_case()
    bureau.until("2021-10-12")
    refused = await bureau.post("officer", "remedies", {**SOUGHT, "party_id": "p-nobody"}, status=409)
    assert refused["code"] == "decision-not-served"


async def test_f28_surcharge_leaves_out_the_days_of_a_pending_remedy(bureau: Bureau) -> None:
    """Due on 8 October: ten days are late on the 18th, three of them pending; the fine itself stays due."""
    await bureau.served_case()
    bureau.until("2021-10-18")
    await bureau.service.settle()
    await bureau.post("officer", "remedies", {**SOUGHT, "applied_on": "2021-10-12"})
    await bureau.post("officer", "remedies/withdrawals", {"withdrawn_on": "2021-10-14", "reason": "和解"})
    [party] = (await bureau.get(f"/v1/cases/{CASE}/payments"))["parties"]
    assert (party["accrued"]["days"], party["accrued"]["surcharge_fen"], party["fine_due_fen"]) == (7, 189_000, 900_000)
    decided = await bureau.post("approver", "surcharges", {})
    assert decided["amount_fen"] == 189_000


async def test_no_surcharge_is_decided_on_what_was_set_aside_or_is_stayed(bureau: Bureau) -> None:
    await bureau.served_case()
    bureau.until("2021-10-20")
    await bureau.service.settle()
    await bureau.post("officer", "remedies", SOUGHT)
    await bureau.post("officer", "remedies/answers", {"accepted": True, "answered_on": "2021-10-12"})
    stay = {"authority": "东湖区人民政府", "ordered_on": "2021-10-13", "reason": "执行将造成难以弥补的损失"}
    await bureau.post("officer", "stays", stay)
    assert (await bureau.post("approver", "surcharges", status=409))["code"] == "execution-stayed"
    result = {"result": "revoked", "reference_no": "复1", "decided_on": "2021-10-14", "received_on": "2021-10-15"}
    await bureau.post("officer", "remedies/results", result)
    assert (await bureau.post("approver", "surcharges", status=409))["code"] == "decision-set-aside"
