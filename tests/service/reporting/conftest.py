"""Reporting on a real PostgreSQL, fed with other services' ledgers through its own copy."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any

import pytest_asyncio

from chassis.broker import Received
from chassis.testing import ServiceUnderTest, service_under_test
from services.reporting.service import SERVICE
from services.reporting.worker import LedgerCopy
from tests.service.reporting.ledgers import Ledgers, runs_of, small_year
from tests.service.reporting.weeks import LATER, ODD, planted


class Reporting:
    """The service under test, and how events get into its copy."""

    def __init__(self, under_test: ServiceUnderTest) -> None:
        self.under_test = under_test
        self.client = under_test.client
        self.pool: Any = under_test.worker_pool
        self.copy = LedgerCopy(self.pool)

    async def receive(self, events: Iterable[Received]) -> dict[tuple[str, int], int]:
        """Copy events, and project them."""
        positions = await self.copy.apply(runs_of(events))
        await self.under_test.settle()
        return positions

    async def live_until(self, ledgers: Ledgers, at: datetime) -> None:
        """What is recorded by a moment is received, as far as it was not before, and the clock stands at it."""
        known = await self.pool.fetchval("SELECT count(*) FROM ledger_copy")
        due = [event for event in ledgers.recorded[known:] if event.envelope.recorded_at <= at]
        if due:
            await self.receive(due)
        self.under_test.clock.at = at


@pytest_asyncio.fixture
async def reporting(admin_dsn: str) -> AsyncIterator[Reporting]:
    async with service_under_test(SERVICE, admin_dsn) as under_test:
        yield Reporting(under_test)


@pytest_asyncio.fixture
async def year(reporting: Reporting) -> Ledgers:
    """A small year, received."""
    ledgers = small_year()
    await reporting.receive(ledgers.recorded)
    return ledgers


async def live_a_quarter(under_test: ServiceUnderTest) -> None:
    """A quarter in two districts, over; the second has an odd name, and told something late."""
    await Reporting(under_test).live_until(planted(late=True, called=ODD), LATER)


@pytest_asyncio.fixture
async def quarter(admin_dsn: str) -> AsyncIterator[Reporting]:
    """A quarter that is over, planted once for all who look at it."""
    async with service_under_test(SERVICE, admin_dsn, before=live_a_quarter) as under_test:
        under_test.clock.at = LATER
        yield Reporting(under_test)
