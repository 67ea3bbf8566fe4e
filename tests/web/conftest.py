"""The page as people meet it: the real gateway, issuer and reporting service on loopback, and a real Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from chassis.testing import service_under_test
from services.reporting.service import SERVICE
from tests.service.reporting.conftest import Reporting
from tests.web.staging import PHONE, behind_the_gateway, opened

FROM_NPM = Path(__file__).parent / "node_modules" / ".chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Program:
    """A Chromium that runs here."""

    path: Path
    env: dict[str, str]


def chromium() -> Program:
    """The one `npm ci` unpacked, with its own libraries where the machine lacks them; else the system's."""
    fonts = {"FONTCONFIG_FILE": str(FROM_NPM / "fonts.conf")} if (FROM_NPM / "fonts.conf").exists() else {}
    libraries = {"LD_LIBRARY_PATH": str(FROM_NPM / "libraries" / "lib")}
    system = shutil.which("chromium") or shutil.which("chromium-browser")
    candidates = [Program(FROM_NPM / "chromium", fonts), Program(FROM_NPM / "chromium", fonts | libraries)]
    if system is not None:
        candidates.append(Program(Path(system), fonts))
    for program in candidates:
        if _runs(program):
            return program
    raise FileNotFoundError("no Chromium that runs: `make setup` unpacks one into tests/web/node_modules")


def _runs(program: Program) -> bool:
    if not program.path.exists():
        return False
    command = [str(program.path), "--version"]
    env = {**os.environ, **program.env}
    return subprocess.run(command, env=env, capture_output=True, timeout=30, check=False).returncode == 0


class Stage:
    """Reporting behind the gateway: what happens is received, what is shown is on `url`."""

    def __init__(self, reporting: Reporting, url: str) -> None:
        self.reporting = reporting
        self.url = url


@pytest_asyncio.fixture
async def stage(admin_dsn: str, tmp_path: Path) -> AsyncIterator[Stage]:
    async with service_under_test(SERVICE, admin_dsn) as under_test, behind_the_gateway(tmp_path, under_test) as url:
        await under_test.settle()
        yield Stage(Reporting(under_test), url)


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program.path, args=ARGUMENTS, env={**os.environ, **program.env}
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture
async def page(browser: Browser, stage: Stage) -> AsyncIterator[Page]:
    """A phone's page."""
    async with opened(browser, stage.url, PHONE) as page:
        yield page
