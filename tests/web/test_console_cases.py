"""The console's cases in a real Chromium: entering, refusals as they are told, what others see, two languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.web.axe import serious_findings
from tests.web.proceeding import CASES, Office, proceeding
from tests.web.staging import DESK, SIZES, enter, opened


@pytest_asyncio.fixture
async def office(admin_dsn: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with proceeding(admin_dsn, tmp_path) as found:
        yield found


@pytest_asyncio.fixture
async def desk(browser: Browser, office: Office) -> AsyncIterator[Page]:
    async with opened(browser, office.url, DESK) as page:
        yield page


async def test_whoever_is_not_in_comes_to_the_page_that_was_asked_for(office: Office, desk: Page) -> None:
    await office.bureau.hears_a_referral()
    await enter(desk, "进入 演示 东湖分管负责人", f"{CASES}?x=1")
    await expect(desk).to_have_url(f"{office.url}{CASES}?x=1")
    await expect(desk.get_by_text("南昌某钢铁有限公司").first).to_be_visible()
    await desk.reload()  # a reload stays in
    await expect(desk.get_by_text("南昌某钢铁有限公司").first).to_be_visible()
    await desk.get_by_role("button", name="退出").click()
    await expect(desk.get_by_role("heading", name="Casetrail 互联网+执法平台")).to_be_visible()


async def test_refusal_is_told_with_its_article_and_nothing_typed_is_lost(office: Office, desk: Page) -> None:
    bureau = office.bureau
    await bureau.hears_a_referral()
    await office.requested()
    await enter(desk, "进入 演示 东湖分管负责人", CASES)
    await desk.get_by_role("button", name="办理不予立案", exact=True).click()
    dialog = desk.get_by_role("dialog", name="不予立案")
    await dialog.get_by_role("button", name="不予立案", exact=True).click()
    await expect(dialog.get_by_role("alert").first).to_contain_text("请求内容不符合要求")  # the reason is missing
    await dialog.get_by_label("理由").fill("证据不足，不予立案。")
    await bureau.post("approver", "filings")  # somebody else was faster
    await dialog.get_by_role("button", name="不予立案", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_contain_text("依据")
    await expect(dialog.get_by_label("理由")).to_have_value("证据不足，不予立案。")
    assert (await bureau.get())["state"] == "investigating"


async def test_other_roles_see_who_takes_the_step_and_why_others_may_not_be_taken(office: Office, desk: Page) -> None:
    await office.bureau.hears_a_referral()
    await office.requested()
    await enter(desk, "进入 演示 审计", CASES)
    region = desk.get_by_role("region", name="现在可以办理")
    await expect(region).to_contain_text("由 审批人 办理")
    await expect(region.get_by_role("button", name="办理", exact=False)).to_have_count(0)
    await region.locator("summary").click()
    await desk.get_by_label("查找步骤或理由").fill("集体讨论")
    await expect(region.locator("details li").first).to_contain_text("集体讨论")
    await expect(region.locator("details li").nth(9)).to_have_count(0)  # the others are left out


async def test_no_case_and_an_unreachable_service_are_said_so(office: Office, desk: Page) -> None:
    await enter(desk, "进入 演示 审计", "/console/cases")
    await expect(desk.get_by_text("没有记录")).to_be_visible()
    await desk.route("**/api/penalty/**", lambda route: route.abort())
    await desk.reload()
    await expect(desk.get_by_role("alert")).to_contain_text("无法连接平台")
    await desk.unroute("**/api/penalty/**")
    await desk.get_by_role("button", name="重试").click()
    await expect(desk.get_by_text("没有记录")).to_be_visible()


async def test_english_is_one_switch_away_and_nothing_is_asked_for_that_there_is_not(office: Office, desk: Page) -> None:
    missing: list[str] = []
    desk.on("response", lambda response: missing.append(response.url) if response.status == 404 else None)
    await office.bureau.hears_a_referral()
    await enter(desk, "进入 演示 审计", CASES)
    await desk.get_by_role("button", name="English").click()
    await expect(desk.get_by_role("heading", name="What may be done now")).to_be_visible()
    await desk.reload()
    await expect(desk.get_by_role("heading", name="What may be done now")).to_be_visible()
    assert await desk.evaluate("document.documentElement.lang") == "en"
    assert not [url for url in missing if "/api/" not in url]  # where nothing is practised, no lessons are asked for


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_nothing_serious_is_found_and_nothing_is_cut_off(office: Office, browser: Browser, size: ViewportSize) -> None:
    """Of a case with all its parts and an open form, also with text twice as large."""
    await office.bureau.served_case()
    await office.bureau.service.settle()
    async with opened(browser, office.url, size) as page:
        await enter(page, "进入 演示 东湖分管负责人", "/console/today")
        for path in ("/console/today", "/console/cases", CASES):
            await page.goto(path)
            await expect(page.locator("main [aria-busy=true]")).to_have_count(0)
            await expect(page.get_by_text("加载中…")).to_have_count(0)
            assert await serious_findings(page) == []
            await page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert await page.evaluate("document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth + 1"), path
