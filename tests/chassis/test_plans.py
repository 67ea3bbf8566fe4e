"""A plan made while the tables were empty stays good: readers of the ledger look events up by key, they never scan them all."""

from __future__ import annotations

import pytest

from chassis.aggregates import TOGETHER
from chassis.audit import ROWS
from chassis.eventstore import LEDGER_AFTER, LEDGER_BETWEEN, LEDGER_OF_SHARD, Connection
from chassis.relay.pages import RELAYED
from chassis.sequencer import FIRST_PENDING, PENDING_IN_ORDER

READERS = {
    "streams together": (TOGETHER, "'{case-1,case-2}'"),
    "ledger after": (LEDGER_AFTER, "0, 1000"),
    "ledger between": (LEDGER_BETWEEN, "0, 1000, 100, NULL"),
    "ledger of a shard": (LEDGER_OF_SHARD, "0, 0, 1000"),
    "relay": (RELAYED, "0, 1000"),
    "audit": (ROWS, "0, 1000, 1000"),
    "sequencer": (PENDING_IN_ORDER, "2000"),
    "sequencer, first": (FIRST_PENDING, ""),
}


@pytest.mark.parametrize("reader", READERS)
async def test_a_plan_made_on_empty_tables_scans_no_events(connection: Connection, reader: str) -> None:
    statement, arguments = READERS[reader]
    await connection.execute(f"SET plan_cache_mode = force_generic_plan; PREPARE reading AS {statement}")
    rows = await connection.fetch(f"EXPLAIN EXECUTE reading{f'({arguments})' if arguments else ''}")
    plan = "\n".join(row[0] for row in rows)
    assert "events_pkey" in plan, plan
    assert "Scan on events" not in plan, plan
