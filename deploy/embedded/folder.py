"""The stack's data folder: used by one stack at a time, emptied for a fresh start."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path
from typing import TextIO

LOCK = "lock"
LIBRARIES = "kafka"  # downloads; Kafka's own data in there are erased by its module


class InUse(Exception):
    """Another stack uses this data folder; the message names it."""


class Folder:
    """A folder that is ours from `claim` to `release`; the lock dies with the process that holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: TextIO | None = None

    @property
    def logs(self) -> Path:
        """Where the processes' output goes."""
        return self.path / "logs"

    def claim(self) -> None:
        """Make the folder if need be and take it; InUse if another stack has it."""
        self.path.mkdir(parents=True, exist_ok=True)
        lock = (self.path / LOCK).open("w", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise InUse(f"another stack uses {self.path}") from error
        self._lock = lock
        self.logs.mkdir(exist_ok=True)

    def release(self) -> None:
        """Let another stack have it."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def empty(self) -> None:
        """Delete what an earlier stack left: logs, keys, secrets, clock. Downloads stay."""
        for path in self.path.iterdir():
            if path.name in (LOCK, LIBRARIES):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        self.logs.mkdir()
