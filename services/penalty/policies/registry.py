"""What penalty keeps of the registry's world: organs, officers, parties, items, rules, numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from chassis.policy import Reaction, Received
from chassis.runner import Work
from services.penalty import domain
from services.penalty.domain.numbers import BORROWED

UPSERT_ORGAN = """
INSERT INTO organs (organ_id, organ, jurisdiction_id, abbreviation) VALUES ($1, $2, $3, $4)
ON CONFLICT (organ_id) DO UPDATE SET organ = $2, jurisdiction_id = $3, abbreviation = $4
"""
UPSERT_OFFICER = """
INSERT INTO officers (officer_id, name, organ_id, district, certificate_no, certificate_valid_to) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (officer_id) DO UPDATE
SET name = $2, organ_id = $3, district = $4, certificate_no = $5, certificate_valid_to = $6
"""
UPSERT_RECUSAL = """
INSERT INTO recusals (officer_id, enterprise_id, reason) VALUES ($1, $2, $3)
ON CONFLICT (enterprise_id, officer_id) DO UPDATE SET reason = $3
"""
RETIRE_OFFICER = """
UPDATE officers SET certificate_valid_to = least(certificate_valid_to, $2) WHERE officer_id = $1
"""
KEEP_BLOCK = """
INSERT INTO device_numbers (series, lease_id, first, last, device_id, pattern) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (series, lease_id, first) DO NOTHING
"""
FORGET_RECUSAL = "DELETE FROM recusals WHERE officer_id = $1 AND enterprise_id = $2"
UPSERT_ENTERPRISE = """
INSERT INTO enterprises (enterprise_id, name, uscc, address, district) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (enterprise_id) DO UPDATE SET name = $2, uscc = $3, address = $4, district = $5
"""
AMEND_ENTERPRISE = """
UPDATE enterprises SET name = coalesce($2, name), address = coalesce($3, address) WHERE enterprise_id = $1
"""
UPSERT_ITEMS = """
INSERT INTO catalogue_items (catalogue, code, content)
SELECT $1, item->>'code', item FROM jsonb_array_elements($2::text::jsonb) AS item
ON CONFLICT (catalogue, code) DO UPDATE SET content = EXCLUDED.content
"""
NOTE_CATALOGUE = """
INSERT INTO catalogues (catalogue, name, valid_from) VALUES ($1, $2, $3)
ON CONFLICT (catalogue) DO UPDATE SET valid_from = $3
"""
UPSERT_RULEBOOK = """
INSERT INTO rulebooks (name, valid_from, valid_to, content) VALUES ($1, $2, $3, $4)
ON CONFLICT (name) DO UPDATE SET valid_from = $2, valid_to = $3, content = EXCLUDED.content
"""


@dataclass(frozen=True, slots=True)
class JurisdictionEstablished:
    """registry: a jurisdiction with its organ."""

    jurisdiction_id: str
    organ: str
    organ_id: str
    document_abbreviation: str


@dataclass(frozen=True, slots=True)
class OfficerEnrolled:
    """registry: an officer with a certificate."""

    officer_id: str
    name: str
    organ_id: str
    district: str
    certificate_no: str
    certificate_valid_to: date


@dataclass(frozen=True, slots=True)
class OfficerRetired:
    """registry: the last day on which an officer may act."""

    officer_id: str
    last_day: date


@dataclass(frozen=True, slots=True)
class RecusalWithdrawn:
    """registry: an officer need not keep away any more."""

    officer_id: str
    enterprise_id: str


@dataclass(frozen=True, slots=True)
class RecusalDeclared:
    """registry: an officer keeps away from an enterprise."""

    officer_id: str
    enterprise_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class EnterpriseRegistered:
    """registry: an enterprise."""

    enterprise_id: str
    name: str
    uscc: str
    address: str
    district: str


@dataclass(frozen=True, slots=True)
class Field:
    """registry: a field of a file."""

    name: str
    value: str | int | bool | None


@dataclass(frozen=True, slots=True)
class ProfileAmended:
    """registry: what is now told of an enterprise, by a change of its file or from its duplicate."""

    enterprise_id: str
    fields: tuple[Field, ...]

    def text(self, name: str) -> str | None:
        """A field's value if it is told anew."""
        return next((str(one.value) for one in self.fields if one.name == name and one.value is not None), None)


@dataclass(frozen=True, slots=True)
class CataloguePublished:
    """registry: the item list with what each item leads to."""

    catalogue: str
    version: str
    valid_from: date
    items: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class RulebookPublished:
    """registry: a version of the rules."""

    rulebook: str
    version: str
    valid_from: date
    valid_to: date | None
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """registry: consecutive numbers."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class NumbersLeased:
    """registry: a block of a series was leased."""

    series: str
    lease_id: str
    word: str
    pattern: str | None
    holder: str
    holder_kind: str
    spans: tuple[Span, ...]


async def on_jurisdiction_established(work: Work, received: Received) -> None:
    """Document numbers need the organ's abbreviation, and its jurisdiction."""
    seen = received.read(JurisdictionEstablished)
    await work.change(UPSERT_ORGAN, seen.organ_id, seen.organ, seen.jurisdiction_id, seen.document_abbreviation)


