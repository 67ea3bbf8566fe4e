"""The console by the keyboard alone: in, to a case, a step taken; the focus is always seen, held by a dialog, and given back."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from tests.web.proceeding import proceeding
from tests.web.staging import DESK, SHOTS, opened

MOST = 80  # whatever is wanted is reached within so many presses
SEEN = """() => {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1 || style.boxShadow !== 'none';
}"""


async def tabbed_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Go on until the focus is where it is wanted; wherever it stops on the way it is seen."""
    await expect(wanted).to_be_visible()
    for _ in range(MOST):
        await page.keyboard.press(key)
        where = await page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
        assert await page.evaluate(SEEN), f"the focus is not seen: {where}"
        if await wanted.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"never reached: {wanted}")


async def test_a_case_by_keyboard(admin_dsn: str, browser: Browser, tmp_path: Path) -> None:
    async with proceeding(admin_dsn, tmp_path) as office, opened(browser, office.url, DESK) as page:
        await office.bureau.hears_a_referral()
        await office.requested()
        await page.goto("/console/")
        await tabbed_to(page, page.get_by_role("button", name="进入 演示 东湖分管负责人"))
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile("/console/today$"))
        await page.reload()  # as whoever comes back does: from the start of the page
        skip = page.get_by_role("link", name="跳到正文")
        await tabbed_to(page, skip)
        await expect(skip).to_be_in_viewport()
        await page.keyboard.press("Enter")
        await expect(page.locator("main#page")).to_be_focused()
        waiting = page.locator("section", has=page.get_by_role("heading", name="待批准立案"))
        await tabbed_to(page, waiting.get_by_role("link"))
        await page.keyboard.press("Enter")

        why = page.get_by_role("region", name="现在可以办理").locator("summary")
        await tabbed_to(page, why)
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("查找步骤或理由")).to_be_visible()
        step = page.get_by_role("button", name="办理立案", exact=True)
        await tabbed_to(page, step, "Shift+Tab")
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="立案")
        await expect(dialog).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await expect(step).to_be_focused()
        await page.keyboard.press("Enter")
        send = dialog.get_by_role("button", name="立案", exact=True)
        await tabbed_to(page, send)
        assert await dialog.evaluate("node => node.contains(document.activeElement)")
        await page.screenshot(path=SHOTS / "keyboard.png")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("已完成：立案")
        await expect(page.get_by_role("heading", name="现在可以办理")).to_be_focused()  # its button is gone
        await tabbed_to(page, page.get_by_role("button", name="退出"), "Shift+Tab")
        assert (await office.bureau.get())["state"] == "investigating"
