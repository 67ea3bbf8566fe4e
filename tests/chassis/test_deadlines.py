"""Deadlines: armed and disarmed by events, fired once and not before they are due, whoever is killed and whatever fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from chassis.database import connect, forever
from chassis.deadlines import Arm, Deadline, Disarm, Rules, deadline_projection, fire_due, run_deadlines
from chassis.domain import Event
from chassis.envelope import Sequenced
from chassis.projector import OwnLedger, begin, project_once
from chassis.runner import Work
from chassis.sequencer import read_head, sequence_once
from chassis.testing import ServiceUnderTest
from chassis.worker import running
from tests.chassis.notes import NOTE, NoteDone, NoteMade, deadlines, finish, on_due
from tests.chassis.writing import until, waits_for_a_lock

FIRES = {"note-due": on_due}
DAY = timedelta(days=1)


async def make(sut: ServiceUnderTest, *note_ids: str) -> None:
    """Notes, each with a deadline a day later."""
    async with sut.client("officer") as officer:
        for note_id in note_ids:
            assert (await officer.post("/v1/notes", json={"note_id": note_id, "text": "字"})).status_code == 201


async def project(sut: ServiceUnderTest, rules: Rules | None = None) -> None:
    """Sequence, and bring the table of deadlines up to date; fire nothing."""
    projection = deadline_projection(rules or deadlines)
    await begin(sut.connection, [projection], simulated=True)
    await sequence_once(sut.connection, await read_head(sut.connection))
    while await project_once(sut.connection, OwnLedger(), projection, simulated=True):
        pass


async def states(sut: ServiceUnderTest) -> dict[str, str]:
    rows = await sut.connection.fetch("""
        SELECT d.key, CASE WHEN f.id IS NOT NULL AND d.state = 'armed' THEN 'fired' ELSE d.state END AS state
        FROM deadlines d LEFT JOIN fired_deadlines f USING (id, due_at)""")
    return {row["key"]: row["state"] for row in rows}


async def finished(sut: ServiceUnderTest) -> list[str]:
    """The notes done, by name, as often as they were."""
    rows = await sut.connection.fetch("SELECT stream_id FROM events WHERE type = $1 ORDER BY stream_id", NoteDone.__wire__)
    return [row["stream_id"] for row in rows]


async def fire(sut: ServiceUnderTest) -> int:
    return await fire_due(sut.connection, sut.runner, FIRES)


async def test_it_fires_when_it_is_due_and_not_before(sut: ServiceUnderTest) -> None:
    await make(sut, "a", "b")
    await project(sut)
    made_at = sut.clock.at
    sut.clock.at = made_at + DAY - timedelta(microseconds=1)
    assert await fire(sut) == 0
    assert await finished(sut) == []
    sut.clock.at = made_at + DAY
    assert await fire(sut) == 2
    assert await finished(sut) == ["note:a", "note:b"]
    assert await states(sut) == {"a": "fired", "b": "fired"}
    [event, _] = await sut.events(NoteDone.__wire__)
    assert event["occurred_at"] == made_at + DAY
    assert '"role":"deadline"' in event["actor"]
    assert await fire(sut) == 0


async def test_one_that_was_disarmed_does_not_fire(sut: ServiceUnderTest) -> None:
    await make(sut, "a", "b")
    async with sut.client("officer") as officer:
        await officer.post("/v1/notes/a/closings", headers={"If-Match": '"1"'})
    await sut.settle()
    assert await states(sut) == {"a": "disarmed", "b": "armed"}
    sut.clock.at += DAY
    await sut.settle()
    assert await finished(sut) == ["note:a", "note:b"]


async def test_one_that_was_armed_anew_fires_at_the_new_time(sut: ServiceUnderTest) -> None:
    """Also when it had fired before."""
    later = [DAY]

    def rules(sequenced: Sequenced, happened: Event) -> list[Arm | Disarm]:
        at = sequenced.envelope.occurred_at
        return [Arm(id="only", kind="count", key=f"v{sequenced.idx}", due_at=at + later[0], district="donghu", detail={"n": 1})]

    fired: list[Deadline] = []

    async def note(work: Work, deadline: Deadline) -> None:
        fired.append(deadline)

    await make(sut, "a")
    await project(sut, rules)
    later[0] = 3 * DAY
    await make(sut, "b")
    await project(sut, rules)
    sut.clock.at += 2 * DAY
    assert await fire_due(sut.connection, sut.runner, {"count": note}) == 0
    sut.clock.at += DAY
    assert await fire_due(sut.connection, sut.runner, {"count": note}) == 1
    await make(sut, "c")
    await project(sut, rules)
    sut.clock.at += 3 * DAY
    assert await fire_due(sut.connection, sut.runner, {"count": note}) == 1
    assert [(deadline.key, deadline.detail) for deadline in fired] == [("v2", {"n": 1}), ("v3", {"n": 1})]


async def test_disarming_one_that_never_ran_is_harmless(sut: ServiceUnderTest) -> None:
    await make(sut, "a")
    await project(sut, lambda _, happened: [Disarm(id="never")] if isinstance(happened, NoteMade) else [])
    assert await states(sut) == {}


async def careless(work: Work, deadline: Deadline) -> None:
    """A handler that would do it again and again: only the command's key keeps it from that."""
    note = await work.existing(NOTE, deadline.key)
    work.append(note, [NoteDone(note_id=deadline.key)])


