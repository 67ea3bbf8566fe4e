"""The hub: one reader of the copy per process, fanned out to everybody who listens.

An entry is made once for those who see personal data and once for those who do not; what one turn brings is put together once for
each view. So a listener costs a turn one comparison and one write, whoever else listens.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import orjson

from chassis.database import LEDGER, READS, WakeUp, connect
from chassis.eventstore import Connection, Pool
from chassis.personal import PREFIX, revealed
from chassis.sight import Sight
from chassis.vault import Vault
from services.reporting.api.listeners import SILENCE, Listener, figures_event, passed_by, place_of, reset, sent
from services.reporting.api.touched import EVERYWHERE, Changed, changed_by, joined, seen_of
from services.reporting.api.views import TABLE, View
from services.reporting.queries.copies import Copied, Head, copied_after, head_of
from services.reporting.queries.definitions import PANEL
from services.reporting.queries.entries import MASK, entry_of
from services.reporting.queries.figures import Counted, counted, edition, table_of
from services.reporting.queries.measures import BY_NAME

PAGE = 500  # events read at once
TURN = 0.1  # seconds, the shortest between two turns: what comes meanwhile is sent as one
PAUSE = 0.5  # seconds, the longest between two looks when no notification comes
FIGURES_PAUSE = 0.3  # seconds, the shortest between two computations of the figures
BEAT = 0.25  # seconds between two looks for who has heard nothing for long, or for long enough

EVERY_PANEL: Changed = {EVERYWHERE: frozenset(PANEL)}


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as it is told: in plain and masked, ready to be sent."""

    copied: Copied
    plain: bytes
    masked: bytes


async def entry_for(copied: Copied, epoch: str, vault: Vault) -> Entry:
    """The entry of an event, personal data in plain as far as their keys live, and masked."""
    body, place, event = orjson.dumps(entry_of(copied)), place_of(epoch, copied.seq), copied.envelope.type
    if PREFIX not in body:
        ready = sent(event, body, place)
        return Entry(copied, ready, ready)
    return Entry(copied, sent(event, await vault.shown(body), place), sent(event, revealed(body, {}, missing=MASK), place))


def chunk_of(view: View, entries: Sequence[Entry], after: int = 0) -> bytes:
    """Those of these entries that a view shows, behind a position."""
    shown = [entry for entry in entries if entry.copied.seq > after and view.wanted.holds(entry.copied)]
    return b"".join([entry.plain if view.plain else entry.masked for entry in shown])


