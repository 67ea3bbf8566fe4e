"""Appending: write sets are whole, refused alone, never lost or doubled; nobody stalls anybody; nothing stored can be changed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from chassis.clock import FixedClock
from chassis.database import WORKS, connect, open_pool, writer_connection
from chassis.eventstore import APPEND, Connection, Verdict, WriteSet, append
from chassis.runner import Conflict, Context, InFlight, KeyReused, Runner, Work
from chassis.worker import running
from chassis.writer import GroupCommit
from tests.chassis.notes import NOTE, NoteMade
from tests.chassis.writing import AT, OFFICER, alone, recorded, streams, until, waits_for_a_lock, write_set

ACCEPTED, CONFLICT, REPEATED = Verdict.ACCEPTED, Verdict.CONFLICT, Verdict.REPEATED
BLOCKED = ["blocked", "beside"]
EMPTY = ", ".join(["'{}'"] * 4)


@asynccontextmanager
async def writing(dsn: str, connecting: Callable[[str], Any] = writer_connection) -> AsyncIterator[GroupCommit]:
    """A process's writer at work."""
    writer = GroupCommit(lambda: connecting(dsn), lambda: None)
    async with running(writer.run()):
        yield writer


@asynccontextmanager
async def foreign_row(dsn: str, stream_id: str) -> AsyncIterator[asyncpg.transaction.Transaction]:
    """Another process's transaction with an uncommitted event at version 1 of a stream; rolled back unless committed."""
    connection = await connect(dsn, "foreign")
    transaction = connection.transaction()
    await transaction.start()
    await append(connection, [alone([recorded(stream_id, 1)])])
    try:
        yield transaction
    finally:
        await connection.close()


async def drawn(connection: Connection) -> int:
    """How many sequence numbers have been drawn."""
    count: int = await connection.fetchval("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM append_seq")
    return count


async def test_two_processes_on_the_same_streams_in_opposite_order(dsn: str, connection: Connection) -> None:
    """No deadlock, no stall by a foreign row, and of two write sets on the same two streams one is accepted, whole."""
    forth = [write_set((f"a{n}", 0, 2), (f"b{n}", 0, 1)) for n in range(40)]
    back = [write_set((f"b{n}", 0, 1), (f"a{n}", 0, 2)) for n in range(40)]
    async with writing(dsn) as one, writing(dsn) as other:
        async with foreign_row(dsn, "blocked"):
            blocked = asyncio.create_task(one.append(write_set(("blocked", 0, 1), ("beside", 0, 1))))
            async with asyncio.timeout(20):
                verdicts = await asyncio.gather(*map(one.append, forth), *map(other.append, back))
            assert not blocked.done()
        assert await blocked is ACCEPTED
    for there, here in zip(verdicts[:40], verdicts[40:], strict=True):
        assert sorted([there, here]) == [ACCEPTED, CONFLICT]
    accepted = {w.events[0].envelope.command_id for w, v in zip([*forth, *back], verdicts, strict=True) if v is ACCEPTED}
    stored = await connection.fetch(
        "SELECT command_id, count(*) AS n FROM events WHERE stream_id <> ALL ($1) GROUP BY 1", BLOCKED
    )
    assert {(row["command_id"], row["n"]) for row in stored} == {(command_id, 3) for command_id in accepted}
    assert {name: (await streams(connection))[name] for name in BLOCKED} == {"blocked": [1], "beside": [1]}


async def test_neighbours_do_not_wait_behind_a_blocked_write_set(dsn: str) -> None:
    """While one write set waits for somebody else's uncommitted row, others of its process are committed one after the other."""
    async with writing(dsn) as writer, foreign_row(dsn, "blocked"):
        blocked = asyncio.create_task(writer.append(write_set(("blocked", 0, 1))))
        for n in range(10):
            assert await writer.append(write_set((f"free{n}", 0, 1))) is ACCEPTED
        assert not blocked.done()


