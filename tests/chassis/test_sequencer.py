"""The sequencer: contiguous, in the order of streams and causes, write sets whole, whatever commits when and who is killed."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from chassis.database import connect, forever
from chassis.envelope import GENESIS, chain_hash, leaf_hash, shard_of
from chassis.eventstore import Connection, Verdict, append, ledger_after, ledger_of_shard
from chassis.history import Attempt, Outcome
from chassis.sequencer import PENDING_IN_ORDER, read_head, run_sequencer, sequence_once
from chassis.worker import running
from tests.chassis.writing import attempt, check_ledger, until, waits_for_a_lock, write_set


@asynccontextmanager
async def connections(dsn: str, count: int) -> AsyncIterator[list[Connection]]:
    """Connections of other processes."""
    opened: list[Connection] = [await connect(dsn, "process") for _ in range(count)]
    try:
        yield opened
    finally:
        for each in opened:
            await each.close()


async def sequenced(connection: Connection) -> None:
    """Sequence all there is to see."""
    head = await read_head(connection)
    while await sequence_once(connection, head):
        pass


async def in_ledger(connection: Connection) -> list[str]:
    """The streams in the order of the ledger."""
    return [row.envelope.stream_id for row in await ledger_after(connection, 0, 1000)]


async def nothing_pending(connection: Connection) -> bool:
    return not await connection.fetchval("SELECT EXISTS (SELECT FROM pending)")


async def test_what_commits_late_comes_later_and_nothing_waits_for_it(dsn: str, connection: Connection) -> None:
    """A transaction that drew the first number and is open yet hides nothing and loses nothing."""
    async with connections(dsn, 2) as (slow, fast):
        open_yet = slow.transaction()
        await open_yet.start()
        await append(slow, [write_set(("late", 0, 2))])
        await append(fast, [write_set(("early", 0, 1))])
        await sequenced(connection)
        assert await in_ledger(connection) == ["early"]
        await append(fast, [write_set(("early", 1, 1))])
        await open_yet.commit()
        await sequenced(connection)
    assert await in_ledger(connection) == ["early", "late", "late", "early"]
    assert await check_ledger(connection) == 4


async def test_a_rolled_back_transaction_leaves_no_hole(dsn: str, connection: Connection) -> None:
    async with connections(dsn, 1) as (other,):
        transaction = other.transaction()
        await transaction.start()
        await append(other, [write_set(("never", 0, 3))])
        await append(connection, [write_set(("s", 0, 1))])
        await transaction.rollback()
    await sequenced(connection)
    await append(connection, [write_set(("s", 1, 1))])
    await sequenced(connection)
    assert await check_ledger(connection) == 2


async def test_leaf_and_chain_are_those_of_the_stored_events(connection: Connection) -> None:
    await append(connection, [write_set(("a", 0, 1)), write_set(("b", 0, 1))])
    await sequenced(connection)
    first, second = await ledger_after(connection, 0, 10)
    assert first.leaf == leaf_hash(first.envelope, first.recorded.data)
    assert first.chain == chain_hash(GENESIS, first.leaf)
    assert second.chain == chain_hash(first.chain, second.leaf)
    head = await read_head(connection)
    assert (head.idx, head.chain) == (2, second.chain)
    assert head.shards == {row.shard: row.shard_idx for row in (first, second)}


async def test_a_pass_cuts_between_write_sets_only(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a write set larger than a pass is taken whole."""
    monkeypatch.setattr("chassis.sequencer.PASS", 10)
    sizes = [3, 4, 5, 25, 1, 9, 10, 2, 8]
    for n, size in enumerate(sizes):
        await append(connection, [write_set((f"s{n}", 0, size))])
    head = await read_head(connection)
    taken = []
    while size := await sequence_once(connection, head):
        taken.append(size)
        assert await nothing_pending(connection) or await connection.fetchval("SELECT min(ord) FROM pending") == 0
    assert taken == [7, 5, 25, 10, 10, 10]
    assert await check_ledger(connection) == sum(sizes)


