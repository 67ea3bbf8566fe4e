"""The injected clock: wall time in production, one persisted simulated clock in the pilot."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

SIMULATED = "simulated:"


class Clock(Protocol):
    """Tells the time; aware datetimes only."""

    @property
    def simulated(self) -> bool:
        """Whether this clock shows simulated time."""
        ...

    def now(self) -> datetime:
        """The current time, aware, at microsecond precision."""
        ...


class SystemClock:
    """Wall time, UTC."""

    simulated = False

    def now(self) -> datetime:
        """The wall time."""
        return datetime.now(UTC)


class FixedClock:
    """A clock for tests that stands still until it is set."""

    simulated = True

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The time it was set to."""
        return self.at


class SimulatedClock:
    """The pilot's clock: a small file, replaced atomically by its keeper and read by every process.

    It is read at every question: it stands still between two advances, and no process may lag behind another.
    """

    simulated = True

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> datetime:
        """The simulated time; raises OSError or ValueError if the file is missing or malformed."""
        at = datetime.fromisoformat(json.loads(self.path.read_bytes())["now"])
        if at.tzinfo is None:
            raise ValueError(f"simulated clock without a time zone: {at.isoformat()}")
        return at


def clock_from(setting: str) -> Clock:
    """The clock named by the setting: `system`, or `simulated:<path>`; ValueError for anything else."""
    if setting == "system":
        return SystemClock()
    if setting.startswith(SIMULATED):
        return SimulatedClock(Path(setting.removeprefix(SIMULATED)))
    raise ValueError(f"not a clock: {setting!r}")
