"""One who listens: what waits for them, how much of it may wait, and the bytes of server-sent events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import orjson

from services.reporting.api.definitions import as_of_json
from services.reporting.api.touched import told
from services.reporting.api.views import View
from services.reporting.queries.copies import Head
from services.reporting.queries.figures import AsOf

QUEUE = 2 << 20  # bytes that may wait for one listener; those of equal views are the same bytes
SILENCE = 15.0  # seconds, the longest without a place to resume from
PING = b": ping\n"


def sent(event: str, data: bytes, place: bytes | None = None) -> bytes:
    """One server-sent event; `data` is one line."""
    after = b"\n\n" if place is None else b"\nid: %b\n\n" % place
    return b"event: %b\ndata: %b%b" % (event.encode(), data, after)


def place_of(epoch: str, seq: int) -> bytes:
    """The id of a place in the copy."""
    return f"{epoch}-{seq}".encode()


def passed_by(epoch: str, seq: int) -> bytes:
    """That everything up to a place was told, or is not this listener's: no event, but the place to resume behind."""
    return b"%bid: %b\n\n" % (PING, place_of(epoch, seq))


def reset(reason: str, head: Head | None = None) -> bytes:
    """What the listener knows is no longer to be relied on: load anew, and go on from `head` if it is named."""
    return sent("reset", orjson.dumps({"reason": reason}), None if head is None else place_of(head.epoch, head.seq))


def figures_event(as_of: AsOf, table: Sequence[Any]) -> bytes:
    """The figures, as of a moment."""
    return sent("figures", orjson.dumps({"as_of": as_of_json(as_of), "figures": table}))


@lru_cache(maxsize=256)
def panels_event(as_of: AsOf, names: frozenset[str]) -> bytes:
    """The panels to load anew: they are not older than `as_of` when they are asked for."""
    return sent("panels", orjson.dumps({"as_of": as_of_json(as_of), "panels": told(names)}))


class Listener:
    """One open stream. Whoever does not keep up is sent away, and comes back with Last-Event-ID.

    Entries wait in their order; of figures only the newest, of panels all that were named.
    """

    def __init__(self, view: View, position: int, ends: float) -> None:
        self.view = view
        self.position = position  # everything up to it was told, or is told by whoever opened the stream
        self.ends = ends  # monotonic seconds
        self.placed_at = time.monotonic()  # when it was told last where it is
        self._chunks: list[bytes] = []
        self._size = 0
        self._figures = b""
        self._table: bytes | None = None
        self._edition = (-1, -1)  # of the figures that were shown last
        self._panels: tuple[AsOf, frozenset[str]] | None = None
        self._closed = False
        self._woken: asyncio.Event = asyncio.Event()

    def offer(self, chunk: bytes) -> bool:
        """Let bytes wait that end with a place; False if the listener fell behind and was sent away."""
        if self._size + len(chunk) > QUEUE:
            self.end(reset("too-slow"))
            return False
        self._chunks.append(chunk)
        self._size += len(chunk)
        self.placed_at = time.monotonic()
        self._woken.set()
        return True

    def show(self, edition: tuple[int, int], event: bytes, table: bytes) -> None:
        """Let figures wait in place of older ones, unless they are known already, or newer ones were shown meanwhile."""
        if table != self._table and edition >= self._edition:
            self._table, self._edition, self._figures = table, edition, event
            self._woken.set()

    def name(self, as_of: AsOf, panels: frozenset[str]) -> None:
        """Let it be told which panels to load anew."""
        if panels:
            self._panels = (as_of, panels if self._panels is None else panels | self._panels[1])
            self._woken.set()

    def end(self, last: bytes = b"", *, drop: bool = True) -> None:
        """The stream ends, with these bytes at last; what waits is dropped unless it is to be sent before."""
        if drop:
            self._chunks, self._figures, self._panels = [], b"", None
        self._chunks.append(last)
        self._closed = True
        self._woken.set()

    async def next(self) -> tuple[bytes, bool]:
        """All that waits, when there is something, and whether it is the last."""
        await self._woken.wait()
        self._woken.clear()
        panels = () if self._panels is None else (panels_event(*self._panels),)
        taken = _joined((*self._chunks, self._figures, *panels))
        self._chunks, self._size, self._figures, self._panels = [], 0, b"", None
        return taken, self._closed


def _joined(parts: Iterable[bytes]) -> bytes:
    """The parts as one; a single one as it is."""
    given = [part for part in parts if part]
    return given[0] if len(given) == 1 else b"".join(given)
