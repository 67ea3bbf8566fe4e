"""What is announced, because the party cannot be reached, counts as received when the announcement is over."""

from __future__ import annotations

from datetime import date, timedelta

from services.penalty import domain
from services.penalty.domain import enforcement_events as facts
from services.penalty.domain import enforcing
from services.penalty.domain.enforcement import EnforcementState
from tests.domain.penalty.story import noon, refused, rules, until
from tests.domain.penalty.test_enforcement import SERVED, after, draft, owed
from tests.domain.penalty.test_remedy import on


def test_announced_notice_is_received_when_the_announcement_is_over() -> None:
    state, told_on = until(domain.InvestigationClosed), date(2021, 9, 13)
    command = domain.ServeNotice(manner="announcement", announced_on=told_on)
    over = rules(told_on).due("T12-announcement-service", told_on).day
    for early in (told_on, over - timedelta(days=1)):
        with refused("announcement-running"):
            domain.serve_notice(state, command, "号", noon(early), rules(early))
    with refused("announcement-missing"):
        domain.serve_notice(state, domain.ServeNotice(manner="announcement"), "号", noon(over), rules(over))
    with refused("before-earlier-step"):
        earlier = domain.ServeNotice(manner="announcement", announced_on=date(2021, 9, 9))
        domain.serve_notice(state, earlier, "号", noon(over), rules(over))
    [event] = domain.serve_notice(state, command, "号", noon(over), rules(over))
    assert isinstance(event, domain.NoticeServed)
    assert (event.served_on, event.announced_on) == (over, told_on)
    assert event.statement_due_on == rules(over).due("T07-statement-defence", over).day


def test_announced_demand_is_waited_for_from_the_end_of_the_announcement() -> None:
    state = after(EnforcementState(), lambda s: draft(s, SERVED, owed()))
    over = on(SERVED).due("T12-announcement-service", SERVED).day
    command = enforcing.ServeDemand(
        document_no=state.demands[-1].document_no, served_on=SERVED, manner="announcement", recipient="公告", announced_on=SERVED
    )
    with refused("day-in-future"):
        enforcing.serve_demand(state, command, noon(SERVED), on(SERVED))
    [event] = enforcing.serve_demand(state, command, noon(over), on(over))
    assert isinstance(event, facts.DemandServed)
    assert (event.served_on, event.wait_until) == (over, on(over).due("T22-demand", over).day)
