"""The phone app for an enterprise in a real Chromium: its orders, a report that nothing loses, its file, its documents."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, ViewportSize, expect

from chassis.testing import service_under_test
from services.inspection.service import SERVICE as INSPECTION
from services.registry.service import SERVICE as REGISTRY
from tests.domain.registry.filled import SITE, filled
from tests.media import picture
from tests.service.inspection.conftest import founded
from tests.service.inspection.office import MORNING, Office
from tests.service.inspection.test_documents import body
from tests.service.registry.conftest import founded as established
from tests.service.registry.desk import Desk, document, xlsx
from tests.web.axe import serious_findings
from tests.web.field import line, off, on, saved
from tests.web.staging import PHONE, SHOTS, SIZES, behind_the_gateway, opened
from tests.web.test_console_register import LONG
from tests.web.test_journey_enterprise import OfSite

ORDER = "/inspector/orders/order-1"
PHOTO = picture("JPEG", (320, 240))
PAGES = {"orders": "/inspector/orders", "order": ORDER, "report": f"{ORDER}/report", "outbox-enterprise": "/inspector/outbox",
         "phone-enterprise": "/inspector/phone"}  # fmt: skip


class Site:
    """An enterprise with an order of two hazards, and where its app is."""

    def __init__(self, office: Office, url: str) -> None:
        self.office, self.url = office, url


@pytest_asyncio.fixture
async def site(admin_dsn: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with service_under_test(INSPECTION, admin_dsn, MORNING, founded) as under_test:
        office = Office(under_test)
        await office.ordered("h-one", "h-two")
        await under_test.settle()
        async with behind_the_gateway(tmp_path, under_test) as url:
            under_test.app.state.verifier = OfSite(under_test.app.state.verifier, "e-1")
            yield Site(office, url)


async def entered(page: Page) -> None:
    """It is the enterprise's phone from now on, and the app is installed."""
    await page.goto("/inspector/")
    await page.get_by_role("button", name="演示 企业").click()
    await expect(line(page)).to_contain_text("在线 · 上次同步")
    await page.evaluate("navigator.serviceWorker.ready.then((worker) => worker.active.state)")


async def test_a_report_with_a_photo_outlives_a_crash_and_is_sent_once(site: Site, browser: Browser) -> None:
    async with opened(browser, site.url, PHONE) as page:
        await entered(page)
        await page.get_by_role("link", name=re.compile("应急责改〔2021〕")).click()
        await page.get_by_role("button", name="报告整改情况").click()
        await expect(page.get_by_role("checkbox")).to_have_count(2)
        await off(page)
        await page.get_by_label("整改情况").fill("已清理积尘，并加装防护。")
        await page.get_by_role("checkbox").nth(1).uncheck()
        await page.get_by_label("添加照片").set_input_files({"name": "整改后.jpg", "mimeType": "image/jpeg", "buffer": PHOTO})
        await expect(page.get_by_text("待上传")).to_be_visible()
        await page.close()
        page = await page.context.new_page()  # as after the phone was switched off
        await page.goto(f"{ORDER}/report")
        await expect(page.get_by_text("离线，以下为")).to_be_visible()
        await expect(page.get_by_label("整改情况")).to_have_value("已清理积尘，并加装防护。")
        await expect(page.get_by_role("img", name="整改后")).to_be_visible()
        await page.get_by_role("button", name="提交报告（1 条隐患）").click()
        await expect(page).to_have_url(re.compile(f"{ORDER}$"))
        await page.reload()
        await expect(line(page)).to_contain_text("3 项待上报")  # what the photo is, the report, the file
        await page.context.route(re.compile("/rectification-reports$"), lost, times=1)
        await page.context.set_offline(False)
        while "待上报" in await line(page).inner_text():
            await line(page).get_by_role("button", name="同步").click()
            await expect(line(page)).to_contain_text(re.compile("离线|在线"))
        await on(page)
        await expect(page.get_by_text("已报告整改")).to_have_count(1)
        await expect(page.get_by_role("region", name="本机的报告")).to_contain_text("已生效")
    await site.office.under_test.settle()
    assert sorted((await site.office.get("orders/order-1"))["progress"].values()) == ["ordered", "reported"]
    [taken] = (await site.office.get("evidence", "officer"))["items"]
    assert (taken["sha256"], taken["state"], taken["order_id"]) == (hashlib.sha256(PHOTO).hexdigest(), "complete", "order-1")
    recorded, once = await site.office.recorded(), ("rectification-reported", "evidence-captured", "evidence-arrived")
    assert [recorded.count(f"{name}.v1") for name in once] == [1, 1, 1]


