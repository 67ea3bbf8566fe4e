"""Inspection on a real PostgreSQL, fed with events of the registry and of tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from chassis.testing import ServiceUnderTest, service_under_test
from services.inspection.service import SERVICE
from tests.service.inspection.office import MORNING, Office


@pytest_asyncio.fixture
async def empty_office(admin_dsn: str) -> AsyncIterator[Office]:
    """Nothing was heard from other services yet."""
    async with service_under_test(SERVICE, admin_dsn, MORNING) as under_test:
        under_test.as_described = True
        yield Office(under_test)


async def founded(under_test: ServiceUnderTest) -> None:
    """All that the registry has to tell."""
    await Office(under_test).founded()


@pytest_asyncio.fixture
async def office(admin_dsn: str) -> AsyncIterator[Office]:
    """Site, officers, organ, catalogue and rulebook are known."""
    async with service_under_test(SERVICE, admin_dsn, MORNING, founded) as under_test:
        under_test.as_described = True
        yield Office(under_test)
