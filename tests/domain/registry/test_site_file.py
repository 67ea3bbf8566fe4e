"""A file is told record by record; whoever repeats what is known takes nothing from what it was worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from chassis.domain import Event, Refused
from chassis.testing import given
from services.registry.domain import amending, enterprise, grading, merging, supervision
from services.registry.domain.amending import Told
from services.registry.domain.changes import (
    ConfirmedRecord,
    EquipmentAdded,
    EquipmentRetired,
    GradeReviewFellDue,
    PlaceAdded,
    PlaceRetired,
    ProfileAmended,
    RiskGraded,
    SectorAdded,
    StandardisationGraded,
)
from services.registry.domain.enterprise import SITE_CLAIM, EnterpriseRegistered, Equipment, FieldValue, Place, SiteClaimed
from services.registry.domain.grading import Finding
from services.registry.domain.site_file import ENTERPRISE, EnterpriseState, register_enterprise
from services.registry.domain.stated import Stated, Telling, rank, restate, state
from tests.domain.registry.test_enterprise import FILE

TODAY = date(2026, 3, 2)
OFFICER = Telling.of("officer-on-site", "officer-001", TODAY)
ITSELF = Telling.of("self-report", "enterprise-001", TODAY)
MARKET = Telling.of("market-supervision", "market", TODAY)
OPENED = replace(
    FILE,
    fields=(FieldValue("scale", "small", "self-report", "reported"), FieldValue("dust_workers", 12, "self-report", "reported")),
    places=(Place("P01", "dust-workshop", "打磨车间", (FieldValue("storeys", 1, "self-report", "reported"),)),),
    equipment=(Equipment("E01", "P01", "dust-removal-system", "除尘系统", "in-use", ()),),
)


def file(*events: Event) -> EnterpriseState:
    return given(ENTERPRISE, [OPENED, *events])


def refused(decide: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as caught:
        decide()
    return caught.value.code


def test_file_is_opened_once() -> None:
    assert register_enterprise(ENTERPRISE.initial, OPENED) == [OPENED]
    assert refused(lambda: register_enterprise(file(), OPENED)) == "enterprise-exists"


def test_what_opened_a_file_are_fields_like_others() -> None:
    opened = file()
    assert (opened.value("staff"), opened.value("scale"), opened.sectors) == (45, "small", ("dust",))
    assert opened.equipment["E01"].value("place_id") == "P01"
    assert opened.places["P01"].value("storeys") == 1


def test_each_field_that_is_told_carries_its_provenance() -> None:
    [event] = amending.amend(file(), Told(site={"scale": "medium"}), OFFICER, confirm=True)
    assert isinstance(event, ProfileAmended)
    assert event.fields == (
        Stated("scale", "medium", "officer-on-site", "confirmed", "officer-001", TODAY, "officer-001", TODAY),
    )


def test_what_is_known_already_is_confirmed_or_nothing() -> None:
    told = Told(site={"scale": "small"})
    [confirmed] = amending.amend(file(), told, ITSELF, confirm=True)
    assert isinstance(confirmed, ProfileAmended)
    assert confirmed.fields == (Stated("scale", "small", "self-report", "reported", None, None, "enterprise-001", TODAY),)
    assert amending.amend(file(), told, ITSELF, confirm=False) == []
    assert amending.amend(file(confirmed), told, ITSELF, confirm=True) == []


def test_field_is_withdrawn() -> None:
    [event] = amending.amend(file(), Told(site={"dust_workers": None}), OFFICER, confirm=True)
    assert file(event).value("dust_workers") is None


def test_one_event_per_record_and_equipment_stands_at_a_place_told_with_it() -> None:
    told = Told(
        site={"staff": 50},
        places={"P02": {"kind": "dust-storage", "name": "粉尘库"}},
        equipment={"E02": {"kind": "comminution-equipment", "name": "砂光机", "status": "in-use", "place_id": "P02"}},
    )
    events = amending.amend(file(), told, OFFICER, confirm=True)
    assert [type(event) for event in events] == [ProfileAmended, PlaceAdded, EquipmentAdded]
    assert file(*events).equipment["E02"].value("place_id") == "P02"
    assert amending.amend(file(*events), told, OFFICER, confirm=True) == []


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (Told(places={"P09": {"kind": "dust-storage"}}), "record-incomplete"),
        (Told(equipment={"E01": {"place_id": "P09"}}), "place-unknown"),
    ],
)
def test_records_that_cannot_be(told: Told, code: str) -> None:
    assert refused(lambda: amending.amend(file(), told, OFFICER, confirm=True)) == code


def test_identity_and_what_the_organ_decides_are_not_amended() -> None:
    told = Told(site={"uscc": "x", "district": "xihu", "production_status": "closed", "supervision_class": "A"})
    assert amending.amend(file(), told, ITSELF, confirm=True) == []


def test_place_is_retired_after_its_equipment() -> None:
    assert refused(lambda: amending.retire(file(), "place", "P01", OFFICER, "拆除")) == "place-in-use"
    [gone] = amending.retire(file(), "equipment", "E01", OFFICER, "报废")
    assert isinstance(gone, EquipmentRetired)
    after = file(gone)
    assert after.equipment["E01"].value("status") == "retired"
    [place] = amending.retire(after, "place", "P01", OFFICER, "拆除")
    assert isinstance(place, PlaceRetired)
    assert amending.retire(file(gone, place), "place", "P01", OFFICER, "拆除") == []
    assert refused(lambda: amending.retire(file(), "equipment", "E77", OFFICER, "报废")) == "record-unknown"


def test_officer_confirms_on_site() -> None:
    [event] = amending.confirm_on_site(
        file(), (ConfirmedRecord("place", "P01"), ConfirmedRecord("site", None, ("scale",))), OFFICER
    )
    seen = file(event)
    assert seen.places["P01"].fields["storeys"].confidence == "confirmed"
    assert (seen.fields["scale"].confirmed_on, seen.fields["staff"].confirmed_on) == (TODAY, None)
    assert refused(lambda: amending.confirm_on_site(file(), (ConfirmedRecord("place", "P77"),), OFFICER)) == "record-unknown"
    nothing = ConfirmedRecord("site", None, ("nothing",))
    assert refused(lambda: amending.confirm_on_site(file(), (nothing,), OFFICER)) == "record-unknown"


def test_closed_file_takes_nothing_until_it_is_reopened() -> None:
    closed = file(*supervision.close(file(), OFFICER, TODAY, "注销"))
    assert supervision.status_of(closed) == "closed"
    assert refused(lambda: amending.amend(closed, Told(site={"staff": 1}), OFFICER, confirm=True)) == "enterprise-closed"
    [again] = supervision.reopen(closed, TODAY, TODAY, "误关闭")
    assert supervision.status_of(ENTERPRISE.evolve(closed, again)) == "producing"
    assert refused(lambda: supervision.reopen(file(), TODAY, TODAY, "误")) == "enterprise-not-closed"


def test_production_stops_and_goes_on() -> None:
    stop: Callable[[EnterpriseState], list[Event]] = lambda before: supervision.suspend(  # noqa: E731
        before, OFFICER, TODAY, ordered=True, until=None, reason="责令停产"
    )
    stopped = file(*stop(file()))
    assert (stopped.production, stopped.value("production_status")) == ("suspended", "suspended")
    assert refused(lambda: stop(stopped)) == "production-suspended"
    assert refused(lambda: supervision.resume(stopped, OFFICER, date(2026, 3, 1), "复查通过")) == "before-last-change"
    assert refused(lambda: supervision.resume(stopped, OFFICER, date(2026, 3, 3), "复查通过")) == "date-in-future"
    going = ENTERPRISE.evolve(stopped, *supervision.resume(stopped, OFFICER, TODAY, "复查通过"))
    assert (going.production, going.suspension) == ("producing", None)
    assert refused(lambda: supervision.resume(going, OFFICER, TODAY, "x")) == "production-not-suspended"


def test_sectors_are_added_and_one_stays() -> None:
    added = SectorAdded(
        enterprise_id=FILE.enterprise_id, sector="confined-space", form="有限空间登记表", form_version="2026.1", reason="有污水池"
    )
    both = file(*supervision.add_sector(file(), added))
    assert both.sectors == ("dust", "confined-space")
    assert supervision.add_sector(both, added) == []
    one = ENTERPRISE.evolve(both, *supervision.withdraw_sector(both, "dust", "不再涉粉"))
    assert refused(lambda: supervision.withdraw_sector(one, "confined-space", "x")) == "last-sector"


def test_standardisation_needs_its_certificate() -> None:
    fact = StandardisationGraded(
        enterprise_id=FILE.enterprise_id,
        grade="3",
        document_no="赣AQB-3",
        granted_on=TODAY,
        valid_to=date(2029, 3, 1),
        reason="x",
    )
    graded = file(*supervision.standardise(file(), fact))
    assert graded.value("standardisation_grade") == "3"
    assert supervision.standardise(graded, fact) == []
    assert refused(lambda: supervision.standardise(file(), replace(fact, document_no=None))) == "certificate-needed"


RULES = grading.grading_rules(
    {
        "review_months": 12,
        "bands": [{"grade": "major", "minimum": 60}, {"grade": "considerable", "minimum": 40}],
        "factors": [
            {
                "code": "exposure", "title": "涉粉作业人数", "sectors": ["dust"],
                "options": [
                    {"code": "30+", "title": "30人以上", "points": 60, "when": {"dust_workers": {"min": 30}}},
                    {"code": "10+", "title": "10至29人", "points": 40, "when": {"dust_workers": {"min": 10, "max": 29}}},
                    {"code": "few", "title": "不足10人", "points": 0},
                ],
            },
            {"code": "furnace", "title": "高炉", "sectors": ["steel"], "options": [{"code": "yes", "title": "有", "points": 60}]},
        ],
    }
)  # fmt: skip
FOUND = [Finding("exposure", "10+", "现场清点")]


def test_grade_follows_from_its_factors_and_is_reviewed_within_a_year() -> None:
    assert [rule.code for rule in grading.asked(RULES, file().sectors)] == ["exposure"]
    suggested = grading.suggested(RULES.factors[0], file())
    assert suggested is not None
    assert suggested.code == "10+"
    assert grading.suggested(RULES.factors[1], file()) is None  # no option says of which fields
    [event] = grading.grade(file(), RULES, FOUND, OFFICER)
    assert isinstance(event, RiskGraded)
    assert (event.grade, event.points, event.review_due_on) == ("considerable", 40, date(2027, 3, 2))
    assert event.factors[0].reason == "现场清点"
    graded = file(event)
    [due] = supervision.fall_due(graded, date(2027, 3, 2))
    assert isinstance(due, GradeReviewFellDue)
    late = ENTERPRISE.evolve(graded, due)
    assert late.grade_review_overdue
    assert supervision.fall_due(late, date(2027, 3, 2)) == []
    assert supervision.fall_due(graded, date(2027, 1, 1)) == []
    assert not ENTERPRISE.evolve(late, *grading.grade(late, RULES, FOUND, OFFICER)).grade_review_overdue


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([], "factor-missing"),
        (FOUND * 2, "factor-repeated"),
        ([*FOUND, Finding("furnace", "yes", "x")], "factor-unknown"),
        ([Finding("exposure", "none", "x")], "option-unknown"),
    ],
)
def test_findings_that_do_not_fit(findings: list[Finding], code: str) -> None:
    assert refused(lambda: grading.grade(file(), RULES, findings, OFFICER)) == code


def test_another_grade_than_computed_needs_a_reason() -> None:
    assert refused(lambda: grading.grade(file(), RULES, FOUND, OFFICER, chosen="major")) == "override-reason-needed"
    [event] = grading.grade(file(), RULES, FOUND, OFFICER, chosen="major", override_reason="曾发生事故")
    assert isinstance(event, RiskGraded)
    assert (event.grade, event.computed_grade, event.override_reason) == ("major", "considerable", "曾发生事故")


@pytest.mark.parametrize(("day", "months", "later"), [("2026-01-31", 1, "2026-02-28"), ("2024-02-29", 12, "2025-02-28")])
def test_months_end_where_a_month_ends(day: str, months: int, later: str) -> None:
    assert grading.months_after(date.fromisoformat(day), months) == date.fromisoformat(later)


OTHER = replace(OPENED, enterprise_id=enterprise.enterprise_id_of(FILE.uscc, "2"), site_no="2", staff=60)


def other(**changes: Any) -> EnterpriseState:
    return given(ENTERPRISE, [replace(OTHER, **changes)])


def test_duplicates_are_merged_and_nothing_is_overwritten_silently() -> None:
    assert merging.conflicts(file(), other()) == ["staff"]
    assert refused(lambda: merging.absorb(file(), other(), {}, "重复建档")) == "merge-conflicts"
    [event] = merging.absorb(file(), other(), {"staff": "duplicate"}, "重复建档")
    survivor = file(event)
    assert survivor.value("staff") == 60
    assert survivor.equipment["E01-2"].value("place_id") == "P01-2"
    assert survivor.equipment["E01"].value("place_id") == "P01"
    assert survivor.absorbed == (OTHER.enterprise_id,)
    [merged] = merging.merge(other(), FILE.enterprise_id, "重复建档")
    gone = ENTERPRISE.evolve(other(), merged)
    assert (supervision.status_of(gone), gone.value("staff")) == ("merged", 60)
    assert refused(lambda: merging.absorb(gone, file(), {}, "x")) == "enterprise-merged"
    claim = given(SITE_CLAIM, [SiteClaimed(uscc=FILE.uscc, site_no="2", enterprise_id=OTHER.enterprise_id)])
    [passed] = enterprise.pass_claim(claim, OTHER.enterprise_id, FILE.enterprise_id)
    assert SITE_CLAIM.evolve(claim, passed).enterprise_id == FILE.enterprise_id


def test_files_that_cannot_be_merged() -> None:
    assert refused(lambda: merging.absorb(file(), file(), {}, "x")) == "same-enterprise"
    assert refused(lambda: merging.absorb(file(), other(district="xihu"), {}, "x")) == "other-district"


tellings = st.sampled_from([OFFICER, ITSELF, MARKET, Telling.of("officer-desk", "officer-002", TODAY)])


@each(st.lists(st.tuples(st.sampled_from(["small", "large"]), tellings), max_size=6), tellings)
def test_repeating_never_lowers_what_a_value_is_worth(history: list[tuple[str, Telling]], last: Telling) -> None:
    known = state("scale", "small", ITSELF)
    for value, telling in history:
        known = restate(known, "scale", value, telling)
    again = restate(known, "scale", known.value, last)
    assert rank(again.confidence) == max(rank(known.confidence), rank(last.confidence))
    assert again.value == known.value


def test_registered_event_is_what_opened_the_file() -> None:
    assert isinstance(file().registered, EnterpriseRegistered)
