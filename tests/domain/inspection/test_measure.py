"""One measure, whatever its kind: its fold is total, says how far it is, and keeps the numbers of its documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import reduce
from itertools import product

import pytest

from chassis.domain import EVENT_TYPES, Event, Unknown
from contracts.generate import example_of
from services.inspection.domain.measures.keeping import Keeping
from services.inspection.domain.measures.measure import (
    BEGINNINGS,
    MEASURE,
    NUMBERED,
    REACHED,
    evolve_measure,
    new,
    numbers_in,
    of_kind,
    status_after,
)
from services.inspection.domain.measures.seizure import Seizure
from tests.domain.inspection.measured import kept, seized, told
from tests.domain.inspection.scenes import AT, RULES, refused


def events() -> Iterator[Event]:
    """An example of every event of measures."""
    for event_type in EVENT_TYPES.values():
        if event_type.cls.__module__.startswith("services.inspection.domain.measures."):
            yield example_of(event_type.cls)


ALL = list(events())
BEGINNING = [event for event in ALL if type(event) in BEGINNINGS]


@pytest.mark.parametrize("first", BEGINNING, ids=lambda event: type(event).__name__)
def test_any_two_events_may_follow(first: Event) -> None:
    """What was stored is folded, also if no decision would let it follow: `evolve` decides nothing."""
    for second, third in product(ALL, ALL):
        state = reduce(evolve_measure, (first, second, third), MEASURE.initial)
        assert state.kind == BEGINNINGS[type(first)]
        assert state.status is not None
        assert state.inspection_id is not None


def test_nothing_begins_with_what_follows() -> None:
    for event in ALL:
        if type(event) not in BEGINNINGS:
            assert evolve_measure(MEASURE.initial, event) == MEASURE.initial


def test_every_document_that_an_event_numbers_is_kept() -> None:
    for event in ALL:
        numbers = numbers_in(event)
        assert all(numbers.values())
        named = {field.name for field in fields(type(event))} & {"document_no", "approval_no", "notice_no"}  # type: ignore[arg-type]
        assert bool(numbers) == bool(named), type(event)


def test_tables_name_events_of_measures_only() -> None:
    assert {*BEGINNINGS, *NUMBERED, *REACHED} <= {type(event) for event in ALL}
    assert all(status_after(event) is not None for event in BEGINNING)


def test_numbers_of_a_measures_documents() -> None:
    assert told(kept(RULES, AT)).numbers == {"19": "先保审1号", "20": "先保通1号"}
    assert told(seized(RULES, AT)).numbers == {"07": "强审1号", "08": "查扣1号"}


def test_an_id_is_used_once_and_for_one_kind() -> None:
    state = told(kept(RULES, AT))
    refused("measure-exists", lambda: new(state, "m-1"))
    new(MEASURE.initial, "m-1")
    assert of_kind(state, Keeping, "m-1").request is not None
    with pytest.raises(Unknown):
        of_kind(state, Seizure, "m-1")
