"""The forms of a lived case: hearing, approvals, money, transfer, the spot, the file; each says what its events say."""

from __future__ import annotations

from typing import Any

from services.penalty.documents.composed import COMPOSED, EDITABLE, NUMBERS
from tests.service.penalty import test_transfer as transfers
from tests.service.penalty.bureau import CASE, ENTERPRISE, HANDLERS, Bureau
from tests.service.penalty.test_documents import BANK, REACHED, REMEDIES, facts, issue, refused
from tests.service.penalty.test_enforcement import demanded
from tests.service.penalty.test_spot import CASH, decide, personal

OVERDUE: dict[str, Any] = {"phase": "overdue", "amount_fen": 5_000_000}


async def heard(bureau: Bureau) -> None:
    """A fine of 50,000 yuan: noticed with the right to a hearing, heard, reported, reviewed and discussed."""
    await bureau.hears_a_referral()
    await bureau.file()
    failed = {"hazard_id": "h-1", "order_id": "order-1", "re_inspected_on": "2021-09-08", "remark": "未整改"}
    await bureau.hears("inspection", "re-inspection-failed", failed, ENTERPRISE)
    await bureau.investigate(**OVERDUE)
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "made", "text": "已停用该起重机\n请求从轻"})
    await bureau.post("officer", "hearing-requests")
    convene = {"held_at": "2021-09-26T09:00:00+08:00", "place": "二楼会议室", "host": "o-zhao", "clerk": "c-1"}
    await bureau.post("officer", "hearing-convocations", convene)
    bureau.until("2021-09-26")
    lawyer = {"representative_id": "r-1", "name": "陈律师", "relation": "委托代理人"}
    await bureau.post("officer", "hearing-records", {"record_sha256": "c" * 64, "representatives": [lawyer]})
    async with bureau.service.client("legal-reviewer", id="o-zhao", districts=("donghu",), organ="donghu-emb") as host:
        answer = await host.post(f"/v1/cases/{CASE}/hearing-reports", json={"opinion": "事实清楚，建议维持"})
        assert answer.status_code == 201, answer.text
    await bureau.post("legal-reviewer", "legal-reviews", {"passed": True, "opinion": "程序合法"})
    members = [{"member_id": f"m-{n}", "name": name, "opinion": "同意"} for n, name in enumerate(("陈局长", "熊副局长"))]
    await bureau.post("approver", "discussions", {"members": members, "conclusion": "approved", "note": "一致同意"})


async def test_hearing_proposal_and_discussion(bureau: Bureau) -> None:
    await heard(bureau)
    seen = (await bureau.get())["notice"]
    assert (await issue(bureau, "26"))["document_no"] == seen["document_no"]
    told = await facts(bureau, "document-26")
    assert (told["hearing_period"], told["hearing_until"]) == ("5个工作日", seen["hearing_request_due_on"])
    assert told["hearing_basis"][0] == "《行政处罚法》（2021）第63条第1款"
    await refused(bureau, "facts-incomplete", "25")
    await issue(bureau, "25", facts={"place": "询问室", "speaker": {"name": "张伟", "post": "厂长"}})
    told = await facts(bureau, "document-25")
    assert (told["statement"], told["speaker"]["name"], told["signed_on"]) == ("已停用该起重机\n请求从轻", "张伟", "2021-09-13")
    assert (await issue(bureau, "27", facts=REACHED))["document_no"] == "（东湖）应急听通〔2021〕1号"
    told = await facts(bureau, "document-27")
    assert (told["held_at"], told["place"], told["host"]["name"]) == ("2021-09-26T09:00:00+08:00", "二楼会议室", "o-zhao")
    assert (told["representatives"], told["absence_basis"]) == ("1至2", "《行政处罚法》（2021）第64条第1款第6项")
    await issue(bureau, "28", facts={"record": "主持人：开始。\n申请人：请求从轻。"})
    assert [one["name"] for one in (await facts(bureau, "document-28"))["representatives"]] == ["陈律师"]
    assert (await issue(bureau, "29", facts={"summary": "请求从轻"}))["document_no"] == "（东湖）应急听报〔2021〕1号"
    assert (await facts(bureau, "document-29"))["opinion"]["text"] == "事实清楚，建议维持。"
    assert (await issue(bureau, "30"))["document_no"] == "（东湖）应急处呈〔2021〕1号"
    told = await facts(bureau, "document-30")
    assert told["opinion"] == "建议处罚。建议给予罚款人民币伍万元整（¥50,000.00）的行政处罚。"
    assert (told["defence"], told["review"]["text"], told["approval"]) == ("已停用该起重机\n请求从轻", "程序合法。", None)
    assert told["case_facts"].startswith("1．未使用固定式龙门钩。违反了《安全生产法》（2021）第36条第1款的规定")
    await issue(bureau, "31", facts={"place": "三楼"})
    told = await facts(bureau, "document-31")
    assert [one["name"] for one in told["members"]] == ["陈局长", "熊副局长"]
    assert told["conclusion"] == "同意承办人的处理意见。一致同意。"
    await bureau.decide()
    await issue(bureau, "34")
    procedure = (await facts(bureau, "document-34"))["procedure"]
    assert "你单位进行了陈述、申辩。本机关于2021年9月26日举行听证。本案已经法制审核、集体讨论。" in procedure
    again = {"document_id": "document-30", "reason": "补充审批意见"}
    assert (await issue(bureau, "30", "document-2", supersedes=again))["document_no"] == "（东湖）应急处呈〔2021〕1号"
    assert (await facts(bureau, "document-2"))["approval"]["text"].startswith("同意给予罚款人民币伍万元整")


