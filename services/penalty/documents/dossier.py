"""The file of a case as one PDF: cover, contents, every piece in its order, a running number on each page."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from PIL import Image, ImageOps
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject

from chassis import media
from chassis.rendering import Template, installed
from chassis.telemetry import log
from services.penalty.documents.files import CONTENTS, COVER, FileContents, FileCover, Filed

FOLDER = COVER.folder
PIECE = Template("penalty/piece", 1, FOLDER, "piece.typ")
STAMP = Template("penalty/stamp", 1, FOLDER, "stamp.typ")
LONGEST_SIDE = 1600  # pixels of a bound picture: some 240 dots per inch
QUALITY = 85  # of a bound picture, as JPEG
LARGEST = 32 << 20  # bytes of one file that is bound; larger ones are kept apart
MOST_PAGES = 2000  # of one file that is bound: each costs some milliseconds
MOST_DRAWN = 16 << 20  # bytes that the pages of one file draw, unpacked
ACTIVE = ("/A", "/AA", "/PA", "/FS", "/Movie", "/Sound", "/RichMediaContent", "/RichMediaSettings")
"""What a page, or a note on it, does when it is opened or touched: a file of paper does nothing."""
MM = 72 / 25.4
FRAME = (27 * MM, 15 * MM, 158 * MM, 217 * MM)  # where a picture stands: left, bottom, width, height, in points
PDF = "application/pdf"
KINDS = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
BROKEN = (
    media.Unfit, PyPdfError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, ArithmeticError, AssertionError,
    OSError, struct.error, zlib.error,
)  # fmt: skip
"""What reading and stamping a file that is not whole may raise."""
MISSING = ("未到", "该文件尚未送达本系统")
APART = ("另存", "该文件不能装入本卷，另行保存")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A file to be bound: what it belongs to, and its bytes (None: not here, or `too_large` to be bound)."""

    title: str
    number: str | None
    on: date
    sha256: str
    data: bytes | None
    too_large: bool = False
    continues: bool = False


Section = list[PageObject]


@dataclass(frozen=True, slots=True)
class Part:
    """A file's pages, and what the contents say of it if it is not bound."""

    file: Bound
    pages: Section
    remark: str | None


def bind(cover: FileCover, files: Iterable[Bound], at: datetime, note: str) -> bytes:
    """The file of a case; the same pieces, time and note give the same bytes. Blocking: call it in a thread.

    Pages count from the cover on. A file that is no PDF, PNG or JPEG, or no whole one, has a page that says so.
    """
    parts = [_part(one, at) for one in files]
    first = _pages(installed().render(COVER.template, cover, cover.case_no, at).pdf)
    contents = _contents(cover.case_name, parts, len(first), at)
    pages = [*first, *contents, *(page for part in parts for page in part.pages)]
    return _written(pages, note, at)


def _contents(case_name: str, parts: Sequence[Part], before: int, at: datetime) -> Section:
    """The list, whose own length moves the pages that it names."""
    length = 1
    while True:
        facts = FileContents(case_name=case_name, entries=tuple(_entries(parts, before + length + 1)))
        made = _pages(installed().render(CONTENTS.template, facts, "", at).pdf)
        if len(made) <= length:
            return made
        length = len(made)


def _entries(parts: Sequence[Part], page: int) -> list[Filed]:
    """A line for each piece, the first of which begins on `page`; what shows its signatures goes on with its line."""
    entries: list[Filed] = []
    begins = page
    for part in parts:
        one, last = part.file, page + len(part.pages) - 1
        if one.continues:
            entries[-1] = replace(entries[-1], page=f"{begins}—{last}")
        else:
            begins = page
            told = str(page) if last == page else f"{page}—{last}"
            entries.append(Filed(title=one.title, number=one.number, on=one.on, page=told, remark=part.remark))
        page = last + 1
    return entries


def _part(one: Bound, at: datetime) -> Part:
    """The pages of one file: its own, its picture on one, or one that says why there are none."""
    if one.data is None:
        note = APART if one.too_large else MISSING
        return Part(one, _page(one, at, note), note[0])
    kind = next((kind for head, kind in KINDS if one.data.startswith(head)), None)
    try:
        if kind is not None:
            media.check(io.BytesIO(one.data), len(one.data), kind)
            pages = _appended(one.data, at) if kind == PDF else _pictured(one, at)
            if pages:
                return Part(one, pages, None)
    except BROKEN as error:
        log.warning("piece_not_bound", sha256=one.sha256, error=str(error))
    return Part(one, _page(one, at, APART), APART[0])


def _appended(data: bytes, at: datetime) -> Section:
    """The pages of a PDF, without what they do; none if it cannot be bound: one bad file never takes the others with it.

    They are stamped once for trial, because what is wrong with a page often shows only when something is drawn over it.
    """
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted or len(reader.pages) > MOST_PAGES:
        return []
    pages, left = list(reader.pages), MOST_DRAWN
    for page in pages:
        drawn = page.get_contents()
        left -= 0 if drawn is None else len(drawn.get_data())
        if left < 0:
            return []
        _quieten(page)
    return pages if len(_pages(_written(pages, "", at))) == len(pages) else []


def _quieten(page: PageObject) -> None:
    notes = (note.get_object() for note in page.annotations or ())
    for thing in (page, *(note for note in notes if isinstance(note, DictionaryObject))):
        for key in ACTIVE:
            thing.pop(key, None)


def _pages(pdf: bytes) -> Section:
    return list(PdfReader(io.BytesIO(pdf)).pages)


def _page(one: Bound, at: datetime, note: tuple[str, str] | None) -> Section:
    told, why = note or (None, None)
    facts: dict[str, Any] = {"title": one.title, "on": one.on, "sha256": one.sha256, "note": told, "why": why}
    return _pages(installed().render(PIECE, facts, "", at).pdf)


def _pictured(one: Bound, at: datetime) -> Section:
    """A page with the picture below what is said of it."""
    made = io.BytesIO()
    with Image.open(io.BytesIO(one.data or b"")) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    picture.save(made, "PDF", resolution=72, quality=QUALITY)
    [drawn] = _pages(made.getvalue())
    pages, (left, bottom, width, height) = _page(one, at, None), FRAME
    scale = min(width / picture.width, height / picture.height, 1)
    across, up = left + (width - scale * picture.width) / 2, bottom + height - scale * picture.height
    page = PdfWriter().add_page(pages[0])
    page.merge_transformed_page(drawn, Transformation().scale(scale).translate(across, up))
    return [page, *pages[1:]]


def _written(pages: Section, note: str, at: datetime) -> bytes:
    writer = PdfWriter()
    stamps = _pages(installed().render(STAMP, {"pages": len(pages), "note": note}, "", at).pdf)
    for page, stamp in zip(pages, stamps, strict=True):
        added = writer.add_page(page)
        if added.rotation:
            added.transfer_rotation_to_content()
        box = added.mediabox
        across = float(box.left) + (float(box.width) - float(stamp.mediabox.width)) / 2
        added.merge_transformed_page(stamp, Transformation().translate(across, float(box.bottom)))
        added.compress_content_streams()
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()
