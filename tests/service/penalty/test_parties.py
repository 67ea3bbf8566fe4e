"""Over HTTP: a person beside the unit, a hearing, a discussion, the calendar, what a day to come would allow, endings."""

from __future__ import annotations

from typing import Any

import pytest

from services.penalty.domain import standing
from tests.service.penalty.bureau import CASE, CRANE, ENTERPRISE, HANDLERS, Bureau

MANAGER = {
    "party_id": "p-manager", "name": "王厂长", "id_number": "360100198001010010", "capacity": "principal-head",
    "address": "南昌市东湖区", "reason": "直接负责的主管人员",
}  # fmt: skip
OVERDUE = {**CRANE, "phase": "overdue"}
OWN: dict[str, Any] = {**OVERDUE, "subject": "person", "amount_fen": 1_000_000, "party_id": "p-manager"}


async def failed(bureau: Bureau) -> None:
    """A re-inspection failed, which establishes that the correction is overdue; later it passed."""
    told = {"hazard_id": "h-1", "order_id": "order-1", "re_inspected_on": "2021-09-08", "remark": "未整改"}
    await bureau.hears("inspection", "re-inspection-failed", told, ENTERPRISE)


async def charged(bureau: Bureau) -> Any:
    """A filed case in which the unit and its head are charged in the overdue branch."""
    await bureau.hears_a_referral()
    await bureau.file()
    await failed(bureau)
    await bureau.hears_rectified()
    await bureau.post("officer", "parties", MANAGER)
    evidence = {"kind": "inspection-record", "title": "复查记录", "officers": HANDLERS, "sha256": "b" * 64}
    await bureau.post("officer", "evidence", evidence)
    charges = [{**OVERDUE, "amount_fen": 5_000_000}, OWN]
    bureau.until("2021-09-10")
    return await bureau.post("officer", "investigation-closings", {"charges": charges, "opinion": "逾期未改正"})


async def decide(bureau: Bureau, party_id: str, day: str, *, status: int = 201) -> Any:
    bureau.until(day)
    seen = await bureau.get(role="approver")
    return await bureau.post("approver", "decisions", {"party_id": party_id}, status=status, If_Match=f'"{seen["version"]}"')


async def test_unit_and_person_each_with_notice_hearing_decision_and_payment(bureau: Bureau) -> None:
    assert (await charged(bureau))["proposed_fen"] == 6_000_000
    bureau.until("2021-09-13")
    for party_id in ("unit", "p-manager"):
        notice = await bureau.post("officer", "notices", {"manner": "direct", "party_id": party_id})
        assert (notice["form_no"], notice["hearing_right"]) == (26, True)
    asked = await bureau.post("officer", "hearing-requests", {"party_id": "unit"})
    assert asked["hold_by"] == "2021-09-28"
    convene = {"party_id": "unit", "held_at": "2021-09-26T09:00:00+08:00", "place": "会议室", "host": "o-zhao", "clerk": "c-1"}
    early = {**convene, "held_at": "2021-09-17T09:00:00+08:00"}
    assert (await bureau.post("officer", "hearing-convocations", early, status=409))["code"] == "hearing-too-soon"
    await bureau.post("officer", "hearing-convocations", convene)
    assert (await decide(bureau, "unit", "2021-09-26", status=409))["code"] == "hearing-pending"
    await bureau.post("officer", "hearing-records", {"party_id": "unit", "record_sha256": "c" * 64})
    assert (await bureau.post("officer", "hearing-reports", {"opinion": "维持"}, status=409))["code"] == "not-the-host"


