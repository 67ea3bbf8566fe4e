"""Years of a province that outlive a run: built once into a folder, asked again in minutes."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from bench.measure import Absent
from bench.stage import Stage
from bench.years import plant
from chassis.building import rebuild
from chassis.database import migrate
from chassis.projector import Projection, begin
from chassis.service import Service
from chassis.switching import Switcher
from chassis.testing import ServiceUnderTest, running_on
from chassis.versions import LIVE, RETIRED, in_state, remove
from deploy.embedded.postgres import ensure_databases, with_database

DATABASE = "kept"
NOTE = "kept.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a folder holds: how many events, and when and how fast the facts that are live were built of them."""

    events: int
    built: str
    load: float
    version: int
    rate: float

    @classmethod
    def read(cls, folder: Path) -> Kept | None:
        """What lies in a folder; None if nothing was finished there."""
        note = folder / NOTE
        return cls(**orjson.loads(note.read_bytes())) if note.exists() else None


def noted(stage: Stage) -> dict[str, str]:
    """What a reader must know of a dataset that was built before; nothing where none is kept."""
    kept = Kept.read(stage.folder) if stage.kept else None
    if kept is None:
        return {}
    told = f"{kept.events:,} events, kept from {kept.built} UTC, when version {kept.version} of their facts was built once, at "
    return {"dataset": f"{told}{kept.rate:,.0f} events/s, with a load average of {kept.load:.1f} at its end"}


@asynccontextmanager
async def dataset(stage: Stage, service: Service, events: int) -> AsyncIterator[ServiceUnderTest]:
    """The service on the dataset of the stage's folder, built if it is not there, its facts anew if their version is another.

    Absent if the folder holds a dataset of another size.
    """
    kept, dsn = Kept.read(stage.folder), with_database(stage.admin_dsn, DATABASE)
    if kept is not None and kept.events != events:
        raise Absent(f"{stage.folder} keeps {kept.events:,} events, not {events:,}")
    await ensure_databases(stage.admin_dsn, [DATABASE], fresh=kept is None)
    await migrate(dsn, service.migration_folders)
    if kept is None:
        await plant(dsn, events)
    [facts] = service.projections
    async with running_on(service, dsn) as under_test:
        if kept is None or kept.version != facts.version:
            rate = await go_live(under_test, facts, events)
            at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
            kept = Kept(events, at, os.getloadavg()[2], facts.version, rate)
            (stage.folder / NOTE).write_bytes(orjson.dumps(asdict(kept)))
        yield under_test


async def go_live(under_test: ServiceUnderTest, facts: Projection, head: int) -> float:
    """Build the facts of the whole copy and make them live, as what grew live would be; answers events built a second."""
    connection, feed = under_test.connection, under_test.service.feed
    await begin(connection, [facts], simulated=True)
    began = time.perf_counter()
    await rebuild(under_test.dsn, feed, facts, simulated=True, upto=head)
    seconds = time.perf_counter() - began
    if (live := await in_state(connection, LIVE, facts.name)) is None:
        raise RuntimeError("nothing is live, so nothing can be switched")
    await connection.execute("UPDATE checkpoints SET position = $2 WHERE name = $1", live.checkpoint, head)
    await Switcher(under_test.dsn, feed, [facts], simulated=True).switch(facts.name, accepting="nothing was live")
    await remove(connection, facts.name, RETIRED)
    await connection.execute("VACUUM ANALYZE")
    return head / seconds
