"""What may be done beside the main line of a case is offered when it may be done, with a path that takes it."""

from __future__ import annotations

from typing import Any

from tests.service.penalty.bureau import Bureau


async def offered(bureau: Bureau) -> dict[str, dict[str, Any]]:
    return {step["name"]: step for step in (await bureau.get())["next_steps"]}


async def code_of(bureau: Bureau, name: str) -> str:
    return next(str(step["code"]) for step in (await bureau.get())["forbidden_steps"] if step["name"] == name)


async def take(bureau: Bureau, name: str, body: Any) -> Any:
    """Post a step where, and as whom, it is offered."""
    step = (await offered(bureau))[name]
    assert step["article"]
    return await bureau.post(step["role"], step["path"], body)


async def test_recusal_and_transfer_are_offered_while_the_case_is_open(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    assert await code_of(bureau, "request-recusal") == "not-in-the-case"
    await bureau.file()
    assert await code_of(bureau, "decide-recusal") == "recusal-not-requested"
    assert "report-transfer" in await offered(bureau)
    await take(bureau, "request-recusal", {"officer_id": "o-li", "office": "handler", "reason": "与当事人有利害关系"})
    await take(bureau, "decide-recusal", {"officer_id": "o-li", "granted": False, "reason": "查无利害关系"})
    assert "decide-recusal" not in await offered(bureau)
    assert await code_of(bureau, "hand-over") == "transfer-not-approved"


async def test_remedies_money_and_enforcement_are_offered_once_the_decision_is_served(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    assert await code_of(bureau, "seek-reconsideration") == "decision-not-served"
    assert await code_of(bureau, "draft-demand") == "decision-not-served"
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    await bureau.serve()
    seen = await offered(bureau)
    assert {"seek-reconsideration", "seek-litigation", "request-deferral"} <= seen.keys()
    assert await code_of(bureau, "answer-remedy") == "no-remedy-pending"
    bureau.until("2021-09-20")
    sought = {"kind": "reconsideration", "authority": "南昌市人民政府", "reference_no": "", "applied_on": "2021-09-20"}
    await take(bureau, "seek-reconsideration", sought)
    seen = await offered(bureau)
    assert {"answer-remedy", "withdraw-remedy", "stay-execution"} <= seen.keys()
    assert await code_of(bureau, "seek-litigation") == "remedy-pending"
    answered = {"accepted": True, "reference_no": "洪府复〔2021〕1号", "answered_on": "2021-09-20"}
    await take(bureau, "answer-remedy", answered)
    assert "decide-remedy" in await offered(bureau)
    stayed = {"authority": "南昌市人民政府", "reference_no": "洪府复停〔2021〕1号", "ordered_on": "2021-09-20", "reason": "申请"}
    await take(bureau, "stay-execution", stayed)
    assert "lift-stay" in await offered(bureau)


async def test_what_is_overdue_is_surcharged_demanded_and_brought_before_a_court(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    await bureau.serve()
    assert await code_of(bureau, "decide-surcharge") == "nothing-accrued"
    bureau.until("2021-10-20")
    await bureau.service.settle()
    surcharge = await take(bureau, "decide-surcharge", {})
    assert surcharge["amount_fen"] > 0
    assert "remit-surcharge" in await offered(bureau)
    assert await code_of(bureau, "serve-demand") == "demand-unknown"
    demand = await take(bureau, "draft-demand", {"purpose": "court"})
    served = {"document_no": demand["document_no"], "served_on": "2021-10-20", "manner": "direct", "recipient": "厂长"}
    await take(bureau, "serve-demand", served)
    assert await code_of(bureau, "ask-court") == "remedy-period-running"
    bureau.until("2022-03-21")
    await bureau.service.settle()
    await take(bureau, "ask-court", {"court": "东湖区人民法院"})
    assert {"answer-of-court", "end-enforcement"} <= (await offered(bureau)).keys()
