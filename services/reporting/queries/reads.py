"""Who read what, as every service recorded it before it was given: in the copy, and in reporting's own ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.eventstore import Pool
from services.reporting.queries.captions import caption_of
from services.reporting.queries.histories import Kind

NAMES = "named_in(e.stream_id, e.actor, e.data)"
CONDITIONS: dict[Kind, str] = {
    "enterprise": "e.subject = $1 AND $2::text[] IS NOT NULL",
    "case": f"e.subject = $1 AND {NAMES} && $2::text[]",
    "document": f"$1::text IS NULL AND {NAMES} @> $2::text[]",
    "officer": f"$1::text IS NULL AND {NAMES} @> $2::text[]",
}
ONE_LEDGER = """
(SELECT {source} AS service, e.event_id, e.type, e.district, e.organ, e.subject, e.actor, e.recorded_at, e.data
 FROM {table} e
 WHERE {condition} AND e.type LIKE '%.file-read.v1' AND ($3::text[] IS NULL OR e.district = ANY($3))
   AND ($4::timestamptz IS NULL OR (e.recorded_at, e.event_id) > ($4, $5::uuid))
 ORDER BY e.recorded_at, e.event_id LIMIT $6)
"""
#: By kind of what was read, each the same columns in the order of time.
READS: dict[Kind, str] = {
    kind: " UNION ALL ".join(
        ONE_LEDGER.format(source=source, table=table, condition=condition)
        for source, table in (("e.source", "ledger_copy"), ("'reporting'", "events"))
    ) + " ORDER BY recorded_at, event_id LIMIT $6"
    for kind, condition in CONDITIONS.items()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AskedReads:
    """Whose reads are asked for: about which enterprise, naming which ids, in which districts (None: all), after which."""

    kind: Kind
    subject: str | None
    names: Sequence[str]
    districts: Sequence[str] | None
    after: tuple[datetime, UUID] | None
    limit: int


async def reads(pool: Pool, asked: AskedReads) -> list[dict[str, Any]]:
    """Recorded reads in the order of time: who, when, from which service, of what (`data`), in words (`summary`)."""
    at, event_id = asked.after or (None, None)
    rows = await pool.fetch(
        READS[asked.kind], asked.subject, [*asked.names], asked.districts, at, event_id, asked.limit
    )  # fmt: skip
    return [{**dict(row), "title": caption_of(row["type"]).title} for row in rows]


def names_of(case_id: str, history: Iterable[Any]) -> list[str]:
    """What a read of the matter of a case names: the case, or what any stream of its history is about."""
    streams = {row["stream_id"].partition(":")[2]: row["subject"] for row in history}
    return sorted({case_id} | {key for key, subject in streams.items() if key and key != subject})
