"""Personal fields: found by their markers, sealed per person, shown only while the key lives."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import ACTOR, ERASED, SUBJECT, Event, Personal
from chassis.personal import (
    PENDING,
    UNREADABLE,
    Key,
    MasterKeys,
    NotSealed,
    changed,
    key_ids,
    master_keys_from,
    persons_in,
    plan_of,
    require_own,
    revealed,
    seal,
)

MASTERS = MasterKeys({1: bytes(range(32))})
KEY = MASTERS.open(MASTERS.make("o-1"))
OTHER = MASTERS.open(MASTERS.make("o-2"))
KEYS = {KEY.id: KEY, OTHER.id: OTHER}
SECRET = "王强"


@dataclass(frozen=True, slots=True)
class Phone:
    number: Annotated[str | int, Personal(SUBJECT, role_in="whose")]
    whose: str | None


@dataclass(frozen=True, slots=True)
class Member:
    officer_id: str
    name: Annotated[str, Personal("officer_id")]


@dataclass(frozen=True, slots=True)
class Met(Event):
    place: str
    members: tuple[Member, ...]
    phones: tuple[Phone, ...]
    approved_by: Annotated[str, Personal(ACTOR)]
    witness: Annotated[str | None, Personal(SUBJECT, "witness")]
    chair: Member | None = None


MET = Met(
    "厂区", (Member("o-1", "甲"), Member("o-2", "乙")), (Phone("0791", "head"), Phone(119, None)), "丙", None, Member("o-3", "丁")
)


def test_whose_every_personal_field_is() -> None:
    assert persons_in(MET, "e-1", "a-1") == {"o-1", "o-2", "o-3", "e-1/head", "a-1"}


def test_only_what_is_personal_is_changed() -> None:
    done = changed(MET, "e-1", "a-1", lambda person, value: f"{person}={value}")
    assert done == Met(
        "厂区", (Member("o-1", "o-1=甲"), Member("o-2", "o-2=乙")), (Phone("e-1/head=0791", "head"), Phone(119, None)), "a-1=丙",
        None, Member("o-3", "o-3=丁"),
    )  # fmt: skip


def test_what_is_empty_or_erased_is_not_sealed() -> None:
    empty = Met("厂区", (Member("o-1", ""), Member("o-2", ERASED)), (), "", None)
    assert persons_in(empty, "e-1", "a-1") == set()


def test_class_without_anything_personal_has_no_plan() -> None:
    assert plan_of(int) == {}
    assert set(plan_of(Met)) == {"members", "phones", "approved_by", "witness", "chair"}


values = st.text() | st.integers(-(2**53), 2**53) | st.booleans()


@given(value=values, text=st.text())
def test_what_was_sealed_is_read_again_wherever_it_stands(value: Any, text: str) -> None:
    token = seal(KEY, value)
    body = json.dumps({"value": token, "text": text}, ensure_ascii=False).encode()
    if "enc:v1:" not in text:
        assert json.loads(revealed(body, KEYS)) == {"value": value, "text": text}
    said = json.dumps({"said": f"登记{token}（{token}）"}, ensure_ascii=False).encode()
    plain = value if isinstance(value, str) else json.dumps(value)
    assert json.loads(revealed(said, KEYS)) == {"said": f"登记{plain}（{plain}）"}


def test_two_side_by_side_are_told_apart() -> None:
    body = json.dumps([seal(KEY, "甲") + seal(OTHER, "乙") + "2021"]).encode()
    assert json.loads(revealed(body, KEYS)) == ["甲乙2021"]


def test_the_same_is_never_sealed_the_same_and_its_length_tells_little() -> None:
    tokens = {seal(KEY, name) for name in ("王强", "王强", "欧阳建国", "")}
    assert len(tokens) == 4
    assert len({len(token) for token in tokens}) == 1
    assert not any(SECRET in token for token in tokens)


def test_without_the_key_nothing_is_read() -> None:
    body = json.dumps([seal(KEY, SECRET)]).encode()
    assert json.loads(revealed(body, {})) == [PENDING]
    assert json.loads(revealed(body, {KEY.id: Key(KEY.id, "o-1", None)})) == [ERASED]
    assert key_ids(body) == {KEY.id}


def test_altered_is_not_shown_as_anything_else() -> None:
    token = seal(KEY, SECRET)
    broken = token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:]
    foreign = token.replace(KEY.id, OTHER.id)
    assert json.loads(revealed(json.dumps([broken, foreign]).encode(), KEYS)) == [UNREADABLE, UNREADABLE]


def test_sealed_under_another_person_is_not_ones_own() -> None:
    token = seal(KEY, SECRET)
    require_own(KEY, "o-1", token)
    for key, person, text in ((KEY, "o-2", token), (OTHER, "o-1", token), (KEY, "o-1", token + "x"), (KEY, "o-1", SECRET)):
        with pytest.raises(NotSealed):
            require_own(key, person, text)


def test_wrapped_keys_are_bound_to_their_person_and_master_key() -> None:
    made = MASTERS.make("o-1")
    assert MASTERS.open(made).person == "o-1"
    stolen = type(made)(made.key_id, "o-2", made.wrapping, made.wrapped)
    with pytest.raises(InvalidTag):
        MASTERS.open(stolen)
    with pytest.raises(LookupError, match="master key 1"):
        MasterKeys({2: bytes(32)}).open(made)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "version"),
        ("AAAA", "version"),
        ("1:AAAA", "32 bytes"),
        ("1:?", "base64"),
        ("1:" + "A" * 43 + "=,1:" + "A" * 43 + "=", "own"),
    ],
)
def test_master_keys_that_make_no_sense(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        master_keys_from(text)


def test_the_first_master_key_wraps() -> None:
    keys = master_keys_from("2:" + "A" * 43 + "=,1:" + "B" * 42 + "A=")
    assert (list(keys), MasterKeys(keys).current) == ([2, 1], 2)
