"""A refused command is told everything that stands against it: the first as the problem, the rest beside it."""

from __future__ import annotations

from tests.service.penalty.bureau import CASE, Bureau


async def test_what_else_stands_against_a_command_is_told_beside_the_first(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    bureau.until("2021-09-08")
    request = {"cause": "案由", "officers": [{"officer_id": "o-nobody"}], "opinion": "建议立案"}
    refused = await bureau.post("officer", "filing-requests", request, status=409)
    assert (refused["code"], refused["officer_id"]) == ("officer-unknown", "o-nobody")
    [other] = refused["also"]
    assert (other["code"], other["officers"], other["minimum"]) == ("too-few-officers", 1, 2)
    assert other["detail"] == "执法人员不得少于 2 人"
    assert other["title"] == "at least 2 officers are needed"
    assert "第42条" in other["basis"]
    assert (await bureau.get(f"/v1/cases/{CASE}"))["state"] == "clue"


async def test_what_may_be_done_tells_all_that_a_step_still_lacks(bureau: Bureau) -> None:
    await bureau.served_case()
    steps = {step["name"]: step for step in (await bureau.get())["forbidden_steps"]}
    close = steps["close"]
    assert [close["code"], *(one["code"] for one in close["also"])] == [
        "payment-not-settled",
        "rectification-open",
        "not-published",
    ]
    assert all(one["reason"] and one["reason_en"] and one["article"] for one in close["also"])
    assert steps["file"]["also"] == []


async def test_a_refusal_that_stands_alone_says_nothing_beside_it(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    bureau.until("2021-09-08")
    assert "also" not in await bureau.post("approver", "filings", status=409)
