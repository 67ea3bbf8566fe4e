"""The public keys of the OIDC issuer: where they are (discovery), our copy of them, and when it is fetched again.

A good copy outlives an issuer that is away or slow: nobody waits for it longer than PATIENCE while there is a copy, and a copy is
trusted for TRUSTED after the issuer last gave it. A key that the issuer took back is refused after KEPT at the latest while the
issuer answers. Guarded by tests/chassis/test_issuer_keys.py.
"""

from __future__ import annotations

import asyncio
import json
import math
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from chassis.telemetry import log

ALGORITHMS = ("ES256", "RS256")
KEY_TYPES = ("EC", "RSA")  # never `oct`: a secret among public keys is nobody's signature
DISCOVERY = "/.well-known/openid-configuration"
KEPT = 300.0  # seconds until the keys are asked for again
TRUSTED = 86_400.0  # seconds that a copy is trusted while the issuer does not answer
ASKED_AGAIN = 1.0  # seconds between two requests to the issuer, whatever tokens come, answered or not
AFTER_FAILURE = 10.0  # seconds until an issuer that failed is asked for keys that we have
PATIENCE = 1.0  # seconds that a request waits for newer keys while there is a copy
TIMEOUT = aiohttp.ClientTimeout(total=5)
LARGEST = 1 << 20  # bytes of an answer of the issuer


class IssuerUnavailable(Exception):
    """The issuer's keys are neither here nor to be had now: nothing can be said of any token."""


class _Malformed(Exception):
    """The issuer's answer is not what it should be."""


class IssuerKeys:
    """Our copy of the issuer's keys; `jwks_url` empty: found by discovery below the issuer."""

    def __init__(self, issuer: str, jwks_url: str = "") -> None:
        self._issuer = issuer
        self._given_url = self._url = jwks_url
        self._keys: KeySet | None = None
        self._told: Any = None  # the keys as they came, to see whether they are others
        self._given_at = self._asked_at = -math.inf
        self._due = -math.inf
        self._asking: asyncio.Task[None] | None = None

    async def current(self) -> KeySet:
        """The keys, the same object for as long as the issuer gives the same ones; raises IssuerUnavailable."""
        if monotonic() >= self._due:
            await self._ask(PATIENCE if self._keys else TIMEOUT.total or PATIENCE)
        if self._keys is None or monotonic() > self._given_at + TRUSTED:
            raise IssuerUnavailable("the issuer's keys cannot be fetched now")
        return self._keys

    async def newer(self) -> KeySet:
        """The keys, asked for again if that was not done just now: a token named one that we do not know."""
        await self._ask(TIMEOUT.total or PATIENCE)
        return await self.current()

    async def _ask(self, patience: float) -> None:
        """Ask the issuer, once for all who wait; returns when it answered, or has had `patience` seconds to."""
        if self._asking is None or self._asking.done():
            if monotonic() < self._asked_at + ASKED_AGAIN:
                return
            self._asked_at = monotonic()
            self._asking = asyncio.create_task(self._fetch(), name="issuer keys")
        left = self._asked_at + patience - monotonic()
        if left > 0:
            await asyncio.wait({self._asking}, timeout=left)

    async def _fetch(self) -> None:
        try:
            async with aiohttp.ClientSession(timeout=TIMEOUT) as client:
                self._url = self._url or await self._discovered(client)
                self._take(await _json(client, self._url))
            self._due = monotonic() + KEPT
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, _Malformed) as error:
            log.warning("issuer_keys_unavailable", url=self._url or self._issuer, error=repr(error))
            self._url = self._given_url  # they may have moved
            self._due = monotonic() + AFTER_FAILURE

    async def _discovered(self, client: aiohttp.ClientSession) -> str:
        """Where the issuer says that its keys are; it must be the issuer that we mean (OpenID Connect Discovery 4.3)."""
        told = await _json(client, self._issuer.rstrip("/") + DISCOVERY)
        url = told.get("jwks_uri")
        if told.get("issuer") != self._issuer or not isinstance(url, str):
            raise _Malformed(f"discovery tells of the issuer {told.get('issuer')!r}, keys at {url!r}")
        if urlsplit(self._issuer).scheme == "https" and urlsplit(url).scheme != "https":
            raise _Malformed(f"the keys lie open, at {url}")
        return url

    def _take(self, told: dict[str, Any]) -> None:
        listed = told.get("keys")
        keys = [key for one in listed if (key := _usable(one))] if isinstance(listed, list) else []
        if not keys:
            raise _Malformed("no key to verify by")
        self._given_at = monotonic()
        if listed != self._told:
            self._keys, self._told = KeySet(keys), listed


async def _json(client: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    """A JSON object; a redirection is none: nobody sends us elsewhere for keys."""
    async with client.get(url, allow_redirects=False) as answer:
        if answer.status != 200:
            raise _Malformed(f"{url} answers {answer.status}")
        body = await _up_to(answer.content, LARGEST)
    told = json.loads(body)
    if not isinstance(told, dict):
        raise _Malformed(f"{url} answers no object")
    return told


async def _up_to(content: aiohttp.StreamReader, most: int) -> bytes:
    read = bytearray()
    async for piece in content.iter_any():
        read += piece
        if len(read) > most:
            raise _Malformed(f"an answer of more than {most} bytes")
    return bytes(read)


def _usable(told: Any) -> Key | None:
    """A key that verifies what we accept; None for one of another kind or purpose, and for one that is broken."""
    if not isinstance(told, dict) or told.get("kty") not in KEY_TYPES or told.get("use", "sig") != "sig":
        return None
    if told.get("alg", ALGORITHMS[0]) not in ALGORITHMS:
        return None
    try:
        return JWKRegistry.import_key(told)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        log.warning("issuer_key_broken", kid=str(told.get("kid"))[:80], error=repr(error))
        return None
