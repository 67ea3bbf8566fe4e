"""The logs of other services: their keys, their signed checkpoints at any size, and a witness that knows them."""

from __future__ import annotations

from typing import Any

from chassis.merkle import Frontier
from chassis.settings import Settings
from chassis.signednote import Checkpoint, Signer
from chassis.testing import settings_for
from services.reporting.queries.trees import SOURCES
from services.reporting.worker.witness import Witness
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers

ORIGIN = "casetrail.example"
LOGS: dict[str, Signer] = {source: Signer(f"{ORIGIN}/{source}", source.encode().ljust(32, b".")) for source in SOURCES}
WITNESS = Signer(f"{ORIGIN}/reporting", b"w" * 32)
KEYS = [*(signer.verifier for signer in LOGS.values()), WITNESS.witness, WITNESS.verifier]


def settings_of(reporting: Reporting, **changes: Any) -> Settings:
    """Reporting's settings, with every key."""
    verifiers = {source: (signer.verifier,) for source, signer in LOGS.items()}
    return settings_for("reporting", reporting.under_test.dsn, signer=WITNESS, verifiers=verifiers, **changes)


def witness_of(reporting: Reporting) -> Witness:
    """A witness that has just started."""
    return Witness(settings_of(reporting), reporting.pool, reporting.under_test.clock, WITNESS)


def tree_of(ledgers: Ledgers, source: str, size: int) -> Frontier:
    """The tree over the first rows of a source's ledger."""
    frontier = Frontier()
    for received in [received for received in ledgers.recorded if received.source == source][:size]:
        frontier.append(received.leaf)
    assert frontier.size == size
    return frontier


def head_of(ledgers: Ledgers, source: str, size: int, *, signer: Signer | None = None, **changes: Any) -> bytes:
    """What a source announces at this size, on the wire."""
    told = {"origin": f"{ORIGIN}/{source}", "size": size, "root": tree_of(ledgers, source, size).root(), **changes}
    return (signer or LOGS[source]).sign(Checkpoint(**told).text).encode()


def size_of(ledgers: Ledgers, source: str) -> int:
    """How many rows a source's ledger has."""
    return sum(received.source == source for received in ledgers.recorded)


async def witnessed(reporting: Reporting, ledgers: Ledgers) -> None:
    """Every log cosigned as far as it goes."""
    witness = witness_of(reporting)
    for source in SOURCES:
        if size := size_of(ledgers, source):
            witness.take(source, head_of(ledgers, source, size))
    await witness.judge_waiting()
