"""Measures over HTTP: who commands, what is recorded in which matter, what an enterprise sees, refusals with their articles."""

from __future__ import annotations

from typing import Any

from tests.service.inspection.measures import (
    AGREED,
    EMERGENCY,
    HANDED_OVER,
    LISTED,
    MEASURE,
    SEIZURE,
    SIGNED,
    THINGS,
    found,
    kept,
    measure,
    row,
    seized,
    suspension,
)
from tests.service.inspection.office import OFFICERS, Office

SAMPLING = {
    "measure_id": "record-1", "inspection_id": "task-1", "place": "打磨车间", "purpose": "检验", "samples": THINGS,
    "officers": OFFICERS, "signed": ["officer-1"], "receipt": SIGNED,
}  # fmt: skip
QUESTIONING = {
    "measure_id": "record-2", "inspection_id": "task-1", "nth": 1, "begun_at": "2021-09-06T10:00:00+08:00",
    "ended_at": "2021-09-06T11:00:00+08:00", "place": "会议室", "person": "张三", "asked_by": "officer-1",
    "recorded_by": "officer-2", "told_rights": True, "dialogue": [{"question": "姓名？", "answer": "张三"}], "pages": 1,
    "pages_signed": 1, "officers": OFFICERS, "signed": ["officer-1", "officer-2"], "receipt": SIGNED,
}  # fmt: skip
EXAMINATION = {
    "measure_id": "record-3", "inspection_id": "task-1", "begun_at": "2021-09-06T10:00:00+08:00",
    "ended_at": "2021-09-06T11:00:00+08:00", "place": "打磨车间", "recorded_by": "officer-2", "found": "积尘",
    "officers": OFFICERS, "signed": ["officer-1", "officer-2"], "receipt": SIGNED,
}  # fmt: skip
SUMMONS = {
    "measure_id": "record-4", "inspection_id": "task-1", "person": "张三", "matter": "积尘", "come_to": "应急管理局",
    "come_at": "2021-09-08T09:00:00+08:00", "receipt": SIGNED,
}  # fmt: skip
COMMISSION = {
    "measure_id": "record-5", "inspection_id": "task-1", "institute": "省安科院", "articles": THINGS, "matter": "是否可爆",
    "due_on": "2021-09-30",
}  # fmt: skip
RESUMPTION = {"hazard_ids": ["hazard-1"], "report": "已整改"}
REVIEW = {"officers": OFFICERS, "results": [{"hazard_id": "hazard-1", "passed": True}]}


async def test_suspension_from_decision_to_lifting(office: Office) -> None:
    await found(office, "hazard-1")
    answered = await office.post("officer", "suspensions", suspension("hazard-1"))
    assert answered["document_no"] == "（东湖）应急现决〔2021〕1号"
    listed = await row(office)
    assert (listed["state"], listed["document_no"], listed["due_on"]) == ("in-force", answered["document_no"], "2022-03-06")
    await office.post("enterprise", "suspensions/measure-1/resumption-requests", RESUMPTION, status=404)
    own = office.client("enterprise", enterprise_id="e-1")
    assert (await own.post("/v1/suspensions/measure-1/resumption-requests", json=RESUMPTION)).status_code == 201
    await office.post("officer", "suspensions/measure-1/resumption-reviews", REVIEW)
    listed, view = await row(office), await measure(office)
    assert (listed["state"], listed["due_on"], listed["version"]) == ("ended", None, view["version"])
    assert (view["state"], view["remaining"], view["agreed"]) == ("ended", [], ["hazard-1"])


async def test_everything_is_in_the_matter_of_the_inspection(office: Office) -> None:
    await found(office, "hazard-1")
    await office.post("officer", "suspensions", suspension("hazard-1"))
    stored = await office.under_test.events("casetrail.inspection.suspension")
    assert {(event["correlation_id"], event["subject"], event["district"]) for event in stored} == {
        (office.correlation, "e-1", "donghu")
    }
    assert stored[0]["rulebook"] == "jiangxi-work-safety/2021.1"


