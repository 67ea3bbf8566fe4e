"""What is demanded of a fine that may be paid in parts: what fell due of them, before the whole plan is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.penalty.domain import enforcement_events as facts
from services.penalty.domain.enforcement import ENFORCEMENTS, EnforcementState
from tests.domain.penalty.story import refused
from tests.domain.penalty.test_enforcement import draft, owed


def test_each_instalment_is_demanded_once_its_day_is_over() -> None:
    """What was never put off is demanded with the parts that are late; what is to come is not."""
    parts = (
        facts.UnpaidInstalment(number=1, due_on=date(2026, 9, 30), amount_fen=500_001),
        facts.UnpaidInstalment(number=2, due_on=date(2026, 10, 31), amount_fen=1_000_000),
        facts.UnpaidInstalment(number=3, due_on=date(2026, 11, 30), amount_fen=2_000_000),
    )
    of = owed(unpaid_fen=3_500_008, deferred_until=date(2026, 11, 30), instalments=parts)
    with refused("payment-not-overdue"):
        draft(EnforcementState(), date(2026, 9, 30), replace(of, unpaid_fen=3_500_001), "payment")
    for day, fen, numbers in (
        (date(2026, 10, 1), 500_008, [1]), (date(2026, 11, 1), 1_500_008, [1, 2]), (date(2026, 12, 1), 3_500_008, [1, 2, 3])
    ):  # fmt: skip
        [drafted] = draft(EnforcementState(), day, of, "payment")
        assert isinstance(drafted, facts.DemandDrafted)
        assert (drafted.amount_fen, [one.number for one in drafted.instalments]) == (fen, numbers)
        assert ENFORCEMENTS.evolve(EnforcementState(), drafted).demands[0].instalments == drafted.instalments
    with refused("payment-not-overdue"):
        draft(EnforcementState(), date(2026, 11, 30), of, "court")
    assert len(draft(EnforcementState(), date(2026, 12, 1), of, "court")) == 1
