"""What answers of figures look like, for whoever writes a client: described in OpenAPI, and never run over an answer.

Answers are written as they are made. That each is as it is described, tests/service/reporting/test_answers.py holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """A part of an answer; more fields may be added. What stands below a field describes it."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="allow")


def answers(model: type[BaseModel], *more: int) -> dict[int | str, dict[str, Any]]:
    """How an endpoint says what it answers (`responses`), with the refusals that only it has."""
    return {200: {"model": model}, **{status: {} for status in more}}


class Days(Answer):
    """From which day to which, both included."""

    first: date = Field(alias="from")
    until: date


class AsOf(Answer):
    """Up to where figures were computed."""

    seq: int
    """The last event of the copy that counts."""
    recorded_at: datetime | None
    """When it was recorded; null before the first."""
    simulated: bool
    """Whether the clock was a simulated one."""


class CopyHead(Answer):
    """Where the copy ends: `<epoch>-<seq>` is a place to follow the feed from."""

    epoch: str
    seq: int


class RowsLink(Answer):
    """Where the rows behind a figure are: one list for each measure that it is made of."""

    measure: str
    href: str


class Value(Answer):
    """A figure's value; of a share also the two sums, and null where it is a share of nothing."""

    value: int | float | None
    counts: int | None = None
    """Of a share: what is counted."""
    out_of: int | None = None
    """Of a share: out of what."""


class Definition(Answer):
    """What a figure means."""

    name: str
    title: str
    title_en: str
    unit: str
    """As it is written behind the value; `fen` for money."""
    formula: str
    formula_en: str
    exclusions: str
    exclusions_en: str
    source_events: list[str]
    """Wire names of the events that change it; `casetrail.*`: every event."""


class Dimension(Answer):
    """By what a figure can be broken down: `?by=` takes its name."""

    name: str
    title: str
    title_en: str


class OfDistrict(Value):
    """A figure of one district."""

    district: str
    name: str


class PilotFigure(Definition, Value):
    """A figure of the pilot table; `rows` is where its rows are."""

    as_of: AsOf
    by_district: list[OfDistrict]
    rows: str


class PilotTable(Answer):
    """The pilot table."""

    as_of: AsOf
    head: CopyHead
    figures: list[PilotFigure]


class PanelFigureDefinition(Definition):
    """A figure of a panel, and by what it can be broken down."""

    by: list[Dimension]


class PanelDefinition(Answer):
    """A panel of a dashboard."""

    name: str
    title: str
    title_en: str
    href: str
    figures: list[PanelFigureDefinition]


class Panels(Answer):
    """Every panel."""

    items: list[PanelDefinition]


class Followed(Value):
    """A value with the lists of its rows."""

    rows: list[RowsLink]


class Compared(Followed):
    """A value with the same days of the year before."""

    last_year: Followed


class ComparedDistrict(Compared):
    """A figure of one district beside the year before."""

    district: str
    name: str


class ComparedValue(Compared):
    """A figure of one value of a dimension; `key` empty: of rows that have none."""

    key: str
    title: str
    title_en: str


class Point(Value):
    """A point of a series: a day, or the first day of a month."""

    first: date = Field(alias="from")


class ComparedPoint(Point):
    """A point, and the one of the year before at the same place."""

    last_year: Point | None


class PanelFigure(Definition, Compared):
    """A figure of a period."""

    as_of: AsOf
    by_district: list[ComparedDistrict]
    series: list[ComparedPoint]
    by: str | None = None
    """By what it is broken down, if `?by=` was asked."""
    values: list[ComparedValue] | None = None
    """There only if `?by=` was asked; empty of a figure that has no such dimension."""


class Panel(Answer):
    """A panel of a period, all of it as of one moment."""

    name: str
    title: str
    title_en: str
    as_of: AsOf
    head: CopyHead
    period: Days
    last_year: Days
    figures: list[PanelFigure]


class RowLinks(Answer):
    """Where a row's events are, and the histories that it is part of."""

    events: str
    enterprise: str | None = None
    case: str | None = None


class FigureRow(Answer):
    """A row behind a figure: these fields, and those of its kind; what a code is called stands beside it (`item_title` …)."""

    key: str
    district: str
    district_name: str
    sorted_by: date
    """The day on which it counts; of a stock: on which it no longer does (9999-12-31: not yet)."""
    counts: int
    """What it adds to the figure."""
    out_of: int | None = None
    """What it adds to that which a share is out of."""
    enterprise_id: str | None = None
    enterprise_name: str | None = None
    links: RowLinks


class FigureRows(Answer):
    """A page of rows; `next` is the cursor of the page after it, null at the end."""

    items: list[FigureRow]
    next: str | None


class CutOfLedgers(Answer):
    """As of which moment it is told, and how many events of each ledger that is."""

    recorded_before: datetime
    final: bool
    """Whether the days were over by then."""
    ledgers: Mapping[str, int]


class WeekDays(Days):
    """A week: its name (2021-W23), its days, and the year so far that is cumulated."""

    name: str
    title: str
    year: Days


class ComparedDays(Days):
    """The days of a week that is compared with, as of its own end."""

    as_of: CutOfLedgers


class DistrictName(Answer):
    """A district."""

    district: str
    name: str


class Scope(Answer):
    """Of what it tells; `district` null: of all that the viewer sees."""

    district: str | None
    districts: list[DistrictName]


class RulesUsed(Answer):
    """By which rules it is said what lags, and how far they can be relied on."""

    version: str
    valid_from: date | None
    status: Literal["settled", "recalled", "unverified"]
    source: str


class Late(Answer):
    """What was recorded since the last bulletin of days that it had told: a number, or of a share what it adds to both sums."""

    value: int | None = None
    counts: int | None = None
    out_of: int | None = None


class LineValues(Answer):
    """A line's values, null where it has none; `change` is in points of a share."""

    week: Value | None
    week_before: Value | None
    last_year: Value | None
    year: Value | None
    year_before: Value | None
    change: float | None
    change_on_year: float | None
    late: Late | None
    rows: list[RowsLink]


class LineOfDistrict(LineValues):
    """A line of one district."""

    district: str
    name: str


class BulletinLine(Definition, LineValues):
    """A line of a bulletin."""

    kind: str
    better: str | None
    by_district: list[LineOfDistrict]


class BulletinSection(Answer):
    """Lines that stand together."""

    name: str
    title: str
    title_en: str
    lines: list[BulletinLine]


class Place(Value):
    """A district's place in a ranking; null where too little is counted."""

    place: int | None
    district: str
    name: str


class Ranking(Answer):
    """Districts by a line; `fewest`: what must be counted for a place."""

    line: str
    title: str
    span: str
    fewest: int
    places: list[Place]
    not_ranked: list[Place]


class Sentence(Answer):
    """In what a district lags, with the rows that say so."""

    district: str
    name: str
    line: str
    text: str
    words: str
    value: float | None
    rows: list[RowsLink]


class Action(Answer):
    """What a district is to do next (督办)."""

    district: str
    name: str
    until: date
    texts: list[str]


class Bulletin(Answer):
    """The weekly bulletin (每周调度通报)."""

    title: str
    title_en: str
    week: WeekDays
    as_of: CutOfLedgers
    compared: Mapping[str, ComparedDays | None]
    """By `week_before` and `last_year`."""
    scope: Scope
    rules: RulesUsed | None
    sections: list[BulletinSection]
    rankings: list[Ranking]
    summary: list[str]
    sentences: list[Sentence]
    actions: list[Action]
