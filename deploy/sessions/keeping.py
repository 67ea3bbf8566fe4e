"""Where sessions are kept: sealed under the cookie itself, so that whoever reads the table can be nobody.

The cookie is a secret of 256 bits. One hash of it names the row, another is the key of what the row holds.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Protocol

import asyncpg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.database import GONE

NONCE = 12  # bytes
MOST = 10_000  # sessions in memory

TABLE = """
CREATE TABLE IF NOT EXISTS session (
    key bytea PRIMARY KEY, sealed bytea NOT NULL, began double precision NOT NULL, used double precision NOT NULL,
    subject text NOT NULL, sid text NOT NULL
);
CREATE INDEX IF NOT EXISTS session_by_subject ON session (subject);
CREATE INDEX IF NOT EXISTS session_by_sid ON session (sid);
CREATE INDEX IF NOT EXISTS session_by_use ON session (used);
"""
LOCK = "SELECT pg_advisory_xact_lock(hashtext('casetrail sessions'))"
BEGIN = "INSERT INTO session (key, sealed, began, used, subject, sid) VALUES ($1, $2, $3, $4, $5, $6)"
READ = "SELECT sealed, began, used, subject, sid FROM session WHERE key = $1"
READ_ALONE = READ + " FOR UPDATE"
TOUCH = "UPDATE session SET used = $2 WHERE key = (SELECT key FROM session WHERE key = $1 FOR UPDATE SKIP LOCKED)"


class KeepingUnavailable(Exception):
    """Sessions cannot be read now: nobody can say who asks."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A session as it is kept; times are wall time in seconds, `subject` and `sid` the issuer's names of person and session."""

    sealed: bytes
    began: float
    used: float
    subject: str
    sid: str


Replace = Callable[[bytes], Awaitable[None]]


class Store(Protocol):
    """What sessions need of a place; every method may raise KeepingUnavailable."""

    async def begin(self, key: bytes, kept: Kept) -> None:
        """Keep a new session."""

    async def read(self, key: bytes) -> Kept | None:
        """A session; None where there is none."""

    async def touch(self, key: bytes, now: float) -> None:
        """It was used."""

    def alone(self, key: bytes) -> AbstractAsyncContextManager[tuple[Kept, Replace] | None]:
        """A session that nobody else changes meanwhile, in whichever process, and how to replace what is sealed."""

    async def end(self, key: bytes) -> None:
        """Forget a session."""

    async def end_of(self, subject: str, sid: str) -> None:
        """Forget the session that the issuer calls `sid`; where it is empty, all sessions of a person."""

    async def sweep(self, used_before: float, began_before: float) -> None:
        """Forget what has ended by itself."""


def named(secret: str) -> bytes:
    """The name of a cookie's row."""
    return hashlib.sha256(b"casetrail session name\0" + secret.encode()).digest()


