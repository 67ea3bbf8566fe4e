"""Money that was recorded wrongly: corrected by somebody else than who found it, assigned right, and every list follows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.penalty import test_spot as spot
from tests.service.penalty.bureau import CASE, ENTERPRISE, Bureau
from tests.service.penalty.clocks_agree import disagreements
from tests.service.penalty.rebuilding import differences
from tests.service.penalty.test_bank import NUMBER, csv, due, send, transfers
from tests.service.penalty.test_payments import FINE, named, party, put_off, served

OTHER = "ref-donghu-2"
WRONG = {"kind": "misassigned", "reason": "来电核实，系另一案件的罚款"}
MISTYPED = {"kind": "mistyped", "reason": "录入时金额有误"}
AGREED = {"agreed": True, "opinion": "情况属实"}


async def on_transfer(bureau: Bureau, role: str, path: str, body: Any, status: int = 201) -> Any:
    """A command on a transfer."""
    answer = await bureau.client(role).post(f"/v1/bank-transfers/{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def correct(bureau: Bureau, reference: str, body: Any = WRONG) -> Any:
    """Finance proposes, the approver agrees."""
    await on_transfer(bureau, "finance", f"{reference}/corrections", body)
    return await on_transfer(bureau, "approver", f"{reference}/correction-answers", AGREED)


async def second_case(bureau: Bureau, received_on: str = "2021-09-28") -> str:
    """Another fine of 9,000 yuan; answers its number."""
    await bureau.hears_a_referral(OTHER, ("h-2",))
    for step in (bureau.file, bureau.investigate, bureau.notify):
        await step(OTHER)
    await bureau.post("officer", "statements", {"kind": "waived"}, case_id=OTHER)
    decided = await bureau.decide(OTHER)
    bureau.until(received_on)
    received = {"manner": "direct", "recipient": "张三", "received_on": received_on}
    await bureau.post("officer", "services", received, case_id=OTHER)
    await bureau.service.settle()
    return str(decided["document_no"])


async def row_of(bureau: Bureau, path: str, case_id: str = CASE) -> Any:
    await bureau.service.settle()
    return next(row for row in (await bureau.get(path))["items"] if row["case_id"] == case_id)


async def test_a_transfer_goes_from_the_wrong_fine_to_the_right_one_and_the_case_is_closed(bureau: Bureau) -> None:
    """Imported for nobody, assigned wrongly, found out after the fine fell due: 12 days of surcharge, to the fen."""
    await due(bureau)
    await second_case(bureau)
    await send(bureau, csv("B1,2021-09-28,9000.00,张三,代缴"))
    await on_transfer(bureau, "finance", "B1/assignments", {"case_id": CASE, "note": "猜测"})
    assert (await row_of(bureau, "/v1/payments"))["state"] == "settled"
    bureau.until("2021-10-20")
    assert [event["stream_id"] for event in await named(bureau, "payment-overdue")] == [f"payment:{OTHER}"]
    assert (await on_transfer(bureau, "finance", "B1/assignments", {"case_id": OTHER, "note": "x"}, 409))["code"] == (
        "transfer-assigned-already"
    )
    await on_transfer(bureau, "finance", "B1/corrections", WRONG)
    await bureau.service.settle()
    [waiting] = await transfers(bureau, "?proposed=true")
    assert (waiting["bank_reference"], waiting["proposed"], waiting["state"]) == ("B1", "misassigned", "matched")
    assert (await party(bureau))["outstanding_fen"] == 0
    told = await on_transfer(bureau, "approver", "B1/correction-answers", AGREED)
    assert (told["corrected"], told["outstanding_fen"], told["settled"]) == (True, FINE, False)
    owed = await party(bureau)
    assert (owed["overdue"], owed["received_fen"], owed["accrued"]["surcharge_fen"], owed["accrued"]["limit_on"]) == (
        True, 0, FINE * 3 // 100 * 12, "2021-11-11",
    )  # fmt: skip
    assert [one["bank_reference"] for one in owed["taken_back"]] == ["B1"]
    [row] = await transfers(bureau)
    assert (row["state"], row["reason"], row["case_id"], row["proposed"]) == ("unmatched", "corrected", None, None)
    listed = await row_of(bureau, "/v1/payments")
    assert (listed["state"], listed["overdue"], listed["outstanding_fen"], listed["due_on"]) == ("open", True, FINE, "2021-10-08")
    case = await row_of(bureau, "/v1/cases")
    assert (case["paid_fen"], case["payment_overdue"], case["payment_due_on"]) == (0, True, "2021-10-08")
    await on_transfer(bureau, "finance", "B1/assignments", {"case_id": OTHER, "note": "回单核对"})
    [right] = (await bureau.get(f"/v1/cases/{OTHER}/payments"))["parties"]
    assert (right["settled_on"], right["outstanding_fen"], right["accrued"]["days"]) == ("2021-09-28", 0, 0)
    decided = await bureau.post("approver", "surcharges", {})
    assert decided["amount_fen"] == FINE * 3 // 100 * 12
    await bureau.hears_rectified()
    await bureau.publish()
    assert (await bureau.post("approver", "closings", {"reason": "履行"}, status=409))["code"] == "payment-not-settled"
    await bureau.pay(FINE + decided["amount_fen"], "B2")
    await bureau.post("approver", "closings", {"reason": "已全部履行"})
    seen = await bureau.get("/v1/bank-transfers/B1")
    [former] = seen["former"]
    assert (former["reported"]["amount_fen"], former["proposed"]["reason"], former["corrected"]["case_id"]) == (
        FINE, WRONG["reason"], CASE,
    )  # fmt: skip
    assert (seen["case_id"], (await bureau.get("/v1/bank-transfers/B1?as_of=v2"))["case_id"]) == (OTHER, CASE)
    [event] = await named(bureau, "payment-reversed")
    assert (event["stream_id"], event["subject"]) == (f"payment:{CASE}", ENTERPRISE)
    assert WRONG["reason"].encode() not in bytes(event["data"])
    assert await disagreements(bureau.service) == []
    assert await differences(bureau.service, 1, 7, 1000) == []


async def test_a_sum_that_was_typed_in_wrongly_is_struck_and_the_statement_tells_the_right_one(bureau: Bureau) -> None:
    await due(bureau)
    await bureau.pay(900, "B1")
    row = f"B1,2021-09-28,9000.00,甲,{NUMBER}"
    refused = await send(bureau, csv(row), 422)
    assert (refused["errors"][0]["code"], "更正" in refused["errors"][0]["reason"]) == ("bank-reference-known", True)
    await correct(bureau, "B1", MISTYPED)
    assert [row["state"] for row in await transfers(bureau)] == ["struck"]
    assert (await on_transfer(bureau, "finance", "B1/assignments", {"case_id": CASE, "note": "x"}, 409))["code"] == (
        "transfer-struck"
    )
    assert (await send(bureau, csv(row)))["matched"] == 1
    assert (await party(bureau))["outstanding_fen"] == 0
    refused = await on_transfer(bureau, "finance", "B1/corrections", MISTYPED, 409)
    assert refused["code"] == "transfer-of-statement"
    assert (await bureau.get("/v1/bank-transfers/B1"))["former"][0]["reported"]["amount_fen"] == 900
    assert await differences(bureau.service, 1, 1000) == []


async def test_who_proposes_does_not_decide_and_a_no_changes_nothing(bureau: Bureau) -> None:
    await due(bureau)
    await bureau.pay(900, "B1")
    assert (await on_transfer(bureau, "approver", "B1/correction-answers", AGREED, 409))["code"] == "correction-not-proposed"
    await on_transfer(bureau, "officer", "B1/corrections", MISTYPED, 403)
    async with bureau.service.client("finance", "approver", id="p-both", districts=("donghu",), organ="donghu-emb") as both:
        assert (await both.post("/v1/bank-transfers/B1/corrections", json=MISTYPED)).status_code == 201
        own = await both.post("/v1/bank-transfers/B1/correction-answers", json=AGREED)
        assert (own.status_code, own.json()["code"]) == (409, "own-correction")
    async with bureau.service.client("approver", id="o-li", districts=("donghu",), organ="donghu-emb") as handler:
        answer = await handler.post("/v1/bank-transfers/B1/correction-answers", json=AGREED)
        assert (answer.status_code, answer.json()["code"]) == (409, "handler-approves")
    await on_transfer(bureau, "finance", "B1/correction-answers", AGREED, 403)
    no = await on_transfer(bureau, "approver", "B1/correction-answers", {"agreed": False, "opinion": "回单无误"})
    assert (no["corrected"], no["outstanding_fen"]) == (False, FINE - 900)
    assert (await bureau.get("/v1/bank-transfers/B1"))["asked"] is None
    async with bureau.service.client("finance", id="p-x", districts=("xihu",), organ="xihu-emb") as stranger:
        assert (await stranger.post("/v1/bank-transfers/B1/corrections", json=MISTYPED)).status_code in (403, 404)


async def test_money_that_went_back_meanwhile_is_not_taken_back(bureau: Bureau) -> None:
    await due(bureau)
    await bureau.pay(FINE + 500, "B1")
    await on_transfer(bureau, "finance", "B1/corrections", WRONG)
    await bureau.post("finance", "refunds", {"amount_fen": 500, "bank_reference": "R1", "refunded_on": "2021-09-28"})
    refused = await on_transfer(bureau, "approver", "B1/correction-answers", AGREED, 409)
    assert (refused["code"], refused["refunded_fen"], "5元" in refused["detail"] or "5" in str(refused)) == (
        "payment-refunded", 500, True,
    )  # fmt: skip
    await on_transfer(bureau, "approver", "B1/correction-answers", {"agreed": False, "opinion": "已退还"})


@pytest.mark.parametrize("archived", [False, True])
async def test_a_closed_case_stays_closed_and_what_is_owed_again_is_paid(bureau: Bureau, archived: bool) -> None:
    await bureau.served_case()
    await bureau.publish()
    await bureau.pay(FINE, "B1")
    await bureau.hears_rectified()
    await bureau.post("approver", "closings", {"reason": "已全部履行"})
    if archived:
        await bureau.post("officer", "archivings", {"volumes": 1, "pages": 30})
    before = await bureau.get()
    bureau.until("2021-10-12")
    assert (await correct(bureau, "B1"))["outstanding_fen"] == FINE
    after = await bureau.get()
    assert (after["version"], after["state"]) == (before["version"], before["state"])
    steps = {one["name"] for one in after["next_steps"]}
    assert {"receive-payment", "decide-surcharge"} <= steps
    row = await row_of(bureau, "/v1/payments?overdue=true")
    assert row["outstanding_fen"] == FINE
    assert (await bureau.post("approver", "surcharges", {}))["amount_fen"] == FINE * 3 // 100 * 4
    await bureau.post("officer", "demands", {"purpose": "payment"})
    await bureau.pay(FINE * 112 // 100, "B2")
    assert (await party(bureau))["settled_on"] == "2021-10-12"
    late = {"amount_fen": 1, "bank_reference": "B3", "paid_on": "2021-10-12"}
    assert (await bureau.post("finance", "payments", late, status=409))["code"] == "case-closed"
    assert await disagreements(bureau.service) == []
    assert await differences(bureau.service, 1, 1000) == []


async def test_instalments_that_seemed_paid_have_their_clocks_again(bureau: Bureau) -> None:
    await served(bureau)
    bureau.until("2021-09-20")
    await put_off(bureau, ("2021-10-20", 400_000), ("2021-11-20", 500_000))
    await bureau.pay(400_000, "B1")
    bureau.until("2021-10-21")
    assert await named(bureau, "payment-overdue") == []
    await correct(bureau, "B1", MISTYPED)
    [flagged] = await named(bureau, "payment-overdue")
    assert flagged["stream_id"] == f"payment:{CASE}"
    due_on = [clock["due_on"] for clock in (await bureau.get("/v1/deadlines"))["items"] if clock["kind"] == "instalment-due"]
    assert due_on == ["2021-10-20", "2021-11-20"]
    bureau.until("2021-11-21")
    assert len(await named(bureau, "payment-overdue")) == 2
    assert (await party(bureau, "?on=2021-11-21"))["accrued"]["surcharge_fen"] == 400_000 * 3 // 100 * 31 + 900_000 * 3 // 100
    assert await disagreements(bureau.service) == []
    assert await differences(bureau.service, 1, 1000) == []


async def test_taken_back_before_it_is_due_the_fine_is_waited_for_again(bureau: Bureau) -> None:
    await due(bureau)
    await bureau.pay(FINE, "B1")
    assert (await row_of(bureau, "/v1/payments"))["due_on"] is None
    await correct(bureau, "B1", MISTYPED)
    assert (await row_of(bureau, "/v1/payments"))["due_on"] == "2021-10-08"
    assert (await row_of(bureau, "/v1/cases"))["payment_due_on"] == "2021-10-08"
    bureau.until("2021-10-08", 23)
    assert await named(bureau, "payment-overdue") == []
    bureau.until("2021-10-09")
    assert len(await named(bureau, "payment-overdue")) == 1
    assert await disagreements(bureau.service) == []


async def test_what_was_paid_of_a_void_fine_is_taken_back_and_nothing_is_owed(bureau: Bureau) -> None:
    await due(bureau)
    await bureau.pay(FINE, "B1")
    await bureau.post("approver", "revocations", {"cause": "self-correction", "reason": "事实不清", "anew": False})
    assert (await correct(bureau, "B1"))["credit_fen"] == 0
    row, owed = await row_of(bureau, "/v1/payments"), await party(bureau)
    assert (row["state"], row["settled_on"], row["credit_fen"]) == ("revoked", owed["settled_on"], 0)
    assert await disagreements(bureau.service) == []
    assert await differences(bureau.service, 1, 1000) == []


async def test_the_period_for_asking_a_court_runs_where_the_fine_only_seemed_paid(bureau: Bureau) -> None:
    await served(bureau)
    await bureau.pay(FINE, "B1")
    bureau.until("2022-03-20")
    assert await named(bureau, "court-period-began") == []
    await correct(bureau, "B1")
    [began] = await named(bureau, "court-period-began")
    assert began["stream_id"] == f"enforcement:{CASE}"
    assert await disagreements(bureau.service) == []


async def test_a_surcharge_decided_after_a_late_payment_is_late_in_every_list(bureau: Bureau) -> None:
    await served(bureau)
    bureau.until("2021-10-18")
    await bureau.service.settle()
    await bureau.pay(FINE, "B1")
    assert (await row_of(bureau, "/v1/payments"))["overdue"] is False
    await bureau.post("approver", "surcharges", {})
    assert (await party(bureau))["overdue"] is True
    assert (await row_of(bureau, "/v1/payments"))["overdue"] is True
    assert (await row_of(bureau, "/v1/cases"))["payment_overdue"] is True
    await bureau.pay(270_000, "B2")
    assert (await row_of(bureau, "/v1/payments"))["overdue"] is False
    assert (await row_of(bureau, "/v1/cases"))["payment_overdue"] is False
    assert await differences(bureau.service, 1, 1000) == []


async def test_a_penalty_on_the_spot_of_another_is_corrected_as_a_case_is(bureau: Bureau) -> None:
    """Closed as paid, then the money proves another's: it stays closed and takes the right money."""
    await spot.decide(bureau)
    transfer = {"amount_fen": 10_000, "bank_reference": "B1", "paid_on": "2021-09-13"}
    await spot.post(bureau, "finance", "/spot-1/payments", transfer)
    await spot.post(bureau, "officer", "/spot-1/reports", {"reported_on": "2021-09-13"})
    await spot.post(bureau, "officer", "/spot-1/publications", {})
    await spot.post(bureau, "approver", "/spot-1/closings", {"reason": "已履行"})
    assert (await correct(bureau, "B1"))["outstanding_fen"] == 10_000
    seen = await bureau.get("/v1/spot-penalties/spot-1")
    assert (seen["state"], "receive-payment" in {step["name"] for step in seen["next_steps"]}) == ("closed", True)
    assert (await spot.post(bureau, "finance", "/spot-1/payments", {**transfer, "bank_reference": "B2"}))["settled"]
    again = await spot.post(bureau, "finance", "/spot-1/payments", {**transfer, "bank_reference": "B3"}, status=409)
    assert again["code"] == "spot-closed"


