"""The nemesis: a seeded schedule of kills, terminated backends, foreign transactions and lost servers, one after the other."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import asyncpg

from chassis.database import GONE, connect
from chassis.eventstore import Verdict, WriteSet, append
from chassis.writer import IN_THE_WAY
from deploy.stress.arena import Arena
from deploy.stress.facts import FULL, counted, write_set
from deploy.stress.journal import ROLLED_BACK, Journal
from deploy.stress.plan import SINK, SOURCE, WRITERS

PAUSES = (0.3, 1.2)  # least and most seconds between two faults
STORM = 3.0  # seconds
GUST = (0.002, 0.03)  # least and most seconds between two terminated backends of a storm
OVERTIME = 30.0  # seconds
HELD = 2.0  # seconds that a foreign transaction is open
AIMS = 30  # looks for a backend of a role that has just committed, before any is taken
WATCH = 1.0  # longest seconds until a leader that is to be killed is seen at work
BLINK = 0.005  # longest seconds between that and the kill
DATABASES = [f"casetrail_{service}" for service in (SOURCE, SINK)]
WORKING = {"consumer": "stress-worker"}  # whose connections work, if they are not those that lead
NAME = "nemesis"  # of its journal
#: Ours, but for the nemesis itself; the tail reader's too.
BACKENDS = """
SELECT pid, application_name AS role FROM pg_stat_activity
WHERE datname = ANY($1) AND application_name <> 'stress-nemesis' ORDER BY application_name, pid
"""
STRIKE_AFTER_COMMIT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY($1) AND application_name = $2 AND query ILIKE 'commit%'
"""
AT_WORK = """
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = ANY($1) AND application_name = $2
               AND query_start > clock_timestamp() - interval '3 milliseconds')
"""
#: A stream that is being written to: of those in the last rows of the ledger, one that is not nearly full. Not the counters that
#: show whether others go on.
BUSY = f"""
SELECT stream_id, max(version) AS version FROM events
WHERE stream_id IN (SELECT stream_id FROM ledger ORDER BY idx DESC LIMIT 100) AND stream_id NOT LIKE 'counter:beat-%'
GROUP BY stream_id HAVING max(version) < {FULL - 10} ORDER BY 1
"""  # noqa: S608 - a constant number


