"""The annual plan and the opening of a campaign."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chassis.domain import Refused
from services.tasks import domain
from services.tasks.domain import CAMPAIGN, PLAN
from tests.domain.tasks.situations import AT, CITY, DONGHU, DRAFT, OPEN, RULES, approved, drafted, opened


def test_plan_is_drafted_for_the_organ() -> None:
    [event] = domain.draft_plan(PLAN.initial, DRAFT, CITY, "li")
    assert event == domain.PlanDrafted(
        plan_id="plan-2021", year=2021, title="2021年度计划", organ_id="nanchang-emb", organ="南昌市应急管理局",
        sectors=("steel", "aluminium", "dust"), planned_inspections=346, drafted_by="li",
    )  # fmt: skip


def test_plan_is_drafted_once() -> None:
    with pytest.raises(Refused, match="plan-exists"):
        domain.draft_plan(drafted(), DRAFT, CITY, "li")


def test_who_drafts_may_not_approve() -> None:
    with pytest.raises(Refused, match="own-plan"):
        domain.approve_plan(drafted(), "li")


def test_another_person_approves_once() -> None:
    assert domain.approve_plan(drafted(), "wang") == [domain.PlanApproved(plan_id="plan-2021", approved_by="wang")]
    with pytest.raises(Refused, match="plan-already-approved"):
        domain.approve_plan(approved(), "zhao")


def test_campaign_takes_share_and_rounding_from_the_rules() -> None:
    rules = replace(RULES, share_numerator=2, share_denominator=5)
    [event] = domain.open_campaign(CAMPAIGN.initial, approved(), CITY, rules, OPEN, AT)
    assert isinstance(event, domain.CampaignOpened)
    assert (event.share_numerator, event.share_denominator, event.rounding) == (2, 5, "half-up")
    assert (event.city_organ_id, event.plan_id) == ("nanchang-emb", "plan-2021")


@pytest.mark.parametrize(
    ("at", "basis"),
    [(AT, None), (datetime(2021, 9, 1, tzinfo=UTC), "安全生产法（2021）第62条第2款")],
    ids=["before the article was in force", "after"],
)
def test_campaign_needs_an_approved_plan(at: datetime, basis: str | None) -> None:
    with pytest.raises(Refused, match="plan-not-approved") as caught:
        domain.open_campaign(CAMPAIGN.initial, drafted(), CITY, RULES, OPEN, at)
    assert caught.value.basis == basis


def test_rules_decide_whether_a_plan_is_needed() -> None:
    rules = replace(RULES, plan_required=False)
    assert len(domain.open_campaign(CAMPAIGN.initial, drafted(), CITY, rules, OPEN, AT)) == 1


def test_campaign_is_opened_once() -> None:
    with pytest.raises(Refused, match="campaign-exists"):
        domain.open_campaign(opened(), approved(), CITY, RULES, OPEN, AT)


def test_campaign_is_the_citys() -> None:
    with pytest.raises(Refused, match="not-a-city-organ"):
        domain.open_campaign(CAMPAIGN.initial, approved(), DONGHU, RULES, OPEN, AT)


def test_campaign_stays_within_the_sectors_of_its_plan() -> None:
    plan = replace(approved(), sectors=("steel",))
    with pytest.raises(Refused, match="sector-outside-plan") as caught:
        domain.open_campaign(CAMPAIGN.initial, plan, CITY, RULES, OPEN, AT)
    assert caught.value.facts == {"sectors": ["aluminium", "dust"]}


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [(date(2021, 5, 2), date(2021, 5, 1)), (date(2020, 12, 31), date(2021, 5, 1)), (date(2021, 5, 1), date(2022, 1, 1))],
)
def test_campaign_lies_in_order_within_the_year_of_its_plan(starts_on: date, ends_on: date) -> None:
    command = replace(OPEN, starts_on=starts_on, ends_on=ends_on)
    with pytest.raises(Refused, match="campaign-dates"):
        domain.open_campaign(CAMPAIGN.initial, approved(), CITY, RULES, command, AT)


def test_rules_of_the_day() -> None:
    later = replace(RULES, version="2021.2")
    newer = replace(RULES, version="2022.1", valid_from=date(2022, 1, 1))
    books = [newer, later, RULES]
    assert domain.rules_on(books, date(2021, 12, 31)).version == "2021.2"
    assert domain.rules_on(books, date(2022, 1, 1)).version == "2022.1"
    with pytest.raises(Refused, match="no-rulebook-in-force"):
        domain.rules_on(books, date(2023, 1, 1))
