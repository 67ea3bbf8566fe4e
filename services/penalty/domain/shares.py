"""Fines that are a share of something: of last year's income, of illegal gains, of the fine for an accident of its grade.

The rulebook says which share (`income_ranges`, `multiple_ranges`); the charge says of how much, and by which evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from services.penalty.domain.case import CaseState
from services.penalty.domain.events import Charge
from services.penalty.domain.provisions import Row
from services.penalty.domain.rulebook import Rules

INCOME, GAINS, GRADE = "last-year-income", "illegal-gains", "range-of-the-grade"
ACCIDENT, OF_ACCIDENTS = "accident", "accident-"
"""Case codes of the rulebook: any accident, and how those of the accidents of one grade begin."""


def liabilities(code: str, rows: Iterable[Row], own: Iterable[Row]) -> tuple[Row, ...]:
    """What the rulebook adds to the branches `own` of an item: for an accident all of it, else shares of the same provision.

    An accident is no item of a catalogue: its code is the rulebook's case (`accident-general`, `accident-larger`, …).
    """
    known, beside = tuple(rows), list(own)
    beside += [row for row in known if code.startswith(OF_ACCIDENTS) and row.case in (code, ACCIDENT)]
    beside += [
        row for row in known if row.share is not None and row.share.of in (GAINS, GRADE)
        and any(_same_provision(row, other, paragraph=row.share.of == GAINS) for other in beside)
    ]  # fmt: skip
    return tuple(dict.fromkeys(beside))


def fits(row: Row, charge: Charge, rows: Iterable[Row]) -> bool:
    """Whether it is this one of several ranges of a provision: above a threshold of gains the multiple holds, below it the sum.

    WSL 2021, article 103 paragraph 1.
    """
    if row.share is not None:
        return row.share.of != GAINS or (charge.base_fen or 0) >= row.share.threshold_fen
    multiples = (other.share for other in rows if other.share is not None and other.share.of == GAINS
                 and _same_provision(row, other, paragraph=True))  # fmt: skip
    return not any((charge.base_fen or 0) >= share.threshold_fen for share in multiples)


def measured(row: Row, charge: Charge) -> Row:
    """The range in fen: what the share comes to of the charge's base.

    A range begins at the first whole fen in it and ends at the last; a fixed share that is no whole fen is rounded, half upwards.
    """
    if row.share is None:
        return row
    share, base = row.share, charge.base_fen or 0
    least, most = -(-base * share.least // share.per), base * share.most // share.per
    if least > most:
        least = most = (2 * base * share.least + share.per) // (2 * share.per)
    return replace(row, min_fen=least, max_fen=most)


def require_base(state: CaseState, charge: Charge, row: Row, rows: Iterable[Row], rules: Rules) -> Charge:
    """The charge with what its base is, if the range needs one: said, in evidence of the case, and what the provision means.

    APL 2021, article 46 (evidence); WSL 2021, articles 95, 96 (income of persons), 103 (gains), 114 (fine of the grade).
    """
    _require_capacity(state, charge, row, rules)
    share, charge = row.share, replace(charge, base=None)
    if share is None:
        return _require_gains(state, charge, rules) if charge.base_fen is not None else charge
    cited = rules.provision(charge.law, charge.law_version, charge.article, charge.paragraph, charge.item)
    rules.require(
        charge.base_fen is not None and charge.base_fen > 0, "applicable-law", "base-missing",
        f"{cited} 的罚款按基数计算，须载明基数", "the fine is a share of a base that the charge must name", of=share.of,
        item_code=charge.item_code,
    )  # fmt: skip
    if share.of == GRADE:
        _require_of_grade(charge, rows, rules)
        return replace(charge, base=share.of)
    if share.of == GAINS:
        return _require_gains(state, charge, rules)
    _require_evidence(state, charge, rules)
    return replace(charge, base=share.of)


def _require_gains(state: CaseState, charge: Charge, rules: Rules) -> Charge:
    """Gains are proven; no more than them is confiscated (APL 2021, article 28 paragraph 2: less what is to be restored)."""
    _require_evidence(state, charge, rules)
    rules.require(
        charge.confiscate_fen <= (charge.base_fen or 0), "applicable-law", "confiscation-above-gains",
        "没收数额不得超过违法所得", "no more is confiscated than was gained", gains_fen=charge.base_fen,
        confiscate_fen=charge.confiscate_fen, item_code=charge.item_code,
    )  # fmt: skip
    return replace(charge, base=GAINS)


def _require_evidence(state: CaseState, charge: Charge, rules: Rules) -> None:
    rules.require(
        charge.base_evidence is not None and charge.base_evidence in state.evidence, "lawful-evidence", "base-unproven",
        "收入或者违法所得的数额须有入卷的证据", "the sum must rest on evidence in the file", item_code=charge.item_code,
        sha256=charge.base_evidence,
    )  # fmt: skip


def _require_of_grade(charge: Charge, rows: Iterable[Row], rules: Rules) -> None:
    """The base is a fine that the paragraph before allows for an accident of this grade."""
    grades = [row for row in rows if row.share is None and row.case == charge.item_code and row.subject == charge.subject]
    within = any(row.holds(charge.base_fen or 0) for row in grades if (row.law, row.version, row.article)
                 == (charge.law, charge.law_version, charge.article))  # fmt: skip
    rules.require(
        within, "applicable-law", "base-outside-grade", "基数不在该等级事故的罚款幅度内",
        "the base is no fine for an accident of this grade", base_fen=charge.base_fen, item_code=charge.item_code,
    )  # fmt: skip


def _require_capacity(state: CaseState, charge: Charge, row: Row, rules: Rules) -> None:
    """A provision for heads of a unit is not applied to others, as far as the rulebook says for whom it is."""
    side = state.side(charge.party_id)
    capacity = side.person.capacity if side is not None and side.person is not None else None
    rules.require(
        not row.capacities or capacity in row.capacities, "applicable-law", "capacity-not-of-provision",
        "该规定不适用于此种身份的人员", "the provision is for persons in another capacity", party_id=charge.party_id,
        capacity=capacity, allowed=sorted(row.capacities),
    )  # fmt: skip


def _same_provision(one: Row, other: Row, *, paragraph: bool) -> bool:
    alike = (one.law, one.version, one.article, one.subject) == (other.law, other.version, other.article, other.subject)
    return alike and (not paragraph or one.paragraph == other.paragraph)
