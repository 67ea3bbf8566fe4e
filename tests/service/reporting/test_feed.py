"""The live feed over real HTTP: nothing missed, nothing doubled, nothing of other districts, figures as they change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from chassis.envelope import Recorded
from chassis.eventstore import Connection
from services.reporting.api import feed as feed_module
from services.reporting.api import hub as hub_module
from services.reporting.api import listeners as listeners_module
from services.reporting.api.hub import Hub
from services.reporting.api.listeners import Listener
from services.reporting.api.views import View
from services.reporting.queries import following
from services.reporting.queries.figures import counted
from services.reporting.queries.following import Wanted
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, enterprise, runs_of, small_year
from tests.service.reporting.listening import Stream, listening, served


class Served:
    """Reporting, listening on loopback."""

    def __init__(self, reporting: Reporting, url: str) -> None:
        self.reporting = reporting
        self.url = url

    def listen(
        self, *, districts: tuple[str, ...] = ("*",), last: str | None = None, **query: Any
    ) -> AbstractAsyncContextManager[Stream]:
        """The feed as a manager of these districts hears it."""
        headers = {"Authorization": self.reporting.client("manager", districts=districts).headers["Authorization"]}
        return listening(self.url, headers | ({"Last-Event-ID": last} if last else {}), **query)

    @property
    def hub(self) -> Hub:
        """The process's hub."""
        hub: Hub = self.reporting.under_test.app.state.hub
        return hub


@pytest_asyncio.fixture
async def live(reporting: Reporting) -> AsyncIterator[Served]:
    await reporting.under_test.settle()
    async with served(reporting.under_test.app) as url:
        yield Served(reporting, url)


async def test_events_arrive_as_they_are_copied(live: Served) -> None:
    ledgers = small_year()
    async with live.listen() as stream:
        await stream.figures()
        await live.reporting.receive(ledgers.recorded)
        told = await stream.events(len(ledgers.recorded))
    assert stream.response.headers["content-type"].startswith("text/event-stream")
    assert "no-store" in stream.response.headers["cache-control"]
    assert "retry: 3000" in stream.aside
    epoch = live.hub.head.epoch
    assert [one.id for one in told] == [f"{epoch}-{seq}" for seq in range(1, len(told) + 1)]
    assert {one.data["event_id"] for one in told} == {str(r.envelope.event_id) for r in ledgers.recorded}
    assert all(one.event == one.data["type"] for one in told)
    [decided] = [one.data for one in told if one.event == "casetrail.penalty.penalty-decided.v1"]
    assert (decided["source"], decided["subject"], decided["district"]) == ("penalty", "e-a1", "donghu")
    assert decided["title"]
    assert decided["occurred_at"] < decided["recorded_at"]


async def test_it_goes_on_strictly_after_the_last_event_seen(live: Served) -> None:
    ledgers = small_year()
    half = len(ledgers.recorded) // 2
    seen: list[str | None] = []
    async with live.listen() as stream:
        await stream.figures()
        await live.reporting.receive(ledgers.recorded[:half])
        seen += [told.id for told in await stream.events(half - 2)]
    await live.reporting.receive(ledgers.recorded[half:])  # while nobody listens
    async with live.listen(last=seen[-1]) as stream:
        seen += [told.id for told in await stream.events(len(ledgers.recorded) - half + 2)]
    assert seen == [f"{live.hub.head.epoch}-{seq}" for seq in range(1, len(ledgers.recorded) + 1)]


