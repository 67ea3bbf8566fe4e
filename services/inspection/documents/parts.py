"""What the facts of several forms of inspection are made of: problems and their deadlines, beside what every layout can print."""

from __future__ import annotations

from datetime import date

from chassis.printed import (
    Earlier,
    Named,
    Officer,
    Opinion,
    Organisation,
    Person,
    Refusal,
    Remedies,
    Sum,
    facts,
    sum_of,
)

__all__ = [
    "Deadline",
    "Earlier",
    "Named",
    "Officer",
    "Opinion",
    "Organisation",
    "Person",
    "Problem",
    "Refusal",
    "Remedies",
    "Sum",
    "facts",
    "sum_of",
]


@facts()
class Problem:
    """What was found; `major`: a major hazard; `basis`: what it offends, as citations."""

    text: str
    major: bool = False
    basis: tuple[str, ...] = ()


@facts()
class Deadline:
    """Which of the numbered problems must be gone by which day."""

    items: tuple[int, ...]
    due_on: date
