"""The accessibility checks see what is wrong with a page, and let pass what is well."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.web.axe import serious_findings

PAGE = '<!doctype html><html lang="zh-CN"><title>t</title><main><h1>t</h1>{}</main></html>'


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        ('<label>a<input></label><button>b</button>', []),
        ("<input><button></button>", ["button-name", "label"]),
        ('<p style="color:#aaa;background:#fff">pale</p>', ["color-contrast"]),
    ],
)  # fmt: skip
async def test_findings(browser: Browser, body: str, rules: list[str]) -> None:
    page = await browser.new_page()
    await page.set_content(PAGE.format(body))
    found = await serious_findings(page)
    await page.close()
    assert sorted(one.split(":")[0] for one in found) == rules
