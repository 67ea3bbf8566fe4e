"""Histories as of a moment and between two, of an officer and of a document; what was told late; how an entry is proven."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.aggregates import NotReached
from chassis.broker import Received
from chassis.domain import Actor, Unknown
from chassis.envelope import Recorded
from chassis.merkle import includes
from services.reporting.queries.differences import difference, fields_of
from services.reporting.queries.moments import Moment, cut
from services.reporting.queries.standing import timed
from services.reporting.queries.trees import cosigned
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, enterprise, runs_of
from tests.service.reporting.logs import head_of, witness_of, witnessed

BEGIN = datetime(2021, 9, 6, tzinfo=UTC)


async def asked(reporting: Reporting, path: str, role: str = "auditor", *, of: Any = None, **params: Any) -> httpx.Response:
    async with reporting.client(role, **(of or {})) as client:
        return await client.get(f"/v1/histories/{path}", params=params)


async def items(reporting: Reporting, path: str, **params: Any) -> list[dict[str, Any]]:
    answer = await asked(reporting, path, **params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def row(seq: int, *, stream: str = "a", version: int = 1, occurred: int = 0, recorded: int = 0) -> dict[str, Any]:
    """What a moment looks at of an event: minutes after the beginning."""
    at = {"occurred_at": BEGIN + timedelta(minutes=occurred), "recorded_at": BEGIN + timedelta(minutes=recorded)}
    named = {"source": "tasks", "type": "casetrail.tasks.noted.v1", "stream_id": stream, "version": version}
    return {"seq": seq, "event_id": UUID(int=seq), **named, **at}


def later(received: Received, **changes: Any) -> Recorded:
    return Recorded(replace(received.envelope, **changes), received.recorded.data)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12), st.integers(0, 9), st.integers(0, 9))
def test_as_of_a_later_moment_nothing_is_missing(times: list[tuple[int, int]], one: int, other: int) -> None:
    """On each axis: earlier moments leave a part of what later ones leave, in the same order."""
    history = [row(n, occurred=happened, recorded=told) for n, (happened, told) in enumerate(times, start=1)]
    early, late = sorted((one, other))
    for axis in ("occurred", "recorded"):
        before, after = (cut(history, Moment(axis, time=BEGIN + timedelta(minutes=m)), 99) for m in (early, late))
        assert [each for each in after if each in before] == before
        assert before == [each for each in history if each[f"{axis}_at"] <= BEGIN + timedelta(minutes=early)]
    for n, each in enumerate(history, start=1):
        assert cut(history, Moment("event", each["event_id"]), 99) == history[:n]
        assert cut(history, Moment("position", seq=n), 99) == history[:n]


def test_what_is_no_moment_of_a_history() -> None:
    for text in ("v7", "i0", "event:7", "occurred:2021-06-01", "yesterday", ""):
        with pytest.raises(ValueError, match="moment"):
            Moment.parse(text)
    with pytest.raises(NotReached):
        cut([row(1)], Moment.parse("i5"), 4)
    with pytest.raises(Unknown):
        cut([row(1)], Moment.parse(f"event:{UUID(int=2)}"), 4)


def test_late_is_what_was_recorded_long_after_it_happened_and_backdated_what_its_stream_had_passed() -> None:
    rows = [
        row(1, version=1, occurred=10, recorded=10), row(2, version=2, occurred=5, recorded=20),
        row(3, version=3, occurred=9, recorded=30), row(4, stream="b", occurred=1, recorded=16),
    ]  # fmt: skip
    told = timed(rows, timedelta(minutes=15))
    assert [told[n].late_by for n in (1, 2, 3, 4)] == [None, None, 21 * 60, None]
    assert [told[n].backdated for n in (1, 2, 3, 4)] == [False, True, True, False]


def test_a_change_is_told_with_what_was_before() -> None:
    rows = [row(1), row(2, version=2), row(3, stream="b"), row(4, version=3)]
    told = {1: {"name": "甲厂", "beds": 3}, 2: {"fields": [{"name": "name", "value": "乙厂"}]}, 3: {"name": "丙"},
            4: {"fine_fen": 150, "beds": 3}}  # fmt: skip
    found = difference(rows[:1], rows, told)
    assert [[change.told()["words"] for change in changes] for _, changes in found.added] == [
        ["企业名称：甲厂 → 乙厂"], ["name：— → 丙"], ["fine_fen：— → 1.50 元"],
    ]  # fmt: skip
    net = {(stream, change.field): (change.known, change.before, change.after) for stream, change in found.fields}
    assert net == {
        (("tasks", "a"), "name"): (True, "甲厂", "乙厂"), (("tasks", "a"), "fine_fen"): (False, None, 150),
        (("tasks", "b"), "name"): (False, None, "丙"),
    }  # fmt: skip
    back = difference(rows, rows[:1], told)
    assert ([each["seq"] for each in back.removed], list(back.added)) == ([2, 3, 4], [])
    assert ("beds", 3) not in {(change.field, change.after) for _, change in back.fields}


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 3), min_size=1), max_size=8), st.integers(0, 8))
def test_the_net_change_is_what_the_last_events_tell(says: list[dict[str, int]], split: int) -> None:
    rows = [row(n, version=n) for n in range(1, len(says) + 1)]
    told = dict(enumerate(says, start=1))
    found = difference(rows[:split], rows, told)
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    for n, said in told.items():
        before |= said if n <= split else {}
        after |= said
    assert {change.field: change.after for _, change in found.fields} == {
        name: value for name, value in after.items() if before.get(name) != value
    }


def test_bytes_that_are_no_object_tell_no_field() -> None:
    assert [one for data in (None, [1], {"fields": 3}) for one in fields_of("casetrail.tasks.noted.v1", data)] == [
        ("fields", "fields", 3)
    ]


async def test_a_case_as_of_every_kind_of_moment(reporting: Reporting, year: Ledgers) -> None:
    whole = await items(reporting, "cases/k-a")
    found = next(n for n, item in enumerate(whole) if item["type"].endswith("inspection-concluded.v1"))
    moments = {
        f"event:{whole[found]['event_id']}": whole[: found + 1],
        f"i{whole[found]['seq']}": [item for item in whole if item["seq"] <= whole[found]["seq"]],
        f"occurred:{whole[found]['occurred_at']}": whole[: found + 1],
        f"recorded:{whole[found]['recorded_at']}": whole[: found + 1],
    }
    for as_of, expected in moments.items():
        assert await items(reporting, "cases/k-a", as_of=as_of) == expected, as_of
    answer = await asked(reporting, "cases/k-a", as_of="recorded:2020-01-01T00:00:00Z")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    for as_of, code in (("v3", "as-of-malformed"), ("i999999", "as-of-not-reached")):
        assert (await asked(reporting, "cases/k-a", as_of=as_of)).json()["code"] == code


async def test_the_difference_between_two_moments_of_a_case(reporting: Reporting, year: Ledgers) -> None:
    whole = await items(reporting, "cases/k-a")
    since = f"event:{whole[-2]['event_id']}"
    told = (await asked(reporting, "cases/k-a/difference", since=since)).json()
    [decided] = told["added"]
    assert decided["type"] == "casetrail.penalty.penalty-decided.v1"
    assert "总金额：— → 12,000 元" in [change["words"] for change in decided["changes"]]
    names = {change["field"]: change["name"] for change in (*decided["changes"], *told["fields"])}
    assert (names["total_fen"], names["decided_on"]) == ("总金额", "决定日期")
    said = (await asked(reporting, "cases/k-a")).json()["names"]
    assert said["casetrail.penalty.penalty-decided.v1"]["total_fen"] == "总金额"
    assert said.keys() == {entry["type"] for entry in whole}
    assert "case_id" not in {change["field"] for change in decided["changes"]}
    assert {(change["stream_id"], change["field"], change["after"]) for change in told["fields"]} >= {
        ("case:k-a", "total_fen", 1_200_000), ("case:k-a", "decided_on", "2021-10-08"),
    }  # fmt: skip
    assert told["removed"] == []
    assert (await asked(reporting, "cases/k-a/difference")).status_code == 422


async def test_an_officer_is_what_they_did_and_what_names_them(reporting: Reporting) -> None:
    ledgers = Ledgers()
    enrolled = ledgers.record("registry", "officer-enrolled", {"officer_id": "o-li"}, stream="officer:o-li")
    assigned = ledgers.record("tasks", "task-assigned", {"task_id": "t-1", "officers": ["o-wang", "o-li"]}, stream="task:t-1")
    acted = ledgers.record("tasks", "task-started", {"task_id": "t-1"}, stream="task:t-1")
    mine = ledgers.sequenced("inspection", later(acted, actor=Actor(id="o-li", name="李", role="officer"), event_id=UUID(int=7)))
    await reporting.copy.apply(runs_of([*ledgers.recorded, mine]))
    expected = [str(received.envelope.event_id) for received in (enrolled, assigned, mine)]
    assert [item["event_id"] for item in await items(reporting, "officers/o-li")] == expected
    own = await asked(reporting, "officers/o-li", "officer", of={"id": "o-li"})
    assert [item["event_id"] for item in own.json()["items"]] == expected
    assert (await asked(reporting, "officers/o-li", "officer")).status_code == 404
    assert (await asked(reporting, "officers/o-li", "finance")).status_code == 403


async def test_a_long_working_life_is_read_page_by_page_as_of_one_moment(reporting: Reporting) -> None:
    ledgers = Ledgers()
    for n in range(7):
        enterprise(ledgers, f"e-{n}", "donghu")
    await reporting.copy.apply(runs_of(ledgers.recorded))
    expected = [str(received.envelope.event_id) for received in ledgers.recorded]
    found: list[str] = []
    cursor: str | None = None
    while True:
        more = {} if cursor is None else {"cursor": cursor}
        answer = (await asked(reporting, "officers/officer-1", limit=3, **more)).json()
        found += [item["event_id"] for item in answer["items"]]
        if (cursor := answer["next"]) is None:
            break
        enterprise(ledgers, f"e-later-{len(found)}", "donghu")
        await reporting.copy.apply(runs_of(ledgers.recorded[-1:]))
    assert found == expected
    assert (await asked(reporting, "officers/officer-1", cursor="WzEsIDk5OTld")).json()["code"] == "bad-cursor"


async def test_a_document_is_its_stream_and_whatever_names_it(reporting: Reporting) -> None:
    ledgers = Ledgers()
    issued = ledgers.record("inspection", "document-issued", {"document_id": "d-1"}, stream="document:d-1", subject="e-1")
    named = ledgers.record("penalty", "clue-registered", {"acts": [{"papers": {"document_id": "d-1"}}]}, stream="case:k-1")
    ledgers.record("inspection", "document-issued", {"document_id": "d-10"}, stream="document:d-10", subject="e-1")
    broken = ledgers.record("inspection", "document-signed", {}, stream="document:d-1", subject="e-1")
    strange = ledgers.sequenced("tasks", Recorded(replace(broken.envelope, event_id=UUID(int=9)), b"\xffno json"))
    deep = ledgers.sequenced("registry", Recorded(replace(broken.envelope, event_id=UUID(int=8)), b"[" * 90_000 + b"]" * 90_000))
    await reporting.copy.apply(runs_of([*ledgers.recorded, strange, deep]))
    found = {item["event_id"] for item in await items(reporting, "documents/d-1")}
    assert found == {str(received.envelope.event_id) for received in (issued, named, broken, strange, deep)}


async def test_an_entry_says_under_which_checkpoint_it_is_and_proves_it(reporting: Reporting, year: Ledgers) -> None:
    assert {item["checkpoint"]["state"] for item in await items(reporting, "cases/k-a")} == {"held"}
    await witnessed(reporting, year)
    for item in await items(reporting, "cases/k-a", proofs=True):
        head = await cosigned(reporting.pool, item["service"])
        assert head is not None
        state, size = item["checkpoint"]["state"], item["checkpoint"]["size"]
        assert (state, size, item["inclusion"]["size"]) == ("cosigned", head.size, head.size)
        leaf = next(received.leaf for received in year.recorded if str(received.envelope.event_id) == item["event_id"])
        proof = [base64.b64decode(each) for each in item["inclusion"]["proof"]]
        assert includes(item["idx"] - 1, head.size, leaf, proof, head.root)


async def test_an_entry_that_a_signed_head_contradicts_says_so(reporting: Reporting, year: Ledgers) -> None:
    witness = witness_of(reporting)
    witness.take("penalty", head_of(year, "penalty", 1))
    await witness.judge_waiting()
    witness.take("penalty", head_of(year, "penalty", 2, root=bytes(32)))
    await witness.judge_waiting()
    clue, decided = (item for item in await items(reporting, "cases/k-a") if item["service"] == "penalty")
    assert (clue["checkpoint"]["state"], decided["checkpoint"]["state"]) == ("cosigned", "contradicted")


async def test_a_history_names_its_rulebooks_and_marks_what_came_late(reporting: Reporting, year: Ledgers) -> None:
    answer = (await asked(reporting, "cases/k-a", late_after=0)).json()
    assert {item["late_by"] for item in answer["items"]} == {300}
    under = [item for item in answer["items"] if item["rulebook"]]
    first, last = under[0]["event_id"], under[-1]["event_id"]
    expected = {"rulebook": "jiangxi-work-safety/2021.1", "events": len(under), "first": first, "last": last}
    assert answer["rulebooks"] == [expected]
    assert {item["late_by"] for item in await items(reporting, "cases/k-a")} == {None}
