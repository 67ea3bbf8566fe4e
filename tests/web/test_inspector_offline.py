"""The phone app without a network: opened from nothing, kept through reloads, sent once; conflicts, refusals, updates."""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from deploy.embedded.gateway import INSPECTOR, WEB
from tests.media import picture
from tests.web.field import SITE, VISIT, Field, answer, check_in, field_of, in_a_draft, line, off, on, phone_of, saved, violate

PHOTO = picture("JPEG", (320, 240))
WAITING = """async () => {
  const one = await navigator.serviceWorker.ready;
  const found = new Promise((done) => one.addEventListener("updatefound", () => done(one.installing)));
  await one.update();
  const worker = one.waiting ?? one.installing ?? await found;
  if (worker.state !== "installed") await new Promise((done) => worker.addEventListener("statechange", done, { once: true }));
}"""
"""A page looks for another version of the app, and has it lie ready; the browser may have found it first, after a navigation."""


@pytest_asyncio.fixture
async def field(admin_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Field]:
    async with field_of(admin_dsn, tmp_path, monkeypatch) as field:
        yield field


@pytest_asyncio.fixture
async def phone(browser: Browser, field: Field) -> AsyncIterator[Page]:
    async with phone_of(browser, field) as page:
        yield page


def test_the_app_is_light_enough_for_a_phone_and_has_none_of_the_desktops_kit() -> None:
    scripts = [path.read_bytes() for path in (WEB / INSPECTOR / "assets").glob("*.js")]
    assert 0 < sum(len(gzip.compress(script)) for script in scripts) <= 250_000
    assert not [script for script in scripts if b"el-button" in script or b"ElementPlus" in script]


async def test_answers_noted_without_a_network_are_kept_through_a_cold_start_and_sent_once(field: Field, phone: Page) -> None:
    await off(phone)
    await check_in(phone)
    await answer(phone, field.items[0])
    await phone.get_by_role("button", name="不适用").click()  # of the next item, which follows by itself
    await phone.get_by_label("理由").fill("没有该设备")
    await in_a_draft(phone, "没有该设备")
    await phone.close()
    cold = await phone.context.new_page()  # as after the phone was switched off
    await cold.goto(f"/inspector/visits/task-1/items/{field.items[1]}")
    await expect(cold.get_by_label("理由")).to_have_value("没有该设备")
    await cold.get_by_role("button", name="保存结论").click()
    await saved(cold)
    await cold.goto("/inspector/")
    await expect(cold.get_by_role("link", name=SITE)).to_contain_text("已答 2 /")
    await expect(line(cold)).to_contain_text(re.compile(r"离线 · 上次同步 \d\d:\d\d · 3 项待上报"))
    assert (await field.visit())["check_in"] is None
    await on(cold)
    told = await field.visit()
    assert [item["answer"] for item in told["items"][:2]] == ["compliant", "not-applicable"]
    assert (await field.count("checked-in"), await field.count("item-answered")) == (1, 2)


async def test_an_upload_that_is_cut_off_is_repeated_and_everything_is_there_once(field: Field, phone: Page) -> None:
    """Answers are lost on their way back, parts on their way: what is sent again is one event, one file."""
    await off(phone)
    await check_in(phone)
    await phone.goto(f"{VISIT}/items/{field.items[0]}")
    await phone.get_by_role("button", name="不合格").click()
    await phone.get_by_label("隐患地点").fill("打磨车间")
    await phone.get_by_label("隐患事实").fill("积尘超过 3 毫米")
    await phone.get_by_label("拍照取证").set_input_files({"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": PHOTO})
    await expect(phone.get_by_text("待上传")).to_be_visible()
    await phone.get_by_role("button", name="保存结论").click()
    await saved(phone)
    cut = {"uploads": 2, "parts": 3}

    async def lose(route: Route) -> None:
        kind = "uploads" if route.request.url.endswith("/uploads") else "parts"
        cut[kind] -= 1
        if cut[kind] < 0:
            return await route.continue_()
        if kind == "uploads":
            await route.fetch()  # it arrives, but nobody learns of it
        await route.abort()

    await phone.context.route(re.compile(r"/(uploads|parts/\d+)$"), lose)
    await phone.context.set_offline(False)
    while "待上报" in await line(phone).inner_text():
        await line(phone).get_by_role("button", name="同步").click()
        await expect(line(phone)).to_contain_text(re.compile("离线|在线"))
    assert min(cut.values()) < 0
    for name in ("checked-in", "item-answered", "hazard-found", "evidence-captured", "evidence-arrived"):
        assert await field.count(name) == 1, name
    [taken] = (await field.office.get("evidence", "officer"))["items"]
    assert (taken["sha256"], taken["state"]) == (hashlib.sha256(PHOTO).hexdigest(), "complete")
    [found] = (await field.visit())["hazards"]
    assert found["photos"] == (taken["sha256"],) or found["photos"] == [taken["sha256"]]


