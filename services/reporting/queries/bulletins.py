"""What a weekly bulletin tells (每周调度通报): its sections, each of lines; no line of money.

行政处罚法 2021，第七十四条: sums of fines have no place where districts and officers are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from services.reporting.queries.facts import CASE_STATE, NEAR
from services.reporting.queries.measures import COVERAGE, ONLINE, inspection, penalty, register, tasks, timely, use
from services.reporting.queries.panels import combined
from services.reporting.queries.periods import EARLIEST, Period
from services.reporting.queries.sums import Selected, Sum, by_district
from services.reporting.queries.terms import Combined, Measure, Row

Kind = Literal["flow", "stock", "standing"]
"""A flow is what came in days, a stock what was there on the last of them, standing are rows by the state they are in then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: a figure, or the rows of it that have one value of a dimension.

    `better`: whether more of it is better, or less; None if neither. `weekly` lines do not add up over weeks. `moving` ones go on
    changing in days that are over, as what began in them is done: of those nothing is told as late.
    """

    name: str
    of: Measure | Combined
    dim: str = ""
    value: str = ""
    title: str = ""
    title_en: str = ""
    standing: bool = False
    better: Literal["more", "less"] | None = None
    weekly: bool = False
    moving: bool = False

    @property
    def kind(self) -> Kind:
        """How it stands to time."""
        if self.standing:
            return "standing"
        return "flow" if isinstance(self.of, Combined) or self.of.until is None else "stock"

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures that it is made of, each once."""
        parts = (self.of,) if isinstance(self.of, Measure) else (*self.of.counts, *self.of.out_of)
        return tuple({measure.name: measure for measure in parts}.values())

    def selected(self, measure: Measure) -> Selected:
        """Its rows of one of its measures."""
        return Selected(measure, self.dim, self.value)

    @property
    def named(self) -> tuple[str, str]:
        """Its title in Chinese and in English."""
        return self.title or self.of.title, self.title_en or self.of.title_en


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that are told together."""

    name: str
    title: str
    title_en: str
    lines: tuple[Line, ...]


def _line(of: Measure | Combined, better: Literal["more", "less"] | None = None, *, weekly: bool = False) -> Line:
    return Line(name=of.name, of=of, better=better, weekly=weekly)


def _moving(of: Measure | Combined) -> Line:
    return Line(name=of.name, of=of, better="more", moving=True)


def _band(of: Measure, value: str, title: str, title_en: str) -> Line:
    return Line(name=f"{of.name}_{value}", of=of, dim="lateness", value=value, title=title, title_en=title_en, better="less")


def _state(value: str) -> Line:
    title, title_en = CASE_STATE.values[value]
    return Line(
        name=f"cases_{value}", of=penalty.CASES_REGISTERED, dim="state", value=value, title=f"案件：{title}",
        title_en=f"Cases: {title_en}", standing=True,
    )  # fmt: skip


MAJOR = Line(
    name="hazards_major",
    of=inspection.HAZARDS_FOUND,
    dim="severity",
    value="major",
    title="其中重大隐患",
    title_en="of which major",
)
SECTIONS = (
    Section("coverage", "覆盖与完成", "Coverage and completion", (
        _line(register.SITES), _line(inspection.COVERED), _line(COVERAGE, "more"), _moving(tasks.CAMPAIGN_COVERAGE),
        _moving(tasks.COMPLETION),
    )),
    Section("tasks", "任务与逾期", "Tasks and lateness", (
        _line(tasks.TASKS_GENERATED), _line(tasks.TASKS_COMPLETED), _line(timely.TASKS_ON_TIME, "more"), _line(tasks.TASKS_OPEN),
        _band(tasks.TASKS_OPEN, "due-soon", f"其中 {NEAR} 日内到期", f"of which due within {NEAR} days"),
        _band(tasks.TASKS_OPEN, "overdue", "其中逾期", "of which overdue"),
    )),
    Section("inspections", "执法检查", "Inspections", (
        _line(inspection.VISITS), _line(inspection.OFFICER_VISITS), _line(inspection.EXPERT_VISITS),
        _line(inspection.WITH_HAZARDS),
    )),
    Section("hazards", "隐患", "Hazards", (
        _line(inspection.HAZARDS_FOUND), _line(inspection.KEY_ITEM_HAZARDS), MAJOR, _line(inspection.HAZARDS_RECTIFIED),
        _moving(inspection.RECTIFICATION), _line(inspection.HAZARDS_OPEN),
        _band(inspection.HAZARDS_OPEN, "overdue", "其中逾期未整改", "of which overdue"),
    )),
    Section("orders", "责令整改与复查", "Orders and re-inspections", (
        _line(inspection.ORDERS_ISSUED), _line(inspection.ORDERS_OPEN),
        _band(inspection.ORDERS_OPEN, "overdue", "其中逾期未办结", "of which overdue"), _line(inspection.REINSPECTED_TIMES),
        _line(inspection.REINSPECTION_PASSED, "more"),
    )),
    Section("cases", "案件", "Cases", (
        _line(penalty.CASES_REGISTERED), _line(penalty.CASES_FILED), _line(penalty.PENALTIES), _line(penalty.CASES_OPEN),
        *(_state(value) for value in ("clue", "filing-requested", "investigating", "investigated", "decided")),
    )),
    Section("clocks", "办案期限", "Clocks of cases", (
        _line(penalty.CASES_UNDECIDED),
        _band(penalty.CASES_UNDECIDED, "due-soon", "其中 15 日内到期", "of which due within 15 days"),
        _band(penalty.CASES_UNDECIDED, "overdue", "其中超过期限", "of which past their last day"),
        _line(timely.CASES_ON_TIME, "more"),
    )),
    Section("online", "线上执法办案率", "Done online", (
        _moving(ONLINE), _moving(inspection.INSPECTIONS_ONLINE), _moving(penalty.CASES_ONLINE),
    )),
    Section("use", "系统使用", "Use of the system", (
        _line(use.RECORDED), _line(use.FROM_DEVICES), _line(use.DEFERRED, "less"), _line(timely.ACTIVE_IN_WEEK, weekly=True),
    )),
)  # fmt: skip
LINES: Mapping[str, Line] = {line.name: line for section in SECTIONS for line in section.lines}


def tables_of(lines: Iterable[Line]) -> set[str]:
    """The tables of facts that these lines are summed over."""
    return {measure.fact.table for line in lines for measure in line.measures}


def counted_in(line: Line, period: Period) -> Period:
    """The days whose rows a line counts: what stands by its state counts whenever it began."""
    return Period(EARLIEST, period.last) if line.standing else period


def sums_of(line: Line, rows: Callable[[str], Iterable[Row]], period: Period) -> Mapping[str, Sum]:
    """What the rows of each table come to in a line, by district."""
    of = counted_in(line, period)
    measured = {m.name: by_district(line.selected(m), rows(m.fact.table), of) for m in line.measures}
    districts = {district for sums in measured.values() for district in sums}
    return {
        district: combined(line.of, lambda m, one=district: measured[m.name].get(one, (0, 0))) for district in sorted(districts)
    }  # fmt: skip
