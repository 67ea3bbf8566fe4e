"""Forms as people fill them in, for tests to spoil: a dictionary per row, by column head."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from services.registry.domain.cells import Cell, District, Setting
from services.registry.domain.codes import completed, organisation_check_character
from services.registry.domain.forms import Form, forms_of
from services.registry.domain.workbook import Draft, Fault, Judged, Row, Sheets, WorkbookRefused, judge, read_workbook

DOCUMENT = json.loads((Path(__file__).parents[3] / "contracts" / "forms" / "register-2021.json").read_text(encoding="utf-8"))
FORMS = forms_of(DOCUMENT)
TODAY = date(2021, 3, 1)
SETTING = Setting(
    TODAY,
    {
        "东湖区": District("donghu"),
        "西湖区": District("xihu", permitted=False),
        "湾里区": District("wanli-qu", exists=False),
        "南昌市": District("nanchang", divided=True),
    },
)
SITE, PLACES, EQUIPMENT = "基本情况", "场所", "设备"
KINDS = {"steel": ("炼钢区域", "转炉"), "aluminium": ("熔炼区域", "流槽"), "dust": ("涉粉作业场所", "除尘系统")}
INDUSTRIES = {"steel": "C3120", "aluminium": "C3252", "dust": "C2110"}

Cells = dict[str, Cell]


def code(number: int) -> str:
    """A valid USCC, another for each number below 1,000,000."""
    organisation = f"MA{number:06d}"
    return completed("91360100" + organisation + organisation_check_character(organisation))


def site(number: int, sector: str = "dust", **changes: Cell) -> Cells:
    """A row of a site that is in order."""
    return {
        "企业名称": f"南昌{number}号木业有限公司", "统一社会信用代码": code(number), "场所序号": 1, "所属辖区": "东湖区",
        "生产经营地址": "南昌市东湖区工业大道1号", "经济类型": "私营企业", "行业代码": INDUSTRIES[sector], "企业规模": "小型",
        "生产状态": "在产", "法定代表人": "王建国", "主要负责人": "王建国", "安全负责人": "李敏", "从业人数": 45.0,
        "使用燃气或者存在有毒气体": "否", "有承包、承租单位": "是", "有限空间数量": 2, **changes,
    }  # fmt: skip


def place(number: int, sector: str = "dust", **changes: Cell) -> Cells:
    """A row of a place of that site."""
    return {
        "统一社会信用代码": code(number), "场所序号": 1, "场所编号": "P1", "场所类别": KINDS[sector][0], "场所名称": "一车间",
        **changes,
    }  # fmt: skip


def equipment(number: int, sector: str = "dust", **changes: Cell) -> Cells:
    """A row of a piece of equipment of that site, at its place."""
    return {
        "统一社会信用代码": code(number), "场所序号": 1, "设备编号": "E1", "所在场所编号": "P1", "设备类别": KINDS[sector][1],
        "设备名称": "一号", "设备状态": "在用", **changes,
    }  # fmt: skip


@dataclass
class Filled:
    """A filled-in form: the rows of each sheet, its heads, what the readme sheet says."""

    form: Form
    rows: dict[str, list[Cells]]
    heads: dict[str, list[str]]
    readme: list[tuple[str, str]]
    more: dict[str, list[Row]] = field(default_factory=dict)

    def sheets(self) -> Sheets:
        """The form as a spreadsheet holds it."""
        sheets = {self.form.readme: [Row(number, list(pair)) for number, pair in enumerate(self.readme, start=1)]}
        for name, heads in self.heads.items():
            told = [Row(number, [row.get(head) for head in heads]) for number, row in enumerate(self.rows[name], start=2)]
            sheets[name] = [Row(1, list(heads)), *told]
        return {**sheets, **self.more}

    def read(self, setting: Setting = SETTING) -> Draft:
        """The form as the registry reads it."""
        return read_workbook(self.sheets(), FORMS, setting)

    def judged(self, taken: frozenset[str] = frozenset()) -> Judged:
        """The form as the registry judges it."""
        return judge(self.read(), taken)

    def faults(self) -> list[Fault]:
        """What is wrong with it."""
        try:
            return self.judged().faults
        except WorkbookRefused as refused:
            return list(refused.faults)


def filled(numbers: int = 1, sector: str = "dust") -> Filled:
    """A form in order, with so many sites, each with one place and one piece of equipment."""
    form = next(form for form in FORMS if form.sector == sector)
    each = range(1, numbers + 1)
    rows = {
        SITE: [site(number, sector) for number in each],
        PLACES: [place(number, sector) for number in each],
        EQUIPMENT: [equipment(number, sector) for number in each],
    }
    heads = {sheet.name: [column.head for column in sheet.columns] for sheet in form.sheets}
    return Filled(form, rows, heads, [(form.form_label, form.title), (form.version_label, form.version)])


def where(fault: Fault) -> tuple[str | None, int | None, str | None, str]:
    """A fault without its words."""
    return fault.sheet, fault.row, fault.column, fault.code
