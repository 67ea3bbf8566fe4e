"""The console as people meet it: services behind the real gateway, and a desktop's page that fails on whatever it throws."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from chassis.auth import Principal, TokenVerifier, Unauthenticated
from chassis.testing import ServiceUnderTest
from deploy.embedded.gateway import Layout, gateway
from deploy.embedded.ports import free_port
from tests.service.reporting.listening import served


class Either:
    """Takes the tokens of a test's own people and those of the demonstration's issuer."""

    def __init__(self, mine: TokenVerifier, theirs: TokenVerifier) -> None:
        self._mine, self._theirs = mine, theirs

    async def verify(self, token: str) -> Principal:
        """Whom a token is of, whichever of the two issued it."""
        try:
            return await self._mine.verify(token)
        except Unauthenticated:
            return await self._theirs.verify(token)


@asynccontextmanager
async def behind_the_gateway(folder: Path, **services: ServiceUnderTest) -> AsyncIterator[str]:
    """The gateway's address in front of these services, which take its issuer's tokens from then on."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as stack:
        addresses = {}
        for name, service in services.items():
            addresses[name] = await stack.enter_async_context(served(service.app))
            theirs = TokenVerifier(f"{url}/issuer", "casetrail", f"{url}/issuer/jwks")
            service.app.state.verifier = Either(service.app.state.verifier, theirs)
        front = gateway(Layout(url=url, services=addresses, data=folder))
        await stack.enter_async_context(served(front, port=port, lifespan="on"))
        yield url


@asynccontextmanager
async def desktop(browser: Browser, url: str, width: int = 1440, height: int = 900) -> AsyncIterator[Page]:
    """A page of this size; what it throws, and any request elsewhere, fails the test."""
    wrong: list[str] = []
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", base_url=url)
    page = await context.new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith((url, "blob:", "data:")) else wrong.append(request.url))
    yield page
    await context.close()
    if wrong:
        pytest.fail("\n".join(wrong))


async def enter(page: Page, name: str, path: str = "/console/") -> None:
    """Come in by the first page as one of the demonstration's people, then go where one wants to be."""
    await page.goto(path)
    await page.get_by_role("button", name=name).click()
    await expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()
