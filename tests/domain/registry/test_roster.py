"""The officer library as a table: what leaves it comes back."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from services.registry.domain import roster


@given(st.text(st.sampled_from("=+-@'\t\r甲1"), max_size=6) | st.text(max_size=20))
@example("'=1+1")
@example("=HYPERLINK()")
def test_no_cell_is_a_formula_and_each_comes_back(cell: str) -> None:
    out = roster.harmless(cell)
    assert not out.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert roster.plain(out) == cell
