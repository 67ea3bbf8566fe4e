"""A kind of stream that grows without end, with old and new events, and a state of every shape that states have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from chassis.aggregates import Loaded, fold, nothing
from chassis.codec import encode
from chassis.domain import CHINA, EVENT_TYPES, Event, Stream, day_of, event
from chassis.envelope import Envelope, Recorded, uuid7
from chassis.eventstore import Connection, Verdict, append
from chassis.sequencer import read_head, sequence_once
from tests.chassis.writing import AT, OFFICER, alone

before = set(EVENT_TYPES)


@event("casetrail.tallies.marked.v2", title="记数", summary="记数 {count}")
class Marked(Event):
    """The second version: the first one had no day."""

    count: int
    on_day: date

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> dict[str, Any]:
        return {**state, "on_day": "1999-12-31"}


@event("casetrail.tallies.named.v1", title="命名", summary="命名 {name}")
class Named(Event):
    name: str


EVENTS = {wire: EVENT_TYPES.pop(wire) for wire in sorted(set(EVENT_TYPES) - before)}
"""Known only while a test asks for them, as tests.chassis.notes does."""

V1 = "casetrail.tallies.marked.v1"


@dataclass(frozen=True, slots=True)
class TallyState:
    """What was counted: `order` tells in which order, so that no two histories have the same state."""

    order: tuple[str, ...] = ()
    by_day: Mapping[date, int] = field(default_factory=dict)
    last: Marked | None = None
    named: frozenset[str] = frozenset()


def evolve(state: TallyState, happened: Event) -> TallyState:
    match happened:
        case Marked():
            by_day = {**state.by_day, happened.on_day: state.by_day.get(happened.on_day, 0) + happened.count}
            return replace(state, order=(*state.order, str(happened.count)), by_day=by_day, last=happened)
        case Named():
            return replace(state, order=(*state.order, happened.name), named=state.named | {happened.name})
    return state


TALLY = Stream("tally", TallyState(), evolve, snapshot_every=3)


def old_mark(count: int) -> tuple[str, bytes]:
    """Wire name and data of an event as the first version wrote it."""
    return V1, b'{"count":%d}' % count


def written(happened: Event | tuple[str, bytes]) -> tuple[str, bytes]:
    """Wire name and data of an event."""
    return happened if isinstance(happened, tuple) else (happened.__wire__, encode(happened))


def history(
    key: str, events: Sequence[Event | tuple[str, bytes]], times: Sequence[tuple[datetime, datetime]] = ()
) -> list[Recorded]:
    """Events of the tally `key` as they are stored, with times of occurrence and recording."""
    correlation_id = uuid7()
    stored = []
    for version, happened in enumerate(events, start=1):
        wire, data = written(happened)
        occurred_at, recorded_at = times[version - 1] if times else (AT, AT)
        envelope = Envelope(
            event_id=uuid7(), command_id=uuid7(), stream_id=TALLY.id(key), version=version, type=wire, district="donghu",
            organ="donghu-emb", subject=f"site-{key}", occurred_at=occurred_at, recorded_at=recorded_at, actor=OFFICER,
            device=None, correlation_id=correlation_id, causation_id=uuid7(), traceparent=None, rulebook=None,
        )  # fmt: skip
        stored.append(Recorded(envelope, data))
    return stored


async def store(connection: Connection, events: Sequence[Recorded]) -> list[Recorded]:
    """Append and sequence these events, one by one, as single commands would."""
    for recorded in events:
        assert await append(connection, [alone([recorded])]) == [Verdict.ACCEPTED]
    while await sequence_once(connection, await read_head(connection)):
        pass
    return list(events)


def scratch(key: str, events: Sequence[Recorded], stream: Stream[TallyState] = TALLY) -> Loaded[TallyState]:
    """What the fold from the first event on says."""
    return fold(nothing(stream, key), events)


def marks(count: int) -> list[Event]:
    """So many different events."""
    return [Marked(count=n, on_day=day_of(AT.astimezone(CHINA))) for n in range(1, count + 1)]
