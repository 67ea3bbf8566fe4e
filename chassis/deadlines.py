"""Deadlines: armed and disarmed by events, fired as ordinary commands when their time has come."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from chassis.clock import Clock
from chassis.database import GONE, LEDGER, WakeUp, leadership
from chassis.domain import Actor, Event, Refused
from chassis.envelope import Sequenced
from chassis.eventstore import Connection
from chassis.parking import parked_count
from chassis.projector import Batch, Projection
from chassis.runner import Conflict, Context, InFlight, Runner, Work
from chassis.telemetry import log, new_traceparent
from chassis.vault import KeysMissing
from chassis.versions import LIVE, in_state

NAMESPACE = uuid.UUID("6d5b2b0e-7b86-5a0f-8f0a-2f9c3c1f4a55")
DEADLINES = "deadlines"
LOOK_SECONDS = 0.01  # between two looks at a simulated clock
ROUND = 200  # deadlines of a kind fired at once

# Armed, due, and not noted as fired. What `settled_deadlines` covers is not looked at, because the table keeps all that ever
# fired: the two parts are ranges of an index each (`+ interval '0'` keeps the second from the first's), and each row is asked
# for its note by key; an OR, or an anti-join, is planned as a scan of everything. Guarded by tests/chassis/test_deadlines.py.
UNSETTLED = """
    FROM (SELECT * FROM deadlines
          WHERE state = 'armed' AND due_at <= $1 AND due_at >= (SELECT due_before FROM settled_deadlines)
          UNION ALL
          SELECT * FROM deadlines
          WHERE state = 'armed' AND idx > (SELECT idx FROM settled_deadlines)
            AND due_at + interval '0' < (SELECT due_before FROM settled_deadlines) AND due_at + interval '0' <= $1) AS d
    WHERE (SELECT f.fired_at FROM fired_deadlines f WHERE f.id = d.id AND f.due_at = d.due_at) IS NULL
"""
# A round per kind: a kind whose handler is broken keeps no other from firing.
DUE = f"""
SELECT * FROM (SELECT d.*, row_number() OVER (PARTITION BY kind ORDER BY due_at) AS place {UNSETTLED}) AS due
WHERE place <= $2 ORDER BY due_at
"""  # noqa: S608 - constant SQL
NOTE_FIRED = """
INSERT INTO fired_deadlines (id, due_at, fired_at)
SELECT f.id, f.due_at, $3 FROM unnest($1::text[], $2::timestamptz[]) AS f (id, due_at)
ON CONFLICT (id, due_at) DO NOTHING
"""
# Whatever an event up to idx $2 armed for a time before `due_before` is noted as fired; all those events are applied.
NOTE_SETTLED = f"""
UPDATE settled_deadlines SET idx = $2, due_before = least($1, (SELECT min(d.due_at) {UNSETTLED}))
"""  # noqa: S608 - constant SQL
WAITING = f"""
SELECT (SELECT count(*) {UNSETTLED}) AS due,
       (SELECT d.due_at FROM deadlines d WHERE d.state = 'armed' AND d.due_at > $1
          AND (SELECT f.fired_at FROM fired_deadlines f WHERE f.id = d.id AND f.due_at = d.due_at) IS NULL
        ORDER BY d.due_at LIMIT 1) AS next
"""  # noqa: S608 - constant SQL
NOTE_REFUSED = """
INSERT INTO refusals (consumer, event_id, type, code, detail, recorded_at) VALUES ('deadlines', $1, $2, $3, $4, $5)
ON CONFLICT (consumer, event_id) DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """A deadline begins to run (or runs anew): what fires, for which aggregate, at what aware time.

    `detail` is kept for whoever fires it; `told` is what lists of clocks say of it beside that, and is kept by them alone.
    """

    id: str
    kind: str
    key: str
    due_at: datetime
    district: str
    detail: dict[str, Any] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disarm:
    """A deadline no longer runs; one that never ran is left alone."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A deadline whose time has come."""

    id: str
    kind: str
    key: str
    due_at: datetime
    detail: dict[str, Any]


Rules = Callable[[Sequenced, Event], Iterable[Arm | Disarm]]
Fire = Callable[[Work, Deadline], Awaitable[Any]]


