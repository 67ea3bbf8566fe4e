"""Tables that are not empty: events, commands and ledger rows that stand there before anything is measured; and raw COPY."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress

import asyncpg

from bench.load import ACTOR, DISTRICT, ORGAN, RULEBOOK, TRACEPARENT, FindingNoted, facts
from chassis.codec import encode
from chassis.database import connect
from chassis.eventstore import Connection

PER_STREAM = 5  # events of each stored stream
CHUNKS = 64  # of bytes between the two servers' processes, held at most

DATA = encode(FindingNoted(**facts("#", 1))).decode()
"""The data of a stored event; # becomes the stream's key, so that no two are alike."""

# $-parameters cannot go into COPY's query: the numbers and constants are formatted in, all of them ours.
EVENTS = """
SELECT 'finding:' || n.key, v.version, uuidv7(), n.command, '{wire}', '{district}', '{organ}', 'finding:' || n.key,
    now(), now(), '{actor}', NULL::text, n.command, n.command, '{traceparent}', '{rulebook}',
    convert_to(replace('{data}', '#', n.key || '-' || md5(n.number::text || v.version)), 'UTF8')
FROM (SELECT number, lpad(number::text, 12, '0') AS key, uuidv7() AS command FROM generate_series({first}, {last}) AS number) AS n
CROSS JOIN generate_series(1, {per_stream}) AS v(version)
"""
COMMANDS = """
SELECT md5(number::text || '{first}'), '\\x0707070707070707070707070707070707070707070707070707070707070707'::bytea, uuidv7(),
    convert_to('{{"command_id":"' || uuidv7() || '","stream_id":"finding:' || lpad(number::text, 12, '0')
        || '","version":1,"event_id":"' || uuidv7() || '"}}', 'UTF8'), now()
FROM generate_series({first}, {last}) AS number
"""
PENDING = """
SELECT ({first} + n)::bigint, v.version, 'finding:' || lpad(n::text, 12, '0'), v.version
FROM generate_series({first}, {last}) AS n CROSS JOIN generate_series(1, {per_stream}) AS v(version)
"""


def rows_of(table: str, first: int, last: int, per_stream: int) -> str:
    """The SELECT of plausible rows of a table for the streams of these numbers."""
    query = {"events": EVENTS, "commands": COMMANDS, "pending": PENDING}[table]
    return query.format(
        first=first, last=last, per_stream=per_stream, wire=FindingNoted.__wire__, district=DISTRICT, organ=ORGAN, actor=ACTOR,
        traceparent=TRACEPARENT, rulebook=RULEBOOK, data=DATA,
    )  # fmt: skip


async def fill(dsn: str, events: int) -> None:
    """Store so many events, and a command for each, as a year or ten of service leaves them: by COPY, frozen, analysed."""
    streams = events // PER_STREAM
    await _pour(dsn, "events", rows_of("events", 0, streams - 1, PER_STREAM))
    await _pour(dsn, "commands", rows_of("commands", 0, events - 1, PER_STREAM))
    connection = await connect(dsn, "bench")
    try:
        await connection.execute("ANALYZE events, commands")
    finally:
        await connection.close()


async def _pour(dsn: str, table: str, query: str) -> None:
    """Fill an empty table from a query; two connections, so that one makes rows while the other stores them.

    The table is emptied in the same transaction, which alone lets COPY freeze rows, and its triggers are switched off for that:
    the database is ours and thrown away.
    """
    source, target = await connect(dsn, "bench"), await connect(dsn, "bench", session_replication_role="replica")
    channel: asyncio.Queue[bytes] = asyncio.Queue(CHUNKS)
    try:
        reading = asyncio.create_task(_read(source, query, channel))
        async with target.transaction():
            await target.execute(f"TRUNCATE {table}")
            await target.copy_to_table(table, source=_poured(channel), format="binary", freeze=True)
        await reading
    finally:
        await source.close()
        await target.close()


async def _read(source: asyncpg.Connection[asyncpg.Record], query: str, channel: asyncio.Queue[bytes]) -> None:
    await source.copy_from_query(query, output=channel.put, format="binary")
    await channel.put(b"")


async def _poured(channel: asyncio.Queue[bytes]) -> AsyncIterator[bytes]:
    while chunk := await channel.get():
        yield chunk


class RawCopy:
    """COPY of what an append writes, into the same tables: what PostgreSQL takes at most, with nothing decided or checked."""

    def __init__(self, dsn: str, events: int, per_command: int) -> None:
        """Rows for so many events at a time, so many of each command."""
        self._dsn = dsn
        self._commands = events // per_command
        self._per_command = per_command
        self._next = 500_000_000_000  # numbers that no stored stream has

    async def rate(self) -> float:
        """Events per second of one COPY into events, pending and commands together, in one transaction."""
        connection = await connect(self._dsn, "bench")
        try:
            encoded = {table: await self._encoded(connection, table) for table in ("events", "pending", "commands")}
            begun = time.perf_counter()
            async with connection.transaction():
                for table, chunks in encoded.items():
                    await connection.copy_to_table(table, source=copied(chunks), format="binary")
            return self._commands * self._per_command / (time.perf_counter() - begun)
        finally:
            self._next += self._commands
            with suppress(asyncpg.InterfaceError):
                await connection.close()

    async def _encoded(self, connection: asyncpg.Connection[asyncpg.Record], table: str) -> list[bytes]:
        query = rows_of(table, self._next, self._next + self._commands - 1, self._per_command)
        return await chunks_of(connection, query)


async def chunks_of(connection: Connection, query: str) -> list[bytes]:
    """The rows of a query as COPY's own bytes."""
    chunks: list[bytes] = []

    async def keep(chunk: bytes) -> None:
        chunks.append(chunk)

    await connection.copy_from_query(query, output=keep, format="binary")
    return chunks


async def copied(chunks: list[bytes]) -> AsyncIterator[bytes]:
    """What COPY is given, piece by piece."""
    for chunk in chunks:
        yield chunk


async def sizes(dsn: str) -> Mapping[str, int]:
    """Bytes of each table with its indexes."""
    connection = await connect(dsn, "bench")
    try:
        rows = await connection.fetch(
            "SELECT relname, pg_total_relation_size(oid) AS size FROM pg_class WHERE relname IN ('events', 'commands')"
        )
        return {row["relname"]: row["size"] for row in rows}
    finally:
        await connection.close()
