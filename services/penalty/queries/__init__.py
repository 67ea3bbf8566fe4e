"""What decisions and screens ask of this service's own tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson

from chassis.calendar import WorkingDays
from chassis.domain import Actor, day_of
from chassis.envelope import actor_from
from chassis.eventstore import Pool
from chassis.sight import Sight
from services.penalty import domain
from services.penalty.domain.following import unfollowed
from services.penalty.domain.numbers import Block
from services.penalty.domain.publication import PublicationState
from services.penalty.domain.publishing import is_settled
from services.penalty.domain.remedy import RemedyState
from services.penalty.queries.money import Owing, PaymentFilter, bank_transfers, owing_named, payments
from services.penalty.queries.papers import DOCUMENTS_OF_CASE, DocumentFilter, ReadFilter, documents, reads
from services.penalty.queries.rows import Read

__all__ = [
    "DOCUMENTS_OF_CASE", "DocumentFilter", "Owing", "PaymentFilter", "ReadFilter",
    "bank_transfers", "documents", "owing_named", "payments", "reads",
]  # fmt: skip

RULEBOOK_ON = """
SELECT content FROM rulebooks WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to >= $1)
ORDER BY valid_from DESC, name DESC LIMIT 1
"""
OFFICERS = """
SELECT o.officer_id, o.name, o.certificate_no, o.certificate_valid_to, r.officer_id IS NOT NULL AS recused
FROM officers o LEFT JOIN recusals r ON r.officer_id = o.officer_id AND r.enterprise_id = $3
WHERE o.organ_id = $1 OR o.officer_id = ANY($2) ORDER BY o.officer_id
"""
ITEMS = "SELECT code, content::text AS content FROM catalogue_items WHERE catalogue = $1 AND code = ANY($2)"
DEEDS = "SELECT occurred_at, actor FROM events WHERE stream_id = $1 ORDER BY version"
LATEST = (
    "SELECT catalogue FROM catalogues WHERE name = split_part($1, '/', 1) AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1"
)
HAZARDS = "SELECT hazard_id, state FROM hazards WHERE hazard_id = ANY($1)"
OVERDUE = "SELECT hazard_id FROM hazards WHERE hazard_id = ANY($1) AND overdue"
ENTERPRISE = "SELECT name, uscc, address, district FROM enterprises WHERE enterprise_id = $1"
ORGAN = "SELECT organ_id, organ, jurisdiction_id, abbreviation FROM organs WHERE organ_id = $1"
BLOCKS = "SELECT first, last, pattern FROM device_numbers WHERE device_id = $1 AND series = $2 ORDER BY first"

CASES = """
SELECT * FROM case_list
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR organ_id = $3)
  AND ($4::text IS NULL OR enterprise_id = $4) AND ($5::date IS NULL OR (clock_on, case_id) > ($5, $6))
ORDER BY clock_on, case_id LIMIT $7
"""
MATTERS = """
SELECT matter, region, case_id, party_id, district, enterprise_id, organ_id, document_no, state, clock_on, version
FROM party_matters
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR region = $2) AND ($3::text IS NULL OR state = $3)
  AND ($4::text IS NULL OR organ_id = $4) AND ($5::text IS NULL OR case_id = $5)
  AND ($6::date IS NULL OR (clock_on, matter) > ($6, $7))
ORDER BY clock_on, matter LIMIT $8
"""


@dataclass(frozen=True, slots=True)
class Organ:
    """An enforcing organ: the jurisdiction it belongs to, and its name in document numbers."""

    organ_id: str
    organ: str
    jurisdiction_id: str
    abbreviation: str


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An enterprise as its file names it now."""

    name: str
    uscc: str
    address: str
    district: str


# What a published rulebook says is asked for with every step; it is parsed, and read for a day, once in a process. The key is
# its whole text, so that no two rulebooks are ever taken for one another.
@lru_cache(maxsize=8)
def _book(content: str) -> Mapping[str, Any]:
    book: Mapping[str, Any] = orjson.loads(content)
    return book


@lru_cache(maxsize=8)
def _ranges_in(content: str) -> tuple[domain.Row, ...]:
    return domain.ranges(_book(content))


@lru_cache(maxsize=32)
def _rules_in(content: str, day: date) -> domain.Rules:
    book = _book(content)
    return domain.rules_on(book, day, WorkingDays(domain.overrides(book)))


async def _content_on(read: Read, day: date) -> str | None:
    rows = await read(RULEBOOK_ON, day)
    return rows[0]["content"] if rows else None


async def rulebook_on(read: Read, day: date) -> Mapping[str, Any] | None:
    """The published rulebook that is in force on a day."""
    content = await _content_on(read, day)
    return None if content is None else _book(content)


async def rules_on(read: Read, day: date) -> domain.Rules:
    """The rules of the penalty procedure on a day; Refused if no rulebook, or no penalty procedure, is in force then."""
    content = await _content_on(read, day)
    if content is None:
        raise domain.not_in_force(day, "rulebook")
    return _rules_in(content, day)


