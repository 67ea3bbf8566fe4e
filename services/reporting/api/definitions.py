"""What a figure means, and where the rows behind it are."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from services.reporting.queries.figures import AsOf
from services.reporting.queries.periods import Period
from services.reporting.queries.terms import Bands, Combined, Dimension, Measure, Parts


def as_of_json(as_of: AsOf) -> dict[str, Any]:
    """Up to where figures were computed."""
    return {"seq": as_of.seq, "recorded_at": as_of.recorded_at, "simulated": as_of.simulated}


def definition(figure: Measure | Combined) -> dict[str, Any]:
    """What a figure means."""
    return {
        "title": figure.title, "title_en": figure.title_en, "unit": figure.unit, "formula": figure.formula,
        "formula_en": figure.formula_en, "source_events": figure.source_events, "exclusions": figure.exclusions,
        "exclusions_en": figure.exclusions_en,
    }  # fmt: skip


def dimension(one: Dimension | Bands | Parts) -> dict[str, str]:
    """By what a figure can be broken down."""
    return {"name": one.name, "title": one.title, "title_en": one.title_en}


def titles_of(one: Dimension | Bands | Parts, value: str, title: str | None = None) -> dict[str, str]:
    """How a value of a dimension is called: by its `title` if it has one of its own, by itself if it has no other."""
    if title is not None:
        return {"title": title, "title_en": title}
    match one:
        case Bands():
            found = {band.value: (band.title, band.title_en) for band in one.bands}.get(value)
        case Parts():
            found = one.parts[value][1:] if value in one.parts else None
        case Dimension():
            found = one.values.get(value)
    title, title_en = (value, value) if found is None else found
    return {"title": title, "title_en": title_en}


def rows_of(figure: Measure | Combined, period: Period, **chosen: str) -> list[dict[str, str]]:
    """Where the rows behind a figure are: one list for each measure that it is made of."""
    measures = (figure,) if isinstance(figure, Measure) else (*figure.counts, *figure.out_of)
    asked = _asked(period.first, period.last, tuple(chosen.items()))
    return [
        {"measure": name, "href": f"/v1/measures/{name}/rows?{asked}"}
        for name in dict.fromkeys(measure.name for measure in measures)
    ]


@lru_cache(maxsize=4096)
def _asked(first: date, last: date, chosen: tuple[tuple[str, str], ...]) -> str:
    """All figures of a panel ask alike: each district and each value is written once."""
    return urlencode({"from": first.isoformat(), "until": last.isoformat(), **dict(chosen)})
