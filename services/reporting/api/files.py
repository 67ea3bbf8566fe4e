"""The case file: a history as one file that proves itself to whoever has the verifier keys (`casetrail verify`)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from chassis.auth import Principal
from chassis.casefile import write
from chassis.domain import Unknown
from chassis.envelope import instant
from chassis.http import Db, Id
from chassis.problems import BadRequest
from chassis.settings import Settings
from chassis.signednote import Signer
from chassis.telemetry import log
from chassis.treeheads import TreeHead
from services.reporting.api.reads import Given
from services.reporting.api.viewers import Viewer, shows_at_least
from services.reporting.domain.access import Thing
from services.reporting.queries.copies import Copied, copied_from
from services.reporting.queries.histories import history_of
from services.reporting.queries.trees import Placed, cosigned, places_of, proven

COSIGNED_WAIT = 15.0  # seconds, until the newest event of a history is under a cosigned checkpoint
LOOK = 0.1  # seconds

router = APIRouter(dependencies=[Depends(shows_at_least)])


@router.get("/enterprises/{enterprise_id}/file")
async def of_enterprise(request: Request, enterprise_id: Id, viewer: Viewer, db: Db, given: Given) -> Response:
    """Everything that happened about an enterprise, with proofs, as one sealed file."""
    return await _file(request, "enterprise", enterprise_id, viewer, await history_of(db, "enterprise", enterprise_id), given)


@router.get("/cases/{case_id}/file")
async def of_case(request: Request, case_id: Id, viewer: Viewer, db: Db, given: Given) -> Response:
    """Everything that happened in the matter of a case, with proofs, as one sealed file."""
    return await _file(request, "case", case_id, viewer, await history_of(db, "case", case_id), given)


async def _file(
    request: Request, kind: Thing, key: str, viewer: Principal, history: Sequence[Any], given: Given
) -> Response:  # fmt: skip
    content, shown, _ = await case_file(request, kind, key, viewer, history)
    await given.give(viewer, kind, key, shown, "file", content)
    log.info("case_file_exported", kind=kind, key=key, by=viewer.id, events=len(shown))
    name = f'attachment; filename="{kind}-{key}.casefile.json"'
    return Response(content, media_type="application/json", headers={"Content-Disposition": name})


async def case_file(
    request: Request, kind: str, key: str, viewer: Principal, history: Sequence[Any]
) -> tuple[bytes, list[Copied], Signer]:  # fmt: skip
    """The case file of what the viewer may see of a history, its events, and who sealed it; Unknown if there is none.

    BadRequest (503) where nothing is signed, or not far enough.
    """
    shown = [copied_from(row) for row in history if viewer.may_see(row["district"])]
    if not shown:
        raise Unknown(kind, key)
    settings: Settings = request.app.state.settings
    if settings.signer is None:
        raise BadRequest("not-signing", "本部署未配置签名密钥", "this deployment signs nothing: it has no keys", status=503)
    pool, clock = request.app.state.pool, request.app.state.runner.clock
    placed = await places_of(pool, shown)
    heads = await _cosigned_heads(pool, placed)
    content = write(
        kind=kind, key=key, at=instant(clock.now()), by={"id": viewer.id, "name": viewer.name}, simulated=clock.simulated,
        checkpoints={source: head.note for source, head in heads.items()}, events=await proven(pool, placed, heads),
        keys={*settings.trusted, settings.signer.verifier, settings.signer.witness}, signer=settings.signer,
    )  # fmt: skip
    return content, shown, settings.signer


async def _cosigned_heads(pool: Db, placed: Sequence[Placed]) -> Mapping[str, TreeHead]:
    """The newest cosigned checkpoint of each log that the events are in; BadRequest (503) if one does not reach far enough."""
    needed: dict[str, int] = {}
    for each in placed:
        needed[each.copied.source] = max(each.idx, needed.get(each.copied.source, 0))
    until = time.monotonic() + COSIGNED_WAIT
    while True:
        heads = {source: await cosigned(pool, source) for source in needed}
        enough = {source: head for source, head in heads.items() if head is not None and head.size >= needed[source]}
        if len(enough) == len(needed):
            return enough
        if time.monotonic() > until:
            raise _not_cosigned({source: _lack(needed[source], heads[source]) for source in needed.keys() - enough.keys()})
        await asyncio.sleep(LOOK)


def _lack(needed: int, head: TreeHead | None) -> dict[str, int]:
    return {"needed": needed, "cosigned": 0 if head is None else head.size}


def _not_cosigned(missing: dict[str, Any]) -> BadRequest:
    names = "、".join(sorted(missing))
    return BadRequest(
        "not-cosigned-yet", f"最新事件尚未经见证会签（{names}），请稍后重试",
        f"the newest events of {', '.join(sorted(missing))} are under no cosigned checkpoint yet", status=503, missing=missing,
    )  # fmt: skip
