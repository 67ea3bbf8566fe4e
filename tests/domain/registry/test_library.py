"""The officer library: renewed certificates, other units, recusals that are withdrawn, officers who leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chassis.domain import Event, Refused
from chassis.testing import given
from services.registry.domain import people
from services.registry.domain.people import EXPERT, OFFICER, Assignment, Certificate, OfficerRetired, RecusalWithdrawn
from tests.domain.registry.test_people import AT, EXPERT_LI, OFFICER_WANG, RECUSAL

RENEWED = Certificate(certificate_no="JX-3601-001", certificate_valid_to=date(2026, 12, 31))
CITY_UNIT = Assignment(organ_id="nanchang-emb", organ="南昌市应急管理局", district="nanchang", specialities=("冶金", "粉尘防爆"))
GONE = OfficerRetired(officer_id="officer-001", last_day=date(2021, 2, 28))
WITHDRAWN = RecusalWithdrawn(officer_id="officer-001", enterprise_id="e-0001", reason="配偶离职")


def now(*events: Event) -> people.OfficerEnrolled:
    state = given(OFFICER, events)
    assert state.now is not None
    return state.now


def test_renewed_certificate_and_other_unit_are_both_kept() -> None:
    events: list[Event] = [OFFICER_WANG]
    events += people.renew_certificate(given(OFFICER, events), RENEWED, AT)
    events += people.reassign_officer(given(OFFICER, events), CITY_UNIT, AT)
    assert now(*events) == replace(
        OFFICER_WANG, certificate_valid_to=date(2026, 12, 31), organ_id="nanchang-emb", organ="南昌市应急管理局",
        district="nanchang", specialities=("冶金", "粉尘防爆"),
    )  # fmt: skip
    assert given(OFFICER, events).enrolled == OFFICER_WANG
    assert people.renew_certificate(given(OFFICER, events), RENEWED, AT) == []
    assert people.reassign_officer(given(OFFICER, events), CITY_UNIT, AT) == []


@pytest.mark.parametrize(
    ("valid_to", "code"), [(date(2021, 2, 28), "certificate-expired"), (date(2023, 12, 30), "certificate-shortened")]
)
def test_certificate_that_cannot_be_a_renewal(valid_to: date, code: str) -> None:
    with pytest.raises(Refused) as refused:
        people.renew_certificate(given(OFFICER, [OFFICER_WANG]), replace(RENEWED, certificate_valid_to=valid_to), AT)
    assert refused.value.code == code


def test_recusal_is_withdrawn_and_may_be_declared_again() -> None:
    state = given(OFFICER, [OFFICER_WANG, RECUSAL])
    assert people.withdraw_recusal(state, WITHDRAWN) == [WITHDRAWN]
    after = given(OFFICER, [OFFICER_WANG, RECUSAL, WITHDRAWN])
    assert after.recusals == ()
    assert people.withdraw_recusal(after, WITHDRAWN) == []
    assert people.declare_recusal(after, RECUSAL) == [RECUSAL]


def test_who_left_gets_no_certificate_and_no_unit() -> None:
    state = given(OFFICER, [OFFICER_WANG, GONE])
    with pytest.raises(Refused, match="officer-retired"):
        people.renew_certificate(state, RENEWED, AT)
    with pytest.raises(Refused, match="officer-retired"):
        people.reassign_officer(state, CITY_UNIT, AT)
    with pytest.raises(Refused, match="officer-retired"):
        people.retire_officer(state, date(2021, 4, 1))
    assert people.retire_officer(state, GONE.last_day) == []


def test_expert_leaves_and_comes_back() -> None:
    events: list[Event] = [EXPERT_LI]
    events += people.amend_expert(given(EXPERT, events), ("冶金", "煤气"), date(2021, 6, 30))
    events += people.amend_expert(given(EXPERT, events), ("冶金", "煤气"), None)
    state = given(EXPERT, events)
    assert len(events) == 3
    assert state.now is not None
    assert (state.now.specialities, state.now.last_day, state.now.name) == (("冶金", "煤气"), None, EXPERT_LI.name)
    assert people.amend_expert(state, ("冶金", "煤气"), None) == []
