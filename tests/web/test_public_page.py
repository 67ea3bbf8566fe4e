"""The public page in a real Chromium: three services behind the gateway, read with the account of a website."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from chassis.testing import ServiceUnderTest, service_under_test
from services.penalty.service import SERVICE as PENALTY
from services.registry.service import SERVICE as REGISTRY
from services.reporting.service import SERVICE as REPORTING
from tests.service.penalty.bureau import Bureau
from tests.service.penalty.conftest import heard
from tests.service.registry.desk import document, jurisdiction_bodies
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers
from tests.service.reporting.test_campaigns import all_of_it
from tests.web.staging import PHONE, behind_the_gateway, opened


class Town:
    """Registry, penalty and reporting, each with what it would have heard; and where the gateway stands."""

    def __init__(self, url: str, registry: ServiceUnderTest, penalty: ServiceUnderTest, reporting: ServiceUnderTest) -> None:
        self.url, self.registry, self.penalty, self.reporting = url, registry, penalty, reporting

    async def publishes(self) -> None:
        """Law and items, a decision, and two campaigns."""
        async with self.registry.client("administrator") as client:
            law = (("rulebooks", document("rulebook-2021")), ("catalogues", document("catalogue-2021")))
            for kind, sent in (("jurisdictions", jurisdiction_bodies()[0]), *law):
                answer = await client.post(f"/v1/{kind}", json=sent)
                assert answer.status_code == 201, answer.text
        bureau = Bureau(self.penalty)
        await bureau.served_case()
        await bureau.publish()
        for known in bureau.clients.values():
            await known.aclose()
        await Reporting(self.reporting).receive(all_of_it(Ledgers()).recorded)
        for service in (self.registry, self.penalty):
            await service.settle()


@pytest_asyncio.fixture
async def town(admin_dsn: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with (
        service_under_test(REGISTRY, admin_dsn) as registry,
        service_under_test(PENALTY, admin_dsn, before=heard) as penalty,
        service_under_test(REPORTING, admin_dsn) as reporting,
        behind_the_gateway(tmp_path, registry, penalty, reporting) as url,
    ):
        yield Town(url, registry, penalty, reporting)


@pytest_asyncio.fixture
async def public(browser: Browser, town: Town) -> AsyncIterator[Page]:
    """A phone."""
    async with opened(browser, town.url, PHONE) as page:
        yield page


async def test_everybody_reads_decisions_campaigns_and_items(public: Page, town: Town) -> None:
    await town.publishes()
    await public.goto("/public/")
    row = public.locator("#decisions tbody tr")
    await expect(row).to_have_count(1)
    await expect(row).to_contain_text("¥9,000")
    await expect(public.locator("#campaigns summary")).to_have_text(
        ["粉尘涉爆专项执法　已结束　已检查 —（0/0）", "钢铁企业专项执法　进行中　已检查 66.67%（2/3）"]
    )
    await expect(public.locator("#campaigns tbody tr")).to_have_count(2)
    await public.locator("#items summary").click()
    await expect(public.locator("#items tbody tr")).to_have_count(50)
    await expect(public.locator("#items tbody tr").first).to_contain_text("安全生产法")
    width = await public.evaluate("document.documentElement.scrollWidth")
    assert width <= 390  # tables scroll by themselves


async def test_nothing_yet_and_nobody_there(public: Page, town: Town) -> None:
    await public.goto("/public/")
    await expect(public.locator("#decisions .quiet")).to_contain_text("目前没有公示的处罚决定")
    await expect(public.locator("#items .quiet")).to_contain_text("还没有发布检查事项清单")
    await public.route("**/api/penalty/**", lambda route: route.fulfill(status=503, json={"detail": "服务暂不可用"}))
    await public.reload()
    await expect(public.locator("#decisions [role=alert]")).to_contain_text("服务暂不可用")
    await public.unroute("**/api/penalty/**")
    await public.locator("#decisions button").click()
    await expect(public.locator("#decisions .quiet")).to_contain_text("目前没有公示的处罚决定")