class NotNow(Exception):
    """A fault cannot be carried out at the moment."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """For how long a foreign uncommitted row stood on a stream, in monotonic seconds."""

    stream_id: str
    begin: float
    end: float


@dataclass(slots=True)
class Done:
    """What the nemesis has done."""

    begun: float = 0.0  #: monotonic seconds; 0 before it
    faults: Counter[str] = field(default_factory=Counter)
    blocked: list[Blocked] = field(default_factory=list)
    log: list[tuple[float, str]] = field(default_factory=list)


def schedule(seed: int) -> Iterator[tuple[float, str]]:
    """For ever: a pause in seconds, and a fault; each fault once before any comes again."""
    chance = random.Random(seed)
    while True:
        for fault in chance.sample(list(FAULTS), len(FAULTS)):
            yield chance.uniform(*PAUSES), fault


class Nemesis:
    """Carries faults out on an arena."""

    def __init__(self, arena: Arena, seed: int) -> None:
        self._arena = arena
        self._chance = random.Random(f"{seed} {NAME}")
        self._schedule = schedule(seed)
        self._journal = Journal(arena.plan.journal(NAME))
        self.done = Done()

    async def run(self, until: float) -> None:
        """Faults until a monotonic time; then those that were not carried out yet, for at most `OVERTIME`."""
        self.done.begun = time.monotonic()
        while (now := time.monotonic()) < until + OVERTIME:
            pause, fault = next(self._schedule)
            if now >= until:
                if len(self.done.faults) == len(FAULTS):
                    break
                if fault in self.done.faults:
                    continue
            await asyncio.sleep(pause)
            await self._carry_out(fault)

    async def _carry_out(self, fault: str) -> None:
        try:
            what = await FAULTS[fault](self)
        except (*GONE, *IN_THE_WAY, NotNow) as error:
            # What it wanted to disturb was still down from another fault: another time.
            what = f"not now, {error!r}"
        else:
            self.done.faults[fault] += 1
        self.done.log.append((time.monotonic(), f"{fault}: {what}"))

    async def kill_leader(self, role: str) -> str:
        """SIGKILL to the process that leads a role, in the middle of its work if it has any."""
        name = await self._arena.leader(role)
        await self._arena.runs(name)
        connection = await self._arena.connected(SOURCE)
        try:
            until = time.monotonic() + WATCH
            while time.monotonic() < until and not await connection.fetchval(AT_WORK, DATABASES, WORKING.get(role, role)):
                pass
        finally:
            connection.terminate()
        await asyncio.sleep(self._chance.random() * BLINK)
        return await self._kill(name)

    async def kill_a_writer(self) -> str:
        """SIGKILL to one of the writers."""
        return await self._kill(self._chance.choice(WRITERS))

    async def _kill(self, name: str) -> str:
        await self._arena.runs(name)
        self._arena.kill(name)
        return name

    async def terminate_backends(self) -> str:
        """`pg_terminate_backend` for up to three connections, whoever has them."""
        connection = await self._arena.connected(SOURCE)
        try:
            backends = await connection.fetch(BACKENDS, DATABASES)
            victims = self._chance.sample(backends, min(3, len(backends)))
            for victim in victims:
                await connection.execute("SELECT pg_terminate_backend($1)", victim["pid"])
        finally:
            await connection.close()
        return ", ".join(victim["role"] for victim in victims)

    async def storm(self) -> str:
        """A backend terminated every few milliseconds, best of all one that has just committed: whoever has more to do about
        that, or was not told yet, must find out."""
        connection = await self._arena.connected(SOURCE)
        hit: Counter[str] = Counter()
        try:
            until = time.monotonic() + STORM
            while time.monotonic() < until:
                hit[await self._strike(connection)] += 1
                await asyncio.sleep(self._chance.uniform(*GUST))
        finally:
            await connection.close()
        return ", ".join(f"{role} {times}" for role, times in sorted(hit.items()))

    async def _strike(self, connection: asyncpg.Connection[asyncpg.Record]) -> str:
        backends = await connection.fetch(BACKENDS, DATABASES)
        if not backends:
            return "nobody"
        role: str = self._chance.choice(sorted({row["role"] for row in backends}))
        for _ in range(AIMS):
            if await connection.fetch(STRIKE_AFTER_COMMIT, DATABASES, role):
                return f"{role} after a commit"
        victim = self._chance.choice([row["pid"] for row in backends if row["role"] == role])
        await connection.execute("SELECT pg_terminate_backend($1)", victim)
        return role

    async def hold_a_transaction(self) -> str:
        """It draws a sequence number, stays open, and commits late: what it wrote comes later in the ledger, and is not lost."""
        key = f"late-{len(self.done.log)}"
        given = write_set(counted(key, 0, 3), 0)
        name = self._journal.attempt(key, given)
        connection = await self._arena.connected(SOURCE)
        try:
            transaction = connection.transaction()
            await transaction.start()
            await append(connection, [given])
            await asyncio.sleep(HELD)
            await transaction.commit()
            self._journal.verdict(name, "accepted")
        finally:
            await connection.close()
        return key

    async def hold_another_database(self) -> str:
        """Horizons of transaction ids are the cluster's: whoever waits for one waits for this."""
        connection = await connect(self._arena.postgres.dsn(), "stress-nemesis")
        try:
            async with connection.transaction():
                await connection.execute("SELECT pg_current_xact_id()")
                await asyncio.sleep(HELD)
        finally:
            await connection.close()
        return "postgres"

    async def block_a_stream(self) -> str:
        """An uncommitted row stands on a stream that the writers are busy with; it is rolled back."""
        await self._arena.writers_answer()
        connection = await self._arena.connected(SOURCE)
        try:
            busy = await connection.fetch(BUSY)
            if not busy:
                raise NotNow("no stream is busy")
            chosen = self._chance.choice(busy)
            stream_id, after = chosen["stream_id"], chosen["version"]
            given = write_set(counted(stream_id.partition(":")[2], after, 1), after)
            name = self._journal.attempt(f"blocked {stream_id} {after}", given)
            await self._hold_and_roll_back(connection, stream_id, given)
            self._journal.verdict(name, ROLLED_BACK)
        finally:
            await connection.close()
        return str(stream_id)

    async def _hold_and_roll_back(self, connection: asyncpg.Connection[asyncpg.Record], stream_id: str, given: WriteSet) -> None:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SET LOCAL lock_timeout = '200ms'")
        [verdict] = await append(connection, [given])
        if verdict is not Verdict.ACCEPTED:
            raise NotNow("a writer was faster")
        begin = time.monotonic()
        await asyncio.sleep(HELD)
        self.done.blocked.append(Blocked(stream_id, begin, time.monotonic()))
        await transaction.rollback()

    async def restart_postgres(self) -> str:
        """A crash, or a fast shutdown: no client is asked in either case."""
        return await self._restart(self._arena.postgres.name, self._chance.choice((signal.SIGKILL, signal.SIGINT)))

    async def restart_broker(self) -> str:
        """A crash; the one in memory comes back empty."""
        return await self._restart(self._arena.broker.name, signal.SIGKILL)

    async def _restart(self, name: str, number: signal.Signals) -> str:
        child = self._arena.children[name]
        before = child.restarts
        self._arena.kill(name, number)
        while child.restarts == before:
            await asyncio.sleep(0.02)
        await self._arena.runs(name)
        return number.name


FAULTS: dict[str, Callable[[Nemesis], Awaitable[str]]] = {
    "sequencer killed": lambda nemesis: nemesis.kill_leader("sequencer"),
    "relay killed": lambda nemesis: nemesis.kill_leader("relay"),
    "consumer killed": lambda nemesis: nemesis.kill_leader("consumer"),
    "projector killed": lambda nemesis: nemesis.kill_leader("projector"),
    "writer killed": Nemesis.kill_a_writer,
    "backends terminated": Nemesis.terminate_backends,
    "storm of terminated backends": Nemesis.storm,
    "transaction held open": Nemesis.hold_a_transaction,
    "transaction in another database": Nemesis.hold_another_database,
    "stream blocked": Nemesis.block_a_stream,
    "PostgreSQL restarted": Nemesis.restart_postgres,
    "broker restarted": Nemesis.restart_broker,
}
"""Every fault by name; each answers what it did exactly."""
