"""The transcoder keeps the contract of the eventsourcing library, by the library's own suite, and every value its type."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import Transcoder, Transcoding
from eventsourcing.tests import persistence as suites
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.transcoder import TaggedTranscoder


def transcoding(kind: type, wire: str, plain: type) -> Transcoding:
    """Keeps a subclass of a plain type as the plain one."""

    class AsPlain(Transcoding):
        type = kind
        name = wire

        def encode(self, obj: Any) -> Any:
            return plain(obj)

        def decode(self, data: Any) -> Any:
            return kind(data)

    return AsPlain()


class TestTranscoder(suites.TranscoderTestCase):
    def construct_transcoder(self) -> Transcoder:
        return TaggedTranscoder(
            [
                suites.CustomType1AsDict(),
                suites.CustomType2AsDict(),
                transcoding(suites.Mydict, "mydict", dict),
                transcoding(suites.MyList, "mylist", list),
                transcoding(suites.MyStr, "mystr", str),
                transcoding(suites.MyInt, "myint", int),
            ]
        )


MAX = 2**63 - 1
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = (
    st.none() | st.booleans() | st.integers(-MAX, MAX) | TEXTS | st.dates() | st.datetimes(timezones=st.just(UTC)) | st.uuids()
    | st.decimals(allow_nan=False) | st.floats(allow_nan=False, allow_infinity=False)
)  # fmt: skip
KEYS = TEXTS | st.integers(-MAX, MAX) | st.sampled_from(["_type_", "_data_"])
VALUES = st.recursive(
    SCALARS | st.frozensets(st.integers(-9, 9) | st.dates()),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner),
    max_leaves=12,
)


def typed(value: Any) -> Any:
    """A value with the type of each part, so that 1, 1.0 and True differ."""
    match value:
        case dict():
            return dict, [(typed(key), typed(each)) for key, each in value.items()]
        case list() | tuple():
            return type(value), [typed(each) for each in value]
        case _:
            return type(value), value


@settings(max_examples=150, deadline=None)
@given(value=VALUES)
def test_every_value_comes_back_with_its_type(value: Any) -> None:
    transcoder = TaggedTranscoder()
    assert typed(transcoder.decode(transcoder.encode(value))) == typed(value)


def test_a_dict_that_looks_like_a_tag_is_a_dict() -> None:
    for value in ({"_type_": "uuid_hex", "_data_": "x"}, {"_type_": "dict_as_pairs", "_data_": []}, {1: (2,)}):
        transcoder = TaggedTranscoder()
        assert transcoder.decode(transcoder.encode(value)) == value


def test_tags_are_those_of_the_library() -> None:
    value = [UUID(int=1), Decimal("1.10"), datetime(2021, 9, 1, tzinfo=UTC), date(2021, 9, 1)]
    assert TaggedTranscoder().encode(value) == (
        b'[{"_type_":"uuid_hex","_data_":"00000000000000000000000000000001"},{"_type_":"decimal_str","_data_":"1.10"},'
        b'{"_type_":"datetime_iso","_data_":"2021-09-01T00:00:00+00:00"},{"_type_":"date_iso","_data_":"2021-09-01"}]'
    )


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_has_not_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON has no"):
        TaggedTranscoder().encode({"n": [number]})
