"""Questions to the registry's tables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson

from chassis.codec import decode
from chassis.domain import ERASED, Event
from chassis.sight import Sight
from chassis.vault import Vault
from services.registry.domain.enterprise import SITE_CLAIM
from services.registry.domain.erasure import KeptFile
from services.registry.domain.jurisdictions import JURISDICTION, JurisdictionEstablished, JurisdictionState
from services.registry.domain.law import CATALOGUE, RULEBOOK, CataloguePublished, RulebookPublished
from services.registry.domain.numbers import Numbered

OFFICERS = """
SELECT * FROM officers
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR district = $2) AND officer_id > $3
ORDER BY officer_id LIMIT $4
"""
OPEN_FILES = """
SELECT district, name, enterprise_id FROM enterprises
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR district = $2) AND sectors @> ARRAY[$3::text]
  AND status NOT IN ('closed', 'merged') AND (district, name, enterprise_id) > ($4, $5, $6)
ORDER BY district, name, enterprise_id LIMIT $7
"""
OPEN_RECORDS = """
SELECT count(*) AS sites, coalesce(sum(places), 0) AS places, coalesce(sum(equipment), 0) AS equipment FROM enterprises
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR district = $2) AND sectors @> ARRAY[$3::text]
  AND status NOT IN ('closed', 'merged')
"""
SUBMISSIONS = """
SELECT * FROM submissions
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND state = $2
  AND ($3::date IS NULL OR (submitted_on, submission_id) > ($3, $4))
  AND ($5::text IS NULL OR enterprise_id = $5)
ORDER BY submitted_on, submission_id LIMIT $6
"""
ROSTERS = {
    "officers": """
SELECT * FROM officers WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR district = $2)
  AND (district, officer_id) > ($3, $4)
ORDER BY district, officer_id LIMIT $5
""",
    "experts": """
SELECT * FROM experts WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR district = $2)
  AND (district, expert_id) > ($3, $4)
ORDER BY district, expert_id LIMIT $5
""",
}
ROSTER_SIZES = {
    "officers": """
SELECT count(*) FROM officers WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR district = $2)
""",
    "experts": """
SELECT count(*) FROM experts WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR district = $2)
""",
}
EXPERTS = """
SELECT * FROM experts
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR district = $2) AND expert_id > $3
ORDER BY expert_id LIMIT $4
"""
CERTIFICATES = """
SELECT officer_id, district, name, organ_id, organ, certificate_no, certificate_valid_to, specialities, version FROM officers
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::date IS NULL OR certificate_valid_to < $2) AND last_day IS NULL
  AND (certificate_valid_to, officer_id) > ($3, $4)
ORDER BY certificate_valid_to, officer_id LIMIT $5
"""
NUMBER_SERIES = """
SELECT * FROM number_series
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR organ_id = $2) AND series > $3
ORDER BY series LIMIT $4
"""
# Published law is public.
PUBLICATIONS = """
SELECT * FROM publications WHERE kind = $1 AND ($2::date IS NULL OR (valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)))
  AND publication > $3
ORDER BY publication LIMIT $4
"""
# Jurisdictions are public: everybody sees all of them.
JURISDICTIONS = "SELECT * FROM jurisdictions WHERE jurisdiction_id > $1 ORDER BY jurisdiction_id LIMIT $2"
# Part of a name is looked for in an index that holds all that is asked for: no row is read that is not shown. Row-level security
# comes before it, so an n-gram index could not be used: its operators are not leakproof.
ENTERPRISES = """
SELECT e.* FROM (
    SELECT name, enterprise_id FROM enterprises
    WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR district = $2) AND ($3::text IS NULL OR sector = $3)
      AND ($4::text IS NULL OR strpos(name, $4) > 0 OR starts_with(uscc, upper($4)))
      AND (name, enterprise_id) > ($5, $6)
    ORDER BY name, enterprise_id LIMIT $7
) AS found JOIN enterprises e USING (enterprise_id) ORDER BY found.name, found.enterprise_id
"""
# Read from the events, because what is decided with them may not lag behind; ';' follows ':' in the collation of stream ids.
ESTABLISHED = """
SELECT stream_id, type, data FROM events
WHERE stream_id >= 'jurisdiction:' AND stream_id < 'jurisdiction;' ORDER BY stream_id, version
"""
CLAIMS = "SELECT stream_id, command_id FROM events WHERE stream_id = ANY($1) AND version = 1"

VERSIONS = "SELECT type, data FROM events WHERE stream_id >= $1 AND stream_id < $2 ORDER BY stream_id, version"
RULEBOOKS = """
SELECT type, data FROM events WHERE stream_id >= 'rulebook:' AND stream_id < 'rulebook;' ORDER BY stream_id, version
"""
NUMBERED = "SELECT holder, last FROM self_numbered WHERE series = $1"
HAS_KEY = "SELECT EXISTS (SELECT FROM person_keys WHERE person = $1) AS known"
# Who stands in the file of a filed case: everybody of the party, and the officers who handle it.
FILES_WITH = """
SELECT case_id, case_no, filed_on FROM kept_files
WHERE filed_on IS NOT NULL AND (enterprise_id = split_part($1, '/', 1) OR $1 = ANY(officers)) ORDER BY filed_on, case_id
"""

FILES_OF = """
SELECT uscc, enterprise_id, district FROM enterprises WHERE uscc = ANY($1) AND status <> 'merged' ORDER BY uscc, enterprise_id
"""
FILES_NAMED = (
    "SELECT name, enterprise_id FROM enterprises WHERE name = ANY($1) AND status <> 'merged' ORDER BY name, enterprise_id"
)
FEEDS = """
SELECT * FROM feeds WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::date IS NULL OR (as_of, feed_id) < ($2, $3))
ORDER BY as_of DESC, feed_id DESC LIMIT $4
"""
RECONCILIATIONS = """
SELECT * FROM reconciliations
WHERE ($1::text[] IS NULL OR district = ANY($1)) AND ($2::text IS NULL OR district = $2) AND state = $3
  AND ($4::text IS NULL OR kind = $4) AND ($5::text IS NULL OR feed_id = $5)
  AND ($6::date IS NULL OR (proposed_on, reconciliation_id) > ($6, $7))
