"""Power or explosives cut off: only for a major hazard whose decision is disobeyed, approved, announced long enough before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chassis.domain import Event
from services.inspection.domain.events import ReinspectionResult
from services.inspection.domain.measures import supply_cut as cuts
from services.inspection.domain.measures import suspension
from services.inspection.domain.measures.parts import hours
from services.inspection.domain.measures.supply_cut import RequestCut, SupplyCut
from tests.domain.inspection.measured import (
    HEAD,
    LATER_CERTIFICATES,
    OFFICERS,
    ONE_OF_THEM,
    hazards,
    major,
    standing,
    suspended,
    target,
    told,
    visiting,
)
from tests.domain.inspection.scenes import AT, DAY, FIRST, RULES, refused

ORDERED = suspended(target("x-1", "h-1"), known=hazards(h_1=major("h-1")))
COMMAND = RequestCut(suspension_id="m-1", supply="power", supplier="供电公司", grounds="拒不停产", officers=OFFICERS)
NOTICE = hours(RULES, "T27-power-cut-notice")
SECOND = timedelta(seconds=1)


def ask(command: RequestCut = COMMAND, events: list[Event] = ORDERED, is_major: bool = True) -> list[Event]:
    return cuts.request("m-2", visiting(), standing(events), is_major, command, LATER_CERTIFICATES, "o-1", RULES, AT)


def cut_of(events: list[Event]) -> SupplyCut:
    matter = told(events).matter
    assert isinstance(matter, SupplyCut)
    return matter


def approved() -> list[Event]:
    events = ask()
    return [*events, *cuts.answer(cut_of(events), True, "同意", HEAD, DAY, RULES)]


def notify(
    events: list[Event], after: timedelta, emergency: str | None = None, disobeyed: list[Event] = ORDERED, at: datetime = AT
) -> list[Event]:
    numbers = ("停供通1号", "停供决1号")
    told_of = cuts.notify(cut_of(events), standing(disobeyed), AT + after, emergency, NOTICE, numbers, RULES, at)
    return [*events, *told_of]


def carry_out(events: list[Event], after: timedelta, disobeyed: list[Event] = ORDERED) -> list[Event]:
    return [*events, *cuts.carry_out(cut_of(events), standing(disobeyed), RULES, AT + after)]


def lifted() -> list[Event]:
    """The decision was carried out after all, and a review has lifted it."""
    asked = [*ORDERED, *suspension.ask_resumption(standing(ORDERED), ("h-1",), "已整改", (), DAY, RULES)]
    agreed = (ReinspectionResult(hazard_id="h-1", passed=True),)
    return [*asked, *suspension.review_resumption(standing(asked), OFFICERS, agreed, LATER_CERTIFICATES, RULES, AT)]


def restore(events: list[Event]) -> list[Event]:
    return [*events, *cuts.restore(cut_of(events), "已执行决定", "恢复通1号", RULES, DAY)]


def test_whole_road() -> None:
    events = approved()
    assert told(events).status == "approved"
    events = notify(events, NOTICE)
    assert told(events).status == "notified"
    events = carry_out(events, NOTICE)
    assert told(events).status == "in-force"
    assert told(restore(events)).status == "ended"


def test_only_what_is_disobeyed_is_a_ground() -> None:
    error = refused("nothing-disobeyed", lambda: ask(events=lifted()))
    assert error.basis == "《中华人民共和国安全生产法》（2021）第70条第1款"


def test_what_was_carried_out_meanwhile_is_no_ground_any_more() -> None:
    refused("nothing-disobeyed", lambda: notify(approved(), NOTICE, disobeyed=lifted()))
    refused("nothing-disobeyed", lambda: carry_out(notify(approved(), NOTICE), NOTICE, disobeyed=lifted()))


def test_not_announced_before_the_day_of_the_approval() -> None:
    refused("power-cut-not-approved", lambda: notify(approved(), NOTICE, at=AT - timedelta(days=1)))


def test_only_for_a_major_hazard() -> None:
    refused("no-major-hazard", lambda: ask(is_major=False))


def test_f05_two_officers_ask() -> None:
    refused("too-few-officers", lambda: ask(replace(COMMAND, officers=(FIRST,))))


def test_the_head_approves_and_not_an_officer_of_it() -> None:
    refused("power-cut-not-approved", lambda: notify(ask(), NOTICE))
    refused("own-measure", lambda: cuts.answer(cut_of(ask()), True, "同意", ONE_OF_THEM, DAY, RULES))
    refused("already-answered-request", lambda: cuts.answer(cut_of(approved()), True, "同意", HEAD, DAY, RULES))


def test_announced_as_long_before_as_the_rulebook_says() -> None:
    """T27: 24 hours, except in an emergency that is stated."""
    assert timedelta(hours=24) == NOTICE
    error = refused("power-cut-notice-too-short", lambda: notify(approved(), NOTICE - SECOND))
    assert error.basis == "《中华人民共和国安全生产法》（2021）第70条第2款"
    assert notify(approved(), timedelta(0), emergency="正在冒顶")
    refused("power-cut-notice-too-short", lambda: notify(approved(), -SECOND, emergency="正在冒顶"))
    refused("already-notified", lambda: notify(notify(approved(), NOTICE), NOTICE))


def test_not_cut_earlier_than_announced() -> None:
    events = notify(approved(), NOTICE)
    refused("power-cut-too-early", lambda: carry_out(events, NOTICE - SECOND))
    refused("not-notified", lambda: carry_out(approved(), NOTICE))
    refused("already-carried-out", lambda: carry_out(carry_out(events, NOTICE), NOTICE))


def test_restored_also_before_it_was_cut() -> None:
    events = restore(notify(approved(), NOTICE))
    refused("measure-ended", lambda: restore(events))
    refused("measure-ended", lambda: carry_out(events, NOTICE))
    refused("not-notified", lambda: restore(approved()))


def test_without_a_period_in_hours_nothing_is_announced() -> None:
    refused("no-period", lambda: hours(replace(RULES, periods={}), "T27-power-cut-notice"))
