"""Parked events are retried and skipped: what the operators' routes, the command line and the worker have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg

from chassis import actions, projector
from chassis.clock import Clock
from chassis.domain import Actor, Refused, Unknown
from chassis.eventstore import Connection, Pool
from chassis.parking import Applies, Busy, Noted, Outcome, Queue, Step, resuming
from chassis.policy import PolicyRuns
from chassis.service import Service
from chassis.telemetry import log
from chassis.vault import Vault

ROUND = 20  # queues that go on by themselves, tried at once
RETRY, SKIP = "parked-retry", "parked-skip"

LIST = """
SELECT q.id, q.consumer, q.subject, q.since, q.resumes, h.event_id, h.type, nullif(h.source, '') AS source,
       h.error_class, h.error, h.waits, h.tries, h.first_at, h.last_at,
       (SELECT count(*) FROM parked p WHERE p.consumer = q.consumer AND p.subject = q.subject) AS events
FROM parked_subjects q CROSS JOIN LATERAL (
    SELECT * FROM parked_heads(q.consumer, q.subject) ORDER BY error_class IS NULL OR waits, id LIMIT 1
) h
WHERE q.id > $1 AND ($2::text IS NULL OR q.consumer = $2) AND ($3::bigint IS NULL OR q.id = $3) ORDER BY q.id LIMIT $4
"""
EVENTS = """
SELECT event_id, type, nullif(source, '') AS source, shard, shard_idx, idx, error_class, error, waits, tries, first_at, last_at
FROM parked WHERE consumer = $1 AND subject = $2 ORDER BY id LIMIT $3
"""
WHICH = "SELECT consumer, subject FROM parked_subjects WHERE id = $1"
DONE = """
SELECT outcome FROM operator_actions WHERE event_id = $1 AND detail->>'queue' = $2 AND outcome IN ('applied', 'skipped')
ORDER BY id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Unparked:
    """What a retry or a skip did: what became of the named event, how many events were applied, and where it stopped."""

    outcome: str
    event_id: UUID
    applied: int = 0
    stopped: dict[str, Any] | None = None
    already: bool = field(default=False)  # it was done before; nothing happened now


async def listed(pool: Pool, *, after: int = 0, consumer: str | None = None, id: int | None = None, limit: int) -> list[Any]:
    """Parked subjects by id, each with the event that stands in the way and how many are parked."""
    return await pool.fetch(LIST, after, consumer, id, limit)


async def shown(pool: Pool, id: int, limit: int) -> dict[str, Any]:
    """One parked subject with its first events; Unknown if there is none."""
    found = await listed(pool, id=id, limit=1)
    if not found:
        raise Unknown("parked", str(id))
    return {
        **found[0],
        "first": [dict(row) for row in await pool.fetch(EVENTS, found[0]["consumer"], found[0]["subject"], limit)],
    }


