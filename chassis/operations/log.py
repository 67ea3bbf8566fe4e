"""The ledger as a transparency log: signed checkpoints, and proofs that any client of such logs can verify."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.eventstore import ledger_head
from chassis.http import Db
from chassis.operations.asker import Auditor
from chassis.operations.proofs import consistency_answer, head_answer, inclusion_answer, needed_size, row_named
from chassis.tree import LEDGER_TREE
from chassis.treeheads import head_of_size, latest_head

ROW_BY_IDX = "SELECT idx FROM ledger WHERE idx = $1"
ROW_BY_EVENT = "SELECT idx FROM ledger WHERE event_id = $1"
Size = Annotated[int | None, Query(ge=1, le=1 << 62)]
Needed = Annotated[int, Query(ge=1, le=1 << 62)]

router = APIRouter(prefix="/log")


@router.get("/checkpoint", responses={404: {}})
async def checkpoint(_: Auditor, db: Db) -> Response:
    """The newest signed checkpoint, as the signed note that it is (C2SP tlog-checkpoint)."""
    return head_answer(await latest_head(db))


@router.get("/checkpoints/{size}")
async def checkpoint_of_size(size: int, _: Auditor, db: Db) -> Response:
    """The checkpoint that was signed at exactly this size."""
    return head_answer(await head_of_size(db, min(size, 1 << 62)))


@router.get("/inclusion", responses={404: {}})
async def inclusion(_: Auditor, db: Db, idx: Size = None, event_id: UUID | None = None, size: Size = None) -> Response:
    """The proof that a ledger row, named by `idx` or `event_id`, is in the tree of `size` leaves (the newest signed one)."""
    row_named(idx, event_id)
    async with db.acquire() as connection:
        found = await connection.fetchval(*((ROW_BY_IDX, idx) if idx is not None else (ROW_BY_EVENT, event_id)))
        upto = needed_size(size, await latest_head(connection), await ledger_head(connection))
        return await inclusion_answer(connection, LEDGER_TREE, found, upto)


@router.get("/consistency", responses={404: {}})
async def consistency(_: Auditor, db: Db, first: Needed, second: Needed) -> Response:
    """The proof that the tree of `second` leaves begins with that of `first` leaves."""
    async with db.acquire() as connection:
        return await consistency_answer(connection, LEDGER_TREE, first, second, await ledger_head(connection))
