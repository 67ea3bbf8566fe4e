"""Who read what: recorded in the ledger before it is given, so that nothing is read unrecorded."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from chassis.aggregates import Loaded
from chassis.auth import Principal
from chassis.domain import Event, Stream
from chassis.envelope import uuid7
from chassis.runner import Context, InFlight, Runner, Work
from chassis.telemetry import current_traceparent

NAMESPACE = uuid.UUID("0d3a7b44-6a55-5f0e-9a0c-7e0a3f6b1d52")
LOOK = "%Y-%m-%dT%H"
"""Within an hour a reader looks at a thing once, however often and in however many ranges it is asked for."""


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody is about to be shown something: who, in which role, a part of which aggregate, and the event that says so."""

    principal: Principal
    role: str
    thing: Loaded[Any]
    part: str
    event: Event


async def recorded(runner: Runner, stream: Stream[Any], look: Look) -> None:
    """Record a look, in a stream of its own, about whom and in which district the thing is; durable when this returns.

    Each look is a matter of its own: to read a file changes nothing in its case. Raises whatever keeps it from being recorded,
    and then nothing is to be shown; that others look at the same thing at the same moment never does.
    """
    at = runner.clock.now()
    key = f"look|{look.principal.id}|{look.role}|{look.thing.stream_id}|{look.part}|{at.strftime(LOOK)}"
    try:
        await _record(runner, stream, look, key)
    except InFlight:  # the same reader asks twice at once: what the other request comes to is not waited for
        await _record(runner, stream, look, f"{key}|{uuid7()}")


async def _record(runner: Runner, stream: Stream[Any], look: Look, key: str) -> None:
    command_id = uuid.uuid5(NAMESPACE, key)
    context = Context(
        command_id=command_id, actor=look.principal.actor(look.role), organ=look.principal.organ,
        districts=look.principal.districts, occurred_at=runner.clock.now(), causation_id=command_id,
        traceparent=current_traceparent(), key=key,
    )  # fmt: skip
    own = str(uuid7())  # its own stream: nobody else appends to it

    async def handler(work: Work) -> None:
        loaded = await work.load(stream, own)
        work.append(loaded, [look.event], subject=look.thing.subject, district=look.thing.district)

    await runner.run(context, handler)
