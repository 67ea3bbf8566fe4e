"""What the registry has told: officers of organs, organs, enterprises, numbers leased to devices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.penalty import domain
from services.penalty.domain.numbers import Block
from services.penalty.queries.rows import Question, Read, Rows, together

OFFICERS = """
SELECT o.officer_id, o.name, o.certificate_no, o.certificate_valid_to, r.officer_id IS NOT NULL AS recused
FROM officers o LEFT JOIN recusals r ON r.officer_id = o.officer_id AND r.enterprise_id = $3
WHERE o.organ_id = $1 OR o.officer_id = ANY($2) ORDER BY o.officer_id
"""
ENTERPRISE = "SELECT name, uscc, address, district FROM enterprises WHERE enterprise_id = $1"
ORGAN = "SELECT organ_id, organ, jurisdiction_id, abbreviation FROM organs WHERE organ_id = $1"
BLOCKS = "SELECT first, last, pattern FROM device_numbers WHERE device_id = $1 AND series = $2 ORDER BY first"


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


def officers_question(case: domain.CaseState, ids: Iterable[str] = ()) -> Question:
    """Asks for the officers of the case's organ, its handlers, and those of `ids`."""
    wanted = sorted({*ids, *(handler.officer_id for handler in case.officers)})
    return OFFICERS, (case.organ_id, wanted, case.enterprise_id)


def officers_told(rows: Rows) -> tuple[domain.Officer, ...]:
    """The officers that the answer to `officers_question` names."""
    return tuple(
        domain.Officer(**{**row, "certificate_valid_to": date.fromisoformat(row["certificate_valid_to"])}) for row in rows
    )


async def officers_for(read: Read, case: domain.CaseState, ids: Iterable[str] = ()) -> tuple[domain.Officer, ...]:
    """The officers of the case's organ, its handlers, and those of `ids`, with whether they are recused from its enterprise."""
    [rows] = await together(read, officers_question(case, ids))
    return officers_told(rows)


def enterprise_question(enterprise_id: str) -> Question:
    """Asks for an enterprise by its id."""
    return ENTERPRISE, (enterprise_id,)


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


async def enterprise_and_organ(read: Read, enterprise_id: str, organ_id: str) -> tuple[Enterprise | None, Organ | None]:
    """An enterprise and an organ, asked for at once."""
    sites, organs = await together(read, enterprise_question(enterprise_id), (ORGAN, (organ_id,)))
    return Enterprise(**sites[0]) if sites else None, Organ(**organs[0]) if organs else None


async def blocks_of(read: Read, device_id: str, series: str) -> list[Block]:
    """The numbers of a series that were leased to a device."""
    return [Block(**dict(row)) for row in await read(BLOCKS, device_id, series)]
