"""The recorder keeps the contract of the eventsourcing library, by the library's own test suites, on the real append path."""

from __future__ import annotations

import asyncio
import inspect
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from decimal import Decimal

import asyncpg
import pytest
import pytest_asyncio
from eventsourcing import persistence
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import IntegrityError, Mapper, OperationalError, StoredEvent, Tracking
from eventsourcing.tests import persistence as suites

from chassis.clock import FixedClock
from chassis.codec import MAPPER, Placed
from chassis.database import WORKS, forever, open_pool, writer_connection
from chassis.eventstore import Connection, append
from chassis.recorder import AsyncpgAggregateRecorder, AsyncpgRecorder
from chassis.recorder.errors import library_errors
from chassis.runner import LARGEST
from chassis.sequencer import run_sequencer
from chassis.transcoder import TaggedTranscoder
from chassis.worker import Nudge, running
from chassis.writer import GroupCommit
from tests.chassis.notes import NoteMade
from tests.chassis.synchronous import PROVENANCE, AggregateFacade, Facade, Store
from tests.chassis.writing import AT, check_ledger, write_set

NewDatabase = Callable[[], AbstractAsyncContextManager[str]]


class OnOurStore:
    """A recorder on a database of the test's own."""

    store: Store

    @pytest.fixture(autouse=True)
    def _store(self, dsn: str) -> Iterator[None]:
        self.store = Store(dsn)
        yield
        self.store.close()


class TestAggregateRecorder(OnOurStore, suites.AggregateRecorderTestCase):
    def create_recorder(self) -> persistence.AggregateRecorder:
        return AggregateFacade(self.store)


class TestApplicationRecorder(OnOurStore, suites.ApplicationRecorderTestCase[persistence.ApplicationRecorder]):
    def create_recorder(self) -> persistence.ApplicationRecorder:
        return Facade(self.store)

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestTrackingRecorder(OnOurStore, suites.TrackingRecorderTestCase):
    def create_recorder(self) -> persistence.TrackingRecorder:
        return Facade(self.store)


class TestProcessRecorder(OnOurStore, suites.ProcessRecorderTestCase):
    def create_recorder(self) -> persistence.ProcessRecorder:
        return Facade(self.store)