async def test_rows_with_a_minus_are_told_by_line_with_the_transfer_that_they_name(bureau: Bureau) -> None:
    await due(bureau)
    await send(bureau, csv(f"B1,2021-09-27,100.00,甲,{NUMBER}"))
    await bureau.service.settle()
    told = await send(
        bureau,
        csv(
            f"B2,2021-09-28,200.00,甲,{NUMBER}", "B1,2021-09-28,-100.00,甲,冲正", "R7,2021-09-28,-200.00,甲,退汇 原流水B2",
            "R8,2021-09-28,\"-3,000.00\",乙,付款",
        ),
    )  # fmt: skip
    assert (told["passed_over"], told["returns_total"]) == (3, 3)
    assert [(one["line"], one["amount_fen"], [t["bank_reference"] for t in one["transfers"]]) for one in told["returns"]] == [
        (3, 10_000, ["B1"]), (4, 20_000, ["B2"]), (5, 300_000, []),
    ]  # fmt: skip
    assert [one["transfers"][0]["case_id"] for one in told["returns"][:2]] == [CASE, CASE]
    async with bureau.service.client("finance", id="p-x", districts=("xihu",), organ="xihu-emb") as stranger:
        rows = csv("C1,2021-09-28,1.00,丙,货款", "B1,2021-09-28,-100.00,甲,冲正")
        seen = await send(bureau, rows, client=stranger)
    assert [(one["line"], one["transfers"]) for one in seen["returns"]] == [(3, [])]
