"""Sessions without a browser: an issuer that gives what a test says, and both places where sessions are kept."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from chassis.auth import Principal, TokenVerifier, Trust
from chassis.issuerkeys import IssuerUnavailable
from deploy.embedded.postgres import with_database
from deploy.sessions.keeping import Memory, Store, Table
from deploy.sessions.oidc import Attempt, Client, Issuer, NotSignedIn, Tokens
from deploy.sessions.sessions import Sessions, Terms

URL = "http://127.0.0.1:9999"
LIFE = 100.0  # seconds of an access token here
ATTEMPT = Attempt("state", "nonce", "verifier", "/console/")


class Verifier(TokenVerifier):
    """Takes any token; who has it is its first word."""

    async def verify(self, token: str) -> Principal:
        """The principal of a token."""
        name = token.split()[0]
        return Principal(id=name, name=name, roles=frozenset({"officer"}), districts=frozenset({"*"}), organ="o")


@dataclass
class Told(Issuer):
    """An issuer as the test wants it."""

    wall: Callable[[], float]
    client: Client = field(default_factory=lambda: Client(issuer=f"{URL}/issuer", client_id="console", url=URL))
    renewals: int = 0
    refuses: bool = False
    away: bool = False
    left: list[str | None] = field(default_factory=list)

    async def finish(self, attempt: Attempt, code: str) -> tuple[Tokens, dict[str, Any]]:
        """Tokens of whomever the code names."""
        return self._tokens(code, 0), {"sub": code, "preferred_username": f"{code}@login", "sid": f"sid-of-{code}"}

    async def renew(self, held: Tokens) -> Tokens:
        """New tokens, after a while; once for each refresh token, as an issuer does that rotates them."""
        self.renewals += 1
        renewal = self.renewals
        await asyncio.sleep(0.01)
        if self.away:
            raise IssuerUnavailable("away")
        if self.refuses:
            raise NotSignedIn("invalid_grant")
        return self._tokens(held.access.split()[0], renewal)

    async def leave(self, held: Tokens) -> str:
        """Takes the refresh token back."""
        self.left.append(held.refresh)
        return f"{URL}/issuer/logout"

    async def logged_out(self, token: str) -> dict[str, Any]:
        """The token names person and session."""
        sub, _, sid = token.partition(" ")
        return {"sub": sub, "sid": sid}

    def _tokens(self, who: str, number: int) -> Tokens:
        return Tokens(f"{who} {number}", f"refresh {number}", "a.b.c", self.wall() + LIFE, self.wall() + LIFE - 10)


class Place:
    """Sessions, and processes beside them that share where they are kept."""

    def __init__(self, store: Store, other: Store) -> None:
        self.now = time.time()
        self.store = store
        self.issuer = Told(lambda: self.now)
        self.sessions, self.beside = (self.process(one) for one in (store, other))

    def process(self, store: Store) -> Sessions:
        """Another process with sessions."""
        verifier = Verifier(Trust(issuer=self.issuer.client.issuer, audience="casetrail"))
        return Sessions(self.issuer, verifier, store, Terms(idle=1000, longest=3000), lambda: self.now)

    async def enter(self, who: str = "zhang") -> str:
        """The secret of somebody's new session."""
        return await self.sessions.begin(ATTEMPT, who)


@pytest.fixture(params=["memory", "table"])
async def place(request: pytest.FixtureRequest, admin_dsn: str) -> AsyncIterator[Place]:
    """Sessions in memory, and in a table that two processes share."""
    if request.param == "memory":
        memory = Memory()
        yield Place(memory, memory)
        return
    name = f"sessions_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(admin_dsn)
    await admin.execute(f'CREATE DATABASE "{name}"')
    tables = [Table(with_database(admin_dsn, name)) for _ in range(2)]
    yield Place(*tables)
    for table in tables:
        await table.close()
    await admin.execute(f'DROP DATABASE "{name}"')
    await admin.close()
