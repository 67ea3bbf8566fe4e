"""The relay's parts without a broker: what it reads of the ledger, what its position record says, when a topic is another one."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.broker import headers_of
from chassis.eventstore import Connection, append, ledger_after
from chassis.relay.batches import together
from chassis.relay.filled import Filled, Placed, TopicChanged
from chassis.relay.pages import read_page
from chassis.relay.transactional import filled_bytes, filled_from
from chassis.sequencer import read_head, sequence_once
from tests.chassis.writing import alone, recorded

AT = uuid.uuid4()
TRACE = "00-" + "1" * 32 + "-" + "2" * 16 + "-00"


async def test_a_page_has_the_headers_that_everybody_else_computes(connection: Connection) -> None:
    """The database renders them: absent and empty values, whole seconds, the separator itself, text that is not ASCII."""
    variants: list[dict[str, Any]] = [
        {},
        {"device": "d", "rulebook": "r-1", "traceparent": TRACE},
        {"device": "", "rulebook": ""},
        {"subject": "主体", "district": "东湖"},
        {"subject": "a\x1fb", "organ": "\x1f"},
        {"occurred_at": datetime(2021, 9, 6, tzinfo=UTC), "recorded_at": datetime(1021, 1, 1, 0, 0, 0, 10, tzinfo=UTC)},
    ]
    events = []
    for n, changes in enumerate(variants):
        event = recorded(f"s:{n}", 1)
        events.append(replace(event, envelope=replace(event.envelope, **changes)))
    await append(connection, [alone(events)])
    await sequence_once(connection, await read_head(connection))
    rows, page = await ledger_after(connection, 0, 100), await read_page(connection, "notes", 0, 100)
    assert [message.idx for message in page] == [1, 2, 3, 4, 5, 6]
    for row, message in zip(rows, page, strict=True):
        assert sorted(message.headers) == sorted(headers_of("notes", row))
        assert message.key == row.envelope.subject.encode()
        assert message.value == row.recorded.data
        assert (message.shard, message.event_id) == (row.shard, row.envelope.event_id)
    assert [message.idx for message in await read_page(connection, "notes", 2, 2)] == [3, 4]


placed = st.builds(Placed, st.integers(0, 2**62), st.uuids())
filled = st.builds(
    Filled, st.integers(1, 2**31), st.text(), st.integers(0, 2**62), st.dictionaries(st.integers(0, 63), placed)
)  # fmt: skip


@given(filled)
def test_a_position_record_says_what_it_was_told(known: Filled) -> None:
    assert filled_from(filled_bytes(known)) == known


def test_an_offset_that_does_not_grow_is_another_topic() -> None:
    known = Filled(1, "c", 10, {0: Placed(7, AT), 1: Placed(9, AT)})
    after = known.then(20, {1: Placed(10, AT), 2: Placed(0, AT)}, "t")
    assert after == Filled(1, "c", 20, {0: Placed(7, AT), 1: Placed(10, AT), 2: Placed(0, AT)})
    for offset in (9, 8, 0):
        with pytest.raises(TopicChanged):
            known.then(20, {1: Placed(offset, AT)}, "t")


async def test_of_what_is_done_together_the_first_failure_ends_the_rest_and_nothing_else() -> None:
    """Its own task must not look as if it had been told to end: `forever` would."""
    ended = asyncio.Event()

    async def patient() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def broken() -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await together(patient(), broken())
    assert ended.is_set()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
