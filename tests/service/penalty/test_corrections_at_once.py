"""A correction beside whatever else happens to the money at that moment: one of them counts, the other rests on what it left."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.penalty.bureau import CASE, Bureau
from tests.service.penalty.clocks_agree import disagreements
from tests.service.penalty.rebuilding import differences
from tests.service.penalty.test_at_once import both, post, wires
from tests.service.penalty.test_bank import NUMBER, csv, due, send, transfers
from tests.service.penalty.test_corrections import AGREED, MISTYPED, OTHER, WRONG, on_transfer, second_case
from tests.service.penalty.test_payments import FINE, party, served
from tests.service.penalty.test_remedy import SOUGHT

REFUSED = {"agreed": False, "opinion": "回单无误"}


def answers(bureau: Bureau, body: Any, client: Any = None, reference: str = "B1", **headers: str) -> Any:
    """An answer that is on its way."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    approver = client or bureau.client("approver")
    return approver.post(f"/v1/bank-transfers/{reference}/correction-answers", json=body, headers=named)


def balanced(owed: dict[str, Any]) -> bool:
    """Whether a party's account tells no fen that did not come from somewhere."""
    imposed = owed["imposed_fen"] + owed["confiscated_fen"] + owed["surcharged_fen"]
    kept = owed["received_fen"] - owed["refunded_fen"] + owed["outstanding_fen"] - owed["credit_fen"]
    return bool(imposed == kept + owed["remitted_fen"] + owed["revoked_fen"])


async def proposed(bureau: Bureau, amount_fen: int = FINE, kind: Any = WRONG) -> None:
    """A payment whose correction waits to be decided."""
    await due(bureau)
    await bureau.pay(amount_fen, "B1")
    await on_transfer(bureau, "finance", "B1/corrections", kind)


@pytest.mark.parametrize("second", [AGREED, REFUSED])
async def test_of_two_answers_one_counts(bureau: Bureau, second: Any) -> None:
    await proposed(bureau)
    async with bureau.service.client("approver", id="p-second", districts=("donghu",), organ="donghu-emb") as other:
        told = await both(answers(bureau, AGREED), answers(bureau, second, other))
    assert told in ([(201, None), (409, code)] for code in ("correction-not-proposed", "payment-not-recorded"))
    happened = await wires(bureau)
    assert happened.count("bank-transfer-corrected") + happened.count("bank-transfer-correction-refused") == 1
    assert happened.count("payment-reversed") == happened.count("bank-transfer-corrected")
    assert balanced(await party(bureau))


async def test_one_proposal_waits_at_a_time(bureau: Bureau) -> None:
    await due(bureau)
    await bureau.pay(FINE, "B1")
    desk = bureau.client("finance")
    told = await both(*(desk.post("/v1/bank-transfers/B1/corrections", json=kind) for kind in (WRONG, MISTYPED)))
    assert told == [(201, None), (409, "correction-proposed-already")]


async def test_no_money_goes_back_that_was_taken_back(bureau: Bureau) -> None:
    """The refund and the correction are of the same fen: whichever comes first, the other is refused."""
    await proposed(bureau, FINE + 500)
    back = {"amount_fen": 500, "bank_reference": "R1", "refunded_on": "2021-09-28"}
    told = await both(answers(bureau, AGREED), post(bureau, "finance", "refunds", back))
    assert told in ([(201, None), (409, "payment-refunded")], [(201, None), (409, "refund-too-high")])
    owed = await party(bureau)
    assert (balanced(owed), owed["received_fen"] - owed["refunded_fen"]) in ((True, 0), (True, FINE))
    assert await differences(bureau.service, 1, 1000) == []


async def test_a_transfer_that_is_corrected_and_assigned_at_once_is_one_fines(bureau: Bureau) -> None:
    await due(bureau)
    await second_case(bureau)
    await send(bureau, csv(f"B1,2021-09-28,9000.00,张三,{NUMBER}"))
    await on_transfer(bureau, "finance", "B1/corrections", WRONG)
    to_other = bureau.client("finance").post("/v1/bank-transfers/B1/assignments", json={"case_id": OTHER, "note": "回单"})
    statuses = {status for status, _ in await both(answers(bureau, AGREED), to_other)}
    assert statuses <= {201, 409}
    await bureau.service.settle()
    [row] = await transfers(bureau)
    kept = {key: (await bureau.get(f"/v1/cases/{key}/payments"))["parties"][0]["received_fen"] for key in (CASE, OTHER)}
    assert kept == {CASE: 0, OTHER: FINE if row["case_id"] == OTHER else 0}
    assert await differences(bureau.service, 1, 1000) == []


