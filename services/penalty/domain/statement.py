"""A bank's statement as rows: which column is which, what each row says exactly, and which document numbers its remark holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from services.penalty.domain.bank import IDS, number_key

Row = tuple[int, Sequence[str]]
"""Its number, as a spreadsheet counts, and its cells."""

HEAD_ROWS = 30  # above which the columns' heads must be: banks put titles, accounts and periods before them
MOST_FEN = 10**13
AMOUNT = re.compile(r"(?:CNY|RMB|[¥￥])?\+?([0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\.([0-9]{1,2}))?元?")
DAYS = (
    re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[T ].*)?"),
    re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[T ].*)?"),
)
NUMBER = re.compile(r"\([0-9]{4}\)[^0-9()]{0,4}[0-9]{1,6}号")
CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._~-]*")
NOTHING = re.compile(r"0+(?:\.0{1,2})?")
LONGEST_WORD = 24  # characters before the year in a document number: the organ's abbreviation and the form's word


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a statement: the field it fills, the heads it may have, whether each row must fill it."""

    field: str
    heads: tuple[str, ...]
    required: bool
    max_length: int | None


@dataclass(frozen=True, slots=True)
class Layout:
    """How statements are written: their columns, what begins a row of totals, what says that money went out, the most rows."""

    columns: tuple[Column, ...]
    totals: tuple[str, ...]
    outgoing: tuple[str, ...]
    maximum_rows: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row (or, without a row, with the file): a stable code, in Chinese and English."""

    row: int | None
    head: str | None
    code: str
    zh: str
    en: str


class StatementRefused(Exception):
    """Nothing of a statement is taken in: all its faults."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One transfer of a statement; `code` and `numbers` say what it is for, each number in all its readings, longest first.

    `words` of its remark are what may be payment codes: only what a fine goes by exactly is one.
    """

    line: int
    bank_reference: str
    amount_fen: int
    paid_on: date
    payer: str | None = None
    remark: str | None = None
    code: str | None = None
    numbers: tuple[tuple[str, ...], ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A row with a minus, in fen: the bank booked back what had come (冲正、退汇); `names`: maybe references of what came."""

    line: int
    amount_fen: int
    bank_reference: str | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """The transfers of a statement, and how many of its rows tell money that went out, which is no payment of anybody.

    `returns` are those of them that have a minus: they may undo a payment.
    """

    entries: tuple[Entry, ...]
    passed_over: int
    returns: tuple[Return, ...] = ()


def layout_of(document: Mapping[str, Any]) -> Layout:
    """The layout that a published document describes."""
    columns = tuple(
        Column(one["field"], tuple(one["heads"]), one["required"], one.get("max_length")) for one in document["columns"]
    )
    return Layout(columns, tuple(document["totals"]), tuple(document["outgoing"]), document["maximum_rows"])


def read_statement(layout: Layout, rows: Iterable[Row], today: date) -> Statement:
    """The transfers of a statement, each once; raises StatementRefused with what is wrong with which rows.

    A row that is there twice counts once; two that share a reference and differ are a fault. Rows of money that went out, as a
    bank's own export has them between those that came, are passed over and counted.
    """
    below = iter(rows)
    places = _places(layout, below)
    reading = _Reading(layout, places, today)
    for number, cells in below:
        reading.take(number, cells)
        if len(reading.entries) > layout.maximum_rows:
            most = layout.maximum_rows
            raise StatementRefused([_fault(None, None, "too-many-rows", f"超过上限{most}笔", f"more than {most} transfers")])
    if not reading.entries and not reading.faults:
        reading.faults.append(_fault(None, None, "no-rows", "没有入账记录", "there are no transfers"))
    if reading.faults:
        raise StatementRefused(reading.faults)
    return Statement(tuple(reading.entries.values()), reading.passed_over, tuple(reading.returns))


def numbers_in(text: str) -> tuple[tuple[str, ...], ...]:
    """What in a text may be document or case numbers, as they are compared.

    Where one begins does not show: of each there are several readings, the longest first.
    """
    key = number_key(text)
    return tuple(
        tuple(key[start : match.end()] for start in range(max(0, match.start() - LONGEST_WORD), match.start()))
        for match in NUMBER.finditer(key)
    )


