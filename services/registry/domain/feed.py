"""What the market supervision's register says, as it is handed over: rows by USCC, each read before any is compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from chassis.domain import Event, Refused, Stream, event
from services.registry.domain.cells import Cell, Setting
from services.registry.domain.forms import Sheet, columns_of
from services.registry.domain.stated import Value
from services.registry.domain.workbook import Entry, Fault, Row, WorkbookRefused, entries_of, heads_of

COMPARED = (
    "name", "legal_representative", "registered_address", "industry_code", "economic_type", "registered_capital_10k_yuan",
    "established_on",
)  # fmt: skip
"""The fields of a file of which the other register tells; its address is where the enterprise is registered, not its site's."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a feed is written: its columns, and how many rows it may have."""

    title: str
    version: str
    sheet: Sheet
    maximum_rows: int


@dataclass(frozen=True, slots=True)
class Told:
    """One row: what it says of an enterprise, and since when that is so (`told_on`)."""

    row: int
    uscc: str
    values: Mapping[str, Value]
    status: str
    told_on: date
    status_since: date
    district: str | None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that was read: its rows by USCC, and the faults of those that say nothing usable."""

    rows: int
    told: Mapping[str, Sequence[Told]]
    faults: Sequence[Fault]
    refused: int


def layout_of(document: Mapping[str, Any], choices: Mapping[str, Any]) -> Layout:
    """The layout that a document describes; `choices` are the lists of the register's forms, which its columns may name."""
    columns = columns_of(document["columns"], {**choices, **document["choices"]})
    return Layout(document["title"], document["version"], Sheet(document["title"], "site", columns), document["maximum_rows"])


def read_feed(layout: Layout, rows: Sequence[Row], setting: Setting, as_of: date) -> Feed:
    """Read every row below the heads; raises WorkbookRefused if the columns are not those of the layout, or there are too many.

    A column that need not be filled in may be absent. What is told since when: the day of the last approval, else `as_of`.
    """
    known = _require_columns(layout, heads_of(rows))
    if len(rows) - 1 > layout.maximum_rows:
        raise _too_many(layout)
    told: dict[str, list[Told]] = {}
    faults: list[Fault] = []
    read = refused = 0
    for entry in entries_of(known, heads_of(rows), rows[1:], setting):
        read += 1
        if entry.faults:
            faults += entry.faults
            refused += 1
        else:
            told.setdefault(str(entry.values["uscc"]), []).append(_told(entry, as_of))
    if not read:
        raise _refused("no-rows", "没有任何记录", "there is no row")
    return Feed(read, told, faults, refused)


def rows_of(records: Sequence[Any], layout: Layout) -> list[Row]:
    """The rows of a feed of objects, whose members have the names of the fields or the heads of the columns.

    Raises WorkbookRefused for what is no object, or has a member that is neither.
    """
    columns = layout.sheet.columns
    heads = [column.head for column in columns]
    if len(records) > layout.maximum_rows:
        raise _too_many(layout)
    places = {column.field: place for place, column in enumerate(columns)} | {head: place for place, head in enumerate(heads)}
    rows = [Row(1, heads)]
    for number, record in enumerate(records, start=1):
        if not isinstance(record, Mapping):
            raise _refused("record-malformed", f"第{number}条不是对象", f"record {number} is no object")
        cells: list[Cell] = [None] * len(heads)
        for name, value in record.items():
            if name not in places:
                raise _refused(
                    "column-unknown", f"第{number}条有未知项“{name}”", f"record {number} has the unknown member {name!r}"
                )
            if not isinstance(value, str | int | float | bool | None):
                raise _refused(
                    "record-malformed", f"第{number}条的“{name}”不是文字或数字", f"{name!r} of record {number} is no text"
                )
            cells[places[name]] = value
        rows.append(Row(number, cells))
    return rows


