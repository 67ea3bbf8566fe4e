"""Reading the ledger copy: where it ends, and what follows a position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from chassis.envelope import Envelope, Recorded, Sequenced
from chassis.eventstore import ENVELOPE_COLUMNS, Connection, Pool, recorded_from, rows_to_fold

HEAD = "SELECT epoch, seq FROM copy_head"

AFTER = f"""
SELECT e.seq, e.shard, e.shard_idx, e.leaf, e.chain, {ENVELOPE_COLUMNS}
FROM ledger_copy e WHERE e.seq > $1 ORDER BY e.seq LIMIT $2
"""  # noqa: S608 - constant columns

COPIED_AFTER = f"""
SELECT e.seq, e.source, {ENVELOPE_COLUMNS} FROM ledger_copy e
WHERE e.seq > $1 AND e.seq <= $2 AND ($3::text[] IS NULL OR e.district = ANY($3)) ORDER BY e.seq LIMIT $4
"""  # noqa: S608 - constant columns


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the copy: which copy it is, and its last position."""

    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class Copied:
    """An event of any service at its place in the copy."""

    seq: int
    source: str
    recorded: Recorded

    @property
    def envelope(self) -> Envelope:
        """The event's envelope."""
        return self.recorded.envelope

    @property
    def data(self) -> Any:
        """The event's data as JSON values; None if the bytes are not JSON: the copy takes whatever was recorded."""
        try:
            return orjson.loads(self.recorded.data)
        except orjson.JSONDecodeError:
            return None


def copied_from(row: Any) -> Copied:
    """The copied event of a row with `seq`, `source` and ENVELOPE_COLUMNS."""
    return Copied(row["seq"], row["source"], recorded_from(row))


async def head_of(connection: Connection | Pool) -> Head:
    """Where the copy ends now."""
    [row] = await connection.fetch(HEAD)
    return Head(row["epoch"], row["seq"])


async def events_after(connection: Connection, position: int, limit: int) -> list[Sequenced]:
    """The copy after a position, of all sources, as a projector follows it: `idx` is the copy's own sequence."""
    return await rows_to_fold(connection, AFTER, position, limit)


async def copied_after(
    connection: Connection | Pool, position: int, upto: int, districts: Sequence[str] | None, limit: int
) -> list[Copied]:
    """The copy after `position` and up to `upto`, in these districts (None: all), at most `limit` events."""
    return [copied_from(row) for row in await connection.fetch(COPIED_AFTER, position, upto, districts, limit)]
