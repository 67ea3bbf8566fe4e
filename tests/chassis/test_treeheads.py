"""Signed heads: each contains the one before, a ledger cut or rewritten is not signed, anybody can verify them over HTTP."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from chassis import broker
from chassis.audit import audit_ledger
from chassis.clock import FixedClock
from chassis.database import GONE, WORKS, forever, open_pool
from chassis.eventstore import Connection, append
from chassis.merkle import consistent, includes
from chassis.sequencer import read_head, sequence_once
from chassis.signednote import Signer, body_of, opened
from chassis.testing import NOON, ServiceUnderTest, settings_for
from chassis.treeheads import (
    Inconsistent,
    TreeHead,
    head_of_size,
    latest_head,
    open_announced,
    run_announcing,
    run_signing,
    sign_head,
)
from chassis.worker import running
from deploy.embedded.broker import Tansu
from deploy.embedded.child import Child
from tests.chassis.test_tree import old_ledger, without_triggers
from tests.chassis.writing import until, write_set

ORIGIN = "casetrail.example/notes"
LOG = Signer(ORIGIN, b"n" * 32)
CLOCK = FixedClock(NOON)


async def grow(connection: Connection, count: int, stream: str) -> None:
    await append(connection, [write_set((stream, 0, count))])
    while await sequence_once(connection, await read_head(connection)):
        pass


async def signed(connection: Connection) -> TreeHead | None:
    return await sign_head(connection, ORIGIN, LOG, CLOCK)


async def test_a_head_is_signed_when_the_ledger_moved(connection: Connection) -> None:
    assert await signed(connection) is None
    await grow(connection, 3, "a")
    head = await signed(connection)
    assert head is not None
    assert await signed(connection) is None
    text, _ = opened(head.note, [LOG.verifier])
    assert text.splitlines() == [ORIGIN, "3", base64.b64encode(head.root).decode(), "simulated 2021-09-06T04:00:00.000000Z"]
    await grow(connection, 300, "b")
    newer = await signed(connection)
    assert newer is not None
    assert newer.root == (await read_head(connection)).tree.root()
    assert await latest_head(connection) == newer
    assert await head_of_size(connection, 3) == head


async def test_a_head_of_wall_time_has_no_extension(connection: Connection) -> None:
    class Wall(FixedClock):
        simulated = False

    await grow(connection, 1, "a")
    head = await sign_head(connection, ORIGIN, LOG, Wall(NOON))
    assert head is not None
    assert body_of(head.note).extensions == ()
    assert await connection.fetchval("SELECT NOT simulated FROM tree_heads")


async def test_a_key_is_rotated(connection: Connection) -> None:
    """The next head is the new key's; by both verifier keys everything verifies, by the new one alone the old heads do not."""
    await grow(connection, 3, "a")
    old = await signed(connection)
    await grow(connection, 4, "b")
    following = Signer(ORIGIN, b"m" * 32)
    new = await sign_head(connection, ORIGIN, following, CLOCK)
    assert old is not None
    assert new is not None
    assert opened(new.note, [LOG.verifier, following.verifier])[1][0][0] == following.verifier
    assert (await audit_ledger(connection, verifiers=[LOG.verifier, following.verifier])).findings == ()
    findings = (await audit_ledger(connection, verifiers=[following.verifier])).findings
    assert [found.where for found in findings] == ["head 3"]


async def test_a_ledger_whose_tail_was_cut_is_not_signed(connection: Connection) -> None:
    """Also when it has grown again since."""
    await grow(connection, 10, "a")
    await signed(connection)
    await without_triggers(connection, "DELETE FROM ledger WHERE idx > 7")
    with pytest.raises(Inconsistent, match="the ledger was cut: 10 rows were signed, it has 7"):
        await signed(connection)
    await grow(connection, 5, "b")
    with pytest.raises(Inconsistent, match="the ledger was rewritten: its first 10 rows are not those that were signed"):
        await signed(connection)
    assert await connection.fetchval("SELECT max(size) FROM tree_heads") == 10


async def test_a_ledger_that_was_rewritten_is_not_signed(connection: Connection) -> None:
    """Neither standing still nor grown; the row that was rewritten lies far back, and its tree was rewritten with it."""
    await old_ledger(connection, 600)
    await read_head(connection)
    await signed(connection)
    await without_triggers(connection, "UPDATE ledger SET leaf = sha256('other') WHERE idx = 5; DELETE FROM tree WHERE idx = 0")
    await without_triggers(connection, "DELETE FROM tree")
    await read_head(connection)
    with pytest.raises(Inconsistent, match="its first 600 rows"):
        await signed(connection)
    await old_ledger(connection, 700, 600)
    with pytest.raises(Inconsistent, match="its first 600 rows"):
        await signed(connection)


async def test_a_ledger_whose_tree_is_being_filled_in_waits(connection: Connection) -> None:
    await old_ledger(connection, 600)
    assert await signed(connection) is None
    await read_head(connection)
    assert await signed(connection) is not None


