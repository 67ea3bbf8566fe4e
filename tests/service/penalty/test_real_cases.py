"""Two cases that were really decided, over HTTP: a unit with a hearing right, and a unit with a person in an extended case."""

from __future__ import annotations

from typing import Any

from tests.real_cases import TOLD, book_of, charges_of, items_of
from tests.service.penalty.bureau import ENTERPRISE, HANDLERS, Bureau


async def driven(bureau: Bureau, name: str) -> Any:
    """The case up to its filing, under the book of its province and a catalogue that leads to its provisions."""
    told, book = TOLD["cases"][name], book_of(name)
    head = {key: book[key] for key in ("rulebook", "version", "valid_from", "valid_to", "province")}
    await bureau.hears("registry", "rulebook-published", {**head, "content": book}, "rulebook:real", "nanchang")
    items = [{**item, "title": item["code"]} for item in items_of(name)]
    catalogue = {"catalogue": "real", "version": "1", "valid_from": "2014-12-01", "items": items}
    await bureau.hears("registry", "catalogue-published", catalogue, "catalogue:real", "nanchang")
    for number, officer in enumerate(HANDLERS, start=1):
        await bureau.enrol(officer, f"JX{number}", "2027-12-31")
    codes = list(dict.fromkeys(charge.item_code for charge in charges_of(name)))
    clue = {
        "case_id": name, "origin": "report", "enterprise_id": ENTERPRISE, "act_date": told["act"], "discovered_on": told["act"],
        "source": told["told"], "catalogue": "real/1", "acts": [{"item_code": code, "fact": told["told"]} for code in codes],
    }  # fmt: skip
    bureau.until(told["filed"])
    assert (await bureau.client("officer").post("/v1/clues", json=clue)).status_code == 201
    officers = [{"officer_id": officer} for officer in HANDLERS]
    await bureau.post("officer", "filing-requests", {"cause": "案", "officers": officers, "opinion": "立案"}, case_id=name)
    await bureau.post("approver", "filings", case_id=name)
    return told


async def propose(bureau: Bureau, name: str, told: Any) -> Any:
    bureau.until(told["closed"])
    evidence = {"kind": "inspection-record", "title": "现场检查记录", "officers": HANDLERS, "sha256": "a" * 64}
    await bureau.post("officer", "evidence", evidence, case_id=name)
    charges = [
        {"item_code": c.item_code, "law": c.law, "law_version": c.law_version, "article": c.article, "item": c.item,
         "phase": c.phase, "subject": c.subject, "amount_fen": c.amount_fen, "reason": c.reason, "party_id": c.party_id}
        for c in charges_of(name)
    ]  # fmt: skip
    return await bureau.post("officer", "investigation-closings", {"charges": charges, "opinion": "处罚"}, case_id=name)


async def decide(bureau: Bureau, name: str, party_id: str, *, status: int = 201) -> Any:
    seen = await bureau.get(f"/v1/cases/{name}", "approver")
    match = f'"{seen["version"]}"'
    return await bureau.post("approver", "decisions", {"party_id": party_id}, case_id=name, status=status, If_Match=match)


async def test_meishan_2021_six_items_with_hearing_right_and_discussion(bureau: Bureau) -> None:
    name = "meishan-2021"
    told = await driven(bureau, name)
    proposed = await propose(bureau, name, told)
    assert proposed["proposed_fen"] == told["total_fen"]
    assert proposed["discussion_grounds"] == ["amount"]
    bureau.until(told["noticed"])
    notice = await bureau.post("officer", "notices", {"manner": "direct"}, case_id=name)
    assert (notice["form_no"], notice["hearing_right"]) == (26, True)
    await bureau.post("officer", "statements", {"kind": "waived"}, case_id=name)
    assert (await decide(bureau, name, "unit", status=409))["code"] == "hearing-period-running"
    bureau.until(told["decided"])
    assert (await decide(bureau, name, "unit", status=409))["code"] == "collective-discussion-missing"
    members = [{"member_id": one, "name": one, "opinion": "同意"} for one in ("head-1", "head-2")]
    discussion = {"members": members, "conclusion": "approved", "note": "同意"}
    await bureau.post("approver", "discussions", discussion, case_id=name)
    assert (await decide(bureau, name, "unit"))["total_fen"] == told["total_fen"]
    bureau.until(told["received"])
    receipt = {"manner": "direct", "recipient": "签收人", "received_on": told["received"]}
    served = await bureau.post("officer", "services", receipt, case_id=name)
    assert (served["payment_due_on"], served["amount_fen"]) == (told["due"], told["total_fen"])


async def test_jiashan_2025_unit_and_person_at_once_in_an_extended_case(bureau: Bureau) -> None:
    name = "jiashan-2025"
    told = await driven(bureau, name)
    person = {"party_id": "p-1", "name": "甲", "id_number": "360102198001010005", "capacity": "directly-responsible",
              "address": "嘉善",
              "reason": "直接责任人员"}  # fmt: skip
    await bureau.post("officer", "parties", person, case_id=name)
    bureau.until(told["extended"])
    extended = await bureau.post("approver", "extensions", {"reason": "案情复杂"}, case_id=name)
    assert extended["decision_due_on"] == "2025-09-25"
    assert (await propose(bureau, name, told))["proposed_fen"] == told["total_fen"] + told["person_fen"]
    bureau.until(told["noticed"])
    for party_id in ("unit", "p-1"):
        notice = await bureau.post("officer", "notices", {"manner": "direct", "party_id": party_id}, case_id=name)
        assert (notice["form_no"], notice["hearing_right"]) == (24, False)
        await bureau.post("officer", "statements", {"kind": "waived", "party_id": party_id}, case_id=name)
    bureau.until(told["decided"])
    sums = {party_id: await decide(bureau, name, party_id) for party_id in ("unit", "p-1")}
    assert {party: (told["total_fen"], told["late"]) for party, told in sums.items()} == {
        "unit": (4_000_000, False), "p-1": (700_000, False),
    }  # fmt: skip
    bureau.until(told["received"])
    for party_id in ("unit", "p-1"):
        receipt = {"manner": "direct", "recipient": "签收人", "received_on": told["received"], "party_id": party_id}
        served = await bureau.post("officer", "services", receipt, case_id=name)
        assert served["payment_due_on"] == told["due"]
