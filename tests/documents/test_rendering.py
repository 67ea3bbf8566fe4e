"""The engine: facts are printed as they are, the same bytes each time, in PDF/A, with a code that a phone reads."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image as Pictures
from pypdf import PdfReader

from chassis.domain import Refused
from chassis.rendering import LARGEST_FACTS, LARGEST_IMAGE, Code, Rendered, Renderer, Strokes, Template, facts_digest, installed

AT = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
NUMBER = "（东湖）应急责改〔2026〕12号"
PLAIN = '#import "official/official.typ": *\n#form("试样")[#paragraph(shown(facts.text)) #hand("officer")]'
DOT = io.BytesIO()
Pictures.new("RGBA", (60, 20), (0, 0, 0, 255)).save(DOT, "PNG")
AGAIN = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from chassis.rendering import Template, Strokes, installed
template = Template("trial/01", 1, Path(sys.argv[1]), "01.typ")
images = {"officer": Strokes([[(0, 0), (9, 5)]])}
print(installed().render(template, {"text": "甲"}, "1号", datetime(2026, 3, 2, 2, 30, tzinfo=UTC), images).sha256)
"""


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """A form with one paragraph and one signature."""
    (tmp_path / "01.typ").write_text(PLAIN, encoding="utf-8")
    return Template("trial/01", 1, tmp_path, "01.typ")


def laid_out(template: Template, text: str = "甲", **images: Any) -> Rendered:
    return installed().render(template, {"text": text}, NUMBER, AT, images)


def words(document: Rendered) -> str:
    """The text of all pages, without what breaks lines."""
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(document.pdf)).pages).split())


@pytest.mark.parametrize(
    "text",
    [
        '#import "x": y',
        "$x^2$",
        "\\",
        "*粗* _斜_ `码`",
        "<label> @ref",
        "= 题",
        "#panic()",
        "\"引\" '号'",
        "//注 /*注*/",
        "-- ---",
    ],
)
def test_markup_in_facts_is_text(template: Template, text: str) -> None:
    """Nothing in a fact is read as Typst."""
    assert "".join(text.split()) in words(laid_out(template, text))


def test_same_bytes_in_another_process(template: Template) -> None:
    """The same input gives the same file, whichever process lays it out."""
    here = installed().render(template, {"text": "甲"}, "1号", AT, {"officer": Strokes([[(0, 0), (9, 5)]])})
    told = subprocess.run([sys.executable, "-c", AGAIN, str(template.folder)], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == here.sha256 == hashlib.sha256(here.pdf).hexdigest()


def test_same_bytes_in_threads(template: Template) -> None:
    """Threads do not disturb each other."""
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda place: laid_out(template, f"第{place % 4}份").sha256, range(24)))
    assert [made[place] for place in range(4)] * 6 == made
    assert len(set(made)) == 4


def test_the_time_is_the_documents(template: Template) -> None:
    """The time of a document is given, in whatever zone; another time is another file with the same facts."""
    one = laid_out(template)
    same = installed().render(template, {"text": "甲"}, NUMBER, AT.astimezone(timezone(timedelta(hours=-3))))
    other = installed().render(template, {"text": "甲"}, NUMBER, AT + timedelta(days=1))
    assert one == same
    assert (one.sha256 == other.sha256, one.facts_sha256 == other.facts_sha256) == (False, True)
    created = PdfReader(io.BytesIO(one.pdf)).metadata
    assert created is not None
    assert created.creation_date == AT


