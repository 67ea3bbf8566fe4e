"""Sessions over HTTP: `/session` and what is below it, and the cookie that becomes a bearer token on its way to a service.

What a cookie authorises is held against forgery twice: it goes along with other sites' navigations at most (SameSite=Lax), and an
unsafe request must say that one of our own pages sends it (Origin, or Sec-Fetch-Site where there is none).
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.issuerkeys import IssuerUnavailable
from chassis.telemetry import log
from deploy.answers import Problem, answer, problem
from deploy.sessions.keeping import KeepingUnavailable
from deploy.sessions.oidc import Attempt, NotSignedIn
from deploy.sessions.sessions import Session, Sessions

SAFE = ("GET", "HEAD", "OPTIONS")
PATIENCE = 600  # seconds in which a sign-in must end
LONGEST_WAY = 1000  # characters of an address to come back to
FOREIGN = Problem(403, "foreign-request", "请求不是由本平台页面发出的", "the request does not come from a page of ours")
AWAY = Problem(503, "sign-in-unavailable", "登录服务暂不可用，请稍后重试", "who is signed in cannot be known now")
NOT_ISSUER = Problem(400, "no-logout-token", "不是登录服务发出的退出通知", "not a logout token of the issuer")
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>登录 · Casetrail</title><h1>登录未完成</h1><p>{zh}</p><p lang="en">{en}</p>
<p><a href="{again}">重新登录 / Try again</a></p></html>"""

Page = Callable[[Request], Awaitable[Response]]


class Pages:
    """What browsers, nginx and the issuer ask; `people`: where those are listed who may enter by name alone, if anybody may."""

    def __init__(self, sessions: Sessions, people: str | None = None) -> None:
        self.sessions, self._people = sessions, people
        self._login_cookie = f"{sessions.cookie}-login"

    def routes(self) -> list[Route]:
        """`/session`: who is here; login, callback and logout below it."""
        return [
            Route("/session", _known(self._here)), Route("/session/login", _known(self._login)),
            Route("/session/callback", _known(self._callback)),
            Route("/session/logout", _known(self._logout), methods=["POST"]),
            Route("/session/issuer-logout", _known(self._issuer_logout), methods=["POST"]),
        ]  # fmt: skip

    def inner_routes(self) -> list[Route]:
        """For nginx alone: the bearer token of a request that it describes."""
        return [Route("/session/bearer", _known(self._bearer))]

    async def token(self, method: str, headers: Mapping[bytes, bytes]) -> str | None:
        """The access token of whoever has the cookie of this request; None where nobody is signed in. Problem 403 or 503."""
        secret = _cookie(headers.get(b"cookie", b""), self.sessions.cookie)
        if secret is None:
            return None
        try:
            session = await self.sessions.of(secret)
        except (IssuerUnavailable, KeepingUnavailable) as error:
            raise _away(error) from error
        if session is None:
            return None
        self._check_ours(method, headers)
        return session.tokens.access

    async def _here(self, request: Request) -> Response:
        """Who is signed in, as services take them; null where nobody is."""
        secret = request.cookies.get(self.sessions.cookie)
        session = await self.sessions.of(secret) if secret else None
        person = await self._person(session) if session else None
        practice = session.practice if session and person else False
        return answer({"person": person, "practice": practice, "people": self._people})

    async def _person(self, session: Session) -> dict[str, Any] | None:
        who = await self.sessions.who(session)
        if who is None:
            return None
        shown = asdict(who) | {"roles": sorted(who.roles), "districts": sorted(who.districts), "username": session.username}
        officer = {"officer_id": who.id} if "officer" in who.roles else {}
        return {"sub": shown.pop("id"), **shown, **officer}

    async def _login(self, request: Request) -> Response:
        """Send the browser to the issuer; it comes back to `?return=`, an address of ours. `?as=`: who is meant."""
        asked = request.query_params
        to = ours(asked.get("return", "/"))
        attempt, url = await self.sessions.issuer.begin(to, hint=asked.get("as", "")[:200], again="again" in asked)
        response = RedirectResponse(url, 303, {"Cache-Control": "no-store"})
        # It tells the browser nothing that it may not know, and another browser cannot have it.
        self._set(response, self._login_cookie, _packed(attempt), PATIENCE)
        return response

    async def _callback(self, request: Request) -> Response:
        """The browser comes back with a code: the one that was sent, for what it was sent."""
        asked = request.query_params
        attempt = _unpacked(request.cookies.get(self._login_cookie, ""))
        if attempt is None or not secrets.compare_digest(attempt.state.encode(), asked.get("state", "").encode()):
            return self._refused("登录请求已失效。", "this sign-in was not begun here, or too long ago", "/")
        if not (code := asked.get("code")):
            return self._refused("登录服务未予登录。", f"the issuer says: {asked.get('error', 'nothing')[:80]}", attempt.to)
        try:
            secret = await self.sessions.begin(attempt, code)
        except NotSignedIn as error:
            log.warning("sign_in_refused", error=str(error))
            return self._refused("登录服务的答复无效。", str(error), attempt.to)
        if before := request.cookies.get(self.sessions.cookie):
            await self.sessions.end(before)
        response = RedirectResponse(ours(attempt.to), 303, {"Cache-Control": "no-store"})
        self._set(response, self._login_cookie, "", 0)
        self._set(response, self.sessions.cookie, secret, int(self.sessions.terms.longest))
        return response

    async def _logout(self, request: Request) -> Response:
        """End the session here at once, and say where the browser goes to end it at the issuer."""
        self._check_ours("POST", dict(request.scope["headers"]))
        secret = request.cookies.get(self.sessions.cookie)
        to = await self.sessions.end(secret) if secret else None
        response = answer({"to": to or f"{self.sessions.issuer.client.url}/"})
        self._set(response, self.sessions.cookie, "", 0)
        return response

    async def _issuer_logout(self, request: Request) -> Response:
        """The issuer says that a session has ended there (OpenID Connect Back-Channel Logout)."""
        async with request.form() as form:
            try:
                await self.sessions.logged_out(str(form.get("logout_token", "")))
            except NotSignedIn as error:
                raise NOT_ISSUER from error
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    async def _bearer(self, request: Request) -> Response:
        token = await self.token(request.headers.get("x-original-method", "POST"), dict(request.scope["headers"]))
        return Response(status_code=204, headers={"X-Session-Authorization": f"Bearer {token}"} if token else {})

    def _check_ours(self, method: str, headers: Mapping[bytes, bytes]) -> None:
        if method in SAFE:
            return
        origin = headers.get(b"origin")
        site = headers.get(b"sec-fetch-site")
        if site not in (None, b"same-origin") or (origin is None and site is None):
            raise FOREIGN
        if origin is not None and origin != self.sessions.origin.encode():
            raise FOREIGN

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        secure = self.sessions.secure
        response.set_cookie(name, value, seconds, path="/", secure=secure, httponly=True, samesite="lax")

    def _refused(self, zh: str, en: str, to: str) -> Response:
        again = f"/session/login?{urlencode({'return': to})}"
        page = PAGE.format(zh=html.escape(zh), en=html.escape(en), again=html.escape(again))
        return Response(page, 403, {"Cache-Control": "no-store"}, media_type="text/html")


