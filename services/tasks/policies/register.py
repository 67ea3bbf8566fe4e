"""When the registry tells of organs, enterprises, officers, experts, then they are known here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.policy import Reaction, Received
from chassis.runner import Work

FEED_JURISDICTION = """
INSERT INTO jurisdictions (jurisdiction_id, name, kind, parent, organ_id, organ, valid_from, valid_to)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (jurisdiction_id) DO UPDATE SET name = EXCLUDED.name, kind = EXCLUDED.kind, parent = EXCLUDED.parent,
    organ_id = EXCLUDED.organ_id, organ = EXCLUDED.organ, valid_from = EXCLUDED.valid_from, valid_to = EXCLUDED.valid_to
"""
FEED_ENTERPRISE = """
INSERT INTO enterprises (enterprise_id, name, uscc, district, sector, production_status, standardisation_grade)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (enterprise_id) DO UPDATE SET name = EXCLUDED.name, uscc = EXCLUDED.uscc, district = EXCLUDED.district,
    sector = EXCLUDED.sector, production_status = EXCLUDED.production_status,
    standardisation_grade = EXCLUDED.standardisation_grade
"""
NOTE_STATUS = "UPDATE enterprises SET production_status = $2 WHERE enterprise_id = $1"
MOVE = "UPDATE enterprises SET district = $2 WHERE enterprise_id = $1"
RENAME = "UPDATE enterprises SET name = $2 WHERE enterprise_id = $1"
NOTE_STANDARDISATION = "UPDATE enterprises SET standardisation_grade = $2 WHERE enterprise_id = $1"
NOTE_RISK = "UPDATE enterprises SET risk_grade = $2 WHERE enterprise_id = $1"
ADD_SECTOR = """
UPDATE enterprises SET further_sectors = array_append(further_sectors, $2)
WHERE enterprise_id = $1 AND sector <> $2 AND NOT $2 = ANY(further_sectors)
"""
# Where the first sector is withdrawn, a further one takes its place; the last one stays, so that the site is lost to no list.
WITHDRAW_SECTOR = """
UPDATE enterprises SET
    sector = CASE WHEN sector = $2 AND further_sectors <> '{}' THEN further_sectors[1] ELSE sector END,
    further_sectors = CASE WHEN sector = $2 THEN further_sectors[2:] ELSE array_remove(further_sectors, $2) END
WHERE enterprise_id = $1
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
class Field:
    """A field of a file; of the value, tasks read texts only."""

    name: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class EnterpriseRegistered:
    """What tasks need of it: what is to be inspected, and where; whether it produces, and its standardisation grade."""

    enterprise_id: str
    name: str
    uscc: str
    district: str
    sector: str
    fields: tuple[Field, ...] = ()

    def text(self, name: str, default: str) -> str:
        """A field's value if the file says it."""
        return next((str(one.value) for one in self.fields if one.name == name and one.value is not None), default)


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """Which site stopped, went on, was closed, reopened or merged into another."""

    enterprise_id: str


@dataclass(frozen=True, slots=True)
class EnterpriseMoved:
    """Which district sees to a site from now on."""

    enterprise_id: str
    district: str


@dataclass(frozen=True, slots=True)
class ProfileAmended:
    """Fields of a site's file that are told anew."""

    enterprise_id: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Graded:
    """A site's standardisation grade, on which its yearly cap depends; or its risk grade, which may make it key."""

    enterprise_id: str
    grade: str


@dataclass(frozen=True, slots=True)
class SectorTold:
    """A sector by whose form the site is kept as well, or no more."""

    enterprise_id: str
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
    await work.change(
        FEED_ENTERPRISE, seen.enterprise_id, seen.name, seen.uscc, seen.district, seen.sector,
        seen.text("production_status", "producing"), seen.text("standardisation_grade", "none"),
    )  # fmt: skip


async def on_status_changed(work: Work, received: Received) -> None:
    """Who does not produce is not drawn; a file that was merged into another counts as closed."""
    seen = received.read(StatusChanged)
    await work.change(NOTE_STATUS, seen.enterprise_id, STATUS[received.envelope.type])


async def on_enterprise_moved(work: Work, received: Received) -> None:
    """Tasks that are generated from now on are the new district's; those that began stay whose they are."""
    seen = received.read(EnterpriseMoved)
    await work.change(MOVE, seen.enterprise_id, seen.district)


async def on_profile_amended(work: Work, received: Received) -> None:
    """Know a site by the name of its file."""
    seen = received.read(ProfileAmended)
    for one in seen.fields:
        if one.name == "name" and one.value is not None:
            await work.change(RENAME, seen.enterprise_id, str(one.value))


async def on_standardisation_graded(work: Work, received: Received) -> None:
    """Know the grade on which the yearly cap depends."""
    seen = received.read(Graded)
    await work.change(NOTE_STANDARDISATION, seen.enterprise_id, seen.grade)


async def on_risk_graded(work: Work, received: Received) -> None:
    """Know the grade that may make a site a key enterprise of plans."""
    seen = received.read(Graded)
    await work.change(NOTE_RISK, seen.enterprise_id, seen.grade)


async def on_sector_added(work: Work, received: Received) -> None:
    """Plans and campaigns of a further sector cover the site as well."""
    seen = received.read(SectorTold)
    await work.change(ADD_SECTOR, seen.enterprise_id, seen.sector)


async def on_sector_withdrawn(work: Work, received: Received) -> None:
    """Plans and campaigns of a withdrawn further sector do not cover the site any more."""
    seen = received.read(SectorTold)
    await work.change(WITHDRAW_SECTOR, seen.enterprise_id, seen.sector)


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


STATUS = {
    "casetrail.registry.production-suspended.v1": "suspended",
    "casetrail.registry.production-resumed.v1": "producing",
    "casetrail.registry.enterprise-closed.v1": "closed",
    "casetrail.registry.enterprise-reopened.v1": "producing",
    "casetrail.registry.enterprise-merged.v1": "closed",
}

REACTIONS: dict[str, Reaction] = {
    **dict.fromkeys(STATUS, on_status_changed),
    "casetrail.registry.standardisation-graded.v1": on_standardisation_graded,
    "casetrail.registry.risk-graded.v1": on_risk_graded,
    "casetrail.registry.sector-added.v1": on_sector_added,
    "casetrail.registry.sector-withdrawn.v1": on_sector_withdrawn,
    "casetrail.registry.enterprise-moved.v1": on_enterprise_moved,
    "casetrail.registry.profile-amended.v1": on_profile_amended,
    "casetrail.registry.duplicate-absorbed.v1": on_profile_amended,
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
}