def deadline_projection(rules: Rules) -> Projection:
    """The projection that keeps the table of deadlines by a service's rules: a pure function of the ledger.

    What fired is noted beside it, in `fired_deadlines`, so that a table built anew is the same table and fires nothing again; and
    only the live table is looked at, so that nothing fires of one that is still being built.
    """

    async def project(batch: Batch) -> None:
        changes = [(s.idx, change) for s in batch.events for change in rules(s, batch.event(s))]
        rows = await batch.rows("deadlines", [change.id for _, change in changes])
        for idx, change in changes:
            if isinstance(change, Disarm):
                rows.patch(change.id, state="disarmed")
            else:
                rows.put(change.id, {
                    "id": change.id, "kind": change.kind, "key": change.key, "due_at": change.due_at.isoformat(),
                    "district": change.district, "state": "armed", "detail": orjson.dumps(change.detail).decode(), "idx": idx,
                })  # fmt: skip

    return Projection(DEADLINES, 1, project, ("deadlines",))


async def fire_due(connection: Connection, runner: Runner, fires: Mapping[str, Fire]) -> int:
    """Fire what is due now, at most a round; answers how many are settled: fired, or refused for good.

    A deadline may fire again after a kill between its command and the note that it fired: the command's idempotency key
    makes that harmless. Guarded by tests/chassis/test_deadlines.py.
    """
    now = runner.clock.now()
    rows = await connection.fetch(DUE, now, ROUND)
    outcomes = await asyncio.gather(*(_fire(runner, fires, _deadline(row)) for row in rows))
    for row, (_, refused) in zip(rows, outcomes, strict=True):
        if refused is not None:
            command_id = _command_id(_deadline(row))
            await connection.execute(
                NOTE_REFUSED, command_id, f"deadline {row['kind']}", refused.code, str(refused), runner.clock.now()
            )
    done = [row for row, (settled, _) in zip(rows, outcomes, strict=True) if settled]
    if done:
        await connection.execute(NOTE_FIRED, [row["id"] for row in done], [row["due_at"] for row in done], runner.clock.now())
        await _note_settled(connection, now)
    return len(done)


async def _note_settled(connection: Connection, now: datetime) -> None:
    """While an event is parked, which may arm a deadline at its old place later, nothing more counts as settled."""
    live = await in_state(connection, LIVE, DEADLINES)
    if live is not None and not await parked_count(connection, live.checkpoint):
        await connection.execute(NOTE_SETTLED, now, live.position)


async def _fire(runner: Runner, fires: Mapping[str, Fire], deadline: Deadline) -> tuple[bool, Refused | None]:
    """Whether it is settled, and what the rules said; one that fails is tried again and keeps no other from firing."""

    async def handler(work: Work) -> None:
        await fires[deadline.kind](work, deadline)

    try:
        await runner.run(_context(deadline), handler)
    except Refused as refused:
        log.info("deadline_refused", deadline=deadline.id, code=refused.code)
        return True, refused
    except (Conflict, InFlight, KeysMissing):
        return False, None
    except GONE:
        raise
    except Exception:
        log.exception("deadline_failed", deadline=deadline.id, kind=deadline.kind)
        return False, None
    return True, None


def _context(deadline: Deadline) -> Context:
    command_id = _command_id(deadline)
    return Context(
        command_id=command_id, actor=Actor(id="service:deadlines", name="系统", role="deadline"), organ="",
        districts=frozenset({"*"}), occurred_at=deadline.due_at, causation_id=command_id,
        traceparent=new_traceparent(), key=_key(deadline),
    )  # fmt: skip


def _key(deadline: Deadline) -> str:
    return f"deadline:{deadline.id}:{deadline.due_at.isoformat()}"


def _command_id(deadline: Deadline) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, _key(deadline))


def _deadline(row: Any) -> Deadline:
    return Deadline(id=row["id"], kind=row["kind"], key=row["key"], due_at=row["due_at"], detail=orjson.loads(row["detail"]))


async def run_deadlines(dsn: str, runner: Runner, fires: Mapping[str, Fire], pause: float) -> None:
    """Lead, and fire what is due for as long as the connection lives."""
    async with leadership(dsn, "deadlines") as connection:
        wake = WakeUp(pause)
        await connection.add_listener(LEDGER, wake)
        while True:
            asked = runner.clock.now()
            if not await fire_due(connection, runner, fires):
                await _time_or_event(wake, runner.clock, asked, pause)


async def _time_or_event(wake: WakeUp, clock: Clock, asked: datetime, pause: float) -> None:
    """Wait for an event, for the longest pause, or, as a simulated clock jumps without notice, until it did."""
    if not clock.simulated:
        await wake.wait()
        return
    until = time.monotonic() + pause
    while clock.now() == asked and time.monotonic() < until and not await wake.wait(LOOK_SECONDS):
        pass
