"""Documents of a case over HTTP: made of what was recorded, under the numbers of their steps, frozen, signed, corrected."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Any

import orjson

from chassis.sealing import certificates_of, seals_of, sign
from services.penalty import queries
from services.penalty.documents import FORMS
from tests.certificates import PASSPHRASE, authority
from tests.service.penalty.bureau import CASE, CRANE, ENTERPRISE, HANDLERS, Bureau
from tests.service.plans import nodes

REMEDIES = {"reconsideration": ["南昌市东湖区人民政府"], "court": "南昌铁路运输法院"}
BANK = {"bank": "中国银行东湖支行", "account": "2007000018"}
REACHED = {"organ_address": "三经路1号", "contact": "王建国", "organ_phone": "0791-88888888"}
GIVEN: dict[str, dict[str, Any]] = {
    "24": {"facts": REACHED}, "26": {"facts": REACHED}, "34": {"facts": BANK, "remedies": REMEDIES},
    "35": {"facts": BANK, "remedies": REMEDIES},
}  # fmt: skip
"""What no event tells of a form."""
PERSON = {
    "party_id": "person-1", "name": "欧阳某某", "id_number": "360102198001010005", "capacity": "directly-responsible",
    "sex": "女", "age": 41, "employer": "南昌某钢铁有限公司", "post": "设备主管", "address": "东湖区二号",
    "reason": "直接责任人员",
}  # fmt: skip
AGAINST_PERSON: dict[str, Any] = {
    "item_code": "STL-K1", "law": "WSL", "law_version": "2021", "article": "99", "item": "2", "phase": "overdue",
    "subject": "person", "amount_fen": 1_500_000, "reason": "直接责任人员", "party_id": "person-1",
}  # fmt: skip


def body(form: str, document_id: str | None = None, **changes: Any) -> dict[str, Any]:
    return {"document_id": document_id or f"document-{form}", "form": form, "case_id": CASE, **GIVEN.get(form, {}), **changes}


async def issue(bureau: Bureau, form: str, document_id: str | None = None, **changes: Any) -> Any:
    answer = await bureau.client("officer").post("/v1/documents", json=body(form, document_id, **changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def refused(bureau: Bureau, code: str, form: str, document_id: str | None = None, **changes: Any) -> Any:
    answer = await bureau.client("officer").post("/v1/documents", json=body(form, document_id, **changes))
    assert (answer.status_code, answer.json().get("code")) == (409, code), answer.text
    return answer.json()


async def facts(bureau: Bureau, document_id: str, role: str = "officer") -> Any:
    return (await bureau.get(f"/v1/documents/{document_id}", role))["facts"]


async def file(bureau: Bureau, document_id: str, **asked: str) -> bytes:
    answer = await bureau.client("officer").get(f"/v1/documents/{document_id}/file", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.content


async def test_filing_notice_and_decision_are_made_of_the_case_under_its_numbers(bureau: Bureau) -> None:
    await bureau.served_case()
    seen = await bureau.get()
    filing, notice, decision = [await issue(bureau, form) for form in ("01", "24", "34")]
    assert filing["document_no"] == seen["case_no"]
    assert notice["document_no"] == seen["notice"]["document_no"]
    assert decision["document_no"] == seen["decision"]["document_no"]
    told = await facts(bureau, "document-01")
    assert (told["cause"], told["case_name"]) == ("未使用固定式龙门钩案", "南昌某钢铁有限公司未使用固定式龙门钩案")
    assert (told["found_on"], told["requested_on"]) == ("2021-09-06", "2021-09-08")
    assert [officer["card"] for officer in told["officers"]] == ["JX1", "JX2"]
    assert (told["approval"]["text"], told["approval"]["on"]) == ("同意立案。", "2021-09-08")
    told = await facts(bureau, "document-24")
    [charge] = told["charges"]
    assert charge["breached"] == ["《安全生产法》（2021）第36条第1款"]
    assert (charge["provision"], charge["penalty"]) == ("《安全生产法》（2021）第99条第2项", "罚款人民币玖仟元整（¥9,000.00）")
    assert (told["period"], told["until"], told["basis"][0]) == ("3个工作日", "2021-09-16", "《行政处罚法》（2021）第44条")
    told = await facts(bureau, "document-34")
    assert (told["party"]["name"], told["party"]["address"]) == ("南昌某钢铁有限公司", "东湖区一号")
    assert (told["evidence"], told["penalty"]) == (["现场检查记录"], "罚款人民币玖仟元整（¥9,000.00）")
    assert (told["payment"]["period"], told["payment"]["surcharge"], told["payment"]["surcharge_most"]) == ("15日", "3%", "100%")
    assert told["payment"]["surcharge_basis"] == "《行政处罚法》（2021）第72条第1款第1项"
    assert (told["remedies"]["reconsideration_period"], told["remedies"]["litigation_period"]) == ("60日", "6个月")
    assert told["procedure"].startswith(f"本机关于2021年9月13日向你单位送达《行政处罚告知书》（{notice['document_no']}）")
    assert told["procedure"].endswith("你单位明确表示放弃陈述、申辩。")


async def test_the_same_facts_make_the_same_file_again(bureau: Bureau) -> None:
    await bureau.served_case()
    made = await issue(bureau, "34")
    pdf = await file(bureau, "document-34")
    assert hashlib.sha256(pdf).hexdigest() == made["sha256"]
    told = await bureau.get("/v1/documents/document-34", "officer")
    [stored] = await bureau.service.events("casetrail.penalty.document-issued")
    form = FORMS["34"]
    again = await asyncio.to_thread(form.render, form.read(told["facts"]), told["document_no"], stored["occurred_at"])
    assert (again.sha256, again.template) == (told["file_sha256"], told["template"])


async def test_before_its_step_there_is_no_document_and_citations_are_nobodys_to_type(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    assert "行政处罚决定书（单位）" in (await refused(bureau, "step-missing", "34"))["detail"]
    await refused(bureau, "step-missing", "24")
    await refused(bureau, "document-unknown", "99")
    await refused(bureau, "party-unknown", "01", party_id="person-9")
    await bureau.investigate()
    await bureau.notify()
    await refused(bureau, "step-missing", "26")
    lacking = await refused(bureau, "facts-incomplete", "24", facts={})
    assert lacking["missing"] == ["organ_address", "contact", "organ_phone"]
    assert lacking["detail"].startswith("文书内容不完整，缺少：机关联系地址（organ_address）")
    for name in ("charges", "basis", "penalty", "until", "organ"):
        problem = await refused(bureau, "fact-not-editable", "24", facts={**REACHED, name: []})
        assert problem["field"] == name
    worded = await issue(bureau, "24", wording=[{"item_code": "STL-K1", "text": "1号铸造起重机未使用固定式龙门钩"}])
    assert worded["document_no"]
    assert (await facts(bureau, "document-24"))["charges"][0]["text"] == "1号铸造起重机未使用固定式龙门钩。"


async def test_a_document_says_what_was_told_when_its_step_was_taken(bureau: Bureau) -> None:
    """New evidence and another closing come after the first notice: its document still says what it said."""
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "made", "text": "已整改"})
    await bureau.post(
        "officer", "evidence", {"kind": "documentary", "title": "检验报告", "officers": HANDLERS, "sha256": "d" * 64}
    )
    await bureau.post("officer", "investigation-closings", {"charges": [{**CRANE, "amount_fen": 800_000}], "opinion": "改为从轻"})
    await issue(bureau, "24")
    told = await facts(bureau, "document-24")
    assert (told["penalty"], told["evidence"]) == ("罚款人民币玖仟元整（¥9,000.00）", ["现场检查记录"])
    await bureau.notify()
    second = await issue(bureau, "24", "document-2")
    told = await facts(bureau, "document-2")
    assert (told["penalty"], told["evidence"]) == ("罚款人民币捌仟元整（¥8,000.00）", ["现场检查记录", "检验报告"])
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    await issue(bureau, "34")
    procedure = (await facts(bureau, "document-34"))["procedure"]
    assert second["document_no"] in procedure
    assert procedure.endswith("你单位明确表示放弃陈述、申辩。"), "what was said of the first notice is not said of the second"


async def test_only_officers_issue_and_staff_of_the_district_read(bureau: Bureau) -> None:
    await bureau.served_case()
    for role in ("approver", "legal-reviewer", "finance", "auditor", "enterprise"):
        answer = await bureau.client(role).post("/v1/documents", json=body("34"))
        assert answer.status_code == 403
    await issue(bureau, "34")
    await issue(bureau, "01")
    foreign = bureau.service.client("officer", id="p-far", districts=("xihu",), organ="xihu-emb")
    owner = bureau.service.client("enterprise", id="p-own", districts=("donghu",), enterprise_id=ENTERPRISE)
    stranger = bureau.service.client("enterprise", id="p-other", districts=("donghu",), enterprise_id="e-2")
    async with foreign, owner, stranger:
        for client, document, status in (
            (foreign, "34", 404), (owner, "34", 200), (owner, "01", 404), (stranger, "34", 404),
        ):  # fmt: skip
            for path in (f"document-{document}", f"document-{document}/file"):
                assert (await client.get(f"/v1/documents/{path}")).status_code == status


async def test_nothing_is_given_before_it_is_recorded_who_reads_it(bureau: Bureau) -> None:
    await bureau.served_case()
    await issue(bureau, "34")
    await facts(bureau, "document-34")
    await bureau.client("manager").get("/v1/documents/document-34/file", params={"reason": "监督"})
    looks = await bureau.service.events("casetrail.penalty.file-read")
    assert len(looks) == 2
    await bureau.service.settle()
    told = (await bureau.get("/v1/reads?thing_id=document-34", "auditor"))["items"]
    assert sorted((row["part"], row["reader_role"], row["reason"]) for row in told) == [
        ("facts", "officer", None), ("file", "manager", "监督"),
    ]  # fmt: skip
    assert {row["case_id"] for row in told} == {CASE}


async def test_a_correction_is_another_document_that_bears_the_same_number(bureau: Bureau) -> None:
    await bureau.served_case()
    first = await issue(bureau, "34")
    before = await file(bureau, "document-34")
    await refused(bureau, "number-borne", "34", "document-2")
    await refused(bureau, "document-exists", "34", supersedes={"document_id": "document-34", "reason": "笔误"})
    await issue(bureau, "01")
    await refused(bureau, "other-document", "34", "document-2", supersedes={"document_id": "document-01", "reason": "笔误"})
    correction = {"document_id": "document-34", "reason": "账号有误"}
    second = await issue(bureau, "34", "document-2", supersedes=correction)
    assert second["document_no"] == first["document_no"]
    assert await file(bureau, "document-34") == before
    assert (await bureau.get("/v1/documents/document-34"))["superseded_by"]["by"] == "document-2"
    await refused(bureau, "already-superseded", "34", "document-3", supersedes=correction)
    await bureau.service.settle()
    listed = (await bureau.get(f"/v1/documents?case_id={CASE}&form=34"))["items"]
    assert {row["document_id"]: row["state"] for row in listed} == {"document-34": "superseded", "document-2": "issued"}


async def test_of_two_issued_at_once_one_bears_the_number(bureau: Bureau) -> None:
    await bureau.served_case()
    client = bureau.client("officer")
    answers = await asyncio.gather(*(client.post("/v1/documents", json=body("34", f"document-{n}")) for n in (1, 2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_signatures_are_added_and_checked(bureau: Bureau) -> None:
    await bureau.served_case()
    await issue(bureau, "34")
    pdf = await file(bureau, "document-34")
    root, p12 = authority()
    signed = await asyncio.to_thread(sign, pdf, p12, PASSPHRASE, "行政处罚决定")
    seal = {"signatory": "seal", "name": "东湖区应急管理局", "manner": "certificate"}
    client = bureau.client("officer")
    for data, status in ((pdf, 409), (signed[10:], 409), (signed, 201), (signed, 201)):
        sent = {**seal, "file": base64.b64encode(data).decode()}
        assert (await client.post("/v1/documents/document-34/signatures", json=sent)).status_code == status
    [found] = await asyncio.to_thread(seals_of, await file(bureau, "document-34", signed="seal"), certificates_of(root))
    assert (found.intact, found.trusted, found.covers_all) == (True, True, True)
    told = await bureau.get("/v1/documents/document-34")
    assert ([one["signatory"] for one in told["signed"]], told["missing_signatures"], told["complete"]) == (["seal"], [], True)
    refusal = {"signatory": "seal", "reason": "不认可", "witness": "社区干部"}
    for signatory, code in (("seal", "already-signed"), ("recipient", "signatory-unknown")):
        told = {**refusal, "signatory": signatory}
        answer = await client.post("/v1/documents/document-34/signature-refusals", json=told)
        assert answer.json()["code"] == code
    assert await file(bureau, "document-34") == pdf


async def test_a_natural_persons_decision_is_sealed_for_that_person(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.post("officer", "parties", PERSON)
    failed = {"hazard_id": "h-1", "re_inspected_on": "2021-09-09"}
    await bureau.hears("inspection", "re-inspection-failed", failed, ENTERPRISE)
    await bureau.investigate(**AGAINST_PERSON)
    bureau.until("2021-09-13")
    await bureau.post("officer", "notices", {"manner": "direct", "party_id": "person-1"})
    form = (await bureau.get())["parties"][1]["notice"]["form_no"]
    await bureau.post("officer", "statements", {"kind": "waived", "party_id": "person-1"})
    bureau.until("2021-09-23")
    await bureau.service.settle()
    await bureau.decide(body={"party_id": "person-1"})
    await issue(bureau, str(form), party_id="person-1")
    await issue(bureau, "35", party_id="person-1")
    await refused(bureau, "step-missing", "34")
    told = await facts(bureau, "document-35")
    assert (told["party"]["name"], told["party"]["id_no"], told["party"]["post"]) == ("欧阳某某", PERSON["id_number"], "设备主管")
    assert told["procedure"].startswith("本机关于2021年9月13日向你送达")
    stored = await bureau.service.events("casetrail.penalty.document-issued")
    assert all(b"enc:v1:" in row["data"] and "欧阳某某".encode() not in row["data"] for row in stored)
    owner = bureau.service.client("enterprise", id="p-own", districts=("donghu",), enterprise_id=ENTERPRISE)
    async with owner:
        assert (await owner.get("/v1/documents/document-35")).status_code == 404


FILL = """
INSERT INTO documents SELECT 'd-' || n, 'dist-' || n % 13, CASE n % 50 WHEN 0 THEN 'superseded' ELSE 'issued' END,
    (24 + n % 25)::text, 'x', NULL, 'c-' || n / 20, 'unit', 'e-' || n / 300, 'f', '2021-01-01'::date + n % 400, 0, 1
