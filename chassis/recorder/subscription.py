"""Subscriptions to the ledger: what is there, and what comes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from eventsourcing.persistence import Notification

PAUSE = 0.25  # seconds between two looks at the ledger, should a notification be lost
BATCH = 500  # notifications that a subscription reads at once


class Bell:
    """Wakes everybody who waits for the ledger to grow. Take `rung` before looking, wait on it after: no ring is missed."""

    def __init__(self) -> None:
        """Not rung yet."""
        self.rung = asyncio.Event()

    def ring(self, *_: Any) -> None:
        """Wake; takes whatever a listener is called with."""
        rung, self.rung = self.rung, asyncio.Event()
        rung.set()

    async def heard(self, rung: asyncio.Event) -> None:
        """Return when it rings, or after PAUSE."""
        try:
            async with asyncio.timeout(PAUSE):
                await rung.wait()
        except TimeoutError:
            return


class Notifying(Protocol):
    """Where a subscription reads."""

    async def max_notification_id(self) -> int | None:
        """The last place in the ledger."""
        ...

    async def select_notifications(
        self, start: int | None, limit: int, stop: int | None = None, topics: Sequence[str] = (), *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:  # fmt: skip
        """Notifications in the order of the ledger."""
        ...


class Subscription:
    """Notifications in order, for ever: `async with` it, iterate with `async for`, end it with `stop`, from any task."""

    def __init__(self, recorder: Notifying, bell: Bell, gt: int, topics: Sequence[str]) -> None:
        self._recorder = recorder
        self._bell = bell
        self._position = gt
        self._topics = topics
        self._ready: list[Notification] = []
        self._stopped = asyncio.Event()

    async def __aenter__(self) -> Subscription:
        """Begin."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def stop(self) -> None:
        """No further notification is given out; whoever waits for one goes on without."""
        self._stopped.set()
        self._bell.ring()

    def __aiter__(self) -> Subscription:
        """Itself: a subscription goes on where it was."""
        return self

    async def __anext__(self) -> Notification:
        """The next notification, as soon as there is one."""
        while not self._stopped.is_set():
            rung = self._bell.rung
            if self._ready or await self._fill():
                return self._ready.pop()
            await self._bell.heard(rung)
        raise StopAsyncIteration

    async def _fill(self) -> bool:
        """Read on; what no topic was asked for is passed over only up to what was surely looked at."""
        head = await self._recorder.max_notification_id() or 0
        found = await self._recorder.select_notifications(
            self._position, BATCH, head, self._topics, inclusive_of_start=False
        )  # fmt: skip
        self._position = found[-1].id if len(found) == BATCH else max(head, self._position)
        self._ready = [*reversed(found)]
        return bool(found)
