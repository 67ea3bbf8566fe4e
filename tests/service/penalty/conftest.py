"""The penalty service on a real PostgreSQL, having heard the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from chassis.testing import ServiceUnderTest, service_under_test
from services.penalty.service import SERVICE
from tests.service.penalty.bureau import Bureau


async def heard(under_test: ServiceUnderTest) -> None:
    """All that the registry has to tell."""
    await Bureau(under_test).hears_the_registry()


@pytest_asyncio.fixture
async def bureau(admin_dsn: str) -> AsyncIterator[Bureau]:
    """The bureau of Donghu before its first case."""
    async with service_under_test(SERVICE, admin_dsn, before=heard) as under_test:
        known = Bureau(under_test)
        yield known
        for client in known.clients.values():
            await client.aclose()
