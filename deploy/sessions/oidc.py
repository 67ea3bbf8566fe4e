"""Sessions as a client of the OIDC issuer: authorization code with PKCE, refresh, revocation, logout."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
from joserfc import jwt
from joserfc.errors import JoseError

from chassis.auth import LEEWAY
from chassis.issuerkeys import ALGORITHMS, DISCOVERY, IssuerKeys, IssuerUnavailable

TIMEOUT = aiohttp.ClientTimeout(total=10)
ENDPOINTS = ("authorization_endpoint", "token_endpoint")
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
EARLY = 30.0  # seconds before its end in which an access token is renewed; a quarter of a short one's life


class NotSignedIn(Exception):
    """The issuer gave no tokens, or some that are not what was asked for; nobody is signed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """How we are known to the issuer; `url` is our own address, as browsers see it.

    `secret` empty: a public client. `discovery_url` and `jwks_url` empty: below the issuer; told in it.
    """

    issuer: str
    client_id: str
    url: str
    secret: str = ""
    discovery_url: str = ""
    jwks_url: str = ""

    @property
    def callback(self) -> str:
        """Where the issuer sends a browser back to."""
        return f"{self.url}/session/callback"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that has begun: what its end is held against (RFC 7636, OpenID Connect 3.1.2), and where it leads."""

    state: str
    nonce: str
    verifier: str
    to: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the issuer gave; `until` and `due` (wall time, seconds): when the access token ends, and when it is renewed."""

    access: str
    refresh: str | None
    identity: str
    until: float
    due: float


class Issuer:
    """The issuer, asked over HTTP; what it tells of itself is learnt once. Everything may raise IssuerUnavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._keys = IssuerKeys(client.issuer, client.jwks_url)
        self._told: dict[str, Any] = {}

    async def begin(self, to: str, *, hint: str = "", again: bool = False) -> tuple[Attempt, str]:
        """A sign-in, and where the browser goes for it; `again`: also whoever is signed in at the issuer shows who they are."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code", "client_id": self.client.client_id, "redirect_uri": self.client.callback, "scope": "openid",
            "state": state, "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
            **({"login_hint": hint} if hint else {}), **({"prompt": "login"} if again else {}),
        }  # fmt: skip
        told = await self._metadata()
        return Attempt(state, nonce, verifier, to), f"{told['authorization_endpoint']}?{urlencode(asked)}"

    async def finish(self, attempt: Attempt, code: str) -> tuple[Tokens, dict[str, Any]]:
        """The tokens for a code, and what the ID token says; NotSignedIn if they answer another request than ours."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.client.callback}
        told = await self._granted({**form, "code_verifier": attempt.verifier})
        claims = await self._verified(told.get("id_token"))
        if not secrets.compare_digest(str(claims.get("nonce")).encode(), attempt.nonce.encode()):
            raise NotSignedIn("the nonce is not ours")
        return _tokens(told, None), claims

    async def renew(self, held: Tokens) -> Tokens:
        """New tokens for those held; NotSignedIn if the issuer has ended the session, or somebody else is in it."""
        if held.refresh is None:
            raise NotSignedIn("nothing to renew by")
        told = await self._granted({"grant_type": "refresh_token", "refresh_token": held.refresh})
        if told.get("id_token"):
            now, before = await self._verified(told["id_token"]), _unverified(held.identity)
            if now["sub"] != before.get("sub"):
                raise NotSignedIn("another person's tokens")
        return _tokens(told, held)

    async def leave(self, held: Tokens) -> str:
        """Where a browser goes to leave the issuer too; what renews the tokens is taken back already (RFC 7009)."""
        told = await self._metadata()
        if held.refresh and (revocation := told.get("revocation_endpoint")):
            await _asked("POST", revocation, self._with_secret({"token": held.refresh, "token_type_hint": "refresh_token"}))
        home = f"{self.client.url}/"
        if not (end := told.get("end_session_endpoint")):
            return home
        asked = {"id_token_hint": held.identity, "post_logout_redirect_uri": home, "client_id": self.client.client_id}
        return f"{end}?{urlencode(asked)}"

    async def logged_out(self, token: str) -> dict[str, Any]:
        """The claims of a logout token (OpenID Connect Back-Channel Logout 2.6); NotSignedIn if it is none."""
        claims = await self._verified(token)
        events = claims.get("events")
        if not isinstance(events, dict) or LOGOUT_EVENT not in events or "nonce" in claims:
            raise NotSignedIn("no logout token")
        return claims

    async def _metadata(self) -> dict[str, Any]:
        if not self._told:
            url = self.client.discovery_url or self.client.issuer.rstrip("/") + DISCOVERY
            status, told = await _asked("GET", url)
            if status != 200 or told.get("issuer") != self.client.issuer or not all(told.get(name) for name in ENDPOINTS):
                raise IssuerUnavailable(f"{url} does not tell what it must of {self.client.issuer}")
            self._told = told
        return self._told

    def _with_secret(self, form: dict[str, str]) -> dict[str, str]:
        secret = {"client_secret": self.client.secret} if self.client.secret else {}
        return {**form, "client_id": self.client.client_id, **secret}

    async def _granted(self, form: dict[str, str]) -> dict[str, Any]:
        status, told = await _asked("POST", (await self._metadata())["token_endpoint"], self._with_secret(form))
        if status >= 500 or status == 429:
            raise IssuerUnavailable(f"the token endpoint answers {status}")
        if status != 200 or not isinstance(told.get("access_token"), str):
            raise NotSignedIn(f"the issuer answers {status} {told.get('error', '')}")
        return told

    async def _verified(self, token: Any) -> dict[str, Any]:
        """The claims of a token that the issuer made for us, valid now; NotSignedIn for any other."""
        try:
            try:
                decoded = jwt.decode(str(token), await self._keys.current(), algorithms=list(ALGORITHMS))
            except JoseError:
                decoded = jwt.decode(str(token), await self._keys.newer(), algorithms=list(ALGORITHMS))
            claims = decoded.claims
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY, iss={"essential": True, "value": self.client.issuer},
                aud={"essential": True, "value": self.client.client_id}, exp={"essential": True}, iat={"essential": True},
            ).validate(claims)  # fmt: skip
        except (JoseError, ValueError) as error:
            raise NotSignedIn(f"a token of the issuer is not good: {error}") from error
        if not isinstance(claims.get("sub", ""), str) or not (claims.get("sub") or claims.get("sid")):
            raise NotSignedIn("a token of the issuer names nobody")
        if claims.get("azp", self.client.client_id) != self.client.client_id:
            raise NotSignedIn("a token for another client")
        return claims


def _tokens(told: Mapping[str, Any], held: Tokens | None) -> Tokens:
    identity = told.get("id_token") or (held.identity if held else "")
    refresh = told.get("refresh_token") or (held.refresh if held else None)
    life = float(told.get("expires_in", 60))
    now = time.time()
    return Tokens(told["access_token"], refresh, identity, now + life, now + life - min(EARLY, life / 4))


def _unverified(token: str) -> dict[str, Any]:
    """What an ID token says that was verified when it came."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


async def _asked(method: str, url: str, form: Mapping[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of an answer (an empty one for none); nobody sends us elsewhere."""
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as client,
            client.request(method, url, data=form, allow_redirects=False) as answer,
        ):
            body = await answer.read()
            told = json.loads(body) if body else {}
            return answer.status, told if isinstance(told, dict) else {}
    except ValueError:
        return 502, {}
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise IssuerUnavailable(f"the issuer cannot be asked: {error!r}") from error
