"""Number series: one per organ, word and year, without hole or double."""

from __future__ import annotations

from datetime import date
from functools import reduce

import pytest

from chassis.domain import Refused
from chassis.testing import given
from services.penalty import domain
from services.penalty.domain import SERIES, Form, SeriesState


def take(state: SeriesState, form: Form = domain.FILING) -> domain.NumberTaken:
    [event] = domain.take_number(
        state, organ_id="donghu-emb", abbreviation="东湖", form=form, day=date(2021, 9, 8), case_id="c-1"
    )
    return event


def test_numbers_follow_each_other() -> None:
    first = take(SeriesState())
    second = take(given(SERIES, [first]))
    assert (first.number, second.number) == (1, 2)
    assert first.document_no == "（东湖）应急立〔2021〕1号"


def test_each_form_organ_and_year_has_its_series() -> None:
    keys = {
        domain.series_key("donghu-emb", domain.FILING, date(2021, 12, 31)),
        domain.series_key("donghu-emb", domain.FILING, date(2022, 1, 1)),
        domain.series_key("donghu-emb", domain.DECISION, date(2021, 12, 31)),
        domain.series_key("xihu-emb", domain.FILING, date(2021, 12, 31)),
    }
    assert len(keys) == 4
    assert SERIES.id(min(keys)) == "series:donghu-emb/立/2021"


def test_documents_have_their_words() -> None:
    texts = [take(SeriesState(), form).document_no for form in (domain.NOTICE, domain.HEARING_NOTICE, domain.DECISION)]
    assert texts == ["（东湖）应急罚告〔2021〕1号", "（东湖）应急听告〔2021〕1号", "（东湖）应急罚〔2021〕1号"]


def received(state: SeriesState, first: int, last: int, *, ours: bool = True) -> SeriesState:
    spans = (domain.NumberSpan(first=first, last=last),)
    events = domain.receive_numbers(state, series="s", lease_id="l", ours=ours, pattern=None, spans=spans)
    return reduce(SERIES.evolve, events, state)


def test_a_leased_series_is_numbered_from_our_blocks_only() -> None:
    state = given(SERIES, [take(SeriesState()), take(given(SERIES, [take(SeriesState())]))])
    state = received(received(state, 2, 4), 9, 9)
    seen = []
    for _ in range(3):
        taken = take(state)
        seen.append(taken.number)
        state = SERIES.evolve(state, taken)
    assert seen == [3, 4, 9], "2 was taken before it was leased"
    with pytest.raises(Refused, match="numbers-exhausted") as told:
        take(state)
    assert ("POST /v1/number-series/" in told.value.zh, told.value.zh.count("holder：")) == (True, 1)
    assert take(received(state, 5, 5)).number == 5, "what another gave back"


def test_a_series_that_is_leased_to_somebody_else_waits_for_a_block() -> None:
    state = received(SeriesState(), 1, 10, ours=False)
    with pytest.raises(Refused, match="numbers-exhausted"):
        take(state)
    assert received(state, 11, 20, ours=False) == state
    assert take(received(state, 11, 20)).number == 11


def test_numbers_are_written_as_the_rulebook_says() -> None:
    spans = (domain.NumberSpan(first=1, last=1),)
    pattern = "{abbreviation}应急{word}字〔{year}〕第{number}号"
    events = domain.receive_numbers(SeriesState(), series="s", lease_id="l", ours=True, pattern=pattern, spans=spans)
    assert take(given(SERIES, events)).document_no == "东湖应急立字〔2021〕第1号"
