"""When something happened in the registry or at an inspection, then this follows for tasks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from chassis.policy import Reaction, Received
from chassis.runner import Work
from services.tasks import commands

FEED_JURISDICTION = """
INSERT INTO jurisdictions (jurisdiction_id, name, kind, parent, organ_id, organ, valid_from, valid_to)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (jurisdiction_id) DO UPDATE SET name = EXCLUDED.name, kind = EXCLUDED.kind, parent = EXCLUDED.parent,
    organ_id = EXCLUDED.organ_id, organ = EXCLUDED.organ, valid_from = EXCLUDED.valid_from, valid_to = EXCLUDED.valid_to
"""
FEED_ENTERPRISE = """
INSERT INTO enterprises (enterprise_id, name, uscc, district, sector) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (enterprise_id) DO UPDATE SET name = EXCLUDED.name, uscc = EXCLUDED.uscc, district = EXCLUDED.district,
    sector = EXCLUDED.sector
"""
FEED_OFFICER = """
INSERT INTO officers (officer_id, name, organ_id, district, certificate_no, certificate_valid_to) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (officer_id) DO UPDATE SET name = EXCLUDED.name, organ_id = EXCLUDED.organ_id, district = EXCLUDED.district,
    certificate_no = EXCLUDED.certificate_no, certificate_valid_to = EXCLUDED.certificate_valid_to
"""
FEED_RECUSAL = """
INSERT INTO recusals (officer_id, enterprise_id) VALUES ($1, $2) ON CONFLICT (officer_id, enterprise_id) DO NOTHING
"""
RETIRE_OFFICER = """
UPDATE officers SET certificate_valid_to = least(certificate_valid_to, $2) WHERE officer_id = $1
"""
FORGET_RECUSAL = "DELETE FROM recusals WHERE officer_id = $1 AND enterprise_id = $2"
FEED_EXPERT = """
INSERT INTO experts (expert_id, name, district) VALUES ($1, $2, $3)
ON CONFLICT (expert_id) DO UPDATE SET name = EXCLUDED.name, district = EXCLUDED.district
"""
FEED_RULEBOOK = """
INSERT INTO rulebooks (rulebook, version, valid_from, valid_to, share_numerator, share_denominator, rounding, officers_minimum,
                       officers_bases, plan_required, plan_bases)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (rulebook, version) DO UPDATE SET valid_from = EXCLUDED.valid_from, valid_to = EXCLUDED.valid_to,
    share_numerator = EXCLUDED.share_numerator, share_denominator = EXCLUDED.share_denominator, rounding = EXCLUDED.rounding,
    officers_minimum = EXCLUDED.officers_minimum, officers_bases = EXCLUDED.officers_bases,
    plan_required = EXCLUDED.plan_required, plan_bases = EXCLUDED.plan_bases
"""


@dataclass(frozen=True, slots=True)
class JurisdictionEstablished:
    """What tasks need of it: whose organ enforces where."""

    jurisdiction_id: str
    name: str
    kind: str
    parent: str | None
    organ_id: str
    organ: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class EnterpriseRegistered:
    """What tasks need of it: what is to be inspected, and where."""

    enterprise_id: str
    name: str
    uscc: str
    district: str
    sector: str


@dataclass(frozen=True, slots=True)
class OfficerEnrolled:
    """What tasks need of it: who may be drawn, and until when."""

    officer_id: str
    name: str
    organ_id: str
    district: str
    certificate_no: str
    certificate_valid_to: date


@dataclass(frozen=True, slots=True)
class RecusalDeclared:
    """Who may not be drawn where; why is nobody's business here."""

    officer_id: str
    enterprise_id: str


@dataclass(frozen=True, slots=True)
class OfficerRetired:
    """What tasks need of it: the last day on which an officer may act."""

    officer_id: str
    last_day: date


@dataclass(frozen=True, slots=True)
class ExpertEnrolled:
    """What tasks need of it: who may go along."""

    expert_id: str
    name: str
    district: str


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
    """How many officers a visit needs at least."""

    minimum: int
    basis: Reference | None = None
    earlier_basis: Reference | None = None


