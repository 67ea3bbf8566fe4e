"""What needs a key that has not arrived: a reaction waits for it, a stream is not folded, a list says so."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest

from chassis.broker import Received
from chassis.codec import encode
from chassis.domain import ERASED, EVENT_TYPES, Event, Personal, Stream, event
from chassis.personal import PENDING, MasterKeys, Wrapped, seal
from chassis.policy import PolicyRuns, Run
from chassis.runner import Work
from chassis.shown import Shown
from chassis.testing import ServiceUnderTest
from tests.chassis.notes import ThingHappened
from tests.chassis.writing import recorded

MASTERS = MasterKeys({1: bytes(32)})


@event("casetrail.notes.seen.v1", title="看见", summary="看见{name}")
class Seen(Event):
    officer_id: str
    name: Annotated[str, Personal("officer_id")]


SEEN = EVENT_TYPES.pop(Seen.__wire__)  # known only where a test of this file says so
NOTE: Stream[tuple[str, ...]] = Stream("seen", (), lambda state, happened: (*state, happened.name))


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EVENT_TYPES, Seen.__wire__, SEEN)


@pytest.fixture
def made() -> Wrapped:
    """A key that another service made, and has not told of yet."""
    return MASTERS.make("o-1")


async def arrives(sut: ServiceUnderTest, key: Wrapped) -> None:
    sql = "INSERT INTO person_keys (key_id, person, wrapping, wrapped, made_here, published) VALUES ($1, $2, $3, $4, false, true)"
    await sut.connection.execute(sql, key.key_id, key.person, key.wrapping, key.wrapped)


async def apply(sut: ServiceUnderTest, received: Received, name: str) -> int:
    async def note(work: Work, _: Received) -> None:
        noted = await work.load(NOTE, "n")
        work.append(noted, [Seen(officer_id="o-1", name=name)], district="donghu")

    runs = PolicyRuns(
        "notes", "notes-policies", sut.worker_pool, sut.clock, {ThingHappened.__wire__: note}, lambda: None, sut.vault
    )
    run = Run(received.source, received.shard, received.shard_idx - 1, (received,))
    return (await runs.apply([run]))[received.source, received.shard]


def thing(sut: ServiceUnderTest) -> Received:
    return sut.received("things", ThingHappened.__wire__, encode(ThingHappened(thing_id="t-1")), subject="t-1")


async def test_a_reaction_waits_for_the_key_and_then_goes_on(sut: ServiceUnderTest, made: Wrapped) -> None:
    received, token = thing(sut), seal(MASTERS.open(made), "王强")
    assert await apply(sut, received, token) == received.shard_idx - 1
    assert await sut.events() == []
    await arrives(sut, made)
    assert await apply(sut, received, token) == received.shard_idx
    [stored] = await sut.events()
    assert json.loads(stored["data"])["name"] == token


async def test_a_reaction_does_not_wait_for_an_erased_key(sut: ServiceUnderTest, made: Wrapped) -> None:
    received, token = thing(sut), seal(MASTERS.open(made), "王强")
    await arrives(sut, made)
    await sut.connection.execute("UPDATE person_keys SET wrapped = NULL, erased_at = now()")
    assert await apply(sut, received, token) == received.shard_idx
    [stored] = await sut.events()
    assert json.loads(await sut.vault.shown(stored["data"]))["name"] == ERASED


async def test_a_stream_is_not_folded_before_its_keys_are_here(sut: ServiceUnderTest, made: Wrapped) -> None:
    """A decision on half of what is known would be a wrong one."""
    await apply(sut, thing(sut), "甲")
    data = encode(Seen(officer_id="o-1", name=seal(MASTERS.open(made), "乙")))
    history = [recorded("seen:n", 1, data=data, wire=Seen.__wire__)]
    with pytest.raises(Exception, match=made.key_id):
        await sut.vault.opened(history)
    await arrives(sut, made)
    [opened] = await sut.vault.opened(history)
    assert json.loads(opened.data)["name"] == "乙"


async def test_a_list_says_that_a_key_has_not_arrived(sut: ServiceUnderTest, made: Wrapped) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    body = json.dumps({"name": seal(MASTERS.open(made), "王强")}).encode()
    await Shown(body)({"type": "http", "app": sut.app}, receive, send)
    head, told = sent
    assert json.loads(told["body"]) == {"name": PENDING}
    assert dict(head["headers"])[b"content-length"] == str(len(told["body"])).encode()
