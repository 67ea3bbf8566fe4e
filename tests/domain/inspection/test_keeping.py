"""Evidence kept beforehand: approved by somebody else, carried out with a list, decided in time or lapsed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given as property_of
from hypothesis import strategies as st

from chassis.calendar import WorkingDays
from chassis.domain import Event
from services.inspection.domain.measures import keeping
from services.inspection.domain.measures.keeping import CarryOut, Fate, KeepingCarriedOut, KeepingLapsed, KeptArticle
from services.inspection.domain.measures.parts import Approver
from services.inspection.domain.signing import Receipt
from tests.domain.inspection.measured import (
    HEAD,
    LATER_CERTIFICATES,
    OFFICERS,
    ONE_OF_THEM,
    SIGNED,
    THINGS,
    article,
    keeping_asked,
    kept,
    kept_of,
    last,
    noon,
    rules_2026,
    told,
    visiting,
)
from tests.domain.inspection.scenes import FIRST, only, refused

AT = noon(2026, 9, 24)
DAY = AT.date()
RULES = rules_2026(DAY)
KEPT = kept(RULES, AT)
LAST = date(2026, 10, 12)


def decide(
    events: list[Event], *article_ids: str, day: date = DAY, by: Approver = HEAD, fate: Fate = "return"
) -> list[Event]:  # fmt: skip
    decisions = tuple(KeptArticle(article_id=one, fate=fate) for one in article_ids)
    return keeping.decide(kept_of(events), decisions, by, ("先保处审1号", "先保处1号"), day, RULES)


def carry_out(events: list[Event], command: CarryOut) -> list[Event]:
    due = last(RULES, "T04-evidence-pre-registration", DAY)
    return keeping.carry_out(kept_of(events), command, LATER_CERTIFICATES, "先保通1号", due, RULES, AT)


DONE = CarryOut(articles=THINGS, officers=OFFICERS, receipt=SIGNED)


def test_f07_decision_is_due_within_seven_working_days() -> None:
    """2026-09-24 → 2026-10-12: 28, 29, 30 September, 8, 9, 10 (a working Saturday), 12 October."""
    done = KEPT[-1]
    assert isinstance(done, KeepingCarriedOut)
    assert (done.decide_by, done.due_provisional) == (LAST, False)


def test_f07_the_rulebook_says_which_days_work() -> None:
    """Were 10 October no working day, it would be a day later."""
    changed = rules_2026(DAY, calendar_overrides=[{"date": "2026-10-10", "working": False}])
    done = kept(changed, AT)[-1]
    assert isinstance(done, KeepingCarriedOut)
    assert done.decide_by == date(2026, 10, 13)


@property_of(st.dates(date(2022, 1, 1), date(2026, 10, 1)))
def test_f07_no_more_than_seven_working_days_lie_before_the_last(start: date) -> None:
    due = last(RULES, "T04-evidence-pre-registration", start)
    days = [start + timedelta(days=n) for n in range(1, (due.on - start).days + 1)]
    working = WorkingDays(RULES.overrides)
    assert sum(working.is_working(day)[0] for day in days) == 7
    assert working.is_working(due.on)[0]


def test_f08_without_approval_nothing_is_kept() -> None:
    asked = keeping_asked(RULES, AT)
    error = refused("keeping-not-approved", lambda: carry_out(asked, DONE))
    assert error.basis == "《中华人民共和国行政处罚法》（2021）第56条"
    denied = [*asked, *keeping.answer(kept_of(asked), False, "证据不会灭失", HEAD, DAY, RULES)]
    assert told(denied).status == "denied"
    refused("keeping-not-approved", lambda: carry_out(denied, DONE))


def test_what_was_kept_before_the_day_of_the_approval_was_kept_without_it() -> None:
    asked = keeping_asked(RULES, AT)
    late = [*asked, *keeping.answer(kept_of(asked), True, "同意", HEAD, DAY + timedelta(days=1), RULES)]
    refused("keeping-not-approved", lambda: carry_out(late, DONE))


def test_f08_an_officer_of_it_does_not_approve() -> None:
    asked = keeping_asked(RULES, AT)
    refused("own-measure", lambda: keeping.answer(kept_of(asked), True, "同意", ONE_OF_THEM, DAY, RULES))
    refused("own-measure", lambda: decide(KEPT, "a-1", by=ONE_OF_THEM))


def test_f08_whoever_asked_does_not_approve() -> None:
    command = keeping.RequestKeeping(grounds="可能被转移", articles=THINGS, officers=OFFICERS)
    asked = keeping.request("m-1", visiting(), command, LATER_CERTIFICATES, "clerk-1", "1号", RULES, AT)
    clerk = Approver(id="clerk-1", name="书记员")
    refused("own-measure", lambda: keeping.answer(kept_of(asked), True, "同意", clerk, DAY, RULES))


def test_a_request_is_answered_once() -> None:
    refused("already-answered-request", lambda: keeping.answer(kept_of(KEPT), True, "同意", HEAD, DAY, RULES))
    refused("already-carried-out", lambda: carry_out(KEPT, DONE))


def test_f05_officers_ask_and_carry_out_by_two() -> None:
    approved = KEPT[:2]
    refused("too-few-officers", lambda: carry_out(approved, replace(DONE, officers=(FIRST,))))
    command = keeping.RequestKeeping(grounds="可能被转移", articles=THINGS, officers=(FIRST,))
    refused(
        "too-few-officers",
        lambda: keeping.request("m-1", visiting(), command, LATER_CERTIFICATES, "o-1", "1号", RULES, AT),
    )


def test_list_names_things_once_and_is_signed_for() -> None:
    approved = KEPT[:2]
    refused("list-empty", lambda: carry_out(approved, replace(DONE, articles=())))
    refused("article-twice", lambda: carry_out(approved, replace(DONE, articles=(article("a-1"), article("a-1")))))
    refused("signature-missing", lambda: carry_out(approved, replace(DONE, receipt=Receipt())))


def test_only_what_was_approved_is_kept() -> None:
    approved = KEPT[:2]
    more = replace(DONE, articles=(*THINGS, article("a-9")))
    error = refused("article-not-approved", lambda: carry_out(approved, more))
    assert error.basis == "《中华人民共和国行政处罚法》（2021）第56条"
    other = replace(DONE, articles=(replace(THINGS[0], article="另一物品"),))
    refused("article-not-approved", lambda: carry_out(approved, other))
    fewer = replace(DONE, articles=(replace(THINGS[0], amount="3 台", condition="已损坏", kept_at="机关仓库"),))
    assert kept_of([*approved, *carry_out(approved, fewer)]).remaining == ("a-1",)


def test_without_a_rule_there_is_no_request() -> None:
    """The rulebook must have what the notice cites."""
    rules = replace(RULES, articles={})
    refused("no-legal-basis", lambda: keeping_asked(rules, AT))


def test_decided_article_by_article() -> None:
    some = [*KEPT, *decide(KEPT, "a-1")]
    assert (kept_of(some).remaining, told(some).status) == (("a-2",), "in-force")
    refused("article-not-held", lambda: decide(some, "a-1"))
    refused("article-twice", lambda: decide(some, "a-2", "a-2"))
    all_of_it = [*some, *decide(some, "a-2", day=LAST, fate="refer-for-confiscation")]
    assert told(all_of_it).status == "ended"
    refused("measure-ended", lambda: decide(all_of_it, "a-2"))


def test_nothing_is_decided_before_it_is_carried_out() -> None:
    refused("not-carried-out", lambda: decide(KEPT[:2], "a-1"))


def test_passed_without_a_decision_it_lapses() -> None:
    """T04: what is undecided lapses by itself, and says so."""
    some = [*KEPT, *decide(KEPT, "a-1")]
    error = refused("keeping-lapsed", lambda: decide(some, "a-2", day=LAST + timedelta(days=1)))
    assert error.basis == "《中华人民共和国行政处罚法》（2021）第56条"
    event = only(keeping.lapse(kept_of(some), LAST))
    assert event == KeepingLapsed(measure_id="m-1", decide_by=LAST, articles=("a-2",))
    lapsed = [*some, event]
    assert told(lapsed).status == "lapsed"
    assert keeping.lapse(kept_of(lapsed), LAST) == []
    refused("keeping-lapsed", lambda: decide(lapsed, "a-2"))


def test_decided_in_time_nothing_lapses() -> None:
    done = [*KEPT, *decide(KEPT, "a-1", "a-2", day=LAST)]
    assert keeping.lapse(kept_of(done), LAST) == []