async def test_hazard_that_does_not_justify_it(office: Office) -> None:
    await office.concluded("hazard-1")
    problem = await office.refused("not-justified", "officer", "suspensions", suspension("hazard-1"))
    assert problem["basis"] == "《中华人民共和国安全生产法》（2021）第65条第1款第3项"
    assert problem["detail"]


async def test_f05_one_officer_decides_nothing(office: Office) -> None:
    await found(office, "hazard-1")
    await office.refused("too-few-officers", "officer", "suspensions", suspension("hazard-1", officers=OFFICERS[:1]))
    await office.refused("too-few-officers", "officer", "keepings", {**MEASURE, **LISTED, "officers": OFFICERS[:1]})
    await office.refused("too-few-officers", "officer", "emergency-seizures", {**EMERGENCY, "officers": OFFICERS[:1]})
    assert (await office.get("measures"))["items"] == []


async def test_f05_a_record_signed_by_one_officer_blocks_issuing(office: Office) -> None:
    await found(office, "hazard-1")
    answered = await office.post("officer", "samplings", SAMPLING)
    assert answered["document_no"] == "（东湖）应急抽〔2021〕1号"
    grounded = suspension("hazard-1", records=["record-1"])
    problem = await office.refused("record-not-signed", "officer", "suspensions", grounded)
    assert problem["basis"] == "《中华人民共和国行政处罚法》（2021）第42条第1款"
    await office.refused("record-not-signed", "officer", "keepings", {**MEASURE, **LISTED, "records": ["record-1"]})
    await office.refused("record-not-signed", "officer", "seizures", {**SEIZURE, "records": ["record-1"]})
    signature = {"officer_id": "officer-2"}
    await office.refused("signature-of-another", "officer", "records/record-1/signatures", signature)
    colleague = office.under_test.client("officer", id="officer-2")
    assert (await colleague.post("/v1/records/record-1/signatures", json=signature)).status_code == 201
    await office.post("officer", "suspensions", grounded)


async def test_f08_without_approval_nothing_is_kept(office: Office) -> None:
    await office.on_site()
    asked = await office.post("officer", "keepings", {**MEASURE, **LISTED})
    assert asked["document_no"] == "（东湖）应急先保审〔2021〕1号"
    problem = await office.refused("keeping-not-approved", "officer", "keepings/measure-1/executions", HANDED_OVER)
    assert problem["basis"] == "《中华人民共和国行政处罚法》（2021）第56条"
    await office.post("officer", "keepings/measure-1/approvals", AGREED, status=403)
    deciding = office.under_test.client("approver", id="officer-1")
    response = await deciding.post("/v1/keepings/measure-1/approvals", json=AGREED)
    assert (response.status_code, response.json()["code"]) == (409, "own-measure")
    await office.post("approver", "keepings/measure-1/approvals", AGREED)
    assert (await row(office))["state"] == "approved"
    done = await office.post("officer", "keepings/measure-1/executions", HANDED_OVER)
    assert done["document_no"] == "（东湖）应急先保通〔2021〕1号"


async def test_a_refused_command_takes_no_number(office: Office) -> None:
    await office.on_site()
    await office.post("officer", "keepings", {**MEASURE, **LISTED})
    before = await office.recorded()
    await office.refused("keeping-not-approved", "officer", "keepings/measure-1/executions", HANDED_OVER)
    assert await office.recorded() == before


async def test_kept_evidence_is_decided_article_by_article(office: Office) -> None:
    await office.on_site()
    await kept(office)
    one = {"decisions": [{"article_id": "thing-1", "fate": "return"}]}
    await office.post("approver", "keepings/measure-1/decisions", one)
    assert ((await row(office))["state"], (await measure(office))["remaining"]) == ("in-force", ["thing-2"])
    two = {"decisions": [{"article_id": "thing-2", "fate": "refer-for-confiscation", "follow_up": "referral-1"}]}
    answered = await office.post("approver", "keepings/measure-1/decisions", two)
    assert answered["document_no"] == "（东湖）应急先保处〔2021〕2号"
    assert (await row(office))["state"] == "ended"


