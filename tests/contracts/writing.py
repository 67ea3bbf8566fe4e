"""What is written today of an event that was stored earlier: all that was stored, and empty defaults of what came since."""

from __future__ import annotations

from typing import Any

EMPTY: tuple[Any, ...] = (None, [], {}, False, 0, "")
MEANT = {"party_id": "unit"}
"""What was always meant where a member was not there: there was nobody but the unit."""


def said_in(stored: Any, written: Any) -> bool:
    """Whether `written` says what `stored` says; members that `stored` does not have are empty, or say what was meant."""
    match stored, written:
        case dict(), dict():
            told = all(name in written and said_in(value, written[name]) for name, value in stored.items())
            return told and all(
                value in EMPTY or MEANT.get(name) == value for name, value in written.items() if name not in stored
            )
        case list(), list():
            return len(stored) == len(written) and all(map(said_in, stored, written))
        case _:
            return bool(stored == written)
