"""Read models built anew from the ledger, beside those that were followed live: the same rows, table by table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chassis.envelope import Sequenced
from chassis.eventstore import Connection
from chassis.projector import Batch, Projection, apply
from chassis.testing import ServiceUnderTest

Table = list[str]
EVERYTHING = 1_000_000


async def tables(connection: Connection, names: Sequence[str]) -> Mapping[str, Table]:
    """The rows of each table as JSON tells them, in order."""
    asked = {name: f"SELECT to_jsonb(t)::text AS told FROM {name} t ORDER BY 1" for name in names}  # noqa: S608 - constants
    return {name: [row["told"] for row in await connection.fetch(sql)] for name, sql in asked.items()}


async def built_anew(service: ServiceUnderTest, projection: Projection, at_once: int) -> Mapping[str, Table]:
    """The tables of a projection made of the whole ledger, so many events to a batch; what is live stays as it was."""
    connection = service.connection
    events: Sequence[Sequenced] = await service.service.feed.after(connection, 0, EVERYTHING)
    transaction = connection.transaction()
    await transaction.start()
    try:
        for name in projection.tables:
            await connection.execute(f"TRUNCATE {name}")
        for first in range(0, len(events), at_once):
            await apply(projection, Batch(connection, events[first : first + at_once]))
        return await tables(connection, projection.tables)
    finally:
        await transaction.rollback()


async def differences(service: ServiceUnderTest, *sizes: int) -> list[str]:
    """Where what is live is not what the ledger tells, by projection and table; batches of these sizes are tried."""
    await service.settle()
    found = []
    for projection in service.service.all_projections:
        live = await tables(service.connection, projection.tables)
        for size in sizes:
            anew = await built_anew(service, projection, size)
            found += [
                f"{name} in batches of {size}: {sorted({*live[name]} ^ {*anew[name]})}"
                for name in projection.tables
                if live[name] != anew[name]
            ]
    return found
