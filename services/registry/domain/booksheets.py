"""A rulebook as sheets that people edit, and back: a sheet for each kind of rule, a row for each rule; articles by law.

A cell shows what can be read from it again; what cannot, and what there is no column for, stands in the column 其他 as JSON,
so that nothing is lost on the way out and in again: whatever the book holds, it comes back the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from services.registry.domain.cells import Cell, as_text
from services.registry.domain.columns import REST, Kind, Table, shown, value_of
from services.registry.domain.soundness import SECTIONS
from services.registry.domain.workbook import Fault, Row, Sheets, WorkbookRefused, heads_of

HEAD, ARTICLES, SINGLE = "规则库", "条款", "单项规则"
SHEETS: Mapping[str, str] = {**SECTIONS, "income_ranges": "按收入处罚幅度", "multiple_ranges": "按倍数处罚幅度"}
"""The sheet of each section that is a list of rules."""

PLACE: Mapping[str, tuple[str, Kind]] = {
    "law": ("法律", "text"), "version": ("版本", "text"), "article": ("条", "text"), "paragraph": ("款", "integer"),
    "item": ("项", "text"),
}  # fmt: skip
FIELDS: Mapping[str, tuple[str, Kind | Literal["place"]]] = {
    **PLACE,
    "id": ("编号", "text"), "code": ("编号", "text"), "timer": ("计时", "text"), "title": ("名称", "text"),
    "short_title": ("简称", "text"), "document_no": ("发文字号", "text"), "highest_article": ("最末条", "integer"),
    "province": ("省份", "text"), "party": ("当事人", "text"), "organ_level": ("机关层级", "text"), "measure": ("计量", "text"),
    "comparison": ("比较", "text"), "amount_fen": ("数额（分）", "integer"), "kinds": ("处罚种类", "lines"),
    "length": ("期限长度", "integer"), "unit": ("计算单位", "text"), "direction": ("方向", "text"), "trigger": ("起算", "text"),
    "kind": ("种类", "text"), "count": ("次数", "integer"), "rolls_to_working_day": ("逢节假日顺延", "boolean"),
    "on_expiry": ("届满", "text"), "suspended_by": ("中止事由", "lines"), "extended_by": ("延长", "text"),
    "phase": ("情形", "phase"), "subject": ("对象", "subject"), "grade": ("等级", "text"), "case": ("案由", "text"),
    "percent_min": ("下限（%）", "integer"), "percent_max": ("上限（%）", "integer"), "threshold_fen": ("标准（分）", "integer"),
    "times_min": ("下限（倍）", "integer"), "times_max": ("上限（倍）", "integer"), "of": ("基数", "text"),
    "capacities": ("人员身份", "lines"),
    "metric": ("裁量因素", "text"), "from": ("自", "integer"), "to": ("至", "integer"), "min_fen": ("下限（分）", "integer"),
    "max_fen": ("上限（分）", "integer"), "max_inclusive": ("含上限", "boolean"), "other_kinds": ("其他处罚", "lines"),
    "other_kinds_when": ("其他处罚适用", "text"), "condition": ("条件", "text"), "at_least_inclusive": ("以上含本数", "boolean"),
    "at_most_inclusive": ("以下含本数", "boolean"), "visit": ("检查类别", "text"), "sectors": ("行业", "lines"),
    "standardisation_grade": ("标准化等级", "text"), "period": ("周期", "text"), "maximum": ("上限次数", "integer"),
    "inclusive": ("含上限次数", "boolean"), "counts": ("计入", "lines"), "exempt_task_sources": ("不计入的任务来源", "lines"),
    "pattern": ("式样", "text"), "words": ("文种", "text"), "restarts": ("重新编号", "text"), "date": ("日期", "date"),
    "working": ("工作日", "boolean"), "provision": ("条款", "place"), "basis": ("依据", "place"),
    "roll_basis": ("顺延依据", "place"),
    "status": ("状态", "text"), "valid_from": ("有效期起", "date"), "valid_to": ("有效期止", "date"),
    "fixture": ("演示", "boolean"),
    "note": ("备注", "text"), "confidence": ("可信度", "text"), "source": ("来源", "text"), "unverified": ("待核实", "boolean"),
    "rolls_unverified": ("顺延待核实", "boolean"),
    "unit_unverified": ("单位待核实", "boolean"), "rulebook": ("规则库编号", "text"), "time_zone": ("时区", "text"),
    "paragraphs": ("款数", "integer"), "items": ("各项", "lines"),
}  # fmt: skip
OMITTED = {"status", "fixture", "unit_unverified", "rolls_unverified", "confidence", "source", "unverified", "title"}
"""Fields that an empty cell leaves out; any other is null then, or no lines."""

NULLABLE = {"sectors"}
"""Lists that an empty cell leaves open (all)."""

MARKS = ("confidence", "source", "unverified")
NOTED = ("note", *MARKS)
DATED = ("basis", "status", "valid_from", "valid_to")
RULE = ("code", "title", *DATED, *MARKS)
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "laws": ("id", "version", "title", "short_title", "document_no", "valid_from", "valid_to", "highest_article", *NOTED),
    "deadlines": (
        "code", "timer", "title", "length", "unit", "unit_unverified", "direction", "trigger", "kind", "count",
        "rolls_to_working_day", "rolls_unverified", "roll_basis", "on_expiry", "suspended_by", "extended_by", *DATED, *NOTED,
    ),
    "thresholds": ("code", "province", "party", "organ_level", "measure", "comparison", "amount_fen", "kinds", *DATED, *NOTED),
    "ranges": (
        *PLACE, "phase", "subject", "grade", "condition", "min_fen", "max_fen", "max_inclusive", "other_kinds",
        "other_kinds_when", "valid_from", "valid_to", *MARKS,
    ),
    "income_ranges": (
        *PLACE, "subject", "case", "percent_min", "percent_max", "of", "capacities", "valid_from", "valid_to", *MARKS,
    ),
    "multiple_ranges": (
        *PLACE, "subject", "case", "threshold_fen", "times_min", "times_max", "of", "other_kinds", "other_kinds_when",
        "valid_from", "valid_to", *MARKS,
    ),
    "rules": RULE, "mitigation_grounds": RULE, "ordering_guards": RULE, "closing_guards": RULE, "decision_contents": RULE,
    "inspection_caps": (
        "code", "title", "province", "visit", "sectors", "standardisation_grade", "period", "maximum", "inclusive", "counts",
        "exempt_task_sources", "fixture", *DATED, *NOTED,
    ),
    "number_patterns": ("code", "title", "pattern", "words", "restarts", *DATED, *NOTED),
    "boundary": ("law", "version", "at_least_inclusive", "at_most_inclusive", *DATED, *NOTED),
    "discretion_bands": (
        "code", "province", "provision", "phase", "subject", "metric", "from", "to", "min_fen", "max_fen", "max_inclusive",
        "fixture", *DATED, *NOTED,
    ),
    "calendar_overrides": ("date", "working", *MARKS),
}  # fmt: skip
OF_ARTICLE, OF_LAW = ("paragraphs", "items"), ("法律", "法律版本", "条")
OF_BOOK = ("rulebook", "version", "title", "valid_from", "valid_to", "province", "time_zone")
SINGLE_HEADS = ("部分", "字段", "类型", "内容")
TEXT, NUMBER, TRUTH, NOTHING, ANYTHING = "文字", "整数", "是否", "空", "JSON"
KINDS: Mapping[str, Kind] = {TEXT: "text", NUMBER: "integer", TRUTH: "boolean", ANYTHING: "json"}
ABSENT = object()

Blame = Callable[[str, str], None]
"""Notes that a cell, by its head and text, cannot be read."""


@dataclass(slots=True)
class Told:
    """The rulebook that sheets tell of, and where: sheet and row of each part by section and place among its rules."""

    content: dict[str, Any] = field(default_factory=dict)
    places: dict[tuple[str, int | None], tuple[str, int]] = field(default_factory=dict)

    def place(self, section: str, number: int | None) -> tuple[str | None, int | None]:
        """Sheet and row of a rule, of a section's first row, or nowhere."""
        known = self.places.get((section, number)) or self.places.get((section, None))
        return known or ((SHEETS[section], None) if section in SHEETS else (None, None))


