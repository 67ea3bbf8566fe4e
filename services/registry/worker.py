"""What the registry's worker follows: who files cases, which keep persons from being erased, and who takes numbers."""

from __future__ import annotations

SOURCES: tuple[str, ...] = ("penalty", "inspection")
