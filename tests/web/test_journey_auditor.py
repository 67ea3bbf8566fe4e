"""An auditor's way: a case is found, replayed, proved in the browser, taken along and verified without a network."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.service.penalty.bureau import CASE
from tests.service.reporting.logs import KEYS
from tests.web.prosecuting import prosecution
from tests.web.staging import DESK, SHOTS, enter, opened

# Whoever opens a connection fails.
OFFLINE = """
import socket, sys
def no_network(*_, **__): raise OSError("no network here")
socket.socket.connect = socket.socket.bind = socket.getaddrinfo = no_network
from chassis.process import main
sys.argv = ["casetrail", "verify", *sys.argv[1:]]
main()
"""


async def taken(page: Page, button: str, folder: Path) -> Path:
    """What a button lets one download, kept in the folder under the name that it is offered by."""
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name=button).click()
    path = folder / (await downloading.value).suggested_filename
    await (await downloading.value).save_as(path)
    return path


def verified(path: Path) -> subprocess.CompletedProcess[str]:
    """`casetrail verify FILE` with the logs' and the witness' keys, on a machine without a network."""
    keys = [part for key in KEYS for part in ("--key", str(key))]
    command = [sys.executable, "-c", OFFLINE, str(path), *keys]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


async def test_a_case_is_replayed_proved_and_verified_elsewhere(admin_dsn: str, browser: Browser, tmp_path: Path) -> None:
    async with prosecution(admin_dsn, tmp_path) as stage, opened(browser, stage.url, DESK) as desk:
        await enter(desk, "进入 演示 审计", "/console/audit")
        await desk.get_by_role("textbox", name="案号、名称、证号或编号").fill("应急立〔2021〕")
        await desk.get_by_role("button", name="查找").click()
        await desk.locator("[data-test=found] a").click()
        await expect(desk).to_have_url(re.compile(f"/console/audit/cases/{CASE}$"))
        await expect(desk.get_by_text("还没有查阅记录")).to_be_visible()

        # Each step of the slider asks the owning service how the case was; reporting tells the change in words.
        requested, filed = stage.event("filing-requested"), stage.event("case-filed")
        await desk.goto(f"/console/audit/cases/{CASE}#{requested}")
        was = desk.get_by_role("region", name="当时的状态")
        await expect(was).to_have_attribute("data-version", "2")
        slider = desk.get_by_role("slider")
        await slider.focus()
        await slider.press("ArrowRight")
        await expect(was).to_have_attribute("data-version", "3")
        assert desk.url.endswith(f"#{filed}")
        await expect(slider).to_have_attribute("aria-valuetext", re.compile("立案"))
        await expect(was.locator("[data-field=case_no]")).to_have_attribute("data-changed", "true")
        await expect(was.locator("[data-field=case_no]")).to_contain_text("应急立〔2021〕")
        await expect(was.locator("[data-field=enterprise_id]")).not_to_have_attribute("data-changed", "true")
        await expect(desk.locator("[data-test=difference]")).to_contain_text("2021-09-08")

        # The proof is recomputed here, and held against a head that another has signed too.
        entry = desk.locator(f"[id='{filed}']")
        await expect(entry.locator("[data-tick=checkpoint]")).to_contain_text("已签名并经见证")
        await entry.get_by_role("button", name="核验").click()
        await expect(entry.locator("[data-tick=inclusion]")).to_contain_text("本机已重算")
        ledger = desk.locator("[data-ledger=penalty]")
        await ledger.get_by_role("button", name="核验").click()
        await expect(ledger.locator("[data-tick=consistency]")).to_contain_text("未被改动")
        await desk.screenshot(path=SHOTS / "journey-auditor.png", full_page=True)
        await slider.press("Home")
        await expect(desk.locator("[data-test=at]")).to_contain_text("1 / ")
        await slider.press("End")
        await expect(was.locator("[data-field=total_fen], [data-field='decision/total_fen']").first).to_be_visible()

        await expect(desk.get_by_text("casetrail verify")).to_be_visible()
        await desk.get_by_label("查阅事由").fill("复议答复")
        file = await taken(desk, "下载签名案卷", tmp_path)
        reads = desk.get_by_role("region", name="查阅记录")
        await expect(reads).to_contain_text("演示 审计 · 审计")
        await expect(reads).to_contain_text("复议答复")
        archive = await taken(desk, "下载案卷包", tmp_path)
    assert (file.name, archive.suffix) == (f"case-{CASE}.casefile.json", ".zip")
    for path in (file, archive):
        told = await asyncio.to_thread(verified, path)
        assert told.returncode == 0, told.stdout + told.stderr
        assert f"case {CASE}" in told.stdout
    content = file.read_bytes()
    file.write_bytes(content.replace("未使用固定式龙门钩案".encode(), "未使用固定式龙门钓案".encode(), 1))
    assert file.read_bytes() != content
    told = await asyncio.to_thread(verified, file)
    assert told.returncode == 1, told.stdout
