"""The audit pages: a history is compared, linked into, read in three densities, filtered; what does not hold is not ticked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, ViewportSize, expect

from tests.service.penalty.bureau import CASE
from tests.web.axe import serious_findings
from tests.web.prosecuting import Prosecution, prosecution
from tests.web.staging import DESK, SHOTS, SIZES, signed_in

HISTORY = f"/console/audit/cases/{CASE}"


@pytest_asyncio.fixture
async def stage(admin_dsn: str, tmp_path: Path) -> AsyncIterator[Prosecution]:
    """In place of reporting alone: what the page is opened on."""
    async with prosecution(admin_dsn, tmp_path) as found:
        yield found


@pytest_asyncio.fixture
async def desk(page: Page) -> Page:
    """An auditor at a desk."""
    await page.set_viewport_size(DESK)
    return await signed_in(page, "auditor")


async def test_two_moments_far_apart_are_compared(desk: Page, stage: Prosecution) -> None:
    await desk.goto(f"{HISTORY}?since={stage.event('filing-requested')}#{stage.event('penalty-decided')}")
    was = desk.get_by_role("region", name="当时的状态")
    await expect(was.locator("[data-field=case_no]")).to_have_attribute("data-changed", "true")
    await expect(desk.locator("[data-test=difference] li").first).to_be_visible()
    changes = await desk.locator("[data-test=difference] li").count()
    await desk.get_by_role("button", name="改与前一项比较").click()
    await expect(was.locator("[data-field=case_no]")).not_to_have_attribute("data-changed", "true")
    await expect(desk.locator("[data-test=difference] li").nth(changes - 1)).to_have_count(0)  # fewer than before


async def test_a_link_to_an_event_opens_at_it(desk: Page, stage: Prosecution) -> None:
    event_id = stage.event("notice-served")
    await desk.goto(f"{HISTORY}#{event_id}")
    entry = desk.locator(f"[id='{event_id}']")
    await expect(entry).to_have_attribute("aria-current", "true")
    await expect(entry).to_be_in_viewport()
    await desk.goto(f"{HISTORY}?density=full#00000000-0000-0000-0000-000000000000")
    await desk.reload()
    await expect(desk.get_by_text("地址所指的事件不在此记录中")).to_be_visible()


async def test_a_history_is_read_in_three_densities(desk: Page, stage: Prosecution) -> None:
    """In full, grouped by what it is about, and as it is stored; the address keeps which."""
    await desk.goto(HISTORY)
    filed = desk.locator(f"[id='{stage.event('case-filed')}']")
    await expect(filed).to_contain_text("何人")
    await expect(filed).to_contain_text("审批人")
    await expect(filed).to_contain_text("2021-09-08 12:00:00")
    await desk.get_by_role("button", name="简", exact=True).click()
    await expect(desk).to_have_url(re.compile("density=compact"))
    await expect(desk.get_by_role("heading", name=f"案件 {CASE}", exact=True)).to_be_visible()
    await expect(filed).to_have_text("立案")
    await desk.get_by_role("button", name="JSON").click()
    await expect(filed.locator("pre")).to_contain_text('"type": "casetrail.penalty.case-filed.v1"')


async def test_what_was_told_late_is_marked_and_filtered(desk: Page, stage: Prosecution) -> None:
    await desk.goto(HISTORY)
    late = desk.locator(f"[id='{stage.event('expert-advised')}']")
    await expect(late.locator("[data-mark=late]")).to_contain_text("3 天")
    await expect(late.locator("[data-mark=gap]")).to_contain_text("相隔 3 天")
    await expect(late).to_contain_text("炼钢车间 · phone-7")
    await desk.get_by_label("只看迟录、倒填").check()
    await expect(desk.locator("[data-test=entries] > li")).to_have_count(1)
    await desk.goto(f"{HISTORY}?type=casetrail.penalty.case-filed.v1&from=2021-09-08&until=2021-09-08")
    await expect(desk.locator("[data-test=entries] > li")).to_have_count(1)
    await desk.get_by_label("至").fill("2021-09-07")
    await expect(desk.get_by_text("没有符合筛选的记录")).to_be_visible()


async def test_a_proof_that_does_not_hold_is_not_ticked(desk: Page, stage: Prosecution) -> None:
    async def other_root(route: object) -> None:
        answer = await route.fetch()  # type: ignore[attr-defined]
        told = {**await answer.json(), "root": "A" * 43 + "="}
        await route.fulfill(json=told)  # type: ignore[attr-defined]

    await desk.route("**/v1/ledgers/penalty/inclusion?*", other_root)
    await desk.goto(f"{HISTORY}#{stage.event('case-filed')}")
    filed = desk.locator(f"[id='{stage.event('case-filed')}']")
    await filed.get_by_role("button", name="核验").click()
    await expect(filed.locator("[data-tick=inclusion]")).to_contain_text("证明不成立")


async def test_what_is_not_found_and_what_cannot_be_searched_is_told(desk: Page, stage: Prosecution) -> None:
    await desk.goto("/console/audit?q=没有这个")
    await expect(desk.get_by_text("没有找到")).to_be_visible()
    await desk.goto("/console/audit?kind=officers&q=李")  # the registry is not there
    await expect(desk.get_by_role("search").locator("xpath=..").get_by_role("alert")).to_contain_text("无法取得数据")


async def test_a_history_that_there_is_not_is_told(desk: Page, stage: Prosecution) -> None:
    await desk.goto("/console/audit/cases/c-none")
    await expect(desk.get_by_role("alert")).to_contain_text("无法取得数据")
    await expect(desk.get_by_role("button", name="重试")).to_be_visible()
    await expect(desk.get_by_role("slider")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_the_pages_are_accessible_and_as_wide_as_the_screen(desk: Page, stage: Prosecution, size: ViewportSize) -> None:
    await desk.set_viewport_size(size)
    SHOTS.mkdir(parents=True, exist_ok=True)
    pages = {
        "audit": "/console/audit?q=应急",
        "history": f"{HISTORY}#{stage.event('case-filed')}",
        "compact": f"{HISTORY}?density=compact",
    }
    for name, path in pages.items():
        await desk.goto(path)
        await expect(desk.locator("main .card").first).to_be_visible()
        await expect(desk.locator("[aria-busy=true]")).to_have_count(0)
        await desk.screenshot(path=SHOTS / f"console-{name}-{size['width']}.png")
        assert await serious_findings(desk) == [], name
        await desk.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await desk.evaluate("document.documentElement.scrollWidth") <= size["width"], name
