"""What is known of an event beside what it says: whether it is under a cosigned checkpoint, and whether it was told late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chassis.eventstore import Connection, Pool

LATE_AFTER = timedelta(hours=24)
"""An event recorded longer than this after it happened is late, unless the question names another threshold."""

LOGS = """
SELECT c.source, c.idx AS held, h.size, h.cosigned_at,
       (SELECT min(a.agreed) FROM witness_alarms a WHERE a.source = c.source) AS agreed
FROM copy_chain c
LEFT JOIN LATERAL (SELECT size, cosigned_at FROM cosigned s WHERE s.source = c.source ORDER BY size DESC LIMIT 1) AS h ON true
"""


@dataclass(frozen=True, slots=True)
class Log:
    """How far a log's copy has no hole, up to which size it was cosigned, and from where a signed head contradicted the copy."""

    held: int
    size: int | None
    cosigned_at: datetime | None
    agreed: int | None

    def of(self, idx: int) -> dict[str, Any]:
        """How a row of the log stands: `cosigned`, `held` (not yet cosigned), `beyond-hole`, or `contradicted`."""
        if self.agreed is not None and idx > self.agreed:
            state = "contradicted"
        elif self.size is not None and idx <= self.size:
            state = "cosigned"
        else:
            state = "held" if idx <= self.held else "beyond-hole"
        return {"state": state, "size": self.size, "cosigned_at": self.cosigned_at}


NOTHING_HELD = Log(0, None, None, None)


async def logs(pool: Connection | Pool) -> dict[str, Log]:
    """How each log stands that the copy has anything of."""
    rows = await pool.fetch(LOGS)
    return {row["source"]: Log(row["held"], row["size"], row["cosigned_at"], row["agreed"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Told:
    """How an event was told. `late_by`: seconds from happening to recording, if more than the threshold.

    `backdated`: it says that it happened before something that its stream had already told of.
    """

    late_by: int | None
    backdated: bool


IN_TIME = Told(None, False)


def timed(history: Iterable[Any], late_after: timedelta) -> dict[int, Told]:
    """How each row of a history, versions ascending, was told; by `seq`."""
    newest: dict[tuple[str, str], datetime] = {}
    found: dict[int, Told] = {}
    for row in history:
        stream, at = (row["source"], row["stream_id"]), row["occurred_at"]
        delay = row["recorded_at"] - at
        before = newest.get(stream, at)
        if at >= before:
            newest[stream] = at
            found[row["seq"]] = IN_TIME if delay <= late_after else Told(int(delay.total_seconds()), False)
        else:
            found[row["seq"]] = Told(int(delay.total_seconds()) if delay > late_after else None, True)
    return found


def rulebooks_of(history: Iterable[Any]) -> list[Mapping[str, Any]]:
    """Under which rulebooks the events of a history were decided: each with how many, and the first and last of them."""
    found: dict[str, dict[str, Any]] = {}
    for row in history:
        if row["rulebook"] is not None:
            book = found.setdefault(
                row["rulebook"], {"rulebook": row["rulebook"], "events": 0, "first": row["event_id"], "last": row["event_id"]}
            )
            book["events"] += 1
            book["last"] = row["event_id"]
    return list(found.values())
