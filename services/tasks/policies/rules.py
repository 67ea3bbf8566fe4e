"""When the registry publishes a rulebook, then tasks decide by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from chassis.policy import Reaction, Received
from chassis.runner import Work

FEED_RULEBOOK = """
INSERT INTO rulebooks (rulebook, version, valid_from, valid_to, share_numerator, share_denominator, rounding, officers_minimum,
                       officers_bases, plan_required, plan_bases, required_modules)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (rulebook, version) DO UPDATE SET valid_from = EXCLUDED.valid_from, valid_to = EXCLUDED.valid_to,
    share_numerator = EXCLUDED.share_numerator, share_denominator = EXCLUDED.share_denominator, rounding = EXCLUDED.rounding,
    officers_minimum = EXCLUDED.officers_minimum, officers_bases = EXCLUDED.officers_bases,
    plan_required = EXCLUDED.plan_required, plan_bases = EXCLUDED.plan_bases, required_modules = EXCLUDED.required_modules
"""
FEED_PLANNING = """
INSERT INTO planning_rules (rulebook, version, valid_from, valid_to, key_share_percent, due_warning_days, basis,
                            key_risk_grades)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (rulebook, version) DO UPDATE SET valid_from = EXCLUDED.valid_from, valid_to = EXCLUDED.valid_to,
    key_share_percent = EXCLUDED.key_share_percent, due_warning_days = EXCLUDED.due_warning_days, basis = EXCLUDED.basis,
    key_risk_grades = EXCLUDED.key_risk_grades
"""


FEED_INSPECTION = """
INSERT INTO inspection_rules (rulebook, version, valid_from, valid_to, prior_approval, published_items,
                              regularise_within_hours, caps)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (rulebook, version) DO UPDATE SET valid_from = EXCLUDED.valid_from, valid_to = EXCLUDED.valid_to,
    prior_approval = EXCLUDED.prior_approval, published_items = EXCLUDED.published_items,
    regularise_within_hours = EXCLUDED.regularise_within_hours, caps = EXCLUDED.caps
"""
FEED_ITEMS = """
INSERT INTO item_lists (catalogue, version, valid_from, valid_to, items) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (catalogue, version) DO UPDATE SET valid_from = EXCLUDED.valid_from, valid_to = EXCLUDED.valid_to,
    items = EXCLUDED.items
"""


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in a law, with its own days where it has them."""

    law: str
    version: str
    article: str
    paragraph: int | None = None
    item: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Law:
    """A version of a law and the days it is in force."""

    id: str
    version: str
    short_title: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """Which part of a district's enterprises falls to the city, and how it is rounded."""

    share_numerator: int
    share_denominator: int
    rounding: str


