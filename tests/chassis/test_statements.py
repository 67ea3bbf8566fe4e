"""What is passed on from one service to another is the same when it arrives, however it was written in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from chassis.signednote import Signer
from chassis.statements import stated, was_stated

REPORTING = Signer("casetrail.example/reporting", b"r" * 32)
TASKS = Signer("casetrail.example/tasks", b"t" * 32)
AT = datetime(2021, 9, 6, tzinfo=timezone(timedelta(hours=8)))
FACTS = {"week": "2021-W35", "sha256": "a" * 64, "cuts": [{"recorded_before": AT, "sizes": [1, 2]}], "district": None}


def test_it_is_the_same_in_another_order_and_with_another_zone_of_the_same_time() -> None:
    note = stated(REPORTING, FACTS)
    again = {
        "cuts": ({"sizes": (1, 2), "recorded_before": AT.astimezone(UTC)},),
        **{k: v for k, v in FACTS.items() if k != "cuts"},
    }
    assert was_stated(note, again, [TASKS.verifier, REPORTING.verifier])


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "b" * 64}, {"week": "2021-W36"}, {"district": "donghu"}, {"more": None},
        {"cuts": [{"recorded_before": AT + timedelta(seconds=1), "sizes": [1, 2]}]},
        {"cuts": [{"recorded_before": AT, "sizes": [1, 3]}]},
    ],
)  # fmt: skip
def test_whatever_else_it_says_was_not_told(change: dict[str, object]) -> None:
    assert not was_stated(stated(REPORTING, FACTS), {**FACTS, **change}, [REPORTING.verifier])


def test_only_a_key_that_is_known_counts_and_no_note_is_none() -> None:
    for note in (stated(TASKS, FACTS), None, "", "casetrail-statement/1\n"):
        assert not was_stated(note, FACTS, [REPORTING.verifier]), note
    assert not was_stated(stated(REPORTING, FACTS), FACTS, [])
