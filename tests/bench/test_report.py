"""The table of the benchmark says what was measured, where, what was missed, and what was not measured."""

from __future__ import annotations

import pytest

from bench.__main__ import APART, PATHS, TRIAL, page_of
from bench.measure import COPY, FSYNC, Path, Result, Sample, Target, ratio
from bench.report import missed, report, shown

FASTER = Target("ours / theirs", 2, 4, ratio("ours", "theirs"), "×")
SOON = Target("delay", 100, 40, lambda samples: samples["ours"].p99 * 1000, "ms", less_is_better=True)
LIMITS = {FSYNC: 4000.0, COPY: 120_000.0}


def result(ours: float, *, seconds: float = 0.05) -> Result:
    path: Path[object] = Path("p", "The path", "What is in it.", (FASTER, SOON), None)  # type: ignore[arg-type]
    samples = {"ours": Sample(ours, [seconds / 2, seconds]), "theirs": Sample(1000)}
    return Result(path, [samples, samples], [LIMITS, LIMITS])


def test_each_target_has_its_row_with_what_was_reached() -> None:
    text = report({"machine": "small"}, [result(3000)])
    assert "| machine | small |" in text
    assert "| ours / theirs | 2× | 4× | **3×** | 3× … 3× | above the floor |" in text
    assert "| delay | 100 ms | 40 ms | **50 ms** | 50 ms … 50 ms | above the floor |" in text


def test_each_variant_has_its_row_beside_the_limits() -> None:
    text = report({}, [result(3000)])
    assert "### The path\n\nWhat is in it.\n" in text
    assert "4,000 fdatasync/s of 8 KiB, 120,000 events/s by raw COPY" in text
    assert "| ours | 3,000 | 3,000 … 3,000 | 25.00 ms | 50.00 ms |" in text
    assert "| theirs | 1,000 | 1,000 … 1,000 |  |  |" in text


def test_rates_of_what_is_no_event_say_of_what() -> None:
    one = result(3000)
    path: Path[object] = Path("d", "Documents", "", (FASTER,), None, unit="documents/s")  # type: ignore[arg-type]
    assert "| variant | documents/s |" in report({}, [Result(path, one.rounds, one.limits)])


def test_each_run_has_its_page() -> None:
    """All paths and each path apart have a page of their own; what is part of a page has none."""
    pages = [page_of(PATHS), *(page_of([path]) for path in APART), page_of(PATHS[:1]), page_of(APART)]
    names = ["benchmarks.md", *(f"benchmarks-{path.name}.md" for path in APART)]
    assert [str(page) for page in pages] == [*(f"docs/{name}" for name in names), str(TRIAL), str(TRIAL)]


def test_a_missed_floor_and_a_reached_aim_are_told() -> None:
    assert [outcome.target for outcome in missed([result(1999, seconds=0.2)])] == [FASTER, SOON]
    text = report({}, [result(1999, seconds=0.04)])
    assert "**2×** | 2× … 2× | floor missed |" in text
    assert "**40 ms** | 40 ms … 40 ms | aim reached |" in text


def test_what_was_not_measured_says_why() -> None:
    text = report({}, [Result(result(1).path, absent="not there yet")])
    assert "Not measured: ours / theirs, delay (not there yet)." in text
    assert "### The path" not in text


@pytest.mark.parametrize(
    ("value", "text"), [(35, "35×"), (13.46, "13.5×"), (0.456, "0.46×"), (0.0333, "0.033×"), (1234.5, "1,234×")]
)
def test_figures_have_as_many_digits_as_they_are_worth(value: float, text: str) -> None:
    assert shown(FASTER, value) == text
