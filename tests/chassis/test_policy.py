"""Policies: what happens elsewhere takes effect exactly once, in order; what must wait waits; what is refused is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from chassis.broker import Received
from chassis.database import connect
from chassis.domain import Unknown
from chassis.envelope import Recorded, shard_of
from chassis.eventstore import Connection, append
from chassis.policy import Overtaken, PolicyRuns, Reaction, Run, advance
from chassis.runner import Work
from chassis.testing import ServiceUnderTest
from tests.chassis.notes import NOTE, NoteMade, ThingHappened, on_thing
from tests.chassis.writing import alone, recorded, until

ALPHA, BETA = "subject-a", "subject-b"  # in different shards
A, B = shard_of(ALPHA), shard_of(BETA)


def policies(sut: ServiceUnderTest, reaction: Reaction = on_thing, consumer: str = "notes-policies") -> PolicyRuns:
    """The example service's policies; another consumer name is another, independent consumer."""
    return PolicyRuns("notes", consumer, sut.worker_pool, sut.clock, {ThingHappened.__wire__: reaction}, lambda: None)


def thing(sut: ServiceUnderTest, thing_id: str, after: str | None = None, *, subject: str = ALPHA) -> Received:
    return sut.received("things", ThingHappened.__wire__, ThingHappened(thing_id=thing_id, after=after), subject=subject)


def run(*events: Received) -> Run:
    """These consecutive events of one shard."""
    return Run(events[0].source, events[0].shard, events[0].shard_idx - 1, events)


async def times(sut: ServiceUnderTest) -> dict[str, int]:
    """How often each thing took effect."""
    return {row["thing_id"]: row["times"] for row in await sut.connection.fetch("SELECT * FROM things")}


async def position(sut: ServiceUnderTest, shard: int = A, consumer: str = "notes-policies") -> int:
    sql = "SELECT position FROM inbox WHERE consumer = $1 AND source = 'things' AND shard = $2"
    return await sut.connection.fetchval(sql, consumer, shard) or 0


async def noted(sut: ServiceUnderTest) -> list[str]:
    return [row["stream_id"] for row in await sut.connection.fetch("SELECT stream_id FROM pending ORDER BY append_seq, ord")]


async def test_effects_events_and_position_come_together(sut: ServiceUnderTest) -> None:
    received = [thing(sut, name) for name in ("x", "y")]
    assert await policies(sut).apply([run(*received)]) == {("things", A): 2}
    assert await times(sut) == {"x": 1, "y": 1}
    assert await position(sut) == 2
    [first, second] = await sut.events("casetrail.notes.note-made")
    assert [first["stream_id"], second["stream_id"]] == ["note:x", "note:y"]
    e = received[0].envelope
    assert (first["causation_id"], first["correlation_id"], first["organ"]) == (e.event_id, e.correlation_id, e.organ)


async def test_a_doubled_message_changes_nothing(sut: ServiceUnderTest) -> None:
    received = [thing(sut, name) for name in ("x", "y")]
    await policies(sut).apply([run(*received)])
    for again in (run(*received), run(received[0]), run(received[1])):
        with pytest.raises(Overtaken):
            await policies(sut).apply([again])
    assert await times(sut) == {"x": 1, "y": 1}
    assert await noted(sut) == ["note:x", "note:y"]


async def test_nothing_rests_on_an_event_that_was_altered_on_its_way(sut: ServiceUnderTest) -> None:
    """What precedes it takes effect; it and what follows wait for the genuine one."""
    first, second, third = (thing(sut, name) for name in ("x", "y", "z"))
    forged = replace(second, recorded=Recorded(second.envelope, second.recorded.data.replace(b"y", b"w")))
    with capture_logs() as logs:
        assert await policies(sut).apply([run(first, forged, third)]) == {("things", A): 1}
        assert await policies(sut).apply([run(forged, third)]) == {("things", A): 1}
    assert [(entry["event"], entry["shard_idx"]) for entry in logs] == [("event_altered", 2), ("event_altered", 2)]
    assert await times(sut) == {"x": 1}
    assert await policies(sut).apply([run(second, third)]) == {("things", A): 3}
    assert await times(sut) == {"x": 1, "y": 1, "z": 1}