@pytest_asyncio.fixture(scope="module")
async def kafka(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A broker of this file's own."""
    program = Tansu()
    child = Child(program, tmp_path_factory.mktemp("broker") / "broker.log")
    await child.start()
    await child.ready()
    yield program.bootstrap
    await child.stop()


async def test_heads_are_signed_and_announced_and_the_newest_is_read(
    dsn: str, connection: Connection, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through a real broker: what was announced last, once, also by a reader that begins anew."""
    monkeypatch.setattr("chassis.treeheads.LOOK_SECONDS", 0.02)
    name = f"notes{uuid.uuid4().hex[:8]}"
    settings = settings_for(name, dsn, kafka_bootstrap=kafka, signer=LOG, checkpoint_seconds=0.02)
    await grow(connection, 2, "a")
    pool = await open_pool(dsn, "test", 2, WORKS)
    servers = (*GONE, *broker.GONE)
    reader, announced = await open_announced(settings, [name, f"silent{name}"])
    found: list[tuple[str, bytes]] = []

    async def read_of_size(size: int) -> bool:
        found.extend(await announced.read())
        return bool(found) and body_of(found[-1][1].decode()).size == size

    try:
        async with running(
            forever("treeheads", lambda: run_signing(settings, pool, CLOCK), gone=servers),
            forever("announcing", lambda: run_announcing(settings, pool, CLOCK), gone=servers),
        ):
            await until(lambda: read_of_size(2))
            await grow(connection, 3, "b")
            await until(lambda: read_of_size(5))
        assert [body_of(note.decode()).size for _, note in found] == [2, 5]
        assert await announced.read() == []
        again, from_the_start = await open_announced(settings, [name])
        assert await from_the_start.read() == [found[-1]]
        await again.stop()
    finally:
        await reader.stop()
        pool.terminate()


async def test_the_loop_alarms_and_signs_nothing(dsn: str, connection: Connection) -> None:
    """Again and again, and goes on when the ledger is mended."""
    await grow(connection, 4, "a")
    await signed(connection)
    kept = await connection.fetchrow("SELECT * FROM ledger WHERE idx = 4")
    await without_triggers(connection, "DELETE FROM ledger WHERE idx = 4")
    settings = settings_for("notes", dsn, signer=LOG, checkpoint_seconds=0.01)
    pool: Any = None

    async def of_size(size: int) -> bool:
        head = await latest_head(connection)
        return head is not None and head.size == size

    with capture_logs() as logs:

        async def alarmed_twice() -> bool:
            return len(logs) > 1

        async with running(forever("treeheads", lambda: run_signing(settings, pool, CLOCK))):
            await until(alarmed_twice)
            assert await of_size(4)
            await connection.execute("INSERT INTO ledger SELECT ($1::ledger).*", kept)
            await grow(connection, 1, "b")
            await until(lambda: of_size(5))
    told = {(line["event"], line["error"]) for line in logs}
    assert told == {("ledger_inconsistent", "the ledger was cut: 4 rows were signed, it has 3")}


async def asked(sut: ServiceUnderTest, path: str, role: str = "auditor", **query: Any) -> httpx.Response:
    async with sut.client(role) as client:
        return await client.get(f"/ops/log/{path}", params=query)


def unpacked(answer: httpx.Response) -> dict[str, Any]:
    """The answer with its hashes decoded."""
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = json.loads(answer.text)
    for name, value in body.items():
        if isinstance(value, str):
            body[name] = base64.b64decode(value)
    body["proof"] = [base64.b64decode(each) for each in body["proof"]]
    return body


async def test_whoever_may_audit_verifies_over_http(sut: ServiceUnderTest) -> None:
    assert (await asked(sut, "checkpoint")).json()["code"] == "no-checkpoint"
    await grow(sut.connection, 5, "a")
    first = await signed(sut.connection)
    await grow(sut.connection, 300, "b")
    second = await signed(sut.connection)
    assert first is not None
    assert second is not None
    newest = await asked(sut, "checkpoint", role="operator")
    assert newest.headers["content-type"] == "text/plain; charset=utf-8"
    assert newest.content.decode() == second.note
    assert (await asked(sut, "checkpoints/5")).text == first.note
    idx, event_id = await sut.connection.fetchrow("SELECT idx, event_id FROM ledger WHERE idx = 77")  # type: ignore[misc]
    for named in ({"idx": idx}, {"event_id": str(event_id)}):
        got = unpacked(await asked(sut, "inclusion", **named))
        assert (got["idx"], got["leaf_index"], got["size"], got["root"]) == (77, 76, 305, second.root)
        assert got["leaf"] == await sut.connection.fetchval("SELECT leaf FROM ledger WHERE idx = 77")
        assert includes(76, 305, got["leaf"], got["proof"], second.root)
    got = unpacked(await asked(sut, "inclusion", idx=5, size=6))
    assert includes(4, 6, got["leaf"], got["proof"], got["root"])
    got = unpacked(await asked(sut, "consistency", first=5, second=305))
    assert consistent(5, 305, first.root, second.root, got["proof"])
    assert (got["first_root"], got["second_root"]) == (first.root, second.root)


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("checkpoints/4", {}, 404, "no-checkpoint"),
        ("checkpoints/99999999999999999999999", {}, 404, "no-checkpoint"),
        ("inclusion", {}, 422, "row-not-named"),
        ("inclusion", {"idx": 1, "event_id": "01970000-0000-7000-8000-000000000001"}, 422, "row-not-named"),
        ("inclusion", {"idx": 6}, 404, "not-in-the-tree"),
        ("inclusion", {"idx": 3, "size": 2}, 404, "not-in-the-tree"),
        ("inclusion", {"event_id": "01970000-0000-7000-8000-000000000001"}, 404, "not-in-the-tree"),
        ("inclusion", {"idx": 3, "size": 6}, 404, "beyond-the-ledger"),
        ("inclusion", {"idx": 0}, 422, "invalid"),
        ("consistency", {"first": 3, "second": 2}, 422, "sizes-reversed"),
        ("consistency", {"first": 3, "second": 6}, 404, "beyond-the-ledger"),
        ("consistency", {"first": 0, "second": 2}, 422, "invalid"),
        ("consistency", {"first": 2}, 422, "invalid"),
    ],
)
async def test_what_there_is_no_proof_of(sut: ServiceUnderTest, path: str, query: dict[str, Any], status: int, code: str) -> None:
    await grow(sut.connection, 5, "a")
    await signed(sut.connection)
    answer = await asked(sut, path, **query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
