"""Small real files: pictures, films, sounds, a PDF."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """A picture with something in it."""
    held = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(held, kind)
    return held.getvalue()


def box(kind: bytes, content: bytes = b"") -> bytes:
    """A box of an ISO base media file."""
    return struct.pack(">I4s", len(content) + 8, kind) + content


def film(*tracks: bytes) -> bytes:
    """An MP4 with these tracks (`vide`, `soun`) and a little data."""
    handlers = (box(b"hdlr", bytes(8) + track + bytes(13)) for track in tracks)
    moov = box(b"moov", b"".join(box(b"trak", box(b"mdia", handler)) for handler in handlers))
    return box(b"ftyp", b"isom\0\0\0\0isom") + moov + box(b"mdat", bytes(500))


def webm(content: bytes = bytes(200)) -> bytes:
    """A WebM with one segment of known size."""
    head = b"\x42\x82\x84webm"
    length = (len(content) | 1 << 28).to_bytes(4)
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(head)]) + head + b"\x18\x53\x80\x67" + length + content


def pdf() -> bytes:
    """A PDF, as small as may be."""
    return b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def bomb() -> bytes:
    """A PNG of a few bytes that says it has four thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 65_000, 65_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
