"""The history checker: a good history passes every rule, and each rule fails on the violation that is planted for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.envelope import Recorded, Sequenced, shard_of, uuid7
from chassis.eventstore import WriteSet
from chassis.history import (
    Attempt,
    Outcome,
    Seen,
    Violation,
    causations,
    causes,
    chained,
    consumed,
    doubled,
    judge,
    lost,
    ordered,
    placed,
    projected,
    real_time,
    refused_yet_written,
    seen_in,
    split,
    stale,
    tailed,
    torn,
    versions,
)  # fmt: skip
from tests.chassis.writing import attempt, sequenced, write_set

ONE, TWO = write_set(("a", 0, 2), ("b", 0, 1)), write_set(("c", 0, 1))
THREE = write_set(("b", 1, 2), ("c", 1, 0), causation_id=TWO.events[-1].envelope.event_id)
REFUSED = write_set(("a", 2, 1))
WRITTEN = (*ONE.events, *TWO.events, *THREE.events)
ATTEMPTS = [attempt(ONE), attempt(TWO), attempt(THREE), attempt(REFUSED, Outcome.REFUSED)]
LEDGER = sequenced(WRITTEN)
ORDER = seen_in(LEDGER)


def rules(found: Iterator[Violation] | Sequence[Violation]) -> list[str]:
    """The names of the rules that are broken."""
    return [violation.rule for violation in found]


def without(order: Sequence[Seen], *at: int) -> list[Seen]:
    return [seen for place, seen in enumerate(order) if place not in at]


def moved(order: Sequence[Seen], at: int, to: int) -> list[Seen]:
    rest = without(order, at)
    return [*rest[:to], order[at], *rest[to:]]


def altered(at: int, **changes: object) -> list[Sequenced]:
    return [replace(row, **changes) if row.idx == at else row for row in LEDGER]  # type: ignore[arg-type]


def test_a_good_history_passes_every_rule() -> None:
    places = [(row.idx, row.envelope.event_id) for row in LEDGER]
    assert judge(ATTEMPTS, LEDGER) == []
    assert list(tailed(LEDGER, places)) == []
    assert list(consumed(LEDGER, by_shard(LEDGER))) == []
    assert list(projected("tallies", {"a": 2}, {"a": 2})) == []
    assert judge([], []) == []


def test_what_is_unknown_may_be_there_whole_or_not_at_all() -> None:
    unknown = [*ATTEMPTS[:2], attempt(THREE, Outcome.UNKNOWN)]
    assert ordered(unknown, ORDER) == []
    assert ordered(unknown, ORDER[:4]) == []
    assert rules(ordered(unknown, ORDER[:5])) == ["torn"]


def test_an_acknowledged_append_that_is_lost_is_named_event_by_event() -> None:
    found = list(lost(ATTEMPTS, without(ORDER, 4, 5)))
    assert rules(found) == ["lost", "lost"]
    assert str(THREE.events[0].envelope.event_id) in found[0].evidence
    assert ATTEMPTS[2].command in str(found[0])


def test_a_refused_append_that_is_there() -> None:
    found = refused_yet_written(ATTEMPTS, [*ORDER, ATTEMPTS[3].events[0]])
    assert rules(found) == ["refused-yet-written"]


def test_anything_twice() -> None:
    assert rules(doubled(ATTEMPTS, [*ORDER, ORDER[-1]])) == ["doubled", "doubled"]  # the event, and the version
    assert rules(doubled(ATTEMPTS, [*ORDER, replace(ORDER[-1], event_id=uuid7())])) == ["doubled"]


def test_a_command_that_was_sent_again_and_written_twice() -> None:
    again = write_set(("d", 0, 1))
    twice = [*ATTEMPTS, attempt(again, command=ATTEMPTS[0].command)]
    assert rules(doubled(twice, [*ORDER, *seen_in(sequenced(again.events))])) == ["doubled"]


@pytest.mark.parametrize(
    "order",
    [without(ORDER, 1), moved(ORDER, 3, 1), [ORDER[1], ORDER[0], *ORDER[2:]]],
    ids=["a part is missing", "another came between", "its own order is lost"],
)
def test_a_write_set_that_is_torn(order: list[Seen]) -> None:
    assert rules(torn(ATTEMPTS, order)) == ["torn"]


def test_a_command_that_goes_on_after_another() -> None:
    rows = sequenced([WRITTEN[0], WRITTEN[3], *WRITTEN[1:3], *WRITTEN[4:]])
    assert rules(split(rows)) == ["torn"]


def test_versions_that_come_in_another_order_or_leave_one_out() -> None:
    assert rules(versions(moved(ORDER, 1, 0))) == ["version-order"] * 2
    assert rules(versions(without(ORDER, 0))) == ["version-order"]


def test_an_event_before_one_that_its_writer_had_read() -> None:
    """THREE read `c` at version 1, which nobody changed: only the reading tells that it must come first."""
    assert rules(causes(ATTEMPTS, moved(ORDER, 3, 5))) == ["causal-order"]
    assert rules(causes(ATTEMPTS, without(ORDER, 3))) == ["causal-order"]


def timed(given: WriteSet, begun: float, ended: float) -> Attempt:
    return replace(attempt(given), begun=begun, ended=ended)


def test_a_decision_on_what_was_known_to_be_old() -> None:
    """THREE rests on `c` at version 1; when a second event of `c` was acknowledged before THREE was sent, that was stale."""
    more = write_set(("c", 1, 1))
    assert rules(stale([timed(THREE, 5.0, 6.0), timed(more, 3.0, 4.0)])) == ["stale"]
    assert rules(stale([timed(THREE, 3.5, 6.0), timed(more, 3.0, 4.0)])) == []  # at the same time: either may be first
    assert rules(stale([timed(THREE, 5.0, 6.0), replace(timed(more, 3.0, 4.0), outcome=Outcome.UNKNOWN)])) == []


def test_what_was_acknowledged_first_comes_first() -> None:
    """Also where the writers know nothing of each other."""
    order = seen_in(sequenced([*TWO.events, *ONE.events]))
    assert rules(real_time([timed(ONE, 1.0, 2.0), timed(TWO, 3.0, 4.0)], order)) == ["real-time-order"] * 3
    assert rules(real_time([timed(ONE, 1.0, 3.5), timed(TWO, 3.0, 4.0)], order)) == []
    assert rules(real_time([timed(ONE, 3.0, 4.0), timed(TWO, 1.0, 2.0)], order)) == []


def test_an_event_before_its_named_cause() -> None:
    rows = sequenced([*WRITTEN[:3], *WRITTEN[4:], WRITTEN[3]])
    assert rules(causations(rows)) == ["causal-order"] * 2
    foreign = sequenced([*WRITTEN[:3], *WRITTEN[4:]])
    assert rules(causations(foreign)) == ["causal-order"] * 2
    assert rules(causations(foreign, closed=False)) == []


def test_holes_in_the_ledger_and_in_a_shard() -> None:
    assert rules(placed(altered(6, idx=7))) == ["hole"]
    last = LEDGER[-1]
    assert rules(placed(altered(last.idx, shard_idx=last.shard_idx + 1))) == ["hole"]
    assert "shard" in rules(placed(altered(2, shard=(LEDGER[1].shard + 1) % 64)))


def test_a_row_that_was_altered_breaks_the_chain() -> None:
    assert rules(chained(altered(3, recorded=Recorded(LEDGER[2].envelope, b"{}")))) == ["chain"]
    assert rules(chained(altered(3, chain=bytes(32)))) == ["chain", "chain"]  # its own link, and the next one's
    assert rules(chained([*LEDGER[:2], *LEDGER[3:]])) == ["chain"]


def by_shard(rows: Sequence[Sequenced]) -> dict[int, list[tuple[int, UUID]]]:
    applied: dict[int, list[tuple[int, UUID]]] = {}
    for row in rows:
        applied.setdefault(row.shard, []).append((row.shard_idx, row.envelope.event_id))
    return applied


Places = list[tuple[int, UUID]]
FAULTS: dict[str, Callable[[Places], Places]] = {
    "missed": lambda met: [*met[:1], *met[2:]],
    "missed at the end": lambda met: met[:-1],
    "doubled": lambda met: [*met[:2], met[1], *met[2:]],
    "reordered": lambda met: [met[1], met[0], *met[2:]],
    "invented": lambda met: [*met, (met[-1][0] + 1, uuid7())],
    "another event": lambda met: [*met[:-1], (met[-1][0], uuid7())],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_tail_reader_at_fault(fault: str) -> None:
    met = FAULTS[fault]([(row.idx, row.envelope.event_id) for row in LEDGER])
    assert rules(tailed(LEDGER, met)) == ["tail"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_consumer_at_fault_in_one_shard(fault: str) -> None:
    applied = by_shard(LEDGER)
    [shard] = [shard for shard, met in applied.items() if shard == shard_of("b")]
    assert rules(consumed(LEDGER, {**applied, shard: FAULTS[fault](applied[shard])})) == [f"consumer (shard {shard})"]


def test_a_consumer_that_left_out_a_shard() -> None:
    applied = by_shard(LEDGER)
    gone = applied.pop(shard_of("c"))
    assert len(gone) == len(list(consumed(LEDGER, applied))) > 0


@pytest.mark.parametrize("stored", [{"a": 3, "b": 1}, {"a": 2}, {"a": 2, "b": 1, "c": 1}], ids=["wrong", "missing", "too much"])
def test_a_projection_that_is_not_the_fold(stored: dict[str, int]) -> None:
    assert rules(projected("tallies", stored, {"a": 2, "b": 1})) == ["projection"]


@given(st.permutations(range(len(ORDER))))
def test_any_other_order_breaks_a_rule_unless_no_promise_is_about_it(permutation: list[int]) -> None:
    """ONE and TWO knew nothing of each other; everything else has one place only."""
    order = [ORDER[at] for at in permutation]
    allowed = permutation in ([0, 1, 2, 3, 4, 5], [3, 0, 1, 2, 4, 5])
    assert (ordered(ATTEMPTS, order) == []) == allowed


@given(st.sets(st.integers(0, len(ORDER) - 1), min_size=1))
def test_whatever_is_lost_is_told(gone: set[int]) -> None:
    assert rules(lost(ATTEMPTS, without(ORDER, *gone))) == ["lost"] * len(gone)
