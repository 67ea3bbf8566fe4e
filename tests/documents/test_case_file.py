"""The file of a case is bound whatever its pieces are: a hostile PDF is kept apart, and takes no other piece with it."""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from datetime import UTC, date, datetime

import pytest
from pypdf import PdfReader

from services.penalty.documents.dossier import MOST_DRAWN, MOST_PAGES, Bound, bind
from services.penalty.documents.files import FileCover

COVER = FileCover(organ="某局", case_no="1", case_name="某案", cause="某事", result="罚款", handlers=())
AT = datetime(2021, 9, 9, tzinfo=UTC)
BOX = b"/MediaBox[0 0 595 842]"
LINE = b"0 0 m 9 9 l S"


def pdf(page: bytes = BOX + b"/Contents 4 0 R", content: bytes = LINE, coding: bytes = b"", kids: bytes = b"3 0 R") -> bytes:
    """A PDF of one page (`kids`: as often as it is named) with these entries and this content."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % kids.count(b"R"),
        b"<</Type/Page/Parent 2 0 R" + page + b">>",
        b"<</Length %d%s>>\nstream\n" % (len(content), coding) + content + b"\nendstream",
    ]  # fmt: skip
    out, at = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, start=1):
        at.append(len(out))
        out += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % one for one in at)
    return out + table + b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)


def bound(*files: bytes) -> list[str]:
    """The text of each page of the file that is bound of these pieces, without blanks."""
    pieces = [
        Bound(title=f"证据{n}", number=None, on=date(2021, 9, 1), sha256=hashlib.sha256(one).hexdigest(), data=one)
        for n, one in enumerate(files, start=1)
    ]  # fmt: skip
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(io.BytesIO(bind(COVER, pieces, AT, ""))).pages]


SPACES = zlib.compress(b" " * (MOST_DRAWN + 1), 9)
HOSTILE = {
    "a filter that nobody knows": pdf(coding=b"/Filter/Nothing"),
    "no size": pdf(b"/Contents 4 0 R"),
    "a size that is none": pdf(b"/MediaBox[0 0]/Contents 4 0 R"),
    "turned by a word": pdf(BOX + b"/Rotate/left/Contents 4 0 R"),
    "resources that are none": pdf(BOX + b"/Resources<</Font[1 2]/XObject 12>>/Contents 4 0 R"),
    "a tree that holds itself": pdf(kids=b"2 0 R 3 0 R"),
    "unpacked it is very long": pdf(content=SPACES, coding=b"/Filter/FlateDecode"),
    "turned and very long": pdf(BOX + b"/Rotate 90/Contents 4 0 R", SPACES, b"/Filter/FlateDecode"),
    "more pages than anybody reads": pdf(kids=b"3 0 R " * (MOST_PAGES + 1)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_bound_is_kept_apart_and_the_others_are_bound(name: str) -> None:
    pages = bound(HOSTILE[name], pdf())
    assert len(pages) == 4, "cover, contents, a page that says so, the other piece"
    assert "另存" in pages[2]
    assert pages[3] == "本卷第4页共4页"


def test_what_a_page_does_when_it_is_opened_is_not_bound() -> None:
    actions = b"/AA<</O<</S/JavaScript/JS(x)>>>>/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/F(x)>>>>]"
    file = pdf(BOX + actions + b"/Contents 4 0 R")
    made = bind(COVER, [Bound(title="证据", number=None, on=date(2021, 9, 1), sha256="0" * 64, data=file)], AT, "")
    page = PdfReader(io.BytesIO(made)).pages[2]
    assert [note.get_object()["/Subtype"] for note in page.annotations or ()] == ["/Link"], "what is seen stays"
    assert b"/JavaScript" not in made
    assert b"/Launch" not in made