async def officers_for(read: Read, case: domain.CaseState, ids: Iterable[str] = ()) -> tuple[domain.Officer, ...]:
    """The officers of the case's organ, its handlers, and those of `ids`, with whether they are recused from its enterprise."""
    wanted = sorted({*ids, *(handler.officer_id for handler in case.officers)})
    rows = await read(OFFICERS, case.organ_id, wanted, case.enterprise_id)
    return tuple(domain.Officer(**dict(row)) for row in rows)


async def sanctions_for(read: Read, case: domain.CaseState, day: date) -> domain.Sanctions:
    """What the law of the day of the act, and of `day`, allows to impose for the acts of a case."""
    latest = await read(LATEST, case.catalogue, day)
    now = await _content_on(read, day)
    then = now if day == case.act_date else await _content_on(read, case.act_date)
    overdue = await read(OVERDUE, [act.hazard_id for act in case.acts])
    return domain.Sanctions(
        items=await _branches(read, case.catalogue, case),
        items_now=await _branches(read, latest[0]["catalogue"], case) if latest else {},
        ranges_at_act=() if then is None else _ranges_in(then), ranges_now=() if now is None else _ranges_in(now),
        bands=() if now is None else domain.bands(_book(now), day),
        unrectified=frozenset(row["hazard_id"] for row in overdue),
    )  # fmt: skip


async def _branches(read: Read, catalogue: str, case: domain.CaseState) -> dict[str, tuple[domain.Row, ...]]:
    rows = await read(ITEMS, catalogue, sorted({act.item_code for act in case.acts}))
    return {row["code"]: _penalties(row["content"]) for row in rows}


@lru_cache(maxsize=256)
def _penalties(content: str) -> tuple[domain.Row, ...]:
    return domain.penalties(orjson.loads(content))


async def norms_of(read: Read, case: domain.CaseState) -> dict[str, tuple[domain.Norm, ...]]:
    """What each item of a case breaches, by the catalogue that it was referred with."""
    rows = await read(ITEMS, case.catalogue, sorted({act.item_code for act in case.acts}))
    return {row["code"]: domain.norms(orjson.loads(row["content"])) for row in rows}


async def deeds(read: Read, stream_id: str) -> list[tuple[datetime, Actor]]:
    """When each event of a stream happened, and who caused it (the name sealed), by version."""
    rows = await read(DEEDS, stream_id)
    return [(row["occurred_at"], actor_from(row["actor"])) for row in rows]


async def hazards_of(read: Read, case: domain.CaseState) -> dict[str, str]:
    """The state of rectification of the case's hazards, as far as inspection has told."""
    rows = await read(HAZARDS, [act.hazard_id for act in case.acts])
    return {row["hazard_id"]: row["state"] for row in rows}


async def enterprise_of(read: Read, enterprise_id: str) -> Enterprise | None:
    """An enterprise, if it is known here."""
    rows = await read(ENTERPRISE, enterprise_id)
    return Enterprise(**dict(rows[0])) if rows else None


async def address_of(read: Read, enterprise_id: str) -> str:
    """The address of an enterprise; empty if it is not known here."""
    enterprise = await enterprise_of(read, enterprise_id)
    return "" if enterprise is None else enterprise.address


async def organ_of(read: Read, organ_id: str) -> Organ | None:
    """An organ, if it is known here."""
    rows = await read(ORGAN, organ_id)
    return Organ(**dict(rows[0])) if rows else None


async def blocks_of(read: Read, device_id: str, series: str) -> list[Block]:
    """The numbers of a series that were leased to a device."""
    return [Block(**dict(row)) for row in await read(BLOCKS, device_id, series)]


