"""Reporting as witness: a log's checkpoint is countersigned when our own copy, hashed anew, has the same root at that size."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field

from chassis.clock import Clock
from chassis.eventstore import Connection, Pool
from chassis.merkle import consistent
from chassis.settings import Settings
from chassis.signednote import Checkpoint, NoteError, Signer, checkpoint_from, opened
from chassis.telemetry import log
from chassis.tree import consistency, fill_in, root_at
from chassis.treeheads import LOOK_SECONDS, TreeHead, open_announced
from services.reporting.queries.trees import SOURCES, cosigned, held, shelf_of

MOST_WAITING = 32  # heads of one source that wait for the copy
PATIENCE = 60.0  # seconds until it is said that a head waits

# Invariant: what was cosigned once is in every later cosigned head; two witnesses at once lose on the primary key. Guarded by
# tests/service/reporting/test_witness.py.
SAVE = "INSERT INTO cosigned (source, size, root, note, cosigned_at) VALUES ($1, $2, $3, $4, $5)"
ALARM = """
INSERT INTO witness_alarms (source, what, size, root, agreed, note, raised_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING
"""
ONE_WITNESS = "SELECT pg_advisory_xact_lock(hashtext('witness ' || $1))"


@dataclass(slots=True)
class _Log:
    """What is known of one log beside the database: heads that wait for the copy, and whether it seemed to shrink."""

    waiting: list[tuple[Checkpoint, str]] = field(default_factory=list)
    shrunk: int = 0
    since: float = 0.0


class Witness:
    """Takes announced checkpoints, and cosigns those that agree with our copy; says precisely what does not."""

    def __init__(self, settings: Settings, pool: Pool, clock: Clock, signer: Signer) -> None:
        self._settings, self._pool, self._clock, self._signer = settings, pool, clock, signer
        self._logs: dict[str, _Log] = defaultdict(_Log)

    def take(self, source: str, message: bytes) -> None:
        """Take an announced checkpoint; one that its log did not sign is worth an alarm and nothing else."""
        try:
            note = message.decode()
            text, _ = opened(note, self._settings.verifiers.get(source, ()))
            head = checkpoint_from(text)
            if head.origin != self._settings.origin_of(source):
                raise NoteError(f"a checkpoint of {head.origin}")
        except (NoteError, UnicodeDecodeError) as error:
            log.error("checkpoint_not_genuine", source=source, error=str(error))
            return
        state = self._logs[source]
        state.since = state.since if state.waiting else time.monotonic()
        state.waiting = [*state.waiting, (head, note)][-MOST_WAITING:]

    async def judge_waiting(self) -> None:
        """Judge each head that the copy has reached, the smallest first; the others wait."""
        for source, state in self._logs.items():
            size = await held(self._pool, source)
            ripe = sorted((each for each in state.waiting if each[0].size <= size), key=lambda each: each[0].size)
            for head, note in ripe:
                await self._judge(source, head, note)
                state.waiting.remove((head, note))
                state.since = time.monotonic()
            if state.waiting and time.monotonic() - state.since > PATIENCE:
                log.warning("witness_waits", source=source, size=state.waiting[0][0].size, held=size)
                state.since = time.monotonic()

    async def _judge(self, source: str, head: Checkpoint, note: str) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(ONE_WITNESS, source)
            shelf = shelf_of(source)
            await fill_in(connection, shelf, await held(connection, source))
            last = await cosigned(connection, source)
            if await root_at(connection, shelf, head.size) != head.root:
                await self._alarm(connection, source, "fork", head, note, last)
            elif last is not None and head.size <= last.size:
                await self._older(connection, source, head, note, last)
            else:
                await self._cosign(connection, source, head, note, last)

    async def _cosign(self, connection: Connection, source: str, head: Checkpoint, note: str, last: TreeHead | None) -> None:
        if last is not None:
            proof = await consistency(connection, shelf_of(source), last.size, head.size)
            if not consistent(last.size, head.size, last.root, head.root, proof):
                return await self._alarm(connection, source, "fork", head, note, last)
        now = self._clock.now()
        await connection.execute(SAVE, source, head.size, head.root, self._signer.cosign(note, int(now.timestamp())), now)
        self._logs[source].shrunk = 0

    async def _older(self, connection: Connection, source: str, head: Checkpoint, note: str, last: TreeHead) -> None:
        """A head before the last one: told late, or, if it is what the log goes on telling, its tail was cut."""
        state = self._logs[source]
        state.shrunk = 0 if head.size == last.size else state.shrunk + 1
        if state.shrunk > 1:
            await self._alarm(connection, source, "cut", head, note, last)

    async def _alarm(
        self, connection: Connection, source: str, what: str, head: Checkpoint, note: str, last: TreeHead | None
    ) -> None:
        """The evidence is kept; no cosignature is given, the copy goes on taking what comes."""
        agreed = last.size if last is not None else 0
        if what == "fork":
            log.error("log_forked", source=source, size=head.size, agreed=agreed)
        else:
            log.error("log_cut", source=source, size=head.size, agreed=agreed)
        await connection.execute(ALARM, source, what, head.size, head.root, agreed, note, self._clock.now())


async def run_witness(settings: Settings, pool: Pool, clock: Clock) -> None:
    """Watch every log's checkpoints for as long as database and broker live; without keys there is nothing to watch."""
    known = [source for source in SOURCES if settings.verifiers.get(source)]
    if settings.signer is None or not known:
        log.warning("checkpoints_not_witnessed", signer=settings.signer is not None, sources=known)
        await asyncio.Event().wait()
        return
    witness = Witness(settings, pool, clock, settings.signer)
    kafka, announced = await open_announced(settings, known)
    try:
        while True:
            for source, message in await announced.read():
                witness.take(source, message)
            await witness.judge_waiting()
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await kafka.stop()
