"""What cannot be applied parks with the later events of its subject; others flow; nothing is lost, doubled or reordered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from chassis.domain import Refused
from chassis.envelope import Recorded, shard_of
from chassis.parking import Outcome, is_trouble, parked_count
from chassis.testing import ServiceUnderTest
from tests.chassis.poison import Patient, beside
from tests.chassis.writing import until, waits_for_a_lock

ALPHA = "subject-a"
NEAR = beside(ALPHA)  # in the same shard
FAR = "subject-b"  # in another
SHARD = ("things", shard_of(ALPHA))
NAMES = count()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("chassis.parking.PAUSES", (0.0, 0.0, 0.0, 0.0))
    monkeypatch.setattr("chassis.parking.STANDING", 0.0)
    with capture_logs():
        yield


@pytest.fixture
def patient(sut: ServiceUnderTest) -> Patient:
    return Patient(sut)


def first(heads: Sequence[asyncpg.Record]) -> asyncpg.Record | None:
    return heads[0] if heads else None


async def test_a_poison_event_parks_with_what_follows_of_its_subject_and_others_flow(patient: Patient) -> None:
    patient.poison = {"2"}
    for thing_id, subject in (("1", ALPHA), ("2", ALPHA), ("near", NEAR), ("3", ALPHA), ("far", FAR), ("4", ALPHA)):
        patient.thing(thing_id, subject)
    with capture_logs() as logs:
        await patient.consume_all()
    assert await patient.applied(ALPHA) == ["1"]
    assert (await patient.applied(NEAR), await patient.applied(FAR)) == (["near"], ["far"])
    assert await patient.parked(ALPHA) == [("ArithmeticError", 5, False), (None, 0, False), (None, 0, False)]
    [said] = [line for line in logs if line["event"] == "event_parked"]
    assert (said["subject"], said["tries"], said["log_level"]) == (ALPHA, 5, "error")
    assert patient.tried.count("2") >= 5
    assert "3" not in patient.tried
    assert await parked_count(patient.sut.connection, patient.consumer) == 3


async def test_an_error_that_passes_parks_nothing(patient: Patient) -> None:
    patient.poison = {"1"}
    patient.thing("1", ALPHA)
    for _ in range(4):
        await patient.consume()
    patient.poison.clear()
    await patient.consume_all()
    assert await patient.applied(ALPHA) == ["1"]
    assert await parked_count(patient.sut.connection, patient.consumer) == 0


async def test_tries_are_spread_over_time_and_hold_nobody_else(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.parking.PAUSES", (3600.0,))
    patient.poison = {"1"}
    patient.thing("1", ALPHA)
    for _ in range(5):
        await patient.consume()
    patient.thing("far", FAR)
    await patient.consume()
    assert patient.tried == ["1", "far"]


async def test_what_cannot_be_read_is_parked_at_once_without_the_values_in_it(patient: Patient) -> None:
    wire = "casetrail.things.thing-happened.v1"
    patient.arrives(patient.sut.received("things", wire, b'{"thing_id": {"secret": "name"}}', subject=ALPHA))
    await patient.consume()
    assert await patient.parked(ALPHA) == [("ValidationError", 1, False)]
    said = await patient.sut.connection.fetchval("SELECT error FROM parked")
    assert "thing_id" in said
    assert "secret" not in said


async def test_what_is_the_servers_trouble_and_what_the_events_fault(sut: ServiceUnderTest) -> None:
    with pytest.raises(asyncpg.DataError) as raised:
        await sut.connection.execute("INSERT INTO things VALUES ('x', $1)", 2**40)
    assert not is_trouble(raised.value)
    assert not is_trouble(asyncpg.UniqueViolationError("of a reaction's own"))
    assert is_trouble(asyncpg.InterfaceError("connection is closed"))
    assert is_trouble(asyncpg.DiskFullError("no space"))
    assert is_trouble(asyncpg.DeadlockDetectedError("in the way"))


async def test_a_retry_gives_what_would_have_been_without_the_poison(patient: Patient) -> None:
    patient.poison = {"2"}
    ids = [str(n) for n in range(1, 8)]
    for thing_id in ids[:5]:
        patient.thing(thing_id, ALPHA)
    await patient.consume_all()
    applied, step = await patient.queue(ALPHA).drain()
    assert (applied, step.outcome) == (0, Outcome.FAILED)
    assert await patient.parked(ALPHA) == [("ArithmeticError", 6, False), *[(None, 0, False)] * 3]
    patient.poison.clear()
    applied, step = await patient.queue(ALPHA).drain()
    assert (applied, step.outcome) == (4, Outcome.EMPTY)
    for thing_id in ids[5:]:
        patient.thing(thing_id, ALPHA)
    await patient.consume_all()
    assert await patient.applied(ALPHA) == ids
    untroubled = Patient(patient.sut, "untroubled", topics=patient.topics, positions=dict.fromkeys(patient.topics, 0))
    await untroubled.consume_all()
    assert await untroubled.applied(ALPHA) == ids
    made = [
        row for row in await patient.sut.events() if row["stream_id"].endswith(ALPHA) and "untroubled" not in row["stream_id"]
    ]
    assert [row["causation_id"] for row in made] == [e.envelope.event_id for e in patient.topics[SHARD]]


async def test_a_retry_stops_at_the_next_that_fails(patient: Patient) -> None:
    patient.poison = {"1", "3"}
    for thing_id in ("1", "2", "3", "4"):
        patient.thing(thing_id, ALPHA)
    await patient.consume_all()
    patient.poison = {"3"}
    applied, step = await patient.queue(ALPHA).drain()
    assert (applied, step.outcome) == (2, Outcome.FAILED)
    assert await patient.applied(ALPHA) == ["1", "2"]
    assert await patient.parked(ALPHA) == [("ArithmeticError", 1, False), (None, 0, False)]
    assert await patient.resumes(ALPHA) is False


async def test_a_skip_drops_exactly_the_head(patient: Patient) -> None:
    patient.poison = {"1"}
    for thing_id in ("1", "2", "3"):
        patient.thing(thing_id, ALPHA)
    await patient.consume_all()
    assert (await patient.queue(ALPHA).step(first, skip=True)).outcome is Outcome.SKIPPED
    assert await patient.applied(ALPHA) == []
    assert await patient.resumes(ALPHA) is True
    await patient.queue(ALPHA).drain()
    assert await patient.applied(ALPHA) == ["2", "3"]
    assert await patient.resumes(ALPHA) is None


async def test_what_the_rules_refuse_at_a_retry_is_kept_as_such(patient: Patient) -> None:
    patient.poison = {"1"}
    patient.thing("1", ALPHA)
    await patient.consume_all()

    def refused(thing_id: str) -> Refused:
        return Refused("thing-refused", "不予受理", thing_id)

    patient.error = refused  # type: ignore[assignment]
    applied, step = await patient.queue(ALPHA).drain()
    assert (applied, step.outcome) == (1, Outcome.EMPTY)
    assert await patient.applied(ALPHA) == []
    assert await patient.sut.connection.fetchval("SELECT code FROM refusals") == "thing-refused"


async def test_a_subject_is_parked_for_every_source_and_each_keeps_its_order(patient: Patient) -> None:
    """What waits in one source for what is parked in another finds it, whichever was parked first."""
    patient.poison = {"1"}
    patient.thing("1", ALPHA)
    await patient.consume_all()
    patient.thing("a", ALPHA, source="others", after="2")
    patient.thing("b", ALPHA, source="others")
    await patient.consume_all()
    patient.thing("2", ALPHA)
    patient.thing("3", ALPHA, after="b")
    await patient.consume_all()
    assert len(await patient.parked(ALPHA)) == 5
    patient.poison.clear()
    assert await patient.queue(ALPHA).drain() == (5, await patient.queue(ALPHA).step(first))
    assert await patient.applied(ALPHA) == ["1", "2", "3"]
    assert await patient.applied(ALPHA, "others") == ["a", "b"]


async def test_what_waits_for_something_parked_does_not_hold_its_shard(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.parking.PATIENCE", 0.0)
    patient.poison = {"1"}
    patient.thing("1", ALPHA)
    await patient.consume_all()
    patient.thing("waits", FAR, after="1")
    patient.thing("behind", FAR)
    other = beside(FAR)
    patient.thing("flows", other)
    with capture_logs() as logs:
        await patient.consume_all()
    assert await patient.applied(other) == ["flows"]
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["event_waits_aside"]
    assert await patient.parked(FAR) == [("NotYet", 1, True), (None, 0, False)]
    assert await patient.resumes(FAR) is True
    applied, step = await patient.queue(FAR).drain()
    assert (applied, step.outcome, await patient.resumes(FAR)) == (0, Outcome.WAITS, True)
    patient.poison.clear()
    await patient.queue(ALPHA).drain()
    await patient.queue(FAR).drain()
    assert await patient.applied(FAR) == ["waits", "behind"]


async def test_what_waits_and_cannot_have_been_lost_holds_its_shard(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.parking.PATIENCE", 0.0)
    patient.thing("waits", ALPHA, after="late")
    patient.thing("near", NEAR)
    await patient.consume_all(5)
    assert await parked_count(patient.sut.connection, patient.consumer) == 0
    assert await patient.applied(NEAR) == []
    patient.thing("late", FAR)
    await patient.consume_all()
    assert await patient.applied(ALPHA) == ["waits"]


async def test_events_that_nothing_reacts_to_are_not_parked(patient: Patient) -> None:
    patient.poison = {"1"}
    patient.thing("1", ALPHA)
    await patient.consume_all()
    patient.arrives(patient.sut.received("things", "casetrail.things.other-thing.v1", b"{}", subject=ALPHA))
    patient.thing("2", ALPHA)
    await patient.consume_all()
    assert len(await patient.parked(ALPHA)) == 2


async def test_an_altered_event_stands_still_and_is_never_parked(patient: Patient) -> None:
    """Also where its subject is parked."""
    patient.poison = {"1"}
    patient.thing("1", ALPHA)
    await patient.consume_all()
    genuine = patient.thing("2", ALPHA)
    forged = replace(genuine, recorded=Recorded(genuine.envelope, genuine.recorded.data.replace(b"2", b"9")))
    patient.topics[SHARD][-1] = forged
    with capture_logs() as logs:
        await patient.consume_all(7)
    assert {line["event"] for line in logs} == {"event_altered"}
    assert len(await patient.parked(ALPHA)) == 1
    patient.topics[SHARD][-1] = genuine
    await patient.consume_all()
    assert len(await patient.parked(ALPHA)) == 2


async def test_an_event_altered_in_the_queue_is_not_applied(patient: Patient) -> None:
    patient.poison = {"1"}
    patient.thing("1", ALPHA)
    await patient.consume_all()
    patient.poison.clear()
    await patient.sut.connection.execute('UPDATE parked SET value = \'{"thing_id":"9"}\'')
    _, step = await patient.queue(ALPHA).drain()
    assert (step.outcome, type(step.error).__name__) == (Outcome.FAILED, "Altered")
    assert await patient.applied(ALPHA) == []


async def test_a_consumer_that_parks_too_much_stands_still(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it is not the events that are at fault. What is parked already still queues."""
    monkeypatch.setattr("chassis.parking.MOST_SUBJECTS", 1)
    patient.poison = {"1", "near"}
    patient.thing("1", ALPHA)
    await patient.consume_all()
    patient.thing("2", ALPHA)
    patient.thing("near", NEAR)
    with capture_logs() as logs:
        await patient.consume_all(12)
    assert {line["event"] for line in logs if line["log_level"] == "error"} == {"policy_failed"}
    assert len(await patient.parked(ALPHA)) == 2
    assert [e.envelope.subject for e in patient.waiting(SHARD)] == [NEAR]
    patient.poison.clear()
    await patient.consume_all()
    assert await patient.applied(NEAR) == ["near"]


