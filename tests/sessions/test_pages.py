"""The way in, the way through and the way out over HTTP, at the gateway and the issuer of the embedded stack."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from deploy.embedded.clock import ClockFile
from deploy.embedded.gateway import Layout, gateway
from deploy.embedded.ports import LOOPBACK, free_port
from tests.stack.conftest import serving
from tests.stack.test_clock import START
from tests.stack.test_gateway import Upstream

OURS = {"Sec-Fetch-Site": "same-origin"}
FOREIGN: list[dict[str, str]] = [
    {}, {"Origin": "null"}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"}, {"Origin": "{ours}", "Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example", **OURS},
]  # fmt: skip
ELSEWHERE = (
    "//evil.example", "https://evil.example/", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)", "evil", "",
    "/session/login?return=/", "/" + "a" * 2000,
)  # fmt: skip


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A browser before the gateway of one service that answers what it was asked."""
    ClockFile(tmp_path / "clock.json").write(START)
    port = free_port()
    async with serving(Upstream()) as behind:
        layout = Layout(url=f"http://{LOOPBACK}:{port}", services={"tasks": behind}, data=tmp_path, web=tmp_path)
        async with serving(gateway(layout), port) as url, httpx.AsyncClient(base_url=url) as client:
            yield client


async def enter(browser: httpx.AsyncClient, to: str = "/session", who: str = "auditor") -> httpx.Response:
    """Sign in and come back."""
    return await browser.get("/session/login", params={"return": to, "as": who}, follow_redirects=True)


async def authorization(browser: httpx.AsyncClient, **headers: str) -> str | None:
    """What a service is shown with a request."""
    told = (await browser.get("/api/tasks/v1/x", headers=headers)).json()["headers"]
    assert "cookie" not in told
    found: str | None = told.get("authorization")
    return found


async def test_who_signs_in_is_told_and_has_a_cookie_that_scripts_cannot_read(browser: httpx.AsyncClient) -> None:
    before = (await browser.get("/session")).json()
    assert before == {"person": None, "practice": False, "people": "/issuer/people"}
    entered = await enter(browser, who="officer")
    person = entered.json()["person"]
    assert {name: person[name] for name in ("sub", "username", "roles", "officer_id")} == {
        "sub": "nanchang-emb-01", "username": "officer", "roles": ["officer"], "officer_id": "nanchang-emb-01",
    }  # fmt: skip
    cookie = next(one for one in entered.history[-1].headers.get_list("set-cookie") if "-login" not in one)
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "token" not in json.dumps(entered.json()).lower()


async def test_a_service_is_shown_the_token_and_never_the_cookie(browser: httpx.AsyncClient) -> None:
    assert await authorization(browser) is None
    await enter(browser)
    assert (await authorization(browser) or "").startswith("Bearer eyJ")
    assert await authorization(browser, Authorization="Bearer of-a-machine") == "Bearer of-a-machine"
    assert (await browser.get("/clock")).status_code == 200


async def test_nobody_is_led_elsewhere(browser: httpx.AsyncClient) -> None:
    for to in ELSEWHERE:
        entered = await enter(browser, to)
        way = [one.headers["location"] for one in entered.history if "/session/callback?" in str(one.url)]
        assert way == ["/"], to


async def test_the_issuer_is_asked_with_pkce_for_what_is_checked_afterwards(browser: httpx.AsyncClient) -> None:
    begun = await browser.get("/session/login")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert asked["redirect_uri"] == str(browser.base_url.join("/session/callback"))


async def test_a_sign_in_that_was_begun_elsewhere_is_refused(browser: httpx.AsyncClient) -> None:
    begun = await browser.get("/session/login", params={"as": "auditor"})
    back = (await browser.get(begun.headers["location"])).headers["location"]
    async with httpx.AsyncClient() as victim:
        refused = await victim.get(back)
        assert refused.status_code == 403
        assert "session" not in refused.headers.get("set-cookie", "")
    other = back.replace("state=", "state=x")
    assert (await browser.get(other)).status_code == 403
    assert (await browser.get(back)).status_code == 303
    assert (await browser.get(back)).status_code == 403, "a code is good once"


async def test_a_code_without_its_verifier_is_worth_nothing(browser: httpx.AsyncClient) -> None:
    begun = await browser.get("/session/login", params={"as": "auditor"})
    code = parse_qs(urlsplit((await browser.get(begun.headers["location"])).headers["location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": "guessed", "client_id": "console"}
    answer = await browser.post("/issuer/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("path", ["/api/tasks/v1/x", "/clock", "/session/logout"])
async def test_a_write_that_no_page_of_ours_sends_is_refused(browser: httpx.AsyncClient, path: str) -> None:
    await enter(browser)
    ours = str(browser.base_url).rstrip("/")
    for headers in FOREIGN:
        refused = await browser.post(path, headers={name: value.format(ours=ours) for name, value in headers.items()})
        assert (refused.status_code, refused.json()["code"]) == (403, "foreign-request"), headers
    assert await authorization(browser) is not None


async def test_a_write_of_our_page_passes_under_either_header(browser: httpx.AsyncClient) -> None:
    await enter(browser)
    for headers in (OURS, {"Origin": str(browser.base_url).rstrip("/")}):
        assert "authorization" in (await browser.post("/api/tasks/v1/x", headers=headers)).json()["headers"]


async def test_who_signs_out_is_out_here_and_at_the_issuer(browser: httpx.AsyncClient) -> None:
    await enter(browser)
    old = dict(browser.cookies)
    left = await browser.post("/session/logout", headers=OURS)
    assert left.json()["to"].startswith(str(browser.base_url.join("/issuer/logout?")))
    assert browser.cookies.get(next(iter(old))) is None
    browser.cookies.update(old)
    assert (await browser.get("/session")).json()["person"] is None
    assert await authorization(browser) is None
    assert (await browser.get("/clock")).status_code == 401


async def test_who_signs_in_anew_leaves_the_session_before(browser: httpx.AsyncClient) -> None:
    await enter(browser)
    old = dict(browser.cookies)
    assert (await enter(browser, who="operator")).json()["person"]["username"] == "operator"
    browser.cookies.clear()
    browser.cookies.update(old)
    assert (await browser.get("/session")).json()["person"] is None


async def test_a_logout_notice_that_is_not_the_issuers_ends_nothing(browser: httpx.AsyncClient) -> None:
    await enter(browser)
    for token in ("", "x", (await authorization(browser) or "").removeprefix("Bearer ")):
        refused = await browser.post("/session/issuer-logout", data={"logout_token": token})
        assert (refused.status_code, refused.json()["code"]) == (400, "no-logout-token")
    assert await authorization(browser) is not None


async def test_the_issuer_lists_who_may_enter_where_nobody_is_named(browser: httpx.AsyncClient) -> None:
    begun = await browser.get("/session/login")
    page = await browser.get(begun.headers["location"])
    assert "演示 审计" in page.text
    assert (await browser.get("/issuer/authorize", params={"redirect_uri": "https://evil.example"})).status_code == 400
