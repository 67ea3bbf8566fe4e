"""Identity: a bearer token becomes a principal with roles and districts; an endpoint's signature declares who may call it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from chassis.domain import Actor
from chassis.issuerkeys import ALGORITHMS, IssuerKeys
from chassis.settings import CLAIMS, Settings

ALL = "*"
LEEWAY = 60  # seconds by which clocks may differ


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whose tokens are accepted, and what they must be like.

    `jwks_url` empty: discovered. `token_types` in lower case: `at+jwt`, and `jwt` for an issuer that cannot say it (then the
    claim `typ` must be `Bearer`). `claims`: what of a principal is told by which claim (CLAIMS); a dot leads into an object.
    """

    issuer: str
    audience: str
    jwks_url: str = ""
    token_types: tuple[str, ...] = ("at+jwt",)
    leeway: int = LEEWAY
    claims: Mapping[str, str] = field(default_factory=lambda: CLAIMS)


def trust_of(settings: Settings) -> Trust:
    """Whom the environment says to trust."""
    return Trust(
        issuer=settings.issuer, audience=settings.audience, jwks_url=settings.jwks_url, token_types=settings.token_types,
        leeway=settings.leeway, claims=settings.claims,
    )  # fmt: skip


def principal_from(claims: Mapping[str, Any], named: Mapping[str, str] = CLAIMS) -> Principal:
    """The principal of verified claims; Unauthenticated if one has another shape, which could mean more than was meant."""
    identity = _text(claims, named["id"])
    if not identity:
        raise Unauthenticated(f"the claim {named['id']} names nobody")
    return Principal(
        id=identity,
        name=_text(claims, named["name"]) or identity,
        roles=_texts(claims, named["roles"]),
        districts=_texts(claims, named["districts"]),
        organ=_text(claims, named["organ"]) or "",
        certificate_no=_text(claims, named["certificate_no"]),
        enterprise_id=_text(claims, named["enterprise_id"]),
    )


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    value: Any = claims.get(name)
    if value is None and "." in name:
        value = claims
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = _claim(claims, name)
    if value is not None and not isinstance(value, str):
        raise Unauthenticated(f"the claim {name} is no text")
    return value


def _texts(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    value = _claim(claims, name) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Unauthenticated(f"the claim {name} is no list of texts")
    return frozenset(value)


class TokenVerifier:
    """Verifies access tokens (RFC 9068): signed by the issuer, for us, valid now, of a type that was agreed on."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._keys = IssuerKeys(trust.issuer, trust.jwks_url)
        self._under: KeySet | None = None  # the keys by which those below were verified
        self._verified: dict[str, tuple[float, Principal]] = {}

    async def verify(self, token: str) -> Principal:
        """The principal of a token; Unauthenticated if it is not one of ours, not for us, or not valid now (wall time).

        Raises IssuerUnavailable where nobody can know.
        """
        keys = await self._keys.current()
        if keys is not self._under:  # what was signed by a key that is gone is not good any more
            self._verified.clear()
            self._under = keys
        known = self._verified.get(token)
        if known is not None and known[0] > time.time():
            return known[1]
        claims = await self._claims(token, keys)
        if len(self._verified) > 10_000:
            self._verified.clear()
        principal = principal_from(claims, self._trust.claims)
        self._verified[token] = (float(claims["exp"]), principal)
        return principal

    async def _claims(self, token: str, keys: KeySet) -> dict[str, Any]:
        try:
            decoded = _decoded(token, keys)
        except _PerhapsNewerKey:
            decoded = _decoded(token, await self._keys.newer())
        self._check(decoded.header, decoded.claims)
        return decoded.claims

    def _check(self, header: dict[str, Any], claims: dict[str, Any]) -> None:
        kind = str(header.get("typ", "")).lower().removeprefix("application/")
        if kind not in self._trust.token_types:
            raise Unauthenticated(f"typ is not {' or '.join(self._trust.token_types)}")
        if kind == "jwt" and claims.get("typ") != "Bearer":  # so that no ID token or refresh token passes for one
            raise Unauthenticated("a token of type JWT must say of itself that it is a Bearer token")
        rules = jwt.JWTClaimsRegistry(
            leeway=self._trust.leeway,
            iss={"essential": True, "value": self._trust.issuer},
            aud={"essential": True, "value": self._trust.audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        try:
            rules.validate(claims)
        except (JoseError, ValueError) as error:
            raise Unauthenticated(str(error)) from error


class _PerhapsNewerKey(Unauthenticated):
    """The token may be signed by a key that is newer than our copy."""


def _decoded(token: str, keys: KeySet) -> jwt.Token:
    try:
        return jwt.decode(token, keys, algorithms=list(ALGORITHMS))
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