def head_of(section: str, name: str) -> str:
    """The head of the column that a field stands in, else its name."""
    return FIELDS[name][0] if name in COLUMNS.get(section, OF_BOOK) else name


def tables_of(content: Mapping[str, Any]) -> dict[str, Table]:
    """The sheets of a rulebook, in order."""
    head = [[FIELDS[name][0], text] for name in OF_BOOK if (text := _exact(name, content.get(name, ABSENT))) is not None]
    told = {name for name in OF_BOOK if _exact(name, content.get(name, ABSENT)) is not None}
    tables: dict[str, Table] = {HEAD: (["项目", "内容"], head)}
    for section, sheet in SHEETS.items():
        rows = content.get(section)
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            told.add(section)
            if section == "laws":
                tables[ARTICLES], rows = _articles(rows)
            tables[sheet] = ([*_heads(COLUMNS[section]), REST], [_row(COLUMNS[section], row) for row in rows])
    rest = {name: value for name, value in content.items() if name not in told}
    tables[SINGLE] = (SINGLE_HEADS, [row for name, value in rest.items() for row in _single(name, value)])
    return tables


def rulebook_of(sheets: Sheets) -> Told:
    """The rulebook that these sheets tell of; raises WorkbookRefused with all that cannot be read."""
    faults: list[Fault] = []
    told, known = Told(), {HEAD, ARTICLES, SINGLE, *SHEETS.values()}
    for name, rows in sheets.items():
        if name not in known and rows:
            faults.append(Fault(name, None, None, "sheet-unknown", "规则库没有这个工作表", "a rulebook has no such sheet"))
    if not sheets.get(HEAD):
        faults.append(Fault(HEAD, None, None, "sheet-missing", "缺少工作表", "the sheet is missing"))
    _read_head(sheets.get(HEAD, ()), told, faults)
    for section, sheet in SHEETS.items():
        if below := sheets.get(sheet):
            _read_section(section, sheet, below, told, faults)
    _read_articles(sheets.get(ARTICLES, ()), told, faults)
    _read_single(sheets.get(SINGLE, ()), told, faults)
    if faults:
        raise WorkbookRefused(faults)
    return told


