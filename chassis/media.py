"""Whether a file is what it is said to be: by its content, never by its name; whole, of one kind only, safe to decode."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import IO

from PIL import Image

MOST_PIXELS = 64_000_000  # a picture of more is a decompression bomb, or no photo of a phone
MOST_INDEX = 32 << 20  # bytes of a film's index (moov) that are looked through
HEAD, TAIL = 1024, 1024  # bytes in which a signature may stand
FOREIGN = (b"%pdf-", b"<html", b"<script", b"<!doctype", b"<svg", b"<?php")
Reader = IO[bytes]


class Unfit(Exception):
    """A file is not what it is said to be, cut off, or two things at once; the reason in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def check(file: Reader, size: int, media_type: str) -> None:
    """Check a seekable file of `size` bytes against its media type; raises Unfit, also for types that are not known here."""
    checker = CHECKS.get(media_type)
    if checker is None:
        raise Unfit(f"不接受的类型 {media_type}", f"the type {media_type} is not taken")
    _only_one_kind(file, media_type)
    file.seek(0)
    checker(file, size, media_type)


def _only_one_kind(file: Reader, media_type: str) -> None:
    """Refuse what another program would read as something else: an archive behind it, a page or a PDF in its head."""
    file.seek(0)
    head = file.read(HEAD).lower()
    foreign = FOREIGN[1:] if media_type == "application/pdf" else FOREIGN
    if any(mark in head for mark in foreign) or zipfile.is_zipfile(file):
        raise Unfit("文件同时是另一种格式", "the file is of another kind as well")


def _image(file: Reader, _: int, media_type: str) -> None:
    """Decode the header, then the picture, at a low resolution where the format has one."""
    kind = media_type.removeprefix("image/").upper()
    try:
        with Image.open(file, formats=[kind]) as picture:
            if picture.width * picture.height > MOST_PIXELS or getattr(picture, "n_frames", 1) != 1:
                raise Unfit("图像过大或者含有多帧", "too many pixels or frames")
            picture.verify()
        file.seek(0)
        with Image.open(file, formats=[kind]) as picture:
            picture.draft("L", (picture.width // 8, picture.height // 8))
            picture.load()
    except (
        OSError,
        SyntaxError,
        ValueError,
        struct.error,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise Unfit("图像无法读取：类型不符或者不完整", f"no whole {kind}") from error


def _pdf(file: Reader, size: int, _: str) -> None:
    head = file.read(8)
    file.seek(max(0, size - TAIL))
    if not head.startswith(b"%PDF-") or b"%%EOF" not in file.read(TAIL):
        raise Unfit("不是完整的 PDF", "no whole PDF")


def _boxes(file: Reader, size: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes on the top of an ISO base media file: type, where its content begins, where the box ends (ISO/IEC 14496-12)."""
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            raise Unfit("影音文件不完整", "cut off within a box")
        length, kind = struct.unpack(">I4s", head[:8])
        begins = at + 8
        if length == 1 and len(head) == 16:
            length, begins = struct.unpack(">Q", head[8:])[0], at + 16
        ends = size if length == 0 else at + length
        if ends < begins or ends > size:
            raise Unfit("影音文件不完整", "a box reaches beyond the file")
        yield kind, begins, ends
        at = ends


def _mp4(file: Reader, size: int, media_type: str) -> None:
    boxes = list(_boxes(file, size))
    kinds = [kind for kind, _, _ in boxes]
    if not kinds or kinds[0] != b"ftyp" or b"moov" not in kinds or not {b"mdat", b"moof"} & set(kinds):
        raise Unfit("不是 MP4 文件，或者不完整", "no ftyp, moov and mdat: no whole MP4")
    tracks = {handler for kind, begins, ends in boxes if kind == b"moov" for handler in _handlers(file, begins, ends)}
    if not tracks or (media_type == "audio/mp4") != (b"vide" not in tracks):
        raise Unfit("影音轨道与类型不符", "its tracks are not those of its type")


def _handlers(file: Reader, begins: int, ends: int) -> set[bytes]:
    """Of which kinds the tracks are: what `hdlr` says, behind version, flags and a predefined zero."""
    if ends - begins > MOST_INDEX:
        raise Unfit("影音文件的索引过大", "its index is too large")
    file.seek(begins)
    index = file.read(ends - begins)
    return {one[8:12] for one in index.split(b"hdlr")[1:]} & {b"vide", b"soun"}


def _vint(data: bytes, at: int) -> tuple[int | None, int]:
    """A size of EBML (RFC 8794) and where it ends; None: unknown, as a stream has it."""
    first = data[at] if at < len(data) else 0
    length = 9 - first.bit_length()
    raw = data[at : at + length]
    if length > 8 or len(raw) < length:
        raise Unfit("影音文件不完整", "cut off within a size")
    value = int.from_bytes(raw) & ((1 << 7 * length) - 1)
    return (None if value == (1 << 7 * length) - 1 else value), at + length


def _webm(file: Reader, size: int, _: str) -> None:
    head = file.read(HEAD)
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        raise Unfit("不是 WebM 文件", "no WebM")
    length, at = _vint(head, 4)
    segment = at + (length or 0)
    if b"webm" not in head[at:segment] or head[segment : segment + 4] != b"\x18\x53\x80\x67":
        raise Unfit("不是 WebM 文件", "no WebM")
    inside, begins = _vint(head, segment + 4)
    if inside is not None and begins + inside != size:
        raise Unfit("影音文件不完整", "its segment does not end with the file")


CHECKS: Mapping[str, Callable[[Reader, int, str], None]] = {
    "image/jpeg": _image, "image/png": _image, "image/webp": _image, "application/pdf": _pdf,
    "video/mp4": _mp4, "audio/mp4": _mp4, "video/webm": _webm, "audio/webm": _webm,
}  # fmt: skip
"""Which types are taken, and what holds a file against its type."""

ENDINGS: Mapping[str, str] = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf", "video/mp4": "mp4",
    "audio/mp4": "m4a", "video/webm": "webm", "audio/webm": "weba",
}  # fmt: skip
"""How the name of a downloaded file ends."""
