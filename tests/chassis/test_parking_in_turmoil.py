"""Parking and retrying while processes die at any line, operators act, and events arrive: nothing lost, doubled, reordered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from chassis.envelope import shard_of
from chassis.parking import parked_count
from chassis.testing import ServiceUnderTest
from tests.chassis.poison import LOST, Killer, Patient, beside

ALPHA = "subject-a"
NEAR = beside(ALPHA)  # in the same shard
FAR = "subject-b"  # in another
SHARD = ("things", shard_of(ALPHA))
NAMES = count()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("chassis.parking.PAUSES", (0.0, 0.0, 0.0, 0.0))
    monkeypatch.setattr("chassis.parking.STANDING", 0.0)
    with capture_logs():
        yield


@pytest.fixture
def patient(sut: ServiceUnderTest) -> Patient:
    return Patient(sut)


def first(heads: Sequence[asyncpg.Record]) -> asyncpg.Record | None:
    return heads[0] if heads else None


async def killed_everywhere(sut: ServiceUnderTest, killer: Killer, scenario: Callable[[Patient], Any]) -> int:
    """Play a scenario again and again, killed at its first point, its second, … until it ends before the point is reached."""
    for n in count():
        patient = Patient(sut, f"killed-{next(NAMES)}")
        killer.at(n)
        with capture_logs():
            await scenario(patient)
        struck = killer.struck
        killer.at(None)
        if not struck:
            return n
    raise AssertionError


async def again(patient: Patient, act: Callable[[], Any]) -> None:
    """As whoever lost a server does: begin anew."""
    try:
        await act()
    except LOST:
        await patient.reread()
        await act()


async def test_killed_at_any_line_while_parking(sut: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.parking.PAUSES", ())

    async def scenario(patient: Patient) -> None:
        patient.poison, patient.error = {"2"}, ValueError
        for thing_id, subject in (("1", ALPHA), ("2", ALPHA), ("near", NEAR), ("3", ALPHA)):
            patient.thing(thing_id, subject)
        await again(patient, patient.consume_all)
        assert await patient.applied(ALPHA) == ["1"]
        assert await patient.applied(NEAR) == ["near"]
        assert [error for error, _, _ in await patient.parked(ALPHA)] == ["ValueError", None]
        sut.shards.clear()

    assert await killed_everywhere(sut, Killer(monkeypatch, sut.connection), scenario) > 15


async def test_killed_at_any_line_while_retrying(sut: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the retry had begun goes on by itself: its queue is marked so in the transaction of each event."""
    monkeypatch.setattr("chassis.parking.PAUSES", ())
    killer = Killer(monkeypatch, sut.connection)

    async def scenario(patient: Patient) -> None:
        points, killer._left = killer._left, None
        patient.poison, patient.error = {"1"}, ValueError
        for thing_id in ("1", "2", "3"):
            patient.thing(thing_id, ALPHA)
        await patient.consume_all()
        patient.poison.clear()
        killer.at(points)
        try:
            await patient.queue(ALPHA).drain()
        except LOST:
            begun = await patient.applied(ALPHA) != []
            assert await patient.resumes(ALPHA) in ((True, None) if begun else (False,))
            await patient.queue(ALPHA).drain()
        assert await patient.applied(ALPHA) == ["1", "2", "3"]
        assert await patient.resumes(ALPHA) is None
        sut.shards.clear()

    assert await killed_everywhere(sut, killer, scenario) > 15


ACTS = st.sampled_from(["live things", "live others", "retry a", "retry n", "skip a", "mend", "resume"])
ARRIVALS = st.lists(st.tuples(st.sampled_from([ALPHA, NEAR]), st.sampled_from(["things", "others"]), st.booleans()), max_size=3)
ROUNDS = st.lists(st.tuples(ARRIVALS, st.lists(ACTS, min_size=1, max_size=4, unique=True)), min_size=1, max_size=8)


async def _act(patient: Patient, act: str, skipped: list[str]) -> None:
    match act.split():
        case ["live", source]:
            await patient.consume([(source, SHARD[1])])
        case ["retry", which]:
            await patient.queue(ALPHA if which == "a" else NEAR).drain()
        case ["skip", _]:
            step = await patient.queue(ALPHA).step(first, skip=True)
            if step.event is not None:
                skipped.append(str(step.event["event_id"]))
        case ["mend"]:
            patient.poison.clear()
        case _:
            await asyncio.gather(*(patient.queue(subject).drain() for subject in (ALPHA, NEAR)))


@settings(
    max_examples=40, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(rounds=ROUNDS)
async def test_whatever_operators_do_while_events_arrive(sut: ServiceUnderTest, rounds: Any) -> None:
    """All acts of a round run at once. In the end each event that was not skipped took effect once, in order."""
    patient = Patient(sut, f"any-{next(NAMES)}", error=ValueError)
    sut.shards.clear()
    names, skipped = count(), list[str]()
    ids: dict[str, str] = {}
    expected: dict[tuple[str, str], list[str]] = {}
    for arrivals, acts in rounds:
        for subject, source, poisonous in arrivals:
            name = str(next(names))
            ids[name] = str(patient.thing(name, subject, source=source).envelope.event_id)
            expected.setdefault((subject, source), []).append(name)
            patient.poison |= {name} if poisonous else set()
        await asyncio.gather(*(_act(patient, act, skipped) for act in acts))
    patient.poison.clear()
    await patient.consume_all()
    await asyncio.gather(*(patient.queue(subject).drain() for subject in (ALPHA, NEAR)))
    for (subject, source), thing_ids in expected.items():
        assert await patient.applied(subject, source) == [name for name in thing_ids if ids[name] not in skipped]
    assert await parked_count(sut.connection, patient.consumer) == 0
    assert {subject: await patient.resumes(subject) for subject in (ALPHA, NEAR)} == {ALPHA: None, NEAR: None}
