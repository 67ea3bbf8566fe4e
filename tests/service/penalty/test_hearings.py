"""Hearings over HTTP: who may host one, what waits for it, and its documents 25 to 29: issued, signed, refused, corrected."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

from chassis.sealing import certificates_of, seals_of, sign
from tests.certificates import PASSPHRASE, authority
from tests.service.penalty.bureau import CASE, ENTERPRISE, Bureau
from tests.service.penalty.test_documents import REACHED, file, issue, refused
from tests.service.penalty.test_papers import OVERDUE, heard

HOST = "p-legal-reviewer"
CONVENED: dict[str, Any] = {"held_at": "2021-09-26T09:00:00+08:00", "place": "二楼会议室", "host": HOST, "clerk": "c-1"}
RECORD = {"record_sha256": "c" * 64}


async def asked_for(bureau: Bureau) -> None:
    """A fine of 50,000 yuan was noticed, and the party asks to be heard."""
    await bureau.hears_a_referral()
    await bureau.file()
    failed = {"hazard_id": "h-1", "order_id": "order-1", "re_inspected_on": "2021-09-08", "remark": "未整改"}
    await bureau.hears("inspection", "re-inspection-failed", failed, ENTERPRISE)
    await bureau.investigate(**OVERDUE)
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.post("officer", "hearing-requests")


async def test_nothing_is_decided_before_the_hearing_that_was_asked_for_is_held_and_reported(bureau: Bureau) -> None:
    await asked_for(bureau)
    bureau.until("2021-09-24")  # the period in which it may be asked for is over: that it was, still counts
    told = await bureau.decide(status=409)
    assert (told["code"], told["basis"]) == ("hearing-pending", "《行政处罚法》（2021）第63条第1款")
    steps = {step["name"]: step for step in (await bureau.get())["forbidden_steps"]}
    assert (steps["decide"]["code"], steps["decide"]["article"]) == (told["code"], told["basis"])
    bureau.until("2021-09-13")
    await bureau.post("officer", "hearing-convocations", CONVENED)
    bureau.until("2021-09-25")
    told = await bureau.post("legal-reviewer", "hearing-records", RECORD, status=409)
    assert (told["code"], told["basis"]) == ("before-earlier-step", "《行政处罚法》（2021）第64条第1款第2项")
    bureau.until("2021-09-26")
    await bureau.post("legal-reviewer", "hearing-records", RECORD)
    told = await bureau.decide(status=409)
    assert told["code"] == "hearing-unreported"
    assert "第65条" in told["basis"]
    await bureau.post("legal-reviewer", "hearing-reports", {"opinion": "维持"})
    told = await bureau.decide(status=409)
    assert (told["code"], "第58条" in told["basis"]) == ("legal-review-missing", True), "what was heard is reviewed"


async def test_who_stays_away_is_not_heard_and_may_be_decided_against(bureau: Bureau) -> None:
    await asked_for(bureau)
    await bureau.post("officer", "hearing-convocations", CONVENED)
    bureau.until("2021-09-26")
    await bureau.post("legal-reviewer", "hearing-absences", {"how": "absent"})
    assert (await bureau.post("legal-reviewer", "hearing-records", RECORD, status=409))["code"] == "no-hearing-requested"
    members = [{"member_id": f"m-{n}", "name": name, "opinion": "同意"} for n, name in enumerate(("陈局长", "熊副局长"))]
    await bureau.post("approver", "discussions", {"members": members, "conclusion": "approved", "note": "一致同意"})
    assert (await bureau.decide())["total_fen"] == OVERDUE["amount_fen"]


async def test_a_legal_reviewer_hosts_and_then_reviews_nothing_an_approver_of_the_case_does_not_host(bureau: Bureau) -> None:
    await asked_for(bureau)
    for host, code in (("o-li", "handler-approves"), ("p-approver", "office-held-already")):
        told = await bureau.post("officer", "hearing-convocations", {**CONVENED, "host": host}, status=409)
        assert (told["code"], told["basis"]) == (code, "《行政处罚法》（2021）第64条第1款第4项"), host
    await bureau.post("officer", "hearing-convocations", CONVENED)
    bureau.until("2021-09-26")
    await bureau.post("legal-reviewer", "hearing-records", RECORD)
    for role in ("officer", "approver"):
        assert (await bureau.post(role, "hearing-reports", {"opinion": "维持"}, status=409))["code"] == "not-the-host"
    await bureau.post("legal-reviewer", "hearing-reports", {"opinion": "事实清楚，建议维持"})
    passed = {"passed": True, "opinion": "程序合法"}
    told = await bureau.post("legal-reviewer", "legal-reviews", passed, status=409)
    assert (told["code"], told["office"], told["held"]) == ("office-held-already", "legal-reviewer", ["hearing-host"])
    async with bureau.service.client("legal-reviewer", id="p-second", districts=("donghu",), organ="donghu-emb") as second:
        assert (await second.post(f"/v1/cases/{CASE}/legal-reviews", json=passed)).status_code == 201


async def test_an_approver_from_outside_the_case_who_hosts_decides_nothing_of_it(bureau: Bureau) -> None:
    await asked_for(bureau)
    await bureau.post("officer", "hearing-convocations", {**CONVENED, "host": "p-outside"})
    bureau.until("2021-09-26")
    async with bureau.service.client("approver", id="p-outside", districts=("donghu",), organ="donghu-emb") as host:
        for path, body in (("hearing-records", RECORD), ("hearing-reports", {"opinion": "维持"})):
            assert (await host.post(f"/v1/cases/{CASE}/{path}", json=body)).status_code == 201
        members = [{"member_id": f"m-{n}", "name": "负责人", "opinion": "同意"} for n in range(2)]
        await bureau.post("approver", "discussions", {"members": members, "conclusion": "approved", "note": "同意"})
        await bureau.post("legal-reviewer", "legal-reviews", {"passed": True, "opinion": "程序合法"})
        seen = {"If-Match": f'"{(await bureau.get())["version"]}"'}
        answer = await host.post(f"/v1/cases/{CASE}/decisions", json={}, headers=seen)
        assert (answer.status_code, answer.json()["code"]) == (409, "office-held-already")
    await bureau.decide()


async def add(bureau: Bureau, form: str, what: str, body: dict[str, Any], *, code: str | None = None) -> None:
    """A signature, or its refusal, is noted of a document; or refused."""
    answer = await bureau.client("officer").post(f"/v1/documents/document-{form}/{what}", json=body)
    assert (answer.status_code, answer.json().get("code")) == (201 if code is None else 409, code), answer.text


def scanned(signatory: str, name: str, data: bytes) -> dict[str, Any]:
    return {"signatory": signatory, "name": name, "manner": "wet-scan", "file": base64.b64encode(data).decode()}


async def test_the_documents_of_a_hearing_are_signed_refused_before_a_witness_and_corrected(bureau: Bureau) -> None:
    await heard(bureau)
    speaker = {"name": "张伟", "post": "厂长"}
    given: dict[str, dict[str, Any]] = {
        "25": {"place": "询问室", "speaker": speaker}, "26": REACHED, "27": REACHED, "28": {"record": "主持人：开始。"},
        "29": {"summary": "请求从轻"},
    }  # fmt: skip
    for form, added in given.items():
        await issue(bureau, form, facts=added)
    papers = {form: await file(bureau, f"document-{form}") for form in given}
    for signatory, name in (("speaker", "张伟"), ("handler-1", "李明"), ("handler-2", "王芳"), ("recorder", "赵强")):
        await add(bureau, "25", "signatures", scanned(signatory, name, papers["25"]))
    told = await bureau.get("/v1/documents/document-25")
    assert (told["missing_signatures"], told["complete"]) == ([], True)

    root, p12 = authority()
    sealed = await asyncio.to_thread(sign, papers["26"], p12, PASSPHRASE, "听证告知")
    by_certificate = {**scanned("seal", "东湖区应急管理局", sealed), "manner": "certificate"}
    await add(bureau, "26", "signatures", by_certificate)
    await add(bureau, "27", "signatures", by_certificate, code="file-unusable")  # another document's seal
    [found] = await asyncio.to_thread(seals_of, await file(bureau, "document-26", signed="seal"), certificates_of(root))
    assert (found.intact, found.trusted) == (True, True)

    refusal = {"signatory": "applicant", "reason": "对记录有异议", "witness": "社区干部周某"}
    await add(bureau, "28", "signature-refusals", {**refusal, "signatory": "seal"}, code="signatory-unknown")
    await add(bureau, "28", "signature-refusals", refusal)
    await add(bureau, "28", "signature-refusals", refusal)  # the same again changes nothing
    await add(bureau, "28", "signatures", scanned("applicant", "张伟", papers["28"]), code="signature-was-refused")
    for signatory in ("host", "hearing-officer", "clerk"):
        await add(bureau, "28", "signatures", scanned(signatory, signatory, papers["28"]))
    told = await bureau.get("/v1/documents/document-28")
    assert (told["missing_signatures"], told["complete"]) == ([], True)
    assert len(await bureau.service.events("casetrail.penalty.document-signature-refused")) == 1

    correction = {"document_id": "document-29", "reason": "摘要有遗漏"}
    await add(bureau, "29", "signatures", scanned("host", "o-zhao", papers["29"]))
    first = await bureau.get("/v1/documents/document-29")
    second = await issue(bureau, "29", "document-29b", facts={"summary": "请求从轻，已经整改"}, supersedes=correction)
    assert second["document_no"] == first["document_no"]
    await add(bureau, "29", "signatures", scanned("approver", "局长", papers["29"]), code="already-superseded")
    await add(bureau, "29", "signature-refusals", {**refusal, "signatory": "approver"}, code="already-superseded")
    for signatory in ("host", "approver"):
        await add(bureau, "29b", "signatures", scanned(signatory, signatory, await file(bureau, "document-29b")))
    assert (await bureau.get("/v1/documents/document-29b"))["complete"]
    assert (await bureau.get("/v1/documents/document-29"))["superseded_by"]["by"] == "document-29b"
    assert await file(bureau, "document-29") == papers["29"], "what was frozen stays"
    await refused(bureau, "already-superseded", "29", "document-29c", facts={"summary": "x"}, supersedes=correction)
    await bureau.service.settle()
    listed = {row["document_id"]: row["state"] for row in (await bureau.get(f"/v1/documents?case_id={CASE}"))["items"]}
    assert listed == {**{f"document-{form}": "issued" for form in given}, "document-29": "superseded", "document-29b": "issued"}
