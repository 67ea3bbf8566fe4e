"""Officers of a test with their phones: the inspection service behind the real gateway, the phone app in a real Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from chassis.testing import service_under_test
from deploy.embedded.gateway import WEB
from services.inspection.service import SERVICE
from tests.service.inspection.conftest import founded
from tests.service.inspection.office import MORNING, Office
from tests.service.inspection.phone import NOON
from tests.service.inspection.test_offline import planned
from tests.service.inspection.test_packages import leased
from tests.web.staging import PHONE, behind_the_gateway, opened

TASK = "task-1"
VISIT = f"/inspector/visits/{TASK}"
SITE = "某木业公司"
DRAFT = """async (text) => {
  const asked = (one) => new Promise((done, failed) => { one.onsuccess = () => done(one.result); one.onerror = failed; });
  const database = await asked(indexedDB.open("casetrail-inspector"));
  const drafts = await asked(database.transaction("drafts").objectStore("drafts").getAll());
  database.close();
  return JSON.stringify(drafts).includes(text);
}"""
PEOPLE = {
    username: {
        "sub": f"officer-{number}", "officer_id": f"officer-{number}", "name": f"执法人员{number}号", "roles": ["officer"],
        "districts": ["donghu"], "organ": "donghu-emb", "certificate_no": f"赣A00{number}",
    }
    for number, username in ((1, "officer"), (2, "second-officer"))
}  # fmt: skip


class Field:
    """An office whose officers go out with phones, and where their app is."""

    def __init__(self, office: Office, url: str, items: list[str]) -> None:
        self.office, self.url, self.items = office, url, items

    async def visit(self) -> Any:
        """The visit as the service has it."""
        return await self.office.get(f"inspections/{TASK}")

    async def count(self, name: str) -> int:
        """How many events of this name were recorded."""
        return (await self.office.recorded()).count(f"{name}.v1")

    async def lease_to_phones(self) -> None:
        """Each phone that registered gets a block of ten numbers for orders."""
        await self.office.under_test.settle()
        for place, device in enumerate((await self.office.get("devices"))["items"]):
            await self.office.hear(leased(self.office, device["device_id"], 11 + 10 * place, 20 + 10 * place))
        await self.office.under_test.settle()


@asynccontextmanager
async def field_of(
    admin_dsn: str, folder: Path, monkeypatch: pytest.MonkeyPatch, web: Path = WEB
) -> AsyncIterator[Field]:  # fmt: skip
    """A visit is planned and approved for two officers of Donghu; files lie in a folder and arrive in parts of 1 KiB."""
    people = folder / "people.json"
    people.write_text(json.dumps({"clients": {}, "people": PEOPLE}), encoding="utf-8")
    monkeypatch.setattr("deploy.embedded.issuer.PRINCIPALS", people)
    async with service_under_test(SERVICE, admin_dsn, MORNING, founded) as under_test:
        state = under_test.app.state
        state.settings = replace(state.settings, files=str(folder / "files"), upload_part_kib=1)
        office = Office(under_test)
        items = await planned(office)
        under_test.clock.at = NOON
        await under_test.settle()
        async with behind_the_gateway(folder, under_test, web=web) as url:
            yield Field(office, url, items)


@asynccontextmanager
async def phone_of(browser: Browser, field: Field, number: int = 1) -> AsyncIterator[Page]:
    """The phone of an officer: the app is installed, the day's package is there."""
    async with opened(browser, field.url, PHONE) as page:
        await page.goto("/inspector/")
        await page.get_by_role("button", name=f"执法人员{number}号").click()
        await expect(page.get_by_role("link", name=SITE)).to_be_visible()
        await expect(line(page)).to_contain_text("在线 · 上次同步")
        await page.evaluate("navigator.serviceWorker.ready.then((worker) => worker.active.state)")
        await field.office.under_test.settle()
        yield page


def line(page: Page) -> Any:
    """The line that says where the phone stands."""
    return page.locator(".sync")


async def off(page: Page) -> None:
    """The phone loses its network."""
    await page.context.set_offline(True)
    await expect(line(page)).to_contain_text("离线")


async def on(page: Page) -> None:
    """The network is back, and all that waits has been sent."""
    await page.context.set_offline(False)
    await expect(line(page)).to_contain_text("在线")
    await expect(line(page)).not_to_contain_text("待上报")


async def step(page: Page, name: str) -> None:
    """Open a step of the visit."""
    await page.get_by_role("link", name=name).click()


async def check_in(page: Page) -> None:
    """Both officers are here; the site's code is typed in."""
    await page.goto(f"{VISIT}/check-in")
    await page.get_by_label("检查码").fill("casetrail:site:e-1")
    await page.get_by_label("检查地点").fill("打磨车间")
    await page.get_by_label("企业现场负责人").fill("李厂长")
    await page.get_by_role("button", name="签到").click()
    await expect(page.get_by_role("link", name="到场签到、亮证 （已完成） 打磨车间")).to_be_visible()


async def answer(page: Page, code: str, name: str = "合格") -> None:
    """Answer an item that has no hazards; the next one follows by itself."""
    await choose(page, code, name)
    await expect(page).not_to_have_url(re.compile(f"/items/{code}$"))


async def choose(page: Page, code: str, name: str) -> None:
    """Open the card of an item, and touch one of its answers."""
    await page.goto(f"{VISIT}/items/{code}")
    await page.get_by_role("button", name=name, exact=True).click()


async def violate(page: Page, code: str, fact: str) -> None:
    """Answer an item with a violation that consists of one hazard."""
    await choose(page, code, "不合格")
    await page.get_by_label("隐患事实").fill(fact)
    await page.get_by_label("隐患地点").fill("打磨车间")
    await page.get_by_role("button", name="保存结论").click()
    await saved(page)


async def saved(page: Page) -> None:
    """What was filled in is kept, and said so."""
    await expect(page.get_by_role("status").filter(has_text="已保存在本机")).to_be_visible()


async def in_a_draft(page: Page, text: str) -> None:
    """What is being filled in has reached the phone's database; before that, whoever switches it off loses the last words."""
    await page.wait_for_function(DRAFT, arg=text)
