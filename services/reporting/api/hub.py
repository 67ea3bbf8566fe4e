"""The hub: one reader of the copy per process, fanned out to everybody who listens, each through a bounded queue."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi.sse import ServerSentEvent

from chassis.database import LEDGER, READS, WakeUp, connect
from chassis.eventstore import Connection, Pool
from chassis.sight import Sight
from chassis.vault import Vault
from services.reporting.api.definitions import as_of_json
from services.reporting.queries.copies import Copied, Head, copied_after, head_of
from services.reporting.queries.entries import entry_of
from services.reporting.queries.figures import Counted, counted, edition, table_of

PAGE = 500  # events read at once
QUEUE = 1000  # messages that may wait for one listener
PAUSE = 0.5  # seconds, the longest between two looks when no notification comes
FIGURES_PAUSE = 0.5  # seconds, the shortest between two computations of the figures


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to a listener: an event of a district at its place in the copy, or something without either."""

    event: ServerSentEvent
    seq: int | None = None
    district: str | None = None
    last: bool = False


class Listener:
    """One open stream: what waits for it. Whoever does not keep up is sent away, and comes back with Last-Event-ID."""

    def __init__(self, districts: Sequence[str] | None, position: int) -> None:
        self.districts = districts
        self.position = position
        self._waiting: asyncio.Queue[Message] = asyncio.Queue(QUEUE)
        self._table: list[dict[str, Any]] | None = None

    def offer(self, message: Message) -> bool:
        """Queue a message if it is this listener's to see; False if the listener fell behind and was sent away."""
        if message.district is not None and self.districts is not None and message.district not in self.districts:
            return True
        if self._waiting.full():
            self.send_away("too-slow")
            return False
        self._waiting.put_nowait(message)
        return True

    def send_away(self, reason: str) -> None:
        """Drop what waits; the stream ends with a reset."""
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(Message(reset(reason), last=True))

    def figures(self, found: Counted) -> Message | None:
        """The figures as this listener may see them; None if it knows them already."""
        table = table_of(found, self.districts)
        if table == self._table:
            return None
        self._table = table
        data = orjson.dumps({"as_of": as_of_json(found.as_of), "figures": table}).decode()
        return Message(ServerSentEvent(event="figures", raw_data=data))

    async def next(self) -> Message:
        """The next message, when there is one."""
        return await self._waiting.get()


class Hub:
    """Reads the copy once for all listeners of this process."""

    def __init__(self, pool: Pool, vault: Vault) -> None:
        self.vault = vault
        self._pool = pool
        self._head: Head | None = None
        self._began = asyncio.Event()
        self._listeners: set[Listener] = set()
        self._figures_of = (0, -1)
        self._figures_at = 0.0
        self._counted: Counted | None = None
        self._counting = asyncio.Lock()

    @property
    def head(self) -> Head:
        """How far this hub has read; RuntimeError before it `began`."""
        if self._head is None:
            raise RuntimeError("the hub does not follow the copy yet")
        return self._head

    async def began(self) -> None:
        """Wait until the hub follows the copy."""
        await self._began.wait()

    @contextmanager
    def listening(self, districts: Sequence[str] | None) -> Iterator[Listener]:
        """Everything after the listener's position is offered to it for as long as the block lasts."""
        listener = Listener(districts, self.head.seq)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def figures(self) -> Counted:
        """The figures of all districts, as they are projected now; computed once, however many come at once to ask."""
        async with self._counting:
            if self._counted is None or self._counted.as_of.edition != await edition(self._pool):
                self._counted = await counted(Sight(self._pool, None), None)
            return self._counted

    async def run(self, dsn: str) -> None:
        """Follow the copy for as long as the connection lives; what was read stays read when it is begun anew."""
        connection = await connect(dsn, "feed", role=READS)
        try:
            wake = WakeUp(PAUSE)
            await connection.add_listener(LEDGER, wake)
            await self._begin(connection)
            while True:
                found = await self._read(connection)
                await self._count()
                if found < PAGE:
                    await wake.wait()
        finally:
            connection.terminate()

    async def _begin(self, connection: Connection) -> None:
        head = await head_of(connection)
        if self._head is None or self._head.epoch != head.epoch or self._head.seq > head.seq:
            self._head = head
            self._send_all_away("other-epoch")
        self._began.set()

    async def _read(self, connection: Connection) -> int:
        stored = await head_of(connection)
        if stored.epoch != self.head.epoch:
            raise ConnectionResetError("the copy was replaced")
        page = await copied_after(connection, self.head.seq, stored.seq, None, PAGE)
        for copied in page:
            self._offer(await message_of(copied, self.head.epoch, self.vault))
        if page:
            self._head = Head(stored.epoch, page[-1].seq)
        return len(page)

    async def _count(self) -> None:
        """Push figures that changed, not more often than the pause allows; nobody listens, nothing is computed."""
        if not self._listeners or time.monotonic() - self._figures_at < FIGURES_PAUSE:
            return
        if await edition(self._pool) == self._figures_of:
            return
        found = await self.figures()
        self._figures_of, self._figures_at = found.as_of.edition, time.monotonic()
        for listener in tuple(self._listeners):
            message = listener.figures(found)
            if message is not None and not listener.offer(message):
                self._listeners.discard(listener)

    def _offer(self, message: Message) -> None:
        self._listeners -= {listener for listener in self._listeners if not listener.offer(message)}

    def _send_all_away(self, reason: str) -> None:
        for listener in self._listeners:
            listener.send_away(reason)
        self._listeners.clear()


async def message_of(copied: Copied, epoch: str, vault: Vault) -> Message:
    """The message that tells of an event, personal data in plain as far as their keys live."""
    told = (await vault.shown(orjson.dumps(entry_of(copied)))).decode()
    event = ServerSentEvent(id=f"{epoch}-{copied.seq}", event=copied.envelope.type, raw_data=told)
    return Message(event, copied.seq, copied.envelope.district)


def reset(reason: str, head: Head | None = None) -> ServerSentEvent:
    """What the listener knows is no longer to be relied on: load anew, and go on from `head` if it is named."""
    data = orjson.dumps({"reason": reason}).decode()
    return ServerSentEvent(event="reset", raw_data=data, id=f"{head.epoch}-{head.seq}" if head is not None else None)
