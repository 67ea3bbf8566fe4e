"""The console for an enterprise in a real Chromium: its order is open today, it reports; of others' it is not even told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from chassis.auth import Principal, TokenVerifier
from chassis.testing import service_under_test
from services.inspection.service import SERVICE
from tests.service.inspection.conftest import founded
from tests.service.inspection.office import MORNING, Office
from tests.web.axe import serious_findings
from tests.web.staging import PHONE, behind_the_gateway, enter, opened

OWN = "进入 演示 企业"


class OfSite:
    """Takes the demonstration's enterprise for the one of a site of the test."""

    def __init__(self, verifier: TokenVerifier, site: str) -> None:
        self._verifier, self._site = verifier, site

    async def verify(self, token: str) -> Principal:
        """Whom the token is of."""
        principal = await self._verifier.verify(token)
        return replace(principal, enterprise_id=self._site) if "enterprise" in principal.roles else principal


@pytest_asyncio.fixture(params=["e-1"])
async def site(request: pytest.FixtureRequest, admin_dsn: str, tmp_path: Path) -> AsyncIterator[tuple[Office, str]]:
    async with service_under_test(SERVICE, admin_dsn, MORNING, founded) as under_test:
        office = Office(under_test)
        async with behind_the_gateway(tmp_path, under_test) as url:
            under_test.app.state.verifier = OfSite(under_test.app.state.verifier, request.param)
            yield office, url


@pytest_asyncio.fixture
async def page(browser: Browser, site: tuple[Office, str]) -> AsyncIterator[Page]:
    async with opened(browser, site[1], PHONE) as page:
        yield page


async def test_enterprise_reports_what_it_rectified(site: tuple[Office, str], page: Page) -> None:
    office, _ = site
    await office.ordered("h-one", "h-two")
    await office.under_test.settle()
    await enter(page, OWN, "/console/today")
    orders = page.locator("section", has=page.get_by_role("heading", name="整改中的责令限期整改"))
    await orders.get_by_role("link").click()
    await expect(page.get_by_text("已责令整改")).to_have_count(2)
    await page.get_by_role("button", name="报告整改情况").click()
    dialog = page.get_by_role("dialog", name="报告整改情况")
    await dialog.get_by_role("button", name="报告整改情况").click()
    await expect(dialog.get_by_role("alert").first).to_contain_text("请求内容不符合要求")  # nothing was said yet
    await dialog.get_by_label("整改情况").fill("已清理积尘，并加装防护。")
    assert await serious_findings(page) == []
    await dialog.get_by_role("button", name="报告整改情况").click()
    await expect(page.get_by_role("status")).to_contain_text("已完成：报告整改情况")
    await expect(page.get_by_text("已报告整改")).to_have_count(2)
    assert (await office.get("orders/order-1"))["progress"] == {"h-one": "reported", "h-two": "reported"}


@pytest.mark.parametrize("site", ["e-2"], indirect=True)
async def test_another_site_is_shown_neither_the_order_nor_that_there_is_one(site: tuple[Office, str], page: Page) -> None:
    office, _ = site
    await office.ordered("h-one")
    await office.under_test.settle()
    await enter(page, OWN, "/console/today")
    await expect(page.get_by_text("没有整改中的指令")).to_be_visible()
    await page.goto("/console/orders/order-1")
    await expect(page.get_by_role("alert")).to_contain_text("未找到")
