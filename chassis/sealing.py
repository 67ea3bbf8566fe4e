"""Electronic signatures on documents (PAdES) with an organ's certificate: put on as an addition to the file, and checked.

Blocking but for `require_signed`, and for threads only: pyHanko runs an event loop of its own.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import pem, x509
from pyhanko.pdf_utils.generic import IndirectObject, StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from chassis.domain import Refused

WHOLE = (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION)
HARMLESS = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)
"""What may have been added after a signature: other signatures, and what proves them later on."""
BESIDE = frozenset({"/AcroForm", "/DSS", "/Extensions", "/MarkInfo", "/Metadata", "/Perms", "/Version"})
"""What signing programs add to a document's catalogue; nothing of it is shown."""
for _noisy in ("pyhanko", "pyhanko_certvalidator"):  # what they find is in their answers; their logs are stack traces
    logging.getLogger(_noisy).setLevel(logging.CRITICAL)


class NotSignable(Exception):
    """The file or the key cannot be used to sign; the message says why."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A signature on a file: whose, when by the signer's clock, whether the bytes are those signed, whether it is trusted.

    `covers_all`: it is over all that was there, and what came after it are further signatures only.
    """

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
                status.coverage in WHOLE and status.modification_level in HARMLESS,
            )
        )
    return seals


def revisions_of(pdf: bytes) -> list[bytes]:
    """The file as it was after each addition, the whole last: what ends with an end-of-file mark."""
    ends = [match.end() for match in re.finditer(rb"%%EOF\r?\n?", pdf)]
    return [pdf[:end] for end in ends if end < len(pdf)] + [pdf]


def only_signed(signed: bytes, before: bytes) -> bool:
    """Whether a file is another one, byte for byte, with one more signature behind it and nothing else that shows.

    One intact signature more than before, over the whole file; what is shown as it was.
    """
    if not is_addition(signed, before):
        return False
    seals = seals_of(signed)
    intact = all(seal.intact for seal in seals) and bool(seals) and seals[-1].covers_all
    return intact and len(seals) == len(seals_of(before)) + 1 and shows_the_same(signed, before)


def shows_the_same(pdf: bytes, before: bytes) -> bool:
    """Whether a file shows what an earlier revision of it shows; ValueError if it cannot be read."""
    try:
        return _shown(pdf) == _shown(before)
    except (PdfError, KeyError, TypeError, AttributeError, OSError, RecursionError) as error:
        raise ValueError(f"not a PDF file that can be read: {error}") from error


def _shown(pdf: bytes) -> list[tuple[str, str, str]]:
    """All that can be reached from the catalogue: pages with whatever they draw with, at any depth, notes, actions.

    Left out are the fields of signatures, and what signing programs add to the catalogue.
    """
    reader = PdfFileReader(io.BytesIO(pdf))
    fields = {str(one.sig_field.container_ref) for one in reader.embedded_signatures}
    is_another_form = "/AcroForm" in reader.root and "/XFA" in reader.root["/AcroForm"]
    told = [("form", "/XFA", "")] if is_another_form else []
    seen: set[str] = set()
    left: list[tuple[str, str, Any]] = [("root", key, one) for key, one in reader.root.items() if key not in BESIDE]
    while left:
        owner, place, value = left.pop()
        if isinstance(value, IndirectObject):
            told.append((owner, place, owner := str(value.reference)))
            if owner in seen:
                continue
            seen.add(owner)
            place, value = "", value.get_object()  # type: ignore[no-untyped-call]
        if isinstance(value, StreamObject):
            told.append((owner, place, hashlib.sha256(value.encoded_data).hexdigest()))
        if isinstance(value, dict):
            notes = value.get("/Annots", ())
            if isinstance(notes, IndirectObject):
                notes = notes.get_object()  # type: ignore[no-untyped-call]
            notes = [one for one in notes if str(getattr(one, "reference", "")) not in fields]
            inside = [(key, one) for key, one in value.items() if key not in ("/Annots", "/Tabs")]
            left += [(owner, place + key, one) for key, one in [*inside, *(("/Annots", one) for one in notes)]]
        elif isinstance(value, list):
            left += [(owner, f"{place}/{number}", one) for number, one in enumerate(value)]
        else:
            told.append((owner, place, repr(value)))
    return sorted(told)


def is_addition(signed: bytes, issued: bytes) -> bool:
    """Whether a signed file is the issued one, byte for byte, with something added behind it."""
    return len(signed) > len(issued) and signed.startswith(issued)


async def require_signed(signed: bytes, before: bytes) -> None:
    """Refuse `file-unusable` unless a file is another one with one more valid signature, and shows the same (`only_signed`)."""
    try:
        good = await asyncio.to_thread(only_signed, signed, before)
    except (ValueError, KeyError, AttributeError, TypeError) as error:  # whatever a broken file makes of its reader
        raise unusable(type(error).__name__) from error
    if not good:
        raise unusable("须是在现有文书上追加的一个有效签名，且页面未改动")


def unusable(detail: str) -> Refused:
    """The refusal of a file that is to be a signed document."""
    return Refused(
        "file-unusable", f"文件不能作为签字文书：{detail}", f"the file cannot be a signed document: {detail}", detail=detail
    )
