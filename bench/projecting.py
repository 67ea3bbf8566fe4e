"""Projecting: three read tables kept up live, beside one event per transaction; and built anew, beside COPY of their rows."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from bench.load import FindingNoted
from bench.measure import Absent, Path, Sample, Target, Variant, ratio
from bench.relaying import ledger_of
from bench.stage import Stage
from chassis.database import connect
from chassis.domain import day_of
from chassis.eventstore import Connection
from chassis.projector import Batch, OwnLedger, Projection, begin, project_once

SINGLE_EVENTS = 400
FORGET = "TRUNCATE finding_list, finding_districts, finding_days, checkpoints"


async def _project(batch: Batch) -> None:
    """A list, its counters by district, its figures by day."""
    findings = await batch.rows("finding_list", [s.envelope.stream_id.partition(":")[2] for s in batch.events])
    districts = await batch.rows("finding_districts", [s.envelope.district for s in batch.events])
    days = await batch.rows("finding_days", [day_of(s.envelope.occurred_at).isoformat() for s in batch.events])
    for sequenced in batch.events:
        noted, e = batch.event(sequenced), sequenced.envelope
        assert isinstance(noted, FindingNoted)  # noqa: S101 - the only type of this ledger
        row = findings.get(noted.finding_id) or _listed(noted, e.district, e.occurred_at.isoformat())
        findings.put(noted.finding_id, {**row, "findings": row["findings"] + 1, "last_number": noted.number})
        counted = districts.get(e.district) or {"district": e.district, "findings": 0, "fine_fen": 0}
        fine = counted["fine_fen"] + noted.fine_fen
        districts.put(e.district, {**counted, "findings": counted["findings"] + 1, "fine_fen": fine})
        day = day_of(e.occurred_at).isoformat()
        figures = days.get(day) or {"day": day, "findings": 0}
        days.put(day, {**figures, "findings": figures["findings"] + 1})


def _listed(noted: FindingNoted, district: str, noted_at: str) -> dict[str, Any]:
    return {
        "finding_id": noted.finding_id, "enterprise": noted.enterprise, "district": district, "findings": 0, "last_number": 0,
        "fine_fen": noted.fine_fen, "noted_at": noted_at,
    }  # fmt: skip


FINDINGS = Projection("findings", 1, _project, ("finding_list", "finding_districts", "finding_days"))


@asynccontextmanager
async def _live(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    async with stage.database() as dsn:
        connection = await connect(dsn, "projector")
        try:
            await ledger_of(dsn, connection, stage.bulk)
            yield {
                "live projection": lambda: _followed(connection, None, stage.bulk),
                "one event per transaction": lambda: _followed(connection, 1, SINGLE_EVENTS),
            }
        finally:
            await connection.close()


async def _followed(connection: Connection, limit: int | None, events: int) -> Sample:
    await connection.execute(FORGET)
    await begin(connection, [FINDINGS], simulated=False)
    begun, done = time.perf_counter(), 0
    while done < events:
        taken = await project_once(connection, OwnLedger(), FINDINGS, simulated=False, limit=limit)
        if not taken:
            break
        done += taken
    return Sample(done / (time.perf_counter() - begun))


def _rebuilt(stage: Stage) -> AbstractAsyncContextManager[Mapping[str, Variant]]:
    """The seam for a rebuild beside the live tables: its variants belong here, "rebuild" and "COPY" of the rows that it made."""
    del stage
    raise Absent("projections cannot be rebuilt beside the live tables yet")


LIVE = Path(
    "projection", "Live projection",
    """Reading the ledger, decoding, folding into three read tables, one upsert per table, the checkpoint; from empty tables.
The other: the same projection, one event per transaction.""",
    (Target("live projection / one event per transaction", 20, 35, ratio("live projection", "one event per transaction"), "×"),),
    _live,
)  # fmt: skip
REBUILD = Path(
    "rebuild", "Projection rebuild", "A new version built beside the live one.",
    (Target("projection rebuild / COPY limit", 0.25, 0.35, ratio("rebuild", "COPY")),),
    _rebuilt,
)  # fmt: skip
