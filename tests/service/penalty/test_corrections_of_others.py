"""Whose a transfer is nobody else touches, corrects or hears of: other roles, other districts, other transfers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.service.penalty.bureau import CASE, ENTERPRISE, Bureau
from tests.service.penalty.test_bank import NUMBER, csv, due, send
from tests.service.penalty.test_corrections import AGREED, WRONG, on_transfer
from tests.service.penalty.test_payments import FINE, party


@asynccontextmanager
async def of_xihu(bureau: Bureau, *roles: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody of another district."""
    async with bureau.service.client(*roles, id="p-x", districts=("xihu",), organ="xihu-emb") as client:
        yield client


@pytest.mark.parametrize("role", ["officer", "manager", "legal-reviewer", "auditor", "administrator", "enterprise"])
async def test_neither_proposed_nor_answered_in_another_role(bureau: Bureau, role: str) -> None:
    await due(bureau)
    await bureau.pay(FINE, "B1")
    await on_transfer(bureau, "finance", "B1/corrections", WRONG)
    async with bureau.service.client(role, id="p-1", districts=("donghu",), organ="donghu-emb", enterprise_id=ENTERPRISE) as one:
        for path, body in (("corrections", WRONG), ("correction-answers", AGREED)):
            assert (await one.post(f"/v1/bank-transfers/B1/{path}", json=body)).status_code == 403
        if role == "enterprise":
            assert (await one.get("/v1/bank-transfers/B1")).status_code == 403


async def test_what_is_another_district_s_is_not_there(bureau: Bureau) -> None:
    await due(bureau)
    await bureau.pay(FINE, "B1")
    await on_transfer(bureau, "finance", "B1/corrections", WRONG)
    async with of_xihu(bureau, "finance", "approver") as stranger:
        for path, body in (("corrections", WRONG), ("correction-answers", AGREED)):
            for reference in ("B1", "B9"):
                answer = await stranger.post(f"/v1/bank-transfers/{reference}/{path}", json=body)
                assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
        assert (await stranger.get("/v1/bank-transfers?proposed=true")).json()["items"] == []
    assert (await party(bureau))["received_fen"] == FINE


async def test_what_is_no_correction_is_refused(bureau: Bureau) -> None:
    await due(bureau)
    await bureau.pay(FINE + 500, "B1")
    await bureau.post("finance", "refunds", {"amount_fen": 500, "bank_reference": "R1", "refunded_on": "2021-09-28"})
    for wrong in ({"kind": "misassigned"}, {**WRONG, "kind": "other"}, {**WRONG, "reason": ""}, {**WRONG, "amount_fen": 0}):
        await on_transfer(bureau, "finance", "B1/corrections", wrong, 422)
    for incomplete in ({"agreed": True}, {**AGREED, "agreed": None}, {**AGREED, "opinion": ""}):
        await on_transfer(bureau, "approver", "B1/correction-answers", incomplete, 422)
    assert (await on_transfer(bureau, "finance", "R1/corrections", WRONG, 409))["code"] == "bank-reference-known"
    assert (await on_transfer(bureau, "approver", "R1/correction-answers", AGREED, 409))["code"] == "correction-not-proposed"
    await send(bureau, csv("B2,2021-09-28,1.00,李四,误汇"))
    assert (await on_transfer(bureau, "finance", "B2/corrections", WRONG, 409))["code"] == "transfer-not-assigned"


async def test_none_is_answered_on_a_day_before_it_was_proposed(bureau: Bureau) -> None:
    await due(bureau)
    await bureau.pay(FINE, "B1")
    bureau.until("2021-10-20")
    await on_transfer(bureau, "finance", "B1/corrections", WRONG)
    for day, status in (("2021-10-19", 409), ("2021-10-20", 201)):
        stated = {"Occurred-At": f"{day}T10:00:00+08:00"}
        answer = await bureau.client("approver").post("/v1/bank-transfers/B1/correction-answers", json=AGREED, headers=stated)
        assert (answer.status_code, answer.json().get("code")) == (status, None if status == 201 else "before-earlier-step")
    assert (await party(bureau))["taken_back"][0]["reversed_on"] == "2021-10-20"


async def test_of_a_transfer_of_another_district_a_row_with_a_minus_tells_nothing(bureau: Bureau) -> None:
    """If the same statement has the reference, it is the desk's own transfer that is told."""
    await due(bureau)
    await send(bureau, csv(f"B1,2021-09-27,100.00,甲,{NUMBER}"))
    await bureau.service.settle()
    async with of_xihu(bureau, "finance") as stranger:
        told = await send(bureau, csv("B2,2021-09-27,100.00,甲,货款", "R1,2021-09-28,-100.00,甲,退汇 B1"), client=stranger)
        assert ([one["transfers"] for one in told["returns"]], CASE in str(told)) == ([[]], False)
        told = await send(bureau, csv("B1,2021-09-27,100.00,甲,货款", "B1,2021-09-28,-100.00,甲,冲正"), client=stranger)
    own = {"bank_reference": "B1@xihu-emb", "case_id": None, "state": "unmatched"}
    assert ([one["transfers"] for one in told["returns"]], CASE in str(told)) == ([[own]], False)
