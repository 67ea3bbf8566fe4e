"""Facts laid out on paper: Typst templates to PDF/A, with a code that ties the page to its facts.

Facts reach a template as JSON and are printed as they are; nothing in them is ever read as markup. The same template, facts,
number, time and images give the same bytes in any process with the same fonts and the same version of Typst. A character that
no font has is refused, never printed as a box: PDF/A allows no other end, which is why every document is PDF/A.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import typst

from chassis.domain import CHINA, Refused
from chassis.envelope import canonical_json
from chassis.qr import drawn
from chassis.settings import font_folders

LAYOUT = Path(__file__).parent / "typst"
"""The layout that all templates share (公文版式)."""
MARK = "CASETRAIL-DOCUMENT/1"
STANDARD = "a-2b"
LARGEST_IMAGE = 1 << 18  # bytes of one picture
LARGEST_FACTS = 1 << 18  # bytes of canonical facts: some seventy pages, a second
LONG_FACTS = 1 << 13  # characters of facts: what Typst remembers of the layout of more is not worth the room
REMEMBERED = 10  # layouts that Typst remembers, of this document and any other: some 30 MB each of one of fourteen pages
MOST_PIXELS = 4_000_000
PNG = b"\x89PNG\r\n\x1a\n"
MISSING = re.compile(r"the text `\"(?P<text>.+?)\"` could not be displayed", re.DOTALL)
COUNTED = re.compile(rb"/Type\s*/Pages\b[^>]*?/Count\s+(\d+)", re.DOTALL)
BROKEN = re.compile(r"failed to \w+ image")
UNSHOWN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Unicode's categories of characters that have no shape, or turn the reading of their neighbours round."""


@dataclass(frozen=True, slots=True)
class Template:
    """How one form is laid out: `name@version` is what documents are called by, `file` the Typst file in `folder`."""

    name: str
    version: int
    folder: Path
    file: str

    @property
    def key(self) -> str:
        """The name under which a document says what it was laid out with: `inspection/05@1`."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class Strokes:
    """A signature drawn on a screen: lines of points, in whatever whole units the screen has."""

    lines: Sequence[Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document: the file, its SHA-256, that of its canonical facts, its template, how many pages it has."""

    pdf: bytes
    sha256: str
    facts_sha256: str
    template: str
    pages: int


@dataclass(frozen=True, slots=True)
class Code:
    """What the QR code of a document says: enough to tell whether a paper and the record are about the same facts."""

    number: str
    facts_sha256: str
    template: str

    @property
    def text(self) -> str:
        """As it stands in the code."""
        return "\n".join((MARK, self.number, self.facts_sha256, self.template))

    @classmethod
    def read(cls, text: str) -> Code:
        """What a scanner read; ValueError if it is not the code of a document."""
        mark, *rest = text.split("\n")
        if mark != MARK or len(rest) != 3:
            raise ValueError("not the code of a document")
        return cls(*rest)


Image = bytes | Strokes
"""A signature or a seal: a PNG, or strokes."""


def picture_bytes(image: Image) -> bytes:
    """A picture as it is kept: the PNG, or the strokes as JSON."""
    return json.dumps(image.lines).encode() if isinstance(image, Strokes) else image


class Renderer:
    """Lays documents out; blocking, for threads, each of which keeps a warm compiler."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """With the fonts of these folders and no others; FileNotFoundError if one is missing."""
        paths = tuple(folders)
        for path in paths:
            if not path.is_dir():
                raise FileNotFoundError(f"no fonts in {path}: `make setup` installs them, see docs/operations.md")
        self._fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(paths))
        self._families = json.dumps(sorted(self._fonts.families()))
        self._own = threading.local()

    def render(
        self, template: Template, facts: Any, number: str, at: datetime, images: Mapping[str, Image] | None = None
    ) -> Rendered:
        """One document as PDF/A-2b: its facts (a dataclass or a mapping), its number, its aware time, pictures by signatory.

        Refused `character-unprintable` naming the character, `image-unusable` naming the picture, `document-too-long`.
        """
        inputs, digest = _inputs(template, facts, number, images or {})
        pdf = self._compiled(template, inputs, format="pdf", pdf_standards=[STANDARD], timestamp=at.astimezone(CHINA))
        pages = max(int(count) for count in COUNTED.findall(pdf[0]))
        return Rendered(pdf[0], hashlib.sha256(pdf[0]).hexdigest(), digest, template.key, pages)

    def pictures(
        self, template: Template, facts: Any, number: str, images: Mapping[str, Image] | None = None, ppi: float = 96
    ) -> list[bytes]:
        """The pages of a document as PNG, for a screen; what no font has is an empty box here."""
        inputs, _ = _inputs(template, facts, number, images or {})
        return self._compiled(template, inputs, format="png", ppi=ppi)

    def _compiled(self, template: Template, inputs: dict[str, str], **how: Any) -> list[bytes]:
        if (compiler := getattr(self._own, "compiler", None)) is None:
            compiler = self._own.compiler = typst.Compiler(font_paths=self._fonts)
        try:
            made = compiler.compile(input=_sources(template), sys_inputs=inputs | {"families": self._families}, **how)
        except typst.TypstError as error:
            raise _explained(error, inputs) from error
        finally:
            if len(inputs["facts"]) > LONG_FACTS:
                _forget(compiler)
        return made if isinstance(made, list) else [cast(bytes, made)]


def _forget(compiler: typst.Compiler) -> None:
    """Let go of what is remembered of long documents: Typst drops what so many layouts since had no use for, also empty ones."""
    for _ in range(REMEMBERED + 1):
        compiler.compile(input=b"", format="svg")


@cache
def installed() -> Renderer:
    """The renderer of this process, with the fonts that its settings name."""
    return Renderer(font_folders())


def facts_digest(facts: Any) -> str:
    """SHA-256 of the canonical facts (RFC 8785 JSON; times as in China), as the code of a document holds it."""
    return hashlib.sha256(canonical_json(_plain(facts))).hexdigest()


@cache
def _sources(template: Template) -> dict[str, bytes]:
    """The files of a template: its own is the main one, beside it those of its folder and, under `official`, the layout's."""
    beside = {path.name: path.read_bytes() for path in sorted(template.folder.glob("*.typ"))}
    layout = {f"official/{path.name}": path.read_bytes() for path in sorted(LAYOUT.glob("*.typ"))}
    return {"main.typ": beside.pop(template.file), **beside, **layout}


