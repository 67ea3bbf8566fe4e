"""The yearly cap on inspections of an enterprise (涉企行政检查频次上限): one small stream per enterprise and calendar year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from chassis.domain import Event, Refused, Stream, beside_its_matter, event
from services.tasks.domain.task import TaskGenerated

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class CapRule:
    """How many inspections a year enterprises of these sectors and this standardisation grade may have (None: of any).

    It holds from `valid_from` to `valid_to`, both included; None: as long as its rulebook does.
    """

    code: str
    maximum: int
    inclusive: bool = True
    sectors: tuple[str, ...] | None = None
    grade: str | None = None
    exempt_kinds: tuple[str, ...] = ()
    source: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on the day of an inspection."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def reached(self, counted: int) -> bool:
        """Whether no further inspection is allowed after so many that counted."""
        return counted >= self.maximum if self.inclusive else counted + 1 >= self.maximum


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRules:
    """What one version of the rulebook demands of each inspection, and the caps of its province."""

    rulebook: str
    version: str
    valid_from: date
    valid_to: date | None
    prior_approval: bool = False
    published_items: bool = False
    regularise_within_hours: int | None = None
    caps: tuple[CapRule, ...] = ()

    @property
    def name(self) -> str:
        """Rulebook and version, as events carry it in their envelope."""
        return f"{self.rulebook}/{self.version}"


def inspection_rules_on(books: Iterable[InspectionRules], day: date) -> InspectionRules | None:
    """What holds on a day: of several versions, the one that came into force last; None if no rulebook says anything."""
    held = [one for one in books if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)]
    return max(held, key=lambda one: (one.valid_from, one.version), default=None)


def cap_of(rules: InspectionRules, sector: str, grade: str, day: date) -> CapRule | None:
    """The cap on an enterprise on the day of an inspection, the most specific one; None where its province has none that day.

    Of several as specific, the one that came into force last.
    """
    fitting = [
        one
        for one in rules.caps
        if one.holds_on(day) and (one.sectors is None or sector in one.sectors) and one.grade in (grade or "none", None)
    ]
    return max(
        fitting,
        key=lambda one: (one.sectors is not None, one.grade is not None, one.valid_from or date.min),
        default=None,
    )


@event(
    "casetrail.tasks.inspection-counted.v1",
    title="计入年度检查频次",
    summary="{year}年对该企业的检查：已计{counted}次，任务 {task_id}",
)
class InspectionCounted(Event):
    """An inspection is on its way: it counts towards the cap, or is exempt by its kind, or goes beyond the cap by an override.

    `counted`, `exempt` and `overridden` are the year's totals after this one; those overridden are counted, too.
    """

    enterprise_id: str
    year: int
    task_id: str
    kind: str
    cap: str | None
    maximum: int | None
    over_cap_reason: str | None
    approved_by: str | None
    counted: int
    exempt: int
    overridden: int


@event("casetrail.tasks.inspection-uncounted.v1", title="退出年度检查频次", summary="任务 {task_id} 不再计入{year}年检查频次")
class InspectionUncounted(Event):
    """The inspection will not take place, or not in this year; the totals are those after it."""

    enterprise_id: str
    year: int
    task_id: str
    counted: int
    exempt: int
    overridden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountState:
    """The inspections of an enterprise in a year: how each task counts (`counted`, `exempt`, `overridden`)."""

    enterprise_id: str = ""
    year: int = 0
    tasks: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    maximum: int | None = None

    @property
    def counted(self) -> int:
        """Those that count towards the cap, the overridden ones among them."""
        return sum(how != "exempt" for how in self.tasks.values())

    @property
    def exempt(self) -> int:
        """Those that do not count, by their kind."""
        return sum(how == "exempt" for how in self.tasks.values())

    @property
    def overridden(self) -> int:
        """Those that went beyond the cap."""
        return sum(how == "overridden" for how in self.tasks.values())


def evolve_count(state: CountState, event: Event) -> CountState:
    """The year's count after an event."""
    match event:
        case InspectionCounted():
            how = "overridden" if event.overridden > state.overridden else "exempt" if event.exempt > state.exempt else "counted"
            return replace(
                state, enterprise_id=event.enterprise_id, year=event.year, maximum=event.maximum,
                tasks={**state.tasks, event.task_id: how},
            )  # fmt: skip
        case InspectionUncounted():
            return replace(state, tasks={one: how for one, how in state.tasks.items() if one != event.task_id})
        case _:
            return state


COUNT = Stream("inspections", CountState(), evolve_count, held_in=beside_its_matter)


def count_key(enterprise_id: str, year: int) -> str:
    """The key of the count's stream: enterprise ids hold no dot."""
    return f"{enterprise_id}.{year}"


def count_inspection(
    state: CountState, task: TaskGenerated, year: int, cap: CapRule | None, over_cap: tuple[str, str] | None
) -> list[Event]:
    """Let an inspection count; nothing if it does. `over_cap` is the reason and the approver of an override.

    Refused `cap-reached` unless the task's kind is exempt or there is an override. Source: 国办发〔2024〕54号 (F-39);
    the cap itself is rulebook data.
    """
    if task.task_id in state.tasks:
        return []
    exempt = cap is not None and task.kind in cap.exempt_kinds
    beyond = cap is not None and not exempt and cap.reached(state.counted)
    if cap is not None and beyond and over_cap is None:
        raise Refused("cap-reached", f"该企业{year}年检查已达频次上限（{cap.maximum}次）；确需检查的，须说明理由重新申请批准",
                      "the yearly cap is reached; to go beyond it, ask for approval again with a reason",
                      basis=cap.source or None, cap=cap.code, maximum=cap.maximum, counted=state.counted, year=year)  # fmt: skip
    reason, approver = over_cap if beyond and over_cap is not None else (None, None)
    return [
        InspectionCounted(
            enterprise_id=task.enterprise_id, year=year, task_id=task.task_id, kind=task.kind,
            cap=cap.code if cap else None, maximum=cap.maximum if cap else None, over_cap_reason=reason, approved_by=approver,
            counted=state.counted + (not exempt), exempt=state.exempt + exempt, overridden=state.overridden + beyond,
        )
    ]  # fmt: skip


def uncount_inspection(state: CountState, task_id: str) -> list[Event]:
    """Let an inspection count no more; nothing if it does not."""
    if task_id not in state.tasks:
        return []
    after = evolve_count(state, InspectionUncounted(
        enterprise_id=state.enterprise_id, year=state.year, task_id=task_id, counted=0, exempt=0, overridden=0
    ))  # fmt: skip
    return [
        InspectionUncounted(
            enterprise_id=state.enterprise_id, year=state.year, task_id=task_id, counted=after.counted, exempt=after.exempt,
            overridden=after.overridden,
        )
    ]  # fmt: skip
