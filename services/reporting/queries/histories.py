"""Histories across all services: of an enterprise, a case with everything that led to it, an officer, a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from chassis.eventstore import ENVELOPE_COLUMNS, Connection, Pool
from services.reporting.queries.causality import Moment, causal_order

Kind = Literal["enterprise", "case", "officer", "document"]

WHOLE = f"SELECT e.seq, e.idx, e.source, {ENVELOPE_COLUMNS} FROM ledger_copy e"  # noqa: S608 - constant columns
OF_SUBJECT = f"{WHOLE} WHERE e.subject = $1"
CASE = """
SELECT correlation_id, subject, district FROM ledger_copy
WHERE source = 'penalty' AND stream_id = 'case:' || $1 AND version = 1
"""
# One command may begin matters of many enterprises under one correlation (a campaign's tasks): the others' are not this case's.
OF_MATTER = f"{WHOLE} WHERE e.correlation_id = $1 AND (e.subject = $2 OR e.subject = e.stream_id)"
NAMING = "named_in(e.stream_id, e.actor, e.data) @> ARRAY[$1::text]"
OF_NAME = f"{WHOLE} WHERE {NAMING}"
# Somebody's whole working life may be long: it is put in order without its data, and read page by page.
OUTLINE = f"""
SELECT e.seq, e.source, e.stream_id, e.version, e.event_id, e.causation_id, e.occurred_at, e.recorded_at, e.district
FROM ledger_copy e WHERE {NAMING}
"""  # noqa: S608 - constant condition
OF_SEQS = f"{WHOLE} WHERE e.seq = ANY($1::bigint[])"


async def history_of(pool: Pool, kind: Kind, key: str) -> list[Any]:
    """The rows (`seq`, `idx`, `source`, envelope and data) of a history in causal order; empty if there is no such thing.

    Of an enterprise: whatever is about it. Of a case: its matter. Of an officer or a document: whatever names it as its stream,
    as who acted, or anywhere in its data.
    """
    if kind == "enterprise":
        rows = await pool.fetch(OF_SUBJECT, key)
    elif kind == "case":
        matter = await case_matter(pool, key)
        rows = [] if matter is None else await pool.fetch(OF_MATTER, *matter[:2])
    else:
        rows = await pool.fetch(OF_NAME, key)
    return in_causal_order(rows)


async def case_matter(source: Connection | Pool, case_id: str) -> tuple[UUID, str, str] | None:
    """The correlation, the party and the district of a case; None if there is none."""
    row = await source.fetchrow(CASE, case_id)
    return None if row is None else (row["correlation_id"], row["subject"], row["district"])


async def outline_of(pool: Pool, key: str) -> list[Any]:
    """What names a person, in causal order, without its data."""
    return in_causal_order(await pool.fetch(OUTLINE, key))


async def filled_in(pool: Pool, outline: Sequence[Any]) -> list[Any]:
    """The whole rows of a part of an outline, in its order."""
    found = {row["seq"]: row for row in await pool.fetch(OF_SEQS, [row["seq"] for row in outline])}
    return [found[row["seq"]] for row in outline]


def in_causal_order(rows: Sequence[Any]) -> list[Any]:
    """Rows by cause and stream version, then by time of recording."""
    by_seq = {row["seq"]: row for row in rows}
    return [by_seq[moment.seq] for moment in causal_order(map(_moment, by_seq.values()))]


def _moment(row: Any) -> Moment:
    stream = f"{row['source']}/{row['stream_id']}"
    return Moment(row["seq"], row["event_id"], row["causation_id"], stream, row["version"], row["recorded_at"])
