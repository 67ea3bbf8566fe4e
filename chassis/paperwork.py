"""Documents over HTTP: pictures and scans on their way in, files on their way out; the same for every service that issues any."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import io
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, Literal

from fastapi import Depends, Request, Response
from pydantic import Field, StringConstraints

from chassis import media
from chassis.blobs import Blobs
from chassis.http import Body, Id
from chassis.rendering import Image, Strokes
from chassis.sealing import unusable

LARGEST_SCAN = 3 << 20  # bytes
PDF, PNG, JPEG = b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
MEDIA = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}
Manner = Literal["drawn", "wet-scan", "certificate"]
Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1F\x7F]+$", strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[
    str,
    StringConstraints(pattern=r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F]+$", strip_whitespace=True, min_length=1, max_length=4000),
]
Signatory = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{1,30}(-[0-9]{1,2})?$")]
Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=LARGEST_SCAN * 4 // 3 + 4)]
OnScreen = Annotated[int, Field(ge=-100_000, le=100_000)]
Point = tuple[OnScreen, OnScreen]


class PictureBody(Body):
    """Whose signature or seal stands in the document: as it was drawn (lines of points), or a PNG."""

    signatory: Signatory
    """Whose place in the form, as the form calls it."""
    strokes: Annotated[list[Annotated[list[Point], Field(min_length=1, max_length=2000)]], Field(max_length=200)] | None = None
    """The signature as it was drawn: lines of points [x, y]."""
    png: Base64 | None = None
    """A picture, PNG in base64."""


class SupersedesBody(Body):
    """The document that is corrected, and why."""

    document_id: Id
    """The document that stands until then."""
    reason: Text
    """Why it is corrected."""


class SignatureBody(Body):
    """Who signed, how, and the file: a scan of the signed paper (PDF, PNG, JPEG), or the electronically signed document."""

    signatory: Signatory
    """Whose place in the form, as the form calls it."""
    name: Line
    """Who signed."""
    manner: Manner
    """How: `drawn` on a screen, `wet-scan` on paper, by a `certificate`."""
    file: Base64
    """The signed paper as PDF, PNG or JPEG, or the signed document itself, in base64; at most 3 MiB."""


class RefusalBody(Body):
    """Who would not sign, why, and who saw it."""

    signatory: Signatory
    """Who would not sign, as the form calls that place."""
    reason: Text
    """Why, as was said."""
    witness: Line
    """Who saw it."""


@cache
def blobs_at(place: str) -> Blobs:
    """The files of this deployment."""
    return Blobs(place)


async def blobs_of(request: Request) -> Blobs:
    """FastAPI dependency: the files of this deployment."""
    return blobs_at(request.app.state.settings.files)


Files = Annotated[Blobs, Depends(blobs_of)]


def images_of(bodies: Iterable[PictureBody]) -> dict[str, Image]:
    """The pictures of a request, by signatory. Refused `file-unusable`."""
    return {body.signatory: _image(body) for body in bodies}


def _image(body: PictureBody) -> Image:
    if body.strokes is not None:
        return Strokes(body.strokes)
    return _decoded(body.png or "", body.signatory)


def _decoded(text: str, name: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise unusable(name) from error


async def scan_of(body: SignatureBody) -> bytes:
    """The file of a signature, which is what it begins as. Refused `file-unusable`."""
    data = _decoded(body.file, body.signatory)
    if not data or len(data) > LARGEST_SCAN or not data.startswith((PDF, PNG, JPEG)):
        raise unusable("PDF, PNG, JPEG")
    try:
        await asyncio.to_thread(media.check, io.BytesIO(data), len(data), MEDIA[_ending(data)])
    except media.Unfit as error:
        raise unusable(error.zh) from error
    return data


PAPER: dict[int | str, dict[str, Any]] = {
    200: {"content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA.values()}}
}
"""How an endpoint that answers `paper` describes it."""


def paper(name: str, data: bytes) -> Response:
    """A document's file, byte for byte, with its digest."""
    headers = {
        "Content-Disposition": f'inline; filename="{name}.{_ending(data)}"', "X-Content-Type-Options": "nosniff",
        "Digest": f"sha-256={base64.b64encode(hashlib.sha256(data).digest()).decode()}",
    }  # fmt: skip
    return Response(data, 200, headers, media_type=MEDIA[_ending(data)])


def _ending(data: bytes) -> str:
    return "pdf" if data.startswith(PDF) else "png" if data.startswith(PNG) else "jpg"