async def on_officer_enrolled(work: Work, received: Received) -> None:
    """Handling officers need a certificate."""
    seen = received.read(OfficerEnrolled)
    await work.change(
        UPSERT_OFFICER, seen.officer_id, seen.name, seen.organ_id, seen.district, seen.certificate_no,
        seen.certificate_valid_to,
    )  # fmt: skip


async def on_recusal_declared(work: Work, received: Received) -> None:
    """A recused officer handles no case of that enterprise."""
    seen = received.read(RecusalDeclared)
    await work.change(UPSERT_RECUSAL, seen.officer_id, seen.enterprise_id, seen.reason)


async def on_recusal_withdrawn(work: Work, received: Received) -> None:
    """Who was kept away may handle cases of that enterprise again."""
    seen = received.read(RecusalWithdrawn)
    await work.change(FORGET_RECUSAL, seen.officer_id, seen.enterprise_id)


async def on_officer_retired(work: Work, received: Received) -> None:
    """Who has left handles no case after the last day, as if the certificate ended then."""
    seen = received.read(OfficerRetired)
    await work.change(RETIRE_OFFICER, seen.officer_id, seen.last_day)


async def on_enterprise_registered(work: Work, received: Received) -> None:
    """A decision names the party's address."""
    seen = received.read(EnterpriseRegistered)
    await work.change(UPSERT_ENTERPRISE, seen.enterprise_id, seen.name, seen.uscc, seen.address, seen.district)


async def on_profile_amended(work: Work, received: Received) -> None:
    """The party's name and address are those of the file now; a case keeps the party that it was referred with."""
    seen = received.read(ProfileAmended)
    await work.change(AMEND_ENTERPRISE, seen.enterprise_id, seen.text("name"), seen.text("address"))


async def on_catalogue_published(work: Work, received: Received) -> None:
    """Charges come from what an item leads to."""
    seen = received.read(CataloguePublished)
    await work.change(NOTE_CATALOGUE, f"{seen.catalogue}/{seen.version}", seen.catalogue, seen.valid_from)
    await work.change(UPSERT_ITEMS, f"{seen.catalogue}/{seen.version}", orjson.dumps(seen.items).decode())


async def on_rulebook_published(work: Work, received: Received) -> None:
    """Every decision is made under the rules of its day."""
    seen = received.read(RulebookPublished)
    content = orjson.dumps(seen.content).decode()
    await work.change(UPSERT_RULEBOOK, f"{seen.rulebook}/{seen.version}", seen.valid_from, seen.valid_to, content)


async def on_numbers_leased(work: Work, received: Received) -> None:
    """A series of our documents is numbered from blocks from now on: from ours, not from another's."""
    seen = received.read(NumbersLeased)
    if seen.word not in domain.WORDS | BORROWED:
        return
    if seen.holder_kind == "device":
        for span in seen.spans:
            await work.change(KEEP_BLOCK, seen.series, seen.lease_id, span.first, span.last, seen.holder, seen.pattern)
    series = await work.load(domain.SERIES, seen.series)
    events = domain.receive_numbers(
        series.state, series=seen.series, lease_id=seen.lease_id, pattern=seen.pattern,
        ours=(seen.holder_kind, seen.holder) == ("service", "penalty"),
        spans=tuple(domain.NumberSpan(first=span.first, last=span.last) for span in seen.spans),
    )  # fmt: skip
    work.append(series, events, district=received.envelope.district)


REACTIONS: dict[str, Reaction] = {
    "casetrail.registry.jurisdiction-established.v1": on_jurisdiction_established,
    "casetrail.registry.jurisdiction-renamed.v1": on_jurisdiction_established,
    "casetrail.registry.officer-enrolled.v1": on_officer_enrolled,
    "casetrail.registry.certificate-renewed.v1": on_officer_enrolled,
    "casetrail.registry.officer-reassigned.v1": on_officer_enrolled,
    "casetrail.registry.officer-retired.v1": on_officer_retired,
    "casetrail.registry.recusal-declared.v1": on_recusal_declared,
    "casetrail.registry.recusal-withdrawn.v1": on_recusal_withdrawn,
    "casetrail.registry.enterprise-registered.v1": on_enterprise_registered,
    "casetrail.registry.profile-amended.v1": on_profile_amended,
    "casetrail.registry.duplicate-absorbed.v1": on_profile_amended,
    "casetrail.registry.catalogue-published.v1": on_catalogue_published,
    "casetrail.registry.rulebook-published.v1": on_rulebook_published,
    "casetrail.registry.numbers-leased.v1": on_numbers_leased,
}