def seal(secret: str, content: bytes) -> bytes:
    """What only the holder of the cookie's secret can open."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(_key(secret)).encrypt(nonce, content, named(secret))


def opened(secret: str, sealed: bytes) -> bytes | None:
    """What was sealed; None where it was altered."""
    try:
        return AESGCM(_key(secret)).decrypt(sealed[:NONCE], sealed[NONCE:], named(secret))
    except InvalidTag:
        return None


def _key(secret: str) -> bytes:
    return hashlib.sha256(b"casetrail session key\0" + secret.encode()).digest()


class Memory:
    """Sessions of one process that end with it: the embedded stack's, and those of tests."""

    def __init__(self) -> None:
        self._kept: dict[bytes, Kept] = {}
        self._locks: dict[bytes, asyncio.Lock] = {}

    async def begin(self, key: bytes, kept: Kept) -> None:
        """Keep a new session; the longest unused go where there are too many."""
        if len(self._kept) >= MOST:
            self._kept = dict(sorted(self._kept.items(), key=lambda one: one[1].used)[MOST // 2 :])
        self._kept[key] = kept

    async def read(self, key: bytes) -> Kept | None:
        """A session."""
        return self._kept.get(key)

    async def touch(self, key: bytes, now: float) -> None:
        """It was used."""
        if key in self._kept:
            self._kept[key] = replace(self._kept[key], used=now)

    @asynccontextmanager
    async def alone(self, key: bytes) -> AsyncIterator[tuple[Kept, Replace] | None]:
        """A session that nobody else changes meanwhile."""

        async def renew(sealed: bytes) -> None:
            if key in self._kept:
                self._kept[key] = replace(self._kept[key], sealed=sealed)

        async with self._locks.setdefault(key, asyncio.Lock()):
            kept = self._kept.get(key)
            yield (kept, renew) if kept else None

    async def end(self, key: bytes) -> None:
        """Forget a session."""
        self._kept.pop(key, None)
        self._locks.pop(key, None)

    async def end_of(self, subject: str, sid: str) -> None:
        """Forget a session, or all of a person."""
        for key in [key for key, one in self._kept.items() if (one.sid == sid if sid else one.subject == subject)]:
            await self.end(key)

    async def sweep(self, used_before: float, began_before: float) -> None:
        """Forget what has ended by itself."""
        for key in [key for key, one in self._kept.items() if one.used < used_before or one.began < began_before]:
            await self.end(key)


class Table:
    """Sessions in a PostgreSQL database of their own, for any number of processes; its table is made when it is first needed."""

    def __init__(self, dsn: str, size: int = 16) -> None:
        self._dsn, self._size = dsn, size
        self._opening = asyncio.Lock()
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def close(self) -> None:
        """Give the connections back."""
        if self._pool is not None:
            await self._pool.close()

    async def begin(self, key: bytes, kept: Kept) -> None:
        """Keep a new session."""
        values = (kept.sealed, kept.began, kept.used, kept.subject, kept.sid)
        await self._run(BEGIN, key, *values)

    async def read(self, key: bytes) -> Kept | None:
        """A session."""
        async with self._connection() as connection:
            return _kept(await connection.fetchrow(READ, key))

    async def touch(self, key: bytes, now: float) -> None:
        """It was used; whoever renews it just now is not waited for."""
        await self._run(TOUCH, key, now)

    @asynccontextmanager
    async def alone(self, key: bytes) -> AsyncIterator[tuple[Kept, Replace] | None]:
        """A session that nobody else changes meanwhile: its row is locked."""
        async with self._connection() as connection, connection.transaction():
            kept = _kept(await connection.fetchrow(READ_ALONE, key))

            async def renew(sealed: bytes) -> None:
                await connection.execute("UPDATE session SET sealed = $2 WHERE key = $1", key, sealed)

            yield (kept, renew) if kept else None

    async def end(self, key: bytes) -> None:
        """Forget a session."""
        await self._run("DELETE FROM session WHERE key = $1", key)

    async def end_of(self, subject: str, sid: str) -> None:
        """Forget a session, or all of a person."""
        if sid:
            await self._run("DELETE FROM session WHERE sid = $1", sid)
        else:
            await self._run("DELETE FROM session WHERE subject = $1", subject)

    async def sweep(self, used_before: float, began_before: float) -> None:
        """Forget what has ended by itself."""
        await self._run("DELETE FROM session WHERE used < $1 OR began < $2", used_before, began_before)

    async def _run(self, statement: str, *values: object) -> None:
        async with self._connection() as connection:
            await connection.execute(statement, *values)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
        try:
            async with (await self._open()).acquire() as connection:
                yield connection  # type: ignore[misc]
        except (*GONE, asyncpg.LockNotAvailableError) as error:
            raise KeepingUnavailable(f"the sessions' database: {error!r}") from error

    async def _open(self) -> asyncpg.Pool[asyncpg.Record]:
        async with self._opening:
            if self._pool is None:
                pool = await asyncpg.create_pool(
                    self._dsn, min_size=1, max_size=self._size, timeout=5, command_timeout=15,
                    server_settings={"application_name": "sessions", "jit": "off", "lock_timeout": "15s"},
                )  # fmt: skip
                async with pool.acquire() as connection, connection.transaction():
                    await connection.execute(LOCK)
                    await connection.execute(TABLE)
                self._pool = pool
            return self._pool


def _kept(row: asyncpg.Record | None) -> Kept | None:
    return Kept(**row) if row else None
