"""What codes are called: items by the list in force, campaigns by their title, all else by the words of the dimensions.

Lists and campaigns are read from the copy as they come, and kept: there are a few of them, and every row that is shown names one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import orjson

from chassis.eventstore import Connection, Pool
from services.reporting.queries.copies import Head, head_of
from services.reporting.queries.facts import CAMPAIGN, GRADES, ITEM, KEY_ITEM, LEVELS, SECTORS, TASK_KINDS
from services.reporting.queries.measures import MEASURES
from services.reporting.queries.terms import Fact

LISTED = """
SELECT e.idx, e.data FROM ledger_copy e
WHERE e.type = 'casetrail.registry.catalogue-published.v1' AND e.seq > $1 AND e.seq <= $2 ORDER BY e.seq
"""
OPENED = """
SELECT e.idx, e.data FROM ledger_copy e
WHERE e.type = 'casetrail.tasks.campaign-opened.v1' AND e.seq > $1 AND e.seq <= $2 ORDER BY e.seq
"""
ENDLESS = "9999-12-31"
Sizes = Mapping[str, int]
"""As of when: so many events of each ledger count."""
KINDS = {
    "city": ("设区的市", "city"), "district": ("区", "district"), "county": ("县", "county"),
    "development-zone": ("开发区", "development zone"), "administration": ("管理局", "administration"),
}  # fmt: skip
COMMON = {"sector": SECTORS, "grade": GRADES, "level": LEVELS}
"""Words of columns that mean the same in every table."""
OF_TABLES = {"fact_inspections": {"kind": TASK_KINDS}, "fact_jurisdictions": {"kind": KINDS}}
"""Words of columns by which nothing is broken down."""


@dataclass(frozen=True, slots=True)
class ItemList:
    """A published list: its place in the registry's ledger, the days on which it is in force, its items' titles by code."""

    idx: int
    first: str
    last: str
    titles: Mapping[str, str]


class Words:
    """The lists and campaigns that the copy tells of."""

    NONE: ClassVar[Sizes] = {}

    def __init__(self) -> None:
        self._head = Head("", 0)
        self._lists: list[ItemList] = []
        self._campaigns: dict[str, tuple[int, str]] = {}

    async def newest(self, source: Connection | Pool) -> Words:
        """These, with what has come since."""
        head = await head_of(source)
        if head.epoch != self._head.epoch:
            self._head, self._lists, self._campaigns = Head(head.epoch, 0), [], {}
        if head.seq > self._head.seq:
            lists = [_list_of(row) for row in await source.fetch(LISTED, self._head.seq, head.seq)]
            opened = [(row["idx"], _read(row["data"])) for row in await source.fetch(OPENED, self._head.seq, head.seq)]
            if head.seq > self._head.seq:  # whoever else asked meanwhile may have been faster
                self._lists += [one for one in lists if one is not None]
                self._campaigns |= {str(said.get("campaign_id")): (idx, str(said.get("title", ""))) for idx, said in opened}
                self._head = head
        return self

    def item(self, code: str, day: str | None = None, sizes: Sizes = NONE) -> str | None:
        """The title of an item by the list in force on a day, else by the newest that has it; None if none has."""
        upto = sizes.get("registry")
        having = [one for one in reversed(self._lists) if code in one.titles and (upto is None or one.idx <= upto)]
        in_force = next((one for one in having if day is not None and one.first <= day <= one.last), None)
        found = in_force or (having[0] if having else None)
        return None if found is None else found.titles[code]

    def campaign(self, campaign_id: str, sizes: Sizes = NONE) -> str | None:
        """The title of a campaign; None if nothing tells of it."""
        idx, title = self._campaigns.get(campaign_id, (0, ""))
        return title or None if idx <= sizes.get("tasks", idx) else None

    def of_value(self, dim: object, value: str) -> str | None:
        """The title of a dimension's value that only lists or campaigns know; None of any other."""
        if dim is CAMPAIGN:
            return self.campaign(value)
        return self.item(value) if dim in (ITEM, KEY_ITEM) else None


def _read(data: bytes) -> Mapping[str, Any]:
    """The copy takes whatever was recorded."""
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _list_of(row: Any) -> ItemList | None:
    said = _read(row["data"])
    items = said.get("items")
    if not isinstance(items, list):
        return None
    titles = {str(one["code"]): str(one["title"]) for one in items if isinstance(one, dict) and {"code", "title"} <= one.keys()}
    return ItemList(row["idx"], str(said.get("valid_from") or ""), str(said.get("valid_to") or ENDLESS), titles)


def _words_of_tables() -> dict[str, dict[str, Mapping[str, tuple[str, str]]]]:
    found: dict[str, dict[str, Mapping[str, tuple[str, str]]]] = {}
    for measure in MEASURES:
        of = found.setdefault(measure.fact.table, {**COMMON, **OF_TABLES.get(measure.fact.table, {})})
        of |= {dim.column: dim.values for dim in measure.by if dim.values and dim is not CAMPAIGN}
    return found


WORDS = _words_of_tables()
ITEMS = {"item_code": "item_title", "key_item_code": "key_item_title"}


def title_names(fact: Fact) -> Iterator[str]:
    """The columns that titles add to the rows of a table."""
    for column in fact.shown:
        if column in ITEMS:
            yield ITEMS[column]
        elif column == "campaign_id":
            yield "campaign_title"
        elif column in WORDS.get(fact.table, ()):
            yield from (f"{column}_title", f"{column}_title_en")


def titles_of_row(fact: Fact, row: Mapping[str, Any], words: Words, sizes: Sizes = Words.NONE) -> dict[str, str | None]:
    """What the codes of a row are called; an item by the list that was in force when the hazard was found."""
    found: dict[str, str | None] = {}
    for column in fact.shown:
        value = row[column]
        if column in ITEMS:
            found[ITEMS[column]] = words.item(value, _day(row.get("found_on")), sizes) if value else None
        elif column == "campaign_id":
            found["campaign_title"] = words.campaign(value, sizes) if value else None
        elif (known := WORDS.get(fact.table, {}).get(column)) is not None:
            found[f"{column}_title"], found[f"{column}_title_en"] = known.get(value or "", (value, value))
    return found


def _day(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
