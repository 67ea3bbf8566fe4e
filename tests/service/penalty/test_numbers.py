"""Case and document numbers under concurrency: no hole, no double."""

from __future__ import annotations

import asyncio

from tests.service.penalty.bureau import HANDLERS, Bureau

CASES = 6


async def test_concurrent_filings_take_numbers_without_hole_or_double(bureau: Bureau) -> None:
    bureau.until("2021-09-08")
    ids = [f"ref-{n:03d}" for n in range(CASES)]
    for case_id in ids:
        await bureau.hears_a_referral(case_id, hazards=(f"h-{case_id}",))
        officers = [{"officer_id": officer} for officer in HANDLERS]
        await bureau.post(
            "officer", "filing-requests", {"cause": "案由", "officers": officers, "opinion": "建议"}, case_id=case_id
        )

    async def filed(case_id: str) -> str:
        while True:  # "others were faster" is answered 409 conflict: the same command is sent again
            answer = await bureau.client("approver").post(f"/v1/cases/{case_id}/filings", json={})
            if answer.status_code == 201:
                return str(answer.json()["case_no"])
            assert answer.json()["code"] == "conflict"

    numbers = await asyncio.gather(*(filed(case_id) for case_id in ids))
    assert sorted(numbers) == [f"（东湖）应急立〔2021〕{n}号" for n in range(1, CASES + 1)]


async def test_refused_command_takes_no_number(bureau: Bureau) -> None:
    await bureau.hears_a_referral("ref-001", ("h-1",))
    bureau.until("2021-09-08")
    refused = await bureau.post("approver", "filings", case_id="ref-001", status=409)
    assert refused["code"] == "filing-not-requested"
    assert (await bureau.file("ref-001"))["case_no"] == "（东湖）应急立〔2021〕1号"