class WithSession:
    """ASGI middleware before the services: the cookie becomes the bearer token, and goes no further itself."""

    def __init__(self, app: ASGIApp, pages: Pages) -> None:
        self._app, self._pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request; whoever brings a token of their own is left alone."""
        given = dict(scope["headers"])
        if b"cookie" in given:
            headers = MutableHeaders(scope=scope)
            del headers["cookie"]
            try:
                token = await self._pages.token(scope["method"], given) if b"authorization" not in given else None
            except Problem as refusal:
                return await problem(scope["path"], refusal)(scope, receive, send)
            if token is not None:
                headers["authorization"] = f"Bearer {token}"
        await self._app(scope, receive, send)


def ours(to: str) -> str:
    """An address of ours to come back to; the first page for any other."""
    plain = to.startswith("/") and not to.startswith("//") and to.isascii() and to.isprintable() and "\\" not in to
    return to if plain and len(to) <= LONGEST_WAY and not to.startswith("/session/") else "/"


def _known(page: Page) -> Page:
    async def asked(request: Request) -> Response:
        try:
            return await page(request)
        except (IssuerUnavailable, KeepingUnavailable) as error:
            raise _away(error) from error

    return asked


def _away(error: Exception) -> Problem:
    log.warning("sign_in_unavailable", error=str(error))
    return AWAY


def _cookie(header: bytes, name: str) -> str | None:
    try:
        found = SimpleCookie(header.decode("latin-1")).get(name)
    except CookieError:
        return None
    return found.value if found is not None else None


def _packed(attempt: Attempt) -> str:
    return base64.urlsafe_b64encode(json.dumps(asdict(attempt)).encode()).decode()


def _unpacked(text: str) -> Attempt | None:
    try:
        told = json.loads(base64.urlsafe_b64decode(text))
        return Attempt(**{name: str(told[name]) for name in ("state", "nonce", "verifier", "to")})
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None
