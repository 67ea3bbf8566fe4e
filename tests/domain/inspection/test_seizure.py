"""Sealing and seizure: approved before or within hours, for a time that is extended once, without the days of appraisals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given as property_of
from hypothesis import strategies as st

from chassis.domain import Event, Refused
from services.inspection.domain.measures import seizure
from services.inspection.domain.measures.parts import Approver
from services.inspection.domain.measures.seizure_events import SeizedArticle, SeizureCarriedOut
from services.inspection.domain.signing import Receipt
from tests.domain.inspection.measured import (
    HEAD,
    LATER_CERTIFICATES,
    OFFICERS,
    ONE_OF_THEM,
    REQUEST,
    SIGNED,
    THINGS,
    article,
    emergency,
    last,
    noon,
    rules_2026,
    seized,
    seized_of,
    seizure_asked,
    told,
    visiting,
)
from tests.domain.inspection.scenes import FIRST, only, refused

AT = noon(2026, 3, 2)
DAY = AT.date()
RULES = rules_2026(DAY)
SEIZED = seized(RULES, AT)
END, LATEST = date(2026, 4, 1), date(2026, 5, 1)
AFTER = END + timedelta(days=1)
DONE = seizure.Seize(articles=THINGS, officers=OFFICERS, receipt=SIGNED)
HOURS = timedelta(hours=24)


def extend(events: list[Event], until: date, day: date = END, by: Approver = HEAD) -> list[Event]:
    state = seized_of(events)
    longest = last(RULES, "T05-seizure-extension", state.until or END)
    return [*events, *seizure.extend(state, until, "案情复杂", longest, by, "查扣延期1号", RULES, day)]


def appraise(events: list[Event], begin: date, end: date) -> list[Event]:
    events = [*events, *seizure.begin_appraisal(seized_of(events), "除尘器检测", max(begin, end), RULES, begin)]
    return [*events, *seizure.end_appraisal(seized_of(events), "不合格", RULES, end)]


def decide(events: list[Event], *article_ids: str, day: date = DAY, by: Approver = HEAD) -> list[Event]:
    decisions = tuple(SeizedArticle(article_id=one, fate="forfeit") for one in article_ids)
    return [*events, *seizure.decide(seized_of(events), decisions, by, "查扣处1号", RULES, day)]


def lift(events: list[Event]) -> list[Event]:
    return [*events, *seizure.lift(seized_of(events), "没有违法行为", SIGNED, RULES, DAY)]


def report(events: list[Event], at: datetime) -> list[Event]:
    return [*events, *seizure.report(seized_of(events), "当场查扣", "o-1", "强审1号", RULES, at)]


def answer(events: list[Event], at: datetime, agreed: bool = True, by: Approver = HEAD) -> list[Event]:
    return [*events, *seizure.answer(seized_of(events), agreed, "同意", by, RULES, at)]


def test_approved_before() -> None:
    event = SEIZED[-1]
    assert isinstance(event, SeizureCarriedOut)
    assert RULES.articles["seizure-approval"] in event.basis
    assert "《中华人民共和国安全生产法》（2021）第65条第1款第4项" in event.basis
    assert (event.regularise_by, told(SEIZED).status) == (None, "in-force")


def test_without_approval_nothing_is_seized() -> None:
    asked = seizure_asked(RULES, AT)
    due = last(RULES, "T05-seizure", DAY)
    error = refused(
        "seizure-not-approved",
        lambda: seizure.carry_out(seized_of(asked), DONE, LATER_CERTIFICATES, "1号", due, RULES, AT),
    )
    assert error.basis == RULES.articles["seizure-approval"]
    denied = answer(asked, AT, agreed=False)
    assert told(denied).status == "denied"
    refused(
        "seizure-not-approved",
        lambda: seizure.carry_out(seized_of(denied), DONE, LATER_CERTIFICATES, "1号", due, RULES, AT),
    )


def test_an_officer_of_it_does_not_approve() -> None:
    refused("own-measure", lambda: answer(seizure_asked(RULES, AT), AT, by=ONE_OF_THEM))
    refused("own-measure", lambda: extend(SEIZED, LATEST, by=ONE_OF_THEM))
    refused("own-measure", lambda: decide(SEIZED, "a-1", by=ONE_OF_THEM))


def test_f05_two_officers_seize() -> None:
    approved = SEIZED[:2]
    due = last(RULES, "T05-seizure", DAY)
    alone = replace(DONE, officers=(FIRST,))
    refused(
        "too-few-officers",
        lambda: seizure.carry_out(seized_of(approved), alone, LATER_CERTIFICATES, "1号", due, RULES, AT),
    )


def test_only_what_was_approved_is_seized() -> None:
    due, more = last(RULES, "T05-seizure", DAY), replace(DONE, articles=(*THINGS, article("a-9")))
    error = refused(
        "article-not-approved",
        lambda: seizure.carry_out(seized_of(SEIZED[:2]), more, LATER_CERTIFICATES, "1号", due, RULES, AT),
    )
    assert error.facts["article_id"] == "a-9"


def test_an_appraisal_has_an_end_and_is_flagged_when_it_takes_longer() -> None:
    begun = [*SEIZED, *seizure.begin_appraisal(seized_of(SEIZED), "检测", END, RULES, DAY)]
    refused("appraisal-end-past", lambda: seizure.begin_appraisal(seized_of(SEIZED), "检测", DAY, RULES, END))
    assert seizure.miss_appraisal(seized_of(begun), LATEST) == []
    late = [*begun, *seizure.miss_appraisal(seized_of(begun), END)]
    assert (seized_of(late).appraisal_overdue, seized_of(late).must_be_lifted) == (True, False)
    over = [*late, *seizure.end_appraisal(seized_of(late), "合格", RULES, AFTER)]
    assert (seized_of(over).appraisal_overdue, seized_of(over).until) == (False, END + (AFTER - DAY))
    assert seizure.miss_appraisal(seized_of(over), END) == []


def test_f09_it_lasts_thirty_days() -> None:
    """2026-03-02 → 2026-04-01."""
    assert seized_of(SEIZED).until == END
    assert told(decide(SEIZED, "a-1", "a-2", day=END)).status == "ended"
    error = refused("seizure-expired", lambda: decide(SEIZED, "a-1", day=AFTER))
    assert error.basis == "《中华人民共和国行政强制法》（2011）第25条第1款"


def test_f09_it_is_extended_by_thirty_days_at_most() -> None:
    """At most to 2026-05-01, and before its time has passed."""
    assert seized_of(extend(SEIZED, LATEST)).until == LATEST
    error = refused("extension-too-long", lambda: extend(SEIZED, LATEST + timedelta(days=1)))
    assert error.facts["longest"] == "2026-05-01"
    refused("extension-not-later", lambda: extend(SEIZED, END))
    refused("seizure-expired", lambda: extend(SEIZED, LATEST, day=AFTER))


def test_f09_it_is_extended_once() -> None:
    once = extend(SEIZED, date(2026, 4, 10))
    error = refused("already-extended", lambda: extend(once, date(2026, 4, 20)))
    assert error.basis == "《中华人民共和国行政强制法》（2011）第25条第1款"


def test_f09_days_of_appraisal_are_added() -> None:
    """Ten days at a laboratory: until 2026-04-11, and at most until 2026-05-11."""
    appraised = appraise(SEIZED, date(2026, 3, 10), date(2026, 3, 20))
    assert seized_of(appraised).until == date(2026, 4, 11)
    assert seized_of(extend(appraised, date(2026, 5, 11), day=date(2026, 4, 11))).until == date(2026, 5, 11)


def test_f09_an_appraisal_stops_the_clock() -> None:
    running = [*SEIZED, *seizure.begin_appraisal(seized_of(SEIZED), "检测", LATEST, RULES, END)]
    assert seizure.expire(seized_of(running), END) == []
    refused("appraisal-running", lambda: appraise(running, END, AFTER))
    refused("appraisal-running", lambda: extend(running, LATEST))
    ended = [*running, *seizure.end_appraisal(seized_of(running), "合格", RULES, END + timedelta(days=40))]
    assert seized_of(ended).until == END + timedelta(days=40)
    refused("no-appraisal", lambda: seizure.end_appraisal(seized_of(ended), "合格", RULES, LATEST))


days = st.integers(0, 40)


@property_of(st.lists(st.tuples(st.sampled_from(["appraise", "extend"]), days, days, days), max_size=6))
def test_f09_the_clock_never_exceeds_what_the_rule_allows(steps: list[tuple[str, int, int, int]]) -> None:
    """Whatever is extended and appraised in which order: the days that count are thirty, or sixty if it was extended."""
    events, day, appraised, extended = SEIZED, DAY, 0, 0
    for what, wait, length, more in steps:
        begin = day + timedelta(days=wait)
        try:
            if what == "extend":
                until = (seized_of(events).until or END) + timedelta(days=more)
                events, extended = extend(events, until, day=begin), more
                day = begin
            else:
                events = appraise(events, begin, begin + timedelta(days=length))
                day, appraised = begin + timedelta(days=length), appraised + length
        except Refused:
            continue
        counted = ((seized_of(events).until or END) - DAY).days - appraised
        assert counted == 30 + extended
        assert counted <= (60 if seized_of(events).extended else 30)


def test_expired_it_must_be_released() -> None:
    some = decide(SEIZED, "a-1")
    event = only(seizure.expire(seized_of(some), END))
    expired = [*some, event]
    assert told(expired).status == "must-be-lifted"
    assert seizure.expire(seized_of(expired), END) == []
    refused("must-be-lifted", lambda: decide(expired, "a-2"))
    refused("must-be-lifted", lambda: extend(expired, LATEST))
    assert told(lift(expired)).status == "ended"


def test_nothing_expires_that_was_extended_decided_or_lifted() -> None:
    for events in (extend(SEIZED, LATEST), decide(SEIZED, "a-1", "a-2"), lift(SEIZED)):
        assert seizure.expire(seized_of(events), END) == []
    refused("measure-ended", lambda: lift(lift(SEIZED)))


def test_f10_an_emergency_is_regularised_within_hours() -> None:
    """Reported by the officers and approved by the head, not a second later than 24 hours after."""
    taken = emergency(RULES, AT)
    assert told(taken).status == "in-force"
    reported = report(taken, AT + timedelta(hours=1))
    approved = answer(reported, AT + HOURS)
    assert seizure.miss_regularisation(seized_of(approved), AT + HOURS) == []
    assert told(decide(approved, "a-1", "a-2")).status == "ended"
    error = refused("regularisation-too-late", lambda: answer(reported, AT + HOURS + timedelta(seconds=1)))
    assert error.basis == "《中华人民共和国行政强制法》（2011）第19条"
    refused("regularisation-too-late", lambda: report(taken, AT + HOURS + timedelta(seconds=1)))


def test_f10_not_regularised_it_must_be_lifted() -> None:
    taken = report(emergency(RULES, AT), AT)
    event = only(seizure.miss_regularisation(seized_of(taken), AT + HOURS))
    missed = [*taken, event]
    assert told(missed).status == "must-be-lifted"
    refused("must-be-lifted", lambda: decide(missed, "a-1"))
    refused("must-be-lifted", lambda: answer(missed, AT))
    assert seizure.miss_regularisation(seized_of(missed), AT + HOURS) == []
    assert told(lift(missed)).status == "ended"


def test_f10_denied_it_must_be_lifted() -> None:
    denied = answer(report(emergency(RULES, AT), AT), AT, agreed=False)
    assert told(denied).status == "must-be-lifted"


def test_f10_report_comes_first_and_another_approves() -> None:
    taken = emergency(RULES, AT)
    refused("not-reported", lambda: answer(taken, AT))
    reported = report(taken, AT)
    refused("own-measure", lambda: answer(reported, AT, by=ONE_OF_THEM))
    refused("already-reported-measure", lambda: report(reported, AT))
    refused("no-emergency", lambda: report(SEIZED, AT))


def test_f10_whoever_reported_it_decides_nothing_about_it() -> None:
    taken = emergency(RULES, AT)
    reported = [*taken, *seizure.report(seized_of(taken), "当场查扣", "clerk-1", "强审1号", RULES, AT)]
    approved = answer(reported, AT)
    clerk = Approver(id="clerk-1", name="书记员")
    refused("own-measure", lambda: decide(approved, "a-1", by=clerk))
    refused("own-measure", lambda: extend(approved, LATEST, by=clerk))


def test_what_was_seized_before_the_day_of_the_approval_was_seized_without_it() -> None:
    asked = answer(seizure_asked(RULES, AT), AT + timedelta(days=1))
    due = last(RULES, "T05-seizure", DAY)
    refused(
        "seizure-not-approved",
        lambda: seizure.carry_out(seized_of(asked), DONE, LATER_CERTIFICATES, "1号", due, RULES, AT),
    )


def test_f10_before_that_nothing_else_is_decided() -> None:
    taken = emergency(RULES, AT)
    refused("not-regularised", lambda: decide(taken, "a-1"))
    refused("not-regularised", lambda: extend(taken, LATEST))


def test_f10_two_officers_with_a_receipt_take_it() -> None:
    due = last(RULES, "T05-seizure", DAY)
    alone = replace(REQUEST, officers=(FIRST,))

    def take(command: seizure.RequestSeizure, receipt: Receipt) -> list[Event]:
        return seizure.take_in_emergency(
            "m-1", visiting(), command, receipt, LATER_CERTIFICATES, "1号", due, HOURS, RULES, AT
        )  # fmt: skip

    refused("too-few-officers", lambda: take(alone, SIGNED))
    refused("signature-missing", lambda: take(REQUEST, Receipt()))
