"""Over HTTP: confiscated gains are owed, listed, paid and given back with the fine; a head is fined a share of income."""

from __future__ import annotations

from typing import Any

from tests.service.penalty.bureau import CASE, ENTERPRISE, HANDLERS, Bureau

FINE, GAINS = 900_000, 300_001


async def listed(bureau: Bureau) -> Any:
    await bureau.service.settle()
    [row] = (await bureau.get("/v1/payments?district=donghu"))["items"]
    return row


async def test_gains_are_owed_paid_given_back_and_hold_the_closing(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate(confiscate_fen=GAINS)
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    assert (await bureau.serve())["confiscate_fen"] == GAINS
    row = await listed(bureau)
    assert (row["amount_fen"], row["confiscation_fen"], row["outstanding_fen"]) == (FINE, GAINS, FINE + GAINS)
    assert (await bureau.pay(FINE, "B1"))["outstanding_fen"] == GAINS
    await bureau.hears_rectified()
    closing = {"reason": "已全部履行"}
    assert (await bureau.post("approver", "closings", closing, status=409))["code"] == "payment-not-settled"
    change = {"cause": "self-correction", "reason": "数额有误",
              "amounts": [{"item_code": "STL-K1", "amount_fen": FINE, "confiscate_fen": 200_000}]}  # fmt: skip
    assert (await bureau.post("approver", "decision-changes", change))["confiscate_fen"] == 200_000
    assert (await bureau.pay(GAINS, "B2"))["credit_fen"] == 100_001
    refused = await bureau.post("approver", "closings", closing, status=409)
    assert (refused["code"], refused["credit_fen"]) == ("credit-open", 100_001)
    back = next(step for step in (await bureau.get(role="finance"))["next_steps"] if step["name"] == "make-refund")
    assert (back["role"], back["article"]) == ("finance", "《行政处罚法》（2021）第67条第2款")
    await bureau.post("finance", "refunds", {"amount_fen": 100_001, "bank_reference": "R1", "refunded_on": "2021-09-18"})
    row = await listed(bureau)
    assert (row["confiscated_fen"], row["confiscation_fen"], row["outstanding_fen"], row["credit_fen"]) == (GAINS, 200_000, 0, 0)
    await bureau.publish()
    await bureau.post("approver", "closings", closing)


async def test_the_head_of_a_unit_pays_a_share_of_last_years_income_after_an_accident(bureau: Bureau) -> None:
    clue = {
        "case_id": CASE, "origin": "accident", "enterprise_id": ENTERPRISE, "act_date": "2021-09-06", "harm": True,
        "discovered_on": "2021-09-06", "source": "事故调查报告", "catalogue": "nanchang-industry-trade/2021.1",
        "acts": [{"item_code": "accident-general", "fact": "一般事故，主要负责人未履行安全生产管理职责"}],
    }  # fmt: skip
    bureau.until("2021-09-07")
    assert (await bureau.client("officer").post("/v1/clues", json=clue)).status_code == 201
    await bureau.file()
    person = {
        "party_id": "p-head",
        "name": "甲",
        "id_number": "360102198001010005",
        "capacity": "principal-head",
        "address": "南昌",
        "reason": "主要负责人",
    }
    await bureau.post("officer", "parties", person)
    bureau.until("2021-09-10")
    proof = {"kind": "documentary", "title": "上一年年收入证明", "officers": HANDLERS, "sha256": "b" * 64}
    await bureau.post("officer", "evidence", proof)
    charge = {
        "item_code": "accident-general", "law": "WSL", "law_version": "2021", "article": "95", "item": "1", "phase": "first",
        "subject": "person", "party_id": "p-head", "amount_fen": 4_938_270, "reason": "年收入的百分之四十",
        "base_fen": 12_345_675, "base_evidence": "b" * 64,
    }  # fmt: skip
    for wrong, code in (({"amount_fen": 4_938_271}, "amount-out-of-range"), ({"base_evidence": "c" * 64}, "base-unproven")):
        body = {"charges": [{**charge, **wrong}], "opinion": "处罚"}
        assert (await bureau.post("officer", "investigation-closings", body, status=409))["code"] == code
    done = await bureau.post("officer", "investigation-closings", {"charges": [charge], "opinion": "处罚"})
    assert done["proposed_fen"] == 4_938_270
    [told] = (await bureau.get())["charges"]
    assert (told["base"], told["base_fen"]) == ("last-year-income", 12_345_675)
