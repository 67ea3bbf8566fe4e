"""The console's register and item lists in a real Chromium, on a real registry: lists, filters kept in the address, files."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from chassis.testing import service_under_test
from services.registry.service import SERVICE
from tests.domain.registry.filled import SITE, filled
from tests.service.registry.conftest import founded
from tests.service.registry.desk import Desk, document, xlsx
from tests.web.axe import serious_findings
from tests.web.staging import DESK, SHOTS, SIZES, behind_the_gateway, enter, opened

LONG = "南昌市东湖区" + "特种金属材料粉末冶金与精密铸造" * 4 + "有限责任公司（第二分公司）"


class Town:
    """A registry with sites, one with a very long name, and an item list; the console in front."""

    def __init__(self, desk: Desk, url: str) -> None:
        self.desk, self.url = desk, url


@pytest_asyncio.fixture
async def town(admin_dsn: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with service_under_test(SERVICE, admin_dsn, before=founded) as under_test:
        desk = Desk(under_test)
        book = filled(60)
        book.rows[SITE][0]["企业名称"] = LONG
        assert (await desk.send(xlsx(book))).status_code == 201
        for kind, sent in (("rulebooks", document("rulebook-2021")), ("catalogues", document("catalogue-2021"))):
            assert (await desk.administrator.post(f"/v1/{kind}", json=sent)).status_code == 201
        await under_test.settle()
        async with behind_the_gateway(tmp_path, under_test) as url:
            yield Town(desk, url)
        for client in (desk.administrator, desk.manager, desk.auditor):
            await client.aclose()


@pytest_asyncio.fixture
async def page(browser: Browser, town: Town) -> AsyncIterator[Page]:
    async with opened(browser, town.url, DESK) as page:
        yield page


async def test_register_is_listed_page_by_page_and_found_by_name(town: Town, page: Page) -> None:
    await enter(page, "进入 演示 市局负责人", "/console/enterprises")
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(50)
    await page.get_by_role("button", name="更多").click()
    await expect(rows).to_have_count(60)
    await page.get_by_label("名称或信用代码").fill("精密铸造")
    await page.get_by_label("名称或信用代码").press("Enter")
    await expect(rows).to_have_count(1)
    await page.reload()  # the choice stands in the address
    await expect(rows).to_have_count(1)
    await page.get_by_label("名称或信用代码").fill("没有这家")
    await page.get_by_label("名称或信用代码").press("Enter")
    await expect(page.get_by_text("没有记录")).to_be_visible()


async def test_file_tells_fields_by_their_head_with_their_source_and_what_is_missing(town: Town, page: Page) -> None:
    await enter(page, "进入 演示 市局负责人", "/console/enterprises?q=精密铸造")
    await page.get_by_role("link", name=LONG).click()
    await expect(page.get_by_role("heading", name=LONG)).to_be_visible()
    profile = page.locator("section", has=page.get_by_role("heading", name="基本情况"))
    await expect(profile.locator("dt", has_text="企业名称")).to_have_count(1)
    await expect(profile).to_contain_text("企业自报")
    await expect(page.locator("section", has=page.get_by_role("heading", name="档案完整度"))).to_contain_text(
        "粉尘涉爆企业登记表"
    )
    hazards = page.locator("section", has=page.get_by_role("heading", name="隐患"))
    await expect(hazards.get_by_role("alert")).to_contain_text("无法取得数据")  # inspection is not there, the rest is


async def test_items_name_their_articles_and_say_which_are_unverified(town: Town, page: Page) -> None:
    await enter(page, "进入 演示 市局负责人", "/console/catalogue")
    await page.get_by_role("link", name="南昌市工贸行业专项执法检查事项清单").click()
    await expect(page.locator("tbody tr")).to_have_count(50)
    await expect(page.locator("tbody tr").first).to_contain_text("待核实")


async def test_next_version_of_an_item_list_is_drafted_in_a_table_compared_and_published(town: Town, page: Page) -> None:
    await enter(page, "进入 演示 管理员", "/console/catalogue")
    await page.get_by_role("link", name="南昌市工贸行业专项执法检查事项清单").click()
    await page.get_by_role("link", name="起草新版本").click()
    await expect(page.get_by_text("没有差别。")).to_be_visible()
    await page.get_by_label("版本", exact=True).fill("2021.2")
    cell = page.get_by_label("STL-K1", exact=False).and_(page.get_by_label("名称", exact=False)).first
    await cell.fill("高温熔融金属吊运（修订）")
    await cell.press("Tab")
    difference = page.get_by_role("region", name="差别", exact=True)
    await expect(difference.locator("tbody tr")).to_have_count(2)  # the version, and the item's title
    await expect(difference).to_contain_text("高温熔融金属吊运（修订）")
    # What is nested is filled in field by field: nobody types JSON.
    await page.get_by_label("STL-K1", exact=False).and_(page.locator("summary")).first.click()
    days = page.get_by_role("group", name="现场处理").get_by_label(re.compile(r"^默认整改天数( \*)?$"))
    await days.fill("15")
    await expect(difference).to_contain_text('"default_days":15')
    await expect(page.locator("textarea").filter(has_text="{")).to_have_count(0)
    await page.screenshot(path=SHOTS / "drafting-desk.png")
    assert await serious_findings(page) == []
    await page.get_by_role("button", name="发布新版本").click()
    await expect(page).to_have_url(re.compile(r"/2021\.2$"))
    await expect(page.get_by_text("高温熔融金属吊运（修订）")).to_be_visible()


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_nothing_serious_is_found_and_long_names_wrap(town: Town, browser: Browser, size: ViewportSize) -> None:
    async with opened(browser, town.url, size) as page:
        await enter(page, "进入 演示 市局负责人", "/console/enterprises?q=精密铸造")
        await page.get_by_role("link", name=LONG).click()
        for path in (page.url, "/console/enterprises", "/console/catalogue"):
            await page.goto(path)
            await expect(page.get_by_text("加载中…")).to_have_count(0)
            assert await serious_findings(page) == []
            assert await page.evaluate("document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth + 1"), path
