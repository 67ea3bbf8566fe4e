"""Histories across all services: of an enterprise, and of a case with everything that led to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.eventstore import ENVELOPE_COLUMNS, Pool
from services.reporting.queries.causality import Moment, causal_order
from services.reporting.queries.copies import Copied, copied_from

OF_SUBJECT = f"SELECT e.seq, e.source, {ENVELOPE_COLUMNS} FROM ledger_copy e WHERE e.subject = $1"  # noqa: S608 - constants
CASE = "SELECT correlation_id, subject FROM ledger_copy WHERE source = 'penalty' AND stream_id = 'case:' || $1 AND version = 1"

# One command may begin matters of many enterprises under one correlation (a campaign's tasks): the others' are not this case's.
OF_MATTER = f"""
SELECT e.seq, e.source, {ENVELOPE_COLUMNS} FROM ledger_copy e
WHERE e.correlation_id = $1 AND (e.subject = $2 OR e.subject = e.stream_id)
"""  # noqa: S608 - constant columns


async def history_of_enterprise(pool: Pool, enterprise_id: str) -> list[Copied]:
    """Every event about an enterprise, in causal order."""
    return in_causal_order([copied_from(row) for row in await pool.fetch(OF_SUBJECT, enterprise_id)])


async def history_of_case(pool: Pool, case_id: str) -> list[Copied]:
    """Every event of the matter that a case belongs to, from the task to the payment, in causal order; empty if no such case."""
    case = await pool.fetchrow(CASE, case_id)
    if case is None:
        return []
    matter: tuple[UUID, str] = (case["correlation_id"], case["subject"])
    return in_causal_order([copied_from(row) for row in await pool.fetch(OF_MATTER, *matter)])


def in_causal_order(events: Sequence[Copied]) -> list[Copied]:
    """Copied events by cause and stream version, then by time of recording."""
    by_seq: dict[int, Copied] = {copied.seq: copied for copied in events}
    return [by_seq[moment.seq] for moment in causal_order(_moment(copied) for copied in events)]


def _moment(copied: Copied) -> Moment:
    e: Any = copied.envelope
    stream = f"{copied.source}/{e.stream_id}"
    return Moment(copied.seq, e.event_id, e.causation_id, stream, e.version, e.recorded_at)
