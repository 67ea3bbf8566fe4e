"""What every question of this room is asked with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

Read = Callable[..., Awaitable[Sequence[Any]]]
"""Reads rows of a SELECT: a unit of work's `read`, or a pool's `fetch`."""
