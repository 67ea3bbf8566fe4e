"""Two generations of a projection's tables, compared: counts of rows, digests, the keys of some rows that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.eventstore import Connection
from chassis.readtables import Layout, layout_of
from chassis.versions import Generation

KEYS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class TableCompared:
    """One table of the live version and of the build, over the columns that both have.

    `live` and `build` count rows (None: that version has no such table). `keys` are of some rows that differ or are missing.
    """

    table: str
    live: int | None
    build: int | None
    digest_live: str = ""
    digest_build: str = ""
    only_live: tuple[str, ...] = ()
    only_build: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether the same rows are in both, over the columns that both have; a table of one version only is no difference."""
        return self.live is None or self.build is None or (self.live, self.digest_live) == (self.build, self.digest_build)


async def compare_tables(connection: Connection, live: Generation, build: Generation) -> list[TableCompared]:
    """Each table of either version. Whoever asks keeps both from changing meanwhile."""
    return [await _compared(connection, table, live, build) for table in sorted({*live.tables, *build.tables})]


async def _compared(connection: Connection, table: str, live: Generation, build: Generation) -> TableCompared:
    if table not in live.tables:
        return TableCompared(table, None, await _count(connection, build, table))
    if table not in build.tables:
        return TableCompared(table, await _count(connection, live, table), None)
    ours = await layout_of(connection, table, live.schema)
    theirs = await layout_of(connection, table, build.schema)
    shared = [column for column in ours.columns if column in theirs.names]
    (live_rows, digest_live), (build_rows, digest_build) = [await _digest(connection, one, shared) for one in (ours, theirs)]
    differ = (live_rows, digest_live) != (build_rows, digest_build)
    return TableCompared(
        table, live_rows, build_rows, digest_live, digest_build,
        tuple(column for column in ours.columns if column not in theirs.names),
        tuple(column for column in theirs.columns if column not in ours.names),
        await _differing(connection, ours, theirs, shared) if differ and ours.keys == theirs.keys else (),
    )  # fmt: skip


async def _count(connection: Connection, generation: Generation, table: str) -> int:
    count: int = await connection.fetchval(f"SELECT count(*) FROM {generation.schema}.{table}")  # noqa: S608 - names of ours
    return count


async def _digest(connection: Connection, layout: Layout, columns: Sequence[str]) -> tuple[int, str]:
    """How many rows, and 128 bits over them whatever their order: the sums of two hashes of each row's text."""
    row = f"ROW({', '.join('t.' + column for column in columns)})::text"
    sums = ", ".join(f"coalesce(sum(hashtextextended({row}, {seed})::numeric), 0) AS sum{seed}" for seed in (0, 1))
    found = await connection.fetchrow(f"SELECT count(*) AS count, {sums} FROM {layout.table} t")  # noqa: S608 - names from the catalog
    if found is None:
        raise RuntimeError("an aggregate without a row")
    return found["count"], "".join(f"{int(found[name]) % 2**64:016x}" for name in ("sum0", "sum1"))


async def _differing(connection: Connection, ours: Layout, theirs: Layout, columns: Sequence[str]) -> tuple[str, ...]:
    left, right = (f"ROW({', '.join(f'{side}.{column}' for column in columns)})::text" for side in "ab")
    keys = [" || '|' || ".join(f"{side}.{key}::text" for key in ours.keys) for side in "ab"]
    same = " AND ".join(f"a.{key} = b.{key}" for key in ours.keys)
    sql = (
        f"SELECT coalesce({', '.join(keys)}) AS key FROM {ours.table} a FULL JOIN {theirs.table} b ON {same} "  # noqa: S608 - names from the catalog
        f"WHERE a.{ours.key} IS NULL OR b.{ours.key} IS NULL OR {left} <> {right} ORDER BY 1 LIMIT {KEYS_SHOWN}"
    )
    return tuple(row["key"] for row in await connection.fetch(sql))
