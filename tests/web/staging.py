"""Pages as people meet them: services behind the real gateway, a page that fails on whatever it throws, and who looks at it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from chassis.auth import Principal, TokenVerifier, Trust, Unauthenticated
from chassis.testing import ServiceUnderTest
from deploy.embedded.gateway import WEB, Layout, gateway
from deploy.embedded.ports import free_port
from tests.service.reporting.listening import served

SHOTS = Path(__file__).parents[2] / ".casetrail" / "screenshots"
"""Where what pages looked like is kept, for whoever wants to see it."""

PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1440, height=900)
SIZES = {"phone": PHONE, "desk": DESK}

PATIENCE = 30_000
"""Milliseconds in which a page comes to a state; a state that is there costs nothing, and a busy machine may be slow."""
expect.set_options(timeout=PATIENCE)


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
async def behind_the_gateway(folder: Path, *services: ServiceUnderTest, web: Path = WEB) -> AsyncIterator[str]:
    """The gateway's address in front of these services, which take its issuer's tokens too from then on; `web`: the web files."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as stack:
        addresses = {}
        for one in services:
            addresses[one.service.name] = await stack.enter_async_context(served(one.app))
            theirs = TokenVerifier(Trust(issuer=f"{url}/issuer", audience="casetrail", jwks_url=f"{url}/issuer/jwks"))
            one.app.state.verifier = Either(one.app.state.verifier, theirs)
        front = gateway(Layout(url=url, services=addresses, data=folder, web=web))
        await stack.enter_async_context(served(front, port=port, lifespan="on"))
        yield url


@asynccontextmanager
async def opened(browser: Browser, url: str, size: ViewportSize) -> AsyncIterator[Page]:
    """A page of this size; what it throws, and any request elsewhere, fails the test."""
    wrong: list[str] = []
    context = await browser.new_context(viewport=size, locale="zh-CN", base_url=url)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
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


async def signed_in(page: Page, username: str) -> Page:
    """Whatever the page opens, it opens as this person of the demonstration."""
    entered = await page.request.get(f"/session/login?as={username}&return=/session")
    assert (await entered.json())["person"]["username"] == username
    return page
