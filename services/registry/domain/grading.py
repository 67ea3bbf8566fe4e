"""The risk grade (风险等级) of a site from stated factors: points per factor, bands of points, both of them rulebook data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from chassis.domain import Event, Refused
from services.registry.domain.changes import Factor, Grade, RiskGraded
from services.registry.domain.site_file import EnterpriseState, require_open
from services.registry.domain.stated import Telling

GRADES: tuple[Grade, ...] = ("major", "considerable", "general", "low")


@dataclass(frozen=True, slots=True)
class Option:
    """What a factor may be found to be; `when` says of which register fields it is suggested (all must hold)."""

    code: str
    title: str
    points: int
    when: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class FactorRule:
    """A factor, the sectors it is asked of (empty: all), and its options; without a fitting one the last is suggested.

    Where no option says of which fields it is suggested, none is: the register has nothing to tell.
    """

    code: str
    title: str
    sectors: tuple[str, ...]
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class GradingRules:
    """How sites are graded: factors, the least points of each grade, and after how many months a grade is reviewed."""

    factors: tuple[FactorRule, ...]
    bands: Mapping[str, int]
    review_months: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What an officer found one factor to be, and why."""

    factor: str
    option: str
    reason: str


def grading_rules(section: Mapping[str, Any]) -> GradingRules:
    """The rules of a rulebook's section `register.grading`; KeyError or ValueError if it is malformed."""
    factors = tuple(
        FactorRule(
            row["code"], row["title"], tuple(row.get("sectors", ())),
            tuple(Option(one["code"], one["title"], int(one["points"]), one.get("when", {})) for one in row["options"]),
        )
        for row in section["factors"]
    )  # fmt: skip
    return GradingRules(factors, {row["grade"]: int(row["minimum"]) for row in section["bands"]}, int(section["review_months"]))


def asked(rules: GradingRules, sectors: Iterable[str]) -> list[FactorRule]:
    """The factors that are asked of a site of these sectors."""
    own = set(sectors)
    return [rule for rule in rules.factors if not rule.sectors or own & set(rule.sectors)]


def suggested(rule: FactorRule, state: EnterpriseState) -> Option | None:
    """The first option that fits what the register says, else the last one; None where nothing in the register tells."""
    if not any(one.when for one in rule.options):
        return None
    fitting = (one for one in rule.options if one.when and all(_fits(state, name, test) for name, test in one.when.items()))
    return next(fitting, rule.options[-1])


def grade(
    state: EnterpriseState, rules: GradingRules, findings: Sequence[Finding], telling: Telling, *,
    chosen: Grade | None = None, override_reason: str | None = None,
) -> list[Event]:  # fmt: skip
    """Grade a site: every factor that is asked of it is found to be something, with a reason.

    Refused for a factor that is missing, doubled or strange, and for another grade than the points give without a reason.
    """
    identity = require_open(state).enterprise_id
    factors = tuple(_found(rule, findings) for rule in asked(rules, state.sectors))
    _require_asked(findings, factors)
    points = sum(factor.points for factor in factors)
    computed = grade_of(rules, points)
    if chosen not in (None, computed) and not override_reason:
        raise Refused(
            "override-reason-needed",
            "调整计算等级须说明理由",
            "another grade than the computed one needs a reason",
            computed=computed,
        )
    due = months_after(telling.on, rules.review_months)
    return [
        RiskGraded(
            enterprise_id=identity, grade=chosen or computed, computed_grade=computed, points=points, factors=factors,
            override_reason=override_reason if chosen not in (None, computed) else None, graded_by=telling.by,
            graded_on=telling.on, review_due_on=due,
        )
    ]  # fmt: skip


def grade_of(rules: GradingRules, points: int) -> Grade:
    """The highest grade whose least points are reached; the lowest if none is."""
    reached = [grade for grade in GRADES if grade in rules.bands and points >= rules.bands[grade]]
    return reached[0] if reached else GRADES[-1]


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or the last day of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 28))


def _found(rule: FactorRule, findings: Sequence[Finding]) -> Factor:
    told = [one for one in findings if one.factor == rule.code]
    if len(told) != 1:
        raise Refused(
            "factor-missing" if not told else "factor-repeated", f"风险因素“{rule.title}”应评定一次",
            f"the factor {rule.code} must be found once", factor=rule.code,
        )  # fmt: skip
    option = next((one for one in rule.options if one.code == told[0].option), None)
    if option is None:
        raise Refused(
            "option-unknown", f"风险因素“{rule.title}”没有选项{told[0].option}",
            f"the factor {rule.code} has no option {told[0].option!r}", factor=rule.code,
        )  # fmt: skip
    return Factor(rule.code, rule.title, option.code, option.title, option.points, told[0].reason)


def _require_asked(findings: Sequence[Finding], factors: Sequence[Factor]) -> None:
    strange = {one.factor for one in findings} - {one.code for one in factors}
    if strange:
        raise Refused(
            "factor-unknown",
            f"没有此风险因素：{min(strange)}",
            f"no such factor is asked here: {min(strange)}",
            factor=min(strange),
        )


def _fits(state: EnterpriseState, name: str, test: Mapping[str, Any]) -> bool:
    """Whether a field of the site passes: `eq`, `in`, `min`, `max`; a field that is not known passes nothing."""
    value = cast(Any, state.value(name))
    if value is None:
        return False
    if ("eq" in test and value != test["eq"]) or ("in" in test and value not in test["in"]):
        return False
    if "min" in test or "max" in test:
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        return bool(test.get("min", value) <= value <= test.get("max", value))
    return True
