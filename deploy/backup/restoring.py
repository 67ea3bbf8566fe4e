"""Laying out a data folder from a base backup, so that a server that is started in it recovers to a moment."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import Progress

from deploy.backup.archive import Archive, Base, Broken


@dataclass(frozen=True, slots=True)
class Target:
    """Where recovery ends: before a moment (UTC unless it says otherwise), at a place of the WAL, or with the archive."""

    time: datetime | None = None
    lsn: str | None = None

    def __str__(self) -> str:
        return f"{self.time} UTC" if self.time else self.lsn or "the end of the archive"

    def settings(self) -> dict[str, str]:
        """As PostgreSQL's settings."""
        if self.time is not None:
            utc = self.time if self.time.tzinfo is not None else self.time.replace(tzinfo=UTC)
            return {"recovery_target_time": utc.isoformat(sep=" ")}
        return {"recovery_target_lsn": self.lsn} if self.lsn else {}


def lay_out(base: Base, archive: Archive, to: Path, target: Target, owner: str | None) -> None:
    """Copy a base backup, with progress, and tell the server where the rest is; Broken if there is something in the way."""
    if to.exists() and any(to.iterdir()):
        raise Broken(f"{to} is not empty: nothing is overwritten. Move it away first, it may be needed as evidence")
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = sorted(path for path in base.folder.rglob("*") if not path.is_symlink())
    with Progress(transient=True) as progress:
        for path in progress.track(files, description=f"copying {base.folder.name}"):
            copy = to / path.relative_to(base.folder)
            if path.is_dir():
                copy.mkdir(mode=0o700, exist_ok=True)
            else:
                shutil.copy2(path, copy)
    settings = {"restore_command": f'cp "{archive.wal}/%f" "%p"', "recovery_target_action": "promote", **target.settings()}
    with (to / "postgresql.auto.conf").open("a", encoding="utf-8") as conf:
        conf.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    (to / "recovery.signal").touch(mode=0o600)
    if owner is not None:
        for path in _all(to):
            shutil.chown(path, owner)


def _all(folder: Path) -> Iterator[Path]:
    yield folder
    for root, folders, files in os.walk(folder):
        yield from (Path(root) / name for name in (*folders, *files))
