"""What inspection asks of its tables: facts of other services for its decisions, pages of its read models for screens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from chassis.eventstore import Pool
from chassis.sight import Sight
from services.inspection.domain.catalogue import Catalogue, Site, catalogue_of
from services.inspection.domain.inspection import Certificate
from services.inspection.domain.numbers import Block
from services.inspection.domain.rules import Rules, rules_on

Read = Callable[..., Awaitable[list[Any]]]
"""How a unit of work reads: SQL and arguments to rows."""

SITE = """
SELECT sectors, fields, ARRAY(
    SELECT DISTINCT piece ->> 'kind' FROM jsonb_each(equipment) AS one(id, piece)
    WHERE piece ? 'kind' AND NOT piece ? 'retired' AND piece ->> 'status' IS DISTINCT FROM 'retired'
) AS equipment_kinds
FROM enterprises WHERE enterprise_id = $1
"""
CERTIFICATES = "SELECT officer_id, certificate_no, valid_to FROM certificates WHERE officer_id = ANY($1)"
ORGAN = "SELECT district, abbreviation FROM organs WHERE organ_id = $1"
CATALOGUE_ON = """
SELECT id FROM catalogues WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to >= $1)
ORDER BY valid_from DESC, published_at DESC LIMIT 1
"""
CATALOGUE_HASH = "SELECT sha256 FROM catalogues WHERE id = $1"
CATALOGUE_ITEMS = "SELECT items FROM catalogues WHERE id = $1"
RULEBOOK_ON = """
SELECT id, sha256 FROM rulebooks WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to >= $1)
ORDER BY valid_from DESC, published_at DESC LIMIT 1
"""
RULEBOOK_CONTENT = "SELECT content FROM rulebooks WHERE id = $1"

INSPECTIONS = """
SELECT inspection_id, district, state, kind, campaign_id, enterprise_id, enterprise_name, sector, level, organ_id, planned_on,
       concluded_on, items, answered, hazards, version
FROM inspections
WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR district = $2) AND ($3::text[] IS NULL OR district = ANY($3))
  AND ($4::date IS NULL OR (planned_on, inspection_id) > ($4, $5))
ORDER BY planned_on, inspection_id LIMIT $6
"""
INSPECTIONS_OF_EXPERT = INSPECTIONS.replace(
    "WHERE ", "WHERE inspection_id IN (SELECT inspection_id FROM inspection_teams WHERE experts @> ARRAY[$7::text]) AND "
)
HAZARDS = """
SELECT hazard_id, district, state, inspection_id, enterprise_id, item_code, key_item_code, severity, fact, place, found_on,
       order_id, due_on, referral_id, version
FROM hazards WHERE {conditions} ORDER BY found_on, hazard_id LIMIT ${limit}
"""
HAZARDS_OF_A_PARTY = "(order_id IS NOT NULL OR state IN ('rectified', 'closed'))"
"""What a party was told of: what an order holds, what was put right at once, what was closed."""
ORDERS = """
SELECT order_id, district, state, inspection_id, enterprise_id, document_no, issued_on, due_on, hazards, overdue,
       re_inspection_due_on, re_inspection_overdue, version
FROM orders WHERE {conditions} ORDER BY issued_on, order_id LIMIT ${limit}
"""
DOCUMENTS = """
SELECT document_id, district, state, form, name, document_no, inspection_id, enterprise_id, file_sha256, issued_on, signed,
       served, version
FROM documents WHERE {conditions} ORDER BY issued_on, document_id LIMIT ${limit}
"""
DOCUMENTS_OF_INSPECTION = "SELECT document_id FROM documents WHERE inspection_id = $1 ORDER BY issued_on, document_id"
DEVICES = """
SELECT device_id, district, state, officer_id, label, registered_on, received, waiting, version
FROM devices
WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR district = $2) AND ($3::text[] IS NULL OR district = ANY($3))
  AND ($4::date IS NULL OR (registered_on, device_id) > ($4, $5))
