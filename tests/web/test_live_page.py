"""The live page in a real Chromium: figures and feed move by themselves, lead to rows and histories, and survive trouble."""

from __future__ import annotations

import re

import orjson
import pytest
from playwright.async_api import Page, expect

from services.reporting.api import feed
from tests.service.reporting.ledgers import Ledgers, Site, enterprise, small_year
from tests.web.conftest import Stage


async def number(page: Page, figure: str, text: str) -> None:
    """The figure shows this."""
    await expect(page.locator(f"#figure-{figure} b")).to_have_text(text)


async def live(page: Page, path: str = "/live/") -> None:
    """Open the page and wait until it hears the feed."""
    await page.goto(path)
    await expect(page.locator("#status")).to_have_attribute("data-state", "live")


async def test_figures_and_feed_move_as_events_come(page: Page, stage: Stage) -> None:
    ledgers = small_year()
    await stage.reporting.receive(ledgers.recorded)
    await live(page)
    await number(page, "enterprises", "4 家")
    await number(page, "penalty_amount_fen", "¥12,000")
    await number(page, "completion_percent", "60%")
    await expect(page.locator("#as-of")).to_contain_text(f"第 {len(ledgers.recorded)} 条事件")
    await expect(page.locator("#feed li")).to_have_count(len(ledgers.recorded))
    enterprise(ledgers, "e-f1", "xihu")
    await stage.reporting.receive(ledgers.recorded[-1:])
    await number(page, "enterprises", "5 家")
    newest = page.locator("#feed li").first
    await expect(newest).to_have_attribute("data-seq", str(len(ledgers.recorded)))
    await expect(newest).to_contain_text("xihu区")


async def test_districts_with_the_citys_share(page: Page, stage: Stage) -> None:
    await stage.reporting.receive(small_year().recorded)
    await live(page)
    row = page.locator("#districts tbody tr", has_text="donghu区")
    await expect(row.locator("td").nth(1)).to_have_text(
        "50% (1/2)"
    )  # first after the district: it must be seen without scrolling


async def test_a_figure_leads_to_its_rows(page: Page, stage: Stage) -> None:
    await stage.reporting.receive(small_year().recorded)
    await live(page)
    await page.locator("#figure-hazards").click()
    await expect(page.locator("#detail tbody tr")).to_have_count(5)
    await expect(page.locator("#detail dl")).to_contain_text("检查发现的隐患数")
    await page.keyboard.press("Escape")
    await expect(page.locator("#detail")).not_to_be_visible()
    await expect(page).to_have_url(re.compile("/live/#$"))


async def test_a_long_list_of_rows_goes_on(page: Page, stage: Stage) -> None:
    ledgers = Ledgers()
    for n in range(130):
        enterprise(ledgers, f"e-{n:03d}", "donghu")
    await stage.reporting.receive(ledgers.recorded)
    await live(page, "/live/#/figures/enterprises")
    await expect(page.locator("#detail tbody tr")).to_have_count(100)
    await page.get_by_role("button", name="更多").click()
    await expect(page.locator("#detail tbody tr")).to_have_count(130)
    await expect(page.get_by_role("button", name="更多")).to_be_hidden()


async def test_a_case_is_told_in_causal_order(page: Page, stage: Stage) -> None:
    await stage.reporting.receive(small_year().recorded)
    await live(page)
    entry = page.locator("#feed li", has=page.locator('a[href="#/cases/k-a"]')).first
    await entry.get_by_role("link", name="案件全程").click()
    told = page.locator("#detail .history > li")
    await expect(told).to_have_count(12)
    types = await told.locator("details p").all_text_contents()
    assert types[0].startswith("casetrail.tasks.task-generated.v1")
    assert types[-1].startswith("casetrail.penalty.penalty-decided.v1")
    await told.last.locator("summary").click()
    await expect(told.last.locator("pre")).to_contain_text('"total_fen": 1200000')


async def test_an_enterprise_is_reached_from_a_row(page: Page, stage: Stage) -> None:
    await stage.reporting.receive(small_year().recorded)
    await live(page, "/live/#/figures/penalties")
    await page.locator("#detail tbody").get_by_role("link", name="企业e-a1").click()
    await expect(page.locator("#detail .history > li").first).to_contain_text("enterprise-registered")


