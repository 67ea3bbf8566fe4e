"""Operators look at what is parked, retry and skip it, by HTTP and by command; each act is recorded once, with its effects."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from chassis import actions
from chassis.domain import Actor
from chassis.operations.unparking import Unparking, run_resuming
from chassis.policy import NotYet
from chassis.process import cli
from chassis.runner import Work
from chassis.testing import ServiceUnderTest
from chassis.worker import running
from tests.chassis.notes import SERVICE, ThingHappened, on_thing
from tests.chassis.writing import until

WIRE = ThingHappened.__wire__
ACTIONS = "SELECT action, outcome, event_id::text, reason, actor::json->>'name' AS who FROM operator_actions ORDER BY id"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """And quiet: what is logged of an exception in a test shows every local value of every frame."""
    monkeypatch.setattr("chassis.parking.PAUSES", ())
    monkeypatch.setattr("chassis.parking.PATIENCE", 0.0)
    with capture_logs():
        yield


@pytest.fixture
def broken(sut: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Things on which the service's reaction fails, for as long as they are in here."""
    things = {"bad"}

    async def reaction(work: Work, received: Any) -> None:
        if received.read(ThingHappened).thing_id in things:
            raise ArithmeticError("a cause that can be mended")
        await on_thing(work, received)

    sut.service = sut.app.state.service = replace(SERVICE, reactions={WIRE: reaction})
    monkeypatch.setattr("chassis.process.parked.load_service", lambda _: sut.service)
    monkeypatch.setattr("chassis.process.endings.environment", lambda: _environment(sut.dsn))
    return things


def _environment(dsn: str) -> dict[str, str]:
    return {
        "CASETRAIL_TASKS_DSN": dsn, "CASETRAIL_KAFKA_BOOTSTRAP": "127.0.0.1:1", "CASETRAIL_OIDC_ISSUER": "http://127.0.0.1:1",
        "CASETRAIL_OIDC_JWKS_URL": "http://127.0.0.1:1", "CASETRAIL_MASTER_KEY": "1:" + "A" * 43 + "=",
    }  # fmt: skip


async def happens(sut: ServiceUnderTest, thing_id: str, subject: str = "e-1", after: str | None = None) -> str:
    """A thing elsewhere, received; answers the event's id."""
    received = sut.received("things", WIRE, ThingHappened(thing_id=thing_id, after=after), subject=subject)
    await sut.receive(received)
    return str(received.envelope.event_id)


@pytest_asyncio.fixture
async def events(sut: ServiceUnderTest, broken: set[str]) -> list[str]:
    """Three events of a subject, the first of which cannot be applied."""
    return [await happens(sut, thing_id) for thing_id in ("bad", "x", "y")]


@pytest_asyncio.fixture
async def operator(sut: ServiceUnderTest) -> Any:
    async with sut.client("operator", name="值班") as client:
        yield client


async def the_one(operator: httpx.AsyncClient) -> dict[str, Any]:
    [row] = (await operator.get("/ops/parked")).json()["items"]
    return dict(row)


async def applied(sut: ServiceUnderTest) -> list[str]:
    return [row["stream_id"] for row in await sut.events("casetrail.notes.note-made")]


async def test_what_is_parked_is_listed_and_shown(sut: ServiceUnderTest, operator: httpx.AsyncClient, events: list[str]) -> None:
    row = await the_one(operator)
    assert (row["consumer"], row["subject"], row["events"], row["event_id"]) == ("notes-policies", "e-1", 3, events[0])
    assert (row["error_class"], row["error"], row["source"]) == ("ArithmeticError", "a cause that can be mended", "things")
    shown = (await operator.get(f"/ops/parked/{row['id']}")).json()
    assert [event["event_id"] for event in shown["first"]] == events
    status = (await operator.get("/ops/status")).json()
    assert status["parked"] == {"notes-policies": {"subjects": 1, "events": 3, "waiting": 0}}
    assert (await operator.get("/ops/parked/999")).status_code == 404
    assert (await operator.get("/ops/parked", params={"consumer": "another"})).json() == {"items": [], "next": None}