def _heads(names: Iterable[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        head, kind = FIELDS[name]
        found += [head + part for part, _ in PLACE.values()] if kind == "place" else [head]
    return found


def _row(names: Sequence[str], row: Mapping[str, Any]) -> list[str]:
    """The cells of a rule, and what they do not tell: members by name, and under the empty name those that are missing."""
    if "" in row:
        return [*("" for _ in _heads(names)), _json({"": row})]
    cells: list[str] = []
    rest = {name: value for name, value in row.items() if name not in names}
    missing = [name for name in names if name not in row and name not in OMITTED]
    for name in names:
        told = _cells(name, row.get(name, ABSENT))
        cells += told or [""] * (len(PLACE) if FIELDS[name][1] == "place" else 1)
        if told is None:
            rest[name] = row[name]
    if missing:
        rest[""] = missing
    return [*cells, _json(rest) if rest or not any(cells) else ""]


def _cells(name: str, value: Any) -> list[str] | None:
    """The cells that tell of a value; None if no cell can."""
    kind = FIELDS[name][1]
    if value is ABSENT or _same(value, _empty(name)):
        return [""] * (len(PLACE) if kind == "place" else 1)
    if kind == "place":
        texts = [_exact(part, value[part]) for part in PLACE] if isinstance(value, dict) and value.keys() == PLACE.keys() else []
        return [str(text) for text in texts] if any(texts) and None not in texts else None
    text = _exact(name, value)
    return [text] if text else None


def _exact(name: str, value: Any) -> str | None:
    """The text that tells exactly of a field's value; None if there is none."""
    kind = FIELDS[name][1]
    return None if value is ABSENT or kind == "place" else _told_by(kind, value)


def _told_by(kind: Kind, value: Any) -> str | None:
    """The text from which exactly this value is read again; None if there is none."""
    try:
        text = _json(value) if kind == "json" else shown(kind, value)
        return text if _same(value_of(kind, text.strip(), text.strip()), value) else None
    except (ValueError, TypeError, RecursionError):
        return None


def _empty(name: str) -> Any:
    """What an empty cell says."""
    if name in OMITTED:
        return ABSENT
    return [] if FIELDS[name][1] == "lines" and name not in NULLABLE else None


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same also as JSON: 1 is not true, and not 1.0."""
    return one is other or (ABSENT not in (one, other) and _json(one) == _json(other))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _articles(laws: Sequence[Mapping[str, Any]]) -> tuple[Table, list[Mapping[str, Any]]]:
    """The articles of laws as a sheet, and the laws without those that stand there."""
    rows: list[list[str]] = []
    left: list[Mapping[str, Any]] = []
    seen: set[tuple[str, str]] = set()
    for law in laws:
        key, articles = (str(law.get("id")), str(law.get("version"))), law.get("articles")
        clear = key not in seen and all(_exact("law", law.get(name, ABSENT)) for name in ("id", "version"))
        seen.add(key)
        if clear and isinstance(articles, dict) and articles and all(map(_is_article, articles.items())):
            rows += [[*key, number, *_row(OF_ARTICLE, article)] for number, article in articles.items()]
            left.append({name: value for name, value in law.items() if name != "articles"})
        else:
            left.append(law)
    return ([*OF_LAW, *_heads(OF_ARTICLE), REST], rows), left


def _is_article(told: tuple[str, Any]) -> bool:
    number, article = told
    return isinstance(article, dict) and bool(_exact("article", number))


def _single(section: str, value: Any) -> list[list[str]]:
    if isinstance(value, dict) and value and "" not in value:
        return [[section, name, *_typed(part)] for name, part in value.items()]
    return [[section, "", *_typed(value)]]


def _typed(value: Any) -> tuple[str, str]:
    """A value with the word for its type: the first by which it can be read again."""
    if value is None:
        return NOTHING, ""
    return next((word, text) for word, kind in KINDS.items() if (text := _told_by(kind, value)))


def _cells_of(rows: Sequence[Row]) -> Iterable[tuple[int, dict[str, Cell]]]:
    """The rows below the heads, by head."""
    heads = heads_of(rows)
    for row in rows[1:]:
        yield row.number, dict(zip(heads, row.cells, strict=False))


def _malformed(sheet: str, number: int, faults: list[Fault]) -> Blame:
    def blame(head: str, text: str) -> None:
        zh, en = f"无法识别：“{text[:40]}”", f"cannot be read: {text[:40]!r}"
        faults.append(Fault(sheet, number, head, "cell-malformed", zh, en))

    return blame


def _read_head(rows: Sequence[Row], told: Told, faults: list[Fault]) -> None:
    names = {FIELDS[name][0]: name for name in OF_BOOK}
    for row in rows:
        if (name := names.get(as_text(row.cells[0]))) is not None:
            cell = row.cells[1] if len(row.cells) > 1 else None
            value = _read(name, FIELDS[name][0], cell, _malformed(HEAD, row.number, faults))
            told.content[name] = None if value is ABSENT else value
            told.places[name, None] = (HEAD, row.number)


def _read_section(section: str, sheet: str, rows: Sequence[Row], told: Told, faults: list[Fault]) -> None:
    heads = heads_of(rows)
    for head in _heads(COLUMNS[section]):
        if head not in heads:
            faults.append(Fault(sheet, 1, head, "column-missing", f"缺少列“{head}”", f"the column {head!r} is missing"))
    found: list[dict[str, Any]] = []
    for number, cells in _cells_of(rows):
        told.places[section, len(found)] = (sheet, number)
        found.append(_rule(COLUMNS[section], cells, _malformed(sheet, number, faults)))
    told.content[section] = found


def _rule(names: Sequence[str], cells: Mapping[str, Cell], blame: Blame) -> dict[str, Any]:
    """A rule from its cells; what stands in a cell comes before what the last column says."""
    rest = _rest(cells, blame)
    whole = rest.pop("", ())
    if isinstance(whole, dict):
        return whole
    found: dict[str, Any] = {}
    for name in names:
        head, kind = FIELDS[name]
        value = _place(head, cells, blame) if kind == "place" else _read(name, head, cells.get(head), blame)
        if _same(value, _empty(name)):
            value = rest.get(name, ABSENT if name in whole else value)
        rest.pop(name, None)
        if value is not ABSENT:
            found[name] = value
    return {**found, **rest}


def _rest(cells: Mapping[str, Cell], blame: Blame) -> dict[str, Any]:
    text = as_text(cells.get(REST))
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict) and isinstance(found.get("", []), list | dict):
        return found
    blame(REST, text)
    return {}


def _place(head: str, cells: Mapping[str, Cell], blame: Blame) -> dict[str, Any] | None:
    found = {part: _read(part, head + title, cells.get(head + title), blame) for part, (title, _) in PLACE.items()}
    return found if any(value is not None for value in found.values()) else None


def _read(name: str, head: str, cell: Cell, blame: Blame) -> Any:
    kind, text = FIELDS[name][1], as_text(cell)
    if not text or kind == "place":
        return _empty(name)
    try:
        return value_of(kind, cell, text)
    except (ValueError, RecursionError):
        blame(head, text)
        return None


def _read_articles(rows: Sequence[Row], told: Told, faults: list[Fault]) -> None:
    laws = {(str(law.get("id")), str(law.get("version"))): law for law in reversed(told.content.get("laws", []))}
    for number, cells in _cells_of(rows):
        law_id, version, article = (as_text(cells.get(head)) for head in OF_LAW)
        law = laws.get((law_id, version))
        if law is None:
            zh, en = f"“法律版本”中没有{law_id} {version}", f"there is no law {law_id} {version}"
            faults.append(Fault(ARTICLES, number, OF_LAW[0], "law-unknown", zh, en))
            continue
        articles = law.setdefault("articles", {})
        if article in articles:
            zh, en = f"条重复：{article}", f"the article {article} appears twice"
            faults.append(Fault(ARTICLES, number, OF_LAW[2], "article-repeated", zh, en))
        articles[article] = _rule(OF_ARTICLE, cells, _malformed(ARTICLES, number, faults))


def _read_single(rows: Sequence[Row], told: Told, faults: list[Fault]) -> None:
    for number, cells in _cells_of(rows):
        section, name, word, _ = (as_text(cells.get(head)) for head in SINGLE_HEADS)
        blame = _malformed(SINGLE, number, faults)
        value = _of_type(word, cells.get(SINGLE_HEADS[3]), blame)
        told.places.setdefault((section, None), (SINGLE, number))
        into = told.content.setdefault(section, {}) if name else told.content
        if not isinstance(into, dict) or (name or section) in into:
            zh, en = f"重复：{section} {name}", f"{section} {name} appears twice"
            faults.append(Fault(SINGLE, number, SINGLE_HEADS[1], "field-repeated", zh, en))
        else:
            into[name or section] = value


def _of_type(word: str, cell: Cell, blame: Blame) -> Any:
    text = as_text(cell)
    if word == NOTHING and not text:
        return None
    try:
        if word not in KINDS or not text:
            raise ValueError(word)
        return value_of(KINDS[word], cell, text)
    except (ValueError, RecursionError):
        blame(SINGLE_HEADS[2] if word not in KINDS else SINGLE_HEADS[3], text or word)
        return None
