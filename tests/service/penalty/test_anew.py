"""A decision made anew after a revocation, over HTTP: owed, open to remedies, published, enforced, listed like the one before."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.service.penalty.bureau import CASE, CRANE, HANDLERS, Bureau

REVOCATION = {"cause": "self-correction", "reason": "裁量有误", "anew": True}


async def clocks(bureau: Bureau) -> dict[str, str]:
    await bureau.service.settle()
    return {one["kind"]: one["due_on"] for one in (await bureau.get("/v1/deadlines"))["items"]}


async def owed(bureau: Bureau) -> Any:
    [party] = (await bureau.get(f"/v1/cases/{CASE}/payments"))["parties"]
    return party


async def again(bureau: Bureau, day: str = "2022-01-10", fen: int = 800_000) -> Any:
    """Closed, noticed, decided and served anew."""
    bureau.until(day)
    digest = hashlib.sha256(day.encode()).hexdigest()
    evidence = {"kind": "documentary", "title": "补充证据", "officers": HANDLERS, "sha256": digest}
    await bureau.post("officer", "evidence", evidence)
    closing = {"charges": [{**CRANE, "amount_fen": fen}], "opinion": "建议处罚"}
    await bureau.post("officer", "investigation-closings", closing)
    await bureau.post("officer", "notices", {"manner": "direct"})
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    return await bureau.serve(day)


async def test_decision_made_anew_is_owed_open_to_remedies_published_and_enforced(bureau: Bureau) -> None:
    await bureau.served_case()
    await bureau.publish()
    await bureau.pay(300_000, "B1")
    bureau.until("2021-10-09")
    await bureau.service.settle()
    assert (await owed(bureau))["overdue"]
    await bureau.post("officer", "demands", {"purpose": "payment"})
    await bureau.post("approver", "revocations", REVOCATION)
    assert not {"payment-due", "surcharge-cap", "court-right"} & {*await clocks(bureau)}
    [row] = (await bureau.get("/v1/payments"))["items"]
    assert (row["state"], row["credit_fen"]) == ("revoked", 300_000)
    assert (await bureau.get(f"/v1/cases/{CASE}/enforcements"))["state"] == "none"
    await bureau.post("officer", "publication-withdrawals", {"explanation": "处罚决定已撤销，将重新作出。"})

    served = await again(bureau)
    assert served["amount_fen"] == 800_000
    told = await owed(bureau)
    assert (told["imposed_fen"], told["outstanding_fen"], told["due_on"]) == (800_000, 500_000, served["payment_due_on"])
    assert (told["overdue"], told["revoked_on"], told["accrued"]["surcharge_fen"]) == (False, None, 0)
    await bureau.service.settle()
    [row] = (await bureau.get("/v1/payments"))["items"]
    assert (row["state"], row["outstanding_fen"], row["received_fen"], row["due_on"], row["overdue"]) == (
        "open", 500_000, 300_000, served["payment_due_on"], False,
    )  # fmt: skip
    running = await clocks(bureau)
    assert running["payment-due"] == served["payment_due_on"]
    assert {"reconsideration-right", "litigation-right", "publication-due"} <= {*running}
    [listed] = (await bureau.get("/v1/cases"))["items"]
    assert (listed["state"], listed["total_fen"], listed["paid_fen"], listed["payment_due_on"]) == (
        "served", 800_000, 300_000, served["payment_due_on"],
    )  # fmt: skip
    remedies = await bureau.get(f"/v1/cases/{CASE}/remedies")
    assert (remedies["state"], remedies["reconsideration_due_on"]) == ("open", "2022-03-11")
    await bureau.publish()
    await bureau.service.settle()
    shown = (await bureau.get("/v1/publications", "public-reader"))["items"]
    assert [(one["state"], one["initial_fen"], one["current_fen"]) for one in shown] == [
        ("published", 800_000, 800_000), ("withdrawn", None, None),
    ]  # fmt: skip

    bureau.until("2022-02-07")
    await bureau.service.settle()
    late = await owed(bureau)
    assert (late["overdue"], late["accrued"]["in_arrears_fen"]) == (True, 500_000)
    demand = await bureau.post("officer", "demands", {"purpose": "payment"})
    assert demand["amount_fen"] == 500_000
    decided = await bureau.post("approver", "surcharges", {})
    assert decided["amount_fen"] == late["accrued"]["surcharge_fen"] > 0


async def test_instalments_of_a_revoked_fine_have_no_clock_any_more(bureau: Bureau) -> None:
    await bureau.served_case()
    parts = [{"due_on": "2022-03-01", "amount_fen": 400_000}, {"due_on": "2022-04-01", "amount_fen": 500_000}]
    await bureau.post("officer", "deferrals", {"reason": "困难", "instalments": parts, "applied_on": "2021-09-18"})
    await bureau.post("approver", "deferral-answers", {"agreed": True, "opinion": "同意"})
    assert "instalment-due" in await clocks(bureau)
    await bureau.post("approver", "revocations", REVOCATION)
    assert "instalment-due" not in await clocks(bureau)
    assert (await clocks(bureau))["case-limit"]


async def test_remedy_against_a_revoked_decision_is_noted_to_its_end(bureau: Bureau) -> None:
    await bureau.served_case()
    bureau.until("2021-10-12")
    sought = {"kind": "reconsideration", "authority": "东湖区人民政府", "applied_on": "2021-10-11"}
    await bureau.post("officer", "remedies", sought)
    await bureau.post("approver", "revocations", REVOCATION)
    withdrawn = {"withdrawn_on": "2021-10-12", "reason": "原决定已撤销"}
    assert not (await bureau.post("officer", "remedies/withdrawals", withdrawn))["pending"]
    assert (await bureau.post("officer", "remedies", sought, status=409))["code"] == "decision-not-served"


async def test_limit_that_runs_again_tells_what_its_end_means_now_and_what_of_a_clock_was_not_checked(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.post("approver", "extensions", {"reason": "案情复杂"})
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    await bureau.serve()
    await clocks(bureau)
    found = {one["kind"]: one for one in (await bureau.get("/v1/deadlines"))["items"]}
    assert (found["litigation-right"]["rolls"], found["litigation-right"]["rolls_unverified"]) == (False, True)
    assert not found["payment-due"]["rolls_unverified"]
    await bureau.post("approver", "revocations", REVOCATION)
    await clocks(bureau)
    [limit] = [one for one in (await bureau.get("/v1/deadlines"))["items"] if one["kind"] == "case-limit"]
    assert limit["on_expiry"] == "case-extension-by-superior-needed"
