"""A case as it was: with its payment, at a version, a place in the ledger, a time of occurrence and of recording."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from chassis.snapshots import follow_once
from services.penalty import domain
from services.penalty.domain.numbers import SERIES
from tests.service.penalty.bureau import CASE, HANDLERS, Bureau


async def decided(bureau: Bureau) -> None:
    """A case that was filed, investigated, noticed, decided and served, and half paid."""
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    bureau.until("2021-09-17")
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    await bureau.serve()
    await bureau.pay(400_000, "bank-1")


async def as_of(bureau: Bureau, moment: str, status: int = 200) -> Any:
    """What a manager is told of the case as of a moment."""
    client = bureau.client("manager")
    answer = await client.get(f"/v1/cases/{CASE}", params={"as_of": moment})
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_every_version_of_a_case_is_the_fold_that_decided(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    seen = {}
    for step in (bureau.file, bureau.investigate):
        await step()
        now = await bureau.get()
        seen[now["version"]] = now
    for version, then in seen.items():
        told = await as_of(bureau, f"v{version}")
        assert {**then, "next_steps": [], "forbidden_steps": []} == told
    assert [(await as_of(bureau, f"v{v}"))["state"] for v in (1, 2, 3)] == ["clue", "filing-requested", "investigating"]


async def test_a_case_as_of_a_time_shows_what_had_happened_and_what_was_known(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    for axis in ("occurred", "recorded"):
        assert (await as_of(bureau, f"{axis}:2021-09-08T12:00:00+08:00"))["state"] == "investigating"
        assert (await as_of(bureau, f"{axis}:2021-09-08T11:59:59+08:00"))["state"] == "clue"
        assert (await as_of(bureau, f"{axis}:2021-09-01T00:00:00+08:00", 404))["code"] == "not-found"
    assert (await as_of(bureau, "v4", 404))["code"] == "as-of-not-reached"
    assert (await as_of(bureau, "today", 400))["code"] == "as-of-malformed"


async def test_an_event_sent_in_late_is_known_late_and_happened_early(bureau: Bureau) -> None:
    """Filing was requested on the 8th without signal, and arrived on the 9th."""
    await bureau.hears_a_referral()
    bureau.until("2021-09-09")
    body = {"cause": "案由", "officers": [{"officer_id": "o-li"}, {"officer_id": "o-wang"}], "opinion": "建议立案"}
    await bureau.post("officer", "filing-requests", body, occurred_at="2021-09-08T10:00:00+08:00")
    noon = "2021-09-08T12:00:00+08:00"
    assert (await as_of(bureau, f"occurred:{noon}"))["state"] == "filing-requested"
    assert (await as_of(bureau, f"recorded:{noon}"))["state"] == "clue"


async def test_the_payment_is_told_as_it_was_beside_the_case(bureau: Bureau) -> None:
    """A version of the case says nothing about the payment's: what counts is the ledger."""
    await decided(bureau)
    await bureau.service.settle()
    served = (await bureau.get())["version"]
    rows = await bureau.service.events("casetrail.penalty.")
    places = {(row["stream_id"], row["version"]): place for place, row in enumerate(rows, start=1)}
    opened = places[domain.PAYMENTS.id(CASE), 1]
    assert (await as_of(bureau, f"v{served - 1}"))["payment"] is None
    assert (await as_of(bureau, f"i{opened}"))["payment"]["received_fen"] == 0
    assert (await as_of(bureau, f"i{len(rows)}"))["payment"]["received_fen"] == 400_000


async def test_numbers_go_on_behind_a_snapshot(bureau: Bureau, monkeypatch: Any) -> None:
    """A series that is read from a snapshot gives the next number, and no other."""
    every_second = replace(SERIES, snapshot_every=2)
    monkeypatch.setattr("services.penalty.commands.opening.SERIES", every_second)
    bureau.until("2021-09-08")
    for n in range(1, 6):
        case_id = f"ref-{n:03d}"
        await bureau.hears_a_referral(case_id, hazards=(f"h-{n}",))
        assert (await bureau.file(case_id))["case_no"] == f"（东湖）应急立〔2021〕{n}号"
        await bureau.service.settle()
        await follow_once(bureau.service.connection, [every_second], simulated=True)
    kept = await bureau.service.connection.fetch("SELECT version, state FROM snapshots ORDER BY version")
    assert [(row["version"], orjson.loads(row["state"])["last"]) for row in kept] == [(2, 2), (4, 4)]


async def test_a_long_case_is_read_from_its_snapshot_and_is_the_same(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    for number in range(domain.CASE.snapshot_every or 0):
        digest = f"{number:064x}"
        evidence = {"kind": "inspection-record", "title": f"记录{number}", "officers": HANDLERS, "sha256": digest}
        await bureau.post("officer", "evidence", evidence)
    folded = await bureau.get()
    await bureau.service.settle()
    await follow_once(bureau.service.connection, bureau.service.service.snapshots, simulated=True)
    [kept] = await bureau.service.connection.fetch("SELECT stream_id, version FROM snapshots WHERE stream_id LIKE 'case:%'")
    assert (kept["stream_id"], kept["version"]) == (domain.CASE.id(CASE), domain.CASE.snapshot_every)
    assert await bureau.get() == folded
