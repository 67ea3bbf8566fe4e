"""The console's cases in a real Chromium: entering, what waits today, a case to its decision, refusals as they are told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from chassis.testing import service_under_test
from services.penalty.service import SERVICE
from tests.service.penalty.bureau import CASE, Bureau
from tests.service.penalty.conftest import heard
from tests.web.axe import serious_findings
from tests.web.staging import DESK, SIZES, behind_the_gateway, enter, opened

CASES = f"/console/cases/{CASE}"


class Office:
    """A bureau whose penalty service is behind the gateway, with the console in front."""

    def __init__(self, bureau: Bureau, url: str) -> None:
        self.bureau, self.url = bureau, url


@pytest_asyncio.fixture
async def office(admin_dsn: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with service_under_test(SERVICE, admin_dsn, before=heard) as under_test:
        bureau = Bureau(under_test)
        async with behind_the_gateway(tmp_path, under_test) as url:
            yield Office(bureau, url)
        for client in bureau.clients.values():
            await client.aclose()


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


async def test_approver_files_and_decides_by_keyboard(office: Office, desk: Page) -> None:
    """Only what the service permits is offered; what the others do in between shows on the next look."""
    bureau = office.bureau
    await bureau.hears_a_referral()
    await requested(bureau)
    await enter(desk, "进入 演示 东湖分管负责人", "/console/today")
    waiting = desk.locator("section", has=desk.get_by_role("heading", name="待批准立案"))
    await waiting.get_by_role("link").focus()
    await desk.keyboard.press("Enter")
    await take(desk, "立案")
    await expect(desk.get_by_role("status")).to_contain_text("已完成：立案")
    await expect(desk.locator("dl").first).to_contain_text("调查取证")

    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    await desk.reload()
    await take(desk, "作出处罚决定")
    await expect(desk.get_by_role("status")).to_contain_text("已完成：作出处罚决定")
    await expect(desk.get_by_role("region", name="当事人")).to_contain_text("决定（东湖）应急罚〔2021〕1号 · ¥9,000")
    assert (await bureau.get())["state"] == "decided"


async def requested(bureau: Bureau) -> None:
    """Filing is asked for, and not answered."""
    bureau.until("2021-09-08")
    officers = [{"officer_id": officer_id} for officer_id in ("o-li", "o-wang")]
    await bureau.post(
        "officer", "filing-requests", {"cause": "未使用固定式龙门钩案", "officers": officers, "opinion": "建议立案"}
    )
    await bureau.service.settle()


async def take(page: Page, title: str) -> None:
    """A step by the keyboard alone: its button, then the form's own."""
    await page.get_by_role("button", name=f"办理{title}", exact=True).focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=title)
    await dialog.get_by_role("button", name=title, exact=True).focus()
    await page.keyboard.press("Enter")


async def test_refusal_is_told_with_its_article_and_nothing_typed_is_lost(office: Office, desk: Page) -> None:
    bureau = office.bureau
    await bureau.hears_a_referral()
    await requested(bureau)
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
    await requested(office.bureau)
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


async def test_english_is_one_switch_away_and_remembered(office: Office, desk: Page) -> None:
    await office.bureau.hears_a_referral()
    await enter(desk, "进入 演示 审计", CASES)
    await desk.get_by_role("button", name="English").click()
    await expect(desk.get_by_role("heading", name="What may be done now")).to_be_visible()
    await desk.reload()
    await expect(desk.get_by_role("heading", name="What may be done now")).to_be_visible()
    assert await desk.evaluate("document.documentElement.lang") == "en"


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


PEOPLE = {
    "li": {
        "sub": "o-li",
        "name": "李明",
        "roles": ["officer"],
        "officer_id": "o-li",
        "districts": ["donghu"],
        "organ": "donghu-emb",
    },
    "reviewer": {"name": "东湖 法制审核", "roles": ["legal-reviewer"], "districts": ["donghu"], "organ": "donghu-emb"},
}


async def test_an_officer_picks_provisions_and_a_reviewer_passes_them(office: Office, desk: Page, tmp_path: Path) -> None:
    """What may be charged is offered with its range; nobody types an article. Too much is refused, and what was chosen stays."""
    (tmp_path / "practice").mkdir()
    (tmp_path / "practice" / "people.json").write_text(json.dumps({"people": PEOPLE}), encoding="utf-8")
    bureau = office.bureau
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.gather()
    await enter(desk, "进入 李明", CASES)
    await desk.get_by_role("button", name="办理调查终结，拟予处罚", exact=True).click()
    dialog = desk.get_by_role("dialog")
    await dialog.get_by_label("安全生产法").first.check()
    await dialog.get_by_label("罚款（元）").fill("999999999")
    await dialog.get_by_label("裁量理由").fill("首次发现")
    await dialog.get_by_role("textbox", name="意见", exact=True).fill("建议处罚")
    send = dialog.get_by_role("button", name="调查终结，拟予处罚", exact=True)
    await send.click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await dialog.get_by_label("罚款（元）").fill("9000")
    await send.click()
    await expect(desk.locator("dl").first).to_contain_text("¥9,000")
    await desk.get_by_role("button", name="退出").click()
    await enter(desk, "进入 东湖 法制审核", CASES)
    await desk.get_by_role("button", name="办理法制审核", exact=True).click()
    dialog = desk.get_by_role("dialog", name="法制审核")
    await dialog.get_by_label("通过").check()
    await dialog.get_by_role("textbox", name="意见", exact=True).fill("适用法律正确，程序合法。")
    await dialog.get_by_role("button", name="法制审核", exact=True).click()
    await expect(desk.get_by_role("status")).to_contain_text("已完成：法制审核")
    assert (await bureau.get())["review"] == "passed"
