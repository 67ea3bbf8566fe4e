"""The page as people meet it: the real gateway, issuer and reporting service on loopback, and a real Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from chassis.auth import TokenVerifier
from chassis.testing import service_under_test
from deploy.embedded.gateway import Layout, gateway
from deploy.embedded.ports import free_port
from services.reporting.service import SERVICE
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.listening import served

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
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with service_under_test(SERVICE, admin_dsn) as under_test, served(under_test.app) as service:
        under_test.app.state.verifier = TokenVerifier(f"{url}/issuer", "casetrail", f"{url}/issuer/jwks")
        front = gateway(Layout(url=url, services={"reporting": service}, data=tmp_path))
        async with served(front, port=port, lifespan="on"):
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
    """A phone's page. Whatever the page says on its console as an error, and any request elsewhere, fails the test."""
    wrong: list[str] = []
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", base_url=stage.url)
    page = await context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(stage.url) else wrong.append(request.url))
    yield page
    await context.close()
    if wrong:
        pytest.fail("\n".join(wrong))
