"""Lists of a case against several parties, whose handlers change: each party counts, and who handles it now is told."""

from __future__ import annotations

from typing import Any

from tests.service.penalty import test_parties as parties
from tests.service.penalty.bureau import CASE, Bureau


async def served(bureau: Bureau) -> None:
    """The unit and its head owe, both until the same day."""
    await parties.charged(bureau)
    bureau.until("2021-09-13")
    for party_id in ("unit", "p-manager"):
        await bureau.post("officer", "notices", {"manner": "direct", "party_id": party_id})
        await bureau.post("officer", "statements", {"kind": "waived", "party_id": party_id})
    members = [{"member_id": f"m-{n}", "name": f"负责人{n}", "opinion": "同意"} for n in range(2)]
    bureau.until("2021-09-24")
    await bureau.post("approver", "discussions", {"members": members, "conclusion": "approved", "note": "同意"})
    for party_id in ("unit", "p-manager"):
        await parties.decide(bureau, party_id, "2021-09-24")
        body = {"manner": "direct", "recipient": "张三", "received_on": "2021-09-24", "party_id": party_id}
        await bureau.post("officer", "services", body)


async def case(bureau: Bureau) -> dict[str, Any]:
    await bureau.service.settle()
    [row] = (await bureau.get("/v1/cases"))["items"]
    return dict(row)


async def test_a_case_is_late_as_long_as_one_of_its_parties_is(bureau: Bureau) -> None:
    await served(bureau)
    assert (await case(bureau))["payment_due_on"] == "2021-10-09"
    bureau.until("2021-10-20")
    assert (await case(bureau))["payment_overdue"]
    paid = {"amount_fen": 1_000_000, "bank_reference": "B1", "paid_on": "2021-10-20", "party_id": "p-manager"}
    await bureau.post("finance", "payments", paid)
    row = await case(bureau)
    assert (row["payment_overdue"], row["payment_due_on"]) == (True, "2021-10-09"), "the unit is late still"
    await bureau.post("finance", "payments", {**paid, "bank_reference": "B2", "amount_fen": 5_000_000, "party_id": "unit"})
    row = await case(bureau)
    assert (row["payment_overdue"], row["payment_due_on"]) == (False, None)


async def test_payments_are_listed_for_who_handles_the_case_now(bureau: Bureau) -> None:
    await bureau.enrol("o-qian", "JX77", "2024-12-31")
    await served(bureau)
    await bureau.service.settle()
    await bureau.post("approver", "handlers", {"officers": ["o-li", "o-qian"], "reason": "岗位调整"})
    await bureau.service.settle()
    for officer_id, count in (("o-qian", 2), ("o-wang", 0), ("o-li", 2)):
        found = (await bureau.get(f"/v1/payments?officer_id={officer_id}"))["items"]
        assert [row["case_id"] for row in found] == [CASE] * count, officer_id
