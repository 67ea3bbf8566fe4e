"""The file of a case as one PDF: what it holds, in which order, on which pages; and the list that the archive freezes."""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any

from PIL import Image
from pypdf import PdfReader, PdfWriter

from chassis.paperwork import blobs_at
from tests.service.penalty.bureau import CASE, CRANE, HANDLERS, Bureau
from tests.service.penalty.test_documents import issue

FILE = f"/v1/cases/{CASE}/file"
LOST = "d" * 64


def picture() -> bytes:
    made = io.BytesIO()
    Image.linear_gradient("L").resize((3000, 2000)).convert("RGB").save(made, "PNG")
    return made.getvalue()


def report() -> bytes:
    made, writer = io.BytesIO(), PdfWriter()
    for width in (595, 842):
        writer.add_blank_page(width, 595)
    writer.write(made)
    return made.getvalue()


async def evidence(bureau: Bureau, title: str, data: bytes | None, kind: str = "inspection-record") -> str:
    """A piece of evidence, whose file has arrived unless there is none."""
    sha256 = LOST if data is None else await blobs_at("memory:///").keep(data)
    told = {"kind": kind, "title": title, "officers": HANDLERS, "sha256": sha256}
    await bureau.post("officer", "evidence", told)
    return sha256


async def lived(bureau: Bureau) -> dict[str, str]:
    """A case that was served, with issued documents; a picture, a PDF, a text and a file that never came as evidence."""
    await bureau.hears_a_referral()
    await bureau.file()
    bureau.until("2021-09-10")
    given = {"照片": picture(), "鉴定报告": report(), "文本": b"not to be bound", "录像": None}
    known = {title: await evidence(bureau, title, data) for title, data in given.items()}
    await bureau.post("officer", "investigation-closings", {"charges": [CRANE], "opinion": "建议处罚"})
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    await bureau.serve()
    for form in ("24", "01", "34"):
        await issue(bureau, form)
    await bureau.service.settle()
    return known


async def fetched(bureau: Bureau, role: str = "officer") -> bytes:
    answer = await bureau.client(role).get(FILE)
    assert answer.status_code == 200, answer.text
    return answer.content


def texts(pdf: bytes) -> list[str]:
    """The text of each page, without blanks."""
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def squeezed(text: Any) -> str:
    return re.sub(r"\s", "", str(text)).replace("\u200b", "")


def listed(contents: str, title: str) -> tuple[int, int, str]:
    """On which pages the contents say that a piece is, from and to, and their remark."""
    found = re.search(r"日(\d+)(?:—(\d+))?(／|未到|另存)", contents[contents.index(title) :])
    assert found is not None, contents
    return int(found[1]), int(found[2] or found[1]), found[3]


async def test_the_file_holds_everything_in_its_order_on_the_pages_that_its_contents_name(bureau: Bureau) -> None:
    known = await lived(bureau)
    pdf = await fetched(bureau)
    pages = [squeezed(page) for page in texts(pdf)]
    assert all(f"本卷第{place}页共{len(pages)}页" in page for place, page in enumerate(pages, start=1))
    assert "未归档" in pages[0]
    order = ["行政处罚决定书（单位）", "立案审批表", *(f"证据：{title}" for title in known), "行政处罚告知书"]
    at = {title: listed(pages[1], title) for title in order}
    begins, ends = [first for first, _, _ in at.values()], [last for _, last, _ in at.values()]
    assert begins[1:] == [last + 1 for last in ends[:-1]], "each begins behind the other"
    assert (begins[0], ends[-1]) == (3, len(pages))
    for title, (first, last, _) in at.items():
        if title == "证据：鉴定报告":
            assert [pages[first - 1], pages[last - 1]] == [f"本卷第{page}页共{len(pages)}页" for page in (first, first + 1)]
        else:
            assert title in pages[first - 1]
    assert [at[f"证据：{title}"][2] for title in known] == ["／", "／", "另存", "未到"]
    for title in ("照片", "文本", "录像"):
        assert known[title] in pages[at[f"证据：{title}"][0] - 1]
    assert "未到" in pages[at["证据：录像"][0] - 1]
    assert "另存" in pages[at["证据：文本"][0] - 1]
    [drawn] = PdfReader(io.BytesIO(pdf)).pages[at["证据：照片"][0] - 1].images
    assert drawn.image is not None
    assert max(drawn.image.size) == 1600


async def test_the_same_state_gives_the_same_bytes_and_who_reads_it_is_recorded(bureau: Bureau) -> None:
    await lived(bureau)
    first = await fetched(bureau)
    bureau.until("2021-10-02")
    assert await fetched(bureau, "auditor") == first
    looks = await bureau.service.events("casetrail.penalty.file-read")
    assert len(looks) == 2
    assert all(hashlib.sha256(first).hexdigest().encode() in look["data"] for look in looks)
    for role in ("finance", "administrator", "operator", "enterprise"):
        assert (await bureau.client(role).get(FILE)).status_code == 403
    assert (await bureau.client("officer").get("/v1/cases/none/file")).status_code == 404
    async with bureau.service.client("officer", id="p-x", districts=("xihu",), organ="xihu-emb") as stranger:
        assert (await stranger.get(FILE)).status_code == 404


async def test_the_archive_freezes_the_list(bureau: Bureau) -> None:
    await lived(bureau)
    await bureau.pay(900_000, "B1")
    await bureau.hears_rectified()
    await bureau.publish()
    await bureau.post("approver", "closings", {"reason": "已全部履行"})
    before = squeezed(texts(await fetched(bureau))[0])
    await bureau.post("officer", "archivings", {"volumes": 1, "pages": 60, "keep_years": 30})
    await bureau.service.settle()
    await issue(bureau, "47", facts={"archive_no": "2021-17"})
    await bureau.service.settle()
    [archived] = await bureau.service.events("casetrail.penalty.case-archived")
    digest = re.search(rb'"list_sha256":"([0-9a-f]{64})"', archived["data"])
    assert digest is not None
    frozen = digest[1].decode()[:16]
    after = squeezed(texts(await fetched(bureau))[0])
    assert f"卷内清单摘要{frozen}（未归档）" in before
    assert f"卷内清单摘要{frozen}（与归档时一致）" in after
    assert "2021-17" in after


async def test_what_belongs_to_a_case_is_of_its_matter(bureau: Bureau) -> None:
    """One question of the ledger finds everything: payment, remedy, publication, documents carry the case's correlation id."""
    await lived(bureau)
    await bureau.pay(900_000, "B1")
    await bureau.publish()
    rows = await bureau.service.events("casetrail.penalty.")
    kinds: dict[str, set[Any]] = {}
    for row in rows:
        kinds.setdefault(row["stream_id"].partition(":")[0], set()).add(row["correlation_id"])
    [matter] = kinds["case"]
    belonging = ("payment", "remedy", "publication", "document", "bearer", "transfer")
    assert {kind: kinds[kind] for kind in belonging if kind in kinds} == {kind: {matter} for kind in belonging if kind in kinds}
    assert {"payment", "remedy", "publication", "document"} <= kinds.keys()
