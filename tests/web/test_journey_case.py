"""An officer's, a reviewer's and an approver's way: a case from the request for its filing to the decision."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from tests.web.axe import serious_findings
from tests.web.proceeding import CASES, peopled, proceeding
from tests.web.staging import DESK, SHOTS, enter, opened

OFFICER, REVIEWER, HEAD = "进入 李明", "进入 东湖 法制审核", "进入 东湖 分管负责人"


async def begin(page: Page, title: str) -> tuple[Locator, Locator]:
    """The form of a step that is offered, and what sends it."""
    await page.get_by_role("button", name=f"办理{title}", exact=True).click()
    dialog = page.get_by_role("dialog", name=title)
    return dialog, dialog.get_by_role("button", name=title, exact=True)


async def change_to(page: Page, who: str) -> None:
    """Out, and in again as somebody else, on the case."""
    await page.get_by_role("button", name="退出").click()
    await expect(page.get_by_role("button", name=who)).to_be_visible()
    await enter(page, who, CASES)


async def test_a_case_is_taken_to_its_decision_by_those_who_may(admin_dsn: str, browser: Browser, tmp_path: Path) -> None:
    """Nobody types an article; what may not be done says why, and what was chosen stays when too much is refused."""
    peopled(tmp_path)
    async with proceeding(admin_dsn, tmp_path) as office, opened(browser, office.url, DESK) as page:
        bureau = office.bureau
        await bureau.hears_a_referral()
        await office.requested()
        await enter(page, HEAD, "/console/today")
        waiting = page.locator("section", has=page.get_by_role("heading", name="待批准立案"))
        await waiting.get_by_role("link").click()
        _, send = await begin(page, "立案")
        await send.click()
        await expect(page.get_by_role("status")).to_contain_text("已完成：立案")
        await expect(page.locator("dl").first).to_contain_text("调查取证")
        steps = page.get_by_role("region", name="现在可以办理")
        await steps.locator("summary").click()
        await page.get_by_label("查找步骤或理由").fill("作出处罚决定")
        why = steps.locator("details li").filter(has_text=re.compile("^作出处罚决定："))
        await expect(why.locator("small")).to_contain_text("行政处罚法")
        await expect(page.get_by_role("button", name="办理作出处罚决定", exact=True)).to_have_count(0)

        await bureau.gather()
        await change_to(page, OFFICER)
        dialog, send = await begin(page, "调查终结，拟予处罚")
        await dialog.get_by_label("安全生产法").first.check()
        await dialog.get_by_label("罚款（元）").fill("999999999")
        await dialog.get_by_label("裁量理由").fill("首次发现")
        await dialog.get_by_role("textbox", name="意见", exact=True).fill("建议处罚")
        await send.click()
        await expect(dialog.get_by_role("alert")).to_be_visible()
        await dialog.get_by_label("罚款（元）").fill("9000")
        await send.click()
        await expect(page.locator("dl").first).to_contain_text("¥9,000")

        await change_to(page, REVIEWER)
        dialog, send = await begin(page, "法制审核")
        await dialog.get_by_label("通过").check()
        await dialog.get_by_role("textbox", name="意见", exact=True).fill("适用法律正确，程序合法。")
        await send.click()
        await expect(page.get_by_role("status")).to_contain_text("已完成：法制审核")

        await bureau.notify()
        await bureau.post("officer", "statements", {"kind": "waived"})
        await change_to(page, HEAD)
        _, send = await begin(page, "作出处罚决定")
        await send.click()
        await expect(page.get_by_role("status")).to_contain_text("已完成：作出处罚决定")
        await expect(page.get_by_role("region", name="当事人")).to_contain_text("决定（东湖）应急罚〔2021〕1号 · ¥9,000")
        await page.screenshot(path=SHOTS / "journey-case.png", full_page=True)
        assert await serious_findings(page) == []
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_text("serve the decision").first).to_be_visible()
        case = await bureau.get()
    assert (case["state"], case["review"]) == ("decided", "passed")