class TestNonInterleavingNotificationIDs(OnOurStore, suites.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> persistence.ApplicationRecorder:
        return Facade(self.store)


@pytest_asyncio.fixture
async def recorder(dsn: str) -> AsyncIterator[AsyncpgRecorder]:
    """A recorder of text ids whose ledger is being sequenced."""
    pool = await open_pool(dsn, "recorder", 3, WORKS)
    nudge = Nudge(pool)
    writer = GroupCommit(lambda: writer_connection(dsn), nudge)
    made = AsyncpgRecorder(dsn, pool, writer, FixedClock(AT), PROVENANCE, nudge)
    sequencer = forever("sequencer", lambda: run_sequencer(dsn, 0.05))
    async with running(writer.run(), made.run(), sequencer, forever("nudge", nudge.run)):
        yield made
    await pool.close()


def stored(originator_id: str, version: int, *, topic: str = "topic", state: bytes = b"{}") -> StoredEvent:
    return StoredEvent(originator_id=originator_id, originator_version=version, topic=topic, state=state)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (AsyncpgAggregateRecorder, persistence.AggregateRecorder),
        (AsyncpgRecorder, persistence.ApplicationRecorder),
        (AsyncpgRecorder, persistence.TrackingRecorder),
        (AsyncpgRecorder, persistence.ProcessRecorder),
    ],
)
def test_every_method_of_the_contract_is_there_with_its_parameters_and_awaitable(ours: type, theirs: type) -> None:
    for name, method in inspect.getmembers(theirs, inspect.isfunction):
        if not name.startswith("_"):
            assert inspect.iscoroutinefunction(getattr(ours, name)), name
            named = [p for p in inspect.signature(method).parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
            have = inspect.signature(getattr(ours, name)).parameters
            assert {p.name: p.default for p in named} == {p.name: have[p.name].default for p in named}, name


async def test_what_commands_appended_is_selected_and_notified(recorder: AsyncpgRecorder, connection: Connection) -> None:
    """The recorder reads the platform's own streams, and the codec's mapper makes their events of what it gives."""
    await append(connection, [write_set(("note:n", 0, 2))])
    await connection.execute("NOTIFY pending")
    async with await recorder.subscribe() as subscription:
        notified = [await anext(subscription), await anext(subscription)]
    assert [(n.id, n.originator_id, n.originator_version) for n in notified] == [(1, "note:n", 1), (2, "note:n", 2)]
    selected = await recorder.select_events("note:n")
    assert [MAPPER.to_domain_event(e) for e in selected] == [
        Placed("note:n", v, NoteMade(note_id="n", text="字")) for v in (1, 2)
    ]


async def test_what_it_inserts_keeps_every_promise_of_the_ledger(recorder: AsyncpgRecorder, connection: Connection) -> None:
    def batch(name: str) -> list[StoredEvent]:
        return [stored(name, version) for version in range(7)]

    await asyncio.gather(*(recorder.insert_events(batch(f"o{n}")) for n in range(12)))
    await recorder.insert_events([stored("o1", 7), stored("o13", 1), stored("o2", 7)], tracking=Tracking("up", 1))
    assert await check_ledger(connection) == 12 * 7 + 3
    row = await connection.fetchrow("SELECT district, organ FROM events WHERE stream_id = 'o13'")
    assert row is not None
    assert tuple(row) == (PROVENANCE.district, PROVENANCE.organ)


async def test_a_hole_before_a_version_is_refused(recorder: AsyncpgRecorder) -> None:
    for events in ([stored("o", 2)], [stored("o", 1), stored("o", 3)], [stored("o", -1)]):
        with pytest.raises(IntegrityError):
            await recorder.insert_events(events)
    assert await recorder.select_events("o") == []


async def test_an_originator_may_count_from_zero_or_from_one(recorder: AsyncpgRecorder) -> None:
    for first in (0, 1):
        await recorder.insert_events([stored(f"o{first}", first), stored(f"o{first}", first + 1)])
        await recorder.insert_events([stored(f"o{first}", first + 2)])
        versions = [e.originator_version for e in await recorder.select_events(f"o{first}", gt=first, lte=first + 2)]
        assert versions == [first + 1, first + 2]
    notified = await recorder.select_notifications(None, 10)
    assert [(n.originator_id, n.originator_version) for n in notified] == [(f"o{f}", f + n) for f in (0, 1) for n in range(3)]


async def test_of_two_that_process_the_same_notification_one_gets_nothing_done(recorder: AsyncpgRecorder) -> None:
    at_once = [recorder.insert_events([stored(f"o{n}", 1)], tracking=Tracking("up", 5)) for n in range(2)]
    outcomes = await asyncio.gather(*at_once, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["IntegrityError", "list"]
    assert await recorder.max_notification_id() == 1
    assert await recorder.max_tracking_id("up") == 5


async def test_a_refused_event_moves_no_tracking_position(recorder: AsyncpgRecorder) -> None:
    await recorder.insert_events([stored("o", 1)], tracking=Tracking("up", 1))
    with pytest.raises(IntegrityError):
        await recorder.insert_events([stored("o", 1)], tracking=Tracking("up", 2))
    assert await recorder.max_tracking_id("up") == 1


async def test_a_subscription_passes_over_other_topics_and_wakes_for_its_own(recorder: AsyncpgRecorder) -> None:
    async with await recorder.subscribe(topics=["wanted"]) as subscription:
        coming = asyncio.ensure_future(anext(subscription))
        await recorder.insert_events([stored("o", n + 1, topic="other") for n in range(3)])
        await recorder.insert_events([stored("p", 1, topic="wanted")])
        assert (await coming).id == 4


async def test_a_subscription_reads_batch_by_batch_and_leaves_none_out(
    recorder: AsyncpgRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.recorder.subscription.BATCH", 2)
    await recorder.insert_events([stored("o", n, topic=f"t{n % 2}") for n in range(1, 10)])
    for topics, places in (((), [*range(1, 10)]), (("t1",), [1, 3, 5, 7, 9])):
        async with await recorder.subscribe(topics=topics) as subscription:
            assert [(await anext(subscription)).id for _ in places] == places


async def test_a_stopped_subscription_lets_whoever_waits_go(recorder: AsyncpgRecorder) -> None:
    subscription = await recorder.subscribe()
    waiting = asyncio.ensure_future(anext(subscription, None))
    await asyncio.sleep(0)
    subscription.stop()
    assert await waiting is None


async def test_a_wait_ends_when_the_position_is_reached(recorder: AsyncpgRecorder) -> None:
    waiting = asyncio.ensure_future(recorder.wait("up", 3, timeout=30))
    await recorder.insert_tracking(Tracking("up", 2))
    assert not waiting.done()
    await recorder.insert_tracking(Tracking("up", 3))
    await waiting
    interrupt = threading.Event()
    interrupt.set()
    with pytest.raises(persistence.WaitInterruptedError):
        await recorder.wait("up", 4, timeout=30, interrupt=interrupt)


async def test_an_append_that_nobody_sequences_says_that_it_is_stored(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.recorder.SEQUENCED_WITHIN", 0.05)
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        writer = GroupCommit(lambda: writer_connection(dsn), lambda: None)
        recorder = AsyncpgRecorder(dsn, pool, writer, FixedClock(AT), PROVENANCE, lambda: None)
        async with running(writer.run()):
            with pytest.raises(OperationalError, match="stored, but not sequenced"):
                await recorder.insert_events([stored("o", 1)])
            assert len(await recorder.select_events("o")) == 1


async def test_an_event_that_no_message_could_carry_is_refused(recorder: AsyncpgRecorder) -> None:
    with pytest.raises(persistence.DataError):
        await recorder.insert_events([stored("o", 1, state=b"x" * (LARGEST + 1))])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (asyncpg.UniqueViolationError, persistence.IntegrityError),
        (asyncpg.CheckViolationError, persistence.IntegrityError),
        (asyncpg.NumericValueOutOfRangeError, persistence.DataError),
        (asyncpg.DeadlockDetectedError, persistence.OperationalError),
        (asyncpg.AdminShutdownError, persistence.OperationalError),
        (ConnectionRefusedError, persistence.OperationalError),
        (asyncpg.UndefinedTableError, persistence.ProgrammingError),
        (asyncpg.InsufficientPrivilegeError, persistence.ProgrammingError),
        (asyncpg.FeatureNotSupportedError, persistence.NotSupportedError),
        (asyncpg.DataCorruptedError, persistence.InternalError),
        (ZeroDivisionError, ZeroDivisionError),
    ],
)
def test_errors_have_the_names_of_the_library(ours: type[Exception], theirs: type[Exception]) -> None:
    with pytest.raises(theirs) as raised, library_errors():
        raise ours("why")
    assert type(raised.value) is theirs


class Account(Aggregate):
    """An aggregate written with the library alone."""

    @event("Opened")
    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.balance = Decimal(0)

    @event("Credited")
    def credit(self, amount: Decimal) -> None:
        self.balance += amount


async def test_an_aggregate_of_the_library_lives_here(dsn: str, recorder: AsyncpgRecorder) -> None:
    """Its events go through the library's own mapper with our transcoder, and come back as the aggregate they were."""
    mapper: Mapper[uuid.UUID] = Mapper(TaggedTranscoder())
    account = Account(owner="甲")
    account.credit(Decimal("1.10"))
    await recorder.insert_events([mapper.to_stored_event(e) for e in account.collect_events()])
    again: Account | None = None
    for kept in await recorder.select_events(account.id):
        again = mapper.to_domain_event(StoredEvent(account.id, kept.originator_version, kept.topic, kept.state)).mutate(again)  # type: ignore[attr-defined]
    assert again == account
    assert again is not None
    assert again.balance == Decimal("1.10")