@dataclass(frozen=True, slots=True)
class Unparking:
    """Works on a service's queues, with its reactions and projections, beside a worker that is alive."""

    service: Service
    pool: Pool
    clock: Clock
    appended: Callable[[], None]
    vault: Vault | None = None

    async def retry(self, id: int, event_id: UUID, actor: Actor) -> Unparked:
        """Apply the events of a queue in order, up to the first that fails again; its head must be `event_id`.

        Raises Unknown, Refused (another head), or Busy. A repeat changes nothing.
        """
        return await self._unpark(id, event_id, actor, None)

    async def skip(self, id: int, event_id: UUID, reason: str, actor: Actor) -> Unparked:
        """Drop exactly the event `event_id` at the head of a queue, for a reason, and go on as `retry` does."""
        return await self._unpark(id, event_id, actor, reason)

    async def _unpark(self, id: int, event_id: UUID, actor: Actor, reason: str | None) -> Unparked:
        if (row := await self.pool.fetchrow(WHICH, id)) is None:
            return await self._done(id, event_id, Unknown("parked", str(id)))
        queue = self.queue(row["consumer"], row["subject"])
        noted = _recording(queue, id, actor, reason)
        try:
            first = await queue.step(partial(_named, event_id), noted, skip=reason is not None)
        except Refused as moved:
            return await self._done(id, event_id, moved)
        if first.outcome is Outcome.FAILED:
            return Unparked(first.outcome, event_id, 0, _stopped(queue, first))
        applied, last = await queue.drain()
        self.appended()
        return Unparked(first.outcome, event_id, applied + (first.outcome is Outcome.APPLIED), _stopped(queue, last))

    async def _done(self, id: int, event_id: UUID, otherwise: Exception) -> Unparked:
        """What was done to this event before, else the error."""
        outcome = await self.pool.fetchval(DONE, event_id, str(id))
        if outcome is None:
            raise otherwise
        return Unparked(outcome, event_id, already=True)

    def queue(self, consumer: str, subject: str) -> Queue:
        """The queue of a subject; Refused if this code has no such consumer."""
        applies = self.consumers().get(consumer)
        if applies is None:
            raise Refused(
                "parked-consumer-unknown", "当前版本没有该消费者", f"this code has no consumer {consumer}", consumer=consumer
            )  # fmt: skip
        return Queue(self.pool, consumer, subject, applies)

    def consumers(self) -> dict[str, Applies]:
        """What applies parked events, by the name of the consumer that parked them."""
        service = self.service
        found: dict[str, Applies] = {p.checkpoint: partial(_project, service, p) for p in service.all_projections}
        if service.reactions:
            runs = PolicyRuns(service.name, service.consumer, self.pool, self.clock, service.reactions, self.appended, self.vault)
            found[service.consumer] = runs.reapply
        return found

    async def resume(self) -> int:
        """Go on with queues that go on by themselves: a reference may have come, a drain was killed; answers how many."""
        found = await resuming(self.pool, list(self.consumers()), ROUND)
        for consumer, subject in found:
            queue = self.queue(consumer, subject)
            try:
                applied, last = await queue.drain()
            except Busy:
                continue  # the step logged it; the next round comes here again
            _stopped(queue, last)
            if applied:
                log.info("parked_resumed", consumer=consumer, subject=subject, applied=applied)
                self.appended()
        return len(found)


async def _project(service: Service, projection: projector.Projection, connection: Connection, parked: asyncpg.Record) -> None:
    await projector.reapply(connection, service.feed, projection, parked)


def _named(event_id: UUID, heads: Sequence[asyncpg.Record]) -> asyncpg.Record:
    for head in heads:
        if head["event_id"] == event_id:
            return head
    now = [str(head["event_id"]) for head in heads]
    raise Refused("parked-head-moved", "队首已不是该事件，请刷新后重试", "another event stands at the head now", heads=now)


def _recording(queue: Queue, id: int, actor: Actor, reason: str | None) -> Noted:
    async def noted(connection: Connection, step: Step) -> None:
        if (event := step.event) is None:
            return
        detail = {"queue": id, "type": event["type"], "source": event["source"], "shard": event["shard"], "idx": event["idx"],
                  "tries": event["tries"], "error": f"{event['error_class']}: {event['error']}"}  # fmt: skip
        done = actions.OperatorAction(
            actor=actor, action=RETRY if reason is None else SKIP, target=f"{queue.consumer} {queue.subject}",
            outcome=step.outcome, event_id=event["event_id"], reason=reason, detail=detail,
        )  # fmt: skip
        await actions.record(connection, done)

    return noted


def _stopped(queue: Queue, step: Step) -> dict[str, Any] | None:
    """Where a drain stopped, said in the log if something failed."""
    if step.event is None or step.error is None:
        return None
    about = {"type": step.event["type"], "event_id": str(step.event["event_id"])}
    if step.outcome is Outcome.FAILED:
        log.error("event_parked", consumer=queue.consumer, subject=queue.subject, exc_info=step.error, **about)
    return {**about, "outcome": step.outcome, "error_class": type(step.error).__name__, "error": str(step.error)}


async def run_resuming(unparking: Unparking, pause: float) -> None:
    """Resume for as long as the database lives."""
    while True:
        await unparking.resume()
        await asyncio.sleep(pause)
