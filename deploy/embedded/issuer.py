"""The development OIDC issuer: RFC 9068 access tokens for demo people, machines, and whomever the pilot makes up.

It exists in the embedded stack only. It asks for no password and gives anybody who holds the development secret the token of
anybody: nothing outside the embedded stack may trust it. A service trusts exactly the issuer its environment names, and the
chassis accepts a simulated clock only beside CASETRAIL_OIDC_DEVELOPMENT, which production never sets.

Tokens live on wall time, whatever the simulated clock says.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.answers import Problem, answer
from deploy.embedded.codeflow import CLIENT, CodeFlow, NotGranted
from deploy.embedded.private import secret_in, write_private

AUDIENCE = "casetrail"
DEVELOPMENT_GRANT = "urn:casetrail:development"
GRANTS = ("client_credentials", "password", DEVELOPMENT_GRANT)
OF_BROWSERS = ("authorization_code", "refresh_token")
LIFETIME = 8 * 3600  # seconds, an inspector's day
LEEWAY = 60  # seconds
PRINCIPALS = Path(__file__).with_name("principals.json")
PRACTICE = "practice"  # folder beside the keys, where a practice district says who its people and what its lessons are
TEXT_CLAIMS = ("name", "organ", "officer_id", "certificate_no", "enterprise_id")
LIST_CLAIMS = ("roles", "districts")


class OAuthError(Exception):
    """RFC 6749 section 5.2: the token request is refused; the argument is the error code, then the reason."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Issuer:
    """Signs tokens with a key that survives restarts, and knows the people and machines of the demonstration."""

    def __init__(self, root: Path, url: str, wall: Callable[[], float] = time.time) -> None:
        """The issuer at `url` whose key and secrets (0600) lie in `root`; `wall` tells seconds since the epoch."""
        self.url = url
        self._wall = wall
        self.practice = root / PRACTICE
        self._key = _key_in(root / "issuer-key.json")
        self._development_secret = secret_in(root / "development-secret")
        self._machine_secret = secret_in(root / "machine-secret")
        self._principals = json.loads(PRINCIPALS.read_text(encoding="utf-8"))
        self._machine_tokens: dict[str, tuple[str, float]] = {}
        self._grants: dict[str, Callable[[FormData], dict[str, Any]]] = {
            "client_credentials": self._machine, "password": self._person, DEVELOPMENT_GRANT: self._anybody,
        }  # fmt: skip
        self._browsers = CodeFlow(url, self._known, wall)

    def token(self, claims: Mapping[str, Any], kind: str = "at+jwt") -> str:
        """A signed token with these claims beside the standard ones; unless another kind is named, an access token."""
        now = int(self._wall())
        standard = {"iss": self.url, "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + LIFETIME, "jti": uuid.uuid4().hex}
        header = {"alg": "ES256", "typ": kind, "kid": self._key.kid}
        return jwt.encode(header, {**standard, **claims}, self._key, algorithms=["ES256"])

    def machine_token(self, client: str) -> str:
        """A token of one of our machines; the same for half its life, so that whoever verifies it can remember it."""
        token, issued = self._machine_tokens.get(client, ("", 0.0))
        if self._wall() - issued > LIFETIME / 2:
            token, issued = self.token(self._machine_claims(client)), self._wall()
            self._machine_tokens[client] = token, issued
        return token

    def claims_of(self, authorization: str) -> dict[str, Any]:
        """The claims of an Authorization header's bearer token; Problem 401 unless it is one of ours and valid now."""
        scheme, _, text = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Problem(401, "unauthenticated", "未登录或令牌无效", "no bearer token")
        try:
            decoded = jwt.decode(text.strip(), self._key, algorithms=["ES256"])
            jwt.JWTClaimsRegistry(
                now=lambda: int(self._wall()), leeway=LEEWAY, iss={"essential": True, "value": self.url},
                aud={"essential": True, "value": AUDIENCE}, exp={"essential": True},
            ).validate(decoded.claims)  # fmt: skip
        except (JoseError, ValueError) as error:
            raise Problem(401, "unauthenticated", "未登录或令牌无效", f"not authenticated: {error}") from error
        return decoded.claims

    def routes(self) -> list[Route]:
        """The issuer's HTTP interface, to be mounted at the path of its `url`."""
        return [
            Route("/.well-known/openid-configuration", self._discovery),
            Route("/jwks", self._jwks),
            Route("/people", self._people),
            Route("/token", self._token, methods=["POST"]),
            *self._browsers.routes(),
        ]

    async def _discovery(self, _: Request) -> Response:
        return answer({
            "issuer": self.url, "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"], "grant_types_supported": [*GRANTS, *OF_BROWSERS],
            **self._browsers.metadata(),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        })  # fmt: skip

    async def _jwks(self, _: Request) -> Response:
        return answer({"keys": [{**self._key.as_dict(private=False), "use": "sig", "alg": "ES256"}]})

    def _known(self) -> dict[str, dict[str, Any]]:
        """The people who may enter by name alone: the demonstration's, or those of the practice district once it is prepared."""
        own = self.practice / "people.json"
        known = json.loads(own.read_text(encoding="utf-8")) if own.exists() else self._principals
        people: dict[str, dict[str, Any]] = known["people"]
        return people

    async def _people(self, _: Request) -> Response:
        """Who may enter by name alone, so that the console can offer them."""
        people = [{"username": username, "sub": username, **known} for username, known in self._known().items()]
        return answer({"people": people})

    async def _token(self, request: Request) -> Response:
        async with request.form() as form:
            try:
                if _text(form, "grant_type") in OF_BROWSERS:
                    return answer(self._of_browser(form))
                claims = self._claims(_with_basic(form, request.headers.get("authorization", "")))
            except OAuthError as error:
                status = 401 if error.code == "invalid_client" else 400
                return answer({"error": error.code, "error_description": str(error)}, status)
        scope = " ".join(claims["roles"])
        body = {"access_token": self.token(claims), "token_type": "Bearer", "expires_in": LIFETIME, "scope": scope}
        return answer({**body, "practice": True} if self.practice.exists() else body)

    def _of_browser(self, form: FormData) -> dict[str, Any]:
        """Access, refresh and ID token of a person who came by a browser, or who goes on."""
        try:
            by_code = _text(form, "grant_type") == "authorization_code"
            username, more = (self._browsers.by_code if by_code else self._browsers.by_refresh)(form)
        except NotGranted as error:
            raise OAuthError("invalid_grant", str(error)) from error
        claims = self._person(FormData({"username": username}))
        practice = {"practice": True} if self.practice.exists() else {}
        identity = {"aud": CLIENT, "sub": claims["sub"], "preferred_username": username, **more, **practice}
        return {
            "access_token": self.token(claims), "token_type": "Bearer", "expires_in": LIFETIME,
            "refresh_token": self._browsers.refresh_token(username, more["sid"]), "id_token": self.token(identity, "JWT"),
        }  # fmt: skip

    def _claims(self, form: FormData) -> dict[str, Any]:
        grant = self._grants.get(_text(form, "grant_type"))
        if grant is None:
            raise OAuthError("unsupported_grant_type", f"one of {', '.join(GRANTS)}")
        return grant(form)

    def _machine(self, form: FormData) -> dict[str, Any]:
        _check_secret(_text(form, "client_secret"), self._machine_secret)
        return _narrowed(self._machine_claims(_text(form, "client_id")), _text(form, "scope"))

    def _machine_claims(self, client: str) -> dict[str, Any]:
        known = self._principals["clients"].get(client)
        if known is None:
            raise OAuthError("invalid_client", "no such client")
        return {"sub": client, "client_id": client, **known}

    def _person(self, form: FormData) -> dict[str, Any]:
        """A demo person, by name alone; the password is not looked at. Some are people of the pilot's city, by its `sub`."""
        username = _text(form, "username")
        everybody = self._known()
        known = everybody.get(username)
        if known is None:
            raise OAuthError("invalid_grant", f"no such demo user; there are {', '.join(everybody)}")
        return {"sub": username, "client_id": CLIENT, **known}

    def _anybody(self, form: FormData) -> dict[str, Any]:
        """Whomever the holder of the development secret asks for; lists are separated by spaces."""
        _check_secret(_text(form, "secret"), self._development_secret)
        sub = _text(form, "sub")
        if not sub:
            raise OAuthError("invalid_request", "sub is missing")
        texts = {name: value for name in TEXT_CLAIMS if (value := _text(form, name))}
        lists = {name: _text(form, name).split() for name in LIST_CLAIMS}
        return {"sub": sub, "client_id": "development", "name": sub, **texts, **lists}


def _key_in(path: Path) -> ECKey:
    if not path.exists():
        key = ECKey.generate_key("P-256", auto_kid=True)
        write_private(path, json.dumps(key.as_dict(private=True)))
    return ECKey.import_key(json.loads(path.read_text(encoding="ascii")))


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _check_secret(given: str, wanted: str) -> None:
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise OAuthError("invalid_client", "wrong secret")


def _narrowed(claims: dict[str, Any], scope: str) -> dict[str, Any]:
    """The roles that the client asked for among those it has; all if it asked for none."""
    if not scope:
        return claims
    roles = [role for role in claims["roles"] if role in scope.split()]
    if not roles:
        raise OAuthError("invalid_scope", f"not one of {' '.join(claims['roles'])}")
    return {**claims, "roles": roles}


def _with_basic(form: FormData, authorization: str) -> FormData:
    """The form with the client's name and secret from HTTP Basic, where they came that way (RFC 6749 section 2.3.1)."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return form
    try:
        client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise OAuthError("invalid_client", "malformed Basic credentials") from error
    return FormData([*form.multi_items(), ("client_id", unquote(client)), ("client_secret", unquote(secret))])
