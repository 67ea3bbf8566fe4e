"""The witness's view of each log: the tree over its copy, the checkpoints that were cosigned, the alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from chassis.casefile import Proven
from chassis.eventstore import Connection, Pool
from chassis.tree import WIDTH, Shelf, frontier_at, inclusions, leaves_of, root_at
from chassis.treeheads import TreeHead
from services.reporting.queries.copies import Copied

Source = Literal["registry", "tasks", "inspection", "penalty"]
SOURCES: tuple[Source, ...] = get_args(Source)

HELD = "SELECT coalesce((SELECT idx FROM copy_chain WHERE source = $1), 0)"
LATEST = "SELECT size, root, note FROM cosigned WHERE source = $1 ORDER BY size DESC LIMIT 1"
OF_SIZE = "SELECT size, root, note FROM cosigned WHERE source = $1 AND size = $2"
ROW_OF_EVENT = "SELECT idx FROM ledger_copy WHERE source = $1 AND event_id = $2"
PLACES = "SELECT seq, idx FROM ledger_copy WHERE seq = ANY($1::bigint[])"
ALARMS = """
SELECT what, size, encode(root, 'base64') AS root, agreed, note, raised_at FROM witness_alarms
WHERE source = $1 ORDER BY raised_at DESC, size DESC LIMIT 50
"""


def shelf_of(source: str) -> Shelf:
    """The tree over the copy of a source's ledger."""
    return Shelf(
        leaves="SELECT leaf AS hash FROM ledger_copy WHERE source = $1 AND idx > $2 AND idx <= $3 ORDER BY idx",
        nodes="SELECT hash FROM copy_tree WHERE source = $1 AND level = $2 AND idx >= $3 AND idx < $4 ORDER BY idx",
        stored="""SELECT coalesce(
                      (SELECT idx + 1 FROM copy_tree WHERE source = $1 AND level = 1 ORDER BY idx DESC LIMIT 1), 0)""",
        add="INSERT INTO copy_tree SELECT $1, * FROM unnest($2::smallint[], $3::bigint[], $4::bytea[])",
        key=(source,),
    )


async def held(connection: Connection | Pool, source: str) -> int:
    """How many rows of a source's ledger the copy has without a hole, their chain recomputed."""
    size: int = await connection.fetchval(HELD, source)
    return size


async def root_of(connection: Connection, source: str, size: int) -> bytes:
    """The root of the first `size` leaves of a copy, also where the witness has not stored their tree yet; raises TreeBroken."""
    shelf = shelf_of(source)
    stored: int = await connection.fetchval(shelf.stored, *shelf.key)
    if stored * WIDTH + WIDTH > size:
        return await root_at(connection, shelf, size)
    frontier = await frontier_at(connection, shelf, stored * WIDTH)
    while frontier.size < size:
        for leaf in await leaves_of(connection, shelf, (frontier.size, min(frontier.size + WIDTH, size))):
            frontier.append(leaf)
    return frontier.root()


async def cosigned(connection: Connection | Pool, source: str, size: int | None = None) -> TreeHead | None:
    """The checkpoint of a source that was cosigned at this size; None: the newest one."""
    row = await connection.fetchrow(*((LATEST, source) if size is None else (OF_SIZE, source, size)))
    return None if row is None else TreeHead(row["size"], bytes(row["root"]), row["note"])


async def row_of_event(connection: Connection | Pool, source: str, event_id: Any) -> int | None:
    """The place of an event in its source's ledger; None if the copy does not have it."""
    idx: int | None = await connection.fetchval(ROW_OF_EVENT, source, event_id)
    return idx


async def alarms(connection: Connection | Pool, source: str) -> list[dict[str, Any]]:
    """What contradicted our copy, the newest first, at most 50."""
    return [dict(row) for row in await connection.fetch(ALARMS, source)]


@dataclass(frozen=True, slots=True)
class Placed:
    """A copied event at its place in its source's ledger."""

    idx: int
    copied: Copied


async def places_of(connection: Connection | Pool, events: Sequence[Copied]) -> list[Placed]:
    """Where each of these events is in its source's ledger, in the order given."""
    rows = await connection.fetch(PLACES, [copied.seq for copied in events])
    places = {row["seq"]: row["idx"] for row in rows}
    return [Placed(places[copied.seq], copied) for copied in events]


async def proven(pool: Pool, placed: Sequence[Placed], heads: Mapping[str, TreeHead]) -> list[Proven]:
    """Each event with the proof that it is in its source's head, in the order given."""
    proofs: dict[tuple[str, int], list[bytes]] = {}
    async with pool.acquire() as connection:
        for source, head in heads.items():
            indexes = [each.idx for each in placed if each.copied.source == source]
            made = await inclusions(connection, shelf_of(source), [idx - 1 for idx in indexes], head.size)
            proofs |= {(source, idx): proof for idx, proof in zip(indexes, made, strict=True)}
    return [
        Proven(each.copied.source, each.idx, each.copied.recorded, proofs[each.copied.source, each.idx]) for each in placed
    ]  # fmt: skip
