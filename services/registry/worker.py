"""What the registry's worker follows: no other service, no deadlines."""

from __future__ import annotations

SOURCES: tuple[str, ...] = ()
