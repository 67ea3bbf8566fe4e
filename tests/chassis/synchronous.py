"""The recorder as a synchronous one: what the eventsourcing library's own test suites drive, from threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.persistence import (
    AggregateRecorder,
    Notification,
    ProcessRecorder,
    StoredEvent,
    Tracking,
)

from chassis.clock import FixedClock
from chassis.database import WORKS, forever, open_pool, writer_connection
from chassis.eventstore import Pool
from chassis.recorder import AsyncpgAggregateRecorder, AsyncpgRecorder, Provenance
from chassis.recorder.subscription import Subscription
from chassis.sequencer import run_sequencer
from chassis.worker import Nudge, running
from chassis.writer import GroupCommit
from tests.chassis.writing import AT, OFFICER

T = TypeVar("T")
PROVENANCE = Provenance(actor=OFFICER, organ="donghu-emb", district="donghu")


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="facade")
        self._thread.start()

    def run(self, awaitable: Awaitable[T]) -> T:
        """The outcome of an awaitable, awaited in the loop."""

        async def awaited() -> T:
            return await awaitable

        return asyncio.run_coroutine_threadsafe(awaited(), self._loop).result(60)

    def call(self, function: Any, *args: Any) -> None:
        """Call a function in the loop."""
        self._loop.call_soon_threadsafe(function, *args)

    def close(self) -> None:
        """End the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Store:
    """A database with everything that appends and sequences, running in a loop of its own."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.loop = Loop()
        self._stack = AsyncExitStack()
        self.pool: Pool
        self.writer: GroupCommit
        self.nudge: Nudge
        self.loop.run(self._open())

    async def _open(self) -> None:
        self.pool = await open_pool(self.dsn, "recorder", 4, WORKS)
        self._stack.push_async_callback(self.pool.close)
        self.nudge = Nudge(self.pool)
        self.writer = GroupCommit(lambda: writer_connection(self.dsn), self.nudge)
        sequencer = forever("sequencer", lambda: run_sequencer(self.dsn, 0.05))
        await self._stack.enter_async_context(running(self.writer.run(), sequencer, forever("nudge", self.nudge.run)))

    def listen(self, listening: Coroutine[Any, Any, None]) -> None:
        """Run a loop of a recorder for as long as the store is open."""
        self.loop.run(self._stack.enter_async_context(running(listening)))

    def close(self) -> None:
        """End everything."""
        self.loop.run(self._stack.aclose())
        self.loop.close()


class AggregateFacade(AggregateRecorder):
    """The aggregate recorder."""

    def __init__(self, store: Store) -> None:
        self.loop = store.loop
        clock = FixedClock(AT)
        self.recorder = AsyncpgAggregateRecorder(store.pool, store.writer, clock, PROVENANCE, read_id=UUID)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        return self.loop.run(self.recorder.insert_events(stored_events, **kwargs))

    def select_events(self, originator_id: UUID | str, **bounds: Any) -> Sequence[StoredEvent]:
        return self.loop.run(self.recorder.select_events(originator_id, **bounds))


class Facade(ProcessRecorder):
    """The process recorder, which is every other kind too."""

    def __init__(self, store: Store) -> None:
        self.loop = store.loop
        self.recorder = AsyncpgRecorder(
            store.dsn, store.pool, store.writer, FixedClock(AT), PROVENANCE, store.nudge, read_id=UUID
        )  # fmt: skip
        store.listen(self.recorder.run())

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        return self.loop.run(self.recorder.insert_events(stored_events, **kwargs))

    def select_events(self, originator_id: UUID | str, **bounds: Any) -> Sequence[StoredEvent]:
        return self.loop.run(self.recorder.select_events(originator_id, **bounds))

    def select_notifications(
        self, start: int | None, limit: int, stop: int | None = None, topics: Sequence[str] = (), **how: Any
    ) -> Sequence[Notification]:  # fmt: skip
        return self.loop.run(self.recorder.select_notifications(start, limit, stop, topics, **how))

    def max_notification_id(self) -> int | None:
        return self.loop.run(self.recorder.max_notification_id())

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Any:
        return SubscriptionFacade(self.loop, self.loop.run(self.recorder.subscribe(gt, topics)))

    def insert_tracking(self, tracking: Tracking) -> None:
        self.loop.run(self.recorder.insert_tracking(tracking))

    def max_tracking_id(self, application_name: str) -> int | None:
        return self.loop.run(self.recorder.max_tracking_id(application_name))

    def has_tracking_id(self, application_name: str, notification_id: int | None) -> bool:
        return self.loop.run(self.recorder.has_tracking_id(application_name, notification_id))

    def wait(self, application_name: str, notification_id: int | None, timeout: float = 1.0, interrupt: Any = None) -> None:
        self.loop.run(self.recorder.wait(application_name, notification_id, timeout, interrupt))


class SubscriptionFacade:
    """A subscription as a context manager and iterator."""

    def __init__(self, loop: Loop, subscription: Subscription) -> None:
        self._loop = loop
        self._subscription = subscription

    def __enter__(self) -> SubscriptionFacade:
        self._loop.run(self._subscription.__aenter__())
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.run(self._subscription.__aexit__(*error))

    def __iter__(self) -> Iterator[Notification]:
        return self

    def __next__(self) -> Notification:
        try:
            return self._loop.run(self._subscription.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def stop(self) -> None:
        """No further notification."""
        self._loop.call(self._subscription.stop)
