"""Jurisdictions, officers and experts: registered once, the same again is no change, something else is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chassis.domain import Event, Refused, Stream
from chassis.testing import given
from services.registry.domain import jurisdictions, people
from services.registry.domain.jurisdictions import JURISDICTION, JurisdictionEstablished, JurisdictionState
from services.registry.domain.people import (
    EXPERT,
    OFFICER,
    ExpertEnrolled,
    OfficerEnrolled,
    RecusalDeclared,
)

CITY = JurisdictionEstablished(
    jurisdiction_id="nanchang", name="南昌市", short_name="南昌", kind="city", parent=None, national_code="360100",
    organ="南昌市应急管理局", organ_id="nanchang-emb", document_abbreviation="洪", valid_from=None, valid_to=None,
    confidence="found", source="GB/T 2260",
)  # fmt: skip
DONGHU = replace(CITY, jurisdiction_id="donghu", name="东湖区", kind="district", parent="nanchang", national_code="360102")
OFFICER_WANG = OfficerEnrolled(
    officer_id="officer-001", name="王强", organ_id="donghu-emb", organ="南昌市东湖区应急管理局", district="donghu",
    certificate_no="JX-3601-001", certificate_valid_to=date(2023, 12, 31), specialities=("粉尘防爆",),
)  # fmt: skip
EXPERT_LI = ExpertEnrolled(expert_id="expert-001", name="李工", district="nanchang", specialities=("冶金",))
RECUSAL = RecusalDeclared(officer_id="officer-001", enterprise_id="e-0001", reason="配偶任职")
AT = datetime(2021, 3, 1, 1, tzinfo=UTC)


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


def test_district_under_its_city() -> None:
    city = given(JURISDICTION, [CITY])
    assert jurisdictions.establish_jurisdiction(JurisdictionState(), DONGHU, city) == [DONGHU]


def test_district_under_an_unknown_city() -> None:
    with pytest.raises(Refused) as refused:
        jurisdictions.establish_jurisdiction(JurisdictionState(), DONGHU, JurisdictionState())
    assert code_of(refused) == "parent-unknown"


def test_same_jurisdiction_again_is_no_change() -> None:
    assert jurisdictions.establish_jurisdiction(given(JURISDICTION, [CITY]), CITY, JurisdictionState()) == []


def test_other_jurisdiction_under_the_same_id() -> None:
    with pytest.raises(Refused) as refused:
        jurisdictions.establish_jurisdiction(given(JURISDICTION, [CITY]), replace(CITY, name="南昌"), JurisdictionState())
    assert code_of(refused) == "jurisdiction-exists"


def test_reversed_dates() -> None:
    reversed_ = replace(CITY, valid_from=date(2020, 1, 1), valid_to=date(2019, 12, 31))
    with pytest.raises(Refused) as refused:
        jurisdictions.establish_jurisdiction(JurisdictionState(), reversed_, JurisdictionState())
    assert code_of(refused) == "dates-reversed"


@pytest.mark.parametrize(
    ("day", "valid"),
    [(date(2019, 11, 30), False), (date(2019, 12, 1), True), (date(2020, 1, 1), True), (date(2020, 1, 2), False)],
)
def test_validity_includes_both_ends(day: date, valid: bool) -> None:
    assert jurisdictions.valid_on(replace(DONGHU, valid_from=date(2019, 12, 1), valid_to=date(2020, 1, 1)), day) is valid


def test_jurisdiction_without_dates_is_valid() -> None:
    assert jurisdictions.valid_on(CITY, date(1950, 1, 1))


def test_root_is_the_one_without_parent() -> None:
    assert jurisdictions.root_of([DONGHU, CITY]) == CITY


def test_no_root_without_jurisdictions() -> None:
    with pytest.raises(Refused) as refused:
        jurisdictions.root_of([])
    assert code_of(refused) == "no-jurisdiction"


def test_officer_is_enrolled() -> None:
    assert people.enrol_officer(OFFICER.initial, OFFICER_WANG, AT) == [OFFICER_WANG]


def test_same_officer_again_is_no_change() -> None:
    assert people.enrol_officer(given(OFFICER, [OFFICER_WANG]), OFFICER_WANG, AT) == []


def test_other_officer_under_the_same_id() -> None:
    with pytest.raises(Refused) as refused:
        people.enrol_officer(given(OFFICER, [OFFICER_WANG]), replace(OFFICER_WANG, name="王刚"), AT)
    assert code_of(refused) == "officer-exists"


@pytest.mark.parametrize(
    ("at", "expired"),
    [
        (datetime(2023, 12, 31, 15, 59, tzinfo=UTC), False),  # 23:59 in Shanghai, the last day
        (datetime(2023, 12, 31, 16, 0, tzinfo=UTC), True),  # midnight there
    ],
)
def test_certificate_is_judged_by_the_day_in_shanghai(at: datetime, expired: bool) -> None:
    if expired:
        with pytest.raises(Refused) as refused:
            people.enrol_officer(OFFICER.initial, OFFICER_WANG, at)
        assert code_of(refused) == "certificate-expired"
    else:
        assert people.enrol_officer(OFFICER.initial, OFFICER_WANG, at) == [OFFICER_WANG]


def test_recusal_is_declared_once() -> None:
    officer = given(OFFICER, [OFFICER_WANG])
    assert people.declare_recusal(officer, RECUSAL) == [RECUSAL]
    assert people.declare_recusal(given(OFFICER, [OFFICER_WANG, RECUSAL]), RECUSAL) == []


def test_recusals_add_up() -> None:
    other = replace(RECUSAL, enterprise_id="e-0002")
    assert given(OFFICER, [OFFICER_WANG, RECUSAL, other]).recusals == ("e-0001", "e-0002")


def test_expert_is_enrolled_once() -> None:
    assert people.enrol_expert(EXPERT.initial, EXPERT_LI) == [EXPERT_LI]
    assert people.enrol_expert(given(EXPERT, [EXPERT_LI]), EXPERT_LI) == []
    with pytest.raises(Refused) as refused:
        people.enrol_expert(given(EXPERT, [EXPERT_LI]), replace(EXPERT_LI, district="donghu"))
    assert code_of(refused) == "expert-exists"


class Strange(Event):
    """An event of no stream."""


@pytest.mark.parametrize("stream", [JURISDICTION, OFFICER, EXPERT], ids=lambda stream: str(stream.name))
def test_evolve_is_total(stream: Stream[object]) -> None:
    assert stream.evolve(stream.initial, Strange()) == stream.initial
