"""The published rulebooks as rules of a day."""

from __future__ import annotations

from datetime import date

import pytest

from chassis.domain import Refused
from services.penalty import domain
from tests.domain.penalty.story import document, rules

DAY = date(2021, 9, 8)


def test_articles_are_cited_from_the_rulebook() -> None:
    assert rules(DAY).cite("two-officers") == "《行政处罚法》（2021）第42条第1款"
    assert rules(DAY).cite("T08-hearing-request") == "《行政处罚法》（2021）第64条第1款第1项"


def test_where_no_article_is_named_the_rulebook_is() -> None:
    assert rules(DAY).cite("rectification-passed").startswith("《江西省安全生产执法规则参数")


def test_province_sets_the_hearing_amount_before_the_ministry() -> None:
    here = rules(DAY).threshold("hearing", "unit")
    assert here is not None
    assert here.amount_fen == 2_000_000
    book = document("rulebook-2021.json")
    elsewhere = domain.rules_on({**book, "province": "360000-none"}, DAY, rules(DAY).calendar)
    general = elsewhere.threshold("hearing", "unit")
    assert general is not None
    assert general.amount_fen == 5_000_000


def test_thresholds_go_by_party_measure_level_and_kind() -> None:
    at = rules(DAY)
    assert at.reached("simple-procedure", "citizen", 20_000)
    assert not at.reached("simple-procedure", "citizen", 20_001)
    assert at.reached("simple-procedure", "unit", 300_000)
    assert at.kinds("simple-procedure") == {"warning"}
    assert not at.reached("no-such-threshold", "unit", 10**12)
    assert at.section("surcharge")["cap_percent"] == 100


def test_historical_rows_are_never_applied() -> None:
    book = document("rulebook-2021.json")
    rows = [dict(row, status="historical") if row["code"] == "T13-payment" else row for row in book["deadlines"]]
    with pytest.raises(Refused, match="no rule in force"):
        domain.rules_on({**book, "deadlines": rows}, DAY, rules(DAY).calendar)


def test_period_the_law_does_not_know_is_refused() -> None:
    with pytest.raises(Refused, match="no rule in force"):
        rules(DAY).due("T99-nothing", DAY)


def test_calendar_overrides_are_read() -> None:
    rows = [{"date": "2026-10-08", "working": False, "source": "试验"}]
    assert domain.overrides({"calendar_overrides": rows}) == {date(2026, 10, 8): False}


def test_unknown_calendar_makes_a_period_provisional() -> None:
    day = date(2035, 9, 28)
    assert rules(day, "rulebook-2026.json").due("T08-hearing-request", day).provisional
    assert not rules(DAY).due("T08-hearing-request", DAY).provisional
