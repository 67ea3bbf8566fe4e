"""Measures of bulletins and assessments, which no counter keeps: what was done in time, who used the system in a week."""

from __future__ import annotations

from services.reporting.queries.facts import CASES, PEOPLE, ROLE, TASKS
from services.reporting.queries.measures import penalty, tasks, use
from services.reporting.queries.terms import ONE, Condition, Measure, among, known, one_if


def by_its_end(day: str, due: str) -> Condition:
    """The day is known, and lies on or before the last one."""
    return Condition(
        f"f.{day} <= f.{due}", lambda row: row[day] is not None and row[due] is not None and row[day] <= row[due]
    )  # fmt: skip


TASKS_ON_TIME = Measure(
    name="tasks_on_time", title="任务按期完成率", title_en="Tasks completed in time", unit="%",
    formula="截止日当日或之前完成的任务数 ÷ 已完成任务数 × 100，按完成日计",
    formula_en="tasks completed on or before their last day / tasks completed x 100, on the day of their completion",
    exclusions="不含未完成的任务", exclusions_en="not tasks still open",
    source_events=(tasks.GENERATED, tasks.COMPLETED), fact=TASKS, day="completed_on", where=(among("state", "completed"),),
    out_of=ONE, counts=one_if(among("lateness", "on-time")),
)  # fmt: skip
CASES_ON_TIME = Measure(
    name="cases_on_time", title="案件按期决定率", title_en="Cases decided in time", unit="%",
    formula="办案期限当日或之前作出决定的案件数 ÷ 立案后已决定案件数 × 100，按决定日计",
    formula_en="cases decided on or before their last day / cases filed and decided x 100, on the day of the decision",
    exclusions="不含当场处罚、未决定的案件", exclusions_en="not penalties on the spot, not cases without a decision",
    source_events=(penalty.FILED, penalty.EXTENDED, penalty.DECIDED, penalty.NO_PENALTY), fact=CASES, day="decided_on",
    where=(known("filed_on"), known("outcome"), known("decision_due_on")), out_of=ONE,
    counts=one_if(by_its_end("decided_on", "decision_due_on")),
)  # fmt: skip
ACTIVE_IN_WEEK = Measure(
    name="people_of_week", title="本周使用人数", title_en="People active in the week", unit="人",
    formula="本周在系统内记录过事件的人数，一人一区计一次",
    formula_en="people who recorded an event in the week, once a district",
    exclusions="不含系统自动记录", exclusions_en="not what the system records by itself",
    source_events=use.EVERYTHING, fact=PEOPLE, day="first_on", by=(ROLE,),
)  # fmt: skip
MEASURES = (TASKS_ON_TIME, CASES_ON_TIME, ACTIVE_IN_WEEK)
