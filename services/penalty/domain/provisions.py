"""Branches of a provision with their ranges: sums in fen, or shares of something; and the steps of discretion within them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A fine as a share of something, from `least` to `most` of `per` parts; of gains from `threshold_fen` on only."""

    of: str
    least: int
    most: int
    per: int
    threshold_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One branch of a provision with its range in fen: a row of the law's ranges, or of a catalogue item's penalties.

    Of a `share` the range in fen follows from the charge. `case` is what the rulebook calls the accident that it is for.
    """

    law: str
    version: str
    article: str
    paragraph: int | None
    item: str | None
    phase: str
    subject: str
    min_fen: int
    max_fen: int
    max_inclusive: bool
    valid_from: date
    valid_to: date | None
    min_inclusive: bool = True
    kinds: frozenset[str] = frozenset()
    kinds_always: bool = False
    share: Share | None = None
    case: str | None = None
    capacities: frozenset[str] = frozenset()

    def in_force(self, day: date) -> bool:
        """Whether the row is valid on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def holds(self, fen: int) -> bool:
        """Whether a fine lies in the range; a branch without a fine holds none."""
        return fen >= 1 and not self.is_above(fen) and (fen <= self.max_fen if self.max_inclusive else fen < self.max_fen)

    def is_above(self, fen: int) -> bool:
        """Whether it begins above a fine."""
        return fen < self.min_fen if self.min_inclusive or not self.min_fen else fen <= self.min_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A branch that may be chosen for an item, as a charge names it, how it is cited, and its range in fen.

    Of a fine that is a share of something (`share_of`) the range follows from that.
    """

    provision: str
    law: str
    law_version: str
    article: str
    paragraph: int | None
    item: str | None
    phase: str
    subject: str
    min_fen: int
    max_fen: int
    kinds: tuple[str, ...]
    share_of: str | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A step of discretion within a range: for a count of what `metric` names, `first` to `last` (None: and more)."""

    code: str
    row: Row
    metric: str
    first: int
    last: int | None

    def speaks_of(self, metric: int) -> bool:
        """Whether a count lies in it."""
        return self.first <= metric and (self.last is None or metric <= self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """A provision that an item of the catalogue breaches, while it is in force."""

    law: str
    version: str
    article: str
    paragraph: int | None
    item: str | None
    valid_from: date
    valid_to: date | None

    def in_force(self, day: date) -> bool:
        """Whether it is valid on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
