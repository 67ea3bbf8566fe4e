"""A filled-in form judged as a whole: every fault with sheet, row and column; a site with any bad row is refused whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.registry.domain.cells import Cell, Setting, as_text, is_empty, read_cell
from services.registry.domain.codes import Wrong, normalised
from services.registry.domain.enterprise import claim_key
from services.registry.domain.forms import Column, Form, Sheet, form_named
from services.registry.domain.stated import Value

Key = tuple[str, str]
"""USCC and site number as the workbook names a site, well-formed or not."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: its number as the spreadsheet counts, its cells from column A on."""

    number: int
    cells: Sequence[Cell]


Sheets = Mapping[str, Sequence[Row]]
"""The sheets of a workbook by name, in order, without rows that are empty."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where: None is the whole file, sheet or row; why in Chinese and English, with a stable code."""

    sheet: str | None
    row: int | None
    column: str | None
    code: str
    zh: str
    en: str


class WorkbookRefused(Exception):
    """Nothing of the workbook is loaded, for these faults: all of them, or the first of `total`."""

    def __init__(self, faults: Sequence[Fault], total: int | None = None) -> None:
        self.faults = tuple(faults)
        self.total = len(faults) if total is None else total
        super().__init__(f"{self.total} faults")


@dataclass(slots=True)
class Entry:
    """A row as it was read: the values of its good cells, the faults of the others."""

    sheet: Sheet
    number: int
    cells: tuple[Cell, ...]
    values: dict[str, Value]
    faults: list[Fault]

    @property
    def key(self) -> Key:
        """The site that the row tells of; a row that does not say stands alone."""
        if "uscc" in self.values and "site_no" in self.values:
            return str(self.values["uscc"]), str(self.values["site_no"])
        return "", f"{self.sheet.name} {self.number}"

    def blame(self, column: str | None, wrong: Wrong) -> None:
        """Note a fault of this row."""
        self.faults.append(Fault(self.sheet.name, self.number, column, wrong.code, wrong.zh, wrong.en))


