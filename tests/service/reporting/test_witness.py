"""Reporting as witness: it countersigns what its own copy confirms, and names precisely what contradicts it."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from chassis.merkle import consistent, includes
from chassis.signednote import Signer, body_of, opened
from services.reporting.queries.trees import cosigned
from services.reporting.worker.witness import Witness, run_witness
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, enterprise, runs_of
from tests.service.reporting.logs import LOGS, WITNESS, head_of, settings_of, tree_of, witness_of, witnessed


def many(count: int) -> Ledgers:
    ledgers = Ledgers()
    for n in range(count):
        enterprise(ledgers, f"e-{n:03d}", "donghu")
    return ledgers


async def told(witness: Witness, *messages: bytes) -> list[dict[str, Any]]:
    """What is logged when these checkpoints of the registry come, and are judged."""
    with capture_logs() as logs:
        for message in messages:
            witness.take("registry", message)
            await witness.judge_waiting()
    return [dict(line) for line in logs if line["log_level"] != "info"]


async def alarms(reporting: Reporting) -> list[tuple[str, int, int]]:
    return [tuple(row) for row in await reporting.pool.fetch("SELECT what, size, agreed FROM witness_alarms ORDER BY size")]


async def test_what_the_copy_confirms_is_cosigned(reporting: Reporting, year: Ledgers) -> None:
    await witnessed(reporting, year)
    for source, log in LOGS.items():
        head = await cosigned(reporting.pool, source)
        assert head is not None
        assert head.root == tree_of(year, source, head.size).root()
        _, valid = opened(head.note, [log.verifier, WITNESS.witness])
        assert [verifier.name for verifier, _ in valid] == [log.name, WITNESS.name]
        assert valid[1][1].at == int(reporting.under_test.clock.now().timestamp())


async def test_a_head_waits_for_the_copy(reporting: Reporting) -> None:
    """Also for one that has holes: what was not chained is not witnessed."""
    ledgers = many(40)
    first, *rest = ledgers.recorded
    late = [received for received in rest if received.shard == first.shard]
    witness = witness_of(reporting)
    await reporting.copy.apply(runs_of([received for received in rest if received not in late]))
    assert await told(witness, head_of(ledgers, "registry", 40), head_of(ledgers, "registry", 7)) == []
    assert await cosigned(reporting.pool, "registry") is None
    await reporting.copy.apply(runs_of([first, *late]))
    assert await told(witness) == []
    await witness.judge_waiting()
    assert await reporting.pool.fetch("SELECT size FROM cosigned ORDER BY size") == [(7,), (40,)]


async def test_heads_of_a_copy_of_several_tiles(reporting: Reporting) -> None:
    """The witness keeps its own tree, and goes on with it after a restart."""
    ledgers = many(800)
    await reporting.copy.apply(runs_of(ledgers.recorded))
    for size in (1, 256, 700):
        assert await told(witness_of(reporting), head_of(ledgers, "registry", size)) == []
    assert await reporting.pool.fetchval("SELECT count(*) FROM copy_tree") == 3
    head = await cosigned(reporting.pool, "registry", 700)
    assert head is not None
    assert head.root == tree_of(ledgers, "registry", 700).root()


async def test_a_fork_is_named_and_never_cosigned(reporting: Reporting) -> None:
    """The log rewrote its history from row 5 and signed it anew: from there on it contradicts our copy."""
    ledgers, other = many(20), many(4)
    await reporting.copy.apply(runs_of(ledgers.recorded))
    witness = witness_of(reporting)
    other.recorded[:4] = ledgers.recorded[:4]
    for n in range(16):
        enterprise(other, f"e-other-{n:02d}", "xihu")
    assert await told(witness, head_of(ledgers, "registry", 4)) == []
    logs = await told(witness, head_of(other, "registry", 9), head_of(other, "registry", 9))
    assert logs == 2 * [{"event": "log_forked", "log_level": "error", "source": "registry", "size": 9, "agreed": 4}]
    assert await alarms(reporting) == [("fork", 9, 4)]
    assert [row["size"] for row in await reporting.pool.fetch("SELECT size FROM cosigned")] == [4]
    async with reporting.client("auditor") as client:
        [told_of, *others] = (await client.get("/v1/ledgers")).json()["items"]
    assert (told_of["held"], told_of["cosigned"], told_of["alarms"][0]["what"]) == (20, 4, "fork")
    evidence = body_of(told_of["alarms"][0]["note"])
    assert (evidence.size, evidence.root) == (9, tree_of(other, "registry", 9).root())
    assert [each["alarms"] for each in others] == [[], [], []]


async def test_bytes_go_on_being_copied_while_the_log_is_forked(reporting: Reporting) -> None:
    ledgers = many(6)
    await reporting.copy.apply(runs_of(ledgers.recorded))
    witness = witness_of(reporting)
    assert (await told(witness, head_of(ledgers, "registry", 5, root=bytes(32))))[0]["event"] == "log_forked"
    enterprise(ledgers, "e-next", "donghu")
    received = ledgers.recorded[-1]
    assert (await reporting.copy.apply(runs_of([received])))["registry", received.shard] == received.shard_idx
    assert await told(witness, head_of(ledgers, "registry", 7)) == []
    assert await alarms(reporting) == [("fork", 5, 0)]


async def test_a_log_whose_tail_was_cut_goes_on_telling_less(reporting: Reporting) -> None:
    """Told once it may be a head that came late; told again it is the log's word."""
    ledgers = many(20)
    await reporting.copy.apply(runs_of(ledgers.recorded))
    witness = witness_of(reporting)
    assert await told(witness, head_of(ledgers, "registry", 15), head_of(ledgers, "registry", 12)) == []
    assert await told(witness, head_of(ledgers, "registry", 15), head_of(ledgers, "registry", 12)) == []
    logs = await told(witness, head_of(ledgers, "registry", 12))
    assert logs == [{"event": "log_cut", "log_level": "error", "source": "registry", "size": 12, "agreed": 15}]
    assert await alarms(reporting) == [("cut", 12, 15)]
    assert await told(witness, head_of(ledgers, "registry", 18)) == []
    assert (await cosigned(reporting.pool, "registry")).size == 18  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "message",
    [
        b"", b"\xff", b"nothing\n",
        head_of(many(3), "registry", 2, signer=Signer(LOGS["registry"].name, b"x" * 32)),
        head_of(many(3), "registry", 2, signer=LOGS["tasks"]),
        head_of(many(3), "registry", 2, origin="casetrail.example/tasks"),
        LOGS["registry"].sign("no checkpoint\n").encode(),
    ],
    ids=["empty", "bytes", "text", "forged", "other-log", "other-origin", "other-text"],
)  # fmt: skip
async def test_what_the_log_did_not_sign_is_worth_an_alarm_only(reporting: Reporting, message: bytes) -> None:
    await reporting.copy.apply(runs_of(many(3).recorded))
    [line] = await told(witness_of(reporting), message)
    assert line["event"] == "checkpoint_not_genuine"
    assert await cosigned(reporting.pool, "registry") is None
    assert await alarms(reporting) == []


