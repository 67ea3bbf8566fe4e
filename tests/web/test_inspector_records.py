"""Records that are taken on the phone without a network: samples, an examination, a questioning, things sealed at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.web.axe import serious_findings
from tests.web.field import VISIT, Field, check_in, field_of, off, on, phone_of
from tests.web.staging import SHOTS


@pytest_asyncio.fixture
async def field(admin_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Field]:
    async with field_of(admin_dsn, tmp_path, monkeypatch) as field:
        yield field


async def test_records_are_taken_in_flight_mode_and_arrive_once(field: Field, browser: Browser) -> None:
    async with phone_of(browser, field) as phone:
        await off(phone)
        await check_in(phone)
        await sample(phone)
        await examine(phone)
        await phone.reload()
        await question(phone)
        await seal(phone)
        await on(phone)
        await expect(phone.get_by_text("未被接受")).to_have_count(0)
        for name in ("sampling-recorded", "site-examined", "questioning-recorded", "seizure-carried-out"):
            assert await field.count(name) == 1, " ".join(await field.office.recorded())


async def opened(phone: Page, step: str) -> None:
    """The form of a step; it can be used by whoever cannot see it."""
    await phone.goto(f"{VISIT}/{step}")
    await expect(phone.get_by_role("radio", name="拒绝签字")).to_be_visible()
    await phone.screenshot(path=SHOTS / f"inspector-{step}.png", full_page=True)
    assert await serious_findings(phone) == []


async def refuse(phone: Page, *, officers: bool = True) -> None:
    """Both officers have signed, the other side has not."""
    if officers:
        for certificate in ("赣A001", "赣A002"):
            await phone.get_by_role("checkbox", name=certificate).check()
    await phone.get_by_label("拒绝签字").check()
    await phone.get_by_label("拒签原因").fill("不认可")
    await phone.get_by_label("见证人").fill("社区干部")


async def thing(phone: Page, what: str) -> None:
    """The first thing of a list."""
    await phone.get_by_label("名称").fill(what)
    await phone.get_by_label("数量").fill("2 袋")
    await phone.get_by_label("存放地点").fill("打磨车间")


async def sample(phone: Page) -> None:
    await opened(phone, "sampling")
    await phone.get_by_label("抽样目的").fill("检测粉尘爆炸性")
    await thing(phone, "木粉尘")
    await refuse(phone)
    await done(phone, "记录抽样", "抽样取证")


async def examine(phone: Page) -> None:
    await opened(phone, "examination")
    await phone.get_by_label("勘验情况").fill("除尘器灰斗积尘约三厘米")
    await refuse(phone)
    await done(phone, "记录勘验", "勘验")


async def question(phone: Page) -> None:
    await opened(phone, "questioning")
    await phone.get_by_label("被询问人", exact=True).fill("李厂长")
    await phone.get_by_label("已出示证件并告知权利义务").check()
    await phone.get_by_label("问", exact=True).fill("多久清理一次？")
    await phone.get_by_label("答", exact=True).fill("一个月一次。")
    await phone.get_by_label("被询问人已签名的页数").fill("0")
    await refuse(phone)
    await done(phone, "记录询问", "询问")


async def seal(phone: Page) -> None:
    await opened(phone, "emergency-seizure")
    await phone.get_by_label("理由").fill("粉尘可能爆炸")
    await thing(phone, "砂光机")
    await refuse(phone, officers=False)
    await done(phone, "当场实施", "紧急查封扣押")


async def done(phone: Page, button: str, step: str) -> None:
    """It is noted, and the visit says so."""
    await phone.get_by_role("button", name=button, exact=True).click()
    await expect(phone.get_by_role("link", name=step)).to_contain_text("1 ")
