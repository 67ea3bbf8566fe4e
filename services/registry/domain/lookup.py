"""What published law answers on a day: pure questions to the contents of rulebooks, as their events carry them.

Whoever reads rulebook events can ask the same questions; nothing here knows a stream, a table or a service. Amounts are fen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from chassis.domain import Refused
from services.registry.domain.provisions import Provision, Row, day, in_force, provision_of, require_citable, valid_on

Phase = Literal["first", "overdue"]
Subject = Literal["unit", "person"]


@dataclass(frozen=True, slots=True)
class Boundary:
    """Whether a law's 以上 and 以下 include the number they name."""

    at_least_inclusive: bool
    at_most_inclusive: bool

    def at_least(self, number: int, bound: int) -> bool:
        """Whether a number is `bound`以上."""
        return number >= bound if self.at_least_inclusive else number > bound

    def at_most(self, number: int, bound: int) -> bool:
        """Whether a number is `bound`以下."""
        return number <= bound if self.at_most_inclusive else number < bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """What an article threatens in one case: first finding or overdue correction, the unit or a person."""

    place: Provision
    phase: str
    subject: str
    min_fen: int
    max_fen: int
    boundary: Boundary
    other_kinds: frozenset[str]
    condition: str | None

    @property
    def fines(self) -> bool:
        """Whether there is a fine at all in this branch."""
        return self.max_fen > 0

    def holds(self, fen: int) -> bool:
        """Whether a fine lies in the range; no fine lies in a branch without one."""
        enough = fen > 0 if self.min_fen == 0 else self.boundary.at_least(fen, self.min_fen)
        return enough and self.boundary.at_most(fen, self.max_fen)

    def lighter_than(self, other: Branch) -> bool:
        """Whether it is no heavier in anything, and lighter in something."""
        no_heavier = self.min_fen <= other.min_fen and self.max_fen <= other.max_fen and self.other_kinds <= other.other_kinds
        return no_heavier and (self.min_fen, self.max_fen, self.other_kinds) != (other.min_fen, other.max_fen, other.other_kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The branch that a decision rests on, and whose law it is: that of the act, or that of the decision if it is lighter.

    Without a branch, the act is not fined any more.
    """

    branch: Branch | None
    law_of: Literal["act", "decision"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """How many visits of a kind an enterprise may have within a calendar year, and which task sources do not count."""

    code: str
    maximum: int
    inclusive: bool
    exempt_task_sources: frozenset[str]

    def allows(self, visits_before: int) -> bool:
        """Whether one more visit is allowed, after so many that counted."""
        return visits_before + 1 <= self.maximum if self.inclusive else visits_before + 1 < self.maximum


def book_on(books: Iterable[Row], on: date) -> Row | None:
    """The rulebook in force on a day; of several, the one that came into force last, then the highest version."""
    found = [book for book in books if valid_on(book, on)]
    return max(found, key=lambda book: (day(book["valid_from"]) or date.min, book["version"]), default=None)


def boundary_of(book: Row, law: str, version: str) -> Boundary:
    """What 以上 and 以下 mean in a version of a law (F-38); both include the number where the book says nothing else."""
    rows = [row for row in book.get("boundary") or () if (row["law"], row["version"]) == (law, version)]
    return Boundary(rows[0]["at_least_inclusive"], rows[0]["at_most_inclusive"]) if rows else Boundary(True, True)


def branch_on(
    books: Sequence[Row], place: Provision, phase: Phase, subject: Subject, on: date, grade: str | None = None
) -> Branch | None:  # fmt: skip
    """The branch of an article on a day; None if it threatens nothing in that case, or no book has law of that day."""
    found = [row for row in _rows(books, "ranges", on) if _answers(row, place, phase, subject, grade)]
    if not found:
        return None
    row = max(found, key=lambda row: (row.get("paragraph") is not None, row.get("item") is not None))
    book = book_on(books, on) or {}
    at_least = boundary_of(book, place.law, place.version).at_least_inclusive
    return Branch(
        place=place, phase=phase, subject=subject, min_fen=row["min_fen"], max_fen=row["max_fen"],
        boundary=Boundary(at_least, row["max_inclusive"]), other_kinds=frozenset(row.get("other_kinds") or ()),
        condition=row.get("condition"),
    )  # fmt: skip


def applied(
    books: Sequence[Row], then: Provision, now: Provision | None, phase: Phase, subject: Subject, *, act_on: date,
    decided_on: date, grade: str | None = None,
) -> Applied:  # fmt: skip
    """The branch for an act of one day that is decided on another: the law of the act, or today's if that is lighter.

    行政处罚法（2021）第37条. `then` and `now` are where the same conduct is threatened on the two days; `now` None if it is
    not unlawful any more. Refused if `then` could not be cited for the act, or threatens nothing in this case.
    """
    require_citable(_laws(books, act_on), then, act_on)
    old = branch_on(books, then, phase, subject, act_on, grade)
    if old is None:
        raise no_such_branch(then, phase, subject)
    if now is None:
        return Applied(branch=None, law_of="decision")
    require_citable(_laws(books, decided_on), now, decided_on)
    new = branch_on(books, now, phase, subject, decided_on, grade)
    if new is None:
        return Applied(branch=None, law_of="decision")
    return Applied(branch=new, law_of="decision") if new.lighter_than(old) else Applied(branch=old, law_of="act")


def require_fine(branch: Branch | None, fen: int, place: Provision, phase: Phase, subject: Subject) -> None:
    """A fine lies in the range of its branch (F-34, F-35); Refused `no-such-branch`, `fine-outside-range`."""
    if branch is None or not branch.fines:
        raise no_such_branch(place, phase, subject)
    if not branch.holds(fen):
        raise Refused(
            "fine-outside-range", f"罚款{fen}分超出{place}的法定幅度", f"{fen} fen lie outside the range of {place}",
            min_fen=branch.min_fen, max_fen=branch.max_fen, provision=str(place), phase=phase, subject=subject,
        )  # fmt: skip


def no_such_branch(place: Provision, phase: str, subject: str) -> Refused:
    """The refusal of a fine that an article does not know in this case: a person at the first finding under 安全生产法 99."""
    who, when = {"unit": "单位", "person": "个人"}[subject], {"first": "首次", "overdue": "逾期"}[phase]
    return Refused(
        "no-such-branch", f"{place}对{who}（{when}）没有罚款规定", f"{place} knows no fine of a {subject} in the {phase} branch",
        provision=str(place), phase=phase, subject=subject,
    )  # fmt: skip


def one_act(branches: Iterable[Branch]) -> Branch:
    """Of several norms that one act breaches, the one under which it is fined: that with the higher amount.

    行政处罚法（2021）第29条 (F-36); ValueError without any.
    """
    return max(branches, key=lambda branch: (branch.max_fen, branch.min_fen))


def threatened(item: Row, phase: Phase, subject: Subject, on: date) -> Provision | None:
    """Where the conduct that a catalogue item describes is threatened on a day; None if nowhere."""
    rows = [p for p in in_force(item["penalty"], on) if (p["phase"], p["subject"]) == (phase, subject)]
    return provision_of(rows[0]["provision"]) if rows else None


def band_on(
    book: Row, place: Provision, phase: Phase, subject: Subject, metric: str, count: int, on: date
) -> Row | None:  # fmt: skip
    """The discretion band of the book's province for so many places, sets, ...; None where it has none."""
    rows = [
        row for row in _own(book, in_force(book.get("discretion_bands") or (), on))
        if (row["phase"], row["subject"], row["metric"]) == (phase, subject, metric)
        and place.within(provision_of(row["provision"])) and _counted(row, count)
    ]  # fmt: skip
    return rows[0] if rows else None


def threshold_on(
    book: Row, code: str, party: str, on: date, *, organ_level: str | None = None, measure: str = "fine"
) -> Row | None:
    """The threshold for a party: the province's own before the one for all, the organ's level before any."""
    rows = [
        row for row in _own(book, in_force(book["thresholds"], on))
        if row["code"] == code and row["measure"] == measure and row["party"] in (party, "any")
        and row.get("organ_level") in (organ_level, None)
    ]  # fmt: skip
    return max(rows, key=lambda row: (row["province"] is not None, row.get("organ_level") is not None), default=None)


def reached(threshold: Row, fen: int) -> bool:
    """Whether an amount reaches a threshold, by its own comparison (`any`: whatever the amount)."""
    amount = threshold["amount_fen"] or 0
    return bool({
        "gte": fen >= amount, "gt": fen > amount, "lte": fen <= amount, "lt": fen < amount, "any": True,
    }[threshold["comparison"]])  # fmt: skip


def deadline_on(book: Row, code: str, on: date) -> Row | None:
    """The period in force on a day: its length, unit, whether it rolls to a working day, its article."""
    rows = [row for row in in_force(book["deadlines"], on) if row["code"] == code]
    return rows[0] if rows else None


def cap_on(book: Row, sector: str, grade: str | None, on: date, visit: str = "inspection") -> Cap | None:
    """The cap on visits to an enterprise of a sector and standardisation grade (None: not assessed); None where there is none."""
    rows = [
        row for row in _own(book, in_force(book.get("inspection_caps") or (), on))
        if row["visit"] == visit and (row["sectors"] is None or sector in row["sectors"])
        and row["standardisation_grade"] in (grade or "none", None)
    ]  # fmt: skip
    if not rows:
        return None
    row = max(rows, key=lambda row: (row["sectors"] is not None, row["standardisation_grade"] is not None))
    return Cap(
        code=row["code"], maximum=row["maximum"], inclusive=row["inclusive"],
        exempt_task_sources=frozenset(row["exempt_task_sources"]),
    )  # fmt: skip


def pattern_on(book: Row, on: date, code: str = "document-number") -> str | None:
    """How document numbers are written on a day."""
    rows = [row for row in in_force(book.get("number_patterns") or (), on) if row["code"] == code]
    return str(rows[0]["pattern"]) if rows else None


def _rows(books: Sequence[Row], section: str, on: date) -> list[Row]:
    """The rows of a day, from the book of that day; where there is none, from the first later book that still has them."""
    book = book_on(books, on)
    if book is not None:
        return in_force(book[section], on)
    later = sorted(books, key=lambda book: (day(book["valid_from"]) or date.min, book["version"]))
    return next((found for book in later if (found := in_force(book[section], on))), [])


def _laws(books: Sequence[Row], on: date) -> list[Row]:
    book = book_on(books, on)
    return list(book["laws"]) if book is not None else [law for book in books for law in book["laws"]]


def _own(book: Row, rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["province"] in (None, book["province"])]


def _answers(row: Row, place: Provision, phase: str, subject: str, grade: str | None) -> bool:
    asked: tuple[Any, ...] = (phase, subject, grade)
    return place.within(provision_of(row)) and (row["phase"], row["subject"], row.get("grade")) == asked


def _counted(row: Row, count: int) -> bool:
    return (row["from"] is None or row["from"] <= count) and (row["to"] is None or count <= row["to"])
