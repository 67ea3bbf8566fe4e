"""The audit: whatever an owner of the database alters, with every trigger switched off, is named, and nothing else is."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from chassis.audit import START, Audit, LedgerAudit, Verified, audit_ledger, differences, first_contradiction, unsequenced
from chassis.clock import FixedClock
from chassis.database import CHASSIS_MIGRATIONS, connect, migrate
from chassis.domain import Actor
from chassis.envelope import GENESIS, Recorded, chain_hash, leaf_hash
from chassis.eventstore import Connection, append, ledger_after
from chassis.merkle import Frontier
from chassis.sequencer import read_head, sequence_once
from chassis.signednote import Checkpoint, Signer
from chassis.testing import NOON, drop_database, fresh_database
from chassis.tree import LEDGER_TREE, root_at
from chassis.treeheads import TreeHead, sign_head
from tests.chassis.test_tree import without_triggers
from tests.chassis.writing import recorded, write_set

ORIGIN = "casetrail.example/notes"
LOG, WITNESS = Signer(ORIGIN, b"n" * 32), Signer("casetrail.example/reporting", b"w" * 32)
KEYS = [LOG.verifier, WITNESS.witness]
SIZES = (100, 300, 600)  # of the signed heads; the ledger goes on to 640


async def built(connection: Connection) -> None:
    """A ledger of 640 rows about many subjects, its heads signed at three sizes."""
    chance, grown, versions = random.Random(3), 0, dict.fromkeys((f"s{n}" for n in range(60)), 0)
    head = await read_head(connection)
    for upto in (*SIZES, 640):
        while grown < upto:
            batch = []
            for stream in chance.sample(sorted(versions), min(30, upto - grown)):
                count = min(chance.randint(1, 3), upto - grown)
                if count:
                    batch.append(write_set((stream, versions[stream], count), subject=f"e-{chance.randrange(40)}"))
                    versions[stream] += count
                    grown += count
            await append(connection, batch)
        while await sequence_once(connection, head):
            pass
        if upto in SIZES:
            await sign_head(connection, ORIGIN, LOG, FixedClock(NOON))


@pytest_asyncio.fixture(scope="module")
async def sound(admin_dsn: str) -> AsyncIterator[str]:
    """A database with that ledger, which every test alters in a transaction of its own and leaves as it was."""
    dsn = await fresh_database(admin_dsn)
    await migrate(dsn, [CHASSIS_MIGRATIONS])
    connection = await connect(dsn, "test")
    await built(connection)
    await connection.close()
    yield dsn
    await drop_database(admin_dsn, dsn)


@pytest_asyncio.fixture
async def connection(sound: str) -> AsyncIterator[Connection]:
    """A connection to it, in a transaction that is rolled back."""
    opened = await connect(sound, "test")
    transaction = opened.transaction()
    await transaction.start()
    yield opened
    await transaction.rollback()
    await opened.close()


async def audited(connection: Connection, **more: Any) -> Audit:
    return await audit_ledger(connection, verifiers=KEYS, page=more.pop("page", 150), **more)


def told(audit: Audit) -> list[tuple[str, str]]:
    """Code and place of what was found: of a ledger row its idx only."""
    return [(finding.code, finding.where.partition(":")[0]) for finding in audit.findings]


async def heads_of(connection: Connection) -> list[TreeHead]:
    return [TreeHead(*row) for row in await connection.fetch("SELECT size, root, note FROM tree_heads ORDER BY size")]


async def cosigned(connection: Connection) -> list[str]:
    """What the witness has of this ledger."""
    return [WITNESS.cosign(head.note, 5) for head in await heads_of(connection)]


async def test_a_sound_ledger(connection: Connection) -> None:
    audit = await audited(connection, cosigned=await cosigned(connection))
    head = await read_head(connection)
    assert audit.findings == ()
    assert audit.rows == 640
    assert audit.verified == Verified(640, head.chain, tuple(head.tree.peaks), tuple(sorted(head.shards.items())))
    assert await unsequenced(connection) == []


async def test_an_audit_goes_on_where_one_ended(connection: Connection) -> None:
    """Also over the wire; what was read is not read again."""
    first = await audited(connection)
    await append(connection, [write_set(("later", 0, 40))])
    await sequence_once(connection, await read_head(connection))
    await sign_head(connection, ORIGIN, LOG, FixedClock(NOON))
    since = Verified.from_json(first.verified.to_json())
    second = await audited(connection, since=since, cosigned=await cosigned(connection))
    assert (second.findings, second.rows, second.verified.idx) == ((), 40, 680)
    assert second.verified == (await audited(connection)).verified


COLUMNS = {
    "event_id": "gen_random_uuid()", "command_id": "gen_random_uuid()", "type": "'other'", "district": "'xihu'",
    "organ": "'xihu-emb'", "occurred_at": "occurred_at + interval '1 microsecond'", "actor": "replace(actor, '甲', '乙')",
    "recorded_at": "recorded_at - interval '1 second'", "device": "'phone'", "correlation_id": "gen_random_uuid()",
    "causation_id": "gen_random_uuid()", "traceparent": "'00-1'", "rulebook": "'other/1'", "subject": "'e-other'",
    "data": "set_byte(data, 3, get_byte(data, 3) # 1)",
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
async def test_one_column_of_one_event(connection: Connection, column: str) -> None:
    """One byte of its data, or any column of its envelope."""
    await without_triggers(
        connection,
        f"""
        UPDATE events SET {column} = {COLUMNS[column]}
        WHERE (stream_id, version) = (SELECT stream_id, version FROM ledger WHERE idx = 222)""",  # noqa: S608
    )
    audit = await audited(connection)
    codes = [code for code, _ in told(audit)]
    assert {where for _, where in told(audit)} == {"ledger 222"}
    assert codes == (["event-id-altered", "event-altered"] if column == "event_id" else ["event-altered"])
    assert audit.verified.idx == 150


async def test_what_was_altered_is_told_by_an_unaltered_copy(connection: Connection) -> None:
    one = recorded("s", 1)
    actor = Actor(id="x", name="乙", role="officer")
    other = Recorded(replace(one.envelope, district="xihu", actor=actor), one.data + b" ")
    assert differences(one, one) == []
    assert differences(one, other) == ["district", "actor", "data"]


CASES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "leaf": ("UPDATE ledger SET leaf = sha256('x') WHERE idx = 222", [("leaf-altered", "ledger 222")]),
    "leaf of the last row": ("UPDATE ledger SET leaf = sha256('x') WHERE idx = 640", [("leaf-altered", "ledger 640")]),
    "chain": ("UPDATE ledger SET chain = sha256('x') WHERE idx = 222", [("chain-altered", "ledger 222")]),
    "chain of the first row": ("UPDATE ledger SET chain = sha256('x') WHERE idx = 1", [("chain-altered", "ledger 1")]),
    "two chains side by side": (
        "UPDATE ledger SET chain = sha256('x') WHERE idx IN (222, 223)",
        [("chain-altered", "ledger 222"), ("chain-altered", "ledger 223")],
    ),
    "event of a row": ("UPDATE ledger SET event_id = gen_random_uuid() WHERE idx = 9", [("event-id-altered", "ledger 9")]),
    "shard": (
        "UPDATE ledger SET shard = (shard + 1) % 64, shard_idx = 5000 WHERE idx = 640",
        [("shard-altered", "ledger 640"), ("place-altered", "ledger 640")],
    ),
    "place in the shard": ("UPDATE ledger SET shard_idx = 5000 WHERE idx = 300", [("place-altered", "ledger 300")]),
    "row gone": ("DELETE FROM ledger WHERE idx = 222", [("rows-missing", "ledger 222")]),
    "first rows gone": ("DELETE FROM ledger WHERE idx < 4", [("rows-missing", "ledger 1 to 3")]),
    "rows gone": ("DELETE FROM ledger WHERE idx BETWEEN 222 AND 400", [("rows-missing", "ledger 222 to 400")]),
    "event gone": (
        "DELETE FROM events USING ledger l WHERE events.stream_id = l.stream_id AND events.version = l.version AND l.idx = 222",
        [("event-missing", "ledger 222")],
    ),
    "tail": ("DELETE FROM ledger WHERE idx > 550", [("tail-cut", "ledger 551 to 600")]),
    "tail, with its heads": (
        "DELETE FROM ledger WHERE idx > 500; DELETE FROM tree_heads WHERE size > 500", [("tail-cut", "ledger 501 to 512")],
    ),
    "everything": ("DELETE FROM ledger", [("tail-cut", "ledger 1 to 600")]),
    "node": ("UPDATE tree SET hash = sha256('x') WHERE level = 1 AND idx = 1", [("tree-contradicted", "tree 1/1")]),
    "node gone": ("DELETE FROM tree WHERE level = 1 AND idx = 0", [("tree-node-missing", "tree 1/0")]),
    "root of a head": ("UPDATE tree_heads SET root = sha256('x') WHERE size = 300", [("head-altered", "head 300")]),
    "note of a head": (
        "UPDATE tree_heads SET note = replace(note, 'simulated', 'simulateD') WHERE size = 300",
        [("head-not-genuine", "head 300")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("page", [37, 2000])
async def test_what_an_owner_altered_is_named(connection: Connection, case: str, page: int) -> None:
    """And nothing else is, whatever the pages."""
    sql, expected = CASES[case]
    await without_triggers(connection, sql)
    assert told(await audited(connection, page=page)) == expected


EXCHANGES: dict[str, str] = {
    "rows": """
        UPDATE ledger SET idx = 9000 WHERE idx = {0}; UPDATE ledger SET idx = {0} WHERE idx = {1};
        UPDATE ledger SET idx = {1} WHERE idx = 9000""",
    "rows but for their links": """
        UPDATE ledger l SET shard = o.shard, shard_idx = o.shard_idx + 100000, stream_id = 'x' || o.stream_id,
            version = o.version, event_id = gen_random_uuid(), leaf = o.leaf
            FROM ledger o WHERE l.idx IN ({0}, {1}) AND o.idx IN ({0}, {1}) AND l.idx <> o.idx;
        UPDATE ledger SET shard_idx = shard_idx - 100000, stream_id = substr(stream_id, 2) WHERE idx IN ({0}, {1});
        UPDATE ledger SET event_id = e.event_id FROM events e
            WHERE idx IN ({0}, {1}) AND e.stream_id = ledger.stream_id AND e.version = ledger.version""",
    "what they point to": """
        UPDATE ledger l SET stream_id = 'x' || o.stream_id, version = o.version
            FROM ledger o WHERE l.idx IN ({0}, {1}) AND o.idx IN ({0}, {1}) AND l.idx <> o.idx;
        UPDATE ledger SET stream_id = substr(stream_id, 2) WHERE idx IN ({0}, {1})""",
}


@pytest.mark.parametrize("what", EXCHANGES)
@pytest.mark.parametrize("rows", [(222, 223), (222, 224), (40, 610), (1, 640)])
async def test_two_rows_that_were_exchanged(connection: Connection, what: str, rows: tuple[int, int]) -> None:
    """Side by side, far apart, the first with the last."""
    await without_triggers(connection, EXCHANGES[what].format(*rows))
    [first, *others] = told(await audited(connection))
    assert first == ("rows-exchanged", f"ledger {rows[0]} and {rows[1]}")
    assert {code for code, _ in others} <= {"tree-contradicted", "head-contradicted"}


async def rewrite(connection: Connection, first: int, *, tree: bool, heads: bool) -> None:
    """What the most thorough owner can do: other events from row `first` on, leaves and links made to fit, and more."""
    altered = f"""
        UPDATE events e SET data = data || ' ' FROM ledger l
        WHERE e.stream_id = l.stream_id AND e.version = l.version AND l.idx >= {first}"""  # noqa: S608 - a number
    await without_triggers(connection, altered)
    chain, frontier, roots, sql = GENESIS, Frontier(), dict[int, bytes](), list[str]()
    for row in await ledger_after(connection, 0, 10_000):
        leaf = leaf_hash(row.envelope, row.recorded.data)
        nodes, chain = frontier.append(leaf), chain_hash(chain, leaf)
        roots[row.idx] = frontier.root()
        sql.append(f"UPDATE ledger SET leaf = {literal(leaf)}, chain = {literal(chain)} WHERE idx = {row.idx}")  # noqa: S608
        for node in nodes if tree else ():
            where = f"level = {node.level} AND idx = {node.place}"
            sql.append(f"UPDATE tree SET hash = {literal(node.hash)} WHERE {where}")  # noqa: S608
    for head in await heads_of(connection) if heads else ():
        note = LOG.sign(Checkpoint(ORIGIN, head.size, roots[head.size]).text)
        root = literal(roots[head.size])
        sql.append(f"UPDATE tree_heads SET root = {root}, note = '{note}' WHERE size = {head.size}")  # noqa: S608
    await without_triggers(connection, "; ".join(sql))


def literal(value: bytes) -> str:
    return f"'\\x{value.hex()}'"


async def test_history_written_anew_contradicts_tree_and_heads(connection: Connection) -> None:
    """From row 250 on, every leaf and link made to fit."""
    await rewrite(connection, 250, tree=False, heads=False)
    audit = await audited(connection)
    assert sorted(told(audit)) == [
        ("head-contradicted", "ledger 101 to 300"),
        ("tree-contradicted", "tree 1/0"), ("tree-contradicted", "tree 1/1"),
    ]  # fmt: skip


async def test_history_written_anew_with_its_tree_contradicts_the_heads(connection: Connection) -> None:
    await rewrite(connection, 250, tree=True, heads=False)
    assert told(await audited(connection)) == [("head-contradicted", "ledger 101 to 300")]


async def test_history_written_anew_and_signed_anew_contradicts_the_witness(connection: Connection) -> None:
    """The fork that nobody could tell from inside the database: everything fits, and the log's own key signed it."""
    seen = await cosigned(connection)
    await rewrite(connection, 250, tree=True, heads=True)
    assert told(await audited(connection)) == []
    assert told(await audited(connection, cosigned=seen)) == [("witness-contradicted", "ledger 101 to 300")]
    since = (await audited(connection)).verified
    assert told(await audited(connection, since=since, cosigned=seen)) == [("witness-contradicted", "ledger 101 to 300")]


