"""What reporting's copy tells of its own soundness and of the ledgers that it copied."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.casefile import Finding
from chassis.eventstore import Connection
from chassis.selfcheck import Check, Look
from services.reporting.queries.trees import cosigned

CHAIN = "SELECT idx, chain FROM copy_chain WHERE source = $1"
COPIED = """
SELECT c.source, c.idx AS whole, (SELECT max(l.idx) FROM ledger_copy l WHERE l.source = c.source) AS newest
FROM copy_chain c ORDER BY c.source
"""
ALARMS = "SELECT source, what, size, agreed FROM witness_alarms ORDER BY raised_at LIMIT 100"
WHAT = {"fork": ("历史被改写", "history was rewritten"), "cut": ("尾部被截", "its tail was cut")}


class Copies:
    """The witness that the copy is."""

    async def cosigned(self, connection: Connection, source: str) -> Sequence[str]:
        """The newest checkpoint of a source that was countersigned, if any."""
        head = await cosigned(connection, source)
        return [] if head is None else [head.note]

    async def held(self, connection: Connection, source: str) -> tuple[int, bytes]:
        """Up to which row the copy of a source has no hole, and the chain hash there."""
        row = await connection.fetchrow(CHAIN, source)
        return (0, b"") if row is None else (row["idx"], bytes(row["chain"]))


async def check_copies(look: Look) -> Check:
    """How far each source's copy is whole, and what lies beyond a hole."""
    rows = await look.connection.fetch(COPIED)
    figures: dict[str, int | str | None] = {row["source"]: row["whole"] for row in rows}
    return Check("copies", figures | {f"{row['source']} beyond": row["newest"] - row["whole"] for row in rows})


async def check_witness(look: Look) -> Check:
    """No source ever signed a head that contradicts the copy."""
    found = [
        Finding(
            f"{row['source']} {row['agreed'] + 1} to {row['size']}", f"witness-{row['what']}",
            f"所签检查点与副本矛盾：{WHAT[row['what']][0]}", f"a signed head contradicts the copy: {WHAT[row['what']][1]}",
        )
        for row in await look.connection.fetch(ALARMS)
    ]  # fmt: skip
    return Check("witness", {"alarms": len(found)}, tuple(found))
