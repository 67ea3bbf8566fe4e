"""Inspections, hazards, measures and documents in the console, in a real Chromium: done there, refused there, signed by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from chassis.testing import service_under_test
from services.inspection.service import SERVICE
from tests.service.inspection.conftest import founded
from tests.service.inspection.measures import found, suspension
from tests.service.inspection.office import MORNING, Office
from tests.service.inspection.test_documents import REMEDIES
from tests.web.axe import serious_findings
from tests.web.staging import DESK, SHOTS, SIZES, behind_the_gateway, enter, opened

OFFICER, MANAGER = "进入 演示 执法人员二", "进入 演示 市局负责人"


@pytest_asyncio.fixture
async def site(admin_dsn: str, tmp_path: Path) -> AsyncIterator[tuple[Office, str]]:
    async with service_under_test(SERVICE, admin_dsn, MORNING, founded) as under_test:
        office = Office(under_test)
        async with behind_the_gateway(tmp_path, under_test) as url:
            yield office, url


async def ordered_on_paper(office: Office) -> None:
    """A hazard is ordered, and the order laid out as document-1."""
    await office.ordered("h-one")
    paper = {"document_id": "document-1", "form": "05", "inspection_id": "task-1", "order_id": "order-1", "remedies": REMEDIES}
    await office.post("officer", "documents", paper)
    await office.under_test.settle()


async def draw(page: Page, label: str) -> None:
    """A signature by the mouse."""
    pad = page.get_by_role("img", name=label)
    await pad.scroll_into_view_if_needed()
    box = await pad.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 40, box["y"] + 40)
    await page.mouse.down()
    for step in range(1, 12):
        await page.mouse.move(box["x"] + 40 + 12 * step, box["y"] + 40 + (40 if step % 2 else 0))
    await page.mouse.up()


async def test_a_document_is_signed_by_hand_and_served(site: tuple[Office, str], browser: Browser) -> None:
    office, url = site
    await ordered_on_paper(office)
    async with opened(browser, url, DESK) as page:
        await enter(page, OFFICER, "/console/inspections/task-1")
        await page.get_by_role("link", name="责令限期整改指令书").click()
        await page.get_by_role("button", name="签名", exact=True).click()
        dialog = page.get_by_role("dialog", name="签名")
        await dialog.get_by_role("button", name="签名", exact=True).click()
        await expect(dialog.get_by_role("alert").first).to_contain_text("请求内容不符合要求")  # neither name nor signature
        await dialog.get_by_label("姓名", exact=False).fill("李厂长")
        await draw(page, "签名：手写签名区")
        await expect(dialog.get_by_text("已书写签名")).to_be_visible()
        await page.screenshot(path=SHOTS / "signing-desk.png")
        assert await serious_findings(page) == []
        await dialog.get_by_role("button", name="签名", exact=True).click()
        await expect(page.get_by_role("status")).to_contain_text("已完成：签名")
        await expect(page.get_by_text("李厂长")).to_be_visible()
    [signed] = (await office.get("documents/document-1"))["signed"]
    assert (signed["name"], signed["manner"]) == ("李厂长", "drawn")
    picture = await office.client("officer").get("/v1/documents/document-1/file", params={"signed": signed["signatory"]})
    assert picture.content.startswith(b"\x89PNG")


async def test_a_hazard_is_closed_by_decision_with_its_reason(site: tuple[Office, str], browser: Browser) -> None:
    office, url = site
    await office.ordered("h-one")
    await office.under_test.settle()
    async with opened(browser, url, DESK) as page:
        await enter(page, MANAGER, "/console/hazards/h-one")
        await page.get_by_role("button", name="办理终止整改").click()
        dialog = page.get_by_role("dialog", name="终止整改")
        await dialog.get_by_label("事由", exact=False).select_option(label="设备已拆除")
        await dialog.get_by_label("理由", exact=False).last.fill("除尘器已经拆除。")
        await dialog.get_by_role("button", name="终止整改", exact=True).click()
        await expect(page.get_by_role("status")).to_contain_text("已完成：终止整改")
        steps = page.get_by_role("region", name="现在可以办理")
        await steps.locator("summary").click()
        await expect(steps).to_contain_text("终止整改：隐患 h-one 已经了结")
    assert (await office.get("hazards/h-one"))["state"] == "closed"


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_nothing_serious_is_found_and_nothing_is_cut_off(
    site: tuple[Office, str], browser: Browser, size: ViewportSize
) -> None:
    """Of an inspection with a measure, an order, its hazard and its paper, also with text twice as large."""
    office, url = site
    await ordered_on_paper(office)
    await office.hear(office.task("task-2"))
    await office.under_test.settle()
    pages = {
        "inspection": "inspections/task-1", "order": "orders/order-1", "hazard": "hazards/h-one", "measures": "measures",
        "document": "documents/inspection/document-1", "prepared": "inspections/task-2",
    }  # fmt: skip
    shape = "phone" if size["width"] < 1000 else "desk"
    async with opened(browser, url, size) as page:
        await enter(page, OFFICER, "/console/today")
        for name, path in pages.items():
            await page.goto(f"/console/{path}")
            await expect(page.locator("main h1").first).to_be_visible()
            await expect(page.locator("main [aria-busy=true]")).to_have_count(0)
            await page.screenshot(path=SHOTS / f"{name}-{shape}.png", full_page=True)
            assert await serious_findings(page) == [], path
            await page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert await page.evaluate("document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth + 1"), path


async def test_a_measure_tells_what_it_is_and_what_may_be_done(site: tuple[Office, str], browser: Browser) -> None:
    office, url = site
    await found(office, "h-one")
    await office.post("officer", "suspensions", suspension("h-one"))
    await office.under_test.settle()
    async with opened(browser, url, DESK) as page:
        await enter(page, OFFICER, "/console/measures?inspection=task-1")
        await page.get_by_role("link", name="现场处理措施").click()
        await page.get_by_role("button", name="办理申请恢复").click()
        dialog = page.get_by_role("dialog", name="申请恢复")
        await dialog.get_by_label("整改情况", exact=False).fill("积尘已清理。")
        await dialog.get_by_role("button", name="申请恢复", exact=True).click()
        await expect(page.get_by_role("status")).to_contain_text("已完成：申请恢复")
        await page.screenshot(path=SHOTS / "measure-desk.png", full_page=True)
        assert await serious_findings(page) == []
    assert (await office.get("measures/measure-1"))["asked"] == ["h-one"]
