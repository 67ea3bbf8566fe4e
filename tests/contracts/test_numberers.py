"""Who numbers which documents: the registry, which leases the numbers, and those who issue the documents say the same."""

from __future__ import annotations

from services.inspection.domain.numbers import WORDS as INSPECTION
from services.penalty.domain.numbers import WORDS as PENALTY
from services.registry.domain.numbers import NUMBERERS


def test_the_registry_knows_who_numbers_what() -> None:
    assert {**dict.fromkeys(INSPECTION, "inspection"), **dict.fromkeys(PENALTY, "penalty")} == NUMBERERS
