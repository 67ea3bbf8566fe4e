"""The scoring sheet: points, places, and what a sheet may not take."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.queries.bulletins import LINES
from services.reporting.queries.measures import BY_NAME
from services.reporting.queries.periods import Period, parsed
from services.reporting.queries.scoring import (
    ASSESSABLE,
    MONEY,
    SHEETS,
    SheetLine,
    Unusable,
    read_sheet,
    scored,
    sheet_of,
    sheets,
    told,
)

YEAR, QUARTER = Period(date(2021, 1, 1), date(2021, 12, 31)), Period(date(2021, 7, 1), date(2021, 9, 30))
EXAMPLE = json.loads((SHEETS / "example-1.json").read_bytes())


def line(**told: Any) -> SheetLine:
    of: dict[str, Any] = {
        "code": "1", "line": "completion_percent", "span": "period", "pro_rata": False, "weight": 20, "none_at": 60,
        "full_at": 100, "status": "unverified", "source": "示例",
    }  # fmt: skip
    return SheetLine(**{**of, **told})


@pytest.mark.parametrize(
    ("counts", "out_of", "points"), [(100, 100, 20), (60, 100, 0), (0, 100, 0), (80, 100, 10), (9, 10, 15), (0, 0, None)]
)
def test_given_a_share_when_it_is_scored_then_it_has_points_in_proportion_between_the_limits(
    counts: int, out_of: int, points: int | None
) -> None:
    assert line().points((counts, out_of), YEAR) == points


@pytest.mark.parametrize(("counts", "points"), [(5, 20), (0, 20), (50, 0), (90, 0), (14, 16)])
def test_given_less_is_better_when_it_is_scored_then_the_limits_are_the_other_way_round(counts: int, points: int) -> None:
    assert line(none_at=50, full_at=5).points((counts, 100), YEAR) == points


def test_given_a_line_for_the_year_when_a_quarter_is_scored_then_the_months_that_passed_are_asked() -> None:
    """Three quarters of the sites by the end of September are all that are asked."""
    covered = line(line="coverage_percent", span="year", pro_rata=True, none_at=0, full_at=100)
    assert covered.points((75, 100), QUARTER) == 20
    assert covered.points((75, 100), YEAR) == 15


SHARES = st.tuples(st.integers(0, 400), st.integers(0, 400)).map(lambda pair: (min(pair), max(pair)))


@given(st.lists(SHARES, min_size=len(EXAMPLE["lines"]), max_size=len(EXAMPLE["lines"])))
def test_a_score_is_its_points_out_of_the_weight_that_could_be_scored(shares: list[tuple[int, int]]) -> None:
    sheet = sheets()[0]
    of = {one.line: share for one, share in zip(sheet.lines, shares, strict=True)}
    [score] = scored(sheet, YEAR, ["d"], lambda _span, name, _d: of[name], lambda _: 100)
    points = [one.points for one in score.lines if one.points is not None]
    assert score.weight == sum(one.line.weight for one in score.lines if one.points is not None)
    assert all(0 <= one.points <= one.line.weight for one in score.lines if one.points is not None)
    assert score.score == (100 * sum(points, Fraction(0)) / score.weight if points else None)
    assert score.score is None or 0 <= score.score <= 100
    assert (score.unplaced == "few-lines") == (score.weight < sheet.fewest_weight)


def places(shares: dict[str, tuple[int, int]], sites: dict[str, int]) -> list[tuple[str, int | None, str | None]]:
    found = scored(sheets()[0], YEAR, [*shares], lambda _span, _name, district: shares[district], lambda one: sites[one])
    return [(one.district, one.place, one.unplaced) for one in found]


def test_given_equal_scores_when_districts_are_placed_then_they_share_a_place_and_the_next_is_left_out() -> None:
    many = dict.fromkeys("abcd", 50)
    assert places({"a": (70, 100), "b": (90, 100), "c": (90, 100), "d": (50, 100)}, many) == [
        ("b", 1, None), ("c", 1, None), ("a", 3, None), ("d", 4, None),
    ]  # fmt: skip


def test_given_too_few_sites_or_lines_when_districts_are_placed_then_they_have_a_score_and_no_place() -> None:
    assert places({"a": (100, 100), "b": (70, 100), "c": (0, 0)}, {"a": 9, "b": 10, "c": 90}) == [
        ("b", 1, None), ("a", None, "few-sites"), ("c", None, "few-lines"),
    ]  # fmt: skip


@pytest.mark.parametrize(("points", "shown"), [("1/3", 0.33), ("2/3", 0.67), ("1/200", 0.01), ("201/200", 1.01), ("20", 20.0)])
def test_points_are_told_with_two_digits_half_a_digit_up(points: str, shown: float) -> None:
    assert told(Fraction(points)) == shown
    assert told(None) is None


def sheet(**changes: Any) -> bytes:
    return json.dumps({**EXAMPLE, **changes}).encode()


def with_line(**changes: Any) -> bytes:
    first, *others = EXAMPLE["lines"]
    return sheet(lines=[{**first, **changes}, *others])


@pytest.mark.parametrize("name", [name for name, measure in BY_NAME.items() if measure.unit == MONEY])
def test_no_measure_of_money_can_be_in_a_sheet(name: str) -> None:
    """行政处罚法 2021，第七十四条: not by its own name, nor as a line of a bulletin, of which none is of money."""
    with pytest.raises(Unusable, match=name):
        read_sheet(with_line(line=name))
    assert name not in ASSESSABLE


def test_nothing_that_may_be_assessed_is_counted_in_money() -> None:
    """Neither what is counted nor what it is a share of; and the number of penalties is no share of work done either."""
    assert ASSESSABLE
    for one in ASSESSABLE.values():
        assert one.of.unit == "%"
        for measure in one.measures:
            assert measure.unit != MONEY
            assert "fen" not in f"{measure.counts.sql} {'' if measure.out_of is None else measure.out_of.sql}"
    assert "penalties" in LINES.keys() - ASSESSABLE.keys()


@pytest.mark.parametrize(
    "content",
    [
        with_line(line="penalties"), with_line(line="inspections"), with_line(line="tasks_open_overdue"), with_line(line="none"),
        with_line(weight=21), with_line(weight=0), with_line(none_at=100, full_at=100), with_line(none_at=100, full_at=0),
        with_line(code="2"), sheet(status="settled"),
    ],
)  # fmt: skip
def test_a_sheet_that_is_wrong_is_refused(content: bytes) -> None:
    with pytest.raises(Unusable):
        read_sheet(content)


def test_a_period_is_scored_by_the_sheet_that_is_valid_at_its_end() -> None:
    assert sheet_of(YEAR, None) == sheets()[-1]
    assert sheet_of(Period(date(2018, 1, 1), date(2018, 12, 31)), None) is None
    assert sheet_of(YEAR, "example-1") == sheets()[0]
    assert sheet_of(YEAR, "none") is None
    assert parsed("2021") == YEAR


def test_no_version_of_the_sheet_has_the_name_of_another() -> None:
    assert len({one.version for one in sheets()}) == len(sheets()) == len([*SHEETS.glob("*.json")])
    assert all(f"{one.version}.json" in {path.name for path in SHEETS.iterdir()} for one in sheets())
