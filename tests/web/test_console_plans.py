"""Plans, draws and tasks in the console, in a real Chromium: one drafts, another approves; a seed draws; a visit is approved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from chassis.testing import ServiceUnderTest, service_under_test
from services.tasks.service import SERVICE
from tests.service.tasks.city import City
from tests.web.axe import serious_findings
from tests.web.staging import DESK, SHOTS, SIZES, behind_the_gateway, enter, opened

MANAGER, APPROVER = "进入 演示 市局负责人", "进入 演示 市局分管负责人"
DONGHU, DONGHU_HEAD = "进入 演示 东湖负责人", "进入 演示 东湖分管负责人"


class Hall:
    """A city's tasks behind the gateway, with the console in front."""

    def __init__(self, city: City, url: str) -> None:
        self.city, self.url = city, url

    async def settle(self) -> None:
        """Lists show what happened."""
        await self.city.under_test.settle()


async def founded(under_test: ServiceUnderTest) -> None:
    """Jurisdictions, rules and officers are known."""
    await City(under_test).founded()


@pytest_asyncio.fixture
async def hall(admin_dsn: str, tmp_path: Path) -> AsyncIterator[Hall]:
    async with service_under_test(SERVICE, admin_dsn, before=founded) as under_test:
        city = City(under_test)
        async with behind_the_gateway(tmp_path, under_test) as url:
            yield Hall(city, url)
        await city.manager.aclose()
        await city.approver.aclose()


async def take(page: Page, title: str) -> None:
    """A permitted step, its form sent as it begins."""
    await page.get_by_role("button", name=f"办理{title}", exact=True).click()
    await page.get_by_role("dialog", name=title).get_by_role("button", name=title, exact=True).click()


async def test_a_plan_is_drafted_by_one_and_approved_by_another(hall: Hall, browser: Browser) -> None:
    async with opened(browser, hall.url, DESK) as page:
        await enter(page, MANAGER, "/console/campaigns")
        await page.get_by_role("button", name="编制计划").click()
        dialog = page.get_by_role("dialog", name="编制计划")
        await dialog.get_by_label("年度", exact=False).first.fill("2021")
        await dialog.get_by_label("名称", exact=False).first.fill("南昌市应急管理局2021年度监督检查计划")
        await dialog.get_by_role("group", name="行业", exact=False).first.get_by_label("粉尘涉爆").check()
        await dialog.get_by_label("计划检查", exact=False).first.fill("12")
        await dialog.get_by_role("button", name="编制计划", exact=True).click()
        await expect(page.get_by_role("heading", name="南昌市应急管理局2021年度监督检查计划")).to_be_visible()
        # Who drafted it has the role to approve, and is told why not.
        steps = page.get_by_role("region", name="现在可以办理")
        await steps.locator("summary").click()
        await expect(steps).to_contain_text("批准计划：编制人不得批准自己编制的计划")
        await expect(page.get_by_role("button", name="办理批准计划")).to_have_count(0)
        await hall.settle()
    async with opened(browser, hall.url, DESK) as page:
        await enter(page, APPROVER, "/console/today")
        await page.get_by_role("button", name="批准：南昌市应急管理局2021年度监督检查计划").click()
        await page.get_by_role("dialog", name="批准计划").get_by_role("button", name="批准计划", exact=True).click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await hall.settle()
    plans = (await hall.city.manager.get("/v1/plans")).json()["items"]
    assert [(plan["title"], plan["state"]) for plan in plans] == [("南昌市应急管理局2021年度监督检查计划", "approved")]


