"""When the registry tells of rules, people and organs they are kept; when a task is assigned its inspection is prepared."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from chassis.policy import NotYet, Reaction, Received
from chassis.runner import Work
from services.inspection import queries
from services.inspection.commands import visits
from services.inspection.domain import numbers
from services.inspection.domain.events import AssignedExpert, AssignedOfficer, NumberSpan
from services.inspection.domain.inspection import Task

KEEP_CATALOGUE = """
INSERT INTO catalogues (id, valid_from, valid_to, published_at, sha256, items) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO NOTHING
"""
KEEP_RULEBOOK = """
INSERT INTO rulebooks (id, valid_from, valid_to, published_at, sha256, content) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO NOTHING
"""
KEEP_CERTIFICATE = """
INSERT INTO certificates (officer_id, certificate_no, valid_to) VALUES ($1, $2, $3)
ON CONFLICT (officer_id) DO UPDATE SET certificate_no = EXCLUDED.certificate_no, valid_to = EXCLUDED.valid_to
"""
KEEP_BLOCK = """
INSERT INTO device_numbers (series, lease_id, first, last, device_id, pattern) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (series, lease_id, first) DO NOTHING
"""
LAST_DAY = "UPDATE certificates SET valid_to = least(valid_to, $2) WHERE officer_id = $1"
KEEP_ORGAN = """
INSERT INTO organs (organ_id, district, abbreviation) VALUES ($1, $2, $3)
ON CONFLICT (organ_id) DO UPDATE SET district = EXCLUDED.district, abbreviation = EXCLUDED.abbreviation
"""


@dataclass(frozen=True, slots=True)
class CataloguePublished:
    """A version of the item list."""

    catalogue: str
    version: str
    valid_from: date
    valid_to: date | None
    items: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class RulebookPublished:
    """A version of the rules."""

    rulebook: str
    version: str
    valid_from: date
    valid_to: date | None
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OfficerEnrolled:
    """An officer's certificate."""

    officer_id: str
    certificate_no: str
    certificate_valid_to: date


@dataclass(frozen=True, slots=True)
class OfficerRetired:
    """The last day on which an officer may act."""

    officer_id: str
    last_day: date


@dataclass(frozen=True, slots=True)
class JurisdictionEstablished:
    """A jurisdiction's organ, and the abbreviation in its document numbers."""

    jurisdiction_id: str
    organ_id: str
    document_abbreviation: str


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive numbers."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class NumbersLeased:
    """A block of a series was leased."""

    series: str
    lease_id: str
    word: str
    pattern: str | None
    holder: str
    holder_kind: str
    spans: tuple[Span, ...]


async def on_numbers_leased(work: Work, received: Received) -> None:
    """A series of our documents is numbered from blocks from now on: from ours, not from another's."""
    seen = received.read(NumbersLeased)
    if seen.word not in numbers.WORDS:
        return
    if seen.holder_kind == "device":
        for span in seen.spans:
            await work.change(KEEP_BLOCK, seen.series, seen.lease_id, span.first, span.last, seen.holder, seen.pattern)
    series = await work.load(numbers.SERIES, seen.series)
    events = numbers.receive_numbers(
        series.state, series=seen.series, lease_id=seen.lease_id, pattern=seen.pattern,
        ours=(seen.holder_kind, seen.holder) == ("service", "inspection"),
        spans=tuple(NumberSpan(first=span.first, last=span.last) for span in seen.spans),
    )  # fmt: skip
    work.append(series, events, district=received.envelope.district)


async def on_catalogue_published(work: Work, received: Received) -> None:
    """Keep a version of the item list."""
    seen = received.read(CataloguePublished)
    items = orjson.dumps(seen.items).decode()
    await work.change(
        KEEP_CATALOGUE, f"{seen.catalogue}/{seen.version}", seen.valid_from, seen.valid_to,
        received.envelope.recorded_at, _hash(received), items,
    )  # fmt: skip


async def on_rulebook_published(work: Work, received: Received) -> None:
    """Keep a version of the rules."""
    seen = received.read(RulebookPublished)
    content = orjson.dumps(seen.content).decode()
    await work.change(
        KEEP_RULEBOOK, f"{seen.rulebook}/{seen.version}", seen.valid_from, seen.valid_to,
        received.envelope.recorded_at, _hash(received), content,
    )  # fmt: skip


async def on_officer_enrolled(work: Work, received: Received) -> None:
    """Keep an officer's certificate."""
    seen = received.read(OfficerEnrolled)
    await work.change(KEEP_CERTIFICATE, seen.officer_id, seen.certificate_no, seen.certificate_valid_to)


