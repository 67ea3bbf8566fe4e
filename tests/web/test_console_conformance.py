"""The audit's list of closed cases: what deviated from the required order, with its article, leading to the step itself."""

from __future__ import annotations

from playwright.async_api import Page, expect

from chassis.envelope import uuid7
from tests.service.reporting.ledgers import Ledgers, runs_of
from tests.service.reporting.test_conformance import IN_ORDER, PLANTED, record
from tests.web.conftest import Stage
from tests.web.staging import signed_in


async def test_deviations_are_listed_with_their_article_and_lead_to_the_step(page: Page, stage: Stage) -> None:
    ledgers = Ledgers()
    plant, _ = PLANTED["k-01"]
    matter = uuid7()
    for name, data in plant(IN_ORDER):
        told = {"case_id": "k-01", **data}
        ledgers.record("penalty", name, told, stream="case:k-01", subject="e-1", correlation_id=matter)
    record(ledgers, "k-good", IN_ORDER)
    await stage.reporting.copy.apply(runs_of(ledgers.recorded))
    await signed_in(page, "auditor")
    await page.goto("/console/audit")
    row = page.get_by_role("row", name="k-01")
    await expect(row).to_contain_text("未经告知不得作出处罚决定（行政处罚法第四十四条、第六十二条）")
    await expect(page.get_by_role("row", name="k-good")).to_contain_text("✓ 无")
    await row.get_by_role("link").click()
    decided = next(str(one.envelope.event_id) for one in ledgers.recorded if ".penalty-decided." in one.envelope.type)
    await expect(page.locator(f"[id='{decided}']")).to_have_attribute("aria-current", "true")


async def test_that_no_case_was_closed_yet_is_told(page: Page, stage: Stage) -> None:
    await signed_in(page, "auditor")
    await page.goto("/console/audit")
    await expect(page.get_by_text("还没有结案的案件")).to_be_visible()
