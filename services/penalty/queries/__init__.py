"""What decisions and screens ask of this service's own tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson

from chassis.domain import Actor, day_of
from chassis.envelope import actor_from
from chassis.eventstore import Pool
from chassis.sight import Sight
from services.penalty import domain
from services.penalty.domain.daily import Refusal
from services.penalty.domain.following import unfollowed
from services.penalty.domain.numbers import Block
from services.penalty.domain.publication import PublicationState
from services.penalty.domain.publishing import is_settled
from services.penalty.domain.remedy import RemedyState
from services.penalty.domain.standing import StandingState
from services.penalty.queries.books import Book, BooksOn, rules_by
from services.penalty.queries.due import CalendarFilter, calendar
from services.penalty.queries.money import Owing, PaymentFilter, bank_transfers, owing_named, payments
from services.penalty.queries.papers import DOCUMENTS_OF_CASE, DocumentFilter, ReadFilter, documents, reads
from services.penalty.queries.rows import Question, Read, Rows, together

__all__ = [
    "DOCUMENTS_OF_CASE", "CalendarFilter", "DocumentFilter", "Owing", "PaymentFilter", "ReadFilter",
    "bank_transfers", "calendar", "documents", "owing_named", "payments", "reads",
]  # fmt: skip

OFFICERS = """
SELECT o.officer_id, o.name, o.certificate_no, o.certificate_valid_to, r.officer_id IS NOT NULL AS recused
FROM officers o LEFT JOIN recusals r ON r.officer_id = o.officer_id AND r.enterprise_id = $3
WHERE o.organ_id = $1 OR o.officer_id = ANY($2) ORDER BY o.officer_id
"""
ITEMS = "SELECT code, content::text AS content FROM catalogue_items WHERE catalogue = $1 AND code = ANY($2)"
DEEDS = "SELECT occurred_at, actor FROM events WHERE stream_id = $1 ORDER BY version"
LATEST_ITEMS = """
SELECT code, content::text AS content FROM catalogue_items WHERE code = ANY($3) AND catalogue = (
    SELECT catalogue FROM catalogues WHERE name = split_part($1, '/', 1) AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1
)
"""
HAZARDS = "SELECT hazard_id, state, overdue, ordered_on, failed_on FROM hazards WHERE hazard_id = ANY($1)"
MAJOR = "SELECT hazard_id FROM major_hazards WHERE hazard_id = ANY($1)"
FOREIGN_HAZARDS = "SELECT hazard_id FROM hazards WHERE hazard_id = ANY($1) AND enterprise_id <> $2 ORDER BY hazard_id"
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


async def _books_on(read: Read, *days: date) -> Mapping[date, Book | None]:
    asked = BooksOn(*days)
    [rows] = await together(read, asked.question)
    return asked.told(rows)


async def rulebook_on(read: Read, day: date) -> Mapping[str, Any] | None:
    """The published rulebook that is in force on a day."""
    books = await _books_on(read, day)
    return None if (book := books[day]) is None else book.content


async def rules_on(read: Read, day: date) -> domain.Rules:
    """The rules of the penalty procedure on a day; Refused if no rulebook, or no penalty procedure, is in force then."""
    return rules_by(await _books_on(read, day), day)


def _officers(case: domain.CaseState, ids: Iterable[str] = ()) -> Question:
    wanted = sorted({*ids, *(handler.officer_id for handler in case.officers)})
    return OFFICERS, (case.organ_id, wanted, case.enterprise_id)


def _officers_in(rows: Rows) -> tuple[domain.Officer, ...]:
    return tuple(
        domain.Officer(**{**row, "certificate_valid_to": date.fromisoformat(row["certificate_valid_to"])}) for row in rows
    )


async def officers_for(read: Read, case: domain.CaseState, ids: Iterable[str] = ()) -> tuple[domain.Officer, ...]:
    """The officers of the case's organ, its handlers, and those of `ids`, with whether they are recused from its enterprise."""
    [rows] = await together(read, _officers(case, ids))
    return _officers_in(rows)


def _items(case: domain.CaseState) -> Question:
    return ITEMS, (case.catalogue, _codes(case))


def _latest_items(case: domain.CaseState, day: date) -> Question:
    return LATEST_ITEMS, (case.catalogue, day, _codes(case))


def _codes(case: domain.CaseState) -> list[str]:
    return sorted({act.item_code for act in case.acts})


def _hazards(case: domain.CaseState) -> Question:
    return HAZARDS, ([act.hazard_id for act in case.acts],)


