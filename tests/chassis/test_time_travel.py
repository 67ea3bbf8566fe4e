"""As of a version, a place in the ledger, a time of occurrence or of recording: the same fold, of fewer events."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chassis.aggregates import AsOf, NotReached, moment_beside, read
from chassis.codec import encode
from chassis.domain import CHINA, EVENT_TYPES, Event, Stream
from chassis.envelope import Recorded, uuid7
from chassis.eventstore import Connection
from chassis.snapshots import take
from chassis.testing import ServiceUnderTest
from tests.chassis import tallies
from tests.chassis.notes import NoteDone, NoteMade
from tests.chassis.tallies import TALLY, TallyState, evolve, history, marks, old_mark, scratch, store
from tests.chassis.writing import AT

NOON = datetime(2021, 9, 1, 12, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def _tallies_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for wire, known in tallies.EVENTS.items():
        monkeypatch.setitem(EVENT_TYPES, wire, known)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("v7", AsOf.version(7)),
        ("i1234", AsOf.position(1234)),
        ("occurred:2021-09-01T12:00:00+08:00", AsOf.occurred(NOON.astimezone(UTC))),
        ("occurred:2021-09-01T12:00:00 08:00", AsOf.occurred(NOON.astimezone(UTC))),
        ("recorded:2021-09-01T04:00:00Z", AsOf.recorded(NOON.astimezone(UTC))),
        ("recorded:2021-09-01T04:00:00.000001Z", AsOf.recorded(NOON.astimezone(UTC) + timedelta(microseconds=1))),
    ],
)
def test_a_moment_is_read_from_its_text(text: str, moment: AsOf) -> None:
    assert AsOf.parse(text) == moment


MALFORMED = [
    "", "7", "v", "v0", "v-1", "v1.0", "v07", "v1234567890", "V7", " v7", "v7 ", "v７", "i0", "i1234567890123456789", "occurred:",
    "occurred", "occurred:2021-09-01", "occurred:2021-09-01T12:00:00", "recorded:2021-13-01T00:00:00Z",
    "seen:2021-09-01T00:00:00Z",
    "recorded:0001-01-01T00:00:00+23:00", "occurred:9999-12-31T23:59:59-01:00", "recorded:2021-09-01T00:00:00Z\n", "v7\0",
]  # fmt: skip


@pytest.mark.parametrize("text", MALFORMED)
def test_any_other_text_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="not a moment"):
        AsOf.parse(text)


@settings(max_examples=200)
@given(text=st.text(st.characters(), max_size=40) | st.from_regex(r"\A(occurred|recorded):[0-9TZ:.+ -]{10,40}\Z"))
@example("recorded:2021-09-01T04:00:00,000001Z")
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        moment = AsOf.parse(text)
    except ValueError:
        return
    assert moment.time is None or moment.time.tzinfo is UTC


HOURS = st.integers(0, 8)


def hour(number: int) -> datetime:
    return AT + timedelta(hours=number)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    times=st.lists(st.tuples(HOURS, HOURS), min_size=1, max_size=8), snapshots=st.sets(st.integers(1, 8)), others=st.booleans()
)
async def test_as_of_is_the_fold_of_what_there_was(
    connection: Connection, times: list[tuple[int, int]], snapshots: set[int], others: bool
) -> None:
    """Every axis at every value, also where events were sent in late or a clock lagged, with and without snapshots."""
    key = uuid7().hex
    stored = history(key, [old_mark(1), *marks(len(times) - 1)], [(hour(o), hour(r)) for o, r in times])
    for number, recorded in enumerate(stored):
        await store(connection, [recorded, *(history(f"{key}-{number}", marks(2)) if others else [])])
    for version in sorted(snapshots & {*range(1, len(stored) + 1)}):
        assert await take(connection, TALLY, key, version)
    places = {row["idx"]: row["version"] for row in await connection.fetch(OF_STREAM, TALLY.id(key))}

    def told(events: Sequence[Recorded]) -> Any:
        return scratch(key, events)

    for idx in range(max(1, min(places) - 2), max(places) + 1):
        assert await read(connection, TALLY, key, AsOf.position(idx)) == told(stored[: sum(place <= idx for place in places)])
    for at in map(hour, range(-1, 10)):
        happened = [e for e in stored if e.envelope.occurred_at <= at]
        begun = stored[0].envelope.occurred_at <= at
        assert await read(connection, TALLY, key, AsOf.occurred(at)) == told(happened if begun else [])
        known = max((e.envelope.version for e in stored if e.envelope.recorded_at <= at), default=0)
        assert await read(connection, TALLY, key, AsOf.recorded(at)) == told(stored[:known])


OF_STREAM = "SELECT idx, version FROM ledger WHERE stream_id = $1"


async def test_what_has_not_come_yet_is_not_told(connection: Connection) -> None:
    await store(connection, history("n", marks(3)))
    for moment in (AsOf.version(4), AsOf.position(4)):
        with pytest.raises(NotReached):
            await read(connection, TALLY, "n", moment)
    assert (await read(connection, TALLY, "n", AsOf.position(3))).version == 3
    assert not (await read(connection, TALLY, "unknown", AsOf.version(4))).exists


async def test_an_old_event_is_read_as_the_newest_on_every_way(connection: Connection) -> None:
    """A v1 event reaches `evolve` as its v2 class: folded, through a snapshot, and as of any moment."""
    stored = await store(connection, history("n", [old_mark(5), *marks(2)]))
    [day] = scratch("n", stored[:1]).state.by_day
    assert day.year == 1999  # what the upcaster says
    moments = (AsOf.version(1), AsOf.position(1))
    for _ in range(2):  # without a snapshot, then with one
        assert [(await read(connection, TALLY, "n", moment)).state.by_day for moment in moments] == [{day: 5}] * 2
        for moment in (None, AsOf.occurred(AT), AsOf.recorded(AT)):
            assert (await read(connection, TALLY, "n", moment)).state == scratch("n", stored).state
        assert await take(connection, TALLY, "n", 1)


async def test_a_long_stream_is_folded_beside_the_loop(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []

    def watched(state: TallyState, happened: Event) -> TallyState:
        threads.append(threading.get_ident())
        return evolve(state, happened)

    stored = await store(connection, history("n", marks(3)))
    for longest, beside in ((3, False), (2, True)):
        monkeypatch.setattr("chassis.aggregates.ASIDE", longest)
        threads.clear()
        stream: Stream[TallyState] = replace(TALLY, evolve=watched, snapshot_every=None)
        assert (await read(connection, stream, "n")).state == scratch("n", stored).state
        assert [thread != threading.get_ident() for thread in threads] == [beside] * 3


async def test_another_stream_is_read_at_the_place_of_the_first(connection: Connection) -> None:
    first, second = history("a", marks(2)), history("b", marks(2))
    await store(connection, [first[0], second[0], first[1], second[1]])
    loaded = await read(connection, TALLY, "a", AsOf.version(2))
    moment = await moment_beside(connection, loaded, AsOf.version(2))
    assert moment == AsOf.position(3)
    assert (await read(connection, TALLY, "b", moment)).version == 1
    for as_of in (None, AsOf.position(1), AsOf.occurred(AT), AsOf.recorded(AT)):
        assert await moment_beside(connection, loaded, as_of) == as_of


@pytest.fixture
def ask(sut: ServiceUnderTest) -> Callable[..., Any]:
    async def asked(as_of: str | None, note: str = "n-1", **who: Any) -> Any:
        async with sut.client("officer", **who) as client:
            return await client.get(f"/v1/notes/{note}", params={} if as_of is None else {"as_of": as_of})

    return asked


async def note(sut: ServiceUnderTest) -> None:
    """Made at noon and recorded at one; done at two, recorded at three."""
    made, done = NoteMade(note_id="n-1", text="字"), NoteDone(note_id="n-1")
    events = history(
        "n-1", [made, done], [(NOON, NOON + timedelta(hours=1)), (NOON + timedelta(hours=2), NOON + timedelta(hours=3))]
    )
    renamed = [Recorded(replace(e.envelope, stream_id="note:n-1"), e.data) for e in events]
    assert [e.data for e in renamed] == [encode(made), encode(done)]
    await store(sut.connection, renamed)


@pytest.mark.parametrize(
    ("as_of", "status", "version", "done"),
    [
        (None, 200, 2, True),
        ("v1", 200, 1, False),
        ("v2", 200, 2, True),
        ("i1", 200, 1, False),
        ("occurred:2021-09-01T12:00:00+08:00", 200, 1, False),
        ("occurred:2021-09-01T11:59:59+08:00", 404, None, "not-found"),
        ("occurred:2021-09-01T14:00:00+08:00", 200, 2, True),
        ("recorded:2021-09-01T14:00:00+08:00", 200, 1, False),
        ("recorded:2021-09-01T12:30:00+08:00", 404, None, "not-found"),
        ("recorded:2021-09-01T15:00:00+08:00", 200, 2, True),
        ("v3", 404, None, "as-of-not-reached"),
        ("i3", 404, None, "as-of-not-reached"),
        ("yesterday", 400, None, "as-of-malformed"),
        ("occurred:2021-09-01T12:00:00", 400, None, "as-of-malformed"),
        ("", 400, None, "as-of-malformed"),
    ],
)
async def test_as_of_over_http(
    sut: ServiceUnderTest, ask: Callable[..., Any], as_of: str | None, status: int, version: int | None, done: bool | str
) -> None:
    await note(sut)
    answer = await ask(as_of)
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.headers["etag"] == f'"{version}"'
        assert answer.json()["done"] is done
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == done


async def test_a_malformed_moment_is_answered_with_all_ways_to_write_one(ask: Callable[..., Any]) -> None:
    told = (await ask("2021-06-01")).json()
    for text in (told["detail"], told["title"]):
        assert [way for way in ("v7", "i1234", "occurred:", "recorded:") if way not in text] == []


async def test_the_past_of_another_district_is_as_hidden_as_its_present(sut: ServiceUnderTest, ask: Callable[..., Any]) -> None:
    await note(sut)
    for as_of in (None, "v1", "occurred:2021-09-01T12:00:00+08:00"):
        assert (await ask(as_of, districts=("xihu",))).status_code == 404
