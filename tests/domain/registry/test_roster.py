"""The officer library and the experts as tables: what leaves them comes back, and says nothing new."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import roster
from services.registry.domain.cells import Setting
from services.registry.domain.people import (
    ExpertAmended,
    ExpertEnrolled,
    ExpertState,
    OfficerEnrolled,
    OfficerRetired,
    OfficerState,
    evolve_expert,
    evolve_officer,
)
from services.registry.domain.roster import EXPERTS, OFFICERS, Roster
from services.registry.domain.workbook import Row, WorkbookRefused

SETTING = Setting(date(2021, 9, 6), {})
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8)
SPECIALITIES = st.lists(TEXT | st.sampled_from(["a、b", " ;"]), max_size=3).map(tuple)


def line(of: Roster, record: dict[str, Any]) -> roster.Line:
    """A person's row as it is given out, read again."""
    [cells] = roster.rows_out(of, [record])
    columns = roster.columns_of(of, Row(1, roster.heads_out(of)))
    return roster.line_of(columns, Row(2, [cell or None for cell in cells]), SETTING)


@given(TEXT, TEXT, SPECIALITIES, st.dates(), st.booleans())
def test_an_officer_who_is_given_out_says_nothing_new(
    name: str, organ: str, specialities: tuple[str, ...], until: date, left: bool
) -> None:
    fact = OfficerEnrolled(
        officer_id="officer-1", name=name, organ_id="donghu-emb", organ=organ, district="donghu", certificate_no="JX-1",
        certificate_valid_to=until, specialities=specialities,
    )  # fmt: skip
    state = evolve_officer(OfficerState(), fact)
    if left:
        state = evolve_officer(state, OfficerRetired(officer_id="officer-1", last_day=date(2020, 1, 1)))
    given_out = asdict(fact) | {"recusals": ["e-1"], "last_day": state.last_day}
    assert roster.says_nothing_new(OFFICERS, line(OFFICERS, given_out), state)


@given(TEXT, SPECIALITIES, st.none() | st.dates())
def test_an_expert_who_is_given_out_says_nothing_new(name: str, specialities: tuple[str, ...], last_day: date | None) -> None:
    fact = ExpertAmended(
        expert_id="expert-1", name=name, district="donghu", specialities=specialities, last_day=last_day
    )  # fmt: skip
    enrolled = ExpertEnrolled(expert_id="expert-1", name=name, district="donghu", specialities=())
    state = evolve_expert(evolve_expert(ExpertState(), enrolled), fact)
    given_out = asdict(fact)
    assert roster.says_nothing_new(EXPERTS, line(EXPERTS, given_out), state)
    assert not roster.says_nothing_new(EXPERTS, line(EXPERTS, {**given_out, "district": "xihu"}), state)
    assert not roster.says_nothing_new(EXPERTS, line(EXPERTS, given_out), ExpertState())


def test_columns_that_are_missing_are_all_named() -> None:
    with pytest.raises(WorkbookRefused) as refused:
        roster.columns_of(EXPERTS, Row(1, ["姓名", "专业"]))
    assert [(fault.row, fault.column, fault.code) for fault in refused.value.faults] == [
        (1, "编号", "column-missing"), (1, "辖区", "column-missing"),
    ]  # fmt: skip
