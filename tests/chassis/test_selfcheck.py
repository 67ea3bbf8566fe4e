"""The self-check: sound databases are found sound, each damage is named, and the health page tells what was found last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from chassis.clock import FixedClock
from chassis.database import connect
from chassis.envelope import GENESIS
from chassis.eventstore import Connection, Pool, append
from chassis.policy import Run
from chassis.process import live
from chassis.process.live import Site
from chassis.selfcheck import Check, check_ledger, quick_checks, thorough_checks
from chassis.selfcheck.checks import check_counts, check_deadlines, check_pending, check_projections, check_relay
from chassis.selfcheck.gauges import Gauges
from chassis.selfcheck.keeping import Keeper
from chassis.sequencer import read_head, sequence_once
from chassis.signednote import Signer
from chassis.testing import ServiceUnderTest, settings_for
from chassis.treeheads import sign_head
from tests.chassis import notes
from tests.chassis.projecting import begun, done, made, project
from tests.chassis.test_tree import without_triggers
from tests.chassis.writing import AT, alone, recorded, write_set

LATER = AT + timedelta(days=2)


def look(connection: Connection, at: datetime = AT, *, simulated: bool = False) -> Any:
    clock = FixedClock(at)
    return replace(notes.SERVICE.look(connection, clock), simulated=simulated)


def codes(checks: Sequence[Check]) -> list[str]:
    return [finding.code for check in checks for finding in check.findings]


async def test_a_sound_service_is_found_sound(connection: Connection) -> None:
    await made(connection, "一", "二", "三")
    await done(connection, 0)
    for projection in notes.SERVICE.all_projections:
        await project(connection, projection)
    checks = await thorough_checks(look(connection))
    assert codes(checks) == []
    figures = {check.name: check.figures for check in checks}
    assert figures["counts"] == {"events": 4, "ledger": 4, "pending": 0}
    assert figures["projections"]["note_list/1"] == 4
    assert figures["projections"]["note_list/1 lag"] == 0
    ledger, verified = await check_ledger(look(connection))
    assert (ledger.ok, verified.idx, ledger.figures["verified"]) == (True, 4, 4)


async def test_an_event_put_in_from_aside_is_counted_and_named(connection: Connection) -> None:
    await made(connection, "一")
    await append(connection, [alone([recorded("note:aside", 1)])])
    await connection.execute("DELETE FROM pending")
    check = await check_counts(look(connection))
    assert [(f.code, "note:aside" in f.where) for f in check.findings] == [("event-unsequenced", True)]


async def test_rows_without_events_are_counted(connection: Connection) -> None:
    await made(connection, "一", "二")
    await without_triggers(connection, "DELETE FROM events WHERE stream_id = 'note:n1'")
    assert codes([await check_counts(look(connection))]) == ["rows-without-event"]


@pytest.mark.parametrize(("waits", "simulated", "found"), [(30, False, []), (90, False, ["sequencer-stands"]), (90, True, [])])
async def test_a_sequencer_that_stands_is_noticed(connection: Connection, waits: int, simulated: bool, found: list[str]) -> None:
    await append(connection, [write_set(("note:n1", 0, 1))])
    checked = await check_pending(look(connection, AT + timedelta(seconds=waits), simulated=simulated))
    assert codes([checked]) == found
    assert checked.figures["pending"] == 1


async def test_a_relay_beyond_the_ledger_is_noticed(connection: Connection) -> None:
    """The database was restored to an earlier time, and the topic was not."""
    await made(connection, "一", "二")
    await connection.execute("INSERT INTO checkpoints VALUES ('relay', 1, false)")
    assert (await check_relay(look(connection))).figures == {"position": 1, "lag": 1}
    await connection.execute("UPDATE checkpoints SET position = 3 WHERE name = 'relay'")
    assert codes([await check_relay(look(connection))]) == ["ahead-of-ledger"]


async def test_a_projection_beyond_its_feed_is_noticed(connection: Connection) -> None:
    await made(connection, "一")
    await project(connection, notes.LIST)
    await connection.execute("UPDATE checkpoints SET position = 9 WHERE name = 'projection:note_list/1'")
    assert codes([await check_projections(look(connection))]) == ["ahead-of-ledger"]


async def test_deadlines_long_due_are_noticed(connection: Connection) -> None:
    await made(connection, "一")
    for projection in notes.SERVICE.all_projections:
        await project(connection, projection)
    assert codes([await check_deadlines(look(connection))]) == []
    assert codes([await check_deadlines(look(connection, LATER))]) == ["deadlines-overdue"]
    assert codes([await check_deadlines(look(connection, LATER, simulated=True))]) == []


async def altered(connection: Connection) -> None:
    await without_triggers(connection, "UPDATE events SET data = data || ' '::bytea WHERE stream_id = 'note:n0'")


async def health(sut: ServiceUnderTest) -> dict[str, Any]:
    async with sut.client("operator") as operator:
        answer = await operator.get("/ops/health")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


async def test_the_health_page_tells_what_was_found(sut: ServiceUnderTest) -> None:
    assert await health(sut) | {"as_of": ""} == {"service": "notes", "sound": False, "fresh": False, "as_of": "", "checks": []}
    await made(sut.connection, "一", "二")
    keeper = Keeper(look, ())
    await keeper.round(sut.connection)
    told = await health(sut)
    assert (told["sound"], told["fresh"]) == (True, True)
    assert {check["name"] for check in told["checks"]} == {
        "consumers", "counts", "deadlines", "ledger", "pending", "projections", "relay",
    }  # fmt: skip


async def test_what_is_new_is_audited_and_what_is_old_by_the_patrol(sut: ServiceUnderTest) -> None:
    """An alteration of a row that was audited before is not seen by the follower, and the patrol finds it."""
    await made(sut.connection, "一", "二")
    keeper = Keeper(look, ())
    await keeper.round(sut.connection)
    await altered(sut.connection)
    await keeper.round(sut.connection)
    assert (await health(sut))["sound"] is True
    await keeper.patrol_once(sut.connection, rest=0)
    told = await health(sut)
    assert told["sound"] is False
    [patrol] = [check for check in told["checks"] if check["name"] == "patrol"]
    assert "note:n0" in patrol["findings"][0]["where"]


async def test_a_new_row_is_audited_once(connection: Connection) -> None:
    heard: list[Check] = []
    keeper = Keeper(look, (), heard.extend)
    read: list[Any] = []
    for texts in (("一", "二"), ("三",), ()):
        await made(connection, *texts, first=len(read) * 2)
        await keeper.round(connection)
        read.append(next(check for check in reversed(heard) if check.name == "ledger").figures["read"])
    assert read == [2, 1, 0]


async def test_an_altered_new_row_is_found_again_and_again(connection: Connection) -> None:
    """The verified position does not move beyond what is wrong."""
    await made(connection, "一")
    await altered(connection)
    heard: list[Check] = []
    keeper = Keeper(look, (), heard.extend)
    await keeper.round(connection)
    await made(connection, "二", first=1)
    await keeper.round(connection)
    assert [check.ok for check in heard if check.name == "ledger"] == [False, False]


async def test_only_operators_see_it(sut: ServiceUnderTest) -> None:
    async with sut.client("officer", "manager") as other:
        assert (await other.get("/ops/health")).status_code == 403


def test_figures_become_gauges() -> None:
    gauges = Gauges()
    options: Any = None
    gauges([Check("relay", {"lag": 3, "oldest": None, "said": "x"})])
    assert [(o.value, o.attributes) for o in gauges.findings(options)] == [(0, {"check": "relay"})]
    assert [(o.value, o.attributes) for o in gauges.figures(options)] == [(3, {"check": "relay", "figure": "lag"})]


# ---- casetrail verify


@pytest.fixture
def clock(tmp_path: Path) -> str:
    """A simulated clock at the time of the notes."""
    file = tmp_path / "clock.json"
    file.write_text(f'{{"now": "{AT.isoformat()}"}}', encoding="utf-8")
    return f"simulated:{file}"


def site(connection: Connection, dsn: str, clock: str) -> dict[str, Site]:
    return {"notes": Site(notes.SERVICE, settings_for("notes", dsn, clock=clock), connection)}


async def verified(connection: Connection, dsn: str, clock: str) -> dict[str, list[Check]]:
    return await live.verified(site(connection, dsn, clock), digests=True, console=Console(quiet=True))


async def grown(connection: Connection) -> None:
    await made(connection, "一", "二", "三")
    await done(connection, 1)
    for projection in notes.SERVICE.all_projections:
        await project(connection, projection)


async def test_a_running_deployment_is_verified(connection: Connection, dsn: str, clock: str) -> None:
    await grown(connection)
    checks = await verified(connection, dsn, clock)
    assert codes(checks["notes"]) == []
    figures = {check.name: check.figures for check in checks["notes"]}
    assert figures["ledger"] == {"head": 4, "verified": 4, "read": 4, "cosigned": 0}
    assert figures["digest note_list"] == {"position": 4, "rows": 3}
    assert await connection.fetchval("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'projection_%'") == 0
    assert live.told(checks, Console(quiet=True)) == 0


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE note_list SET text = '改' WHERE note_id = 'n1'", "table note_list"),
        ("DELETE FROM note_list WHERE note_id = 'n2'", "table note_list"),
        ("UPDATE note_counts SET notes = notes + 1", "table note_counts"),
    ],
)
async def test_a_read_model_that_is_no_fold_of_the_ledger_is_named(
    connection: Connection, dsn: str, clock: str, sql: str, found: str
) -> None:
    await grown(connection)
    await connection.execute(sql)
    checks = await verified(connection, dsn, clock)
    [finding] = [finding for check in checks["notes"] for finding in check.findings]
    assert finding.code == "projection-differs"
    assert found in finding.where
    assert live.told(checks, Console(quiet=True)) == 1


async def test_a_consumer_beyond_its_source_is_named(connection: Connection, dsn: str, clock: str) -> None:
    """The source was restored to an earlier time: what this service applied is not there any more."""
    await grown(connection)
    source = replace(notes.SERVICE, name="things", sources=())
    found = site(connection, dsn, clock) | {"things": Site(source, settings_for("things", dsn, clock=clock), connection)}
    await connection.execute("INSERT INTO inbox SELECT 'notes-policies', 'things', shard, shard_idx FROM ledger WHERE idx = 1")
    assert codes([await live._positions(found["notes"], found)]) == []
    await connection.execute("UPDATE inbox SET position = position + 1000")
    assert codes([await live._positions(found["notes"], found)]) == ["ahead-of-source"]


async def test_a_copy_that_differs_is_named(connection: Connection, dsn: str, clock: str) -> None:
    """A ledger that was written anew from its first row on is sound by itself; whoever copied it knows better."""

    class LedgerOf:
        def __init__(self, _: Pool) -> None: ...

        async def apply(self, runs: Sequence[Run]) -> dict[tuple[str, int], int]:
            raise NotImplementedError

    class Saw:
        async def cosigned(self, _: Connection, __: str) -> Sequence[str]:
            return []

        async def held(self, _: Connection, __: str) -> tuple[int, bytes]:
            return 2, chain

    await grown(connection)
    chain = bytes(await connection.fetchval("SELECT chain FROM ledger WHERE idx = 2"))
    copier = replace(notes.SERVICE, name="copier", sources=("notes",), witness=Saw(), applier=LedgerOf)
    found = site(connection, dsn, clock) | {"copier": Site(copier, settings_for("copier", dsn, clock=clock), connection)}
    console = Console(quiet=True)
    assert codes((await live.verified(found, digests=False, console=console))["notes"]) == []
    chain = GENESIS
    assert codes((await live.verified(found, digests=False, console=console))["notes"]) == ["copy-differs"]


async def test_quick_checks_cost_a_few_look_ups(connection: Connection, dsn: str) -> None:
    """None of them scans what grows for ever."""
    await made(connection, *(str(n) for n in range(200)))
    await connection.execute("ANALYZE")
    fresh = await connect(dsn, "test", enable_seqscan="off")  # what a session did before is counted with what it does
    async with fresh.transaction():
        await quick_checks(look(fresh, datetime.now(UTC)))
        scanned = await fresh.fetch(
            "SELECT relname FROM pg_stat_xact_user_tables WHERE relname IN ('events', 'ledger') AND seq_scan > 0"
        )
    await fresh.close()
    assert scanned == []


async def test_the_head_of_an_empty_ledger(connection: Connection) -> None:
    head = await read_head(connection)
    assert await sequence_once(connection, head) == 0
    check, verified_to = await check_ledger(look(connection))
    assert check.ok
    assert verified_to.idx == 0


class Between:
    """A connection beside which something happens just after it asked its first question."""

    def __init__(self, connection: Connection, happens: Callable[[], Awaitable[None]]) -> None:
        self._connection, self._happens = connection, happens
        self._happened = False

    async def fetchval(self, *args: Any) -> Any:
        return await self._then(await self._connection.fetchval(*args))

    async def fetch(self, *args: Any) -> Any:
        return await self._then(await self._connection.fetch(*args))

    async def _then(self, answer: Any) -> Any:
        if not self._happened:
            self._happened = True
            await self._happens()
        return answer


async def test_what_moves_during_a_check_is_no_alarm(connection: Connection) -> None:
    """A ledger grows, and who follows it goes on, between two questions of the check."""
    followed = notes.SERVICE.all_projections[0]
    await made(connection, "一")
    await project(connection, followed)
    await connection.execute("INSERT INTO checkpoints VALUES ('relay', 1, false)")
    clock = FixedClock(AT)
    signer = Signer("casetrail.example/notes", b"n" * 32)

    async def grows() -> None:
        head = await connection.fetchval("SELECT max(idx) FROM ledger")
        await made(connection, *"二三四"[head - 1 : head], first=head)
        await project(connection, followed)
        await connection.execute("UPDATE checkpoints SET position = (SELECT max(idx) FROM ledger) WHERE name = 'relay'")
        await sign_head(connection, signer.name, signer, clock)

    for check in (check_relay, check_projections):
        assert codes([await check(look(cast(Connection, Between(connection, grows))))]) == []
    checked, _ = await check_ledger(look(cast(Connection, Between(connection, grows))))
    assert codes([checked]) == []
    assert await connection.fetchval("SELECT count(*) FROM tree_heads") == 3


async def test_what_was_not_checked_is_not_called_sound(
    connection: Connection, dsn: str, clock: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A build is under way, so that read model could not be folded beside it."""
    await grown(connection)
    await begun(dsn, notes.LIST)
    checks = await verified(connection, dsn, clock)
    assert live.told(checks, Console(width=200)) == 0
    said = capsys.readouterr().out
    assert "not checked: notes digest note_list" in said
    assert "Everything is as it must be" not in said
