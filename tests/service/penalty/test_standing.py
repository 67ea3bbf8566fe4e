"""Over HTTP: one act fined once, on the spot or in a case; closures due, proposed, answered; fines that go on day by day."""

from __future__ import annotations

from typing import Any

from tests.service.penalty.bureau import CASE, CRANE, ENTERPRISE, HANDLERS, Bureau
from tests.service.penalty.test_spot import UNIT, post

PROPOSAL = {"authority": "南昌市人民政府", "reference_no": "应急〔2021〕9号", "reason": "一百八十日内三次受到处罚"}


async def names(bureau: Bureau, which: str = "next_steps", case_id: str = CASE) -> dict[str, dict[str, Any]]:
    seen = await bureau.get(f"/v1/cases/{case_id}")
    return {step["name"]: step for step in seen[which]}


async def major(bureau: Bureau, *hazards: str) -> None:
    for hazard in hazards:
        told = {
            "hazard_id": hazard, "inspection_id": "t-1", "enterprise_id": ENTERPRISE, "item_code": "STL-K1",
            "key_item_code": None, "severity": "major", "fact": "x", "place": "炼钢车间", "found_on": "2021-09-06",
        }  # fmt: skip
        await bureau.hears("inspection", "hazard-found", told, ENTERPRISE)


async def warn(bureau: Bureau, spot_id: str, *, status: int = 201, **changes: Any) -> Any:
    """A penalty on the spot about a hazard; a warning, if nothing else is said."""
    bureau.until("2021-09-13")
    charge = {**CRANE, "amount_fen": 0, "fact": "未使用固定式龙门钩", "hazard_id": f"h-{spot_id}", **changes}
    body = {**UNIT, "spot_id": spot_id, "act_date": "2021-09-06", "charges": [charge], "kinds": ["warning"]}
    return await post(bureau, "officer", "", body, status=status)


async def noticed_case(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})


async def refusal(bureau: Bureau, failed_on: str) -> None:
    """The hazard was to be corrected, and a re-inspection found it still there."""
    order = {
        "order_id": "order-1", "document_no": "x", "inspection_id": "t-1", "enterprise_id": ENTERPRISE, "issued_on": "2021-09-06",
        "hazards": [{"hazard_id": "h-1", "item_code": "STL-K1", "due_on": "2021-09-16"}], "due_on": "2021-09-16", "basis": [],
    }  # fmt: skip
    await bureau.hears("inspection", "order-issued", order, ENTERPRISE)
    failed = {"hazard_id": "h-1", "order_id": "order-1", "re_inspected_on": failed_on, "note": None}
    await bureau.hears("inspection", "re-inspection-failed", failed, ENTERPRISE)


async def test_act_that_was_fined_on_the_spot_is_not_fined_again_in_a_case(bureau: Bureau) -> None:
    await warn(bureau, "spot-1", hazard_id="h-1", amount_fen=10_000)
    await bureau.hears_a_referral()
    await bureau.file()
    bureau.until("2021-09-14")
    digest = "b" * 64
    await bureau.post("officer", "evidence", {"kind": "inspection-record", "title": "x", "officers": HANDLERS, "sha256": digest})
    forbidden = (await names(bureau, "forbidden_steps"))["close-investigation"]
    assert (forbidden["code"], forbidden["article"]) == ("act-fined-already", "《行政处罚法》（2021）第29条")
    told = await bureau.post("officer", "investigation-closings", {"charges": [CRANE], "opinion": "建议处罚"}, status=409)
    assert (told["code"], told["basis"]) == ("act-fined-already", "《行政处罚法》（2021）第29条")


async def test_act_that_was_fined_in_a_case_is_not_fined_again_on_the_spot_but_may_be_warned_about(bureau: Bureau) -> None:
    await noticed_case(bureau)
    await warn(bureau, "spot-0", hazard_id="h-1")  # no fine: the case goes on
    await bureau.decide()
    told = await warn(bureau, "spot-1", hazard_id="", amount_fen=10_000, status=409)
    assert told["code"] == "act-fined-already"
    await warn(bureau, "spot-1", hazard_id="h-1")
    await bureau.post("approver", "revocations", {"cause": "self-correction", "reason": "事实有误", "anew": False})
    await warn(bureau, "spot-2", hazard_id="h-1", amount_fen=10_000)


async def test_case_that_was_noticed_before_the_fine_on_the_spot_is_refused_at_its_decision(bureau: Bureau) -> None:
    await noticed_case(bureau)
    await warn(bureau, "spot-1", hazard_id="h-1", amount_fen=10_000)
    assert (await names(bureau, "forbidden_steps"))["decide"]["code"] == "act-fined-already"
    assert (await bureau.decide(status=409))["code"] == "act-fined-already"


