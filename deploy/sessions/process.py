"""Sessions as a process behind nginx: `python -m deploy.sessions.process`, configured by the environment (docs/operations.md)."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.auth import TokenVerifier, Trust
from chassis.settings import Misconfigured, SessionSettings, session_settings_from
from chassis.telemetry import configure_logging
from deploy.answers import Problem, answer, on_problem
from deploy.sessions.keeping import KeepingUnavailable, Table
from deploy.sessions.oidc import Client, Issuer
from deploy.sessions.pages import AWAY, Pages
from deploy.sessions.sessions import Sessions, Terms


def app_of(settings: SessionSettings) -> Starlette:
    """The process as an ASGI app; its table is made when it is first asked whether it is ready."""
    table = Table(settings.dsn)
    client = Client(
        issuer=settings.issuer, client_id=settings.client_id, url=settings.url, secret=settings.client_secret,
        discovery_url=settings.discovery_url, jwks_url=settings.jwks_url,
    )  # fmt: skip
    trust = Trust(
        issuer=settings.issuer, audience=settings.audience, jwks_url=settings.jwks_url, token_types=settings.token_types,
        leeway=settings.leeway, claims=settings.claims,
    )  # fmt: skip
    terms = Terms(idle=settings.idle, longest=settings.longest)
    pages = Pages(Sessions(Issuer(client), TokenVerifier(trust), table, terms))

    async def ready(_: Request) -> Response:
        try:
            await table.read(b"")
        except KeepingUnavailable as error:
            raise AWAY from error
        return answer({"status": "ok"})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await table.close()

    probes = [Route("/livez", _alive), Route("/readyz", ready)]
    routes = [*probes, *pages.routes(), *pages.inner_routes()]
    return Starlette(routes=routes, exception_handlers={Problem: on_problem}, lifespan=lifespan)  # type: ignore[dict-item]


async def _alive(_: Request) -> Response:
    return answer({"status": "ok"})


def main() -> None:
    """Serve until told to stop; code 1 where a variable is missing or makes no sense."""
    try:
        settings = session_settings_from()
    except Misconfigured as error:
        sys.exit(f"sessions: {error}. See docs/operations.md for every variable.")
    configure_logging("sessions", "api", settings.log_level)
    uvicorn.run(
        app_of(settings), host=settings.http_host, port=settings.http_port, loop="uvloop", http="httptools", ws="none",
        log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=5, server_header=False,
    )  # fmt: skip


if __name__ == "__main__":
    main()
