"""What the registry's worker follows: penalty, whose filed cases keep persons from being erased; no deadlines."""

from __future__ import annotations

SOURCES: tuple[str, ...] = ("penalty",)
