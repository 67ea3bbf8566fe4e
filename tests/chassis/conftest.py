"""A migrated database for each test, made from one template; and the example service's events, known only here."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
import pytest_asyncio
from aiohttp import web

from chassis.database import connect, migrate
from chassis.domain import EVENT_TYPES
from chassis.eventstore import Connection
from chassis.testing import ServiceUnderTest, drop_database, fresh_database, service_under_test
from tests.chassis import notes, objects
from tests.chassis.issuing import Issuer


@pytest.fixture(autouse=True)
def _known_events(monkeypatch: pytest.MonkeyPatch) -> None:
    for wire, known in notes.EVENTS.items():
        monkeypatch.setitem(EVENT_TYPES, wire, known)


def _named(dsn: str) -> str:
    return dsn.partition("?")[0].rpartition("/")[2]


async def _execute(admin_dsn: str, sql: str) -> None:
    connection = await connect(admin_dsn, "tests")
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest_asyncio.fixture(scope="session")
async def bucket(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, str]]:
    """The environment of an S3-compatible server."""
    async with objects.bucket(tmp_path_factory.mktemp("s3")) as environment:
        yield environment


@pytest.fixture
def s3(bucket: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """A place in an S3-compatible store."""
    for name, value in bucket.items():
        monkeypatch.setenv(name, value)
    return objects.place()


@pytest_asyncio.fixture(scope="session")
async def template(admin_dsn: str) -> AsyncIterator[str]:
    """A database with the migrations of the chassis and of the example service, to copy from."""
    dsn = await fresh_database(admin_dsn)
    await migrate(dsn, notes.SERVICE.migration_folders)
    yield dsn
    await drop_database(admin_dsn, dsn)


@pytest.fixture
def new_database(admin_dsn: str, template: str) -> Callable[[], AbstractAsyncContextManager[str]]:
    """Makes a migrated database for the length of a block."""

    @asynccontextmanager
    async def made() -> AsyncIterator[str]:
        name = f"test_{uuid.uuid4().hex}"
        await _execute(admin_dsn, f"CREATE DATABASE {name} TEMPLATE {_named(template)}")
        own = template.replace(_named(template), name)
        await migrate(own, notes.SERVICE.migration_folders)  # what a template does not hand on: privileges on the database
        try:
            yield own
        finally:
            await drop_database(admin_dsn, own)

    return made


@pytest_asyncio.fixture
async def dsn(new_database: Callable[[], AbstractAsyncContextManager[str]]) -> AsyncIterator[str]:
    """A database of the test's own."""
    async with new_database() as own:
        yield own


@pytest_asyncio.fixture
async def connection(dsn: str) -> AsyncIterator[Connection]:
    """A connection to it."""
    opened = await connect(dsn, "test")
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def sut(admin_dsn: str) -> AsyncIterator[ServiceUnderTest]:
    """The example service."""
    async with service_under_test(notes.SERVICE, admin_dsn) as under_test:
        yield under_test


@pytest_asyncio.fixture
async def issuer() -> AsyncIterator[Issuer]:
    """An issuer of tokens on loopback."""
    made = Issuer()
    app = web.Application()
    app.router.add_get("/jwks", made.serve)
    app.router.add_get("/.well-known/openid-configuration", made.discovery)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    made.base = f"http://{host}:{port}"
    yield made
    made.held.set()
    await runner.cleanup()