@dataclass(frozen=True, slots=True)
class OfficersRule:
    """How many officers a visit needs at least, and the modules in which each must have been trained."""

    minimum: int
    basis: Reference | None = None
    earlier_basis: Reference | None = None
    required_modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InspectionRule:
    """Whether inspections need an approved annual plan."""

    approved_plan_required: bool
    basis: Reference | None = None
    prior_approval_required: bool = False
    published_item_list_required: bool = False
    regularise_within_hours: int | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """A cap on inspections a year."""

    code: str
    province: str | None
    visit: str
    sectors: tuple[str, ...] | None
    standardisation_grade: str | None
    maximum: int
    inclusive: bool
    exempt_task_sources: tuple[str, ...]
    source: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a published list."""

    code: str


@dataclass(frozen=True, slots=True)
class CataloguePublished:
    """What tasks need of it: what may be inspected, and when."""

    catalogue: str
    version: str
    valid_from: date
    valid_to: date | None
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class PlanningRule:
    """The least share of key inspections in a plan, the risk grades that make a site key, when to remind of a last day."""

    key_share_percent: int | None = None
    due_warning_days: int | None = None
    source: str | None = None
    key_risk_grades: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """The parts of a rulebook that tasks decide by."""

    apportionment: Share
    officers: OfficersRule
    inspection: InspectionRule
    laws: tuple[Law, ...] = field(default=())
    planning: PlanningRule | None = None
    inspection_caps: tuple[Cap, ...] = ()


@dataclass(frozen=True, slots=True)
class RulebookPublished:
    """What tasks need of it: the rules and when they hold."""

    rulebook: str
    version: str
    valid_from: date
    valid_to: date | None
    content: Content
    province: str | None = None


async def on_rulebook_published(work: Work, received: Received) -> None:
    """Know the share of the city, the least number of officers, and the articles they rest on."""
    seen = received.read(RulebookPublished)
    content = seen.content
    officers = _bases(content.laws, content.officers.earlier_basis, content.officers.basis)
    plan = _bases(content.laws, content.inspection.basis)
    await work.change(
        FEED_RULEBOOK, seen.rulebook, seen.version, seen.valid_from, seen.valid_to,
        content.apportionment.share_numerator, content.apportionment.share_denominator, content.apportionment.rounding,
        content.officers.minimum, officers, content.inspection.approved_plan_required, plan,
        list(content.officers.required_modules),
    )  # fmt: skip
    planning = content.planning or PlanningRule()
    await work.change(
        FEED_PLANNING, seen.rulebook, seen.version, seen.valid_from, seen.valid_to, planning.key_share_percent,
        planning.due_warning_days, planning.source, list(planning.key_risk_grades),
    )  # fmt: skip
    demanded = content.inspection
    await work.change(
        FEED_INSPECTION, seen.rulebook, seen.version, seen.valid_from, seen.valid_to, demanded.prior_approval_required,
        demanded.published_item_list_required, demanded.regularise_within_hours, _caps(seen),
    )  # fmt: skip


async def on_catalogue_published(work: Work, received: Received) -> None:
    """Know what is on the published list of items."""
    seen = received.read(CataloguePublished)
    codes = sorted({item.code for item in seen.items})
    await work.change(FEED_ITEMS, seen.catalogue, seen.version, seen.valid_from, seen.valid_to, codes)


def _caps(seen: RulebookPublished) -> str:
    """The caps on inspections that hold in the book's province, as JSON."""
    own = [cap for cap in seen.content.inspection_caps if cap.visit == "inspection" and cap.province in (None, seen.province)]
    return orjson.dumps([
        {
            "code": cap.code, "maximum": cap.maximum, "inclusive": cap.inclusive, "sectors": cap.sectors,
            "grade": cap.standardisation_grade, "exempt_kinds": cap.exempt_task_sources, "source": cap.source or "",
            "valid_from": cap.valid_from, "valid_to": cap.valid_to,
        }
        for cap in own
    ]).decode()  # fmt: skip


def _bases(laws: Iterable[Law], *references: Reference | None) -> str:
    """Articles as citable text with their days (a reference's own, else its law's), as JSON."""
    in_force = {(law.id, law.version): law for law in laws}
    given = [(ref, in_force.get((ref.law, ref.version))) for ref in references if ref is not None]
    return orjson.dumps([_basis(ref, law) for ref, law in given]).decode()


def _basis(ref: Reference, law: Law | None) -> dict[str, Any]:
    place = f"第{ref.article}条" + (f"第{ref.paragraph}款" if ref.paragraph else "") + (f"第{ref.item}项" if ref.item else "")
    return {
        "text": f"{law.short_title if law else ref.law}（{ref.version}）{place}",
        "valid_from": ref.valid_from or (law.valid_from if law else None),
        "valid_to": ref.valid_to or (law.valid_to if law else None),
    }


REACTIONS: dict[str, Reaction] = {
    "casetrail.registry.rulebook-published.v1": on_rulebook_published,
    "casetrail.registry.catalogue-published.v1": on_catalogue_published,
}
