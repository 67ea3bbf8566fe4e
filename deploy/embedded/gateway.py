"""The gateway of the embedded stack: one port in front of services, issuer, clock, sessions and web files."""

from __future__ import annotations

import argparse
import mimetypes
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.auth import TokenVerifier, Trust
from deploy.answers import NO_SUCH_PAGE, Problem, answer, on_problem, problem
from deploy.embedded.clock import ClockFile, ClockKeeper, StatusRounds, clock_routes
from deploy.embedded.codeflow import CLIENT
from deploy.embedded.issuer import AUDIENCE, Issuer
from deploy.embedded.ports import LOOPBACK
from deploy.embedded.proxy import PREFIX, Proxy, Upstreams
from deploy.sessions.keeping import Memory
from deploy.sessions.oidc import Client
from deploy.sessions.oidc import Issuer as Asked
from deploy.sessions.pages import Pages as SessionPages
from deploy.sessions.pages import WithSession
from deploy.sessions.sessions import Sessions

WEB = Path(__file__).resolve().parents[2] / "web"
CONSOLE, INSPECTOR = "dist/console", "dist/inspector"  # of the web files, once they are built
mimetypes.add_type("application/manifest+json", ".webmanifest")
KEPT_FOR_EVER = "public, max-age=31536000, immutable"
DRAIN = 3  # seconds that open streams get at the end


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the gateway stands: its own address, the services behind it, the folder of keys, secrets and clock."""

    url: str
    services: Mapping[str, str]
    data: Path
    web: Path = WEB


class Pages(StaticFiles):
    """The web files; a browser asks each time whether its copy is still good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or the problem `no-such-page`."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404:
                raise
            return problem(scope["path"], NO_SUCH_PAGE)
        response.headers["Cache-Control"] = "no-cache"
        return response


class App(Pages):
    """An application: one page at every address below its own; what it is made of is named by its content and kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file; for an address that names none, the page."""
        made_of = path.startswith("assets/")
        response = await super().get_response(path if made_of or path in self.apart else "index.html", scope)
        if made_of and response.status_code == 200:
            response.headers["Cache-Control"] = KEPT_FOR_EVER
        return response

    apart: frozenset[str] = frozenset()
    """What is neither the page nor named by its content."""


class Installed(App):
    """An application that a phone installs: its worker, and what tells the phone of it, are asked for each time."""

    apart = frozenset({"worker.js", "manifest.webmanifest", "icon.svg"})


def gateway(layout: Layout) -> ASGIApp:
    """The gateway as an ASGI app."""
    issuer = Issuer(layout.data, f"{layout.url}/issuer")
    upstreams = Upstreams(layout.services)
    rounds = StatusRounds(upstreams, lambda: issuer.machine_token("gateway"))
    keeper = ClockKeeper(ClockFile(layout.data / "clock.json"), rounds)

    sessions = sessions_of(layout.url)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with upstreams:
            yield

    compressed = [Middleware(GZipMiddleware)]
    routes = [
        Route("/livez", _alive), Route("/readyz", _alive), Mount("/issuer", routes=issuer.routes()),
        *clock_routes(keeper, issuer), *sessions.routes(),
        Route("/practice", _lessons(issuer.practice / "lessons.json")), Route("/", _front_page),
        Mount("/console", App(directory=layout.web / CONSOLE, check_dir=False), middleware=compressed),
        Mount("/inspector", Installed(directory=layout.web / INSPECTOR, check_dir=False), middleware=compressed),
        Mount("/", Pages(directory=layout.web, html=True, check_dir=False)),
    ]  # fmt: skip
    handlers: dict[Any, Any] = {Problem: on_problem, HTTPException: _on_http, Exception: _on_unexpected}
    rest = Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan)
    return _Fork(WithSession(Proxy(upstreams), sessions), WithSession(rest, sessions), rest)


def sessions_of(url: str) -> SessionPages:
    """Sessions at the development issuer behind `url`: people enter by name, and are forgotten when the process ends."""
    at = f"{url}/issuer"
    issuer = Asked(Client(issuer=at, client_id=CLIENT, url=url))
    return SessionPages(Sessions(issuer, TokenVerifier(Trust(issuer=at, audience=AUDIENCE)), Memory()), people="/issuer/people")


class _Fork:
    """Sends `/api/…` straight to the proxy, past everything it does not need; only it and the clock ask who is signed in."""

    def __init__(self, proxy: ASGIApp, clock: ASGIApp, rest: ASGIApp) -> None:
        self._proxy, self._clock, self._rest = proxy, clock, rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._rest
        if scope["type"] == "http":
            through = scope["raw_path"].startswith(PREFIX.encode())
            app = self._proxy if through else self._clock if scope["path"] == "/clock" else self._rest
        await app(scope, receive, send)


def _lessons(path: Path) -> Callable[[Request], Response]:
    """Answers what is practised here; the problem `no-such-page` where nothing is."""

    def read(request: Request) -> Response:
        if not path.exists():
            return problem(request.url.path, NO_SUCH_PAGE)
        return Response(path.read_bytes(), media_type="application/json", headers={"Cache-Control": "no-cache"})

    return read


async def _alive(_: Request) -> Response:
    return answer({"status": "ok"})


async def _front_page(_: Request) -> Response:
    return RedirectResponse("/console/")


async def _on_http(request: Request, error: HTTPException) -> Response:
    refusal = NO_SUCH_PAGE
    if error.status_code != 404:
        refusal = Problem(error.status_code, "http-error", "请求无法处理", str(error.detail))
    return problem(request.url.path, refusal)


async def _on_unexpected(request: Request, _: Exception) -> Response:
    return problem(request.url.path, Problem(500, "internal-error", "系统内部错误", "internal error"))


def main() -> None:
    """Serve until told to stop: `python -m deploy.embedded.gateway --port … --data … registry=http://… …`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of keys, secrets and clock")
    parser.add_argument("services", nargs="*", metavar="name=url", help="the services behind it")
    given = parser.parse_args()
    services = dict(pair.split("=", 1) for pair in given.services)
    layout = Layout(url=f"http://{LOOPBACK}:{given.port}", services=services, data=given.data)
    uvicorn.run(
        gateway(layout), host=LOOPBACK, port=given.port, loop="uvloop", http="httptools", log_level="warning",
        access_log=False, server_header=False, date_header=False, timeout_graceful_shutdown=DRAIN,
    )  # fmt: skip


if __name__ == "__main__":
    main()