async def unpublished(read: Read, case: domain.CaseState, publications: Mapping[str, PublicationState]) -> tuple[str, ...]:
    """The parties whose decision has yet to be published, or withdrawn, by the rules of its day."""
    sides = [(side.party_id, side.decision) for side in case.sides if side.decision is not None]
    rules = {decision.decided_on: await rules_on(read, decision.decided_on) for _, decision in sides}
    nothing = PublicationState()
    return tuple(
        party for party, decision in sides
        if not is_settled(publications.get(party, nothing), decision, rules[decision.decided_on])
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """What runs beside a case, by party: payments, remedies, publications."""

    payments: Mapping[str, domain.PaymentState]
    remedies: Mapping[str, RemedyState]
    publications: Mapping[str, PublicationState]


async def outlook_of(
    read: Read, case: domain.CaseState, regions: Regions, at: datetime
) -> tuple[domain.Outlook, ...]:  # fmt: skip
    """What may be done next with a case at a time; Refused if no rules are in force then."""
    day = day_of(at)
    facts = domain.Facts(
        rules=await rules_on(read, day), officers=await officers_for(read, case),
        sanctions=await sanctions_for(read, case, day), address=await address_of(read, case.enterprise_id),
        beside=domain.Beside(
            payments=regions.payments, hazards=await hazards_of(read, case), publications=regions.publications,
            unpublished=await unpublished(read, case, regions.publications),
            unfollowed=unfollowed(case, regions.remedies),
            pending=tuple(party for party, region in regions.remedies.items() if region.is_pending),
        ),
    )  # fmt: skip
    return domain.outlook(case, facts, at)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases a list is asked for; None means any."""

    districts: list[str] | None
    state: str | None
    organ_id: str | None
    enterprise_id: str | None


async def cases(pool: Pool, wanted: CaseFilter, after: tuple[date, str] | None, limit: int) -> Sequence[Any]:
    """Cases by the day their next clock runs out, at most `limit`."""
    clock_on, case_id = after or (None, None)
    return await pool.fetch(
        CASES, wanted.districts, wanted.state, wanted.organ_id, wanted.enterprise_id, clock_on, case_id, limit
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterFilter:
    """Which remedies and enforcements a list is asked for; None means any."""

    districts: list[str] | None
    region: str | None
    state: str | None
    organ_id: str | None
    case_id: str | None


async def matters(pool: Pool | Sight, wanted: MatterFilter, after: tuple[date, str] | None, limit: int) -> Sequence[Any]:
    """Remedies and enforcements by the day their next clock runs out, at most `limit`."""
    clock_on, matter = after or (None, None)
    return await pool.fetch(
        MATTERS, wanted.districts, wanted.region, wanted.state, wanted.organ_id, wanted.case_id, clock_on, matter, limit
    )


CALENDAR = """
SELECT c.clock_id, c.kind, c.case_id, c.party_id, c.district, c.organ_id, c.case_no, c.enterprise_name, c.due_on FROM calendar c
WHERE c.running AND ($1::text[] IS NULL OR c.district = ANY($1)) AND ($2::text IS NULL OR c.organ_id = $2)
  AND ($3::text IS NULL OR c.case_id = $3) AND ($4::date IS NULL OR c.due_on <= $4)
  AND ($5::text IS NULL OR c.case_id IN (SELECT o.case_id FROM calendar_officers o WHERE o.officer_id = $5 AND o.handles))
  AND ($6::date IS NULL OR (c.due_on, c.clock_id) > ($6, $7))
ORDER BY c.due_on, c.clock_id LIMIT $8
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFilter:
    """Which clocks are asked for; None means any."""

    districts: list[str] | None
    organ_id: str | None
    case_id: str | None
    until: date | None
    officer_id: str | None


async def calendar(pool: Pool, wanted: CalendarFilter, after: tuple[date, str] | None, limit: int) -> Sequence[Any]:
    """Clocks that run, or ran out with nothing done, the next first, at most `limit`."""
    due_on, clock_id = after or (None, None)
    return await pool.fetch(
        CALENDAR, wanted.districts, wanted.organ_id, wanted.case_id, wanted.until, wanted.officer_id, due_on, clock_id, limit
    )


@dataclass(frozen=True, slots=True)
class Expiries:
    """What the end of each period means, code and Chinese title by period; and the period that limits a case."""

    of: Mapping[str, tuple[str, str]]
    limit: str


async def expiries(read: Read, day: date) -> Expiries:
    """What the rulebook in force on a day says that the end of each period means; nothing where none is in force."""
    book = await rulebook_on(read, day)
    if book is None:
        return Expiries({}, "")
    titles = book["expiries"]
    told = {row["code"]: (row["on_expiry"], titles.get(row["on_expiry"], "")) for row in book["deadlines"]}
    return Expiries(told, book["case_limit"]["steps"][0]["deadline"])


PAYING_PARTIES = "SELECT party_id FROM payment_list WHERE case_id = $1 ORDER BY payment_key"


async def paying_parties(pool: Pool | Sight, case_id: str) -> list[str]:
    """The parties of a case whose fine has fallen due, the unit first, which is asked for even before the list knows it."""
    known = [str(row["party_id"]) for row in await pool.fetch(PAYING_PARTIES, case_id)]
    return [domain.UNIT, *(party_id for party_id in known if party_id != domain.UNIT)]


SPOTS = """
SELECT * FROM spot_list
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR organ_id = $3)
  AND ($4::text IS NULL OR enterprise_id = $4) AND ($5::date IS NULL OR (clock_on, spot_id) > ($5, $6))
ORDER BY clock_on, spot_id LIMIT $7
"""


async def spots(pool: Pool | Sight, wanted: CaseFilter, after: tuple[date, str] | None, limit: int) -> Sequence[Any]:
    """Penalties decided on the spot by the day their next clock runs out, at most `limit`."""
    clock_on, spot_id = after or (None, None)
    return await pool.fetch(
        SPOTS, wanted.districts, wanted.state, wanted.organ_id, wanted.enterprise_id, clock_on, spot_id, limit
    )


PUBLISHED = """
SELECT * FROM publication_list
WHERE state <> 'ended' AND ($1::text IS NULL OR district = $1)
  AND ($2::timestamptz IS NULL OR (updated_at, entry_id) < ($2, $3))
ORDER BY updated_at DESC, entry_id DESC LIMIT $4
"""


async def published(db: Sight, district: str | None, after: tuple[datetime, str] | None, limit: int) -> Sequence[Any]:
    """What is published, or withdrawn and explained, what changed last first, at most `limit`."""
    return await db.fetch(PUBLISHED, district, *(after or (None, None)), limit)
