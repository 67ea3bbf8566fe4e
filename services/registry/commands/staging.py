"""The rows of a bulk import on disk, in the order of their sites: whatever its size, only one site is in memory at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from itertools import groupby
from typing import Any

import orjson

from services.registry.commands.scratch import IMPORTS, scratch
from services.registry.domain.cells import as_text
from services.registry.domain.forms import Form, Sheet
from services.registry.domain.workbook import COMPANION, Entry, Fault, Key, Site

MAKE = """
CREATE TABLE rows (uscc TEXT, site_no TEXT, sheet INTEGER, number INTEGER, told BLOB, faults BLOB);
CREATE TABLE refused (uscc TEXT, site_no TEXT, PRIMARY KEY (uscc, site_no)) WITHOUT ROWID;
"""
# A scratch file: nothing of it outlives the import. What does not fit the cache of 64 MiB is on disk.
SETTINGS = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536", "temp_store = FILE", "locking_mode = EXCLUSIVE")
ADD = "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)"
ORDER = "CREATE INDEX rows_by_site ON rows (uscc, site_no, sheet, number)"
SITES = "SELECT rowid, uscc, site_no, sheet, number, told, faults FROM rows r {where} ORDER BY uscc, site_no, sheet, number"
GOOD = "WHERE NOT EXISTS (SELECT 1 FROM refused x WHERE x.uscc = r.uscc AND x.site_no = r.site_no)"
REFUSED = """
SELECT r.rowid, r.uscc, r.site_no, sheet, number, told, faults FROM rows r JOIN refused USING (uscc, site_no)
ORDER BY sheet, number LIMIT ?
"""
REFUSED_ROWS = "SELECT count(*) FROM rows JOIN refused USING (uscc, site_no)"
REFUSED_SITES = "SELECT count(*) FROM rows JOIN refused USING (uscc, site_no) WHERE sheet = 0"
GOOD_SITES = f"SELECT count(*) FROM (SELECT DISTINCT uscc, site_no FROM rows r {GOOD})"  # noqa: S608 - constants
REFUSE = "INSERT OR IGNORE INTO refused VALUES (?, ?)"
BLAME = "UPDATE rows SET faults = ? WHERE rowid = ?"


class Staged:
    """Rows as they were read, grouped by site; to be used by one thread at a time."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        for setting in SETTINGS:
            self._db.execute(f"PRAGMA {setting}")
        self._db.executescript(MAKE)
        self._form: Form | None = None

    @property
    def form(self) -> Form:
        """The form that the rows are of."""
        if self._form is None:
            raise RuntimeError("nothing was staged")
        return self._form

    def add(self, form: Form, sheet: Sheet, entries: Iterable[Entry]) -> None:
        """Put the rows of a sheet on disk."""
        self._form = form
        place = form.sheets.index(sheet)
        self._db.execute("BEGIN")
        self._db.executemany(ADD, ((*entry.key, place, entry.number, *_texts(entry)) for entry in entries))
        self._db.execute("COMMIT")

    def order(self) -> None:
        """All rows are there: from now on they are read site by site."""
        self._db.execute(ORDER)

    def sites(self, *, good: bool = False) -> Iterator[tuple[Key, Site, list[int]]]:
        """Each site with its rows and where they lie; `good`: without those that were refused."""
        cursor = self._db.execute(SITES.format(where=GOOD if good else ""))
        for key, rows in groupby(cursor, key=lambda row: (row[1], row[2])):
            site, places = Site(), []
            for row in rows:
                site.add(self._entry(row))
                places.append(row[0])
            yield key, site, places

    def refuse(self, refused: Iterable[tuple[Key, Site, list[int]]]) -> None:
        """Note the sites that are not loaded, with the faults of their rows; a good row among them is told of the others."""
        self._db.execute("BEGIN")
        for key, site, places in refused:
            self._db.execute(REFUSE, key)
            for entry, place in zip(site.entries, places, strict=True):
                if not entry.faults:
                    entry.blame(None, COMPANION)
                self._db.execute(BLAME, (orjson.dumps([asdict(fault) for fault in entry.faults]), place))
        self._db.execute("COMMIT")

    def refused(self, limit: int) -> Iterator[Entry]:
        """The rows of refused sites in the order of the files."""
        return (self._entry(row) for row in self._db.execute(REFUSED, (limit,)))

    def counts(self) -> tuple[int, int, int]:
        """How many sites are good, how many were refused, how many rows with them."""
        good, sites, rows = (self._db.execute(sql).fetchone()[0] for sql in (GOOD_SITES, REFUSED_SITES, REFUSED_ROWS))
        return good, sites, rows

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _entry(self, row: Any) -> Entry:
        cells, values = orjson.loads(row[5])
        faults = [Fault(**told) for told in orjson.loads(row[6])] if row[6] is not None else []
        return Entry(self.form.sheets[row[3]], row[4], tuple(cells), values, faults)


def _texts(entry: Entry) -> tuple[bytes, bytes | None]:
    faults = orjson.dumps([asdict(fault) for fault in entry.faults]) if entry.faults else None
    cells = [as_text(cell) if isinstance(cell, date) else cell for cell in entry.cells]
    return orjson.dumps([cells, entry.values]), faults


@contextmanager
def staging() -> Iterator[Staged]:
    """A place on disk for the length of a block; only this process's user can read it, and it is gone afterwards."""
    with scratch(IMPORTS) as folder:
        staged = Staged(f"{folder}/rows")
        try:
            yield staged
        finally:
            staged.close()