async def sanctions_for(read: Read, case: domain.CaseState, day: date) -> domain.Sanctions:
    """What the law of the day of the act, and of `day`, allows to impose for the acts of a case."""
    asked = BooksOn(day, case.act_date)
    items, latest, hazards, books = await together(
        read, _items(case), _latest_items(case, day), _hazards(case), asked.question
    )  # fmt: skip
    return _sanctions(case, day, items, latest, hazards, asked.told(books))


def _sanctions(
    case: domain.CaseState, day: date, items: Rows, latest: Rows, hazards: Rows, books: Mapping[date, Book | None]
) -> domain.Sanctions:  # fmt: skip
    then, now = books[case.act_date], books[day]
    return domain.Sanctions(
        items=_branches(items), items_now=_branches(latest),
        ranges_at_act=() if then is None else then.ranges, ranges_now=() if now is None else now.ranges,
        bands=() if now is None else domain.bands(now.content, day),
        unrectified=frozenset(row["hazard_id"] for row in hazards if row["overdue"]),
    )  # fmt: skip


def _branches(rows: Rows) -> dict[str, tuple[domain.Row, ...]]:
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
    [rows] = await together(read, _hazards(case))
    return {row["hazard_id"]: row["state"] for row in rows}


async def hazards_of_others(read: Read, enterprise_id: str, hazard_ids: list[str]) -> list[str]:
    """Which of these hazards are known, and another enterprise's."""
    return [str(row["hazard_id"]) for row in await read(FOREIGN_HAZARDS, hazard_ids, enterprise_id)]


async def refusals_of(read: Read, case: domain.CaseState) -> dict[str, Refusal]:
    """The hazards of a case that were ordered to be corrected and that a re-inspection found still there, with these days."""
    [rows] = await together(read, _hazards(case))
    return _refusals(rows)


def _refusals(rows: Rows) -> dict[str, Refusal]:
    return {
        row["hazard_id"]: Refusal(
            ordered_on=date.fromisoformat(row["ordered_on"]), failed_on=date.fromisoformat(row["failed_on"])
        )
        for row in rows if row["ordered_on"] and row["failed_on"]
    }  # fmt: skip


async def major_of(read: Read, case: domain.CaseState) -> frozenset[str]:
    """The major hazards of a case."""
    rows = await read(MAJOR, [act.hazard_id for act in case.acts])
    return frozenset(row["hazard_id"] for row in rows)


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
    return _unpublished(case, publications, await _books_on(read, *_decided(case)))


def _decided(case: domain.CaseState) -> list[date]:
    return [side.decision.decided_on for side in case.sides if side.decision is not None]


def _unpublished(
    case: domain.CaseState, publications: Mapping[str, PublicationState], books: Mapping[date, Book | None]
) -> tuple[str, ...]:  # fmt: skip
    nothing = PublicationState()
    decided = (
        side.party_id for side in case.sides
        if (decision := side.decision) is not None
        and not is_settled(publications.get(side.party_id, nothing), decision, rules_by(books, decision.decided_on))
    )  # fmt: skip
    revoked = (side.party_id for side in case.sides if side.decision is None and side.former)
    return (*decided, *(party for party in revoked if publications.get(party, nothing).withdraw_by is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """What runs beside a case, by party: payments, remedies, publications."""

    payments: Mapping[str, domain.PaymentState]
    remedies: Mapping[str, RemedyState]
    publications: Mapping[str, PublicationState]
    standing: StandingState = field(default_factory=StandingState)


async def outlook_of(
    read: Read, case: domain.CaseState, regions: Regions, at: datetime
) -> tuple[domain.Outlook, ...]:  # fmt: skip
    """What may be done next with a case at a time; Refused if no rules are in force then."""
    day = day_of(at)
    asked = BooksOn(day, case.act_date, *_decided(case))
    officers, items, latest, hazards, enterprise, rows = await together(
        read, _officers(case), _items(case), _latest_items(case, day), _hazards(case), (ENTERPRISE, (case.enterprise_id,)),
        asked.question,
    )  # fmt: skip
    books = asked.told(rows)
    facts = domain.Facts(
        rules=rules_by(books, day), officers=_officers_in(officers),
        sanctions=_sanctions(case, day, items, latest, hazards, books),
        address=enterprise[0]["address"] if enterprise else "",
        beside=domain.Beside(
            payments=regions.payments, hazards={row["hazard_id"]: row["state"] for row in hazards},
            publications=regions.publications, unpublished=_unpublished(case, regions.publications, books),
            unfollowed=unfollowed(case, regions.remedies),
            pending=tuple(party for party, region in regions.remedies.items() if region.is_pending),
        ),
        standing=regions.standing, refusals=_refusals(hazards),
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
