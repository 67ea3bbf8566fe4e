"""Appending: from event objects to the verdict, beside the peer's `Application.save` and PostgreSQL's own COPY."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bench import peer
from bench.load import Append, Clashing, context, drive, note
from bench.measure import Path, Sample, Target, Variant, ratio, tail_ratio
from bench.stage import Stage
from bench.stored import RawCopy, fill
from chassis.clock import SystemClock
from chassis.database import READS, connect, open_pool, writer_connection
from chassis.envelope import uuid7
from chassis.runner import Runner
from chassis.worker import API_POOL, running
from chassis.writer import GroupCommit

LOAD_WRITERS = 32
COPIED = 16_000  # events of one raw COPY
FORGET_PENDING = "TRUNCATE pending"  # no sequencer runs here; bench/sequence.py measures it


@asynccontextmanager
async def writing(dsn: str) -> AsyncIterator[GroupCommit]:
    """A process's writer at work."""
    writer = GroupCommit(lambda: writer_connection(dsn), lambda: None)
    async with running(writer.run()):
        yield writer


@asynccontextmanager
async def _ours(stage: Stage) -> AsyncIterator[tuple[str, GroupCommit]]:
    async with stage.database() as dsn:
        await fill(dsn, stage.stored)
        async with writing(dsn) as writer:
            yield dsn, writer


async def emptied(dsn: str) -> None:
    """Empty `pending`, as a sequencer keeps it."""
    connection = await connect(dsn, "bench")
    try:
        await connection.execute(FORGET_PENDING)
    finally:
        await connection.close()


def _appending(stage: Stage, dsn: str, writer: GroupCommit, writers: int, events: int) -> Variant:
    async def slice_() -> Sample:
        await emptied(dsn)
        return await drive(writers, stage.seconds, Append(writer, events))

    return slice_


def _saving(stage: Stage, saver: peer.Peer, writers: int, events: int) -> Variant:
    return lambda: peer.drive(saver, writers, events, stage.seconds)


@asynccontextmanager
async def append_prepared(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    """Ours and the peer's, at 32 and at 8 writers."""
    async with (
        _ours(stage) as (dsn, writer),
        _peers(stage) as (locking, functions),
        open_runner(dsn, writer) as runner,
    ):
        yield {
            "casetrail 32 × 1": _appending(stage, dsn, writer, 32, 1),
            "eventsourcing 32 × 1": _saving(stage, locking, 32, 1),
            "casetrail 8 × 1": _appending(stage, dsn, writer, 8, 1),
            "eventsourcing 8 × 1": _saving(stage, locking, 8, 1),
            "eventsourcing 32 × 1, database functions (loses events)": _saving(stage, functions, 32, 1),
            "casetrail 32 × 1, whole `Runner.run` with its reads": _commanding(stage, dsn, runner),
        }


@asynccontextmanager
async def _peers(stage: Stage) -> AsyncIterator[tuple[peer.Peer, peer.Peer]]:
    async with (
        stage.database() as one,
        stage.database() as other,
        peer.application(one, functions=False) as locking,
        peer.application(other, functions=True) as functions,
    ):
        yield locking, functions


@asynccontextmanager
async def open_runner(dsn: str, writer: GroupCommit) -> AsyncIterator[Runner]:
    """What carries out commands, with a pool as an API process has it."""
    pool = await open_pool(dsn, "bench", API_POOL, READS)
    try:
        yield Runner(pool, writer, SystemClock())
    finally:
        await pool.close()


def _commanding(stage: Stage, dsn: str, runner: Runner) -> Variant:
    async def once() -> int:
        finding_id = str(uuid7())
        await runner.run(context(finding_id), lambda work: note(work, finding_id, 1))
        return 1

    async def slice_() -> Sample:
        await emptied(dsn)
        return await drive(LOAD_WRITERS, stage.seconds, once)

    return slice_


@asynccontextmanager
async def bulk_prepared(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    """32 writers with eight events each, and COPY of the same rows."""
    async with _ours(stage) as (dsn, writer):
        copy = RawCopy(dsn, COPIED, 8)

        async def copied() -> Sample:
            return Sample(await copy.rate())

        yield {"casetrail 32 × 8": _appending(stage, dsn, writer, 32, 8), "raw COPY": copied}


@asynccontextmanager
async def conflicts_prepared(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    """The same with and without commands that must be refused."""
    async with _ours(stage) as (dsn, writer):

        async def clashing() -> Sample:
            await emptied(dsn)
            return await drive(LOAD_WRITERS, stage.seconds, Clashing(Append(writer, 1), 0.05))

        yield {"no conflicts": _appending(stage, dsn, writer, 32, 1), "5 % conflicts": clashing}


WHOLE_PATH = """A command on a new stream: its context, the event dataclass, canonical JSON, the envelope, the answer, the write
set, group commit (events, pending, idempotency record; fsync), the verdict. Nothing is read before, as `Application.save` reads
nothing. The peer: the aggregate, its event, mapping, `Application.save` with the library's PostgreSQL recorder as it is by
default (table lock, NOTIFY), one thread and one connection per writer."""

APPEND = Path(
    "append", "Append", WHOLE_PATH,
    (
        Target("append 32 × 1 / `Application.save`", 15, 35, ratio("casetrail 32 × 1", "eventsourcing 32 × 1"), "×"),
        Target("append 8 × 1 / `Application.save`", 5, 12, ratio("casetrail 8 × 1", "eventsourcing 8 × 1"), "×"),
        Target("append p99 at 32 writers / the peer's", 1 / 10, 1 / 30, tail_ratio("casetrail 32 × 1", "eventsourcing 32 × 1"),
               less_is_better=True),
    ),
    append_prepared,
)  # fmt: skip
BULK = Path(
    "bulk", "Append, eight events each",
    "As above, eight events per command; the COPY puts pre-encoded rows into events, pending and commands in one transaction.",
    (Target("append 32 × 8 / raw COPY", 0.2, 0.45, ratio("casetrail 32 × 8", "raw COPY")),),
    bulk_prepared,
)  # fmt: skip
CONFLICTS = Path(
    "conflicts", "Append with conflicts",
    "Accepted events only; one command in twenty was decided on a stream that has moved since, and is refused.",
    (Target("append with 5 % conflicts / without", 0.6, 0.85, ratio("5 % conflicts", "no conflicts")),),
    conflicts_prepared,
)  # fmt: skip