async def on_officer_retired(work: Work, received: Received) -> None:
    """Who has left shows a certificate on no later day."""
    seen = received.read(OfficerRetired)
    await work.change(LAST_DAY, seen.officer_id, seen.last_day)


async def on_jurisdiction_established(work: Work, received: Received) -> None:
    """Keep how the organ's documents are numbered."""
    seen = received.read(JurisdictionEstablished)
    await work.change(KEEP_ORGAN, seen.organ_id, seen.jurisdiction_id, seen.document_abbreviation)


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer whom the task names."""

    officer_id: str
    name: str
    certificate_no: str
    organ_id: str


@dataclass(frozen=True, slots=True)
class Expert:
    """An expert whom the task names."""

    expert_id: str
    name: str


@dataclass(frozen=True, slots=True)
class TaskAssigned:
    """A task with its site, organ, day and people."""

    task_id: str
    kind: str
    campaign_id: str | None
    enterprise_id: str
    enterprise_name: str
    uscc: str
    sector: str
    level: str
    organ_id: str
    organ: str
    planned_on: date
    officers: tuple[Officer, ...]
    experts: tuple[Expert, ...]


async def on_task_assigned(work: Work, received: Received) -> None:
    """Prepare the inspection with the items that apply; waits for the site, the catalogue, the rulebook, the certificates."""
    seen = received.read(TaskAssigned)
    site = await queries.site(work.read, seen.enterprise_id)
    if site is None:
        raise NotYet(f"enterprise {seen.enterprise_id}")
    catalogue = await queries.catalogue_on(work.read, seen.planned_on)
    if catalogue is None:
        raise NotYet(f"catalogue of {seen.planned_on}")
    rules = await queries.rules(work.read, seen.planned_on)
    if rules is None:
        raise NotYet(f"rulebook of {seen.planned_on}")
    officers = [officer.officer_id for officer in seen.officers]
    if missing := set(officers) - (await queries.certificates(work.read, officers)).keys():
        raise NotYet(f"officers {sorted(missing)}")
    await visits.prepare(work, _task(seen), catalogue, site, rules, received.envelope.district)


@dataclass(frozen=True, slots=True)
class TaskReturned:
    """What inspections need of it: which one has nobody to go."""

    task_id: str


@dataclass(frozen=True, slots=True)
class TaskCancelled:
    """What inspections need of it: which one is off, and why."""

    task_id: str
    reason: str


async def on_task_returned(work: Work, received: Received) -> None:
    """Nobody goes until the task is assigned again."""
    await visits.withdraw_team(work, received.read(TaskReturned).task_id)


async def on_task_cancelled(work: Work, received: Received) -> None:
    """The inspection is called off."""
    seen = received.read(TaskCancelled)
    await visits.call_off(work, seen.task_id, seen.reason)


def _task(seen: TaskAssigned) -> Task:
    return Task(
        task_id=seen.task_id, kind=seen.kind, campaign_id=seen.campaign_id, enterprise_id=seen.enterprise_id,
        enterprise_name=seen.enterprise_name, uscc=seen.uscc, sector=seen.sector, level=seen.level, organ_id=seen.organ_id,
        organ=seen.organ, planned_on=seen.planned_on,
        officers=tuple(
            AssignedOfficer(officer_id=o.officer_id, name=o.name, certificate_no=o.certificate_no, organ_id=o.organ_id)
            for o in seen.officers
        ),
        experts=tuple(AssignedExpert(expert_id=expert.expert_id, name=expert.name) for expert in seen.experts),
    )  # fmt: skip


def _hash(received: Received) -> str:
    return hashlib.sha256(received.recorded.data).hexdigest()


REACTIONS: dict[str, Reaction] = {
    "casetrail.registry.catalogue-published.v1": on_catalogue_published,
    "casetrail.registry.rulebook-published.v1": on_rulebook_published,
    "casetrail.registry.officer-enrolled.v1": on_officer_enrolled,
    "casetrail.registry.certificate-renewed.v1": on_officer_enrolled,
    "casetrail.registry.officer-reassigned.v1": on_officer_enrolled,
    "casetrail.registry.officer-retired.v1": on_officer_retired,
    "casetrail.registry.jurisdiction-established.v1": on_jurisdiction_established,
    "casetrail.registry.jurisdiction-renamed.v1": on_jurisdiction_established,
    "casetrail.registry.numbers-leased.v1": on_numbers_leased,
    "casetrail.tasks.task-assigned.v1": on_task_assigned,
    "casetrail.tasks.task-reassigned.v1": on_task_assigned,
    "casetrail.tasks.task-returned.v1": on_task_returned,
    "casetrail.tasks.task-cancelled.v1": on_task_cancelled,
}
