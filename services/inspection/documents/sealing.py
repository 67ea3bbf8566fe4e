"""Electronic signatures on documents (PAdES) with an organ's certificate: put on as an addition to the file, and checked.

Blocking, and for threads only: pyHanko runs an event loop of its own.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

WHOLE = (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION)
for _noisy in ("pyhanko", "pyhanko_certvalidator"):  # what they find is in their answers; their logs are stack traces
    logging.getLogger(_noisy).setLevel(logging.CRITICAL)


class NotSignable(Exception):
    """The file or the key cannot be used to sign; the message says why."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A signature on a file: whose, when by the signer's clock, whether the bytes are those signed, whether it is trusted."""

    signer: str
    signed_at: datetime | None
    intact: bool
    trusted: bool
    covers_all: bool


def certificates_of(data: bytes) -> list[x509.Certificate]:
    """Certificates of a PEM or DER file; ValueError if it holds none."""
    if not pem.detect(data):
        return [x509.Certificate.load(data)]
    return [x509.Certificate.load(der) for kind, _, der in pem.unarmor(data, multiple=True) if kind == "CERTIFICATE"]


def sign(pdf: bytes, p12: bytes, passphrase: str, reason: str, field: str = "seal") -> bytes:
    """The file with a signature added behind it (PAdES, ETSI.CAdES.detached): what was there stays byte for byte.

    `p12` holds the organ's key and certificate. Raises NotSignable.
    """
    try:
        signer = SimpleSigner.load_pkcs12_data(p12, other_certs=[], passphrase=passphrase.encode())
    except (OSError, ValueError, TypeError) as error:
        raise NotSignable("the key file cannot be opened with this passphrase") from error
    if signer is None:
        raise NotSignable("the key file cannot be opened with this passphrase")
    meta = PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", reason=reason, subfilter=SigSeedSubFilter.PADES, name=None
    )  # fmt: skip
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        out = signers.PdfSigner(meta, signer).sign_pdf(writer)
    except (PdfError, SigningError, ValueError) as error:
        raise NotSignable(str(error)) from error
    return bytes(out.getbuffer())


def seals_of(pdf: bytes, roots: Iterable[x509.Certificate] = ()) -> list[Seal]:
    """The signatures on a file, in their order; `trusted` if the signer's certificate leads to one of `roots`.

    ValueError if it is no PDF file that can be read.
    """
    context = ValidationContext(trust_roots=list(roots), allow_fetching=False)
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        found = list(reader.embedded_signatures)
    except (PdfError, ValueError, KeyError, TypeError, OSError) as error:
        raise ValueError(f"not a PDF file that can be read: {error}") from error
    seals = []
    for embedded in found:
        status = validate_pdf_signature(embedded, signer_validation_context=context)
        name = status.signing_cert.subject.human_friendly if status.signing_cert is not None else ""
        seals.append(
            Seal(
                name,
                status.signer_reported_dt,
                bool(status.intact and status.valid),
                bool(status.trusted),
                status.coverage in WHOLE,
            )
        )
    return seals


def revisions_of(pdf: bytes) -> list[bytes]:
    """The file as it was after each addition, the whole last: what ends with an end-of-file mark."""
    ends = [match.end() for match in re.finditer(rb"%%EOF\r?\n?", pdf)]
    return [pdf[:end] for end in ends if end < len(pdf)] + [pdf]


def only_signed(signed: bytes, before: bytes) -> bool:
    """Whether a file is another one, byte for byte, with one more signature behind it and nothing else that shows.

    One intact signature more than before, over the whole file; the pages as they were; no note on them but signatures.
    """
    if not is_addition(signed, before):
        return False
    seals = seals_of(signed)
    intact = all(seal.intact for seal in seals) and bool(seals) and seals[-1].covers_all
    return intact and len(seals) == len(seals_of(before)) + 1 and _pages(signed) == _pages(before)


def _pages(pdf: bytes) -> Sequence[tuple[object, ...]]:
    """What each page shows: its contents, its size, what it draws with, notes that are no signatures."""
    reader = PdfFileReader(io.BytesIO(pdf))
    count = int(reader.root["/Pages"]["/Count"])
    shown = []
    for number in range(count):
        page = reader.find_page_for_modification(number)[0].get_object()  # type: ignore[no-untyped-call]
        notes = [str(note.get_object()) for note in page.get("/Annots", ()) if note.get_object().get("/FT") != "/Sig"]
        contents = page["/Contents"]
        streams = contents if isinstance(contents, list) else [contents]
        data = b"".join(stream.get_object().data for stream in streams)
        shown.append((data, str(page.get("/MediaBox")), str(page.get("/Resources")), notes))
    return shown


def is_addition(signed: bytes, issued: bytes) -> bool:
    """Whether a signed file is the issued one, byte for byte, with something added behind it."""
    return len(signed) > len(issued) and signed.startswith(issued)
