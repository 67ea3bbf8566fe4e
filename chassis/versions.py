"""Versions of projections: which one is live, which is built beside it; in the table `projections`.

The live version's tables lie in `public` and its checkpoint is `projection:<name>/<version>`; any other generation has a schema
of its own, and its checkpoint is `build:<name>/<generation>`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import orjson

from chassis.eventstore import Connection, Pool
from chassis.readtables import LIVE_SCHEMA

LIVE, BUILDING, RETIRED, CANCELLED = "live", "building", "retired", "cancelled"
CHANGED = "projections"
"""The channel that tells of a version that began, went live or ended."""

POSITION = "SELECT position FROM checkpoints WHERE name = $1"
LOCK_NAME = "SELECT pg_advisory_xact_lock(hashtext('projection ' || $1))"
GENERATIONS = """
SELECT p.*, coalesce(c.position, 0) AS position FROM projections p LEFT JOIN checkpoints c ON c.name = p.checkpoint
WHERE $1::text[] IS NULL OR p.name = ANY($1) ORDER BY p.name, p.generation
"""
LAST = "SELECT coalesce(max(generation), 0) FROM projections WHERE name = $1"
ADD = """
INSERT INTO projections (name, generation, version, state, schema, checkpoint, tables, bare)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
ADD_CHECKPOINT = "INSERT INTO checkpoints (name, position, simulated) VALUES ($1, 0, $2) ON CONFLICT (name) DO NOTHING"
BEGUN_BEFORE = """
SELECT split_part(name, '/', 2)::integer AS version FROM checkpoints
WHERE name LIKE 'projection:%' AND split_part(substr(name, 12), '/', 1) = $1 ORDER BY version DESC LIMIT 1
"""
CANCEL = "UPDATE projections SET state = 'cancelled', stopped = NULL, changed_at = now() WHERE name = $1 AND generation = $2"
FORGET_CHECKPOINT = "DELETE FROM checkpoints WHERE name = $1"
RENAME_CHECKPOINT = "UPDATE checkpoints SET name = $2 WHERE name = $1"
MOVE = """
UPDATE projections
SET state = $3, schema = $4, checkpoint = $5, stopped = NULL, changed_at = now(), accepted = coalesce($6, accepted)
WHERE name = $1 AND generation = $2
"""
DERIVED = "UPDATE projections SET bare = false, changed_at = now() WHERE name = $1 AND generation = $2"
STOP = "UPDATE projections SET stopped = $3, changed_at = now() WHERE name = $1 AND generation = $2"


class Versioned(Protocol):
    """What is known of a projection here."""

    @property
    def name(self) -> str:
        """Its name, the same for all its versions."""
        ...

    @property
    def version(self) -> int:
        """Its version."""
        ...

    @property
    def checkpoint(self) -> str:
        """Its checkpoint's name while it is live."""
        ...

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables it writes."""
        ...

    @property
    def ddl(self) -> Path | None:
        """The SQL that makes them, of a version that the migrations do not make."""
        ...

    @property
    def derive(self) -> Callable[[Connection, str], Awaitable[None]] | None:
        """What computes some of them from the others, if there is that."""
        ...


@dataclass(frozen=True, slots=True)
class Generation:
    """One building of a projection's tables."""

    name: str
    generation: int
    version: int
    state: str
    schema: str
    checkpoint: str
    tables: tuple[str, ...]
    position: int
    began_at: datetime
    stopped: dict[str, Any] | None
    accepted: str | None
    bare: bool = False  # what is derived is still to be computed

    @property
    def label(self) -> str:
        """How people and logs call its version."""
        return f"{self.name}/{self.version}"


async def generations(connection: Connection | Pool, names: Sequence[str] | None = None) -> list[Generation]:
    """Every generation of these projections (None: of all), by name and number."""
    rows = await connection.fetch(GENERATIONS, None if names is None else list(names))
    return [_generation(row) for row in rows]


def _generation(row: Any) -> Generation:
    stopped = None if row["stopped"] is None else orjson.loads(row["stopped"])
    return Generation(
        row["name"], row["generation"], row["version"], row["state"], row["schema"], row["checkpoint"], tuple(row["tables"]),
        row["position"], row["began_at"], stopped, row["accepted"], row["bare"],
    )  # fmt: skip


async def in_state(connection: Connection | Pool, state: str, name: str) -> Generation | None:
    """The generation of a projection that is in this state (not `cancelled`), if there is one."""
    return next((found for found in await generations(connection, [name]) if found.state == state), None)