async def test_seizure_is_decided(office: Office) -> None:
    await office.on_site()
    answered = await seized(office)
    assert answered["document_no"] == "（东湖）应急查扣〔2021〕1号"
    decisions = {"decisions": [{"article_id": one["article_id"], "fate": "forfeit"} for one in THINGS]}
    await office.post("approver", "seizures/measure-1/decisions", decisions)
    lifting = {"reason": "已处理", "receipt": SIGNED}
    await office.refused("measure-ended", "officer", "seizures/measure-1/liftings", lifting)


async def test_records_of_every_kind(office: Office) -> None:
    await office.on_site()
    numbers = [
        (await office.post("officer", path, body)).get("document_no")
        for path, body in (
            ("samplings", SAMPLING), ("questionings", QUESTIONING), ("examinations", EXAMINATION),
            ("questioning-notices", SUMMONS), ("appraisal-commissions", COMMISSION),
        )
    ]  # fmt: skip
    assert [number and number[6:-8] for number in numbers] == ["抽", None, "勘", "询", "鉴"]
    await office.post("officer", "appraisal-commissions/record-5/answers", {"opinion": "可爆"})
    await office.under_test.settle()
    items = (await office.get("measures", kind="record"))["items"]
    assert {item["measure_id"]: item["state"] for item in items} == {
        "record-1": "recorded", "record-2": "signed", "record-3": "signed", "record-4": "notified", "record-5": "ended",
    }  # fmt: skip
    second = {**QUESTIONING, "measure_id": "record-6", "nth": 2, "previous": "record-2"}
    await office.post("officer", "questionings", second)
    again = {**QUESTIONING, "measure_id": "record-7", "nth": 3, "previous": "record-2"}
    await office.refused("questioning-out-of-turn", "officer", "questionings", again)


async def test_who_was_questioned_is_sealed(office: Office) -> None:
    await office.on_site()
    await office.post("officer", "questionings", QUESTIONING)
    [stored] = await office.under_test.events("casetrail.inspection.questioning-recorded")
    assert "张三".encode() not in stored["data"]
    view = await measure(office, "record-2")
    assert (view["recorded"]["person"], view["recorded"]["dialogue"][0]["answer"]) == ("张三", "张三")


async def test_supply_is_cut_off_after_a_day(office: Office) -> None:
    await found(office, "hazard-1")
    await office.post("officer", "suspensions", suspension("hazard-1"))
    cut = {
        "measure_id": "cut-1", "inspection_id": "task-1", "suspension_id": "measure-1", "supply": "power", "supplier": "供电公司",
        "grounds": "拒不停用", "officers": OFFICERS,
    }  # fmt: skip
    await office.post("officer", "supply-cuts", cut)
    early = {"cut_from": "2021-09-07T09:59:59+08:00"}
    await office.refused("power-cut-not-approved", "officer", "supply-cuts/cut-1/notices", early)
    await office.post("approver", "supply-cuts/cut-1/approvals", AGREED)
    problem = await office.refused("power-cut-notice-too-short", "officer", "supply-cuts/cut-1/notices", early)
    assert problem["basis"] == "《中华人民共和国安全生产法》（2021）第70条第2款"
    told = await office.post("officer", "supply-cuts/cut-1/notices", {"cut_from": "2021-09-07T10:00:00+08:00"})
    assert told["document_no"] == "（东湖）应急停供决〔2021〕1号"
    await office.refused("power-cut-too-early", "officer", "supply-cuts/cut-1/executions", {})
    await office.pass_days(1)
    await office.post("officer", "supply-cuts/cut-1/executions", {})
    await office.post("officer", "supply-cuts/cut-1/restorations", {"reason": "已停用"})
    assert (await measure(office, "cut-1"))["state"] == "ended"


