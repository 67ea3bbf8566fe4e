"""A right to sue outlives the case: what reconsideration or a court says after closing and archiving is noted and followed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.penalty.bureau import CASE, CRANE, ENTERPRISE, Bureau

CHANGE = {"cause": "litigation", "amounts": [{"item_code": "STL-K1", "amount_fen": 500_000}], "reason": "依判决变更"}
REVOCATION = {"cause": "litigation", "reason": "依判决撤销", "anew": False}


async def wires(bureau: Bureau) -> list[str]:
    await bureau.service.settle()
    return [event["type"].split(".")[2] for event in await bureau.service.events("casetrail.penalty.")]


async def put_away(bureau: Bureau, *, archived: bool = True) -> int:
    """A case that was paid, published, closed and archived; answers its version."""
    await bureau.served_case()
    await bureau.publish()
    await bureau.pay(900_000, "B1")
    await bureau.hears_rectified()
    await bureau.post("approver", "closings", {"reason": "已全部履行"})
    if archived:
        await bureau.post("officer", "archivings", {"volumes": 1, "pages": 30})
    return int((await bureau.get())["version"])


async def judged(bureau: Bureau, result: str, total_fen: int | None = None) -> None:
    """The party sues within six months, a court decides, and nobody appeals."""
    bureau.until("2022-01-05")
    suit = {"kind": "first-instance", "authority": "西湖区人民法院", "applied_on": "2022-01-04"}
    await bureau.post("officer", "remedies", suit)
    await bureau.post("officer", "remedies/answers", {"accepted": True, "answered_on": "2022-01-05"})
    bureau.until("2022-04-01")
    told = {"result": result, "reference_no": "判1", "decided_on": "2022-03-10", "received_on": "2022-03-14"}
    await bureau.post("officer", "remedies/results", told if total_fen is None else {**told, "total_fen": total_fen})
    await bureau.post("officer", "remedies/effects", {"effective_on": "2022-03-30"})


async def step(bureau: Bureau, name: str) -> Any:
    return next((one for one in (await bureau.get())["next_steps"] if one["name"] == name), None)


@pytest.mark.parametrize("archived", [True, False])
async def test_judgment_after_closing_changes_what_is_owed_and_published_but_not_the_file(bureau: Bureau, archived: bool) -> None:
    version = await put_away(bureau, archived=archived)
    await judged(bureau, "changed", 500_000)
    seen = await bureau.get()
    assert [(one["step"], one["total_fen"]) for one in seen["unfollowed"]] == [("change", 500_000)]
    assert (await step(bureau, "change-as-decided"))["role"] == "approver"
    assert (await step(bureau, "withdraw-publication")) is not None
    wrong = {**CHANGE, "amounts": [{"item_code": "STL-K1", "amount_fen": 400_000}]}
    assert (await bureau.post("approver", "decision-changes", wrong, status=409))["code"] == "not-as-decided"
    own = {**CHANGE, "cause": "self-correction"}
    assert (await bureau.post("approver", "decision-changes", own, status=409))["code"] == "not-as-decided"
    assert (await bureau.post("approver", "revocations", REVOCATION, status=409))["code"] == "case-closed"
    assert (await bureau.post("approver", "decision-changes", CHANGE))["total_fen"] == 500_000
    assert (await bureau.post("approver", "decision-changes", CHANGE, status=409))["code"] == "case-closed"
    after = await bureau.get()
    assert (after["version"], after["state"], after["unfollowed"]) == (version, "archived" if archived else "closed", [])
    assert (after["parties"][0]["decision"]["total_fen"], after["parties"][0]["decision"]["initial_fen"]) == (500_000, 900_000)
    back = {"amount_fen": 400_000, "bank_reference": "R1", "refunded_on": "2022-04-01"}
    assert (await bureau.post("finance", "refunds", back))["credit_fen"] == 0
    await bureau.post("officer", "publication-withdrawals", {"explanation": "法院判决变更。"})
    await bureau.publish()
    await bureau.service.settle()
    shown = (await bureau.get("/v1/publications", "public-reader"))["items"]
    assert [(one["state"], one["initial_fen"], one["current_fen"]) for one in shown] == [
        ("published", 900_000, 500_000), ("withdrawn", None, None),
    ]  # fmt: skip
    [row] = (await bureau.get("/v1/cases"))["items"]
    assert (row["state"], row["total_fen"], row["paid_fen"]) == ("archived" if archived else "closed", 500_000, 500_000)
    [event] = await bureau.service.events("casetrail.penalty.decision-changed")
    assert (event["stream_id"], event["subject"]) == (f"remedy:{CASE}", ENTERPRISE)
    then = await bureau.get(f"/v1/cases/{CASE}?as_of=recorded:2022-03-01T00:00:00%2B08:00")
    assert then["parties"][0]["decision"]["total_fen"] == 900_000


async def test_what_has_to_be_decided_again_after_closing_is_a_case_of_its_own(bureau: Bureau) -> None:
    version = await put_away(bureau)
    await judged(bureau, "ordered-anew")
    refused = await bureau.post("approver", "revocations", {**REVOCATION, "anew": True}, status=409)
    assert (refused["code"], "65" in refused["basis"]) == ("case-not-reopened", True)
    await bureau.post("approver", "revocations", REVOCATION)
    assert ((await bureau.get())["version"], (await bureau.get())["unfollowed"]) == (version, [])
    [party] = (await bureau.get(f"/v1/cases/{CASE}/payments"))["parties"]
    assert (party["credit_fen"], party["revoked_on"]) == (900_000, "2022-04-01")
    clue = {
        "case_id": "again-1", "origin": "assignment", "enterprise_id": ENTERPRISE, "act_date": "2021-09-06",
        "discovered_on": "2021-09-06", "source": "判1：责令重新作出", "catalogue": "nanchang-industry-trade/2021.1",
        "acts": [{"item_code": CRANE["item_code"], "fact": "未使用固定式龙门钩", "hazard_id": "h-1"}],
    }  # fmt: skip
    answer = await bureau.client("officer").post("/v1/clues", json=clue)
    assert answer.status_code == 201, answer.text
    assert (await wires(bureau)).count("withdrawal-required") == 1


async def test_without_a_remedy_a_closed_case_stays_as_it_is(bureau: Bureau) -> None:
    await put_away(bureau, archived=False)
    for path, body in (("decision-changes", CHANGE), ("revocations", REVOCATION)):
        refused = await bureau.post("approver", path, body, status=409)
        assert (refused["code"], "65" in refused["basis"]) == ("case-closed", True)


async def test_suit_against_what_reconsideration_left_after_closing_makes_it_no_heavier(bureau: Bureau) -> None:
    await put_away(bureau)
    bureau.until("2021-11-10")
    sought = {"kind": "reconsideration", "authority": "东湖区人民政府", "applied_on": "2021-11-09"}
    await bureau.post("officer", "remedies", sought)
    await bureau.post("officer", "remedies/answers", {"accepted": True, "answered_on": "2021-11-09"})
    result = {"reference_no": "复1", "decided_on": "2021-11-10", "received_on": "2021-11-10", "result": "changed"}
    await bureau.post("officer", "remedies/results", {**result, "total_fen": 500_000})
    await bureau.post("approver", "decision-changes", {**CHANGE, "cause": "reconsideration"})
    suit = {"kind": "first-instance", "authority": "西湖区人民法院", "applied_on": "2021-11-10"}
    await bureau.post("officer", "remedies", suit)
    await bureau.post("officer", "remedies/answers", {"accepted": True, "answered_on": "2021-11-10"})
    heavier = await bureau.post("officer", "remedies/results", {**result, "total_fen": 600_000}, status=409)
    assert (heavier["code"], heavier["decided_fen"]) == ("heavier-than-decided", 500_000)


async def test_who_handled_it_changes_and_revokes_nothing(bureau: Bureau) -> None:
    await bureau.served_case()
    own = {**CHANGE, "cause": "self-correction"}
    for path, body in (("decision-changes", own), ("revocations", {**REVOCATION, "cause": "self-correction"})):
        async with bureau.service.client("approver", id="o-li", districts=("donghu",), organ="donghu-emb") as handler:
            answer = await handler.post(f"/v1/cases/{CASE}/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "handler-approves")
