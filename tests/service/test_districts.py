"""Every question × role × district: whoever asks from another district is told nothing, in whichever role.

Instead of a database there stands one in which everything exists, in one district. What reads rows must read them through the
fence of the caller's districts; what reads one thing must find that it is another district's.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from chassis import aggregates
from chassis.aggregates import Loaded, nothing
from chassis.auth import Principal
from chassis.domain import Stream
from chassis.http import create_app
from chassis.sight import Sight
from chassis.testing import KnownTokens, settings_for
from contracts.permissions import Operation
from tests.service.test_permissions import ENDPOINTS, READING, SERVICES, Untouched, address_of, named

HERE, ELSEWHERE = "donghu", "xihu"
FENCED = [one for one in ENDPOINTS if one.method in READING and one.reach in ("rows", "thing")]
FILLED = {"{word}": "应急", "{year}": "2021", "{monday}": "2021-09-06"}


class Fenced(Exception):
    """Rows are read, as somebody of these districts sees them."""

    def __init__(self, districts: list[str] | None) -> None:
        super().__init__(str(districts))
        self.districts = districts


class Trespass(Untouched):
    """Stands where the database as it is would be: for whoever is let through there before their district was looked at."""

    pool, vault = Untouched(), None  # a runner has these beside


@pytest.fixture(scope="module")
def everything_exists_elsewhere() -> Iterator[None]:
    """Whatever is read is there, in the other district; whoever looks at rows shows by which districts."""

    async def read(_: Any, stream: Stream[Any], key: str, *__: Any, **___: Any) -> Loaded[Any]:
        return replace(nothing(stream, key), version=1, district=ELSEWHERE, subject=key)

    def look(sight: Sight, _: Any, districts: list[str] | None) -> None:
        if districts is not None:
            raise Fenced(districts)
        setattr(sight, "_pool", Trespass())  # noqa: B010 - what decisions rest on, of every district: a thing must be looked at first

    patched = pytest.MonkeyPatch()
    for module in list(sys.modules.values()):
        if getattr(module, "read", None) is aggregates.read and module is not aggregates:
            patched.setattr(module, "read", read)
    patched.setattr(Sight, "__init__", look)
    yield
    patched.undo()


async def asked(endpoint: Operation, role: str, district: str) -> httpx.Response | Fenced:
    """What somebody is answered; or through which fence they look."""
    service = SERVICES[endpoint.service]
    app = create_app(endpoint.service, service.routers)
    app.state.service, app.state.pool, app.state.runner, app.state.verifier = service, Trespass(), Trespass(), KnownTokens()
    app.state.settings = settings_for(endpoint.service, "")
    who = Principal(
        id="p", name="甲", roles=frozenset({role}), districts=frozenset({district}), organ="o", enterprise_id="some-1"
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {app.state.verifier.issue(who)}"}
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test", headers=headers) as client:
        try:
            address = endpoint.path
            for place, value in FILLED.items():
                address = address.replace(place, value)
            return await client.get(address_of(replace(endpoint, path=address)))
        except Fenced as fenced:
            return fenced


@pytest.mark.usefixtures("everything_exists_elsewhere")
@pytest.mark.parametrize("endpoint", FENCED, ids=named)
async def test_another_districts_things_are_not_there(endpoint: Operation) -> None:
    for role in sorted(endpoint.roles):
        told = await asked(endpoint, role, HERE)
        if isinstance(told, Fenced):
            assert told.districts == [HERE], role
        else:
            assert told.status_code in (403, 404), (role, told.text)
