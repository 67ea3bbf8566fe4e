"""Erasing a person: every key of theirs loses its bytes for good; where copies lie is found in the database itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import orjson

from chassis.eventstore import Connection, Pool
from chassis.personal import TEXT_PREFIX
from chassis.sight import Sight
from chassis.vault import LOCK_PERSONS, PERSON_KEYS

# Invariant: whoever is in `erasures` has no live key here, and never will (chassis/vault.py, LOCK_PERSONS).
NOTE = "INSERT INTO erasures (person, event_id, erased_at, published) VALUES ($1, $2, $3, false) ON CONFLICT (person) DO NOTHING"
DESTROY = """
UPDATE person_keys SET wrapped = NULL, erased_at = now(), published = false WHERE person = $1 AND wrapped IS NOT NULL
"""
TELL = "SELECT pg_notify($1, $2)"
KEYS_OF = "SELECT key_id FROM person_keys WHERE person = $1"
UNFOLLOWED = "SELECT person FROM erasures WHERE followed_at IS NULL ORDER BY person LIMIT 1"
FOLLOWED = "UPDATE erasures SET followed_at = now(), purged = $2 WHERE person = $1"
STATE = "SELECT event_id, erased_at, followed_at, purged FROM erasures WHERE person = $1"

KEPT_TABLES = ("person_keys", "erasures")
COLUMNS = """
SELECT c.relname AS table, array_agg(a.attname::text ORDER BY a.attnum) AS columns,
       array_agg((a.atttypid = 'bytea'::regtype) ORDER BY a.attnum) AS binaries
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'm') AND n.nspname = current_schema() AND c.relname <> ALL($1) AND a.attnum > 0 AND NOT a.attisdropped
  AND a.atttypid = ANY(ARRAY['text', 'varchar', 'json', 'jsonb', 'bytea', 'text[]', 'jsonb[]', 'bytea[]']::regtype[])
GROUP BY c.relname ORDER BY c.relname
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something of a person was found: `sealed` stays and can be read by nobody once the key is gone, `removed` is gone."""

    place: str
    rows: int
    how: str


@dataclass(frozen=True, slots=True)
class Purge:
    """A place that holds personal data in plain, and what takes a person's out of it; answers how many rows or files that were.

    It runs in the transaction that follows the erasure; whatever it does elsewhere must bear being done again.
    """

    place: str
    purge: Callable[[Connection, str], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the erasure of a person is here: `asked`, and with all of it `followed`; what was found where."""

    keys: int
    asked: bool
    followed: bool
    places: Sequence[Place]


async def erase(connection: Connection, person: str, event_id: UUID, at: datetime) -> None:
    """Destroy every key of a person in this transaction; doing it again changes nothing."""
    await connection.execute(LOCK_PERSONS, [person])
    await connection.execute(NOTE, person, event_id, at)
    await connection.execute(DESTROY, person)
    await connection.execute(TELL, PERSON_KEYS, person)


async def sealed_places(connection: Connection, person: str) -> list[Place]:
    """Every column of every table that holds something sealed under a key of the person, with how many rows.

    All tables are read whole, one after the other: for an erasure, not for a screen.
    """
    key_ids = [row["key_id"] for row in await connection.fetch(KEYS_OF, person)]
    if not key_ids:
        return []
    wanted = [f"{TEXT_PREFIX}{key_id}:" for key_id in key_ids]
    found: list[Place] = []
    for row in await connection.fetch(COLUMNS, KEPT_TABLES):
        counts = await connection.fetchrow(_count(row["table"], row["columns"], row["binaries"]), wanted)
        named = zip(row["columns"], counts or (), strict=True)
        found += [Place(f"{row['table']}.{column}", count, "sealed") for column, count in named if count]
    return found


def _count(table: str, columns: Sequence[str], binaries: Sequence[bool]) -> str:
    counts = [
        f"count(*) FILTER (WHERE {_holds(column, binary)})" for column, binary in zip(columns, binaries, strict=True)
    ]  # fmt: skip
    return f'SELECT {", ".join(counts)} FROM "{table}" t'  # noqa: S608 - names from the catalog


def _holds(column: str, binary: bool) -> str:
    found = f"position(convert_to(w, 'UTF8') IN t.\"{column}\")" if binary else f'position(w IN t."{column}"::text)'
    return f"EXISTS (SELECT FROM unnest($1::text[]) AS w WHERE {found} > 0)"


async def follow_next(connection: Connection, purges: Sequence[Purge]) -> str | None:
    """Follow one erasure: purge what is in plain, note what was found; answers whose it was, None if there is none to follow."""
    person: str | None = await connection.fetchval(UNFOLLOWED)
    if person is None:
        return None
    places = await sealed_places(connection, person)
    async with connection.transaction():
        for purge in purges:
            if rows := await purge.purge(connection, person):
                places.append(Place(purge.place, rows, "removed"))
        await connection.execute(FOLLOWED, person, orjson.dumps([asdict(place) for place in places]).decode())
    return person


async def standing_of(pool: Pool, person: str) -> Standing:
    """How far the erasure of a person is; before it is asked for, what it would reach."""
    async with Sight(pool, None).acquire() as connection:  # what is sealed for a person may lie in any district
        row = await connection.fetchrow(STATE, person)
        keys = len(await connection.fetch(KEYS_OF, person))
        if row is None or row["followed_at"] is None:
            return Standing(keys, row is not None, False, await sealed_places(connection, person))
    return Standing(keys, True, True, [Place(**place) for place in orjson.loads(row["purged"])])
