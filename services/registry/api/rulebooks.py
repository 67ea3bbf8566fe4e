"""The shape of a rulebook as it is sent: the parts that any service computes with are checked, the others kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chassis.http import Body, Id, IsoDate
from services.registry.api.citations import Fen, Part, Reference, Version
from services.registry.api.reference import Name


class Dated(Part):
    """A rule that holds on certain days, and the article it rests on."""

    basis: Reference | None
    valid_from: IsoDate
    valid_to: IsoDate | None


class Article(Part):
    """What an article has: how many paragraphs 款, which items 项; None where the text was not at hand."""

    paragraphs: int | None = Field(None, ge=1, le=1000, strict=True)
    items: list[str] | None = None


class LawVersion(Part):
    """A version of a law; what is cited of it must be among its `articles`, where they are listed."""

    id: Name
    version: Version
    title: Name
    short_title: Name
    valid_from: IsoDate
    valid_to: IsoDate | None
    highest_article: int | None = Field(None, ge=1, le=10000, strict=True)
    articles: dict[str, Article] | None = None


class Rule(Dated):
    """A rule, guard or mandatory content by its code."""

    code: Name
    status: Name = "in-force"


class DeadlineRow(Dated):
    """A period of the law."""

    code: Name
    length: int = Field(ge=0, le=36500, strict=True)
    unit: str = Field(pattern="^(calendar-day|working-day|hour|month|year)$")
    rolls_to_working_day: bool
    status: Name = "in-force"


class ThresholdRow(Dated):
    """An amount from which the law demands more."""

    code: Name
    province: str | None
    party: str
    measure: str
    comparison: str
    amount_fen: Fen | None


class RangeRow(Reference):
    """The range of a fine."""

    phase: str = Field(pattern="^(first|overdue)$")
    subject: str = Field(pattern="^(unit|person)$")
    min_fen: Fen
    max_fen: Fen
    max_inclusive: bool
    valid_from: IsoDate
    valid_to: IsoDate | None
    other_kinds: list[str] = Field(default_factory=list)


class Apportionment(Part):
    """Which part of a district's enterprises falls to the city."""

    share_numerator: int = Field(ge=0, le=1000, strict=True)
    share_denominator: int = Field(ge=1, le=1000, strict=True)
    rounding: Name


class EarlierReference(Reference):
    """The place that a rule rested on before, within its dates where they are known."""

    valid_from: IsoDate | None = None
    valid_to: IsoDate | None = None


class Officers(Dated):
    """How many officers a visit needs at least."""

    minimum: int = Field(ge=1, le=100, strict=True)
    earlier_basis: EarlierReference | None = None


class Inspection(Part):
    """Whether inspections need an approved plan."""

    approved_plan_required: bool
    basis: Reference | None
    regularise_within_hours: int | None = Field(default=None, ge=1, le=720, strict=True)


class Planning(Part):
    """The least share of key inspections in an annual plan; how many days before its last one a task is reminded of."""

    key_share_percent: int | None = Field(default=None, ge=0, le=100, strict=True)
    due_warning_days: int | None = Field(default=None, ge=0, le=365, strict=True)


class CaseStep(Part):
    """One step of the limit for a decision: the period by its code."""

    deadline: Name


class CaseLimit(Part):
    """The limit for a decision."""

    steps: list[CaseStep] = Field(min_length=1)


class LegalReview(Dated):
    """On which grounds a case needs a legal review."""

    required_when: list[Name]


class Seal(Dated):
    """Whether a decision needs a seal."""

    required: bool


class CalendarOverride(Part):
    """A day whose kind the rulebook fixes."""

    date: IsoDate
    working: bool


class CapRow(Dated):
    """How often an enterprise may be inspected within a period."""

    code: Name
    province: str | None
    visit: str = Field(pattern="^(inspection|supervision-visit)$")
    sectors: list[Name] | None
    standardisation_grade: str | None = Field(pattern="^(1|2|3|none)$")
    period: str = Field(pattern="^calendar-year$")
    maximum: int = Field(ge=0, le=1000, strict=True)
    inclusive: bool
    counts: list[Name]
    exempt_task_sources: list[Name]
    status: Name = "in-force"


