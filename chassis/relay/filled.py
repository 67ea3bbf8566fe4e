"""What the relay knows of its topic, and the two places where that can be noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from chassis.relay.pages import Message


class TopicChanged(Exception):
    """The topic is not the one that was filled: it was recreated or cut, or the broker came back empty."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the first message of the last batch of a partition lies, and the event that it is."""

    offset: int
    event_id: UUID


@dataclass(frozen=True, slots=True)
class Filled:
    """How far the topic is filled: up to which `idx` of the ledger, for the how manieth time, in which cluster."""

    number: int
    cluster: str
    position: int = 0
    last: Mapping[int, Placed] = field(default_factory=dict)  #: by partition; none where nothing has been produced yet

    def then(self, position: int, placed: Mapping[int, Placed], topic: str) -> Filled:
        """What is known after another page; TopicChanged if an offset did not grow: then it went to another topic."""
        for partition, place in placed.items():
            if partition in self.last and place.offset <= self.last[partition].offset:
                raise TopicChanged(f"{topic}/{partition}: offset {place.offset}")
        return Filled(self.number, self.cluster, position, {**self.last, **placed})


class Journal(Protocol):
    """Where it is noted how far the topic is filled, and how a page and that note become true together."""

    async def read(self) -> Filled | None:
        """What is noted; None if nothing is."""
        ...

    async def intact(self) -> bool:
        """Whether what was noted last is still where it was put."""
        ...

    async def produce(self, page: Sequence[Message], filled: Filled) -> Filled:
        """Produce messages; answers what is known then. After an error nothing is known: it must be read anew."""
        ...

    async def note(self, filled: Filled) -> None:
        """What must be written outside the broker once a page is produced."""
        ...

    async def claim(self) -> None:
        """Fail if another relay has taken over."""
        ...

    async def begin(self, cluster: str) -> Filled:
        """Note that the topic was emptied, under the next number."""
        ...
