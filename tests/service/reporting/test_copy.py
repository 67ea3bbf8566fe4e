"""The ledger copy: verbatim, once, without a hole in its own sequence, and nothing altered gets in."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from chassis.broker import Received
from chassis.envelope import Recorded
from chassis.eventstore import recorded_from
from chassis.policy import Overtaken
from services.reporting.worker import LedgerCopy
from services.reporting.worker.copy import COLUMNS
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, enterprise, runs_of, small_year


async def copied(reporting: Reporting) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await reporting.pool.fetch("SELECT * FROM ledger_copy ORDER BY seq")
    return rows


def altered(received: Received, data: bytes) -> Received:
    """The event with other data under the old leaf."""
    return replace(received, recorded=Recorded(received.envelope, data))


async def test_every_column_is_as_it_was_recorded(reporting: Reporting, year: Ledgers) -> None:
    rows = await copied(reporting)
    by_id = {row["event_id"]: row for row in rows}
    assert list(rows[0].keys()) == list(COLUMNS)
    for received in year.recorded:
        row = by_id[received.envelope.event_id]
        assert recorded_from(row) == received.recorded
        place = (row["source"], row["idx"], row["shard"], row["shard_idx"], row["leaf"], row["chain"])
        assert place == (
            received.source, received.idx, received.shard, received.shard_idx, received.leaf, received.chain,
        )  # fmt: skip
    assert [row["seq"] for row in rows] == list(range(1, len(year.recorded) + 1))


async def test_bytes_that_nobody_can_read_are_copied(reporting: Reporting) -> None:
    ledgers = Ledgers()
    garbage = ledgers.record("tasks", "unheard-of", {}, stream="task:x")
    unreadable = replace(garbage, recorded=Recorded(garbage.envelope, b"\x00not json"))
    from_its_source = Ledgers().sequenced("tasks", unreadable.recorded)
    await reporting.copy.apply(runs_of([from_its_source]))
    assert [row["data"] for row in await copied(reporting)] == [b"\x00not json"]


async def test_what_comes_twice_changes_nothing(reporting: Reporting, year: Ledgers) -> None:
    before = await copied(reporting)
    with pytest.raises(Overtaken):
        await reporting.copy.apply(runs_of(year.recorded))
    assert await copied(reporting) == before


async def test_two_consumers_at_once_leave_no_hole(reporting: Reporting) -> None:
    """`seq` is handed out in commit order: also a copier that was refused leaves no number behind."""
    ledgers = small_year()
    sources: dict[str, list[Received]] = {}
    for received in ledgers.recorded:
        sources.setdefault(received.source, []).append(received)
    applied = [LedgerCopy(reporting.pool).apply(runs_of(events)) for events in [*sources.values(), *sources.values()]]
    outcomes = await asyncio.gather(*applied, return_exceptions=True)
    assert sum(isinstance(outcome, Overtaken) for outcome in outcomes) == len(sources)
    assert [row["seq"] for row in await copied(reporting)] == list(range(1, len(ledgers.recorded) + 1))
    assert await reporting.pool.fetchval("SELECT seq FROM copy_head") == len(ledgers.recorded)


async def test_an_altered_leaf_stops_its_source_only(reporting: Reporting) -> None:
    ledgers = small_year()
    forged = [
        altered(received, b'{"total_fen":1}') if received.envelope.type.endswith("penalty-decided.v1") else received
        for received in ledgers.recorded
    ]
    positions = await reporting.receive(forged)
    sources = {row["source"] for row in await copied(reporting)}
    assert sources == {"registry", "tasks", "inspection"}
    assert {position for (source, _), position in positions.items() if source == "penalty"} == {0}
    again = await reporting.receive([received for received in ledgers.recorded if received.source == "penalty"])
    assert max(again.values()) > 0


async def test_a_forged_event_with_a_matching_leaf_breaks_the_chain(reporting: Reporting) -> None:
    """Whoever rewrites an event must also rewrite its leaf; then the link to everything before it no longer comes out."""
    ledgers, forger = Ledgers(), Ledgers()
    for key in ("e-a1", "e-b1", "e-c1"):
        enterprise(ledgers, key, "donghu")
        enterprise(forger, key, "xihu")
    first, second, third = ledgers.recorded
    rewritten = replace(forger.recorded[1], chain=second.chain)
    await reporting.copy.apply(runs_of([first]))
    assert (await reporting.copy.apply(runs_of([rewritten])))["registry", second.shard] == second.shard_idx - 1
    await reporting.copy.apply(runs_of([second, third]))
    assert await reporting.pool.fetchval("SELECT idx FROM copy_chain WHERE source = 'registry'") == 3


async def test_another_event_in_a_place_that_is_taken_is_refused(reporting: Reporting) -> None:
    """A source that tells two stories about one place of its ledger is not believed."""
    ledgers, liar = Ledgers(), Ledgers()
    enterprise(ledgers, "e-a1", "donghu")
    enterprise(liar, "e-b1", "donghu")
    await reporting.copy.apply(runs_of(ledgers.recorded))
    assert list((await reporting.copy.apply(runs_of(liar.recorded))).values()) == [0]
    assert [row["subject"] for row in await copied(reporting)] == ["e-a1"]


async def test_the_chain_waits_for_a_hole_and_goes_on(reporting: Reporting) -> None:
    """Shards arrive in any order; the chain is recomputed as far as there is no hole."""
    ledgers = Ledgers()
    for n in range(40):
        enterprise(ledgers, f"e-{n:02d}", "donghu")
    first, *rest = ledgers.recorded
    late = [received for received in rest if received.shard == first.shard]
    await reporting.copy.apply(runs_of([received for received in rest if received not in late]))
    assert await reporting.pool.fetchval("SELECT idx FROM copy_chain WHERE source = 'registry'") is None
    await reporting.copy.apply(runs_of([first, *late]))
    assert await reporting.pool.fetchval("SELECT idx FROM copy_chain WHERE source = 'registry'") == 40


@pytest.mark.parametrize("sql", ["UPDATE ledger_copy SET district = 'x'", "DELETE FROM ledger_copy", "TRUNCATE ledger_copy"])
async def test_the_copy_cannot_be_changed(reporting: Reporting, year: Ledgers, sql: str) -> None:
    """Not by the working role, which lacks the privilege, and not by the owner, whom the triggers refuse."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await reporting.pool.execute(sql)
    with pytest.raises(asyncpg.RestrictViolationError):
        await reporting.under_test.connection.execute(sql)
