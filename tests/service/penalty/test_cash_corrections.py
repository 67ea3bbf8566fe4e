"""Cash that was recorded wrongly: its taking, its way to the organ, its deposit; corrected by two people, withdrawn by one."""

from __future__ import annotations

from typing import Any

from tests.service.penalty import test_spot as spot
from tests.service.penalty.bureau import Bureau
from tests.service.penalty.clocks_agree import disagreements
from tests.service.penalty.rebuilding import differences
from tests.service.penalty.test_at_once import both
from tests.service.penalty.test_bank import csv, send
from tests.service.penalty.test_corrections import AGREED, MISTYPED, WRONG, correct, on_transfer
from tests.service.penalty.test_payments import named

COLLECTION = {"entry": "collection", **MISTYPED}
HANDOVER = {"entry": "handover", "kind": "mistyped", "reason": "交款日期录错"}
WITHDRAWN = {"reason": "核对无误"}
DEPOSIT = {"bank_reference": "D1", "deposited_on": "2021-09-14"}


async def collected(bureau: Bureau, spot_id: str = "spot-1", receipt_no: str = "36-0001") -> None:
    await spot.decide(bureau, spot_id, **spot.CASH)
    await spot.post(bureau, "officer", f"/{spot_id}/cash-collections", {**spot.TAKEN, "receipt_no": receipt_no})


async def deposited(bureau: Bureau, *, closed: bool = False) -> None:
    """Taken on 13 September, at the organ and at the bank on the 14th."""
    await collected(bureau)
    bureau.until("2021-09-14")
    await spot.post(bureau, "finance", "/spot-1/cash-handovers", {"handed_over_on": "2021-09-14"})
    await spot.post(bureau, "finance", "/spot-1/cash-deposits", DEPOSIT)
    if closed:
        await spot.post(bureau, "officer", "/spot-1/reports", {"reported_on": "2021-09-14"})
        await spot.post(bureau, "officer", "/spot-1/publications", {})
        await spot.post(bureau, "approver", "/spot-1/closings", {"reason": "已履行"})


async def seen(bureau: Bureau) -> Any:
    return await bureau.get("/v1/spot-penalties/spot-1")


def steps(view: Any) -> set[str]:
    return {step["name"] for step in view["next_steps"]}


async def test_a_deposit_is_corrected_as_the_transfer_that_it_is_also_of_a_closed_penalty(bureau: Bureau) -> None:
    """Found out after the period: flagged; recorded anew with the right reference and its own day it was in time."""
    await deposited(bureau, closed=True)
    refused = await spot.post(bureau, "finance", "/spot-1/cash-corrections", COLLECTION, status=409)
    assert (refused["code"], refused["bank_reference"]) == ("cash-deposited", "D1")
    bureau.until("2021-09-24")
    transfer = await bureau.get("/v1/bank-transfers/D1")
    assert steps(transfer) == {"propose-correction"}
    told = await correct(bureau, "D1", MISTYPED)
    assert (told["corrected"], told["settled"]) == (True, True)
    view = await seen(bureau)
    assert (view["state"], view["deposited"], view["defects"]) == ("closed", None, ["cash-deposit-late"])
    assert [clock["clock"] for clock in view["clocks"]] == ["cash-to-bank"]
    assert "deposit-cash" in steps(view)
    [row] = await spot.listed(bureau, "?state=closed")
    assert (row["clock"], row["clock_on"], row["struck"], row["defects"]) == (
        "cash-to-bank", "2021-09-16", True, ["cash-deposit-late"],
    )  # fmt: skip
    again = await spot.post(bureau, "finance", "/spot-1/cash-deposits", {**DEPOSIT, "bank_reference": "D2"})
    assert not again["late"]
    [row] = await spot.listed(bureau)
    assert (row["state"], row["clock"], row["defects"]) == ("closed", None, [])
    assert (await spot.post(bureau, "finance", "/spot-1/cash-deposits", {**DEPOSIT, "bank_reference": "D3"}, status=409))["code"]
    assert await disagreements(bureau.service) == []
    assert await differences(bureau.service, 1, 1000) == []


