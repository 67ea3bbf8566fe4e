"""The columns of the rows behind a measure, in the order in which a person reads them."""

from __future__ import annotations

from services.reporting.documents.listing import HEADS, Column
from services.reporting.queries.terms import Measure
from services.reporting.queries.words import title_names

BEFORE = ("document_no", "enterprise_name", "name", "district_name", "counts", "out_of")
"""What a person looks for first, as far as the rows have it; what identifies stands last."""
LAST = ("district", "enterprise_id", "key")


def columns_of(measure: Measure) -> list[Column]:
    """The columns of the rows behind a measure."""
    titles = [name for name in title_names(measure.fact) if not name.endswith("_en")]
    there = {"district_name", "counts", *(["out_of"] if measure.share else []), *measure.fact.shown, *titles}
    there |= {"enterprise_name"} if measure.fact.about else set()
    middle: list[str] = []
    for column in measure.fact.shown:
        title = next((one for one in titles if one in (f"{column}_title", _title(column))), None)
        middle += [title, column] if title is not None else [column]
    first = [name for name in BEFORE if name in there]
    last = [name for name in LAST if name != "enterprise_id" or measure.fact.about]
    names = [*first, *(name for name in middle if name not in first), *last]
    return [Column(name, _head(name, measure), _is_money(name, measure)) for name in names]


def _title(column: str) -> str:
    return f"{column.removesuffix('_code').removesuffix('_id')}_title"


def _is_money(name: str, measure: Measure) -> bool:
    return name.endswith("_fen") or (name in ("counts", "out_of") and measure.unit == "fen")


def _head(name: str, measure: Measure) -> str:
    unit = "（元）" if name == "counts" and measure.unit == "fen" else ""
    return HEADS[name] + unit
