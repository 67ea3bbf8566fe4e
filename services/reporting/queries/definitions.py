"""The pilot table and the panels: which measures each shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.reporting.queries.measures import COVERAGE, ONLINE, inspection, penalty, register, tasks, use
from services.reporting.queries.terms import Combined, Measure

FIGURES: tuple[Measure, ...] = (
    register.DISTRICTS, register.SITES, inspection.VISITS, inspection.OFFICER_VISITS, inspection.HAZARDS_FOUND,
    inspection.KEY_ITEM_HAZARDS, inspection.HAZARDS_RECTIFIED, penalty.PENALTIES, penalty.AMOUNT, tasks.TASKS_GENERATED,
    tasks.TASKS_COMPLETED, tasks.COMPLETION, tasks.CITY_SHARE,
)  # fmt: skip
BY_NAME: Mapping[str, Measure] = {figure.name: figure for figure in FIGURES}


@dataclass(frozen=True, slots=True)
class Panel:
    """What a dashboard shows together."""

    name: str
    title: str
    title_en: str
    figures: tuple[Measure | Combined, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures that its figures are made of, each once."""
        parts = [(f,) if isinstance(f, Measure) else (*f.counts, *f.out_of) for f in self.figures]
        return tuple({measure.name: measure for measures in parts for measure in measures}.values())


PANELS = (
    Panel("coverage", "覆盖与完成", "Coverage and completion", (
        COVERAGE, inspection.COVERED, tasks.CAMPAIGN_COVERAGE, tasks.COMPLETION, tasks.CITY_SHARE,
    )),
    Panel("tasks", "任务", "Tasks", (tasks.TASKS_GENERATED, tasks.TASKS_COMPLETED, tasks.TASKS_OPEN)),
    Panel("inspections", "执法检查", "Inspections", (
        inspection.VISITS, inspection.OFFICER_VISITS, inspection.EXPERT_VISITS, inspection.WITH_HAZARDS,
    )),
    Panel("hazards", "隐患", "Hazards", (
        inspection.HAZARDS_FOUND, inspection.KEY_ITEM_HAZARDS, inspection.HAZARDS_RECTIFIED, inspection.RECTIFICATION,
        inspection.RECTIFICATION_DAYS, inspection.HAZARDS_OPEN,
    )),
    Panel("orders", "责令整改与复查", "Orders and re-inspections", (
        inspection.ORDERS_ISSUED, inspection.ORDERS_OPEN, inspection.REINSPECTED_TIMES, inspection.REINSPECTION_PASSED,
    )),
    Panel("cases", "案件", "Cases", (
        penalty.CASES_REGISTERED, penalty.CASES_FILED, penalty.CASES_OPEN, penalty.CASES_UNDECIDED, penalty.DECISION_DAYS,
    )),
    Panel("penalties", "行政处罚", "Penalties", (penalty.PENALTIES, penalty.AMOUNT, penalty.CURRENT, penalty.PAID_FEN)),
    Panel("documents", "执法文书", "Documents", (use.ISSUED_DOCUMENTS,)),
    Panel("register", "企业档案", "Register", (register.DISTRICTS, register.SITES, register.COMPLETENESS)),
    Panel("online", "线上执法办案率", "Done online", (ONLINE, inspection.INSPECTIONS_ONLINE, penalty.CASES_ONLINE)),
    Panel("use", "系统使用", "Use of the system", (use.RECORDED, use.FROM_DEVICES, use.DEFERRED, use.ACTIVE)),
)  # fmt: skip
PANEL: Mapping[str, Panel] = {panel.name: panel for panel in PANELS}