async def test_a_case_that_is_closed_while_its_payment_is_taken_back_owes_again(bureau: Bureau) -> None:
    """Either the closing comes first, and its party owes again beside it; or it is refused, because something is owed."""
    await served(bureau)
    await bureau.publish()
    await bureau.pay(FINE, "B1")
    await bureau.hears_rectified()
    await on_transfer(bureau, "finance", "B1/corrections", WRONG)
    told = await both(answers(bureau, AGREED), post(bureau, "approver", "closings", {"reason": "已全部履行"}))
    assert told in ([(201, None), (201, None)], [(201, None), (409, "payment-not-settled")])
    happened = [wire for wire in await wires(bureau) if wire in ("case-closed", "payment-reversed")]
    assert happened in (["payment-reversed"], ["case-closed", "payment-reversed"])
    assert (await bureau.pay(FINE, "B2"))["settled"]
    assert await disagreements(bureau.service) == []
    assert await differences(bureau.service, 1, 1000) == []


async def test_one_key_is_one_answer(bureau: Bureau) -> None:
    await proposed(bureau)
    first = await answers(bureau, REFUSED, Idempotency_Key="one-key-for-all")
    again = await answers(bureau, REFUSED, Idempotency_Key="one-key-for-all")
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    other = await answers(bureau, AGREED, Idempotency_Key="one-key-for-all")
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")
    assert (await party(bureau))["received_fen"] == FINE


async def test_every_fen_is_told_after_a_correction_a_changed_decision_and_a_refund(bureau: Bureau) -> None:
    """Paid twice, once of them another's; the fine is lowered on reconsideration; what is too much goes back."""
    await due(bureau)
    await bureau.pay(FINE, "B1")
    bureau.until("2021-10-12")
    await bureau.post("officer", "remedies", SOUGHT)
    answer = {"accepted": True, "reference_no": "东府复〔2021〕3号", "answered_on": "2021-10-15"}
    bureau.until("2021-10-20")
    await bureau.post("legal-reviewer", "remedies/answers", answer)
    await bureau.pay(FINE, "B2")
    await on_transfer(bureau, "finance", "B1/corrections", WRONG)
    assert (await on_transfer(bureau, "approver", "B1/correction-answers", AGREED))["outstanding_fen"] == 0
    bureau.until("2021-11-17")
    result = {
        "result": "changed", "reference_no": "东府复决〔2021〕3号", "decided_on": "2021-11-15", "received_on": "2021-11-17",
        "total_fen": 500_000,
    }  # fmt: skip
    await bureau.post("officer", "remedies/results", result)
    change = {"cause": "reconsideration", "amounts": [{"item_code": "STL-K1", "amount_fen": 500_000}], "reason": "复议变更"}
    await bureau.post("approver", "decision-changes", change)
    owed = await party(bureau)
    assert (balanced(owed), owed["credit_fen"], owed["settled_on"]) == (True, 400_000, "2021-10-20")
    back = {"amount_fen": 400_001, "bank_reference": "R1", "refunded_on": "2021-11-17"}
    assert (await bureau.post("finance", "refunds", back, status=409))["code"] == "refund-too-high"
    await bureau.post("finance", "refunds", {**back, "amount_fen": 400_000})
    assert (await on_transfer(bureau, "finance", "B2/corrections", WRONG, 409))["code"] == "payment-refunded"
    owed = await party(bureau)
    assert (balanced(owed), owed["received_fen"], owed["refunded_fen"], owed["credit_fen"]) == (True, FINE, 400_000, 0)
    returned = {"return_reference": "R1", "returned_on": "2021-11-17", "note": "退回"}
    assert (await on_transfer(bureau, "finance", "B1/returns", returned, 409))["code"] == "bank-reference-known"
    await on_transfer(bureau, "finance", "B1/returns", {**returned, "return_reference": "R2"})
    assert (await on_transfer(bureau, "finance", "B1/corrections", WRONG, 409))["code"] == "transfer-not-assigned"
    assert await disagreements(bureau.service) == []
    assert await differences(bureau.service, 1, 1000) == []
