"""The register workbooks of the simulated city, written in the form that people fill in; also usable by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from pilot.enterprises import SiteRow, Values, make_sites, uscc

__all__ = ["SiteRow", "make_sites", "uscc", "write_workbooks"]

FORMS = Path(__file__).parents[1] / "contracts" / "forms" / "register-2021.json"
WRITTEN = datetime(2021, 1, 4, tzinfo=UTC)
"""When the workbooks say they were made: the same seed writes the same bytes."""

LONGEST_LIST = 255  # characters of a drop-down's options that a spreadsheet takes


def write_workbooks(folder: Path, sites: Sequence[SiteRow]) -> list[Path]:
    """Write `<sector>.xlsx` for each sector that has sites, in the form of contracts/forms; answers their paths."""
    document = json.loads(FORMS.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for form in document["sectors"]:
        if chosen := [site for site in sites if site.sector == form["sector"]]:
            path = folder / f"{form['sector']}.xlsx"
            _write(path, document, form, chosen)
            written.append(path)
    return written


def _write(path: Path, document: Mapping[str, Any], form: Mapping[str, str], sites: Sequence[SiteRow]) -> None:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    book.set_properties({"title": form["title"], "created": WRITTEN})
    head, day = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    readme, labels = book.add_worksheet(document["readme"]["sheet"]), document["readme"]
    told = [(labels["form"], form["title"]), (labels["version"], document["version"]), *(("", line) for line in labels["lines"])]
    for place, pair in enumerate(told):
        readme.write_row(place, 0, pair)
    for sheet in document["sheets"]:
        columns = [column for column in sheet["columns"] if form["sector"] in column.get("sectors", (form["sector"],))]
        options = [_options(document, column, form["sector"]) for column in columns]
        _write_sheet(book.add_worksheet(sheet["name"]), columns, options, _rows(sheet["record"], sites), (head, day))
    book.close()


def _options(document: Mapping[str, Any], column: Values, sector: str) -> dict[Any, str]:
    """What stands in a cell of this column for a value that is no text, number or date."""
    if column["type"] == "boolean":
        return {True: "是", False: "否"}
    choices = document["choices"][column["choices"]] if column["type"] == "choice" else ()
    return {row["code"]: row[column.get("by", "title")] for row in choices if sector in row.get("sectors", (sector,))}


def _rows(record: str, sites: Sequence[SiteRow]) -> Iterable[Values]:
    for site in sites:
        key = {"uscc": site.uscc, "site_no": site.site_no}
        records = {"site": (site.values,), "place": site.places, "equipment": site.equipment}[record]
        yield from ({**values, **key} for values in records)


def _write_sheet(
    sheet: Any, columns: Sequence[Values], options: Sequence[Mapping[Any, str]], rows: Iterable[Values], styles: tuple[Any, Any]
) -> None:
    head, day = styles
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(columns) - 1, 18)
    sheet.write_row(0, 0, [column["head"] for column in columns], head)
    place = 0
    for place, values in enumerate(rows, start=1):
        for at, (column, known) in enumerate(zip(columns, options, strict=True)):
            _write_cell(
                sheet, place, at, column["type"], known.get(values.get(column["field"]), values.get(column["field"])), day
            )
    for at, known in enumerate(options):
        if known and len(",".join(known.values())) <= LONGEST_LIST and place:
            sheet.data_validation(1, at, place + 100, at, {"validate": "list", "source": list(known.values())})


def _write_cell(sheet: Any, row: int, column: int, kind: str, value: Any, day: Any) -> None:
    if value is None:
        return
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, day)
    elif kind in ("integer", "decimal"):
        sheet.write_number(row, column, float(value))
    else:
        sheet.write_string(row, column, str(value))