def _require_columns(layout: Layout, heads: Sequence[str]) -> Sheet:
    """The columns of the layout that are there; each once, the required ones at least, and no other."""
    columns = layout.sheet.columns
    lacking = [column.head for column in columns if column.required and column.head not in heads]
    strange = [head for head in heads if head and head not in {column.head for column in columns}]
    twice = sorted({head for head in heads if head and heads.count(head) > 1})
    for code, found, zh, en in (
        ("column-missing", lacking, "缺少列", "columns are missing"),
        ("column-unknown", strange, "未知列", "unknown columns"),
        ("column-repeated", twice, "列重复", "columns appear twice"),
    ):
        if found:
            raise _refused(code, f"{zh}：{'、'.join(found[:20])}", f"{en}: {', '.join(found[:20])}")
    return replace(layout.sheet, columns=tuple(column for column in columns if column.head in heads))


def _too_many(layout: Layout) -> WorkbookRefused:
    most = layout.maximum_rows
    return _refused("too-many-rows", f"超过上限{most}行", f"more than {most} rows")


def _refused(code: str, zh: str, en: str) -> WorkbookRefused:
    return WorkbookRefused([Fault(None, None, None, code, zh, en)])


def _told(entry: Entry, as_of: date) -> Told:
    values = entry.values
    approved = date.fromisoformat(str(values["approved_on"])) if "approved_on" in values else as_of
    since = date.fromisoformat(str(values["status_since"])) if "status_since" in values else approved
    district = values.get("district")
    return Told(
        row=entry.number, uscc=str(values["uscc"]), values={name: values[name] for name in COMPARED if name in values},
        status=str(values["status"]), told_on=approved, status_since=since, district=None if district is None else str(district),
    )  # fmt: skip


@event("casetrail.registry.feed-received.v1", title="收到市场监管数据", summary="收到市场监管数据{file_name}：{rows}条")
class FeedReceived(Event):
    """A feed was read and is being compared with the register: what file, of which day, how many rows."""

    feed_id: str
    as_of: date
    layout: str
    layout_version: str
    sha256: str
    file_name: str
    rows: int
    refused: int
    accept_valid: bool


@event(
    "casetrail.registry.feed-reconciled.v1",
    title="市场监管数据比对完成",
    summary="比对完成：新增{new}，变更{changed}，注销{closed}",
)
class FeedReconciled(Event):
    """Every enterprise of the feed was compared with the register: what that proposes, and what it does not.

    `unchanged`: nothing differs, or only what an officer decided to keep; `elsewhere`: of districts that are not the sender's.
    """

    feed_id: str
    new: int
    changed: int
    closed: int
    conflicting: int
    unchanged: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class FeedState:
    """How far a feed is."""

    received: FeedReceived | None = None
    reconciled: FeedReconciled | None = None


def evolve_feed(state: FeedState, event: Event) -> FeedState:
    """Fold one event into a feed."""
    match event:
        case FeedReceived():
            return replace(state, received=event)
        case FeedReconciled():
            return replace(state, reconciled=event)
        case _:
            return state


FEED = Stream("feed", FeedState(), evolve_feed)


def receive(state: FeedState, fact: FeedReceived) -> list[Event]:
    """Begin with a feed, or go on with one that was interrupted: the same file of the same day under the same id."""
    require_same(state, fact)
    return [] if state.received is not None else [fact]


def require_same(state: FeedState, fact: FeedReceived) -> None:
    """A feed's id stands for one file, one day and one choice about bad rows."""
    known = state.received
    if known is not None and (known.sha256, known.as_of, known.accept_valid) != (fact.sha256, fact.as_of, fact.accept_valid):
        raise Refused(
            "feed-id-taken", f"数据编号{fact.feed_id}已用于另一文件、日期或选项",
            f"feed id {fact.feed_id} was used for another file, day or accept_valid",
        )  # fmt: skip


def finish(state: FeedState, fact: FeedReconciled) -> list[Event]:
    """Note that the whole feed was compared; once."""
    return [] if state.reconciled is not None else [fact]
