"""Jurisdictions are split, merged, ended and named anew; what was recorded before stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chassis.domain import Event, Refused
from chassis.testing import given
from services.registry.domain import jurisdictions
from services.registry.domain.jurisdictions import (
    JURISDICTION,
    Ending,
    JurisdictionEnded,
    JurisdictionEstablished,
    JurisdictionState,
    Names,
    Reorganisation,
)
from tests.domain.registry.test_people import CITY, DONGHU

XIHU = replace(DONGHU, jurisdiction_id="xihu", name="西湖区", national_code="360103", organ_id="xihu-emb")
NEW = replace(
    DONGHU, jurisdiction_id="hubin", name="湖滨区", national_code=None, organ_id="hubin-emb", valid_from=date(2027, 1, 1)
)
AT = datetime(2027, 3, 1, 1, tzinfo=UTC)
LAST = date(2026, 12, 31)
NAMES = Names(
    name="东湖区", short_name="东湖", organ="南昌市东湖区应急管理和安全生产监督局", document_abbreviation="东湖应急",
    since=date(2027, 2, 1), source="区编委文件",
)  # fmt: skip


def known(*facts: JurisdictionEstablished) -> dict[str, JurisdictionState]:
    return {fact.jurisdiction_id: given(JURISDICTION, [fact]) for fact in facts}


def plan(ends: Sequence[tuple[str, tuple[str, ...]]] = (), begins: Sequence[JurisdictionEstablished] = ()) -> Reorganisation:
    endings = tuple(Ending(jurisdiction_id=key, successors=successors) for key, successors in ends)
    return Reorganisation(last_day=LAST, ends=endings, begins=tuple(begins), reason="区划调整", source="国务院批复")


def refusal(states: dict[str, JurisdictionState], wanted: Reorganisation) -> str:
    with pytest.raises(Refused) as refused:
        jurisdictions.reorganise(states, wanted)
    return refused.value.code


def test_merger_into_one_that_stays() -> None:
    events = jurisdictions.reorganise(known(CITY, DONGHU, XIHU), plan([("xihu", ("donghu",))]))
    [[ended]] = events.values()
    assert isinstance(ended, JurisdictionEnded)
    assert (ended.valid_to, ended.successors, ended.reason) == (LAST, ("donghu",), "区划调整")


def test_merger_of_two_into_a_new_one() -> None:
    wanted = plan([("donghu", ("hubin",)), ("xihu", ("hubin",))], [NEW])
    events = jurisdictions.reorganise(known(CITY, DONGHU, XIHU), wanted)
    assert list(events) == ["hubin", "donghu", "xihu"], "what begins comes first"
    assert events["hubin"] == [NEW]


def test_split_into_one_new_and_one_that_stays() -> None:
    events = jurisdictions.reorganise(known(CITY, DONGHU, XIHU), plan([("donghu", ("hubin", "xihu"))], [NEW]))
    after = given(JURISDICTION, [DONGHU, *events["donghu"]])
    assert (after.ended, after.successors) == (True, ("hubin", "xihu"))


def test_history_of_what_ended_stays() -> None:
    events: list[Event] = [DONGHU, *jurisdictions.reorganise(known(CITY, DONGHU, XIHU), plan([("donghu", ("xihu",))]))["donghu"]]
    state = given(JURISDICTION, events)
    assert state.established == DONGHU
    assert state.now is not None
    assert [jurisdictions.valid_on(state.now, day) for day in (LAST, date(2027, 1, 1))] == [True, False]


@pytest.mark.parametrize(
    ("ends", "begins", "code"),
    [
        ([("nanchang", ())], [], "root-stays"),
        ([("donghu", ("nowhere",))], [], "successor-unknown"),
        ([("donghu", ("xihu",)), ("xihu", ("donghu",))], [], "successor-unknown"),
        ([("donghu", ("donghu",))], [], "successor-unknown"),
        ([("nowhere", ())], [], "jurisdiction-unknown"),
        ([("donghu", ()), ("donghu", ())], [], "jurisdiction-repeated"),
        ([], [replace(NEW, valid_from=date(2027, 1, 2))], "not-the-day-after"),
        ([], [replace(NEW, parent="nowhere")], "parent-unknown"),
        ([("donghu", ())], [replace(NEW, parent="donghu")], "parent-unknown"),
        ([], [replace(DONGHU, valid_from=date(2027, 1, 1))], "jurisdiction-exists"),
    ],
)
def test_reorganisation_that_does_not_hang_together(
    ends: list[tuple[str, tuple[str, ...]]], begins: list[JurisdictionEstablished], code: str
) -> None:
    assert refusal(known(CITY, DONGHU, XIHU), plan(ends, begins)) == code


def test_city_that_still_has_districts_does_not_end() -> None:
    province = replace(CITY, jurisdiction_id="jiangxi", kind="province")
    city = replace(CITY, parent="jiangxi")
    assert refusal(known(province, city, DONGHU), plan([("nanchang", ())])) == "districts-left"


def test_what_ended_does_not_end_again() -> None:
    states = known(CITY, DONGHU, XIHU)
    ended = jurisdictions.reorganise(states, plan([("donghu", ("xihu",))]))["donghu"]
    states["donghu"] = given(JURISDICTION, [DONGHU, *ended])
    assert refusal(states, plan([("donghu", ("xihu",))])) == "jurisdiction-closed"


def test_documents_of_a_day_say_what_the_organ_was_called_then() -> None:
    state = given(JURISDICTION, [DONGHU])
    state = given(JURISDICTION, [DONGHU, *jurisdictions.rename_jurisdiction(state, NAMES, AT)])
    then, since = state.named_on(date(2027, 1, 31)), state.named_on(NAMES.since)
    assert then is not None
    assert since is not None
    assert (then.document_abbreviation, since.document_abbreviation) == ("洪", "东湖应急")
    assert jurisdictions.rename_jurisdiction(state, NAMES, AT) == []


@pytest.mark.parametrize(("since", "code"), [(date(2027, 3, 2), "not-yet-effective"), (date(2027, 2, 1), "out-of-order")])
def test_names_come_in_order_and_not_ahead(since: date, code: str) -> None:
    state = given(JURISDICTION, [DONGHU, *jurisdictions.rename_jurisdiction(given(JURISDICTION, [DONGHU]), NAMES, AT)])
    with pytest.raises(Refused) as refused:
        jurisdictions.rename_jurisdiction(state, replace(NAMES, organ="又一名称", since=since), AT)
    assert refused.value.code == code
