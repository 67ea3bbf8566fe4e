"""What the law threatens for the acts of a case, and what these breach: the catalogue's items, and the rulebooks beside them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import orjson

from services.penalty import domain
from services.penalty.queries.books import Book, BooksOn, rules_on
from services.penalty.queries.hazards import hazards_question
from services.penalty.queries.rows import Question, Read, Rows, together

ITEMS = "SELECT code, content::text AS content FROM catalogue_items WHERE catalogue = $1 AND code = ANY($2)"
ITEMS_ON = """
SELECT code, content::text AS content FROM catalogue_items WHERE code = ANY($3) AND catalogue = (
    SELECT catalogue FROM catalogues WHERE name = split_part($1, '/', 1) AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1
)
"""


def items_question(case: domain.CaseState) -> Question:
    """Asks for the items of a case in the catalogue that it was referred with."""
    return ITEMS, (case.catalogue, _codes(case))


def items_on_question(case: domain.CaseState, day: date) -> Question:
    """Asks for the items of a case in the edition of its catalogue that is in force on a day."""
    return ITEMS_ON, (case.catalogue, day, _codes(case))


def _codes(case: domain.CaseState) -> list[str]:
    return sorted({act.item_code for act in case.acts})


async def sanctions_for(read: Read, case: domain.CaseState, day: date) -> domain.Sanctions:
    """What the law of the day of the act, and of `day`, allows to impose for the acts of a case."""
    asked = BooksOn(day, case.act_date)
    items, latest, hazards, books = await together(
        read, items_question(case), items_on_question(case, day), hazards_question(case), asked.question
    )  # fmt: skip
    return sanctions_told(case, day, items, latest, hazards, asked.told(books))


async def choices_of(
    read: Read, catalogue: str, item_code: str, act_date: date, day: date
) -> tuple[domain.Choice, ...]:  # fmt: skip
    """The branches that may be chosen for an act of a day that is decided on another; Refused if no rules are in force then."""
    act = domain.CaseAct(hazard_id="", item_code=item_code, fact="")
    told = domain.CaseState(acts=(act,), catalogue=catalogue, act_date=act_date)
    sanctions = await sanctions_for(read, told, day)
    return domain.choices(item_code, sanctions, (act_date, day), await rules_on(read, day))


def sanctions_told(
    case: domain.CaseState, day: date, items: Rows, latest: Rows, hazards: Rows, books: Mapping[date, Book | None]
) -> domain.Sanctions:  # fmt: skip
    """What the answers to the questions for items, then and now, and for hazards allow to impose, with the rulebooks."""
    then, now = books[case.act_date], books[day]
    return domain.Sanctions(
        items=_branches(items), items_now=_branches(latest),
        ranges_at_act=() if then is None else then.ranges, ranges_now=() if now is None else now.ranges,
        bands=() if now is None else domain.bands(now.content, day),
        unrectified=frozenset(row["hazard_id"] for row in hazards if row["overdue"]),
    )  # fmt: skip


def _branches(rows: Rows) -> dict[str, tuple[domain.Row, ...]]:
    return {row["code"]: _penalties(row["content"]) for row in rows}


@lru_cache(maxsize=256)
def _penalties(content: str) -> tuple[domain.Row, ...]:
    return domain.penalties(orjson.loads(content))


async def norms_of(read: Read, case: domain.CaseState) -> dict[str, tuple[domain.Norm, ...]]:
    """What each item of a case breaches, by the catalogue that it was referred with."""
    rows = await read(ITEMS, case.catalogue, _codes(case))
    return {row["code"]: domain.norms(orjson.loads(row["content"])) for row in rows}