async def test_a_long_absence_is_read_page_by_page(live: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PAGE", 7)
    monkeypatch.setattr(following, "STRIDE", 11)
    monkeypatch.setattr(hub_module, "PAGE", 7)
    ledgers = small_year()
    await live.reporting.receive(ledgers.recorded)
    async with live.listen(after=f"{live.hub.head.epoch}-0") as stream:
        told = await stream.events(len(ledgers.recorded))
    assert [one.data["seq"] for one in told] == list(range(1, len(ledgers.recorded) + 1))


async def test_what_happens_while_it_catches_up_is_told(live: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events that come after the catching up and before the listening are neither lost nor told twice."""
    ledgers = small_year()
    half = len(ledgers.recorded) // 2
    await live.reporting.receive(ledgers.recorded[:half])
    between, late = feed_module._between, [ledgers.recorded[half:]]

    async def interrupted(start: feed_module.Start, after: int, upto: int) -> AsyncIterator[bytes]:
        async for chunk in between(start, after, upto):
            yield chunk
        if late:
            await live.reporting.receive(late.pop())
            await until(lambda: live.hub.head.seq == len(ledgers.recorded))

    monkeypatch.setattr(feed_module, "_between", interrupted)
    async with live.listen(after=f"{live.hub.head.epoch}-0") as stream:
        told = await stream.events(len(ledgers.recorded))
    assert [one.data["seq"] for one in told] == list(range(1, len(ledgers.recorded) + 1))


async def test_a_hub_that_lags_behind_tells_nothing_twice(live: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The listener has read further than the hub: what the hub offers later is known already."""
    turn, waits, gate = Hub._turn, asyncio.Event(), asyncio.Event()

    async def gated(hub: Hub, connection: Connection) -> bool:
        waits.set()
        await gate.wait()
        return await turn(hub, connection)

    monkeypatch.setattr(Hub, "_turn", gated)
    ledgers = Ledgers()
    enterprise(ledgers, "e-a1", "donghu")
    enterprise(ledgers, "e-b1", "donghu")
    await waits.wait()
    await live.reporting.receive(ledgers.recorded[:1])
    async with live.listen(after=f"{live.hub.head.epoch}-0") as stream:
        first = await stream.events(1)
        await stream.figures()
        await live.reporting.receive(ledgers.recorded[1:])
        gate.set()
        second = await stream.events(1)
    assert [one.data["seq"] for one in first + second] == [1, 2]


async def until(holds: Callable[[], bool]) -> None:
    """Wait for it, five seconds at most."""
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("last", ["0123456789ab-3", "nonsense", "999999"])
async def test_a_place_in_another_copy_is_reset(live: Served, last: str) -> None:
    ledgers = small_year()
    await live.reporting.receive(ledgers.recorded)
    await check_reset(live, last, ledgers)


async def test_a_place_beyond_the_end_is_reset(live: Served) -> None:
    """The copy was restored to an earlier point: what the listener saw has not happened any more."""
    await check_reset(live, f"{live.hub.head.epoch}-999", Ledgers())


async def check_reset(live: Served, last: str, ledgers: Ledgers) -> None:
    """The stream begins with a reset that names the end of the copy, and goes on from there."""
    head = await live.reporting.pool.fetchrow("SELECT epoch, seq FROM copy_head")
    async with live.listen(last=last) as stream:
        told = await stream.next()
        assert (told.event, told.id, told.data) == ("reset", f"{head['epoch']}-{head['seq']}", {"reason": "other-epoch"})
        await stream.figures()
        await live.reporting.receive([ledgers.record("tasks", "plan-drafted", {}, stream="plan:later")])
        assert [one.data["seq"] for one in await stream.events(1)] == [head["seq"] + 1]


async def test_each_event_is_authorised_by_district(live: Served) -> None:
    ledgers = small_year()
    xihu = [str(r.envelope.event_id) for r in ledgers.recorded if r.envelope.district == "xihu"]
    half = len(ledgers.recorded) // 2
    await live.reporting.receive(ledgers.recorded[:half])
    async with live.listen(districts=("xihu",), after=f"{live.hub.head.epoch}-0") as stream:
        await live.reporting.receive(ledgers.recorded[half:])
        told = await stream.events(len(xihu))
    assert sorted(one.data["event_id"] for one in told) == sorted(xihu)
    assert {one.data["district"] for one in told} == {"xihu"}


async def test_what_nobody_can_read_stops_nobody(live: Served) -> None:
    """The copy takes any bytes, so the feed and the histories must tell of them too."""
    garbage = Ledgers().record("tasks", "unheard-of", {}, stream="task:t-x")
    unreadable = Ledgers().sequenced("tasks", Recorded(garbage.envelope, b"\x00not json"))
    async with live.listen() as stream:
        await stream.figures()
        await live.reporting.copy.apply(runs_of([unreadable]))
        [told] = await stream.events(1)
    assert (told.data["title"], told.data["summary"]) == ("unheard-of", "")


async def test_the_last_few_are_told_first(live: Served) -> None:
    await live.reporting.receive(small_year().recorded)
    mine = await live.reporting.pool.fetch("SELECT seq FROM ledger_copy WHERE district = 'xihu' ORDER BY seq DESC LIMIT 3")
    async with live.listen(districts=("xihu",), recent=3) as stream:
        assert [one.data["seq"] for one in await stream.events(3)] == sorted(row["seq"] for row in mine)


async def test_figures_are_pushed_when_they_change(live: Served) -> None:
    async with live.listen(districts=("xihu",)) as stream:
        assert (await stream.figures())["enterprises"] == 0
        ledgers = Ledgers()
        enterprise(ledgers, "e-a1", "donghu")
        enterprise(ledgers, "e-c1", "xihu")
        await live.reporting.receive(ledgers.recorded)
        assert (await stream.figures())["enterprises"] == 1


async def test_a_silent_feed_still_beats(live: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners_module, "SILENCE", 0.05)
    monkeypatch.setattr(hub_module, "SILENCE", 0.05)
    monkeypatch.setattr(hub_module, "BEAT", 0.05)
    async with live.listen() as stream:
        await stream.figures()
        with pytest.raises(TimeoutError):
            await stream.next(0.6)
    assert ": ping" in stream.aside


async def test_a_stream_ends_in_time_for_a_fresh_token(live: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "LIFETIME", 0.3)
    monkeypatch.setattr(hub_module, "BEAT", 0.05)
    async with live.listen() as stream:
        await stream.figures()
        with pytest.raises(EOFError):
            await stream.next()


async def test_who_does_not_keep_up_is_sent_away_with_a_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners_module, "QUEUE", 10)
    listener = Listener(View(Wanted()), 0, 0.0)
    assert listener.offer(b"12345")
    assert listener.offer(b"67890")
    assert not listener.offer(b"!")
    assert await listener.next() == (listeners_module.reset("too-slow"), True)


async def test_who_keeps_up_is_given_in_one_piece_what_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners_module, "QUEUE", 10)
    listener = Listener(View(Wanted()), 0, 0.0)
    for _ in range(3):
        assert listener.offer(b"12345")
        assert listener.offer(b"67890")
        listener.show((1, 1), b"old", b"old table")
        listener.show((1, 3), b"figures", b"table")
        listener.show((1, 2), b"late", b"table of before")
        assert await listener.next() == (b"1234567890figures", False)
        listener._table, listener._edition = None, (0, 0)


