"""How much memory the stack really takes: each shared page counted once, over a process and all that descend from it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psutil

INTERVAL = 1.0  # seconds between two samples


def resident(pid: int) -> int:
    """Bytes in use by a process and its descendants: proportional set size where Linux tells it, else resident set size."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    return sum(_of(process) for process in family)


def _of(process: psutil.Process) -> int:
    try:
        text = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
        return 1024 * next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return _resident_set(process)


def _resident_set(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it ended between two looks
        return 0


class Meter:
    """Samples the memory of a process and its descendants, and remembers the peak."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.peak = 0

    def now(self) -> int:
        """Bytes in use now; counts for the peak."""
        found = resident(self._pid)
        self.peak = max(self.peak, found)
        return found

    async def run(self) -> None:
        """Sample until cancelled."""
        while True:
            await asyncio.to_thread(self.now)
            await asyncio.sleep(INTERVAL)
