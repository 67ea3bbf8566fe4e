"""Sums in capital numerals say one sum only, and say it as banks and courts write it."""

from __future__ import annotations

import re
from itertools import product

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


def as_the_rules_say(fen: int) -> bool:
    """Whether the capitals say this sum and each of its digits in order, one 零 for each gap, 整 where there are no fen.

    A gap is a run of noughts between two other digits, also across the point. The rules for bills (支付结算办法 annex 1) let
    the 零 of a gap at the end of ten thousands, or of the yuan, be left out, and print no sum with both: here that of the ten
    thousands is left out, where thousands follow, and that of the yuan never is.
    """
    text, digits = capitals(fen), str(fen).strip("0")
    written = [str(DIGITS.index(sign)) for sign in text if sign in DIGITS[1:]]
    placed = f"{fen:014}"  # the place of ten thousands is the eighth
    left_out = placed[7] == "0" and placed[8] != "0" and placed[4:7] != "000"
    gaps = len(re.findall("0+", digits)) - left_out
    ends = text.endswith("整") == (fen % 10 == 0) and text.count("整") == (fen % 10 == 0)
    return read(text) == fen and written == [one for one in digits if one != "0"] and text.count("零") == gaps and ends


@given(
    st.integers(1, MOST)
    | st.integers(1, 10**7)
    | st.lists(st.sampled_from("00012"), max_size=14).map(lambda d: int("1" + "".join(d[1:])))
)
def test_each_gap_is_told_once(fen: int) -> None:
    assert as_the_rules_say(fen), capitals(fen)


def test_wherever_the_noughts_stand() -> None:
    """Every pattern of noughts in fourteen places, from 0.01 to 999,999,999,999.99 yuan."""
    for places in product((False, True), repeat=14):
        fen = int("".join(str(1 + place % 9) if there else "0" for place, there in enumerate(places)))
        assert fen == 0 or as_the_rules_say(fen), (fen, capitals(fen))
    assert as_the_rules_say(MOST)


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (1_409_50, "壹仟肆佰零玖元伍角整"), (1_680_32, "壹仟陆佰捌拾元零叁角贰分"), (16_409_02, "壹万陆仟肆佰零玖元零贰分"),
        (107_000_53, "壹拾万柒仟元零伍角叁分"), (45_000_00, "肆万伍仟元整"), (44_550_00, "肆万肆仟伍佰伍拾元整"),
        (13_500_00, "壹万叁仟伍佰元整"), (1_350_00, "壹仟叁佰伍拾元整"), (3_001_00, "叁仟零壹元整"),
        (9_346_00, "玖仟叁佰肆拾陆元整"), (500_000_00, "伍拾万元整"), (7_000_00, "柒仟元整"), (1, "壹分"),
        (2_999_00, "贰仟玖佰玖拾玖元整"), (MOST, "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        (100_500_000_050_00, "壹仟零伍亿零伍拾元整"),
        (0, "零元整"), (5, "伍分"), (50, "伍角整"), (1_00, "壹元整"), (1_05, "壹元零伍分"), (107_00, "壹佰零柒元整"),
        (1_234_500_00, "壹佰贰拾叁万肆仟伍佰元整"), (20_000_00, "贰万元整"), (19_999_00, "壹万玖仟玖佰玖拾玖元整"),
        (121_500_00, "壹拾贰万壹仟伍佰元整"), (1_000_000_01, "壹佰万元零壹分"), (6_007_14, "陆仟零柒元壹角肆分"),
        (10_0001_00, "壹拾万零壹元整"), (1_0000_0001_00, "壹亿零壹元整"), (325_04, "叁佰贰拾伍元零肆分"),
    ],
)  # fmt: skip
def test_as_it_is_written(fen: int, text: str) -> None:
    assert capitals(fen) == text


AS_PRINTED = {
    1_409_50: {"壹仟肆佰零玖元伍角"}, 6_007_14: {"陆仟零柒元壹角肆分"},
    1_680_32: {"壹仟陆佰捌拾元零叁角贰分", "壹仟陆佰捌拾元叁角贰分"},
    107_000_53: {"壹拾万柒仟元零伍角叁分", "壹拾万零柒仟元伍角叁分"},
    16_409_02: {"壹万陆仟肆佰零玖元零贰分"}, 325_04: {"叁佰贰拾伍元零肆分"},
}  # fmt: skip
"""The sums on which the rules for bills say what is written of noughts, and all forms that they permit."""


@pytest.mark.parametrize("fen", AS_PRINTED)
def test_noughts_are_written_in_a_form_that_the_rules_print(fen: int) -> None:
    """支付结算办法 annex 1 (正确填写票据和结算凭证的基本规定), on noughts; 整 after 角 may be written or not (ibid.)."""
    assert capitals(fen).removesuffix("整") in AS_PRINTED[fen]


@pytest.mark.parametrize("fen", [-1, MOST + 1])
def test_what_cannot_be_written(fen: int) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        capitals(fen)