async def test_killed_between_command_and_note_it_fires_once(sut: ServiceUnderTest) -> None:
    """The note is lost with its backend; the second time the command is known by its key."""
    await make(sut, "a", "b")
    await project(sut)
    sut.clock.at += DAY
    holder = await connect(sut.dsn, "holder")
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("INSERT INTO fired_deadlines SELECT id, due_at, due_at FROM deadlines")
    async with running(forever("deadlines", lambda: run_deadlines(sut.dsn, sut.runner, {"note-due": careless}, 0.01))):
        await until(lambda: waits_for_a_lock(sut.connection, "deadlines"))
        assert await finished(sut) == ["note:a", "note:b"]
        pid = await waits_for_a_lock(sut.connection, "deadlines")
        await sut.connection.execute("SELECT pg_terminate_backend($1)", pid)
        await transaction.rollback()
        await until(lambda: sut.connection.fetchval("SELECT count(*) = 2 FROM fired_deadlines"))
    await holder.close()
    assert await finished(sut) == ["note:a", "note:b"]


async def test_two_workers_fire_it_once(sut: ServiceUnderTest) -> None:
    """Each leads for a while; also if both believe that they do."""
    await make(sut, "a", "b", "c")
    await project(sut)
    sut.clock.at += DAY
    other = await connect(sut.dsn, "other")
    fires = {"note-due": careless}
    await asyncio.gather(fire_due(sut.connection, sut.runner, fires), fire_due(other, sut.runner, fires))
    await fire_due(sut.connection, sut.runner, fires)
    await other.close()
    assert await finished(sut) == ["note:a", "note:b", "note:c"]
    assert set((await states(sut)).values()) == {"fired"}


async def test_what_the_rules_refuse_is_recorded_and_settled(sut: ServiceUnderTest) -> None:
    """Here the note was done, and the news has not reached the table of deadlines yet."""
    await make(sut, "a")
    await project(sut)
    async with sut.client("officer") as officer:
        await officer.post("/v1/notes/a/closings", headers={"If-Match": '"1"'})
    sut.clock.at += DAY
    assert await fire(sut) == 1
    assert await states(sut) == {"a": "fired"}
    rows = await sut.connection.fetch("SELECT consumer, type, code FROM refusals")
    assert [tuple(row) for row in rows] == [("deadlines", "deadline note-due", "note-done")]
    assert await fire(sut) == 0


