"""Checkpoints and proofs as answers, the same whether a service speaks of its own ledger or reporting of its copy."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from uuid import UUID

from fastapi import Response

from chassis.eventstore import Connection
from chassis.http import answer_json
from chassis.problems import BadRequest
from chassis.tree import Shelf, consistency, inclusion, leaves_of, root_at
from chassis.treeheads import TreeHead


def no_checkpoint() -> BadRequest:
    """What is said where nothing was signed, or not at this size."""
    return BadRequest("no-checkpoint", "没有这个签名检查点", "there is no such signed checkpoint", status=404)


def head_answer(head: TreeHead | None) -> Response:
    """A checkpoint as the signed note that it is; BadRequest (404) if there is none."""
    if head is None:
        raise no_checkpoint()
    return Response(head.note.encode(), media_type="text/plain; charset=utf-8")


def needed_size(asked: int | None, latest: TreeHead | None, held: int) -> int:
    """The size a proof is made for: as asked, else the newest signed one; BadRequest if it does not exist."""
    if asked is None:
        if latest is None:
            raise no_checkpoint()
        return latest.size
    if asked > held:
        raise BadRequest("beyond-the-ledger", "台账没有这么长", f"the ledger has {held} rows", status=404, size=held)
    return asked


def row_named(idx: int | None, event_id: UUID | None) -> None:
    """Raises BadRequest unless a row is named by its place or by its event, and not by both."""
    if (idx is None) == (event_id is None):
        raise BadRequest("row-not-named", "须给出 idx 或 event_id 之一", "name the row by either idx or event_id", status=422)


async def inclusion_answer(connection: Connection, shelf: Shelf, idx: int | None, size: int) -> Response:
    """The inclusion proof of ledger row `idx` (from 1) in the tree of `size` leaves; BadRequest (404) if it is not in it."""
    if idx is None or idx > size:
        raise BadRequest("not-in-the-tree", "该行不在此树中", f"no such row among the first {size}", status=404, size=size)
    [leaf] = await leaves_of(connection, shelf, (idx - 1, idx))
    proof = await inclusion(connection, shelf, idx - 1, size)
    root = await root_at(connection, shelf, size)
    return answer_json({
        "idx": idx, "leaf_index": idx - 1, "size": size, "leaf": b64(leaf), "root": b64(root), "proof": all_b64(proof),
    })  # fmt: skip


async def consistency_answer(connection: Connection, shelf: Shelf, first: int, second: int, held: int) -> Response:
    """The consistency proof from `first` to `second` leaves; BadRequest if they are in no order, or not there."""
    if first > second:
        raise BadRequest("sizes-reversed", "first 不得大于 second", "first is larger than second", status=422)
    needed_size(second, None, held)
    proof = await consistency(connection, shelf, first, second)
    roots = [await root_at(connection, shelf, size) for size in (first, second)]
    return answer_json({
        "first": first, "second": second, "first_root": b64(roots[0]), "second_root": b64(roots[1]), "proof": all_b64(proof),
    })  # fmt: skip


def b64(value: bytes) -> str:
    """Bytes as base64."""
    return base64.b64encode(value).decode()


def all_b64(values: Sequence[bytes]) -> list[str]:
    """Hashes as base64."""
    return [b64(value) for value in values]
