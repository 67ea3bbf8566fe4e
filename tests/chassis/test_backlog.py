"""The backlog: of any stream of messages, doubled, lost and late, each shard's events come out once and in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from chassis.broker import Received, partition_of
from chassis.consumer import RUN, Backlog
from tests.chassis.writing import recorded

PLACES = [("a", 0), ("a", 4), ("b", 0), ("b", 1)]  # (source, shard); two of them share a partition
EVENT = recorded("s", 1)
Shard = tuple[str, int]


def message(source: str, shard: int, shard_idx: int) -> Received:
    return Received(source, shard_idx, shard, shard_idx, b"", b"", EVENT)


@dataclass
class Ledgers:
    """The sources' ledgers, from which holes are filled; the consumer's end of it; and what was asked for."""

    asked: list[tuple[str, int, int, int]] = field(default_factory=list)
    applied: dict[Shard, list[int]] = field(default_factory=lambda: defaultdict(list))

    async def repair(self, source: str, shard: int, after: int, upto: int) -> list[Received]:
        self.asked.append((source, shard, after, upto))
        return [message(source, shard, n) for n in range(after + 1, upto + 1)]

    def apply(self, backlog: Backlog, take: Sequence[int]) -> None:
        """Apply of each run as many events as `take` says, over and over; what is left must come again."""
        positions = {}
        for run, count in zip(backlog.runs(), [*take, *[RUN] * len(PLACES)], strict=False):
            place = (run.source, run.shard)
            assert run.after == len(self.applied[place])
            self.applied[place] += [event.shard_idx for event in run.events[:count]]
            positions[place] = len(self.applied[place])
        backlog.applied(positions)


DELIVERIES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(PLACES), st.integers(1, 12)),  # a message: any event of any shard, early, late or again
        st.lists(st.integers(0, 5), max_size=4),  # a round of applying: how much of each run
    ),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(deliveries=DELIVERIES)
async def test_every_event_once_and_in_order_whatever_arrives(deliveries: list[tuple[Shard, int] | list[int]]) -> None:
    ledgers, highest, offset = Ledgers(), dict.fromkeys(PLACES, 0), 0
    backlog = Backlog({}, ledgers.repair)
    with capture_logs():
        for delivery in deliveries:
            if isinstance(delivery, list):
                ledgers.apply(backlog, delivery)
                continue
            (source, shard), shard_idx = delivery
            hole = shard_idx > highest[source, shard] + 1
            before = len(ledgers.asked)
            await backlog.admit(message(source, shard, shard_idx), offset)
            assert ledgers.asked[before:] == ([(source, shard, highest[source, shard], shard_idx - 1)] if hole else [])
            highest[source, shard] = max(highest[source, shard], shard_idx)
            offset += 1
    while len(backlog):
        ledgers.apply(backlog, [])
    assert {place: ledgers.applied[place] for place in PLACES} == {place: list(range(1, n + 1)) for place, n in highest.items()}


ARRIVALS = st.lists(st.sampled_from(PLACES), max_size=40)


@settings(max_examples=100, deadline=None)
@given(arrivals=ARRIVALS, take=st.lists(st.integers(0, 3), max_size=4))
async def test_whoever_begins_at_the_earliest_offset_again_misses_nothing(arrivals: list[Shard], take: list[int]) -> None:
    """What the saved offsets are: everything that was read and not applied lies at them or behind them."""
    ledgers, count = Ledgers(), dict.fromkeys(PLACES, 0)
    offsets: dict[tuple[str, int], int] = defaultdict(int)
    log: dict[tuple[str, int], list[Received]] = defaultdict(list)
    backlog = Backlog({}, ledgers.repair)
    for source, shard in arrivals:
        count[source, shard] += 1
        partition = (source, partition_of(shard, 4))
        received = message(source, shard, count[source, shard])
        log[partition].append(received)
        await backlog.admit(received, offsets[partition])
        offsets[partition] += 1
    ledgers.apply(backlog, take)
    earliest = backlog.earliest(4)
    held = backlog.held(4)
    again = Backlog({place: len(done) for place, done in ledgers.applied.items()}, ledgers.repair)
    for partition, messages in log.items():
        first = earliest.get(partition, len(messages))
        assert held[partition] <= len(messages) - first
        for offset, received in enumerate(messages[first:], first):
            await again.admit(received, offset)
    while len(again):
        ledgers.apply(again, [])
    assert ledgers.asked == []
    assert {place: len(ledgers.applied[place]) for place in PLACES} == count


async def test_a_run_is_limited_and_the_rest_comes_next() -> None:
    ledgers = Ledgers()
    backlog = Backlog({("a", 0): 5}, ledgers.repair)
    for n in range(1, RUN + 21):
        await backlog.admit(message("a", 0, n), n)
    [run] = backlog.runs()
    assert (run.after, len(run.events), run.events[0].shard_idx) == (5, RUN, 6)
    backlog.applied({("a", 0): 5 + RUN})
    [rest] = backlog.runs()
    assert [event.shard_idx for event in rest.events] == list(range(6 + RUN, RUN + 21))


@pytest.mark.parametrize("answer", [[], [2], [2, 4], [2, 3, 4, 5], [3, 2, 4], [1, 2, 3]], ids=str)
async def test_a_hole_is_filled_whole_or_not_at_all(answer: list[int]) -> None:
    """Whatever a ledger answers; nothing behind the hole is handed on."""

    async def repair(source: str, shard: int, after: int, upto: int) -> list[Received]:
        return [message(source, shard, n) for n in answer]

    backlog = Backlog({("a", 0): 1}, repair)
    with capture_logs(), pytest.raises(OSError, match="did not fill the hole"):
        await backlog.admit(message("a", 0, 5), 9)
    assert backlog.runs() == []
