"""The way of browsers into the embedded stack: authorization code with PKCE at the development issuer, by name alone.

What it knows of codes and sessions ends with the process, as the sessions of the embedded gateway do.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deploy.answers import Problem, answer

CLIENT = "console"
PATIENCE = 60.0  # seconds in which a code is good
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>演示登录</title><h1>演示环境：选一个身份进入</h1><ul>{people}</ul></html>"""
BAD_CLIENT = Problem(400, "sign-in-invalid", "登录请求不符合要求", "client, address to come back to or PKCE is not ours")


class NotGranted(Exception):
    """A token request that is refused: `invalid_grant`."""


@dataclass(frozen=True, slots=True)
class _Code:
    username: str
    nonce: str
    challenge: str
    sid: str
    until: float


class CodeFlow:
    """Sign-ins by name: whoever opens the page is whom they say."""

    def __init__(self, url: str, people: Callable[[], Mapping[str, dict[str, Any]]], wall: Callable[[], float]) -> None:
        """At the issuer of this `url`; `people` are those who may enter by name alone, `wall` tells seconds since the epoch."""
        self._url, self._people, self._wall = url, people, wall
        self._home = url.removesuffix("/issuer")
        self._codes: dict[str, _Code] = {}
        self._sessions: dict[str, tuple[str, str]] = {}  # by refresh token: who, and the session's name

    def routes(self) -> list[Route]:
        """What browsers and sessions ask beside the token endpoint."""
        return [
            Route("/authorize", self._authorize),
            Route("/logout", self._logout),
            Route("/revoke", self._revoke, methods=["POST"]),
        ]

    def metadata(self) -> dict[str, Any]:
        """What discovery tells of it."""
        return {
            "authorization_endpoint": f"{self._url}/authorize", "end_session_endpoint": f"{self._url}/logout",
            "revocation_endpoint": f"{self._url}/revoke", "code_challenge_methods_supported": ["S256"],
        }  # fmt: skip

    def by_code(self, form: FormData) -> tuple[str, dict[str, Any]]:
        """Who a code was given to, and what the ID token says beside; NotGranted if it is not good, and never again."""
        code = self._codes.pop(str(form.get("code")), None)
        given = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        challenge = base64.urlsafe_b64encode(given).rstrip(b"=").decode()
        if code is None or self._wall() > code.until or not hmac.compare_digest(challenge, code.challenge):
            raise NotGranted("the code is not good, or not its verifier")
        return code.username, {"nonce": code.nonce, "sid": code.sid}

    def by_refresh(self, form: FormData) -> tuple[str, dict[str, Any]]:
        """Who a refresh token was given to; NotGranted if it is not good. It is good once."""
        found = self._sessions.pop(str(form.get("refresh_token")), None)
        if found is None:
            raise NotGranted("the session has ended")
        return found[0], {"sid": found[1]}

    def refresh_token(self, username: str, sid: str) -> str:
        """What renews the tokens of a session."""
        token = secrets.token_urlsafe(32)
        self._sessions[token] = username, sid
        return token

    async def _authorize(self, request: Request) -> Response:
        """Back with a code for the person of `login_hint`; without one, the page that asks who comes."""
        asked = request.query_params
        wanted = {
            "client_id": CLIENT, "response_type": "code", "code_challenge_method": "S256",
            "redirect_uri": f"{self._home}/session/callback",
        }  # fmt: skip
        if any(asked.get(name) != value for name, value in wanted.items()) or not asked.get("code_challenge"):
            raise BAD_CLIENT
        people = self._people()
        username = asked.get("login_hint", "")
        if username not in people:
            return Response(PAGE.format(people="".join(_entry(asked, *one) for one in people.items())), media_type="text/html")
        now = self._wall()
        self._codes = {code: one for code, one in self._codes.items() if one.until > now}
        code, sid = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
        self._codes[code] = _Code(username, asked.get("nonce", ""), asked["code_challenge"], sid, now + PATIENCE)
        back = urlencode({"code": code, "state": asked.get("state", "")})
        return RedirectResponse(f"{wanted['redirect_uri']}?{back}", 303, {"Cache-Control": "no-store"})

    async def _logout(self, request: Request) -> Response:
        """The session's refresh token was taken back before; nothing else of it is here."""
        to = request.query_params.get("post_logout_redirect_uri", "")
        return RedirectResponse(to if to == f"{self._home}/" else f"{self._home}/", 303)

    async def _revoke(self, request: Request) -> Response:
        async with request.form() as form:
            self._sessions.pop(str(form.get("token")), None)
        return answer({})


def _entry(asked: Mapping[str, str], username: str, known: Mapping[str, Any]) -> str:
    to = f"authorize?{urlencode({**asked, 'login_hint': username})}"
    return f'<li><a href="{html.escape(to)}">{html.escape(str(known.get("name", username)))}</a></li>'
