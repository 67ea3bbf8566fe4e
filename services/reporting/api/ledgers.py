"""The witness over HTTP: each log's cosigned checkpoint, and proofs from our own copy of it."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from chassis.http import Db, answer_json
from chassis.operations.asker import Auditor
from chassis.operations.log import Needed, Size
from chassis.operations.proofs import consistency_answer, head_answer, inclusion_answer, needed_size, row_named
from services.reporting.api.answers import answers
from services.reporting.api.answers_audit import WitnessedLedgers
from services.reporting.queries.trees import SOURCES, Source, alarms, cosigned, held, row_of_event, shelf_of

router = APIRouter(prefix="/ledgers")


@router.get("", responses=answers(WitnessedLedgers))
async def ledgers(_: Auditor, db: Db) -> Response:
    """How far each copy goes, how far it is cosigned, and what contradicted it."""
    return answer_json({"items": [await _told(db, source) for source in SOURCES]})


async def _told(db: Db, source: Source) -> dict[str, object]:
    head = await cosigned(db, source)
    size = None if head is None else head.size
    return {"source": source, "held": await held(db, source), "cosigned": size, "alarms": await alarms(db, source)}


@router.get("/{source}/checkpoint")
async def checkpoint(source: Source, _: Auditor, db: Db) -> Response:
    """The newest checkpoint of a log that we cosigned (C2SP tlog-checkpoint, tlog-cosignature)."""
    return head_answer(await cosigned(db, source))


@router.get("/{source}/checkpoints/{size}")
async def checkpoint_of_size(source: Source, size: int, _: Auditor, db: Db) -> Response:
    """The checkpoint that we cosigned at exactly this size."""
    return head_answer(await cosigned(db, source, min(size, 1 << 62)))


@router.get("/{source}/inclusion")
async def inclusion(
    source: Source, _: Auditor, db: Db, idx: Size = None, event_id: UUID | None = None, size: Size = None
) -> Response:
    """The proof, from our copy, that a row of the log is in its tree of `size` leaves (the newest cosigned one)."""
    row_named(idx, event_id)
    async with db.acquire() as connection:
        found = idx if event_id is None else await row_of_event(connection, source, event_id)
        upto = needed_size(size, await cosigned(connection, source), await held(connection, source))
        return await inclusion_answer(connection, shelf_of(source), found, upto)


@router.get("/{source}/consistency")
async def consistency(source: Source, _: Auditor, db: Db, first: Needed, second: Needed) -> Response:
    """The proof, from our copy, that the tree of `second` leaves begins with that of `first` leaves."""
    async with db.acquire() as connection:
        return await consistency_answer(connection, shelf_of(source), first, second, await held(connection, source))
