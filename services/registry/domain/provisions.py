"""Places in the law: whether an article exists in the version that is cited, and whether that version holds on the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.domain import Refused

Row = Mapping[str, Any]
NEVER_APPLIED = "historical"
NOT_IN_FORCE = ("carried-over", NEVER_APPLIED)
"""Statuses of rows that openly rest on law that is not in force."""


@dataclass(frozen=True, slots=True)
class Provision:
    """A place in a version of a law; paragraph 款 and item 项 where it is that exact."""

    law: str
    version: str
    article: str
    paragraph: int | None = None
    item: str | None = None

    def __str__(self) -> str:
        return " ".join(
            str(part) for part in (self.law, self.version, self.article, self.paragraph, self.item) if part is not None
        )

    def within(self, other: Provision) -> bool:
        """Whether this place is `other` or lies in it."""
        return (self.law, self.version, self.article) == (other.law, other.version, other.article) and all(
            wider in (None, narrower) for narrower, wider in ((self.paragraph, other.paragraph), (self.item, other.item))
        )


def provision_of(row: Row) -> Provision:
    """The place that a row names; missing parts are open. Refused `article-unknown` if its paragraph is no number."""
    item, paragraph = row.get("item"), row.get("paragraph")
    if paragraph is not None and not isinstance(paragraph, int):
        raise Refused("article-unknown", f"款应为数字：{paragraph!r}", f"a paragraph is a number, not {paragraph!r}")
    return Provision(str(row["law"]), str(row["version"]), str(row["article"]), paragraph, None if item is None else str(item))


def day(text: str | date | None) -> date | None:
    """A day of a published document, None is open; Refused `date-malformed`."""
    if text is None or isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise Refused("date-malformed", f"不是日期：{text!r}", f"not a date: {text!r}") from None


def valid_on(row: Row, on: date) -> bool:
    """Whether a row is valid on a day, both ends included."""
    return (day(row.get("valid_from")) or date.min) <= on <= (day(row.get("valid_to")) or date.max)


def in_force(rows: Iterable[Row], on: date) -> list[Row]:
    """The rows that apply on a day: those valid then, without what is kept as history."""
    return [row for row in rows if row.get("status") != NEVER_APPLIED and valid_on(row, on)]


def objects(node: Any) -> Iterator[Row]:
    """Every object of a document, the whole first."""
    if isinstance(node, dict):
        yield node
        yield from objects(list(node.values()))
    elif isinstance(node, list | tuple):
        for part in node:
            yield from objects(part)


def require_exists(laws: Iterable[Row], place: Provision) -> Row:
    """The law version in which an article exists; Refused `law-unknown`, `article-unknown` (F-37)."""
    found = [law for law in laws if (str(law["id"]), str(law["version"])) == (place.law, place.version)]
    if not found:
        name = f"{place.law} {place.version}"
        raise Refused("law-unknown", f"规则库中没有所引法律：{name}", f"cited, but not in the rulebook: {name}", laws=[name])
    law = next((law for law in found if _has(law, place)), None)
    if law is None:
        raise Refused(
            "article-unknown", f"所引法律版本中没有该条款：{place}", f"no such article in that version of the law: {place}",
            provision=str(place),
        )  # fmt: skip
    return law


def require_citable(laws: Iterable[Row], place: Provision, on: date) -> Row:
    """The law version that may be cited for an act of this day (APL 2021, article 37); Refused also `law-not-in-force`."""
    law = require_exists(laws, place)
    if not valid_on(law, on):
        raise Refused(
            "law-not-in-force", f"《{law.get('short_title', place.law)}》（{place.version}）在{on}未施行或者已废止",
            f"{place.law} {place.version} is not in force on {on}", provision=str(place), day=on.isoformat(),
        )  # fmt: skip
    return law


def _has(law: Row, place: Provision) -> bool:
    articles, highest = law.get("articles"), law.get("highest_article")
    if articles is None:  # a book that lists none says only how many there are
        return not (highest and place.article.isdigit()) or int(place.article) <= highest
    known = articles.get(place.article)
    if known is None:
        return False
    paragraphs, items = known.get("paragraphs"), known.get("items")
    number = place.paragraph
    fits = number is None or paragraphs is None or 1 <= number <= paragraphs
    return fits and (place.item is None or not items or place.item in items)
