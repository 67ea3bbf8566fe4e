"""An issuer of tokens as a service meets it: a server of public keys that counts, waits and fails as a test wants it to."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from joserfc.jws import JWSRegistry

from chassis.auth import TokenVerifier, Trust

ISSUER = "http://issuer.test"
CURRENT = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
NEXT = ECKey.generate_key("P-256", {"kid": "two", "use": "sig", "alg": "ES256"})


def claims(typ_claim: str | None = None, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    given = {
        "iss": ISSUER, "aud": "casetrail", "sub": "o-1", "iat": now, "exp": now + 300, "name": "甲", "roles": ["officer"],
        "districts": ["donghu"], "organ": "donghu-emb", "certificate_no": "赣A-001", "typ": typ_claim, **changes,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value is not None}


def token(key: Any = CURRENT, alg: str = "ES256", typ: str | None = "at+jwt", kid: str | None = "one", **changes: Any) -> str:
    header = {"alg": alg} | ({"typ": typ} if typ else {}) | ({"kid": kid} if kid else {})
    anything = JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jwt.encode(header, claims(**changes), key, registry=anything, default_type=None)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@dataclass
class Issuer:
    """A server of public keys that counts how often it is asked."""

    base: str = ""
    keys: list[Any] = field(default_factory=lambda: [CURRENT])
    asked: int = 0
    answer: web.Response | None = None
    held: asyncio.Event = field(default_factory=asyncio.Event)
    metadata: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        self.held.set()

    @property
    def url(self) -> str:
        """Where the keys are."""
        return f"{self.base}/jwks"

    async def serve(self, _: web.Request) -> web.Response:
        self.asked += 1
        await self.held.wait()
        if self.answer is not None:
            return web.Response(body=self.answer.body, status=self.answer.status, headers=self.answer.headers)
        return web.json_response(KeySet(self.keys).as_dict())

    async def discovery(self, _: web.Request) -> web.Response:
        """What the issuer tells of itself."""
        return web.json_response({"issuer": self.base, "jwks_uri": self.url} if self.metadata is None else self.metadata)

    def verifier(self, **agreed: Any) -> TokenVerifier:
        """As a service has it."""
        return TokenVerifier(Trust(**{"issuer": ISSUER, "audience": "casetrail", "jwks_url": self.url, **agreed}))