ORDER BY registered_on, device_id LIMIT $6
"""
BLOCKS = "SELECT first, last, pattern FROM device_numbers WHERE device_id = $1 AND series = $2 ORDER BY first"
LEASED = "SELECT series, first, last, pattern FROM device_numbers WHERE device_id = $1 ORDER BY series, first"
OPEN_INSPECTIONS = """
SELECT inspection_id, enterprise_id FROM inspection_teams WHERE open AND officers @> ARRAY[$1::text] ORDER BY inspection_id
"""
OPEN_VISITS_OF_EXPERT = """
SELECT inspection_id, enterprise_id FROM inspection_teams WHERE open AND experts @> ARRAY[$1::text] ORDER BY inspection_id
"""
EARLIER_INSPECTIONS = """
SELECT inspection_id, kind, planned_on, concluded_on, state, items, answered, hazards FROM inspections
WHERE enterprise_id = $1 ORDER BY planned_on DESC, inspection_id DESC LIMIT 10
"""
OPEN_HAZARDS = """
SELECT hazard_id, inspection_id, item_code, key_item_code, severity, fact, place, found_on, state, order_id, due_on FROM hazards
WHERE enterprise_id = $1 AND state NOT IN ('rectified', 'closed', 'withdrawn') ORDER BY found_on, hazard_id LIMIT 200
"""
KNOWN_SITE = "SELECT sectors, fields, equipment FROM enterprises WHERE enterprise_id = $1"
PHRASES = """
SELECT phrase_id, item_code, text FROM phrases WHERE organ_id = $1 AND item_code = ANY($2) AND NOT retired ORDER BY phrase_id
"""
PHRASES_OF_ORGAN = """
SELECT phrase_id, item_code, text FROM phrases WHERE organ_id = $1 AND NOT retired ORDER BY item_code, phrase_id LIMIT 5000
"""
DEVICES_THAT_WAIT = "SELECT device_id FROM devices WHERE waiting > 0 AND ($1::text IS NULL OR district = $1) ORDER BY device_id"
MEASURES = """
SELECT measure_id, district, kind, state, inspection_id, enterprise_id, document_no, begun_on, due_on, version
FROM measures WHERE {conditions} ORDER BY begun_on, measure_id LIMIT ${limit}
"""
MEASURES_OF_A_PARTY = "(kind = 'record' OR state NOT IN ('requested', 'approved', 'denied'))"
EVIDENCE = """
SELECT evidence_id, district, kind, state, inspection_id, enterprise_id, order_id, hazard_ids, sha256, size, media_type,
       captured_on, version
FROM evidence WHERE {conditions} ORDER BY captured_on, evidence_id LIMIT ${limit}
"""
READS = """
SELECT read_id, district, thing, thing_id, part, sha256, inspection_id, enterprise_id, reader_id, reader_role, reason, read_on,
       read_at
FROM reads WHERE {conditions} ORDER BY read_on, read_id LIMIT ${limit}
"""
ARRIVED = "SELECT sha256 FROM evidence WHERE arrived AND sha256 = ANY($1)"
MEASURES_OF = "SELECT measure_id FROM measures WHERE inspection_id = $1"
DOCUMENTS_OF = "SELECT document_id FROM documents WHERE inspection_id = $1"
MISSING_OF_INSPECTION = "SELECT sha256 FROM evidence WHERE inspection_id = $1 AND state = 'missing'"
MISSING_OF_ORDER = "SELECT sha256 FROM evidence WHERE order_id = $1 AND state = 'missing'"
MISSING_OF_HAZARD = "SELECT sha256 FROM evidence WHERE hazard_ids @> ARRAY[$1::text] AND state = 'missing'"

# What was parsed, by the hash of its bytes: a published version never changes, so a copy is never stale.
_CATALOGUES: dict[str, Catalogue] = {}
_RULEBOOKS: dict[str, dict[str, Any]] = {}
_RULES: dict[tuple[str, date], Rules] = {}  # of a day, by the rulebook's hash: what is offered asks for them many times over
MOST_DAYS = 500


@dataclass(frozen=True, slots=True)
class Organ:
    """An organ's own district, and how its documents are numbered."""

    district: str
    abbreviation: str


