"""The operator's page: each service's self-check, what is parked, tried again once it is mended, or skipped for a reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest_asyncio
from playwright.async_api import Page, expect

from chassis.clock import FixedClock
from chassis.runner import Work
from chassis.selfcheck.keeping import Keeper
from chassis.testing import NOON, ServiceUnderTest, service_under_test
from services.penalty.service import SERVICE
from tests.chassis.test_parked_operations import _impatient
from tests.service.penalty.conftest import heard
from tests.web.axe import serious_findings
from tests.web.staging import DESK, SHOTS, SIZES, behind_the_gateway, signed_in

__all__ = ["_impatient"]

ENROLLED = "casetrail.registry.officer-enrolled.v1"
ACTIONS = "SELECT action, outcome, reason FROM operator_actions ORDER BY id"


@dataclass(frozen=True, slots=True)
class Operated:
    """The penalty service behind the gateway at `url`; its reaction to officers fails on those in `poison`."""

    url: str
    penalty: ServiceUnderTest
    poison: set[str]

    async def enrolled(self, officer_id: str) -> str:
        """An officer is enrolled elsewhere; answers the event's id."""
        told = {
            "officer_id": officer_id, "name": officer_id, "organ_id": "donghu-emb", "organ": "x", "district": "donghu",
            "certificate_no": f"JX-{officer_id}", "certificate_valid_to": "2024-12-31", "specialities": [],
        }  # fmt: skip
        received = self.penalty.received("registry", ENROLLED, orjson.dumps(told), subject=f"officer:{officer_id}")
        await self.penalty.receive(received)
        return str(received.envelope.event_id)

    async def done(self) -> list[tuple[str, str, str | None]]:
        """What operators did, in order."""
        return [tuple(row) for row in await self.penalty.connection.fetch(ACTIONS)]


@pytest_asyncio.fixture
async def stage(admin_dsn: str, tmp_path: Path) -> AsyncIterator[Operated]:
    poison: set[str] = set()
    real = SERVICE.reactions[ENROLLED]

    async def reaction(work: Work, received: Any) -> None:
        if orjson.loads(received.recorded.data)["officer_id"] in poison:
            raise ArithmeticError("a cause that can be mended")
        await real(work, received)

    async with service_under_test(SERVICE, admin_dsn, before=heard) as penalty:
        penalty.service = penalty.app.state.service = replace(SERVICE, reactions={**SERVICE.reactions, ENROLLED: reaction})
        async with behind_the_gateway(tmp_path, penalty) as url:
            yield Operated(url, penalty, poison)


@pytest_asyncio.fixture
async def desk(page: Page) -> Page:
    """An operator at a desk."""
    await page.set_viewport_size(DESK)
    return await signed_in(page, "operator")


async def test_a_parked_event_is_tried_again_and_applied_once_mended(desk: Page, stage: Operated) -> None:
    stage.poison.add("o-bad")
    event_id = await stage.enrolled("o-bad")
    await desk.goto("/console/operator")
    parked = desk.locator("[data-parked^='penalty/']")
    await expect(parked).to_contain_text("officer:o-bad")
    await expect(parked).to_contain_text(event_id)
    await expect(parked).to_contain_text("ArithmeticError a cause that can be mended")
    await parked.get_by_role("button", name="重试").click()
    await expect(desk.locator("[data-test=outcome]")).to_contain_text("仍未成功")
    stage.poison.clear()
    await parked.get_by_role("button", name="重试").click()
    await expect(desk.locator("[data-test=outcome]")).to_contain_text("已应用，应用 1 项")
    await expect(desk.get_by_text("没有搁置的事件")).to_have_count(0)  # of services that cannot be asked nothing is known
    await expect(parked).to_have_count(0)
    assert [outcome for _, outcome, _ in await stage.done()][-1] == "applied"


async def test_a_parked_event_is_skipped_for_a_reason_that_is_kept(desk: Page, stage: Operated) -> None:
    stage.poison.add("o-bad")
    await stage.enrolled("o-bad")
    await desk.goto("/console/operator")
    parked = desk.locator("[data-parked^='penalty/']")
    skip = parked.get_by_role("button", name="跳过")
    await expect(skip).to_be_disabled()
    await parked.get_by_label("跳过 officer:o-bad 的理由").fill("登记有误，已另行登记")
    await skip.click()
    await desk.get_by_role("button", name="确定跳过").click()
    await expect(desk.locator("[data-test=outcome]")).to_contain_text("已跳过")
    await expect(parked).to_have_count(0)
    assert (await stage.done())[-1] == ("parked-skip", "skipped", "登记有误，已另行登记")
    await desk.get_by_text("最近的处理").click()
    await expect(desk.get_by_text("登记有误，已另行登记")).to_be_visible()


async def test_what_the_self_check_found_is_shown_and_whoever_cannot_be_asked_is_not_called_sound(
    desk: Page, stage: Operated
) -> None:
    keeper = Keeper(lambda connection: SERVICE.look(connection, FixedClock(NOON)), ())
    await stage.penalty.settle()
    await keeper.round(stage.penalty.connection)
    await desk.goto("/console/operator")
    penalty = desk.locator("#penalty")
    await expect(penalty.locator("[data-check=relay]")).to_be_visible()
    await expect(desk.locator("#registry")).to_contain_text("无法取得")
    await expect(desk.locator("#verdict")).to_have_attribute("data-sound", "false")
    await penalty.get_by_text("位置与读模型").click()
    await expect(penalty.get_by_text("case_list v")).to_be_visible()
    SHOTS.mkdir(parents=True, exist_ok=True)
    for name, size in SIZES.items():
        await desk.set_viewport_size(size)
        await desk.screenshot(path=SHOTS / f"console-operator-{name}.png", full_page=True)
        assert await serious_findings(desk) == []
        assert await desk.evaluate("document.documentElement.scrollWidth") <= size["width"]


async def test_an_auditor_is_shown_the_ledgers_only(page: Page, stage: Operated) -> None:
    await signed_in(page, "auditor")
    await page.goto("/console/operator")
    await expect(page.get_by_text("由运维人员查看")).to_be_visible()
    await expect(page.get_by_role("heading", name="台账与见证")).to_be_visible()
    await expect(page.get_by_role("heading", name="搁置事件")).to_have_count(0)
