"""A bank reference is one transfer's in an organ's account: what another account has by it stands in nobody's way."""

from __future__ import annotations

import pytest

from tests.service.penalty.bureau import CASE, Bureau
from tests.service.penalty.rebuilding import differences
from tests.service.penalty.test_bank import NUMBER, csv, due, send
from tests.service.penalty.test_corrections import AGREED, MISTYPED, WRONG, correct, on_transfer
from tests.service.penalty.test_corrections_of_others import of_xihu
from tests.service.penalty.test_payments import FINE, party

BACK = {"return_reference": "R1", "returned_on": "2021-09-28", "note": "退回付款人"}


@pytest.mark.parametrize("struck", [True, False])
async def test_what_one_district_recorded_or_struck_blocks_no_other(bureau: Bureau, struck: bool) -> None:
    await due(bureau)
    await bureau.pay(900, "B1")
    if struck:
        await correct(bureau, "B1", MISTYPED)
    async with of_xihu(bureau, "finance") as stranger:
        told = await send(bureau, csv("B1,2021-09-28,7.00,李四,误汇", "X1,2021-09-28,8.00,王五,误汇"), client=stranger)
        assert (told["unmatched"], told["known"]) == (2, 0)
        assert (await send(bureau, csv("B1,2021-09-28,7.00,李四,误汇"), client=stranger))["known"] == 1
        await bureau.service.settle()
        rows = (await stranger.get("/v1/bank-transfers")).json()["items"]
        assert [(row["bank_reference"], row["organ_id"], row["amount_fen"]) for row in rows] == [
            ("B1@xihu-emb", "xihu-emb", 700), ("X1", "xihu-emb", 800),
        ]  # fmt: skip
        for called in ("B1", "B1@xihu-emb"):
            seen = (await stranger.get(f"/v1/bank-transfers/{called}")).json()
            assert (seen["bank_transfer"], seen["reported"]["amount_fen"]) == ("B1@xihu-emb", 700)
            assert {one["path"] for one in seen["next_steps"]} == {
                "/v1/bank-transfers/B1@xihu-emb/assignments", "/v1/bank-transfers/B1@xihu-emb/returns",
            }  # fmt: skip
        sent = await stranger.post("/v1/bank-transfers/X1/returns", json={**BACK, "return_reference": "B1"})
        assert (sent.status_code, sent.json()["code"]) == (409, "bank-reference-known")
        assert (await stranger.post("/v1/bank-transfers/B1/returns", json=BACK)).status_code == 404
        sent = await stranger.post("/v1/bank-transfers/B1@xihu-emb/returns", json=BACK)
        assert (sent.status_code, sent.json()["stream_id"]) == (201, "bank-transfer:B1@xihu-emb")
    seen = await bureau.get("/v1/bank-transfers/B1")
    assert (seen["returned_on"], seen["organ_id"], bool(seen["former"])) == (None, "donghu-emb", struck)
    assert (await bureau.get("/v1/bank-transfers/B1@xihu-emb", status=404))["code"] == "not-found"
    assert await differences(bureau.service, 1, 1000) == []


async def test_what_another_desk_read_first_keeps_no_money_from_its_fine(bureau: Bureau) -> None:
    await due(bureau)
    row = f"B1,2021-09-28,9000.00,甲,{NUMBER}"
    async with of_xihu(bureau, "finance") as stranger:
        assert (await send(bureau, csv(row), client=stranger))["unmatched"] == 1
    assert (await send(bureau, csv(row, "B2,2021-09-28,1.00,乙,误汇")))["matched"] == 1
    assert (await party(bureau))["outstanding_fen"] == 0
    await on_transfer(bureau, "finance", "B1/corrections", WRONG, 404)
    proposed = await on_transfer(bureau, "finance", "B1@donghu-emb/corrections", WRONG)
    assert (proposed["stream_id"], proposed["case_id"]) == ("bank-transfer:B1@donghu-emb", CASE)
    await on_transfer(bureau, "approver", "B1@donghu-emb/correction-answers", AGREED)
    assert (await party(bureau))["outstanding_fen"] == FINE
    await on_transfer(bureau, "finance", "B1@donghu-emb/assignments", {"case_id": CASE, "note": "回单"})
    assert await differences(bureau.service, 1, 1000) == []


async def test_one_transfer_is_not_counted_for_a_fine_by_two_organs(bureau: Bureau) -> None:
    await due(bureau)
    await bureau.pay(900, "B1")
    body = {"amount_fen": 900, "bank_reference": "B1", "paid_on": "2021-09-28"}
    async with bureau.service.client("finance", id="p-city", districts=("*",), organ="nanchang-emb") as city:
        answer = await city.post(f"/v1/cases/{CASE}/payments", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "bank-reference-known")
        assert (await city.get("/v1/bank-transfers/B1")).json()["bank_transfer"] == "B1"
        assert (await city.post("/v1/bank-transfers/B1/corrections", json=WRONG)).status_code == 201
    assert (await party(bureau))["received_fen"] == 900


@pytest.mark.parametrize("wrong", ["B1@", "B1@X", "B1@donghu-emb@donghu-emb", "@donghu-emb", "B1%40 x"])
async def test_what_is_no_reference_is_refused(bureau: Bureau, wrong: str) -> None:
    answer = await bureau.client("finance").post(f"/v1/bank-transfers/{wrong}/corrections", json=WRONG)
    assert answer.status_code == 422, answer.text
