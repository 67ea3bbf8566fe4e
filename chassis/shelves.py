"""What a build holds in memory: rows by table, which of them are new, and what of them is to be written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from chassis.eventstore import Connection
from chassis.projector import Batch, Rows, Sums
from chassis.readtables import Layout, copy_rows, delete_rows, fetch_rows, upsert_rows

CACHED_ROWS = 50_000  # rows that are kept in memory from one write to the next
KNOWN_KEYS = 1_000_000  # keys of stored rows that are kept in memory, so that a new row is known to be new without asking


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows of one table on their way into it, and the keys of those on their way out."""

    layout: Layout
    new: list[dict[str, Any]]
    changed: list[dict[str, Any]]
    gone: list[str]

    async def write(self, connection: Connection) -> None:
        """New rows by COPY, the others by an upsert."""
        await copy_rows(connection, self.layout, self.new)
        await upsert_rows(connection, self.layout, self.changed)
        await delete_rows(connection, self.layout, self.gone)


@dataclass(slots=True)
class Shelf:
    """One table of a build, as far as it is in memory.

    A row that is neither cached nor among the `stored` keys is not in the table, so nobody asks the database for it and it is
    written by COPY. `stored` is None where the keys are not all known: after a kill, or when there are too many.
    """

    layout: Layout
    stored: set[str] | None
    rows: Rows
    absent: set[str] = field(default_factory=set)
    new: dict[str, None] = field(default_factory=dict)
    changed: dict[str, None] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)  # stored rows that are to be taken away

    @property
    def waiting(self) -> int:
        """How many rows wait to be written."""
        return len(self.new) + len(self.changed) + len(self.gone)

    def begin_page(self) -> None:
        """What was asked for before is forgotten: what a page does not ask for itself, it may not use."""
        self.rows.asked, self.rows.touched = set(), set()

    def to_fetch(self, keys: Iterable[str]) -> list[str]:
        """Note that these are asked for; answers those that only the database can tell."""
        asked = {*keys}
        self.rows.asked = self.rows.asked | asked if self.rows.asked else asked
        unknown = asked if self.stored is None else asked & self.stored
        return sorted(unknown.difference(self.rows.found, self.absent, self.gone))

    def end_page(self) -> None:
        """Sort what the page touched into what is new, what changes a stored row and what takes one away."""
        absent, stored, new, changed, found, gone = self.absent, self.stored, self.new, self.changed, self.rows.found, self.gone
        for key in self.rows.touched:
            if key not in found:
                self._take_away(key)
            elif key not in new and key not in changed:
                is_absent = key not in gone and (key in absent if stored is None else key not in stored)
                (new if is_absent else changed)[key] = None
                gone.pop(key, None)

    def _take_away(self, key: str) -> None:
        """A row that was never written need not be; one that is stored is to go."""
        if key in self.new:
            del self.new[key]
            return
        self.changed.pop(key, None)
        if key not in self.absent if self.stored is None else key in self.stored:
            self.gone[key] = None

    def taken(self) -> Changes:
        """What changed, to be written; from here on it counts as stored, and the memory that it takes stays within its bounds."""
        found = self.rows.found
        changes = Changes(
            self.layout, [found[key] for key in self.new], [found[key] for key in self.changed], [*self.gone]
        )  # fmt: skip
        self._forget()
        return changes

    def _forget(self) -> None:
        if self.stored is not None:
            self.stored.update(self.new)
            self.stored.difference_update(self.gone)
            if len(self.stored) > KNOWN_KEYS:
                self.stored = None
        self.absent.difference_update(self.new)
        if self.stored is None:
            self.absent.update(self.gone)
        self.new.clear()
        self.changed.clear()
        self.gone.clear()
        if len(self.rows.found) + len(self.absent) > CACHED_ROWS:
            self.rows.found.clear()
            self.absent.clear()


@dataclass(slots=True, kw_only=True)
class BuildBatch(Batch):
    """A batch of a build: its rows come from memory where they can, else from the table, when what is being written is there.

    A row that `get` answered is never changed in place: it may be on its way into the table.
    """

    settled: Callable[[], Awaitable[None]]
    fresh: bool = False
    shelves: dict[str, Shelf] = field(default_factory=dict)

    async def rows(self, table: str, keys: Iterable[str]) -> Rows:
        """As of any batch."""
        if (shelf := self.shelves.get(table)) is None:
            layout = await self._layout(table)
            shelf = self.shelves[table] = Shelf(layout, set() if self.fresh else None, Rows({}, layout.names))
        if missing := shelf.to_fetch(keys):
            await self.settled()
            found = await fetch_rows(self.connection, shelf.layout, missing)
            shelf.rows.found.update(found)
            shelf.absent |= {*missing} - found.keys()
        return shelf.rows

    async def _layout(self, table: str) -> Layout:
        """Asked when what is being written is there: a table may first be met while the connection writes others."""
        if table not in self._layouts:
            await self.settled()
        return await Batch._layout(self, table)  # no super(): a class with slots is made anew, and is another than its cell says

    @property
    def waiting(self) -> int:
        """How many rows wait to be written."""
        rows = sum(shelf.waiting for shelf in self.shelves.values())
        return rows + sum(len(sums.added) for sums in self._sums.values())

    def taken(self) -> list[Changes | Sums]:
        """What changed and what was added, to be written."""
        added, self._sums = self._sums, {}
        return [*(shelf.taken() for shelf in self.shelves.values()), *added.values()]
