"""An enterprise's way: it reports what it rectified, officers come back and close it; of others' orders it is not even told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from chassis.auth import Principal, TokenVerifier
from chassis.testing import service_under_test
from services.inspection.service import SERVICE
from tests.service.inspection.conftest import founded
from tests.service.inspection.office import MORNING, OFFICERS, Office
from tests.web.axe import serious_findings
from tests.web.staging import DESK, PHONE, SHOTS, behind_the_gateway, enter, opened

OWN, OFFICER = "进入 演示 企业", "进入 演示 执法人员二"


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


async def test_an_enterprise_reports_and_officers_close_it(site: tuple[Office, str], page: Page, browser: Browser) -> None:
    office, url = site
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

    office.under_test.clock.at += timedelta(days=9)
    await office.under_test.settle()
    async with opened(browser, url, DESK) as desk:
        await enter(desk, OFFICER, "/console/orders/order-1")
        await desk.get_by_role("button", name="办理登记复查结果").click()
        dialog = desk.get_by_role("dialog", name="登记复查结果")
        send = dialog.get_by_role("button", name="登记复查结果", exact=True)
        await send.click()
        await expect(dialog.get_by_role("alert").first).to_be_visible()  # who came was not said
        team = dialog.get_by_role("group", name="执法人员", exact=False).first
        for number, officer in enumerate(OFFICERS, 1):
            await team.get_by_role("button", name="添加一项").click()
            fields = team.get_by_role("group", name=f"第 {number} 项").get_by_role("textbox")
            await fields.first.fill(officer["officer_id"])
            await fields.last.fill(officer["certificate_no"])
        for passed in await dialog.get_by_label("是否通过").all():
            await passed.check()
        assert await serious_findings(desk) == []
        await desk.screenshot(path=SHOTS / "journey-re-inspection.png")
        await send.click()
        await expect(desk.get_by_role("status")).to_contain_text("已完成：登记复查结果")
        await expect(desk.get_by_text("已整改")).to_have_count(2)
        await expect(desk.locator("dl").first).to_contain_text("已结")
        await desk.screenshot(path=SHOTS / "journey-enterprise.png", full_page=True)
    assert (await office.get("orders/order-1"))["state"] == "closed"


@pytest.mark.parametrize("site", ["e-2"], indirect=True)
async def test_another_site_is_shown_neither_the_order_nor_that_there_is_one(site: tuple[Office, str], page: Page) -> None:
    office, _ = site
    await office.ordered("h-one")
    await office.under_test.settle()
    await enter(page, OWN, "/console/today")
    await expect(page.get_by_text("没有整改中的指令")).to_be_visible()
    await page.goto("/console/orders/order-1")
    await expect(page.get_by_role("alert")).to_contain_text("未找到")