async def test_a_district_manager_sees_the_district_only(page: Page, stage: Stage) -> None:
    await stage.reporting.receive(small_year().recorded)
    await live(page)
    await number(page, "enterprises", "4 家")
    await page.select_option("#viewer", "district-manager")
    await number(page, "enterprises", "2 家")
    await expect(page.locator("#districts tbody tr")).to_have_count(1)
    await expect(page.locator("#feed li").first).to_contain_text("donghu区")
    assert "xihu" not in await page.locator("#feed").inner_text()
    await page.reload()
    await expect(page.locator("#viewer")).to_have_value("district-manager")
    await number(page, "enterprises", "2 家")


async def test_a_broken_stream_goes_on_where_it_was(page: Page, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream ends again and again; every event is shown once, in order."""
    monkeypatch.setattr(feed, "LIFETIME", 0.1)
    monkeypatch.setattr(feed, "RETRY", 20)
    await page.goto("/live/")
    await expect(page.locator("#figure-enterprises")).to_be_visible()
    ledgers = Ledgers()
    Site(ledgers, "a", "e-a1", "donghu").inspected(officers=2, hazards=[None] * 12)
    for received in ledgers.recorded:
        await stage.reporting.receive([received])
    shown = page.locator("#feed li[data-seq]")
    await expect(shown).to_have_count(len(ledgers.recorded))
    seqs = await shown.evaluate_all("nodes => nodes.map((node) => Number(node.dataset.seq))")
    assert seqs == list(range(len(ledgers.recorded), 0, -1))


async def test_a_stream_is_read_however_it_is_cut(page: Page, stage: Stage) -> None:
    """Pieces of a stream end anywhere, also within a line."""
    await page.goto("/live/")
    text = 'retry: 20\\n\\n: ping\\n\\nid: a-1\\nevent: x\\ndata: {"n": 1}\\n\\ndata: one\\ndata: two\\n\\n'
    found = await page.evaluate(f"""async () => {{
        const {{ EventReader }} = await import("/live/api.js");
        const text = '{text}';
        return [...text].map((_, cut) => {{
            const reader = new EventReader();
            return JSON.stringify([...reader.read(text.slice(0, cut)), ...reader.read(text.slice(cut))]);
        }});
    }}""")
    assert [orjson.loads(one) for one in found] == [
        [{"retry": "20"}, {"id": "a-1", "event": "x", "data": '{"n": 1}'}, {"data": "one\ntwo"}]
    ] * len(found)
    assert len(found) > 50


async def test_nothing_yet(page: Page, stage: Stage) -> None:
    await live(page)
    await expect(page.locator("#feed")).to_contain_text("还没有事件")
    await number(page, "enterprises", "0 家")
    await number(page, "completion_percent", "—")
    await page.locator("#figure-hazards").click()
    await expect(page.locator("#detail")).to_contain_text("没有明细")


async def test_trouble_is_said_and_mended(page: Page, stage: Stage) -> None:
    await stage.reporting.receive(small_year().recorded)
    blocked = True

    async def answer(route: object) -> None:
        if blocked:
            await route.fulfill(  # type: ignore[attr-defined]
                status=503, content_type="application/problem+json", body='{"detail": "服务暂不可用，请稍后重试"}'
            )
        else:
            await route.fallback()  # type: ignore[attr-defined]

    await page.route("**/api/reporting/v1/figures", answer)
    await page.goto("/live/")
    await expect(page.get_by_role("alert")).to_contain_text("服务暂不可用")
    blocked = False
    await page.get_by_role("button", name="重试").click()
    await number(page, "enterprises", "4 家")
    await expect(page.get_by_role("alert")).to_be_hidden()


async def test_an_unknown_case_is_said(page: Page, stage: Stage) -> None:
    await live(page, "/live/#/cases/k-nowhere")
    await expect(page.locator("#detail")).to_contain_text("没有找到")


@pytest.mark.parametrize("width", [320, 390, 1440])
async def test_it_fits(page: Page, stage: Stage, width: int) -> None:
    """Nothing sticks out sideways, and what is to be tapped is large enough for a thumb."""
    await stage.reporting.receive(small_year().recorded)
    await page.set_viewport_size({"width": width, "height": 844})
    await live(page)
    await expect(page.locator("#feed li[data-seq]").first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    for target in await page.locator("#figures a, select").all():
        box = await target.bounding_box()
        assert box is not None
        assert box["height"] >= 44