async def test_enterprise_sees_its_own(office: Office) -> None:
    await office.on_site()
    await seized(office)
    await office.post("officer", "seizures", {**SEIZURE, "measure_id": "measure-2"})
    await office.under_test.settle()
    own, other = (office.client("enterprise", enterprise_id=id) for id in ("e-1", "e-2"))
    assert [item["measure_id"] for item in (await own.get("/v1/measures")).json()["items"]] == ["measure-1"]
    assert (await other.get("/v1/measures")).json()["items"] == []
    assert (await own.get("/v1/measures/measure-1")).status_code == 200
    assert (await own.get("/v1/measures/measure-2")).status_code == 404
    assert (await other.get("/v1/measures/measure-1")).status_code == 404


async def test_lists_are_filtered_and_paged(office: Office) -> None:
    await office.on_site()
    for number in range(4):
        await office.post("officer", "seizures", {**SEIZURE, "measure_id": f"measure-{number}"})
    await office.post("approver", "seizures/measure-2/approvals", {"agreed": False, "opinion": "不必要"})
    await office.under_test.settle()

    async def ids(**asked: Any) -> list[str]:
        return [item["measure_id"] for item in (await office.get("measures", **asked))["items"]]

    assert await ids(state="denied") == ["measure-2"]
    assert await ids(kind="keeping") == []
    assert await ids(inspection_id="task-1", district="donghu", kind="seizure", state="requested") == [
        "measure-0", "measure-1", "measure-3",
    ]  # fmt: skip
    first = await office.get("measures", limit=3)
    second = await office.get("measures", limit=3, cursor=first["next"])
    assert [item["measure_id"] for page in (first, second) for item in page["items"]] == [f"measure-{n}" for n in range(4)]
    assert (await office.get("measures", district="xihu", inspection_id="task-1"))["items"] == []


async def test_earlier_moments(office: Office) -> None:
    await office.on_site()
    await seized(office)
    assert (await measure(office, as_of="v1"))["state"] == "requested"
    assert (await measure(office, as_of="v2"))["state"] == "approved"
    assert (await measure(office))["state"] == "in-force"


async def test_a_measure_of_another_kind_is_not_found(office: Office) -> None:
    await office.on_site()
    await office.post("officer", "seizures", SEIZURE)
    await office.post("approver", "keepings/measure-1/approvals", AGREED, status=404)
    await office.refused("measure-exists", "officer", "keepings", {**MEASURE, **LISTED})
    await office.post("approver", "seizures/measure-9/approvals", AGREED, status=404)


async def test_roles(office: Office) -> None:
    for role, path, body in (
        ("approver", "suspensions", suspension("hazard-1")), ("enterprise", "keepings", {**MEASURE, **LISTED}),
        ("officer", "seizures/measure-1/extensions", {"until": "2021-10-20", "reason": "复杂"}),
        ("officer", "seizures/measure-1/decisions", {"decisions": [{"article_id": "thing-1", "fate": "return"}]}),
        ("manager", "seizures/measure-1/liftings", {"reason": "无", "receipt": SIGNED}),
        ("officer", "supply-cuts/cut-1/approvals", AGREED), ("expert", "samplings", SAMPLING),
    ):  # fmt: skip
        assert (await office.post(role, path, body, status=403))["code"] == "forbidden"


async def test_other_districts_see_and_change_nothing(office: Office) -> None:
    await office.on_site()
    await seized(office)
    await office.under_test.settle()
    assert (await office.get("measures", district="xihu"))["items"] == []
    await office.get("measures/measure-1", district="xihu", status=404)
    response = await office.client("officer", "xihu").post(
        "/v1/seizures/measure-1/liftings", json={"reason": "无", "receipt": SIGNED}
    )
    assert response.status_code == 404
