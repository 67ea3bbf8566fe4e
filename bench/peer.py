"""The peer: the eventsourcing library's own Application with its own PostgreSQL recorder, in threads, its only model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from bench.load import FINDING, facts
from bench.measure import Sample
from chassis.envelope import uuid7

CONNECTIONS = 32
Peer: TypeAlias = "Application[UUID]"


class Finding(Aggregate):
    """The same fact with the same fields, in the library's own way."""

    @event("Noted")
    def __init__(
        self, finding_id: str, enterprise: str, place: str, finding: str, article: str, number: int, severity: str,
        fine_fen: int, photographs: tuple[str, ...],
    ) -> None:  # fmt: skip
        self.finding_id = finding_id
        self.enterprise, self.place, self.finding, self.article = enterprise, place, finding, article
        self.number, self.severity, self.fine_fen = number, severity, fine_fen
        self.photographs = photographs

    @event("Amended")
    def amend(self, place: str, finding: str, article: str, number: int, photographs: list[str]) -> None:
        """A further event of about the same size."""
        self.place, self.finding, self.article = place, finding, article
        self.number, self.photographs = number, tuple(photographs)


@asynccontextmanager
async def application(dsn: str, *, functions: bool) -> AsyncIterator[Peer]:
    """An application on this database; `functions` takes its database functions, which lock no table and lose events."""
    address = urlsplit(dsn)
    peer = Application[UUID](
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_DBNAME": address.path.lstrip("/"),
            "POSTGRES_HOST": str(address.hostname), "POSTGRES_PORT": str(address.port), "POSTGRES_USER": str(address.username),
            "POSTGRES_PASSWORD": str(address.password), "POSTGRES_POOL_SIZE": str(CONNECTIONS), "POSTGRES_MAX_OVERFLOW": "0",
            "POSTGRES_MAX_WAITING": "0", "POSTGRES_ENABLE_DB_FUNCTIONS": "y" if functions else "n",
        }
    )  # fmt: skip
    try:
        yield peer
    finally:
        await asyncio.to_thread(peer.close)


async def drive(peer: Peer, writers: int, events: int, seconds: float) -> Sample:
    """Let this many threads save new aggregates of `events` events each, one after the other, for so many seconds."""
    latencies: list[float] = []
    begun = time.perf_counter()
    until = begun + seconds

    def write() -> None:
        while (at := time.perf_counter()) < until:
            peer.save(_aggregate(events))
            latencies.append(time.perf_counter() - at)

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(writers) as pool:
        await asyncio.gather(*(loop.run_in_executor(pool, write) for _ in range(writers)))
    return Sample(len(latencies) * events / (time.perf_counter() - begun), latencies)


def _aggregate(events: int) -> Finding:
    finding_id = str(uuid7())
    finding = Finding(**facts(finding_id, 1))
    for number in range(2, events + 1):
        photographs = [f"{finding_id}-1.jpg", f"{finding_id}-2.jpg"]
        finding.amend(FINDING["place"], FINDING["finding"], FINDING["article"], number, photographs)
    return finding
