"""`casetrail run`: an API, a worker or the migrations of one service."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated

import typer
import uvicorn

from chassis.database import Stage, migrate
from chassis.process.endings import misused
from chassis.process.manifests import load_service
from chassis.service import Service
from chassis.settings import SERVICES, Misconfigured, Settings, settings_from
from chassis.telemetry import configure_logging, configure_tracing
from chassis.worker import api_app, worker_app


class Role(StrEnum):
    """What a process does for its service."""

    API = "api"
    WORKER = "worker"
    MIGRATE = "migrate"


def run(
    service: Annotated[str, typer.Argument(help=f"one of {', '.join(SERVICES)}")],
    role: Annotated[Role, typer.Argument(help="api, worker or migrate")],
    stage: Annotated[Stage, typer.Option(help="of `migrate`: pre before a roll-out, post after it, or all")] = Stage.ALL,
) -> None:
    """Run one role of one service, configured by the environment (docs/operations.md)."""
    try:
        settings = settings_from(service)
    except Misconfigured as error:
        misused(f"{error}. See docs/operations.md for every variable.")
    configure_logging(service, role, settings.log_level)
    configure_tracing(service, role, settings.otlp_endpoint)
    manifest = load_service(service)
    if role is Role.MIGRATE:
        applied = asyncio.run(migrate(settings.owner_dsn, manifest.migration_folders, stage))
        typer.echo(f"{service}: {len(applied)} migrations applied")
    else:
        serve(manifest, settings, role)


def serve(service: Service, settings: Settings, role: Role) -> None:
    """Serve an API or a worker until SIGTERM; a request under way is finished first."""
    app = api_app(service, settings) if role is Role.API else worker_app(service, settings)
    uvicorn.run(
        app, host=settings.http_host, port=settings.http_port, loop="uvloop", http="httptools", ws="none",
        log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=5, server_header=False,
    )  # fmt: skip