async def test_a_row_that_stays_uncommitted_is_a_conflict_in_the_end(
    dsn: str, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.writer.PATIENCE", 4)
    async with writing(dsn) as writer, foreign_row(dsn, "blocked"):
        assert await writer.append(write_set(("blocked", 0, 1))) is CONFLICT
    assert await streams(connection) == {}


async def test_what_another_process_commits_first_is_a_conflict(dsn: str, connection: Connection) -> None:
    async with writing(dsn) as writer, foreign_row(dsn, "blocked") as foreign:
        blocked = asyncio.create_task(writer.append(write_set(("blocked", 0, 1), ("beside", 0, 1))))
        await until(lambda: waits_for_a_lock(connection, "writer"))
        await foreign.commit()
        assert await blocked is CONFLICT
    assert await streams(connection) == {"blocked": [1]}


async def test_conflicts_are_refused_alone_and_whole_and_draw_no_number(connection: Connection) -> None:
    assert await append(connection, [write_set(("taken", 0, 3), key="known")]) == [ACCEPTED]
    before = await drawn(connection)
    batch = [
        write_set(("good", 0, 2)),
        write_set(("fresh", 0, 1), ("taken", 2, 1)),  # one of its streams has moved
        write_set(("later", 1, 1)),  # expects more than there is
        write_set(("other", 0, 1), key="known"),
        write_set(("read", 0, 0), ("fine", 0, 1)),
        write_set(("taken", 2, 0), ("decided", 0, 1)),  # the stream it only read has moved
        write_set(key="nothing to say"),
    ]
    verdicts = await append(connection, batch)
    assert verdicts == [ACCEPTED, CONFLICT, CONFLICT, REPEATED, ACCEPTED, CONFLICT, ACCEPTED]
    assert await streams(connection) == {"taken": [1, 2, 3], "good": [1, 2], "fine": [1]}
    assert await drawn(connection) == before + verdicts.count(ACCEPTED)
    pending = await connection.fetch("SELECT append_seq, ord, stream_id, version FROM pending ORDER BY 1, 2")
    assert [tuple(row) for row in pending] == [
        (1, 0, "taken", 1), (1, 1, "taken", 2), (1, 2, "taken", 3), (2, 0, "good", 1), (2, 1, "good", 2), (3, 0, "fine", 1),
    ]  # fmt: skip
    assert await connection.fetchval("SELECT count(*) FROM commands") == 1 + verdicts.count(ACCEPTED)


async def test_rows_go_in_in_one_order_whatever_the_order_of_the_command(connection: Connection) -> None:
    """So that two processes take their locks in the same order, and cannot deadlock."""
    await append(connection, [write_set(("m", 0, 2), ("z", 0, 1), ("a", 0, 1)), write_set(("k", 0, 1), ("b", 0, 2))])
    rows = await connection.fetch("SELECT stream_id, version FROM events ORDER BY ctid")
    assert [tuple(row) for row in rows] == [("a", 1), ("b", 1), ("b", 2), ("k", 1), ("m", 1), ("m", 2), ("z", 1)]


async def test_a_write_set_that_the_server_rejects_harms_no_neighbour(dsn: str, connection: Connection) -> None:
    async with writing(dsn) as writer:
        sets = [write_set(("bad\0id" if n == 7 else f"s{n}", 0, 1)) for n in range(16)]
        outcomes = await asyncio.gather(*map(writer.append, sets), return_exceptions=True)
    assert isinstance(outcomes.pop(7), asyncpg.CharacterNotInRepertoireError)
    assert outcomes == [ACCEPTED] * 15
    assert len(await streams(connection)) == 15


async def test_a_caller_that_went_away_harms_no_neighbour(dsn: str) -> None:
    async with writing(dsn) as writer, foreign_row(dsn, "blocked"):
        blocked = asyncio.create_task(writer.append(write_set(("blocked", 0, 1))))
        beside = [asyncio.create_task(writer.append(write_set((f"s{n}", 0, 1)))) for n in range(3)]
        await asyncio.gather(*beside[1:])
        blocked.cancel()
        assert await beside[0] is ACCEPTED
        assert await writer.append(write_set(("after", 0, 1))) is ACCEPTED


async def test_one_stream_or_key_is_written_once_per_batch_in_order_of_arrival(dsn: str, connection: Connection) -> None:
    async with writing(dsn) as writer:
        counted = await asyncio.gather(*(writer.append(write_set(("s", n, 1))) for n in range(5)))
        keyed = await asyncio.gather(*(writer.append(write_set((f"k{n}", 0, 1), key="same")) for n in range(3)))
    assert counted == [ACCEPTED] * 5
    assert keyed == [ACCEPTED, REPEATED, REPEATED]
    assert await streams(connection) == {"s": [1, 2, 3, 4, 5], "k0": [1]}


async def test_who_waits_when_the_writer_stops_is_told(dsn: str) -> None:
    """Nobody waits for ever, and the writer's connection is closed."""
    async with foreign_row(dsn, "blocked"):
        async with writing(dsn) as writer:
            blocked = asyncio.create_task(writer.append(write_set(("blocked", 0, 1))))
            assert await writer.append(write_set(("free", 0, 1))) is ACCEPTED
        with pytest.raises(OSError, match="stopped"):
            await blocked
    probe = await connect(dsn, "test")
    sql = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'writer')"
    await until(lambda: probe.fetchval(sql))
    await probe.close()