class BandRow(Dated):
    """What a fine should be by the extent of a violation, within the range of its article."""

    code: Name
    province: str | None
    provision: Reference
    phase: str = Field(pattern="^(first|overdue)$")
    subject: str = Field(pattern="^(unit|person)$")
    metric: Name
    at_least: int | None = Field(alias="from", ge=0, le=10**9, strict=True)
    at_most: int | None = Field(alias="to", ge=0, le=10**9, strict=True)
    min_fen: Fen
    max_fen: Fen
    max_inclusive: bool
    status: Name = "in-force"


class BoundaryRow(Part):
    """Whether a law's 以上 and 以下 include the number."""

    law: Name
    version: Version
    at_least_inclusive: bool
    at_most_inclusive: bool


class PatternRow(Dated):
    """How a document number is written."""

    code: Name
    pattern: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*\{number\}[^\x00-\x1f\x7f]*$", max_length=100)]
    status: Name = "in-force"


class StalenessRow(Part):
    """After how many months without a word a record's fields are stale."""

    record: str = Field(pattern="^(site|place|equipment)$")
    months: int = Field(ge=1, le=600, strict=True)


class FieldTest(Body):
    """What a register field must hold."""

    eq: str | int | bool | None = None
    within: list[str | int] | None = Field(None, alias="in")
    min: int | None = Field(None, strict=True)
    max: int | None = Field(None, strict=True)


class FactorOption(Part):
    """What a risk factor may be found to be, and its points."""

    code: Name
    title: Name
    points: int = Field(ge=0, le=1000, strict=True)
    when: dict[str, FieldTest] = Field(default_factory=dict)


class FactorRow(Part):
    """A risk factor."""

    code: Name
    title: Name
    sectors: list[Name] = Field(default_factory=list)
    options: list[FactorOption] = Field(min_length=1, max_length=50)


class BandOfPoints(Part):
    """From how many points a risk grade is given."""

    grade: str = Field(pattern="^(major|considerable|general|low)$")
    minimum: int = Field(ge=0, strict=True)


class GradingRow(Part):
    """How sites are graded, and how often."""

    review_months: int = Field(ge=1, le=120, strict=True)
    bands: list[BandOfPoints] = Field(min_length=1, max_length=4)
    factors: list[FactorRow] = Field(min_length=1, max_length=100)


class RegisterRules(Part):
    """What the rulebook says about the register."""

    staleness: list[StalenessRow] = Field(default_factory=list)
    grading: GradingRow | None = None


class RulebookBody(Part):
    """A version of the rulebook: the parts that any service computes with are checked here, others are kept as they are.

    What the others could not read, they would meet only after it is published, and a version is never changed.
    """

    rulebook: Id
    version: Version
    title: Name
    province: str = Field(pattern="^[0-9]{6}$")
    valid_from: IsoDate
    valid_to: IsoDate | None
    laws: list[LawVersion] = Field(min_length=1)
    deadlines: list[DeadlineRow] = Field(min_length=1)
    thresholds: list[ThresholdRow]
    ranges: list[RangeRow]
    rules: list[Rule]
    mitigation_grounds: list[Rule] = Field(default_factory=list)
    ordering_guards: list[Rule]
    closing_guards: list[Rule]
    decision_contents: list[Rule]
    decision_seal: Seal
    legal_review: LegalReview
    case_limit: CaseLimit
    officers: Officers
    inspection: Inspection
    apportionment: Apportionment
    planning: Planning | None = None
    calendar_overrides: list[CalendarOverride]
    inspection_caps: list[CapRow] = Field(default_factory=list)
    discretion_bands: list[BandRow] = Field(default_factory=list)
    boundary: list[BoundaryRow] = Field(default_factory=list)
    number_patterns: list[PatternRow] = Field(default_factory=list)
    register_rules: RegisterRules | None = Field(None, alias="register")
