"""The event log holds every event of its part once, with every object that it names, as the OCEL 2.0 schema has it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import orjson
import pytest

from chassis.envelope import Recorded
from services.reporting.queries import ocel
from tests.service.plans import nodes
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, Site, runs_of
from tests.service.reporting.test_plans import filled

__all__ = ["filled"]
SCHEMA = orjson.loads((Path(__file__).parent / "ocel20-schema.json").read_bytes())


async def exported(reporting: Reporting, *, districts: tuple[str, ...] = ("*",), **params: Any) -> dict[str, Any]:
    async with reporting.client("auditor", districts=districts) as client:
        answer = await client.get("/v1/exports/ocel", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER).validate(found)
    whole(found)
    return found


def whole(log: dict[str, Any]) -> None:
    """Ids are unique, and whatever is referred to is declared."""
    objects = {one["id"]: one["type"] for one in log["objects"]}
    assert len(objects) == len(log["objects"])
    assert len({event["id"] for event in log["events"]}) == len(log["events"])
    related = [one["objectId"] for each in (*log["events"], *log["objects"]) for one in each["relationships"]]
    assert set(related) <= set(objects), set(related) - set(objects)
    assert {event["type"] for event in log["events"]} == {one["name"] for one in log["eventTypes"]}
    assert set(objects.values()) == {one["name"] for one in log["objectTypes"]}


@pytest.mark.parametrize("chunk", [1, 3, 500])
async def test_every_event_is_in_the_log_once(
    reporting: Reporting, year: Ledgers, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(ocel, "CHUNK", chunk)
    log = await exported(reporting)
    assert Counter(event["id"] for event in log["events"]) == Counter(str(r.envelope.event_id) for r in year.recorded)
    kinds = Counter(one["type"] for one in log["objects"])
    assert (kinds["enterprise"], kinds["task"], kinds["inspection"], kinds["hazard"], kinds["case"]) == (4, 5, 3, 5, 1)


async def test_an_event_is_related_to_what_it_is_of_and_what_it_names(reporting: Reporting) -> None:
    ledgers = Ledgers()
    ledgers.record("registry", "officer-enrolled", {"officer_id": "o-li"}, stream="officer:o-li")
    site = Site(ledgers, "a", "e-a1", "donghu")
    site.tell("tasks", "task-assigned", "task:t-a", task_id="t-a", officers=["o-li", "o-unknown"])
    site.tell("penalty", "case-filed", "case:k-a", case_id="k-a", task_id="t-a", party_id="unit")
    site.tell("penalty", "document-issued", "document:d-1", document_id="d-1", case_id="k-a", party_id="unit")
    site.tell("inspection", "document-issued", "document:d-1", document_id="d-1")
    site.tell("penalty", "decision-served", "case:k-a", case_id="k-a", document_id="d-1")
    strange = ledgers.sequenced("tasks", Recorded(replace(site._last.envelope, event_id=UUID(int=9)), b"\xffno json"))
    await reporting.copy.apply(runs_of([*ledgers.recorded, strange]))
    log = await exported(reporting)
    found = {event["type"]: {(r["objectId"], r["qualifier"]) for r in event["relationships"]} for event in log["events"]}
    assert found["tasks.task-assigned"] == {("task:t-a", "of"), ("enterprise:e-a1", "about"), ("officer:o-li", "officers")}
    assert found["penalty.case-filed"] == {
        ("case:k-a", "of"), ("enterprise:e-a1", "about"), ("task:t-a", "task_id"), ("party:k-a/unit", "party"),
    }  # fmt: skip
    assert ("penalty.document:d-1", "of") in found["penalty.document-issued"]
    assert ("penalty.document:d-1", "document_id") in found["penalty.decision-served"]
    assert ("inspection.document:d-1", "of") in {
        (r["objectId"], r["qualifier"]) for event in log["events"] if event["type"] == "inspection.document-issued"
        for r in event["relationships"]
    }  # fmt: skip


async def test_a_part_by_district_and_period(reporting: Reporting, year: Ledgers) -> None:
    here = [r for r in year.recorded if r.envelope.district == "donghu"]
    assert len((await exported(reporting, district="donghu"))["events"]) == len(here)
    assert len((await exported(reporting, districts=("donghu",)))["events"]) == len(here)
    middle = year.recorded[20].envelope.recorded_at
    early = await exported(reporting, until=middle.isoformat())
    late = await exported(reporting, since=middle.isoformat())
    assert (len(early["events"]), len(late["events"])) == (20, len(year.recorded) - 20)
    async with reporting.client("auditor", districts=["xihu"]) as client:
        assert (await client.get("/v1/exports/ocel", params={"district": "donghu"})).status_code == 403
        assert (await client.get("/v1/exports/ocel", params={"since": "2021-09-01T00:00:00"})).status_code == 422
    async with reporting.client("officer") as client:
        assert (await client.get("/v1/exports/ocel")).status_code == 403


async def test_no_piece_grows_with_the_copy(reporting: Reporting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece is made of one chunk, and one stream at a time is held."""
    ledgers = Ledgers()
    for n in range(40):
        Site(ledgers, f"s{n:02d}", f"e-{n:02d}", "donghu").inspected(officers=1, hazards=[None])
    await reporting.copy.apply(runs_of(ledgers.recorded))
    monkeypatch.setattr(ocel, "CHUNK", 10)
    pieces = [piece async for piece in ocel.log_of(reporting.pool, ocel.Part(len(ledgers.recorded)))]
    assert len(orjson.loads(b"".join(pieces))["events"]) == len(ledgers.recorded)
    assert max(map(len, pieces)) < sum(map(len, pieces)) / 20


async def test_an_index_is_behind_each_chunk(filled: Any) -> None:
    part = ocel.Part(5000).arguments
    asked = {
        ocel.EVENTS: (100, 50), ocel.STREAMS: ("penalty", "case:k-7", 3, 50), ocel.SUBJECTS: ("e-7", 50),
        ocel.THERE: (["penalty"], ["case:k-7"]),
    }  # fmt: skip
    for sql, more in asked.items():
        [plan] = orjson.loads(await filled.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *part, *more))
        assert "Seq Scan" not in {node["Node Type"] for node in nodes(plan["Plan"])}, sql
