"""Sums in capital numerals say one sum only, and say it as banks and courts write it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.numerals import DIGITS, MOST, capitals

UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read(text: str) -> int:
    """The sum that capital numerals say, in fen, by a reader that shares nothing with the writer."""
    whole, _, rest = text.partition("元") if "元" in text else ("", "", text)
    total = part = digit = 0
    for sign in whole:
        if sign in DIGITS:
            digit = DIGITS.index(sign)
        elif sign in UNITS:
            part, digit = part + digit * UNITS[sign], 0
        else:
            total, part, digit = total + (part + digit) * {"万": 10**4, "亿": 10**8}[sign], 0, 0
    fen = sum(
        DIGITS.index(found[1]) * worth for unit, worth in (("角", 10), ("分", 1)) if (found := re.search(f"(.){unit}", rest))
    )
    return (total + part + digit) * 100 + fen


@given(st.integers(0, MOST) | st.integers(0, 10**7))
def test_says_one_sum(fen: int) -> None:
    """What is written can be read back, without two zeros in a row or one at an end."""
    text = capitals(fen)
    assert read(text) == fen
    assert "零零" not in text
    assert fen < 100 or not text.startswith("零")
    assert not re.search("零[拾佰仟万亿]", text)


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "零元整"), (5, "伍分"), (50, "伍角整"), (1_00, "壹元整"), (1_05, "壹元零伍分"), (107_00, "壹佰零柒元整"),
        (1_234_500_00, "壹佰贰拾叁万肆仟伍佰元整"), (20_000_00, "贰万元整"), (19_999_00, "壹万玖仟玖佰玖拾玖元整"),
        (121_500_00, "壹拾贰万壹仟伍佰元整"), (1_000_000_01, "壹佰万元零壹分"), (6_007_14, "陆仟零柒元壹角肆分"),
        (10_0001_00, "壹拾万零壹元整"), (1_0000_0001_00, "壹亿零壹元整"), (325_04, "叁佰贰拾伍元零肆分"),
    ],
)  # fmt: skip
def test_as_it_is_written(fen: int, text: str) -> None:
    assert capitals(fen) == text


@pytest.mark.parametrize("fen", [-1, MOST + 1])
def test_what_cannot_be_written(fen: int) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        capitals(fen)
