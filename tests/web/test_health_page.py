"""The health page: what each service's self-check found last, and what cannot be asked."""

from __future__ import annotations

from playwright.async_api import Page, expect

from chassis.clock import FixedClock
from chassis.selfcheck.keeping import Keeper
from chassis.testing import NOON
from services.reporting.service import SERVICE
from tests.service.reporting.ledgers import small_year
from tests.web.conftest import Stage

ALARM = "INSERT INTO witness_alarms VALUES ('tasks', 'fork', 40, decode(repeat('00', 32), 'hex'), 31, 'note', now())"


async def test_what_the_self_check_found_is_shown(page: Page, stage: Stage) -> None:
    """Reporting is here and sound; the other services are not, and the page says so instead of calling them well."""
    await stage.reporting.receive(small_year().recorded)
    keeper = Keeper(lambda connection: SERVICE.look(connection, FixedClock(NOON)), ())
    connection = stage.reporting.under_test.connection
    await keeper.round(connection)
    await page.goto("/live/health.html")
    await expect(page.locator("#reporting")).to_have_attribute("data-sound", "true")
    await expect(page.locator("#reporting [data-check=copies]")).to_contain_text("registry")
    await expect(page.locator("#tasks .notice")).to_contain_text("无法取得")
    await expect(page.locator("#verdict")).to_have_attribute("data-sound", "false")
    await connection.execute(ALARM)
    await keeper.round(connection)
    await expect(page.locator("#reporting")).to_have_attribute("data-sound", "false")
    await expect(page.locator("#reporting [data-check=witness] li")).to_contain_text("tasks 32 to 40")


async def test_a_self_check_that_does_not_run_is_not_called_sound(page: Page, stage: Stage) -> None:
    await page.goto("/live/health.html")
    await expect(page.locator("#reporting h2")).to_contain_text("自检未在运行")
