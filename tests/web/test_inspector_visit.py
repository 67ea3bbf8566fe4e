"""A whole visit on a phone without a network, step by step as the law has them; then with one: everything is there, once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, ViewportSize, expect

from tests.media import picture
from tests.web.axe import serious_findings
from tests.web.field import VISIT, Field, answer, check_in, field_of, line, off, on, phone_of, violate
from tests.web.staging import SHOTS, SIZES

NUMBER = "（东湖）应急责改〔2021〕11号"
STEPS = ("site", "check-in", "opening", "items", "items/DST-K6", "hazards", "advice", "statement", "conclusion", "order")
PATHS = {
    **{step.replace("/", "-"): f"{VISIT}/{step}" for step in (*STEPS, "suspension", "files", "papers/03")},
    **{page: f"/inspector/{page}" for page in ("today", "outbox", "phone", "enter")}, "visit": VISIT,
}  # fmt: skip


@pytest_asyncio.fixture
async def field(admin_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Field]:
    async with field_of(admin_dsn, tmp_path, monkeypatch) as field:
        yield field


async def test_a_whole_visit_in_flight_mode_and_then_everything_once(field: Field, browser: Browser) -> None:
    async with phone_of(browser, field) as phone:
        await field.lease_to_phones()
        async with phone.expect_response(re.compile("/package/entries")):
            await line(phone).get_by_role("button", name="同步").click()
        await expect(line(phone)).to_contain_text("在线")
        await off(phone)
        await check_in(phone)
        await meet(phone, "启动会")
        for code in field.items:
            await (violate(phone, code, "除尘器积尘") if code == "DST-K6" else answer(phone, code))
        await phone.reload()
        await expect(phone.get_by_text("检查事项")).to_be_visible()
        await advise_and_state(phone)
        await meet(phone, "总结会")
        await conclude(phone)
        await phone.reload()
        await order(phone)
        assert (await field.visit())["state"] == "approved"
        await on(phone)
        await arrived(field)
        await issue(phone)


async def meet(phone: Page, name: str) -> None:
    await phone.goto(VISIT)
    await phone.get_by_role("link", name=name).click()
    if name == "启动会":
        for told in ("已出示执法证件", "已询问是否申请回避"):
            await phone.get_by_label(told).check()
    await phone.get_by_label("姓名").fill("李厂长")
    await phone.get_by_role("button", name="记录会议").click()
    await expect(phone.get_by_role("link", name=f"{name}").filter(has_text="已完成")).to_be_visible()


async def advise_and_state(phone: Page) -> None:
    await phone.goto(f"{VISIT}/advice")
    await phone.get_by_label("意见").fill("清理积尘，改用负压吸尘")
    await phone.get_by_role("button", name="记录意见").click()
    await phone.get_by_role("link", name="企业陈述").click()
    await phone.get_by_label("陈述内容").fill("立即整改")
    await phone.get_by_role("button", name="记录陈述").click()
    await expect(phone.get_by_role("link", name="企业陈述")).to_contain_text("1 条")


async def conclude(phone: Page) -> None:
    await phone.get_by_role("link", name="检查结束、签字").click()
    await sign(phone)
    await phone.get_by_role("button", name="结束检查").click()
    await expect(phone.get_by_role("link", name="检查结束、签字")).to_contain_text("李厂长")


async def sign(phone: Page) -> None:
    pad = phone.get_by_role("img", name="签字：手写签名区")
    await pad.scroll_into_view_if_needed()
    box = await pad.bounding_box()
    assert box is not None
    await phone.mouse.move(box["x"] + 20, box["y"] + 20)
    await phone.mouse.down()
    await phone.mouse.move(box["x"] + 120, box["y"] + 60, steps=5)
    await phone.mouse.up()
    await expect(phone.get_by_text("已书写签名")).to_be_visible()


async def order(phone: Page) -> None:
    """The order has a number of the phone's own block, and can be read before anything of it was sent."""
    await phone.goto(f"{VISIT}/order")
    await expect(phone.get_by_text(NUMBER)).to_be_visible()
    await phone.get_by_role("button", name="15 日").click()
    await phone.get_by_role("button", name="下达指令书（1 条隐患）").click()
    paper = phone.get_by_role("article")
    await expect(paper).to_contain_text(NUMBER)
    await expect(paper).to_contain_text("待上报")
    await expect(paper).to_contain_text("打磨车间：除尘器积尘")
    await expect(paper).to_contain_text("《")
    await phone.goto(f"{VISIT}/papers/03")
    await expect(phone.get_by_role("article")).to_contain_text("被检查单位现场负责人（签字）：李厂长")
    await expect(phone.get_by_role("img", name="签名")).to_be_visible()


async def arrived(field: Field) -> None:
    await field.office.under_test.settle()
    told = await field.visit()
    assert (told["state"], told["disputed"], told["unsigned"]) == ("concluded", [], [])
    assert [len(told[name]) for name in ("meetings", "statements", "advice", "hazards")] == [2, 1, 1, 1]
    assert told["conclusion"]["signed_by"] == "李厂长"
    [issued] = (await field.office.get("orders"))["items"]
    assert issued["document_no"] == NUMBER
    [signature] = (await field.office.get("evidence"))["items"]
    assert (signature["state"], signature["media_type"]) == ("complete", "image/png")
    once = ("checked-in", "inspection-concluded", "order-issued", "evidence-captured", "evidence-arrived")
    assert [await field.count(name) for name in once] == [1] * len(once)
    assert await field.count("item-answered") == len(field.items)


async def issue(phone: Page) -> None:
    """Now the platform makes the document itself, with the signature that was drawn on the phone."""
    await phone.goto(f"{VISIT}/papers/03")
    await expect(phone.get_by_role("article")).to_contain_text("已生效")
    await phone.get_by_role("button", name="出具文书").click()
    await expect(phone.get_by_text("平台已出具文书")).to_be_visible()


async def test_nothing_serious_is_found_and_nothing_is_cut_off(field: Field, browser: Browser) -> None:
    """Of every page, at both sizes, also with text twice as large."""
    async with phone_of(browser, field) as phone:
        await check_in(phone)
        await violate(phone, "DST-K6", "除尘器积尘" * 12)
        await phone.goto(f"{VISIT}/files")
        shot = FilePayload(name="现场.jpg", mimeType="image/jpeg", buffer=picture("JPEG", (320, 240)))
        await phone.get_by_label("添加照片").set_input_files(shot)
        await expect(line(phone)).to_contain_text("在线")
        for size in SIZES:
            await looked_at(phone, size, SIZES[size])


async def looked_at(phone: Page, name: str, size: ViewportSize) -> None:
    await phone.set_viewport_size(size)
    SHOTS.mkdir(parents=True, exist_ok=True)
    for page, path in PATHS.items():
        await phone.goto(path)
        await expect(phone.get_by_role("heading", level=1)).to_be_visible()
        await expect(phone.get_by_text("正在读取")).to_have_count(0)
        await phone.screenshot(path=SHOTS / f"inspector-{page}-{name}.png", full_page=True)
        assert await serious_findings(phone) == [], path
        await phone.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await phone.evaluate("document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth + 1"), path
