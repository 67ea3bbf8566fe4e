"""Projecting: three read tables kept up live, beside one event per transaction; and built anew, beside COPY of their rows."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from bench.load import FindingNoted
from bench.measure import COPY, Path, Sample, Target, Variant, ratio
from bench.relaying import ledger_of
from bench.stage import Stage
from bench.stored import chunks_of, copied
from chassis.building import rebuild
from chassis.database import connect, session
from chassis.domain import day_of
from chassis.eventstore import Connection
from chassis.projector import Batch, OwnLedger, Projection, begin, project_once
from chassis.versions import BUILDING, remove

SINGLE_EVENTS = 400
REBUILT_BULKS = 5  # a rebuild is long by nature: what it costs to begin one must not be what is measured
FORGET = "TRUNCATE finding_list, finding_districts, finding_days, checkpoints, projections"


async def _project(batch: Batch) -> None:
    """A list, its counters by district, its figures by day."""
    noted: list[tuple[FindingNoted, str, datetime]] = [
        (cast(FindingNoted, batch.event(s)), (e := s.envelope).district, e.occurred_at) for s in batch.events
    ]  # the only type of this ledger
    findings = await batch.rows("finding_list", [event.finding_id for event, _, _ in noted])
    by_district: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    by_day: Counter[str] = Counter(day_of(at).isoformat() for _, _, at in noted)
    for event, district, at in noted:
        row = findings.get(event.finding_id) or _listed(event, district, at)
        findings.put(event.finding_id, {**row, "findings": row["findings"] + 1, "last_number": event.number})
        counts = by_district[district]
        counts[0] += 1
        counts[1] += event.fine_fen
    await _count(batch, by_district, by_day)


async def _count(batch: Batch, by_district: Mapping[str, Sequence[int]], by_day: Mapping[str, int]) -> None:
    """Add what the batch counted."""
    districts, days = await batch.rows("finding_districts", by_district), await batch.rows("finding_days", by_day)
    for district, (count, fine) in by_district.items():
        counted = districts.get(district) or {"findings": 0, "fine_fen": 0}
        sums = {"findings": counted["findings"] + count, "fine_fen": counted["fine_fen"] + fine}
        districts.put(district, {"district": district, **sums})
    for day, count in by_day.items():
        days.put(day, {"day": day, "findings": (days.get(day) or {"findings": 0})["findings"] + count})


def _listed(noted: FindingNoted, district: str, noted_at: datetime) -> dict[str, Any]:
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


@asynccontextmanager
async def _rebuilt(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    async with stage.database() as dsn, session(dsn, "bench") as connection:
        await ledger_of(dsn, connection, stage.bulk * REBUILT_BULKS, per_command=1)
        head = await OwnLedger().head(connection)
        limit = CopyLimit(connection, head)
        yield {
            "rebuild": lambda: _built(dsn, connection, head, limit),
            COPY: lambda: limit.sample(encoded=False),
            f"{COPY}, encoded before": lambda: limit.sample(encoded=True),
        }


async def _built(dsn: str, connection: Connection, head: int, limit: CopyLimit) -> Sample:
    """A whole rebuild, from its beginning to its last commit; what it made is what COPY then copies."""
    begun = time.perf_counter()
    build = await rebuild(dsn, OwnLedger(), FINDINGS, simulated=False, upto=head)
    seconds = time.perf_counter() - begun
    if build is None or build.position != head:
        raise RuntimeError(f"the rebuild ended at {build}")
    await limit.take(build.schema)
    await remove(connection, FINDINGS.name, BUILDING)
    return Sample(head / seconds)


@dataclass(slots=True)
class CopyLimit:
    """COPY of a rebuild's rows, all ready in memory, into empty tables with the same indexes, in one transaction."""

    connection: Connection
    events: int
    records: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    chunks: dict[str, list[bytes]] = field(default_factory=dict)

    async def take(self, schema: str) -> None:
        """Keep the rows of a build, as records and as COPY's own bytes; once, as every build makes the same."""
        for table in FINDINGS.tables if not self.records else ():
            rows = await self.connection.fetch(f"SELECT * FROM {schema}.{table}")  # noqa: S608 - constant names
            self.records[table] = [tuple(row) for row in rows]
            self.chunks[table] = await chunks_of(self.connection, f"SELECT * FROM {schema}.{table}")  # noqa: S608 - constant names
        if len(self.records["finding_list"]) != self.events:
            raise RuntimeError("a rebuild did not make one row per event")

    async def sample(self, *, encoded: bool) -> Sample:
        """Events per second of the copy: of records that the driver encodes, or of bytes."""
        await self.connection.execute("CREATE SCHEMA copied")
        for table in FINDINGS.tables:
            await self.connection.execute("SELECT table_like($1::regclass, 'copied')", f"public.{table}")
        begun = time.perf_counter()
        async with self.connection.transaction():
            for table in FINDINGS.tables:
                place: dict[str, Any] = {"schema_name": "copied"}
                if encoded:
                    await self.connection.copy_to_table(table, source=copied(self.chunks[table]), format="binary", **place)
                else:
                    await self.connection.copy_records_to_table(table, records=self.records[table], **place)
        seconds = time.perf_counter() - begun
        await self.connection.execute("DROP SCHEMA copied CASCADE")
        return Sample(self.events / seconds)


LIVE = Path(
    "projection", "Live projection",
    """Reading the ledger, decoding, folding into three read tables, one upsert per table, the checkpoint; from empty tables.
The other: the same projection, one event per transaction.""",
    (Target("live projection / one event per transaction", 20, 35, ratio("live projection", "one event per transaction"), "×"),),
    _live,
)  # fmt: skip
REBUILD = Path(
    "rebuild", "Projection rebuild",
    """A version of the same projection built beside the live one, as `casetrail projections rebuild` does it: its empty tables,
the ledger read, decoded, folded, written by COPY, the checkpoint, to the last commit; one event per matter, so that every event
is a row of the list, which has a key and three indexes as the platform's lists do. COPY: those rows, folded and ready in
memory, into empty tables with the same indexes, nothing else; once
more of COPY's own bytes, ready too, which no program that folds could reach.""",
    (Target("projection rebuild / COPY limit", 0.25, 0.35, ratio("rebuild", COPY)),),
    _rebuilt,
)  # fmt: skip