async def lost(route: Route) -> None:
    """It arrives, but nobody learns of it."""
    await route.fetch()
    await route.abort()


async def test_a_report_that_is_refused_is_filled_in_anew(site: Site, browser: Browser) -> None:
    """The officers have re-inspected meanwhile: what was noted offline has nothing to report about any more."""
    async with opened(browser, site.url, PHONE) as page:
        await entered(page)
        await page.goto(f"{ORDER}/report")
        await expect(page.get_by_role("checkbox")).to_have_count(2)
        await off(page)
        await page.get_by_label("整改情况").fill("已清理积尘。")
        await page.get_by_role("button", name="提交报告（2 条隐患）").click()
        await saved(page)
        await site.office.report("h-one", "h-two")
        await site.office.re_inspect(h_one=True, h_two=True)
        await page.context.set_offline(False)
        await line(page).get_by_role("link", name="1 项须处理").click()
        refused = page.get_by_role("region", name="须处理")
        await expect(refused).to_contain_text("已清理积尘。")
        await refused.get_by_role("button", name="重新记录").click()
        await expect(page.get_by_text("目前没有可以报告整改的隐患")).to_be_visible()
    assert (await site.office.recorded()).count("rectification-reported.v1") == 1


async def test_its_file_its_documents_and_every_page_at_both_sizes(
    site: Site, admin_dsn: str, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.office.post("officer", "documents", body())
    await site.office.under_test.settle()
    async with service_under_test(REGISTRY, admin_dsn, before=established) as registry:
        desk = Desk(registry)
        book = filled(1)
        book.rows[SITE][0]["企业名称"] = LONG
        assert (await desk.send(xlsx(book))).status_code == 201
        assert (await desk.administrator.post("/v1/rulebooks", json=document("rulebook-2021"))).status_code == 201
        await registry.settle()
        own_id = (await desk.manager.get("/v1/enterprises")).json()["items"][0]["enterprise_id"]
        folder = tmp_path / "both"
        folder.mkdir()
        people = folder / "people.json"
        person = {"name": "演示 企业", "roles": ["enterprise"], "districts": ["donghu"], "organ": "", "enterprise_id": own_id}
        people.write_text(json.dumps({"clients": {}, "people": {"enterprise": person}}), encoding="utf-8")
        monkeypatch.setattr("deploy.embedded.issuer.PRINCIPALS", people)
        async with behind_the_gateway(folder, site.office.under_test, registry) as url, opened(browser, url, PHONE) as page:
            inspection = site.office.under_test.app.state
            inspection.verifier = OfSite(inspection.verifier, "e-1")
            await entered(page)
            await read_the_file(page)
            await open_a_document(page)
            for name, size in SIZES.items():
                await looked_at(page, name, size)
        for client in (desk.administrator, desk.manager, desk.auditor):
            await client.aclose()


async def read_the_file(page: Page) -> None:
    await page.get_by_role("tab", name="档案").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(LONG)
    await expect(page.get_by_role("region", name="基本情况")).to_contain_text("从业人数")
    await page.get_by_role("region", name="场所").get_by_text("P1 一车间").click()
    await expect(page.get_by_role("region", name="场所").get_by_text("场所类别")).to_be_visible()
    await page.get_by_label("查看某日的档案").fill("2000-01-01")
    await expect(page.get_by_role("alert")).to_contain_text("未找到")  # it was not there yet
    await page.get_by_label("查看某日的档案").fill("")
    await page.get_by_role("button", name="显示检查码").click()
    await expect(page.get_by_role("img", name="企业检查码")).to_be_visible()
    await shot(page, "file", "phone")


async def open_a_document(page: Page) -> None:
    await page.get_by_role("tab", name="文书").click()
    await page.get_by_role("button", name="打开责令限期整改指令书").click()
    await expect(page.get_by_role("link", name="查看 PDF")).to_have_attribute("href", re.compile("^blob:"))
    await shot(page, "documents", "phone")


async def looked_at(page: Page, name: str, size: ViewportSize) -> None:
    await page.set_viewport_size(size)
    for told, path in {**PAGES, "file": "/inspector/file", "documents": "/inspector/documents"}.items():
        await page.goto(path)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.get_by_text("正在读取")).to_have_count(0)
        await shot(page, told, name)
        assert await serious_findings(page) == [], path
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await page.evaluate("document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth + 1"), path


async def shot(page: Page, name: str, size: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / f"inspector-{name}-{size}.png", full_page=True)
