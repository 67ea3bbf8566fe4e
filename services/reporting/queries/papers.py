"""Documents and evidence that a history names: what each is, the hash of its bytes, and which service gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from services.reporting.queries.copies import Copied

OWN = {
    "casetrail.inspection.document-issued.v1": ("document", "document_id", "file_sha256", "documents"),
    "casetrail.penalty.document-issued.v1": ("document", "document_id", "file_sha256", "documents"),
    "casetrail.inspection.evidence-captured.v1": ("evidence", "evidence_id", "sha256", "evidence"),
}
"""Of each event that begins a document or evidence: what it is, its id, its hash, and under which path its service gives it."""
HASHES = ("sha256", "file_sha256", "record_sha256")


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that a history names by its SHA-256 (hex). `path`: where its service gives it; None: nobody is known to."""

    kind: Literal["document", "evidence", "file"]
    service: str
    key: str
    name: str
    sha256: str
    path: str | None


def papers_of(history: Iterable[Copied]) -> list[Paper]:
    """Every file that a history names, each hash once, in the history's order."""
    found: dict[str, Paper] = {}
    others: dict[str, Paper] = {}
    for copied in history:
        own = _own(copied)
        if own is not None:
            found.setdefault(own.sha256, own)
        for digest in _hashes(copied.data):
            key = str(copied.envelope.event_id)
            others.setdefault(digest, Paper("file", copied.source, key, copied.envelope.type, digest, None))
    return [*found.values(), *(paper for digest, paper in others.items() if digest not in found)]


def _own(copied: Copied) -> Paper | None:
    data = copied.data
    kind, id_field, hash_field, path = OWN.get(copied.envelope.type, ("", "", "", ""))
    if not kind or not isinstance(data, dict) or not _is_hash(data.get(hash_field)):
        return None
    key = str(data.get(id_field))
    name = str(data.get("name") or data.get("file_name") or data.get("kind") or key)
    what: Literal["document", "evidence"] = "document" if kind == "document" else "evidence"
    return Paper(what, copied.source, key, name, data[hash_field], f"/v1/{path}/{key}/file")


def _hashes(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (one for name, one in value.items() if name in HASHES and _is_hash(one))
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _hashes(inner)


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")
