"""All rows behind a measure as a file: a workbook that says what was asked for, or comma-separated text; one row in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Protocol

from chassis.separated import harmless

LONGEST = 32_767  # characters of a cell
HEADS = {
    "about": "所属事项", "campaign_id": "专项编号", "campaign_title": "专项行动", "closed_on": "结案日期",
    "completed_on": "完成日期", "concluded_on": "检查日期", "counts": "计入", "day": "日期", "days": "天数",
    "decided_on": "决定日期", "decision_due_on": "决定期限", "deferred": "补录事件", "district": "辖区编号",
    "district_name": "辖区", "document_no": "文号", "documents": "文书", "done_on": "完成日期", "due_on": "期限",
    "ended_on": "注销日期", "enterprise_id": "企业编号", "enterprise_name": "企业", "events": "事件", "experts": "专家",
    "filed_on": "立案日期", "first_on": "首次日期", "form": "文书式样", "found_on": "发现日期", "from_devices": "终端记录",
    "generated_on": "生成日期", "grade": "风险等级代码", "grade_title": "风险等级", "hazards": "隐患",
    "initial_fen": "原罚款（元）", "inspection_id": "检查编号", "issued_on": "出具日期", "item_code": "检查项编码",
    "item_title": "检查项", "key": "编号", "key_item_code": "重点检查项编码", "key_item_title": "重点检查项",
    "kind": "类别代码", "kind_title": "类别", "lateness": "逾期代码", "lateness_title": "是否逾期", "level": "层级代码",
    "level_title": "层级", "looked_at": "复查次数", "month": "月份", "name": "名称", "officers": "执法人员",
    "order_id": "指令书编号", "organ": "执法机关", "origin": "来源代码", "origin_title": "来源", "out_of": "基数",
    "outcome": "结果代码", "outcome_title": "结果", "paid_fen": "已缴（元）", "parent": "上级", "passed": "合格",
    "re_inspected_on": "复查日期", "rectified_on": "整改日期", "registered_on": "登记日期", "role": "角色代码",
    "role_title": "角色", "sector": "行业代码", "sector_title": "行业", "service": "业务代码", "service_title": "业务",
    "severity": "隐患级别代码", "severity_title": "隐患级别", "site_no": "厂区", "state": "状态代码", "state_title": "状态",
    "task_id": "任务编号", "total_fen": "罚款（元）", "uscc": "统一社会信用代码", "valid_from": "起", "valid_to": "止",
    "year": "年度",
}  # fmt: skip
"""What columns are called; a title stands where its code would, the code beside it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file; amounts are told in yuan."""

    name: str
    head: str
    money: bool

    def cell(self, row: Mapping[str, Any]) -> Any:
        """Its value in a row: a number, a text, or None."""
        value = row.get(self.name)
        if value is None or isinstance(value, int | float):
            return value / 100 if self.money and value is not None else value
        return str(value)


class Taken(Protocol):
    """A file that rows are added to, some at a time; by one thread at a time."""

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows."""

    def close(self, notes: Sequence[tuple[str, str]]) -> None:
        """Finish it, with what was asked for."""

    def drop(self) -> None:
        """Let go of it, unfinished."""


class Text:
    """Comma-separated text that spreadsheets open with its Chinese intact; it has no place for notes."""

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        self._columns = columns
        self._text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
        self._writer = csv.writer(self._text)
        self._writer.writerow([column.head for column in columns])

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows."""
        for row in rows:
            self._writer.writerow([_written(column.cell(row)) for column in self._columns])

    def close(self, _: Sequence[tuple[str, str]]) -> None:
        """Finish it."""
        self.drop()

    def drop(self) -> None:
        """Let go of it."""
        self._text.detach()


def _written(cell: Any) -> Any:
    return harmless(cell) if isinstance(cell, str) else cell


class Book:
    """A workbook: the rows on one sheet, what was asked for on another; numbers as numbers, texts never as formulas."""

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        import xlsxwriter  # noqa: PLC0415 - only where a workbook is asked for: whoever serves keeps its memory small

        texts = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True, **texts})
        self._columns, self._row = columns, 0
        self._head = self._book.add_format({"bold": True, "text_wrap": True, "bg_color": "#F3F3F3"})
        self._yuan = self._book.add_format({"num_format": "#,##0.00"})
        self._sheet = self._book.add_worksheet("明细")
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(columns) - 1, 16)
        for place, column in enumerate(columns):
            self._sheet.write_string(0, place, column.head, self._head)

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows."""
        for row in rows:
            self._row += 1
            for place, column in enumerate(self._columns):
                cell = column.cell(row)
                if isinstance(cell, str):
                    self._sheet.write_string(self._row, place, cell[:LONGEST])
                elif cell is not None:
                    self._sheet.write_number(self._row, place, cell, self._yuan if column.money else None)

    def close(self, notes: Sequence[tuple[str, str]]) -> None:
        """Finish it."""
        self._sheet.autofilter(0, 0, self._row, len(self._columns) - 1)
        about = self._book.add_worksheet("说明")
        about.set_column(0, 0, 14)
        about.set_column(1, 1, 100)
        for place, (name, text) in enumerate(notes):
            about.write_string(place, 0, name, self._head)
            about.write_string(place, 1, text[:LONGEST])
        self.drop()

    def drop(self) -> None:
        """Let go of it, and of the rows that it keeps on disk."""
        self._book.close()