async def test_two_witnesses_at_once_cosign_once(reporting: Reporting) -> None:
    ledgers = many(5)
    await reporting.copy.apply(runs_of(ledgers.recorded))
    one, other = witness_of(reporting), witness_of(reporting)
    assert await told(one, head_of(ledgers, "registry", 5)) == []
    assert await told(other, head_of(ledgers, "registry", 5)) == []
    assert await reporting.pool.fetchval("SELECT count(*) FROM cosigned") == 1


async def test_a_witness_never_contradicts_itself(reporting: Reporting) -> None:
    """Should the copy itself have been altered since: what was cosigned stands, what does not contain it is refused."""
    ledgers = many(9)
    await reporting.copy.apply(runs_of(ledgers.recorded))
    assert await told(witness_of(reporting), head_of(ledgers, "registry", 4)) == []
    async with reporting.under_test.connection.transaction():
        await reporting.under_test.connection.execute("SET LOCAL session_replication_role = replica")
        await reporting.under_test.connection.execute("UPDATE ledger_copy SET leaf = sha256('other') WHERE idx = 2")
    leaves = await reporting.pool.fetch("SELECT leaf FROM ledger_copy ORDER BY idx")
    frontier = tree_of(many(0), "registry", 0)
    for row in leaves:
        frontier.append(row["leaf"])
    [line] = await told(witness_of(reporting), head_of(ledgers, "registry", 9, root=frontier.root()))
    assert (line["event"], line["size"], line["agreed"]) == ("log_forked", 9, 4)


async def test_the_witness_answers_with_proofs_from_its_own_copy(reporting: Reporting, year: Ledgers) -> None:
    await witnessed(reporting, year)
    head = await cosigned(reporting.pool, "tasks")
    assert head is not None
    received = next(each for each in year.recorded if each.source == "tasks" and each.idx == 3)
    async with reporting.client("auditor") as client:
        assert (await client.get("/v1/ledgers/tasks/checkpoint")).text == head.note
        assert (await client.get(f"/v1/ledgers/tasks/checkpoints/{head.size}")).text == head.note
        assert (await client.get("/v1/ledgers/tasks/checkpoints/1")).json()["code"] == "no-checkpoint"
        for named in ({"idx": 3}, {"event_id": str(received.envelope.event_id)}):
            got = (await client.get("/v1/ledgers/tasks/inclusion", params=named)).json()
            proof = [base64.b64decode(each) for each in got["proof"]]
            assert includes(2, head.size, received.leaf, proof, head.root)
        got = (await client.get("/v1/ledgers/tasks/consistency", params={"first": 2, "second": head.size})).json()
        proof = [base64.b64decode(each) for each in got["proof"]]
        assert consistent(2, head.size, tree_of(year, "tasks", 2).root(), head.root, proof)
        too_much = await client.get("/v1/ledgers/tasks/consistency", params={"first": 2, "second": head.size + 1})
        assert (too_much.status_code, too_much.json()["code"]) == (404, "beyond-the-ledger")
        assert (await client.get("/v1/ledgers/reporting/checkpoint")).status_code == 422


ROWS = {
    "copy_tree": "('tasks', 1, 0, sha256(''))",
    "cosigned": "('tasks', 1, sha256(''), '', now())",
    "witness_alarms": "('tasks', 'fork', 1, sha256(''), 0, '', now())",
}


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize("sql", ["UPDATE {} SET source = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
async def test_what_the_witness_said_cannot_be_changed(reporting: Reporting, table: str, sql: str) -> None:
    await reporting.pool.execute(f"INSERT INTO {table} VALUES {ROWS[table]}")  # noqa: S608 - constants
    with pytest.raises(asyncpg.RestrictViolationError):
        await reporting.under_test.connection.execute(sql.format(table))


async def test_without_keys_nothing_is_witnessed(reporting: Reporting) -> None:
    keyless = run_witness(replace(settings_of(reporting), signer=None), reporting.pool, reporting.under_test.clock)
    with capture_logs() as logs:
        keyless.send(None)
        keyless.close()
    assert [line["event"] for line in logs] == ["checkpoints_not_witnessed"]