async def test_with_a_witness_the_first_row_written_anew_is_named(connection: Connection) -> None:
    """Few questions, and the row itself."""
    leaves = [row.leaf for row in await ledger_after(connection, 0, 10_000)]
    await rewrite(connection, 250, tree=True, heads=True)
    asked = []

    async def witness(size: int) -> bytes:
        asked.append(size)
        frontier = Frontier()
        for leaf in leaves[:size]:
            frontier.append(leaf)
        return frontier.root()

    async def ours(size: int) -> bytes:
        return await root_at(connection, LEDGER_TREE, size)

    assert await first_contradiction(ours, witness, 100, 300) == 250
    assert len(asked) == 8
    assert await first_contradiction(ours, witness, 249, 250) == 250


async def test_a_cut_that_nobody_could_tell_but_the_witness(connection: Connection) -> None:
    """Ledger, events, tree and heads all cut."""
    seen = await cosigned(connection)
    since = (await audited(connection)).verified
    await without_triggers(
        connection,
        """
        DELETE FROM events e USING ledger l WHERE e.stream_id = l.stream_id AND e.version = l.version AND l.idx > 310;
        DELETE FROM ledger WHERE idx > 310; DELETE FROM tree WHERE idx > 0; DELETE FROM tree_heads WHERE size > 310""",
    )
    assert told(await audited(connection)) == []
    assert told(await audited(connection, cosigned=seen)) == [("tail-cut", "ledger 311 to 600")]
    assert told(await audited(connection, since=since)) == [("tail-cut", "ledger 311 to 640")]


