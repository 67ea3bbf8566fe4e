"""The archive: base backups by the moment that they were begun, and the segments of the write-ahead log behind them."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

STAMP = "%Y%m%dT%H%M%SZ"
SEGMENT = re.compile(r"[0-9A-F]{24}")
STARTED_IN = re.compile(r"START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)")
PER_LOG = 256  # segments of 16 MiB with the same middle part of their names


class Broken(Exception):
    """Something cannot be restored, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Base:
    """A base backup, and the first segment that its recovery reads."""

    folder: Path
    taken: datetime
    first_segment: str

    def remove(self) -> None:
        """Delete it."""
        shutil.rmtree(self.folder)


class Archive:
    """The folder; `base/` and `wal/` in it."""

    def __init__(self, folder: Path) -> None:
        self.base, self.wal = folder.absolute() / "base", folder.absolute() / "wal"

    def make(self, owner: str | None) -> None:
        """Make the folders; the server's user writes into `wal/`."""
        for each in (self.base, self.wal):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        if owner is not None:
            shutil.chown(self.wal, owner)

    def next_base(self) -> Path:
        """Where the next base backup goes."""
        if not self.wal.is_dir():
            raise Broken(f"{self.wal} is not there: python -m deploy.backup init")
        return self.base / datetime.now(UTC).strftime(STAMP)

    def bases(self) -> list[Base]:
        """The base backups that were finished, the oldest first."""
        found = []
        for folder in sorted(self.base.iterdir()) if self.base.is_dir() else []:
            if (folder / "backup_manifest").exists() and (label := folder / "backup_label").exists():
                started = STARTED_IN.search(label.read_text(encoding="utf-8"))
                taken = datetime.strptime(folder.name, STAMP).replace(tzinfo=UTC)
                found.append(Base(folder, taken, started[1] if started else ""))
        return found

    def chosen(self, name: str | None, moment: datetime | None) -> Base:
        """The base backup of a name, or the newest one that was begun before a moment."""
        fit = [one for one in self.bases() if name in (None, one.folder.name) and (moment is None or one.taken <= _utc(moment))]
        if not fit:
            raise Broken(f"no base backup fits: there are {', '.join(one.folder.name for one in self.bases()) or 'none'}")
        return fit[-1]

    def segments_after(self, base: Base) -> list[str]:
        """The archived segments of a base backup's timeline since it was begun; Broken if one of them is missing."""
        timeline = base.first_segment[:8]
        names = sorted(path.name for path in self.wal.iterdir() if SEGMENT.fullmatch(path.name))
        behind = [name for name in names if name[:8] == timeline and name >= base.first_segment]
        for one, following in pairwise(behind):
            if _number(following) != _number(one) + 1:
                raise Broken(f"between {one} and {following} the archive has a hole: nothing after it can be restored from it")
        if behind and behind[0] != base.first_segment:
            raise Broken(f"{base.first_segment}, where {base.folder.name} begins, is not in the archive")
        return behind


def _number(name: str) -> int:
    return int(name[8:16], 16) * PER_LOG + int(name[16:], 16)


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
