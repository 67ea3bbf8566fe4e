"""Forms over HTTP that are made of measures, of the register and of what was served: nobody writes again what is known."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.service.inspection.measures import AGREED, EMERGENCY, LISTED, MEASURE, found, kept, seized, suspension
from tests.service.inspection.office import OFFICERS, Office
from tests.service.inspection.test_documents import body
from tests.service.inspection.test_measure_papers import document, facts
from tests.service.inspection.test_measures import COMMISSION, EXAMINATION, SAMPLING, SUMMONS

REACHED = {"contact": "王建国", "phone": "0791-88888888"}
HANDED = {
    "service_id": "service-1", "way": "in-person", "recipient": "王厂长", "place": "厂办公室", "served_on": "2021-09-06",
    "servers": ["officer-1", "officer-2"],
}  # fmt: skip


async def issued(office: Office, form: str, measure_id: str = "measure-1", **given: Any) -> Any:
    """A form is issued under the number of its measure; answers its facts."""
    made = await office.post("officer", "documents", document(form, measure_id, facts=given))
    told = await office.get(f"measures/{measure_id}")
    assert made["document_no"] == (told["numbers"][form] if form != "09" else None)
    return await facts(office, form)


async def test_a_seizure_from_its_request_to_what_becomes_of_the_things(office: Office) -> None:
    await office.hear(
        office.event("registry", "profile-amended", "e-1", enterprise_id="e-1", fields=[
            {"name": "address", "value": "扬子洲路8号"}, {"name": "legal_representative_phone", "value": "13800000000"},
        ])
    )  # fmt: skip
    await office.on_site()
    await seized(office)
    asked = await issued(office, "07", review={"text": "同意", "signers": ["李审核"], "on": "2021-09-06"})
    assert asked["request"].startswith("拟对除尘器（MC-24，1 台）、除尘器（MC-24，1 台）予以扣押，期限30日。")
    assert (asked["approval"]["signers"], asked["review"]["signers"]) == (["王局长"], ["李审核"])
    assert asked["organisation"] == {
        "name": "某木业公司",
        "representative": "李厂长",
        "address": "扬子洲路8号",
        "phone": "13800000000",
    }
    await office.refused("fact-not-editable", "officer", "documents", document("10", facts={"reason": "x"}))
    await office.refused("measure-without-document", "officer", "documents", document("10"))
    await office.post("approver", "seizures/measure-1/extensions", {"until": "2021-10-20", "reason": "案情复杂"})
    assert (await issued(office, "10"))["until_on"] == "2021-10-20"
    fate = {"decisions": [{"article_id": "thing-1", "fate": "return"}]}
    await office.post("approver", "seizures/measure-1/decisions", fate)
    told = await issued(office, "11")
    assert told["decision"] == "1．除尘器（MC-24，1 台）：解除扣押，予以退还。"
    assert told["basis"] == ["《中华人民共和国行政强制法》（2011）第27条"]


async def test_a_seizure_in_an_emergency_is_reported_on_paper(office: Office) -> None:
    await office.on_site()
    await office.post("officer", "emergency-seizures", EMERGENCY)
    await office.refused("measure-without-document", "officer", "documents", document("07"))
    await office.post("officer", "seizures/measure-1/reports", {"report": "现场粉尘浓度过高"})
    assert "情况报告：现场粉尘浓度过高。" in (await issued(office, "07"))["request"]


async def test_supply_that_is_cut_off_and_restored(office: Office) -> None:
    await found(office, "hazard-1")
    await office.post("officer", "suspensions", suspension("hazard-1"))
    cut = {
        "measure_id": "cut-1", "inspection_id": "task-1", "suspension_id": "measure-1", "supply": "power", "supplier": "供电公司",
        "grounds": "拒不停用", "officers": OFFICERS,
    }  # fmt: skip
    await office.post("officer", "supply-cuts", cut)
    await office.refused("measure-without-document", "officer", "documents", document("12", "cut-1"))
    await office.post("approver", "supply-cuts/cut-1/approvals", AGREED)
    await office.post("officer", "supply-cuts/cut-1/notices", {"cut_from": "2021-09-07T10:00:00+08:00"})
    for form in ("12", "13"):
        told = await issued(office, form, "cut-1")
        assert (told["decision"], told["decided_on"]) == ("停止使用：除尘系统", "2021-09-06")
        assert told["from_at"] == "2021-09-07T10:00:00+08:00"
    await office.post("officer", "supply-cuts/cut-1/restorations", {"reason": "已停用"})
    await office.refused("facts-incomplete", "officer", "documents", document("14", "cut-1"))
    told = await issued(office, "14", "cut-1", from_at="2021-09-06T15:00:00+08:00")
    assert told["basis"] == ["《中华人民共和国安全生产法》（2021）第70条第2款"]


async def test_records_of_what_was_asked_seen_and_taken(office: Office) -> None:
    await office.on_site()
    for path, sent in (
        ("samplings", SAMPLING), ("examinations", EXAMINATION), ("questioning-notices", {**SUMMONS, "bring": ["身份证"]}),
        ("appraisal-commissions", COMMISSION),
    ):  # fmt: skip
        await office.post("officer", path, sent)
    assert (await issued(office, "18", "record-1"))["site_head"] == "厂长"
    assert (await issued(office, "17", "record-3"))["begun_at"] == "2021-09-06T10:00:00+08:00"
    await office.refused("facts-incomplete", "officer", "documents", document("15", "record-4", facts=REACHED))
    summons = await issued(office, "15", "record-4", **REACHED, organ_address="三经路1号")
    assert (summons["at"], summons["identity_card"]) == ("2021-09-08T09:00:00+08:00", True)
    assert (await issued(office, "23", "record-5", **REACHED))["addressee"] == "省安科院"
    await office.refused("measure-without-document", "officer", "documents", document("16", "record-1", facts={"subject": "x"}))


async def test_evidence_that_is_kept_on_its_way(office: Office) -> None:
    await found(office, "hazard-1")
    await office.post("officer", "keepings", {**MEASURE, **LISTED})
    asked = await issued(office, "19")
    assert asked["case_facts"].endswith("1．【重大事故隐患】打磨车间：设备表面积尘。")
    assert asked["handling"]["signers"] == ["执法人员", "执法人员"]
    assert asked["approval"] is None
    await office.post("approver", "keepings/measure-1/approvals", AGREED)
    handed = {"articles": LISTED["articles"], "officers": OFFICERS, "receipt": {"signed_by": "厂长"}}
    await office.post("officer", "keepings/measure-1/executions", handed)
    await office.refused("measure-without-document", "officer", "documents", document("22"))
    fates = [{"article_id": "thing-1", "fate": "return"}, {"article_id": "thing-2", "fate": "transfer"}]
    await office.post("approver", "keepings/measure-1/decisions", {"decisions": fates})
    assert "2．除尘器（MC-24，1 台）：移送有关部门处理。" in (await issued(office, "21"))["grounds"]
    assert (await issued(office, "22"))["earlier"]["name"] == "先行登记保存证据通知书"


async def served(office: Office, *documents: str) -> None:
    """These documents were handed over."""
    for place, document_id in enumerate(documents, start=1):
        await office.post("officer", f"documents/{document_id}/services", {**HANDED, "service_id": f"service-{place}"})


async def test_one_receipt_has_everything_that_was_served(office: Office) -> None:
    """A later one, with what was served since, takes its place; two made at once are one."""
    await office.ordered("h-one")
    await office.refused("nothing-served", "officer", "documents", body("receipt-1", "40"))
    await office.post("officer", "documents", body())
    await office.post("officer", "documents", body("record-1", "03"))
    await served(office, "document-1", "record-1")
    await office.under_test.settle()
    await office.post("officer", "documents", body("receipt-1", "40", facts={"remark": "无"}))
    told = (await office.get("documents/receipt-1"))["facts"]
    assert [row["document"] for row in told["served"]] == ["责令限期整改指令书", "现场检查记录"]
    assert (told["served"][0]["server"], told["remark"]) == ("执法人员、执法人员", "无")
    problem = await office.refused("receipt-stands", "officer", "documents", body("receipt-2", "40"))
    assert problem["document_id"] == "receipt-1"
    later = body("receipt-2", "40", supersedes={"document_id": "receipt-1", "reason": "又送达一份"})
    await office.post("officer", "documents", later)
    again = {**later, "document_id": "receipt-3", "supersedes": {"document_id": "receipt-2", "reason": "补充"}}
    others = [office.client("officer").post("/v1/documents", json={**again, "document_id": f"receipt-{n}"}) for n in (3, 4, 5)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*others)) == [201, 409, 409]


async def test_what_the_register_told_at_first_is_known_too(office: Office) -> None:
    await office.on_site()
    await kept(office)
    assert "住所地昌东大道1号，法定代表人（负责人）李厂长。" in (await issued(office, "19"))["party"]


async def test_persons_whom_the_register_tells_of_sealed_are_printed_in_plain(office: Office) -> None:
    sealed = await office.under_test.app.state.vault.sealed_text("e-1/legal-representative", "张法人")
    told = [{"name": "legal_representative", "value": sealed}]
    await office.hear(office.event("registry", "profile-amended", "e-1", enterprise_id="e-1", fields=told))
    await office.on_site()
    await kept(office)
    assert "法定代表人（负责人）张法人。" in (await issued(office, "19"))["party"]