async def test_third_penalty_with_a_major_hazard_is_a_case_for_closure(bureau: Bureau) -> None:
    await major(bureau, "h-1", "h-spot-1", "h-spot-2")
    await noticed_case(bureau)
    await warn(bureau, "spot-1")
    await warn(bureau, "spot-2")
    assert (await bureau.get(f"/v1/standings/{ENTERPRISE}"))["closure"] == "none"
    await bureau.decide()
    await bureau.service.settle()
    seen = await bureau.get()
    assert seen["closure"] == "due"
    assert ("closure-proposal", "2021-09-13") in [(clock["clock"], clock["due_on"]) for clock in seen["clocks"]]
    assert (await names(bureau))["propose-closure"]["article"] == "《安全生产法》（2021）第113条第1款第1项"
    [row] = (await bureau.get("/v1/closures?state=due&organ_id=donghu-emb&district=donghu"))["items"]
    assert (row["enterprise_id"], row["count"], row["rule"]) == (ENTERPRISE, 3, "T26-closure-180-days")
    assert sorted(row["case_ids"]) == sorted([CASE, "spot-1", "spot-2"])
    due = [one for one in (await bureau.get(f"/v1/deadlines?case_id={CASE}"))["items"] if one["kind"] == "closure-proposal"]
    assert [(one["due_on"], one["on_expiry_title"]) for one in due] == [("2021-09-13", "应当提请关闭")]
    await bureau.post("officer", "closure-proposals", PROPOSAL, status=403)
    await bureau.post("approver", "closure-proposals", PROPOSAL)
    answer = {"result": "not-closed", "reason": "责令停产整顿", "answered_on": "2021-09-13"}
    await bureau.service.settle()
    kinds = [one["kind"] for one in (await bureau.get(f"/v1/deadlines?case_id={CASE}"))["items"]]
    assert "closure-proposal" not in kinds
    assert (await bureau.post("officer", "closure-answers", answer))["closure"] == "not-closed"
    await bureau.service.settle()
    [row] = (await bureau.get("/v1/closures"))["items"]
    assert (row["state"], row["authority"], row["answered_on"]) == ("not-closed", "南昌市人民政府", "2021-09-13")
    await bureau.post("approver", "closure-proposals", PROPOSAL, status=409)


async def test_revoked_penalty_takes_the_closure_back(bureau: Bureau) -> None:
    await major(bureau, "h-1", "h-spot-1", "h-spot-2")
    await noticed_case(bureau)
    await warn(bureau, "spot-1")
    await bureau.decide()
    await warn(bureau, "spot-2")
    assert (await bureau.get(f"/v1/standings/{ENTERPRISE}"))["due"]["case_id"] == "spot-2"
    await bureau.post("approver", "revocations", {"cause": "self-correction", "reason": "事实有误", "anew": False})
    await bureau.service.settle()
    [row] = (await bureau.get("/v1/closures"))["items"]
    assert row["state"] == "none"
    told = await bureau.post("approver", "closure-proposals", PROPOSAL, case_id="spot-2", status=409)
    assert (told["code"], told["basis"]) == ("closure-not-due", "《安全生产法》（2021）第113条第1款第1项")


async def test_unit_that_refuses_to_correct_is_fined_day_by_day_in_a_case_of_its_own(bureau: Bureau) -> None:
    await bureau.served_case("2021-09-18")
    told = await bureau.post("officer", "daily-fines", {"item_code": "STL-K1"}, status=409)
    assert (told["code"], told["basis"]) == ("not-refused", "《安全生产法》（2021）第112条")
    await refusal(bureau, "2021-09-26")
    bureau.until("2021-09-27")
    assert (await names(bureau))["begin-daily-fine"]["article"] == "《安全生产法》（2021）第112条"
    await bureau.post("approver", "daily-fines", {"item_code": "STL-K1"}, status=403)
    begun = await bureau.post("officer", "daily-fines", {"item_code": "STL-K1"})
    assert (begun["from_on"], begun["until_on"], begun["days"], begun["amount_fen"]) == (
        "2021-09-07",
        "2021-09-26",
        20,
        18_000_000,
    )
    assert (await bureau.post("officer", "daily-fines", {"item_code": "STL-K1"}, status=409))["code"] == "days-counted-already"
    first, further = await bureau.get(), await bureau.get(f"/v1/cases/{begun['daily_case_id']}")
    assert first["daily"][0]["daily_case_id"] == begun["daily_case_id"]
    assert (further["state"], further["continues"]["document_no"]) == ("clue", first["decision"]["document_no"])
    events = await bureau.service.events("casetrail.penalty.clue-registered")
    assert len({event["correlation_id"] for event in events}) == 1


async def test_fine_day_by_day_is_noticed_decided_and_owed_for_itself(bureau: Bureau) -> None:
    await bureau.served_case("2021-09-18")
    await refusal(bureau, "2021-09-18")
    daily = (await bureau.post("officer", "daily-fines", {"item_code": "STL-K1"}))["daily_case_id"]
    officers = [{"officer_id": officer_id} for officer_id in HANDLERS]
    await bureau.post(
        "officer", "filing-requests", {"cause": "按日连续处罚", "officers": officers, "opinion": "x"}, case_id=daily
    )
    await bureau.post("approver", "filings", case_id=daily)
    evidence = {"kind": "inspection-record", "title": "复查意见书", "officers": HANDLERS, "sha256": "c" * 64}
    await bureau.post("officer", "evidence", evidence, case_id=daily)
    assert "close-investigation" in await names(bureau, case_id=daily)
    charge = {**CRANE, "article": "112", "item": None, "phase": "overdue", "amount_fen": 12 * 900_000}
    closing = {"charges": [{**charge, "amount_fen": 900_000}], "opinion": "按日连续处罚"}
    told = await bureau.post("officer", "investigation-closings", closing, case_id=daily, status=409)
    assert (told["code"], told["basis"]) == ("not-the-original-per-day", "《安全生产法》（2021）第112条")
    closing = {"charges": [charge], "opinion": "按日连续处罚"}
    assert (await bureau.post("officer", "investigation-closings", closing, case_id=daily))["proposed_fen"] == 10_800_000
    notice = await bureau.post("officer", "notices", {"manner": "direct"}, case_id=daily)
    assert (notice["form_no"], notice["intended_fen"]) == (26, 10_800_000)
    revocation = {"cause": "self-correction", "reason": "事实有误", "anew": False}
    await bureau.post("approver", "revocations", revocation)
    assert (await bureau.decide(daily, status=409))["code"] == "decision-revoked"
