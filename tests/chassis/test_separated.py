"""Rows of comma-separated text: in either encoding, numbered as a spreadsheet would, told what is wrong with them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chassis.separated import Malformed, NotText, encoding_of, harmless, plain, rows_of


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_rows_are_read_in_any_encoding(encoding: str) -> None:
    content = '流水号,"金额\n（元）"\r\n,\r\n\r\nB1,"9,000.00"\r\n'.encode(encoding)
    assert list(rows_of(content)) == [(1, ["流水号", "金额\n（元）"]), (4, ["B1", "9,000.00"])]


def test_a_character_that_the_beginning_cuts_in_two_is_no_fault() -> None:
    assert encoding_of("东".encode()[:2]) == "utf-8-sig"
    assert encoding_of("东湖".encode("gb18030")[:3]) == "gb18030"


def test_what_is_no_text_or_no_rows_is_told() -> None:
    with pytest.raises(NotText):
        list(rows_of(b"\xff\xfe\x00\x01,\x81"))
    with pytest.raises(Malformed) as caught:
        list(rows_of(b'a,b\n"c"d,e\n'))
    assert caught.value.number == 2
    assert list(rows_of(b"")) == []


@given(st.text(st.sampled_from("=+-@'\t\r甲1"), max_size=6) | st.text(max_size=20))
@example("'=1+1")
@example("=HYPERLINK()")
def test_no_cell_is_a_formula_and_each_comes_back(cell: str) -> None:
    out = harmless(cell)
    assert not out.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert plain(out) == cell
