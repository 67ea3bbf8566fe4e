"""Penalties decided on the spot over HTTP: decided, numbered, reported, paid in cash or at the bank, closed; and their clocks."""

from __future__ import annotations

from typing import Any

from tests.service.penalty.bureau import CASE, CRANE, ENTERPRISE, HANDLERS, Bureau, document

UNIT: dict[str, Any] = {
    "enterprise_id": ENTERPRISE, "party_kind": "unit", "act_date": "2021-09-13", "catalogue": "nanchang-industry-trade/2021.1",
    "charges": [{**CRANE, "amount_fen": 10_000, "fact": "未使用固定式龙门钩"}], "officers": HANDLERS, "cards_shown": True,
    "heard": True, "statement": "没有异议", "handed_over": True, "signed": True,
    "remedies": ["南昌市东湖区人民政府", "南昌市东湖区人民法院"], "payment": "bank",
}  # fmt: skip
CASH: dict[str, Any] = {"payment": "on-the-spot", "cash_reason": "small-fine"}
TAKEN = {"amount_fen": 10_000, "reason": "small-fine", "receipt_no": "36-0001", "collected_on": "2021-09-13"}


async def post(bureau: Bureau, role: str, path: str, body: Any = None, *, status: int = 201, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await bureau.client(role).post(f"/v1/spot-penalties{path}", json=body or {}, headers=named)
    assert answer.status_code == status, answer.text
    return answer.json()


async def decide(bureau: Bureau, spot_id: str = "spot-1", *, status: int = 201, **changes: Any) -> Any:
    bureau.until("2021-09-13")
    charges = [{**charge, "hazard_id": f"h-{spot_id}"} for charge in UNIT["charges"]]
    return await post(bureau, "officer", "", {**UNIT, "spot_id": spot_id, "charges": charges, **changes}, status=status)


async def listed(bureau: Bureau, query: str = "") -> list[dict[str, Any]]:
    await bureau.service.settle()
    items: list[dict[str, Any]] = (await bureau.get(f"/v1/spot-penalties{query}"))["items"]
    return items


async def test_from_the_spot_to_closing_with_cash(bureau: Bureau) -> None:
    told = await decide(bureau, **CASH)
    assert (told["document_no"], told["missing"], told["report_by"]) == ("（东湖）应急罚当〔2021〕1号", ["report"], "2021-09-18")
    seen = await bureau.get("/v1/spot-penalties/spot-1")
    assert (seen["state"], seen["missing"]) == ("incomplete", ["report"])
    assert {step["name"] for step in seen["next_steps"]} == {
        "report", "collect-cash", "receive-payment", "publish", "revoke", "request-deferral", "seek-reconsideration",
        "seek-litigation",
    }  # fmt: skip
    assert all(step["reason"] for step in seen["forbidden_steps"])
    assert (await post(bureau, "officer", "/spot-1/cash-collections", TAKEN))["settled"]
    assert (await post(bureau, "approver", "/spot-1/closings", {"reason": "已履行"}, status=409))["code"] == "spot-incomplete"
    await post(bureau, "officer", "/spot-1/reports", {"reported_on": "2021-09-13"})
    bureau.until("2021-09-14")
    assert not (await post(bureau, "finance", "/spot-1/cash-handovers", {"handed_over_on": "2021-09-14"}))["late"]
    [row] = await listed(bureau, "?state=complete")
    assert (row["clock"], row["clock_on"], row["cash_fen"]) == ("cash-to-bank", "2021-09-16", 10_000)
    deposit = {"bank_reference": "B1", "deposited_on": "2021-09-14"}
    assert not (await post(bureau, "finance", "/spot-1/cash-deposits", deposit))["late"]
    assert (await post(bureau, "approver", "/spot-1/closings", {"reason": "已履行"}, status=409))["code"] == "not-published"
    await post(bureau, "officer", "/spot-1/publications", {})
    await post(bureau, "approver", "/spot-1/closings", {"reason": "已履行"})
    [row] = await listed(bureau)
    assert (row["state"], row["defects"], row["clock"]) == ("closed", [], None)
    [transfer] = await bureau.service.events("casetrail.penalty.bank-transfer-reported")
    assert transfer["subject"] == ENTERPRISE
    assert (await bureau.get("/v1/spot-penalties/spot-1?as_of=v1"))["state"] == "incomplete"


async def test_two_parties_are_two_decisions_and_a_person_is_sealed(bureau: Bureau) -> None:
    await decide(bureau)
    person = {"person_id": "p-zhang", "name": "张三丰", "id_number": "360102199001010018", "address": "东湖区二号"}
    branch = {
        "item_code": "GEN-09", "law": "WSL", "law_version": "2021", "article": "103", "paragraph": 2, "phase": "first",
        "subject": "person", "amount_fen": 0, "reason": "警告", "fact": "未签订安全生产管理协议",
    }  # fmt: skip
    branch = {**branch, **personal()}
    changes: dict[str, Any] = {"party_kind": "person", "person": person, "charges": [branch], "kinds": ["warning"]}
    second = await decide(bureau, "spot-2", **changes)
    assert (second["document_no"], second["total_fen"]) == ("（东湖）应急罚当〔2021〕2号", 0)
    rows = await listed(bureau)
    assert {(row["spot_id"], row["party_name"], row["form_no"]) for row in rows} == {
        ("spot-1", "南昌某钢铁有限公司", 32), ("spot-2", "张三丰", 33),
    }  # fmt: skip
    [_, stored] = await bureau.service.events("casetrail.penalty.spot-penalty-decided")
    assert "enc:v1:" in str(stored)
    assert "张三丰" not in str(stored)
    assert "360102199001010018" not in str(stored)
    assert (await decide(bureau, "spot-3", party_kind="person", status=422))["code"]


def personal() -> dict[str, Any]:
    """The first branch against a person that the published catalogue has."""
    for item in document("catalogue-2021.json")["items"]:
        for row in item["penalty"]:
            if (row["phase"], row["subject"]) == ("first", "person"):
                provision = row["provision"]
                return {
                    "item_code": item["code"], "article": provision["article"], "paragraph": provision["paragraph"],
                    "item": provision["item"],
                }  # fmt: skip
    raise AssertionError("the catalogue has none")


async def test_refused_changes_nothing_and_is_told_why(bureau: Bureau) -> None:
    heavy = [{**UNIT["charges"][0], "amount_fen": 300_001}]
    refused = await decide(bureau, status=409, charges=heavy)
    assert (refused["code"], "第51条" in refused["basis"]) == ("beyond-simple-procedure", True)
    assert (await decide(bureau, status=409, enterprise_id="e-unknown"))["code"] == "enterprise-unknown"
    assert (await decide(bureau))["document_no"] == "（东湖）应急罚当〔2021〕1号"
    assert (await decide(bureau, status=409))["code"] == "spot-decided-already"


async def test_repeated_command_is_answered_and_not_repeated(bureau: Bureau) -> None:
    bureau.until("2021-09-13")
    body = {**UNIT, "spot_id": "spot-1"}
    first = await post(bureau, "officer", "", body, Idempotency_Key="key-00001")
    assert await post(bureau, "officer", "", body, Idempotency_Key="key-00001") == first
    assert len(await bureau.service.events("casetrail.penalty.spot-penalty-decided")) == 1


async def test_missed_clocks_are_flagged(bureau: Bureau) -> None:
    await decide(bureau, **CASH)
    await post(bureau, "officer", "/spot-1/cash-collections", TAKEN)
    bureau.until("2021-09-15", 23)
    await bureau.service.settle()
    assert await bureau.service.events("casetrail.penalty.cash-handover-overdue") == []
    bureau.until("2021-09-16", 0)
    [row] = await listed(bureau)
    assert (row["defects"], row["clock_on"]) == (["cash-handover-late"], "2021-09-15")
    bureau.until("2021-09-19", 0)
    [row] = await listed(bureau)
    assert row["defects"] == ["cash-handover-late", "report-late"]
    [missed] = await bureau.service.events("casetrail.penalty.spot-report-overdue")
    assert missed["rulebook"] == "jiangxi-work-safety/2021.1"
    handed = await post(bureau, "finance", "/spot-1/cash-handovers", {"handed_over_on": "2021-09-18"})
    assert handed["late"]
    bureau.until("2021-09-23")  # two working days after the mid-autumn holiday
    [row] = await listed(bureau)
    assert row["defects"] == ["cash-handover-late", "report-late"], handed
    bureau.until("2021-09-24", 0)
    [row] = await listed(bureau)
    assert row["defects"][-1] == "cash-deposit-late"


async def test_paid_at_the_bank_or_overdue(bureau: Bureau) -> None:
    told = await decide(bureau)
    assert told["payment_due_on"] == "2021-09-28"
    bureau.until("2021-09-29", 0)
    await bureau.service.settle()
    assert len(await bureau.service.events("casetrail.penalty.payment-overdue")) == 1
    transfer = {"amount_fen": 10_000, "bank_reference": "B1", "paid_on": "2021-09-29"}
    assert (await post(bureau, "finance", "/spot-1/payments", transfer))["settled"]
    again = await post(bureau, "finance", "/spot-1/payments", transfer, status=409)
    assert again["code"] == "bank-reference-known"
    early = {**transfer, "bank_reference": "B0", "paid_on": "2021-09-12"}
    assert (await post(bureau, "finance", "/spot-1/payments", early, status=409))["code"] == "before-earlier-step"


async def test_receipt_is_given_once(bureau: Bureau) -> None:
    for spot_id in ("spot-1", "spot-2"):
        await decide(bureau, spot_id, **CASH)
    await post(bureau, "officer", "/spot-1/cash-collections", TAKEN)
    assert (await post(bureau, "officer", "/spot-2/cash-collections", TAKEN, status=409))["code"] == "receipt-used"
    await post(bureau, "officer", "/spot-2/cash-collections", {**TAKEN, "receipt_no": "36-0002"})


async def test_deposit_that_the_statement_told_first_is_assigned(bureau: Bureau) -> None:
    await decide(bureau, **CASH)
    await post(bureau, "officer", "/spot-1/cash-collections", TAKEN)
    await post(bureau, "finance", "/spot-1/cash-handovers", {"handed_over_on": "2021-09-13"})
    await decide(bureau, "spot-2")
    other = {"amount_fen": 10_000, "bank_reference": "B2", "paid_on": "2021-09-13"}
    await post(bureau, "finance", "/spot-2/payments", other)
    deposit = {"bank_reference": "B2", "deposited_on": "2021-09-13"}
    refused = await post(bureau, "finance", "/spot-1/cash-deposits", deposit, status=409)
    assert refused["code"] == "transfer-assigned-already"


async def test_number_of_a_device_and_a_decision_without_one(bureau: Bureau) -> None:
    leased = {
        "series": "donghu-emb/罚当/2021", "lease_id": "d-1", "organ_id": "donghu-emb", "word": "罚当", "year": 2021,
        "abbreviation": "东湖", "pattern": None, "holder": "device-1", "holder_kind": "device", "count": 2,
        "spans": [{"first": 41, "last": 42}],
    }  # fmt: skip
    await bureau.hears("registry", "numbers-leased", leased, "number-series:donghu-emb/罚当/2021")
    bureau.until("2021-09-13")
    charges = [{**UNIT["charges"][0], "hazard_id": "h-1"}]
    body = {**UNIT, "spot_id": "spot-1", "charges": charges, "numbering": "device", "number": 42}
    assert (await post(bureau, "officer", "", body, status=409))["code"] == "number-not-leased"
    told = await post(bureau, "officer", "", body, X_Device="device-1")
    assert told["document_no"] == "（东湖）应急罚当〔2021〕42号"
    again = await post(bureau, "officer", "", {**body, "spot_id": "spot-2"}, X_Device="device-1", status=409)
    assert again["code"] == "number-used"
    assert (await decide(bureau, "spot-2", status=409))["code"] == "numbers-exhausted"
    assert (await decide(bureau, "spot-2", numbering="none"))["missing"] == ["number", "report"]
    ours = {**leased, "lease_id": "p-1", "holder": "penalty", "holder_kind": "service", "spans": [{"first": 7, "last": 7}]}
    await bureau.hears("registry", "numbers-leased", ours, "number-series:donghu-emb/罚当/2021")
    assert (await post(bureau, "officer", "/spot-2/numbers"))["document_no"] == "（东湖）应急罚当〔2021〕7号"
    assert (await bureau.get("/v1/spot-penalties/spot-2"))["defects"] == ["numbered-afterwards"]


async def test_money_of_a_spot_penalty_goes_by_its_id_everywhere(bureau: Bureau) -> None:
    await decide(bureau)
    body = {"amount_fen": 10_500, "bank_reference": "B1", "paid_on": "2021-09-13"}
    paid = await bureau.post("finance", "payments", body, case_id="spot-1")
    assert (paid["settled"], paid["credit_fen"]) == (True, 500)
    back = {"amount_fen": 500, "bank_reference": "R1", "refunded_on": "2021-09-13"}
    assert (await bureau.post("finance", "refunds", back, case_id="spot-1"))["credit_fen"] == 0


async def test_no_spot_penalty_goes_by_the_id_of_a_case_whose_account_it_would_take(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    assert (await decide(bureau, CASE, status=409))["code"] == "id-in-use"