def codes_in(text: str, labels: Sequence[str] = ()) -> tuple[str, ...]:
    """The words of a text that may be payment codes, whole and as they are written.

    Of digits alone (a day, a sum, a telephone) only what one of the `labels` stands before is taken for one.
    """
    said = unicodedata.normalize("NFKC", text)
    found = []
    for match in CODE.finditer(said):
        before = said[: match.start()].rstrip().rstrip(":").rstrip()
        if re.search("[A-Za-z]", match[0]) or before.endswith(tuple(labels)):
            found += [match[0], match[0].rstrip(".")]
    return tuple(dict.fromkeys(found))


def fen_of(text: str) -> int | None:
    """A sum in yuan, with at most two decimals, in fen exactly; None if it is no such sum, or nothing."""
    match = AMOUNT.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    if match is None:
        return None
    fen = int(match[1].replace(",", "")) * 100 + int((match[2] or "").ljust(2, "0"))
    return fen if 0 < fen <= MOST_FEN else None


def day_in(text: str) -> date | None:
    """A day as banks write it, with or without a time; None if it is none."""
    said = unicodedata.normalize("NFKC", text).strip()
    match = next((found for pattern in DAYS if (found := pattern.fullmatch(said))), None)
    try:
        return None if match is None else date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


@dataclass(slots=True)
class _Reading:
    layout: Layout
    places: Mapping[str, tuple[str, int]]
    today: date
    entries: dict[str, Entry] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    passed_over: int = 0
    returns: list[Return] = field(default_factory=list)

    def take(self, number: int, cells: Sequence[str]) -> None:
        """A row: an entry, or its faults; nothing, if it is a row of totals or of money that went out."""
        texts = {name: _text(cells[place]) if place < len(cells) else "" for name, (_, place) in self.places.items()}
        if self._is_total(cells, texts):
            return
        minus = _minus(texts)
        if minus is not None:
            self.returns.append(_return(number, minus, texts))
        if minus is not None or self._went_out(texts):
            self.passed_over += 1
            return
        before = len(self.faults)
        reference, fen, day = self._reference(number, texts), self._amount(number, texts), self._day(number, texts)
        for column in self.layout.columns:
            if column.max_length is not None and len(texts.get(column.field, "")) > column.max_length:
                self._blame(number, column.field, "too-long", f"超过{column.max_length}字", "the text is too long")
        if len(self.faults) == before and fen is not None and day is not None:
            labels = next((column.heads for column in self.layout.columns if column.field == "payment_code"), ())
            self._keep(_entry(number, reference, fen, day, texts, labels))

    def _is_total(self, cells: Sequence[str], texts: Mapping[str, str]) -> bool:
        """Whether a row tells totals: it begins with their word (合计：), and no transfer has such a reference."""
        first = next((text for cell in cells if (text := _text(cell))), "")
        named = re.fullmatch(IDS, unicodedata.normalize("NFKC", texts["bank_reference"])) is not None
        return first in self.layout.totals or (first.startswith(self.layout.totals) and not named)

    def _went_out(self, texts: Mapping[str, str]) -> bool:
        """Whether the money went out: the bank says so, or tells the sum in the column for it."""
        if texts.get("direction", "") in self.layout.outgoing:
            return True
        amount = _figure(texts["amount"])
        return fen_of(texts.get("paid_out", "")) is not None and (not amount or NOTHING.fullmatch(amount) is not None)

    def _keep(self, entry: Entry) -> None:
        known = self.entries.setdefault(entry.bank_reference, entry)
        if replace(known, line=entry.line) != entry:
            zh, en = f"流水号与第{known.line}行相同而内容不同", f"the reference of row {known.line}, with another content"
            self._blame(entry.line, "bank_reference", "bank-reference-repeated", zh, en)

    def _reference(self, number: int, texts: Mapping[str, str]) -> str:
        reference = unicodedata.normalize("NFKC", texts["bank_reference"])
        if not re.fullmatch(IDS, reference):
            self._blame(number, "bank_reference", "bank-reference-malformed", "流水号为空或者格式不正确", "no bank reference")
        return reference

    def _amount(self, number: int, texts: Mapping[str, str]) -> int | None:
        fen = fen_of(texts["amount"])
        if fen is None:
            zh, en = "金额应为大于零、至多两位小数的元数", "a sum in yuan above nothing, with at most two decimals"
            self._blame(number, "amount", "amount-malformed", zh, en)
        return fen

    def _day(self, number: int, texts: Mapping[str, str]) -> date | None:
        day = day_in(texts["paid_on"])
        if day is None:
            self._blame(number, "paid_on", "day-malformed", "日期格式不正确", "this is no day")
        elif day > self.today:
            self._blame(number, "paid_on", "paid-in-future", "日期晚于今天", "the day lies in the future")
        return day

    def _blame(self, number: int, name: str, code: str, zh: str, en: str) -> None:
        self.faults.append(_fault(number, self.places[name][0], code, zh, en))