async def test_a_deposit_that_a_statement_told_is_for_nobody_again(bureau: Bureau) -> None:
    await collected(bureau)
    await spot.post(bureau, "finance", "/spot-1/cash-handovers", {"handed_over_on": "2021-09-13"})
    await send(bureau, csv("D1,2021-09-13,100.00,东湖局,缴存", "D2,2021-09-13,100.00,东湖局,缴存"))
    await spot.post(bureau, "finance", "/spot-1/cash-deposits", {"bank_reference": "D1", "deposited_on": "2021-09-13"})
    assert (await on_transfer(bureau, "finance", "D1/corrections", MISTYPED, 409))["code"] == "transfer-of-statement"
    await correct(bureau, "D1", WRONG)
    assert (await bureau.get("/v1/bank-transfers/D1"))["case_id"] is None
    await spot.post(bureau, "finance", "/spot-1/cash-deposits", {"bank_reference": "D2", "deposited_on": "2021-09-13"})
    await on_transfer(bureau, "finance", "D1/returns", {"return_reference": "R1", "returned_on": "2021-09-13", "note": "误存"})
    assert await differences(bureau.service, 1, 1000) == []


async def test_cash_of_another_penalty_is_struck_owed_again_and_its_receipt_is_free(bureau: Bureau) -> None:
    await collected(bureau)
    await spot.decide(bureau, "spot-2", **spot.CASH)
    await spot.post(bureau, "finance", "/spot-1/cash-handovers", {"handed_over_on": "2021-09-13"})
    proposed = await spot.post(bureau, "finance", "/spot-1/cash-corrections", {**COLLECTION, "kind": "misassigned"})
    assert proposed["settled"]
    assert [row["spot_id"] for row in await spot.listed(bureau, "?proposed=true")] == ["spot-1"]
    assert {"answer-cash-correction", "withdraw-cash-correction"} <= steps(await seen(bureau))
    told = await spot.post(bureau, "approver", "/spot-1/cash-correction-answers", AGREED)
    assert (told["corrected"], told["settled"], told["outstanding_fen"]) == (True, False, 10_000)
    view = await seen(bureau)
    assert (view["collected"], view["handed_over"], [one["entry"] for one in view["struck"]]) == (None, None, ["collection"])
    assert {clock["clock"] for clock in view["clocks"]} >= {"payment-due"}
    assert not {"cash-to-agency", "cash-to-bank"} & {clock["clock"] for clock in view["clocks"]}
    [reversed_] = await named(bureau, "payment-reversed")
    assert (reversed_["stream_id"], COLLECTION["reason"].encode() in bytes(reversed_["data"])) == ("payment:spot-1", False)
    await spot.post(bureau, "officer", "/spot-2/cash-collections", spot.TAKEN)
    await spot.post(bureau, "officer", "/spot-1/cash-collections", spot.TAKEN, status=409)
    await spot.post(bureau, "officer", "/spot-1/cash-collections", {**spot.TAKEN, "receipt_no": "36-0002"})
    rows = {row["spot_id"]: row for row in await spot.listed(bureau)}
    assert (rows["spot-1"]["cash_fen"], rows["spot-1"]["clock"], rows["spot-1"]["proposed"]) == (10_000, "cash-to-agency", None)
    assert await disagreements(bureau.service) == []
    assert await differences(bureau.service, 1, 1000) == []


async def test_cash_of_a_closed_penalty_is_recorded_anew_or_paid_at_the_bank(bureau: Bureau) -> None:
    await deposited(bureau, closed=True)
    await correct(bureau, "D1", MISTYPED)
    await spot.post(bureau, "finance", "/spot-1/cash-corrections", COLLECTION)
    await spot.post(bureau, "approver", "/spot-1/cash-correction-answers", AGREED)
    view = await seen(bureau)
    assert (view["state"], {"collect-cash", "receive-payment"} <= steps(view)) == ("closed", True)
    await spot.post(bureau, "officer", "/spot-1/cash-collections", spot.TAKEN)
    await spot.post(bureau, "finance", "/spot-1/cash-handovers", {"handed_over_on": "2021-09-13"})
    await spot.post(bureau, "finance", "/spot-1/cash-deposits", {**DEPOSIT, "bank_reference": "D1"})
    assert (await seen(bureau))["payment"]["settled_on"] == "2021-09-13"
    await correct(bureau, "D1", MISTYPED)
    await spot.post(bureau, "finance", "/spot-1/cash-corrections", COLLECTION)
    await spot.post(bureau, "approver", "/spot-1/cash-correction-answers", AGREED)
    paid = {"amount_fen": 10_000, "bank_reference": "B1", "paid_on": "2021-09-14"}
    assert (await spot.post(bureau, "finance", "/spot-1/payments", paid))["settled"]
    assert (await spot.post(bureau, "officer", "/spot-1/cash-collections", spot.TAKEN, status=409))["code"] == "cash-not-whole"
    assert await disagreements(bureau.service) == []
    assert await differences(bureau.service, 1, 1000) == []


