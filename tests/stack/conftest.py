"""Servers and upstreams that the stack's own tests start: small, on loopback, ended with the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.types import ASGIApp

from deploy.embedded.child import Child, Program
from deploy.embedded.ports import LOOPBACK, free_port

Serve = Callable[..., AbstractAsyncContextManager[str]]
Run = Callable[[Program], Awaitable[Child]]


@asynccontextmanager
async def serving(app: ASGIApp, port: int | None = None) -> AsyncIterator[str]:
    """The address of an ASGI app served over a real socket."""
    port = port or free_port()
    server = uvicorn.Server(uvicorn.Config(app, host=LOOPBACK, port=port, log_level="critical", timeout_graceful_shutdown=1))
    task = asyncio.create_task(server._serve())
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.005)
    yield f"http://{LOOPBACK}:{port}"
    server.should_exit = True
    await task


@pytest.fixture(name="serve")
def serve_fixture() -> Serve:
    """Serves an ASGI app for the length of a block."""
    return serving


@pytest.fixture
async def run(tmp_path: Path) -> AsyncIterator[Run]:
    """Starts a program, waits until it answers, and ends it after the test."""
    children: list[Child] = []

    async def start(program: Program) -> Child:
        child = Child(program, tmp_path / f"{program.name}.log")
        children.append(child)
        await child.start()
        await child.ready(30)
        return child

    yield start
    for child in children:
        await child.stop()
