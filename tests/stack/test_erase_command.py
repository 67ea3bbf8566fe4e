"""`casetrail erase` as an operator meets it: what it asks of the services, what it prints, with which code it ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner, Result

from chassis.process import cli
from chassis.settings import SERVICES
from tests.stack.conftest import serving

SEALED = {"place": "officers.name", "rows": 1, "how": "sealed"}
REFUSED = {"code": "file-kept", "detail": "案卷依法保存", "basis": "《处罚办法》（2015）第65条"}


@dataclass
class Services:
    """All five at one address: an erasure is followed after so many looks."""

    looks: int = 2
    refuses: bool = False
    ordered: list[dict[str, Any]] = field(default_factory=list)

    async def token(self, _: Request) -> Response:
        return JSONResponse({"access_token": "t"})

    async def standing(self, request: Request) -> Response:
        assert request.headers["Authorization"] == "Bearer t"
        assert request.query_params["person"] == "o-1"
        asked = bool(self.ordered)
        self.looks -= asked
        return JSONResponse({"keys": 1, "asked": asked, "followed": asked and self.looks < 0, "places": [SEALED]})

    async def erasure(self, request: Request) -> Response:
        if self.refuses:
            return JSONResponse(REFUSED, 409, media_type="application/problem+json")
        self.ordered.append(await request.json())
        return JSONResponse({"person": "o-1"}, 201)


async def erase(services: Services, monkeypatch: pytest.MonkeyPatch, *more: str) -> Result:
    routes = [
        Route("/token", services.token, methods=["POST"]), Route("/ops/erasures", services.standing),
        Route("/v1/erasures", services.erasure, methods=["POST"]),
    ]  # fmt: skip
    async with serving(Starlette(routes=routes)) as url:
        given = {
            "REGISTRY_DSN": "postgresql://nowhere", "KAFKA_BOOTSTRAP": "127.0.0.1:1", "OIDC_ISSUER": url, "OIDC_JWKS_URL": url,
            "MACHINE_TOKEN_URL": f"{url}/token", "MACHINE_SECRET": "s", "MASTER_KEY": "1:" + "A" * 43 + "=",
            **{f"{name.upper()}_URL": url for name in SERVICES},
        }  # fmt: skip
        for name, value in given.items():
            monkeypatch.setenv(f"CASETRAIL_{name}", value)
        monkeypatch.setenv("COLUMNS", "120")
        return await asyncio.to_thread(CliRunner().invoke, cli, ["erase", "o-1", "--reason", "本人申请", *more])


async def test_it_waits_until_every_service_has_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    services = Services(looks=12)
    ended = await erase(services, monkeypatch)
    assert ended.exit_code == 0, ended.output
    assert services.ordered == [{"person": "o-1", "reason": "本人申请"}]
    assert services.looks < 0
    for word in ("is erased", "officers.name", "unreadable", "destroyed", *SERVICES):
        assert word in ended.output


async def test_a_dry_run_orders_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    services = Services()
    ended = await erase(services, monkeypatch, "--dry-run")
    assert (ended.exit_code, services.ordered) == (0, [])
    assert "would become unreadable" in ended.output
    assert "officers.name" in ended.output


async def test_a_refusal_is_shown_with_its_article(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = await erase(Services(refuses=True), monkeypatch)
    assert ended.exit_code == 1
    assert "file-kept" in ended.output
    assert "第65条" in ended.output


async def test_whoever_does_not_follow_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = await erase(Services(looks=10_000), monkeypatch, "--wait", "0.1")
    assert ended.exit_code == 1
    assert "Run the same command again" in ended.output


def test_without_an_environment_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("CASETRAIL_REGISTRY_DSN", "CASETRAIL_MASTER_KEY"):
        monkeypatch.delenv(name, raising=False)
    ended = CliRunner().invoke(cli, ["erase", "o-1", "--reason", "x"])
    assert ended.exit_code == 2
    assert "is not set" in ended.output
