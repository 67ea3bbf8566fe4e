"""Beside a penalty decided on the spot: its clocks in the calendar, remedies, surcharge, demand and court application."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

from tests.service.penalty.bureau import HANDLERS, Bureau
from tests.service.penalty.test_spot import CASH, TAKEN, decide, personal, post

SPOT = "spot-1"
WARNED = {
    "law": "WSL", "law_version": "2021", "phase": "first", "subject": "person", "amount_fen": 0, "reason": "警告",
    "fact": "未签订安全生产管理协议",
}  # fmt: skip


async def clocks(bureau: Bureau, query: str = f"case_id={SPOT}") -> dict[str, dict[str, Any]]:
    await bureau.service.settle()
    return {one["kind"]: one for one in (await bureau.get(f"/v1/deadlines?{query}"))["items"]}


async def test_its_clocks_are_in_the_calendar_of_its_officers_and_its_organ(bureau: Bureau) -> None:
    await decide(bureau, **CASH)
    found = await clocks(bureau)
    assert {kind: one["due_on"] for kind, one in found.items() if kind != "litigation-right"} == {
        "on-the-spot-report": "2021-09-18", "payment-due": "2021-09-28", "publication-due": "2021-09-23",
        "reconsideration-right": "2021-11-12",
    }  # fmt: skip
    report = found["on-the-spot-report"]
    assert (report["case_no"], report["enterprise_name"]) == ("（东湖）应急罚当〔2021〕1号", "南昌某钢铁有限公司")
    assert report["on_expiry_title"]
    assert await clocks(bureau, f"officer_id={HANDLERS[0]}") == found
    assert await clocks(bureau, "organ_id=donghu-emb") == found
    assert await clocks(bureau, "officer_id=o-zhao") == {}
    await post(bureau, "officer", f"/{SPOT}/cash-collections", TAKEN)
    await post(bureau, "officer", f"/{SPOT}/reports", {"reported_on": "2021-09-13"})
    found = await clocks(bureau)
    assert found["cash-to-agency"]["due_on"] == "2021-09-15"
    assert not {"on-the-spot-report", "payment-due"} & set(found)
    bureau.until("2021-09-14")
    await post(bureau, "finance", f"/{SPOT}/cash-handovers", {"handed_over_on": "2021-09-14"})
    assert (await clocks(bureau))["cash-to-bank"]["due_on"] == "2021-09-16"
    await post(bureau, "finance", f"/{SPOT}/cash-deposits", {"bank_reference": "B1", "deposited_on": "2021-09-14"})
    await post(bureau, "officer", f"/{SPOT}/publications")
    await post(bureau, "approver", f"/{SPOT}/closings", {"reason": "已履行"})
    assert await clocks(bureau) == {}


async def test_its_clocks_and_outlook_are_told_as_those_of_a_case(bureau: Bureau) -> None:
    await decide(bureau, **CASH)
    own = f"/v1/spot-penalties/{SPOT}"

    async def running(path: str = "") -> dict[str, str]:
        return {one["clock"]: one["due_on"] for one in (await bureau.get(own + path))["clocks"]}

    rights = {"reconsideration-right": "2021-11-12", "litigation-right": "2022-03-13"}
    begun = {"on-the-spot-report": "2021-09-18", "payment-due": "2021-09-28", "publication-due": "2021-09-23", **rights}
    assert await running() == await running("/outlook") == begun
    await bureau.service.settle()
    assert begun == {one["kind"]: one["due_on"] for one in (await bureau.get(f"/v1/deadlines?case_id={SPOT}"))["items"]}
    later = await bureau.get(f"{own}/outlook?on=2021-09-20")
    assert (later["on"], [one["clock"] for one in later["clocks"] if one["passed"]]) == ("2021-09-20", ["on-the-spot-report"])
    assert {"report", "draft-demand"} & {step["name"] for step in later["next_steps"]} == {"report"}
    overdue = await bureau.get(f"{own}/outlook?on=2021-09-29")
    assert "draft-demand" in {step["name"] for step in overdue["next_steps"]}
    assert (await bureau.get(f"{own}/outlook?on=2021-09-12", status=422))["code"] == "day-in-past"
    await post(bureau, "officer", f"/{SPOT}/cash-collections", TAKEN)
    await post(bureau, "officer", f"/{SPOT}/reports", {"reported_on": "2021-09-13"})
    assert await running() == {"cash-to-agency": "2021-09-15", "publication-due": "2021-09-23", **rights}
    bureau.until("2021-09-14")
    await post(bureau, "finance", f"/{SPOT}/cash-handovers", {"handed_over_on": "2021-09-14"})
    assert await running() == {"cash-to-bank": "2021-09-16", "publication-due": "2021-09-23", **rights}


async def test_no_natural_person_is_named_in_the_calendar(bureau: Bureau) -> None:
    person = {"person_id": "p-3", "name": "张三丰", "id_number": "360102199001010018", "address": "东湖区二号"}
    branch = {**WARNED, **personal()}
    await decide(bureau, party_kind="person", person=person, charges=[branch], kinds=["warning"])
    assert {one["enterprise_name"] for one in (await clocks(bureau)).values()} == {""}


async def test_party_may_turn_against_it_and_the_surcharge_stands_still_meanwhile(bureau: Bureau) -> None:
    await decide(bureau)
    bureau.until("2021-09-20")
    sought = {"kind": "reconsideration", "authority": "南昌市东湖区人民政府", "applied_on": "2021-09-20"}
    assert (await bureau.post("officer", "remedies", sought, case_id=SPOT))["pending"]
    assert (await bureau.post("officer", "remedies", sought, case_id=SPOT, status=409))["code"] == "remedy-pending"
    seen = await bureau.get(f"/v1/cases/{SPOT}/remedies")
    assert (seen["state"], seen["document_no"]) == ("pending", "（东湖）应急罚当〔2021〕1号")
    withdrawal = {"withdrawn_on": "2021-10-08", "reason": "已和解"}
    bureau.until("2021-10-08")
    await bureau.post("officer", "remedies/withdrawals", withdrawal, case_id=SPOT)
    [party] = (await bureau.get(f"/v1/cases/{SPOT}/payments?on=2021-10-09"))["parties"]
    assert (party["accrued"]["days"], party["accrued"]["surcharge_fen"]) == (1, 300)
    await bureau.service.settle()
    [matter] = (await bureau.get(f"/v1/party-matters?case_id={SPOT}&region=remedy"))["items"]
    assert matter["state"] == "open"


async def test_what_is_not_paid_is_surcharged_demanded_and_brought_before_a_court(bureau: Bureau) -> None:
    await decide(bureau)
    demand = {"purpose": "court"}
    assert (await bureau.post("officer", "demands", demand, case_id=SPOT, status=409))["code"] == "payment-not-overdue"
    bureau.until("2022-03-20")
    await bureau.service.settle()
    found = await clocks(bureau)
    assert found["court-right"]["due_on"] == "2022-06-13"
    surcharge = await bureau.post("approver", "surcharges", {"until": "2022-03-20"}, case_id=SPOT)
    assert surcharge["document_no"]
    drafted = await bureau.post("officer", "demands", demand, case_id=SPOT)
    assert drafted["amount_fen"] == 20_000
    reached = {"document_no": drafted["document_no"], "served_on": "2022-03-20", "manner": "direct", "recipient": "张三"}
    await bureau.post("officer", "demands/services", reached, case_id=SPOT)
    bureau.until("2022-04-20")
    await bureau.service.settle()
    asked = await bureau.post("approver", "court-applications", {"court": "南昌市东湖区人民法院"}, case_id=SPOT)
    assert (asked["state"], asked["amount_fen"]) == ("asked", 20_000)
    assert (await bureau.get(f"/v1/cases/{SPOT}/enforcements"))["state"] == "asked"
    await bureau.get("/v1/cases/no-such/enforcements", status=404)
    answer = {"step": "accepted", "granted": True, "reference_no": "行审1号", "answered_on": "2022-04-20"}
    await bureau.post("officer", "court-applications/answers", answer, case_id=SPOT)
    await post(bureau, "officer", f"/{SPOT}/reports", {"reported_on": "2022-04-20"})
    await post(bureau, "officer", f"/{SPOT}/publications")
    unpaid = await post(bureau, "approver", f"/{SPOT}/closings", {"reason": "终结执行"}, status=409)
    assert unpaid["code"] == "payment-not-settled"
    over = {"ending": "terminated", "termination": "no-property", "reason": "无财产可供执行", "ended_on": "2022-04-20"}
    await bureau.post("officer", "court-applications/endings", over, case_id=SPOT)
    await post(bureau, "approver", f"/{SPOT}/closings", {"reason": "终结执行"})


async def test_what_reconsideration_makes_of_it_is_followed(bureau: Bureau) -> None:
    await decide(bureau)
    bureau.until("2021-09-20")
    sought = {"kind": "reconsideration", "authority": "南昌市东湖区人民政府", "applied_on": "2021-09-20"}
    await bureau.post("officer", "remedies", sought, case_id=SPOT)
    answer = {"accepted": True, "reference_no": "复1号", "answered_on": "2021-09-20"}
    await bureau.post("officer", "remedies/answers", answer, case_id=SPOT)
    result = {
        "result": "changed",
        "reference_no": "复1号",
        "decided_on": "2021-09-20",
        "received_on": "2021-09-20",
        "total_fen": 4_000,
    }
    await bureau.post("officer", "remedies/results", result, case_id=SPOT)
    seen = await bureau.get(f"/v1/spot-penalties/{SPOT}")
    assert [(one["step"], one["total_fen"]) for one in seen["unfollowed"]] == [("change", 4_000)]
    [step] = [one for one in seen["next_steps"] if one["name"] == "change-as-decided"]
    assert (step["path"], step["role"]) == (f"/v1/cases/{SPOT}/decision-changes", "approver")
    assert "行政复议法" in step["article"]
    change = {"cause": "reconsideration", "amounts": [{"item_code": "STL-K1", "amount_fen": 4_000}], "reason": "复议决定变更"}
    assert (await bureau.post("approver", "decision-changes", change, case_id=SPOT))["total_fen"] == 4_000
    [party] = (await bureau.get(f"/v1/cases/{SPOT}/payments"))["parties"]
    assert party["outstanding_fen"] == 4_000


async def test_after_its_closing_it_is_altered_only_as_a_remedy_that_there_is_said(bureau: Bureau) -> None:
    await decide(bureau, **CASH)
    await post(bureau, "officer", f"/{SPOT}/cash-collections", TAKEN)
    await post(bureau, "officer", f"/{SPOT}/reports", {"reported_on": "2021-09-13"})
    await post(bureau, "finance", f"/{SPOT}/cash-handovers", {"handed_over_on": "2021-09-13"})
    await post(bureau, "finance", f"/{SPOT}/cash-deposits", {"bank_reference": "B1", "deposited_on": "2021-09-13"})
    await post(bureau, "officer", f"/{SPOT}/publications")
    await post(bureau, "approver", f"/{SPOT}/closings", {"reason": "已履行"})
    claimed = {"cause": "reconsideration", "reason": "复议决定撤销"}
    assert (await post(bureau, "approver", f"/{SPOT}/revocations", claimed, status=409))["code"] == "spot-closed"
    sought = {"kind": "reconsideration", "authority": "南昌市东湖区人民政府", "applied_on": "2021-09-13"}
    await bureau.post("officer", "remedies", sought, case_id=SPOT)
    await bureau.post("officer", "remedies/answers", {"accepted": True, "answered_on": "2021-09-13"}, case_id=SPOT)
    result = {"result": "revoked", "reference_no": "复1号", "decided_on": "2021-09-13", "received_on": "2021-09-13"}
    await bureau.post("officer", "remedies/results", result, case_id=SPOT)
    await post(bureau, "approver", f"/{SPOT}/revocations", claimed)
    assert (await post(bureau, "approver", f"/{SPOT}/revocations", claimed, status=409))["code"] == "spot-closed"
    [party] = (await bureau.get(f"/v1/cases/{SPOT}/payments"))["parties"]
    assert party["credit_fen"] > 0


async def test_what_may_be_done_with_it_tells_remedies_surcharge_and_enforcement_too(bureau: Bureau) -> None:
    await decide(bureau)
    bureau.until("2021-10-20")
    await bureau.service.settle()
    seen = await bureau.get(f"/v1/spot-penalties/{SPOT}")
    permitted = {step["name"]: step for step in seen["next_steps"]}
    for name, path in (("decide-surcharge", "surcharges"), ("draft-demand", "demands"), ("seek-reconsideration", "remedies")):
        assert permitted[name]["path"] == f"/v1/cases/{SPOT}/{path}"
    forbidden = {step["name"]: step["code"] for step in seen["forbidden_steps"]}
    assert (forbidden["ask-court"], forbidden["answer-remedy"]) == ("remedy-period-running", "no-remedy-pending")
    role, path = permitted["decide-surcharge"]["role"], permitted["decide-surcharge"]["path"]
    assert (await bureau.client(role).post(path, json={})).status_code == 201


async def test_remedies_are_open_without_a_number_and_go_on_when_it_comes(bureau: Bureau) -> None:
    await decide(bureau, numbering="none")
    sought = {"kind": "reconsideration", "authority": "南昌市东湖区人民政府", "applied_on": "2021-09-13"}
    await bureau.post("officer", "remedies", sought, case_id=SPOT)
    await post(bureau, "officer", f"/{SPOT}/numbers")
    await bureau.post("officer", "remedies/answers", {"accepted": True, "answered_on": "2021-09-13"}, case_id=SPOT)
    assert (await bureau.get(f"/v1/cases/{SPOT}/remedies"))["state"] == "pending"


async def test_revoked_it_is_owed_no_more_and_may_be_closed(bureau: Bureau) -> None:
    await decide(bureau)
    steps = {step["name"] for step in (await bureau.get(f"/v1/spot-penalties/{SPOT}"))["next_steps"]}
    assert "revoke" in steps
    revocation = {"cause": "self-correction", "reason": "事实有误"}
    await post(bureau, "officer", f"/{SPOT}/revocations", revocation, status=403)
    own = bureau.service.client("approver", id=HANDLERS[0], districts=("donghu",), organ="donghu-emb")
    async with own as handler:
        answer = await handler.post(f"/v1/spot-penalties/{SPOT}/revocations", json=revocation)
    assert (answer.status_code, answer.json()["code"]) == (409, "handler-approves")
    await post(bureau, "approver", f"/{SPOT}/revocations", revocation)
    assert (await post(bureau, "approver", f"/{SPOT}/revocations", revocation, status=409))["code"] == "decision-revoked"
    seen = await bureau.get(f"/v1/spot-penalties/{SPOT}")
    assert seen["altered"][0]["reason"] == "事实有误"
    [party] = (await bureau.get(f"/v1/cases/{SPOT}/payments"))["parties"]
    assert (party["outstanding_fen"], party["revoked_fen"]) == (0, 10_000)
    await post(bureau, "officer", f"/{SPOT}/reports", {"reported_on": "2021-09-13"})
    await post(bureau, "approver", f"/{SPOT}/closings", {"reason": "已撤销"})
    assert (await post(bureau, "approver", f"/{SPOT}/revocations", revocation, status=409))["code"] == "spot-closed"


async def test_feed_without_entries_has_an_author(bureau: Bureau) -> None:
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ET.fromstring((await bureau.client("public-reader").get("/v1/publications.atom")).content)  # noqa: S314 - our own answer
    assert feed.findall(f"{atom}entry") == []
    assert feed.findtext(f"{atom}author/{atom}name")
