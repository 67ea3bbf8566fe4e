"""Lists of cases, of penalties decided on the spot, and of remedies and enforcements: first what a clock runs out for next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.eventstore import Pool
from chassis.sight import Sight

CASES = """
SELECT * FROM case_list
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR organ_id = $3)
  AND ($4::text IS NULL OR enterprise_id = $4) AND ($5::date IS NULL OR (clock_on, case_id) > ($5, $6))
ORDER BY clock_on, case_id LIMIT $7
"""
SPOTS = """
SELECT * FROM spot_list
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR organ_id = $3)
  AND ($4::text IS NULL OR enterprise_id = $4) AND ($5::boolean IS NULL OR (proposed IS NOT NULL) = $5)
  AND ($6::date IS NULL OR (clock_on, spot_id) > ($6, $7))
ORDER BY clock_on, spot_id LIMIT $8
"""
MATTERS = """
SELECT matter, region, case_id, party_id, district, enterprise_id, organ_id, document_no, state, clock_on, version
FROM party_matters
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR region = $2) AND ($3::text IS NULL OR state = $3)
  AND ($4::text IS NULL OR organ_id = $4) AND ($5::text IS NULL OR case_id = $5)
  AND ($6::date IS NULL OR (clock_on, matter) > ($6, $7))
ORDER BY clock_on, matter LIMIT $8
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases, or penalties on the spot, a list is asked for; None means any."""

    districts: list[str] | None
    state: str | None
    organ_id: str | None
    enterprise_id: str | None


async def cases(pool: Pool | Sight, wanted: CaseFilter, after: tuple[date, str] | None, limit: int) -> Sequence[Any]:
    """Cases by the day their next clock runs out, at most `limit`."""
    clock_on, case_id = after or (None, None)
    return await pool.fetch(
        CASES, wanted.districts, wanted.state, wanted.organ_id, wanted.enterprise_id, clock_on, case_id, limit
    )


async def spots(
    pool: Pool | Sight, wanted: CaseFilter, proposed: bool | None, after: tuple[date, str] | None, limit: int
) -> Sequence[Any]:  # fmt: skip
    """Penalties decided on the spot by the day their next clock runs out, at most `limit`; `proposed`: a correction waits."""
    clock_on, spot_id = after or (None, None)
    return await pool.fetch(
        SPOTS, wanted.districts, wanted.state, wanted.organ_id, wanted.enterprise_id, proposed, clock_on, spot_id, limit
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
