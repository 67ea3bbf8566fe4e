"""Notes in a ledger, and projections of them run to its end: what the tests of projections and their versions are made of."""

from __future__ import annotations

from chassis.codec import encode
from chassis.database import session
from chassis.eventstore import Connection, append
from chassis.projector import OwnLedger, Projection, begin, project_once
from chassis.sequencer import read_head, sequence_once
from chassis.versions import Generation, begin_build
from tests.chassis.notes import NoteDone, NoteMade
from tests.chassis.writing import alone, recorded

FEED = OwnLedger()


async def made(connection: Connection, *texts: str, first: int = 0) -> None:
    """Notes n<first>… in the ledger, with these texts."""
    for n, text in enumerate(texts, first):
        event = NoteMade(note_id=f"n{n}", text=text)
        await append(connection, [alone([recorded(f"note:n{n}", 1, data=encode(event))])])
    head = await read_head(connection)
    while await sequence_once(connection, head):
        pass


async def done(connection: Connection, *numbers: int) -> None:
    """These notes done."""
    for n in numbers:
        event = NoteDone(note_id=f"n{n}")
        await append(connection, [alone([recorded(f"note:n{n}", 2, data=encode(event), wire=event.__wire__)])])
    await sequence_once(connection, await read_head(connection))


async def project(connection: Connection, projection: Projection) -> None:
    """Run a projection to the end of the ledger."""
    await begin(connection, [projection], simulated=False)
    while await project_once(connection, FEED, projection, simulated=False):
        pass


async def digests(connection: Connection, *tables: str) -> list[tuple[int, str]]:
    """How many rows each table has, and a hash over them."""
    sql = "SELECT count(*) AS count, coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS digest FROM {} t"
    rows = [await connection.fetchrow(sql.format(table)) for table in tables]
    return [(row["count"], row["digest"]) for row in rows if row is not None]


async def kill(connection: Connection, role: str) -> None:
    """End every backend of this role in this database."""
    sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1"
    await connection.execute(sql, role)


async def begun(dsn: str, projection: Projection) -> Generation:
    """A build that a worker's connection has begun, empty."""
    async with session(dsn, "worker") as connection:
        return await begin_build(connection, projection, simulated=False)
