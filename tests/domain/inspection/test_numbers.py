"""Numbers of inspection's documents: its own until the series is leased in blocks, then only those of its blocks."""

from __future__ import annotations

from functools import reduce

import pytest

from chassis.domain import Refused
from services.inspection.domain import numbers
from services.inspection.domain.events import NumberSpan, NumberTaken
from services.inspection.domain.numbers import ORDER_ZI, SERIES, SeriesState


def take(state: SeriesState) -> NumberTaken:
    [event] = numbers.take_number(state, "donghu-emb", "东湖", ORDER_ZI, 2021, "order-1")
    assert isinstance(event, NumberTaken)
    return event


def received(state: SeriesState, first: int, last: int, *, ours: bool = True, pattern: str | None = None) -> SeriesState:
    spans = (NumberSpan(first=first, last=last),)
    events = numbers.receive_numbers(state, series="s", lease_id="l", ours=ours, pattern=pattern, spans=spans)
    return reduce(SERIES.evolve, events, state)


def test_own_numbers_then_those_of_our_blocks() -> None:
    state = SERIES.evolve(SeriesState(), take(SeriesState()))
    state = received(state, 1, 2, pattern="{abbreviation}{word}〔{year}〕{number}")
    taken = take(state)
    assert (taken.number, taken.document_no) == (2, "东湖责改〔2021〕2")
    with pytest.raises(Refused, match="numbers-exhausted") as told:
        take(SERIES.evolve(state, taken))
    assert "POST /v1/number-series/" in told.value.zh, "who asks where"


def test_a_series_that_is_leased_to_somebody_else_waits_for_a_block() -> None:
    state = received(SeriesState(), 1, 10, ours=False)
    with pytest.raises(Refused, match="numbers-exhausted"):
        take(state)
    assert take(received(state, 11, 20)).number == 11


def test_a_device_gives_no_number_that_was_taken_here_before_the_series_was_leased() -> None:
    state = received(SERIES.evolve(SeriesState(), take(SeriesState())), 1, 10, ours=False)
    block = numbers.Block(1, 10, None)

    def give(number: int) -> object:
        return numbers.take_given(state, [block], "donghu-emb", "东湖", ORDER_ZI, 2021, number, "order-2")

    with pytest.raises(Refused, match="number-used"):
        give(1)
    assert give(2)
