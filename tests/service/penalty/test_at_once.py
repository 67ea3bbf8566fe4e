"""Two at once: whatever comes first counts, the other is decided anew on it, and nothing is done twice or torn."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from tests.service.penalty.bureau import CASE, Bureau
from tests.service.penalty.test_bank import NUMBER, csv
from tests.service.penalty.test_parties import OVERDUE, failed
from tests.service.penalty.test_payments import FINE, party, served
from tests.service.penalty.test_spot import UNIT


async def both(*posts: Any) -> list[tuple[int, str | None]]:
    """Status and code of each answer, in the order of their status."""
    answers: list[httpx.Response] = await asyncio.gather(*posts)
    assert all(answer.status_code < 500 for answer in answers), [answer.text for answer in answers]
    return sorted(((answer.status_code, answer.json().get("code")) for answer in answers), key=str)


async def wires(bureau: Bureau) -> list[str]:
    await bureau.service.settle()
    return [event["type"].split(".")[2] for event in await bureau.service.events("casetrail.penalty.")]


def post(bureau: Bureau, role: str, path: str, body: Any, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return bureau.client(role).post(f"/v1/cases/{CASE}/{path}", json=body, headers=named)


async def noticed(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})


async def test_of_two_approvers_one_decides(bureau: Bureau) -> None:
    await noticed(bureau)
    seen = f'"{(await bureau.get())["version"]}"'
    async with bureau.service.client("approver", id="p-second", districts=("donghu",), organ="donghu-emb") as second:
        other = second.post(f"/v1/cases/{CASE}/decisions", json={}, headers={"If-Match": seen})
        told = await both(post(bureau, "approver", "decisions", {}, If_Match=seen), other)
    assert told == [(201, None), (412, "version-changed")]
    assert (await wires(bureau)).count("penalty-decided") == 1
    for headers, status in (({}, 428), ({"If_Match": '"1"'}, 412)):
        assert (await post(bureau, "approver", "decisions", {}, **headers)).status_code == status


async def test_a_case_is_not_closed_with_a_remedy_pending(bureau: Bureau) -> None:
    await served(bureau)
    await bureau.publish()
    await bureau.pay(FINE, "B1")
    await bureau.hears_rectified()
    bureau.until("2021-10-11")
    sought = {"kind": "reconsideration", "authority": "东湖区人民政府", "applied_on": "2021-10-11"}
    await both(post(bureau, "approver", "closings", {"reason": "已履行"}), post(bureau, "officer", "remedies", sought))
    happened = [wire for wire in await wires(bureau) if wire in ("case-closed", "remedy-sought")]
    assert happened in (["remedy-sought"], ["case-closed", "remedy-sought"]), "what is sought after the closing outlives it"


async def test_one_row_of_the_bank_is_one_payment_however_it_comes(bureau: Bureau) -> None:
    await served(bureau)
    bureau.until("2021-09-28")
    await bureau.service.settle()
    desk, head = bureau.client("finance"), {"content-type": "text/csv"}
    first, again = (csv(f"B1,2021-09-27,100.00,某公司,罚款{NUMBER}", *more) for more in ((), ("B2,2021-09-27,5.00,张三,货款",)))
    by_hand = {"amount_fen": 10_000, "bank_reference": "B1", "paid_on": "2021-09-27"}
    statements = [desk.post("/v1/bank-statements", content=content, headers=head) for content in (first, again)]
    await both(*statements, post(bureau, "finance", "payments", by_hand))
    told = await party(bureau)
    assert (told["received_fen"], len(told["transfers"])) == (10_000, 1)
    assert (await wires(bureau)).count("payment-received") == 1


async def test_no_more_goes_back_than_came(bureau: Bureau) -> None:
    await served(bureau)
    await bureau.pay(FINE + 500, "B1")
    day = bureau.service.clock.now().date().isoformat()
    back = [{"amount_fen": 500, "bank_reference": f"R{n}", "refunded_on": day} for n in range(3)]
    more = {"amount_fen": 300, "bank_reference": "B2", "paid_on": day}
    await both(*(post(bureau, "finance", "refunds", one) for one in back), post(bureau, "finance", "payments", more))
    told = await party(bureau)
    assert (told["refunded_fen"], told["received_fen"], told["credit_fen"]) == (500, FINE + 800, 300)


async def test_instalments_are_of_what_is_unpaid_when_they_are_agreed_to(bureau: Bureau) -> None:
    await served(bureau)
    bureau.until("2021-09-20")
    parts = [{"due_on": "2021-10-20", "amount_fen": 400_000}, {"due_on": "2021-11-20", "amount_fen": 500_000}]
    await bureau.post("officer", "deferrals", {"reason": "困难", "instalments": parts, "applied_on": "2021-09-20"})
    paid = {"amount_fen": 100_000, "bank_reference": "B1", "paid_on": "2021-09-20"}
    agreed = {"agreed": True, "opinion": "属实"}
    told = await both(post(bureau, "approver", "deferral-answers", agreed), post(bureau, "finance", "payments", paid))
    assert told in ([(201, None), (201, None)], [(201, None), (409, "instalments-not-exact")])
    owed = await party(bureau)
    assert owed["outstanding_fen"] == FINE - 100_000
    if owed["plan"] is not None:
        assert sum(part["amount_fen"] for part in owed["plan"]["instalments"]) + owed["plan"]["covered_fen"] == FINE


async def test_a_hearing_is_withdrawn_once(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await failed(bureau)
    overdue: dict[str, Any] = {**OVERDUE, "amount_fen": 5_000_000}
    await bureau.investigate(**overdue)
    await bureau.notify()
    await bureau.post("officer", "hearing-requests")
    told = await both(*(post(bureau, "officer", "hearing-withdrawals", {}) for _ in range(2)))
    assert [status for status, _ in told] == [201, 409]
    assert (await wires(bureau)).count("hearing-withdrawn") == 1


async def test_numbers_on_the_spot_have_no_hole_and_no_double(bureau: Bureau) -> None:
    bureau.until("2021-09-13")
    bodies = [
        {**UNIT, "spot_id": f"spot-{n}", "charges": [{**UNIT["charges"][0], "hazard_id": f"h-{n}"}]} for n in range(4)
    ]  # fmt: skip
    officer = bureau.client("officer")
    answers = await asyncio.gather(*(officer.post("/v1/spot-penalties", json=body) for body in bodies))
    assert [answer.status_code for answer in answers] == [201] * 4, [answer.text for answer in answers]
    assert sorted(answer.json()["document_no"] for answer in answers) == [f"（东湖）应急罚当〔2021〕{n}号" for n in range(1, 5)]


async def test_one_key_is_one_command_whatever_comes_with_it(bureau: Bureau) -> None:
    await served(bureau)
    bodies = [{"amount_fen": fen, "bank_reference": f"B{fen}", "paid_on": "2021-09-18"} for fen in (100, 200, 100)]
    told = await both(*(post(bureau, "finance", "payments", body, Idempotency_Key="one-key-for-all") for body in bodies))
    assert {status for status, _ in told} <= {201, 409, 422}
    assert (await wires(bureau)).count("payment-received") == 1
    kept = (await party(bureau))["received_fen"]
    again = [await post(bureau, "finance", "payments", body, Idempotency_Key="one-key-for-all") for body in bodies]
    assert [answer.status_code == 201 for answer in again] == [body["amount_fen"] == kept for body in bodies]
    assert (await party(bureau))["received_fen"] == kept