async def test_the_limit_is_extended(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await refused(bureau, "step-missing", "45")
    await bureau.post("approver", "extensions", {"reason": "案情复杂"})
    due = (await bureau.get())["decision_due_on"]
    await issue(bureau, "45")
    told = await facts(bureau, "document-45")
    assert (told["until"], told["reason"], told["filed_on"]) == (due, "案情复杂。", "2021-09-08")
    assert told["basis"][0].startswith("《")


async def test_paid_later_and_added_to(bureau: Bureau) -> None:
    await bureau.served_case()
    parts = [{"due_on": "2021-10-20", "amount_fen": 300_000}, {"due_on": "2021-11-20", "amount_fen": 600_000}]
    asked = {"reason": "资金困难", "instalments": parts, "applied_on": "2021-09-20"}
    bureau.until("2021-09-20")
    await bureau.post("officer", "deferrals", asked)
    await refused(bureau, "step-missing", "38")
    await bureau.post("approver", "deferral-answers", {"agreed": True, "opinion": "情况属实"})
    assert "缴审" in (await issue(bureau, "38"))["document_no"]
    told = await facts(bureau, "document-38")
    assert (told["kind"], told["fine"]["fen"], told["approval"]["text"]) == ("分期缴纳罚款", 900_000, "同意。情况属实。")
    first = await issue(bureau, "39", facts=BANK)
    second = await issue(bureau, "39", "document-2", facts={**BANK, "which": 2})
    assert first["document_no"] != second["document_no"]
    told = await facts(bureau, "document-2")
    assert (told["instalment"]["number"], told["instalment"]["amount"]["capitals"]) == (2, "陆仟元整")
    await refused(bureau, "facts-incomplete", "39", "document-3", facts={**BANK, "which": 3})
    early = await bureau.post("officer", "demands", {"purpose": "payment"}, status=409)
    assert (early["code"], early["due_on"]) == ("payment-not-overdue", "2021-10-20")
    await bureau.pay(100_000, "B1")
    bureau.until("2021-10-21")
    await bureau.service.settle()
    late = await bureau.post("officer", "demands", {"purpose": "payment"})
    assert (late["amount_fen"], late["instalments"]) == (
        200_000, [{"number": 1, "due_on": "2021-10-20", "amount_fen": 200_000}],
    )  # fmt: skip
    assert (await bureau.post("officer", "demands", {"purpose": "court"}, status=409))["code"] == "payment-not-overdue"
    bureau.until("2021-11-30")
    await bureau.service.settle()
    demanded = await bureau.post("officer", "demands", {"purpose": "payment"})
    assert (await issue(bureau, "36", "document-late", facts={**BANK, **REACHED, "which": 1}))["document_no"] == late[
        "document_no"
    ]
    told = await facts(bureau, "document-late")
    assert (told["unpaid"]["fen"], told["due_on"], [one["number"] for one in told["instalments"]]) == (200_000, "2021-10-20", [1])
    assert (await issue(bureau, "36", facts={**BANK, **REACHED}))["document_no"] == demanded["document_no"]
    told = await facts(bureau, "document-36")
    assert (told["unpaid"]["fen"], told["earlier"]["name"]) == (800_000, "行政处罚决定书（单位）")
    assert [(one["number"], one["amount"]["fen"]) for one in told["instalments"]] == [(1, 200_000), (2, 600_000)]
    added = await bureau.post("approver", "surcharges", {})
    assert (await issue(bureau, "37", facts=BANK, remedies=REMEDIES))["document_no"] == added["document_no"]
    told = await facts(bureau, "document-37")
    assert (told["amount"]["fen"], told["basis"]) == (added["amount_fen"], ["《行政处罚法》（2021）第72条第1款第1项"])


async def test_demand_and_court(bureau: Bureau) -> None:
    demand = await demanded(bureau)
    bureau.until("2022-04-06")
    await bureau.service.settle()
    asked = await bureau.post("approver", "court-applications", {"court": "东湖区人民法院"})
    assert (await issue(bureau, "41", facts={**BANK, **REACHED}))["document_no"] == demand["document_no"]
    assert (await facts(bureau, "document-41"))["period"] == "10个工作日"
    assert (await issue(bureau, "42", facts={**REACHED, "organ_head": "陈局长"}))["document_no"] == asked["document_no"]
    told = await facts(bureau, "document-42")
    assert told["contested"] == "在法定期限内未申请行政复议或者提起行政诉讼"
    assert (told["court"], told["unpaid"]["fen"], told["demand"]["number"]) == ("东湖区人民法院", 900_000, demand["document_no"])
    receipt = await issue(bureau, "40", facts={"places": {demand["document_no"]: "东湖区一号门卫室"}})
    assert receipt["document_no"] is None, "no block of the series is leased to us"
    rows = (await facts(bureau, "document-40"))["served"]
    assert [row["document"] for row in rows] == ["行政处罚告知书", "行政处罚决定书（单位）", "行政强制执行事先催告书"]
    assert [row["place"] for row in rows] == ["东湖区一号", "东湖区一号", "东湖区一号门卫室"]
    assert {row["manner"] for row in rows} == {"直接送达"}
    await refused(bureau, "form-stands", "40", "document-2")


async def test_demands_say_of_what_a_sum_is_made_and_what_became_of_the_remedies(bureau: Bureau) -> None:
    """Due on 8 October 2021: demanded, surcharged, fought in vain, partly paid, surcharged and demanded again."""
    await bureau.served_case()
    bureau.until("2021-10-12")
    await bureau.service.settle()
    await bureau.post("officer", "demands", {"purpose": "court"})
    await issue(bureau, "41", facts={**BANK, **REACHED})
    told = await facts(bureau, "document-41")
    assert (told["contested"], told["shares"]) == (None, []), "the party may still act"
    first = await bureau.post("approver", "surcharges", {})
    sought = {"kind": "reconsideration", "authority": "东湖区人民政府", "applied_on": "2021-10-12"}
    await bureau.post("officer", "remedies", sought)
    await bureau.post("officer", "remedies/answers", {"accepted": True, "answered_on": "2021-10-12"})
    result = {"result": "upheld", "reference_no": "东府复决1号", "decided_on": "2021-10-12", "received_on": "2021-10-12"}
    await bureau.post("officer", "remedies/results", result)
    bureau.until("2021-10-20")
    await bureau.pay(400_000, "B1")
    bureau.until("2021-11-30")
    await bureau.service.settle()
    second = await bureau.post("approver", "surcharges", {})
    await issue(bureau, "37", "surcharge-1", facts={**BANK, "which": 1}, remedies=REMEDIES)
    told = await facts(bureau, "surcharge-1")
    assert (told["amount"]["fen"], told["added"], told["paid"]) == (first["amount_fen"], None, None)
    assert (await issue(bureau, "37", "surcharge-2", facts=BANK, remedies=REMEDIES))["document_no"] == second["document_no"]
    told = await facts(bureau, "surcharge-2")
    assert (told["added"]["fen"], told["paid"]["fen"]) == (first["amount_fen"], 400_000)
    assert [one["number"] for one in told["before"]] == [first["document_no"]]
    await refused(bureau, "facts-incomplete", "37", "surcharge-3", facts={**BANK, "which": 3}, remedies=REMEDIES)
    demand = await bureau.post("officer", "demands", {"purpose": "court"})
    await issue(bureau, "41", "demand-2", facts={**BANK, **REACHED})
    told = await facts(bureau, "demand-2")
    assert told["contested"] == "不服该决定，东湖区人民政府行政复议（东府复决1号）维持，该决定已经生效"
    assert [(one["name"], one["amount"]["fen"]) for one in told["shares"]] == [
        ("罚款", 500_000), ("加处罚款", demand["amount_fen"] - 500_000),
    ]  # fmt: skip


async def test_transferred_to_the_police(bureau: Bureau) -> None:
    await transfers.filed(bureau)
    await refused(bureau, "step-missing", "43")
    told = await bureau.post("officer", "transfers", transfers.REPORT)
    await bureau.post("approver", "transfer-decisions", {"agreed": True, "opinion": "同意移送"})
    over = await bureau.post("officer", "transfer-handovers", transfers.OVER)
    assert (await issue(bureau, "43"))["document_no"] == told["document_no"]
    paper = await facts(bureau, "document-43")
    assert (paper["authority"], paper["handling"]["signers"]) == ("南昌市公安局", HANDLERS)
    assert paper["approval"]["text"] == "同意移送。"
    assert (await issue(bureau, "44", facts={"pages": 30}))["document_no"] == over["document_no"]
    paper = await facts(bureau, "document-44")
    assert (paper["materials"], paper["copies"], paper["pages"]) == (["调查报告1份", "证据材料12份"], 13, 30)
    assert paper["basis"][0].startswith("《")


async def test_on_the_spot(bureau: Bureau) -> None:
    await decide(bureau, **CASH)
    made = await issue(bureau, "32", case_id="spot-1", remedies=REMEDIES)
    assert made["document_no"] == "（东湖）应急罚当〔2021〕1号"
    told = await facts(bureau, "document-32")
    assert (told["on_the_spot"], told["payment"], told["statement"]) == (True, None, "没有异议")
    assert (told["party"]["name"], told["penalty"]) == ("南昌某钢铁有限公司", "罚款人民币壹佰元整（¥100.00）")
    person = {"person_id": "p-zhang", "name": "张三丰", "id_number": "360102199001010018", "address": "东湖区二号"}
    charge = {
        "law": "WSL", "law_version": "2021", "phase": "first", "subject": "person", "amount_fen": 0, "reason": "警告",
        "fact": "未签订安全生产管理协议", **personal(),
    }  # fmt: skip
    await decide(bureau, "spot-2", party_kind="person", person=person, charges=[charge], kinds=["warning"])
    await refused(bureau, "step-missing", "32", "document-2", case_id="spot-2", remedies=REMEDIES)
    await issue(bureau, "33", case_id="spot-2", remedies=REMEDIES)
    told = await facts(bureau, "document-33")
    assert (told["party"]["name"], told["penalty"], told["payment"]) == ("张三丰", "警告", None)
    assert (await bureau.get("/v1/documents/document-33"))["owner"] == "p-zhang"
    assert all("张三丰".encode() not in row["data"] for row in await bureau.service.events("casetrail.penalty.document-issued"))


async def test_nothing_is_said_to_be_owed_by_a_decision_that_was_revoked(bureau: Bureau) -> None:
    await bureau.served_case()
    await bureau.hears_rectified()
    number = (await bureau.get())["decision"]["document_no"]
    await bureau.post("approver", "revocations", {"cause": "supervision", "reason": "上级责令撤销", "anew": False})
    refused_ground = await bureau.post("approver", "closings", {"reason": "结案"}, status=409)
    assert (refused_ground["code"], refused_ground["fitting"]) == ("ground-not-given", "revoked")
    await bureau.post("approver", "closings", {"reason": "决定已撤销", "ground": "revoked"})
    await issue(bureau, "46")
    told = await facts(bureau, "document-46")
    assert told["result"] == f"{number}：罚款人民币玖仟元整（¥9,000.00）（已撤销）。"
    assert told["execution"].splitlines()[0] == f"{number}：处罚决定已撤销，不再执行。"


async def test_the_case_is_closed_and_its_file_put_away(bureau: Bureau) -> None:
    await bureau.served_case()
    await bureau.pay(900_000, "B1")
    await bureau.hears_rectified()
    await issue(bureau, "34")
    await refused(bureau, "step-missing", "46")
    await bureau.publish()
    await bureau.post("approver", "closings", {"reason": "已全部履行"})
    number = (await bureau.get())["decision"]["document_no"]
    assert (await issue(bureau, "46"))["document_no"] == "（东湖）应急结〔2021〕1号"
    told = await facts(bureau, "document-46")
    assert told["result"] == f"{number}：罚款人民币玖仟元整（¥9,000.00）。"
    assert told["execution"] == f"{number}：罚款已于2021年9月18日缴清。\n移送的隐患均已整改合格。"
    await bureau.post("officer", "archivings", {"volumes": 1, "pages": 60, "keep_years": 30})
    await refused(bureau, "archived-already", "40")
    await bureau.service.settle()
    await issue(bureau, "47", facts={"archive_no": "2021-17"})
    told = await facts(bureau, "document-47")
    assert (told["closed_on"], told["archived_on"], told["kept_for"]) == ("2021-09-18", "2021-09-18", "30年")
    await issue(bureau, "48", facts={"pages": {"document-34": "3—5"}})
    told = await facts(bureau, "document-48")
    assert [(row["title"], row["page"]) for row in told["entries"]] == [
        ("证据：现场检查记录", None), ("行政处罚决定书（单位）", "3—5"), ("结案审批表", None),
    ]  # fmt: skip
    assert told["entries"][1]["number"] == number


def test_of_every_form_it_is_said_how_it_is_made() -> None:
    assert set(COMPOSED) == set(EDITABLE)
    assert set(NUMBERS) <= set(COMPOSED)
    assert {"01", *(f"{no}" for no in range(24, 49))} == set(COMPOSED)
