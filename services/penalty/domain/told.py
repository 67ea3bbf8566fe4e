"""What a stream tells, event by event: for documents, which say what was decided in the words in which it was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from chassis.domain import Event, Stream

S = TypeVar("S")
E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Told(Generic[S]):
    """A state with the events that it is made of, in their order; the first is version 1."""

    state: S
    events: tuple[Event, ...] = ()

    def each(self, kind: type[E]) -> Iterator[E]:
        """The events of a kind."""
        return (event for event in self.events if isinstance(event, kind))

    def last(self, kind: type[E], party_id: str | None = None) -> E | None:
        """The last event of a kind, of one party if one is named; None if there is none."""
        found = [one for one in self.each(kind) if party_id is None or getattr(one, "party_id", party_id) == party_id]
        return found[-1] if found else None

    def before(self, event: Event) -> Told[S]:
        """What had been told when an event happened; the state is still that of now."""
        return Told(self.state, self.events[: self.version_of(event) - 1])

    def after(self, event: Event) -> Told[S]:
        """What was told since an event."""
        return Told(self.state, self.events[self.version_of(event) :])

    def version_of(self, event: Event) -> int:
        """Which version of the stream an event made; ValueError if it is not one of it."""
        for place, one in enumerate(self.events, start=1):
            if one is event:
                return place
        raise ValueError("not an event of this stream")


def telling(stream: Stream[S]) -> Stream[Told[S]]:
    """The same stream, folded into all that it tells. It is loaded in the place of the stream, not beside it."""

    def evolve(told: Told[S], event: Event) -> Told[S]:
        return Told(stream.evolve(told.state, event), (*told.events, event))

    return Stream(stream.name, Told(stream.initial), evolve)