async def test_a_day_of_the_handover_is_put_right_and_is_late_only_if_it_was(bureau: Bureau) -> None:
    await collected(bureau)
    bureau.until("2021-09-17")
    handed = await spot.post(bureau, "finance", "/spot-1/cash-handovers", {"handed_over_on": "2021-09-17"})
    assert (handed["late"], (await seen(bureau))["defects"]) == (True, ["cash-handover-late"])
    await spot.post(bureau, "finance", "/spot-1/cash-corrections", HANDOVER)
    await spot.post(bureau, "approver", "/spot-1/cash-correction-answers", AGREED)
    view = await seen(bureau)
    assert (view["handed_over"], view["payment"]["settled_on"], view["defects"]) == (None, "2021-09-13", ["cash-handover-late"])
    assert [clock["clock"] for clock in view["clocks"]][:2] == ["on-the-spot-report", "cash-to-agency"]
    assert not (await spot.post(bureau, "finance", "/spot-1/cash-handovers", {"handed_over_on": "2021-09-14"}))["late"]
    [row] = await spot.listed(bureau)
    late = ["cash-deposit-late"]  # what the wrong day had hidden
    assert ((await seen(bureau))["defects"], row["defects"], row["clock_on"]) == (late, late, "2021-09-16")
    await spot.post(bureau, "finance", "/spot-1/cash-deposits", {"bank_reference": "D1", "deposited_on": "2021-09-15"})
    [row] = await spot.listed(bureau)
    assert ((await seen(bureau))["defects"], row["defects"]) == ([], [])
    assert await disagreements(bureau.service) == []
    assert await differences(bureau.service, 1, 1000) == []


async def test_whoever_proposed_withdraws_and_nobody_else_decides_alone(bureau: Bureau) -> None:
    """Of cash and of a transfer alike: withdrawn by its proposer, answered by another approver, once."""
    await collected(bureau, "spot-2", "36-0002")
    await deposited(bureau)
    places = (("/v1/bank-transfers/D1/", "", MISTYPED), ("/v1/spot-penalties/spot-2/", "cash-", COLLECTION))
    for base, kind, body in places:
        desk, head = bureau.client("finance"), bureau.client("approver")
        async with (
            bureau.service.client("finance", id="p-2", districts=("donghu",), organ="donghu-emb") as other,
            bureau.service.client("finance", "approver", id="p-both", districts=("donghu",), organ="donghu-emb") as one_of_both,
            bureau.service.client("approver", id="o-li", districts=("donghu",), organ="donghu-emb") as handler,
            bureau.service.client("finance", "approver", id="p-x", districts=("xihu",), organ="xihu-emb") as stranger,
        ):
            proposals, answers, withdrawals = (
                f"{base}{kind}{path}" for path in ("corrections", "correction-answers", "correction-withdrawals")
            )

            async def refused(client: Any, path: str, what: Any) -> tuple[int, str]:
                answer = await client.post(path, json=what)
                return answer.status_code, answer.json()["code"]

            assert await refused(desk, withdrawals, WITHDRAWN) == (409, "correction-not-proposed")
            assert (await desk.post(proposals, json=body)).status_code == 201
            assert await refused(other, proposals, body) == (409, "correction-proposed-already")
            assert await refused(other, withdrawals, WITHDRAWN) == (409, "not-the-proposer")
            assert (await refused(head, withdrawals, WITHDRAWN))[0] == 403
            assert (await refused(desk, answers, AGREED))[0] == 403
            for path, what in ((withdrawals, WITHDRAWN), (answers, AGREED), (proposals, body)):
                assert await refused(stranger, path, what) == (404, "not-found")
            early = await desk.post(withdrawals, json=WITHDRAWN, headers={"Occurred-At": "2021-09-13T13:00:00+08:00"})
            assert (early.status_code, early.json()["code"]) == (409, "before-earlier-step")
            withdrawn = await desk.post(withdrawals, json=WITHDRAWN, headers={"Idempotency-Key": f"key-of-{kind}withdrawal"})
            again = await desk.post(withdrawals, json=WITHDRAWN, headers={"Idempotency-Key": f"key-of-{kind}withdrawal"})
            assert (withdrawn.status_code, again.status_code, again.json()) == (201, 201, withdrawn.json())
            assert await refused(head, answers, AGREED) == (409, "correction-not-proposed")
            assert (await one_of_both.post(proposals, json=body)).status_code == 201
            assert await refused(one_of_both, answers, AGREED) == (409, "own-correction")
            assert await refused(handler, answers, AGREED) == (409, "handler-approves")
            no = await head.post(answers, json={"agreed": False, "opinion": "票据无误"})
            assert (no.status_code, no.json()["corrected"]) == (201, False)
    assert (await seen(bureau))["deposited"]["bank_reference"] == "D1"
    assert {"cash-correction-proposed", "cash-correction-withdrawn", "cash-correction-refused"} <= {
        event["type"].split(".")[2] for event in await bureau.service.events("casetrail.penalty.cash")
    }
    assert await differences(bureau.service, 1, 1000) == []


