"""What a decision is told of the world outside: organs, enterprises, officers, experts, and the rules in force."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from chassis.domain import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Organ:
    """An enforcing organ (执法主体) and the jurisdiction that it is the organ of."""

    organ_id: str
    organ: str
    district: str
    kind: str
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enterprise:
    """A registered site; `own` is the organ of its district, None if that district is not known here.

    `further_sectors` are those by whose forms it is kept as well; `risk_grade` is None until it is graded.
    """

    enterprise_id: str
    name: str
    uscc: str
    district: str
    sector: str
    own: Organ | None
    further_sectors: tuple[str, ...] = ()
    risk_grade: str | None = None

    def sector_among(self, sectors: Collection[str]) -> str | None:
        """The sector as which the site counts among these: its first, else the first further one; None if it has none of them."""
        return next((one for one in (self.sector, *sorted(self.further_sectors)) if one in sectors), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An enrolled officer, the last day of the enforcement certificate, and the modules that training opened to them."""

    officer_id: str
    name: str
    organ_id: str
    certificate_no: str
    certificate_valid_to: date
    modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expert:
    """An enrolled expert, who advises and never decides."""

    expert_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Recusal:
    """An officer takes no part in anything at this enterprise (回避)."""

    officer_id: str
    enterprise_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """An article a rule rests on, as text to cite, with the days on which it may be cited (inclusive, None is open)."""

    text: str
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the article was in force on this day."""
        return _within(day, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one version of the rulebook says about plans, apportionment and draws."""

    rulebook: str
    version: str
    valid_from: date
    valid_to: date | None
    share_numerator: int
    share_denominator: int
    rounding: str
    officers_minimum: int
    officers_bases: tuple[Basis, ...] = ()
    plan_required: bool = True
    plan_bases: tuple[Basis, ...] = ()
    required_modules: tuple[str, ...] = ()

    def untaught(self, officer: Officer) -> list[str]:
        """The modules that an officer would have to be trained in before going on a visit."""
        return [module for module in self.required_modules if module not in officer.modules]

    @property
    def name(self) -> str:
        """Rulebook and version, as events carry it in their envelope."""
        return f"{self.rulebook}/{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """What one version of the rulebook says about planning: the least share of key inspections, when to remind of a last day.

    None where it says nothing. Sites of `key_risk_grades` are key enterprises of every plan.
    `basis` is the source as text: these are not articles that are cited by number.
    """

    rulebook: str
    version: str
    valid_from: date
    valid_to: date | None
    key_share_percent: int | None = None
    due_warning_days: int | None = None
    basis: str | None = None
    key_risk_grades: tuple[str, ...] = ()


def planning_on(plannings: Iterable[Planning], day: date) -> Planning | None:
    """What holds on a day, chosen as `rules_on` chooses; None if no rulebook says anything."""
    in_force = [one for one in plannings if _within(day, one.valid_from, one.valid_to)]
    return max(in_force, key=lambda one: (one.valid_from, one.version), default=None)


def cited(bases: Iterable[Basis], day: date) -> str | None:
    """The first of these articles in force on a day; an article is never cited for a time when it did not hold."""
    return next((basis.text for basis in bases if basis.holds_on(day)), None)


def rules_on(rulebooks: Iterable[Rules], day: date) -> Rules:
    """The rules in force on a day: of several versions, the one that came into force last, then the highest version.

    Raises Refused `no-rulebook-in-force`.
    """
    in_force = [rules for rules in rulebooks if _within(day, rules.valid_from, rules.valid_to)]
    if not in_force:
        raise Refused("no-rulebook-in-force", f"{day} 没有生效的规则库", f"no rulebook is in force on {day}", day=day.isoformat())
    return max(in_force, key=lambda rules: (rules.valid_from, rules.version))


def _within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