@pytest.mark.parametrize("broken", ["handler", "kind"])
async def test_one_that_fails_keeps_no_other_from_firing(sut: ServiceUnderTest, broken: str) -> None:
    """It stays armed, is logged, and fires when its cause is mended."""
    await make(sut, "a", "broken-1", "c")
    await project(sut)
    if broken == "kind":
        await sut.connection.execute("UPDATE deadlines SET kind = 'of a newer version' WHERE key LIKE 'broken%'")
    sut.clock.at += DAY
    with capture_logs() as logs:
        assert await fire(sut) == 2
        assert await fire(sut) == 0
    assert [line["deadline"] for line in logs if line["event"] == "deadline_failed"] == ["note-due:broken-1"] * 2
    assert await states(sut) == {"a": "fired", "broken-1": "armed", "c": "fired"}

    async def mended(work: Work, deadline: Deadline) -> None:
        await finish(work, deadline.key)

    assert await fire_due(sut.connection, sut.runner, {"note-due": mended, "of a newer version": mended}) == 1
    assert await finished(sut) == ["note:a", "note:broken-1", "note:c"]


async def test_a_kind_that_fails_altogether_keeps_no_other_from_firing(
    sut: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.deadlines.ROUND", 2)
    await make(sut, "broken-1", "broken-2", "broken-3")
    sut.clock.at += timedelta(minutes=1)
    await make(sut, "fine")
    await project(sut)
    await sut.connection.execute("UPDATE deadlines SET kind = 'other' WHERE key = 'fine'")
    sut.clock.at += DAY
    assert await fire_due(sut.connection, sut.runner, {**FIRES, "other": on_due}) == 1
    assert await finished(sut) == ["note:fine"]


async def test_more_than_a_round_is_fired_in_rounds_earliest_first(
    sut: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.deadlines.ROUND", 2)
    for note_id in ("a", "b", "c", "d", "e"):
        await make(sut, note_id)
        sut.clock.at += timedelta(minutes=1)
    await project(sut)
    sut.clock.at += DAY
    assert [await fire(sut) for _ in range(4)] == [2, 2, 1, 0]
    keys = await sut.connection.fetch("SELECT stream_id FROM events WHERE type = $1 ORDER BY occurred_at", NoteDone.__wire__)
    assert [row["stream_id"] for row in keys] == [f"note:{name}" for name in "abcde"]


async def test_what_is_settled_is_not_looked_at_again_and_what_comes_late_still_fires(sut: ServiceUnderTest) -> None:
    """Late: armed by an event that comes after, for a time that is long past."""
    await make(sut, "a", "b")
    await project(sut)
    sut.clock.at += 2 * DAY
    assert await fire(sut) == 2
    settled = await sut.connection.fetchrow("SELECT due_before, idx FROM settled_deadlines")
    assert settled is not None
    assert tuple(settled) == (sut.clock.at, 2)
    await sut.connection.execute("DELETE FROM fired_deadlines")  # nobody asks for these any more
    assert await fire(sut) == 0
    await make(sut, "c")
    await project(sut, long_past)
    assert await fire(sut) == 1
    assert await finished(sut) == ["note:a", "note:b", "note:c"]


def long_past(sequenced: Sequenced, happened: Event) -> list[Arm]:
    return [replace(arm, due_at=arm.due_at - 9 * DAY) for arm in deadlines(sequenced, happened) if isinstance(arm, Arm)]


async def test_one_that_fails_is_looked_at_however_long_ago_it_was_due(sut: ServiceUnderTest) -> None:
    await make(sut, "broken-1")
    sut.clock.at += timedelta(minutes=1)
    await make(sut, "b")
    await project(sut)
    sut.clock.at += 2 * DAY
    assert await fire(sut) == 1
    await make(sut, "c")
    await project(sut)
    sut.clock.at += 2 * DAY
    assert await fire(sut) == 1

    async def mended(work: Work, deadline: Deadline) -> None:
        await finish(work, deadline.key)

    assert await fire_due(sut.connection, sut.runner, {"note-due": mended}) == 1


async def test_nothing_counts_as_settled_while_an_event_is_parked(sut: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may arm a deadline at its old place when it is tried again."""

    async def one_parked(*_: object) -> int:
        return 1

    monkeypatch.setattr("chassis.deadlines.parked_count", one_parked)
    await make(sut, "a")
    await project(sut)
    sut.clock.at += DAY
    assert await fire(sut) == 1
    assert await sut.connection.fetchval("SELECT idx FROM settled_deadlines") == 0