async def test_a_second_leader_is_fenced(dsn: str, connection: Connection) -> None:
    """One that was paused and wakes up late still has the old head: it fails, and changes nothing; also in a shard of its own."""
    async with connections(dsn, 1) as (late,):
        old_head = await read_head(late)
        await append(connection, [write_set(("s", 0, 3))])
        await sequenced(connection)
        await append(connection, [write_set(("t", 0, 2))])
        assert shard_of("s") != shard_of("t")
        with pytest.raises(asyncpg.UniqueViolationError):
            await sequence_once(late, old_head)
        assert await connection.fetchval("SELECT count(*) FROM pending") == 2
        await sequenced(connection)
    assert await check_ledger(connection) == 5


async def test_two_leaders_in_the_same_pass(dsn: str, connection: Connection) -> None:
    async with connections(dsn, 3) as (one, other, holder):
        await append(connection, [write_set((f"s{n}", 0, 2)) for n in range(10)])
        passes = [(each, await read_head(each)) for each in (one, other)]
        async with holder.transaction():
            await holder.execute("LOCK TABLE ledger IN SHARE MODE")  # both have read what is pending before one may write
            both = [asyncio.create_task(sequence_once(each, head)) for each, head in passes]
            waiting = "SELECT count(*) = 2 FROM pg_stat_activity WHERE application_name = 'process' AND wait_event_type = 'Lock'"
            waiting += " AND datname = current_database()"
            await until(lambda: connection.fetchval(waiting))
        outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(map(str, map(type, outcomes))) == ["<class 'asyncpg.exceptions.UniqueViolationError'>", "<class 'int'>"]
    assert await check_ledger(connection) == 20


@pytest.mark.parametrize("how", ["pg_terminate_backend", "pg_cancel_backend"])
async def test_a_leader_killed_in_the_middle_of_a_pass(dsn: str, connection: Connection, how: str) -> None:
    """A second process takes over; what the dead one had begun is undone with its transaction."""
    await append(connection, [write_set((f"s{n}", 0, 2)) for n in range(20)])
    async with (
        connections(dsn, 1) as (holder,),
        running(forever("one", lambda: run_sequencer(dsn, 0.01)), forever("other", lambda: run_sequencer(dsn, 0.01))),
    ):
        async with holder.transaction():
            await holder.execute("LOCK TABLE ledger IN SHARE MODE")
            await until(lambda: waits_for_a_lock(connection, "sequencer"))
            await connection.execute(f"SELECT {how}($1)", await waits_for_a_lock(connection, "sequencer"))
            await append(connection, [write_set(("s0", 2, 1))])
        await until(lambda: nothing_pending(connection))
    assert await check_ledger(connection) == 41


async def test_a_terminated_leader_that_was_idle_is_noticed(dsn: str, connection: Connection) -> None:
    """It does not wait for ever on a connection that is dead."""
    idle = """SELECT pid FROM pg_stat_activity
              WHERE application_name = 'sequencer' AND datname = current_database() AND state = 'idle'
              AND query ILIKE '%pending%'"""
    async with running(forever("sequencer", lambda: run_sequencer(dsn, 0.05))):
        await until(lambda: connection.fetchval(idle))
        await connection.execute("SELECT pg_terminate_backend($1)", await connection.fetchval(idle))
        await append(connection, [write_set(("s", 0, 1))])
        await until(lambda: nothing_pending(connection))
    assert await check_ledger(connection) == 1


