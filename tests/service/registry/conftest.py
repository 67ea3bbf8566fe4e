"""The registry on a real PostgreSQL, with the jurisdictions of the vocabulary."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest_asyncio

from chassis.testing import Before, ServiceUnderTest, service_under_test
from services.registry.service import SERVICE
from tests.service.registry.desk import Desk


@asynccontextmanager
async def opened(admin_dsn: str, before: Before | None) -> AsyncIterator[Desk]:
    async with service_under_test(SERVICE, admin_dsn, before=before) as under_test:
        desk = Desk(under_test)
        yield desk
        for client in (desk.administrator, desk.manager, desk.auditor):
            await client.aclose()


async def founded(under_test: ServiceUnderTest) -> None:
    """The city and its districts are established."""
    await Desk(under_test).founded()


@pytest_asyncio.fixture
async def empty_desk(admin_dsn: str) -> AsyncIterator[Desk]:
    """Nothing is registered yet."""
    async with opened(admin_dsn, None) as desk:
        yield desk


@pytest_asyncio.fixture
async def desk(admin_dsn: str) -> AsyncIterator[Desk]:
    """The jurisdictions are established."""
    async with opened(admin_dsn, founded) as desk:
        yield desk
