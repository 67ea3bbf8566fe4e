"""Identity: a bearer token becomes a principal with roles and districts; an endpoint's signature declares who may call it."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import aiohttp
from fastapi import Request
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from chassis.domain import Actor
from chassis.telemetry import log

ALL = "*"
ALGORITHMS = ["ES256", "RS256"]
LEEWAY = 60  # seconds
KEYS_KEPT = 300.0  # seconds
ASKED_AGAIN = 1.0  # seconds between two requests for the issuer's keys


class Unauthenticated(Exception):
    """No token, or one that cannot be trusted; the message says why (RFC 6750 `invalid_token`)."""


class Forbidden(Exception):
    """The principal is known, and may not do this: wrong role, or not their district.

    What is needed and what the principal has is told in English and Chinese; of what they may not know of, nothing is.
    """

    def __init__(self, needed: str, zh: str) -> None:
        super().__init__(needed)
        self.needed = needed
        self.zh = zh


def needs_role(wanted: Collection[str], held: Collection[str]) -> Forbidden:
    """The refusal of somebody who has none of the roles that are wanted."""
    zh = f"需要角色 {' 或者 '.join(wanted)}；您的角色：{'、'.join(sorted(held)) or '无'}"
    return Forbidden(f"role {' or '.join(wanted)}", zh)


def needs_district(asked: str | None, held: Collection[str]) -> Forbidden:
    """The refusal of a district that is none of the principal's: `asked` as they named it, None where they named none."""
    mine = f"您的辖区：{'、'.join(sorted(held)) or '无'}"
    if asked is None:
        return Forbidden("a district of yours", f"需要的辖区不在您的辖区之内；{mine}")
    return Forbidden(f"district {asked}", f"需要辖区 {asked}；{mine}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks: a person or machine with roles, in districts (`*`: everywhere), for an organ."""

    id: str
    name: str
    roles: frozenset[str]
    districts: frozenset[str]
    organ: str
    certificate_no: str | None = None
    enterprise_id: str | None = None

    def may_see(self, district: str) -> bool:
        """Whether rows of this district are the principal's to see."""
        return ALL in self.districts or district in self.districts

    def seen_districts(self) -> list[str] | None:
        """The districts to filter a list by; None means all."""
        return None if ALL in self.districts else sorted(self.districts)

    def actor(self, role: str) -> Actor:
        """The principal as the actor of an event, in the role that the command needs."""
        return Actor(id=self.id, name=self.name, role=role, certificate_no=self.certificate_no)

    def require(self, *roles: str) -> str:
        """The first of these roles that the principal has; raises Forbidden if none."""
        for role in roles:
            if role in self.roles:
                return role
        raise needs_role(roles, self.roles)

    def require_district(self, district: str) -> None:
        """Raises Forbidden unless the district is the principal's."""
        if not self.may_see(district):
            raise needs_district(district, self.districts)


def principal_from(claims: dict[str, Any]) -> Principal:
    """The principal of verified claims; Unauthenticated if one has another shape, which could mean more than was meant."""
    return Principal(
        id=str(claims["sub"]),
        name=_text(claims, "name") or str(claims["sub"]),
        roles=_texts(claims, "roles"),
        districts=_texts(claims, "districts"),
        organ=_text(claims, "organ") or "",
        certificate_no=_text(claims, "certificate_no"),
        enterprise_id=_text(claims, "enterprise_id"),
    )


def _text(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is not None and not isinstance(value, str):
        raise Unauthenticated(f"the claim {name} is no text")
    return value


def _texts(claims: dict[str, Any], name: str) -> frozenset[str]:
    value = claims.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Unauthenticated(f"the claim {name} is no list of texts")
    return frozenset(value)


class TokenVerifier:
    """Verifies access tokens (RFC 9068) against the issuer's keys, which are cached and fetched again for an unknown `kid`."""

    def __init__(self, issuer: str, audience: str, jwks_url: str) -> None:
        self._issuer = issuer
        self._audience = audience
        self._jwks_url = jwks_url
        self._keys: KeySet | None = None
        self._fetched = -math.inf
        self._fetching = asyncio.Lock()
        self._verified: dict[str, tuple[float, Principal]] = {}

    async def verify(self, token: str) -> Principal:
        """The principal of a token; Unauthenticated if it is not one of ours, not for us, or not valid now (wall time)."""
        known = self._verified.get(token)
        if known is not None and known[0] > time.time():
            return known[1]
        claims = await self._claims(token)
        if len(self._verified) > 10_000:
            self._verified.clear()
        principal = principal_from(claims)
        self._verified[token] = (min(float(claims["exp"]), time.time() + KEYS_KEPT), principal)
        return principal

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            decoded = _decoded(token, await self._key_set(fresh=False))
        except _PerhapsNewerKey:
            decoded = _decoded(token, await self._key_set(fresh=True))
        self._check(decoded.header, decoded.claims)
        return decoded.claims

    def _check(self, header: dict[str, Any], claims: dict[str, Any]) -> None:
        if str(header.get("typ", "")).lower() not in ("at+jwt", "application/at+jwt"):
            raise Unauthenticated("typ is not at+jwt")
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            rules.validate(claims)
        except (JoseError, ValueError) as error:
            raise Unauthenticated(str(error)) from error

    async def _key_set(self, *, fresh: bool) -> KeySet:
        """The issuer's keys; asked for at most once in ASKED_AGAIN seconds, whatever tokens come, answered or not."""
        async with self._fetching:
            age = time.monotonic() - self._fetched
            if age > KEYS_KEPT or (age > ASKED_AGAIN and (fresh or self._keys is None)):
                self._keys = await self._fetch() or self._keys
                self._fetched = time.monotonic()
            if self._keys is None:
                raise Unauthenticated("the issuer's keys cannot be fetched now")
            return self._keys

    async def _fetch(self) -> KeySet | None:
        try:
            timeout = aiohttp.ClientTimeout(total=5)
            async with aiohttp.ClientSession(timeout=timeout) as client, client.get(self._jwks_url) as answer:
                answer.raise_for_status()
                return KeySet.import_key_set(await answer.json())
        except (aiohttp.ClientError, OSError, JoseError, ValueError, KeyError, TypeError) as error:
            log.warning("issuer_keys_unavailable", url=self._jwks_url, error=repr(error))
            return None


class _PerhapsNewerKey(Unauthenticated):
    """The token may be signed by a key that is newer than our copy."""


def _decoded(token: str, keys: KeySet) -> jwt.Token:
    try:
        return jwt.decode(token, keys, algorithms=ALGORITHMS)
    except (InvalidKeyIdError, BadSignatureError) as error:
        raise _PerhapsNewerKey(f"signature: {error}") from error
    except Exception as error:  # a forged header can break the parser anywhere
        raise Unauthenticated(f"signature: {error}") from error


async def principal_of(request: Request) -> Principal:
    """FastAPI dependency: the principal of the request's bearer token; raises Unauthenticated."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("no bearer token")
    verifier: TokenVerifier = request.app.state.verifier
    return await verifier.verify(token.strip())


def reader(*roles: str) -> Callable[[Request], Any]:
    """FastAPI dependency for questions: the principal, who must have one of these roles."""

    async def permitted(request: Request) -> Principal:
        principal = await principal_of(request)
        principal.require(*roles)
        return principal

    permitted.__permission__ = roles  # type: ignore[attr-defined]
    return permitted