async def test_a_backend_killed_before_the_commit_loses_nothing(dsn: str, connection: Connection) -> None:
    async with writing(dsn, lambda dsn: connect(dsn, "writer")) as writer:
        async with foreign_row(dsn, "s"):
            waiting = asyncio.create_task(writer.append(write_set(("s", 0, 2))))
            await until(lambda: waits_for_a_lock(connection, "writer"))
            await connection.execute("SELECT pg_terminate_backend($1)", await waits_for_a_lock(connection, "writer"))
        assert await waiting is ACCEPTED
    assert await streams(connection) == {"s": [1, 2]}


class AnswerLost:
    """A connection that dies after its first commit, before the answer has arrived."""

    def __init__(self, real: Connection) -> None:
        self.real = real

    def is_closed(self) -> bool:
        return self.real.is_closed()

    def terminate(self) -> None:
        self.real.terminate()

    async def close(self, **_: Any) -> None:
        self.real.terminate()

    async def fetch(self, *args: Any) -> None:
        await self.real.fetch(*args)
        self.real.terminate()
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")


async def test_a_backend_killed_after_the_commit_doubles_nothing(dsn: str, connection: Connection) -> None:
    """The repeat of what was committed is known by its record."""
    dying = [True]

    async def connecting(dsn: str) -> Any:
        real = await writer_connection(dsn)
        return AnswerLost(real) if dying and dying.pop() else real

    async with writing(dsn, connecting) as writer:
        assert await writer.append(write_set(("s", 0, 2))) is REPEATED
    assert await streams(connection) == {"s": [1, 2]}


