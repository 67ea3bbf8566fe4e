"""Pages of the ledger as messages: the database renders the headers, because the producing process is what limits the relay."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from chassis.broker import headers_of
from chassis.eventstore import Connection, ledger_after

RELAYED = (Path(__file__).parent.parent / "sql" / "relayed.sql").read_text(encoding="utf-8")
SEPARATOR = b"\x1f"
JOINED = (
    "ce_id", "ce_subject", "ce_streamid", "ce_sequence", "ce_time", "ce_recordedtime", "ce_commandid", "ce_correlationid",
    "ce_causationid", "ce_district", "ce_organ", "ce_actor", "ce_idx", "ce_shard", "ce_shardidx", "ce_hash", "ce_chain",
)  # fmt: skip


class Message(NamedTuple):
    """A ledger row as it is sent; the headers are those of `broker.headers_of`, in another order."""

    idx: int
    shard: int
    event_id: UUID
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


async def read_page(connection: Connection, service: str, after: int, limit: int) -> list[Message]:
    """Ledger rows after `idx`, in order, at most `limit`. Guarded by tests/chassis/test_relay.py."""
    page = []
    for row in await connection.fetch(RELAYED, after, limit):
        values = row["joined"].split(SEPARATOR)
        if len(values) == len(JOINED):
            page.append(_message(service, row, values))
        else:  # a value holds the separator itself: such a row is read as everybody else reads it
            page += await _slowly(connection, service, row["idx"])
    return page


def _message(service: str, row: Any, values: list[bytes]) -> Message:
    idx, shard, event_id, wire, device, rulebook, traceparent, data, _ = row
    headers = [*_headers_of_type(service, wire), ("ce_partitionkey", values[1]), *zip(JOINED, values, strict=True)]
    if device is not None:
        headers.append(("ce_device", device.encode()))
    if rulebook is not None:
        headers.append(("ce_rulebook", rulebook.encode()))
    if traceparent is not None:
        headers += [("ce_traceparent", traceparent.encode()), ("traceparent", traceparent.encode())]
    return Message(idx, shard, event_id, values[1], data, headers)


@lru_cache(maxsize=1024)
def _headers_of_type(service: str, wire: str) -> tuple[tuple[str, bytes], ...]:
    schema = f"/contracts/events/{service}/{wire.removeprefix(f'casetrail.{service}.')}.json"
    return (
        ("content-type", b"application/json"), ("ce_specversion", b"1.0"), ("ce_source", f"/services/{service}".encode()),
        ("ce_type", wire.encode()), ("ce_dataschema", schema.encode()),
    )  # fmt: skip


async def _slowly(connection: Connection, service: str, idx: int) -> list[Message]:
    return [
        Message(s.idx, s.shard, s.envelope.event_id, s.envelope.subject.encode(), s.recorded.data, headers_of(service, s))
        for s in await ledger_after(connection, idx - 1, 1)
    ]