def test_is_pdf_a(template: Template) -> None:
    """The file says of itself that it is PDF/A-2b, embeds its fonts and has an output intent."""
    reader: Any = PdfReader(io.BytesIO(laid_out(template).pdf))
    metadata = reader.xmp_metadata
    assert metadata is not None
    assert (metadata.pdfaid_part, metadata.pdfaid_conformance) == ("2", "B")
    assert reader.trailer["/Root"]["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def test_code_ties_the_paper_to_its_facts(template: Template) -> None:
    """What a scanner reads off the page is number, digest of the facts and template."""
    document = laid_out(template)
    page = installed().pictures(template, {"text": "甲"}, NUMBER)[0]
    read = zxingcpp.read_barcodes(Pictures.open(io.BytesIO(page)))
    assert [Code.read(each.text) for each in read] == [Code(NUMBER, document.facts_sha256, "trial/01@1")]
    assert document.facts_sha256 == facts_digest({"text": "甲"}) == hashlib.sha256('{"text":"甲"}'.encode()).hexdigest()


@pytest.mark.parametrize("place", range(12))
def test_every_code_can_be_read(template: Template, place: int) -> None:
    """Whatever the digest, a scanner reads it, also from a page that lies askew in bad light."""
    page = Pictures.open(io.BytesIO(installed().pictures(template, {"text": f"{place}"}, NUMBER, ppi=150)[0])).convert("L")
    seen = page.point(lambda shade: 60 + shade // 2).rotate(2.5, Pictures.Resampling.BICUBIC, fillcolor=180, expand=True)
    digest = facts_digest({"text": f"{place}"})
    assert [Code.read(each.text).facts_sha256 for each in zxingcpp.read_barcodes(seen)] == [digest]


def test_code_of_something_else_is_none() -> None:
    with pytest.raises(ValueError, match="not the code"):
        Code.read("https://example.org")


def test_digest_is_of_what_is_printed() -> None:
    """Days and times are told as in China, whole seconds; the order of members does not matter."""
    at = datetime(2026, 3, 1, 16, 5, 9, 400, tzinfo=UTC)
    assert facts_digest({"b": at, "a": date(2026, 3, 2)}) == facts_digest({"a": "2026-03-02", "b": "2026-03-02T00:05:09+08:00"})
    with pytest.raises(TypeError, match="not a fact"):
        facts_digest({"sum": 1.5})


@pytest.mark.parametrize(
    ("text", "named"),
    [("𪚥面", "U+2A6A5"), ("好😀", "U+1F600"), ("正\u202e反", "U+202E"), ("零\u200b宽", "U+200B"), ("\x00", "U+0000")],
)
def test_what_cannot_be_printed_is_refused(template: Template, text: str, named: str) -> None:
    """A character without a shape is named and refused, never printed as a box or left out."""
    with pytest.raises(Refused) as refused:
        laid_out(template, text)
    assert (refused.value.code, refused.value.facts) == ("character-unprintable", {"text": named})


@pytest.mark.parametrize("name", ["𠮷田", "赵䶮", "堃镕喆祎珺", "𫖯𬱖", "𥖄"])
def test_rare_names_are_printed(template: Template, name: str) -> None:
    """Characters of names beyond the usual font come from the second and third."""
    assert name in words(laid_out(template, name))


def test_lines_stay_lines(template: Template) -> None:
    """What was entered on several lines has them on paper, and a long sign without a gap is broken, not cut off."""
    serial = "SN" + "0123456789" * 12
    text = "".join(words(laid_out(template, f"一\r\n二\t三\n{serial}")).split("\u200b"))
    assert "一二三" + serial in text


def test_pictures_of_signatories(template: Template) -> None:
    """A PNG and strokes are both drawn; they change the file and not the digest of the facts."""
    files = [laid_out(template), laid_out(template, officer=DOT.getvalue()), laid_out(template, officer=Strokes([[(1, 1)]]))]
    assert len({file.sha256 for file in files}) == 3
    assert len({file.facts_sha256 for file in files}) == 1
    assert len(PdfReader(io.BytesIO(files[1].pdf)).pages[0].images) == 1


@pytest.mark.parametrize(
    "image",
    [b"", b"GIF89a" + bytes(40), DOT.getvalue() + bytes(LARGEST_IMAGE), DOT.getvalue()[:16] + b"\xff" * 8 + DOT.getvalue()[24:],
     DOT.getvalue()[:40], Strokes([])],
)  # fmt: skip
def test_unusable_pictures_are_refused(template: Template, image: Any) -> None:
    """Not a PNG, too large, too many pixels, torn, nothing drawn."""
    with pytest.raises(Refused) as refused:
        laid_out(template, officer=image)
    assert refused.value.code == "image-unusable"


def test_too_much_for_one_document(template: Template) -> None:
    """What would keep a thread busy for long is refused before it does."""
    with pytest.raises(Refused) as refused:
        laid_out(template, "长" * (LARGEST_FACTS // 3))
    assert refused.value.code == "document-too-long"


def test_pages_are_counted(template: Template) -> None:
    for lines in (1, 60, 3000):
        document = laid_out(template, "行\n" * lines)
        assert document.pages == len(PdfReader(io.BytesIO(document.pdf)).pages)


def test_missing_fonts_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no fonts"):
        Renderer([tmp_path / "nowhere"])