async def test_the_list_has_pages(sut: ServiceUnderTest, operator: httpx.AsyncClient, broken: set[str]) -> None:
    for n in range(3):
        await happens(sut, "bad", f"e-{n}")
    found, cursor = [], None
    while True:
        answer = (await operator.get("/ops/parked", params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        found += [row["subject"] for row in answer["items"]]
        if (cursor := answer["next"]) is None:
            break
    assert found == ["e-0", "e-1", "e-2"]
    assert (await operator.get("/ops/parked", params={"cursor": "WyJ4Il0="})).json()["code"] == "bad-cursor"


async def test_a_retry_by_http(sut: ServiceUnderTest, operator: httpx.AsyncClient, events: list[str], broken: set[str]) -> None:
    """Once it fails again, once it succeeds, and a repeat under another key changes nothing; each act is recorded."""
    path = f"/ops/parked/{(await the_one(operator))['id']}/retries"
    failed = (await operator.post(path, json={"event_id": events[0]})).json()
    assert (failed["outcome"], failed["applied"], failed["stopped"]["error_class"]) == ("failed", 0, "ArithmeticError")
    broken.clear()
    key = {"Idempotency-Key": uuid4().hex}
    done = await operator.post(path, json={"event_id": events[0]}, headers=key)
    assert (done.status_code, done.json()["outcome"], done.json()["applied"], done.json()["stopped"]) == (200, "applied", 3, None)
    assert (await operator.post(path, json={"event_id": events[0]}, headers=key)).content == done.content
    repeated = (await operator.post(path, json={"event_id": events[0]})).json()
    assert (repeated["outcome"], repeated["already"], repeated["applied"]) == ("applied", True, 0)
    assert await applied(sut) == ["note:bad", "note:x", "note:y"]
    acts = [tuple(row) for row in await sut.connection.fetch(ACTIONS)]
    assert acts == [("parked-retry", outcome, events[0], None, "值班") for outcome in ("failed", "applied")]
    await happens(sut, "z")
    assert (await applied(sut))[-1] == "note:z"


async def test_a_skip_by_http(sut: ServiceUnderTest, operator: httpx.AsyncClient, events: list[str]) -> None:
    path = f"/ops/parked/{(await the_one(operator))['id']}/skips"
    for reason in ("", "   ", "x"):
        refused = await operator.post(path, json={"event_id": events[0], "reason": reason})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    done = (await operator.post(path, json={"event_id": events[0], "reason": "重复上报，已人工核对"})).json()
    assert (done["outcome"], done["applied"]) == ("skipped", 2)
    again = (await operator.post(path, json={"event_id": events[0], "reason": "重复上报，已人工核对"})).json()
    assert (again["outcome"], again["already"]) == ("skipped", True)
    assert await applied(sut) == ["note:x", "note:y"]
    recorded = (await operator.get("/ops/actions")).json()["items"]
    [act] = [act for act in recorded if act["action"] == "parked-skip"]
    assert (act["reason"], act["event_id"], act["actor"]["name"]) == ("重复上报，已人工核对", events[0], "值班")
    assert act["detail"]["error"] == "ArithmeticError: a cause that can be mended"


async def test_an_act_on_another_head_is_refused(sut: ServiceUnderTest, operator: httpx.AsyncClient, events: list[str]) -> None:
    path = f"/ops/parked/{(await the_one(operator))['id']}"
    for verb, more in (("retries", {}), ("skips", {"reason": "ein Grund"})):
        answer = await operator.post(f"{path}/{verb}", json={"event_id": events[1], **more})
        assert (answer.status_code, answer.json()["code"]) == (409, "parked-head-moved")
        assert answer.json()["heads"] == [events[0]]
    assert (await the_one(operator))["events"] == 3
    assert (await operator.post("/ops/parked/999/retries", json={"event_id": events[0]})).json()["code"] == "not-found"


async def test_two_operators_who_skip_the_same_event_skip_one(
    sut: ServiceUnderTest, operator: httpx.AsyncClient, events: list[str]
) -> None:
    path = f"/ops/parked/{(await the_one(operator))['id']}/skips"
    answers = await asyncio.gather(
        *(operator.post(path, json={"event_id": events[0], "reason": f"reason {n}"}) for n in range(4))
    )
    assert [answer.status_code for answer in answers] == [200] * 4
    assert sorted(answer.json()["already"] for answer in answers) == [False, True, True, True]
    assert await applied(sut) == ["note:x", "note:y"]
    assert len(await sut.connection.fetch(ACTIONS)) == 1


@pytest.mark.parametrize("role", ["officer", "manager", "administrator", "auditor"])
async def test_only_operators_may(sut: ServiceUnderTest, events: list[str], role: str) -> None:
    async with sut.client(role) as client:
        for path in ("/ops/parked", "/ops/parked/1", "/ops/actions"):
            assert (await client.get(path)).status_code == 403
        for path, more in (("retries", {}), ("skips", {"reason": "because"})):
            answer = await client.post(f"/ops/parked/1/{path}", json={"event_id": events[0], **more})
            assert answer.status_code == 403


async def test_a_consumer_that_this_code_does_not_have(
    sut: ServiceUnderTest, operator: httpx.AsyncClient, events: list[str]
) -> None:
    row = await the_one(operator)
    sut.app.state.service = replace(sut.service, reactions={})
    answer = await operator.post(f"/ops/parked/{row['id']}/retries", json={"event_id": events[0]})
    assert (answer.status_code, answer.json()["code"]) == (409, "parked-consumer-unknown")


async def test_what_waits_goes_on_by_itself_when_its_reference_was_retried(
    sut: ServiceUnderTest, operator: httpx.AsyncClient, events: list[str], broken: set[str]
) -> None:
    """The worker's loop looks again; nobody has to."""
    await happens(sut, "waits", "e-2", after="x")
    rows = (await operator.get("/ops/parked")).json()["items"]
    assert [(row["subject"], row["error_class"], row["resumes"]) for row in rows] == [
        ("e-1", "ArithmeticError", False), ("e-2", NotYet.__name__, True),
    ]  # fmt: skip
    broken.clear()
    await operator.post(f"/ops/parked/{rows[0]['id']}/retries", json={"event_id": events[0]})
    unparking = Unparking(sut.service, sut.worker_pool, sut.clock, lambda: None)
    async with running(run_resuming(unparking, 0.01)):
        await until(lambda: sut.connection.fetchval("SELECT count(*) = 0 FROM parked_subjects"))
    assert (await applied(sut))[-1] == "note:waits"


async def test_an_act_and_its_record_are_one(sut: ServiceUnderTest, events: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it cannot be recorded, nothing is skipped."""

    async def fails(*_: Any) -> None:
        raise asyncpg.DiskFullError("no space for the record")

    monkeypatch.setattr(actions, "record", fails)
    unparking = Unparking(sut.service, sut.worker_pool, sut.clock, lambda: None)
    row = await sut.connection.fetchrow("SELECT q.id, event_id FROM parked_subjects q JOIN parked USING (consumer, subject)")
    assert row is not None
    with pytest.raises(asyncpg.DiskFullError):
        await unparking.skip(row["id"], row["event_id"], "a reason", Actor(id="o", name="o", role="operator"))
    assert await sut.connection.fetchval("SELECT count(*) FROM parked") == 3


@pytest.mark.parametrize("change", ["UPDATE operator_actions SET reason = ''", "DELETE FROM operator_actions"])
async def test_what_operators_did_stays(sut: ServiceUnderTest, events: list[str], change: str) -> None:
    done = actions.OperatorAction(actor=Actor(id="o", name="o", role="operator"), action="x", target="y", outcome="done")
    async with sut.worker_pool.acquire() as worker:
        await actions.record(worker, done)
    with pytest.raises(asyncpg.RestrictViolationError):
        await sut.connection.execute(change)


@pytest.fixture
def casetrail(broken: set[str]) -> Callable[..., Any]:
    """Runs the command, in a thread because it has an event loop of its own."""

    async def run(*args: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, cli, ["parked", *args], env={"COLUMNS": "200"})

    return run


async def test_the_command_lists_shows_retries_and_skips(
    sut: ServiceUnderTest, casetrail: Callable[..., Any], events: list[str], broken: set[str]
) -> None:
    row = await sut.connection.fetchval("SELECT id FROM parked_subjects")
    found = await casetrail("list", "tasks")
    assert (found.exit_code, "ArithmeticError" in found.output, "casetrail parked show" in found.output) == (1, True, True)
    shown = await casetrail("show", "tasks", str(row))
    assert (shown.exit_code, events[0] in shown.output, events[2] in shown.output) == (0, True, True)
    failed = await casetrail("retry", "tasks", str(row), "--by", "wang")
    assert (failed.exit_code, events[0] in failed.output) == (1, True)
    wrong = await casetrail("skip", "tasks", str(row), events[1], "--reason", "not this one", "--by", "wang")
    assert (wrong.exit_code, "parked-head-moved" in wrong.output) == (2, True)
    skipped = await casetrail("skip", "tasks", str(row), events[0], "--reason", "nothing comes of it", "--by", "wang")
    assert skipped.exit_code == 0, skipped.output
    assert await applied(sut) == ["note:x", "note:y"]
    assert [(act["action"], act["who"]) for act in await sut.connection.fetch(ACTIONS)] == [
        ("parked-retry", "wang"), ("parked-skip", "wang"),
    ]  # fmt: skip
    assert (await casetrail("list", "tasks")).exit_code == 0


async def test_the_command_retries_everything(sut: ServiceUnderTest, casetrail: Callable[..., Any], broken: set[str]) -> None:
    for n in range(3):
        await happens(sut, f"bad{n}", f"e-{n}")
    broken |= {"bad0", "bad1", "bad2"}
    for n in range(3):
        await happens(sut, f"bad{n}", f"f-{n}")
    broken -= {"bad0", "bad2"}
    some = await casetrail("retry", "tasks", "--by", "wang")
    assert (some.exit_code, some.output.count("1 events applied")) == (1, 2), some.output
    broken.clear()
    assert (await casetrail("retry", "tasks")).exit_code == 0
    assert "Nothing is parked" in (await casetrail("retry", "tasks")).output


@pytest.mark.parametrize(
    "args",
    [("show", "tasks", "999"), ("list", "nowhere"), ("skip", "tasks", "1", "no-uuid", "--reason", "because"),
     ("skip", "tasks", "1", str(uuid4()), "--reason", " ")],
)  # fmt: skip
async def test_what_an_operator_gets_wrong_is_one_line_and_code_2(
    sut: ServiceUnderTest, casetrail: Callable[..., Any], args: tuple[str, ...]
) -> None:
    wrong = await casetrail(*args)
    assert (wrong.exit_code, "Traceback" in wrong.output) == (2, False)


def test_a_service_that_only_copies_parks_nothing_of_its_copy() -> None:
    """Its projections may."""
    copying = replace(SERVICE, reactions={}, applier=lambda _: None)  # type: ignore[arg-type,return-value]
    consumers = Unparking(copying, None, None, lambda: None).consumers()  # type: ignore[arg-type]
    assert sorted(consumers) == sorted(projection.checkpoint for projection in copying.all_projections)
