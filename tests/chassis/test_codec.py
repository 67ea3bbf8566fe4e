"""Events to bytes and back: upcasting, unknown names, readers that list only what they need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

import orjson
import pytest
from eventsourcing.persistence import MapperDeserialisationError, StoredEvent
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chassis.codec import MAPPER, Placed, decode, encode, read_as
from chassis.domain import EVENT_TYPES, Event, event

before = set(EVENT_TYPES)


@dataclass(frozen=True, slots=True)
class Charge:
    name: str
    amount_fen: int


@event("casetrail.fines.fine-imposed.v3", title="处罚", summary="处罚 {amount_fen} 分")
class FineImposed(Event):
    """The third version: v1 had yuan, v2 had no currency."""

    amount_fen: int
    currency: Literal["CNY", "HKD"]
    on_day: date | None = None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> dict[str, Any]:
        return {"amount_fen": state["yuan"] * 100}

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> dict[str, Any]:
        return {**state, "currency": "CNY"}


@event("casetrail.fines.everything-said.v1", title="全部", summary="全部")
class EverythingSaid(Event):
    text: str
    number: int
    flag: bool
    day: date
    at: datetime
    absent: str | None
    charges: tuple[Charge, ...]
    law: dict[str, Any]


KNOWN = {wire: EVENT_TYPES.pop(wire) for wire in sorted(set(EVENT_TYPES) - before)}
V = "casetrail.fines.fine-imposed.v"


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        for wire, known in KNOWN.items():
            patch.setitem(EVENT_TYPES, wire, known)
        yield


def test_every_older_version_is_read_as_the_newest() -> None:
    fine = FineImposed(amount_fen=1200000, currency="CNY")
    assert decode(V + "1", b'{"yuan":12000}') == fine
    assert decode(V + "2", b'{"amount_fen":1200000}') == fine
    assert decode(V + "3", encode(fine)) == fine
    dated = FineImposed(amount_fen=1, currency="CNY", on_day=date(2021, 9, 1))
    assert decode(V + "2", b'{"amount_fen":1,"on_day":"2021-09-01"}') == dated


@pytest.mark.parametrize(
    ("wire", "data"),
    [
        pytest.param(V + "4", b'{"amount_fen":1,"currency":"CNY"}', id="a version newer than this process knows"),
        pytest.param("casetrail.fines.fine-forgotten.v1", b"{}", id="an unknown name"),
        pytest.param("casetrail.fines.everything-said.v0", b"{}", id="a version without an upcaster"),
        pytest.param(V + "1", b'{"dollars":1}', id="an old event that its upcaster cannot read"),
        pytest.param(V + "3", b'{"amount_fen":"many","currency":"CNY"}', id="a value of another type"),
        pytest.param(V + "3", b'{"amount_fen":1}', id="a missing value"),
        pytest.param(V + "3", b'{"amount_fen":1.5,"currency":"CNY"}', id="a float for money"),
        pytest.param(V + "3", b'{"amount_fen":1,"currency":"USD"}', id="a value that is not one of the literals"),
        pytest.param(V + "3", b"{", id="no JSON"),
        pytest.param(V + "1", b"{", id="no JSON of an old version"),
        pytest.param(V + "1", b"[]", id="no object of an old version"),
    ],
)
def test_what_cannot_be_read_is_one_error(wire: str, data: bytes) -> None:
    with pytest.raises(MapperDeserialisationError):
        decode(wire, data)


MAX = 2**63 - 1
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
AWARE = st.datetimes(timezones=st.just(UTC))
SAID = st.builds(
    EverythingSaid, text=TEXTS, number=st.integers(-MAX, MAX), flag=st.booleans(), day=st.dates(), at=AWARE,
    absent=st.none() | TEXTS, charges=st.lists(st.builds(Charge, name=TEXTS, amount_fen=st.integers(-MAX, MAX))).map(tuple),
    law=st.dictionaries(TEXTS, st.recursive(st.none() | st.booleans() | st.integers(-MAX, MAX) | TEXTS, st.lists)),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(said=SAID)
def test_every_value_comes_back_and_the_bytes_are_the_same_again(said: EverythingSaid) -> None:
    data = encode(said)
    again = decode("casetrail.fines.everything-said.v1", data)
    assert again == said
    assert encode(again) == data


def test_bytes_do_not_depend_on_the_order_in_which_a_class_lists_its_fields() -> None:
    said = EverythingSaid(
        text="东", number=1, flag=True, day=date(2021, 9, 1), at=datetime(2021, 9, 1, tzinfo=UTC), absent=None,
        charges=(Charge(name="a", amount_fen=1),), law={"b": 1, "a": 2},
    )  # fmt: skip
    assert encode(said).decode() == (
        '{"absent":null,"at":"2021-09-01T00:00:00+00:00","charges":[{"amount_fen":1,"name":"a"}],"day":"2021-09-01",'
        '"flag":true,"law":{"a":2,"b":1},"number":1,"text":"东"}'
    )


def test_a_number_that_no_reader_could_hold_is_refused() -> None:
    with pytest.raises(TypeError):
        encode(FineImposed(amount_fen=2**64, currency="CNY"))


def test_a_value_that_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        encode(FineImposed(amount_fen=object(), currency="CNY"))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Fined:
    """What another service needs of it."""

    amount_fen: int
    note: str = "none"


def test_a_reader_takes_what_it_needs_and_ignores_the_rest() -> None:
    assert read_as(Fined, b'{"amount_fen":7,"currency":"CNY","news":{"of":["v9"]}}') == Fined(amount_fen=7)
    with pytest.raises(ValidationError):
        read_as(Fined, b'{"currency":"CNY"}')


def test_the_mapper_keeps_the_contract_of_the_library() -> None:
    placed = Placed("case:c-1", 3, FineImposed(amount_fen=1, currency="CNY"))
    stored = MAPPER.to_stored_event(placed)
    assert stored == StoredEvent(originator_id="case:c-1", originator_version=3, topic=V + "3", state=encode(placed.event))
    assert MAPPER.to_domain_event(stored) == placed


def test_a_wire_name_is_registered_once_and_well_formed() -> None:
    class Plain(Event):
        pass

    for wire in (V + "3", "casetrail.fines.Fine.v1", "casetrail.fines.fine-imposed", "fines.fine-imposed.v1", V + "0"):
        with pytest.raises(ValueError, match="wire name"):
            event(wire, title="重", summary="重")(Plain)


def test_stored_bytes_are_json_that_anybody_can_read() -> None:
    assert orjson.loads(encode(FineImposed(amount_fen=1, currency="CNY"))) == {"amount_fen": 1, "currency": "CNY", "on_day": None}
