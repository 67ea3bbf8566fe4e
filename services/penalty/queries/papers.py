"""Lists of documents, and of who read them; who did what when, as the documents of a case tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Any

from chassis.domain import Actor
from chassis.envelope import actor_from
from chassis.sight import Sight
from services.penalty.queries.rows import Read

DOCUMENTS = """
SELECT document_id, district, state, form, name, document_no, case_id, party_id, enterprise_id, file_sha256, issued_on, signed,
       version
FROM documents
WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR district = $2) AND ($3::text IS NULL OR case_id = $3)
  AND ($4::text IS NULL OR form = $4) AND ($5::date IS NULL OR (issued_on, document_id) > ($5, $6))
ORDER BY issued_on, document_id LIMIT $7
"""
DOCUMENTS_OF_CASE = "SELECT document_id FROM documents WHERE case_id = $1 ORDER BY issued_on, document_id"
DEEDS = "SELECT occurred_at, actor FROM events WHERE stream_id = $1 ORDER BY version"
READS = """
SELECT read_id, district, thing, thing_id, part, sha256, case_id, enterprise_id, reader_id, reader_role, reason, read_on, read_at
FROM reads
WHERE ($1::text IS NULL OR district = $1) AND ($2::text IS NULL OR thing_id = $2) AND ($3::text IS NULL OR reader_id = $3)
  AND ($4::text IS NULL OR enterprise_id = $4) AND ($5::date IS NULL OR (read_on, read_id) > ($5, $6))
ORDER BY read_on, read_id LIMIT $7
"""


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents a list is asked for; None means any."""

    state: str | None
    district: str | None
    case_id: str | None
    form: str | None


async def documents(db: Sight, wanted: DocumentFilter, after: tuple[date, str] | None, limit: int) -> Sequence[Any]:
    """Documents by the day on which they were issued, at most `limit`."""
    return await db.fetch(DOCUMENTS, *astuple(wanted), *(after or (None, None)), limit)


@dataclass(frozen=True, slots=True)
class ReadFilter:
    """Which looks a list is asked for; None means any."""

    district: str | None
    thing_id: str | None
    reader_id: str | None
    enterprise_id: str | None


async def reads(db: Sight, wanted: ReadFilter, after: tuple[date, str] | None, limit: int) -> Sequence[Any]:
    """Who read which document, in the order of time, at most `limit`."""
    return await db.fetch(READS, *astuple(wanted), *(after or (None, None)), limit)


async def deeds(read: Read, stream_id: str) -> list[tuple[datetime, Actor]]:
    """When each event of a stream happened, and who caused it (the name sealed), by version."""
    rows = await read(DEEDS, stream_id)
    return [(row["occurred_at"], actor_from(row["actor"])) for row in rows]
