"""What a service is made of: its manifest."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from fastapi import APIRouter, FastAPI

from chassis.clock import Clock
from chassis.consumer import Applier
from chassis.database import CHASSIS_MIGRATIONS
from chassis.deadlines import Fire, Rules, deadline_projection
from chassis.domain import Stream
from chassis.erasure import Purge
from chassis.eventstore import Connection, Pool
from chassis.policy import Reaction
from chassis.projector import Feed, OwnLedger, Projection
from chassis.selfcheck import CheckOne, Look
from chassis.settings import Settings

MakeApplier = Callable[[Pool], Applier]
Background = Callable[[FastAPI], Coroutine[Any, Any, None]]
Loop = Callable[[Settings, Pool, Clock], Coroutine[Any, Any, None]]


class Witness(Protocol):
    """What a service that copies other ledgers saw of them, for whoever verifies those."""

    async def cosigned(self, connection: Connection, source: str) -> Sequence[str]:
        """The newest checkpoint of a source that was countersigned, if any."""
        ...

    async def held(self, connection: Connection, source: str) -> tuple[int, bytes]:
        """Up to which row the copy of a source has no hole, and the chain hash there; (0, b"") if there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The parts of one deployable service, from its rooms; the chassis runs them.

    `applier` replaces the policies of a service that only copies (reporting), which has a ledger only if it `records` something
    of its own; `background` are tasks of an API process; `loops` are further loops of its worker, by name; `snapshots`
    are the streams that say how often (`Stream.snapshot_every`); `checks` are the self-check's beyond what is checked of every
    service; `purges` take a person out of the places that hold personal data in plain; `things` are the Chinese names of what
    may be asked for and not be there: of streams, and of whatever else `Unknown` names.
    """

    name: str
    title: str
    routers: tuple[APIRouter, ...]
    migrations: Path
    projections: tuple[Projection, ...] = ()
    deadlines: Rules | None = None
    fires: Mapping[str, Fire] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    reactions: Mapping[str, Reaction] = field(default_factory=dict)
    feed: Feed = field(default_factory=OwnLedger)
    applier: MakeApplier | None = None
    records: bool = False
    background: tuple[Background, ...] = ()
    snapshots: tuple[Stream[Any], ...] = ()
    loops: Mapping[str, Loop] = field(default_factory=dict)
    checks: tuple[CheckOne, ...] = ()
    witness: Witness | None = None
    purges: tuple[Purge, ...] = ()
    things: Mapping[str, str] = field(default_factory=dict)

    @property
    def consumer(self) -> str:
        """The name under which its inbox positions are kept."""
        return f"{self.name}-policies" if self.applier is None else f"{self.name}-copy"

    @property
    def has_ledger(self) -> bool:
        """Whether it appends events."""
        return self.applier is None or self.records

    @property
    def all_projections(self) -> tuple[Projection, ...]:
        """Its read models and its deadlines."""
        return self.projections if self.deadlines is None else (*self.projections, deadline_projection(self.deadlines))

    def look(self, connection: Connection, clock: Clock) -> Look:
        """What the self-check looks at."""
        return Look(
            connection, self.feed, self.consumer, self.has_ledger, clock.now(), clock.simulated, self.checks
        )  # fmt: skip

    @property
    def migration_folders(self) -> list[Path]:
        """The chassis' migrations, then its own."""
        return [CHASSIS_MIGRATIONS, self.migrations]