async def test_a_draw_is_committed_to_revealed_and_repeated_in_the_browser(hall: Hall, browser: Browser) -> None:
    await hall.city.apportioned()
    async with opened(browser, hall.url, DESK) as page:
        await enter(page, DONGHU, "/console/draws")
        await page.get_by_role("checkbox").first.check()
        await page.get_by_label("计划检查日期").fill("2021-09-10")
        await page.get_by_role("button", name="承诺并固定名录").click()
        await expect(page.get_by_text("已承诺，待公布种子")).to_be_visible()
        await take(page, "公布种子并抽取")  # who committed to the seed here does not type it again
        await expect(page.get_by_text("已公布", exact=True)).to_be_visible()
        await expect(page.locator("section", has=page.get_by_role("heading", name="抽取结果")).locator("strong")).to_have_count(2)
        await page.get_by_role("button", name="在此重新抽取并比对").click()
        await expect(page.get_by_text("✓")).to_have_count(3)
        await expect(page.get_by_text("✗")).to_have_count(0)
        await page.screenshot(path=SHOTS / "draw-desk.png", full_page=True)
        draw = page.url.rpartition("/")[2]
        await hall.settle()
        await page.get_by_role("navigation").get_by_role("link", name="抽取", exact=True).click()
        rows = page.get_by_role("region", name="抽取", exact=True)
        await expect(rows.get_by_role("link", name=draw)).to_have_attribute("href", f"/console/draws/{draw}")
        await expect(rows).to_contain_text("已公布")
        await page.screenshot(path=SHOTS / "draws-listed.png", full_page=True)
        await page.get_by_label("自", exact=True).fill("2099-01-01")  # the choice is in the address, and is asked for
        await expect(page.get_by_text("没有抽取", exact=True)).to_be_visible()
        assert "since=2099-01-01" in page.url


async def test_an_inspection_is_asked_for_refused_to_its_applicant_and_approved_by_the_head(hall: Hall, browser: Browser) -> None:
    task = next(one for one in await hall.city.apportioned() if one["organ_id"] == "donghu-emb")
    async with opened(browser, hall.url, DESK) as page:
        await enter(page, DONGHU, f"/console/tasks/{task['task_id']}")
        await page.get_by_role("button", name="办理申请检查审批").click()
        dialog = page.get_by_role("dialog", name="申请检查审批")
        await dialog.get_by_label("计划", exact=False).first.fill("2021-09-10")
        await dialog.get_by_role("button", name="申请检查审批", exact=True).click()
        await expect(page.get_by_role("status").first).to_contain_text("已完成：申请检查审批")
        steps = page.get_by_role("region", name="现在可以办理")
        await steps.locator("summary").click()
        await expect(steps).to_contain_text("批准检查：申请人不得审批本人的申请")
        await hall.settle()
    async with opened(browser, hall.url, DESK) as page:
        await enter(page, DONGHU_HEAD, "/console/today")
        await page.get_by_role("button", name=f"批准：{task['task_id']}").click()  # two clicks
        await page.get_by_role("dialog", name="批准检查").get_by_role("button", name="批准检查", exact=True).click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
    approval = (await hall.city.manager.get(f"/v1/tasks/{task['task_id']}/approval")).json()
    assert (approval["state"], approval["decided_by"]) == ("approved", "district-approver")


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_nothing_serious_is_found_and_nothing_is_cut_off(hall: Hall, browser: Browser, size: ViewportSize) -> None:
    """Of plans, campaigns, tasks and draws, each with its steps, also with text twice as large."""
    task = next(one for one in await hall.city.apportioned() if one["organ_id"] == "donghu-emb")
    pages = {
        "campaigns": "campaigns", "plan": "plans/plan-2021", "campaign": "campaigns/campaign-2021", "tasks": "tasks",
        "task": f"tasks/{task['task_id']}", "draws": "draws",
    }  # fmt: skip
    shape = "phone" if size["width"] < 1000 else "desk"
    async with opened(browser, hall.url, size) as page:
        await enter(page, MANAGER, "/console/today")
        for name, path in pages.items():
            await page.goto(f"/console/{path}")
            await expect(page.locator("main h1").first).to_be_visible()
            await expect(page.locator("main [aria-busy=true]")).to_have_count(0)
            await page.screenshot(path=SHOTS / f"{name}-{shape}.png", full_page=True)
            assert await serious_findings(page) == [], path
            await page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert await page.evaluate("document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth + 1"), path