async def test_withdrawn_while_answered_one_of_them_counts(bureau: Bureau) -> None:
    await collected(bureau)
    desk, head = bureau.client("finance"), bureau.client("approver")
    await spot.post(bureau, "finance", "/spot-1/cash-corrections", COLLECTION)
    told = await both(
        head.post("/v1/spot-penalties/spot-1/cash-correction-answers", json=AGREED),
        desk.post("/v1/spot-penalties/spot-1/cash-correction-withdrawals", json=WITHDRAWN),
    )
    assert told == [(201, None), (409, "correction-not-proposed")]
    happened = {event["type"].split(".")[2] for event in await bureau.service.events("casetrail.penalty.")}
    assert len({"cash-entry-struck", "cash-correction-withdrawn"} & happened) == 1
    assert ("cash-entry-struck" in happened) == ("payment-reversed" in happened) == ("receipt-freed" in happened)
    assert await differences(bureau.service, 1, 1000) == []


async def test_proposed_and_paid_in_at_once(bureau: Bureau) -> None:
    """Whichever comes first: what is at the bank is corrected there first, or the answer is refused until it is."""
    await collected(bureau)
    await spot.post(bureau, "finance", "/spot-1/cash-handovers", {"handed_over_on": "2021-09-13"})
    desk = bureau.client("finance")
    told = await both(
        desk.post("/v1/spot-penalties/spot-1/cash-corrections", json=COLLECTION),
        desk.post("/v1/spot-penalties/spot-1/cash-deposits", json={"bank_reference": "D1", "deposited_on": "2021-09-13"}),
    )
    assert told in ([(201, None), (201, None)], [(201, None), (409, "cash-deposited")])
    if told[1][0] == 201:
        refused = await spot.post(bureau, "approver", "/spot-1/cash-correction-answers", AGREED, status=409)
        assert refused["code"] == "cash-deposited"
        await spot.post(bureau, "finance", "/spot-1/cash-correction-withdrawals", WITHDRAWN)
    assert (await seen(bureau))["payment"]["settled_on"] == "2021-09-13"


async def test_a_withdrawn_proposal_of_a_transfer_leaves_every_list_as_it_was(bureau: Bureau) -> None:
    await spot.decide(bureau)
    paid = {"amount_fen": 10_000, "bank_reference": "B1", "paid_on": "2021-09-13"}
    await spot.post(bureau, "finance", "/spot-1/payments", paid)
    await on_transfer(bureau, "finance", "B1/corrections", WRONG)
    assert steps(await bureau.get("/v1/bank-transfers/B1")) == {"answer-correction", "withdraw-correction"}
    told = await on_transfer(bureau, "finance", "B1/correction-withdrawals", WITHDRAWN)
    assert (told["settled"], told["case_id"]) == (True, "spot-1")
    await bureau.service.settle()
    assert (await bureau.get("/v1/bank-transfers?proposed=true"))["items"] == []
    assert steps(await bureau.get("/v1/bank-transfers/B1")) == {"propose-correction"}
    assert WITHDRAWN["reason"].encode() not in bytes((await named(bureau, "bank-transfer-correction-withdrawn"))[0]["data"])
    await correct(bureau, "B1")
    assert await differences(bureau.service, 1, 1000) == []
