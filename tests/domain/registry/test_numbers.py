"""Document numbers: whatever is leased, used, voided and given back, a series has no hole and no double."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import reduce

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chassis.aggregates import nothing, state_bytes
from chassis.domain import Event, Refused
from services.registry.domain import numbers
from services.registry.domain.numbers import (
    LARGEST_BLOCK,
    NUMBER_SERIES,
    LeaseNumbers,
    Numbered,
    NumberSeriesState,
    NumbersLeased,
    NumbersNoted,
    NumbersSettled,
    Series,
    SettleNumbers,
    Span,
    Voided,
)

SERIES = Series(organ_id="donghu-emb", word="罚", year=2026, abbreviation="东湖", pattern=None)


def wish(lease_id: str = "lease-1", count: int = 10, holder: str = "penalty") -> LeaseNumbers:
    return LeaseNumbers(lease_id=lease_id, holder=holder, holder_kind="service", count=count)


def folded(state: NumberSeriesState, events: Iterable[Event]) -> NumberSeriesState:
    return reduce(NUMBER_SERIES.evolve, events, state)


def lease(state: NumberSeriesState, asked: LeaseNumbers) -> tuple[NumberSeriesState, list[Event]]:
    events = numbers.lease_numbers(state, SERIES, asked)
    return folded(state, events), events


def settle(state: NumberSeriesState, account: SettleNumbers) -> NumberSeriesState:
    return folded(state, numbers.settle_numbers(state, SERIES.key, account))


def code_of(state: NumberSeriesState, account: SettleNumbers) -> str:
    with pytest.raises(Refused) as refused:
        numbers.settle_numbers(state, SERIES.key, account)
    return refused.value.code


def test_the_first_block_is_the_numberers_also_before_it_told_of_a_number() -> None:
    """Its first number may be on the way: a device that got 1 as well would give it out twice."""
    device = LeaseNumbers(lease_id="lease-1", holder="phone-7", holder_kind="device", count=5)
    for asked in (device, wish("lease-2", 5, "inspection")):
        with pytest.raises(Refused) as refused:
            numbers.lease_numbers(NUMBER_SERIES.initial, SERIES, asked)
        assert (refused.value.code, refused.value.facts["holder"]) == ("series-self-numbered", "penalty")
    state, _ = lease(NUMBER_SERIES.initial, wish("lease-3", 5))
    assert lease(state, device)[0].last == 10
    nobodys = replace(SERIES, word="检")
    assert numbers.lease_numbers(NUMBER_SERIES.initial, nobodys, device) != []


def test_a_number_that_was_taken_before_the_first_block_is_settled_in_it() -> None:
    state, _ = lease(NUMBER_SERIES.initial, wish("lease-1", 5))
    state = folded(state, numbers.use_number(state, SERIES.key, "penalty", 1))
    assert (state.used, state.leases["lease-1"].out) == ((Span(1, 1),), (Span(2, 5),))


def test_blocks_follow_each_other() -> None:
    state, first = lease(NUMBER_SERIES.initial, wish("lease-1", 10))
    _, second = lease(state, wish("lease-2", 5, "phone-7"))
    spans = [event.spans for event in (*first, *second) if isinstance(event, NumbersLeased)]
    assert spans == [(Span(1, 10),), (Span(11, 15),)]


def test_same_lease_again_is_no_second_block() -> None:
    state, _ = lease(NUMBER_SERIES.initial, wish())
    assert numbers.lease_numbers(state, SERIES, wish()) == []
    with pytest.raises(Refused, match="lease-id-taken"):
        numbers.lease_numbers(state, SERIES, wish(count=11))


@pytest.mark.parametrize("count", [0, -1, LARGEST_BLOCK + 1])
def test_size_of_a_block(count: int) -> None:
    with pytest.raises(Refused, match="block-size"):
        numbers.lease_numbers(NUMBER_SERIES.initial, SERIES, wish(count=count))


def test_what_is_given_back_is_leased_first() -> None:
    state, _ = lease(NUMBER_SERIES.initial, wish("lease-1", 10))
    account = SettleNumbers(lease_id="lease-1", used=(Span(1, 3),), voided=(Voided(4, 4, "打印作废"),), close=True)
    state, events = lease(settle(state, account), wish("lease-2", 8))
    [leased] = events
    assert isinstance(leased, NumbersLeased)
    assert leased.spans == (Span(5, 12),)
    assert (state.last, state.free, state.used) == (12, (), (Span(1, 3),))


def test_each_number_becomes_one_thing_of_its_own_lease() -> None:
    state, _ = lease(NUMBER_SERIES.initial, wish("lease-1", 10))
    state, _ = lease(state, wish("lease-2", 10))
    state = settle(state, SettleNumbers(lease_id="lease-1", used=(Span(1, 5),)))
    assert code_of(state, SettleNumbers(lease_id="lease-1", used=(Span(5, 6),))) == "number-not-out"
    assert code_of(state, SettleNumbers(lease_id="lease-1", used=(Span(11, 11),))) == "number-not-out"
    assert (
        code_of(state, SettleNumbers(lease_id="lease-2", used=(Span(11, 12),), voided=(Voided(12, 12, "误"),)))
        == "number-doubled"
    )
    assert code_of(state, SettleNumbers(lease_id="lease-2", used=(Span(12, 11),))) == "span-reversed"
    assert code_of(state, SettleNumbers(lease_id="lease-9", used=(Span(1, 1),))) == "lease-unknown"


def test_closing_twice_changes_nothing() -> None:
    state, _ = lease(NUMBER_SERIES.initial, wish("lease-1", 4))
    state = settle(state, SettleNumbers(lease_id="lease-1", close=True))
    assert numbers.settle_numbers(state, SERIES.key, SettleNumbers(lease_id="lease-1", close=True)) == []
    assert state.free == (Span(1, 4),)


def test_settled_numbers_of_an_unknown_lease_fold_to_nothing() -> None:
    strange = NumbersSettled(series="s", lease_id="none", used=(Span(1, 1),), voided=(), returned=())
    assert NUMBER_SERIES.evolve(NUMBER_SERIES.initial, strange) == NUMBER_SERIES.initial


def test_what_a_service_numbered_itself_is_used_and_its_block_begins_after_it() -> None:
    before = Numbered(holder="penalty", last=7)
    events = numbers.lease_numbers(NUMBER_SERIES.initial, SERIES, wish(), before)
    assert [event.spans for event in events if isinstance(event, NumbersNoted | NumbersLeased)] == [(Span(1, 7),), (Span(8, 17),)]
    state = folded(NUMBER_SERIES.initial, events)
    assert (state.last, state.used) == (17, (Span(1, 7),))
    with pytest.raises(Refused, match="series-self-numbered"):
        numbers.lease_numbers(NUMBER_SERIES.initial, SERIES, wish(holder="phone-7"), before)
    [leased] = numbers.lease_numbers(state, SERIES, wish("lease-2", holder="phone-7"), before)
    assert isinstance(leased, NumbersLeased)
    assert leased.spans == (Span(18, 27),)


def test_number_that_a_service_used_is_settled_in_its_own_block_only() -> None:
    state, _ = lease(NUMBER_SERIES.initial, wish("lease-1", 5))
    state, _ = lease(state, wish("lease-2", 5, "phone-7"))
    state = folded(state, numbers.use_number(state, SERIES.key, "penalty", 3))
    assert state.used == (Span(3, 3),)
    for number in (3, 6, 99):
        assert numbers.use_number(state, SERIES.key, "penalty", number) == []


spans = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9)).map(lambda pair: Span(pair[0], pair[0] + pair[1])), max_size=8)


def members(some: tuple[Span, ...] | list[Span]) -> set[int]:
    return {number for span in some for number in range(span.first, span.last + 1)}


@generated(spans, spans, st.integers(0, 80))
def test_spans_are_sets_of_numbers(some: list[Span], others: list[Span], count: int) -> None:
    assert members(numbers.joined(some)) == members(some)
    assert members(numbers.without(some, others)) == members(some) - members(others)
    assert members(numbers.taken(some, count)) == set(sorted(members(some))[:count])


@dataclass
class Held:
    """What the holder of a lease knows: the numbers it has, in its own bookkeeping."""

    out: list[int] = field(default_factory=list)


class Offices(RuleBasedStateMachine):
    """Services and devices lease, use, void and give back as they like; each keeps its own books."""

    def __init__(self) -> None:
        super().__init__()
        self.state: NumberSeriesState = NUMBER_SERIES.initial
        self.held: dict[str, Held] = {}
        self.used: list[int] = []
        self.voided: list[int] = []

    @rule(count=st.integers(1, 12))
    def ask(self, count: int) -> None:
        """Somebody leases a block."""
        lease_id = f"lease-{len(self.held)}"
        self.state, events = lease(self.state, wish(lease_id, count))
        [event] = events
        assert isinstance(event, NumbersLeased)
        assert sum(span.size for span in event.spans) == count
        self.held[lease_id] = Held(sorted(members(event.spans)))

    @precondition(lambda self: self.held)
    @rule(data=st.data(), close=st.booleans())
    def account(self, data: st.DataObject, close: bool) -> None:
        """A holder tells what became of some of its numbers."""
        lease_id = data.draw(st.sampled_from(sorted(self.held)))
        out = self.held[lease_id].out
        fates = [data.draw(st.sampled_from(["used", "void", "kept"])) for _ in out]
        used = [number for number, fate in zip(out, fates, strict=True) if fate == "used"]
        void = [number for number, fate in zip(out, fates, strict=True) if fate == "void"]
        account = SettleNumbers(
            lease_id=lease_id, used=tuple(Span(number, number) for number in used),
            voided=tuple(Voided(number, number, "作废") for number in void), close=close,
        )  # fmt: skip
        self.state = settle(self.state, account)
        self.used += used
        self.voided += void
        self.held[lease_id].out = [] if close else [number for number in out if number not in {*used, *void}]

    @invariant()
    def no_hole_and_no_double(self) -> None:
        """1 to `last`, each exactly once: used, void, free, or out with one holder."""
        out = [number for held in self.held.values() for number in held.out]
        everywhere = Counter([*self.used, *self.voided, *members(self.state.free), *out])
        assert everywhere == Counter(range(1, self.state.last + 1))

    @invariant()
    def the_series_knows_what_the_holders_know(self) -> None:
        """The fold's account is the holders' account."""
        assert members(self.state.used) == set(self.used)
        assert {key: sorted(members(one.out)) for key, one in self.state.leases.items()} == {
            key: held.out for key, held in self.held.items()
        }


TestOffices = Offices.TestCase


def test_a_series_can_be_kept_as_a_snapshot() -> None:
    state, _ = lease(NUMBER_SERIES.initial, wish("lease-1", 10))
    account = SettleNumbers(lease_id="lease-1", used=(Span(1, 3),), voided=(Voided(4, 4, "打印作废"),))
    loaded = replace(nothing(NUMBER_SERIES, SERIES.key), state=settle(state, account), version=2)
    assert state_bytes(loaded) is not None