ORDER BY proposed_on, reconciliation_id LIMIT $8
"""
LOADED = "SELECT count(*) AS sites FROM enterprises WHERE import_id = $1"
REFUSED_ROWS = "SELECT sheet, row_number, cells, faults FROM refused_rows WHERE import_id = $1 ORDER BY place LIMIT $2"

Fetch = Callable[..., Awaitable[list[Any]]]
"""What rows are asked of: a pool's `fetch`, a unit of work's `read`."""


async def established(fetch: Fetch) -> list[JurisdictionEstablished]:
    """Every jurisdiction that was ever established, as it is now, by id; never behind."""
    return [state.now for state in (await jurisdictions(fetch)).values() if state.now is not None]


async def jurisdictions(fetch: Fetch) -> dict[str, JurisdictionState]:
    """Every jurisdiction with its names and successors, by id; never behind."""
    found: dict[str, JurisdictionState] = {}
    for row in await fetch(ESTABLISHED):
        key = row["stream_id"].removeprefix(f"{JURISDICTION.name}:")
        event = decode(row["type"], bytes(row["data"]))
        found[key] = JURISDICTION.evolve(found.get(key, JURISDICTION.initial), event)
    return found


async def rulebooks(fetch: Fetch) -> list[Mapping[str, Any]]:
    """The content of every published rulebook; never behind."""
    events = [decode(row["type"], bytes(row["data"])) for row in await fetch(RULEBOOKS)]
    return [event.content for event in events if isinstance(event, RulebookPublished)]


async def catalogues(fetch: Fetch, name: str) -> list[CataloguePublished]:
    """Every published version of a catalogue; never behind."""
    events = await _published(fetch, f"{CATALOGUE.name}:{name}/")
    return [event for event in events if isinstance(event, CataloguePublished)]


async def rulebook_versions(fetch: Fetch, name: str) -> list[RulebookPublished]:
    """Every published version of a rulebook; never behind."""
    events = await _published(fetch, f"{RULEBOOK.name}:{name}/")
    return [event for event in events if isinstance(event, RulebookPublished)]


async def _published(fetch: Fetch, prefix: str) -> list[Event]:
    """'0' follows '/' in the collation of stream ids."""
    return [decode(row["type"], bytes(row["data"])) for row in await fetch(VERSIONS, prefix, prefix[:-1] + "0")]


async def numbered(fetch: Fetch, series: str) -> Numbered | None:
    """How far a service numbered a series itself, as far as it told."""
    rows = await fetch(NUMBERED, series)
    return Numbered(holder=rows[0]["holder"], last=rows[0]["last"]) if rows else None


async def has_key(fetch: Fetch, person: str) -> bool:
    """Whether anything was ever sealed for a person, as far as it is known here."""
    [row] = await fetch(HAS_KEY, person)
    return bool(row["known"])


async def files_with(fetch: Fetch, person: str) -> list[KeptFile]:
    """The filed cases in whose files a person stands, as penalty told."""
    return [KeptFile(row["case_id"], row["case_no"], row["filed_on"]) for row in await fetch(FILES_WITH, person)]


async def claimed_by(fetch: Fetch, claims: Iterable[str]) -> dict[str, UUID]:
    """Of these claims, those that are held, with the command that claimed; never behind."""
    rows = await fetch(CLAIMS, [SITE_CLAIM.id(claim) for claim in claims])
    return {row["stream_id"].removeprefix(f"{SITE_CLAIM.name}:"): row["command_id"] for row in rows}


def told(body: bytes) -> dict[str, Any]:
    """What a command was answered."""
    answer: dict[str, Any] = orjson.loads(body)
    return answer


async def loaded_by(fetch: Fetch, import_id: str) -> int:
    """How many sites of an import are in the lists."""
    [row] = await fetch(LOADED, import_id)
    return int(row["sites"])


def refused_rows_of(import_id: str) -> str:
    """The person, as it were, whose the refused rows of an import are: whose they really are, their cells may not tell."""
    return f"import/{import_id}"


async def refused_rows(seen: Sight, vault: Vault, import_id: str, limit: int | None = None) -> list[dict[str, Any]]:
    """The rows that an import refused, in the workbook's order: sheet, row, cells, faults; none once they were erased."""
    found = []
    for row in await seen.fetch(REFUSED_ROWS, import_id, limit):
        cells, faults = await vault.plain(row["cells"], row["faults"])
        if cells != ERASED:
            told = {"cells": _listed(cells), "faults": _listed(faults)}
            found.append({"sheet": row["sheet"], "row": row["row_number"], **told})
    return found


def _listed(told: Any) -> Any:
    """What was sealed; rows that were kept before anything was sealed are JSON texts."""
    return orjson.loads(told) if isinstance(told, str) else told
