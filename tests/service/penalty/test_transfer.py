"""Transfer of a case over HTTP: its steps and numbers, its clocks, and where it stands as of any moment."""

from __future__ import annotations

from typing import Any

from tests.service.penalty.bureau import CASE, ENTERPRISE, HANDLERS, Bureau

REPORT: dict[str, Any] = {"to": "police", "receiver": "南昌市公安局", "reason": "涉嫌危险作业罪", "team": HANDLERS}
OVER = {"received_by": "周警官", "materials": [{"name": "调查报告", "count": 1}, {"name": "证据材料", "count": 12}]}


async def filed(bureau: Bureau) -> None:
    """A filed case, and blocks of both series."""
    for word in ("移审", "移"):
        leased = {
            "series": f"donghu-emb/{word}/2021", "lease_id": "p-1", "organ_id": "donghu-emb", "word": word, "year": 2021,
            "abbreviation": "东湖", "pattern": None, "holder": "penalty", "holder_kind": "service", "count": 9,
            "spans": [{"first": 11, "last": 19}],
        }  # fmt: skip
        await bureau.hears("registry", "numbers-leased", leased, f"number-series:donghu-emb/{word}/2021")
    await bureau.hears_a_referral()
    await bureau.file()


async def permitted(bureau: Bureau) -> list[str]:
    return [step["name"] for step in (await bureau.get())["next_steps"]]


async def test_to_the_police_and_back(bureau: Bureau) -> None:
    await filed(bureau)
    told = await bureau.post("officer", "transfers", REPORT)
    assert told == {"document_no": "（东湖）应急移审〔2021〕11号", "decide_by": "2021-09-11"} | told
    agreed = await bureau.post("approver", "transfer-decisions", {"agreed": True, "opinion": "同意移送"})
    assert agreed["phase"] == "approved"
    over = await bureau.post("officer", "transfer-handovers", OVER)
    assert (over["document_no"], over["answer_by"], over["defects"]) == ("（东湖）应急移〔2021〕11号", "2021-09-11", [])
    taken = {"answer": "taken", "reference": "洪公立字1号", "reason": "立案侦查", "answered_on": "2021-09-08"}
    assert (await bureau.post("officer", "transfer-answers", taken))["stops_case"]
    assert (await bureau.decide(status=409))["code"] == "case-transferred"
    bureau.until("2021-10-08")
    back = await bureau.post("officer", "transfer-returns", {"reason": "不起诉", "returned_on": "2021-10-08"})
    assert (back["stops_case"], back["days_away"]) == (False, 30)
    assert (await bureau.decide(status=409))["code"] == "investigation-open"
    seen = await bureau.get(f"/v1/cases/{CASE}/transfers")
    assert (seen["phase"], seen["gone"], seen["materials"][1]["count"]) == ("returned", False, 12)
    [handed] = await bureau.service.events("casetrail.penalty.case-transferred")
    assert handed["subject"] == ENTERPRISE
    assert "周警官" not in str(handed)


async def test_refused_takes_no_number(bureau: Bureau) -> None:
    await filed(bureau)
    assert (await bureau.post("officer", "transfers", {**REPORT, "team": ["o-li"]}, status=409))["code"] == "too-few-officers"
    assert (await bureau.post("officer", "transfer-handovers", OVER, status=409))["code"] == "transfer-not-approved"
    assert (await bureau.post("officer", "transfers", REPORT))["document_no"] == "（东湖）应急移审〔2021〕11号"
    assert (await bureau.post("officer", "transfers", REPORT, status=409))["code"] == "transfer-open"


async def test_what_is_wrong_is_told_before_that_there_is_no_number_and_both_at_once(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    told = await bureau.post("officer", "transfers", {**REPORT, "team": ["o-li"]}, status=409)
    assert (told["code"], [one["code"] for one in told["also"]]) == ("too-few-officers", ["numbers-exhausted"])
    assert (await bureau.post("officer", "transfers", REPORT, status=409))["code"] == "numbers-exhausted"


async def test_missed_clocks_are_flagged(bureau: Bureau) -> None:
    await filed(bureau)
    await bureau.post("officer", "transfers", REPORT)
    bureau.until("2021-09-12", 0)
    await bureau.service.settle()
    assert len(await bureau.service.events("casetrail.penalty.transfer-decision-overdue")) == 1
    bureau.until("2021-09-12", 9)
    await bureau.post("approver", "transfer-decisions", {"agreed": True, "opinion": "同意"})
    bureau.until("2021-09-13", 8)
    await bureau.service.settle()
    assert await bureau.service.events("casetrail.penalty.transfer-handover-overdue") == []
    bureau.until("2021-09-13", 9)
    await bureau.service.settle()
    assert len(await bureau.service.events("casetrail.penalty.transfer-handover-overdue")) == 1
    assert (await bureau.post("officer", "transfer-handovers", OVER))["answer_by"] == "2021-09-16"
    bureau.until("2021-09-17", 0)
    await bureau.service.settle()
    [missed] = await bureau.service.events("casetrail.penalty.transfer-answer-overdue")
    assert missed["rulebook"] == "jiangxi-work-safety/2021.1"
    assert (await bureau.get(f"/v1/cases/{CASE}/transfers"))["defects"] == ["decision-late", "handover-late", "answer-late"]


async def test_a_case_that_was_taken_is_closed_for_that(bureau: Bureau) -> None:
    await filed(bureau)
    closing = {"reason": "公安机关已立案", "ground": "transferred"}
    assert (await bureau.post("approver", "closings", closing, status=409))["code"] == "ground-not-given"
    await bureau.post("officer", "transfers", REPORT)
    await bureau.post("approver", "transfer-decisions", {"agreed": True, "opinion": "同意移送"})
    await bureau.post("officer", "transfer-handovers", OVER)
    assert "close" not in await permitted(bureau)
    taken = {"answer": "taken", "reference": "洪公立字1号", "reason": "立案侦查", "answered_on": "2021-09-08"}
    await bureau.post("officer", "transfer-answers", taken)
    assert "close" in await permitted(bureau)
    await bureau.post("approver", "closings", closing)
    assert (await bureau.get())["state"] == "closed"