class Hub:
    """Reads the copy once for all listeners of this process."""

    def __init__(self, pool: Pool, vault: Vault) -> None:
        self.vault = vault
        self._pool = pool
        self._head: Head | None = None
        self._began = asyncio.Event()
        self._listeners: set[Listener] = set()
        self._open = 0
        self._figures_at = 0.0
        self._told: Counted | None = None  # what everybody who listens was told last
        self._counted: Counted | None = None
        self._named: frozenset[str] = frozenset()  # the figures that were counted last
        self._counting = asyncio.Lock()
        self._untold: list[tuple[int, Changed]] = []  # pages whose panels were not named yet, each with its last seq

    @property
    def head(self) -> Head:
        """How far this hub has read; RuntimeError before it `began`."""
        if self._head is None:
            raise RuntimeError("the hub does not follow the copy yet")
        return self._head

    @property
    def streams(self) -> int:
        """How many streams are open, those included that do not listen yet."""
        return self._open

    async def began(self) -> None:
        """Wait until the hub follows the copy."""
        await self._began.wait()

    @contextmanager
    def streaming(self) -> Iterator[None]:
        """Counts an open stream for the length of a block."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    @contextmanager
    def listening(self, view: View, position: int, ends: float) -> Iterator[Listener]:
        """Everything behind a position, and behind what the hub has read, is offered to the listener as long as the block lasts.

        Invariant: between what `position` of the listener says and what it is offered nothing is left out and nothing is in both,
        because a turn offers a page and moves the head without letting anybody in between. Guarded by
        tests/service/reporting/test_feed.py.
        """
        listener = Listener(view, max(position, self.head.seq), ends)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def figures(self) -> Counted:
        """The figures of all districts, as they are projected now; computed once, however many come at once to ask.

        Those of the pilot table, and those besides that anybody who listens has named.
        """
        async with self._counting:
            named = frozenset(TABLE).union(*{listener.view.figures for listener in self._listeners})
            kept = self._counted
            if kept is None or not named <= self._named or kept.as_of.edition != await edition(self._pool):
                kept = self._counted = await counted(Sight(self._pool, None), None, [BY_NAME[name] for name in sorted(named)])
                self._named = named
            return kept

    async def welcome(self, listener: Listener) -> None:
        """Let somebody who begins to listen know the figures, and the panels that they asked for."""
        if listener.view.figures or listener.view.panels:
            found = await self.figures()
            if self._told is None:  # nobody was told anything yet: what was read and is not projected may change any panel
                self._told, self._untold = found, [] if found.as_of.seq >= self.head.seq else [(self.head.seq, EVERY_PANEL)]
            self._show([listener], found, EVERY_PANEL)

    async def run(self, dsn: str) -> None:
        """Follow the copy for as long as the connection lives; what was read stays read when it is begun anew."""
        connection = await connect(dsn, "feed", role=READS)
        try:
            wake = WakeUp(PAUSE)
            await connection.add_listener(LEDGER, wake)
            await self._begin(connection)
            while True:
                began = time.monotonic()
                full = await self._turn(connection)
                if not full:
                    await wake.wait(TURN if self._untold else None)
                    await asyncio.sleep(max(0.0, began + TURN - time.monotonic()))
        finally:
            connection.terminate()

    async def beat(self) -> None:
        """Tell those who heard nothing for long where they are, and end what lasted long enough; until cancelled."""
        while True:
            await asyncio.sleep(BEAT)
            self.tell_places(time.monotonic())

    def tell_places(self, now: float) -> None:
        """One beat. A place is told behind all that was offered up to it, and never one before what the listener has."""
        for listener in tuple(self._listeners):
            if listener.ends <= now:
                self._listeners.discard(listener)
                listener.end(drop=False)
            elif now - listener.placed_at > SILENCE and not listener.offer(
                passed_by(self.head.epoch, max(self.head.seq, listener.position))
            ):
                self._listeners.discard(listener)

    async def _begin(self, connection: Connection) -> None:
        head = await head_of(connection)
        if self._head is None or self._head.epoch != head.epoch or self._head.seq > head.seq:
            self._head, self._untold = head, []
            self._send_all_away("other-epoch")
        self._began.set()

    async def _turn(self, connection: Connection) -> bool:
        """Read a page, compute the figures if they are due, send both; whether the page was full."""
        stored = await head_of(connection)
        if stored.epoch != self.head.epoch:
            raise ConnectionResetError("the copy was replaced")
        page = await copied_after(connection, self.head.seq, stored.seq, None, PAGE) if stored.seq > self.head.seq else []
        entries = [await entry_for(copied, self.head.epoch, self.vault) for copied in page]
        found = await self._count()
        if entries:
            self._offer(entries)
            self._head = Head(stored.epoch, page[-1].seq)
        if found is not None:
            self._show(tuple(self._listeners), found, self._changed(found))
        return len(page) == PAGE

    def _offer(self, entries: Sequence[Entry]) -> None:
        chunks: dict[View, bytes] = {}
        last = entries[-1].copied.seq
        for listener in tuple(self._listeners):
            view = listener.view
            if listener.position > self.head.seq:  # it has read further than the hub
                chunk = chunk_of(view, entries, listener.position)
            elif view in chunks:
                chunk = chunks[view]
            else:
                chunk = chunks[view] = chunk_of(view, entries)
            if chunk and not listener.offer(chunk):
                self._listeners.discard(listener)
            listener.position = max(listener.position, last)
        envelopes = [entry.copied.envelope for entry in entries]
        self._untold.append((last, changed_by((e.type, e.district) for e in envelopes)))

    async def _count(self) -> Counted | None:
        """The figures if they may have changed, not more often than the pause allows; nobody listens, nothing is computed."""
        if not self._listeners:
            self._untold, self._told = [], None
            return None
        if time.monotonic() - self._figures_at < FIGURES_PAUSE:
            return None
        found = await self.figures()
        if found is self._told and not (self._untold and self._untold[0][0] <= found.as_of.seq):
            return None
        self._figures_at = time.monotonic()
        return found

    def _changed(self, found: Counted) -> Changed:
        """The panels that may have changed since everybody was told: by events that are projected now, or because a day began."""
        before, self._told = self._told, found
        told = [changed for last, changed in self._untold if last <= found.as_of.seq]
        self._untold = self._untold[len(told) :]
        if before is None or (before.as_of.generation, before.as_of.day) != (found.as_of.generation, found.as_of.day):
            return EVERY_PANEL
        return joined(told)

    @staticmethod
    def _show(listeners: Sequence[Listener], found: Counted, changed: Changed) -> None:
        """Let listeners know figures that are new to them and panels that changed; made once for equal questions."""
        shown: dict[tuple[frozenset[str] | None, tuple[str, ...]], tuple[bytes, bytes]] = {}
        named: dict[tuple[frozenset[str] | None, tuple[str, ...]], frozenset[str]] = {}
        for listener in listeners:
            view, districts = listener.view, listener.view.wanted.districts
            if view.figures:
                key = districts, view.figures
                if key not in shown:
                    table = table_of(found, districts, [BY_NAME[name] for name in view.figures])
                    shown[key] = figures_event(found.as_of, table), orjson.dumps(table)
                listener.show(found.as_of.edition, *shown[key])
            if view.panels:
                key = districts, view.panels
                if key not in named:
                    named[key] = seen_of(changed, districts, view.panels)
                listener.name(found.as_of, named[key])

    def _send_all_away(self, reason: str) -> None:
        for listener in self._listeners:
            listener.end(reset(reason))
        self._listeners.clear()
