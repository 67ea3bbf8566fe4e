"""A quarter planted for bulletins and assessments: two districts, what is told late, clocks that run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bench.city import happenings
from tests.service.reporting.ledgers import Ledgers

WEEK, BEFORE, NEXT, BUSY = "2019-W10", "2019-W09", "2019-W11", "2019-W16"
OVER = datetime(2019, 3, 10, 16, 0, tzinfo=UTC)  # Monday 00:00 in China
MORNING = datetime(2019, 3, 11, 1, 0, tzinfo=UTC)
LATER = datetime(2019, 6, 1, tzinfo=UTC)
ODD = '=HYPERLINK("http://x")<script>alert(1)</script>区'
"""A name that a spreadsheet or a browser might run."""


def planted(*, late: bool = False, called: str | None = None) -> Ledgers:
    """Sixty visits in two districts within a quarter; on Monday morning, if `late`, a visit of the week that is over is told.

    `called` is what the second district is called from the beginning.
    """
    ledgers = Ledgers()
    for told in happenings(districts=2, sites=8, visits=60, days=90):
        if late and told.at > MORNING:
            late = False
            _told_late(ledgers)
        ledgers.at = told.at
        renamed = {"name": called} if called is not None and told.stream == "jurisdiction:d-1" else {}
        data = told.data | renamed
        ledgers.record(told.source, told.name, data, stream=told.stream, subject=told.subject, district=told.district)
    return ledgers


def _told_late(ledgers: Ledgers) -> None:
    """An inspection of the week before, with a hazard; and something of every ledger, so that none is waited for."""
    ledgers.at = MORNING
    of: dict[str, Any] = {"subject": "e-1", "district": "d-1"}
    found = {
        "hazard_id": "h-late", "inspection_id": "t-late", "enterprise_id": "e-1", "item_code": "GEN-1", "key_item_code": "K-1",
        "severity": "major", "found_on": "2019-03-07", "fact": "未设置", "place": "车间",
    }  # fmt: skip
    ledgers.record("inspection", "hazard-found", found, stream="hazard:h-late", **of)
    concluded = {
        "inspection_id": "t-late", "task_id": "t-late", "enterprise_id": "e-1", "concluded_on": "2019-03-07", "officers": 2,
        "experts": 0, "hazards": 1, "items_answered": 1,
    }  # fmt: skip
    ledgers.record("inspection", "inspection-concluded", concluded, stream="inspection:t-late", **of)
    for source in ("registry", "tasks", "penalty"):
        ledgers.record(source, "noted", {}, stream=f"note:{source}", district="d-0")
