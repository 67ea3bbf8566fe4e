"""Scratch folders of imports and exports: each locked by the process that made it, so that what a killed one left is swept."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chassis.telemetry import log

IMPORTS, EXPORTS = "casetrail-import-", "casetrail-export-"
PREFIXES = (IMPORTS, EXPORTS)
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC  # no program that is started inherits the lock


class Scratch:
    """A folder on disk that only this process's user can read, owned by this process until it is dropped.

    The owner holds a lock on the folder itself, which the system takes away when the process is gone, however it went.
    """

    def __init__(self, prefix: str) -> None:
        self.path, self._descriptor = _owned(prefix)

    def drop(self) -> None:
        """Take the folder away with all that is in it; a second time does nothing."""
        if self._descriptor is not None:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def scratch(prefix: str) -> Iterator[Path]:
    """A scratch folder for the length of a block."""
    owned = Scratch(prefix)
    try:
        yield owned.path
    finally:
        owned.drop()


def sweep() -> int:
    """Take away the scratch folders of this user that no living process owns; answers how many."""
    swept = 0
    for prefix in PREFIXES:
        for path in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
            with suppress(OSError):  # another process was faster, or it is somebody else's
                swept += _swept(path)
    if swept:
        log.info("scratch_swept", folders=swept)
    return swept


def _owned(prefix: str) -> tuple[Path, int | None]:
    """A new folder and the descriptor that holds its lock; made again if a sweep came between."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix))
        with suppress(FileNotFoundError):
            descriptor = os.open(path, FOLDER)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if path.exists():
                return path, descriptor
            os.close(descriptor)


def _swept(path: Path) -> int:
    descriptor = os.open(path, FOLDER)
    try:
        if os.fstat(descriptor).st_uid != os.geteuid():
            return 0
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path)
        return 1
    finally:
        os.close(descriptor)
