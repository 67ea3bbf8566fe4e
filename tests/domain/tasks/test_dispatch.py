"""Weekly dispatch: a district's week, its problems up to their closing, the bulletin; and what a campaign may still do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from chassis.domain import Event, Refused
from services.tasks import domain
from services.tasks.domain import CAMPAIGN
from services.tasks.domain.campaign import CampaignEnterpriseAdded, DistrictCoverage, OwnShare, add_enterprise, close_campaign
from services.tasks.domain.issued import IssuedPaper, UsedCut, UsedLedger, compared_with
from services.tasks.domain.problem import (
    PROBLEM,
    ProblemRaised,
    ProblemState,
    answer_problem,
    close_problem,
    raise_problem,
    reopen_problem,
)
from services.tasks.domain.week import (
    BULLETINS,
    WEEK,
    BulletinIssued,
    FigureLink,
    IssueBulletin,
    ReportedProblem,
    ReportWeek,
    issue_bulletin,
    report_week,
    supplement_week,
)
from tests.domain.tasks.situations import (
    AT,
    CITY,
    DONGHU,
    OPEN,
    RULES,
    apportioned,
    approved,
    enterprise,
    fold,
    opened,
    organ_of,
    register,
)

MONDAY = date(2021, 3, 8)
LATER = datetime(2021, 3, 12, 8, 0, tzinfo=UTC)
REPORT = ReportWeek(
    campaign_id="campaign-2021", monday=MONDAY, done="检查12家", planned="检查10家",
    problems=(ReportedProblem(problem_id="p-1", problem="缺少专家"),), suggestions=("统一培训",),
)  # fmt: skip


def test_a_district_reports_its_week_once() -> None:
    [event] = report_week(WEEK.initial, opened(), DONGHU, REPORT, "li", LATER)
    week = fold(WEEK, WEEK.initial, [event])
    assert week.report is not None
    assert (week.report.district, week.report.problems) == ("donghu", REPORT.problems)
    with pytest.raises(Refused, match="week-already-reported"):
        report_week(week, opened(), DONGHU, REPORT, "li", LATER)
    week = fold(WEEK, week, supplement_week(week, "补充一家", "li"))
    assert week.supplements == ("补充一家",)
    with pytest.raises(Refused, match="week-not-reported"):
        supplement_week(WEEK.initial, "x", "li")


@pytest.mark.parametrize(
    ("organ", "changes", "code"),
    [
        (CITY, {}, "not-a-district-organ"),
        (DONGHU, {"monday": date(2021, 3, 9)}, "not-a-monday"),
        (DONGHU, {"monday": date(2021, 3, 15)}, "week-not-begun"),
        (DONGHU, {"monday": date(2021, 2, 22)}, "week-outside-campaign"),
        (DONGHU, {"problems": REPORT.problems * 2}, "problem-twice"),
    ],
)
def test_a_week_that_cannot_be_reported(organ: domain.Organ, changes: dict[str, object], code: str) -> None:
    with pytest.raises(Refused, match=code):
        report_week(WEEK.initial, opened(), organ, replace(REPORT, **changes), "li", LATER)  # type: ignore[arg-type]


def test_bulletins_are_numbered_without_a_hole_one_a_week() -> None:
    asked = IssueBulletin(monday=MONDAY, title="通报", text="正文", figures=(FigureLink(figure="inspections"),))
    series = fold(BULLETINS, BULLETINS.initial, issue_bulletin(BULLETINS.initial, opened(), asked, "li", LATER))
    with pytest.raises(Refused, match="bulletin-exists"):
        issue_bulletin(series, opened(), asked, "li", LATER)
    [event] = issue_bulletin(series, opened(), replace(asked, monday=date(2021, 3, 1)), "li", LATER)
    assert isinstance(event, BulletinIssued)
    assert (event.number, event.figures) == (2, (FigureLink(figure="inspections"),))


def cut_of(at: datetime, *ledgers: str) -> UsedCut:
    named = ledgers or ("registry", "tasks", "inspection", "penalty")
    return UsedCut(recorded_before=at, ledgers=tuple(UsedLedger(ledger=one, size=1, root="c" * 64) for one in named))


COMPARED = tuple(cut_of(at) for at in compared_with(MONDAY))
PAPER = IssuedPaper(
    bulletin_id="bulletin-2021-w10", week="2021-W10", districts=("donghu",), json_sha256="a" * 64, pdf_sha256="b" * 64,
    template="reporting/paper@1", cuts=(*COMPARED, cut_of(LATER)),
)  # fmt: skip


def test_what_was_issued_is_recorded_and_is_about_the_same_week() -> None:
    asked = IssueBulletin(monday=MONDAY, title="通报", text="正文", figures=(), issued=PAPER)
    [event] = issue_bulletin(BULLETINS.initial, opened(), asked, "li", LATER)
    assert isinstance(event, BulletinIssued)
    assert event.issued == PAPER
    with pytest.raises(Refused, match="bulletin-of-another-week"):
        issue_bulletin(BULLETINS.initial, opened(), replace(asked, monday=date(2021, 3, 1)), "li", LATER)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"bulletin_id": "bulletin-2021-w09"}, "bulletin-of-another-week"), ({"cuts": COMPARED}, "bulletin-of-another-week"),
        ({"cuts": (*COMPARED, cut_of(LATER + timedelta(days=2)))}, "bulletin-of-days-to-come"),
        ({"cuts": (COMPARED[0], cut_of(LATER))}, "bulletin-incomplete"),
        ({"cuts": (*COMPARED, cut_of(LATER, "tasks"))}, "bulletin-incomplete"),
        ({"cuts": (*COMPARED, cut_of(LATER, "tasks", "tasks", "registry", "penalty"))}, "bulletin-incomplete"),
    ],
)  # fmt: skip
def test_what_nobody_could_find_or_make_again_is_not_recorded(changes: dict[str, Any], code: str) -> None:
    asked = IssueBulletin(monday=MONDAY, title="通报", text="正文", figures=(), issued=replace(PAPER, **changes))
    with pytest.raises(Refused, match=code):
        issue_bulletin(BULLETINS.initial, opened(), asked, "li", LATER)


def test_a_year_that_had_no_such_week_is_not_compared_with() -> None:
    assert len(compared_with(date(2020, 12, 28))) == 1, "2019 had no week 53"
    assert [at.isoformat() for at in compared_with(MONDAY)] == ["2021-03-08T00:00:00+08:00", "2020-03-09T00:00:00+08:00"]


RAISED = ProblemRaised(
    problem_id="p-1", campaign_id="campaign-2021", district="donghu", organ_id="donghu-emb", organ="东湖", problem="缺少专家",
    city_organ_id="nanchang-emb", monday=MONDAY,
)  # fmt: skip
MOVES: dict[str, Callable[[ProblemState, str], list[Event]]] = {
    "raise": lambda s, _: raise_problem(s, RAISED), "answer": lambda s, who: answer_problem(s, who, "a", "li"),
    "reopen": lambda s, who: reopen_problem(s, who, "r"), "close": lambda s, who: close_problem(s, who, "o"),
}  # fmt: skip


@drawn(st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.sampled_from(["nanchang-emb", "donghu-emb"])), max_size=16))
def test_whatever_is_tried_a_problem_is_closed_only_after_an_answer_of_the_city(moves: list[tuple[str, str]]) -> None:
    state = PROBLEM.initial
    for move, who in moves:
        try:
            events = MOVES[move](state, who)
        except Refused:
            continue
        before, state = state, fold(PROBLEM, state, events)
        if move in ("answer", "close"):
            assert who == "nanchang-emb"
        if move == "reopen":
            assert who == "donghu-emb"
        assert before.state != "closed"
        assert state.state != "closed" or before.state == "answered"
        assert len(state.answers) - state.reopened in (0, 1)


def ready() -> domain.CampaignState:
    """A campaign, apportioned."""
    return fold(CAMPAIGN, opened(), [apportioned(opened(), register(3))])


def test_a_district_can_have_a_share_of_its_own() -> None:
    command = replace(OPEN, own_shares=(OwnShare(district="district-1", numerator=1, denominator=2),), items=("STL-K1", "STL-K1"))
    campaign = fold(CAMPAIGN, CAMPAIGN.initial, domain.open_campaign(CAMPAIGN.initial, approved(), CITY, RULES, command, AT))
    event = apportioned(campaign, register(9, 9))
    assert [(share.district, share.city) for share in event.districts] == [("district-0", 2), ("district-1", 5)]
    assert campaign.items == ("STL-K1",)
    wrong = replace(OPEN, own_shares=(OwnShare(district="district-1", numerator=3, denominator=2),))
    with pytest.raises(Refused, match="share-out-of-range"):
        domain.open_campaign(CAMPAIGN.initial, approved(), CITY, RULES, wrong, AT)


def test_an_enterprise_registered_later_gets_its_enforcing_body() -> None:
    late = replace(enterprise(99), own=organ_of("donghu"))
    [event] = add_enterprise(ready(), late, "district", "新登记")
    assert isinstance(event, CampaignEnterpriseAdded)
    assert (event.assignment.organ_id, event.assignment.level) == ("donghu-emb", "district")
    [event] = add_enterprise(ready(), late, "city", "新登记")
    assert isinstance(event, CampaignEnterpriseAdded)
    assert event.assignment.organ_id == "nanchang-emb"
    for campaign, one, code in (
        (opened(), late, "campaign-not-apportioned"),
        (ready(), replace(late, sector="chemicals"), "sector-outside-campaign"),
        (ready(), replace(late, own=None), "district-not-known"),
    ):
        with pytest.raises(Refused, match=code):
            add_enterprise(campaign, one, "district", "x")


def test_a_closed_campaign_takes_nothing_more() -> None:
    with pytest.raises(Refused, match="campaign-not-apportioned"):
        close_campaign(opened(), date(2021, 12, 1), "完成")
    with pytest.raises(Refused, match="campaign-not-begun"):
        close_campaign(ready(), date(2021, 2, 1), "完成")
    closed = fold(CAMPAIGN, ready(), close_campaign(ready(), date(2021, 12, 1), "完成"))
    assert closed.closed_on == date(2021, 12, 1)
    assert closed.closed_at == ()
    with pytest.raises(Refused, match="campaign-closed"):
        close_campaign(closed, date(2021, 12, 2), "完成")
    with pytest.raises(Refused, match="campaign-closed"):
        add_enterprise(closed, enterprise(99), "district", "x")


def test_a_closing_keeps_how_far_the_campaign_had_come() -> None:
    one, two = (
        DistrictCoverage(district=district, tasks=4, city=1, assigned=4, completed=done, overdue=0, cancelled=0)
        for district, done in (("xihu", 3), ("donghu", 4))
    )
    closed = fold(CAMPAIGN, ready(), close_campaign(ready(), date(2021, 12, 1), "完成", [one, two]))
    assert closed.closed_at == (two, one)