async def site(read: Read, enterprise_id: str) -> Site | None:
    """What the register knows of a site; None if it has not arrived."""
    rows = await read(SITE, enterprise_id)
    if not rows:
        return None
    return Site(frozenset(rows[0]["sectors"]), frozenset(rows[0]["equipment_kinds"]), orjson.loads(rows[0]["fields"]))


async def certificates(read: Read, officer_ids: Sequence[str]) -> dict[str, Certificate]:
    """The certificates of these officers, of those that have arrived."""
    rows = await read(CERTIFICATES, list(officer_ids))
    return {row["officer_id"]: Certificate(row["certificate_no"], row["valid_to"]) for row in rows}


async def organ(read: Read, organ_id: str) -> Organ | None:
    """An organ; None if it has not arrived."""
    rows = await read(ORGAN, organ_id)
    return Organ(rows[0]["district"], rows[0]["abbreviation"]) if rows else None


async def blocks(read: Read, device_id: str, series: str) -> list[Block]:
    """The numbers of a series that were leased to a device."""
    return [Block(row["first"], row["last"], row["pattern"]) for row in await read(BLOCKS, device_id, series)]


async def rulebook_content(read: Read, day: date) -> tuple[str, dict[str, Any]] | None:
    """The id and the whole content of the rulebook that is valid on a day; None if none has arrived."""
    rows = await read(RULEBOOK_ON, day)
    if not rows:
        return None
    [row] = await read(RULEBOOK_CONTENT, rows[0]["id"])
    return rows[0]["id"], orjson.loads(row["content"])


async def catalogue_on(read: Read, day: date) -> Catalogue | None:
    """The catalogue that is valid on a day, the latest if there are several; None if none has arrived."""
    rows = await read(CATALOGUE_ON, day)
    return await catalogue(read, rows[0]["id"]) if rows else None


async def catalogue(read: Read, id: str) -> Catalogue | None:
    """A published version of the catalogue; None if it has not arrived."""
    rows = await read(CATALOGUE_HASH, id)
    if not rows:
        return None
    sha256 = rows[0]["sha256"]
    if sha256 not in _CATALOGUES:
        [row] = await read(CATALOGUE_ITEMS, id)
        _CATALOGUES[sha256] = catalogue_of(id, orjson.loads(row["items"]))
    return _CATALOGUES[sha256]