@dataclass(slots=True)
class Site:
    """The rows about one site: how many rows claim to be it, its places, its equipment."""

    sites: list[Entry] = field(default_factory=list)
    places: list[Entry] = field(default_factory=list)
    equipment: list[Entry] = field(default_factory=list)

    @property
    def entries(self) -> list[Entry]:
        """All rows of the site."""
        return [*self.sites, *self.places, *self.equipment]

    def add(self, entry: Entry) -> None:
        """Add a row about the site."""
        {"site": self.sites, "place": self.places, "equipment": self.equipment}[entry.sheet.record].append(entry)

    @property
    def good(self) -> bool:
        """Whether the site can be loaded."""
        return len(self.sites) == 1 and not any(entry.faults for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Draft:
    """A workbook whose rows were read: what they say of each site."""

    form: Form
    rows: int
    sites: Mapping[Key, Site]

    @property
    def claims(self) -> dict[str, Key]:
        """The sites that could be loaded, by the key of their claim."""
        return {claim_key(*key): key for key, site in self.sites.items() if site.good}


@dataclass(frozen=True, slots=True)
class Judged:
    """A workbook judged: the sites that can be loaded, the rows that are refused."""

    form: Form
    rows: int
    good: Mapping[Key, Site]
    refused: tuple[Entry, ...]
    refused_sites: int

    @property
    def faults(self) -> list[Fault]:
        """Every fault, sheet by sheet, row by row."""
        return [fault for entry in self.refused for fault in entry.faults if fault.code != COMPANION.code]


COMPANION = Wrong("other-row-wrong", "本行无误，同一场所的其他行有误", "this row is good; another row of the same site is not")


def read_workbook(sheets: Sheets, forms: Iterable[Form], setting: Setting) -> Draft:
    """Read every row of a workbook; raises WorkbookRefused if it is not one of the forms: then no row was judged."""
    form = form_of_heads(sheets, forms)
    if faults := too_many({name: len(rows) for name, rows in sheets.items()}, form):
        raise WorkbookRefused(faults)
    sites: dict[Key, Site] = defaultdict(Site)
    for sheet in form.sheets:
        for entry in entries_of(sheet, heads_of(sheets[sheet.name]), sheets[sheet.name][1:], setting):
            sites[entry.key].add(entry)
    if not any(site.sites for site in sites.values()):
        raise WorkbookRefused([no_rows(form)])
    for site in sites.values():
        judge_site(site)
    return Draft(form, sum(len(site.entries) for site in sites.values()), sites)


def form_of_heads(sheets: Sheets, forms: Iterable[Form]) -> Form:
    """The form that a workbook says it is, whose sheets and column heads it has; raises WorkbookRefused."""
    form = _form_of(sheets, forms)
    if faults := _wrong_sheets(sheets, form) or _wrong_columns(sheets, form):
        raise WorkbookRefused(faults)
    return form


def no_rows(form: Form) -> Fault:
    """The fault of a form in which no site is filled in."""
    return Fault(form.sheets[0].name, None, None, "no-rows", "没有填写任何场所", "no site is filled in")


def judge(draft: Draft, taken: Container[str]) -> Judged:
    """Divide a workbook into what can be loaded and what is refused; `taken` are the keys of claims that others hold."""
    for claim, key in draft.claims.items():
        if claim in taken:
            already_registered(draft.sites[key])
    good = {key: site for key, site in draft.sites.items() if site.good}
    bad = [site for site in draft.sites.values() if not site.good]
    return Judged(draft.form, draft.rows, good, tuple(refused_rows(draft.form, bad)), sum(len(site.sites) for site in bad))


def already_registered(site: Site) -> None:
    """Refuse a site that has a file already."""
    wrong = Wrong(
        "site-already-registered",
        "该场所（统一社会信用代码＋场所序号）已建档",
        "this site (USCC and number) is registered already",
    )
    site.sites[0].blame(_head(site.sites[0].sheet, "uscc"), wrong)


def refused_rows(form: Form, sites: Iterable[Site]) -> list[Entry]:
    """All rows of refused sites in the workbook's order, the good ones among them marked as such."""
    entries = [entry for site in sites for entry in site.entries]
    for entry in entries:
        if not entry.faults:
            entry.blame(None, COMPANION)
    order = {sheet.name: place for place, sheet in enumerate(form.sheets)}
    return sorted(entries, key=lambda entry: (order[entry.sheet.name], entry.number))


def _form_of(sheets: Sheets, forms: Iterable[Form]) -> Form:
    known = list(forms)
    labels = known[0]
    if labels.readme not in sheets:
        raise WorkbookRefused([_missing_sheet(labels.readme)])
    told = {as_text(row.cells[0]): as_text(row.cells[1]) for row in sheets[labels.readme] if len(row.cells) > 1}
    title, version = told.get(labels.form_label, ""), told.get(labels.version_label, "")
    form = form_named(known, title, version)
    if form is None:
        offered = "、".join(f"{form.title} {form.version}" for form in known)
        wrong = Fault(
            labels.readme, None, labels.form_label, "form-unknown", f"未知表单“{title} {version}”，可用：{offered}",
            f"unknown form {title!r} {version!r}; known are {offered}",
        )  # fmt: skip
        raise WorkbookRefused([wrong])
    return form


def _missing_sheet(name: str) -> Fault:
    return Fault(name, None, None, "sheet-missing", f"缺少工作表“{name}”", f"the sheet {name!r} is missing")


def _wrong_sheets(sheets: Sheets, form: Form) -> list[Fault]:
    wanted = [form.readme, *(sheet.name for sheet in form.sheets)]
    faults = [_missing_sheet(name) for name in wanted if name not in sheets]
    for name, rows in sheets.items():
        if name not in wanted and rows:
            faults.append(
                Fault(name, None, None, "sheet-unknown", f"表单中没有工作表“{name}”", f"the form has no sheet {name!r}")
            )
    return faults


def heads_of(rows: Sequence[Row]) -> list[str]:
    """The column heads of a sheet; none if its first row is empty."""
    return [as_text(cell) for cell in rows[0].cells] if rows and rows[0].number == 1 else []


def _wrong_columns(sheets: Sheets, form: Form) -> list[Fault]:
    faults = []
    for sheet in form.sheets:
        heads = heads_of(sheets[sheet.name])
        if not any(heads):
            faults.append(Fault(sheet.name, 1, None, "heads-missing", "第1行没有列名", "the first row has no column heads"))
            continue
        known = {column.head for column in sheet.columns} | {form.reason_column}
        faults += [_column_fault(sheet, "column-missing", head, "缺少列", "is missing") for head in _lacking(sheet, heads)]
        for place, head in enumerate(heads):
            if head and head in heads[:place]:
                faults.append(_column_fault(sheet, "column-repeated", head, "列重复：", "appears twice"))
            elif head and head not in known:
                faults.append(_column_fault(sheet, "column-unknown", head, "表单中没有这一列：", "is not in the form"))
            elif not head and any(len(row.cells) > place and not is_empty(row.cells[place]) for row in sheets[sheet.name][1:]):
                faults.append(_column_fault(sheet, "column-unknown", letters(place), "没有列名的列：", "has no head"))
    return faults


def _lacking(sheet: Sheet, heads: Sequence[str]) -> list[str]:
    return [column.head for column in sheet.columns if column.head not in heads]


def _column_fault(sheet: Sheet, code: str, head: str, zh: str, en: str) -> Fault:
    return Fault(sheet.name, 1, head, code, f"{zh}“{head}”", f"the column {head!r} {en}")


def letters(place: int) -> str:
    """The letters of a spreadsheet's column, from its place: 0 is A, 26 is AA."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def too_many(counts: Mapping[str, int], form: Form) -> list[Fault]:
    """The sheets that have more rows, below their heads, than the form may have; `counts` are the rows of each sheet."""
    zh, en = f"超过上限{form.maximum_rows}行", f"more than {form.maximum_rows} rows"
    crowded = [sheet.name for sheet in form.sheets if counts[sheet.name] - 1 > form.maximum_rows]
    return [Fault(name, None, None, "too-many-rows", zh, en) for name in crowded]


def entries_of(sheet: Sheet, heads: Sequence[str], rows: Iterable[Row], setting: Setting) -> Iterable[Entry]:
    """The rows below the heads, each as it was read, without those that are empty in every column of the form."""
    columns = [(column, heads.index(column.head)) for column in sheet.columns]
    for row in rows:
        cells = tuple(row.cells[place] if place < len(row.cells) else None for _, place in columns)
        if not all(is_empty(cell) for cell in cells):
            yield _entry(sheet, row, cells, setting)


def _entry(sheet: Sheet, row: Row, cells: tuple[Cell, ...], setting: Setting) -> Entry:
    entry = Entry(sheet, row.number, cells, {}, [])
    for column, cell in zip(sheet.columns, cells, strict=True):
        try:
            value = read_cell(column, cell, setting)
        except Wrong as wrong:
            entry.blame(column.head, wrong)
            value = None
        if value is None and column.field in ("uscc", "site_no"):
            value = normalised(as_text(cell)) or None  # rows with the same wrong key are about the same site
        if value is not None:
            entry.values[column.field] = value
    _check_titles(entry)
    return entry


def _check_titles(entry: Entry) -> None:
    for column in entry.sheet.columns:
        if column.titles and (found := entry.values.get(column.field)) is not None:
            expected = column.titles.get(str(entry.values.get(str(column.title_of))))
            if expected is not None and found != expected:
                entry.blame(
                    column.head,
                    Wrong("title-differs", f"与代码不符，应为“{expected}”", f"does not fit the code; should be {expected!r}"),
                )


def judge_site(site: Site) -> None:
    """Note what is wrong among the rows of one site."""
    if not site.sites:
        _unknown_site(site)
        return
    _repeated(site.sites, "site_no", "site-repeated", "同一场所", "the same site")
    _repeated(site.places, "place_id", "place-repeated", "同一场所编号", "the same place number")
    _repeated(site.equipment, "equipment_id", "equipment-repeated", "同一设备编号", "the same equipment number")
    places = {entry.values.get("place_id") for entry in site.places}
    for entry in site.equipment:
        if (place := entry.values.get("place_id")) is not None and place not in places:
            wrong = Wrong("place-unknown", f"“场所”中没有编号“{place}”", f"there is no place {place!r} at this site")
            entry.blame(_head(entry.sheet, "place_id"), wrong)


def _unknown_site(site: Site) -> None:
    wrong = Wrong("site-unknown", "“基本情况”中没有这个场所", "no row of the first sheet is this site")
    for entry in site.entries:
        key = (_head(entry.sheet, "uscc"), _head(entry.sheet, "site_no"))
        if not any(fault.column in key for fault in entry.faults):
            entry.blame(key[0], wrong)


def _repeated(entries: Sequence[Entry], name: str, code: str, zh: str, en: str) -> None:
    """Blame all rows that share a number: which one is meant, the workbook does not tell."""
    rows: dict[Value, list[Entry]] = defaultdict(list)
    for entry in entries:
        if (value := entry.values.get(name)) is not None:
            rows[value].append(entry)
    for same in rows.values():
        for entry in same if len(same) > 1 else ():
            others = "、".join(str(other.number) for other in same[:10] if other is not entry)
            entry.blame(_head(entry.sheet, name), Wrong(code, f"与第{others}行是{zh}", f"{en} as in row {others}"))


def _head(sheet: Sheet, name: str) -> str:
    column: Column = next(column for column in sheet.columns if column.field == name)
    return column.head