async def test_two_phones_that_differ_are_settled_on_the_screen(field: Field, browser: Browser, phone: Page) -> None:
    code = field.items[0]
    async with phone_of(browser, field, 2) as other:
        for page in (phone, other):
            await off(page)
        await check_in(phone)
        await answer(phone, code)
        await violate(other, code, "除尘器未运行")
        await on(phone)
        await on(other)
        await other.goto("/inspector/outbox")
        settling = other.get_by_role("region", name="须处理")
        await expect(settling).to_contain_text("两台设备的结论不一致")
        await expect(settling.get_by_role("radio")).to_have_count(2)
        await settling.get_by_role("radio", name="不合格 · 执法人员").check()
        await settling.get_by_label("核定理由").fill("现场复核，确未运行")
        async with other.expect_response(re.compile("/uploads$")):
            await settling.get_by_role("button", name="以所选结论为准").click()
        await expect(settling).to_have_count(0)
        await expect(line(other)).not_to_contain_text("项须处理")
    told = await field.visit()
    assert told["disputed"] == []
    [stands] = told["items"][0]["answers"]
    assert (stands["answer"], stands["reason"], len(stands["replaces"])) == ("violation", "现场复核，确未运行", 2)
    assert [hazard["state"] for hazard in told["hazards"]] == ["found"]


async def test_a_refused_check_in_says_what_to_do_and_is_noted_anew(field: Field, phone: Page) -> None:
    await phone.goto(f"{VISIT}/check-in")
    await phone.get_by_label("赣A002").uncheck()
    await phone.get_by_label("检查码").fill("casetrail:site:e-1")
    await phone.get_by_label("检查地点").fill("打磨车间")
    await phone.get_by_label("企业现场负责人").fill("李厂长")
    await phone.get_by_role("button", name="签到").click()
    await expect(line(phone)).to_contain_text("1 项须处理")
    await answer(phone, field.items[0])
    await expect(line(phone)).to_contain_text("1 项等待生效")
    await line(phone).get_by_role("link", name="须处理").click()
    refused = phone.get_by_role("region", name="须处理")
    await expect(refused).to_contain_text("执法人员不得少于 2 人，现为 1 人")
    await expect(refused).to_contain_text("怎么办：请按检查方案核对到场人员")
    await refused.get_by_role("button", name="重新记录").click()
    await expect(phone.get_by_label("检查地点")).to_have_value("打磨车间")
    await phone.get_by_label("赣A002").check()
    async with phone.expect_response(re.compile("/uploads$")):
        await phone.get_by_role("button", name="签到").click()
    await expect(line(phone)).to_have_text(re.compile(r"在线 · 上次同步 \d\d:\d\d\s*同步"))
    told = await field.visit()
    assert (told["state"], told["items"][0]["answer"]) == ("checked-in", "compliant")


async def test_a_new_version_asks_first_never_in_a_form_and_keeps_what_is_filled_in(
    admin_dsn: str, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = tmp_path / "web"
    shutil.copytree(WEB / INSPECTOR, web / INSPECTOR)
    async with field_of(admin_dsn, tmp_path, monkeypatch, web) as field, phone_of(browser, field) as phone:
        await phone.goto(f"{VISIT}/statement")
        await phone.get_by_label("陈述内容").fill("立即整改")
        worker = web / INSPECTOR / "worker.js"
        worker.write_text(worker.read_text(encoding="utf-8") + "\n// another version\n", encoding="utf-8")
        await phone.evaluate(WAITING)
        asked = phone.get_by_role("button", name="现在更新")
        await phone.get_by_role("link", name=SITE).click()
        await expect(asked).to_be_visible()
        await phone.get_by_role("link", name="企业陈述").click()
        await expect(phone.get_by_label("陈述内容")).to_have_value("立即整改")
        await expect(asked).to_have_count(0)
        await phone.get_by_role("link", name=SITE).click()
        async with phone.expect_event("load", timeout=90_000):  # a browser waits up to a minute for what the old version is at
            await asked.click()
        await phone.goto(f"{VISIT}/statement")
        await expect(phone.get_by_label("陈述内容")).to_have_value("立即整改")
        assert await phone.evaluate("navigator.serviceWorker.ready.then((one) => one.waiting === null)")


async def test_who_is_signed_out_keeps_what_was_noted_and_sends_it_once_signed_in_again(field: Field, phone: Page) -> None:
    await off(phone)
    await check_in(phone)
    await phone.context.clear_cookies()  # as when the session has ended
    await phone.context.set_offline(False)
    await expect(line(phone)).to_contain_text(re.compile("登录已失效，记录仍在本机.*1 项待上报"))
    assert await field.count("checked-in") == 0
    await line(phone).get_by_role("link", name="重新登录").click()
    await on(phone)
    assert await field.count("checked-in") == 1
