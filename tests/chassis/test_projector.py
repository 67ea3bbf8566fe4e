"""Projections: each event exactly once, whoever is killed or doubled; values of every kind."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from chassis.database import connect, forever
from chassis.envelope import Envelope, Sequenced
from chassis.eventstore import Connection, ledger_after, ledger_to_fold
from chassis.projector import Batch, Overtaken, OwnLedger, Projection, begin, project_once, run_projector
from chassis.worker import running
from tests.chassis.notes import COUNTS, LIST
from tests.chassis.projecting import FEED, done, made, project
from tests.chassis.writing import until, waits_for_a_lock


async def position(connection: Connection, projection: Projection) -> int:
    value: int = await connection.fetchval("SELECT position FROM checkpoints WHERE name = $1", projection.checkpoint)
    return value


async def counts(connection: Connection) -> tuple[Any, ...] | None:
    row = await connection.fetchrow("SELECT district, notes, done FROM note_counts")
    return None if row is None else tuple(row)


async def test_values_of_every_kind_are_put_and_patched(connection: Connection) -> None:
    await made(connection, "一", "二")
    await project(connection, LIST)
    await done(connection, 0)
    await project(connection, LIST)
    rows = [dict(row) for row in await connection.fetch("SELECT * FROM note_list ORDER BY note_id")]
    for row in rows:
        assert orjson.loads(row.pop("detail")) == {"text": row["text"], "n": [1, None, True]}
    common = {
        "district": "donghu", "due_on": date(2021, 9, 30), "made_at": datetime(2021, 9, 6, 4, tzinfo=UTC), "labels": ["一", "b"],
        "size": 9_007_199_254_740_993,
    }  # fmt: skip
    assert rows == [
        {"note_id": "n0", "text": "一", "done": True, **common},
        {"note_id": "n1", "text": "二", "done": False, **common},
    ]


async def test_a_row_can_be_emptied_and_an_unknown_one_is_left_alone(connection: Connection) -> None:
    async def clear(batch: Batch) -> None:
        rows = await batch.rows("note_list", ["n0", "absent"])
        rows.patch("n0", due_on=None, detail=None, size=None, labels=[])
        rows.patch("absent", done=True)
        assert rows.get("absent") is None

    await made(connection, "一")
    await project(connection, LIST)
    await project(connection, Projection("clear", 1, clear, ("note_list",)))
    rows = await connection.fetch("SELECT note_id, due_on, detail, size, labels FROM note_list")
    assert [tuple(row) for row in rows] == [("n0", None, None, None, [])]


async def test_a_batch_sees_what_it_put_itself(connection: Connection) -> None:
    async def twice(batch: Batch) -> None:
        rows = await batch.rows("note_counts", ["a"])
        rows.put("a", {"district": "a", "notes": 1, "done": 0})
        again = await batch.rows("note_counts", ["a", "b"])
        assert again.get("a") == {"district": "a", "notes": 1, "done": 0}
        again.patch("a", done=7)
        again.put("b", {"district": "b", "notes": 0, "done": 0})

    await made(connection, "一")
    await project(connection, Projection("twice", 1, twice, ("note_counts",)))
    rows = await connection.fetch("SELECT district, notes, done FROM note_counts ORDER BY 1")
    assert [tuple(row) for row in rows] == [("a", 1, 7), ("b", 0, 0)]


@pytest.mark.parametrize("mistake", ["patch", "get", "column"])
async def test_mistakes_of_a_projection_are_errors_not_lost_rows(connection: Connection, mistake: str) -> None:
    async def mistaken(batch: Batch) -> None:
        rows = await batch.rows("note_counts", ["a"])
        match mistake:
            case "patch":
                rows.patch("not asked for", done=1)
            case "get":
                rows.get("not asked for")
            case _:
                rows.put("a", {"district": "a", "nodes": 1})

    await made(connection, "一")
    projection = Projection("mistaken", 1, mistaken, ("note_counts",))
    with pytest.raises(KeyError):
        await project(connection, projection)
    assert await position(connection, projection) == 0


async def test_two_projectors_apply_each_event_once(dsn: str, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read the same batch before either writes: one is overtaken and changes nothing."""
    monkeypatch.setattr("chassis.projector.BATCH", 7)
    both_have_read = asyncio.Barrier(2)

    class Together(OwnLedger):
        async def after(self, connection: Connection, position: int, limit: int) -> Sequence[Sequenced]:
            read = await super().after(connection, position, limit)
            await both_have_read.wait()
            return read

    await made(connection, *"abcdefghijklmnopqrst")
    await begin(connection, [COUNTS], simulated=False)
    other = await connect(dsn, "other")
    tries = [project_once(each, Together(), COUNTS, simulated=False) for each in (connection, other)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    await other.close()
    assert 7 in outcomes
    assert any(isinstance(outcome, Overtaken) for outcome in outcomes)
    assert await counts(connection) == ("donghu", 7, 0)
    await project(connection, COUNTS)
    assert await counts(connection) == ("donghu", 20, 0)


async def test_a_projector_killed_in_the_middle_applies_each_event_once(dsn: str, connection: Connection) -> None:
    """Killed when it has changed the table and before the checkpoint; a second process goes on."""
    await made(connection, *"abcdef")
    loops = [forever(name, lambda: run_projector(dsn, FEED, (LIST, COUNTS), 0.01, simulated=False)) for name in ("one", "other")]
    await begin(connection, [LIST, COUNTS], simulated=False)
    holder = await connect(dsn, "holder")
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("SELECT FROM checkpoints WHERE name = $1 FOR UPDATE", COUNTS.checkpoint)
    async with running(*loops):
        await until(lambda: waits_for_a_lock(connection, "projector"))
        await connection.execute("SELECT pg_terminate_backend($1)", await waits_for_a_lock(connection, "projector"))
        await transaction.rollback()
        await until(lambda: connection.fetchval("SELECT sum(position) = 12 FROM checkpoints"))
    await holder.close()
    assert await counts(connection) == ("donghu", 6, 0)


async def test_a_projector_is_woken_and_follows(dsn: str, connection: Connection) -> None:
    """By the sequencer's notification, not by the pause, which is longer than the test may last."""
    async with running(run_projector(dsn, FEED, (COUNTS,), 3600, simulated=False)):
        idle = """SELECT 1 FROM pg_stat_activity
                  WHERE application_name = 'projector' AND datname = current_database() AND state = 'idle'"""
        await until(lambda: connection.fetchval(f"{idle} AND query ILIKE '%ledger%'"))
        await made(connection, "一")
        await until(lambda: counts(connection))
        await made(connection, "二", first=1)
        await until(lambda: connection.fetchval("SELECT notes = 2 FROM note_counts"))


async def test_a_row_to_fold_says_what_the_row_says(connection: Connection) -> None:
    """It is read where a whole one is: every member is there and the same."""
    await made(connection, *"abc")
    await done(connection, 1)
    whole, to_fold = await ledger_after(connection, 0, 10), await ledger_to_fold(connection, 0, 10)
    assert len(to_fold) == len(whole) == 4

    def told(one: Sequenced) -> list[Any]:
        recorded = one.recorded
        ledger = [one.idx, one.shard, one.shard_idx, one.leaf, one.chain, one.data, recorded.data]
        return [*ledger, *(getattr(e, m.name) for e in (one.envelope, recorded.envelope) for m in fields(Envelope))]

    assert [told(one) for one in to_fold] == [told(one) for one in whole]


def test_a_name_that_no_schema_can_have_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="number-series"):
        Projection("number-series", 1, LIST.project, ())
