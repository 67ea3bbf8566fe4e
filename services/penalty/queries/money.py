"""Fines as bank statements name them; whose fines are due in a case; lists of payments and of transfers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

from chassis.domain import Refused
from chassis.eventstore import Pool
from chassis.sight import Sight
from services.penalty.domain import UNIT
from services.penalty.domain.arrears import SurchargeLaw, surcharge_law
from services.penalty.queries.books import rules_on
from services.penalty.queries.rows import Read

OWING = """
SELECT payment_key, case_id, party_id, district, document_key, case_key FROM payment_list
WHERE payment_key = ANY($1) OR document_key = ANY($1) OR case_key = ANY($1)
"""
PAYING_PARTIES = "SELECT party_id FROM payment_list WHERE case_id = $1 ORDER BY payment_key"
TRANSFERS = """
SELECT bank_reference, district, organ_id, state, amount_fen, paid_on, payer, remark, reason, statement_id, line, case_id,
       party_id, returned_on, proposed, version FROM bank_transfers
WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR district = $2) AND ($3::text IS NULL OR statement_id = $3)
  AND ($4::text IS NULL OR case_id = $4) AND ($5::boolean IS NULL OR (proposed IS NOT NULL) = $5)
  AND ($6::date IS NULL OR (paid_on, bank_reference) > ($6, $7))
ORDER BY paid_on, bank_reference LIMIT $8
"""
NAMED_TRANSFERS = """
SELECT bank_reference, district, organ_id, state, amount_fen, case_id, party_id FROM bank_transfers
WHERE bank_reference = ANY($1)
"""
PAYMENTS = """
SELECT payment_key AS payment_code, case_id, party_id, district, state, enterprise_id, organ_id, organ, officers, case_no,
       document_no, imposed_fen, amount_fen, confiscated_fen, confiscation_fen, surcharge_fen, remitted_fen, received_fen,
       refunded_fen, outstanding_fen, credit_fen,
       due_on, overdue, settled_on, version FROM payment_list
WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR district = $2) AND ($3::text IS NULL OR organ_id = $3)
  AND ($4::text IS NULL OR officers @> ARRAY[$4]) AND ($5::text IS NULL OR enterprise_id = $5)
  AND ($6::boolean IS NULL OR overdue = $6) AND ($7::boolean IS NULL OR (credit_fen > 0) = $7)
  AND ($8::date IS NULL OR (due_on, payment_key) > ($8, $9))
ORDER BY due_on, payment_key LIMIT $10
"""


@dataclass(frozen=True, slots=True)
class Owing:
    """A fine that is due: whose it is, in which district, and how its decision and its case are called."""

    payment_key: str
    case_id: str
    party_id: str
    district: str
    document_key: str
    case_key: str | None


async def owing_named(read: Read, names: list[str]) -> list[Owing]:
    """The fines that go by one of these names: payment codes, and numbers of decisions and cases as they are compared."""
    return [Owing(**dict(row)) for row in await read(OWING, [name for name in names if name])]


async def paying_parties(pool: Pool | Sight, case_id: str) -> list[str]:
    """The parties of a case whose fine has fallen due, the unit first, which is asked for even before the list knows it."""
    known = [str(row["party_id"]) for row in await pool.fetch(PAYING_PARTIES, case_id)]
    return [UNIT, *(party_id for party_id in known if party_id != UNIT)]


async def surcharge_law_on(read: Read, day: date) -> SurchargeLaw | None:
    """The surcharge by the rules of a day; None where they know none: what is in arrears is flagged and told all the same."""
    try:
        return surcharge_law(await rules_on(read, day))
    except Refused:
        return None


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """Which payments a list is asked for; None means any."""

    state: str | None
    district: str | None
    organ_id: str | None
    officer_id: str | None
    enterprise_id: str | None
    overdue: bool | None
    credit: bool | None


async def payments(db: Sight, wanted: PaymentFilter, after: tuple[date, str] | None, limit: int) -> Sequence[Any]:
    """Payments by the day that something is due next, at most `limit`."""
    return await db.fetch(PAYMENTS, *astuple(wanted), *(after or (None, None)), limit)


async def transfers_named(read: Read, names: list[str]) -> Sequence[Any]:
    """The transfers of these references, of every district, as the list tells them."""
    return await read(NAMED_TRANSFERS, names) if names else []


async def bank_transfers(
    db: Sight, wanted: tuple[str | bool | None, ...], after: tuple[date, str] | None, limit: int
) -> Sequence[Any]:  # fmt: skip
    """Transfers of a state, district, statement, case, with a correction to decide (each may be any), by day, at most `limit`."""
    return await db.fetch(TRANSFERS, *wanted, *(after or (None, None)), limit)