async def test_a_cosigned_checkpoint_of_nobody_is_named(connection: Connection) -> None:
    forged = Signer(WITNESS.name, b"x" * 32).cosign(Signer(ORIGIN, b"x" * 32).sign(Checkpoint(ORIGIN, 100, bytes(32)).text), 5)
    assert told(await audited(connection, cosigned=[forged, "nonsense"])) == [("cosignature", "witness")] * 2


async def test_events_put_in_from_aside(connection: Connection) -> None:
    """Neither sequenced nor waiting; those that wait are well."""
    await append(connection, [write_set(("waiting", 0, 2)), write_set(("aside", 0, 1))])
    await connection.execute("DELETE FROM pending WHERE stream_id = 'aside'")
    await without_triggers(connection, "DELETE FROM ledger WHERE idx = 640")
    found = [(finding.code, finding.where.split(" ")[1]) for finding in await unsequenced(connection)]
    gone = await connection.fetchval("""SELECT stream_id FROM events e WHERE stream_id NOT IN ('waiting', 'aside')
        AND NOT EXISTS (SELECT FROM ledger l WHERE l.stream_id = e.stream_id AND l.version = e.version)""")
    assert found == [("event-unsequenced", "aside"), ("event-unsequenced", gone)]


async def test_progress_is_told_page_by_page(connection: Connection) -> None:
    audit = LedgerAudit(connection, START, page=256)
    await audit.begin()
    steps = []
    while step := await audit.step():
        steps.append((step, audit.verified.idx))
    assert (audit.end, steps) == (640, [(256, 256), (256, 512), (128, 640)])
