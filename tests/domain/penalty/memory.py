"""The commands of a case over streams in memory: whole write sets or nothing, as in the store, thousands in a second.

What commands ask of the service's own tables is answered from the published vocabulary and from the streams themselves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.aggregates import Loaded, nothing
from chassis.codec import decode_recorded
from chassis.domain import Actor, Event, Stream
from chassis.runner import Context, Work
from chassis.testing import given
from services.penalty import domain, queries
from services.penalty.domain import CASE, PAYMENTS, CaseState, PaymentState, region_key
from services.penalty.domain.arrears import surcharge_law
from services.penalty.domain.bank import number_key
from tests.domain.penalty.story import CASE_ID, OFFICERS, noon, rules, sanctions

DISTRICT, ORGAN = "donghu", "donghu-emb"
NIL = UUID(int=0)


@dataclass
class Memory:
    """The streams of one case and of the bank; `day` is today."""

    day: date
    streams: dict[str, Loaded[Any]] = field(default_factory=dict)
    kinds: dict[str, Stream[Any]] = field(default_factory=dict)
    history: list[tuple[str, Event]] = field(default_factory=list)

    async def aggregate(self, stream: Stream[Any], key: str) -> Loaded[Any]:
        """A stream as it is."""
        self.kinds[stream.id(key)] = stream
        return self.streams.get(stream.id(key)) or nothing(stream, key)

    async def rows(self, sql: str, *args: Any) -> list[Any]:
        """No table is asked: `answered` stands in for all that is."""
        raise AssertionError(f"nobody answers {sql}")

    def begin(self, *events: Event) -> None:
        """The case with what happened before the commands."""
        stream_id = CASE.id(CASE_ID)
        state = given(CASE, events)
        self.streams[stream_id] = Loaded(
            CASE, CASE_ID, stream_id, len(events), state, state.enterprise_id, DISTRICT, NIL, ORGAN, noon(self.day)
        )
        self.history += [(stream_id, event) for event in events]

    def run(self, actor: Actor, handler: Callable[[Work], Awaitable[Any]]) -> dict[str, list[Event]]:
        """Carry a command out; answers what it appended, by stream. A refusal appends nothing."""
        context = Context(
            command_id=NIL, actor=actor, organ=ORGAN, districts=frozenset({DISTRICT}), occurred_at=noon(self.day),
            causation_id=NIL,
        )  # fmt: skip
        work = Work(context, self, noon(self.day))
        _finish(handler(work))
        appended: dict[str, list[Event]] = {}
        for recorded in work.write_set(work.answer(None)).events:
            stream_id, event = recorded.envelope.stream_id, decode_recorded(recorded)
            stream = self.kinds[stream_id]
            known = self.streams.get(stream_id) or nothing(stream, stream_id.removeprefix(f"{stream.name}:"))
            self.streams[stream_id] = replace(
                known, version=recorded.envelope.version, state=stream.evolve(known.state, event),
                subject=recorded.envelope.subject, district=DISTRICT, correlation_id=recorded.envelope.correlation_id,
            )  # fmt: skip
            appended.setdefault(stream_id, []).append(event)
            self.history.append((stream_id, event))
        return appended

    def state(self, stream: Stream[Any], key: str) -> Any:
        """What a stream tells now."""
        found = self.streams.get(stream.id(key))
        return stream.initial if found is None else found.state

    @property
    def case(self) -> CaseState:
        """The case."""
        state: CaseState = self.state(CASE, CASE_ID)
        return state

    def account(self, party: str) -> PaymentState:
        """What a party owes."""
        state: PaymentState = self.state(PAYMENTS, region_key(CASE_ID, party))
        return state

    def events(self, stream_id: str) -> list[Event]:
        """What happened in a stream."""
        return [event for of, event in self.history if of == stream_id]


def _finish(command: Awaitable[Any]) -> None:
    """Run a command that waits for nobody."""
    try:
        command.__await__().send(None)
    except StopIteration:
        return
    raise AssertionError("a command waited for something outside")


LAW = replace(sanctions(), unrectified=frozenset({"h-1", "h-2"}))
DESK = queries.Organ(ORGAN, "南昌市东湖区应急管理局", DISTRICT, "东湖")


@contextmanager
def answered(memory: Memory) -> Iterator[None]:
    """What commands ask of tables is answered for the time of the block."""

    def always(answer: Any) -> Callable[..., Awaitable[Any]]:
        async def told(*_: Any) -> Any:
            return answer

        return told

    async def rules_on(_: Any, day: date) -> domain.Rules:
        return rules(day)

    async def surcharge_law_on(_: Any, day: date) -> Any:
        return surcharge_law(rules(day))

    async def owing_named(_: Any, names: list[str]) -> list[queries.Owing]:
        return [owing for owing in _owing(memory) if {owing.payment_key, owing.document_key} & {*names}]

    answers: Mapping[str, Any] = {
        "rules_on": rules_on, "surcharge_law_on": surcharge_law_on, "owing_named": owing_named, "organ_of": always(DESK),
        "sanctions_for": always(LAW), "officers_for": always(OFFICERS), "address_of": always("东湖区一号"),
        "major_of": always(frozenset()),
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for name, answer in answers.items():
            patch.setattr(queries, name, answer)
        yield


def _owing(memory: Memory) -> list[queries.Owing]:
    found = []
    for side in memory.case.sides:
        account = memory.account(side.party_id)
        if account.due_on is not None:
            key = region_key(CASE_ID, side.party_id)
            found.append(queries.Owing(key, CASE_ID, side.party_id, DISTRICT, number_key(account.document_no), None))
    return found
