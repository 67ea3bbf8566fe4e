"""The registry on a real PostgreSQL, with the jurisdictions of the vocabulary."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from chassis.testing import service_under_test
from services.registry.service import SERVICE
from tests.service.registry.desk import Desk


@pytest_asyncio.fixture
async def empty_desk(admin_dsn: str) -> AsyncIterator[Desk]:
    """Nothing is registered yet."""
    async with service_under_test(SERVICE, admin_dsn) as under_test:
        desk = Desk(under_test)
        yield desk
        for client in (desk.administrator, desk.manager, desk.auditor):
            await client.aclose()


@pytest_asyncio.fixture
async def desk(empty_desk: Desk) -> Desk:
    """The jurisdictions are established."""
    await empty_desk.founded()
    return empty_desk
