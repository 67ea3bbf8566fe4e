"""Apportionment: every enterprise exactly one enforcing body, none left out."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.domain import Refused
from services.tasks import domain
from services.tasks.domain import CAMPAIGN
from tests.domain.tasks.situations import CITY, apportioned, enterprise, fold, opened, register

COUNTS = st.lists(st.integers(1, 12), min_size=1, max_size=13)
SEEDS = st.text("abc019| 种子", min_size=1, max_size=20)


@given(counts=COUNTS, seed=SEEDS, share=st.tuples(st.integers(0, 7), st.integers(1, 7)).filter(lambda s: s[0] <= s[1]))
@settings(max_examples=40)
def test_every_enterprise_has_exactly_one_enforcing_body(counts: list[int], seed: str, share: tuple[int, int]) -> None:
    state = replace(opened(), share_numerator=share[0], share_denominator=share[1])
    event = apportioned(state, register(*counts), seed)
    assert Counter(a.enterprise_id for a in event.assignments) == Counter(e.enterprise_id for e in register(*counts))
    assert len({a.task_id for a in event.assignments}) == sum(counts)


@given(counts=COUNTS, seed=SEEDS, share=st.tuples(st.integers(0, 7), st.integers(1, 7)).filter(lambda s: s[0] <= s[1]))
@settings(max_examples=40)
def test_city_takes_its_share_of_each_district_rounded_half_up(counts: list[int], seed: str, share: tuple[int, int]) -> None:
    state = replace(opened(), share_numerator=share[0], share_denominator=share[1])
    event = apportioned(state, register(*counts), seed)
    district_of = {e.enterprise_id: e.district for e in register(*counts)}
    city = Counter(district_of[a.enterprise_id] for a in event.assignments if a.organ_id == CITY.organ_id)
    own = Counter(f"{district_of[a.enterprise_id]}-emb" for a in event.assignments if a.level == "district")
    for found, count in zip(sorted(event.districts, key=lambda d: int(d.district.split("-")[1])), counts, strict=True):
        half_up = floor(Fraction(count * share[0], share[1]) + Fraction(1, 2))
        assert (found.enterprises, found.city, found.own) == (count, half_up, count - half_up)
        assert (city[found.district], own[f"{found.district}-emb"]) == (found.city, found.own)
    assert own == Counter(a.organ_id for a in event.assignments if a.level == "district")


@given(counts=COUNTS, seed=SEEDS, shuffle=st.integers())
@settings(max_examples=30)
def test_order_of_the_register_does_not_matter(counts: list[int], seed: str, shuffle: int) -> None:
    shuffled = register(*counts)
    random.Random(shuffle).shuffle(shuffled)
    assert apportioned(opened(), shuffled, seed) == apportioned(opened(), register(*counts), seed)


def test_another_seed_chooses_others() -> None:
    chosen = {
        tuple(a.enterprise_id for a in apportioned(opened(), register(40), f"seed-{one}").assignments if a.level == "city")
        for one in range(5)
    }
    assert len(chosen) == 5


@pytest.mark.parametrize(("count", "city"), [(0, 0), (1, 0), (2, 1), (5, 1), (6, 2), (7, 2), (22, 6), (287, 72)])
def test_a_quarter_rounded_half_up(count: int, city: int) -> None:
    assert domain.share_of(count, 1, 4, "half-up") == city


def test_published_example_can_be_repeated_by_hand() -> None:
    """`printf '%s' 'seed|e-…0' | sha256sum` ranks 1, 3, 2, 0; the first of four goes to the city."""
    assert domain.in_order("seed", [e.enterprise_id for e in register(4)]) == [f"e-{n:020x}" for n in (1, 3, 2, 0)]
    [city] = [a for a in apportioned(opened(), register(4)).assignments if a.level == "city"]
    assert city.enterprise_id == f"e-{1:020x}"


def test_task_id_follows_from_campaign_and_enterprise() -> None:
    """sha256("campaign-2021/e-1") begins with these digits, so the pair can never have two tasks."""
    assert domain.task_id_for("campaign-2021", "e-1") == "t-3bde78cb2f767a15c61d"


def test_rounding_that_is_not_known_is_refused() -> None:
    with pytest.raises(Refused, match="unknown-rounding"):
        domain.share_of(4, 1, 4, "bankers")


def test_only_the_sectors_of_the_campaign() -> None:
    mixed = [enterprise(1), enterprise(2, sector="dust"), enterprise(3, sector="forestry")]
    [event] = domain.apportion(opened(), domain.Apportion(seed="s", expected_enterprises=2), mixed)
    assert isinstance(event, domain.CampaignApportioned)
    assert {a.enterprise_id for a in event.assignments} == {f"e-{1:020x}", f"e-{2:020x}"}


@pytest.mark.parametrize(("expected", "code"), [(11, "register-not-caught-up"), (9, "register-has-more")])
def test_register_must_hold_as_many_as_expected(expected: int, code: str) -> None:
    with pytest.raises(Refused, match=code) as caught:
        domain.apportion(opened(), domain.Apportion(seed="s", expected_enterprises=expected), register(10))
    assert caught.value.facts == {"expected": expected, "known": 10}


@pytest.mark.parametrize("own", [None, CITY], ids=["unknown district", "the city itself"])
def test_enterprise_without_a_district_organ_is_not_left_out_silently(own: domain.Organ | None) -> None:
    stray = replace(enterprise(99, "nowhere"), own=own)
    with pytest.raises(Refused, match="district-not-known") as caught:
        domain.apportion(opened(), domain.Apportion(seed="s", expected_enterprises=4), [*register(3), stray])
    assert caught.value.facts == {"districts": ["nowhere"]}


def test_apportioned_once() -> None:
    event = apportioned(opened(), register(3))
    done = fold(CAMPAIGN, opened(), [event])
    assert done.districts == event.districts
    with pytest.raises(Refused, match="campaign-already-apportioned"):
        domain.apportion(done, domain.Apportion(seed="other", expected_enterprises=3), register(3))
