"""What follows the ledger in a stress run: the copying consumer, the reacting one (the echo), and the projection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chassis.broker import Received, headers_of, received_from
from chassis.clock import SystemClock
from chassis.consumer import Consumer
from chassis.database import READS, connect
from chassis.domain import Event, Stream, event
from chassis.eventstore import Pool, ledger_of_shard
from chassis.policy import PolicyRuns, Run, advance
from chassis.projector import Batch, Projection
from chassis.runner import Work
from deploy.stress.facts import ECHOED, MARKED, tallied
from deploy.stress.plan import COPY, ECHO, SINK, SOURCE, Plan

APPLY = """
INSERT INTO applied (consumer, shard, shard_idx, event_id)
SELECT $1, * FROM unnest($2::smallint[], $3::bigint[], $4::uuid[])
"""
APPLY_ONE = "INSERT INTO applied (consumer, shard, shard_idx, event_id) VALUES ($1, $2, $3, $4)"


@event(ECHOED, title="回声", summary="回声 {of}")
class Echoed(Event):
    """The reaction to an event of the source."""

    of: str


ECHOES: Stream[None] = Stream("echoes", None, lambda state, _: state)


async def echo(work: Work, received: Received) -> None:
    """React to a marked event: note it, and append an event of our own."""
    e = received.envelope
    await work.change(APPLY_ONE, ECHO, received.shard, received.shard_idx, e.event_id)
    echoes = await work.load(ECHOES, f"{received.shard}-{received.shard_idx // 100}")
    work.append(echoes, [Echoed(of=str(e.event_id))], district="donghu")


class Copy:
    """Applies by copying, as reporting does: whatever it did twice, or in another order, stays to be seen."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def apply(self, runs: Sequence[Run]) -> Mapping[tuple[str, int], int]:
        """Note each event, in the transaction that moves the positions."""
        rows = [(e.shard, e.shard_idx, e.envelope.event_id) for run in runs for e in run.events]
        ends = [(run, run.events[-1].shard_idx) for run in runs]
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(APPLY, COPY, *map(list, zip(*rows, strict=True)))
            await advance(connection, COPY, ends)
        return {(run.source, run.shard): upto for run, upto in ends}


class Repair:
    """Fills holes from the source's ledger."""

    def __init__(self, plan: Plan) -> None:
        self._dsn = plan.dsns[SOURCE]

    async def __call__(self, source: str, shard: int, after: int, upto: int) -> Sequence[Received]:
        """The events `after < shard_idx <= upto`."""
        connection = await connect(self._dsn, "stress-repair", role=READS)
        try:
            rows = await ledger_of_shard(connection, shard, after, upto - after)
        finally:
            await connection.close()
        return [received_from(headers_of(source, row), row.recorded.data) for row in rows]


def consumers(plan: Plan, pool: Pool) -> list[Consumer]:
    """The two consumers of the source's topic."""
    runs = PolicyRuns(SINK, ECHO, pool, SystemClock(), {MARKED: echo}, lambda: None)
    settings, repair = plan.settings(SINK), Repair(plan)
    return [
        Consumer(settings, COPY, [SOURCE], Copy(pool), repair),
        Consumer(settings, ECHO, [SOURCE], runs, repair),
    ]


async def tally(batch: Batch) -> None:
    """The projection: an order-sensitive digest of each stream."""
    rows = await batch.rows("tallies", {row.envelope.stream_id for row in batch.events})
    for row in batch.events:
        stream_id = row.envelope.stream_id
        rows.put(stream_id, tallied(rows.get(stream_id), row))


TALLIES = Projection("tallies", 1, tally, ("tallies",))