async def rules(read: Read, day: date) -> Rules | None:
    """The rules of the rulebook that is valid on a day, as they are on that day; None if none has arrived."""
    rows = await read(RULEBOOK_ON, day)
    if not rows:
        return None
    sha256 = rows[0]["sha256"]
    if sha256 not in _RULEBOOKS:
        [row] = await read(RULEBOOK_CONTENT, rows[0]["id"])
        _RULEBOOKS[sha256] = orjson.loads(row["content"])
    if (sha256, day) not in _RULES:
        if len(_RULES) >= MOST_DAYS:
            _RULES.clear()
        _RULES[sha256, day] = rules_on(_RULEBOOKS[sha256], day)
    return _RULES[sha256, day]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list is filtered by, and where its page begins: after (day, id), None at the start."""

    state: str | None
    district: str | None
    seen: list[str] | None
    after: tuple[date, str] | None
    limit: int


async def page(pool: Pool | Sight, sql: str, asked: Asked, *further: Any) -> list[Any]:
    """A page of one of the lists above, with one row more than asked for if there is a next page."""
    day, key = asked.after or (None, None)
    return await pool.fetch(sql, asked.state, asked.district, asked.seen, day, key, asked.limit + 1, *further)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOfParty(Asked):
    """What lists of things about an enterprise may be filtered by besides; `by_party`: the enterprise itself asks."""

    enterprise_id: str | None = None
    inspection_id: str | None = None
    by_party: bool = False


async def hazards(pool: Pool | Sight, asked: AskedOfParty) -> list[Any]:
    """A page of hazards, with one row more than asked for if there is a next page."""
    always = [HAZARDS_OF_A_PARTY] if asked.by_party else []
    return await _filtered(pool, HAZARDS, "found_on, hazard_id", asked, _about(asked), always)


async def orders(pool: Pool | Sight, asked: AskedOfParty) -> list[Any]:
    """A page of orders, with one row more than asked for if there is a next page."""
    return await _filtered(pool, ORDERS, "issued_on, order_id", asked, _about(asked))


async def documents(pool: Pool | Sight, asked: AskedOfParty, internal: Sequence[str], elsewhere: Sequence[str]) -> list[Any]:
    """A page of documents, as above; a party is shown none that is `internal`, and what is addressed `elsewhere` once served."""
    hidden, sent = (", ".join(f"'{no}'" for no in sorted(forms)) for forms in (internal, elsewhere))
    always = [f"form NOT IN ({hidden}) AND (served OR form NOT IN ({sent}))"] if asked.by_party else []
    wanted = {**_about(asked), "inspection_id": asked.inspection_id}
    return await _filtered(pool, DOCUMENTS, "issued_on, document_id", asked, wanted, always)


def _about(asked: AskedOfParty) -> dict[str, str | None]:
    return {"state": asked.state, "district": asked.district, "enterprise_id": asked.enterprise_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedMeasures(Asked):
    """What the list of measures may be filtered by besides."""

    kind: str | None
    inspection_id: str | None
    enterprise_id: str | None


async def measures(pool: Pool | Sight, asked: AskedMeasures) -> list[Any]:
    """A page of measures, with one row more than asked for if there is a next page."""
    wanted = {
        "state": asked.state, "district": asked.district, "kind": asked.kind, "inspection_id": asked.inspection_id,
        "enterprise_id": asked.enterprise_id,
    }  # fmt: skip
    always = [] if asked.enterprise_id is None else [MEASURES_OF_A_PARTY]
    return await _filtered(pool, MEASURES, "begun_on, measure_id", asked, wanted, always)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedEvidence(Asked):
    """What the list of evidence may be filtered by besides."""

    inspection_id: str | None
    order_id: str | None


async def evidence(pool: Pool | Sight, asked: AskedEvidence) -> list[Any]:
    """A page of evidence, with one row more than asked for if there is a next page."""
    wanted = {
        "state": asked.state, "district": asked.district, "inspection_id": asked.inspection_id, "order_id": asked.order_id
    }  # fmt: skip
    return await _filtered(pool, EVIDENCE, "captured_on, evidence_id", asked, wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedReads(Asked):
    """What the list of reads may be filtered by besides."""

    thing_id: str | None
    reader_id: str | None
    enterprise_id: str | None


async def reads(pool: Pool | Sight, asked: AskedReads) -> list[Any]:
    """A page of reads, with one row more than asked for if there is a next page."""
    wanted = {
        "district": asked.district, "thing_id": asked.thing_id, "reader_id": asked.reader_id,
        "enterprise_id": asked.enterprise_id,
    }  # fmt: skip
    return await _filtered(pool, READS, "read_on, read_id", asked, wanted)


async def missing(pool: Pool | Sight, own: str, key: str, named: Sequence[str]) -> list[str]:
    """Which files have not arrived: of those that events name, and of what was taken for the thing (`own` asks by its key)."""
    arrived = {row["sha256"] for row in await pool.fetch(ARRIVED, list(named))}
    announced = {row["sha256"] for row in await pool.fetch(own, key)}
    return sorted((set(named) | announced) - arrived)


async def _filtered(
    pool: Pool | Sight, sql: str, order: str, asked: Asked, wanted: Mapping[str, str | None], always: Sequence[str] = ()
) -> list[Any]:  # fmt: skip
    """A page of a list; only what is asked for is a condition, and what is `always` one."""
    values: list[Any] = [value for value in wanted.values() if value is not None]
    conditions = [f"{name} = ${place}" for place, name in enumerate((n for n, v in wanted.items() if v is not None), 1)]
    conditions += always
    if asked.seen is not None:
        values.append(asked.seen)
        conditions.append(f"district = ANY(${len(values)})")
    if asked.after is not None:
        values += asked.after
        conditions.append(f"({order}) > (${len(values) - 1}, ${len(values)})")
    limited = sql.format(conditions=" AND ".join(conditions) or "true", limit=len(values) + 1)
    return await pool.fetch(limited, *values, asked.limit + 1)
