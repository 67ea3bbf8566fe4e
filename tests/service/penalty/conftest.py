"""The penalty service on a real PostgreSQL, having heard the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from chassis.testing import service_under_test
from services.penalty.service import SERVICE
from tests.service.penalty.bureau import Bureau


@pytest_asyncio.fixture
async def bureau(admin_dsn: str) -> AsyncIterator[Bureau]:
    """The bureau of Donghu before its first case."""
    async with service_under_test(SERVICE, admin_dsn) as under_test:
        known = Bureau(under_test)
        await known.hears_the_registry()
        yield known
        for client in known.clients.values():
            await client.aclose()
