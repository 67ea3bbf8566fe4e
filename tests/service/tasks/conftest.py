"""Tasks on a real PostgreSQL, fed with events of the registry and of inspections."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from chassis.testing import service_under_test
from services.tasks.service import SERVICE
from tests.service.tasks.city import City


@pytest_asyncio.fixture
async def city(admin_dsn: str) -> AsyncIterator[City]:
    async with service_under_test(SERVICE, admin_dsn) as under_test:
        under_test.as_described = True
        yield City(under_test)
