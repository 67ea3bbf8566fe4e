"""The scenario of any seed adds up to the published figures, and leaves every part of the year its room."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from pilot.days import working_days
from pilot.people import Organ
from pilot.published import Scale, published
from pilot.scenario import (
    CASES,
    FEN_STEP,
    LAST_DAY,
    LAST_HITCH,
    LAST_VISIT,
    MOST_STEPS,
    SECTORS,
    Scenario,
    scenario_of,
    size_of,
)
from tests.domain.tasks.situations import CITY, apportioned, enterprise, opened

NAMES = ("donghu", "xihu", "qingyunpu", "qingshanhu", "xinjian", "honggutan", "nanchang-xian", "anyi", "jinxian", "jingkai",
         "gaoxin", "wanli-guanliju", "xiaolan")  # fmt: skip
SCALES: tuple[Scale, ...] = ("full", "small")
SEEDS = range(5)


def organ(name: str, *more: str) -> Organ:
    return Organ(organ_id=f"{name}-emb", name=f"{name}局", district=name, district_name=name, works_in=(name, *more))


def scenario(seed: int, scale: Scale = "full") -> Scenario:
    return scenario_of(seed, size_of(scale, published(scale)), organ("nanchang", *NAMES), [organ(name) for name in NAMES])


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("seed", SEEDS)
def test_totals_are_the_published_ones(seed: int, scale: Scale) -> None:
    year, wanted = scenario(seed, scale), published(scale)
    visits = year.visits
    assert len(year.places) == wanted["enterprises"].least
    assert len(visits) == wanted["inspections"].least
    assert wanted["officer_visits"].least <= sum(visit.team for visit in visits) <= wanted["officer_visits"].most
    assert sum(visit.hazards for visit in visits) == wanted["hazards"].least
    assert sum(visit.key_hazards for visit in visits) == wanted["key_item_hazards"].least
    cases = [visit.case for visit in visits if visit.case]
    assert len(cases) == wanted["penalties"].least
    assert sum(case.fen for case in cases) == wanted["penalty_amount_fen"].least


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_site_is_visited_once_and_some_again(seed: int, scale: Scale) -> None:
    year = scenario(seed, scale)
    assert sum(visit.draw_id is None for visit in year.visits) == year.size.enterprises
    for draw in year.draws:
        assert sum(visit.draw_id == draw.draw_id for visit in year.visits) == draw.count
        assert draw.count <= year.size.sites_per_district or draw.district is None
    assert all(visit.planned_on <= visit.visited_on <= LAST_VISIT for visit in year.visits)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("seed", SEEDS)
def test_cases_lie_under_the_law_of_then_and_below_the_hearing_amount(seed: int, scale: Scale) -> None:
    for visit in scenario(seed, scale).visits:
        if visit.case:
            assert CASES[0] <= visit.visited_on <= CASES[1]
            assert visit.case.fen % FEN_STEP == 0
            assert visit.case.fen + visit.case.relief_fen <= FEN_STEP * MOST_STEPS
            assert visit.hazards - visit.key_hazards >= 2
            assert visit.hitch == "none"


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("seed", SEEDS)
def test_everything_rare_happens(seed: int, scale: Scale) -> None:
    year = scenario(seed, scale)
    assert {visit.hitch for visit in year.visits} == {"none", "late-report", "failed-once", "late-re-inspection"}
    assert {visit.case.statement for visit in year.visits if visit.case} == {"waived", "lapsed", "made"}
    assert any(visit.visited_on > visit.planned_on for visit in year.visits)
    assert year.recusals
    assert {sector for _, sector in year.places} == set(SECTORS)
    assert all(visit.visited_on <= LAST_HITCH for visit in year.visits if visit.hitch != "none")


def test_a_seed_changes_everything_but_the_totals() -> None:
    one, other = scenario(1), scenario(2)
    assert one.visits != other.visits
    assert one.places != other.places
    assert one.officers != other.officers
    assert scenario(1) == one


def test_no_team_is_larger_than_an_organ_can_send() -> None:
    year = scenario(0, "small")
    assert max(visit.team for visit in year.visits) < year.size.district_officers


@pytest.mark.parametrize("stride", [4, 5, 8])
def test_no_two_days_of_work_lie_too_far_apart(stride: int) -> None:
    days = working_days(CASES[0].replace(month=3), LAST_DAY, stride)
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    assert min(gaps) > 0
    assert max(gaps) <= 8  # the longest holiday


def test_every_enterprise_of_the_pilot_has_exactly_one_enforcing_body() -> None:
    """The pilot's 287 sites, apportioned as its campaign is: each site once, to the city's organ or to its own district's."""
    places = scenario(0).places
    sites = [enterprise(number, district, sector) for number, (district, sector) in enumerate(places)]
    event = apportioned(opened(), sites)
    assert len(sites) == 287
    assert Counter(one.enterprise_id for one in event.assignments) == Counter(site.enterprise_id for site in sites)
    own = {site.enterprise_id: f"{site.district}-emb" for site in sites}
    wrong = [
        one for one in event.assignments if one.organ_id != (CITY.organ_id if one.level == "city" else own[one.enterprise_id])
    ]
    assert wrong == []
    assert sum(one.level == "city" for one in event.assignments) == sum((2 * n + 4) // 8 for n in Counter(own.values()).values())