def _inputs(template: Template, facts: Any, number: str, images: Mapping[str, Image]) -> tuple[dict[str, str], str]:
    written = canonical_json(_plain(facts))
    if len(written) > LARGEST_FACTS:
        raise Refused(
            "document-too-long", "文书内容过长，请分作几份", "too much for one document: make several of it", bytes=len(written)
        )
    digest = hashlib.sha256(written).hexdigest()
    code = Code(_printable(number), digest, template.key)
    return {
        "facts": written.decode(),
        "number": number,
        "template": template.key,
        "digest": digest,
        "code": drawn(code.text, mask=0),  # a digest has no large areas that another mask would break up
        "images": json.dumps({name: _picture(name, image) for name, image in sorted(images.items())}),
    }, digest


def _plain(value: Any) -> Any:
    """Facts as JSON has them: whole numbers only, a time as in China, no character that cannot be seen."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return _printable(value)
        case datetime():
            return value.astimezone(CHINA).isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case Mapping():
            return {_printable(str(name)): _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _ if is_dataclass(value):
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            raise TypeError(f"not a fact of a document: {type(value).__name__}")


def _printable(text: str) -> str:
    for sign in text:
        if sign not in "\n\r\t" and unicodedata.category(sign) in UNSHOWN:
            raise unprintable(sign)
    return text


def unprintable(text: str) -> Refused:
    """The refusal of a text that cannot be printed, with the code points by which it can be looked up."""
    points = " ".join(f"U+{ord(sign):04X}" for sign in text)
    shown = text if text.isprintable() else ""
    return Refused(
        "character-unprintable", f"文书字体中没有“{shown}”（{points}），请核对或补装字体",
        f"no font of documents has {shown!r} ({points}): check it, or install a font that does", text=points,
    )  # fmt: skip


def _explained(error: typst.TypstError, inputs: Mapping[str, str]) -> Exception:
    """What a person can do something about; any other error is a template's, for whoever wrote it."""
    if match := MISSING.search(error.message):
        return unprintable(match["text"])
    if BROKEN.search(error.message):
        return _unusable(", ".join(json.loads(inputs["images"])))
    return error


def _picture(name: str, image: Image) -> dict[str, Any]:
    if isinstance(image, Strokes):
        return {"format": "svg", "data": list(_drawn_strokes(name, image).encode())}
    width, height = (int.from_bytes(image[at : at + 4], "big") for at in (16, 20))
    if not image.startswith(PNG) or len(image) > LARGEST_IMAGE or not 0 < width * height <= MOST_PIXELS:
        raise _unusable(name)
    return {"format": "png", "data": list(image)}


def _unusable(name: str) -> Refused:
    return Refused(
        "image-unusable", f"图片“{name}”不能用于文书：须为不超过{LARGEST_IMAGE // 1024} KiB的PNG，或笔迹",
        f"the picture {name!r} cannot be used in a document: a PNG of at most {LARGEST_IMAGE // 1024} KiB, or strokes", name=name,
    )  # fmt: skip


def _drawn_strokes(name: str, strokes: Strokes) -> str:
    points = [point for line in strokes.lines for point in line]
    if not points:
        raise _unusable(name)
    left, top = (min(point[axis] for point in points) for axis in (0, 1))
    width, height = (max(point[axis] for point in points) - low or 1 for axis, low in ((0, left), (1, top)))
    pen = max(width, height) / 60
    # A dot is a line of no length: it is drawn by its round ends.
    path = "".join(
        f"M{line[0][0]} {line[0][1]}" + "".join(f"L{x} {y}" for x, y in line[1:] or line) for line in strokes.lines if line
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left - pen} {top - pen} {width + 2 * pen} {height + 2 * pen}">'
        f'<path d="{path}" fill="none" stroke="#000" stroke-width="{pen}" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
