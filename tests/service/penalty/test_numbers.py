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


async def test_series_leased_by_the_registry_is_numbered_from_the_block(bureau: Bureau) -> None:
    leased = {
        "series": "donghu-emb/立/2021", "lease_id": "penalty-1", "organ_id": "donghu-emb", "word": "立", "year": 2021,
        "abbreviation": "东湖", "pattern": None, "holder": "penalty", "holder_kind": "service", "count": 1,
        "spans": [{"first": 41, "last": 41}],
    }  # fmt: skip
    await bureau.hears("registry", "numbers-leased", leased, "number-series:donghu-emb/立/2021")
    await bureau.hears("registry", "numbers-leased", {**leased, "word": "检记"}, "number-series:donghu-emb/检记/2021")
    bureau.until("2021-09-08")
    officers = [{"officer_id": officer} for officer in HANDLERS]
    for case_id in ("ref-001", "ref-002"):
        await bureau.hears_a_referral(case_id, hazards=(f"h-{case_id}",))
        await bureau.post(
            "officer", "filing-requests", {"cause": "案由", "officers": officers, "opinion": "建议"}, case_id=case_id
        )
    assert (await bureau.file("ref-001"))["case_no"] == "（东湖）应急立〔2021〕41号"
    assert (await bureau.post("approver", "filings", case_id="ref-002", status=409))["code"] == "numbers-exhausted"
    assert len(await bureau.service.events("casetrail.penalty.numbers-received")) == 1, (
        "of words that are not ours nothing is kept"
    )
