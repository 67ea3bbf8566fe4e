"""A manager's way: from the city's map to a district, a figure, its rows and the history behind one; all of it live."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.domain.registry.filled import filled
from tests.service.registry.desk import Desk, xlsx
from tests.service.reporting.ledgers import small_year
from tests.web.axe import serious_findings
from tests.web.overseeing import HAZARDS, Overseen, live, overseen, shows
from tests.web.staging import DESK, SHOTS, enter, opened


@pytest_asyncio.fixture
async def stage(admin_dsn: str, tmp_path: Path) -> AsyncIterator[Overseen]:
    async with overseen(admin_dsn, tmp_path) as found:
        yield found


async def imported(stage: Overseen) -> None:
    """An officer's workbook with one site of Donghu is sent through the gateway, under a token of the issuer."""
    async with httpx.AsyncClient(base_url=stage.url) as client:
        answer = await client.post("/issuer/token", data={"grant_type": "password", "username": "manager"})
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        client.base_url = httpx.URL(f"{stage.url}/api/registry")
        sent = await Desk(stage.registry).send(xlsx(filled(1)), client=client)
        assert sent.status_code == 201, sent.text


async def test_from_the_city_to_what_happened_and_live(stage: Overseen, browser: Browser) -> None:
    """Map, ranking, figures and rows tell of one choice, which is in the address; what the registry takes shows by itself."""
    year = small_year()
    await stage.reporting.receive(year.recorded)
    known = await stage.registry.connection.fetchval("SELECT count(*) FROM ledger")
    async with opened(browser, stage.url, DESK) as desk:
        await enter(desk, "进入 演示 市局负责人", HAZARDS)
        await shows(desk, "hazards", "5 项")
        await desk.locator(".map [data-district=donghu]").click()
        await expect(desk).to_have_url(re.compile("district=donghu"))
        await shows(desk, "hazards", "4 项")
        await expect(desk.locator(".ranking tr.chosen")).to_contain_text("东湖")
        await expect(desk.locator(".map [data-district=xihu]")).to_contain_text("1 项")
        await desk.go_back()
        await shows(desk, "hazards", "5 项")
        await desk.locator(".ranking tr[data-district=donghu] button").click()
        await shows(desk, "hazards", "4 项")
        await desk.locator("[data-figure=hazards]").get_by_role("link", name="发现隐患 明细").click()
        await expect(desk).to_have_url(re.compile("/dashboards/rows/hazards[?].*district=donghu"))
        await expect(desk.locator("tbody tr")).to_have_count(4)
        first = desk.locator("tbody tr").first
        await expect(first.get_by_role("link", name="企业e-")).to_have_attribute("href", re.compile("/console/enterprises/e-"))
        await first.get_by_role("link", name="历程").click()
        told = desk.locator("[data-test=entries] > li", has_text="hazard-found").or_(
            desk.locator("[data-test=entries] > li", has_text="发现隐患")
        )
        await expect(told.first).to_contain_text("未设置")
        await desk.go_back()
        await desk.get_by_role("link", name="回到看板").click()
        await shows(desk, "hazards", "4 项")

        await live(desk, "/console/dashboards?panel=register&figure=enterprises")
        await shows(desk, "enterprises", "4 家")
        await desk.evaluate("window.untouched = true")
        await imported(stage)
        await stage.passed_on(year, known)
        await shows(desk, "enterprises", "5 家")
        await expect(desk.locator(".map [data-district=donghu]")).to_contain_text("3 家")
        assert await desk.evaluate("window.untouched")
        assert await serious_findings(desk) == []
        await desk.screenshot(path=SHOTS / "journey-manager.png", full_page=True)
