"""Streams that move between districts: whoever sees to the matter now appends to them, nobody else, and what stays put stays."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from chassis.aggregates import Loaded, fold
from chassis.auth import Forbidden
from chassis.domain import EVENT_TYPES, Stream, beside_its_matter
from chassis.envelope import uuid7
from chassis.runner import Context, Work
from tests.chassis import tallies
from tests.chassis.tallies import TALLY, Named
from tests.chassis.writing import AT, OFFICER

MATTER: UUID = uuid7()
BY_NAME = Stream("tally", TALLY.initial, TALLY.evolve, held_in=lambda state: state.order[-1] if state.order else None)
BESIDE = Stream("tally", TALLY.initial, TALLY.evolve, held_in=beside_its_matter)


@pytest.fixture(autouse=True)
def _tallies_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for wire, known in tallies.EVENTS.items():
        monkeypatch.setitem(EVENT_TYPES, wire, known)


class Stored:
    """Every stream has one event, of donghu."""

    async def aggregate(self, stream: Stream[Any], key: str) -> Loaded[Any]:
        return Loaded(stream, key, stream.id(key), 1, stream.initial, "s", "donghu", MATTER, "donghu-emb", AT)

    async def rows(self, sql: str, *args: Any) -> list[Any]:
        return []


def work_of(*districts: str) -> Work:
    command_id = uuid7()
    context = Context(
        command_id=command_id, actor=OFFICER, organ="o", districts=frozenset(districts), occurred_at=AT, causation_id=command_id
    )
    return Work(context, Stored(), AT)


async def test_a_stream_that_stays_is_appended_to_in_the_district_of_its_first_event() -> None:
    work = work_of("xihu")
    with pytest.raises(Forbidden):
        work.append(await work.load(TALLY, "n"), [Named(name="甲")], district="xihu")


async def test_a_stream_beside_a_matter_is_appended_to_where_that_is() -> None:
    work = work_of("xihu")
    loaded = await work.load(BESIDE, "n")
    with pytest.raises(Forbidden):
        work.append(loaded, [Named(name="甲")])
    work.append(loaded, [Named(name="甲")], district="xihu")
    [recorded] = work.write_set(work.answer(None)).events
    assert (recorded.envelope.district, recorded.envelope.version) == ("xihu", 2)


async def test_a_stream_that_moved_is_where_its_state_says() -> None:
    work = work_of("donghu", "xihu")
    moved = work.append(await work.load(BY_NAME, "n"), [Named(name="xihu")])
    work.append(moved, [Named(name="nanchang")])
    written = work.write_set(work.answer(None)).events
    assert [recorded.envelope.district for recorded in written] == ["donghu", "xihu"]
    stored = await Stored().aggregate(BY_NAME, "n")
    assert fold(stored, written[:1]).district == "xihu"