async def test_two_consumers_of_the_same_name_at_once(sut: ServiceUnderTest) -> None:
    """Both apply the same run; whoever comes second finds the position moved."""
    received = [thing(sut, name) for name in ("x", "y", "z")]
    both = asyncio.Barrier(2)

    async def together(work: Work, event: Received) -> None:
        if event is received[0]:
            await both.wait()
        await on_thing(work, event)

    tries = [policies(sut, together).apply([run(*received)]) for _ in range(2)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert {("things", A): 3} in outcomes
    assert await times(sut) == {"x": 1, "y": 1, "z": 1}
    assert await noted(sut) == ["note:x", "note:y", "note:z"]


@pytest.mark.parametrize("at", [0, 1, 2])
async def test_a_backend_killed_in_the_middle_of_a_run(sut: ServiceUnderTest, at: int) -> None:
    """Nothing of the run remains, and it can be applied again, once."""
    received = [thing(sut, name) for name in ("x", "y", "z")]
    to_kill = [received[at]]

    async def killed(work: Work, event: Received) -> None:
        await on_thing(work, event)
        if event in to_kill:
            to_kill.clear()
            assert work.tx is not None
            pid = await work.tx.fetchval("SELECT pg_backend_pid()")
            await sut.connection.execute("SELECT pg_terminate_backend($1)", pid)

    with pytest.raises((asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError)):
        await policies(sut, killed).apply([run(*received)])
    assert await times(sut) == {}
    assert await policies(sut, killed).apply([run(*received)]) == {("things", A): 3}
    assert await times(sut) == {"x": 1, "y": 1, "z": 1}


async def test_what_must_wait_waits_and_goes_on_in_order(sut: ServiceUnderTest) -> None:
    """The events before it take effect, none behind it does, other shards go on."""
    waiting = [thing(sut, "first"), thing(sut, "second", after="elsewhere"), thing(sut, "third")]
    other = [thing(sut, "other", subject=BETA)]
    runs = policies(sut)
    assert await runs.apply([run(*waiting), run(*other)]) == {("things", A): 1, ("things", B): 1}
    assert await runs.apply([run(*waiting[1:])]) == {("things", A): 1}
    assert await times(sut) == {"first": 1, "other": 1}
    await runs.apply([run(thing(sut, "elsewhere", subject=BETA))])
    assert await runs.apply([run(*waiting[1:])]) == {("things", A): 3}
    *at_once, elsewhere, second, third = await noted(sut)
    assert sorted(at_once) == ["note:first", "note:other"]  # of two shards, in whatever order
    assert [elsewhere, second, third] == ["note:elsewhere", "note:second", "note:third"]


async def apply_all(runs: PolicyRuns, events: list[Received]) -> None:
    """As a consumer does: what is left is handed in again."""
    while events:
        [position] = (await runs.apply([run(*events)])).values()
        events = [event for event in events if event.shard_idx > position]


async def test_what_the_rules_refuse_is_kept_and_the_run_goes_on(sut: ServiceUnderTest) -> None:
    """Nothing that the refused reaction did remains."""
    events = [thing(sut, name) for name in ("x", "refused-1", "y", "refused-2")]
    await apply_all(policies(sut), events)
    assert await times(sut) == {"x": 1, "y": 1}
    assert await position(sut) == 4
    rows = await sut.connection.fetch("SELECT consumer, event_id, type, code FROM refusals ORDER BY recorded_at, event_id")
    refused = sorted(events[n].envelope.event_id for n in (1, 3))  # both may have been made in the same millisecond
    assert [tuple(row) for row in rows] == [
        ("notes-policies", event_id, ThingHappened.__wire__, "thing-refused") for event_id in refused
    ]


async def test_an_event_that_fails_stops_its_shard_only(sut: ServiceUnderTest) -> None:
    async def failing(work: Work, event: Received) -> None:
        if event.envelope.subject == ALPHA and event.shard_idx == 2:
            raise ArithmeticError("broken")
        await on_thing(work, event)

    events = [thing(sut, name) for name in ("x", "poison", "y")]
    runs = policies(sut, failing)
    assert await runs.apply([run(*events), run(thing(sut, "other", subject=BETA))]) == {("things", A): 1, ("things", B): 1}
    assert await runs.apply([run(*events[1:])]) == {("things", A): 1}
    assert await times(sut) == {"x": 1, "other": 1}
    await apply_all(policies(sut), events[1:])
    assert await times(sut) == {"x": 1, "poison": 1, "y": 1, "other": 1}


async def test_a_run_in_conflict_with_a_command_is_tried_again(sut: ServiceUnderTest) -> None:
    """A command was faster on the same stream, between the policy's reading and its writing."""
    tried = count()

    async def slow(work: Work, _: Received) -> None:
        note = await work.load(NOTE, "shared")
        if next(tried) == 0:
            await append(sut.connection, [alone([recorded("note:shared", 1)])])
        work.append(note, [NoteMade(note_id="shared", text=str(note.version))], district="donghu")

    assert await policies(sut, slow).apply([run(thing(sut, "x"))]) == {("things", A): 1}
    rows = await sut.events("casetrail.notes.note-made")
    assert [row["version"] for row in rows] == [1, 2]
    assert bytes(rows[1]["data"]) == b'{"note_id":"shared","text":"1"}'


async def test_a_run_blocked_by_an_uncommitted_command_is_applied_when_it_ends(sut: ServiceUnderTest) -> None:
    other = await connect(sut.dsn, "other")
    transaction = other.transaction()
    await transaction.start()
    await append(other, [alone([recorded("note:x", 1)])])
    applying = asyncio.create_task(policies(sut).apply([run(thing(sut, "x"))]))
    blocked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    await until(lambda: sut.connection.fetchval(blocked))
    await transaction.commit()
    await other.close()
    assert await applying == {("things", A): 1}
    assert [row["version"] for row in await sut.events()] == [1, 2]


async def test_events_without_a_reaction_only_move_the_position(sut: ServiceUnderTest) -> None:
    silent = [sut.received("things", "casetrail.things.other-thing.v1", b"{}", subject=ALPHA) for _ in range(3)]
    more = sut.received("things", "casetrail.things.other-thing.v1", b"{}", subject=BETA)
    assert await policies(sut).apply([run(*silent), run(more)]) == {("things", A): 3, ("things", B): 1}
    assert (await position(sut), await position(sut, B)) == (3, 1)


async def test_an_overtaken_shard_leaves_no_other_in_the_background(
    sut: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When one transaction fails, the others have ended before the consumer begins anew."""
    monkeypatch.setattr("chassis.policy.TOGETHER", 1)
    old = thing(sut, "old")
    await policies(sut).apply([run(old)])
    ended = []

    async def slow(work: Work, event: Received) -> None:
        assert work.tx is not None
        await work.tx.fetchval("SELECT pg_sleep(0.05)")
        await on_thing(work, event)
        ended.append(event)

    with pytest.raises(Overtaken):
        await policies(sut, slow).apply([run(old), run(thing(sut, "beta", subject=BETA))])
    assert len(ended) == 2
    assert await position(sut, B) == 1


async def test_runs_of_several_shards_share_a_transaction_in_the_order_of_their_ledger(
    sut: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an event rests on in another shard comes before it; too many events are several transactions."""
    first, second, third = thing(sut, "x"), thing(sut, "y", after="x", subject=BETA), thing(sut, "z", after="y")
    second, third = (replace(event, idx=event.idx + 10 * n) for n, event in enumerate((second, third), start=1))
    assert await policies(sut).apply([run(second), run(first, third)]) == {("things", A): 2, ("things", B): 1}
    transactions = "SELECT count(DISTINCT xmin::text) FROM things WHERE thing_id = ANY($1)"
    assert await sut.connection.fetchval(transactions, ["x", "y", "z"]) == 1
    assert await noted(sut) == ["note:x", "note:y", "note:z"]
    monkeypatch.setattr("chassis.policy.TOGETHER", 2)
    await policies(sut).apply([run(thing(sut, "p"), thing(sut, "q")), run(thing(sut, "r", subject=BETA))])
    assert await sut.connection.fetchval(transactions, ["p", "q", "r"]) == 2


async def test_a_run_that_stops_lets_those_go_on_that_shared_its_transaction(sut: ServiceUnderTest) -> None:
    """All but what it stopped at takes effect, once; while it stands in the way, it is tried by itself."""
    together: list[int] = []

    async def watched(work: Work, event: Received) -> None:
        assert work.tx is not None
        together.append(await work.tx.fetchval("SELECT pg_current_xact_id()::text::bigint"))
        await on_thing(work, event)

    waiting = [thing(sut, "x"), thing(sut, "y", after="elsewhere")]
    runs = policies(sut, watched)
    assert await runs.apply([run(*waiting), run(thing(sut, "p", subject=BETA))]) == {("things", A): 1, ("things", B): 1}
    assert await times(sut) == {"x": 1, "p": 1}
    for n, name in enumerate(("q", "s"), start=2):
        together.clear()
        assert await runs.apply([run(waiting[1]), run(thing(sut, name, subject=BETA))]) == {("things", A): 1, ("things", B): n}
    assert len(together) == len({*together}) == 2
    await runs.apply([run(thing(sut, "elsewhere", subject=BETA))])
    assert await runs.apply([run(waiting[1])]) == {("things", A): 2}
    together.clear()
    await runs.apply([run(thing(sut, "z")), run(thing(sut, "r", subject=BETA))])
    assert len(together) == 2
    assert len({*together}) == 1
    assert await times(sut) == dict.fromkeys(("x", "y", "elsewhere", "p", "q", "s", "z", "r"), 1)


async def test_a_missing_aggregate_is_refused_by_its_name(sut: ServiceUnderTest) -> None:
    async def needs(work: Work, _: Received) -> None:
        await work.existing(NOTE, "absent")

    await policies(sut, needs).apply([run(thing(sut, "x"))])
    assert await sut.connection.fetchval("SELECT code FROM refusals") == Unknown("note", "absent").code


def moves(*moves: tuple[int, int, int]) -> list[tuple[Run, int]]:
    """Runs of shards, from a position to another, without events."""
    return [(Run("things", shard, after, ()), upto) for shard, after, upto in moves]


async def test_advance_is_a_compare_and_set(connection: Connection) -> None:
    await advance(connection, "c", moves((1, 0, 3), (2, 0, 5)))
    await advance(connection, "c", moves((1, 3, 4)))
    await advance(connection, "c", moves((1, 4, 4)))
    for wrong in (
        moves((1, 3, 9)),  # it is further by now
        moves((1, 5, 9)),  # it is not so far yet
        moves((3, 2, 9)),  # it has not begun
        moves((1, 0, 9)),
        moves((1, 4, 2)),  # backwards
        moves((2, 5, 6), (1, 3, 9)),  # one of two
    ):
        with pytest.raises(Overtaken):
            async with connection.transaction():
                await advance(connection, "c", wrong)
    rows = await connection.fetch("SELECT shard, position FROM inbox WHERE consumer = 'c' ORDER BY 1")
    assert [tuple(row) for row in rows] == [(1, 4), (2, 5)]


CALLS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.integers(0, 4), st.integers(0, 3)), max_size=25)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=CALLS)
async def test_a_position_moves_only_from_where_it_stands_and_never_back(connection: Connection, calls: Any) -> None:
    """Two consumers that try anything: each shard's position is moved by exactly the calls that knew it."""
    await connection.execute("DELETE FROM inbox")
    model: dict[tuple[str, int], int] = {}
    for consumer, shard, after, step in calls:
        known = model.get((consumer, shard), 0)
        try:
            async with connection.transaction():
                await advance(connection, consumer, moves((shard, after, after + step)))
        except Overtaken:
            assert after != known
        else:
            assert after == known
            model[consumer, shard] = after + step
    rows = await connection.fetch("SELECT consumer, shard, position FROM inbox")
    stored: Mapping[tuple[str, int], int] = {(row["consumer"], row["shard"]): row["position"] for row in rows}
    assert stored == model


async def test_two_consumers_racing_through_a_shard(dsn: str, connection: Connection) -> None:
    """Of each position only one of them wins, and the end is reached exactly once."""
    won: list[int] = []

    async def consumer(name: str) -> None:
        own = await connect(dsn, name)
        for after in range(30):
            try:
                async with own.transaction():
                    await advance(own, "c", moves((1, after, after + 1), (0, after, after + 1)))
                won.append(after)
            except Overtaken:
                continue
        await own.close()

    await asyncio.gather(consumer("one"), consumer("other"))
    rows = await connection.fetch("SELECT position FROM inbox")
    assert [row["position"] for row in rows] == [len(won)] * 2
    assert sorted(won) == sorted(set(won))
