"""How much an organ can inspect in a year: officers times statutory days, less their other duties (年度监督检查能力测算)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chassis.domain import Refused
from services.tasks.domain.knowledge import Planning


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityTerms:
    """What an organ states: officers, the days of a year nobody works, officer-days of other duties, the split of the rest.

    All `*_days` below `holidays` are officer-days (工日). `days_per_inspection` is how many of them one inspection takes.
    """

    officers: int
    rest_days: int
    holidays: int
    other_enforcement_days: int
    non_enforcement_days: int
    key_days: int
    general_days: int
    days_per_inspection: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The terms with what follows from them: statutory days of one officer, of all, and what is left for inspections."""

    officers: int
    rest_days: int
    holidays: int
    statutory_days: int
    total_days: int
    other_enforcement_days: int
    non_enforcement_days: int
    inspection_days: int
    key_days: int
    general_days: int
    days_per_inspection: int | None = None


def capacity_of(year: int, terms: CapacityTerms, planning: Planning | None) -> Capacity:
    """Officers × (days of the year − rest days − holidays) − other enforcement − other work, split into key and general.

    `planning` holds the rulebook's least share of key inspections, None for none. Refused `capacity-negative`,
    `capacity-split` (key and general together are not what is left), `key-share-too-small`.
    Source: 安全生产年度监督检查计划编制办法（安监总政法〔2017〕150号）.
    """
    statutory = (date(year + 1, 1, 1) - date(year, 1, 1)).days - terms.rest_days - terms.holidays
    total = terms.officers * statutory
    left = total - terms.other_enforcement_days - terms.non_enforcement_days
    if statutory < 0 or left < 0:
        raise Refused("capacity-negative", "其他工日超过法定总工日", "other duties take more days than there are", days=left)
    if terms.key_days + terms.general_days != left:
        raise Refused("capacity-split", f"重点与一般检查工日之和应为 {left}", "key and general days must add up to what is left",
                      inspection_days=left, key_days=terms.key_days, general_days=terms.general_days)  # fmt: skip
    least = planning.key_share_percent if planning is not None else None
    if least is not None and 100 * terms.key_days < least * left:
        raise Refused("key-share-too-small", f"重点检查工日不得低于 {least}%", "too small a share of key inspections",
                      basis=planning.basis if planning is not None else None, percent=least)  # fmt: skip
    return Capacity(
        officers=terms.officers, rest_days=terms.rest_days, holidays=terms.holidays, statutory_days=statutory,
        total_days=total, other_enforcement_days=terms.other_enforcement_days,
        non_enforcement_days=terms.non_enforcement_days, inspection_days=left, key_days=terms.key_days,
        general_days=terms.general_days, days_per_inspection=terms.days_per_inspection,
    )  # fmt: skip


def check_fits(planned_inspections: int, capacity: Capacity | None) -> None:
    """Refused `plan-exceeds-capacity` if so many inspections take more officer-days than there are (留有余地)."""
    if capacity is None or capacity.days_per_inspection is None:
        return
    needed = planned_inspections * capacity.days_per_inspection
    if needed > capacity.inspection_days:
        raise Refused("plan-exceeds-capacity", f"计划需 {needed} 工日，监督检查工日仅 {capacity.inspection_days}",
                      "the inspections take more days than there are", needed=needed, days=capacity.inspection_days)  # fmt: skip
