"""A fine that goes on day by day, by hand to its end over HTTP, and the closure that the third penalty leads to."""

from __future__ import annotations

from tests.service.penalty.bureau import CRANE, ENTERPRISE, HANDLERS, Bureau
from tests.service.penalty.test_spot import UNIT, post
from tests.service.penalty.test_standing import PROPOSAL, major, refusal


async def test_a_fine_day_by_day_is_heard_decided_paid_and_goes_on_from_the_next_day_until_the_unit_is_closed(
    bureau: Bureau,
) -> None:
    """By hand to its end: the further case has steps, numbers and money of its own; the third penalty is a case for closure."""
    await major(bureau, "h-1", "h-spot-1", "h-spot-2")
    await bureau.served_case("2021-09-18")
    await bureau.pay(900_000, "B1")
    await refusal(bureau, "2021-09-18")
    daily = (await bureau.post("officer", "daily-fines", {"item_code": "STL-K1"}))["daily_case_id"]
    officers = [{"officer_id": officer_id} for officer_id in HANDLERS]
    asked = {"cause": "按日连续处罚", "officers": officers, "opinion": "拒不改正"}
    await bureau.post("officer", "filing-requests", asked, case_id=daily)
    await bureau.post("approver", "filings", case_id=daily)
    evidence = {"kind": "inspection-record", "title": "复查意见书", "officers": HANDLERS, "sha256": "c" * 64}
    await bureau.post("officer", "evidence", evidence, case_id=daily)
    charge = {**CRANE, "article": "112", "item": None, "phase": "overdue", "amount_fen": 12 * 900_000}
    await bureau.post("officer", "investigation-closings", {"charges": [charge], "opinion": "按日"}, case_id=daily)
    await bureau.post("officer", "notices", {"manner": "direct"}, case_id=daily)
    await bureau.post("officer", "statements", {"kind": "waived"}, case_id=daily)
    assert (await bureau.decide(daily, status=409))["code"] == "hearing-period-running"
    bureau.until("2021-09-29")
    told = await bureau.decide(daily, status=409)
    assert (told["code"], "第57条" in told["basis"]) == ("collective-discussion-missing", True)
    members = [{"member_id": f"m-{n}", "name": "负责人", "opinion": "同意"} for n in range(2)]
    discussed = {"members": members, "conclusion": "approved", "note": "一致同意"}
    await bureau.post("approver", "discussions", discussed, case_id=daily)
    heavier = await bureau.decide(daily, body={"amounts": {"STL-K1": 11 * 900_000}}, status=409)
    assert heavier["code"] == "not-the-original-per-day", "each day costs the original fine exactly"
    decided = await bureau.decide(daily)
    assert (decided["document_no"], decided["total_fen"]) == ("（东湖）应急罚〔2021〕2号", 10_800_000)
    received = {"manner": "direct", "recipient": "张三", "received_on": "2021-09-29"}
    served = await bureau.post("officer", "services", received, case_id=daily)
    assert served["amount_fen"] == 10_800_000
    body = {"amount_fen": 10_800_000, "bank_reference": "B2", "paid_on": "2021-09-29"}
    assert (await bureau.post("finance", "payments", body, case_id=daily))["settled"]
    assert (await bureau.get())["payment"]["received_fen"] == 900_000, "the first fine has its own account"

    again = {"hazard_id": "h-1", "order_id": "order-1", "re_inspected_on": "2021-09-29", "note": None}
    await bureau.hears("inspection", "re-inspection-failed", again, ENTERPRISE)
    more = await bureau.post("officer", "daily-fines", {"item_code": "STL-K1"})
    assert (more["from_on"], more["until_on"], more["days"]) == ("2021-09-19", "2021-09-29", 11), "each day once"
    assert more["daily_case_id"] != daily

    bureau.until("2021-09-30")
    standing = await bureau.get(f"/v1/standings/{ENTERPRISE}")
    assert standing["closure"] == "none", "two penalties"
    early = await bureau.post("approver", "closure-proposals", PROPOSAL, case_id=daily, status=409)
    assert (early["code"], early["basis"]) == ("closure-not-due", "《安全生产法》（2021）第113条第1款第1项")
    charged = {**CRANE, "amount_fen": 0, "fact": "未使用固定式龙门钩", "hazard_id": "h-spot-1"}
    await post(bureau, "officer", "", {**UNIT, "spot_id": "spot-1", "charges": [charged], "kinds": ["warning"]}, status=201)
    assert (await bureau.get(f"/v1/standings/{ENTERPRISE}"))["closure"] == "due"
    await bureau.post("approver", "closure-proposals", PROPOSAL, case_id=daily)
    twice = await bureau.post("approver", "closure-proposals", PROPOSAL, case_id=daily, status=409)
    assert twice["code"] == "closure-proposed-already"
    answer = {"result": "closed", "reason": "决定予以关闭", "answered_on": "2021-09-30"}
    assert (await bureau.post("officer", "closure-answers", answer, case_id=daily))["closure"] == "closed"
