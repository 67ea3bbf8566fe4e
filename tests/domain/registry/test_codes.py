"""The unified social credit code: real codes pass, every single mistyped character is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.codes import (
    ALPHABET,
    Wrong,
    check_character,
    checked_uscc,
    completed,
    organisation_check_character,
)

REAL = [
    "91110000802100433B",
    "9144030071526726XG",
    "91330100799655058B",
    "91110108551385082Q",
    "914403001922038216",
    "91310000631696382C",
]


def refusal(text: str) -> str:
    with pytest.raises(Wrong) as wrong:
        checked_uscc(text)
    assert wrong.value.zh
    assert wrong.value.en
    return wrong.value.code


@pytest.mark.parametrize("code", REAL)
def test_real_code_passes(code: str) -> None:
    assert checked_uscc(code) == code


@pytest.mark.parametrize("code", REAL)
def test_real_code_is_completed_from_its_first_seventeen(code: str) -> None:
    assert completed(code[:17]) == code


@pytest.mark.parametrize("code", REAL)
def test_inner_organisation_code(code: str) -> None:
    assert organisation_check_character(code[8:16]) == code[16]


@pytest.mark.parametrize("code", REAL)
@pytest.mark.parametrize("place", range(18))
def test_one_wrong_character_is_noticed(code: str, place: int) -> None:
    for other in ALPHABET.replace(code[place], ""):
        assert refusal(code[:place] + other + code[place + 1 :]) in ("uscc-check-digit", "uscc-organisation-code")


@pytest.mark.parametrize("code", REAL)
def test_two_neighbours_exchanged_are_noticed(code: str) -> None:
    for place in range(17):
        exchanged = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        if exchanged != code:
            assert refusal(exchanged) in ("uscc-check-digit", "uscc-organisation-code")


def test_wrong_organisation_code_under_a_right_check_digit() -> None:
    assert refusal(completed("91110000802100434")) == "uscc-organisation-code"


@pytest.mark.parametrize("text", ["", "91110000802100433", "91110000802100433BB"])
def test_length(text: str) -> None:
    assert refusal(text) == "uscc-length"


@pytest.mark.parametrize("strange", "IOSVZ*洪")
def test_character_that_no_code_has(strange: str) -> None:
    assert refusal("9111000080210043" + strange + "B") == "uscc-character"


def test_half_width_capitals_without_blanks() -> None:
    assert checked_uscc(" ９１１１0000 802100433b ") == "91110000802100433B"


@given(st.text(alphabet=ALPHABET, min_size=16, max_size=16))
def test_made_codes_pass(first: str) -> None:
    code = completed(first + organisation_check_character(first[8:]))
    assert checked_uscc(code) == code
    assert check_character(code[:17]) == code[17]