async def test_who_is_sent_away_hears_a_reset_and_others_hear_on(live: Served) -> None:
    """A slow listener costs nobody else anything: its queue is bounded, its stream ends, it may resume where it was."""
    async with live.listen() as one, live.listen() as other:
        await one.figures()
        await other.figures()
        next(iter(live.hub._listeners)).end(listeners_module.reset("too-slow"))
        ledgers = Ledgers()
        enterprise(ledgers, "e-a1", "donghu")
        await live.reporting.receive(ledgers.recorded)
        told = {(await stream.next()).event for stream in (one, other)}
    assert told == {"reset", "casetrail.registry.enterprise-registered.v1"}


async def test_listeners_that_left_are_forgotten(live: Served) -> None:
    async with live.listen() as stream:
        await stream.figures()
        assert len(live.hub._listeners) == 1
    await until(lambda: not live.hub._listeners)


async def test_who_takes_nothing_is_given_up_and_forgotten_at_once(live: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connection is as it was: only what it is sent is never taken."""
    monkeypatch.setattr(feed_module, "TAKEN_SECONDS", 0.05)
    hub = live.hub
    start = feed_module.Start(hub, live.reporting.pool, View(Wanted()), hub.head.epoch, hub.head.seq, anew=False)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)
        if b"figures" in message.get("body", b""):
            assert len(hub._listeners) == hub.streams == 1
            await asyncio.Event().wait()

    await feed_module.Stream(feed_module._counted(start), feed_module.HEADERS).stream_response(send)
    assert not hub._listeners
    assert hub.streams == 0
    assert sent[-1]["more_body"], "it is not told that the stream is whole"


async def test_many_who_come_at_once_cost_one_computation(live: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    await live.reporting.receive(small_year().recorded)
    computed = []

    async def counting(pool: Any, districts: Any, figures: Any) -> Any:
        computed.append(districts)
        return await counted(pool, districts, figures)

    monkeypatch.setattr(hub_module, "counted", counting)
    async with AsyncExitStack() as stack:
        here = [await stack.enter_async_context(live.listen(districts=("donghu",))) for _ in range(20)]
        there = await stack.enter_async_context(live.listen(districts=("nowhere",)))
        mine = await asyncio.gather(*(stream.figures() for stream in here))
        assert (await there.figures())["enterprises"] == 0
    assert mine[0]["enterprises"] > 0
    assert all(figures == mine[0] for figures in mine)
    assert computed == [None]