@dataclass(frozen=True, slots=True)
class InspectionRule:
    """Whether inspections need an approved annual plan."""

    approved_plan_required: bool
    basis: Reference | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """The parts of a rulebook that tasks decide by."""

    apportionment: Share
    officers: OfficersRule
    inspection: InspectionRule
    laws: tuple[Law, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class RulebookPublished:
    """What tasks need of it: the rules and when they hold."""

    rulebook: str
    version: str
    valid_from: date
    valid_to: date | None
    content: Content


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """What tasks need of it: which task began."""

    inspection_id: str
    task_id: str


@dataclass(frozen=True, slots=True)
class InspectionConcluded:
    """What tasks need of it: which task is done, and when."""

    inspection_id: str
    task_id: str
    concluded_on: date


async def on_jurisdiction_established(work: Work, received: Received) -> None:
    """Know whose organ enforces where."""
    seen = received.read(JurisdictionEstablished)
    await work.change(
        FEED_JURISDICTION, seen.jurisdiction_id, seen.name, seen.kind, seen.parent, seen.organ_id, seen.organ,
        seen.valid_from, seen.valid_to,
    )  # fmt: skip


async def on_enterprise_registered(work: Work, received: Received) -> None:
    """Know what is to be inspected."""
    seen = received.read(EnterpriseRegistered)
    await work.change(FEED_ENTERPRISE, seen.enterprise_id, seen.name, seen.uscc, seen.district, seen.sector)


async def on_officer_enrolled(work: Work, received: Received) -> None:
    """Know who may be drawn."""
    seen = received.read(OfficerEnrolled)
    await work.change(
        FEED_OFFICER, seen.officer_id, seen.name, seen.organ_id, seen.district, seen.certificate_no,
        seen.certificate_valid_to,
    )  # fmt: skip


async def on_recusal_declared(work: Work, received: Received) -> None:
    """Know who may not be drawn where."""
    seen = received.read(RecusalDeclared)
    await work.change(FEED_RECUSAL, seen.officer_id, seen.enterprise_id)


async def on_recusal_withdrawn(work: Work, received: Received) -> None:
    """Who was kept away may be drawn again."""
    seen = received.read(RecusalDeclared)
    await work.change(FORGET_RECUSAL, seen.officer_id, seen.enterprise_id)


async def on_officer_retired(work: Work, received: Received) -> None:
    """Who has left is drawn for nothing after the last day, as if the certificate ended then."""
    seen = received.read(OfficerRetired)
    await work.change(RETIRE_OFFICER, seen.officer_id, seen.last_day)


async def on_expert_enrolled(work: Work, received: Received) -> None:
    """Know who may go along."""
    seen = received.read(ExpertEnrolled)
    await work.change(FEED_EXPERT, seen.expert_id, seen.name, seen.district)


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
    )  # fmt: skip


async def on_checked_in(work: Work, received: Received) -> None:
    """A task starts when its officers have checked in on site."""
    seen = received.read(CheckedIn)
    await commands.start_task(work, seen.task_id, seen.inspection_id)


async def on_inspection_concluded(work: Work, received: Received) -> None:
    """A task is completed when its inspection is concluded."""
    seen = received.read(InspectionConcluded)
    await commands.complete_task(work, seen.task_id, seen.inspection_id, seen.concluded_on)


REACTIONS: dict[str, Reaction] = {
    "casetrail.registry.jurisdiction-established.v1": on_jurisdiction_established,
    "casetrail.registry.jurisdiction-renamed.v1": on_jurisdiction_established,
    "casetrail.registry.jurisdiction-ended.v1": on_jurisdiction_established,
    "casetrail.registry.enterprise-registered.v1": on_enterprise_registered,
    "casetrail.registry.officer-enrolled.v1": on_officer_enrolled,
    "casetrail.registry.certificate-renewed.v1": on_officer_enrolled,
    "casetrail.registry.officer-reassigned.v1": on_officer_enrolled,
    "casetrail.registry.officer-retired.v1": on_officer_retired,
    "casetrail.registry.recusal-declared.v1": on_recusal_declared,
    "casetrail.registry.recusal-withdrawn.v1": on_recusal_withdrawn,
    "casetrail.registry.expert-enrolled.v1": on_expert_enrolled,
    "casetrail.registry.rulebook-published.v1": on_rulebook_published,
    "casetrail.inspection.checked-in.v1": on_checked_in,
    "casetrail.inspection.inspection-concluded.v1": on_inspection_concluded,
}


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
