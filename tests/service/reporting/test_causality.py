"""Causal order: whatever comes in, each cause precedes its effects and each stream's versions ascend."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.queries.causality import Moment, _put_in_order, causal_order

BEGIN = datetime(2021, 9, 6, tzinfo=UTC)


def moment(n: int, *, cause: int | None = None, stream: str = "a", version: int = 1, minute: int = 0) -> Moment:
    """Moment number n, caused by moment number `cause`, or by a command."""
    causation_id = UUID(int=1000 + n if cause is None else cause)
    return Moment(n, UUID(int=n), causation_id, stream, version, BEGIN + timedelta(minutes=minute))


@st.composite
def ledgers(draw: st.DrawFn) -> list[Moment]:
    """Genuine histories: a cause is always an earlier event; clocks of services and arrival in the copy are anything."""
    count = draw(st.integers(1, 30))
    arrival = draw(st.permutations(range(1, count + 1)))
    versions: dict[str, int] = {}
    moments = []
    for n in range(1, count + 1):
        stream = draw(st.sampled_from("abcd"))
        versions[stream] = versions.get(stream, 0) + 1
        cause = draw(st.none() | st.integers(1, n - 1)) if n > 1 else None
        at = BEGIN + timedelta(minutes=draw(st.integers(0, 5)))
        causation_id = UUID(int=1000 + n if cause is None else cause)
        moments.append(Moment(arrival[n - 1], UUID(int=n), causation_id, stream, versions[stream], at))
    return moments


@given(ledgers(), st.randoms(use_true_random=False))
def test_causes_come_first_and_versions_ascend(moments: list[Moment], chance: random.Random) -> None:
    ordered = causal_order(moments)
    assert sorted(m.seq for m in ordered) == sorted(m.seq for m in moments)
    place = {m.event_id: n for n, m in enumerate(ordered)}
    assert all(place[m.causation_id] < place[m.event_id] for m in moments if m.causation_id in place)
    for stream in {m.stream for m in moments}:
        versions = [m.version for m in ordered if m.stream == stream]
        assert versions == sorted(versions)
    shuffled = list(moments)
    chance.shuffle(shuffled)
    assert causal_order(shuffled) == ordered


@given(ledgers())
def test_time_decides_what_cause_and_version_leave_open(moments: list[Moment]) -> None:
    """Whoever stands directly behind a later rank had to: it waited for something."""
    ordered = causal_order(moments)
    for before, after in pairwise(ordered):
        if after.rank < before.rank:
            assert after.causation_id == before.event_id or (after.stream == before.stream)


@given(ledgers())
def test_what_is_in_order_already_is_left_as_it_would_be_put(moments: list[Moment]) -> None:
    assert causal_order(moments) == _put_in_order({moment.event_id: moment for moment in moments})


@given(st.lists(st.tuples(st.integers(1, 8), st.sampled_from("ab"), st.integers(1, 3)), max_size=8))
def test_a_circle_of_causes_hides_nothing(told: list[tuple[int, str, int]]) -> None:
    moments = [moment(n, cause=cause, stream=stream, version=v) for n, (cause, stream, v) in enumerate(told, start=1)]
    assert sorted(m.seq for m in causal_order(moments)) == [m.seq for m in moments]


def test_a_cause_recorded_later_by_another_clock_still_comes_first() -> None:
    cause = moment(2, stream="task", minute=9)
    effect = moment(1, stream="inspection", cause=2, minute=1)
    assert causal_order([effect, cause]) == [cause, effect]


def test_versions_beat_clocks() -> None:
    first, second = moment(5, version=1, minute=9), moment(4, version=2, minute=1)
    assert causal_order([second, first]) == [first, second]


def test_same_moment_goes_by_sequence() -> None:
    assert [m.seq for m in causal_order([moment(3, stream="b"), moment(1, stream="c"), moment(2)])] == [1, 2, 3]
