"""Who is signed in: from the way in to the way out, on wall time."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from chassis.auth import Principal, TokenVerifier, Unauthenticated
from chassis.issuerkeys import IssuerUnavailable
from chassis.telemetry import log
from deploy.sessions.keeping import Kept, Store, named, opened, seal
from deploy.sessions.oidc import Attempt, Issuer, NotSignedIn, Tokens

TOUCHED = 60.0  # seconds between two notes that a session is in use
SWEPT = 600.0  # seconds between two looks for those that ended by themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long sessions last, in seconds: without being used, and at most."""

    idle: float = 2 * 3600.0
    longest: float = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody at a browser; `username` is how the issuer's people call them."""

    tokens: Tokens
    username: str
    practice: bool


class Sessions:
    """The sessions of this deployment. Methods may raise IssuerUnavailable and KeepingUnavailable where it is not known."""

    def __init__(
        self, issuer: Issuer, verifier: TokenVerifier, store: Store, terms: Terms | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.issuer, self.terms = issuer, terms or Terms()
        self._verifier, self._store, self._wall = verifier, store, wall
        self._swept = 0.0
        address = urlsplit(issuer.client.url)
        self.origin = f"{address.scheme}://{address.netloc}"
        self.secure = address.scheme == "https"
        # Cookies know no ports: two stacks on one machine must not take each other's.
        self.cookie = "__Host-casetrail" if self.secure else f"casetrail-{address.port or 80}"

    async def begin(self, attempt: Attempt, code: str) -> str:
        """The secret of a new session, by the code that a sign-in ended with; NotSignedIn if nobody is to be let in."""
        tokens, claims = await self.issuer.finish(attempt, code)
        try:
            await self._verifier.verify(tokens.access)
        except Unauthenticated as error:  # no service would take it either
            log.warning("session_token_not_taken", error=str(error))
            raise NotSignedIn(f"the access token is not one that services take: {error}") from error
        secret, now = secrets.token_urlsafe(32), self._wall()
        username = str(claims.get("preferred_username") or claims["sub"])
        session = Session(tokens, username, claims.get("practice") is True)
        await self._sweep(now)
        subject, sid = str(claims.get("sub", "")), str(claims.get("sid", ""))
        await self._store.begin(named(secret), Kept(seal(secret, _written(session)), now, now, subject, sid))
        return secret

    async def of(self, secret: str) -> Session | None:
        """The session of a cookie, its token good for a while yet; None where there is none or it ended."""
        found = await self._found(secret)
        if found is None or self._wall() < found.tokens.due:
            return found
        try:
            return await self._renewed(secret)
        except IssuerUnavailable:
            if self._wall() < found.tokens.until:
                return found
            raise

    async def who(self, session: Session) -> Principal | None:
        """Whom services take the session's holder for; None where they would not take the token."""
        try:
            return await self._verifier.verify(session.tokens.access)
        except Unauthenticated:
            return None

    async def end(self, secret: str) -> str | None:
        """End a session here, at once; where the browser goes to end it at the issuer, None where there was none."""
        kept = await self._store.read(named(secret))
        await self._store.end(named(secret))
        session = _read(secret, kept) if kept else None
        if session is None:
            return None
        try:
            return await self.issuer.leave(session.tokens)
        except IssuerUnavailable:
            return f"{self.issuer.client.url}/"  # at the issuer it ends by itself

    async def logged_out(self, token: str) -> None:
        """The issuer says that somebody's session has ended there; NotSignedIn if it is not the issuer who says so."""
        claims = await self.issuer.logged_out(token)
        await self._store.end_of(str(claims.get("sub", "")), str(claims.get("sid", "")))

    async def _found(self, secret: str) -> Session | None:
        key, now = named(secret), self._wall()
        kept = await self._store.read(key)
        if kept is None or now > kept.used + self.terms.idle or now > kept.began + self.terms.longest:
            return None
        if now > kept.used + min(TOUCHED, self.terms.idle / 4):
            await self._store.touch(key, now)
        return _read(secret, kept)

    async def _renewed(self, secret: str) -> Session | None:
        """The session under new tokens, asked for once for all who need them meanwhile; None where the issuer has ended it."""
        key = named(secret)
        async with self._store.alone(key) as held:
            session = _read(secret, held[0]) if held else None
            if held is None or session is None or self._wall() < session.tokens.due:
                return session
            try:
                session = replace(session, tokens=await self.issuer.renew(session.tokens))
                await held[1](seal(secret, _written(session)))
                return session
            except NotSignedIn as error:
                log.info("session_ended_by_issuer", error=str(error))
        await self._store.end(key)
        return None

    async def _sweep(self, now: float) -> None:
        if now > self._swept + SWEPT:
            self._swept = now
            await self._store.sweep(now - self.terms.idle, now - self.terms.longest)


def _written(session: Session) -> bytes:
    return json.dumps(asdict(session)).encode()


def _read(secret: str, kept: Kept) -> Session | None:
    content = opened(secret, kept.sealed)
    if content is None:
        return None
    told: dict[str, Any] = json.loads(content)
    return Session(**{**told, "tokens": Tokens(**told["tokens"])})