async def begin_live(connection: Connection, newest: Versioned, *, simulated: bool) -> None:
    """Make this version live if none of the projection's is: in a fresh database, at 0, with its tables empty.

    A database that has a checkpoint from before versions were kept goes on with that version.
    """
    async with connection.transaction():
        await connection.execute(LOCK_NAME, newest.name)
        if await in_state(connection, LIVE, newest.name) is not None:
            return
        version = await connection.fetchval(BEGUN_BEFORE, newest.name) or newest.version
        checkpoint = newest.checkpoint if version == newest.version else f"projection:{newest.name}/{version}"
        if version == newest.version and newest.ddl is not None and await connection.fetchval(POSITION, checkpoint) is None:
            await _make_tables(connection, newest, LIVE_SCHEMA)
        last = await connection.fetchval(LAST, newest.name)
        await connection.execute(ADD, newest.name, last + 1, version, LIVE, LIVE_SCHEMA, checkpoint, list(newest.tables), False)
        await connection.execute(ADD_CHECKPOINT, checkpoint, simulated)


async def _make_tables(connection: Connection, version: Versioned, schema: str) -> None:
    """The version's tables, empty: as its DDL says, else like those that are live."""
    if version.ddl is None:
        for table in version.tables:
            await connection.execute("SELECT table_like($1::regclass, $2)", f"{LIVE_SCHEMA}.{table}", schema)
        return
    if schema == LIVE_SCHEMA:
        await drop_unused(connection, version.tables)
    await connection.execute(f"SET LOCAL search_path TO {schema}, {LIVE_SCHEMA}")
    await connection.execute(version.ddl.read_text(encoding="utf-8"))
    await connection.execute("SET LOCAL search_path TO DEFAULT")


async def drop_unused(connection: Connection, tables: Sequence[str]) -> None:
    """Remove what the migrations made for whoever begins with a version, and was never used here; RuntimeError if it was."""
    for table in tables:
        if await connection.fetchval("SELECT to_regclass($1)", f"{LIVE_SCHEMA}.{table}") is None:
            continue
        if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {LIVE_SCHEMA}.{table})"):  # noqa: S608 - a constant name
            raise RuntimeError(f"{table} has rows, and no version of its projection was ever begun")
        await connection.execute(f"DROP TABLE {LIVE_SCHEMA}.{table}")


async def begin_build(connection: Connection, version: Versioned, *, simulated: bool) -> Generation:
    """Begin to build a version beside the live one, from 0; answers the build that is under way if there is one already."""
    async with connection.transaction():
        await connection.execute(LOCK_NAME, version.name)
        if (under_way := await in_state(connection, BUILDING, version.name)) is not None:
            return under_way
        number = await connection.fetchval(LAST, version.name) + 1
        schema, checkpoint = aside(version.name, number)
        await connection.execute(f"CREATE SCHEMA {schema}")
        await _make_tables(connection, version, schema)
        made = (schema, checkpoint, list(version.tables), version.derive is not None)
        await connection.execute(ADD, version.name, number, version.version, BUILDING, *made)
        await connection.execute(ADD_CHECKPOINT, checkpoint, simulated)
        await connection.execute(f"NOTIFY {CHANGED}")
    begun = await in_state(connection, BUILDING, version.name)
    if begun is None:
        raise RuntimeError(f"the build of {version.name} was cancelled as it began")
    return begun


def aside(name: str, generation: int) -> tuple[str, str]:
    """Schema and checkpoint of a generation that is not live."""
    return f"projection_{name}_{generation}", f"build:{name}/{generation}"


async def revive(connection: Connection, name: str) -> Generation | None:
    """Take the retired generation up again as the build, where it stands; None if there is none, or a build is under way."""
    async with connection.transaction():
        await connection.execute(LOCK_NAME, name)
        retired = await in_state(connection, RETIRED, name)
        if retired is None or await in_state(connection, BUILDING, name) is not None:
            return None
        place = (retired.schema, retired.checkpoint, None)
        await connection.execute(MOVE, name, retired.generation, BUILDING, *place)
        await connection.execute(f"NOTIFY {CHANGED}")
    return await in_state(connection, BUILDING, name)


async def remove(connection: Connection, name: str, state: str, *, generation: int | None = None) -> Generation | None:
    """Give up the build (or the retired generation): its tables and its checkpoint go, that it was there stays noted.

    With a `generation`, only that one: None if another one is in this state by now.

    The checkpoint goes first: a builder that is writing is waited for, and its next write finds no checkpoint to advance.
    Guarded by tests/chassis/test_building.py.
    """
    async with connection.transaction():
        await connection.execute(LOCK_NAME, name)
        found = await in_state(connection, state, name)
        if found is not None and generation not in (None, found.generation):
            return None
        if found is not None:
            await connection.execute(FORGET_CHECKPOINT, found.checkpoint)
            await connection.execute(f"DROP SCHEMA {found.schema} CASCADE")
            await connection.execute(CANCEL, name, found.generation)
            await connection.execute(f"NOTIFY {CHANGED}")
    return found


async def note_derived(connection: Connection, build: Generation) -> None:
    """Note that what a build derives was computed: from here on it is kept like its other tables."""
    await connection.execute(DERIVED, build.name, build.generation)


async def note_stopped(connection: Connection, build: Generation, stopped: dict[str, Any] | None) -> None:
    """Note the event that a build cannot apply, and why; or (None) that it is tried again."""
    await connection.execute(STOP, build.name, build.generation, None if stopped is None else orjson.dumps(stopped).decode())
