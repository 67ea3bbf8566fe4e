"""Ids that a client makes, and references of the bank: each is one thing's in the whole service."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.service.penalty.bureau import CASE, ENTERPRISE, Bureau
from tests.service.penalty.test_parties import MANAGER, charged, decide
from tests.service.penalty.test_spot import decide as decide_on_spot
from tests.service.penalty.test_spot import personal

CLUE = {
    "case_id": "spot-1", "origin": "report", "enterprise_id": ENTERPRISE, "act_date": "2021-09-06", "discovered_on": "2021-09-06",
    "source": "群众举报", "acts": [{"item_code": "STL-K1", "fact": "未使用固定式龙门钩"}],
    "catalogue": "nanchang-industry-trade/2021.1",
}  # fmt: skip


async def clue(bureau: Bureau, status: int, **changes: Any) -> Any:
    answer = await bureau.client("officer").post("/v1/clues", json={**CLUE, **changes})
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_no_case_goes_by_the_id_of_a_spot_penalty(bureau: Bureau) -> None:
    await decide_on_spot(bureau)
    assert (await clue(bureau, 409))["code"] == "id-in-use"
    await clue(bureau, 201, case_id="report-1")
    spots, clues = decide_on_spot(bureau, "both-1"), clue(bureau, 201, case_id="both-1")
    told = await asyncio.gather(spots, clues, return_exceptions=True)
    assert sum(isinstance(one, AssertionError) for one in told) == 1


async def test_no_person_goes_by_the_id_of_an_enterprise(bureau: Bureau) -> None:
    person = {"person_id": ENTERPRISE, "name": "张三丰", "id_number": "360102199001010018", "address": "东湖区二号"}
    branch = {"law": "WSL", "law_version": "2021", "phase": "first", "subject": "person", "amount_fen": 0, "reason": "警告",
              "fact": "未签订安全生产管理协议", **personal()}  # fmt: skip
    changes: dict[str, Any] = {"party_kind": "person", "person": person, "charges": [branch], "kinds": ["warning"]}
    assert (await decide_on_spot(bureau, status=409, **changes))["code"] == "id-in-use"
    await bureau.hears_a_referral()
    await bureau.file()
    assert (await bureau.post("officer", "parties", {**MANAGER, "party_id": ENTERPRISE}, status=409))["code"] == "id-in-use"


async def test_clue_names_no_hazard_of_another_enterprise(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    other = "e-99999999999999999999"
    told = {"hazard_id": "h-other", "order_id": "order-1", "re_inspected_on": "2021-09-08", "remark": "未整改"}
    await bureau.hears("inspection", "re-inspection-failed", told, other)
    acts = [{"item_code": "STL-K1", "fact": "未使用固定式龙门钩", "hazard_id": "h-other"}]
    bureau.until("2021-09-08")
    refused = await clue(bureau, 409, case_id="report-1", acts=acts)
    assert (refused["code"], refused["hazard_ids"]) == ("hazard-of-another", ["h-other"])
    await clue(bureau, 201, case_id="report-1", acts=[{**acts[0], "hazard_id": "h-1"}])


async def test_reference_is_one_transfers_also_of_money_that_went_back(bureau: Bureau) -> None:
    await decide_on_spot(bureau)
    await decide_on_spot(bureau, "spot-2")
    for spot_id, reference in (("spot-1", "B1"), ("spot-2", "B2")):
        body = {"amount_fen": 10_500, "bank_reference": reference, "paid_on": "2021-09-13"}
        await bureau.post("finance", "payments", body, case_id=spot_id)
    back = {"amount_fen": 500, "bank_reference": "R1", "refunded_on": "2021-09-13"}
    taken = {**back, "bank_reference": "B2"}
    assert (await bureau.post("finance", "refunds", taken, case_id="spot-1", status=409))["code"] == "bank-reference-known"
    await bureau.post("finance", "refunds", back, case_id="spot-1")
    assert (await bureau.post("finance", "refunds", back, case_id="spot-2", status=409))["code"] == "bank-reference-known"
    paid = {"amount_fen": 1, "bank_reference": "R1", "paid_on": "2021-09-13"}
    assert (await bureau.post("finance", "payments", paid, case_id="spot-2", status=409))["code"] == "bank-reference-known"
    finance = bureau.client("finance")
    statement = "流水号,交易日期,贷方金额,对方户名,摘要\r\nR1,2021-09-13,5.00,甲,货款".encode()
    headers = {"content-type": "text/csv"}
    answer = await finance.post("/v1/bank-statements", content=statement, headers=headers)
    assert (answer.status_code, [one["code"] for one in answer.json()["errors"]]) == (422, ["bank-reference-known"])
    told = await finance.post("/v1/bank-transfers/R1/assignments", json={"case_id": "spot-2", "party_id": "unit", "note": "x"})
    assert (told.status_code, told.json()["code"]) == (409, "bank-reference-known")


async def test_money_of_a_spot_penalty_is_held_against_its_own_version(bureau: Bureau) -> None:
    await decide_on_spot(bureau)
    version = (await bureau.get("/v1/spot-penalties/spot-1"))["version"]
    body = {"amount_fen": 10_500, "bank_reference": "B1", "paid_on": "2021-09-13"}
    other = await bureau.post("finance", "payments", body, case_id="spot-1", status=412, If_Match=f'"{version + 1}"')
    assert other["code"] == "version-changed"
    answer = await bureau.post("finance", "payments", body, case_id="spot-1", If_Match=f'"{version}"')
    assert (answer["stream_id"], answer["version"]) == ("spot:spot-1", version)
    told = await bureau.get("/v1/cases/spot-1/payments")
    assert [one["credit_fen"] for one in told["parties"]] == [500]


async def test_transfer_is_assigned_to_a_person_whose_decision_was_served_whatever_the_units(bureau: Bureau) -> None:
    await charged(bureau)
    bureau.until("2021-09-13")
    await bureau.post("legal-reviewer", "legal-reviews", {"passed": True, "opinion": "同意"})
    members = [{"member_id": f"m-head-{n}", "name": "负责人", "opinion": "同意"} for n in (1, 2)]
    await bureau.post("approver", "discussions", {"members": members, "conclusion": "approved", "note": "同意"})
    for party_id in ("unit", "p-manager"):
        await bureau.post("officer", "notices", {"manner": "direct", "party_id": party_id})
        await bureau.post("officer", "statements", {"kind": "waived", "party_id": party_id})
    made = await decide(bureau, "p-manager", "2021-09-25")
    served = {"manner": "direct", "recipient": "王厂长", "received_on": "2021-09-25", "party_id": "p-manager"}
    await bureau.post("officer", "services", served)
    await bureau.service.settle()
    rows = [f"B1,2021-09-25,1.00,王,{made['document_no']}", "B2,2021-09-25,2.00,王,货款"]
    statement = "\r\n".join(["流水号,交易日期,贷方金额,对方户名,摘要", *rows]).encode()
    finance = bureau.client("finance")
    answer = await finance.post("/v1/bank-statements", content=statement, headers={"content-type": "text/csv"})
    assert (answer.status_code, answer.json()["matched"]) == (201, 1), answer.text
    wrong = {"case_id": CASE, "party_id": "unit", "note": "x"}
    refused = await finance.post("/v1/bank-transfers/B2/assignments", json=wrong)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-decided")
    right = await finance.post("/v1/bank-transfers/B2/assignments", json={**wrong, "party_id": "p-manager"})
    assert (right.status_code, right.json()["outstanding_fen"]) == (201, 1_000_000 - 300)
