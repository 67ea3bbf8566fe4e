"""The campaign's other work, of any seed, has its place in the year: training before inspections, answers before its end."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from pilot.programme import BASIC, CASEWORK, Programme, programme_of
from pilot.published import Scale
from pilot.scenario import CAMPAIGN, CASES, LAST_DAY, Scenario
from tests.domain.pilot.test_scenario import SCALES, SEEDS, scenario

YEARS = {f"{scale}-{seed}": scenario(seed, scale) for scale in SCALES for seed in SEEDS}
EVERY = pytest.mark.parametrize("year", YEARS.values(), ids=YEARS)
WEEKS: dict[Scale, int] = {"full": 40, "small": 10}


@pytest.mark.parametrize("scale", SCALES)
def test_every_week_of_the_campaign_is_reported_on(scale: Scale) -> None:
    mondays = programme_of(scenario(1, scale)).mondays
    assert len(mondays) == WEEKS[scale]
    assert {monday.isoweekday() for monday in mondays} == {1}
    assert CAMPAIGN[0] <= mondays[0]
    assert mondays[-1] <= CAMPAIGN[1]
    assert all(later > earlier for earlier, later in pairwise(mondays))
    if scale == "full":
        assert all(later - earlier == timedelta(days=7) for earlier, later in pairwise(mondays))


@EVERY
def test_everybody_has_passed_before_the_first_inspection_and_the_first_case(year: Scenario) -> None:
    sessions = programme_of(year).trainings
    everybody = {officer.officer_id for officer in year.officers}
    first = min(visit.visited_on for visit in year.visits)
    for modules, before in ((BASIC, first), (CASEWORK, CASES[0])):
        in_time = [session for session in sessions if session.modules == modules and session.held_on < before]
        assert {officer_id for session in in_time for officer_id, passed in session.attended if passed} == everybody
        assert any(not passed for session in in_time for _, passed in session.attended)
    assert all(session.announced_on <= session.held_on for session in sessions)


@EVERY
def test_problems_can_be_settled_within_the_year(year: Scenario) -> None:
    problems = programme_of(year).problems
    assert len({problem.problem_id for problem in problems}) == len(problems) == len(year.districts) * year.size.problems
    for problem in problems:
        day = year.days.after(problem.monday + timedelta(days=3))
        for _ in range(4):  # answered, reopened, answered, closed
            day = year.days.after(day)
        assert day <= LAST_DAY
    assert 0 < sum(problem.reopened for problem in problems) < len(problems)


@EVERY
def test_those_who_watch_come_from_other_districts(year: Scenario) -> None:
    visits = programme_of(year).demonstrations
    home = {officer.officer_id: officer.organ.district for officer in year.officers}
    assert len({visit.district for visit in visits}) == len(visits) == year.size.demonstrations
    for visit in visits:
        named = [home[officer_id] for officer_id in visit.observers]
        assert sorted([*named, visit.district]) == sorted(organ.district for organ in year.districts)
        assert set() < set(visit.present) <= set(visit.observers)
    assert any(len(visit.present) < len(visit.observers) for visit in visits)


@EVERY
def test_experts_advise_in_every_week_that_is_reported_on(year: Scenario) -> None:
    programme = programme_of(year)
    assert [visit.visited_on - timedelta(days=visit.visited_on.weekday()) for visit in programme.guidance] == [*programme.mondays]
    assert {visit.visited_on for visit in programme.guidance} <= set(year.days.all)
    assert {expert for visit in programme.guidance for expert in visit.experts} <= {one.expert_id for one in year.experts}
    assert sum(visit.serious for visit in programme.guidance) == year.size.few
    assert all(visit.findings for visit in programme.guidance if visit.serious)
    assert any(not visit.findings for visit in programme_of(scenario(1)).guidance), "nothing found is an answer too"


def test_a_seed_changes_who_and_where_and_not_how_much() -> None:
    one, other = programme_of(scenario(1)), programme_of(scenario(2))
    assert one.problems != other.problems
    assert one.demonstrations != other.demonstrations
    assert _sizes(one) == _sizes(other)
    assert programme_of(scenario(1)) == one


def _sizes(programme: Programme) -> list[int]:
    attended = [len(session.attended) for session in programme.trainings]
    return [
        len(programme.problems),
        len(programme.demonstrations),
        len(programme.guidance),
        len(programme.supplements),
        *attended,
    ]
