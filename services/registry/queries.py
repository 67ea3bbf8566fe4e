"""Questions to the registry's tables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

import orjson

from chassis.codec import decode
from chassis.eventstore import Pool
from services.registry.domain.enterprise import SITE_CLAIM
from services.registry.domain.people import JurisdictionEstablished

OFFICERS = """
SELECT * FROM officers
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR district = $2) AND officer_id > $3
ORDER BY officer_id LIMIT $4
"""
EXPERTS = """
SELECT * FROM experts
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR district = $2) AND expert_id > $3
ORDER BY expert_id LIMIT $4
"""
# Jurisdictions are public: everybody sees all of them.
JURISDICTIONS = "SELECT * FROM jurisdictions WHERE jurisdiction_id > $1 ORDER BY jurisdiction_id LIMIT $2"
ENTERPRISES = """
SELECT * FROM enterprises
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR district = $2) AND ($3::text IS NULL OR sector = $3)
  AND ($4::text IS NULL OR strpos(name, $4) > 0 OR starts_with(uscc, upper($4)))
  AND (name, enterprise_id) > ($5, $6)
ORDER BY name, enterprise_id LIMIT $7
"""
# Read from the events, because what is decided with them may not lag behind; ';' follows ':' in the collation of stream ids.
ESTABLISHED = """
SELECT type, data FROM events WHERE stream_id >= 'jurisdiction:' AND stream_id < 'jurisdiction;' ORDER BY stream_id, version
"""
CLAIMS = "SELECT stream_id, command_id FROM events WHERE stream_id = ANY($1) AND version = 1"

REFUSED_ROWS = "SELECT sheet, row_number, cells, faults FROM refused_rows WHERE import_id = $1 ORDER BY place LIMIT $2"

Fetch = Callable[..., Awaitable[list[Any]]]
"""What rows are asked of: a pool's `fetch`, a unit of work's `read`."""


async def established(fetch: Fetch) -> list[JurisdictionEstablished]:
    """Every jurisdiction that was established, by id; never behind."""
    events = [decode(row["type"], bytes(row["data"])) for row in await fetch(ESTABLISHED)]
    return [event for event in events if isinstance(event, JurisdictionEstablished)]


async def claimed_by(fetch: Fetch, claims: Iterable[str]) -> dict[str, UUID]:
    """Of these claims, those that are held, with the command that claimed; never behind."""
    rows = await fetch(CLAIMS, [SITE_CLAIM.id(claim) for claim in claims])
    return {row["stream_id"].removeprefix(f"{SITE_CLAIM.name}:"): row["command_id"] for row in rows}


async def refused_rows(pool: Pool, import_id: str, limit: int | None = None) -> list[dict[str, Any]]:
    """The rows that an import refused, in the workbook's order: sheet, row, cells, faults."""
    rows = await pool.fetch(REFUSED_ROWS, import_id, limit)
    return [
        {"sheet": r["sheet"], "row": r["row_number"], "cells": orjson.loads(r["cells"]), "faults": orjson.loads(r["faults"])}
        for r in rows
    ]
