"""Publication over HTTP: due, published in three forms, changed, withdrawn and published anew, over at its end."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from typing import Any

from tests.service.penalty.bureau import CASE, Bureau

ATOM = "{http://www.w3.org/2005/Atom}"


async def items(bureau: Bureau, role: str = "public-reader") -> list[Any]:
    await bureau.service.settle()
    found: list[Any] = (await bureau.get("/v1/publications", role))["items"]
    return found


async def wires(bureau: Bureau) -> list[str]:
    await bureau.service.settle()
    return [event["type"].split(".")[2] for event in await bureau.service.events("casetrail.penalty.")]


async def test_what_is_not_published_in_time_is_flagged_and_still_published(bureau: Bureau) -> None:
    await bureau.served_case()
    due = (await bureau.get(f"/v1/cases/{CASE}/publication"))["publish_by"]
    await bureau.service.settle()
    [clock] = [one for one in (await bureau.get("/v1/deadlines"))["items"] if one["kind"] == "publication-due"]
    bureau.until("2021-12-01")
    assert (await wires(bureau)).count("publication-overdue") == 1
    await bureau.publish()
    [event] = await bureau.service.events("casetrail.penalty.decision-published")
    assert b'"late":true' in bytes(event["data"])
    assert due
    assert clock["due_on"] == due


async def test_changed_decision_is_withdrawn_explained_and_published_anew_with_both_fines(bureau: Bureau) -> None:
    await bureau.served_case()
    await bureau.publish()
    [shown] = await items(bureau)
    assert (shown["state"], shown["current_fen"], shown["initial_fen"]) == ("published", 900_000, 900_000)
    bureau.until("2021-09-22")
    change = {"cause": "self-correction", "amounts": [{"item_code": "STL-K1", "amount_fen": 500_000}], "reason": "从轻"}
    await bureau.post("approver", "decision-changes", change)
    [shown] = await items(bureau)
    assert (shown["state"], shown["current_fen"], shown["facts"]) == ("being-withdrawn", None, [])
    assert (await bureau.publish(status=409))["code"] == "publication-not-withdrawn"
    await bureau.post("officer", "publication-withdrawals", {"explanation": "处罚决定已依法变更。"})
    await bureau.publish()
    anew, old = await items(bureau)
    assert (anew["state"], anew["initial_fen"], anew["current_fen"]) == ("published", 900_000, 500_000)
    assert (old["state"], old["explanation"], old["facts"]) == ("withdrawn", "处罚决定已依法变更。", [])
    client = bureau.client("public-reader")
    feed = ET.fromstring((await client.get("/v1/publications.atom")).content)  # noqa: S314 - our own answer
    entries = feed.findall(f"{ATOM}entry")
    updated = [one.findtext(f"{ATOM}updated") or "" for one in entries]
    assert len({one.findtext(f"{ATOM}id") for one in entries}) == 2
    assert updated == sorted(updated, reverse=True)
    table = (await client.get("/v1/publications.csv")).content
    assert table.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert [row["罚款金额（万元）"] for row in rows] == ["0.5", ""]
    assert (await client.get(f"/v1/cases/{CASE}")).status_code == 403


async def test_publicity_ends_after_its_longest_time(bureau: Bureau) -> None:
    await bureau.served_case()
    await bureau.publish()
    until = (await bureau.get(f"/v1/cases/{CASE}/publication"))["public_until"]
    bureau.until(until, 23)
    assert len(await items(bureau)) == 1
    bureau.until("2024-12-31")
    assert await items(bureau) == []
    assert (await wires(bureau)).count("publicity-ended") == 1
