"""Blocks of document numbers over HTTP, also when two processes lease at the same moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson

from chassis.sight import Sight
from chassis.snapshots import take
from chassis.testing import settings_for
from chassis.worker import api_app
from services.registry.domain.numbers import NUMBER_SERIES
from services.registry.service import SERVICE
from tests.service.registry.desk import Desk, document

SERIES = "/v1/number-series/donghu-emb/罚/2021"


def body(lease_id: str, count: int = 10, **changes: Any) -> dict[str, Any]:
    return {"lease_id": lease_id, "holder": "penalty", "holder_kind": "service", "count": count, **changes}


NOBODYS = "/v1/number-series/donghu-emb/公告/2021"  # no service numbers these itself
ON_A_PHONE: dict[str, Any] = {"holder": "phone-1", "holder_kind": "device"}


def numbers_of(spans: list[dict[str, int]]) -> list[int]:
    return [number for span in spans for number in range(span["first"], span["last"] + 1)]


async def test_block_is_leased_accounted_for_and_the_rest_leased_again(desk: Desk) -> None:
    assert (await desk.administrator.post("/v1/rulebooks", json=document("rulebook-2021"))).status_code == 201
    leased = await desk.manager.post(f"{NOBODYS}/leases", json=body("phone-1", **ON_A_PHONE))
    assert (leased.status_code, leased.json()["spans"]) == (201, [{"first": 1, "last": 10}])
    assert (leased.json()["abbreviation"], leased.json()["pattern"]) == ("东湖", None), "the book of 2021 has no pattern"
    account = {"used": [{"first": 1, "last": 6}], "voided": [{"first": 7, "last": 7, "reason": "打印作废"}], "close": True}
    settled = await desk.manager.post(f"{NOBODYS}/leases/phone-1/accounts", json=account)
    assert (settled.status_code, settled.json()["out"]) == (201, [])
    again = await desk.manager.post(f"{NOBODYS}/leases", json=body("phone-7", 5, holder="phone-7", holder_kind="device"))
    assert again.json()["spans"] == [{"first": 8, "last": 12}]
    told = await desk.get(NOBODYS)
    assert (told["last"], told["used"], told["free"]) == (12, [{"first": 1, "last": 6}], [])
    assert told["voided"] == [{"first": 7, "last": 7, "reason": "打印作废"}]
    assert [(one["holder"], one["out"]) for one in told["out"]] == [("phone-7", [{"first": 8, "last": 12}])]
    [row] = await desk.settled("/v1/number-series", organ_id="donghu-emb")
    assert [row[name] for name in ("last", "used", "voided", "free", "out")] == [12, 6, 1, 0, 5]


async def test_what_a_service_holds_is_accounted_for_when_its_year_is_over(desk: Desk) -> None:
    """Until then it takes these numbers itself: one that was given back meanwhile could be borne twice."""
    assert (await desk.manager.post(f"{SERIES}/leases", json=body("penalty-1"))).status_code == 201
    for account in ({"close": True}, {"voided": [{"first": 7, "last": 7, "reason": "作废"}]}):
        answer = await desk.manager.post(f"{SERIES}/leases/penalty-1/accounts", json=account)
        assert (answer.status_code, answer.json()["code"]) == (409, "series-still-numbered")
    desk.under_test.clock.at = datetime(2021, 12, 31, 16, 0, tzinfo=UTC)  # 2022 begins in China
    answer = await desk.manager.post(f"{SERIES}/leases/penalty-1/accounts", json={"close": True})
    assert (answer.status_code, answer.json()["out"]) == (201, [])


async def test_same_lease_asked_for_again_and_again(desk: Desk) -> None:
    """A device that never saw the answer asks with the same lease id, under another key."""
    answers = [await desk.manager.post(f"{SERIES}/leases", json=body("phone-7")) for _ in range(3)]
    assert {str(answer.json()["spans"]) for answer in answers} == {"[{'first': 1, 'last': 10}]"}
    assert len(await desk.under_test.events("casetrail.registry.numbers-leased")) == 1


async def test_who_may_lease_for_whom(desk: Desk) -> None:
    async with desk.under_test.client("officer", districts=["xihu"]) as stranger:
        assert (await stranger.post(f"{SERIES}/leases", json=body("a-lease"))).status_code == 403
        assert (await stranger.get(SERIES)).status_code == 404
    assert (await desk.auditor.post(f"{SERIES}/leases", json=body("a-lease"))).status_code == 403
    unknown = await desk.manager.post("/v1/number-series/nobody-emb/罚/2021/leases", json=body("a-lease"))
    assert (unknown.status_code, unknown.json()["code"]) == (409, "organ-unknown")
    early = await desk.manager.post(f"{SERIES}/leases/a-lease/accounts", json={"close": True})
    assert early.status_code == 404


async def test_two_processes_lease_at_once_and_no_number_is_left_out_or_given_twice(desk: Desk) -> None:
    """Forty leases of three through two processes with pools and writers of their own; half of them give numbers back."""
    second = api_app(SERVICE, settings_for("registry", desk.under_test.dsn))
    async with second.router.lifespan_context(second):
        second.state.runner.clock, second.state.verifier = desk.under_test.clock, desk.under_test.tokens
        transport = httpx.ASGITransport(app=second)
        token = desk.manager.headers["Authorization"]
        async with httpx.AsyncClient(
            transport=transport, base_url="http://second.test", headers={"Authorization": token}
        ) as other:
            leases = [_lease((desk.manager, other)[number % 2], number) for number in range(40)]
            out = [number for numbers in await asyncio.gather(*leases) for number in numbers]
    told = await desk.get(NOBODYS)
    everywhere = Counter([*out, *numbers_of(told["used"]), *numbers_of(told["free"])])
    assert everywhere == Counter(range(1, told["last"] + 1))
    assert sorted(out) == sorted(number for one in told["out"] for number in numbers_of(one["out"]))


async def _lease(client: httpx.AsyncClient, number: int) -> list[int]:
    """Lease three numbers; every other holder uses the first and gives the rest back. Answers what stays out."""
    name = f"lease-{number:02}"
    spans = (await _send(client, f"{NOBODYS}/leases", body(name, 3, **ON_A_PHONE), f"ask-{name}"))["spans"]
    if number % 2:
        return numbers_of(spans)
    first = numbers_of(spans)[0]
    account = {"used": [{"first": first, "last": first}], "close": True}
    await _send(client, f"{NOBODYS}/leases/{name}/accounts", account, f"close-{name}")
    return []


async def _send(client: httpx.AsyncClient, path: str, content: dict[str, Any], key: str) -> dict[str, Any]:
    """Send until it is decided: whoever was slower five times over is told to come again, under the same key."""
    while True:
        answer = await client.post(path, json=content, headers={"Idempotency-Key": key})
        if answer.status_code == 201:
            told: dict[str, Any] = answer.json()
            return told
        assert answer.headers.get("Retry-After"), answer.text


async def taken(desk: Desk, number: int) -> None:
    """Penalty tells that a case took a number of its series."""
    told = {"series": "donghu-emb/罚/2021", "number": number, "document_no": "x", "case_id": "c-1"}
    received = desk.under_test.received(
        "penalty", "casetrail.penalty.number-taken.v1", orjson.dumps(told), subject="series:donghu-emb/罚/2021"
    )
    assert await desk.under_test.receive(received) == received.shard_idx


async def test_service_that_numbered_itself_gets_the_first_block_and_settles_as_it_goes(desk: Desk) -> None:
    for number in (1, 2, 3):
        await taken(desk, number)
    early = await desk.manager.post(f"{SERIES}/leases", json=body("phone-7", holder="phone-7", holder_kind="device"))
    assert (early.status_code, early.json()["code"]) == (409, "series-self-numbered")
    leased = await desk.manager.post(f"{SERIES}/leases", json=body("penalty-1", 5))
    assert leased.json()["spans"] == [{"first": 4, "last": 8}]
    await taken(desk, 4)
    again = await desk.manager.post(f"{SERIES}/leases", json=body("penalty-1", 5))
    assert again.json()["spans"] == [{"first": 4, "last": 8}], "the block, also when part of it is used"
    told = await desk.get(SERIES)
    assert (told["last"], told["used"]) == (8, [{"first": 1, "last": 4}])
    assert numbers_of(told["out"][0]["out"]) == [5, 6, 7, 8]
    [row] = await desk.settled("/v1/number-series")
    assert [row[name] for name in ("last", "used", "voided", "free", "out")] == [8, 4, 0, 0, 4]


async def test_a_decision_reads_a_series_from_its_snapshot_and_nothing_else_is_shown_by_it(desk: Desk) -> None:
    """Whoever decides has said no district: the series' snapshot is there all the same, and no other stream's."""
    for n in range(3):
        assert (await desk.manager.post(f"{SERIES}/leases", json=body(f"penalty-{n}", 1))).status_code == 201
    connection, readers = desk.under_test.connection, desk.under_test.app.state.pool
    assert await take(connection, NUMBER_SERIES, "donghu-emb/罚/2021")
    await connection.execute(
        "INSERT INTO snapshots (stream_id, fold, version, district, organ, subject, began_at, correlation_id, state)"
        " SELECT 'enterprise:e-1', fold, version, district, organ, subject, began_at, correlation_id, state FROM snapshots"
    )
    shown = await readers.fetch("SELECT stream_id FROM snapshots")
    assert [row["stream_id"] for row in shown] == ["number-series:donghu-emb/罚/2021"]
    assert len(await Sight(readers, ["donghu"]).fetch("SELECT FROM snapshots")) == 2