async def test_a_retry_waits_for_a_run_under_way_and_leaves_no_gap(patient: Patient) -> None:
    """A run saw that the subject is parked and is about to queue an event behind: the retry must not call the queue empty."""
    patient.poison = {"1"}
    patient.thing("1", ALPHA)
    await patient.consume_all()
    patient.poison.clear()
    patient.thing("near", NEAR)
    patient.thing("2", ALPHA)
    reached, go_on = asyncio.Event(), asyncio.Event()
    react = patient.react

    async def slow(work: Any, received: Any) -> None:
        if received.envelope.subject == NEAR:
            reached.set()
            await go_on.wait()
        await react(work, received)

    patient.runs = replace(patient.runs, reactions=dict.fromkeys(patient.runs.reactions, slow))
    live = asyncio.create_task(patient.consume())
    await reached.wait()
    retry = asyncio.create_task(patient.queue(ALPHA).drain())
    await until(lambda: waits_for_a_lock(patient.sut.connection, "tests"))
    go_on.set()
    await live
    await retry
    await patient.queue(ALPHA).drain()
    assert await patient.applied(ALPHA) == ["1", "2"]
    assert await patient.resumes(ALPHA) is None


async def test_two_operators_at_once(patient: Patient) -> None:
    patient.poison = {"1"}
    for thing_id in ("1", "2", "3", "4"):
        patient.thing(thing_id, ALPHA)
    await patient.consume_all()
    patient.poison.clear()
    outcomes = await asyncio.gather(*(patient.queue(ALPHA).drain() for _ in range(3)))
    assert sum(applied for applied, _ in outcomes) == 4
    assert await patient.applied(ALPHA) == ["1", "2", "3", "4"]
