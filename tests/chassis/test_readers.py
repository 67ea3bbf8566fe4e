"""The history checker can fail: under one and the same load it finds what readers lose and reorder that others use, and ours not.

What goes wrong with positions and horizons is told in docs/architecture.md.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.eventstore import Connection
from tests.chassis.readers import Stage, Step, load, staged

#: B drew the lower number and is open yet, while A, which began before it, is committed and below every horizon.
LATE_COMMIT = [
    Step("begin", "A"), Step("begin", "B"), Step("write", "B", "s"), Step("write", "A", "t"), Step("commit", "A"), Step("read"),
    Step("commit", "B"), Step("read"),
]  # fmt: skip
#: A has its transaction id (its inbox row is written) before B appends to the stream that A then reads and appends to.
EARLY_ID = [
    Step("begin", "A"), Step("begin", "B"), Step("write", "B", "s"), Step("commit", "B"), Step("write", "A", "s"),
    Step("commit", "A"), Step("read"),
]  # fmt: skip


async def played(dsn: str, connection: Connection, steps: list[Step]) -> Stage:
    """A stage after these steps; our reader and our ledger keep every promise under them, whatever the others do."""
    stage = await staged(dsn, connection)
    await stage.play(steps)
    assert stage.found("ledger") == []
    assert await stage.judged() == []
    return stage


@pytest.mark.parametrize("reader", ["position", "position below horizon"])
async def test_a_position_as_checkpoint_loses_what_commits_late(dsn: str, connection: Connection, reader: str) -> None:
    """A horizon of transaction ids does not help: the checkpoint has gone past the number that is still to be committed."""
    assert "lost" in (await played(dsn, connection, LATE_COMMIT)).rules(reader)


async def test_a_transaction_id_as_order_puts_an_event_before_the_one_it_follows(dsn: str, connection: Connection) -> None:
    """It loses nothing, but within a stream the second version comes first: the order is that of beginnings, not of reading."""
    found = (await played(dsn, connection, EARLY_ID)).rules("transaction and position")
    assert {"version-order", "causal-order", "real-time-order"} <= found
    assert "lost" not in found


async def test_under_one_random_load_each_of_the_others_fails_and_ours_does_not(dsn: str, connection: Connection) -> None:
    stage = await played(dsn, connection, load(seed=4, length=400))
    assert len(stage.done) > 50
    assert "lost" in stage.rules("position")
    assert "lost" in stage.rules("position below horizon")
    assert "version-order" in stage.rules("transaction and position")


STEPS = st.builds(
    Step,
    st.sampled_from(["begin", "begin", "write", "write", "write", "commit", "rollback", "read"]),
    st.sampled_from("ABC"),
    st.sampled_from("st"),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=5, max_size=30))
async def test_however_transactions_overlap_the_ledger_keeps_it_all(dsn: str, connection: Connection, steps: list[Step]) -> None:
    await played(dsn, connection, steps)
