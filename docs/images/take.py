"""Takes the pictures of the README anew: `python docs/images/take.py PRACTICE [YEAR]`.

The addresses are of a year that `make demo` serves, and of a practice district (`python -m pilot.practice`) that was begun anew:
when a year is over nothing in it is open, so that the case and the visit are those that a trainee begins with.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, Page, async_playwright, expect

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.web.conftest import ARGUMENTS, chromium

HERE = Path(__file__).parent
CASE, VISIT = "practice-case-1", "practice-visit-1"
DESK, PHONE = (1440, 980), (390, 780)
DASHBOARD = "/console/dashboards?panel=inspections&period=2021"


async def opened(browser: Browser, address: str, size: tuple[int, int], person: str) -> Page:
    """A page of this size, signed in as one of the demonstration's people."""
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN", base_url=address)
    page = await context.new_page()
    await page.add_init_script(f"sessionStorage.setItem('casetrail-person', '{person}')")
    return page


async def settled(page: Page) -> None:
    """Nothing is loading any more."""
    await expect(page.locator("main [aria-busy=true]")).to_have_count(0)
    await expect(page.get_by_text("加载中…")).to_have_count(0)


async def dashboard(browser: Browser, address: str) -> None:
    """The city's map, a figure and its course over the year."""
    page = await opened(browser, address, DESK, "manager")
    await page.goto(DASHBOARD)
    await expect(page.locator(".map [data-district]").first).to_be_visible()
    await settled(page)
    await page.screenshot(path=HERE / "dashboard.png")


async def done(address: str, username: str, path: str, body: dict[str, Any]) -> None:
    """A command of somebody of the practice district, taken."""
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        token = (await client.post("/issuer/token", data={"grant_type": "password", "username": username})).json()
        headers = {"Authorization": f"Bearer {token['access_token']}", "Idempotency-Key": uuid.uuid4().hex}
        (await client.post(f"/api/{path}", json=body, headers=headers)).raise_for_status()


async def case(browser: Browser, address: str) -> None:
    """A case that was filed, with its clocks and what may be done with it."""
    handlers = [{"officer_id": f"practice-emb-0{number}"} for number in (1, 2)]
    asked = {"cause": "未按规定检验吊具案", "officers": handlers, "opinion": "建议立案"}
    await done(address, "officer", f"penalty/v1/cases/{CASE}/filing-requests", asked)
    await done(address, "approver", f"penalty/v1/cases/{CASE}/filings", {})
    page = await opened(browser, address, DESK, "officer")
    await page.goto(f"/console/cases/{CASE}")
    await expect(page.get_by_role("heading", name="现在可以办理")).to_be_visible()
    await settled(page)
    await page.screenshot(path=HERE / "case.png")


async def visit(browser: Browser, address: str) -> None:
    """A visit on an inspector's phone, once its plan is approved."""
    path = f"inspection/v1/inspections/{VISIT}"
    await done(address, "officer", f"{path}/plan-drafts", await drafted(address))
    await done(address, "manager", f"{path}/plan-reviews", {"agreed": True, "opinion": "同意"})
    await done(address, "approver", f"{path}/plan-approvals", {"mode": "unannounced"})
    page = await opened(browser, address, PHONE, "officer")
    await page.goto("/inspector/")
    await page.get_by_role("button", name="执法人员").first.click()
    await expect(page.locator(".sync")).to_contain_text("在线 · 上次同步")
    await page.locator(f"a[href$='/visits/{VISIT}']").click()
    await settled(page)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await page.screenshot(path=HERE / "visit.png")


async def drafted(address: str) -> dict[str, Any]:
    """The plan that the visit's page offers: every item that applies."""
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        token = (await client.post("/issuer/token", data={"grant_type": "password", "username": "officer"})).json()
        client.headers["Authorization"] = f"Bearer {token['access_token']}"
        steps = (await client.get(f"/api/inspection/v1/inspections/{VISIT}")).json()["next_steps"]
        return next(dict(step["known"]) for step in steps if step["name"] == "draft-plan")


async def main(practice: str, year: str = "") -> None:
    """All three, one after the other; without a year those of the practice district."""
    program = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program.path, args=ARGUMENTS, env=program.env or None)
        if year:
            await dashboard(browser, year)
        await case(browser, practice)
        await visit(browser, practice)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
