"""Every measure: what it means in words, beside how it is computed."""

from __future__ import annotations

from collections.abc import Mapping

from services.reporting.queries.measures import inspection, penalty, register, tasks, use
from services.reporting.queries.terms import Combined, Measure

COVERAGE = Combined(
    name="coverage_percent", title="企业覆盖率", title_en="Enterprises covered", unit="%",
    formula="当年首次受检落在本期的企业数 ÷ 期末在册企业数 × 100",
    formula_en="enterprises whose first inspection of the year falls into the period / on file at its end x 100",
    exclusions="同一年内再次受检不重复计", exclusions_en="further inspections in the same year do not count again",
    counts=(inspection.COVERED,), out_of=(register.SITES,),
)  # fmt: skip
ONLINE = Combined(
    name="online_percent", title="线上执法办案率", title_en="Done online", unit="%",
    formula="（现场签到并在系统内出具文书的检查数 + 在系统内出具文书的已决定案件数）÷（检查数 + 已决定案件数）× 100，含当场处罚",
    formula_en="(inspections with a check-in and a document issued in the system + cases decided with a document issued in it) "
    "/ (inspections + cases decided) x 100, on the spot included",
    exclusions="不含未结束的检查、未作出决定的案件；两者皆无时无数据",
    exclusions_en="not inspections still open, not cases without a decision; no data where there is neither",
    counts=(inspection.INSPECTIONS_ONLINE, penalty.CASES_ONLINE),
    out_of=(inspection.INSPECTIONS_ONLINE, penalty.CASES_ONLINE),
)  # fmt: skip
MEASURES: tuple[Measure, ...] = (
    *tasks.MEASURES, *inspection.MEASURES, *penalty.MEASURES, *register.MEASURES, *use.MEASURES,
)  # fmt: skip
BY_NAME: Mapping[str, Measure] = {measure.name: measure for measure in MEASURES}
COMBINED: Mapping[str, Combined] = {combined.name: combined for combined in (COVERAGE, ONLINE)}
