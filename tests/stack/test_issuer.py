"""The development issuer's tokens are what the chassis accepts, and nobody gets one without the secret it takes."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from joserfc import jwt
from starlette.applications import Starlette
from starlette.routing import Mount

from chassis.auth import TokenVerifier, Trust, Unauthenticated
from deploy.answers import Problem
from deploy.embedded.issuer import DEVELOPMENT_GRANT, PRINCIPALS, Issuer
from pilot.run import register_of, scenario_for
from services.registry.domain.enterprise import enterprise_id_of
from tests.stack.conftest import serving

PEOPLE = json.loads(PRINCIPALS.read_text(encoding="utf-8"))["people"]
ANYBODY = {"grant_type": DEVELOPMENT_GRANT, "sub": "officer-1", "name": "张三", "roles": "officer approver",
           "districts": "donghu", "organ": "donghu-emb", "officer_id": "officer-1", "certificate_no": "JX-001"}  # fmt: skip


class Place:
    """An issuer that is served, its secrets, and a verifier as a service has one."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.verifier = TokenVerifier(Trust(issuer=url, audience="casetrail", jwks_url=f"{url}/jwks"))

    def secret(self, name: str) -> str:
        """The content of a secret's file."""
        return (self.folder / f"{name}-secret").read_text()

    async def ask(self, form: dict[str, str], headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """Status and body of a token request."""
        async with aiohttp.ClientSession() as client, client.post(f"{self.url}/token", data=form, headers=headers) as answer:
            return answer.status, await answer.json()

    async def token(self, form: dict[str, str]) -> str:
        """The token of a request that must succeed."""
        status, body = await self.ask(form)
        assert status == 200, body
        return str(body["access_token"])


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """A served issuer."""
    app = Starlette()
    async with serving(app) as url:
        issuer = Issuer(tmp_path, f"{url}/issuer")
        app.router.routes.append(Mount("/issuer", routes=issuer.routes()))
        yield Place(issuer.url, tmp_path)


async def test_discovery_leads_to_token_endpoint_and_keys(place: Place) -> None:
    async with aiohttp.ClientSession() as client:
        async with client.get(f"{place.url}/.well-known/openid-configuration") as answer:
            found = await answer.json()
        async with client.get(found["jwks_uri"]) as answer:
            keys = (await answer.json())["keys"]
    assert found["issuer"] == place.url
    assert found["token_endpoint"] == f"{place.url}/token"
    assert [key["crv"] for key in keys] == ["P-256"]
    assert "d" not in keys[0]


async def test_pilot_gets_a_token_for_anybody_and_the_chassis_accepts_it(place: Place) -> None:
    token = await place.token({**ANYBODY, "secret": place.secret("development")})
    principal = await place.verifier.verify(token)
    assert (principal.id, principal.name, principal.organ) == ("officer-1", "张三", "donghu-emb")
    assert principal.roles == {"officer", "approver"}
    assert principal.districts == {"donghu"}
    assert principal.certificate_no == "JX-001"


async def test_token_is_an_rfc_9068_access_token(place: Place) -> None:
    issuer = Issuer(place.folder, place.url)  # the same key, from the same folder
    token = await place.token({**ANYBODY, "secret": place.secret("development")})
    claims = issuer.claims_of(f"Bearer {token}")
    assert {"iss", "aud", "sub", "exp", "iat", "nbf", "jti", "client_id"} <= claims.keys()
    decoded = jwt.decode(token, issuer._key, algorithms=["ES256"])
    assert decoded.header["typ"] == "at+jwt"


async def test_service_gets_a_machine_token_by_post_or_basic(place: Place) -> None:
    secret = place.secret("machine")
    form = {"grant_type": "client_credentials", "client_id": "service-tasks", "client_secret": secret, "scope": "operator"}
    principal = await place.verifier.verify(await place.token(form))
    assert principal.id == "service-tasks"
    assert "operator" in principal.roles
    basic = {"Authorization": "Basic " + base64.b64encode(f"service-tasks:{secret}".encode()).decode()}
    status, _ = await place.ask({"grant_type": "client_credentials"}, basic)
    assert status == 200


async def test_demo_user_logs_in_by_name_alone(place: Place) -> None:
    principal = await place.verifier.verify(await place.token({"grant_type": "password", "username": "auditor"}))
    assert principal.roles == {"auditor"}


async def test_who_may_enter_is_told_with_roles_and_districts(place: Place) -> None:
    async with aiohttp.ClientSession() as client, client.get(f"{place.url}/people") as answer:
        told = (await answer.json())["people"]
    assert {one["username"]: (one["roles"], one["districts"]) for one in told} == {
        name: (one["roles"], one["districts"]) for name, one in PEOPLE.items()
    }


async def test_demo_enterprise_is_bound_to_its_site(place: Place) -> None:
    principal = await place.verifier.verify(await place.token({"grant_type": "password", "username": "enterprise"}))
    assert principal.roles == {"enterprise"}
    assert principal.enterprise_id == PEOPLE["enterprise"]["enterprise_id"]


def test_demo_people_are_whom_the_pilot_enrols() -> None:
    scenario = scenario_for(2021, "full")
    known = {one.officer_id: one for one in scenario.officers}
    for name in ("officer", "second-officer"):
        told = PEOPLE[name]
        officer = known[told["sub"]]
        assert (told["officer_id"], told["certificate_no"]) == (officer.officer_id, officer.certificate_no)
        assert told["organ"] == officer.organ.organ_id
    assert PEOPLE["expert"]["sub"] in {one.expert_id for one in scenario.experts}


def test_demo_enterprise_is_a_site_of_the_pilot() -> None:
    told = PEOPLE["enterprise"]
    sites = {enterprise_id_of(site.uscc, str(site.site_no)): site.district for site in register_of(scenario_for(2021, "full"))}
    assert sites[told["enterprise_id"]] in told["districts"]


def test_what_one_drafts_another_of_the_same_body_can_approve() -> None:
    for organ in ("nanchang-emb", "donghu-emb"):
        drafts, approves = ({name for name, one in PEOPLE.items() if role in one["roles"] and one["organ"] == organ}
                            for role in ("manager", "approver"))  # fmt: skip
        assert drafts
        assert approves - drafts


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({**ANYBODY, "secret": "guess"}, 401, "invalid_client"),
        ({**ANYBODY}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "service-tasks", "client_secret": "猜"}, 401, "invalid_client"),
        ({"grant_type": "password", "username": "nobody"}, 400, "invalid_grant"),
        ({"grant_type": "authorization_code"}, 400, "invalid_grant"),
        ({}, 400, "unsupported_grant_type"),
    ],
)
async def test_refused_requests_say_why(place: Place, form: dict[str, str], status: int, error: str) -> None:
    found, body = await place.ask(form)
    assert (found, body["error"]) == (status, error)
    assert "access_token" not in body


