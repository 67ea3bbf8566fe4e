"""Bulletins as they were issued: what tasks recorded of each, so that it can be made again of the same events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chassis.eventstore import Connection, Pool
from chassis.tree import TreeBroken
from services.reporting.queries.asof import Cut
from services.reporting.queries.copies import Copied, copied_from
from services.reporting.queries.histories import OF_NAME, WHOLE, in_causal_order
from services.reporting.queries.trees import SOURCES, cosigned, held, root_of
from services.reporting.queries.weeks import Week

CLOCKS = timedelta(days=1)  # by which the clocks of two services never differ
WIRE = "casetrail.tasks.bulletin-issued.v1"
# Found by the bulletin's id, which the copy's index of names holds.
OF_BULLETIN = f"{OF_NAME} AND e.source = 'tasks' AND e.type = $2 ORDER BY e.seq"
# What proves that it was issued is the whole series that it stands in.
OF_SERIES = f"{WHOLE} WHERE e.source = 'tasks' AND e.stream_id = ANY($1::text[])"


def bulletin_id(week: Week) -> str:
    """What a week's bulletin is called in what is recorded of it."""
    return f"bulletin-{week.name.lower()}"


@dataclass(frozen=True, slots=True)
class Issued:
    """A bulletin that was issued: the event that says so, and what it says of it."""

    copied: Copied
    district: str | None
    districts: tuple[str, ...]
    hashes: Mapping[str, str]  # of its json, of its pdf
    template: str
    cuts: Mapping[datetime, Cut]
    roots: Mapping[tuple[datetime, str], str]
    at: datetime


async def issued(connection: Connection, week: Week) -> list[Issued]:
    """What was issued of a week, in the order in which it is in the copy; what nobody could make again is left out."""
    rows = await connection.fetch(OF_BULLETIN, bulletin_id(week), WIRE)
    return [one for one in (_read(copied_from(row), week) for row in rows) if one is not None]


async def series_of(source: Connection | Pool, streams: Sequence[str]) -> list[Any]:
    """The rows of some series of bulletins, in causal order."""
    return in_causal_order(await source.fetch(OF_SERIES, streams))


def _read(copied: Copied, week: Week) -> Issued | None:
    try:
        said = copied.data["issued"]
        cuts = {(cut := _cut(one)).at: cut for one in said["cuts"]}
        roots = {
            (datetime.fromisoformat(one["recorded_before"]), used["ledger"]): used["root"]
            for one in said["cuts"] for used in one["ledgers"]
        }  # fmt: skip
        needed = {week.before.end, *([week.year_before.end] if week.year_before is not None else [])}
        if said["week"] != week.name or not needed <= cuts.keys() or max(cuts) > copied.envelope.recorded_at + CLOCKS:
            return None
        hashes = {"json": said["json_sha256"], "pdf": said["pdf_sha256"]}
        at = datetime.fromisoformat(said["cuts"][-1]["recorded_before"])
        return Issued(copied, said["district"], tuple(said["districts"]), hashes, said["template"], cuts, roots, at)
    except (KeyError, TypeError, ValueError, IndexError):  # the copy takes whatever was recorded; older events say nothing
        return None


def _cut(said: Mapping[str, Any]) -> Cut:
    sizes = {used["ledger"]: int(used["size"]) for used in said["ledgers"]}
    return Cut(datetime.fromisoformat(said["recorded_before"]), {source: sizes[source] for source in SOURCES})


async def used(connection: Connection, cut: Cut) -> list[dict[str, Any]]:
    """How a cut is recorded: of each ledger its size, the root of its tree there, and the newest cosigned checkpoint."""
    found = []
    for source in SOURCES:
        size, head = cut.sizes[source], await cosigned(connection, source)
        root = (await root_of(connection, source, size)).hex()
        found.append({"ledger": source, "size": size, "root": root, "checkpoint": None if head is None else head.size})
    return found


async def altered(connection: Connection, one: Issued) -> Sequence[dict[str, Any]]:
    """The ledgers of which our copy does not begin with what the bulletin was made from."""
    found = []
    for (at, source), root in one.roots.items():
        size = one.cuts[at].sizes[source]
        try:
            now = (await root_of(connection, source, size)).hex() if size <= await held(connection, source) else None
        except TreeBroken:
            now = None
        if now != root:
            found.append({"what": "ledger", "ledger": source, "size": size, "recorded_before": at, "recorded": root, "now": now})
    return found
