"""Number series: one per organ, word and year, without hole or double."""

from __future__ import annotations

from datetime import date

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
