"""Sessions as production runs them: told by the environment, asked by nginx what the cookie of a request is worth."""

from __future__ import annotations

import httpx
import pytest

from chassis.settings import Misconfigured, session_settings_from
from deploy.sessions.process import app_of

ENVIRONMENT = {
    "CASETRAIL_PUBLIC_URL": "https://casetrail.example/", "CASETRAIL_OIDC_ISSUER": "https://login.example/realms/casetrail",
    "CASETRAIL_SESSIONS_DSN": "postgresql://nobody@127.0.0.1:1/none",
}  # fmt: skip


def test_settings_tell_lengths_in_seconds_and_an_address_without_a_path() -> None:
    settings = session_settings_from(ENVIRONMENT)
    assert (settings.url, settings.idle, settings.longest) == ("https://casetrail.example", 7200, 43200)


@pytest.mark.parametrize(
    "wrong",
    [{"CASETRAIL_PUBLIC_URL": "http://casetrail.example"}, {"CASETRAIL_PUBLIC_URL": "https://casetrail.example/console"},
     {"CASETRAIL_PUBLIC_URL": ""}, {"CASETRAIL_OIDC_ISSUER": "http://login.example"}, {"CASETRAIL_SESSIONS_DSN": ""}],
)  # fmt: skip
def test_what_would_be_unsafe_is_refused_at_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match=next(iter(wrong))):
        session_settings_from({**ENVIRONMENT, **wrong})


async def test_without_its_database_it_is_not_ready_and_says_so_to_whoever_has_a_cookie() -> None:
    transport = httpx.ASGITransport(app_of(session_settings_from(ENVIRONMENT)))
    async with httpx.AsyncClient(transport=transport, base_url="https://casetrail.example") as nginx:
        assert (await nginx.get("/livez")).status_code == 200
        assert (await nginx.get("/readyz")).status_code == 503
        cookie = {"Cookie": "__Host-casetrail=x"}
        away = await nginx.get("/session/bearer", headers=cookie)
        assert (away.status_code, away.json()["code"]) == (503, "sign-in-unavailable")
        assert (await nginx.get("/session/bearer")).status_code == 204
        assert (await nginx.get("/session/login")).status_code == 503, "the issuer is not there either"