class History:
    """What concurrent writers know of each other's events, so that causes can be claimed; and what became of their appends."""

    def __init__(self) -> None:
        self.versions: dict[str, int] = {}
        self.last: UUID | None = None
        self.attempts: list[Attempt] = []

    async def write(self, connection: Connection, chance: random.Random) -> None:
        """Append after having read the last event that was known; in a transaction that may last, or be rolled back."""
        stream_id = f"s{chance.randrange(8)}"
        version = self.versions.get(stream_id, 0)
        count = chance.randint(1, 4)
        given = write_set((stream_id, version, count), subject=f"e{chance.randrange(5)}", causation_id=self.last)
        begun = time.monotonic()
        transaction = connection.transaction()
        await transaction.start()
        try:
            [verdict] = await append(connection, [given])
            for _ in range(chance.randrange(3)):
                await connection.execute("SELECT")  # hold the number drawn while others draw and commit
        except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
            await transaction.rollback()
            return self.attempts.append(attempt(given, Outcome.REFUSED, begun))
        if verdict is not Verdict.ACCEPTED or chance.random() < 0.15:
            await transaction.rollback()
            return self.attempts.append(attempt(given, Outcome.REFUSED, begun))
        await transaction.commit()
        self.attempts.append(attempt(given, Outcome.ACKNOWLEDGED, begun))
        self.versions[stream_id] = version + count
        self.last = given.events[-1].envelope.event_id


async def test_interleaved_writers_rollbacks_and_killed_leaders(dsn: str, connection: Connection) -> None:
    """The history checker: eight writers, transactions that overlap, leaders killed again and again."""
    history = History()

    async def writer(own: Connection, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(40):
            await history.write(own, chance)

    kill = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE application_name = 'sequencer' AND datname = current_database()"""
    leading = [forever(name, lambda: run_sequencer(dsn, 0.01)) for name in ("one", "other")]
    async with connections(dsn, 8) as own, running(*leading):
        writers = {asyncio.create_task(writer(each, seed)) for seed, each in enumerate(own)}
        while writers:
            _, writers = await asyncio.wait(writers, timeout=0.15)
            await connection.execute(kill)
        await until(lambda: nothing_pending(connection))
    assert await check_ledger(connection, history.attempts) == sum(history.versions.values()) > 200


async def test_a_foreign_transaction_in_another_database_hides_nothing(admin_dsn: str, dsn: str, connection: Connection) -> None:
    """Horizons of transaction ids are the cluster's; the ledger uses none."""
    async with connections(admin_dsn, 1) as (foreign,), foreign.transaction():
        await foreign.execute("SELECT pg_current_xact_id()")
        await append(connection, [write_set(("s", 0, 1))])
        await sequenced(connection)
        assert await in_ledger(connection) == ["s"]


async def test_a_range_of_one_shard(connection: Connection) -> None:
    await append(connection, [write_set(("s", 0, 5)), write_set(("t", 0, 3))])
    await sequenced(connection)
    [first, *_] = await ledger_after(connection, 0, 1)
    rows = await ledger_of_shard(connection, first.shard, 1, 3)
    assert [(row.envelope.stream_id, row.shard_idx) for row in rows] == [("s", 2), ("s", 3), ("s", 4)]


async def test_a_pass_over_a_long_queue_never_scans_all_events(connection: Connection) -> None:
    await connection.execute("""
        INSERT INTO events
        SELECT 's' || n / 10, n % 10 + 1, gen_random_uuid(), gen_random_uuid(), 't', 'd', 'o', 's', now(), now(),
            '{}', NULL, gen_random_uuid(), gen_random_uuid(), NULL, NULL, '' FROM generate_series(10, 60009) AS n;
        INSERT INTO pending SELECT n, 0, 's' || n / 10, n % 10 + 1 FROM generate_series(30010, 60009) AS n;
        ANALYZE events, pending""")
    await connection.execute(f"SET plan_cache_mode = force_generic_plan; PREPARE passing(bigint) AS {PENDING_IN_ORDER}")
    plan = "\n".join(row[0] for row in await connection.fetch("EXPLAIN EXECUTE passing(2000)"))
    assert "Seq Scan on events" not in plan, plan
