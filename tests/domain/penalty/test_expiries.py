"""What the end of every clock means is stated: by which article, and what follows, in Chinese and in English."""

from __future__ import annotations

from datetime import date

import pytest

from services.penalty.domain.expiries import ENGLISH
from services.penalty.projections.clocks import DECISION, period_of
from services.penalty.projections.closure_clocks import CLOSURE
from services.penalty.worker import FIRES
from tests.domain.penalty.story import document, rules

BOOKS = {
    "rulebook-2021.json": date(2021, 9, 6), "rulebook-2023.json": date(2023, 1, 1), "rulebook-2025.json": date(2025, 1, 1),
    "rulebook-2026.json": date(2026, 2, 1), "rulebook-2026-2.json": date(2026, 2, 1), "rulebook-2026-3.json": date(2026, 3, 1),
}  # fmt: skip


@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("kind", [*FIRES, CLOSURE])
def test_the_end_of_every_clock_means_something(book: str, kind: str) -> None:
    now = rules(BOOKS[book], book)
    period = period_of(kind, "", now)
    code, title = now.expiries[period]
    assert title == document(book)["expiries"][code]
    assert ENGLISH[code]
    assert now.cite(period).startswith("《")


def test_the_limit_that_was_extended_ends_otherwise_than_the_first() -> None:
    now = rules(BOOKS["rulebook-2021.json"])
    ends = {now.expiries[period_of(DECISION, step, now)][0] for step in ("", *now.case_limits[1:])}
    assert ends == {"case-extension-by-head-needed", "case-extension-by-superior-needed", "case-limit-overdue"}


def test_of_two_rows_of_one_period_that_of_the_day_counts() -> None:
    before, after = rules(date(2023, 6, 1), "rulebook-2023.json"), rules(date(2024, 6, 1), "rulebook-2023.json")
    kind = period_of("reconsideration-right", "", before)
    assert (before.cite(kind), after.cite(kind)) == ("《行政复议法》（2017）第9条", "《行政复议法》（2023）第20条第1款")
