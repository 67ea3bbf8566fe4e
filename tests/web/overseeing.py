"""Reporting and the registry of the city's jurisdictions behind the gateway: what a manager at a desk looks at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page, expect

from chassis.eventstore import ledger_after
from chassis.testing import ServiceUnderTest, service_under_test
from services.registry.service import SERVICE as REGISTRY
from services.reporting.service import SERVICE as REPORTING
from tests.service.registry.conftest import founded
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers
from tests.web.staging import behind_the_gateway

HAZARDS = "/console/dashboards?panel=hazards&period=2021"


@dataclass(frozen=True, slots=True)
class Overseen:
    """Both services; what a test tells reporting, and what the registry itself recorded."""

    reporting: Reporting
    registry: ServiceUnderTest
    url: str

    async def passed_on(self, ledgers: Ledgers, known: int) -> int:
        """Reporting receives what the registry recorded since this many events; answers how many there are now."""
        await self.registry.settle()
        rows = await ledger_after(self.registry.connection, known, 1000)
        await self.reporting.receive([ledgers.sequenced(REGISTRY.name, row.recorded) for row in rows])
        return known + len(rows)


@asynccontextmanager
async def overseen(admin_dsn: str, data: Path) -> AsyncIterator[Overseen]:
    """The jurisdictions are established, nothing was reported yet."""
    async with (
        service_under_test(REPORTING, admin_dsn) as reporting,
        service_under_test(REGISTRY, admin_dsn, before=founded) as registry,
        behind_the_gateway(data, reporting, registry) as url,
    ):
        for service in (reporting, registry):
            await service.settle()
        yield Overseen(Reporting(reporting), registry, url)


async def shows(page: Page, figure: str, text: str) -> None:
    """The figure has this value."""
    await expect(page.locator(f"[data-figure={figure}] .value")).to_have_text(text)


async def live(page: Page, path: str = HAZARDS) -> None:
    """Open the page and wait until it hears the feed."""
    await page.goto(path)
    await expect(page.locator(".as-of")).to_have_attribute("data-state", "live")
