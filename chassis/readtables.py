"""The tables of read models: their columns, and rows of JSON values on their way into them, by upsert or by COPY."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from operator import itemgetter
from typing import Any

import orjson

from chassis.eventstore import Connection

LIVE_SCHEMA = "public"
"""Where the tables of the live version of each projection lie; queries name them without a schema."""

COLUMNS = """
SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, coalesce(a.attnum = ANY(i.indkey), false) AS key
FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
Encode = Callable[[Any], Any]


# A projection may put a day or a time as it is, or as JSON has it: live, both become the same text.
def _day(value: str | date) -> date:
    if isinstance(value, date):
        return value
    return date.max if value == "infinity" else date.fromisoformat(value)


def _time(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


#: How a JSON value becomes what the driver takes, by the column's type; None: it is that already.
BINARY: dict[str, Encode | None] = {
    "text": None, "boolean": None, "smallint": None, "integer": None, "bigint": None, "date": _day, "jsonb": _json,
    "timestamp with time zone": _time, "text[]": None,
}  # fmt: skip
NULL = frozenset({type(None)})
ENCODED = {"date": NULL | {date}, "timestamp with time zone": NULL | {datetime}}
"""The types of a column's values with which there is nothing to encode."""


@dataclass(frozen=True)
class Layout:
    """The columns of a read table, those of its primary key, and the statements that read and write its rows."""

    table: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    types: tuple[str, ...]

    @property
    def key(self) -> str:
        """Its key, of a table that has one of one column."""
        return self.keys[0]

    @cached_property
    def names(self) -> frozenset[str]:
        """The columns' names."""
        return frozenset(self.columns)

    @cached_property
    def binary(self) -> bool:
        """Whether COPY can write it: it has no column of a rarer type."""
        return all(kind in BINARY for kind in self.types)

    @cached_property
    def select(self) -> str:
        """Rows by key, as JSON."""
        return f"SELECT t.{self.key}::text AS key, to_jsonb(t)::text AS row FROM {self.table} t WHERE t.{self.key} = ANY($1)"  # noqa: S608 - names from the catalog

    @cached_property
    def delete(self) -> str:
        """Takes the rows of these keys away."""
        return f"DELETE FROM {self.table} t WHERE t.{self.key} = ANY($1)"  # noqa: S608 - names from the catalog

    @cached_property
    def upsert(self) -> str:
        """Inserts rows, given as one JSON document, or replaces them, whole."""
        others = [column for column in self.columns if column != self.key]
        changes = ", ".join(f"{column} = EXCLUDED.{column}" for column in others) or f"{self.key} = EXCLUDED.{self.key}"
        return (
            f"INSERT INTO {self.table} SELECT * FROM jsonb_populate_recordset(NULL::{self.table}, $1::jsonb) "  # noqa: S608 - catalog
            f"ON CONFLICT ({self.key}) DO UPDATE SET {changes}"
        )

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The columns that are not part of the key."""
        return tuple(column for column in self.columns if column not in self.keys)

    @cached_property
    def add(self) -> str:
        """Adds numbers to rows, given column by column, whether they are there or not; answers the keys of those that are zero.

        Every column that is not part of the key is a number.
        """
        arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(self.types, start=1))
        keys, changes = ", ".join(self.keys), ", ".join(f"{column} = t.{column} + EXCLUDED.{column}" for column in self.numbers)
        nothing = " AND ".join(f"{column} = 0" for column in self.numbers)
        return (
            f"WITH added AS (INSERT INTO {self.table} AS t ({', '.join(self.columns)}) SELECT * FROM unnest({arrays}) "  # noqa: S608 - catalog
            f"ON CONFLICT ({keys}) DO UPDATE SET {changes} RETURNING *) SELECT {keys} FROM added WHERE {nothing}"
        )

    @cached_property
    def drop(self) -> str:
        """Takes the rows of these keys, given column by column, away."""
        kinds = [self.types[self.columns.index(key)] for key in self.keys]
        arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(kinds, start=1))
        same = " AND ".join(f"t.{key} = k.{key}" for key in self.keys)
        return f"DELETE FROM {self.table} t USING unnest({arrays}) AS k({', '.join(self.keys)}) WHERE {same}"  # noqa: S608 - catalog

    def records(self, rows: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
        """What COPY is given to write these rows; only of a binary layout."""
        try:
            records = list(map(self._record, rows))
        except KeyError:  # a row that lacks a column: null
            records = [tuple([row.get(column) for column in self.columns]) for row in rows]
        to_encode = [place for place, kind in enumerate(self.types) if not _is_encoded(kind, map(itemgetter(place), records))]
        if not to_encode:
            return records
        columns: list[Sequence[Any]] = list(zip(*records, strict=True))
        for place in to_encode:
            columns[place] = _encoded(columns[place], BINARY[self.types[place]])
        return list(zip(*columns, strict=True))

    @cached_property
    def _record(self) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
        """A row's values in the columns' order; KeyError if one is missing."""
        return itemgetter(*self.columns) if len(self.columns) > 1 else lambda row: (row[self.key],)


def _is_encoded(kind: str, values: Iterable[Any]) -> bool:
    return BINARY[kind] is None or ENCODED.get(kind, NULL).issuperset(map(type, values))


def _encoded(values: Sequence[Any], encode: Encode | None) -> Sequence[Any]:
    return values if encode is None else [None if value is None else encode(value) for value in values]


async def layout_of(connection: Connection, table: str, schema: str = LIVE_SCHEMA) -> Layout:
    """The layout of a table; asyncpg's UndefinedTableError if there is none."""
    qualified = f"{schema}.{table}"
    described = await connection.fetch(COLUMNS, qualified)
    keys = tuple(row["name"] for row in described if row["key"])
    return Layout(qualified, keys, tuple(row["name"] for row in described), tuple(row["type"] for row in described))


async def fetch_rows(connection: Connection, layout: Layout, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The rows of these keys that there are."""
    return {row["key"]: orjson.loads(row["row"]) for row in await connection.fetch(layout.select, keys)}


async def upsert_rows(connection: Connection, layout: Layout, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows, whole, whether they are there or not.

    As one JSON document: arrays of typed columns were measured to be no faster (equal for plain columns, slower for nested ones).
    """
    if rows:
        await connection.execute(layout.upsert, _json(rows))


async def delete_rows(connection: Connection, layout: Layout, keys: Sequence[str]) -> None:
    """Take rows away, whether they are there or not."""
    if keys:
        await connection.execute(layout.delete, keys)


async def add_to_rows(connection: Connection, layout: Layout, added: Mapping[tuple[Any, ...], Sequence[int]]) -> None:
    """Add to the numbers of rows by key, without reading them; what comes to nothing is no row.

    Otherwise how events came in batches would be told by the table.
    """
    if not added:
        return
    records = [(*key, *numbers) for key, numbers in sorted(added.items())]
    columns = [_encoded(column, BINARY[kind]) for column, kind in zip(zip(*records, strict=True), layout.types, strict=True)]
    nothing = await connection.fetch(layout.add, *map(list, columns))
    if nothing:
        await connection.execute(layout.drop, *map(list, zip(*nothing, strict=True)))


async def copy_rows(connection: Connection, layout: Layout, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows that are known not to be there: by COPY, which is several times faster than an upsert."""
    if not layout.binary:
        await upsert_rows(connection, layout, rows)
    elif rows:
        schema, _, table = layout.table.partition(".")
        await connection.copy_records_to_table(table, schema_name=schema, columns=layout.columns, records=layout.records(rows))
