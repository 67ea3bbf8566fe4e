"""What the layout of documents can print: people, organs, earlier documents, opinions, refusals, remedies, sums.

Every value is as it is to be printed and as it was on the day: a document is a snapshot, whatever becomes of its subject.
Citations (`basis`) and periods are texts made from the rulebook in force; no template knows any.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar, dataclass_transform

from chassis.numerals import capitals

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def facts() -> Callable[[type[T]], type[T]]:
    """Make a frozen, slotted, keyword-only dataclass; None and () are printed as an empty field is: ／ or 无."""
    return dataclass(frozen=True, slots=True, kw_only=True)


@facts()
class Officer:
    """An enforcement officer and the number of the card that was shown."""

    name: str
    card: str


@facts()
class Named:
    """Somebody who takes part, where they work as what, and how they are reached."""

    name: str
    post: str | None = None
    phone: str | None = None


@facts()
class Remedies:
    """What may be done against an act: before which organs and court, within which periods (`60日`, `6个月`)."""

    reconsideration: tuple[str, ...]
    reconsideration_period: str
    court: str
    litigation_period: str


@facts()
class Refusal:
    """Who would not sign, why, and who saw it."""

    who: str
    reason: str
    witness: str


@facts()
class Earlier:
    """A document that this one rests on: its name without title marks, its number, its day."""

    name: str
    number: str
    on: date


@facts()
class Opinion:
    """One step of an approval: what was said, by whom (two, where two handle it), when."""

    text: str
    signers: tuple[str, ...]
    on: date


@facts()
class Person:
    """A natural person as a party, or as somebody who is asked."""

    name: str
    sex: str | None = None
    born: str | None = None
    age: int | None = None
    id_no: str | None = None
    employer: str | None = None
    post: str | None = None
    address: str | None = None
    phone: str | None = None


@facts()
class Organisation:
    """A legal person or other organisation as a party."""

    name: str
    representative: str | None = None
    address: str | None = None
    phone: str | None = None


@facts()
class Sum:
    """A sum as it is printed, in figures and in capital numerals; made by `sum_of`."""

    fen: int
    digits: str
    capitals: str


def sum_of(fen: int) -> Sum:
    """A sum of so many fen; ValueError if it is negative or too great to be written."""
    return Sum(fen=fen, digits=f"{fen // 100:,}.{fen % 100:02d}", capitals=capitals(fen))
