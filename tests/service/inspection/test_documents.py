"""Documents over HTTP: made of what was recorded, numbered, frozen, signed, corrected by another one."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from chassis.blobs import BlobDamaged, BlobMissing, Blobs
from chassis.sealing import certificates_of, seals_of, sign
from services.inspection.documents import FORMS
from tests.certificates import PASSPHRASE, authority
from tests.media import picture
from tests.service.inspection.measures import THINGS, seized
from tests.service.inspection.office import Office

REMEDIES = {"reconsideration": ["南昌市东湖区人民政府"], "court": "南昌铁路运输法院"}
STROKES = {"signatory": "officer-1", "strokes": [[[0, 40], [40, 0], [80, 80]]]}


def body(document_id: str = "document-1", form: str = "05", **changes: Any) -> dict[str, Any]:
    order = {"order_id": "order-1", "remedies": REMEDIES} if form in ("05", "06") else {}
    return {"document_id": document_id, "form": form, "inspection_id": "task-1", **order, **changes}


async def file(office: Office, document_id: str = "document-1", role: str = "officer", **asked: str) -> bytes:
    answer = await office.client(role).get(f"/v1/documents/{document_id}/file", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.content


def archive() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("a.txt", "x")
    return held.getvalue()


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


async def test_an_order_is_laid_out_with_its_facts_citations_and_number(office: Office) -> None:
    await office.ordered("h-one", "h-two")
    made = await office.post(
        "officer", "documents", body(wording=[{"hazard_id": "h-one", "text": "除尘器灰斗积尘未清理"}], pictures=[STROKES])
    )
    assert made["document_no"] == (await office.get("orders/order-1"))["document_no"]
    pdf = await file(office)
    assert hashlib.sha256(pdf).hexdigest() == made["sha256"]
    told = await office.get("documents/document-1")
    first, second = told["facts"]["problems"]
    assert first["text"] == "打磨车间：除尘器灰斗积尘未清理"
    assert second["text"] == "打磨车间：设备表面积尘"
    assert first["basis"]
    assert all("《中华人民共和国安全生产法》" in one or "《" in one for one in first["basis"])
    assert told["facts"]["remedies"]["reconsideration_period"] == "60日"
    assert told["facts"]["remedies"]["litigation_period"] == "6个月"
    assert [picture["signatory"] for picture in told["pictures"]] == ["officer-1"]


async def test_the_same_facts_make_the_same_file_again(office: Office) -> None:
    await office.ordered("h-one")
    await office.post("officer", "documents", body())
    told = await office.get("documents/document-1")
    form = FORMS["05"]
    [stored] = await office.under_test.events("casetrail.inspection.document-issued")
    again = form.render(form.read(told["facts"]), told["document_no"], stored["occurred_at"])
    assert (again.sha256, again.template) == (told["file_sha256"], told["template"])


async def test_plan_record_and_opinion_are_made_of_what_was_recorded(office: Office) -> None:
    await office.ordered("h-one")
    plan = await office.post("officer", "documents", body("plan-1", "02", facts={"address": "扬子洲路8号"}))
    record = await office.post("officer", "documents", body("record-1", "03"))
    await office.refused("not-re-inspected", "officer", "documents", body("opinion-1", "06"))
    await office.report("h-one")
    await office.re_inspect(h_one=True)
    opinion = await office.post("officer", "documents", body("opinion-1", "06", facts={"opinion": "同意通过复查"}))
    numbers = [made["document_no"] for made in (plan, record, opinion)]
    assert [one[one.index("急") + 1 : one.index("〔")] for one in numbers] == ["检查", "检记", "复查"]
    told = (await office.get("documents/record-1"))["facts"]
    assert told["begun_at"] == "2021-09-06T10:00:00+08:00", "moments are printed in China's time"
    findings = told["findings"]
    assert "设备表面积尘" in findings
    assert "不符合" in findings
    assert (await office.get("documents/opinion-1"))["facts"]["verdicts"][0]["passed"] is True


async def test_a_record_is_issued_only_when_it_is_closed(office: Office) -> None:
    await office.on_site()
    await office.refused("not-concluded", "officer", "documents", body("record-1", "03"))


async def test_officers_word_facts_and_never_citations_or_days(office: Office) -> None:
    await office.ordered("h-one")
    chosen: list[dict[str, Any]] = [{"problems": []}, {"deadlines": []}, {"issued_on": "2020-01-01"}, {"organ": "某局"}]
    for facts in chosen:
        problem = await office.refused("fact-not-editable", "officer", "documents", body(facts=facts))
        assert problem["field"] == next(iter(facts))
    await office.refused("order-missing", "officer", "documents", body(remedies=None))
    deep: list[Any] = []
    for _ in range(600):
        deep = [deep]
    await office.refused(
        "facts-incomplete", "officer", "documents", body("transfer-1", "44", facts={"basis": [], "copies": deep})
    )
    far = {"signatory": "officer-1", "strokes": [[[0, 0], [10**400, 1]]]}
    await office.post("officer", "documents", body(pictures=[far]), status=422)
    await office.refused("document-unknown", "officer", "documents", body(form="01"))


async def test_other_forms_are_filled_in_and_cite_rules_by_their_codes(office: Office) -> None:
    await office.ordered("h-one")
    transfer = {
        "addressee": "东湖区消防救援大队", "filed_on": "2021-09-06", "case_name": "某木业公司案", "finding": "消防通道堵塞",
        "basis": ["inspection-powers"], "materials": ["检查记录"], "copies": 1, "pages": 3, "organ": "东湖区应急管理局",
        "issued_on": "2021-09-06",
    }  # fmt: skip
    await office.post("officer", "documents", body("transfer-1", "44", facts=transfer))
    [cited] = (await office.get("documents/transfer-1"))["facts"]["basis"]
    assert cited.startswith("《")
    typed = {**transfer, "basis": ["《安全生产法》第一条"]}
    await office.refused("citation-unknown", "officer", "documents", body("transfer-2", "44", facts=typed))
    lacking = {key: value for key, value in transfer.items() if key != "finding"}
    problem = await office.refused("facts-incomplete", "officer", "documents", body("transfer-2", "44", facts=lacking))
    assert "finding" in problem["detail"]


async def test_a_correction_is_another_document_and_the_first_stays_as_it_was(office: Office) -> None:
    await office.ordered("h-one")
    await office.post("officer", "documents", body())
    before = await file(office)
    correction = body(
        "document-2",
        wording=[{"hazard_id": "h-one", "text": "更正后的事实"}],
        supersedes={"document_id": "document-1", "reason": "笔误"},
    )
    await office.post("officer", "documents", correction)
    assert await file(office) == before
    assert (await office.get("documents/document-1"))["state"] == "superseded"
    again = {**correction, "document_id": "document-3"}
    await office.refused("number-borne", "officer", "documents", again)
    await office.refused("document-exists", "officer", "documents", body(wording=[{"hazard_id": "h-one", "text": "改写"}]))
    other = body("plan-1", "02", supersedes={"document_id": "document-2", "reason": "x"})
    await office.refused("other-document", "officer", "documents", other)
    await office.under_test.settle()
    states = {row["document_id"]: row["state"] for row in (await office.get("documents", inspection_id="task-1"))["items"]}
    assert states == {"document-1": "superseded", "document-2": "issued"}


async def test_a_number_is_borne_by_one_document_which_only_another_one_supersedes(office: Office) -> None:
    await office.ordered("h-one")
    one, two = await asyncio.gather(*(
        office.client("officer").post("/v1/documents", json=body(f"document-{n}")) for n in (1, 2)
    ))  # fmt: skip
    assert sorted((one.status_code, two.status_code)) == [201, 409]
    assert {one.json().get("code"), two.json().get("code")} == {None, "number-borne"}
    stands = "document-1" if one.status_code == 201 else "document-2"
    itself = body("document-3", supersedes={"document_id": "document-3", "reason": "x"})
    await office.refused("number-borne", "officer", "documents", itself)
    await office.post("officer", "documents", body("document-4", supersedes={"document_id": stands, "reason": "笔误"}))
    again = body("document-5", supersedes={"document_id": stands, "reason": "笔误"})
    await office.refused("number-borne", "officer", "documents", again)
    plan = body("plan-1", "02", supersedes={"document_id": "plan-1", "reason": "x"})
    await office.refused("other-document", "officer", "documents", plan)


async def test_a_scan_and_an_organs_electronic_signature_are_added_and_checked(office: Office) -> None:
    await office.ordered("h-one")
    await office.post("officer", "documents", body())
    issued = await file(office)
    scan = {"signatory": "unit-head", "name": "王厂长", "manner": "wet-scan", "file": encoded(picture("PNG"))}
    for bad in (picture("PNG")[:-20], picture("PNG")[:8] + b"scan", picture("PNG") + archive()):
        await office.refused("file-unusable", "officer", "documents/document-1/signatures", {**scan, "file": encoded(bad)})
    await office.post("officer", "documents/document-1/signatures", scan)
    await office.refused("already-signed", "officer", "documents/document-1/signatures", {**scan, "name": "他人"})
    root, p12 = authority()
    signed = await asyncio.to_thread(sign, issued, p12, PASSPHRASE, "责令限期整改")
    seal = {"signatory": "seal", "name": "东湖区应急管理局", "manner": "certificate"}
    path = "documents/document-1/signatures"
    for bad in (issued, signed[: len(issued)] + b"\n%%EOF", signed.replace(b"/ByteRange", b"/ByteRangf"), b"hello", signed[10:]):
        await office.refused("file-unusable", "officer", path, {**seal, "file": encoded(bad)})
    await office.post("officer", path, {**seal, "file": encoded(signed)})
    kept = await file(office, signed="seal")
    [found] = await asyncio.to_thread(seals_of, kept, certificates_of(root))
    assert (found.intact, found.trusted, found.covers_all) == (True, True, True)
    assert "东湖区应急管理局" in found.signer
    assert await file(office) == issued
    refusal = {"signatory": "unit-head", "reason": "不认可", "witness": "社区干部"}
    await office.refused("already-signed", "officer", "documents/document-1/signature-refusals", refusal)
    await office.post("officer", "documents/document-1/signature-refusals", {**refusal, "signatory": "witness"})


async def test_a_document_says_who_has_not_signed_yet(office: Office) -> None:
    await office.ordered("h-one")
    await office.post("officer", "documents", body(pictures=[STROKES]))
    told = await office.get("documents/document-1")
    assert (told["missing_signatures"], told["complete"]) == (["officer-2", "unit-head", "seal"], False)
    path, scan = "documents/document-1/signatures", {"name": "某人", "manner": "wet-scan", "file": encoded(picture("PNG"))}
    problem = await office.refused("signatory-unknown", "officer", path, {**scan, "signatory": "boss"})
    assert problem["places"] == "officer、unit-head、witness、seal"
    refusal = {"signatory": "unit-head", "reason": "不认可", "witness": "社区干部"}
    await office.refused(
        "signatory-unknown", "officer", "documents/document-1/signature-refusals", {**refusal, "signatory": "party"}
    )
    await office.post("officer", "documents/document-1/signature-refusals", refusal)
    for signatory in ("officer", "seal"):
        assert (await office.get("documents/document-1"))["complete"] is False
        await office.post("officer", path, {**scan, "signatory": signatory})
    told = await office.get("documents/document-1")
    assert (told["missing_signatures"], told["complete"]) == ([], True)


async def test_an_inspection_has_one_plan_and_one_record(office: Office) -> None:
    await office.concluded()
    for form in ("02", "03"):
        first, second, third = (f"{name}-{form}" for name in ("first", "second", "third"))
        await office.post("officer", "documents", body(first, form))
        problem = await office.refused("form-stands", "officer", "documents", body(second, form))
        assert problem["document_id"] == first
        await office.post("officer", "documents", body(second, form, supersedes={"document_id": first, "reason": "笔误"}))
        await office.refused("form-stands", "officer", "documents", body(third, form))
        assert (await office.get(f"documents/{first}"))["superseded_by"]["by"] == second


async def test_an_enterprise_reads_its_own_documents_only(office: Office) -> None:
    await office.ordered("h-one")
    await office.post("officer", "documents", body())
    owner, stranger = (office.client("enterprise", enterprise_id=one) for one in ("e-1", "e-2"))
    assert (await owner.get("/v1/documents/document-1/file")).status_code == 200
    for path in ("documents/document-1", "documents/document-1/file"):
        assert (await stranger.get(f"/v1/{path}")).status_code == 404
    answer = await owner.get("/v1/documents/document-1/file")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == 'inline; filename="document-1.pdf"'


async def test_an_enterprise_lists_what_is_meant_for_it(office: Office) -> None:
    await office.ordered("h-one")
    await office.post("officer", "documents", body())
    await office.post("officer", "documents", body("plan-1", "02"))
    await office.under_test.settle()
    owner, stranger = (office.client("enterprise", enterprise_id=one) for one in ("e-1", "e-2"))

    async def listed(client: Any, name: str) -> list[Any]:
        rows: list[Any] = (await client.get(f"/v1/{name}")).json()["items"]
        return rows

    assert [row["document_id"] for row in await listed(owner, "documents")] == ["document-1"]
    assert [row["order_id"] for row in await listed(owner, "orders")] == ["order-1"]
    assert [row["hazard_id"] for row in await listed(owner, "hazards")] == ["h-one"]
    for name in ("documents", "orders", "hazards"):
        assert await listed(stranger, name) == []
        answer = await owner.get(f"/v1/{name}", params={"enterprise_id": "e-2"})
        assert [row["enterprise_id"] for row in answer.json()["items"]] == ["e-1"]
    for path in ("orders/order-1", "hazards/h-one"):
        assert (await owner.get(f"/v1/{path}")).json()["enterprise_id"] == "e-1"
        assert (await stranger.get(f"/v1/{path}")).status_code == 404


async def test_an_enterprise_is_told_of_a_hazard_when_it_is_ordered_and_not_that_it_was_referred(office: Office) -> None:
    await office.concluded("h-one")
    await office.under_test.settle()
    owner = office.client("enterprise", enterprise_id="e-1")
    assert (await owner.get("/v1/hazards")).json()["items"] == []
    assert (await owner.get("/v1/hazards/h-one")).status_code == 404
    await office.post("officer", "orders", office.order_body("order-1", "h-one"))
    referral = {"referral_id": "referral-1", "inspection_id": "task-1", "hazard_ids": ["h-one"]}
    await office.post("officer", "referrals", referral)
    await office.under_test.settle()
    assert (await office.get("hazards/h-one"))["referral_id"] == "referral-1"
    [row] = (await owner.get("/v1/hazards")).json()["items"]
    assert (row["referral_id"], (await owner.get("/v1/hazards/h-one")).json()["referral_id"]) == (None, None)


async def test_what_is_addressed_to_others_is_read_by_the_enterprise_once_it_was_served(office: Office) -> None:
    await office.on_site()
    await seized(office)
    commission = {
        "measure_id": "record-1", "inspection_id": "task-1", "institute": "检测院", "articles": THINGS, "matter": "防爆",
        "due_on": "2021-10-01",
    }  # fmt: skip
    await office.post("officer", "appraisal-commissions", commission)
    contact = {"contact": "张三", "phone": "0791-1"}
    await office.post("officer", "documents", body("asked-1", "23", measure_id="record-1", facts=contact))
    owner = office.client("enterprise", enterprise_id="e-1")
    for path in ("documents/asked-1", "documents/asked-1/file"):
        assert (await owner.get(f"/v1/{path}")).status_code == 404
    handed = {
        "service_id": "service-1", "way": "in-person", "recipient": "检测院", "place": "检测院", "served_on": "2021-09-06",
        "servers": ["officer-1", "officer-2"],
    }  # fmt: skip
    await office.post("officer", "documents/asked-1/services", handed)
    await office.under_test.settle()
    assert (await owner.get("/v1/documents/asked-1")).status_code == 200
    assert [row["document_id"] for row in (await owner.get("/v1/documents")).json()["items"]] == ["asked-1"]


async def test_what_no_font_has_is_refused_by_name_and_no_number_is_lost(office: Office) -> None:
    await office.ordered("h-one")
    problem = await office.refused(
        "character-unprintable", "officer", "documents", body("plan-1", "02", facts={"remark": "\U0002b820"})
    )
    assert "U+2B820" in str(problem)
    made = await office.post("officer", "documents", body("plan-1", "02"))
    assert made["document_no"].endswith("〔2021〕1号")


async def test_a_document_is_served_by_mail_and_counts_from_its_receipt(office: Office) -> None:
    await office.ordered("h-one")
    await office.post("officer", "documents", body())
    mailed = {
        "service_id": "service-1", "way": "mail", "recipient": "王厂长", "place": "邮寄", "served_on": "2021-09-06",
        "reference": "EMS 1",
    }  # fmt: skip
    path = "documents/document-1/services"
    await office.refused("electronic-unconfirmed", "officer", path, {**mailed, "way": "electronic"})
    await office.post("officer", path, mailed)
    assert (await office.get("documents/document-1"))["effective_on"] is None
    await office.refused("served-in-future", "officer", path, {**mailed, "service_id": "service-2", "served_on": "2021-09-07"})
    back = {"returned_on": "2021-09-09", "reason": "查无此人"}
    for end, told_of in (("receipts", {"received_on": "2021-09-09"}), ("returns", back)):
        await office.refused("served-in-future", "officer", f"{path}/service-1/{end}", told_of)
    office.under_test.clock.at += timedelta(days=3)
    await office.post("officer", f"{path}/service-1/receipts", {"received_on": "2021-09-09"})
    told = await office.get("documents/document-1")
    assert (told["effective_on"], told["services"][0]["recipient"]) == ("2021-09-09", "王厂长")


async def test_nothing_but_one_more_signature_passes_for_one(office: Office) -> None:
    await office.ordered("h-one")
    await office.post("officer", "documents", body())
    issued = await file(office)
    _, p12 = authority()
    path = "documents/document-1/signatures"
    seal = {"signatory": "seal", "name": "东湖区应急管理局", "manner": "certificate"}
    noted = await asyncio.to_thread(_with_a_note, issued)
    tampered = await asyncio.to_thread(sign, noted, p12, PASSPHRASE, "x")
    await office.refused("file-unusable", "officer", path, {**seal, "file": encoded(tampered)})
    signed = await asyncio.to_thread(sign, issued, p12, PASSPHRASE, "x")
    await office.post("officer", path, {**seal, "file": encoded(signed)})
    other = {**seal, "signatory": "unit-head", "name": "王厂长"}
    for more in (signed + b"\n", signed + b"\n%%EOF\n", issued):
        await office.refused("file-unusable", "officer", path, {**other, "file": encoded(more)})
    twice = await asyncio.to_thread(sign, signed, p12, PASSPHRASE, "x", "head")
    await office.post("officer", path, {**other, "file": encoded(twice)})


def _with_a_note(pdf: bytes) -> bytes:
    """The file with a visible note put on its first page by an addition."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    note = generic.DictionaryObject({  # type: ignore[no-untyped-call]
        generic.pdf_name("/Type"): generic.pdf_name("/Annot"), generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
        generic.pdf_name("/Contents"): generic.pdf_string("already paid"),
        generic.pdf_name("/Rect"): generic.ArrayObject([generic.NumberObject(n) for n in (0, 0, 200, 50)]),  # type: ignore[no-untyped-call]
    })  # fmt: skip
    page[generic.pdf_name("/Annots")] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


async def test_an_enterprise_does_not_read_what_stays_in_the_organ(office: Office) -> None:
    await office.ordered("h-one")
    await office.post("officer", "documents", body("plan-1", "02"))
    owner = office.client("enterprise", enterprise_id="e-1")
    assert (await owner.get("/v1/documents/plan-1/file")).status_code == 404


async def test_a_file_that_is_not_as_it_was_kept_is_told_by_a_code(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.ordered("h-one")
    await office.post("officer", "documents", body())
    for error, code in ((BlobMissing, "file-missing"), (BlobDamaged, "file-damaged")):

        async def lost(self: Blobs, sha256: str, error: type[Exception] = error) -> bytes:
            raise error(sha256)

        monkeypatch.setattr(Blobs, "read", lost)
        answer = await office.client("officer").get("/v1/documents/document-1/file")
        assert (answer.status_code, answer.json()["code"]) == (500, code)