async def test_a_person_who_joined_without_an_address_is_put_right_before_the_decision(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await failed(bureau)
    await bureau.post("officer", "parties", {**MANAGER, "address": ""})
    await bureau.investigate(**OWN)
    bureau.until("2021-09-13")
    await bureau.post("officer", "notices", {"manner": "direct", "party_id": "p-manager"})
    await bureau.post("officer", "statements", {"kind": "waived", "party_id": "p-manager"})
    told = await decide(bureau, "p-manager", "2021-09-23", status=409)
    assert (told["code"], told["missing"]) == ("decision-incomplete", ["party"])
    assert "地址" in told["detail"]
    assert "address" in told["title"]
    offered = {(step["name"], step["party_id"]): step["path"] for step in (await bureau.get())["next_steps"]}
    await bureau.post("officer", offered["amend-party", "p-manager"], MANAGER)
    assert (await bureau.get())["parties"][1]["person"]["address"] == MANAGER["address"]
    await decide(bureau, "p-manager", "2021-09-23")
    assert (await bureau.post("officer", "party-amendments", MANAGER, status=409))["code"] == "decided-already"


async def test_the_calendar_tells_what_runs_for_whom_and_what_its_end_means(bureau: Bureau) -> None:
    await charged(bureau)
    bureau.until("2021-09-13")
    for party_id in ("unit", "p-manager"):
        await bureau.post("officer", "notices", {"manner": "direct", "party_id": party_id})
    await bureau.service.settle()
    found = await bureau.get("/v1/deadlines?officer_id=o-li")
    kinds = sorted((row["kind"], row["party_id"]) for row in found["items"])
    assert kinds == [
        ("case-limit", "unit"), ("hearing-request", "p-manager"), ("hearing-request", "unit"), ("statement", "p-manager"),
        ("statement", "unit"),
    ]  # fmt: skip
    assert {row["on_expiry_title"] for row in found["items"] if row["kind"] == "statement"} == {"视为放弃陈述申辩"}
    assert (await bureau.get("/v1/deadlines?officer_id=o-zhao"))["items"] == []
    await bureau.post("officer", "statements", {"kind": "waived", "party_id": "p-manager"})
    await bureau.service.settle()
    left = await bureau.get(f"/v1/deadlines?case_id={CASE}&until=2021-09-16")
    assert [(row["kind"], row["party_id"]) for row in left["items"]] == [("statement", "unit")]


async def test_outlook_of_a_day_to_come(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    today = await bureau.get(f"/v1/cases/{CASE}/outlook")
    later = await bureau.get(f"/v1/cases/{CASE}/outlook?on=2021-09-17")
    assert "decide" not in {step["name"] for step in today["next_steps"]}
    assert "decide" in {step["name"] for step in later["next_steps"]}
    assert [clock["passed"] for clock in later["clocks"] if clock["clock"] == "statement"] == [True]


async def test_of_a_day_that_has_passed_nothing_is_foreseen_and_it_is_said_where_to_ask(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    for day in ("1999-01-01", "2021-09-07"):
        told = await bureau.get(f"/v1/cases/{CASE}/outlook?on={day}", status=422)
        assert (told["code"], told["on"], told["as_of"]) == ("day-in-past", day, f"occurred:{day}T23:59:59+08:00")
    assert (await bureau.get(f"/v1/cases/{CASE}/outlook?on=2021-09-08"))["next_steps"]


async def test_what_may_not_be_done_is_told_with_its_facts_in_both_languages_and_with_its_article(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    steps = {step["name"]: step for step in (await bureau.get())["forbidden_steps"]}
    assert all(step["reason"] and step["reason_en"] and step["article"] for step in steps.values())
    refused = await bureau.decide(status=409)
    facts = steps["decide"]["facts"]
    assert facts
    assert {name: refused[name] for name in facts} == facts
    assert (steps["decide"]["reason_en"], steps["decide"]["article"]) == (refused["title"], refused["basis"])


async def test_the_person_s_data_are_sealed_in_the_ledger(bureau: Bureau) -> None:
    await charged(bureau)
    stored = await bureau.service.events("casetrail.penalty.party-joined")
    assert len(stored) == 1
    assert "王厂长".encode() not in bytes(stored[0]["data"])
    case = await bureau.get()
    assert [party["name"] for party in case["parties"]] == ["南昌某钢铁有限公司", "王厂长"]


async def test_a_reported_clue_becomes_a_case_and_may_end_without_a_penalty(bureau: Bureau) -> None:
    clue = {
        "case_id": "clue-1", "origin": "report", "enterprise_id": ENTERPRISE, "act_date": "2021-09-06",
        "discovered_on": "2021-09-07", "source": "12350举报", "catalogue": "nanchang-industry-trade/2021.1",
        "acts": [{"item_code": "STL-K1", "fact": "未使用固定式龙门钩"}],
    }  # fmt: skip
    bureau.until("2021-09-08")
    answer = await bureau.client("officer").post("/v1/clues", json=clue)
    assert answer.status_code == 201, answer.text
    await bureau.file("clue-1")
    evidence = {"kind": "documentary", "title": "举报材料", "officers": HANDLERS, "sha256": "d" * 64}
    await bureau.post("officer", "evidence", evidence, case_id="clue-1")
    await bureau.post("officer", "investigation-closings", {"outcome": "not-proven", "opinion": "事实不能成立"}, case_id="clue-1")
    none = {"reason": "违法事实不能成立", "education": "告知举报人结果"}
    await bureau.post("approver", "no-penalty-decisions", none, case_id="clue-1")
    await bureau.post("approver", "closings", {"reason": "不予处罚", "ground": "no-penalty"}, case_id="clue-1")
    await bureau.post("officer", "archivings", {"volumes": 1, "pages": 12}, case_id="clue-1")
    assert (await bureau.get("/v1/cases/clue-1"))["state"] == "archived"


async def test_revoking_a_served_decision_gives_the_money_back(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    await bureau.serve()
    await bureau.pay(900_000, "B9")
    change = {"cause": "self-correction", "amounts": [{"item_code": "STL-K1", "amount_fen": 600_000}], "reason": "裁量不当"}
    assert (await bureau.post("approver", "decision-changes", change))["total_fen"] == 600_000
    claimed = {"cause": "litigation", "reason": "判决撤销", "anew": False}
    assert (await bureau.post("approver", "revocations", claimed, status=409))["code"] == "nothing-to-follow"
    await bureau.post("approver", "revocations", {**claimed, "cause": "supervision", "reason": "上级责令撤销"})
    case = await bureau.get()
    assert case["payment"]["revoked_on"] is not None
    assert (await bureau.post("approver", "revocations", claimed, status=409))["code"] == "decision-revoked"


@pytest.mark.parametrize("counted_before_marks", [False, True])
async def test_act_of_one_person_is_fined_once_under_whichever_id(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, counted_before_marks: bool
) -> None:
    """A second case names the head under another id with the same paper: the paper tells, and stands in plain nowhere.

    Of a penalty that was counted before marks were kept, the paper in its case tells.
    """
    await bureau.hears_a_referral()
    await bureau.file()
    await failed(bureau)
    wrong = (await bureau.post("officer", "parties", {**MANAGER, "id_number": "12345"}, status=422))["errors"]
    assert "公民身份号码应为18位" in str(wrong)
    await bureau.post("officer", "parties", MANAGER)
    twin = {**MANAGER, "party_id": "p-twin", "name": "王某"}
    assert (await bureau.post("officer", "parties", twin, status=409))["code"] == "paper-of-another-party"
    await bureau.post("officer", "parties", {**twin, "party_id": "p-guest", "id_kind": "passport", "id_number": "e12345"})
    await bureau.investigate(**OWN)
    bureau.until("2021-09-13")
    await bureau.post("officer", "notices", {"manner": "direct", "party_id": "p-manager"})
    await bureau.post("officer", "statements", {"kind": "waived", "party_id": "p-manager"})
    with monkeypatch.context() as then:
        if counted_before_marks:
            then.setattr(standing, "paper_of", lambda *_: "")
        await decide(bureau, "p-manager", "2021-09-23")
    stored = [bytes(one["data"]) for one in await bureau.service.events("casetrail.penalty.penalty-counted")]
    assert [(b'"party_mark":"enc:v1:' in one, MANAGER["id_number"].encode() in one) for one in stored] == [
        (not counted_before_marks, False)
    ]
    assert "party_mark" not in str(await bureau.get(f"/v1/standings/{ENTERPRISE}"))
    second = "ref-donghu-2"
    await bureau.hears_a_referral(second)
    await bureau.file(second)
    await bureau.post("officer", "parties", twin, case_id=second)
    evidence = {"kind": "inspection-record", "title": "复查记录", "officers": HANDLERS, "sha256": "b" * 64}
    await bureau.post("officer", "evidence", evidence, case_id=second)
    again = {"charges": [{**OWN, "party_id": "p-twin"}], "opinion": "建议处罚"}
    told = await bureau.post("officer", "investigation-closings", again, case_id=second, status=409)
    assert (told["code"], told["case_id"]) == ("act-fined-already", CASE)
