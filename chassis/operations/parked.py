"""Parked events over HTTP: operators look, retry, skip with a reason, and see what was done before."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from chassis import actions
from chassis.database import PENDING
from chassis.eventstore import Pool
from chassis.http import Body, Command, Db, Page, Paged, answer_json, command, foreign_cursor, listed
from chassis.operations import unparking
from chassis.operations.asker import Operator
from chassis.operations.unparking import Unparked, Unparking
from chassis.parking import Busy
from chassis.runner import Conflict, Work

SHOWN = 100  # events of one subject
Commanding = Annotated[Command, Depends(command("operator"))]
ParkedId = Annotated[int, Path(ge=1, lt=2**63)]

router = APIRouter()


class Retry(Body):
    """The event at the head, as the operator saw it."""

    event_id: UUID


class Skip(Body):
    """The event at the head, and why nothing will ever come of it."""

    event_id: UUID
    reason: str = Field(min_length=3, max_length=2000, pattern=r"\S")


@router.get("/parked")
async def parked(
    request: Request, asked: Paged, _: Operator, db: Db, consumer: Annotated[str | None, Query(max_length=200)] = None
) -> Response:
    """Parked subjects, oldest first: each with the event that stands in the way."""
    rows = await unparking.listed(db, after=_after(asked), consumer=consumer, limit=asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["id"]])


@router.get("/parked/{id}")
async def parked_subject(id: ParkedId, _: Operator, db: Db) -> Response:
    """One parked subject with its first events."""
    return answer_json(await unparking.shown(db, id, SHOWN))


@router.post("/parked/{id}/retries")
async def retry(request: Request, id: ParkedId, body: Retry, command: Commanding) -> Response:
    """Apply the subject's events in order, up to the first that fails again."""
    return await command.run(_retry, _unparking(request), id, body, command)


@router.post("/parked/{id}/skips")
async def skip(request: Request, id: ParkedId, body: Skip, command: Commanding) -> Response:
    """Drop the event at the head, for a reason, and go on with the rest."""
    return await command.run(_skip, _unparking(request), id, body, command)


@router.get("/actions")
async def operator_actions(request: Request, asked: Paged, _: Operator, db: Db) -> Response:
    """What operators did, newest first."""
    rows = await actions.latest(db, _after(asked) or None, asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["id"]])


def _after(asked: Page) -> int:
    match asked.after:
        case None:
            return 0
        case [int(id)] if 0 <= id < 2**63:
            return id
        case _:
            raise foreign_cursor()


async def _retry(_: Work, unparking: Unparking, id: int, body: Retry, command: Command) -> dict[str, Any]:
    try:
        return await _answer(unparking, await unparking.retry(id, body.event_id, command.principal.actor(command.role)))
    except Busy as error:
        raise Conflict(str(error)) from error


async def _skip(_: Work, unparking: Unparking, id: int, body: Skip, command: Command) -> dict[str, Any]:
    try:
        done = await unparking.skip(id, body.event_id, body.reason, command.principal.actor(command.role))
    except Busy as error:
        raise Conflict(str(error)) from error
    return await _answer(unparking, done)


async def _answer(unparking: Unparking, done: Unparked) -> dict[str, Any]:
    if done.applied:
        await _nudge(unparking.pool)
    answer: dict[str, Any] = orjson.loads(orjson.dumps(asdict(done)))
    return answer


async def _nudge(pool: Pool) -> None:
    """Reactions may have appended: the sequencer of a worker looks at once."""
    await pool.execute(f"NOTIFY {PENDING}")


def _unparking(request: Request) -> Unparking:
    state = request.app.state
    return Unparking(state.service, state.pool, state.runner.clock, lambda: None, state.vault)