def _figure(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "")


def _minus(texts: Mapping[str, str]) -> int | None:
    """The fen of a row with a minus; None if it has none."""
    amount = _figure(texts["amount"])
    return fen_of(amount[1:]) if amount.startswith("-") else None


def _return(number: int, fen: int, texts: Mapping[str, str]) -> Return:
    reference, remark = unicodedata.normalize("NFKC", texts["bank_reference"]), texts.get("remark", "")
    own = (reference,) if re.fullmatch(IDS, reference) else ()
    words = (word.rstrip(".") for word in CODE.findall(unicodedata.normalize("NFKC", remark)))
    named = tuple(dict.fromkeys((*own, *(word for word in words if re.fullmatch(IDS, word)))))
    return Return(line=number, amount_fen=fen, bank_reference=reference or None, names=named)


def _entry(
    number: int, reference: str, fen: int, day: date, texts: Mapping[str, str], labels: Sequence[str]
) -> Entry:  # fmt: skip
    said = (texts.get("document_no", ""), texts.get("remark", ""))
    return Entry(
        line=number, bank_reference=reference, amount_fen=fen, paid_on=day, payer=texts.get("payer") or None,
        remark=" ".join(text for text in said if text) or None, code=texts.get("payment_code") or None,
        numbers=tuple(one for text in said for one in numbers_in(text)),
        words=tuple(one for text in said for one in codes_in(text, labels)),
    )  # fmt: skip


def _places(layout: Layout, rows: Iterable[Row]) -> dict[str, tuple[str, int]]:
    """Where the columns stand, with their heads: in the first row that has all that are required; it is taken from the rows."""
    required = [column for column in layout.columns if column.required]
    fewest, count = required, -1
    for count, (_, cells) in enumerate(rows):
        heads = [_text(cell) for cell in cells]
        found = {
            column.field: (head, heads.index(head))
            for column in layout.columns
            for head in reversed(column.heads)
            if head in heads
        }
        missing = [column for column in required if column.field not in found]
        if not missing:
            return found
        fewest = min(fewest, missing, key=len)
        if count >= HEAD_ROWS:
            break
    if count < 0:
        raise StatementRefused([_fault(None, None, "no-rows", "文件是空的", "the file is empty")])
    zh = f"缺少列：{'；'.join(_named(column) for column in fewest)}"
    en = f"columns are missing: {', '.join(column.heads[0] for column in fewest)}"
    raise StatementRefused([_fault(None, None, "columns-missing", zh, en)])


def _named(column: Column) -> str:
    """A column by the heads that it may have."""
    return f"{column.heads[0]}（或者{'、'.join(column.heads[1:])}）"


def _text(cell: str) -> str:
    """A cell without the blanks, and the marks by which spreadsheets are told to keep digits as text, around it."""
    text = cell.strip().strip("\t\u3000").strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.removeprefix("'").removeprefix("`").strip()


def _fault(row: int | None, head: str | None, code: str, zh: str, en: str) -> Fault:
    return Fault(row, head, code, zh, en)
