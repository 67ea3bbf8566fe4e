"""What a hostile or clumsy caller sends: too large, too early, of a foreign district, under claims of a wrong shape."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from chassis.auth import Unauthenticated, principal_from
from chassis.middleware import LARGEST_BODY
from chassis.runner import LARGEST
from chassis.testing import ServiceUnderTest
from tests.chassis.test_http import is_problem, note

JSON = {"Content-Type": "application/json"}


async def made(officer: httpx.AsyncClient, note_id: str = "n1") -> None:
    assert (await officer.post("/v1/notes", json=note(note_id))).status_code == 201


async def test_nothing_happens_to_a_matter_before_it_began(sut: ServiceUnderTest) -> None:
    began = sut.clock.at
    async with sut.client("officer") as officer:
        await made(officer)
        sut.clock.at += timedelta(hours=1)
        headers = {"If-Match": '"1"', "Occurred-At": (began - timedelta(microseconds=1)).isoformat()}
        is_problem(await officer.post("/v1/notes/n1/closings", headers=headers), 409, "before-its-beginning")
        headers["Occurred-At"] = began.isoformat()
        assert (await officer.post("/v1/notes/n1/closings", headers=headers)).status_code == 200


async def test_clock_that_lags_behind_is_no_claim(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer:
        await made(officer)
        sut.clock.at -= timedelta(milliseconds=20)
        assert (await officer.post("/v1/notes/n1/closings", headers={"If-Match": '"1"'})).status_code == 200


@pytest.mark.parametrize("name", ["", "x" * 129, "\xe9", "a\tb"])
async def test_device_is_a_short_name(sut: ServiceUnderTest, name: str) -> None:
    async with sut.client("officer") as officer:
        answer = await officer.post("/v1/notes", json=note(), headers=[(b"X-Device", name.encode("latin-1"))])
    is_problem(answer, 400, "device-malformed")


async def test_version_without_end(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer:
        answer = await officer.post("/v1/notes/n1/closings", headers={"If-Match": "9" * 5000})
    is_problem(answer, 400, "if-match-malformed")


async def test_version_of_a_foreign_thing_is_not_told(sut: ServiceUnderTest) -> None:
    stale = {"If-Match": '"7"'}
    async with sut.client("officer") as officer, sut.client("officer", districts=["xihu"]) as foreigner:
        await made(officer)
        is_problem(await officer.post("/v1/notes/n1/closings", headers=stale), 412, "version-changed")
        is_problem(await foreigner.post("/v1/notes/n1/closings", headers=stale), 404, "not-found")


async def test_nobody_unknown_makes_a_list_wait(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer:
        officer.headers["Authorization"] = "Bearer of-nothing"
        is_problem(await officer.get("/v1/notes", params={"at_least": str(uuid.uuid4())}), 401, "unauthenticated")


async def test_body_has_a_largest_size_even_if_it_does_not_say_its_own(sut: ServiceUnderTest) -> None:
    pieces = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal pieces
        while pieces < 40:
            pieces += 1
            yield b" " * (1 << 20)

    async with sut.client("officer") as officer:
        is_problem(await officer.post("/v1/notes", content=endless(), headers=JSON), 413, "too-large")
        body = b'{"note_id":"n1","text":"%s"}' % (b"x" * LARGEST_BODY)
        is_problem(await officer.post("/v1/notes", content=body, headers=JSON), 413, "too-large")
    assert pieces <= LARGEST_BODY // (1 << 20) + 1


async def test_event_that_no_message_could_hold(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer:
        is_problem(await officer.post("/v1/notes", json=note(text="x" * LARGEST)), 409, "event-too-large")


async def test_description_is_not_open(sut: ServiceUnderTest) -> None:
    async with sut.client() as anybody:
        is_problem(await anybody.get("/openapi.json"), 404, "no-such-page")


@pytest.mark.parametrize(
    "claim",
    [
        {"roles": "administrator"}, {"roles": 5}, {"roles": [["officer"]]}, {"districts": "*"}, {"districts": {"*": 1}},
        {"name": ["x"]}, {"organ": {}}, {"certificate_no": 7}, {"enterprise_id": ["e"]},
    ],
)  # fmt: skip
def test_claim_of_another_shape_means_nothing(claim: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        principal_from({"sub": "somebody", "roles": ["officer"], "districts": ["donghu"], **claim})