async def test_backends_killed_at_any_moment_lose_and_double_nothing(dsn: str, connection: Connection) -> None:
    chance = random.Random(7)
    kill = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND application_name = 'writer'"""
    async with writing(dsn) as writer:
        busy = [asyncio.create_task(writer.append(write_set((f"s{n}", 0, 1 + n % 3)))) for n in range(150)]
        for _ in range(6):
            _, _ = await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)
            await connection.execute(kill)
            busy += [
                asyncio.create_task(writer.append(write_set((f"t{len(busy)}-{n}", 0, 1)))) for n in range(chance.randint(1, 9))
            ]
        verdicts = await asyncio.gather(*busy)
    assert set(verdicts) <= {ACCEPTED, REPEATED}
    stored = await streams(connection)
    assert len(stored) == len(busy)
    assert {f"s{n}": stored[f"s{n}"] for n in range(150)} == {f"s{n}": list(range(1, 2 + n % 3)) for n in range(150)}
    assert await connection.fetchval("SELECT count(*) FROM pending") == sum(map(len, stored.values()))


def context(key: str, payload: bytes = b"payload", **more: Any) -> Context:
    """Who commands, with an idempotency key."""
    command_id = write_set().record.command_id  # type: ignore[union-attr]
    return Context(
        command_id=command_id, actor=OFFICER, organ="donghu-emb", districts=frozenset({"*"}), occurred_at=AT,
        causation_id=command_id, key=key, fingerprint=payload, **more,
    )  # fmt: skip


@asynccontextmanager
async def commanding(dsn: str) -> AsyncIterator[Runner]:
    """A process that carries out commands."""
    async with writing(dsn) as writer:
        pool = await open_pool(dsn, "commands", 2, WORKS)
        try:
            yield Runner(pool, writer, FixedClock(AT))
        finally:
            await pool.close()


async def add(work: Work) -> None:
    note = await work.load(NOTE, "n")
    work.append(note, [NoteMade(note_id="n", text=str(note.version))], district="donghu")


async def test_a_repeated_command_is_answered_the_same_and_another_payload_refused(dsn: str, connection: Connection) -> None:
    async with commanding(dsn) as one, commanding(dsn) as other:
        first = await one.run(context("key-1"), add)
        again = await other.run(context("key-1"), add)
        assert again == first
        with pytest.raises(KeyReused):
            await other.run(context("key-1", b"other payload"), add)
        both = await asyncio.gather(one.run(context("key-2"), add), other.run(context("key-2"), add))
        assert both[0] == both[1]
    assert await streams(connection) == {"note:n": [1, 2]}


async def test_the_same_command_twice_at_once_in_one_process_is_in_flight(dsn: str) -> None:
    async with commanding(dsn) as runner:
        twice = await asyncio.gather(*(runner.run(context("key"), add) for _ in range(2)), return_exceptions=True)
        assert [type(outcome) for outcome in twice].count(InFlight) == 1
        again = await runner.run(context("key"), add)
        assert again in twice


async def test_a_decision_is_taken_anew_when_another_process_was_faster(dsn: str, connection: Connection) -> None:
    """Every command counts once: twelve at once from two processes make twelve versions."""
    async with commanding(dsn) as one, commanding(dsn) as other:

        async def insist(runner: Runner, key: str) -> None:
            while True:
                try:
                    await runner.run(context(key), add)
                    return
                except Conflict:
                    continue

        await asyncio.gather(*(insist(runner, f"{n}") for n, runner in enumerate([one, other] * 6)))
    rows = await connection.fetch("SELECT convert_from(data, 'UTF8') AS data FROM events ORDER BY version")
    assert [row["data"] for row in rows] == [f'{{"note_id":"n","text":"{n}"}}' for n in range(12)]


async def test_loading_again_in_one_command_sees_what_it_appended(dsn: str, connection: Connection) -> None:
    async def twice(work: Work) -> None:
        await add(work)
        once = await work.load(NOTE, "n")
        assert once.state.texts == tuple(str(n) for n in range(once.version))
        await add(work)

    async with commanding(dsn) as runner:
        answer = await runner.run(context("key"), twice)
        assert answer.version == 2
        await runner.run(context("more"), twice)
    assert await streams(connection) == {"note:n": [1, 2, 3, 4]}


async def test_appending_to_an_aggregate_as_it_was_before_is_an_error_of_ours(dsn: str) -> None:
    """Else it would look like a conflict for ever."""

    async def stale(work: Work) -> None:
        note = await work.load(NOTE, "n")
        for text in ("a", "b"):
            work.append(note, [NoteMade(note_id="n", text=text)], district="donghu")

    async with commanding(dsn) as runner:
        with pytest.raises(ValueError, match="note:n"):
            await runner.run(context("key"), stale)


async def test_group_commit_needs_a_record(dsn: str) -> None:
    async with writing(dsn) as writer:
        with pytest.raises(ValueError, match="idempotency record"):
            await writer.append(WriteSet((("s", 0),), (), None))


@pytest.mark.parametrize("analysed", [False, True])
async def test_the_plan_of_an_append_never_scans_all_events(connection: Connection, analysed: bool) -> None:
    await connection.execute("""
        INSERT INTO events
        SELECT 's' || n / 10, n % 10 + 1, gen_random_uuid(), gen_random_uuid(), 't', 'd', 'o', 's', now(), now(),
            '{}', NULL, gen_random_uuid(), gen_random_uuid(), NULL, NULL, '' FROM generate_series(10, 100009) AS n;
        INSERT INTO commands SELECT n::text, '', gen_random_uuid(), '', now() FROM generate_series(1, 20000) AS n""")
    if analysed:
        await connection.execute("ANALYZE events, commands")
    await connection.execute(f"SET plan_cache_mode = force_generic_plan; PREPARE appending AS {APPEND}")
    rows = await connection.fetch(f"EXPLAIN EXECUTE appending(0, {EMPTY})")
    plan = "\n".join(row[0] for row in rows)
    assert "events_pkey" in plan
    assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize("table", ["events", "ledger"])
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET stream_id = 'x'", "DELETE FROM {}", "TRUNCATE {}", "TRUNCATE {} CASCADE",
               "UPDATE {} SET stream_id = stream_id WHERE version = 1"],
)  # fmt: skip
async def test_nothing_stored_can_be_changed_not_even_by_the_owner(connection: Connection, table: str, change: str) -> None:
    await append(connection, [write_set(("s", 0, 1))])
    await connection.execute("INSERT INTO ledger SELECT 1, 0, 1, stream_id, version, event_id, '', '' FROM events")
    assert await connection.fetchval("SELECT tableowner = current_user FROM pg_tables WHERE tablename = $1", table)
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await connection.execute(change.format(table))
    assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 1  # noqa: S608 - a name of ours


async def test_an_upsert_cannot_change_a_stored_event_either(connection: Connection) -> None:
    await append(connection, [write_set(("s", 0, 1))])
    sql = "INSERT INTO events SELECT * FROM events ON CONFLICT (stream_id, version) DO UPDATE SET data = 'x'"
    with pytest.raises(asyncpg.RestrictViolationError):
        await connection.execute(sql)


async def test_a_batch_larger_than_one_statement_takes_is_written_whole(
    dsn: str, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.writer.BATCH", 8)
    async with writing(dsn) as writer:
        assert await asyncio.gather(*(writer.append(write_set((f"s{n}", 0, 1))) for n in range(50))) == [ACCEPTED] * 50
    assert len(await streams(connection)) == 50


async def test_a_record_keeps_the_answer_to_the_byte(dsn: str, connection: Connection) -> None:
    given = write_set(("s", 0, 1), key="k")
    assert given.record is not None
    body = bytes(range(256))
    await append(connection, [replace(given, record=replace(given.record, answer=body))])
    assert await connection.fetchval("SELECT answer FROM commands WHERE key = 'k'") == body