async def test_unknown_client_and_unknown_scope_get_nothing(place: Place) -> None:
    form = {"grant_type": "client_credentials", "client_secret": place.secret("machine")}
    assert (await place.ask({**form, "client_id": "stranger"}))[1]["error"] == "invalid_client"
    assert (await place.ask({**form, "client_id": "gateway", "scope": "officer"}))[1]["error"] == "invalid_scope"


def test_key_and_secrets_are_private_and_kept(tmp_path: Path) -> None:
    before = Issuer(tmp_path, "http://127.0.0.1:1/issuer")
    after = Issuer(tmp_path, "http://127.0.0.1:1/issuer")
    assert after.claims_of(f"Bearer {before.machine_token('gateway')}")["sub"] == "gateway"
    for name in ("issuer-key.json", "development-secret", "machine-secret"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x.y.z", "Basic Zm9v"])
def test_what_is_no_token_of_ours_is_refused(tmp_path: Path, authorization: str) -> None:
    with pytest.raises(Problem) as refused:
        Issuer(tmp_path, "http://127.0.0.1:1/issuer").claims_of(authorization)
    assert refused.value.status == 401


def test_expired_token_is_refused_on_wall_time(tmp_path: Path) -> None:
    token = Issuer(tmp_path, "http://127.0.0.1:1/issuer", lambda: time.time() - 86_400).machine_token("gateway")
    with pytest.raises(Problem, match="expired"):
        Issuer(tmp_path, "http://127.0.0.1:1/issuer").claims_of(f"Bearer {token}")


async def test_another_issuers_token_is_refused_by_the_chassis(place: Place, tmp_path_factory: pytest.TempPathFactory) -> None:
    stranger = Issuer(tmp_path_factory.mktemp("stranger"), place.url)
    with pytest.raises(Unauthenticated):
        await place.verifier.verify(stranger.machine_token("gateway"))