FROM generate_series(1, 30000) n;
INSERT INTO reads SELECT 'r-' || n, 'dist-' || n % 13, 'document', 'd-' || n / 30, 'file', NULL, 'c-' || n / 90, 'e-' || n / 300,
    'p-' || n % 200, 'officer', NULL, '2021-01-01'::date + n % 400, now(), 1
FROM generate_series(1, 30000) n
"""
ASKED: list[tuple[str, dict[str, str]]] = [
    ("documents", {}), ("documents", {"state": "superseded"}), ("documents", {"district": "dist-3"}),
    ("documents", {"form": "34"}), ("documents", {"case_id": "c-7"}), ("reads", {}), ("reads", {"district": "dist-3"}),
    ("reads", {"thing_id": "d-7"}), ("reads", {"reader_id": "p-7"}), ("reads", {"enterprise_id": "e-7"}),
]  # fmt: skip


async def test_an_index_is_behind_each_question(bureau: Bureau) -> None:
    connection, pool = bureau.service.connection, bureau.service.app.state.pool
    await connection.execute(FILL, timeout=120)
    for table in ("documents", "reads"):
        await connection.execute(f"VACUUM ANALYZE {table}")
    kinds: set[str] = set()

    class Planned:
        async def fetch(self, sql: str, *args: Any) -> list[Any]:
            plan = await pool.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *args)
            kinds.update(node["Node Type"] for node in nodes(orjson.loads(plan)[0]["Plan"]))
            return []

    planned: Any = Planned()
    for table, asked in ASKED:
        kinds.clear()
        if table == "documents":
            wanted = queries.DocumentFilter(**{**dict.fromkeys(("state", "district", "case_id", "form")), **asked})
            await queries.documents(planned, wanted, None, 50)
        else:
            looks = queries.ReadFilter(**{**dict.fromkeys(("district", "thing_id", "reader_id", "enterprise_id")), **asked})
            await queries.reads(planned, looks, None, 50)
        assert kinds, asked
        assert "Seq Scan" not in kinds, asked
