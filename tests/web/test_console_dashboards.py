"""The dashboards and bulletins in a real Chromium: rows taken along, honest when cut off, for every size."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.service.reporting.ledgers import Ledgers, Site, enterprise, small_year
from tests.service.reporting.test_passed_on import cells
from tests.web.axe import serious_findings
from tests.web.overseeing import HAZARDS, Overseen, live, overseen, shows
from tests.web.staging import DESK, SHOTS, SIZES, opened, signed_in


@pytest_asyncio.fixture
async def stage(admin_dsn: str, tmp_path: Path) -> AsyncIterator[Overseen]:
    """In place of reporting alone."""
    async with overseen(admin_dsn, tmp_path) as found:
        yield found


@pytest_asyncio.fixture
async def year(stage: Overseen) -> Ledgers:
    """A small year, received."""
    ledgers = small_year()
    await stage.reporting.receive(ledgers.recorded)
    return ledgers


@pytest_asyncio.fixture
async def desk(page: Page) -> Page:
    """The city's manager at a desk."""
    await page.set_viewport_size(DESK)
    return await signed_in(page, "manager")


def saved(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV that was saved."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


async def test_a_case_of_a_row(desk: Page, year: Ledgers) -> None:
    await desk.goto("/console/dashboards/rows/penalty_amount_fen?period=2021&figure=penalty_amount_fen")
    row = desk.locator("tbody tr")
    await expect(row).to_contain_text("¥12,000")
    await expect(row.get_by_role("link", name="应急罚〔2021〕1号")).to_have_attribute("href", "/console/cases/k-a")
    await expect(row.get_by_role("link", name="历程")).to_have_attribute("href", "/console/audit/cases/k-a")


async def test_a_lost_connection_is_said_and_mended(desk: Page, stage: Overseen, year: Ledgers) -> None:
    """What came meanwhile is shown when the feed is heard again."""
    await desk.route("**/api/reporting/v1/feed**", lambda route: route.abort())
    await desk.goto(HAZARDS)
    line = desk.locator(".as-of")
    await expect(line).to_have_attribute("data-state", "lost")
    await expect(line.get_by_role("status")).to_contain_text("连接中断")
    await shows(desk, "hazards", "5 项")
    known = len(year.recorded)
    Site(year, "later", "e-c1", "xihu").inspected(officers=2, hazards=[None])
    await stage.reporting.receive(year.recorded[known:])
    await desk.unroute("**/api/reporting/v1/feed**")
    await expect(line).to_have_attribute("data-state", "live")
    await shows(desk, "hazards", "6 项")


async def test_as_of_and_what_a_figure_means(desk: Page, year: Ledgers) -> None:
    await live(desk)
    await expect(desk.locator(".as-of")).to_contain_text(f"第 {len(year.recorded)} 条事件")
    await expect(desk.locator(".as-of")).to_contain_text(re.compile("至多落后 [0-9]+ 秒"))
    card = desk.locator("[data-figure=hazards]")
    await card.locator("summary").click()
    await expect(card).to_contain_text("检查发现的隐患数")
    await expect(card).to_contain_text("casetrail.inspection.hazard-found.v1")


async def test_a_period_and_a_breakdown_stand_in_the_address(desk: Page, year: Ledgers) -> None:
    """The year after: what was counted now stands as the year before's."""
    await live(desk, "/console/dashboards?panel=hazards&from=2022-01-01&until=2022-12-31")
    await expect(desk.get_by_text("2022年1月1日")).to_be_visible()
    await live(desk, f"{HAZARDS}&by=severity")
    region = desk.get_by_role("region", name="分类")
    await region.locator("summary").click()
    await expect(region.locator("tbody tr")).to_have_count(1)
    await region.locator("tbody a").click()
    await expect(desk).to_have_url(re.compile("by=severity&value=general"))
    await expect(desk.locator("tbody tr")).to_have_count(5)
    await desk.goto("/console/dashboards?panel=hazards&from=2021-09-01&until=2021-09-30")
    await expect(desk.get_by_label("起", exact=True)).to_have_value("2021-09-01")
    await desk.get_by_role("combobox", name="期间类型").press("Enter")
    await desk.get_by_role("option", name="季度").click()
    await expect(desk).to_have_url(re.compile("period=2021-Q3$"))
    await shows(desk, "hazards", "5 项")


async def test_charts_come_with_a_table_and_never_with_the_first_screen(desk: Page, year: Ledgers) -> None:
    scripts: list[str] = []
    desk.on("request", lambda request: scripts.append(request.url))
    await desk.goto("/console/enter")
    await expect(desk.get_by_role("heading", level=1)).to_be_visible()
    assert not [url for url in scripts if "charts-" in url]
    await live(desk)
    await expect(desk.locator(".chart svg").first).to_be_visible()
    assert [url for url in scripts if "charts-" in url]
    region = desk.get_by_role("region", name="随时间")
    await region.locator("summary").click()
    await expect(region.get_by_role("row", name="9月 5 项 0 项")).to_be_visible()


async def test_all_rows_are_saved_and_none_as_a_formula(desk: Page, stage: Overseen) -> None:
    """More than one page of them; a name that a spreadsheet would run is harmless, a number stays one."""
    ledgers = Ledgers()
    for n in range(230):
        enterprise(ledgers, f"e-{n:03d}", "donghu")
    data = {"enterprise_id": "e-odd", "uscc": "91360100MA0000000X", "site_no": "01", "name": '=HYPERLINK("x")', "sector": "steel"}
    ledgers.record("registry", "enterprise-registered", data, stream="enterprise:e-odd", subject="e-odd")
    await stage.reporting.receive(ledgers.recorded)
    await desk.goto("/console/dashboards/rows/enterprises?figure=enterprises")
    await expect(desk.locator("tbody tr")).to_have_count(50)
    async with desk.expect_download() as downloading:
        await desk.get_by_role("button", name="下载全部明细（CSV）").click()
    download = await downloading.value
    assert download.suggested_filename == "建档企业.csv"
    rows = saved(await download.path())
    assert len(rows) == 231
    assert '\'=HYPERLINK("x")' in {row["企业"] for row in rows}
    assert {row["辖区"] for row in rows} == {"东湖"}
    assert {row["计入"] for row in rows} == {"1"}
    async with desk.expect_download() as downloading:
        await desk.get_by_role("button", name="下载全部明细（Excel）").click()
    download = await downloading.value
    assert download.suggested_filename == "建档企业-明细.xlsx"
    head, *told = cells(await asyncio.to_thread(Path(await download.path()).read_bytes))["明细"]
    assert {row[head.index("行业")] for row in told} == {"钢铁"}
    assert len(told) == 231


async def test_the_wall_turns_until_it_is_stopped(desk: Page, year: Ledgers) -> None:
    await desk.goto("/console/dashboards?panel=tasks&wall=1")
    await expect(desk.get_by_role("navigation")).to_be_hidden()
    await expect(desk.get_by_role("heading", level=1)).to_contain_text("执法检查")
    await desk.get_by_role("button", name="暂停轮播").click()
    await expect(desk.get_by_role("button", name="继续轮播")).to_be_visible()
    await desk.get_by_role("button", name="退出大屏").click()
    await expect(desk.get_by_role("navigation", name="主菜单")).to_be_visible()


async def test_nothing_yet(desk: Page, stage: Overseen) -> None:
    await live(desk, "/console/dashboards?panel=penalties")
    await expect(desk.get_by_role("button", name="看上年同期")).to_be_visible()
    await shows(desk, "penalties", "0 件")
    await desk.goto("/console/dashboards/rows/penalties")
    await expect(desk.get_by_text("没有明细")).to_be_visible()


async def test_trouble_is_said_and_mended(desk: Page, year: Ledgers) -> None:
    await desk.goto("/console/dashboards?panel=hazards&period=2021-Q9")
    await expect(desk.get_by_role("alert")).to_contain_text("期间应为")
    body = '{"code": "down", "title": "down", "detail": "服务暂不可用"}'
    await desk.route("**/v1/panels/hazards**", lambda route: route.fulfill(status=503, body=body))
    await desk.goto(HAZARDS)
    await expect(desk.get_by_role("alert")).to_contain_text("服务暂不可用")
    await desk.unroute("**/v1/panels/hazards**")
    await desk.get_by_role("button", name="重试").click()
    await shows(desk, "hazards", "5 项")


async def test_a_district_manager_sees_the_district_only(page: Page, year: Ledgers) -> None:
    await signed_in(page, "district-manager")
    await live(page)
    await shows(page, "hazards", "4 项")
    await expect(page.locator(".map [data-district]")).to_have_count(1)
    await expect(page.locator(".ranking tbody tr")).to_have_count(1)


async def test_a_bulletin_is_read_followed_and_taken_along(desk: Page, stage: Overseen, year: Ledgers) -> None:
    stage.reporting.under_test.clock.at = year.at.replace(year=2022)
    await desk.goto("/console/bulletins?week=2021-W36")
    await expect(desk.get_by_role("heading", name="安全生产执法每周调度通报")).to_be_visible()
    await expect(desk.get_by_text("2021年第36周（9月6日至9月12日）").first).to_be_visible()
    async with desk.expect_download() as downloading:
        await desk.get_by_role("button", name="下载 Excel").click()
    assert (await downloading.value).suggested_filename.endswith(".xlsx")
    await desk.locator("[data-line=hazards] a").click()
    await expect(desk).to_have_url(re.compile("/bulletins/weeks/2021-W36/rows[?].*line=hazards"))
    await expect(desk.get_by_role("heading", level=1)).to_contain_text("发现隐患")
    await expect(desk.locator("tbody tr")).to_have_count(5)
    await desk.goto("/console/bulletins?kind=assessment&period=2021-09")
    await expect(desk.get_by_role("heading", name="安全生产执法工作督导考核")).to_be_visible()
    await expect(desk.locator("tbody tr[data-district=donghu]")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
async def test_every_page_fits_and_is_accessible(browser: Browser, stage: Overseen, year: Ledgers, size: str) -> None:
    """Nothing sticks out sideways, axe-core finds nothing serious, also with large text; pictures are kept to be looked at."""
    stage.reporting.under_test.clock.at = year.at.replace(year=2022)
    async with opened(browser, stage.url, SIZES[size]) as page:
        await signed_in(page, "manager")
        SHOTS.mkdir(parents=True, exist_ok=True)
        pages = {
            "dashboards": HAZARDS, "dashboard-district": f"{HAZARDS}&district=donghu", "dashboard-wall": f"{HAZARDS}&wall",
            "dashboard-rows": "/console/dashboards/rows/hazards?period=2021&figure=hazards",
            "bulletins": "/console/bulletins?week=2021-W36", "assessments": "/console/bulletins?kind=assessment&period=2021-09",
        }  # fmt: skip
        for name, path in pages.items():
            await page.goto(path)
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            await expect(page.locator("tbody tr").first).to_be_attached()
            await expect(page.locator("[aria-busy=true]")).to_have_count(0)
            await page.screenshot(path=SHOTS / f"{name}-{size}.png", full_page=True)
            assert await serious_findings(page) == [], name
            await page.evaluate("document.documentElement.style.fontSize = '200%'")
            width = SIZES[size]["width"]
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, name
